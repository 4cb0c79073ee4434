"""
Rules of meeting from phrases: named days and counts weighed against each other, closings taken away.

火曜日（月2回） is two Tuesdays of a month, 月2回（第1・3火曜） the two that are named, 毎週火曜日（月2回） contradicts
itself: what contradicts itself is not understood.
"""

import math
from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from geo.schedule.closures import Shut, remaining
from geo.schedule.meeting import EVERY_DAY, EVERY_WEEK, LAST, WEEK_DAYS, WEEKS_OF_MONTH, Rule
from geo.schedule.phrases import Phrase, Scan
from geo.schedule.timewords import Count

_MONTHS = frozenset(range(1, 13))
_YEARLY_SHARE = 0.7
"""A yearly count from this share of the named days on says the same: holidays fall out."""
_SAME_SHARE = 0.75
_HAIR = 1e-9


def rules_of(found: Scan) -> list[Rule]:
    """
    Weigh phrases and counts against each other, and take away what closings take.

    Parameters
    ----------
    found
        The phrases, counts and closings of a text; what contradicts is added to its ``unread``.

    Returns
    -------
    The rules in the order of the text; none where anything is not understood.
    """
    _refine(found)
    specific = [phrase for phrase in found.phrases if phrase.has_days]
    counted = [phrase for phrase in found.phrases if phrase.count is not None]
    rest = [p for p in found.phrases if not p.has_days and p.count is None]
    if not found.phrases:
        # When it is shut does not say when it meets.
        found.unread += [closing.text for closing, _, _ in found.closings]
    if not found.phrases or found.unread:
        return []
    for phrase in rest:
        if phrase.every == "week":
            phrase.count = Count("week", 1, 1)
            counted.append(phrase)
        elif phrase.every == "month" or phrase.every_months > 1:
            phrase.count = Count("month", 1, 1)
    counted_alone = [p for p in rest if p not in counted and not (specific or counted)]
    kept = _weighed(specific, counted, found) + counted_alone
    monthly_days = [p for p in kept if p.is_bare and (p.every == "month" or rest)]
    found.unread += [phrase.text for phrase in monthly_days]
    order = {id(phrase): n for n, phrase in enumerate(found.phrases)}
    kept.sort(key=lambda phrase: order[id(phrase)])
    return [] if found.unread else _closed(kept, found)


def _refine(found: Scan) -> None:
    """Let what brackets say of a weekday stand for it: 火曜日（第3火曜のみ） is the third Tuesday."""
    for one, other in zip(found.phrases[:], found.phrases[1:], strict=False):
        told = (
            (other.weeks or other.interval) and other.weekdays and not (one.weeks or one.interval)
        )
        if not told or not other.weekdays <= one.weekdays or other.overrides:
            continue
        if other.in_bracket and not one.in_bracket:
            if other.has_contents:
                continue
            if (one.is_bare and other.weekdays == one.weekdays) or (
                other.is_only and other.weekdays == one.weekdays
            ):
                other.months = other.months or one.months
                found.phrases.remove(one)
            else:
                found.unread.append(one.text + other.text)
        elif one.is_bare:
            found.unread.append(one.text + other.text)
    turns = [p for p in found.phrases if p.interval and not p.in_bracket]
    # 隔週（Ａ班：火曜　Ｂ班：木曜): whether one of them or each is meant nobody says.
    found.unread += [p.text for p in found.phrases if turns and p.is_bare and p.in_bracket]


def _weighed(specific: list[Phrase], counted: list[Phrase], found: Scan) -> list[Phrase]:
    kept = list(specific)
    seen: list[Phrase] = []
    for count in counted:
        same = [p for p in seen if p.segment == count.segment and p.months == count.months]
        if same and not count.is_event:
            if not _says_same(count, same[0]):
                found.unread.append(count.text)
            continue
        seen.append(count)
        near = [p for p in specific if p.segment == count.segment and not count.overrides]
        bare = [p for p in specific if p.is_bare]
        if count.is_event:
            if bare:
                found.unread.append(count.text)
            kept.append(count)
        elif near:
            chosen = _chosen(near, count, found)
            if chosen is not None:
                kept = [p for p in kept if p not in near]
                count.count, count.weekdays = chosen.count, chosen.weekdays
                kept.append(count)
        elif bare and not count.overrides:
            found.unread.append(count.text)
        else:
            kept.append(count)
    return kept


