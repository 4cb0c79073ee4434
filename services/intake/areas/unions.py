"""Unions: which area of a built layer each base unit belongs to."""

import re
from collections.abc import Iterable, Sequence
from fnmatch import translate
from pathlib import Path

from geo.errors import SourceError
from services.intake.tables.ledger import SourceLedger
from services.intake.tables.reading import read_source, require_columns, texts
from services.profile import Source, Union, UnionArea
from services.words.names import normalise

_WILD = re.compile(r"[*?\[]")


class Selector:
    """A list of ids, names and patterns of either; names agree as ``normalise`` makes them."""

    def __init__(self, wanted: Iterable[str]) -> None:
        self.wanted = list(wanted)
        self._exact: dict[str, str] = {}
        self._patterns: list[tuple[str, re.Pattern[str]]] = []
        for text in self.wanted:
            if _WILD.search(text):
                self._patterns.append((text, re.compile(translate(text))))
            else:
                self._exact.setdefault(text, text)
                self._exact.setdefault(normalise(text), text)

    def find(self, unit_id: str, name: str) -> str:
        """Return the entry that fits a unit, else ''."""
        for key in (unit_id, name, normalise(name)):
            if key in self._exact:
                return self._exact[key]
        for text, pattern in self._patterns:
            if pattern.match(unit_id) or pattern.match(name):
                return text
        return ""


class UnitRules:
    """The areas of a built layer, in order: the first that fits gets the unit."""

    def __init__(self, areas: Sequence[UnionArea]) -> None:
        self.areas = tuple(areas)
        self._selectors = [(area.id, Selector(area.units)) for area in areas]
        self._used: set[tuple[str, str]] = set()

    def area_of(self, unit_id: str, name: str) -> str:
        """Return the id of the area that a unit belongs to, else ''."""
        for area_id, selector in self._selectors:
            if entry := selector.find(unit_id, name):
                self._used.add((area_id, entry))
                return area_id
        return ""

    def unused(self) -> list[str]:
        """Return the entries that no unit has fitted so far."""
        return [
            entry
            for area_id, selector in self._selectors
            for entry in selector.wanted
            if (area_id, entry) not in self._used
        ]


def read_rules(
    union: Union, *, path: Path | None, source: Source | None, notes: SourceLedger | None = None
) -> UnitRules:
    """Return the rules of a union, from the profile's rows or from its table."""
    if path is None or source is None:
        return UnitRules(union.areas)
    fields = [union.unit_field, union.area_field, union.area_name_field]
    table = read_source(path, source=source, wanted=fields, notes=notes)
    require_columns(table.columns, fields, path=path)
    units, ids = texts(table, union.unit_field), texts(table, union.area_field)
    names = texts(table, union.area_name_field) if union.area_name_field else ids
    gathered: dict[str, tuple[str, list[str]]] = {}
    for row, unit, area_id, name in zip(table.index, units, ids, names, strict=True):
        if not (unit and area_id):
            raise SourceError(
                "{unit_field} or {area_field} is empty; fill it or take the row out",
                path=path,
                row=int(row),
                unit_field=union.unit_field,
                area_field=union.area_field,
            )
        gathered.setdefault(area_id, (name or area_id, []))[1].append(unit)
    return UnitRules(
        [UnionArea(id=key, name=name, units=units) for key, (name, units) in gathered.items()]
    )
