"""
OpenStreetMap files as text: ``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2``.

The file is sifted in C++: what passes the filters is written as text, one object a line (OPL, see
https://osmcode.org/opl-file-format/), and only those lines are seen by Python. Object by object would
take ten times as long.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import osmium
import osmium.filter
import osmium.io

from geo.arrays import FloatArray, IntArray
from geo.errors import SourceError

_ESCAPED = re.compile("%([0-9a-f]+)%")


@contextmanager
def require_whole(path: Path) -> Iterator[None]:
    """Say of a file that ends early or is none of OpenStreetMap what is wrong."""
    try:
        yield
    except (RuntimeError, ValueError, OverflowError, osmium.InvalidLocationError) as error:
        raise SourceError(
            "not a whole OpenStreetMap file ({error}); download the extract again",
            path=path,
            error=error,
        ) from error


def sift(
    path: Path,
    kind: osmium.osm.osm_entity_bits,
    *filters: osmium.BaseFilter,
) -> Iterator[tuple[int, str, str]]:
    """Yield id, tags and the rest of each object that passes, as they are written in OPL."""
    # Only "\n" ends a line: a name may hold other characters that Python takes for an end.
    with (
        _sifted(path, kind, filters) as sifted,
        sifted.open(encoding="utf-8", newline="\n") as lines,
    ):
        for line in lines:
            name, tags, rest = line[:-1].split(" ", 2)
            yield int(name[1:]), tags, rest


def node_positions(path: Path, *filters: osmium.BaseFilter) -> tuple[IntArray, FloatArray]:
    """Return ids and (n, 2) degrees of the nodes that pass and have a position, read in C++."""
    # Slow to import, and wanted for the ground alone.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415
    from pyarrow import csv  # noqa: PLC0415

    names = ["id", "tags", "x", "y"]
    with _sifted(path, osmium.osm.NODE, filters) as sifted:
        if not sifted.stat().st_size:
            return np.empty(0, dtype=np.int64), np.empty((0, 2))
        table = csv.read_csv(
            sifted,
            read_options=csv.ReadOptions(column_names=names),
            parse_options=csv.ParseOptions(delimiter=" ", quote_char=False),
            convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    table = table.filter(pc.not_equal(table["x"], "x"))
    # Each begins with the letter that says what it is.
    osm_id, x, y = (pc.utf8_slice_codeunits(table[name], 1) for name in ("id", "x", "y"))
    ids = osm_id.cast(pa.int64()).to_numpy()
    return ids, np.column_stack([each.cast(pa.float64()).to_numpy() for each in (x, y)])


@contextmanager
def _sifted(
    path: Path, kind: osmium.osm.osm_entity_bits, filters: Sequence[osmium.BaseFilter]
) -> Iterator[Path]:
    with TemporaryDirectory(prefix="arukeba-") as folder:
        sifted = Path(folder) / "sifted.opl"
        opl = osmium.io.File(str(sifted), "opl,add_metadata=none")
        with osmium.io.Reader(path, kind) as reader, osmium.SimpleWriter(opl) as writer:
            osmium.apply(reader, *filters, writer)
        yield sifted


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


def ways_of(members: str) -> list[tuple[int, str]]:
    """Return the ways of ``Mw1@outer,w2@inner`` and their roles."""
    told = (member.split("@", 1) for member in members[1:].split(",") if member.startswith("w"))
    return [(int(way[1:]), role) for way, role in told]
