"""Schedules in words: how a typed one was read, and how often it meets."""

import math

from geo.schedule.meeting import EVERY_DAY, EVERY_WEEK, WEEK_DAYS, Rule, runs_of
from geo.schedule.timetable import print_clock
from geo.schedule.timewords import Span
from geo.schedule.typed import Schedule
from services.words.texts import text

_WORKING_DAYS = frozenset(range(5))
_MONTHS = frozenset(range(1, 13))
_FEW_MONTHS = 6
"""Up to so many months without a session are named, else those with one."""


def schedule_read(schedule: Schedule, frequency: str, lang: str) -> str:
    """
    Say how a schedule was read and what follows: 「毎週火曜 10:00〜11:30 → 週1」.

    Parameters
    ----------
    schedule
        Any schedule.
    frequency
        Its class, ``''`` where it has none.
    lang
        ``'ja'`` or ``'en'``.
    """
    if not schedule.rules:
        return text("schedule.none", lang)
    said = [_rule(rule, lang) for rule in schedule.rules]
    hours = [_span(span, lang) for span in schedule.times]
    for season in schedule.seasons:
        spans = text("text.list", lang).join(_span(span, lang) for span in season.times)
        hours.append(spans + text("text.brackets", lang, text=_months(season.months, lang)))
    listed = [text("text.list", lang).join(dict.fromkeys(part)) for part in (said, hours) if part]
    return text(
        "schedule.read",
        lang,
        what=" ".join(listed),
        frequency=text(f"frequency.{frequency or 'rare'}", lang),
    )


def how_often(schedule: Schedule, frequency: str, lang: str) -> str:
    """
    Say how often it surely meets: 週2回, 月2回, 常設; 月1回未満 or 不明 where it has no class.

    Parameters are those of ``schedule_read``.
    """
    if not frequency:
        return text("frequency.rare" if schedule.rules else "frequency.", lang)
    if any(rule.kind == "standing" for rule in schedule.rules):
        return text("schedule.standing", lang)
    days = schedule.days_per_week
    if days:
        return text("schedule.per_week", lang, n=days)
    # 1e-9: a sum of thirds may be a hair below a whole number.
    times = max(1, math.floor(schedule.sessions_per_month + 1e-9))
    return text("schedule.per_month", lang, n=times, days="")


def _rule(rule: Rule, lang: str) -> str:
    what = _all_year(rule, lang)
    if rule.approximate:
        what = text("schedule.about", lang, what=what)
    if rule.every_months > 1:
        what = text("schedule.turns", lang, what=what, n=rule.every_months)
    without = _MONTHS - (rule.months or _MONTHS)
    if not without:
        return what
    if len(without) < _FEW_MONTHS:
        return text("schedule.except", lang, what=what, months=_months(without, lang))
    return text("schedule.only", lang, what=what, months=_months(rule.months, lang))


def _all_year(rule: Rule, lang: str) -> str:
    on = _on(rule.weekdays, lang)
    days = _weekdays(rule.weekdays, lang)
    if rule.kind == "weekday":
        return _weekday(rule, days, lang)
    if rule.kind == "interval":
        weeks, over = divmod(rule.interval_days, WEEK_DAYS)
        if over or weeks <= 1:
            return text("schedule.days", lang, n=rule.interval_days)
        return text("schedule.weeks", lang, n=weeks, days=on)
    if rule.kind == "day":
        dates = [text("schedule.date", lang, n=day) for day in sorted(rule.days)]
        return text("schedule.dates", lang, dates=text("text.both", lang).join(dates))
    if rule.kind == "per_month":
        return text("schedule.per_month", lang, n=rule.times, days=on)
    return text(f"schedule.{rule.kind}", lang, n=rule.times)


def _weekday(rule: Rule, days: str, lang: str) -> str:
    if rule.weeks >= EVERY_WEEK:
        if rule.weekdays == EVERY_DAY:
            return text("schedule.daily", lang)
        if rule.weekdays == _WORKING_DAYS:
            return text("schedule.working", lang)
        return text("schedule.every", lang, days=days)
    weeks = text("text.both", lang).join(
        text(f"schedule.week.{week}", lang) for week in sorted(rule.weeks)
    )
    if not days:
        return text("schedule.nth.unnamed", lang, weeks=weeks)
    return text("schedule.nth", lang, weeks=weeks, days=days)


def _weekdays(weekdays: frozenset[int], lang: str) -> str:
    names = [text(f"weekday.{day}", lang) for day in sorted(weekdays)]
    return text("text.both", lang).join(names)


def _on(weekdays: frozenset[int], lang: str) -> str:
    return text("schedule.on", lang, days=_weekdays(weekdays, lang)) if weekdays else ""


def _months(months: frozenset[int], lang: str) -> str:
    names = [
        text(f"month.short.{first}", lang)
        if first == last
        else text(
            "schedule.span",
            lang,
            first=text(f"month.short.{first}", lang),
            last=text(f"month.short.{last}", lang),
        )
        for first, last in runs_of(months)
    ]
    return text("text.list", lang).join(names)


def _span(span: Span, lang: str) -> str:
    start, end = span
    last = "" if end is None else print_clock(end)
    return text("schedule.span", lang, first=print_clock(start), last=last)
