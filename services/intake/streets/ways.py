"""Ways: what every reader of OpenStreetMap data gathers, whatever the format."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

import pandas as pd

from geo.streets.access import TagRemark
from geo.streets.direction import foot_direction
from geo.streets.sidewalks import has_sidewalk_apart
from geo.streets.traits import traits_of_node
from geo.streets.walkable import (
    OWN_GATE,
    PASSED,
    PLAIN,
    SHUT,
    JudgedNode,
    is_read,
    is_read_of_node,
    is_walkable,
    judge,
    judge_node,
    street_attributes,
)
from services.intake.vectors.multipolygons import tagged_by_outline

_Row = tuple[int, Sequence[Any], *tuple[str | bool | int | float, ...]]
"""osm_id, node_ids and what the tags say."""

_Tags = tuple[tuple[str, str], ...]

_COLUMNS = {
    "osm_id": "int64",
    "node_ids": "object",
    "highway": "str",
    "name": "str",
    "bridge": "bool",
    "tunnel": "bool",
    "steps": "bool",
    "layer": "int64",
    "crossing": "bool",
    "signals": "bool",
    "surface": "str",
    "step_count": "int64",
    "oneway": "int8",
    "private": "bool",
    "traits": "str",
    "incline_pct": "float64",
    "hours": "str",
}


@dataclass(frozen=True)
class Ways:
    """Walkable ways and the nodes that are known of them."""

    table: pd.DataFrame
    """One row a way: osm_id, node_ids, and its ``street_attributes``."""
    nodes: pd.DataFrame
    """lon, lat (degrees), kind (``judge_node``), indexed by unique node id."""
    read_n: int
    """Ways that were read: every way with a ``highway`` tag."""
    not_walkable: dict[str, int]
    """Ways that nobody may walk along, by kind of highway."""
    repeated_n: int
    """Ways that the source holds more than once; each is used once."""
    areas: pd.DataFrame
    """One row an area that is walked on: osm_id (of a relation, its first way's), ``pieces`` (the node
    ids of each way of its borders), and its ``street_attributes``."""
    roads: pd.DataFrame
    """One row a road whose sidewalk is mapped apart: osm_id, node_ids."""
    way_remarks: list[tuple[int, TagRemark]] = field(default_factory=list)
    """What is to be told of the tags of ways, by osm_id."""
    node_remarks: list[tuple[int, TagRemark]] = field(default_factory=list)
    """What is to be told of the tags of nodes of walkable ways, by node id."""
    gates: dict[int, str] = field(default_factory=dict)
    """The hours of nodes of walkable ways that are closed at times (``judge_node``)."""
    walled: list[int] = field(default_factory=list)
    """Nodes that a walkable way shares with a wall or a fence, without an opening that is tagged."""
    undirected: frozenset[int] = frozenset()
    """Walkable ways that move or bind walkers in a direction that changes or is not written."""
    unused_of_ways: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each tag of a walkable way is read and not used."""
    unused_of_nodes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """The same of nodes of walkable ways."""
    node_traits: dict[int, str] = field(default_factory=dict)
    """What nodes of walkable ways say of themselves (``traits_of_node``), by node id."""


