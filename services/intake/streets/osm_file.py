"""
OpenStreetMap files: ``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2``.

What ``services.intake.vectors.opl`` sifts out of the file becomes ways and nodes.
"""

from collections.abc import Mapping
from pathlib import Path

import osmium
import osmium.filter
import pandas as pd

from geo.streets.walkable import WALLS
from services.intake.streets.ways import WayCollector, Ways, nodes_frame, square_tags
from services.intake.vectors.opl import ids_of, require_whole, sift, tags_of, ways_of


def read_osm_file(path: Path) -> Ways:
    """Read the walkable ways of a file: ways, then squares, then only the nodes they need."""
    with require_whole(path):
        collector = WayCollector()
        areas = _read_ways(path, collector)
        _read_squares(path, areas, collector)
        return collector.ways(_read_nodes(path, collector))


def _read_ways(path: Path, collector: WayCollector) -> dict[int, dict[str, str]]:
    """Add the ways; return the tags of those that are areas."""
    areas: dict[int, dict[str, str]] = {}
    ways = sift(path, osmium.osm.WAY, osmium.filter.KeyFilter("highway", "barrier"))
    for osm_id, written, nodes in ways:
        tags = tags_of(written)
        if "highway" in tags:
            collector.add(osm_id, tags, ids_of(nodes))
            if tags.get("area") == "yes":
                areas[osm_id] = tags
        elif tags["barrier"] in WALLS:
            collector.add_wall(ids_of(nodes))
    return areas


def _read_squares(path: Path, areas: dict[int, dict[str, str]], collector: WayCollector) -> None:
    """Add squares that are drawn as a relation, and the ways of them that have no tags of their own."""
    relations = sift(path, osmium.osm.RELATION, osmium.filter.TagFilter(("type", "multipolygon")))
    square_of: dict[int, Mapping[str, str]] = {}
    for osm_id, written, text in relations:
        members = ways_of(text)
        outer = [areas[way] for way, role in members if role != "inner" and way in areas]
        tags = square_tags(tags_of(written), outer)
        if tags:
            ways = [way for way, _ in members]
            collector.add_relation(osm_id, tags, ways)
            square_of |= dict.fromkeys(ways, tags)
    if not square_of:
        return
    wanted = osmium.filter.IdFilter(square_of)
    for osm_id, written, nodes in sift(path, osmium.osm.WAY, wanted):
        if "highway" not in tags_of(written):
            collector.add(osm_id, square_of[osm_id], ids_of(nodes))


def _read_nodes(path: Path, collector: WayCollector) -> pd.DataFrame:
    node_ids = collector.node_ids()
    # An editor numbers new nodes below zero; the fast filter knows no such ids.
    fast = not node_ids or node_ids[0] >= 0
    filters = [osmium.filter.IdFilter(node_ids)] if fast else []
    wanted = set(node_ids)
    return nodes_frame(
        (
            osm_id,
            float(position[1 : position.index(" ")]),
            float(position[position.index(" ") + 2 :]),
            collector.node_kind(osm_id, tags_of(tags)),
        )
        for osm_id, tags, position in sift(path, osmium.osm.NODE, *filters)
        # A node without a position has no digits after its x.
        if osm_id in wanted and not position.startswith("x ")
    )
