"""
Instants and intervals of time, as RFC 3339 writes them, with ``..`` for an open end.

A day is a day of Japan, from midnight to midnight; a fiscal year is ``2024-04-01/2025-03-31``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import InvalidInputError
from services.words.dates import first_day, last_day

EVER, NEVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max
"""Open ends, in microseconds; before all and after all instants."""

SPANS: dict[str, tuple[str, str]] = {
    "places": ("opened_on", "closed_on"),
    "edits": ("valid_from", "valid_to"),
}
"""Collection → the columns of first and last day; other collections have no time."""

_JAPAN = timezone(timedelta(hours=9))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)
_DAY_US = timedelta(days=1) // _US
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
OPEN = ("..", "")


@dataclass(frozen=True, slots=True)
class Interval:
    """First and last microsecond since 1970 of one time, or of a column of times."""

    start: Any
    end: Any


def day_us(text: str) -> int | None:
    """Return the first microsecond of a day, None for what is no day."""
    day = first_day(text) if _DATE.fullmatch(text) else None
    return None if day is None else _us(day)


def stamp_us(text: str) -> int | None:
    """Return an instant in microseconds, None for what is none."""
    if not _STAMP.fullmatch(text):
        return None
    try:
        return (datetime.fromisoformat(text.upper()) - _EPOCH) // _US
    except (ValueError, OverflowError):
        return None


def instant_typed(text: str) -> Interval:
    """
    Return what a day or an instant lasts.

    Raises
    ------
    InvalidInputError
        It is neither.
    """
    day = day_us(text)
    if day is not None:
        return Interval(day, day + _DAY_US - 1)
    stamp = stamp_us(text)
    if stamp is None:
        raise InvalidInputError(
            "{text!r} is no time; write 2024-04-01 or 2024-04-01T09:00:00+09:00", text=text
        )
    return Interval(stamp, stamp)


def interval_typed(text: str) -> Interval:
    """
    Return a time as the parameter ``datetime`` has it: one, or two with a slash between them.

    Raises
    ------
    InvalidInputError
        It is no time, or ends before it begins.
    """
    first, slash, last = text.partition("/")
    if not slash:
        return instant_typed(text)
    start = EVER if first in OPEN else instant_typed(first).start
    end = NEVER if last in OPEN else instant_typed(last).end
    if start > end:
        raise InvalidInputError(
            "{text!r} ends before it begins; give the earlier time first", text=text
        )
    return Interval(start, end)


def starts(days: Iterable[object], otherwise: int) -> NDArray[np.int64]:
    """Return the first microsecond of each day, which may be a month or a year, ``otherwise`` where none is known."""
    found = (first_day(str(day or "")) for day in days)
    return np.array([otherwise if day is None else _us(day) for day in found], dtype=np.int64)


def last_starts(days: Iterable[object]) -> NDArray[np.int64]:
    """Return the first microsecond of each day, the last of a month or a year, no end where none is known."""
    found = (last_day(str(day or "")) for day in days)
    return np.array([NEVER if day is None else _us(day) for day in found], dtype=np.int64)


def ends(days: Iterable[object]) -> NDArray[np.int64]:
    """Return the last microsecond of each day, the last of a month or a year, no end where none is known."""
    first = last_starts(days)
    return np.where(first == NEVER, NEVER, np.minimum(first, NEVER - _DAY_US) + (_DAY_US - 1))


def _us(day: date) -> int:
    return (datetime(day.year, day.month, day.day, tzinfo=_JAPAN) - _EPOCH) // _US
