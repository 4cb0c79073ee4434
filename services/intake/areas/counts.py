"""Intake of counts of activities: a row an area, month and activity; what cannot be read is listed."""

import math
from typing import Any

import pandas as pd

from geo.errors import Sentence
from services.intake.areas.byname import AreaIntake, AreaRow, refuse, rows_by_area
from services.intake.tables.reading import to_number
from services.profile import ActivityCounts
from services.words.dates import span_of
from services.workspace.ofareas import COLUMNS

_KEY = ("layer", "area_id", "activity", "counted", "month")


def read_counts(intake: AreaIntake) -> pd.DataFrame:
    """Return the counts of all tables (``services.workspace.ofareas``); an empty cell is not known."""
    rows: list[dict[str, Any]] = []
    there: set[tuple[str, ...]] = set()
    for one in intake.profile.activity_counts:
        notes = intake.ledger.of(one.source)
        need = ("month", "count") if one.activity else ("month", "count", "activity")
        for row in rows_by_area(intake, one, meanings=("month", "activity", "count"), need=need):
            told = _read(row, one)
            if told is not None and not isinstance(told, Sentence):
                key = tuple(str(told[name]) for name in _KEY)
                if key not in there:
                    there.add(key)
                    rows.append(told)
                    continue
                told = Sentence(
                    "{area} has a count of {activity} in {month} already; the first is kept",
                    area=row.area_name,
                    activity=told["activity"],
                    month=told["month"],
                )
            notes.rows_used -= 1
            if told is not None:
                refuse(notes, "count_unread", told, row=row.row)
    types = COLUMNS["activity_counts"]
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _read(row: AreaRow, one: ActivityCounts) -> dict[str, Any] | Sentence | None:
    """Return a row as it is kept, why it cannot be, or None where nothing was counted."""
    typed = row.cells["count"].strip()
    if not typed:
        return None
    count = to_number(typed)
    if not (math.isfinite(count) and count >= 0):
        return Sentence("{typed!r} is no number of 0 or more", typed=typed)
    span = span_of(row.cells["month"])
    if span is None or (span[0].year, span[0].month) != (span[1].year, span[1].month):
        return Sentence("{typed!r} is no month; write it like 2025-04", typed=row.cells["month"])
    activity = row.cells["activity"].strip() or one.activity
    if not activity:
        return Sentence("it is not told which activity was counted")
    return {
        "layer": one.layer,
        "area_id": row.area_id,
        "area_name": row.area_name,
        "activity": activity,
        "counted": one.counted,
        "month": f"{span[0]:%Y-%m}",
        "count": count,
        "source_id": one.source,
    }
