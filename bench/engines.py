"""The engines against their peers, on the streets and homes of Kashiwa; answers are compared."""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import osmnx
import pandas as pd
import shapely

from bench.measure import Row, against
from geo.network import adjacency, to_networkx
from geo.reach import nearest
from geo.snapping import snap
from services.intake.ledger import Ledger
from services.intake.streets import read_streets
from services.parameters import Parameters
from services.situation import Situation
from services.workspace import open_workspace


def rows(workspace_path: Path, data: Path) -> Iterator[Row]:
    """Yield a row per engine."""
    workspace = open_workspace(workspace_path)
    parameters = Parameters.of(workspace.profile, walk_limit_m=None, walking_profile=None)
    situation = Situation(workspace, parameters)
    yield _nearest(situation)
    yield _snapping(situation)
    yield _reading(situation, data)


def _nearest(situation: Situation) -> Row:
    """Nearest place for every node: one pass of ours, networkx' multi-source Dijkstra."""
    network = situation.network
    adjacency(network)
    graph = nx.from_scipy_sparse_array(adjacency(network), edge_attribute="length_m")
    nodes = np.random.default_rng(1).choice(len(network.node_xy), 300, replace=False)
    edge_at = {int(node): edge for edge, node in reversed(list(enumerate(network.edge_u)))}
    nodes = [int(node) for node in nodes if int(node) in edge_at]
    snaps = situation.place_snaps.iloc[[0] * len(nodes)].assign(
        edge=[edge_at[node] for node in nodes], offset_m=0.0, snap_m=0.0
    )
    nobody = situation.homes.iloc[:0]
    ours = nearest(network, snaps, nobody).node_walk
    theirs = nx.multi_source_dijkstra_path_length(graph, set(nodes), weight="length_m")
    expected = np.full(len(network.node_xy), np.inf)
    expected[list(theirs)] = list(theirs.values())
    if not np.allclose(ours, expected, atol=1e-6):
        sys.exit("nearest_all_nodes: the answers differ")
    return against(
        "nearest_all_nodes",
        lambda: nearest(network, snaps, nobody),
        lambda: nx.multi_source_dijkstra_path_length(graph, set(nodes), weight="length_m"),
        peer_name="networkx.multi_source_dijkstra_path_length",
        size=f"{len(network.node_xy):,} nodes, {len(nodes)} places",
    )


def _snapping(situation: Situation) -> Row:
    """Homes to the nearest point of an edge; osmnx finds the edge only. Both build their index anew."""
    network = situation.network
    xy = shapely.get_coordinates(situation.homes.geometry.to_numpy())[:100_000]
    graph = nx.MultiDiGraph(to_networkx(network))
    graph.graph["crs"] = f"EPSG:{network.epsg}"

    def ours() -> pd.DataFrame:
        return snap(xy, replace(network), limit_m=300.0)

    # Where several edges are equally near osmnx takes any of them: the distances are compared.
    _, expected_m = osmnx.distance.nearest_edges(graph, xy[:, 0], xy[:, 1], return_dist=True)
    if not np.allclose(ours()["snap_m"], np.asarray(expected_m, dtype=float), rtol=0, atol=1e-6):
        sys.exit("snap_buildings: the answers differ")
    return against(
        "snap_buildings",
        ours,
        lambda: osmnx.distance.nearest_edges(graph, xy[:, 0], xy[:, 1]),
        peer_name="osmnx.distance.nearest_edges",
        size=f"{len(xy):,} homes, {len(network.edge_u):,} edges",
        runs=5,
    )


def _reading(situation: Situation, data: Path) -> Row:
    """Streets from a file to a ready network; osmnx reads XML, so it gets the same streets so."""
    profile = situation.profile
    source = profile.source(profile.streets.source)
    whole = situation.areas[situation.areas["layer"] == "municipality"]
    boundary = whole.geometry.union_all().buffer(profile.streets.margin_m)
    path = data / source.path
    with tempfile.TemporaryDirectory() as folder:
        xml = Path(folder) / "streets.osm"
        writer = osmium.SimpleWriter(str(xml))
        for thing in osmium.FileProcessor(str(path)):
            writer.add(thing)
        writer.close()
        return against(
            "pbf_to_network",
            lambda: read_streets(
                path,
                source=source,
                boundary=boundary,
                plane_epsg=profile.municipality.plane_epsg,
                ledger=Ledger(),
            ),
            lambda: osmnx.graph_from_xml(xml),
            peer_name="osmnx.graph_from_xml",
            size="37,068 ways",
            runs=3,
        )
