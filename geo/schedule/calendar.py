"""
Weeks and half-days that schedules offer, as bits that add up over groups, halls and homes.

A **week mask** has one bit for each of the weeks 1 to 4 of each month of the year: bit
``4 (m - 1) + (w - 1)`` is set where a session is held in week ``w`` of month ``m``; bit ``48 + m - 1``
where there is one in month ``m`` and nobody says in which week (隔週, 月2回). What several places offer
together is the OR of their masks. By the months that it keeps, a group of the summer
half and one of the winter half do not alternate, and a programme that stops for the snow is weekly
in its season, as ``geo.schedule.typed`` has it.

A **slot** is a weekday and a half of the day. 午前 is what starts before noon, 午後 what starts at
noon or later, the evening with it; a session over noon is in both. Only named weekdays with known
hours fill a slot: of 週3回, 常設 or a Monday without hours nobody can say when to go.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.arrays import IntArray
from geo.schedule.meeting import SEASON_MIN_MONTHS, WEEKS_OF_MONTH, Rule
from geo.schedule.timewords import NOON_MIN, Span
from geo.schedule.typed import Schedule

BoolArray = NDArray[np.bool_]
HalfDay = Literal["am", "pm"]
Unknown = Literal["", "no_schedule", "no_weekday", "by_date", "no_hours"]

HALF_DAYS: tuple[HalfDay, ...] = ("am", "pm")
SLOTS: tuple[tuple[int, HalfDay], ...] = tuple(
    (weekday, half_day) for weekday in range(7) for half_day in HALF_DAYS
)
"""Weekday (0 is Monday) and half of the day of each slot, in the order of its bit."""

_MONTHS = frozenset(range(1, 13))
_WEEKS_N = len(WEEKS_OF_MONTH)
_EVERY_WEEK = (1 << _WEEKS_N) - 1
_SHIFTS = _WEEKS_N * np.arange(len(_MONTHS))
_WEEK_BITS_N = _WEEKS_N * len(_MONTHS)


def weeks_mask(schedule: Schedule) -> int:
    """
    Return the weeks of the year in which a group surely meets.

    Parameters
    ----------
    schedule
        Any schedule. 最終 is taken as week 4, 月4回 as all; 隔週 and 月2回 without dates are in no
        known week of their months, the fifth week of a month in none (``geo.schedule.meeting``).

    Returns
    -------
    The week mask, 60 bits.
    """
    return _union(_rule_mask(rule, _MONTHS) for rule in schedule.rules)


@lru_cache(maxsize=4096)
def slot_masks(schedule: Schedule) -> tuple[int, ...]:
    """
    Return the weeks of the year in which a group surely meets in each slot.

    Parameters
    ----------
    schedule
        Any schedule. Where it gives several hours and several rules, a half of the day counts only
        if all hours are in it: nobody says which of them belong to which weekday. The hours of a
        season hold in its months.

    Returns
    -------
    14 week masks in the order of ``SLOTS``.
    """
    held = {half_day: _months_held(schedule, half_day) for half_day in HALF_DAYS}
    return tuple(
        _union(
            _rule_mask(rule, held[half_day]) for rule in schedule.rules if weekday in rule.weekdays
        )
        for weekday, half_day in SLOTS
    )


@lru_cache(maxsize=4096)
def unknown_slots(schedule: Schedule) -> Unknown:
    """
    Say what keeps a group, or a part of its sessions, out of the slots.

    Parameters
    ----------
    schedule
        Any schedule.

    Returns
    -------
    ``'no_schedule'`` (未定), ``'no_weekday'`` (週3回, 常設), ``'by_date'`` (毎月5日: its days are known,
    but fall on any weekday), ``'no_hours'`` (no half of the day is sure), or ``''`` where all is known.
    """
    if not schedule.rules:
        return "no_schedule"
    lacking = {rule.kind for rule in schedule.rules if not rule.weekdays}
    if lacking:
        return "by_date" if lacking == {"day"} else "no_weekday"
    return "" if any(_months_held(schedule, half_day) for half_day in HALF_DAYS) else "no_hours"


def open_slots(schedule: Schedule) -> int:
    """
    Return the slots in which a group may meet for all that ``unknown_slots`` leaves open.

    Parameters
    ----------
    schedule
        Any schedule.

    Returns
    -------
    14 bits in the order of ``SLOTS``: all without a named weekday, both halves of the named ones
    without hours, none where all is known, or by dates, which no weekday comes to every month.
    """
    match unknown_slots(schedule):
        case "" | "by_date":
            return 0
        case "no_hours":
            named = {weekday for rule in schedule.rules for weekday in rule.weekdays}
            return _union(1 << bit for bit, (weekday, _) in enumerate(SLOTS) if weekday in named)
    return (1 << len(SLOTS)) - 1


def is_weekly(masks: IntArray) -> BoolArray:
    """
    Say which week masks have a session in each of the weeks 1 to 4.

    Parameters
    ----------
    masks
        Week masks, any shape.

    Returns
    -------
    True, in the shape of ``masks``, where every week of every month is there, or of at least six
    months in a row (over the turn of the year as well): the season of ``Rule.is_seasonal``. It is
    true just where the class of the groups together is weekly or better.
    """
    return _by_months(masks, every_week=True)


def is_monthly(masks: IntArray) -> BoolArray:
    """
    Say which week masks have a session in every month, or in six months in a row.

    Parameters
    ----------
    masks
        Week masks, any shape.

    Returns
    -------
    Booleans in the shape of ``masks``.
    """
    return _by_months(masks, every_week=False)


def together(masks: IntArray, group: IntArray) -> IntArray:
    """
    Return what each row's group offers together.

    Parameters
    ----------
    masks
        (n,) or (n, k) week masks.
    group
        (n,) number of the group of each row, 0 or more: its hall.

    Returns
    -------
    The OR over all rows of the same group, in the shape of ``masks``.
    """
    groups_n = int(group.max(initial=-1)) + 1
    found = np.zeros((groups_n, *masks.shape[1:]), dtype=np.int64)
    np.bitwise_or.at(found, group, masks)
    return found[group]


def slot_bits(masks: IntArray, group: IntArray, *, weekly: bool) -> IntArray:
    """
    Return the slots that a place helps to fill, as 14 bits in the order of ``SLOTS``.

    Groups at one hall count together, as for the frequency class: two groups that alternate on
    Tuesday mornings make a weekly Tuesday morning.

    Parameters
    ----------
    masks
        (n, 14) week masks of each place by ``slot_masks``.
    group
        (n,) number of each place's hall.
    weekly
        True: slots in which the hall meets every week; False: at least every month.

    Returns
    -------
    (n,) integers; bit ``s`` is set where the place meets in slot ``s`` and its hall often enough.
    """
    offered = together(masks, group)
    often = is_weekly(offered) if weekly else is_monthly(offered)
    return np.asarray((often & (masks != 0)) @ (1 << np.arange(len(SLOTS))), dtype=np.int64)


def combined_weeks(origin: IntArray, home: IntArray, masks: IntArray, homes_n: int) -> IntArray:
    """
    Return what all places within a limit of each home offer together.

    Parameters
    ----------
    origin, home
        (pairs,) places and homes that are within the limit of each other, in any order.
    masks
        (places,) masks: weeks, or bits of slots.
    homes_n
        Number of homes.

    Returns
    -------
    (homes,) the OR of the masks of a home's places; 0 where it has none.
    """
    found = np.zeros(homes_n, dtype=np.int64)
    np.bitwise_or.at(found, home, masks[origin])
    return found


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _rule_mask(rule: Rule, months: frozenset[int]) -> int:
    """Return the weeks of a rule in those of its months that are among ``months``."""
    weeks = _union(1 << (week - 1) for week in WEEKS_OF_MONTH if rule.days_in(week))
    held = (rule.months or _MONTHS) & months
    if not weeks and rule.meets_every_month:
        return _union(1 << (_WEEK_BITS_N + month - 1) for month in held)
    return _union(weeks << _WEEKS_N * (month - 1) for month in held)


def _months_held(schedule: Schedule, half_day: HalfDay) -> frozenset[int]:
    """Return the months in which the sessions are surely held in a half of the day."""
    return frozenset(
        month
        for month in _MONTHS
        if _is_held(spans_in(schedule, month), half_day, rules_n=len(schedule.rules))
    )


def spans_in(schedule: Schedule, month: int) -> tuple[Span, ...]:
    """Return the spans of the day that hold in a month (1 to 12); none: not said."""
    seasonal = [season.times for season in schedule.seasons if month in season.months]
    return tuple(span for times in seasonal for span in times) or schedule.times


def _is_held(spans: tuple[Span, ...], half_day: HalfDay, *, rules_n: int) -> bool:
    # Several hours of one rule hold on all its days; of several rules nobody says which.
    found = {_touches(span, half_day) for span in spans}
    return True in found and (len(found) == 1 or rules_n == 1)


def _touches(span: Span, half_day: HalfDay) -> bool | None:
    """
    Say whether a session is held before noon (am) or after it (pm); over noon it is in both.

    Parameters
    ----------
    span
        Start and end, minutes after midnight; the end may be unknown.
    half_day
        ``'am'`` or ``'pm'``; an evening is ``'pm'``.

    Returns
    -------
    True or False; None for ``'pm'`` where it starts before noon and nobody says when it ends.
    """
    start, end = span
    if half_day == "am":
        return start < NOON_MIN
    if start >= NOON_MIN:
        return True
    return None if end is None else end > NOON_MIN


def _by_months(masks: IntArray, *, every_week: bool) -> BoolArray:
    # Few masks are different, however many homes there are.
    distinct, position = np.unique(masks, return_inverse=True)
    weeks = (distinct[:, None] >> _SHIFTS) & _EVERY_WEEK
    some_week = (distinct[:, None] >> (_WEEK_BITS_N + np.arange(len(_MONTHS)))) & 1
    months = weeks == _EVERY_WEEK if every_week else (weeks | some_week) != 0
    in_a_row = months.copy()
    for step in range(1, SEASON_MIN_MONTHS):
        in_a_row &= np.roll(months, step, axis=1)
    return np.asarray(in_a_row.any(axis=1)[position].reshape(np.shape(masks)))
