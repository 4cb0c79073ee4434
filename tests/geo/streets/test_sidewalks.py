"""Sidewalks apart from their road: which side streets are joined to which of them, by hand."""

import math
from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from geo.streets.network import Network, build_network
from geo.streets.sidewalks import has_sidewalk_apart, join_sidewalks
from tests.streets import PLANE, way_table

Spot = tuple[float, float]

ROAD = {1: (0.0, 0.0), 2: (500.0, 0.0), 3: (1000.0, 0.0)}
"""The road along the x axis, closed to walkers; side streets come from the north to its node 2."""
NORTH = {11: (0.0, 5.0), 12: (1000.0, 5.0)}
SOUTH = {13: (0.0, -6.0), 14: (1000.0, -6.0)}
SIDE = {21: (500.0, 150.0)}


def joined(
    spots: Mapping[int, Spot],
    footways: Sequence[Sequence[int]],
    streets: Sequence[Sequence[int]],
    *,
    road: Sequence[int] = (1, 2, 3),
    turn: float = 0.0,
    layer: int = 0,
) -> tuple[Network, int, int]:
    """Build sidewalks and side streets at the road, the whole turned by an angle."""
    ways = way_table([*footways, *streets])
    ways.loc[: len(footways) - 1, "highway"] = "footway"
    ways.loc[: len(footways) - 1, "layer"] = layer
    x, y = np.array(list(spots.values()), dtype=float).T
    nodes = pd.DataFrame(
        {
            "x": x * math.cos(turn) - y * math.sin(turn),
            "y": x * math.sin(turn) + y * math.cos(turn),
            "kind": np.int8(0),
        },
        index=list(spots),
    )
    roads = pd.DataFrame({"node_ids": [list(road)]})
    ways, nodes, joins_n, across_n = join_sidewalks(ways, nodes, roads)
    return build_network(ways, nodes, epsg=PLANE), joins_n, across_n


def walk_m(network: Network, origin: Spot, goal: Spot) -> float:
    at = [tuple(spot) for spot in network.node_xy.round(6).tolist()]
    return float(dijkstra(network.streets, indices=at.index(origin))[at.index(goal)])


def test_a_side_street_is_joined_where_it_crosses_the_sidewalk() -> None:
    network, joins_n, across_n = joined(ROAD | NORTH | SIDE, [[11, 12]], [[2, 21]])
    assert (joins_n, across_n) == (1, 0)
    # 145 m down to the sidewalk, 500 m along it.
    assert walk_m(network, SIDE[21], NORTH[12]) == pytest.approx(645.0)
    assert not network.edges["crossing"].any()


def test_the_road_is_not_crossed_where_the_own_side_has_a_sidewalk() -> None:
    spots = ROAD | NORTH | SOUTH | SIDE
    network, joins_n, across_n = joined(spots, [[11, 12], [13, 14]], [[2, 21]])
    assert (joins_n, across_n) == (1, 0)
    assert walk_m(network, SIDE[21], SOUTH[14]) == math.inf


def test_the_road_is_crossed_to_the_only_sidewalk() -> None:
    network, joins_n, across_n = joined(ROAD | SOUTH | SIDE, [[13, 14]], [[2, 21]])
    assert (joins_n, across_n) == (1, 1)
    assert walk_m(network, SIDE[21], SOUTH[14]) == pytest.approx(150 + 6 + 500)
    link = network.edges[network.edges["crossing"]]
    assert link["highway"].tolist() == ["footway"]
    assert network.edge_length_m[network.edges["crossing"]].tolist() == pytest.approx([6.0])


def test_who_comes_from_both_sides_crosses_and_gets_both_sidewalks() -> None:
    spots = ROAD | NORTH | SOUTH | SIDE | {22: (500.0, -90.0)}
    for streets in ([[21, 2, 22]], [[21, 2], [22, 2]]):
        network, joins_n, across_n = joined(spots, [[11, 12], [13, 14]], streets)
        assert (joins_n, across_n) == (2, 0)
        assert walk_m(network, SIDE[21], (500.0, -90.0)) == pytest.approx(240.0)
        assert walk_m(network, NORTH[11], SOUTH[14]) == pytest.approx(500 + 11 + 500)


def test_a_sidewalk_that_stops_on_both_hands_of_the_side_street_is_joined_twice() -> None:
    spots = ROAD | SIDE | NORTH | {15: (496.0, 5.0), 16: (503.0, 5.0)}
    network, joins_n, across_n = joined(spots, [[11, 15], [16, 12]], [[2, 21]])
    assert (joins_n, across_n) == (2, 0)
    assert walk_m(network, NORTH[11], NORTH[12]) == pytest.approx(1000.0)
    assert walk_m(network, SIDE[21], NORTH[12]) == pytest.approx(145 + 3 + 497)


