"""The network: by hand on a few streets, against networkx on random ones, and its properties."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from geo.errors import BrokenWorkspaceError, InvalidInputError
from geo.streets.network import (
    ATTRIBUTES,
    Network,
    build_network,
    isolated_edges,
    joinable,
    network_from_frames,
    network_to_frames,
    one_way_traps,
    to_edges_frame,
    to_networkx,
)
from geo.streets.walkable import NOT_CROSSED, OWN_GATE, SHUT

PLANE = 6677
Crossings = dict[int, tuple[float, float]]
Way = tuple[int, Sequence[int], dict[str, Any]]
PLAIN = {
    "highway": "residential",
    "name": "",
    "bridge": False,
    "tunnel": False,
    "steps": False,
    "layer": 0,
    "crossing": False,
    "signals": False,
    "surface": "",
    "steps_per_m": 0.0,
    "oneway": 0,
    "private": False,
    "traits": "",
    "incline_pct": 0.0,
    "hours": "",
}


def town(
    crossings: Crossings, ways: Sequence[Way], kinds: Mapping[int, int] | None = None
) -> Network:
    """Build a network from crossings (id → metres) and ways (osm_id, crossing ids, attributes)."""
    rows = [{"osm_id": osm_id, "node_ids": ids, **PLAIN, **more} for osm_id, ids, more in ways]
    table = pd.DataFrame(rows, columns=["osm_id", "node_ids", *ATTRIBUTES])
    table = table.astype({"osm_id": "int64", "bridge": bool, "tunnel": bool, "steps": bool})
    table = table.astype({"crossing": bool, "signals": bool, "steps_per_m": float, "private": bool})
    nodes = pd.DataFrame(
        list(crossings.values()), columns=["x", "y"], index=list(crossings), dtype=float
    )
    if kinds is not None:
        nodes["kind"] = [kinds.get(key, 0) for key in crossings]
    return build_network(table, nodes, epsg=PLANE)


ARRAYS = (
    "node_xy",
    "node_kind",
    "edge_u",
    "edge_v",
    "edge_length_m",
    "edge_xy",
    "edge_start",
    "station_start",
    "station_height_m",
)


def same(one: Network, other: Network) -> None:
    """Check that two networks are equal number for number."""
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert one.epsg == other.epsg
    pd.testing.assert_frame_equal(one.edges, other.edges)


def test_an_edge_is_as_long_as_its_polyline() -> None:
    # 3 m east, 4 m north: 7 m along the street, though only 5 m as the crow flies.
    network = town({1: (0, 0), 2: (3, 0), 3: (3, 4)}, [(9, [1, 2, 3], {})])
    assert network.edge_length_m.tolist() == [7.0]
    assert network.edge_xy.tolist() == [[0, 0], [3, 0], [3, 4]]
    assert network.vertex_offset_m.tolist() == [0.0, 3.0, 7.0]
    assert network.node_xy.tolist() == [[0, 0], [3, 4]]
    assert (network.edge_u.tolist(), network.edge_v.tolist()) == ([0], [1])
    assert network.edge_lines[0].equals(shapely.LineString([(0, 0), (3, 0), (3, 4)]))


def test_ways_are_cut_where_they_share_a_node() -> None:
    crossings: Crossings = {1: (0, 0), 2: (5, 0), 3: (10, 0), 4: (5, 12)}
    network = town(crossings, [(1, [1, 2, 3], {}), (2, [2, 4], {})])
    assert sorted(network.edge_length_m.tolist()) == [5.0, 5.0, 12.0]
    assert network.node_xy.tolist() == [[0, 0], [5, 0], [5, 12], [10, 0]]
    # From (0, 0) by the crossing to (5, 12): 5 + 12.
    assert dijkstra(network.streets, indices=0)[2] == 17.0


def test_a_bridge_above_a_street_shares_no_node_and_is_not_joined() -> None:
    crossings: Crossings = {1: (-5, 0), 2: (5, 0), 3: (0, -5), 4: (0, 5)}
    bridge = {"bridge": True, "layer": 1}
    network = town(crossings, [(1, [1, 2], {}), (2, [3, 4], bridge)])
    assert network.edge_length_m.tolist() == [10.0, 10.0]
    assert np.unique(network.component_of_node).size == 2
    assert network.edges["layer"].tolist() == [0, 1]


def test_two_nodes_at_one_spot_are_not_one_node() -> None:
    crossings: Crossings = {1: (-5, 0), 2: (0, 0), 3: (5, 0), 4: (0, -5), 5: (0, 0), 6: (0, 5)}
    ways: list[Way] = [(1, [1, 2, 3], {}), (2, [4, 5, 6], {"tunnel": True, "layer": -1})]
    network = town(crossings, ways)
    assert len(network.edge_u) == 2
    assert network.component_length_m.tolist() == [10.0, 10.0]


def test_pieces_of_equal_attributes_become_one_edge_with_the_lowest_id() -> None:
    crossings: Crossings = {1: (0, 0), 2: (3, 0), 3: (3, 4), 4: (6, 8)}
    network = town(crossings, [(8, [2, 1], {}), (7, [2, 3], {}), (9, [4, 3], {})])
    assert network.edge_length_m.tolist() == [12.0]  # 3 + 4 + 5
    assert network.edges["osm_id"].tolist() == [7]
    assert network.edge_xy.tolist() == [[0, 0], [3, 0], [3, 4], [6, 8]]


def test_pieces_walked_in_one_direction_are_one_edge_however_they_are_drawn() -> None:
    # The whole is walked from (9, 0) to (0, 0): from v to u. One piece is drawn so, one against it.
    drawn: list[Way] = [(1, [1, 2], {"oneway": -1}), (2, [3, 2], {"oneway": 1})]
    network = town(ROW, drawn)
    assert network.edge_xy[:, 0].tolist() == [0, 4, 9]
    assert network.edges["oneway"].tolist() == [-1]


def test_pieces_walked_in_opposite_directions_are_two_edges() -> None:
    network = town(ROW, [(1, [1, 2], {"oneway": 1}), (2, [3, 2], {"oneway": 1})])
    assert network.edge_length_m.tolist() == [4.0, 5.0]
    assert network.edges["oneway"].tolist() == [1, -1]


@pytest.mark.parametrize(
    "other",
    [
        {"name": "栄町通り"},
        {"highway": "service"},
        {"bridge": True},
        {"tunnel": True},
        {"steps": True},
        {"layer": 1},
        {"private": True},
        {"traits": "lit=no"},
        {"oneway": 1},
        {"crossing": True},
        {"signals": True},
        {"surface": "unpaved"},
        {"steps_per_m": 2.5},
    ],
    ids=str,
)
def test_pieces_of_different_attributes_stay_edges_of_their_own(other: dict[str, Any]) -> None:
    crossings: Crossings = {1: (0, 0), 2: (3, 0), 3: (3, 4)}
    network = town(crossings, [(1, [1, 2], {}), (2, [2, 3], other)])
    assert sorted(network.edge_length_m.tolist()) == [3.0, 4.0]


def test_a_loop_at_the_end_of_a_street_is_kept() -> None:
    crossings: Crossings = {1: (-9, 0), 2: (0, 0), 3: (4, 0), 4: (4, 3)}
    network = town(crossings, [(1, [1, 2, 3, 4, 2], {})])
    # 4 + 3 + 5 round the loop, seen as the diagonal of the sparse matrix: left out.
    assert network.edge_length_m.tolist() == [9.0, 12.0]
    assert network.edge_u[1] == network.edge_v[1] == 1
    assert network.streets.toarray().tolist() == [[0, 9], [9, 0]]


def test_a_ring_without_a_junction_begins_at_its_lowest_node() -> None:
    crossings: Crossings = {1: (4, 3), 2: (0, 0), 3: (4, 0)}
    network = town(crossings, [(1, [1, 2], {}), (2, [2, 3, 1], {})])
    assert network.node_xy.tolist() == [[0, 0]]
    assert network.edge_length_m.tolist() == [12.0]
    assert network.edge_xy.tolist() == [[0, 0], [4, 0], [4, 3], [0, 0]]


def test_parallel_edges_are_kept_and_the_shortest_is_walked() -> None:
    crossings: Crossings = {1: (0, 0), 2: (8, 0), 3: (4, 3), 4: (-1, 0), 5: (9, 0)}
    ways: list[Way] = [(1, [1, 3, 2], {}), (2, [1, 2], {}), (3, [4, 1], {}), (4, [2, 5], {})]
    network = town(crossings, ways)
    assert sorted(network.edge_length_m.tolist()) == [1.0, 1.0, 8.0, 10.0]
    assert dijkstra(network.streets, indices=0).tolist() == [0.0, 1.0, 9.0, 10.0]


def test_a_vertex_that_repeats_its_neighbour_is_dropped() -> None:
    network = town({1: (0, 0), 2: (3, 0), 3: (3, 4)}, [(1, [1, 2, 2, 3], {})])
    assert network.edge_xy.tolist() == [[0, 0], [3, 0], [3, 4]]


def test_two_nodes_joined_by_a_street_of_no_length_are_one_junction() -> None:
    # Node 3 stands on node 2; the side street leaves from 3.
    crossings: Crossings = {1: (0, 0), 2: (5, 0), 3: (5, 0), 4: (9, 0), 5: (5, 7)}
    network = town(crossings, [(1, [1, 2, 3, 4], {}), (2, [3, 5], {})])
    assert sorted(network.edge_length_m.tolist()) == [4.0, 5.0, 7.0]
    assert np.unique(network.component_of_node).size == 1


def test_a_way_is_cut_where_a_node_is_unknown() -> None:
    crossings: Crossings = {1: (0, 0), 2: (3, 0), 4: (20, 0), 5: (24, 0)}
    network = town(crossings, [(1, [1, 2, 3, 4, 5], {})])
    assert network.edge_length_m.tolist() == [3.0, 4.0]


def test_only_a_piece_shorter_than_the_limit_is_isolated() -> None:
    crossings: Crossings = {
        n: (100.0 * (n // 2) + (n % 2) * length, 0.0)
        for n, length in zip(range(6), [0, 50, 0, 10, 0, 9], strict=True)
    }
    network = town(crossings, [(1, [0, 1], {}), (2, [2, 3], {}), (3, [4, 5], {})])
    assert network.edge_length_m.tolist() == [50.0, 10.0, 9.0]
    assert isolated_edges(network, below_m=10.0).tolist() == [False, False, True]
    assert isolated_edges(network, below_m=0.0).tolist() == [False, False, False]


def test_the_largest_piece_is_never_isolated() -> None:
    network = town(
        {1: (0, 0), 2: (3, 0), 3: (9, 0), 4: (11, 0)}, [(1, [1, 2], {}), (2, [3, 4], {})]
    )
    assert isolated_edges(network, below_m=1e9).tolist() == [False, True]


def test_a_piece_of_private_streets_alone_is_isolated_however_long() -> None:
    crossings: Crossings = {1: (0, 0), 2: (9, 0), 3: (0, 5), 4: (8, 5)}
    lonely = town(crossings, [(1, [1, 2], {}), (2, [3, 4], {"private": True})])
    assert isolated_edges(lonely, below_m=1.0).tolist() == [False, True]
    joined = town(crossings, [(1, [1, 2, 4], {}), (2, [3, 4], {"private": True})])
    assert not isolated_edges(joined, below_m=1.0).any()


def test_no_node_is_special_and_no_height_known_unless_somebody_says_so() -> None:
    network = town({1: (0, 0), 2: (3, 0), 3: (90, 0)}, [(1, [1, 2], {}), (2, [2, 3], {"layer": 1})])
    assert network.node_kind.tolist() == [0, 0, 0]
    # One piece an edge: a station at either end.
    assert network.station_start.tolist() == [0, 2, 4]
    assert np.isnan(network.station_height_m).tolist() == [True] * 4


ROW: Crossings = {1: (0, 0), 2: (4, 0), 3: (9, 0)}
ZEBRA = {"highway": "footway", "crossing": True}


@pytest.mark.parametrize(
    ("kind", "attributes", "pieces_m"),
    [
        # Signals in the course of a road are passed by, those on a crossing are waited at.
        (0, {}, [9.0]),
        (1, {}, [9.0]),
        (2, {}, [9.0]),
        (3, {}, [4.0, 5.0]),
        (0, ZEBRA, [9.0]),
        (1, ZEBRA, [4.0, 5.0]),
        (2, ZEBRA, [4.0, 5.0]),
        (3, ZEBRA, [4.0, 5.0]),
    ],
)
def test_a_node_stays_a_junction_where_somebody_waits(
    kind: int, attributes: dict[str, Any], pieces_m: list[float]
) -> None:
    network = town(ROW, [(1, [1, 2, 3], attributes)], {2: kind})
    assert network.edge_length_m.tolist() == pieces_m
    assert network.node_kind.tolist() == ([0, kind, 0] if len(pieces_m) > 1 else [0, 0])


def test_where_a_crossing_meets_a_carriageway_there_is_a_crossing() -> None:
    # West to east the crossing, south to north the road; nothing is written on the node between.
    crossings: Crossings = {1: (-5, 0), 2: (0, 0), 3: (5, 0), 4: (0, -9), 5: (0, 9)}
    road: Way = (2, [4, 2, 5], {"highway": "secondary"})

    def middle(over: dict[str, Any], kinds: dict[int, int]) -> int:
        network = town(crossings, [(1, [1, 2, 3], over), road], kinds)
        return int(network.node_kind[network.node_xy.tolist().index([0.0, 0.0])])

    assert middle({"highway": "footway"}, {}) == 0
    assert middle(ZEBRA, {}) == 1
    assert middle({**ZEBRA, "signals": True}, {}) == 2
    # What the node says of itself is never less than that.
    assert middle(ZEBRA, {2: 2}) == 2
    assert middle({"highway": "footway"}, {2: 2}) == 2


def test_of_two_nodes_at_one_spot_the_greatest_kind_counts() -> None:
    crossings: Crossings = {1: (0, 0), 2: (5, 0), 3: (5, 0), 4: (9, 0), 5: (5, 7)}
    for kinds in ({2: 1, 3: 2}, {2: 2, 3: 1}):
        network = town(crossings, [(1, [1, 2, 3, 4], ZEBRA), (2, [3, 5], {})], kinds)
        assert network.node_kind[network.node_xy.tolist().index([5.0, 0.0])] == 2


def test_nobody_joins_what_passes_by_below_above_or_inside() -> None:
    crossings: Crossings = {n: (10.0 * n, 0.0) for n in range(9)} | {20: (0, 90), 21: (1, 90)}
    kinds_of_way = [
        {},
        {"bridge": True},
        {"tunnel": True},
        {"highway": "steps", "steps": True},
        {"highway": "steps"},  # an escalator
        {"highway": "elevator"},
        {"highway": "corridor"},
        {"highway": "footway"},
    ]
    ways: list[Way] = [(n, [n, n + 1], more) for n, more in enumerate(kinds_of_way)]
    network = town(crossings, [*ways, (99, [20, 21], {})])
    joins = joinable(network, isolated_below_m=5.0)
    found = dict(zip(network.edges["osm_id"].tolist(), joins.tolist(), strict=True))
    assert [n for n, joined in found.items() if joined] == [0, 7]
    assert joinable(network, isolated_below_m=1.0).sum() == 3
    assert joinable(town({1: (0, 0)}, []), isolated_below_m=1.0).size == 0


def test_a_network_survives_storage_number_for_number(tmp_path: Path) -> None:
    crossings: Crossings = {1: (0.1, 0.2), 2: (1 / 3, 5), 3: (2 / 3, 9.7), 4: (7.7, 1.1)}
    steps = {"steps": True, "steps_per_m": 1 / 3, "surface": "paved"}
    ways: list[Way] = [(1, [1, 2, 3], {"name": "駅前通り"}), (2, [2, 4], steps)]
    network = town(crossings, ways, {2: 2, 4: 3})
    # Edges of one piece, of two, of none whose height is known.
    heights_m = np.array([0.1, 2 / 3, 1.0, 1 / 7, 1.5, np.nan, np.nan])
    starts = np.array([0, 2, 5, 7])
    network = replace(network, station_start=starts, station_height_m=heights_m)
    nodes, edges = network_to_frames(network)
    nodes.to_parquet(tmp_path / "nodes.parquet")
    edges.to_parquet(tmp_path / "edges.parquet")
    stored = [gpd.read_parquet(tmp_path / f"{name}.parquet") for name in ("nodes", "edges")]
    same(network, network_from_frames(*stored))


def test_a_stored_network_that_lacks_a_column_is_refused() -> None:
    nodes, edges = network_to_frames(town({1: (0, 0), 2: (3, 0)}, [(1, [1, 2], {})]))
    with pytest.raises(BrokenWorkspaceError, match="no column length_m; build the workspace again"):
        network_from_frames(nodes, edges.drop(columns="length_m"))
    with pytest.raises(BrokenWorkspaceError, match="no column heights_m"):
        network_from_frames(nodes, edges.drop(columns="heights_m"))
    with pytest.raises(BrokenWorkspaceError, match="no column kind"):
        network_from_frames(nodes.drop(columns="kind"), edges)
    with pytest.raises(BrokenWorkspaceError, match="no CRS"):
        network_from_frames(nodes.set_crs(None, allow_override=True), edges)


def test_the_edges_frame_carries_crs_attributes_and_lengths() -> None:
    frame = to_edges_frame(town({1: (0, 0), 2: (3, 4)}, [(5, [1, 2], {"highway": "trunk"})]))
    assert frame.crs.to_epsg() == PLANE
    assert frame.drop(columns="geometry").to_dict("records") == [
        {**PLAIN, "u": 0, "v": 1, "length_m": 5.0, "osm_id": 5, "highway": "trunk"}
    ]
    assert frame.geometry.length.tolist() == [5.0]


def test_no_ways_give_a_network_without_edges() -> None:
    network = town({1: (0, 0)}, [])
    assert len(network.node_xy) == len(network.edge_u) == len(network.edge_lines) == 0
    assert network.vertex_offset_m.size == network.component_length_m.size == 0
    assert isolated_edges(network, below_m=1.0).size == 0
    assert network.streets.shape == (0, 0)
    assert len(to_networkx(network)) == 0
    same(network, network_from_frames(*network_to_frames(network)))


def test_a_node_that_is_given_twice_is_refused() -> None:
    nodes = pd.DataFrame({"x": [0.0, 1.0], "y": [0.0, 1.0]}, index=[7, 7])
    ways = pd.DataFrame([{"osm_id": 1, "node_ids": [7, 7], **PLAIN}])
    with pytest.raises(InvalidInputError, match="node 7 occurs twice"):
        build_network(ways, nodes, epsg=PLANE)


SPOTS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=14, unique=True
)


Town = tuple[Crossings, list[Way], dict[int, int]]


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Draw crossings on a lattice and ways that run between any of them, in any order."""
    spots = draw(SPOTS)
    crossings: Crossings = {n: (float(x), float(y)) for n, (x, y) in enumerate(spots)}
    node = st.integers(0, len(spots) - 1)
    ids = st.lists(node, min_size=2, max_size=6)
    kinds = st.sampled_from([{}, {}, {"bridge": True, "layer": 1}, {"name": "本町通り"}, ZEBRA])
    oneway = st.sampled_from([0, 0, 1, -1])
    said = st.builds(lambda kind, way: {**kind, "oneway": way}, kinds, oneway)
    ways = draw(st.lists(st.tuples(ids, said), min_size=1, max_size=10))
    special = draw(st.dictionaries(node, st.integers(1, 3), max_size=4))
    return crossings, [(10 + n, way, more) for n, (way, more) in enumerate(ways)], special


