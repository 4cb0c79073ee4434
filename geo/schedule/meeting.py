"""
One rule of meeting: "every Monday", "the second Friday", "the 5th and the 20th", "twice a month".

The ``n``-th week of a month is its days 7n - 6 to 7n, so that the second Friday is always in week 2;
a month has four such weeks and, for three days at most, a fifth.
"""

from dataclasses import dataclass
from typing import Literal

WEEKDAYS = "月火水木金土日"
LAST = 6
"""Number of the week of 最終: the fourth or the fifth, taken as the fourth."""
WEEKS_OF_MONTH = frozenset({1, 2, 3, 4})
EVERY_WEEK = frozenset({1, 2, 3, 4, 5})
EVERY_DAY = frozenset(range(7))
WEEK_DAYS = 7
WEEKS_PER_MONTH = 52 / 12
SHORTEST_MONTH_DAYS = 28
MONTHS_PER_YEAR = 12
SEASON_MIN_MONTHS = 6
STANDING_DAYS_PER_WEEK = 5

Kind = Literal["weekday", "interval", "day", "per_week", "per_month", "per_year", "standing"]


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One rule of meeting.

    Attributes
    ----------
    kind
        ``weekday``: on ``weekdays`` (0 is Monday; none: an unnamed day) of ``weeks``.
        ``interval``: every ``interval_days`` days, on ``weekdays`` if named; since when is not said,
        so that 隔週 is in no known week.
        ``day``: on ``days`` of the month.
        ``per_week``, ``per_month``, ``per_year``: ``times`` times; ``weekdays`` may be named by 月2回
        (火曜), the weeks are not.
        ``standing``: 常設, open without a word about the days.
    weekdays, weeks, days
        What ``kind`` says; ``weeks`` are 1 to 5 and ``LAST``.
    times
        Sessions per week, month or year.
    months
        The months of the season; empty: the whole year.
    interval_days
        14 for 隔週.
    every_months
        2 for 隔月: in every second month, and nobody says which.
    approximate
        Said with 程度, おおむね, 原則, or in months that are our assumption.
    """

    kind: Kind
    weekdays: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    times: int = 0
    months: frozenset[int] = frozenset()
    interval_days: int = 0
    every_months: int = 1
    approximate: bool = False

    @property
    def is_seasonal(self) -> bool:
        """Say whether it meets all year or in one run of at least six months."""
        if not self.months:
            return True
        starts = sum(1 for month in self.months if (month - 2) % 12 + 1 not in self.months)
        return len(self.months) >= SEASON_MIN_MONTHS and starts <= 1

    @property
    def is_assumed(self) -> bool:
        """Say whether the weeks, the days or the months are our assumption."""
        return (
            self.approximate
            or self.kind == "standing"
            or (self.kind == "per_month" and self.times >= len(WEEKS_OF_MONTH))
            or (self.kind == "per_year" and self.times >= MONTHS_PER_YEAR)
            or LAST in self.weeks
        )

    @property
    def sessions_per_month(self) -> float:
        """
        Count the sessions of a month in its season.

        A week is 52/12 = 4.33 times a month: weeks 1 to 4 count one each, the fifth one third.
        Rules of single months (every even month, 隔月) count their share of the year.
        """
        share = 1.0 if self.is_seasonal else len(self.months) / MONTHS_PER_YEAR
        return share * self._sessions() / self.every_months

    def _sessions(self) -> float:
        fifth = WEEKS_PER_MONTH - len(WEEKS_OF_MONTH)
        weeks = sum(fifth if week == max(EVERY_WEEK) else 1.0 for week in self.weeks)
        each = max(len(self.weekdays), 1)
        return {
            "weekday": weeks * each,
            "interval": WEEKS_PER_MONTH * WEEK_DAYS / max(self.interval_days, 1) * each,
            "day": float(len(self.days)),
            "per_week": self.times * WEEKS_PER_MONTH,
            "per_month": float(self.times),
            "per_year": self.times / MONTHS_PER_YEAR,
            "standing": STANDING_DAYS_PER_WEEK * WEEKS_PER_MONTH,
        }[self.kind]

    def is_held_in(self, month: int) -> bool:
        """Say whether a month (1 to 12) is in its season."""
        return not self.months or month in self.months

    @property
    def meets_every_month(self) -> bool:
        """
        Say whether it surely meets at least once in each month of its season.

        The fifth week does not come every month; 年12回 is taken as once a month.
        """
        if self.every_months > 1:
            return False
        if self.kind == "weekday":
            return bool(self.weeks - {max(EVERY_WEEK)})
        if self.kind == "interval":
            return self.interval_days <= SHORTEST_MONTH_DAYS
        return self.times >= MONTHS_PER_YEAR if self.kind == "per_year" else True

    def weekdays_in(self, week: int) -> frozenset[int]:
        """Return the named weekdays on which it surely meets in a week of a month of its season."""
        named = self.kind in ("weekday", "standing")
        return self.weekdays if named and week in self._weeks() else frozenset()

    def days_in(self, week: int) -> int:
        """Count the days on which it surely meets in a week (1 to 5) of a month of its season."""
        if week not in self._weeks():
            return 0
        return {
            "weekday": max(len(self.weekdays), 1),
            "interval": WEEK_DAYS // max(self.interval_days, 1),
            "day": sum(1 for day in self.days if (day + WEEK_DAYS - 1) // WEEK_DAYS == week),
            "per_week": self.times,
            "per_month": self.times // len(WEEKS_OF_MONTH),
            "per_year": 0,
            "standing": STANDING_DAYS_PER_WEEK,
        }[self.kind]

    def _weeks(self) -> frozenset[int]:
        if self.every_months > 1:
            return frozenset()
        if self.kind == "weekday":
            return frozenset(4 if week == LAST else week for week in self.weeks)
        if self.kind == "interval":
            return EVERY_WEEK if self.interval_days <= WEEK_DAYS else frozenset()
        if self.kind == "day":
            return frozenset((day + WEEK_DAYS - 1) // WEEK_DAYS for day in self.days)
        if self.kind == "per_month":
            # 国の調査では「月4回」以上を週1回以上と数える; fewer leave the weeks unknown.
            return WEEKS_OF_MONTH if self.times >= len(WEEKS_OF_MONTH) else frozenset()
        return frozenset() if self.kind == "per_year" else EVERY_WEEK


def print_rule(rule: Rule) -> str:
    """
    Write a rule in one way.

    Parameters
    ----------
    rule
        Any rule.

    Returns
    -------
    毎週月・水曜日, 第2・第4金曜日, 毎月5日・20日, 月2回, 4〜11月の毎週金曜日, 隔月の第2土曜日 …
    """
    words = {
        "weekday": _print_weekday(rule),
        "interval": _print_interval(rule),
        "day": "毎月" + "・".join(f"{day}日" for day in sorted(rule.days)),
        "per_week": f"週{rule.times}回",
        "per_month": f"月{rule.times}回" + _print_weekdays(rule.weekdays),
        "per_year": f"年{rule.times}回",
        "standing": "常設",
    }
    about = "おおむね" if rule.approximate else ""
    return _print_months(rule) + about + words[rule.kind]


def _print_weekday(rule: Rule) -> str:
    if rule.weeks >= EVERY_WEEK:
        if rule.weekdays == EVERY_DAY:
            return "毎日"
        if rule.weekdays == frozenset(range(5)):
            return "平日"
        return "毎週" + _print_weekdays(rule.weekdays)
    weeks = "・".join("最終" if week == LAST else f"第{week}" for week in sorted(rule.weeks))
    return weeks + (_print_weekdays(rule.weekdays) or "週")


def _print_interval(rule: Rule) -> str:
    if rule.interval_days == 2 * WEEK_DAYS:
        return "隔週" + _print_weekdays(rule.weekdays)
    weeks, days = divmod(rule.interval_days, WEEK_DAYS)
    if days or not weeks:
        return f"{rule.interval_days}日に1回"
    return f"{weeks}週間に1回" + _print_weekdays(rule.weekdays)


def _print_weekdays(weekdays: frozenset[int]) -> str:
    names = "・".join(WEEKDAYS[day] for day in sorted(weekdays))
    return f"{names}曜日" if names else ""


def _print_months(rule: Rule) -> str:
    each = "" if rule.every_months == 1 else f"{rule.every_months}か月ごとの"
    if rule.every_months == 2:  # noqa: PLR2004  two months have a word of their own
        each = "隔月の"
    if not rule.months:
        return each
    if rule.months == frozenset(range(2, 13, 2)):
        return f"偶数月の{each}"
    if rule.months == frozenset(range(1, 12, 2)):
        return f"奇数月の{each}"
    return f"{print_months(rule.months)}の{each}"


def print_months(months: frozenset[int]) -> str:
    """Write months in runs, over the turn of the year as well: 4〜11月, 1〜7月・9〜12月, 11〜3月."""
    return "・".join(
        f"{first}月" if first == last else f"{first}〜{last}月" for first, last in runs_of(months)
    )


def runs_of(months: frozenset[int]) -> list[tuple[int, int]]:
    """
    Return the first and last month of each run; one over the turn of the year is one.

    Parameters
    ----------
    months
        Months, 1 to 12.

    Returns
    -------
    First and last month of each run, by the first.
    """
    if len(months) == MONTHS_PER_YEAR:
        return [(1, MONTHS_PER_YEAR)]
    firsts = sorted(month for month in months if (month - 2) % 12 + 1 not in months)
    found = []
    for first in firsts:
        last = first
        while last % MONTHS_PER_YEAR + 1 in months:
            last = last % MONTHS_PER_YEAR + 1
        found.append((first, last))
    return found
