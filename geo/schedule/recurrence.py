"""
Schedules for calendars: RFC 5545 rules, and whether a group meets on a weekday and half of the day.

Only what the text says is exported: a session on an unnamed day (週3回) has no rule.
"""

from typing import Literal

from geo.schedule.meeting import EVERY_WEEK, LAST, Rule
from geo.schedule.timewords import NOON_MIN, Span
from geo.schedule.typed import Schedule

HalfDay = Literal["am", "pm"]
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MONTHS = frozenset(range(1, 13))


def to_rrule(schedule: Schedule) -> list[str]:
    """
    Write a schedule as recurrence rules of RFC 5545, without their start.

    隔週 is every other week, counted from the start that the calendar gives; 最終 is ``-1``. Months
    in which nothing is held are left out. Holidays have no rule: see ``Schedule.shut_on_holidays``.

    Parameters
    ----------
    schedule
        Any schedule.

    Returns
    -------
    ``FREQ=WEEKLY;BYDAY=MO`` … in the order of the rules; nothing for a rule without named days
    (週3回, 月2回, 常設) or without any month left.
    """
    written = [_write(rule, _months_left(rule, schedule.shut_months)) for rule in schedule.rules]
    return list(dict.fromkeys(text for text in written if text))


def meets_on(schedule: Schedule, weekday: int, half_day: HalfDay) -> bool | None:
    """
    Say whether it meets on a weekday (0 is Monday), before or after noon, in any week of any season.

    Parameters
    ----------
    schedule
        Any schedule.
    weekday
        0 to 6.
    half_day
        ``'am'`` or ``'pm'``; a session over noon is in both.

    Returns
    -------
    True or False where the text says it; None where days or hours are not said, or where it gives
    several hours and does not say which of them belong to this weekday.
    """
    rules = schedule.rules
    if not rules:
        return None
    named = any(weekday in rule.weekdays for rule in rules)
    unnamed = any(not rule.weekdays for rule in rules)
    if not (named or unnamed):
        return False
    held = _half(schedule, half_day)
    if held is False:
        return False
    return held if named else None


def hours_of(schedule: Schedule) -> float | None:
    """Return the hours of the shortest session, seasons included; None where no end is said."""
    lengths = [None if end is None else end - start for start, end in _spans(schedule)]
    known = [length for length in lengths if length is not None]
    return min(known) / 60 if known and len(known) == len(lengths) else None


def _months_left(rule: Rule, shut: frozenset[int]) -> frozenset[int]:
    return (rule.months or _MONTHS) - shut


def _write(rule: Rule, months: frozenset[int]) -> str:
    parts = _parts(rule) if months else ""
    if parts and months != _MONTHS:
        parts += ";BYMONTH=" + ",".join(str(month) for month in sorted(months))
    return parts


def _parts(rule: Rule) -> str:
    days = [_DAYS[day] for day in sorted(rule.weekdays)]
    if rule.kind == "day" and rule.days:
        return "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(str(day) for day in sorted(rule.days))
    if not days:
        return ""
    if rule.kind == "fortnightly":
        return "FREQ=WEEKLY;INTERVAL=2;BYDAY=" + ",".join(days)
    if rule.kind != "weekday":
        return ""
    if rule.weeks >= EVERY_WEEK:
        return "FREQ=WEEKLY;BYDAY=" + ",".join(days)
    weeks = ["-1" if week == LAST else str(week) for week in sorted(rule.weeks)]
    return "FREQ=MONTHLY;BYDAY=" + ",".join(f"{week}{day}" for week in weeks for day in days)


def _spans(schedule: Schedule) -> list[Span]:
    return [*schedule.times, *(span for season in schedule.seasons for span in season.times)]


def _half(schedule: Schedule, half_day: HalfDay) -> bool | None:
    """Say whether sessions are held in a half of the day; None where it cannot be told."""
    found = {touches(span, half_day) for span in _spans(schedule)}
    if not found:
        return None
    if len(found) == 1:
        return next(iter(found))
    # Several hours of one rule hold on all its days; of several rules nobody says which.
    return True if True in found and len(schedule.rules) == 1 else None


def touches(span: Span, half_day: HalfDay) -> bool | None:
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