def unmerged(crossings: Crossings, ways: Sequence[Way]) -> "nx.MultiGraph[tuple[float, float]]":
    """Return the graph of single segments, nodes named by their coordinates."""
    graph: nx.MultiGraph[tuple[float, float]] = nx.MultiGraph()
    for _, ids, more in ways:
        for a, b in itertools.pairwise(ids):
            if a != b:
                length_m = float(np.hypot(*np.subtract(crossings[a], crossings[b])))
                graph.add_edge(crossings[a], crossings[b], length_m=length_m, ends=(a, b), **more)
    return graph


def directed(
    graph: "nx.MultiGraph[tuple[float, float]]", crossings: Crossings
) -> "nx.MultiDiGraph[tuple[float, float]]":
    """Return the single segments as they may be walked."""
    walked: nx.MultiDiGraph[tuple[float, float]] = nx.MultiDiGraph()
    walked.add_nodes_from(graph)
    for _, _, said in graph.edges(data=True):
        a, b = (crossings[end] for end in said["ends"])
        if said["oneway"] >= 0:
            walked.add_edge(a, b, length_m=said["length_m"])
        if said["oneway"] <= 0:
            walked.add_edge(b, a, length_m=said["length_m"])
    return walked


@given(towns())
def test_merging_changes_no_distance(drawn: Town) -> None:
    crossings, ways, kinds = drawn
    graph, network = unmerged(crossings, ways), town(crossings, ways, kinds)
    expected = dict(nx.all_pairs_dijkstra_path_length(graph, weight="length_m"))
    on_foot = dict(nx.all_pairs_dijkstra_path_length(directed(graph, crossings), weight="length_m"))
    got = dijkstra(network.streets) if len(network.node_xy) else np.zeros((0, 0))
    merged = dict(nx.all_pairs_dijkstra_path_length(to_networkx(network), weight="length_m"))
    names = [tuple(xy) for xy in network.node_xy.tolist()]
    for (i, a), (j, b) in itertools.product(enumerate(names), repeat=2):
        walk_m = expected[a].get(b, np.inf)
        assert got[i, j] == pytest.approx(walk_m, abs=1e-9)
        assert merged[i].get(j, np.inf) == pytest.approx(on_foot[a].get(b, np.inf), abs=1e-9)


