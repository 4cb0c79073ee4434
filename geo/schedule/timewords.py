"""
The words of timetables: weekdays, weeks of a month, months, counts, clock times, closures.

Patterns are text for larger patterns; a function reads what such a pattern has matched.
"""

import re

from geo.schedule.meeting import EVERY_WEEK, LAST, WEEKDAYS

Span = tuple[int, int | None]
"""Start and end, minutes after midnight."""

HOUR_MIN = 60
NOON_MIN = 12 * HOUR_MIN
DAY_MIN = 24 * HOUR_MIN
MONTHS_PER_YEAR = 12

GLUE = r"[・,、.\s/&と及び]"
TO = r"(?:〜|~|-|ー|–|—|−|―|‐|から)"
_NOT_A_WEEKDAY = "末初額例中程時頃帰替間本和分道工造気地回上下半数別謝払"
_DAY = rf"[{WEEKDAYS}](?:曜日?|(?![{_NOT_A_WEEKDAY}]))"
DAYS_AFTER = rf"(?:{_DAY}(?:(?:\s*{TO}\s*|{GLUE}*){_DAY})*)"
_DAYS_TIGHT_AFTER = rf"{_DAY}(?:(?:{TO}|・)?{_DAY})*"
DAYS = rf"(?<![0-9毎平祝曜当本翌今来先半生]){DAYS_AFTER}"
_DAYS_TIGHT = rf"(?<![0-9毎平祝曜当本翌今来先半生]){_DAYS_TIGHT_AFTER}"
_NUMERALS = {numeral: str(n) for n, numeral in enumerate("一二三四五六七八九十", start=1)}
COUNT = r"(?:[0-9]{1,2}|[一二三四五六七八九十])"
_NTH = r"(?:最終|最後の|第?\s*[1-5一二三四五](?![0-9:回時人室階]|日(?!曜)))\s*(?:週目?)?"
NTHS = rf"{_NTH}(?:(?:{GLUE}|{TO})*{_NTH})*"
MONTH = r"(?:1[0-2]|0?[1-9])"
DATE = r"(?:3[01]|[12][0-9]|0?[1-9])"
UP_TO = rf"(?:\s*(?:{TO}|[・,、])\s*{COUNT})?"
_CLOCK = (
    r"(?:(?:午前|午後|AM|PM)\s*)?[0-9]{1,2}(?::[0-9]{2}|時(?!間)(?:[0-9]{1,2}分|半)?)"
    r"(?:\s*(?:AM|PM))?"
)
_OFF = r"(?:お休み|休み|休館日?|休業日?|定休日?|休止|休|除く|除き|のぞく|以外)"
_HOLIDAY = r"(?:祝祭日|祝日|祝|年末年始|お?盆(?:期間)?|正月|夏休み|冬休み|春休み)"
_MONTH_DAY = rf"{MONTH}月(?:{DATE}日)?"
_OFF_DAY = (
    rf"(?:{_HOLIDAY}|(?:毎月)?第{NTHS}{_DAYS_TIGHT_AFTER}|(?:毎週)?{_DAYS_TIGHT}"
    rf"|{_MONTH_DAY}(?:{TO}(?:翌年)?{_MONTH_DAY})?)"
)
CLOSED = re.compile(
    rf"{_OFF_DAY}(?:・?{_OFF_DAY})*(?:の場合|に当たる場合|期間)*\s*[はをもが]?\s*{_OFF}"
    rf"|(?:定休日?|休館日?|休業日?)\s*[:は]?\s*{DAYS}"
)
OFF = _OFF
"""Words of a closure: 休み, 休館, を除く."""
HOLIDAY_OFF = re.compile(
    rf"{_OFF_DAY}(?:(?:・|、|,|と|及び)?{_OFF_DAY})*(?:の場合|に当たる場合|期間)*\s*[はをもが]?\s*{_OFF}"
)
"""A closure with holidays and weekdays mixed (土日・祝日は休み)."""
CLOSED_HOLIDAY = re.compile(rf"{_HOLIDAY}(?:・?{_HOLIDAY})*\s*[はをも]?\s*{_OFF}")
SPAN = re.compile(
    rf"(?<![0-9:])(?:(?P<start>{_CLOCK})|(?P<hour>(?:午前|午後)?\s*[0-9]{{1,2}})(?=\s*{TO}\s*[0-9]+時))"
    rf"(?:\s*{TO}\s*(?P<end>{_CLOCK})?)?(?:まで)?",
    re.IGNORECASE,
)

