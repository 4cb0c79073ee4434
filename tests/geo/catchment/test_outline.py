"""Outlines: homes inside are the homes reached; no far bank; whole shapes on any ground."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.catchment.outline import (
    BORDER_M,
    GAP_M,
    STEP_M,
    Triangulated,
    lay_ground,
    outlines,
    walked_points,
)
from geo.errors import InvalidInputError
from geo.streets.network import Network
from geo.walking.reach import walks
from geo.walking.snapping import snap
from tests.streets import Point, snaps, straight_street, streets, towns

COLUMNS = ["edge", "offset_m", "snap_m"]
NOWHERE = np.zeros((0, 2))
SCATTERED_LIMITS_M = (0.0, 150.0, 500.0, 1500.0)


def reaches(
    network: Network,
    origins: pd.DataFrame,
    homes: pd.DataFrame,
    home_xy: np.ndarray,
    limit_m: float,
) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
    """Return the points, homes first, what each origin reaches, and the polygons."""
    points = walked_points(network, homes, home_xy)
    both = pd.concat([homes[COLUMNS], points.snaps], ignore_index=True)
    found = walks(network, origins, both, limit=limit_m)
    reached = [found.home[found.origin == origin] for origin in range(len(origins))]
    ground = lay_ground(home_xy, points.xy)
    return np.vstack([home_xy, points.xy]), reached, outlines(ground, reached)


def inside(polygon: shapely.Geometry, xy: np.ndarray) -> set[int]:
    return set(np.flatnonzero(shapely.contains_xy(polygon, xy[:, 0], xy[:, 1])).tolist())


def is_whole(polygons: np.ndarray) -> bool:
    return bool(shapely.is_valid(polygons).all())


def bank_homes() -> np.ndarray:
    """Homes every 50 m, 15 m behind both streets of the river town and 12 m before them."""
    return np.array(
        [(x, y) for x in np.arange(-600.0, 601.0, 50.0) for y in (75.0, 48.0, 12.0, -15.0)]
    )


def river_town(*, bridge: bool) -> Network:
    """Two streets of 1,200 m, 60 m apart; a bridge 300 m east of the middle, or none."""
    ends = {1: (-600, 60), 2: (300, 60), 3: (600, 60), 4: (-600, 0), 5: (300, 0), 6: (600, 0)}
    return streets(ends, [[1, 2, 3], [4, 5, 6], *([[2, 5]] if bridge else [])])


def at_the_middle_of_the_north_street(network: Network) -> pd.DataFrame:
    return snap(np.array([[0.0, 60.0]]), network, limit_m=1.0)


def test_no_point_of_the_far_bank_is_inside() -> None:
    network, home_xy = river_town(bridge=False), bank_homes()
    homes = snap(home_xy, network, limit_m=100.0)
    origins = at_the_middle_of_the_north_street(network)
    _, _, (polygon,) = reaches(network, origins, homes, home_xy, 500.0)
    # The leg is 15 m or 12 m, so homes of the north bank at most 485 or 488 m along are reached:
    # those at up to 450 m. The outline leaves the homes at y = 48 by 15 m at most.
    expected = {i for i, (x, y) in enumerate(home_xy) if y > 30 and abs(x) <= 450}
    assert inside(polygon, home_xy) == expected
    assert polygon.bounds[1] >= 48 - BORDER_M - 1e-9
    assert polygon.disjoint(shapely.box(-700, -100, 700, 30))


def test_those_reached_over_the_bridge_are_inside_and_the_river_is_not() -> None:
    network = river_town(bridge=True)
    home_xy = np.array([(x, y) for x in np.arange(-600.0, 601.0, 50.0) for y in (75.0, -15.0)])
    homes = snap(home_xy, network, limit_m=100.0)
    origins = at_the_middle_of_the_north_street(network)
    _, _, (polygon,) = reaches(network, origins, homes, home_xy, 500.0)
    # Over the bridge: 300 m east and 60 m south leave 140 m, of which the leg takes 15 m: homes of
    # the south bank 125 m to either side of x = 300, which stand at 200, 250 … 400.
    north = {i for i, (x, y) in enumerate(home_xy) if y > 30 and abs(x) <= 450}
    south = {i for i, (x, y) in enumerate(home_xy) if y < 30 and abs(x - 300) <= 125}
    assert len(south) == 5
    assert inside(polygon, home_xy) == north | south
    river = shapely.box(-700, 20, 700, 40)
    bridge = shapely.box(300 - 2 * STEP_M, 20, 300 + 2 * STEP_M, 40)
    assert polygon.intersection(river).within(bridge)
    assert polygon.contains(shapely.LineString([(300, 0), (300, 60)]))
    apart = polygon.difference(shapely.box(-700, 20, 700, 40))
    assert [part.bounds[1] > 30 for part in shapely.get_parts(apart)].count(False) == 1


def test_wide_land_without_a_street_is_a_hole() -> None:
    side_m = 2 * GAP_M
    corners = {1: (0, 0), 2: (side_m, 0), 3: (side_m, side_m), 4: (0, side_m)}
    network = streets(corners, [[1, 2, 3, 4, 1]])
    nobody = snaps()
    _, _, (polygon,) = reaches(network, snaps((0, 0.0, 0.0)), nobody, NOWHERE, 4 * side_m)
    assert len(polygon.geoms) == 1
    assert len(polygon.geoms[0].interiors) == 1
    assert not polygon.contains(shapely.Point(side_m / 2, side_m / 2))
    assert polygon.contains(network.edge_lines[0])
    # A circle as wide as the gap holds a point of nobody's land, wherever it is: no spot inside is
    # farther than half of it from the street.
    assert shapely.hausdorff_distance(polygon, network.edge_lines[0]) < GAP_M / 2


def test_a_hole_may_hold_an_island() -> None:
    rings = {}
    for number, half_m in enumerate((500.0, 250.0, 60.0)):
        square = [(-half_m, -half_m), (half_m, -half_m), (half_m, half_m), (-half_m, half_m)]
        rings |= {10 * number + corner: xy for corner, xy in enumerate(square)}
    network = streets(rings, [[0, 1, 2, 3, 0], [10, 11, 12, 13, 10], [20, 21, 22, 23, 20]])
    points = walked_points(network, snaps(), NOWHERE)
    everything = np.arange(len(points.xy))
    (polygon,) = outlines(lay_ground(NOWHERE, points.xy), [everything])
    # Three rings apart from one another, each with the land in its middle as a hole.
    assert [len(part.interiors) for part in polygon.geoms] == [1, 1, 1]
    assert polygon.is_valid
    assert inside(polygon, points.xy) == set(everything.tolist())
    assert not polygon.contains(shapely.Point(0, 375))


def test_the_leg_to_a_home_far_off_its_street_is_walked_and_inside() -> None:
    network, home_xy = straight_street(), np.array([[500.0, 140.0]])
    homes = snap(home_xy, network, limit_m=200.0)
    points = walked_points(network, homes, home_xy)
    leg = points.snaps["snap_m"] > 0
    # 140 m in six parts of at most 25 m.
    assert points.snaps["snap_m"][leg].to_numpy() == pytest.approx(140 / 6 * np.arange(1, 6))
    assert points.xy[leg] == pytest.approx(
        np.column_stack([np.full(5, 500.0), points.snaps["snap_m"][leg]])
    )
    _, _, (polygon,) = reaches(network, snaps((0, 500.0, 0.0)), homes, home_xy, 150.0)
    assert len(polygon.geoms) == 1
    assert polygon.contains(shapely.LineString([(500, 0), (500, 140)]))
    _, _, (polygon,) = reaches(network, snaps((0, 500.0, 0.0)), homes, home_xy, 139.0)
    assert inside(polygon, home_xy) == set()


def test_a_home_that_no_street_comes_near_has_no_leg_and_is_outside() -> None:
    network, home_xy = straight_street(), np.array([[500.0, 140.0]])
    homes = snap(home_xy, network, limit_m=100.0)
    assert homes["edge"].tolist() == [-1]
    xy, reached, (polygon,) = reaches(network, snaps((0, 500.0, 0.0)), homes, home_xy, 300.0)
    assert inside(polygon, xy) == set(reached[0].tolist())
    assert 0 not in inside(polygon, xy)


@st.composite
def built_towns(draw: st.DrawFn) -> tuple[Network, pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Draw a town whose homes stand beside their street, at the end of their leg."""
    network, places, homes = draw(towns())
    table = snaps(*homes)
    home_xy = np.array(
        [beside(network, home, draw(st.sampled_from([-1.0, 1.0]))) for home in homes]
    )
    return network, snaps(*places), table, home_xy


