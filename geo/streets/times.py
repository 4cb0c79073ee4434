"""
Times: when in the year a condition of OpenStreetMap holds, as half-hours of weekdays of months.

Months and days of months, weekdays, holidays, weeks, hours, sunrise and sunset, seasons and weather
are understood; what is not (a weight, a single year, a text) is said to be unknown, never guessed.

Half-hours of a year are written as hexadecimal digits, so that a column can hold them; no text are
those of every street and everybody: open at all times, or met at times that nobody knows.
"""

import re

import numpy as np

from geo.arrays import BoolArray

MET = slice(16, 42)
"""Half-hours of a day in which groups meet and people walk there and home: 8:00 to 21:00."""

YEAR = (12, 7, 48)
"""Months, weekdays from Monday, half-hours."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
_SUN_MIN = {"sunrise": (240, 450), "dawn": (240, 450), "sunset": (960, 1170), "dusk": (960, 1200)}
"""Earliest and latest minute of the day anywhere in Japan, rounded outwards to half-hours."""

_MONTH, _DAY = "|".join(_MONTHS), "|".join(_DAYS)
_CLOCK = rf"(?:[0-2]?\d:[0-5]\d|{'|'.join(_SUN_MIN)})"
_VAGUE = (
    "ph|sh|easter|week|winter|summer|spring|autumn|fall|snow|ice|wet|rain|flood(?:ing|ed)?|storm"
    "|high_water|high_tide|tide|event|events"
)
_TOKEN = re.compile(
    rf"""[\s,:]*(?:
    (?P<always>24/7)
    |(?P<span>(?P<opens>{_CLOCK})\s*-\s*(?P<shuts>{_CLOCK}))
    |(?P<months>(?P<month>{_MONTH})[a-z]*\.?(?P<first>\s*\d{{1,2}}\b(?!:))?
      (?:\s*-\s*(?P<to_month>{_MONTH})?[a-z]*\.?(?P<last>\s*\d{{1,2}}\b(?!:))?)?)
    |(?P<days>\b(?P<day>{_DAY})\b(?P<nth>\[[^\]]*\])?(?:\s*-\s*(?P<to_day>{_DAY})\b)?)
    |(?P<vague>\b(?:{_VAGUE})\b(?:\s*\d+(?:\s*-\s*\d+)?)?)
    )[\s,:]*""",
    re.VERBOSE,
)
_HALF_HOURS, _HALF_HOUR_MIN = 48, 30
_WHOLE_MONTH_DAYS = 28


def half_hours(condition: str, *, surely: bool) -> BoolArray | None:
    """
    Return when a condition holds in the course of a year.

    Parameters
    ----------
    condition
        What stands behind the ``@`` of a conditional tag, or a rule of ``opening_hours``:
        ``Dec-Mar``, ``Mo-Fr 07:00-09:00``, ``sunset-sunrise``, ``winter``; parts joined by ``AND``
        hold together, rules parted by ``;`` one or the other.
    surely
        True for the half-hours in which it holds for certain, False for those in which it may: a
        holiday, a season, the weather, a part of a month, a half-hour begun.

    Returns
    -------
    (12, 7, 48) by month, weekday from Monday and half-hour; None where it is not understood.
    """
    text = condition.strip().lower().removeprefix("(").removesuffix(")")
    found = np.zeros(YEAR, dtype=bool)
    for rule in text.split(";"):
        together = np.ones_like(found)
        for part in re.split(r"\s+and\s+", rule):
            one = _part(part, surely=surely)
            if one is None:
                return None
            together &= one
        found |= together
    return found


def written(grid: BoolArray) -> str:
    """Write the half-hours of a year, (12, 7, 48), one bit each in their order."""
    return np.packbits(grid).tobytes().hex()


def together(one: str, other: str) -> str:
    """Return the half-hours at which two streets are open, as they are written."""
    if not (one and other):
        return one or other
    return f"{int(one, 16) & int(other, 16):0{len(one)}x}"


def is_open(hours: str, met: str) -> bool:
    """Say whether a street of some hours is open whenever somebody meets; both as they are written."""
    return not hours or (bool(met) and not int(met, 16) & ~int(hours, 16))


def _part(text: str, *, surely: bool) -> BoolArray | None:
    """Read months, days and hours one after the other; after hours another rule may begin."""
    found = np.zeros(YEAR, dtype=bool)
    rule = _Rule(surely=surely)
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return None
        at = token.end()
        if rule.hours is not None and not (token["span"] or token["always"]):
            found |= rule.grid()
            rule = _Rule(surely=surely)
        rule.take(token)
    return found | rule.grid() if text.strip() else None


class _Rule:
    """What one rule says of months, weekdays and hours; what it does not say is not bound."""

    def __init__(self, *, surely: bool) -> None:
        self.surely = surely
        self.months: BoolArray | None = None
        self.days: BoolArray | None = None
        self.hours: BoolArray | None = None
        self.vague = False

    def take(self, token: "re.Match[str]") -> None:
        if token["span"]:
            self.hours = _or(self.hours, self._span(token))
        elif token["months"]:
            self.months = _or(self.months, self._months(token))
        elif token["days"]:
            first, last = (_DAYS.index(token[name] or token["day"]) for name in ("day", "to_day"))
            self.days = _or(self.days, _circle(first, _after(first, last, 7), 7))
            self.vague |= bool(token["nth"])
        elif token["vague"]:
            self.vague = True

    def grid(self) -> BoolArray:
        grid = np.full(YEAR, not (self.vague and self.surely))
        if self.months is not None:
            grid &= self.months[:, None, None]
        # A holiday, an nth Sunday may be any day of those named, or of all.
        if self.days is not None:
            grid &= self.days[None, :, None]
        if self.hours is not None:
            grid &= self.hours[None, None, :]
        return grid

    def _span(self, token: "re.Match[str]") -> BoolArray:
        opens, shuts = (_minutes(token[name]) for name in ("opens", "shuts"))
        past_midnight_min = 0 if shuts[0] > opens[0] else 24 * 60
        early, late = (1, 0) if self.surely else (0, 1)
        first, end = opens[early], shuts[late] + past_midnight_min
        if self.surely:
            return _circle(-(-first // _HALF_HOUR_MIN), end // _HALF_HOUR_MIN, _HALF_HOURS)
        return _circle(first // _HALF_HOUR_MIN, -(-end // _HALF_HOUR_MIN), _HALF_HOURS)

    def _months(self, token: "re.Match[str]") -> BoolArray:
        first = _MONTHS.index(token["month"])
        one_day = token["first"] and not token["to_month"] and not token["last"]
        last = _MONTHS.index(token["to_month"] or token["month"])
        months = _circle(first, _after(first, last, 12), 12)
        if self.surely:
            if token["first"] and int(token["first"]) > 1:
                months[first] = False
            if one_day or (token["last"] and int(token["last"]) < _WHOLE_MONTH_DAYS):
                months[last] = False
        return months


def _minutes(clock: str) -> tuple[int, int]:
    """Return the earliest and the latest minute of the day that may be meant."""
    if clock in _SUN_MIN:
        return _SUN_MIN[clock]
    hours, minutes = clock.split(":")
    return (60 * int(hours) + int(minutes),) * 2


def _after(first: int, last: int, size: int) -> int:
    """Return the end of a range that includes ``last``, which may lie in the next round."""
    return last + 1 if last >= first else last + 1 + size


def _circle(first: int, end: int, size: int) -> BoolArray:
    """Mark ``first`` to before ``end`` on a circle, at most all of it."""
    marked = np.zeros(size, dtype=bool)
    marked[np.arange(first, min(end, first + size)) % size] = True
    return marked


def _or(known: BoolArray | None, more: BoolArray) -> BoolArray:
    return more if known is None else known | more
