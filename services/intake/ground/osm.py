"""
Ground from OpenStreetMap: water, railways, walls, parks, schools, names, as shapes in degrees.

Areas are put together here: a closed way is one; a multipolygon is its outer rings without its inner
ones, from whatever ways make them. What crosses itself is repaired, what does not close is listed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
import osmium.filter
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import FloatArray, IntArray
from geo.ground.kinds import KEYS, LINES, POINTS, Kind, ground_kind, level_of
from services.intake.vectors.opl import ids_of, node_positions, require_whole, sift, tags_of

COLUMNS = ("kind", "name", "ref", "level", "geometry")
_Row = tuple[Kind, str, str, str, BaseGeometry]
_LEAST_OF_LINE, _LEAST_OF_RING = 2, 4


@dataclass(slots=True)
class OsmGround:
    """What a file gives, and what of it could not be used."""

    rows: list[_Row] = field(default_factory=list)
    read_n: int = 0
    repaired_n: int = 0
    """Areas whose border crosses itself."""
    open: Counter[Kind] = field(default_factory=Counter)
    """Areas whose border does not close, or of which the file lacks a part."""

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
    areas = [
        (kind, tags, members)
        for _, tags, members in _tagged(path, osmium.osm.RELATION, wanted)
        if tags.get("type") == "multipolygon" and (kind := ground_kind(tags)) and kind not in LINES
    ]
    parts = {way: role for _, _, members in areas for way, role in _ways_of(members)}
    ways = {
        osm_id: (kind, tags, ids_of(nodes))
        for osm_id, tags, nodes in _tagged(path, osmium.osm.WAY, wanted)
        if (kind := ground_kind(tags))
    }
    members = {osm_id: nodes for osm_id, (_, _, nodes) in ways.items()}
    lacking = [way for way in parts if way not in members]
    if lacking:
        by_id = osmium.filter.IdFilter(lacking)
        members |= {way: ids_of(nodes) for way, _, nodes in sift(path, osmium.osm.WAY, by_id)}
    used = [*(nodes for _, _, nodes in ways.values()), *(members.get(way, []) for way in parts)]
    position = _positions(path, used)
    found.read_n = len(ways) + len(areas)
    for kind, tags, nodes in ways.values():
        lonlat = position(nodes)
        _add(found, kind, tags, _of_way(found, kind, lonlat, closed=_closes(nodes)))
    for kind, tags, text in areas:
        lines = [(position(members.get(way, [])), role) for way, role in _ways_of(text)]
        _add(found, kind, tags, _of_rings(lines))
    for _, tags, place in _tagged(path, osmium.osm.NODE, wanted):
        kind = ground_kind(tags)
        if kind and kind in POINTS and not place.startswith("x "):
            found.read_n += 1
            _add(found, kind, tags, shapely.Point(_lonlat(place)))
    return found


def _tagged(
    path: Path, of: osmium.osm.osm_entity_bits, *filters: osmium.BaseFilter
) -> Iterator[tuple[int, dict[str, str], str]]:
    for osm_id, tags, rest in sift(path, of, *filters):
        yield osm_id, tags_of(tags), rest


def _ways_of(members: str) -> list[tuple[int, str]]:
    """Return the ways of ``Mw1@outer,w2@inner`` and their roles."""
    told = (member.split("@", 1) for member in members[1:].split(",") if member.startswith("w"))
    return [(int(way[1:]), role) for way, role in told]


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
