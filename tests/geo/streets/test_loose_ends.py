"""Loose ends: which are found, and what joining them changes, by hand and against an oracle."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.streets.loose_ends import join_loose_ends, near_misses
from geo.streets.network import Network
from tests.streets import oracle_walk_m, streets

MAIN = {1: (0.0, 0.0), 2: (100.0, 0.0)}
"""The main street along the x axis; side streets come from the north."""


def side(
    gap_m: float, main: dict[str, object] | None = None, own: dict[str, object] | None = None
) -> Network:
    """Build the main street and a side street that stops before it at x = 40."""
    spots = {**MAIN, 3: (40.0, gap_m), 4: (40.0, 60.0)}
    return streets(spots, [[1, 2], [3, 4]], {0: main or {}, 1: own or {}})


def lengths(network: Network) -> list[float]:
    return sorted(network.edge_length_m.round(9).tolist())


@pytest.mark.parametrize(("gap_m", "found"), [(0.0, 1), (1.5, 1), (2.0, 1), (2.001, 0)])
def test_a_street_end_within_two_metres_is_found(gap_m: float, found: int) -> None:
    misses = near_misses(side(gap_m))
    assert len(misses) == found
    if found:
        row = misses.iloc[0]
        assert (row.x, row.y, row.to_x, row.to_y) == (40.0, gap_m, 40.0, 0.0)
        assert (row.offset_m, row.gap_m) == (40.0, gap_m)


def test_the_width_of_the_gap_can_be_chosen() -> None:
    assert len(near_misses(side(4.0), within_m=5.0)) == 1
    assert len(near_misses(side(1.5), within_m=1.0)) == 0


@pytest.mark.parametrize("special", [{"bridge": True}, {"tunnel": True}, {"layer": 1}])
def test_what_passes_above_or_below_is_not_missed(special: dict[str, object]) -> None:
    assert near_misses(side(1.5, main=special)).empty
    assert near_misses(side(1.5, own=special)).empty


def test_on_the_same_layer_above_the_ground_a_gap_is_a_gap() -> None:
    assert len(near_misses(side(1.5, main={"layer": 1}, own={"layer": 1}))) == 1


@pytest.mark.parametrize(
    ("east_m", "north_m", "found"),
    [
        # Round three sides of a lane that leaves the main street east_m to the west:
        # north_m up, east_m across, north_m - 1 down to the end, and from there along the street.
        (5.0, 10.0, 0),  # 9 + 5 + 10 + 5 = 29 m on foot
        (6.0, 10.0, 1),  # 9 + 6 + 10 + 6 = 31 m
    ],
)
def test_an_end_that_is_near_on_foot_misses_nothing(
    east_m: float, north_m: float, found: int
) -> None:
    west = 40.0 - east_m
    spots = {**MAIN, 3: (west, 0.0), 4: (west, north_m), 5: (40.0, north_m), 6: (40.0, 1.0)}
    assert len(near_misses(streets(spots, [[1, 3, 2], [3, 4, 5, 6]]))) == found


def test_at_the_border_of_the_data_streets_may_end() -> None:
    network = side(1.5)
    assert near_misses(network, inside=shapely.box(-10, 2, 200, 200)).empty
    assert len(near_misses(network, inside=shapely.box(-10, -2, 200, 200))) == 1


def test_a_crossroads_is_no_dead_end() -> None:
    spots = {**MAIN, 3: (40.0, 1.5), 4: (40.0, 60.0), 5: (-30.0, 1.5), 6: (80.0, 1.5)}
    network = streets(spots, [[1, 2], [4, 3], [5, 3, 6]])
    # The crossroads at (40, 1.5) is no end. The main street ends in the west 1.5 m from the other, the
    # other in the east 1.5 m from the main street; (-30, 1.5) is 30 m from any.
    assert near_misses(network)[["x", "y"]].to_numpy().tolist() == [[0.0, 0.0], [80.0, 1.5]]


def test_joining_goes_straight_to_a_new_junction() -> None:
    network = side(1.5)
    joined = join_loose_ends(network, near_misses(network))
    # The side street is 1.5 m longer, the main street has a junction at 40 m.
    assert lengths(joined) == [40.0, 60.0, 60.0]
    assert joined.node_xy.tolist() == [[0, 0], [40, 0], [40, 60], [100, 0]]
    assert joined.component_length_m.tolist() == [160.0]
    assert sorted(joined.edges["name"]) == ["street 0", "street 0", "street 1"]


def test_a_gap_of_nothing_is_joined_without_a_piece_of_no_length() -> None:
    network = side(0.0)
    assert lengths(join_loose_ends(network, near_misses(network))) == [40.0, 60.0, 60.0]


def test_a_flight_of_steps_goes_on_level() -> None:
    network = side(1.5, own={"steps": True, "highway": "steps", "steps_per_m": 2.0})
    joined = join_loose_ends(network, near_misses(network))
    assert lengths(joined) == [1.5, 40.0, 58.5, 60.0]
    link = joined.edges[joined.edge_length_m < 2.0].iloc[0]
    assert (link["highway"], link["steps"], link["steps_per_m"]) == ("footway", False, 0.0)
    assert joined.edges["steps"].sum() == 1


def test_a_crossing_that_stops_short_of_the_road_crosses_it_afterwards() -> None:
    network = side(1.5, own={"highway": "footway", "crossing": True})
    joined = join_loose_ends(network, near_misses(network))
    assert joined.node_kind[joined.node_xy.tolist().index([40.0, 0.0])] == 1


def test_two_ends_that_face_each_other_are_joined_once() -> None:
    network = streets({1: (0, 0), 2: (50, 0), 3: (51.5, 0), 4: (90, 0)}, [[1, 2], [3, 4]])
    misses = near_misses(network)
    assert misses["gap_m"].tolist() == [1.5, 1.5]
    joined = join_loose_ends(network, misses)
    assert joined.edge_length_m.sum() == pytest.approx(90.0)
    assert joined.component_length_m.size == 1


def test_two_ends_may_meet_one_street_at_one_spot() -> None:
    spots = {**MAIN, 3: (40.0, 1.0), 4: (40.0, 60.0), 5: (40.0, -1.0), 6: (40.0, -60.0)}
    network = streets(spots, [[1, 2], [3, 4], [5, 6]])
    joined = join_loose_ends(network, near_misses(network))
    assert lengths(joined) == [40.0, 60.0, 60.0, 60.0]
    assert joined.component_length_m.size == 1


def test_joining_nothing_changes_nothing() -> None:
    network = side(30.0)
    joined = join_loose_ends(network, near_misses(network))
    for name in ("node_xy", "node_kind", "edge_u", "edge_v", "edge_length_m", "edge_xy"):
        np.testing.assert_array_equal(getattr(joined, name), getattr(network, name))
    pd.testing.assert_frame_equal(joined.edges, network.edges)


@st.composite
def crowded(draw: st.DrawFn) -> Network:
    """Draw streets in a square of 40 m, so that many ends are near another street."""
    coordinate = st.integers(0, 40)
    spots = draw(st.lists(st.tuples(coordinate, coordinate), min_size=4, max_size=10, unique=True))
    node = st.integers(0, len(spots) - 1)
    ways = draw(st.lists(st.tuples(node, node), min_size=2, max_size=8))
    ways = [way for way in ways if way[0] != way[1]]
    layers: Sequence[int] = [draw(st.sampled_from([0, 0, 0, 1])) for _ in ways]
    places = {n: (float(x), float(y)) for n, (x, y) in enumerate(spots)}
    return streets(places, ways, {n: {"layer": layer} for n, layer in enumerate(layers)})


@given(crowded())
def test_near_misses_are_what_looking_at_every_pair_finds(network: Network) -> None:
    expected = {}
    ends = [*network.edge_u.tolist(), *network.edge_v.tolist()]
    for node in range(len(network.node_xy)):
        if ends.count(node) != 1:
            continue
        own = ends.index(node) % len(network.edge_u)
        at = shapely.Point(network.node_xy[node])
        along_m = 0.0 if network.edge_u[own] == node else float(network.edge_length_m[own])
        gaps = []
        for edge, line in enumerate(network.edge_lines):
            same_layer = network.edges["layer"][edge] == network.edges["layer"][own]
            if edge == own or not same_layer or line.distance(at) > 2.0 + 1e-9:
                continue
            spot = (edge, float(line.project(at)), 0.0)
            if oracle_walk_m(network, (own, along_m, 0.0), spot) > 30.0 + 1e-6:
                gaps.append(line.distance(at))
        if gaps:
            expected[node] = min(gaps)
    misses = near_misses(network)
    assert misses["node"].tolist() == list(expected)
    assert misses["gap_m"].tolist() == pytest.approx(list(expected.values()))


@given(crowded())
def test_joining_keeps_every_metre_and_adds_only_the_gaps(network: Network) -> None:
    misses = near_misses(network)
    joined = join_loose_ends(network, misses)
    added_m = joined.edge_length_m.sum() - network.edge_length_m.sum()
    assert -1e-6 <= added_m <= misses["gap_m"].sum() + 1e-6
    assert joined.component_length_m.size <= network.component_length_m.size


def test_what_stands_at_a_point_is_still_there_when_ends_are_joined() -> None:
    spots = {1: (0.0, 0.0), 2: (50.0, 0.0), 3: (100.0, 0.0), 4: (20.0, 40.0), 5: (20.0, 1.0)}
    network = streets(spots, [[1, 2, 3], [4, 5]], traits={2: "barrier=stile"})
    joined = join_loose_ends(network, near_misses(network))
    # 20 + 30 m to the stile, 50 m beyond, and the side street with its missing metre.
    assert lengths(joined) == [20.0, 30.0, 40.0, 50.0]
    ((node, text),) = joined.node_traits.items()
    assert (joined.node_xy[node].tolist(), text) == ([50.0, 0.0], "barrier=stile")
