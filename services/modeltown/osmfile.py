"""The streets as an OSM file (.osm.pbf): ways share a node where they meet, and nowhere else."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import osmium
import shapely
from osmium.osm.mutable import Node, Way
from shapely import LineString

from services.modeltown.cells import GRID_M
from services.modeltown.coordinates import lonlat
from services.modeltown.extras import Features
from services.modeltown.kinds import KINDS
from services.modeltown.noise import IntArray
from services.modeltown.streets import ObjectArray, TownStreets

FIRST_ID = 9_920_100_000


def write_osm(path: Path, streets: TownStreets, *, features: Features) -> None:
    """Write every way; points of one position are one node, except those of ``extras``' bridges."""
    lines, tags = _ways(streets)
    lines += [extra.line for extra in features.ways]
    tags += [extra.tags for extra in features.ways]
    coordinates, way = shapely.get_coordinates(lines, return_index=True)
    keys = np.round(coordinates / GRID_M).astype(np.int64)
    unique, node = np.unique(keys, axis=0, return_inverse=True)
    places = lonlat(np.asarray(unique * GRID_M, dtype=np.float64)).tolist()
    if path.exists():
        path.unlink()
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (key, place) in enumerate(zip(unique.tolist(), places, strict=True)):
            own = features.node_tags.get((key[0], key[1]), {})
            writer.add_node(
                Node(id=FIRST_ID + number, location=(place[0], place[1]), tags=own, version=1)
            )
        for number, refs in enumerate(_split(node, way)):
            writer.add_way(Way(id=FIRST_ID + number, nodes=refs, tags=tags[number], version=1))


def _ways(streets: TownStreets) -> tuple[list[LineString], list[dict[str, str]]]:
    """Return the ways: edges of one stretch joined end to end, their vertices being junctions."""
    order = np.argsort(streets.stretch, kind="stable")
    chains = shapely.line_merge(
        shapely.multilinestrings(
            streets.edges[order].tolist(), indices=_rank(streets.stretch[order])
        )
    )
    stretches = np.unique(streets.stretch)
    lines: list[LineString] = []
    tags: list[dict[str, str]] = []
    for stretch, chain in zip(stretches.tolist(), chains.tolist(), strict=True):
        kind = KINDS[streets.stretches[stretch].kind]
        own = {"highway": kind.highway, **dict(kind.tags), **dict(streets.stretches[stretch].tags)}
        for part in shapely.get_parts(chain).tolist():
            lines.append(part)
            tags.append(own)
    return lines, tags


def _rank(values: IntArray) -> IntArray:
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)


def _split(node: IntArray, way: ObjectArray) -> Iterable[list[int]]:
    starts = np.flatnonzero(np.diff(way, prepend=-1))
    for refs in np.split(node + FIRST_ID, starts[1:]):
        kept = refs[np.append(True, refs[1:] != refs[:-1])]
        yield kept.tolist()