def test_what_shares_a_node_with_the_sidewalk_is_joined_already() -> None:
    spots = ROAD | SIDE | NORTH | SOUTH | {15: (500.0, 5.0), 16: (500.0, -6.0)}
    footways = [[11, 15, 12], [13, 16, 14], [15, 2, 16]]
    network, joins_n, _ = joined(spots, footways, [[15, 21]])
    assert joins_n == 0
    assert walk_m(network, SIDE[21], SOUTH[14]) == pytest.approx(150 + 6 + 500)


@pytest.mark.parametrize(
    ("y_m", "slope_m", "layer", "joins_n"),
    [
        (20.0, 0.0, 0, 1),
        (20.1, 0.0, 0, 0),  # farther than 20 m from the middle of the road
        (5.0, 0.0, 1, 0),  # above it
        (10.0, 5.7, 0, 1),  # 5.7 m on 10 m are 29.7°
        (10.0, 5.9, 0, 0),  # 30.5° from the direction of the road
    ],
)
def test_a_sidewalk_is_near_along_the_road_and_on_its_layer(
    y_m: float, slope_m: float, layer: int, joins_n: int
) -> None:
    ends = {11: (490.0, y_m - slope_m), 12: (510.0, y_m + slope_m)}
    _, found_n, _ = joined(ROAD | SIDE | ends, [[11, 12]], [[2, 21]], layer=layer)
    assert found_n == joins_n


def test_a_street_that_goes_on_as_such_a_road_is_joined_to_its_sidewalks() -> None:
    # West of node 2 people walk on the road, east of it on either sidewalk.
    spots = ROAD | {15: (503.0, 5.0), 12: (1000.0, 5.0), 16: (504.0, -6.0), 14: (1000.0, -6.0)}
    network, joins_n, _ = joined(spots, [[15, 12], [16, 14]], [[1, 2]], road=[2, 3])
    assert joins_n == 2
    assert walk_m(network, ROAD[1], (1000.0, 5.0)) == pytest.approx(500 + math.hypot(3, 5) + 497)
    assert walk_m(network, ROAD[1], (1000.0, -6.0)) == pytest.approx(500 + math.hypot(4, 6) + 496)


@settings(max_examples=30)
@given(
    turn=st.floats(0, 2 * math.pi),
    at_m=st.lists(st.integers(50, 950), min_size=1, max_size=5, unique=True),
    beyond=st.booleans(),
    random=st.randoms(use_true_random=False),
)
def test_every_side_street_is_joined_wherever_the_road_leads(
    *, turn: float, at_m: list[int], beyond: bool, random: Random
) -> None:
    spots = {1: ROAD[1], 3: ROAD[3]} | NORTH
    road, streets = [1], []
    for x_m in sorted(at_m):
        spots |= {100 + x_m: (float(x_m), 0.0), 2000 + x_m: (float(x_m), 80.0)}
        spots |= {4000 + x_m: (float(x_m), -70.0)}
        road.append(100 + x_m)
        streets.append([2000 + x_m, 100 + x_m, *([4000 + x_m] if beyond else [])])
    network, joins_n, across_n = joined(spots, [[11, 12]], streets, road=[*road, 3], turn=turn)
    assert (joins_n, across_n) == (len(at_m), 0)
    assert len(network.component_length_m) == 1
    expected_m = 1000 + len(at_m) * (80 + (70 if beyond else 0))
    assert network.edge_length_m.sum() == pytest.approx(expected_m)
    order = list(spots)
    random.shuffle(order)
    random.shuffle(streets)
    mixed = {key: spots[key] for key in order}
    again, _, _ = joined(mixed, [[12, 11]], streets, road=[3, *road[::-1]], turn=turn)
    np.testing.assert_allclose(again.edge_xy, network.edge_xy, atol=1e-6)


@pytest.mark.parametrize(
    ("tags", "apart"),
    [
        ({"highway": "secondary", "foot": "use_sidepath"}, True),
        ({"highway": "primary", "foot": "no", "sidewalk:both": "separate"}, True),
        ({"highway": "primary", "foot": "no", "sidewalk:left": "separate"}, True),
        ({"highway": "primary", "foot": "no"}, False),
        ({"highway": "primary", "foot": "no", "sidewalk": "no"}, False),
        ({"highway": "motorway", "foot": "use_sidepath"}, False),
        ({"highway": "trunk", "foot": "use_sidepath", "motorroad": "yes"}, False),
        ({"highway": "cycleway", "foot": "use_sidepath"}, False),
    ],
)
def test_which_roads_have_their_sidewalk_apart(tags: dict[str, str], *, apart: bool) -> None:
    assert has_sidewalk_apart(tags) is apart