@given(towns())
def test_merging_loses_no_metre_and_leaves_nothing_to_merge(
    drawn: Town,
) -> None:
    crossings, ways, kinds = drawn
    graph, network = unmerged(crossings, ways), town(crossings, ways, kinds)
    assert network.edge_length_m.sum() == pytest.approx(graph.size(weight="length_m"))
    assert shapely.length(network.edge_lines) == pytest.approx(network.edge_length_m)
    pieces = [graph.subgraph(piece) for piece in nx.connected_components(graph)]
    assert sorted(network.component_length_m.tolist()) == pytest.approx(
        sorted(piece.size(weight="length_m") for piece in pieces)
    )
    degrees = np.bincount(np.concatenate([network.edge_u, network.edge_v]))
    for node, degree in enumerate(degrees):
        at = np.flatnonzero((network.edge_u == node) | (network.edge_v == node))
        # Two that lead away from here, or to here, are walked in opposite directions.
        leads_away = np.where(network.edge_u[at] == node, 1, -1) * network.edges["oneway"].iloc[at]
        met = network.edges.iloc[at].assign(oneway=leads_away)
        met.loc[met.index[:1], "oneway"] *= -1
        waited = network.node_kind[node] == 3 or (network.node_kind[node] and met["crossing"].any())
        different = len(met.drop(columns="osm_id").drop_duplicates()) == 2
        assert degree != 2 or len(at) == 1 or different or waited


