"""
Reach against its peers, on one city of 170,000 homes, 300 places and 74,000 nodes (``bench.city``).

Every answer that a peer gives as well is compared before anything is timed.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd

from bench.city import asked
from bench.measure import Row, against, versions
from geo.arrays import TOLERANCE
from geo.streets.network import Network
from geo.walking.doors import Doors
from geo.walking.measure import metres
from geo.walking.reach import nearest, walks
from services.scenarios.whatif import WhatIf
from services.situation.view import Situation

CANDIDATES_N, CATCHMENT_M, PEER_CANDIDATES_N = 2_000, 500.0, 200
EDITS_N = 100
WHOLE_CITY = """
import json, resource, sys, time
from pathlib import Path
from bench.city import asked
from geo.arrays import compiled
from services.results.crosstabs import crosstabs_frame
from services.results.inequality import inequality_frame
from services.results.provision import provision_frame
from services.results.run import coverage_frame
from services.situation.view import Situation
workspace, parameters = asked(Path(sys.argv[1]))
workspace.demand(), workspace.network(), workspace.areas()
compiled(lambda: 0)()  # numba has started, as it has in a server
began = time.perf_counter()
situation = Situation(workspace, parameters)
table = coverage_frame(situation)
others = provision_frame(situation), inequality_frame(table), crosstabs_frame(situation)
print(json.dumps({
    "seconds": time.perf_counter() - began,
    "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "rows": sum(map(len, (table, *others))),
}))
"""


def rows(city: Path) -> Iterator[Row]:
    """Yield a row per engine."""
    situation = Situation(*asked(city))
    yield from _nearest(situation)
    yield _catchments(situation)
    yield _what_if(situation)
    yield _whole_city(city, situation)


def _nearest(situation: Situation) -> Iterator[Row]:
    """Find the nearest place of every node: one pass of ours; networkx; pandarm once it is ready."""
    network = _known_to_all(situation.network)
    by = metres(network)
    graph = nx.from_scipy_sparse_array(network.streets, edge_attribute="length_m")
    edges = np.unique(situation.place_snaps["edge"].to_numpy())
    edges = edges[edges >= 0]
    nodes = np.unique(network.edge_u[edges])
    first = {int(node): int(edge) for edge, node in zip(edges, network.edge_u[edges], strict=True)}
    places = pd.DataFrame(
        {"edge": [first[int(node)] for node in nodes], "offset_m": 0.0, "snap_m": 0.0}
    )
    nobody = Doors.of(situation.homes.iloc[:0], by)
    ours = partial(nearest, network, places, nobody, by=by)
    theirs = partial(
        nx.multi_source_dijkstra_path_length, graph, set(nodes.tolist()), weight="length_m"
    )
    expected = np.full(len(network.node_xy), np.inf)
    found = theirs()
    expected[list(found)] = list(found.values())
    _same("nearest_all_nodes", ours().node_walk, expected)
    size = f"{len(network.node_xy):,} nodes, {len(nodes)} places"
    name = "networkx.multi_source_dijkstra_path_length"
    yield against("nearest_all_nodes", ours, theirs, peer_name=name, size=size, runs=9)
    asked = _pandarm(situation, nodes)
    # It works in whole centimetres, edge by edge.
    _same("nearest_all_nodes_pandarm", np.minimum(expected, 1000.0), asked(), within_m=0.1)
    name = "pandarm nearest_pois within 1,000 m, after its build and precompute"
    yield against("nearest_all_nodes_pandarm", ours, asked, peer_name=name, size=size, runs=5)


def _known_to_all(network: Network) -> Network:
    """Return the streets as the peers know them: without directions, and none is private."""
    return replace(network, edges=network.edges.assign(oneway=0, private=False))


def _pandarm(situation: Situation, nodes: np.ndarray) -> Callable[[], np.ndarray]:
    # It brings its own compiled network; only this row waits for it.
    import pandarm  # noqa: PLC0415

    network = situation.network
    length = pd.DataFrame({"weight": network.edge_length_m})
    x, y = (pd.Series(column) for column in network.node_xy.T)
    peer = pandarm.Network(x, y, pd.Series(network.edge_u), pd.Series(network.edge_v), length)
    peer.precompute(1000)
    at = network.node_xy[nodes]
    peer.set_pois("place", 1000, 1, pd.Series(at[:, 0]), pd.Series(at[:, 1]))
    return lambda: peer.nearest_pois(1000, "place", num_pois=1)[1].sort_index().to_numpy()


def _catchments(situation: Situation) -> Row:
    """Find the homes within 500 m of 2,000 candidates at random doors."""
    network = _known_to_all(situation.network)
    by = metres(network)
    rng = np.random.default_rng(2)
    homes = situation.homes
    known = np.flatnonzero(homes["edge"].to_numpy() >= 0)
    drawn = np.sort(rng.choice(known, CANDIDATES_N, replace=False))
    candidates = pd.DataFrame(homes[["edge", "offset_m", "snap_m"]]).iloc[drawn]
    candidates = candidates.assign(offset_m=0.0, snap_m=0.0)
    doors = Doors.of(homes, by)
    graph = nx.from_scipy_sparse_array(network.streets, edge_attribute="length_m")
    starts = network.edge_u[candidates["edge"].to_numpy()[:PEER_CANDIDATES_N]].tolist()

    first, home_at, home_m = (part.tolist() for part in doors.by_node)

    def homes_near(node: int) -> dict[int, float]:
        near: dict[int, float] = {}
        search = partial(nx.single_source_dijkstra_path_length, cutoff=CATCHMENT_M)
        for at, walk_m in search(graph, node, weight="length_m").items():
            for slot in range(first[at], first[at + 1]):
                total_m = walk_m + home_m[slot]
                if total_m <= CATCHMENT_M + TOLERANCE:
                    near[home_at[slot]] = min(total_m, near.get(home_at[slot], total_m))
        return near

    def theirs() -> list[dict[int, float]]:
        return [homes_near(node) for node in starts]

    ours = partial(walks, network, candidates, doors, limit=CATCHMENT_M, by=by)
    found = ours()
    for number, near in enumerate(theirs()):
        mine = found.origin == number
        if found.home[mine].tolist() != sorted(near):
            sys.exit("candidate_catchments: the answers differ")
        walked_m = np.array([near[home] for home in sorted(near)])
        _same("candidate_catchments", found.walk[mine], walked_m)
    row = against(
        "candidate_catchments",
        ours,
        theirs,
        peer_name=f"networkx and a loop over its nodes, {PEER_CANDIDATES_N} candidates counted ten times",
        size=f"{CANDIDATES_N:,} candidates, {CATCHMENT_M:g} m, {len(found.walk):,} walks",
    )
    share = CANDIDATES_N / PEER_CANDIDATES_N
    told = {**row.__dict__, "peer_s": (row.peer_s or 0) * share, "ratio": (row.ratio or 0) * share}
    return Row(**told)


def _what_if(situation: Situation) -> Row:
    """Close, open or move one place at random; all figures of the council's layer again."""
    tried = WhatIf(situation, situation.profile.analysis.council_layer)
    engine = tried.engine
    rng = np.random.default_rng(3)
    homes = situation.homes[situation.homes["edge"] >= 0]
    spots = homes.iloc[rng.choice(len(homes), EDITS_N, replace=False)]
    walking, layering = situation.walking, situation.layering(tried.layer.id)
    seconds = []
    for number in range(EDITS_N):
        spot = spots.iloc[[number]]
        xy = np.array([[spot.geometry.iloc[0].x, spot.geometry.iloc[0].y]])
        place = int(rng.integers(len(engine.sites)))
        action = ("close", "open", "move")[number % 3]
        began = time.perf_counter()
        rank, opened = engine.sites.rank.copy(), None
        if action != "open":
            rank[place] = -1
        if action != "close":
            opened = type(engine.sites)(
                Doors.of(spot, walking.m.measure),
                Doors.of(spot, walking.s.measure),
                xy,
                layering.home_area[[spot.index[0]]],
                np.array([max(int(engine.sites.rank[place]), 1)]),
            )
        engine.edited(rank, opened).table()
        seconds.append(time.perf_counter() - began)
    return Row(
        name="what_if",
        ours_s=float(np.percentile(seconds, 95)),
        runs=EDITS_N,
        min_s=min(seconds),
        max_s=max(seconds),
        size=f"p95 of {EDITS_N} edits, median {statistics.median(seconds) * 1000:.1f} ms; "
        f"{len(situation.homes):,} homes, {len(engine.sites)} places",
        versions=versions(),
    )


def _whole_city(city: Path, situation: Situation) -> Row:
    """Measure coverage, provision, inequality and cross-tables of the loaded city, all that is asked."""
    runs = []
    for _ in range(3):
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", WHOLE_CITY, str(city)], check=True, capture_output=True
        )
        runs.append(json.loads(done.stdout))
    seconds = [run["seconds"] for run in runs]
    parameters = situation.parameters
    size = f"{len(situation.homes):,} homes, {len(situation.counted)} places, "
    size += f"{len(situation.profile.layers)} layers, {len(parameters.walkings)} profiles, "
    size += f"{len(parameters.limits)} limits, {runs[0]['rows']:,} rows"
    return Row(
        name="full_city_run",
        ours_s=statistics.median(seconds),
        runs=len(runs),
        min_s=min(seconds),
        max_s=max(seconds),
        size=size,
        peak_mib=max(run["peak_mib"] for run in runs),
        versions=versions(),
    )


def _same(name: str, ours: np.ndarray, theirs: np.ndarray, *, within_m: float = 1e-6) -> None:
    if not np.allclose(np.minimum(ours, 1e9), np.minimum(theirs, 1e9), rtol=0, atol=within_m):
        sys.exit(f"{name}: the answers differ")
