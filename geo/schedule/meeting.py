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
WEEKS_PER_MONTH = 52 / 12
SEASON_MIN_MONTHS = 6
STANDING_DAYS_PER_WEEK = 5

Kind = Literal["weekday", "fortnightly", "day", "per_week", "per_month", "per_year", "standing"]


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One rule of meeting.

    Attributes
    ----------
    kind
        ``weekday``: on ``weekdays`` (0 is Monday; none: an unnamed day) of ``weeks``.
        ``fortnightly``: every other week, on ``weekdays`` if named.
        ``day``: on ``days`` of the month.
        ``per_week``, ``per_month``, ``per_year``: ``times`` times, on unnamed days.
        ``standing``: 常設, open without a word about the days.
    weekdays, weeks, days
        What ``kind`` says; ``weeks`` are 1 to 5 and ``LAST``.
    times
        Sessions per week, month or year.
    months
        The months of the season; empty: the whole year.
    """

    kind: Kind
    weekdays: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    times: int = 0
    months: frozenset[int] = frozenset()

    @property
    def is_seasonal(self) -> bool:
        """Say whether it meets all year or in one run of at least six months."""
        if not self.months:
            return True
        starts = sum(1 for month in self.months if (month - 2) % 12 + 1 not in self.months)
        return len(self.months) >= SEASON_MIN_MONTHS and starts <= 1

    @property
    def is_assumed(self) -> bool:
        """Say whether the weeks or the days are our assumption."""
        return (
            self.kind in ("fortnightly", "standing")
            or (self.kind == "per_month" and self.times >= len(WEEKS_OF_MONTH))
            or LAST in self.weeks
        )

    @property
    def sessions_per_month(self) -> float:
        """
        Count the sessions of a month in its season.

        A week is 52/12 = 4.33 times a month: weeks 1 to 4 count one each, the fifth one third.
        Rules of single months (every even month) count their share of the year.
        """
        share = 1.0 if self.is_seasonal else len(self.months) / 12
        return share * self._sessions()

    def _sessions(self) -> float:
        fifth = WEEKS_PER_MONTH - len(WEEKS_OF_MONTH)
        weeks = sum(fifth if week == max(EVERY_WEEK) else 1.0 for week in self.weeks)
        return {
            "weekday": weeks * max(len(self.weekdays), 1),
            "fortnightly": 2.0 * max(len(self.weekdays), 1),
            "day": float(len(self.days)),
            "per_week": self.times * WEEKS_PER_MONTH,
            "per_month": float(self.times),
            "per_year": self.times / 12,
            "standing": STANDING_DAYS_PER_WEEK * WEEKS_PER_MONTH,
        }[self.kind]

    def is_held_in(self, month: int) -> bool:
        """Say whether a month (1 to 12) is in its season."""
        return not self.months or month in self.months

    def weekdays_in(self, week: int) -> frozenset[int]:
        """Return the named weekdays on which it meets in a week of a month of its season."""
        return self.weekdays if week in self._weeks() else frozenset()

    def days_in(self, week: int) -> int:
        """Count the days on which it surely meets in a week (1 to 5) of a month of its season."""
        if week not in self._weeks():
            return 0
        if self.kind == "day":
            return sum(1 for day in self.days if (day + 6) // 7 == week)
        if self.kind == "per_week":
            return self.times
        if self.kind == "standing":
            return STANDING_DAYS_PER_WEEK
        return max(len(self.weekdays), 1)

    def _weeks(self) -> frozenset[int]:
        if self.kind == "weekday":
            return frozenset(4 if week == LAST else week for week in self.weeks)
        if self.kind == "fortnightly":
            return frozenset({1, 3})
        if self.kind == "day":
            return frozenset((day + 6) // 7 for day in self.days)
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
    毎週月・水曜日, 第2・第4金曜日, 毎月5日・20日, 月2回 …
    """
    words = {
        "weekday": _print_weekday(rule),
        "fortnightly": "隔週" + _print_weekdays(rule.weekdays),
        "day": "毎月" + "・".join(f"{day}日" for day in sorted(rule.days)),
        "per_week": f"週{rule.times}回",
        "per_month": f"月{rule.times}回",
        "per_year": f"年{rule.times}回",
        "standing": "常設",
    }
    return _print_months(rule.months) + words[rule.kind]


def _print_weekday(rule: Rule) -> str:
    if rule.weeks >= EVERY_WEEK:
        if rule.weekdays == EVERY_DAY:
            return "毎日"
        if rule.weekdays == frozenset(range(5)):
            return "平日"
        return "毎週" + _print_weekdays(rule.weekdays)
    weeks = "・".join("最終" if week == LAST else f"第{week}" for week in sorted(rule.weeks))
    return weeks + (_print_weekdays(rule.weekdays) or "週")


def _print_weekdays(weekdays: frozenset[int]) -> str:
    names = "・".join(WEEKDAYS[day] for day in sorted(weekdays))
    return f"{names}曜日" if names else ""


def _print_months(months: frozenset[int]) -> str:
    if not months:
        return ""
    if months == frozenset(range(2, 13, 2)):
        return "偶数月の"
    if months == frozenset(range(1, 12, 2)):
        return "奇数月の"
    return "・".join(f"{month}月" for month in sorted(months)) + "の"
