"""Counts of activities as an office hands them in: a row a month, quarter and year, a column an activity."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import InvalidInputError
from services.publication.export import write_csv
from services.publication.tables import Publication
from services.words.texts import is_figure, number, text
from services.workspace.folder import Snapshot
from services.workspace.plain import plain_rows
from services.workspace.staging import staged_file


@dataclass(frozen=True, slots=True)
class CountsAsked:
    """Which counts are asked for; None: whatever there is."""

    layer: str | None = None
    area: str | None = None
    fiscal_year: int | None = None


def counts_table(snapshot: Snapshot, asked: CountsAsked) -> pd.DataFrame:
    """
    Return the rows that are asked for.

    Raises
    ------
    InvalidInputError
        Nothing was counted there.
    """
    table = Publication(snapshot).disclosed.activity_counts
    wanted = {"layer": asked.layer, "fiscal_year": asked.fiscal_year}
    for name, value in wanted.items():
        if value is not None:
            table = _only(table, table[name] == value, name, value)
    if asked.area is not None:
        mine = (table["area_id"] == asked.area) | (table["area_name"] == asked.area)
        table = _only(table, mine, "area", asked.area)
    return table.reset_index(drop=True)


def _only(table: pd.DataFrame, mine: "pd.Series[bool]", name: str, value: object) -> pd.DataFrame:
    if not mine.any():
        column = "area_name" if name == "area" else name
        known = [str(one) for one in dict.fromkeys(table[column]) if str(one)]
        raise InvalidInputError(
            "no activity was counted with {name}={value!r}; there are {known}",
            name=name,
            value=value,
            known=", ".join(known) or "-",
        )
    found: pd.DataFrame = table[mine]
    return found


def counts_answer(snapshot: Snapshot, asked: CountsAsked) -> dict[str, Any]:
    """Return the rows as plain data."""
    return {"activity_counts": plain_rows(counts_table(snapshot, asked))}


def official(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return the rows as they are handed in; a sum over a part of the months or areas bears a mark."""
    names = {
        (activity, counted): text(f"counts.{counted}", lang, activity=activity)
        for activity, counted in dict.fromkeys(
            zip(table["activity"], table["counted"], strict=True)
        )
    }
    order = ["layer", "area_id", "fiscal_year", "quarter", "period", "month"]
    rows: dict[tuple[Any, ...], dict[str, str]] = {}
    for row in table.to_dict("records"):
        key = tuple(row[name] for name in order)
        said = rows.setdefault(
            key,
            {
                text("counts.area", lang): row["area_name"] or text("counts.all", lang),
                text("counts.period", lang): _period(row, lang),
            },
        )
        said[names[row["activity"], row["counted"]]] = _count(row, lang)
    return pd.DataFrame(list(rows.values())).fillna("")


def _period(row: dict[Any, Any], lang: str) -> str:
    told = {"year": row["fiscal_year"], "quarter": row["quarter"], "month": row["month"]}
    return text(f"counts.period.{row['period']}", lang, **told)


def _count(row: dict[Any, Any], lang: str) -> str:
    if not is_figure(row["count"]):
        return text("counts.unknown", lang)
    part = row["told_n"] < row["of_n"]
    told = {"n": number(row["count"]), "told": row["told_n"], "of": row["of_n"]}
    return text("counts.part", lang, **told) if part else number(row["count"])


def counts_texts(snapshot: Snapshot, asked: CountsAsked, lang: str) -> list[str]:
    """Return the rows for a terminal."""
    table = counts_table(snapshot, asked)
    if table.empty:
        return [text("counts.nothing", lang)]
    rows = official(table, lang)
    return ["  ".join(map(str, rows.columns)), *("  ".join(row) for row in rows.to_numpy())]


def write_counts(snapshot: Snapshot, asked: CountsAsked, out: Path, lang: str) -> None:
    """Write the rows as CSV in the layout in which they are handed in."""
    with staged_file(out) as staged:
        write_csv(official(counts_table(snapshot, asked), lang), staged)
