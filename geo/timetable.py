"""
The grammar of typed timetables: rules of meeting, spans of the day, and the rest as a note.

A text is split at ；; each part is scanned from left to right for the patterns of ``_PATTERNS``.
Closures (日曜休み) and remarks in brackets are taken out first; all after ※ is a remark.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from geo.meeting import EVERY_DAY, EVERY_WEEK, LAST, WEEKDAYS, WEEKS_OF_MONTH, Rule

Span = tuple[int, int | None]
"""Start and end, minutes after midnight."""

_GLUE = r"[・,、.\s/&と及び]"
_TO = r"(?:〜|~|-|ー|–|—|−|―|‐|から)"
_NOT_A_WEEKDAY = "末初額例中程時頃帰替間本和分道工造気地回上下半数別謝払"
_DAY = rf"[{WEEKDAYS}](?:曜日?|(?![{_NOT_A_WEEKDAY}]))"
_DAYS_AFTER = rf"(?:{_DAY}(?:(?:\s*{_TO}\s*|{_GLUE}*){_DAY})*)"
_DAYS_TIGHT_AFTER = rf"{_DAY}(?:(?:{_TO}|・)?{_DAY})*"
_DAYS = rf"(?<![0-9毎平祝曜当本翌今来先半生]){_DAYS_AFTER}"
_DAYS_TIGHT = rf"(?<![0-9毎平祝曜当本翌今来先半生]){_DAYS_TIGHT_AFTER}"
_NUMERALS = {numeral: str(n) for n, numeral in enumerate("一二三四五六七八九十", start=1)}
_COUNT = r"(?:[0-9]{1,2}|[一二三四五六七八九十])"
_NTH = r"(?:最終|最後の|第?\s*[1-5一二三四五](?![0-9:回時人室階]|日(?!曜)))\s*(?:週目?)?"
_NTHS = rf"{_NTH}(?:(?:{_GLUE}|{_TO})*{_NTH})*"
_MONTH = r"(?:1[0-2]|0?[1-9])"
_DATE = r"(?:3[01]|[12][0-9]|0?[1-9])"
_UP_TO = rf"(?:\s*(?:{_TO}|[・,、])\s*{_COUNT})?"
_CLOCK = (
    r"(?:(?:午前|午後|AM|PM)\s*)?[0-9]{1,2}(?::[0-9]{2}|時(?!間)(?:[0-9]{1,2}分|半)?)"
    r"(?:\s*(?:AM|PM))?"
)
_OFF = r"(?:お休み|休み|休館日?|休業日?|定休日?|休止|休|除く|除き|のぞく|以外)"
_HOLIDAY = r"(?:祝祭日|祝日|祝|年末年始|お?盆(?:期間)?|正月|夏休み|冬休み|春休み)"
_MONTH_DAY = rf"{_MONTH}月(?:{_DATE}日)?"
_OFF_DAY = (
    rf"(?:{_HOLIDAY}|(?:毎月)?第{_NTHS}{_DAYS_TIGHT_AFTER}|(?:毎週)?{_DAYS_TIGHT}"
    rf"|{_MONTH_DAY}(?:{_TO}(?:翌年)?{_MONTH_DAY})?)"
)

_SPAN = re.compile(
    rf"(?<![0-9:])(?:(?P<start>{_CLOCK})|(?P<hour>(?:午前|午後)?\s*[0-9]{{1,2}})(?=\s*{_TO}\s*[0-9]+時))"
    rf"(?:\s*{_TO}\s*(?P<end>{_CLOCK})?)?(?:まで)?",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    rf"{_OFF_DAY}(?:・?{_OFF_DAY})*(?:の場合|に当たる場合|期間)*\s*[はをもが]?\s*{_OFF}"
    rf"|(?:定休日?|休館日?|休業日?)\s*[:は]?\s*{_DAYS}"
)
_CLOSED_HOLIDAY = re.compile(rf"{_HOLIDAY}(?:・?{_HOLIDAY})*\s*[はをも]?\s*{_OFF}")
_UNKNOWN = re.compile("未定|不定期|随時|調整中")
_BRACKETS = re.compile(r"[(\[【〔「]([^()\[\]【】〔〕「」]*)[)\]】〕」]")
_WEEKDAYS_ONLY = re.compile(rf"\s*{_DAYS}\s*")
_TO_RE = re.compile(_TO)
_EDGE = " \t\u3000、,・/:.〜~-–—−―‐ー;※|"
_FILLERS = frozenset(
    ["開催", "実施", "活動", "に", "の", "は", "に開催", "開催日", "日時", "時間", "と"]
)

_PATTERNS: dict[str, str] = {
    "nth": rf"(?:毎月の?\s*)?(?=第|最終|最後の){_NTHS}\s*の?\s*{_DAYS_AFTER}",
    "nth_bare": rf"毎月の?\s*{_NTHS}\s*の?\s*(?=[{WEEKDAYS}](?:[・,、]?[{WEEKDAYS}])*曜){_DAYS_AFTER}",
    "nth_week": rf"(?:毎月の?\s*)?(?=第|最終|最後の){_NTHS}(?<=[週目])",
    "per_week": rf"(?:毎週|(?<!隔)週)\s*に?\s*{_COUNT}{_UP_TO}\s*(?:回|日|度)"
    r"|(?<!隔)週[1-7](?![0-9:時])",
    "every_months": rf"{_COUNT}\s*[かヶケカヵ箇]月(?:間)?に\s*[1一]\s*[回度]",
    "per_month": rf"(?:毎月|(?<![0-9毎年生])月)\s*に?\s*{_COUNT}{_UP_TO}\s*(?:回|度)"
    r"|(?<![0-9毎年生])月[1-9](?![0-9:時月日])",
    "per_year": r"年\s*に?\s*[0-9]{1,3}\s*(?:回|度)",
    "fortnightly": rf"(?:隔週|2週間?に\s*[1一]\s*[回度])\s*の?\s*(?:{_DAYS})?",
    "tail": r"(?:毎月の?\s*)?[0-9]の(?:つく|付く)日",
    "date": rf"(?:(?:20[0-9]{{2}}|(?:令和|平成)\s*[0-9元]+)年)(?:\s*{_MONTH}月)?(?:\s*{_DATE}日)?"
    rf"|(?<![0-9第]){_MONTH}(?:月\s*{_DATE}\s*日|/{_DATE}(?![0-9]))",
    "days": rf"(?:毎月の?\s*|(?<![0-9:月]))(?:{_DATE}\s*日?\s*{_GLUE}+)*{_DATE}\s*日"
    rf"(?![曜間程目以前後]|に\s*{_COUNT})",
    "every_day": r"毎日|年中無休",
    "working_day": r"平日",
    "weekend": r"週末",
    "every": rf"毎週\s*[:のは]?\s*{_DAYS}",
    "standing": r"常設型?|常時",
    "alternate_months": r"(?:偶数月|奇数月|隔月)(?:のみ)?の?",
    "months": rf"(?<![0-9第])(?:{_MONTH}月?\s*{_TO}\s*{_MONTH}月|{_MONTH}月(?:[・,、]{_MONTH}月)*)"
    r"(?!曜|\s*[0-9])(?:まで)?(?:のみ)?の?",
    "span": _SPAN.pattern,
    "bare": rf"{_DAYS}",
    "every_month": r"毎月",
    "every_week": r"毎週",
}
_SCANNER = re.compile(
    "|".join(f"(?P<k_{kind}>{pattern})" for kind, pattern in _PATTERNS.items()), re.IGNORECASE
)
_BARE_ALONE = re.compile(rf"(?:^|[\s、,・/])[{WEEKDAYS}]\s*(?:$|[0-9]|午)")


@dataclass(frozen=True, slots=True)
class Timetable:
    """What a text says: rules, spans of the day, and the rest."""

    rules: tuple[Rule, ...]
    times: tuple[Span, ...]
    note: str


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
    The rules in the order of the text, the spans, and the remarks joined by 、.
    """
    plain = unicodedata.normalize("NFKC", text).lstrip("※" + _EDGE)
    plain, _, verbatim = plain.partition("※")
    rules: list[Rule] = []
    times: list[Span] = []
    notes: list[str] = []
    for part in plain.split(";"):
        found = _read_part(part)
        rules += found.rules
        times += found.times
        notes += [found.note] if found.note else []
    notes += [_tidy(verbatim)] if _tidy(verbatim) else []
    return Timetable(tuple(rules), tuple(times), "、".join(notes))


