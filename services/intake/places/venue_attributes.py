"""Attributes of venues as they are typed: 120㎡, 30名, 平日の午後, ○, 月3万円."""

import re
import unicodedata
from collections.abc import Callable

import pandas as pd

from geo.errors import Sentence
from services.intake.places.attributes import read_area_m2, read_count, read_flag
from services.intake.tables.ledger import Entry, SourceLedger
from services.intake.tables.reading import texts, to_number
from services.profile import Venues
from services.registry.venues import free_slots, with_venue_attributes

MOST = {"floor_area_m2": 1e5, "capacity": 1e5, "rent_yen": 1e8}
"""More than this is a typing error."""
MANY_YEN = 10_000.0


def read_rent_yen(text: str) -> float | None:
    """Return yen a month: 30000, 月3万円, 無料; None for rents by the hour or the day."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "")
    if re.fullmatch(r"無料|なし|無し?|不要|0円?", plain):
        return 0.0
    if re.search(r"時間|/h|日額|1日|1回|年額|/年", plain):
        return None
    match = re.search(r"([0-9]+(?:\.[0-9]+)?)\s*万", plain)
    if match:
        return float(match[1]) * MANY_YEN
    number = to_number(re.sub(r"^(?:月額?|家賃|約)|(?:円)?(?:/月)?$|[¥\\]", "", plain))
    return number if number >= 0 else None


def venue_fields(spec: Venues) -> list[str]:
    """Return the columns that the profile names for attributes."""
    return [field for field, _ in _readers(spec).values() if field]


def read_venue_attributes(
    table: pd.DataFrame, kinds: list[str], *, spec: Venues, notes: SourceLedger
) -> pd.DataFrame:
    """Return one column per attribute, indexed as the table; what cannot be read is noted by row."""
    found = pd.DataFrame(index=table.index)
    for name, (field, read) in _readers(spec).items():
        if field:
            cells = texts(table, field)
            found[name] = _column(name, field, cells, read=read, table=table, notes=notes)
    if spec.availability_text:
        typed = found.get("availability", pd.Series("", index=table.index, dtype=object))
        found["availability"] = [text or spec.availability_text for text in typed.fillna("")]
    private = [any(word in kind for word in spec.private_home_kinds) for kind in kinds]
    found["private_home"] = pd.Series(private, index=table.index, dtype=object)
    return with_venue_attributes(found)


def _availability(text: str) -> str | None:
    return text if free_slots(text) is not None else None


def _readers(spec: Venues) -> dict[str, tuple[str, Callable[[str], object]]]:
    return {
        "floor_area_m2": (spec.floor_area_field, read_area_m2),
        "capacity": (spec.capacity_field, read_count),
        "availability": (spec.availability_field, _availability),
        "barrier_free": (spec.barrier_free_field, read_flag),
        "rent_yen": (spec.rent_field, read_rent_yen),
        "owner": (spec.owner_field, str),
        "consent": (spec.consent_field, read_flag),
    }


def _column(
    name: str,
    field: str,
    cells: list[str],
    *,
    read: Callable[[str], object],
    table: pd.DataFrame,
    notes: SourceLedger,
) -> pd.Series:
    values: list[object] = []
    for row, cell in zip(table.index, cells, strict=True):
        value = read(cell) if cell else None
        if isinstance(value, float) and value > MOST[name]:
            value = None
        if cell and value is None:
            notes.note(
                Entry(
                    "unread_attribute",
                    Sentence(
                        "column {field}: {cell!r} is not understood; left empty",
                        field=field,
                        cell=cell,
                    ),
                    row=int(str(row)),
                )
            )
        values.append(value)
    return pd.Series(values, index=table.index, dtype=object)
