"""The straight line: what is far from streets on it, what it crosses, where it breaks."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.streets.network import Network
from geo.walking.reach import nearest
from geo.walking.straight import Line, crossed_streets, far_stretches, widest_break
from tests.streets import Point, snaps, streets, towns


def line(x0: float, y0: float, x1: float, y1: float) -> Line:
    return Line(np.array([x0, y0], dtype=float), np.array([x1, y1], dtype=float))


def every(network: Network) -> np.ndarray:
    return np.arange(len(network.edge_u))


def test_between_two_streets_200_metres_apart_140_are_far() -> None:
    town = streets({1: (0, 0), 2: (500, 0), 3: (0, 200), 4: (500, 200)}, [[1, 2], [3, 4], [1, 3]])
    found = far_stretches(line(250, 0, 250, 200), town, every(town), apart_m=30.0)
    assert found == [pytest.approx((30.0, 170.0))]
    # Along a street nothing is far; past its end, all but the first 30 m are.
    assert far_stretches(line(10, 0, 400, 0), town, every(town), apart_m=30.0) == []
    assert far_stretches(line(500, 0, 700, 0), town, every(town), apart_m=30.0) == [
        pytest.approx((30.0, 200.0))
    ]


def test_a_slanting_street_is_near_for_as_long_as_its_band_is_wide() -> None:
    # A street at 45° through (100, 0): within 30 m of it for 30 x sqrt 2 on either side.
    town = streets({1: (0, -100), 2: (200, 100)}, [[1, 2]])
    found = far_stretches(line(0, 0, 200, 0), town, every(town), apart_m=30.0)
    half_m = 30.0 * np.sqrt(2.0)
    assert found == [pytest.approx((0.0, 100 - half_m)), pytest.approx((100 + half_m, 200.0))]


def test_a_line_without_length_is_far_nowhere() -> None:
    town = streets({1: (0, 0), 2: (500, 0)}, [[1, 2]])
    assert far_stretches(line(9, 900, 9, 900), town, every(town), apart_m=30.0) == []
    assert len(crossed_streets(line(9, 900, 9, 900), town, every(town))) == 0


def test_the_railway_is_where_the_way_round_is_longest() -> None:
    # Two rows of streets at y = 100 and y = 140, joined 600 m to the east; the home stands at
    # (0, 60) on a street north to the first row, the place at (0, 300) on one north of the second.
    spots = {1: (0, 60), 2: (0, 100), 3: (600, 100), 4: (600, 140), 5: (0, 140), 6: (0, 300)}
    town = streets(spots, [[1, 2], [2, 3], [3, 4], [4, 5], [5, 6]])
    straight = line(5, 60, 5, 300)
    crossed = crossed_streets(straight, town, every(town))
    assert crossed["along_m"].tolist() == [40.0, 80.0]
    place = int(np.argmax(town.edge_xy[town.edge_start[1:] - 1, 1]))
    stops = snaps((place, 160.0, 0.0))
    walk = nearest(town, stops, crossed).home_walk
    # From (5, 100): 595 + 40 + 595 + 5 + 160; from (5, 140): 5 + 160.
    assert walk.tolist() == [1395.0, 165.0]
    found = widest_break(straight, crossed["along_m"].to_numpy(), walk, 45.0 + 1395.0)
    assert found is not None
    assert (found.from_m, found.to_m, found.first, found.last) == (40.0, 80.0, 0, 1)
    assert found.around_m == 1230.0


def test_where_the_streets_run_straight_there_is_no_break() -> None:
    town = streets({1: (0, 0), 2: (0, 300), 3: (-50, 100), 4: (50, 100)}, [[1, 2], [3, 4]])
    straight = line(0, 0, 0, 300)
    assert widest_break(straight, np.array([100.0]), np.array([200.0]), 300.0) is None
    assert widest_break(straight, np.array([100.0]), np.array([np.inf]), 300.0) is None
    assert crossed_streets(straight, town, every(town))["along_m"].tolist() == [100.0]


@given(town=towns(), ends=st.tuples(*[st.integers(0, 900)] * 4))
def test_what_is_far_and_crossed_agrees_with_shapely(
    town: tuple[Network, list[Point], list[Point]], ends: tuple[int, int, int, int]
) -> None:
    network, _, _ = town
    straight = line(*ends)
    drawn = shapely.LineString([straight.from_xy, straight.to_xy])
    far = far_stretches(straight, network, every(network), apart_m=30.0)
    if straight.length_m > 0:
        around = shapely.union_all(shapely.buffer(network.edge_lines, 30.0, quad_segs=64))
        expected = drawn.difference(around).length
        # A circle of 256 corners is at most 30 m x (1 - cos(pi / 256)) too small.
        assert sum(b - a for a, b in far) == pytest.approx(expected, abs=2.0)
        for a, b in far:
            middle = shapely.Point(straight.at((a + b) / 2))
            assert shapely.distance(network.edge_lines, middle).min() >= 30.0 - 1e-6
    crossed = crossed_streets(straight, network, every(network))
    spots = network.edge_lines[crossed["edge"]]
    where = shapely.line_interpolate_point(spots, crossed["offset_m"].to_numpy())
    for point, along_m in zip(where, crossed["along_m"], strict=True):
        assert shapely.get_coordinates(point)[0] == pytest.approx(straight.at(along_m), abs=1e-6)
    for edge in every(network):
        if shapely.crosses(drawn, network.edge_lines[edge]):
            assert edge in set(crossed["edge"])