def _chosen(near: list[Phrase], count: Phrase, found: Scan) -> Phrase | None:
    """
    Return the count that holds on the named days, None where the days themselves say as often.

    火曜日（月2回） is two of the Tuesdays; 毎週火曜日（月2回） contradicts itself.
    """
    said = count.count or Count("week", 1, 1)
    rules = [_rule_of(phrase) for phrase in near]
    if count.months and not any(phrase.months for phrase in near):
        for phrase in near:
            phrase.months = count.months
    choice = any(phrase.is_choice for phrase in near)
    have = _named_times(rules, said.unit)
    if not choice and _is_as_often(said, have):
        return None
    loose = all(p.is_bare or p.is_choice or (p.is_range and p.weekdays != EVERY_DAY) for p in near)
    nth_of_year = said.unit == "year" and all(phrase.weeks for phrase in near)
    explicit = any(phrase.every and not phrase.is_range for phrase in near)
    fewer = said.most < have or choice
    if fewer and (loose or nth_of_year) and not explicit:
        weekdays = frozenset(day for phrase in near for day in phrase.weekdays)
        return Phrase(count=said, weekdays=weekdays if said.unit == "month" else frozenset())
    found.unread.append(near[0].text + count.text)
    return None


def _named_times(rules: list[Rule], unit: str) -> float:
    """Return how often the named days come: in the emptiest week, in a month, or in a year."""
    if unit == "week":
        return float(min(sum(rule.days_in(week) for rule in rules) for week in WEEKS_OF_MONTH))
    monthly = [replace(rule, months=frozenset()).sessions_per_month for rule in rules]
    if unit == "month":
        return sum(monthly)
    held = [len(rule.months or _MONTHS) for rule in rules]
    return sum(often * months for often, months in zip(monthly, held, strict=True))


def _is_as_often(said: Count, have: float) -> bool:
    """Say whether a count and the named days agree: a month has four or five Tuesdays, a year holidays."""
    if said.unit == "week":
        return said.least <= have <= said.most
    low, high = math.floor(have + _HAIR), math.ceil(have - _HAIR)
    if said.unit == "year":
        low, high = math.floor(have * _YEARLY_SHARE), high + 1
    return said.least <= high and said.most >= low


def _says_same(one: Phrase, other: Phrase) -> bool:
    """Say whether two counts agree, a quarter off at most: 週1回（月4回）, 年6回（2か月に1回）."""
    less, more = sorted(_yearly(phrase) for phrase in (one, other))
    return less > 0 and less / more >= _SAME_SHARE


def _yearly(phrase: Phrase) -> float:
    return 12 * _rule_of(phrase).sessions_per_month


def _rule_of(phrase: Phrase) -> Rule:
    """Return the rule of one phrase, closings not yet taken away."""
    return replace(
        _all_year(phrase),
        months=frozenset() if phrase.months == _MONTHS else phrase.months,
        every_months=phrase.every_months,
        approximate=phrase.is_about,
    )


def _all_year(phrase: Phrase) -> Rule:
    if phrase.count is not None:
        return _counted(phrase.count, phrase.weekdays)
    if phrase.standing:
        return Rule("standing")
    if phrase.days:
        return Rule("day", days=phrase.days)
    if phrase.interval:
        named = frozenset[int]() if phrase.interval % WEEK_DAYS else phrase.weekdays
        return Rule("interval", weekdays=named, interval_days=phrase.interval)
    return _one_of(phrase) if phrase.is_choice else _on_weekdays(phrase)


def _on_weekdays(phrase: Phrase) -> Rule:
    every = not phrase.weeks or phrase.weeks >= EVERY_WEEK
    if every and not phrase.weekdays:
        return Rule("per_week", times=1)
    return Rule("weekday", weekdays=phrase.weekdays, weeks=EVERY_WEEK if every else phrase.weeks)


def _counted(count: Count, weekdays: frozenset[int]) -> Rule:
    if count.unit == "week":
        return Rule("per_week", times=min(count.least, WEEK_DAYS))
    if count.unit == "month":
        return Rule("per_month", weekdays=weekdays, times=count.least)
    return Rule("per_year", times=count.least)


def _one_of(phrase: Phrase) -> Rule:
    """Return what is sure of a choice: 月または木 is once a week, 第2または第3火曜 once a month."""
    if not phrase.weeks:
        return Rule("per_week", times=1)
    times = 1 if len(phrase.weekdays) <= 1 else len(phrase.weeks)
    return Rule("per_month", weekdays=phrase.weekdays, times=times)


