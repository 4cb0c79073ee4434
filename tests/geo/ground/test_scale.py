"""What a map of a scale shows of the ground, and where names stand."""

import itertools

import numpy as np
import pytest
import shapely

from geo.ground.kinds import Kind
from geo.ground.scale import SCALES_M, DrawnGround, Labels, drawn_at, drawn_dry, labels_at

TOWN = shapely.box(-1_000, -1_000, 10_000, 10_000)


def drawn(kinds: list[Kind], *shapes: shapely.Geometry, pixel_m: float) -> DrawnGround:
    return drawn_at(kinds, np.array(shapes), pixel_m=pixel_m, inside=TOWN)


def labels(
    kinds: list[Kind], names: list[str], *shapes: shapely.Geometry, spacing_m: float = 1_000.0
) -> Labels:
    return labels_at(kinds, names, np.array(shapes), spacing_m=spacing_m, inside=TOWN)


def test_an_area_is_seen_from_four_pixels_square_on_and_a_line_always() -> None:
    pond, river = shapely.box(0, 0, 40, 40), shapely.LineString([(0, 0), (40, 0)])
    assert drawn(["water", "river"], pond, river, pixel_m=10.0).row.tolist() == [0, 1]
    assert drawn(["water", "river"], pond, river, pixel_m=10.1).row.tolist() == [1]


def test_a_coarser_map_shows_fewer_kinds_and_nothing_that_a_finer_one_does_not() -> None:
    kinds: list[Kind] = ["railway", "stream", "wall", "park", "school"]
    area = shapely.box(0, 0, 900, 900)
    shapes = [*(shapely.LineString([(0, n), (900, n)]) for n in range(3)), area, area]
    seen = [
        {kinds[row] for row in drawn(kinds, *shapes, pixel_m=pixel_m).row}
        for pixel_m in (1.0, 6.0, 30.0, 100.0)
    ]
    assert seen[0] == set(kinds)
    assert seen[1] == {"railway", "stream", "park", "school"}
    assert seen[3] == {"railway"}
    assert all(finer >= coarser for finer, coarser in itertools.pairwise(seen))


def test_a_bend_of_less_than_half_a_pixel_is_drawn_straight() -> None:
    river = shapely.LineString([(0, 0), (50, 0.4), (100, 0)])
    [straight] = drawn(["river"], river, pixel_m=1.0).shape
    [bent] = drawn(["river"], river, pixel_m=0.5).shape
    assert shapely.get_num_coordinates(straight) == 2
    assert shapely.equals(bent, river)


def test_a_school_too_small_for_an_area_is_a_point_and_so_is_one_of_its_own() -> None:
    small, point = shapely.box(0, 0, 39, 39), shapely.Point(500, 500)
    found = drawn(["school", "school", "park"], small, point, small, pixel_m=10.0)
    assert found.row.tolist() == [0, 1]
    assert [shape.geom_type for shape in found.shape] == ["Point", "Point"]
    assert small.contains(found.shape[0])
    assert shapely.equals(found.shape[1], point)


def test_what_is_kept_for_a_scale_shows_a_coarser_map_all_that_the_whole_ground_does() -> None:
    rng = np.random.default_rng(7)
    corners = rng.uniform(0, 9_000, (40, 6, 2)).cumsum(axis=1) / 6
    shapes = np.array(
        [*shapely.linestrings(corners[:20]), *shapely.buffer(shapely.points(corners[20:, 0]), 60)]
    )
    kinds: list[Kind] = ["river", "stream", "wall", "road"] * 5 + [
        "park",
        "school",
        "water",
        "hall",
    ] * 5
    for kept_m in SCALES_M:
        kept = drawn_at(kinds, shapes, pixel_m=kept_m)
        for pixel_m in (kept_m, 1.7 * kept_m):
            whole = drawn_at(kinds, shapes, pixel_m=pixel_m)
            again = drawn_at([kinds[row] for row in kept.row], kept.shape, pixel_m=pixel_m)
            assert kept.row[again.row].tolist() == whole.row.tolist()
            apart_m = shapely.hausdorff_distance(again.shape, whole.shape)
            assert (apart_m <= 0.5 * (kept_m + 2 * pixel_m)).all()