@given(towns())
def test_a_trap_is_what_one_cannot_come_back_from(drawn: Town) -> None:
    crossings, ways, kinds = drawn
    network = town(crossings, ways, kinds)
    graph = nx.MultiDiGraph(to_networkx(network))
    trapped = one_way_traps(network)
    for piece in nx.weakly_connected_components(graph):
        inside = graph.subgraph(piece)
        groups = list(nx.strongly_connected_components(inside))
        ends = list(zip(network.edge_u.tolist(), network.edge_v.tolist(), strict=True))
        own = [edge for edge, (u, _) in enumerate(ends) if u in piece]
        length_m = [
            sum(network.edge_length_m[edge] for edge in own if {*ends[edge]} <= group)
            for group in groups
        ]
        free = [edge for edge in own if not trapped[edge]]
        # All that is free lies in one group, and none is longer.
        kept = [group for group in groups if all({*ends[edge]} <= group for edge in free)]
        assert kept
        if free:
            assert network.edge_length_m[free].sum() == pytest.approx(max(length_m))
        else:
            assert max(length_m) == 0.0


@given(towns(), st.randoms(use_true_random=False))
def test_order_and_direction_of_the_input_change_nothing(drawn: Town, random: Random) -> None:
    crossings, ways, kinds = drawn
    keys = list(crossings)
    random.shuffle(keys)
    turned: list[Way] = []
    for n, way, more in ways:
        turn = random.choice([1, -1])
        turned.append((n, way[::turn], {**more, "oneway": turn * more["oneway"]}))
    random.shuffle(turned)
    other = town({key: crossings[key] for key in keys}, turned, kinds)
    same(town(crossings, ways, kinds), other)