def print_span(span: Span) -> str:
    """Write a span of the day: 10:00〜11:30, or 10:00 where the end is unknown."""
    start, end = span
    return _print_clock(start) + ("" if end is None else f"〜{_print_clock(end)}")


def _print_clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _read_part(part: str) -> Timetable:
    found, closed, brackets = _read_outside(part, _CLOSED)
    if found.is_empty and _CLOSED_HOLIDAY.search(part):
        found, closed, brackets = _read_outside(part, _CLOSED_HOLIDAY)
    for inside in brackets:
        if _CLOSED.search(inside):
            closed.append(inside)
        else:
            found = _with_brackets(found, inside)
    rules = _weigh(found)
    if found.months:
        rules = [replace(rule, months=found.months) for rule in rules]
    off = frozenset(day for text in closed if "第" not in text for day in _weekdays_off(text))
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
    every_day = rule.kind == "weekday" and rule.weeks >= EVERY_WEEK and len(rule.weekdays) > 4  # noqa: PLR2004 - only "daily" rules have days off
    rest = rule.weekdays - off
    return replace(rule, weekdays=rest) if every_day and rest else rule


def _scan(text: str) -> _Scan:
    found = _Scan()
    unknown = _UNKNOWN.search(text) is not None
    end = 0
    for match in _SCANNER.finditer(text):
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
    if "曜" in whole or len(_weekdays(whole)) > 1:
        return True
    return _BARE_ALONE.match(text, max(match.start() - 1, 0)) is not None


def _take(found: _Scan, kind: str, whole: str) -> bool:
    """Write down what a match says; False where it says nothing after all."""
    if kind == "span":
        span = _read_span(whole)
        found.times += [span] if span else []
        return span is not None
    if kind in ("months", "alternate_months"):
        found.months = found.months or _read_months(whole)
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