@dataclass(slots=True)
class WayCollector:
    """Gathers ways one by one and keeps the walkable ones."""

    read_n: int = 0
    repeated_n: int = 0
    not_walkable: Counter[str] = field(default_factory=Counter)
    _seen: set[int] = field(default_factory=set)
    _rows: dict[object, _Row] = field(default_factory=dict)
    _areas: dict[object, tuple[tuple[str | bool | int | float, ...], set[object]]] = field(
        default_factory=dict
    )
    _roads: dict[object, tuple[int, Sequence[int]]] = field(default_factory=dict)
    _way_remarks: set[tuple[int, TagRemark]] = field(default_factory=set)
    _node_remarks: set[tuple[int, TagRemark]] = field(default_factory=set)
    _gates: dict[int, str] = field(default_factory=dict)
    _walls: set[int] = field(default_factory=set)
    _openings: set[int] = field(default_factory=set)
    _undirected: set[int] = field(default_factory=set)
    _tags_of_ways: Counter[_Tags] = field(default_factory=Counter)
    _tags_of_node: dict[int, _Tags] = field(default_factory=dict)

    def add(
        self,
        osm_id: int,
        tags: Mapping[str, str],
        node_ids: Sequence[int],
        *,
        part: object = None,
    ) -> None:
        """Add one way, or a ``part`` of one that the source gives in parts (counted once)."""
        counts = part is None or osm_id not in self._seen
        self._seen.add(osm_id)
        self.read_n += counts
        written = tuple(tags.items())
        attributes, remarks = _judged(written)
        self._way_remarks.update((osm_id, remark) for remark in remarks)
        key = osm_id if part is None else (osm_id, part)
        if attributes is None:
            self.not_walkable[tags.get("highway", "")] += counts
            if has_sidewalk_apart(tags):
                self._roads[key] = (osm_id, node_ids)
            return
        if not _directed(written):
            self._undirected.add(osm_id)
        self._tags_of_ways[written] += counts
        if is_area(tags, closed=part is None and node_ids[:1] == node_ids[-1:]):
            self._areas.setdefault(osm_id, (attributes, set()))[1].add(key)
        row: _Row = (osm_id, node_ids, *attributes)
        if key in self._rows:
            self.repeated_n += 1
            # Of two states of one way the longer counts, whichever came first.
            row = max(row, self._rows[key], key=lambda one: (len(one[1]), one))
        self._rows[key] = row

    def add_relation(self, osm_id: int, tags: Mapping[str, str], members: Iterable[int]) -> None:
        """Add an area that is a multipolygon of these ways, which are added one by one themselves."""
        attributes, _ = _judged(tuple(tags.items()))
        if attributes is not None and is_area({**tags, "area": "yes"}, closed=True):
            self._areas["relation", osm_id] = (attributes, set(members))

    def add_wall(self, node_ids: Sequence[int]) -> None:
        """Keep the nodes of a wall or a fence, which a street may share."""
        self._walls.update(node_ids)

    def node_kind(self, osm_id: int, tags: Mapping[str, str]) -> int:
        """Return what a node is to a walker; what is to be told of its tags is kept."""
        if not tags:
            return PLAIN
        self._tags_of_node[osm_id] = written = tuple(tags.items())
        kind, hours, remarks = _judged_node(written)
        if hours:
            self._gates[osm_id] = hours
        self._node_remarks.update((osm_id, remark) for remark in remarks)
        if kind in (OWN_GATE, SHUT) or hours or "entrance" in tags or tags.get("barrier") in PASSED:
            self._openings.add(osm_id)
        return kind

    def node_ids(self) -> list[int]:
        """Return the nodes of the walkable ways, and of roads whose sidewalk is apart, each once."""
        ids: set[int] = set()
        for row in chain(self._rows.values(), self._roads.values()):
            ids.update(row[1])
        return sorted(ids)

    def ways(self, nodes: pd.DataFrame) -> Ways:
        """Return what was gathered, with the nodes that the source gives."""
        walked = {node for row in self._rows.values() for node in row[1]}
        return Ways(
            _table(list(self._rows.values())),
            nodes,
            self.read_n,
            dict(sorted(self.not_walkable.items())),
            self.repeated_n,
            _table(list(self._area_rows())).rename(columns={"node_ids": "pieces"}),
            pd.DataFrame(sorted(self._roads.values()), columns=["osm_id", "node_ids"]),
            sorted(self._way_remarks),
            sorted((node, remark) for node, remark in self._node_remarks if node in walked),
            {node: self._gates[node] for node in sorted(walked & self._gates.keys())},
            self._walled(),
            frozenset(self._undirected),
            _unused(self._tags_of_ways, is_read),
            _unused(
                Counter(self._tags_of_node[node] for node in walked & self._tags_of_node.keys()),
                is_read_of_node,
            ),
            {
                node: traits
                for node in sorted(walked & self._tags_of_node.keys())
                if (traits := _node_traits(self._tags_of_node[node]))
            },
        )

    def _walled(self) -> list[int]:
        """Return the nodes of walls without an opening at which a walker goes on."""
        walls = self._walls - self._openings
        branches: Counter[int] = Counter()
        for row in self._rows.values() if walls else ():
            ids = row[1]
            for place, node in enumerate(ids):
                if node in walls:
                    branches[node] += (place > 0) + (place < len(ids) - 1)
        return sorted(node for node, number in branches.items() if number > 1)

    def _area_rows(self) -> Iterator[_Row]:
        """Yield the areas with the node ids of each way of their borders; a way that is not there has none."""
        # An outline that has the tags as well is part of the relation, which knows what is cut out of it.
        parts = {
            key
            for area, (_, keys) in self._areas.items()
            if isinstance(area, tuple)
            for key in keys
        }
        for area, (attributes, keys) in self._areas.items():
            if area in parts:
                continue
            rows = [self._rows.get(key) for key in keys]
            pieces = sorted((row[0], list(row[1])) if row else (0, []) for row in rows)
            known = [osm_id for osm_id, ids in pieces if ids]
            if known:
                yield known[0], [ids for _, ids in pieces], *attributes


