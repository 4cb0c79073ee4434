"""Reach polygons against the usual recipe: cut the graph, buffer its streets, unite the buffers."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import osmnx
import pandas as pd
import shapely

from bench.measure import Row, against
from geo.catchment.outline import lay_ground, outlines
from geo.coverage.reached import Limit
from geo.streets.network import Network, to_networkx
from geo.walking.reach import walks
from services.results.reach import Surroundings, by_origin, draw
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.situation.walking import Walking
from services.workspace.folder import open_workspace

PLACES_N = 300
LIMIT_M = 500.0
BUFFER_M = 25.0

PEER_SHARE = 10
"""The recipe draws every tenth place; its time counts ten times."""


def rows(workspace_path: Path) -> Iterator[Row]:
    """Yield the polygons of 300 places with all that they need, and on ground laid out before."""
    workspace = open_workspace(workspace_path)
    parameters = Parameters.of(workspace.profile)
    situation = Situation(workspace, parameters)
    network, homes, limit = situation.network, situation.homes, Limit(m=LIMIT_M)
    nodes, origins = _origins(network)
    graph = nx.MultiDiGraph(to_networkx(network))
    graph.graph["crs"] = f"EPSG:{network.epsg}"
    around = Surroundings(network, homes)
    walker = Walking(parameters.walking, network, around.snaps, origins)
    ground = lay_ground(around.home_xy, around.street_xy)

    def at_once() -> np.ndarray:
        return draw(Surroundings(network, homes), origins, parameters.walking, limit=limit)

    def prepared() -> np.ndarray:
        return outlines(ground, by_origin(walker.catchments(origins, limit)))

    def recipe() -> list[shapely.Geometry]:
        return [_recipe(graph, node) for node in nodes[::PEER_SHARE]]

    reached = walks(network, origins, homes, limit=LIMIT_M)
    for polygons in (at_once(), prepared()):
        _require_equal(
            polygons, around.home_xy, set(zip(reached.origin, reached.home, strict=True))
        )
    size = f"{PLACES_N} places, {LIMIT_M:g} m, {len(network.node_xy):,} nodes, {len(homes):,} homes"
    for name, ours in (("reach_polygons", at_once), ("reach_polygons_prepared", prepared)):
        row = against(
            name,
            ours,
            recipe,
            peer_name=f"osmnx ego graph, {BUFFER_M:g} m buffers, union (30 places, × {PEER_SHARE})",
            size=size,
            runs=3,
        )
        assert row.peer_s is not None  # noqa: S101
        assert row.ratio is not None  # noqa: S101
        yield replace(row, peer_s=row.peer_s * PEER_SHARE, ratio=row.ratio * PEER_SHARE)


def _origins(network: Network) -> tuple[list[int], pd.DataFrame]:
    """Return nodes drawn at random, and the same as snaps without a leg."""
    edge_at = np.full(len(network.node_xy), -1)
    edge_at[network.edge_u] = np.arange(len(network.edge_u))
    begun = np.flatnonzero(edge_at >= 0)
    nodes = np.random.default_rng(1).choice(begun, PLACES_N, replace=False)
    frame = pd.DataFrame({"edge": edge_at[nodes], "offset_m": 0.0, "snap_m": 0.0})
    return nodes.tolist(), frame


def _recipe(graph: "nx.MultiDiGraph[int]", node: int) -> shapely.Geometry:
    near = nx.ego_graph(graph, node, radius=LIMIT_M, distance="length_m")
    if near.number_of_edges() == 0:
        return shapely.Point(graph.nodes[node]["x"], graph.nodes[node]["y"]).buffer(BUFFER_M)
    return osmnx.convert.graph_to_gdfs(near, nodes=False).buffer(BUFFER_M).union_all()


def _require_equal(
    polygons: np.ndarray, home_xy: np.ndarray, reached: set[tuple[int, int]]
) -> None:
    found = shapely.STRtree(shapely.points(home_xy)).query(polygons, predicate="contains")
    if set(zip(*found, strict=True)) != reached:
        sys.exit("reach_polygons: homes inside are not the homes reached")
