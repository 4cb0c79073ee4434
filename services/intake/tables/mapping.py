"""Mapping: the columns that a section of the profile leaves unnamed, taken by their meaning."""

from collections.abc import Collection, Iterable
from typing import TypeVar

from geo.errors import Sentence
from services.intake.tables.columns import PLACES, ColumnMap, propose
from services.intake.tables.layouts import recognise
from services.intake.tables.ledger import Entry, SourceLedger
from services.intake.tables.sheets import SHEET_COLUMN
from services.profile import Places, Venues

Section = TypeVar("Section", Places, Venues)

NOT_USED = "columns_not_used"
LISTED = 40
"""Columns that a remark names."""
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


def resolved(
    spec: Section, columns: Iterable[str], *, notes: SourceLedger, positions: Collection[str] = ()
) -> Section:
    """
    Return a section with all columns named; without a name_field they are recognised and noted.

    ``positions`` are columns whose cells are positions.
    """
    if spec.name_field:
        return spec
    # Who meets names a place; a room is named by where it is.
    named_by = (
        ("group", "venue") if "group_field" in type(spec).model_fields else ("venue", "group")
    )
    found = proposal(columns, file="", positions=positions, named_by=named_by)
    spec = with_map(spec, found.columns)
    listing = ", ".join(f"{meaning} = {column}" for meaning, column in found.columns.items())
    notes.note(
        Entry(
            "columns_recognised",
            Sentence(
                "columns taken by their meaning: {listing}; confirm them with: arukeba map FILE "
                "--save MAP.toml",
                listing=listing,
            ),
        )
    )
    return spec


def taken_columns(spec: Venues | Places) -> dict[str, str]:
    """Return the columns that a section names, by what they mean."""
    named = {
        name.removesuffix("_field"): str(getattr(spec, name))
        for name in type(spec).model_fields
        if name.endswith("_field")
    }
    if spec.where:
        named["where"] = spec.where.field
    return {meaning: column for meaning, column in named.items() if column}


def note_not_used(
    columns: Iterable[str], spec: Venues | Places, *, also: Collection[str], notes: SourceLedger
) -> None:
    """Write down which columns were taken and which not; ``also`` are those of the positions."""
    taken = taken_columns(spec)
    used = {*taken.values(), *also, SHEET_COLUMN}
    notes.taken = (
        taken if set(also) <= set(taken.values()) else {**taken, "position": ", ".join(also)}
    )
    left = [column for column in columns if column not in used]
    if left:
        listing = ", ".join(left[:LISTED]) + (" …" if left[LISTED:] else "")
        notes.note(
            Entry(
                NOT_USED,
                Sentence(
                    "columns not used: {listing}; name those that matter in the profile",
                    listing=listing,
                ),
            )
        )


def proposal(
    columns: Iterable[str],
    *,
    file: str,
    positions: Collection[str] = (),
    named_by: Iterable[str] = ("group", "venue"),
) -> ColumnMap:
    """Propose a map: that of a published layout for what it names, by synonyms for the rest."""
    columns = list(columns)
    found = propose(columns, file=file, positions=positions, named_by=named_by)
    layout = recognise(columns)
    if layout is None:
        return found
    by_layout = {meaning: column for meaning, column in layout.columns.items() if meaning in PLACES}
    taken = set(by_layout.values())
    rest = {m: c for m, c in found.columns.items() if m not in by_layout and c not in taken}
    return ColumnMap(file, {**by_layout, **rest}, found.unknown, found.also)