def _closed(phrases: list[Phrase], found: Scan) -> list[Rule]:
    """Return the rules of phrases without what overrides and closings take away."""
    overriding = [p for p in phrases if p.overrides]
    for phrase in phrases:
        if phrase.overrides:
            _inherit(phrase, phrases)
        elif not phrase.months and overriding:
            taken = reduce(frozenset.union, (p.months for p in overriding), frozenset[int]())
            phrase.months = _MONTHS - taken
    rules: list[Rule] = []
    position = {id(phrase): n for n, phrase in enumerate(found.phrases)}
    for phrase in phrases:
        own = [_rule_of(phrase)]
        for closing, before, in_bracket in found.closings:
            last = [p for p in phrases if position[id(p)] < before]
            concerns = not in_bracket or not last or last[-1] is phrase or len(phrases) == 1
            if closing.leads and len(last) < len(phrases):
                concerns = phrase not in last
            for shut in closing.shuts if concerns else ():
                own = [rule for one in own for rule in _without(one, shut, phrase, found)]
        rules += own
    return rules


def _inherit(phrase: Phrase, phrases: Iterable[Phrase]) -> None:
    """Give a phrase of some months the weekdays that hold in the others: 8月は第1・3のみ."""
    if not phrase.weekdays and phrase.weeks:
        base = [p for p in phrases if not p.overrides and p.weekdays]
        if base:
            phrase.weekdays = base[-1].weekdays


def _without(rule: Rule, shut: Shut, phrase: Phrase, found: Scan) -> list[Rule]:
    if shut.months:
        return _without_months(rule, shut, phrase, found)
    if shut.sometimes:
        return _thinned(rule, shut, phrase, found)
    if rule.kind != "weekday":
        return _without_unnamed(rule, shut, phrase, found)
    if shut.weeks:
        return _without_weeks(rule, shut)
    return _without_weekdays(rule, shut, phrase, found)


def _without_months(rule: Rule, shut: Shut, phrase: Phrase, found: Scan) -> list[Rule]:
    held = rule.months or _MONTHS
    months = shut.months & held
    if not months:
        return [rule]
    outside = [replace(rule, months=held - months)] if held - months else []
    if not (shut.weeks or shut.weekdays):
        about = rule.approximate or shut.is_assumed
        return [replace(one, approximate=about) for one in outside]
    inside = replace(rule, months=months)
    return outside + _without(inside, replace(shut, months=frozenset()), phrase, found)


def _without_unnamed(rule: Rule, shut: Shut, phrase: Phrase, found: Scan) -> list[Rule]:
    """Take weeks or weekdays from what has no named ones: only once a week leaves a rule."""
    if rule.kind == "per_week" and rule.times == 1 and shut.weeks and not shut.weekdays:
        weeks = remaining(shut, EVERY_WEEK, LAST)
        return [replace(rule, kind="weekday", times=0, weeks=weeks)]
    harmless = shut.weeks == {5} or (not shut.weeks and rule.kind in ("per_week", "standing"))
    if not harmless:
        found.unread.append(phrase.text)
    return [rule]


def _without_weekdays(rule: Rule, shut: Shut, phrase: Phrase, found: Scan) -> list[Rule]:
    hit = rule.weekdays & shut.weekdays
    if not hit or (shut.on_holidays and not phrase.is_range):
        return [rule]
    if not phrase.is_range or not rule.weekdays - hit:
        # 毎週月・水曜（水曜休み） contradicts itself; 平日（水曜休み） does not.
        found.unread.append(phrase.text)
    return [replace(rule, weekdays=rule.weekdays - hit)]


def _without_weeks(rule: Rule, shut: Shut) -> list[Rule]:
    hit = rule.weekdays & shut.weekdays if shut.weekdays else rule.weekdays
    if shut.weekdays and not hit:
        return [rule]
    left = remaining(shut, rule.weeks, LAST)
    if left == rule.weeks:
        return [rule]
    kept = [replace(rule, weekdays=rule.weekdays - hit)] if rule.weekdays - hit else []
    return kept + ([replace(rule, weekdays=hit, weeks=left)] if left else [])


def _thinned(rule: Rule, shut: Shut, phrase: Phrase, found: Scan) -> list[Rule]:
    """Take so many sessions a month from a weekly rule: which weeks are left nobody knows."""
    once = rule.kind == "weekday" and rule.weeks == EVERY_WEEK and len(rule.weekdays) == 1
    times = len(WEEKS_OF_MONTH) - shut.sometimes
    if not once or times < 1:
        found.unread.append(phrase.text)
        return [rule]
    return [replace(rule, kind="per_month", weeks=frozenset(), times=times)]
