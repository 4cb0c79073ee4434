"""Mapping: the columns that a section of the profile leaves unnamed, taken by their meaning."""

from collections.abc import Iterable
from typing import TypeVar

from geo.errors import Sentence
from services.intake.tables.columns import PLACES, ColumnMap, propose
from services.intake.tables.layouts import recognise
from services.intake.tables.ledger import Entry, SourceLedger
from services.profile import Places, Venues

Section = TypeVar("Section", Places, Venues)

_FIELDS = {"plane_x": "x_field", "plane_y": "y_field"}


def field_of(meaning: str) -> str:
    """Return the name of the profile's field for a meaning."""
    return _FIELDS.get(meaning, f"{meaning}_field")


def with_map(spec: Section, columns: dict[str, str]) -> Section:
    """Return a section whose unnamed fields are those of a map; fields that are named stay."""
    known = type(spec).model_fields
    update = {
        field_of(meaning): column
        for meaning, column in columns.items()
        if field_of(meaning) in known and not getattr(spec, field_of(meaning))
    }
    return spec.model_copy(update=update)


def resolved(spec: Section, columns: Iterable[str], *, notes: SourceLedger) -> Section:
    """Return a section with all columns named; without a name_field they are recognised and noted."""
    if spec.name_field:
        return spec
    found = proposal(columns, file="")
    spec = with_map(spec, found.columns)
    listing = ", ".join(f"{meaning} = {column}" for meaning, column in found.columns.items())
    left = ", ".join(found.unknown) or "−"
    notes.note(
        Entry(
            "columns_recognised",
            Sentence(
                "columns taken by their meaning: {listing}; not used: {left}; confirm them "
                "with: arukeba map FILE --save MAP.toml",
                listing=listing,
                left=left,
            ),
        )
    )
    return spec


def proposal(columns: Iterable[str], *, file: str) -> ColumnMap:
    """Propose a map: that of a published layout for what it names, by synonyms for the rest."""
    columns = list(columns)
    found = propose(columns, file=file)
    layout = recognise(columns)
    if layout is None:
        return found
    by_layout = {meaning: column for meaning, column in layout.columns.items() if meaning in PLACES}
    taken = set(by_layout.values())
    rest = {m: c for m, c in found.columns.items() if m not in by_layout and c not in taken}
    return ColumnMap(file, {**by_layout, **rest}, found.unknown, found.also)
