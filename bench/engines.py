"""The engines against their peers, on the streets and homes of Kashiwa; answers are compared."""

import gc
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
from geo.ground.obstacles import FREE, HARD
from geo.streets.network import to_networkx
from geo.walking.snapping import Frontage, snap
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
    yield from _snapping(situation)
    yield _reading(situation, data)


def _snapping(situation: Situation) -> Iterator[Row]:
    """
    Homes to the nearest point of an edge, then to the nearest that no obstacle hides.

    osmnx finds the edge only, and sees no obstacle. All build their index anew.
    """
    network, ground = situation.network, situation.workspace.obstacles
    xy = shapely.get_coordinates(situation.homes.geometry.to_numpy())[:100_000]
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(to_networkx(network))
    graph.graph["crs"] = f"EPSG:{network.epsg}"
    every = np.ones(len(network.edge_u), dtype=bool)

    def plain() -> pd.DataFrame:
        return snap(xy, replace(network), limit_m=300.0)

    def around() -> pd.DataFrame:
        return snap(
            xy, replace(network), limit_m=300.0, usable=Frontage.plain(every, replace(ground))
        )

    # Where several edges are equally near osmnx takes any of them: the distances are compared.
    _, nearest_m = osmnx.distance.nearest_edges(graph, xy[:, 0], xy[:, 1], return_dist=True)
    straight, free = plain(), around()
    same = np.isclose(straight["snap_m"], np.asarray(nearest_m, dtype=float), rtol=0, atol=1e-6)
    if not same.all():
        sys.exit("snap_buildings: the answers differ")
    to_xy = free[["x", "y"]].to_numpy()
    joined = (free["reason"] == "").to_numpy()
    hidden = ground.crossed(xy, straight[["x", "y"]].to_numpy()) > FREE
    over = ground.crossed(xy[joined], to_xy[joined]) == HARD
    if over.any() or not np.allclose(free["snap_m"][~hidden], straight["snap_m"][~hidden]):
        sys.exit("snap_obstacles: a leg crosses an obstacle, or a free one was not taken")
    # The peer's graph is a million objects that would be looked through for garbage while ours runs.
    gc.collect()
    gc.freeze()
    size = f"{len(xy):,} homes, {len(network.edge_u):,} edges"
    for name, ours, said in (
        ("snap_buildings", plain, size),
        ("snap_obstacles", around, f"{size}, {ground.shapes.size:,} obstacles"),
    ):
        yield against(
            name,
            ours,
            lambda: osmnx.distance.nearest_edges(graph, xy[:, 0], xy[:, 1]),
            peer_name="osmnx.distance.nearest_edges",
            size=said,
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