def beside(network: Network, home: Point, side: float) -> np.ndarray:
    edge, offset_m, leg_m = home
    begin, end = shapely.get_coordinates(network.edge_lines[edge])[[0, -1]]
    along = (end - begin) / np.hypot(*(end - begin))
    joint = shapely.get_coordinates(
        shapely.line_interpolate_point(network.edge_lines[edge], offset_m)
    )
    return joint[0] + side * leg_m * np.array([-along[1], along[0]])


@given(built_towns(), st.sampled_from([0.0, 120.0, 500.0, 2000.0]))
@settings(max_examples=40)
def test_homes_inside_are_homes_reached_by_each_place_and_by_all(
    town: tuple[Network, pd.DataFrame, pd.DataFrame, np.ndarray], limit_m: float
) -> None:
    network, places, homes, home_xy = town
    points = walked_points(network, homes, home_xy)
    both = pd.concat([homes[COLUMNS], points.snaps], ignore_index=True)
    xy = np.vstack([home_xy, points.xy])
    found = walks(network, places, both, limit=limit_m)
    reached = [found.home[found.origin == place] for place in range(len(places))]
    everything = np.unique(found.home)
    # Two points at one spot may be two levels of a crossing: that is asked for elsewhere.
    one, other = shapely.STRtree(shapely.points(xy)).query(
        shapely.points(xy), "dwithin", distance=0.05
    )
    assume(all((np.isin(one, mask) == np.isin(other, mask)).all() for mask in reached))
    *each, union = outlines(lay_ground(home_xy, points.xy), [*reached, everything])
    for polygon, mask in zip(each, reached, strict=True):
        assert inside(polygon, xy) == set(mask.tolist())
        assert polygon.difference(union).area < 1e-6
    assert inside(union, xy) == set(everything.tolist())
    assert is_whole(np.array([*each, union]))