@given(towns(), st.randoms(use_true_random=False))
def test_other_node_ids_change_nothing(drawn: Town, random: Random) -> None:
    crossings, ways, kinds = drawn
    new = random.sample(range(1000), len(crossings))
    renamed = {new[key]: xy for key, xy in crossings.items()}
    renamed_ways = [(n, [new[key] for key in way], more) for n, way, more in ways]
    other = town(renamed, renamed_ways, {new[key]: kind for key, kind in kinds.items()})
    same(town(crossings, ways, kinds), other)


def walk_m(network: Network, a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the shortest walk between two spots; a spot may hold several nodes."""
    at = [tuple(xy) for xy in network.node_xy.tolist()]
    starts, ends = ([n for n, xy in enumerate(at) if xy == spot] for spot in (a, b))
    found = dijkstra(network.streets, indices=starts)
    return float(found[:, ends].min())


CROSS: Crossings = {1: (0, 0), 2: (50, 0), 3: (100, 0), 4: (50, -40), 5: (50, 40)}


def test_at_a_shut_node_every_way_ends_for_itself() -> None:
    # Two streets cross at 2, where a gate is shut: a way through and two that end there.
    ways: list[Way] = [(1, [1, 2, 3], {}), (2, [4, 2], {}), (3, [2, 5], {"highway": "steps"})]
    network = town(CROSS, ways, {2: SHUT})
    assert sorted(network.edge_length_m.tolist()) == [40.0, 40.0, 50.0, 50.0]
    assert network.component_length_m.size == 4
    # Everybody comes as far as the gate.
    at_gate = (network.node_xy == (50, 0)).all(axis=1)
    assert (at_gate.sum(), set(network.node_kind[at_gate])) == (4, {SHUT})
    assert not network.node_kind[~at_gate].any()


def test_a_private_gate_is_shut_but_where_a_private_way_leads_through_it() -> None:
    ways: list[Way] = [(1, [1, 2, 3], {}), (2, [4, 2], {})]
    same(town(CROSS, ways, {2: OWN_GATE}), town(CROSS, ways, {2: SHUT}))
    own: list[Way] = [*ways[:1], (2, [4, 2], {"private": True})]
    same(town(CROSS, own, {2: OWN_GATE}), town(CROSS, own))


def test_a_street_may_lead_round_a_shut_node() -> None:
    ways: list[Way] = [(1, [1, 2, 3], {}), (2, [1, 5, 3], {"name": "round"})]
    network = town(CROSS, ways, {2: SHUT})
    round_m = 2 * math.hypot(50, 40)
    assert walk_m(network, (0, 0), (100, 0)) == pytest.approx(round_m)
    assert walk_m(town(CROSS, ways), (0, 0), (100, 0)) == 100.0


def test_a_carriageway_that_may_not_be_crossed_is_walked_along_only() -> None:
    path = {"highway": "footway"}
    ways: list[Way] = [(1, [1, 2, 3], {}), (2, [4, 2], path), (3, [2, 5], path)]
    network = town(CROSS, ways, {2: NOT_CROSSED})
    assert walk_m(network, (0, 0), (100, 0)) == 100.0
    assert network.component_length_m.size == 3
    # A path that only comes to the road crosses nothing; where no car drives, nothing is crossed.
    for some in (ways[:2], [(1, [1, 2, 3], path), *ways[1:]]):
        assert town(CROSS, some, {2: NOT_CROSSED}).component_length_m.size == 1


def test_the_order_of_ways_changes_nothing_at_shut_nodes() -> None:
    ways: list[Way] = [(1, [1, 2, 3], {}), (2, [4, 2], {}), (3, [2, 5], {}), (4, [5, 3], {})]
    for kind in (SHUT, NOT_CROSSED):
        one = town(CROSS, ways, {2: kind})
        for turned in itertools.permutations(ways):
            back = [(osm_id, nodes[::-1], more) for osm_id, nodes, more in turned]
            same(one, town(CROSS, back, {2: kind}))


def test_a_network_with_shut_nodes_is_stored_as_it_is() -> None:
    network = town(CROSS, [(1, [1, 2, 3], {}), (2, [4, 2, 5], {})], {2: SHUT})
    same(network, network_from_frames(*network_to_frames(network)))


@pytest.mark.parametrize("service", ["driveway", "parking_aisle", "drive-through"])
def test_nobody_lives_along_a_driveway_or_an_aisle(service: str) -> None:
    ways: list[Way] = [(1, [1, 2, 3], {}), (2, [2, 5], {"traits": f"service={service}"})]
    network = town(CROSS, ways)
    joins = joinable(network, isolated_below_m=1.0)
    assert network.edges.loc[joins, "traits"].tolist() == ["", ""]
    # It is walked along like any other street.
    assert walk_m(network, (0, 0), (50, 40)) == 90.0
