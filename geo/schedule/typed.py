"""
Schedules as cities type them, and the frequency class that follows from them.

``parse_schedule`` reads 「毎週月曜日10:00〜11:30」 or 「第２・第４金曜」 and never fails: where it does not
understand a word of time, it gives no rule and says which words in ``unread``. ``print_schedule``
writes a schedule in one way that parses to the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from geo.schedule.meeting import EVERY_WEEK, SEASON_MIN_MONTHS, WEEKS_OF_MONTH, Rule, print_rule
from geo.schedule.seasons import Season, print_season
from geo.schedule.timetable import print_span, read_timetable
from geo.schedule.timewords import Span
from geo.vocabulary import FREQUENCIES, least_days

MONTHS = range(1, 13)
_HALF_YEARS = [
    [(first + step) % len(MONTHS) for step in range(SEASON_MIN_MONTHS)]
    for first in range(len(MONTHS))
]
"""Positions in ``MONTHS`` of every six months in a row, also over the turn of the year."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """
    When a group meets.

    Attributes
    ----------
    rules
        The rules of meeting; none: unknown (未定, 不定期, or not understood).
    times
        Spans of the day, minutes after midnight; the end may be unknown.
    note
        What else the text says (祝日休み, 参加費100円); it changes no rule.
    seasons
        Hours that hold in a season only (夏期, 冬期).
    unread
        The words of time that were not understood; then there are no rules.
    """

    rules: tuple[Rule, ...] = ()
    times: tuple[Span, ...] = ()
    note: str = ""
    seasons: tuple[Season, ...] = ()
    unread: str = ""

    @property
    def sessions_per_month(self) -> float:
        """
        Count the sessions of a month; a weekly session is 52/12 = 4.33, 第2・第4 is 2.

        In a season of half a year or more, a month of the season is counted; of several seasons, a
        month of the best half year: Mondays in summer and Tuesdays in winter are one session a week.
        """
        always = [rule for rule in self.rules if not rule.months or not rule.is_seasonal]
        seasonal = [rule for rule in self.rules if rule.months and rule.is_seasonal]
        held = [
            sum(rule.sessions_per_month for rule in seasonal if month in rule.months)
            for month in MONTHS
        ]
        best = max(sum(held[month] for month in half) for half in _HALF_YEARS) / SEASON_MIN_MONTHS
        return float(sum(rule.sessions_per_month for rule in always) + best)

    @property
    def weeks(self) -> frozenset[int]:
        """
        Return the weeks of the month (1 to 5) in which it surely meets, all year or for half of it.

        Every other week (隔週) is in no known week, because nobody says since when; nor is 月2回
        without dates. 最終 is week 4.
        """
        return frozenset(week for week in EVERY_WEEK if _sure_days(self.rules, [week]))

    @property
    def days_per_week(self) -> int:
        """
        Count the days on which it surely meets in each of the weeks 1 to 4; 0: not weekly.

        In all months, or in six months in a row: groups whose seasons never share a month do not
        fill each other's weeks.
        """
        return _sure_days(self.rules, WEEKS_OF_MONTH)

    @property
    def months_met(self) -> frozenset[int]:
        """Return the months (1 to 12) in which it surely meets at least once."""
        rules = [rule for rule in self.rules if rule.meets_every_month]
        return frozenset(m for m in MONTHS if any(rule.is_held_in(m) for rule in rules))

    @property
    def is_assumed(self) -> bool:
        """Say whether weeks, days or months are our assumption (最終, 常設, 月4回, 程度, 冬期)."""
        rules = any(rule.is_assumed for rule in self.rules)
        return rules or any(season.is_assumed for season in self.seasons)

    @property
    def hours(self) -> float | None:
        """Return the hours of the shortest session, seasons included; None where no end is said."""
        spans = [*self.times, *(span for season in self.seasons for span in season.times)]
        lengths = [None if end is None else end - start for start, end in spans]
        known = [length for length in lengths if length is not None]
        return min(known) / 60 if known and len(known) == len(lengths) else None


def _sure_days(rules: tuple[Rule, ...], weeks: Iterable[int]) -> int:
    """Return the fewest days in any of the weeks, in the best half year."""
    if not any(rule.months for rule in rules):
        return min(_days_in(rules, week) for week in weeks)
    by_month = []
    for month in MONTHS:
        held = tuple(rule for rule in rules if rule.is_held_in(month))
        by_month.append(min(_days_in(held, week) for week in weeks))
    return max(min(by_month[month] for month in half) for half in _HALF_YEARS)


def _days_in(rules: tuple[Rule, ...], week: int) -> int:
    # Unnamed days may fall on the named ones: the larger number is sure, their sum is not.
    named = {day for rule in rules for day in rule.weekdays_in(week)}
    return max([len(named), *(rule.days_in(week) for rule in rules)])


@lru_cache(maxsize=4096)
def parse_schedule(text: str) -> Schedule:
    """
    Read a schedule as it is typed; never raise.

    Full-width digits, any dash, optional times and remarks are understood. A text without a rule,
    also an empty one, and one with a word of time that is not understood give a schedule without
    rules, whose class is ``''``.

    Parameters
    ----------
    text
        毎週月・水・金 10:00〜11:30（祝日休み）, 第2・第4金曜日, 毎月2回(5日、20日), 週3回, 隔週水曜, 常設, 未定 …

    Returns
    -------
    The schedule.
    """
    timetable = read_timetable(text)
    return Schedule(
        rules=timetable.rules,
        times=timetable.times,
        note=timetable.note,
        seasons=timetable.seasons,
        unread=timetable.unread,
    )


def print_schedule(schedule: Schedule) -> str:
    """
    Write a schedule in one way, such that ``parse_schedule`` gives the same schedule.

    Without rules: 未定. A note follows ※, what is not understood ？.

    Parameters
    ----------
    schedule
        Any schedule.

    Returns
    -------
    Its text.
    """
    # Parts divided by ； are read on their own; only named days never touch what follows.
    apart = all(
        (rule.weekdays or rule.days)
        and rule == Rule(rule.kind, rule.weekdays, rule.weeks, rule.days)
        for rule in schedule.rules
    )
    between = "、" if apart else "；"
    words = [between.join(print_rule(rule) for rule in schedule.rules) or "未定"]
    words += [_print_spans(schedule.times)] if schedule.times else []
    words += [print_season(season, _print_spans(season.times)) for season in schedule.seasons]
    words += [f"※{schedule.note}"] if schedule.note else []
    words += [f"？{schedule.unread}"] if schedule.unread else []
    return " ".join(words)


def _print_spans(times: tuple[Span, ...]) -> str:
    return "、".join(print_span(span) for span in times)


def combine(schedules: Iterable[Schedule]) -> Schedule:
    """
    Join the schedules of all groups at one venue.

    Two fortnightly groups in different weeks (第1・第3 and 第2・第4) are weekly together; two groups
    of 隔週 are not, because nothing says that they alternate, nor are two of different halves of the
    year. A group whose schedule is unknown adds nothing. Of none: the unknown schedule.
    """
    parts = list(schedules)
    notes = dict.fromkeys(part.note for part in parts if part.note)
    return Schedule(
        rules=tuple(rule for part in parts for rule in part.rules),
        times=tuple(dict.fromkeys(span for part in parts for span in part.times)),
        note="、".join(notes),
        seasons=tuple(dict.fromkeys(season for part in parts for season in part.seasons)),
        unread="、".join(dict.fromkeys(part.unread for part in parts if part.unread)),
    )


def frequency_class(schedule: Schedule, *, permanent_min_days_per_week: int) -> str:
    """
    Derive the frequency class.

    Weekly is at least one session in each of the weeks 1 to 4 (the fifth week of a month may be
    free) of all months or of six in a row, a more frequent class at least as many days as
    ``geo.vocabulary`` asks in each of them, the last also what is 常設, monthly at least one session
    in each month of the year or of six in a row. What meets less often, or at unknown times, has no
    class.

    Parameters
    ----------
    schedule
        The schedule of a group, or of a venue by ``combine``.
    permanent_min_days_per_week
        Days a week from which a place is permanent.

    Returns
    -------
    One of ``FREQUENCIES``, or ``''``.
    """
    standing = any(rule.kind == "standing" and rule.is_seasonal for rule in schedule.rules)
    if standing:
        return FREQUENCIES[-1]
    days = schedule.days_per_week
    for name in reversed(FREQUENCIES):
        least = least_days(name, permanent_min_days_per_week=permanent_min_days_per_week)
        if days >= least if least else _is_half_year(schedule.months_met):
            return name
    return ""


def _is_half_year(months: frozenset[int]) -> bool:
    """Say whether months hold six in a row, over the turn of the year as well."""
    return any(all(MONTHS[m] in months for m in half) for half in _HALF_YEARS)


def least_schedule(frequency: str) -> str:
    """
    Return the least that is of a class, as it is typed: 毎月1回, 毎週1回, 常設.

    Parameters
    ----------
    frequency
        One of ``FREQUENCIES``.
    """
    if frequency == FREQUENCIES[-1]:
        return "常設"
    days = least_days(frequency, permanent_min_days_per_week=0)
    return f"毎週{days}回" if days else "毎月1回"