def scattered_town(rng: np.random.Generator) -> tuple[Network, np.ndarray, np.ndarray]:
    """Draw streets of up to a kilometre, some over others, homes beside and far off them, places."""
    spots = {key: tuple(xy) for key, xy in enumerate(rng.uniform(0, 1000, (rng.integers(2, 9), 2)))}
    pairs = [(a, b) for a in spots for b in range(a)]
    chosen = rng.choice(len(pairs), size=min(len(pairs), int(rng.integers(1, 10))), replace=False)
    network = streets(spots, [pairs[number] for number in chosen])
    along = shapely.line_interpolate_point(
        rng.choice(network.edge_lines, 40), rng.uniform(0, 1, 40), normalized=True
    )
    off_m = rng.choice([2.0, 30.0, 200.0], (40, 1)) * rng.uniform(-1, 1, (40, 2))
    home_xy = shapely.get_coordinates(along) + off_m
    place_xy = rng.uniform(0, 1000, (2, 2))
    return network, np.vstack([home_xy, rng.uniform(-300, 1300, (10, 2))]), place_xy


def require_inside_is_reached(seed: int, limit_m: float) -> None:
    """Assert of the scattered town of a seed that those homes are inside which are reached, no others."""
    network, home_xy, place_xy = scattered_town(np.random.default_rng(seed))
    homes = snap(home_xy, network, limit_m=300.0)
    _, reached, polygons = reaches(
        network, snap(place_xy, network, limit_m=300.0), homes, home_xy, limit_m
    )
    for mask, polygon in zip(reached, polygons, strict=True):
        assert inside(polygon, home_xy) == set(mask[mask < len(home_xy)].tolist())
    assert is_whole(polygons)


@given(st.integers(0, 2**32 - 1), st.sampled_from(SCATTERED_LIMITS_M))
@settings(max_examples=60)
def test_homes_up_to_300_m_off_their_street_are_inside_if_and_only_if_they_are_reached(
    seed: int, limit_m: float
) -> None:
    require_inside_is_reached(seed, limit_m)


def pieces(ground: Triangulated, points: np.ndarray) -> shapely.Geometry:
    """Return the outline as the union of what each triangle has of it, one by one."""
    reached = np.zeros(len(ground.xy), dtype=bool)
    reached[ground.corner_of_point[points]] = True

    def cut(a: int, b: int) -> np.ndarray:
        along = ground.xy[b] - ground.xy[a]
        return ground.xy[a] + along * min(0.5, BORDER_M / np.hypot(*along))

    parts = []
    for corners in ground.tail.reshape(-1, 3).tolist():
        held = []
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
            if reached[a]:
                held.append(ground.xy[a])
            if reached[a] != reached[b]:
                held.append(cut(a, b) if reached[a] else cut(b, a))
        if len(held) >= 3:
            parts.append(shapely.Polygon(held))
    return shapely.union_all(parts, grid_size=1e-6)


def grid(n: int, step_m: float) -> np.ndarray:
    """Return n by n points: every four neighbours on one circle."""
    return np.array([(column * step_m, line * step_m) for column in range(n) for line in range(n)])


