"""
OpenStreetMap files as text: ``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2``.

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

_ESCAPED = re.compile("%([0-9a-f]+)%")


def sift(
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
def tags_of(text: str) -> dict[str, str]:
    """Return the tags of ``Tkey=value,key=value``."""
    if text == "T":
        return {}
    pairs = (pair.split("=") for pair in text[1:].split(","))
    if "%" not in text:
        return {key: value for key, value in pairs}  # noqa: C416 (the pairs are lists)
    return {_plain(key): _plain(value) for key, value in pairs}


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def ids_of(nodes: str) -> list[int]:
    """Return the ids of ``Nn1,n2``."""
    return [int(node) for node in nodes[2:].split(",n")] if len(nodes) > 1 else []
