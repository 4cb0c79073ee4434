"""
OpenStreetMap files: ``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2``.

The file is sifted in C++: what passes the filters is written as text, one object a line (OPL, see
https://osmcode.org/opl-file-format/), and only those lines are seen by Python. Object by object would
take ten times as long.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import osmium
import osmium.filter
import osmium.io
import pandas as pd

from geo.errors import SourceError
from geo.streets.walkable import PLAIN, is_walkable, node_kind
from services.intake.streets.ways import WayCollector, Ways, nodes_frame

_ESCAPED = re.compile("%([0-9a-f]+)%")


def read_osm_file(path: Path) -> Ways:
    """Read the walkable ways of a file: squares, then ways, then only the nodes they need."""
    try:
        collector = _read_ways(path)
        _read_squares(path, collector)
        return collector.ways(_read_nodes(path, collector.node_ids()))
    except (RuntimeError, ValueError, OverflowError, osmium.InvalidLocationError) as error:
        raise SourceError(
            "not a whole OpenStreetMap file ({error}); download the extract again",
            path=path,
            error=error,
        ) from error


def _read_ways(path: Path) -> WayCollector:
    collector = WayCollector()
    ways = _sift(path, osmium.osm.WAY, osmium.filter.KeyFilter("highway"))
    for osm_id, tags, nodes in ways:
        collector.add(osm_id, _tags(tags), _ids(nodes))
    return collector


def _read_squares(path: Path, collector: WayCollector) -> None:
    """Add the outlines of squares that are drawn as a relation and have no tags of their own."""
    relations = _sift(
        path,
        osmium.osm.RELATION,
        osmium.filter.TagFilter(("type", "multipolygon")),
        osmium.filter.KeyFilter("highway"),
    )
    square_of = {
        int(member[1 : member.index("@")]): _tags(tags)
        for _, tags, members in relations
        for member in members[1:].split(",")
        if member.startswith("w") and is_walkable(_tags(tags))
    }
    if not square_of:
        return
    wanted = osmium.filter.IdFilter(square_of)
    for osm_id, tags, nodes in _sift(path, osmium.osm.WAY, wanted):
        if "highway" not in _tags(tags):
            collector.add(osm_id, square_of[osm_id], _ids(nodes))


def _read_nodes(path: Path, node_ids: list[int]) -> pd.DataFrame:
    # An editor numbers new nodes below zero; the fast filter knows no such ids.
    fast = not node_ids or node_ids[0] >= 0
    filters = [osmium.filter.IdFilter(node_ids)] if fast else []
    wanted = set(node_ids)
    return nodes_frame(
        (
            osm_id,
            float(position[1 : position.index(" ")]),
            float(position[position.index(" ") + 2 :]),
            PLAIN if tags == "T" else node_kind(_tags(tags)),
        )
        for osm_id, tags, position in _sift(path, osmium.osm.NODE, *filters)
        # A node without a position has no digits after its x.
        if osm_id in wanted and not position.startswith("x ")
    )


def _sift(
    path: Path,
    kind: osmium.osm.osm_entity_bits,
    *filters: osmium.BaseFilter,
) -> Iterator[tuple[int, str, str]]:
    """Yield id, tags and the rest of each object that passes, as they are written in OPL."""
    with TemporaryDirectory(prefix="arukeba-") as folder:
        sifted = Path(folder) / "sifted.opl"
        opl = osmium.io.File(str(sifted), "opl,add_metadata=none")
        with osmium.io.Reader(path, kind) as reader, osmium.SimpleWriter(opl) as writer:
            osmium.apply(reader, *filters, writer)
        # Only "\n" ends a line: a name may hold other characters that Python takes for an end.
        with sifted.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                name, tags, rest = line[:-1].split(" ", 2)
                yield int(name[1:]), tags, rest


@lru_cache(maxsize=4096)
def _tags(text: str) -> dict[str, str]:
    """Return the tags of ``Tkey=value,key=value``."""
    if text == "T":
        return {}
    pairs = (pair.split("=") for pair in text[1:].split(","))
    if "%" not in text:
        return {key: value for key, value in pairs}  # noqa: C416 (the pairs are lists)
    return {_plain(key): _plain(value) for key, value in pairs}


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _ids(nodes: str) -> list[int]:
    """Return the ids of ``Nn1,n2``."""
    return [int(node) for node in nodes[2:].split(",n")] if len(nodes) > 1 else []
