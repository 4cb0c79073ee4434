"""Ways: what every reader of OpenStreetMap data gathers, whatever the format."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import pandas as pd

from geo.streets.walkable import is_walkable, street_attributes

_Row = tuple[int, Sequence[int], *tuple[str | bool | int, ...]]
"""osm_id, node_ids and what the tags say."""

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
}


@dataclass(frozen=True)
class Ways:
    """Walkable ways and the nodes that are known of them."""

    table: pd.DataFrame
    """One row a way: osm_id, node_ids, and its ``street_attributes``."""
    nodes: pd.DataFrame
    """lon, lat (degrees), kind (``node_kind``), indexed by unique node id."""
    read_n: int
    """Ways that were read: every way with a ``highway`` tag."""
    not_walkable: dict[str, int]
    """Ways that nobody may walk along, by kind of highway."""
    repeated_n: int
    """Ways that the source holds more than once; each is used once."""


@dataclass(slots=True)
class WayCollector:
    """Gathers ways one by one and keeps the walkable ones."""

    read_n: int = 0
    repeated_n: int = 0
    not_walkable: Counter[str] = field(default_factory=Counter)
    _seen: set[int] = field(default_factory=set)
    _rows: dict[object, _Row] = field(default_factory=dict)

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
        attributes = _judged(tuple(tags.items()))
        if attributes is None:
            self.not_walkable[tags.get("highway", "")] += counts
            return
        key = osm_id if part is None else (osm_id, part)
        row: _Row = (osm_id, node_ids, *attributes)
        if key in self._rows:
            self.repeated_n += 1
            # Of two states of one way the longer counts, whichever came first.
            row = max(row, self._rows[key], key=lambda one: (len(one[1]), one))
        self._rows[key] = row

    def node_ids(self) -> list[int]:
        """Return the nodes of the walkable ways, each once."""
        ids: set[int] = set()
        for row in self._rows.values():
            ids.update(row[1])
        return sorted(ids)

    def ways(self, nodes: pd.DataFrame) -> Ways:
        """Return what was gathered, with the nodes that the source gives."""
        # Column by column: row by row pandas guesses each type from all values.
        columns = zip(*self._rows.values(), strict=True) if self._rows else [()] * len(_COLUMNS)
        table = pd.DataFrame(
            {
                name: pd.Series(values, dtype=kind)
                for (name, kind), values in zip(_COLUMNS.items(), columns, strict=True)
            }
        )
        counted = dict(sorted(self.not_walkable.items()))
        return Ways(table, nodes, self.read_n, counted, self.repeated_n)


@lru_cache(maxsize=4096)
def _judged(tags: tuple[tuple[str, str], ...]) -> tuple[str | bool | int, ...] | None:
    """Return the attributes of a way, None where nobody may walk; most ways have tags of few kinds."""
    kept = dict(tags)
    return street_attributes(kept) if is_walkable(kept) else None


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
