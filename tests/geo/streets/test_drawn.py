"""Ways as they are drawn: nodes at one spot, and nodes put on ways."""

from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.streets.drawn import join_same_spots, with_points
from geo.streets.network import Network, build_network
from tests.streets import PLANE, way_table

Spot = tuple[float, float]

CROSS = {
    1: (-50.0, 0.0),
    2: (0.0, 0.0),
    3: (50.0, 0.0),
    4: (0.0, -50.0),
    5: (0.0, 0.0),
    6: (0.0, 50.0),
}
"""Two ways that cross at one spot, each with a node of its own there: 2 and 5."""


def tables(
    spots: dict[int, Spot],
    ways: list[list[int]],
    special: dict[int, dict[str, object]] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = way_table(ways)
    for row, values in (special or {}).items():
        for name, value in values.items():
            table.loc[row, name] = value
    nodes = pd.DataFrame(list(spots.values()), columns=["x", "y"], index=list(spots), dtype=float)
    return table, nodes.assign(kind=np.int8(0))


def build(ways: pd.DataFrame, nodes: pd.DataFrame) -> Network:
    return build_network(ways, nodes, epsg=PLANE)


@pytest.mark.parametrize(
    ("apart_m", "special", "joined", "doubts"),
    [
        (0.0, {}, True, []),
        (0.01, {}, True, []),
        (0.011, {}, False, []),
        (0.0, {0: {"layer": 1}}, False, []),
        (0.0, {0: {"layer": 1, "bridge": True}}, False, []),
        (0.0, {0: {"layer": 1}, 1: {"layer": 1}}, True, []),
        (0.0, {0: {"layer": 1, "bridge": True}, 1: {"layer": 1, "bridge": True}}, True, []),
        (0.0, {0: {"bridge": True}}, False, [(1, 2)]),
        (0.0, {1: {"tunnel": True}}, False, [(1, 2)]),
        (0.0, {1: {"highway": "corridor"}}, False, [(1, 2)]),
    ],
)
def test_two_ways_meet_at_one_spot_on_one_level(
    apart_m: float, special: dict[int, dict[str, object]], *, joined: bool, doubts: list[object]
) -> None:
    spots = {**CROSS, 5: (0.0, apart_m)}
    ways, nodes, moved, found = join_same_spots(*tables(spots, [[1, 2, 3], [4, 5, 6]], special))
    assert found == doubts
    assert moved == ({5: 2} if joined else {})
    network = build(ways, nodes)
    assert len(network.edge_u) == (4 if joined else 2)
    assert len(network.component_length_m) == (1 if joined else 2)


def test_the_greatest_kind_of_node_counts_at_a_spot() -> None:
    ways, nodes = tables(CROSS, [[1, 2, 3], [4, 5, 6]])
    nodes.loc[5, "kind"] = 3
    _, left, moved, _ = join_same_spots(ways, nodes)
    assert moved == {5: 2}
    assert left.loc[2, "kind"] == 3


def test_what_the_nodes_at_a_spot_say_is_said_by_the_one_that_is_left() -> None:
    ways, nodes = tables(CROSS, [[1, 2, 3], [4, 5, 6]])
    nodes["traits"] = ["", "barrier=gate", "", "kerb=flush", "barrier=stile", ""]
    _, left, moved, _ = join_same_spots(ways, nodes)
    assert moved == {5: 2}
    assert left["traits"].to_dict() == {
        1: "",
        2: "barrier=gate;barrier=stile",
        3: "",
        4: "kerb=flush",
        6: "",
    }


def test_a_node_that_only_another_layer_has_does_not_part_what_meets() -> None:
    # Three ways at one spot: the one on the bridge is not joined to the two below it.
    spots = CROSS | {7: (-40.0, -40.0), 8: (0.0, 0.0), 9: (40.0, 40.0)}
    over = {2: {"layer": 1, "bridge": True}}
    ways, nodes, moved, doubts = join_same_spots(
        *tables(spots, [[1, 2, 3], [4, 5, 6], [7, 8, 9]], over)
    )
    assert (moved, doubts) == ({5: 2}, [])
    assert len(build(ways, nodes).component_length_m) == 2


def test_a_ring_whose_ends_are_two_nodes_is_closed() -> None:
    spots = {1: (0.0, 0.0), 2: (10.0, 0.0), 3: (10.0, 10.0), 4: (0.0, 0.0)}
    ways, _, moved, _ = join_same_spots(*tables(spots, [[1, 2, 3, 4]]))
    assert moved == {4: 1}
    assert ways["node_ids"].tolist() == [[1, 2, 3, 1]]


def test_a_piece_that_is_shorter_than_a_centimetre_stays() -> None:
    spots = {1: (-10.0, 0.0), 2: (0.0, 0.0), 3: (0.009, 0.0), 4: (10.0, 0.0), 5: (0.0, 20.0)}
    # Node 3 of the street follows its node 2, to which the other one comes.
    assert join_same_spots(*tables(spots, [[1, 2, 3, 4], [2, 5]]))[2] == {}


def test_a_spiral_does_not_meet_itself_on_its_way_up() -> None:
    spots = {1: (-10.0, 0.0), 2: (0.0, 0.0), 3: (10.0, 9.0), 4: (-10.0, 9.0), 5: (0.0, 0.0)}
    ways = [[1, 2, 3, 4, 5, 6]]
    assert join_same_spots(*tables(spots | {6: (20.0, -9.0)}, ways))[2] == {}


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)),
        min_size=1,
        max_size=7,
    ),
    st.randoms(use_true_random=False),
)
def test_ways_with_nodes_of_their_own_become_the_network_of_shared_nodes(
    drawn: list[tuple[int, int, int, int]], random: Random
) -> None:
    lines = [((a, b), (c, d)) for a, b, c, d in drawn if (a, b) != (c, d)]
    # Every way has nodes of its own: 2 · row and 2 · row + 1. Shared ones: one a spot.
    own = {2 * row + end: line[end] for row, line in enumerate(lines) for end in (0, 1)}
    spots = {key: (100.0 * x, 100.0 * y) for key, (x, y) in own.items()}
    apart = tables(spots, [[2 * row, 2 * row + 1] for row in range(len(lines))])
    shared = tables(
        {10 * x + y: (100.0 * x, 100.0 * y) for line in lines for x, y in line},
        [[10 * x + y for x, y in line] for line in lines],
    )
    ways, nodes, _, doubts = join_same_spots(*apart)
    joined, expected = build(ways, nodes), build(*shared)
    assert doubts == []
    np.testing.assert_array_equal(joined.node_xy, expected.node_xy)
    np.testing.assert_array_equal(joined.edge_xy, expected.edge_xy)
    order = list(range(len(lines)))
    random.shuffle(order)
    mixed = apart[0].iloc[order], apart[1].sample(frac=1.0, random_state=len(lines))
    again, again_nodes, _, _ = join_same_spots(*mixed)
    np.testing.assert_array_equal(build(again, again_nodes).edge_xy, joined.edge_xy)


def test_points_stand_in_their_places_on_every_way_that_has_the_piece() -> None:
    spots = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (100.0, 50.0)}
    ways, nodes = tables(spots, [[1, 2, 3], [2, 1], [3, 2]])
    points = pd.DataFrame(
        [(-2, 2, 1, 0.3, 70.0, 0.0), (-1, 1, 2, 0.2, 20.0, 0.0)],
        columns=["id", "u", "v", "share", "x", "y"],
    )
    longer, more = with_points(ways, nodes, points)
    assert longer["node_ids"].tolist() == [[1, -1, -2, 2, 3], [2, -2, -1, 1], [3, 2]]
    assert more.loc[[-1, -2], ["x", "y"]].to_numpy().tolist() == [[20.0, 0.0], [70.0, 0.0]]
    assert ways["node_ids"].tolist() == [[1, 2, 3], [2, 1], [3, 2]]