_TO_RE = re.compile(TO)


def weeks_in(text: str) -> frozenset[int]:
    """Read weeks of the month from 第1・第3 or 第1〜第3; ``LAST`` for 最終, none where none is named."""
    numbers: list[int] = []
    reach = False
    for token in re.findall(rf"最終|最後|[1-5一二三四五]|{TO}", text):
        if _TO_RE.fullmatch(token):
            reach = True
            continue
        number = LAST if token.startswith("最") else int(_NUMERALS.get(token, token))
        numbers += range(numbers[-1], number + 1) if reach and numbers else [number]
        reach = False
    weeks = frozenset(numbers)
    return EVERY_WEEK if EVERY_WEEK.issubset(weeks) else weeks


def weekdays_in(text: str) -> frozenset[int]:
    """Read weekdays (0 is Monday) from 月・水曜日 or 土〜月; none where none is named."""
    days: list[int] = []
    reach = False
    for token in re.findall(rf"[{WEEKDAYS}]|{TO}", re.sub("曜日?", "", text)):
        if _TO_RE.fullmatch(token):
            reach = True
            continue
        day = WEEKDAYS.index(token)
        if reach and days:
            days += [(days[-1] + step) % 7 for step in range(1, (day - days[-1]) % 7 + 1)]
        days.append(day)
        reach = False
    return frozenset(days)


def weekdays_off_in(text: str) -> frozenset[int]:
    """Read the weekdays of a closure, 日曜・祝日休み; holidays and dates are no weekday."""
    holidays = re.sub(rf"{_HOLIDAY}|{_MONTH_DAY}|定休日?|休館日?|休業日?|毎週|毎日", " ", text)
    return weekdays_in("".join(re.findall(DAYS, holidays)))


def count_in(whole: str) -> int:
    """Read the first number of a text that has one, in digits or in one kanji numeral."""
    token = re.findall(r"[0-9]+|[一二三四五六七八九十]", whole)[0]
    return int(_NUMERALS.get(token, token))


def months_in(whole: str) -> frozenset[int]:
    """Read months (1 to 12) from 偶数月, 4月・7月 or 10月〜3月; empty means the whole year."""
    if "奇数月" in whole:
        return frozenset(range(1, 12, 2))
    if "数月" in whole or "隔月" in whole:
        return frozenset(range(2, 13, 2))
    numbers = [int(number) for number in re.findall("[0-9]+", whole)]
    if _TO_RE.search(whole):
        start, end = numbers
        numbers = [(start - 1 + step) % 12 + 1 for step in range((end - start) % 12 + 1)]
    months = frozenset(numbers)
    return frozenset() if len(months) == MONTHS_PER_YEAR else months


def span_in(whole: str) -> Span | None:
    """Read a span of the day, minutes after midnight; None where it is no time of the day."""
    match = SPAN.match(whole)
    if match is None:
        return None
    start = _clock(match["start"] or match["hour"])
    end = _clock(match["end"] or "")
    if start is None:
        return None
    afternoon = re.search("午後|PM", whole, re.IGNORECASE) is not None
    if end is not None and end <= start:
        # 午後1時〜3時: the second time is of the afternoon, too.
        later = end + NOON_MIN
        end = later if afternoon and start < later <= DAY_MIN else None
    return start, end


def _clock(text: str) -> int | None:
    numbers = [int(number) for number in re.findall("[0-9]+", text)]
    if not numbers:
        return None
    minute = 30 if "半" in text else (numbers[1] if len(numbers) > 1 else 0)
    total = numbers[0] * HOUR_MIN + minute
    if re.search("午後|PM", text, re.IGNORECASE) and total < NOON_MIN:
        total += NOON_MIN
    return total if minute < HOUR_MIN and total <= DAY_MIN else None