def test_a_river_is_not_drawn_in_its_own_water_where_that_is_wide_enough_to_be_seen() -> None:
    river = shapely.LineString([(0, 0), (1_000, 0)])
    # 600 m long and 40 m wide: 2 * 24,000 / 1,280 = 37.5 m.
    water = shapely.box(200, -20, 800, 20)
    lines = np.array([river, river, water])
    kinds: list[Kind] = ["river", "railway", "water"]
    dry, railway, _ = drawn_dry(kinds, lines, pixel_m=18.0)
    banks = shapely.from_wkt("MULTILINESTRING ((0 0, 200 0), (800 0, 1000 0))")
    assert shapely.equals(dry, banks)
    assert railway is river
    # 37.5 m are less than two pixels of 19 m: the line alone is seen.
    assert shapely.equals(drawn_dry(kinds, lines, pixel_m=19.0)[0], river)
    within = np.array([shapely.LineString([(300, 0), (700, 0)]), water])
    assert drawn_dry(["stream", "water"], within, pixel_m=1.0)[0].is_empty


def test_nothing_is_drawn_or_named_beyond_the_town() -> None:
    river = shapely.LineString([(9_000, 5_000), (30_000, 5_000)])
    [shape] = drawn(["river"], river, pixel_m=1.0).shape
    assert shapely.equals(shape, shapely.LineString([(9_000, 5_000), (10_000, 5_000)]))
    found = labels(["river", "school"], ["川", "学校"], river, shapely.Point(11_000, 0))
    assert found.row.tolist() == [0]
    assert found.xy == pytest.approx(np.array([[9_500.0, 5_000.0]]))


def test_a_school_has_its_sign_without_a_name_and_a_park_only_with_one() -> None:
    area, point = shapely.box(0, 0, 100, 100), shapely.Point(500, 500)
    found = labels(
        ["school", "school", "park", "park"], ["", "", "", "公園"], area, point, area, area
    )
    assert found.row.tolist() == [0, 1, 3]
    assert all(shapely.within(shapely.Point(xy), area) for xy in found.xy[[0, 2]])


def test_a_river_of_many_pieces_has_its_name_once_in_each_spacing() -> None:
    pieces = [shapely.LineString([(x, 0), (x + 500, 0)]) for x in range(0, 4_000, 500)]
    far = shapely.LineString([(0, 5_000), (900, 5_000)])
    found = labels(["river"] * 9, ["川"] * 9, *pieces, far)
    # 4,000 m in four stretches with the name in the middle of each; the short arm has none.
    assert sorted(found.xy.tolist()) == [[500, 0], [1_500, 0], [2_500, 0], [3_500, 0]]
    assert labels(["river"], ["川"], far).xy.tolist() == [[450, 5_000]]


def test_the_water_of_a_river_has_no_second_name() -> None:
    river = shapely.LineString([(0, 0), (900, 0)])
    waters = [shapely.box(x, -20, x + 300, 20) for x in (0, 300)]
    found = labels(["river", "water", "water"], ["川", "川", "沼"], river, *waters)
    assert found.row.tolist() == [2, 0]


def test_the_largest_of_a_kind_comes_first() -> None:
    small, large = shapely.box(0, 0, 10, 10), shapely.box(0, 0, 20, 20)
    point = shapely.Point(5, 5)
    found = labels(
        ["park", "park", "school", "school"], ["a", "b", "c", "d"], small, large, point, large
    )
    rank = dict(zip(found.row.tolist(), found.rank.tolist(), strict=True))
    assert rank == {0: 2, 1: 1, 2: 2, 3: 1}


def test_no_ground_is_no_drawing() -> None:
    assert drawn([], pixel_m=1.0).row.tolist() == []
    assert labels([], []).xy.shape == (0, 2)
    assert drawn_dry([], np.array([], dtype=object), pixel_m=1.0).size == 0
