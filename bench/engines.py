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
from geo.streets.network import to_networkx
from geo.walking.snapping import snap
from services.intake.streets.reading import read_streets
from services.intake.tables.ledger import Ledger
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.workspace.folder import open_workspace


def rows(workspace_path: Path, data: Path) -> Iterator[Row]:
    """Yield a row per engine."""
    workspace = open_workspace(workspace_path)
    parameters = Parameters.of(workspace.profile, walk_limit_m=None, walking_profile=None)
    situation = Situation(workspace, parameters)
    yield _snapping(situation)
    yield _reading(situation, data)


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
