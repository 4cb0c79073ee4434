"""Lists in a published layout: their columns taken as it says, 通いの場のオープンデータ made readable."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from geo.errors import Sentence
from services.intake.places.freetext import FoundSchedule, schedule_in
from services.intake.places.points import PointRows
from services.intake.tables.cells import shown
from services.intake.tables.layouts import loose, require_layout
from services.intake.tables.ledger import Entry, SourceLedger
from services.intake.tables.mapping import Section, with_map
from services.intake.tables.reading import texts
from services.profile import Source

_BREAK = "（改行）"
_SORTS = ("平日", "土曜", "日曜", "祝日")
_SHUT = "定休日"
_FREE = ("活動内容", "その他", "備考")
_HOURS_MADE, _SCHEDULE_MADE = "運営日と定休日", "開催日（自由記述から）"


def with_layout(
    rows: PointRows, spec: Section, *, source: Source, path: Path, notes: SourceLedger
) -> tuple[PointRows, Section]:
    """
    Return rows and a section with the columns of the layout that the source names, if it names one.

    What the profile names itself stays. In 通いの場のオープンデータ no column says how often a group
    meets: 運営日 are the hours at which it may be open, and a schedule is known only where the free
    text says one.
    """
    if not source.layout:
        return rows, spec
    layout = require_layout(source.layout, map(str, rows.table.columns), path=path)
    columns = dict(layout.columns)
    if layout.id == "mhlw_kayoinoba":
        table = _readable(rows.table, notes=notes)
        rows = replace(rows, table=table)
        columns |= {"open_hours": _HOURS_MADE, "schedule": _SCHEDULE_MADE}
    return rows, with_map(spec, columns)


def _readable(table: pd.DataFrame, *, notes: SourceLedger) -> pd.DataFrame:
    """Return the table with line breaks as spaces and columns of hours and schedules."""
    attrs = table.attrs
    there = {loose(str(column)): str(column) for column in table.columns}
    free = [there[name] for name in _FREE if name in there]
    schedules = [
        schedule_in(cell.replace(_BREAK, "\n") for cell in cells)
        for cells in zip(*(texts(table, column) for column in free), strict=True)
    ] or [FoundSchedule()] * len(table)
    _note_schedules(table, schedules, notes=notes)
    hours = _hours(table, there)
    table = table.map(lambda cell: cell.replace(_BREAK, " ") if isinstance(cell, str) else cell)
    table = table.assign(
        **{_HOURS_MADE: hours, _SCHEDULE_MADE: [found.schedule for found in schedules]}
    )
    table.attrs = attrs
    return table


def _hours(table: pd.DataFrame, there: dict[str, str]) -> list[str]:
    """Return when each place may be open: 「平日 10:00〜12:00、土曜 10:00〜、定休日 日曜」."""
    parts: list[list[str]] = [[] for _ in range(len(table))]
    for sort in _SORTS:
        spans = (
            texts(table, there.get(loose(f"運営日{sort}{end}"), "")) for end in ("開始", "終了")
        )
        for part, begin, end in zip(parts, *spans, strict=True):
            if begin or end:
                part.append(f"{sort} {begin}〜{end}")
    for part, shut in zip(parts, texts(table, there.get(_SHUT, "")), strict=True):
        if shut:
            part.append(f"{_SHUT} {shut.replace(_BREAK, '、')}")
    return ["、".join(part) for part in parts]


def _note_schedules(
    table: pd.DataFrame, schedules: Iterable[FoundSchedule], *, notes: SourceLedger
) -> None:
    """Write down each schedule that free text says, and where it says several."""
    for row, found in zip(table.index, schedules, strict=True):
        if found.schedule:
            said = Sentence(
                "the schedule {schedule!r} stands in free text; confirm it", schedule=found.schedule
            )
            notes.note(Entry("schedule_from_text", said, row=int(str(row))))
        elif found.several:
            said = Sentence(
                "free text says several schedules ({listing}); which holds is not known, so none does",
                listing=", ".join(map(shown, found.several)),
            )
            notes.note(Entry("schedules_in_text", said, row=int(str(row))))
