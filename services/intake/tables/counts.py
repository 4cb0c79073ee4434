"""Counts of residents as official tables print them: dashes, marks of suppression, dotted thousands."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
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
_LISTED = 10
"""Cells that a refusal lists."""


Problem = tuple[int, Sentence]
"""Row of the file, and what is wrong with its cell."""


@dataclass(frozen=True)
class Counts:
    """Counts per row, 0 where suppressed or no count."""

    people: NDArray[np.float64]
    suppressed: NDArray[np.int64]
    """How many suppressed counts are in each."""
    problems: list[tuple[Problem, ...]]
    """What cannot be read in each; nothing in nearly all."""

    @property
    def hidden(self) -> NDArray[np.bool_]:
        """Say for each whether anything of it is suppressed."""
        hidden: NDArray[np.bool_] = self.suppressed > 0
        return hidden


def added(parts: Sequence[Counts]) -> Counts:
    """Return the sum of counts, row by row."""
    return Counts(
        np.sum([part.people for part in parts], axis=0),
        np.sum([part.suppressed for part in parts], axis=0),
        [tuple(chain(*rows)) for rows in zip(*(part.problems for part in parts), strict=True)],
    )


def gathered(counts: Counts, taken: Sequence[Sequence[int]]) -> Counts:
    """Return one count for each list of positions: the sum of the counts there."""
    return Counts(
        np.array([counts.people[list(rows)].sum() for rows in taken], dtype=float),
        np.array([counts.suppressed[list(rows)].sum() for rows in taken], dtype=np.int64),
        [tuple(chain(*(counts.problems[row] for row in rows))) for rows in taken],
    )


def read_counts(
    cells: pd.Series,
    *,
    notes: SourceLedger,
    dash_is_suppressed: bool = False,
    factors: Sequence[int] | None = None,
) -> Counts:
    """
    Read a column of counts: 「－」 is nobody, X and 秘匿 are suppressed, anything else a number.

    What is none is a problem of its row; whether it matters is for the caller to judge. ``factors``
    say what 1 stands for in each row: 1000 where the unit is 千人.
    """
    texts = [text_of(cell) for cell in cells]
    dotted = not pd.api.types.is_numeric_dtype(cells) and has_dotted_thousands(texts)
    factors = factors or [1] * len(texts)
    dotted = dotted and max(factors, default=1) == 1
    values, hidden = np.zeros(len(texts)), np.zeros(len(texts), dtype=np.int64)
    problems: list[tuple[Problem, ...]] = [()] * len(texts)
    repaired: list[int] = []
    for place, (row, text, factor) in enumerate(zip(cells.index, texts, factors, strict=True)):
        if is_suppressed(text) or (dash_is_suppressed and is_nobody(text)):
            hidden[place] = 1
            _note_suppressed(str(cells.name), text, row=int(row), notes=notes)
        elif not is_nobody(text):
            number = to_number(text.replace(".", "") if dotted else text) * factor
            if dotted and "." in text:
                repaired.append(int(row))
            wrong = _problem(number, column=str(cells.name), text=text)
            if wrong is None:
                values[place] = number
            else:
                problems[place] = ((int(row), wrong),)
    if repaired:
        _note_dotted(str(cells.name), texts, repaired, notes=notes)
    return Counts(values, hidden, problems)


def _problem(number: float, *, column: str, text: str) -> Sentence | None:
    if not np.isfinite(number):
        return Sentence(
            "column {column}: {text!r} is not a number; correct it (0 if nobody lives there)",
            column=column,
            text=text,
        )
    if number > MOST_RESIDENTS:
        return Sentence(
            "{number:g} residents in column {column}; no area has so many, correct it",
            number=number,
            column=column,
        )
    if number < 0:
        return Sentence(
            "{number:g} residents in column {column}; a count is 0 or more, correct it",
            number=number,
            column=column,
        )
    return None


def require_counts(problems: Sequence[Problem], *, path: Path) -> None:
    """Refuse a table that lacks counts, with all rows where one cannot be read."""
    if not problems:
        return
    row, first = problems[0]
    if len(problems) == 1:
        raise SourceError("{said}", path=path, row=row, said=first)
    listing = [
        Sentence(
            "row {number}, column {column}: {text!r}",
            number=row,
            column=what.facts["column"],
            text=str(what.facts.get("text", what.facts.get("number"))),
        )
        for row, what in problems
    ]
    raise SourceError(
        "{cells_n} cells are no counts of residents, and without them the total would be wrong: "
        "{listing}",
        path=path,
        cells_n=len(problems),
        listing=[*listing[:_LISTED], *(["…"] if len(listing) > _LISTED else [])],
    )


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
        return np.asarray(suppressed_max * counts.suppressed, dtype=float)
    most = np.full(len(counts.people), np.inf)
    for whole in wholes:
        left = np.maximum(whole.people - counts.people, 0.0)
        most = np.where(whole.hidden, most, np.minimum(most, left))
    most = np.where(np.isfinite(most), most, SUPPRESSED_MAX * counts.suppressed)
    return np.where(counts.hidden, most, 0.0)
