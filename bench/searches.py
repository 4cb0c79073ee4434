"""Searches against their peers on the real streets, cut so fine that there are 74,000 nodes."""

import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd

from bench.city import NODES_N, cut, on_pieces
from bench.measure import Row, against
from geo.dijkstra import FARTHEST, settle
from geo.doors import Doors
from geo.measure import Measure, metres
from geo.network import FloatArray, IntArray, Network, adjacency
from geo.reach import streets_of, walks
from services.situation import Situation

PLACES_N, CANDIDATES_N, LIMIT_M = 300, 2_000, 500.0
PEER_PART = 10
"""networkx searches a tenth of the candidates; its time is taken ten times."""


def rows(situation: Situation) -> Iterator[Row]:
    """Yield a row per search and peer."""
    network, pieces_n = cut(situation.network, NODES_N)
    measure = metres(network)
    _ = measure.tolls
    graph = nx.from_scipy_sparse_array(adjacency(network), edge_attribute="length_m")
    yield from _nearest(network, measure, graph)
    homes = Doors.of(on_pieces(situation.homes, situation.network, pieces_n), measure)
    yield _catchments(measure, homes, graph)


def _nearest(network: Network, measure: Measure, graph: "nx.Graph[int]") -> Iterator[Row]:
    """Find the nearest place of every node; places stand on nodes, as the peers need it."""
    nodes_n = len(network.node_xy)
    nodes = np.sort(np.random.default_rng(1).choice(nodes_n, PLACES_N, replace=False))
    seeds = (nodes, np.zeros(nodes.size), np.arange(nodes.size))
    places = {int(node) for node in nodes}

    def ours() -> FloatArray:
        cost_m, _, _ = settle(streets_of(measure), seeds, FARTHEST)
        return np.asarray(cost_m)

    found_m = ours()
    size = f"{nodes_n:,} nodes, {PLACES_N} places"
    theirs = nx.multi_source_dijkstra_path_length(graph, places, weight="length_m")
    expected_m = np.full(nodes_n, np.inf)
    expected_m[list(theirs)] = list(theirs.values())
    if not np.allclose(found_m, expected_m, rtol=0, atol=1e-6):
        sys.exit("nearest_all_nodes: the answers differ from networkx")
    yield against(
        "nearest_all_nodes",
        ours,
        lambda: nx.multi_source_dijkstra_path_length(graph, places, weight="length_m"),
        peer_name="networkx.multi_source_dijkstra_path_length",
        size=size,
    )
    yield _pandarm(network, nodes, found_m, against_ours=ours, size=size)


def _pandarm(network: Network, nodes: IntArray, found_m: FloatArray, **row: object) -> Row:
    """Ask the peer for the nearest place however far, as ours answers; its tables are made before."""
    import pandarm  # noqa: PLC0415  slow to import

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x, y = (pd.Series(part) for part in network.node_xy.T)
        peer = pandarm.Network(
            x,
            y,
            pd.Series(network.edge_u),
            pd.Series(network.edge_v),
            pd.DataFrame({"m": network.edge_length_m}),
        )
    farthest_m = float(np.ceil(found_m[np.isfinite(found_m)].max()) + 1.0)
    peer.set_pois("places", farthest_m, 1, x.iloc[nodes], y.iloc[nodes])
    told_m = peer.nearest_pois(farthest_m, "places", num_pois=1)[1].to_numpy()
    # The peer counts in whole millimetres, an edge at a time.
    if not np.allclose(told_m, np.minimum(found_m, farthest_m), rtol=0, atol=1.0):
        sys.exit("nearest_all_nodes: the answers differ from pandarm")
    ours = row["against_ours"]
    assert callable(ours)  # noqa: S101  narrows the type only
    return against(
        "nearest_all_nodes_pandarm",
        ours,
        lambda: peer.nearest_pois(farthest_m, "places", num_pois=1),
        peer_name="pandarm.Network.nearest_pois",
        size=str(row["size"]),
    )


def _catchments(measure: Measure, homes: Doors, graph: "nx.Graph[int]") -> Row:
    """Find the homes within 500 m of candidates on nodes."""
    network = measure.network
    _ = homes.by_node, homes.by_edge
    edges = np.random.default_rng(2).choice(len(network.edge_u), CANDIDATES_N, replace=False)
    candidates = pd.DataFrame({"edge": np.sort(edges), "offset_m": 0.0, "snap_m": 0.0})
    start, home_at, home_m = (part.tolist() for part in homes.by_node)
    nodes = [int(node) for node in network.edge_u[candidates["edge"].to_numpy()]]

    def theirs() -> list[dict[int, float]]:
        found = []
        for node in nodes[::PEER_PART]:
            near: dict[int, float] = {}
            reached = nx.single_source_dijkstra_path_length(
                graph, node, cutoff=LIMIT_M, weight="length_m"
            )
            for at, walk_m in reached.items():
                for slot in range(start[at], start[at + 1]):
                    total_m = walk_m + home_m[slot]
                    if total_m <= LIMIT_M + 1e-6:
                        home = home_at[slot]
                        near[home] = min(total_m, near.get(home, np.inf))
            found.append(near)
        return found

    found = walks(network, candidates, homes, limit=LIMIT_M, by=measure)
    for number, near in enumerate(theirs()):
        mine = found.origin == number * PEER_PART
        expected = np.array([near.get(home, np.inf) for home in found.home[mine].tolist()])
        if len(near) != mine.sum() or not np.allclose(
            found.walk[mine], expected, rtol=0, atol=1e-6
        ):
            sys.exit("candidate_catchments: the answers differ")
    row = against(
        "candidate_catchments",
        lambda: walks(network, candidates, homes, limit=LIMIT_M, by=measure),
        theirs,
        peer_name=f"networkx.single_source_dijkstra_path_length, a tenth of them x {PEER_PART}",
        size=f"{CANDIDATES_N:,} candidates, {len(homes):,} homes, {len(found.walk):,} walks",
    )
    assert row.peer_s is not None  # noqa: S101
    assert row.ratio is not None  # noqa: S101
    return replace(row, peer_s=PEER_PART * row.peer_s, ratio=PEER_PART * row.ratio)
