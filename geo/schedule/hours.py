"""
Hours of meeting: the half-hours of the year in which people walk to a group, stay, and walk home.

They walk there in the half-hour before and home in the half-hour after; a session whose end is not
said lasts two hours; on a known weekday without hours it may be at any time of ``geo.streets.times.MET``
(all three are assumptions). Of a group whose days nobody knows nothing can be said.
"""

from collections.abc import Hashable, Sequence
from functools import lru_cache

import numpy as np

from geo.arrays import BoolArray
from geo.schedule.calendar import spans_in
from geo.schedule.timewords import Span
from geo.schedule.typed import Schedule
from geo.streets.times import MET, YEAR, written

ON_THE_WAY_MIN = 30
"""As long before and after a session people are on their way."""

SESSION_MIN = 120
"""A session whose end is not said."""

_HALF_HOUR_MIN = 30


def met_at_halls(schedules: Sequence[Schedule], halls: Sequence[Hashable]) -> list[str]:
    """
    Return when each of some groups meets, as ``geo.streets.times`` writes it.

    Parameters
    ----------
    schedules
        When they meet, by what is typed.
    halls
        The hall of each.

    Returns
    -------
    One text a group, empty where nobody knows. One that is not weekly by itself makes its hall a weekly
    one with the others there, if at all: whoever goes there for that goes to all of them.
    """
    own = [_half_hours(schedule) for schedule in schedules]
    together: dict[Hashable, BoolArray | None] = {}
    for hall, grid in zip(halls, own, strict=True):
        others = together.get(hall, np.zeros(YEAR, dtype=bool))
        together[hall] = None if grid is None or others is None else grid | others
    met = [
        grid if schedule.days_per_week else together[hall]
        for schedule, grid, hall in zip(schedules, own, halls, strict=True)
    ]
    return ["" if grid is None else written(grid) for grid in met]


@lru_cache(maxsize=4096)
def _half_hours(schedule: Schedule) -> BoolArray | None:
    """Return (12, 7, 48) by month, weekday from Monday and half-hour; None without a known weekday."""
    if not schedule.rules or not all(rule.weekdays for rule in schedule.rules):
        return None
    found = np.zeros(YEAR, dtype=bool)
    for month in range(1, len(found) + 1):
        weekdays = {
            day for rule in schedule.rules if rule.is_held_in(month) for day in rule.weekdays
        }
        spans = spans_in(schedule, month)
        for held in map(_held, spans) if spans else [MET]:
            found[month - 1, sorted(weekdays), held] = True
    return found


def _held(span: Span) -> slice:
    """Return the half-hours of a span of the day and of the ways there and home."""
    start_min, end_min = span[0], span[1] if span[1] is not None else span[0] + SESSION_MIN
    first = (start_min - ON_THE_WAY_MIN) // _HALF_HOUR_MIN
    end = -(-(end_min + ON_THE_WAY_MIN) // _HALF_HOUR_MIN)
    return slice(max(first, 0), min(end, YEAR[2]))
