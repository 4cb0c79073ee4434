"""
OpenStreetMap files: ``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2``.

What ``services.intake.vectors.opl`` sifts out of the file becomes ways and nodes.
"""

from pathlib import Path

import osmium
import osmium.filter
import pandas as pd

from geo.streets.walkable import WALLS, is_walkable
from services.intake.streets.ways import WayCollector, Ways, nodes_frame
from services.intake.vectors.opl import ids_of, require_whole, sift, tags_of


def read_osm_file(path: Path) -> Ways:
    """Read the walkable ways of a file: squares, then ways, then only the nodes they need."""
    with require_whole(path):
        collector = _read_ways(path)
        _read_squares(path, collector)
        return collector.ways(_read_nodes(path, collector))


def _read_ways(path: Path) -> WayCollector:
    collector = WayCollector()
    ways = sift(path, osmium.osm.WAY, osmium.filter.KeyFilter("highway", "barrier"))
    for osm_id, written, nodes in ways:
        tags = tags_of(written)
        if "highway" in tags:
            collector.add(osm_id, tags, ids_of(nodes))
        elif tags["barrier"] in WALLS:
            collector.add_wall(ids_of(nodes))
    return collector


def _read_squares(path: Path, collector: WayCollector) -> None:
    """Add the outlines of squares that are drawn as a relation and have no tags of their own."""
    relations = sift(
        path,
        osmium.osm.RELATION,
        osmium.filter.TagFilter(("type", "multipolygon")),
        osmium.filter.KeyFilter("highway"),
    )
    square_of: dict[int, dict[str, str]] = {}
    for osm_id, written, members in relations:
        tags = tags_of(written)
        if is_walkable(tags):
            ways = [
                int(member[1 : member.index("@")])
                for member in members[1:].split(",")
                if member.startswith("w")
            ]
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
