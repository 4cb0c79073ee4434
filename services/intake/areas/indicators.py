"""Intake of indicators: a figure an area, from tables that are already counted by area."""

import math
from typing import Any

import pandas as pd

from geo.errors import Sentence
from services.intake.areas.byname import AreaIntake, AreaRow, refuse, rows_by_area
from services.intake.tables.ledger import Entry, SourceLedger
from services.intake.tables.reading import to_number
from services.profile import Indicator
from services.workspace.ofareas import COLUMNS

_MEANINGS = ("value", "numerator", "denominator", "respondents")
_ROUNDED_PCT = 0.051
"""A printed rate is rounded to one decimal at least."""


def read_indicators(intake: AreaIntake) -> pd.DataFrame:
    """
    Return the indicators of all tables (``services.workspace.ofareas``), one row an area.

    An area that nobody tells of has no row; where fewer answered than ``privacy.small_number`` the row
    has no figure.
    """
    rows: list[dict[str, Any]] = []
    for one in intake.profile.indicators:
        if one.source:
            rows += _rows(intake, one)
    types = COLUMNS["indicators"]
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _rows(intake: AreaIntake, one: Indicator) -> list[dict[str, Any]]:
    notes, least_n = intake.ledger.of(one.source), intake.profile.privacy.small_number
    found: dict[str, dict[str, Any]] = {}
    for row in rows_by_area(intake, one, meanings=_MEANINGS, need=()):
        told = _read(row, one, notes)
        if isinstance(told, Sentence):
            notes.rows_used -= 1
            refuse(notes, "indicator_unread", told, row=row.row)
            continue
        if row.area_id in found:
            said = Sentence("{area} has a row already; the first is kept", area=row.area_name)
            notes.rows_used -= 1
            refuse(notes, "duplicate", said, row=row.row)
            continue
        if told["respondents"] < least_n:
            said = Sentence(
                "{area}: fewer than {least} answered, so the figure is not kept",
                area=row.area_name,
                least=least_n,
            )
            notes.note(Entry("small_sample", said, row=row.row))
            told |= dict.fromkeys(("value", "numerator", "denominator"), math.nan)
        place = {"layer": one.layer, "area_id": row.area_id, "area_name": row.area_name}
        found[row.area_id] = {"indicator": one.id, **place, **told, "source_id": one.source}
    return list(found.values())


def _read(row: AreaRow, one: Indicator, notes: SourceLedger) -> dict[str, float] | Sentence:
    """Return the figures of a row, or why they cannot be."""
    told = {}
    for name in _MEANINGS:
        typed = row.cells[name].strip().rstrip("%％")
        told[name] = to_number(typed) if typed else math.nan
        if typed and not math.isfinite(told[name]):
            return Sentence("{typed!r} is no number", typed=typed)
    part, whole = told["numerator"], told["denominator"]
    if one.kind == "share" and math.isfinite(part) and math.isfinite(whole):
        if not 0 <= part <= whole or whole == 0:
            return Sentence(
                "{part:g} of {whole:g} is no share; correct the row", part=part, whole=whole
            )
        share = 100.0 * part / whole
        if abs(told["value"] - share) > _ROUNDED_PCT:
            said = Sentence(
                "{area}: {printed:g} % is told, {part:g} of {whole:g} are {share:.1f} %; the latter "
                "is taken",
                area=row.area_name,
                printed=told["value"],
                part=part,
                whole=whole,
                share=share,
            )
            notes.note(Entry("rate_differs", said, row=row.row))
        told["value"] = share
    if one.kind == "share" and not (math.isnan(told["value"]) or 0 <= told["value"] <= 100):  # noqa: PLR2004  per cent
        return Sentence(
            "{value:g} % is no share; write per cent from 0 to 100", value=told["value"]
        )
    return told
