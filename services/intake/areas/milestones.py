"""Intake of milestones: rows of the profile and of tables, put in order; what contradicts itself is listed."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from geo.errors import Sentence
from services.intake.areas.byname import AreaIntake, AreaRow, refuse, rows_by_area
from services.intake.areas.polygons import PROFILE
from services.intake.tables.ledger import Entry, Ledger
from services.profile import Milestone, MilestoneTable
from services.words.dates import dated, span_of
from services.words.names import normalise
from services.words.vocabulary import ESTABLISHED, MILESTONE_KINDS, STAGES
from services.workspace.ofareas import COLUMNS

_KINDS = {
    "council": ("協議体", "第2層協議体", "council"),
    "coordinator": ("コーディネーター", "生活支援コーディネーター", "sc", "coordinator"),
    "base": ("拠点", "居場所", "福祉村", "base"),
    "committee": ("委員会", "福祉委員会", "見守り委員会", "committee"),
}
_STAGES = {
    "study": ("勉強会", "勉強会開催", "検討中", "検討", "study"),
    "preparing": ("準備会", "準備会設置", "準備中", "準備", "preparing"),
    "established": (
        *("設立", "設置", "設置済", "設置済み", "配置", "配置済", "開設", "開始", "活動中", "稼働"),
        *("有", "あり", "○", "済", "established"),
    ),
    "ended": ("廃止", "終了", "解散", "休止", "ended"),
}
_PLANNED = frozenset(
    map(normalise, ("予定", "計画", "計画中", "○", "有", "yes", "true", "1", "planned"))
)
_MEANINGS = ("kind", "stage", "date", "planned", "note")


def read_milestones(intake: AreaIntake) -> pd.DataFrame:
    """Return every milestone of the profile and its tables (``services.workspace.ofareas``)."""
    rows = [*_of_profile(intake)]
    for table in intake.profile.milestone_tables:
        rows += _of_table(intake, table)
    rows = _without_doubles(rows, intake.ledger)
    _note_disorder(rows, intake.ledger)
    types = COLUMNS["milestones"]
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _of_profile(intake: AreaIntake) -> Iterator[dict[str, Any]]:
    notes = intake.ledger.of(PROFILE)
    for one in intake.profile.milestones:
        area_id = area_name = ""
        if one.area:
            found = intake.names(one.layer).find(one.area)
            if isinstance(found, Sentence):
                refuse(notes, "unknown_area", found, row=None)
                continue
            area_id, area_name = found
        yield _row(one, area_id, area_name, source_id=PROFILE)


def _row(
    one: Milestone, area_id: str, area_name: str, *, source_id: str, row: int | None = None
) -> dict[str, Any]:
    share = one.share_pct
    if share is None and one.number is not None and one.of:
        share = 100.0 * one.number / one.of
    plain = one.model_dump(include={"layer", "kind", "stage", "planned", "number", "approximate"})
    told = one.model_dump(include={"doc", "page", "line", "note"})
    return {
        **plain,
        **told,
        "area_id": area_id,
        "area_name": area_name,
        "since": dated(one.date),
        "of_n": one.of,
        "share_pct": share,
        "source_id": source_id,
        "row": row,
    }


def _of_table(intake: AreaIntake, table: MilestoneTable) -> Iterator[dict[str, Any]]:
    notes = intake.ledger.of(table.source)
    words = _words(intake, table)
    for row in rows_by_area(intake, table, meanings=_MEANINGS, need=()):
        found = _read(row, table, words)
        if isinstance(found, Sentence):
            notes.rows_used -= 1
            refuse(notes, "milestone_unread", found, row=row.row)
            continue
        yield _row(found, row.area_id, row.area_name, source_id=table.source, row=row.row)


def _words(intake: AreaIntake, table: MilestoneTable) -> dict[str, str]:
    """Return stage of each word: those that the profile calls so, and those that are usual."""
    own = {
        normalise(word): stage
        for name in intake.profile.milestone_names
        if name.layer == table.layer
        for stage, word in name.stages.items()
    }
    return {normalise(w): stage for stage, words in _STAGES.items() for w in words} | own


def _read(row: AreaRow, table: MilestoneTable, words: dict[str, str]) -> Milestone | Sentence:
    cells = row.cells
    kinds = {normalise(w): kind for kind, some in _KINDS.items() for w in some}
    kind = kinds.get(normalise(cells["kind"]), "") if cells["kind"] else table.kind
    stage = words.get(normalise(cells["stage"]), "") if cells["stage"] else ESTABLISHED
    for read, typed, known in (
        (kind, cells["kind"], MILESTONE_KINDS),
        (stage, cells["stage"], STAGES),
    ):
        if not read:
            return Sentence(
                "{typed!r} is not among {known}; correct it, or name it in milestone_names",
                typed=typed,
                known=", ".join(known),
            )
    if cells["date"] and span_of(cells["date"]) is None:
        return Sentence(
            "the date {typed!r} cannot be read; write 2016-03-01, 2016-03, 2016 or FY2016",
            typed=cells["date"],
        )
    return Milestone.model_validate(
        {
            "kind": kind,
            "layer": table.layer,
            "area": row.area_id,
            "stage": stage,
            "date": cells["date"],
            "planned": normalise(cells["planned"]) in _PLANNED,
            "note": cells["note"],
        }
    )


def _without_doubles(rows: list[dict[str, Any]], ledger: Ledger) -> list[dict[str, Any]]:
    """Keep of rows that tell one thing of one area the earliest; the others are listed."""
    kept: dict[tuple[Any, ...], dict[str, Any]] = {}
    for number, row in enumerate(rows):
        names = ("layer", "area_id", "kind", "stage", "planned")
        key = tuple(row[name] for name in names) if row["area_id"] else (number,)
        other = kept.get(key)
        if other is None:
            kept[key] = row
            continue
        first, second = sorted((other, row), key=_when)
        kept[key] = first
        refuse(
            ledger.of(row["source_id"]),
            "milestone_twice",
            Sentence(
                "{area}: {kind}, {stage} is told twice, {first} and {second}; the earlier is kept",
                area=row["area_name"],
                kind=row["kind"],
                stage=row["stage"],
                first=first["since"] or "-",
                second=second["since"] or "-",
            ),
            row=row["row"],
        )
    return list(kept.values())


def _when(row: dict[str, Any]) -> str:
    span = span_of(row["since"])
    return span[1].isoformat() if span else "9999"


def _note_disorder(rows: list[dict[str, Any]], ledger: Ledger) -> None:
    """List the areas whose later stage is dated before an earlier one; both stay as they are told."""
    dated_rows = [row for row in rows if row["area_id"] and row["since"]]
    for one in dated_rows:
        for other in dated_rows:
            same = all(one[name] == other[name] for name in ("layer", "area_id", "kind"))
            if not same or STAGES.index(one["stage"]) >= STAGES.index(other["stage"]):
                continue
            begun, next_span = span_of(one["since"]), span_of(other["since"])
            if begun and next_span and next_span[1] < begun[0]:
                ledger.of(other["source_id"]).note(
                    Entry(
                        "milestone_order",
                        Sentence(
                            "{area}: {kind}, {stage} ({since}) is dated before {before} ({begun}); "
                            "correct one of the dates",
                            area=other["area_name"],
                            kind=other["kind"],
                            stage=other["stage"],
                            since=other["since"],
                            before=one["stage"],
                            begun=one["since"],
                        ),
                        row=other["row"],
                    )
                )
