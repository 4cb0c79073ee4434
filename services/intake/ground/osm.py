"""
Ground from OpenStreetMap: water, railways, walls, parks, schools, names, as shapes in degrees.

Areas are put together here: a closed way is one; a multipolygon is its outer rings without its inner
ones, from whatever ways make them, and what it is its own tags say, else those of its outer ways. What
crosses itself is repaired, what does not close is listed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import osmium
import osmium.filter
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import FloatArray, IntArray
from geo.ground.kinds import KEYS, LINES, POINTS, Kind, ground_kind, level_of
from geo.ground.obstacles import WITH_A_GATE
from geo.streets.walkable import OWN_GATE, PASSED, SHUT, judge_node
from services.intake.vectors.multipolygons import tagged_by_outline
from services.intake.vectors.opl import (
    ids_of,
    node_positions,
    require_whole,
    sift,
    tags_of,
    ways_of,
)

COLUMNS = ("kind", "name", "ref", "level", "geometry")
_Row = tuple[Kind, str, str, str, BaseGeometry]
_LEAST_OF_LINE, _LEAST_OF_RING = 2, 4


class _Way(NamedTuple):
    kind: Kind
    tags: dict[str, str]
    nodes: list[int]


class _Area(NamedTuple):
    kind: Kind
    tags: dict[str, str]
    members: list[tuple[int, str]]
    """Ways and their roles."""
    alike: set[int]
    """Ways that are tagged as the area is: they are drawn with it."""


@dataclass(slots=True)
class OsmGround:
    """What a file gives, and what of it could not be used."""

    rows: list[_Row] = field(default_factory=list)
    read_n: int = 0
    repaired_n: int = 0
    """Areas whose border crosses itself."""
    open: Counter[Kind] = field(default_factory=Counter)
    """Areas whose border does not close, or of which the file lacks a part."""
    gates: list[BaseGeometry] = field(default_factory=list)
    """Points of walls and fences, degrees, where everybody passes."""

    def frame(self) -> pd.DataFrame:
        """Return the shapes, degrees: kind, name, ref, level, geometry."""
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(COLUMNS)
        return pd.DataFrame(
            {name: pd.Series(v, dtype=object) for name, v in zip(COLUMNS, columns, strict=True)}
        )


def read_osm_ground(path: Path) -> OsmGround:
    """Read the ground of an OpenStreetMap file."""
    with require_whole(path):
        return _read(path)


def _read(path: Path) -> OsmGround:
    found = OsmGround()
    wanted = osmium.filter.KeyFilter(*KEYS, "religion")
    ways = {
        osm_id: _Way(kind, tags, ids_of(nodes))
        for osm_id, tags, nodes in _tagged(path, osmium.osm.WAY, wanted)
        if (kind := ground_kind(tags))
    }
    areas = list(_areas(path, ways))
    parts = {way for area in areas for way, _ in area.members}
    members = {osm_id: way.nodes for osm_id, way in ways.items()}
    lacking = [way for way in parts if way not in members]
    if lacking:
        by_id = osmium.filter.IdFilter(lacking)
        members |= {way: ids_of(nodes) for way, _, nodes in sift(path, osmium.osm.WAY, by_id)}
    used = [*(way.nodes for way in ways.values()), *(members.get(way, []) for way in parts)]
    position = _positions(path, used)
    found.read_n = len(ways) + len(areas)
    drawn: set[int] = set()
    for area in areas:
        lines = [(position(members.get(way, [])), role) for way, role in area.members]
        shape = _of_rings(lines)
        _add(found, area.kind, area.tags, shape)
        drawn |= set() if shape is None else area.alike
    for osm_id, way in ways.items():
        if osm_id not in drawn:
            shape = _of_way(found, way.kind, position(way.nodes), closed=_closes(way.nodes))
            _add(found, way.kind, way.tags, shape)
    walls = {node for way in ways.values() if way.kind in WITH_A_GATE for node in way.nodes}
    for osm_id, tags, place in _tagged(path, osmium.osm.NODE, wanted):
        if place.startswith("x "):
            continue
        kind = ground_kind(tags)
        if kind and kind in POINTS:
            found.read_n += 1
            _add(found, kind, tags, shapely.Point(_lonlat(place)))
        elif osm_id in walls and tags.get("barrier") in PASSED and _is_open(tags):
            found.gates.append(shapely.Point(_lonlat(place)))
    return found


def _areas(path: Path, ways: dict[int, _Way]) -> Iterator[_Area]:
    """Yield the multipolygons: what their tags say, else what those of their outer ways do."""
    by_type = osmium.filter.TagFilter(("type", "multipolygon"))
    for _, own, text in _tagged(path, osmium.osm.RELATION, by_type):
        members = ways_of(text)
        outer = {way: ways[way] for way, role in members if role != "inner" and way in ways}
        kinds = {kind for kind in [ground_kind(own)] if kind}
        by_outline = not kinds and tagged_by_outline(own)
        if by_outline:
            kinds = {way.kind for way in outer.values()}
        if len(kinds) != 1 or kinds & LINES:
            continue
        [kind] = kinds
        alike = {osm_id for osm_id, way in outer.items() if way.kind == kind}
        told = next(iter(outer.values())).tags if by_outline else {}
        if by_outline:
            # An inner way of the same tags is no area of its own there.
            alike |= {way for way, _ in members if way in ways and ways[way].tags == told}
        yield _Area(kind, {**told, **own}, members, alike)


def _is_open(tags: dict[str, str]) -> bool:
    return judge_node(tags).kind not in (OWN_GATE, SHUT)


def _tagged(
    path: Path, of: osmium.osm.osm_entity_bits, *filters: osmium.BaseFilter
) -> Iterator[tuple[int, dict[str, str], str]]:
    for osm_id, tags, rest in sift(path, of, *filters):
        yield osm_id, tags_of(tags), rest


def _lonlat(position: str) -> tuple[float, float]:
    """Return the degrees of ``x139.9 y35.8``."""
    x, y = position.split(" ")[:2]
    return float(x[1:]), float(y[1:])


class _Positions:
    """Where nodes are, by their ids."""

    def __init__(self, ids: IntArray, lonlat: FloatArray) -> None:
        order = np.argsort(ids, kind="stable")
        self._ids, self._lonlat = ids[order], lonlat[order]

    def __call__(self, nodes: Sequence[int]) -> np.ndarray:
        """Return (k, 2) degrees, NaN of nodes that the file lacks."""
        wanted = np.asarray(nodes, dtype=np.int64)
        found = np.full((wanted.size, 2), np.nan)
        if self._ids.size:
            at = np.minimum(np.searchsorted(self._ids, wanted), self._ids.size - 1)
            there = self._ids[at] == wanted
            found[there] = self._lonlat[at[there]]
        return found


def _positions(path: Path, lines: Iterable[Sequence[int]]) -> _Positions:
    ids = sorted({node for line in lines for node in line})
    # An editor numbers new nodes below zero; the fast filter knows no such ids.
    fast = not ids or ids[0] >= 0
    filters = [osmium.filter.IdFilter(ids)] if fast else []
    return _Positions(*node_positions(path, *filters))


def _closes(nodes: Sequence[int]) -> bool:
    return len(nodes) >= _LEAST_OF_RING and nodes[0] == nodes[-1]


def _of_way(
    found: OsmGround, kind: Kind, lonlat: np.ndarray, *, closed: bool
) -> BaseGeometry | None:
    if kind in LINES:
        return _cut(lonlat)
    if not closed or np.isnan(lonlat).any():
        return None
    # Most areas are one ring that touches nothing.
    area = shapely.Polygon(lonlat)
    if shapely.is_valid(area):
        return area
    found.repaired_n += 1
    return _of_rings([(lonlat, "outer")])


def _cut(lonlat: np.ndarray) -> BaseGeometry | None:
    """Return a line without the stretches to nodes that the file lacks, None where nothing is left."""
    known = ~np.isnan(lonlat).any(axis=1)
    runs = np.split(lonlat, np.flatnonzero(np.diff(known)) + 1)
    lines = [
        shapely.LineString(run)
        for run in runs
        if len(run) >= _LEAST_OF_LINE and not np.isnan(run).any()
    ]
    return (lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)) if lines else None


def _of_rings(lines: Sequence[tuple[np.ndarray, str]]) -> BaseGeometry | None:
    """Return the area that outer lines enclose, without what inner ones do; None if none closes."""
    if any(len(xy) < _LEAST_OF_LINE or np.isnan(xy).any() for xy, _ in lines):
        return None
    drawn = [(shapely.LineString(xy), role) for xy, role in lines]
    # What is no inner ring is an outer one: old maps leave the role out.
    outer = _enclosed([line for line, role in drawn if role != "inner"])
    inner = _enclosed([line for line, role in drawn if role == "inner"])
    area = shapely.difference(outer, inner)
    return None if shapely.is_empty(area) else area


def _enclosed(lines: Sequence[BaseGeometry]) -> BaseGeometry:
    """Return all that rings enclose, each taken by itself so that touching ones do not cancel out."""
    merged = shapely.get_parts(np.asarray(shapely.line_merge(shapely.union_all(lines))))
    closed = shapely.is_closed(merged)
    shapes = [
        shapely.make_valid(shapely.Polygon(shapely.get_coordinates(ring)), method="structure")
        for ring in merged[closed]
    ]
    if not closed.all():
        # Rings that touch or cross are not merged to closed lines: take the faces between them.
        shapes.extend(shapely.get_parts(shapely.polygonize(merged)))
    return shapely.union_all([shape for shape in shapes if shapely.area(shape) > 0])


def _add(found: OsmGround, kind: Kind, tags: dict[str, str], shape: BaseGeometry | None) -> None:
    if shape is None or shapely.is_empty(shape):
        found.open[kind] += 1
        return
    name, ref = tags.get("name", ""), tags.get("ref", "")
    found.rows.append((kind, name, ref, level_of(tags), shape))