def _weekly(whole: str) -> Rule:
    return Rule("weekday", weekdays=_weekdays(whole.removeprefix("毎週")), weeks=EVERY_WEEK)


def _nth(whole: str) -> Rule:
    match = re.match(rf"(?:毎月の?\s*)?({_NTHS})\s*の?\s*(.*)", whole, re.DOTALL)
    weeks, days = (match[1], match[2]) if match else ("", "")
    return Rule("weekday", weekdays=_weekdays(days), weeks=_weeks(weeks))


def _weeks(text: str) -> frozenset[int]:
    numbers: list[int] = []
    reach = False
    for token in re.findall(rf"最終|最後|[1-5一二三四五]|{_TO}", text):
        if _TO_RE.fullmatch(token):
            reach = True
            continue
        number = LAST if token.startswith("最") else int(_NUMERALS.get(token, token))
        numbers += range(numbers[-1], number + 1) if reach and numbers else [number]
        reach = False
    weeks = frozenset(numbers)
    return EVERY_WEEK if EVERY_WEEK.issubset(weeks) else weeks


def _weekdays(text: str) -> frozenset[int]:
    days: list[int] = []
    reach = False
    for token in re.findall(rf"[{WEEKDAYS}]|{_TO}", re.sub("曜日?", "", text)):
        if _TO_RE.fullmatch(token):
            reach = True
            continue
        day = WEEKDAYS.index(token)
        if reach and days:
            days += [(days[-1] + step) % 7 for step in range(1, (day - days[-1]) % 7 + 1)]
        days.append(day)
        reach = False
    return frozenset(days)


def _weekdays_off(text: str) -> frozenset[int]:
    holidays = re.sub(rf"{_HOLIDAY}|{_MONTH_DAY}|定休日?|休館日?|休業日?|毎週|毎日", " ", text)
    return _weekdays("".join(re.findall(_DAYS, holidays)))


def _days_of_month(whole: str) -> Rule:
    return Rule("day", days=frozenset(int(day) for day in re.findall("[0-9]+", whole)))


def _tail(whole: str) -> Rule:
    digit = int(re.findall("[0-9]", whole)[0])
    return Rule(
        "day",
        days=frozenset(day for day in (digit, digit + 10, digit + 20) if day)
        | (frozenset({30}) if digit == 0 else frozenset()),
    )


def _count(whole: str) -> int:
    token = re.findall(r"[0-9]+|[一二三四五六七八九十]", whole)[0]
    return int(_NUMERALS.get(token, token))


def _per_week(whole: str) -> Rule:
    return Rule("per_week", times=min(_count(whole), 7))


def _every_months(whole: str) -> Rule:
    return Rule("per_year", times=max(12 // max(_count(whole), 1), 1))


def _read_months(whole: str) -> frozenset[int]:
    if "奇数月" in whole:
        return frozenset(range(1, 12, 2))
    if "数月" in whole or "隔月" in whole:
        return frozenset(range(2, 13, 2))
    numbers = [int(number) for number in re.findall("[0-9]+", whole)]
    if _TO_RE.search(whole):
        start, end = numbers
        numbers = [(start - 1 + step) % 12 + 1 for step in range((end - start) % 12 + 1)]
    months = frozenset(numbers)
    return frozenset() if len(months) == 12 else months  # noqa: PLR2004 - all months: no season


def _read_span(whole: str) -> Span | None:
    match = _SPAN.match(whole)
    if match is None:
        return None
    start = _clock(match["start"] or match["hour"])
    end = _clock(match["end"] or "")
    if start is None:
        return None
    afternoon = re.search("午後|PM", whole, re.IGNORECASE) is not None
    if end is not None and end <= start:
        end = end + 720 if afternoon and start < end + 720 <= 1440 else None  # noqa: PLR2004 - minutes of half a day, of a day
    return start, end


def _clock(text: str) -> int | None:
    numbers = [int(number) for number in re.findall("[0-9]+", text)]
    if not numbers:
        return None
    hour = numbers[0]
    minute = 30 if "半" in text else (numbers[1] if len(numbers) > 1 else 0)
    if re.search("午後|PM", text, re.IGNORECASE) and hour < 12:  # noqa: PLR2004 - noon
        hour += 12
    total = hour * 60 + minute
    return total if minute < 60 and total <= 1440 else None  # noqa: PLR2004 - minutes of an hour, of a day


def _tidy(note: str) -> str:
    return re.sub(r"\s+", " ", note).strip(_EDGE)


_READERS: dict[str, Callable[[str], Rule]] = {
    "nth": _nth,
    "nth_bare": _nth,
    "nth_week": _nth,
    "per_week": _per_week,
    "every_months": _every_months,
    "per_month": lambda whole: Rule("per_month", times=_count(whole)),
    "per_year": lambda whole: Rule("per_year", times=_count(whole)),
    "fortnightly": lambda whole: Rule(
        "fortnightly", weekdays=_weekdays(re.sub(r"隔週|.*[回度]", "", whole))
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