@given(
    st.sampled_from([grid(8, 10.0), grid(7, 45.0), grid(6, 20.0) + 1e5, grid(5, 0.02)]),
    st.data(),
)
@settings(max_examples=40)
def test_any_pattern_of_a_regular_grid_gives_the_pieces_of_its_triangles(
    xy: np.ndarray, data: st.DataObject
) -> None:
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(xy), max_size=len(xy))))
    ground = lay_ground(xy, NOWHERE)
    (polygon,) = outlines(ground, [np.flatnonzero(mask)])
    assert inside(polygon, xy) == set(np.flatnonzero(mask).tolist())
    assert polygon.is_valid
    expected = pieces(ground, np.flatnonzero(mask))
    assert polygon.symmetric_difference(expected).area <= 1e-4 * (1 + expected.length)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10)
def test_what_is_left_out_and_the_order_change_no_outline(seed: int) -> None:
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 1500, (150, 2))
    reached = np.flatnonzero(np.hypot(*(xy - 300).T) < 350)
    mask = np.isin(np.arange(len(xy)), reached)
    whole, part = lay_ground(xy, NOWHERE), lay_ground(xy, NOWHERE, reachable=mask)
    assert len(part.xy) < len(whole.xy)
    order = rng.permutation(len(xy))
    mixed = lay_ground(xy[order], NOWHERE)
    (expected,) = outlines(whole, [reached])
    (cropped,) = outlines(part, [reached])
    (shuffled,) = outlines(mixed, [np.flatnonzero(mask[order])])
    assert expected.symmetric_difference(cropped).area < 1e-6
    assert expected.normalize().equals_exact(shuffled.normalize(), 0.0)


def test_one_home_alone_is_a_small_polygon_round_it() -> None:
    (polygon,) = outlines(lay_ground(np.array([[1e5, -3e4]]), NOWHERE), [np.array([0])])
    assert polygon.contains(shapely.Point(1e5, -3e4))
    assert 0 < polygon.area < np.pi * BORDER_M**2


def test_points_in_a_row_need_no_area() -> None:
    xy = np.column_stack([np.arange(0.0, 500.0, 5.0), np.zeros(100)])
    (polygon,) = outlines(lay_ground(xy, NOWHERE), [np.arange(40)])
    assert inside(polygon, xy) == set(range(40))


def test_nothing_reached_is_an_empty_polygon() -> None:
    ground = lay_ground(np.array([[0.0, 0.0]]), NOWHERE)
    empty, one = outlines(ground, [np.zeros(0, dtype=int), np.array([0])])
    assert empty.is_empty
    assert not one.is_empty
    assert outlines(ground, []).size == 0


def test_a_town_without_points_has_no_ground() -> None:
    ground = lay_ground(NOWHERE, NOWHERE)
    assert ground.tail.size == 0
    assert [polygon.is_empty for polygon in outlines(ground, [np.zeros(0, dtype=int)])] == [True]


def test_homes_at_one_spot_share_a_corner_and_a_street_point_gives_way() -> None:
    home_xy = np.array([[0.0, 0.0], [0.0, 0.0], [50.0, 0.0]])
    ground = lay_ground(home_xy, np.array([[50.0, 0.0], [25.0, 0.0]]))
    corner = ground.corner_of_point
    assert corner[0] == corner[1]
    assert corner[3] < 0
    # The street under the home at x = 50 is reached, the home is not: a bridge passes over it.
    (polygon,) = outlines(ground, [np.array([0, 1, 3, 4])])
    assert inside(polygon, home_xy) == {0, 1}


def test_homes_a_centimetre_apart_are_told_apart() -> None:
    home_xy = np.array([[0.0, 0.0], [0.01, 0.0], [0.0, 0.01], [200_000.0, 0.0]])
    (polygon,) = outlines(lay_ground(home_xy, NOWHERE), [np.array([1])])
    assert inside(polygon, home_xy) == {1}
    assert polygon.is_valid


def test_a_home_at_the_other_end_of_the_country_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="1,000 km apart"):
        lay_ground(np.array([[0.0, 0.0], [1e6, 0.0]]), NOWHERE)


def test_a_point_without_coordinates_is_named() -> None:
    with pytest.raises(InvalidInputError, match="point 1 has no coordinates"):
        lay_ground(np.array([[0.0, 0.0], [np.nan, 0.0]]), NOWHERE)


def test_a_mask_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="give one value for each of 1 points"):
        lay_ground(np.zeros((1, 2)), NOWHERE, reachable=np.ones(2, dtype=bool))


def test_a_point_on_ground_left_out_is_refused() -> None:
    xy = np.array([[0.0, 0.0], [5000.0, 0.0]])
    ground = lay_ground(xy, NOWHERE, reachable=np.array([True, False]))
    with pytest.raises(InvalidInputError, match="ground left out"):
        outlines(ground, [np.array([1])])
