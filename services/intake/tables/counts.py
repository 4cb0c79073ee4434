"""Counts of residents as official tables print them: dashes, marks of suppression, dotted thousands."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import Sentence, SourceError
from services.intake.tables.ledger import Entry, SourceLedger
from services.intake.tables.reading import (
    has_dotted_thousands,
    is_nobody,
    is_suppressed,
    text_of,
    to_number,
)

MOST_RESIDENTS = 20_000_000.0
"""No municipality of Japan has as many."""
SUPPRESSED_MAX = 9.0
"""Where neither the profile nor the row says how many it can be at most."""


@dataclass(frozen=True)
class Counts:
    """Counts per row, 0 where suppressed, and which of them are."""

    people: NDArray[np.float64]
    suppressed: NDArray[np.bool_]


def read_counts(
    cells: pd.Series, *, path: Path, notes: SourceLedger, dash_is_suppressed: bool = False
) -> Counts:
    """Read a column of counts: 「－」 is nobody, X and 秘匿 are suppressed, anything else a number."""
    texts = [text_of(cell) for cell in cells]
    dotted = not pd.api.types.is_numeric_dtype(cells) and has_dotted_thousands(texts)
    values, hidden = np.zeros(len(texts)), np.zeros(len(texts), dtype=bool)
    repaired: list[int] = []
    for place, (row, text) in enumerate(zip(cells.index, texts, strict=True)):
        if is_suppressed(text) or (dash_is_suppressed and is_nobody(text)):
            hidden[place] = True
            _note_suppressed(str(cells.name), text, row=int(row), notes=notes)
        elif not is_nobody(text):
            number = to_number(text.replace(".", "") if dotted else text)
            if dotted and "." in text:
                repaired.append(int(row))
            values[place] = _require_count(number, (str(cells.name), text), path=path, row=int(row))
    if repaired:
        _note_dotted(str(cells.name), texts, repaired, notes=notes)
    return Counts(values, hidden)


def _require_count(number: float, cell: tuple[str, str], *, path: Path, row: int) -> float:
    column, text = cell
    if not np.isfinite(number):
        raise SourceError(
            "column {column}: {text!r} is not a number; correct it (0 if nobody lives there)",
            path=path,
            row=row,
            column=column,
            text=text,
        )
    if number > MOST_RESIDENTS:
        raise SourceError(
            "{number:g} residents in column {column}; no area has so many, correct it",
            path=path,
            row=row,
            number=number,
            column=column,
        )
    if number < 0:
        raise SourceError(
            "{number:g} residents in column {column}; a count is 0 or more, correct it",
            path=path,
            row=row,
            number=number,
            column=column,
        )
    return number


def _note_suppressed(column: str, text: str, *, row: int, notes: SourceLedger) -> None:
    notes.note(
        Entry(
            "suppressed",
            Sentence(
                "column {column}: {text!r} is a suppressed count; taken as 0, and as an "
                "interval in coverage_low_pct and coverage_high_pct",
                column=column,
                text=text,
            ),
            row=row,
        )
    )


def _note_dotted(column: str, texts: list[str], rows: list[int], *, notes: SourceLedger) -> None:
    notes.rows_repaired += len(rows)
    first = next(text for text in texts if "." in text)
    notes.note(
        Entry(
            "dotted_thousands",
            Sentence(
                "column {column}: {rows_n} counts as {first!r}: the dot parts thousands",
                column=column,
                rows_n=len(rows),
                first=first,
            ),
            row=rows[0],
        )
    )


def most_of_suppressed(
    counts: Counts, wholes: list[Counts], *, suppressed_max: float | None
) -> NDArray[np.float64]:
    """
    Return the most that the suppressed part of each row can be, 0 where nothing is suppressed.

    It is what the profile says, else what the row's published ``wholes`` (groups that enclose this
    one) leave beside its known part, else 9: counts below 10 are what offices suppress.
    """
    if suppressed_max is not None:
        return np.where(counts.suppressed, suppressed_max, 0.0)
    most = np.full(len(counts.people), np.inf)
    for whole in wholes:
        left = np.maximum(whole.people - counts.people, 0.0)
        most = np.where(whole.suppressed, most, np.minimum(most, left))
    most = np.where(np.isfinite(most), most, SUPPRESSED_MAX)
    return np.where(counts.suppressed, most, 0.0)
