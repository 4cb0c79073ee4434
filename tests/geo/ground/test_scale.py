"""What a map of a scale shows of the ground, and where names stand."""

import itertools

import numpy as np
import pytest
import shapely

from geo.ground.kinds import Kind
from geo.ground.scale import DrawnGround, Labels, drawn_at, labels_at

TOWN = shapely.box(-1_000, -1_000, 10_000, 10_000)


def drawn(kinds: list[Kind], *shapes: shapely.Geometry, pixel_m: float) -> DrawnGround:
    return drawn_at(kinds, np.array(shapes), pixel_m=pixel_m, inside=TOWN)


def labels(
    kinds: list[Kind], names: list[str], *shapes: shapely.Geometry, spacing_m: float = 1_000.0
) -> Labels:
    return labels_at(kinds, names, np.array(shapes), pixel_m=1.0, spacing_m=spacing_m, inside=TOWN)


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
