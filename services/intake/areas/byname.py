"""Areas by name: which area of which layer a row of a table is about, also of layers without borders."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.errors import Sentence, SourceError
from services.intake.areas.polygons import Assembly
from services.intake.tables.columns import by_area
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.intake.tables.reading import read_source, require_columns, texts
from services.profile import Layer, Profile
from services.words.names import normalise


@dataclass(frozen=True)
class AreaIntake:
    """What the readers of tables about areas share."""

    profile: Profile
    assembly: Assembly
    path: Callable[[str], Path]
    """File of a source."""
    ledger: Ledger

    def names(self, layer_id: str) -> "AreaNames":
        """Return the areas of a layer by name."""
        layer = self.assembly.current.get(layer_id) or self.profile.layer(layer_id)
        return AreaNames(layer, self.assembly)


class AreaNames:
    """The areas of one layer by id and by name; without borders those that the profile names."""

    def __init__(self, layer: Layer, assembly: Assembly) -> None:
        self.layer = layer
        self._any = False
        if layer.id in assembly.current:
            areas = assembly.of(layer.id)
            pairs = list(zip(areas["area_id"].astype(str), areas["area_name"], strict=True))
        else:
            pairs = [(name, name) for name in layer.area_names]
            self._any = not pairs
        self._by_id = {area_id: (area_id, str(name)) for area_id, name in pairs}
        self._by_name: dict[str, list[tuple[str, str]]] = {}
        for area_id, name in pairs:
            self._by_name.setdefault(normalise(name), []).append((area_id, str(name)))

    def find(self, typed: str) -> tuple[str, str] | Sentence:
        """Return id and name of the area that is meant, or why none is; any name fits a layer without names."""
        typed = typed.strip()
        if self._any and typed:
            return typed, typed
        if typed in self._by_id:
            return self._by_id[typed]
        found = self._by_name.get(normalise(typed), [])
        if len(found) == 1:
            return found[0]
        if found:
            return Sentence(
                "{count} areas of {layer} are named {area!r}; give the id: {ids}",
                count=len(found),
                layer=self.layer.id,
                area=typed,
                ids=", ".join(area_id for area_id, _ in found),
            )
        return Sentence(
            "{layer} has no area {area!r}; correct the name, or name it in the layer's table",
            layer=self.layer.id,
            area=typed,
        )


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A row of a table about an area; ``cells`` by meaning, '' where there is no such column."""

    row: int
    area_id: str
    area_name: str
    cells: dict[str, str]


def rows_by_area(
    intake: AreaIntake, spec: object, *, meanings: tuple[str, ...], need: tuple[str, ...]
) -> Iterator[AreaRow]:
    """
    Yield the rows of a table whose area is known; the others are refused, with the reason in the ledger.

    ``spec`` is a table of the profile with ``source``, ``layer`` and a field a meaning
    (``area_field`` …); what it leaves open is found by its meaning. ``need`` are meanings that must
    have a column beside the area.

    Raises
    ------
    SourceError
        A column that is named or needed is not there.
    """
    profile = intake.profile
    source_id, layer_id = str(getattr(spec, "source")), str(getattr(spec, "layer"))  # noqa: B009
    source, path = profile.source(source_id), intake.path(source_id)
    notes = intake.ledger.of(source_id)
    named = {one: str(getattr(spec, f"{one}_field", "")) for one in ("area", *meanings)}
    table = read_source(path, source=source, wanted=named.values(), notes=notes)
    require_columns(table.columns, named.values(), path=path)
    taken = {column for column in named.values() if column}
    for meaning, column in named.items():
        if not column:
            left = [name for name in map(str, table.columns) if name not in taken]
            named[meaning] = by_area(left, meaning)
            taken.add(named[meaning])
    names = intake.names(layer_id)
    own = (names.layer.label, *names.layer.local_words)
    named["area"] = named["area"] or next((one for one in own if one in table.columns), "")
    for meaning in ("area", *need):
        if not named[meaning]:
            raise SourceError(
                "no column is recognised as the {meaning}; name it in {field}: {listing}",
                path=path,
                meaning=meaning,
                field=f"{meaning}_field",
                listing=[str(column) for column in table.columns],
            )
    columns = {meaning: texts(table, column) for meaning, column in named.items() if column}
    notes.rows_read += len(table)
    for number, row in enumerate(table.index):
        cells = {meaning: columns[meaning][number] if named[meaning] else "" for meaning in named}
        if not any(cells.values()):
            continue
        found = names.find(cells["area"])
        if isinstance(found, Sentence):
            refuse(notes, "unknown_area", found, row=int(row))
            continue
        notes.rows_used += 1
        yield AreaRow(int(row), *found, cells)


def refuse(notes: SourceLedger, code: str, said: Sentence, *, row: int | None) -> None:
    """Write down why a row is not used."""
    notes.rows_refused += 1
    notes.note(Entry(code, said, row=row))
