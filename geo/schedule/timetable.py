"""
The grammar of typed timetables: rules of meeting, spans of the day, and the rest as a note.

A text is split at ；; each part is scanned from left to right for the patterns of ``_PATTERNS``.
Closures (日曜休み) and remarks in brackets are taken out first; all after ※ is a remark.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

from geo.schedule.meeting import EVERY_DAY, EVERY_WEEK, WEEKDAYS, WEEKS_OF_MONTH, Rule
from geo.schedule.seasons import Season, take_seasons
from geo.schedule.timewords import (
    CLOSED,
    CLOSED_HOLIDAY,
    COUNT,
    DATE,
    DAYS,
    DAYS_AFTER,
    GLUE,
    MONTH,
    NTHS,
    SPAN,
    TO,
    UP_TO,
    Span,
    count_in,
    months_in,
    span_in,
    weekdays_in,
    weekdays_off_in,
    weeks_in,
)

_UNKNOWN = re.compile("未定|不定期|随時|調整中")
_BRACKETS = re.compile(r"[(\[【〔「]([^()\[\]【】〔〕「」]*)[)\]】〕」]")
_WEEKDAYS_ONLY = re.compile(rf"\s*{DAYS}\s*")
_EDGE = " \t\u3000、,・/:.〜~-–—−―‐ー;※|"
_FILLERS = frozenset(
    ["開催", "実施", "活動", "に", "の", "は", "に開催", "開催日", "日時", "時間", "と"]
)

_PATTERNS: dict[str, str] = {
    "nth": rf"(?:毎月の?\s*)?(?=第|最終|最後の){NTHS}\s*の?\s*{DAYS_AFTER}",
    "nth_bare": rf"毎月の?\s*{NTHS}\s*の?\s*(?=[{WEEKDAYS}](?:[・,、]?[{WEEKDAYS}])*曜){DAYS_AFTER}",
    "nth_week": rf"(?:毎月の?\s*)?(?=第|最終|最後の){NTHS}(?<=[週目])",
    "per_week": rf"(?:毎週|(?<!隔)週)\s*に?\s*{COUNT}{UP_TO}\s*(?:回|日|度)"
    r"|(?<!隔)週[1-7](?![0-9:時])",
    "every_months": rf"{COUNT}\s*[かヶケカヵ箇]月(?:間)?に\s*[1一]\s*[回度]",
    "per_month": rf"(?:毎月|(?<![0-9毎年生])月)\s*に?\s*{COUNT}{UP_TO}\s*(?:回|度)"
    r"|(?<![0-9毎年生])月[1-9](?![0-9:時月日])",
    "per_year": r"年\s*に?\s*[0-9]{1,3}\s*(?:回|度)",
    "fortnightly": rf"(?:隔週|2週間?に\s*[1一]\s*[回度])\s*の?\s*(?:{DAYS})?",
    "tail": r"(?:毎月の?\s*)?[0-9]の(?:つく|付く)日",
    "date": rf"(?:(?:20[0-9]{{2}}|(?:令和|平成)\s*[0-9元]+)年)(?:\s*{MONTH}月)?(?:\s*{DATE}日)?"
    rf"|(?<![0-9第]){MONTH}(?:月\s*{DATE}\s*日|/{DATE}(?![0-9]))",
    "days": rf"(?:毎月の?\s*|(?<![0-9:月]))(?:{DATE}\s*日?\s*{GLUE}+)*{DATE}\s*日"
    rf"(?![曜間程目以前後]|に\s*{COUNT})",
    "every_day": r"毎日|年中無休",
    "working_day": r"平日",
    "weekend": r"週末",
    "every": rf"毎週\s*[:のは]?\s*{DAYS}",
    "standing": r"常設型?|常時",
    "alternate_months": r"(?:偶数月|奇数月|隔月)(?:のみ)?の?",
    "months": rf"(?<![0-9第])(?:{MONTH}月?\s*{TO}\s*{MONTH}月|{MONTH}月(?:[・,、]{MONTH}月)*)"
    r"(?!曜|\s*[0-9])(?:まで)?(?:のみ)?の?",
    "span": SPAN.pattern,
    "bare": rf"{DAYS}",
    "every_month": r"毎月",
    "every_week": r"毎週",
}
_BARE_ALONE = re.compile(rf"(?:^|[\s、,・/])[{WEEKDAYS}]\s*(?:$|[0-9]|午)")


DAILY_MIN_DAYS = 5
"""Weekly on so many weekdays, a rule is a daily one that may have days off."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """What a text says: rules, spans of the day, hours of seasons, and the rest."""

    rules: tuple[Rule, ...]
    times: tuple[Span, ...]
    note: str
    seasons: tuple[Season, ...] = ()


@dataclass(slots=True)
class _Scan:
    """What was found in one part, before its pieces are weighed against each other."""

    named: list[Rule] = field(default_factory=list)
    bare: list[Rule] = field(default_factory=list)
    counted: list[tuple[Rule, str]] = field(default_factory=list)
    standing: list[Rule] = field(default_factory=list)
    months: frozenset[int] = frozenset()
    times: list[Span] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bare_texts: list[str] = field(default_factory=list)
    fallback: Rule | None = None

    @property
    def specific(self) -> list[Rule]:
        return self.named + self.bare

    @property
    def is_empty(self) -> bool:
        return not (self.specific or self.counted or self.standing or self.fallback)


def read_timetable(text: str) -> Timetable:
    """
    Read a typed timetable; never raise.

    Parameters
    ----------
    text
        Any text; empty gives an empty timetable.

    Returns
    -------
    The rules in the order of the text, the spans, the seasons, and the remarks joined by 、.
    """
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).lstrip("※" + _EDGE)
    plain, _, verbatim = plain.partition("※")
    plain, seasons = take_seasons(plain)
    rules: list[Rule] = []
    times: list[Span] = []
    notes: list[str] = []
    for part in plain.split(";"):
        found = _read_part(part)
        rules += found.rules
        times += found.times
        notes += [found.note] if found.note else []
    notes += [_tidy(verbatim)] if _tidy(verbatim) else []
    return Timetable(tuple(rules), tuple(times), "、".join(notes), seasons)


def print_span(span: Span) -> str:
    """Write a span of the day: 10:00〜11:30, or 10:00 where the end is unknown."""
    start, end = span
    return _print_clock(start) + ("" if end is None else f"〜{_print_clock(end)}")


def _print_clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _read_part(part: str) -> Timetable:
    found, closed, brackets = _read_outside(part, CLOSED)
    if found.is_empty and CLOSED_HOLIDAY.search(part):
        found, closed, brackets = _read_outside(part, CLOSED_HOLIDAY)
    for inside in brackets:
        if CLOSED.search(inside):
            closed.append(inside)
        else:
            found = _with_brackets(found, inside)
    rules = _weigh(found)
    if found.months:
        rules = [replace(rule, months=found.months) for rule in rules]
    off = frozenset(day for text in closed if "第" not in text for day in weekdays_off_in(text))
    notes = [piece for piece in (_tidy(note) for note in found.notes + closed) if piece]
    return Timetable(
        rules=tuple(_without(rule, off) for rule in rules),
        times=tuple(found.times),
        note="、".join(note for note in notes if note not in _FILLERS),
    )


def _read_outside(part: str, closure: re.Pattern[str]) -> tuple[_Scan, list[str], list[str]]:
    brackets: list[str] = []

    def unwrap(match: re.Match[str]) -> str:
        inside = match[1]
        if _WEEKDAYS_ONLY.fullmatch(inside):
            # 5月20日(日) says the weekday of a date, 毎週(日) the weekday itself.
            dated = re.search(r"[0-9]日\s*$", part[: match.start()])
            return f"〈{inside}〉" if dated else f" {inside} "
        brackets.append(inside)
        return " "

    outside = _BRACKETS.sub(unwrap, part)
    closed = [match[0] for match in closure.finditer(outside)]
    return _scan(closure.sub(" ", outside)), closed, brackets


def _with_brackets(found: _Scan, inside: str) -> _Scan:
    """Read a remark in brackets where it only says what the text outside leaves open."""
    inner = _scan(inside)
    complete = not [note for note in inner.notes if _tidy(note) not in ("", *_FILLERS)]
    wanted = [rule for rule, _ in found.counted]
    if inner.specific and not found.specific and wanted and _adds_up(inner.specific, wanted):
        inner.named, inner.bare = inner.specific, []
        inner.notes += found.notes
        return replace(inner, times=found.times + inner.times, months=found.months or inner.months)
    if found.is_empty and not inner.is_empty and (inner.counted or not _is_unknown(found)):
        return replace(inner, notes=found.notes + inner.notes, times=found.times + inner.times)
    silent = not (inner.specific or inner.counted or inner.standing)
    if complete and silent and (inner.times or inner.months):
        return replace(found, times=found.times + inner.times, months=found.months or inner.months)
    return replace(found, notes=[*found.notes, inside])


def _is_unknown(found: _Scan) -> bool:
    return any(_UNKNOWN.search(note) for note in found.notes)


def _weigh(found: _Scan) -> list[Rule]:
    """Choose between named days and counts that say the same twice."""
    if not (found.specific and found.counted):
        counted = [rule for rule, _ in found.counted]
        fallback = [found.fallback] if found.fallback and not found.specific + counted else []
        return found.specific + counted + found.standing + ([] if found.standing else fallback)
    counted = [rule for rule, _ in found.counted]
    if _adds_up(found.specific, counted):
        return found.specific + found.standing
    if found.named:
        found.notes += [text for _, text in found.counted]
        return found.specific + found.standing
    found.notes += found.bare_texts
    return counted + found.standing


def _adds_up(specific: list[Rule], counted: list[Rule]) -> bool:
    per_month = sum(rule.sessions_per_month for rule in specific)
    per_week = min(sum(rule.days_in(week) for rule in specific) for week in WEEKS_OF_MONTH)
    return all(
        per_week == rule.times if rule.kind == "per_week" else round(per_month) == rule.times
        for rule in counted
        if rule.kind in ("per_week", "per_month")
    )


def _without(rule: Rule, off: frozenset[int]) -> Rule:
    every_day = (
        rule.kind == "weekday" and rule.weeks >= EVERY_WEEK and len(rule.weekdays) >= DAILY_MIN_DAYS
    )
    rest = rule.weekdays - off
    return replace(rule, weekdays=rest) if every_day and rest else rule


@cache
def _scanner() -> re.Pattern[str]:
    """Return one pattern for all; it is made for the first text, for many commands read none."""
    patterns = "|".join(f"(?P<k_{kind}>{pattern})" for kind, pattern in _PATTERNS.items())
    return re.compile(patterns, re.IGNORECASE)


def _scan(text: str) -> _Scan:
    found = _Scan()
    unknown = _UNKNOWN.search(text) is not None
    end = 0
    for match in _scanner().finditer(text):
        kind = str(match.lastgroup).removeprefix("k_")
        kind = next(name for name in _PATTERNS if match[f"k_{name}"] is not None)
        whole = match[0]
        if kind == "bare" and (unknown or not _is_weekdays(text, match)):
            continue
        if not _take(found, kind, whole):
            continue
        found.notes.append(text[end : match.start()])
        end = match.end()
    found.notes.append(text[end:])
    found.notes = [note.replace("未定", " ") for note in found.notes if _tidy(note)]
    return found


def _is_weekdays(text: str, match: re.Match[str]) -> bool:
    whole = match[0]
    if "曜" in whole or len(weekdays_in(whole)) > 1:
        return True
    return _BARE_ALONE.match(text, max(match.start() - 1, 0)) is not None


def _take(found: _Scan, kind: str, whole: str) -> bool:
    """Write down what a match says; False where it says nothing after all."""
    if kind == "span":
        span = span_in(whole)
        found.times += [span] if span else []
        return span is not None
    if kind in ("months", "alternate_months"):
        found.months = found.months or months_in(whole)
        found.fallback = found.fallback or Rule("per_month", times=1)
        return True
    if kind == "date":
        return False
    rule = _READERS[kind](whole)
    if kind in ("every_month", "every_week"):
        found.fallback = found.fallback or rule
    elif kind == "bare":
        found.bare.append(rule)
        found.bare_texts.append(whole)
    elif kind == "standing":
        found.standing.append(rule)
    elif rule.kind in ("per_week", "per_month", "per_year"):
        found.counted.append((rule, whole))
    else:
        found.named.append(rule)
    return True


def _tidy(note: str) -> str:
    return re.sub(r"\s+", " ", note).strip(_EDGE)


def _weekly(whole: str) -> Rule:
    return Rule("weekday", weekdays=weekdays_in(whole.removeprefix("毎週")), weeks=EVERY_WEEK)


def _nth(whole: str) -> Rule:
    match = re.match(rf"(?:毎月の?\s*)?({NTHS})\s*の?\s*(.*)", whole, re.DOTALL)
    weeks, days = (match[1], match[2]) if match else ("", "")
    return Rule("weekday", weekdays=weekdays_in(days), weeks=weeks_in(weeks))


def _days_of_month(whole: str) -> Rule:
    return Rule("day", days=frozenset(int(day) for day in re.findall("[0-9]+", whole)))


def _tail(whole: str) -> Rule:
    digit = int(re.findall("[0-9]", whole)[0])
    return Rule(
        "day",
        days=frozenset(day for day in (digit, digit + 10, digit + 20) if day)
        | (frozenset({30}) if digit == 0 else frozenset()),
    )


def _per_week(whole: str) -> Rule:
    return Rule("per_week", times=min(count_in(whole), 7))


def _every_months(whole: str) -> Rule:
    return Rule("per_year", times=max(12 // max(count_in(whole), 1), 1))


_READERS: dict[str, Callable[[str], Rule]] = {
    "nth": _nth,
    "nth_bare": _nth,
    "nth_week": _nth,
    "per_week": _per_week,
    "every_months": _every_months,
    "per_month": lambda whole: Rule("per_month", times=count_in(whole)),
    "per_year": lambda whole: Rule("per_year", times=count_in(whole)),
    "fortnightly": lambda whole: Rule(
        "fortnightly", weekdays=weekdays_in(re.sub(r"隔週|.*[回度]", "", whole))
    ),
    "tail": _tail,
    "days": _days_of_month,
    "every_day": lambda _: Rule("weekday", weekdays=EVERY_DAY, weeks=EVERY_WEEK),
    "working_day": lambda _: Rule("weekday", weekdays=frozenset(range(5)), weeks=EVERY_WEEK),
    "weekend": lambda _: Rule("weekday", weekdays=frozenset({5, 6}), weeks=EVERY_WEEK),
    "every": _weekly,
    "standing": lambda _: Rule("standing"),
    "bare": _weekly,
    "every_month": lambda _: Rule("per_month", times=1),
    "every_week": lambda _: Rule("per_week", times=1),
}
