"""OpenStreetMap files: ``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2``."""

from collections.abc import Iterable
from pathlib import Path
from typing import cast

import osmium
import osmium.filter

from geo.errors import SourceError
from services.intake.ways import WayCollector, Ways, nodes_frame


def read_osm_file(path: Path) -> Ways:
    """Read the walkable ways of a file in two passes: ways first, then only the nodes they need."""
    try:
        collector = _read_ways(path)
        return collector.ways(nodes_frame(_read_nodes(path, collector.node_ids())))
    except (RuntimeError, ValueError, OverflowError, osmium.InvalidLocationError) as error:
        raise SourceError(
            f"not a whole OpenStreetMap file ({error}); download the extract again",
            path=path,
            ja=f"OpenStreetMapのファイルとして最後まで読めません（{error}）。もう一度ダウンロードしてください",
        ) from error


def _read_ways(path: Path) -> WayCollector:
    collector = WayCollector()
    file = osmium.FileProcessor(path, osmium.osm.WAY)
    file.with_filter(osmium.filter.KeyFilter("highway"))
    for way in cast("Iterable[osmium.osm.Way]", file):
        collector.add(way.id, dict(way.tags), [node.ref for node in way.nodes])
    return collector


def _read_nodes(path: Path, node_ids: list[int]) -> list[tuple[int, float, float]]:
    file = osmium.FileProcessor(path, osmium.osm.NODE)
    wanted = set(node_ids)
    if not node_ids or node_ids[0] >= 0:
        # An editor numbers new nodes below zero; the fast filter knows no such ids.
        file.with_filter(osmium.filter.IdFilter(node_ids))
    return [
        (node.id, node.lon, node.lat)
        for node in cast("Iterable[osmium.osm.Node]", file)
        if node.id in wanted and node.location.valid()
    ]