def square_tags(
    tags: Mapping[str, str], outer: Iterable[Mapping[str, str]]
) -> Mapping[str, str] | None:
    """
    Return what a multipolygon is that is walked on, None where it is none.

    Its own tags say it, else those of the first of its ``outer`` ways that is an area.
    """
    if is_walkable(tags):
        return tags
    if not tagged_by_outline(tags):
        return None
    return next((way for way in outer if way.get("area") == "yes" and is_walkable(way)), None)


def is_area(tags: Mapping[str, str], *, closed: bool) -> bool:
    """
    Say whether the tags of a walkable way make it an area.

    ``area=yes`` does, and a closed platform is one unless it says ``area=no``; any other closed way is
    a street that comes back. An elevator is ridden, and who cannot climb steps crosses none either.
    """
    highway = tags.get("highway", "")
    area = tags.get("area", "yes" if closed and highway == "platform" else "no")
    return area == "yes" and highway not in ("elevator", "steps")


def _table(rows: Sequence[_Row]) -> pd.DataFrame:
    # Column by column: row by row pandas guesses each type from all values.
    columns = zip(*rows, strict=True) if rows else [()] * len(_COLUMNS)
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=kind)
            for (name, kind), values in zip(_COLUMNS.items(), columns, strict=True)
        }
    )


@lru_cache(maxsize=4096)
def _judged(
    tags: _Tags,
) -> tuple[tuple[str | bool | int | float, ...] | None, tuple[TagRemark, ...]]:
    """Return the attributes of a way, None where nobody may walk; most ways have tags of few kinds."""
    kept = dict(tags)
    judged = judge(kept)
    return street_attributes(kept) if judged.walkable else None, judged.remarks


@lru_cache(maxsize=4096)
def _judged_node(tags: _Tags) -> JudgedNode:
    return judge_node(dict(tags))


@lru_cache(maxsize=4096)
def _node_traits(tags: _Tags) -> str:
    return traits_of_node(dict(tags))


@lru_cache(maxsize=4096)
def _directed(tags: _Tags) -> bool:
    """Say whether it is known in which direction a way is walked."""
    return foot_direction(dict(tags))[1]


def _unused(written: Counter[_Tags], used: Callable[[str, str], bool]) -> Counter[tuple[str, str]]:
    """Count the tags that nothing uses."""
    found: Counter[tuple[str, str]] = Counter()
    for tags, number in written.items():
        for tag in tags:
            found[str(tag[0]), str(tag[1])] += number
    return Counter({tag: number for tag, number in found.items() if not used(*tag)})


def nodes_frame(rows: Iterable[tuple[int, float, float, int]]) -> pd.DataFrame:
    """
    Return nodes (id, lon, lat, kind) as a table indexed by id.

    Of a repeated id the last position counts, and the greatest kind: who gives a node again to place
    a way may leave out its tags.
    """
    table = pd.DataFrame(list(rows), columns=["id", "lon", "lat", "kind"])
    table = table.astype({"id": "int64", "lon": "float64", "lat": "float64", "kind": "int8"})
    if table["id"].is_unique:
        return table.set_index("id")
    table["kind"] = table.groupby("id")["kind"].transform("max")
    return table.drop_duplicates("id", keep="last").set_index("id")
