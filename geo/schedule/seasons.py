"""
Hours that change with the season, and closures that a remark names.

夏期 10:00〜12:00、冬期 10:00〜11:30 gives two seasons. Where a text does not say which months are
meant, 夏期 is April to September and 冬期 October to March (an assumption); a place that closes
冬期 is taken as closed from December to March (an assumption as well).
"""

import re
from dataclasses import dataclass

from geo.schedule.timewords import HOLIDAY_OFF, MONTH, OFF, SPAN, TO, Span, months_in, span_in

SUMMER = frozenset(range(4, 10))
WINTER = frozenset({10, 11, 12, 1, 2, 3})
SNOW = frozenset({12, 1, 2, 3})
"""Months of 冬期休止 where a text does not say them."""

_SPAN = re.sub(r"\?P<\w+>", "?:", SPAN.pattern)
_MONTHS = rf"{MONTH}月?\s*{TO}\s*(?:翌年?)?{MONTH}月|{MONTH}月(?:[・,、]{MONTH}月)*"
_NAME = r"(?P<name>[夏冬])[期季]間?(?:の?(?:開催|活動)?時間)?"
_BEFORE = re.compile(
    rf"{_NAME}\s*(?:\(\s*(?P<months>{_MONTHS})(?:まで)?\s*\))?\s*[:は]?\s*"
    rf"(?P<spans>{_SPAN}(?:\s*[・,、]\s*{_SPAN})*)",
    re.IGNORECASE,
)
_COLON = re.compile(r"([夏冬][期季]間?\s*(?:\([^()]*\))?)\s*:\s*(?=[0-9午])")
_AFTER = re.compile(
    rf"(?P<spans>{_SPAN})\s*\(\s*{_NAME}\s*(?::?\s*(?P<months>{_MONTHS})(?:まで)?)?\s*\)",
    re.IGNORECASE,
)
_SHUT_MONTHS = re.compile(rf"(?P<months>{_MONTHS})(?:の間|期間)?\s*[はをも]?\s*{OFF}")
_SHUT_WINTER = re.compile(rf"冬[期季]間?\s*[はをも]?\s*(?:{OFF}|閉鎖)")


@dataclass(frozen=True, slots=True)
class Season:
    """
    The hours of one season.

    Attributes
    ----------
    name
        夏期 or 冬期.
    times
        Spans of the day in that season.
    said_months
        The months that the text names; empty where it names none.
    """

    name: str
    times: tuple[Span, ...]
    said_months: frozenset[int] = frozenset()

    @property
    def months(self) -> frozenset[int]:
        """Return the months of the season, those of the half year where none are said."""
        return self.said_months or (SUMMER if self.name == "夏期" else WINTER)

    @property
    def is_assumed(self) -> bool:
        """Say whether the months are our assumption."""
        return not self.said_months


def take_seasons(text: str) -> tuple[str, tuple[Season, ...]]:
    """
    Take the hours of seasons out of a text.

    Parameters
    ----------
    text
        Normalised text (NFKC).

    Returns
    -------
    The text without them, and the seasons in the order of the text.
    """
    found: list[tuple[int, Season]] = []

    def take(match: re.Match[str]) -> str:
        spans = [span_in(piece[0]) for piece in re.finditer(_SPAN, match["spans"], re.IGNORECASE)]
        times = tuple(span for span in spans if span)
        if not times or len(times) < len(spans):
            return match[0]
        months = months_in(match["months"]) if match["months"] else frozenset[int]()
        found.append((len(found), Season(f"{match['name']}期", times, months)))
        return " "

    rest = _BEFORE.sub(take, _AFTER.sub(take, _COLON.sub(r"\1 ", text)))
    return rest, tuple(season for _, season in found)


def print_season(season: Season, spans: str) -> str:
    """Write a season in one way; ``spans`` are its hours as they are printed."""
    months = "・".join(f"{month}月" for month in sorted(season.said_months))
    return f"{season.name}{f'({months})' if months else ''} {spans}"


def shut_months(note: str) -> frozenset[int]:
    """Return the months in which a remark says that nothing is held; none where it says none."""
    shut = frozenset[int]()
    for match in _SHUT_MONTHS.finditer(note):
        shut |= months_in(match["months"].replace("翌年", "").replace("翌", ""))
    return shut | (SNOW if _SHUT_WINTER.search(note) else frozenset())


def assumes_winter(note: str) -> bool:
    """Say whether a remark closes the winter without saying its months."""
    return _SHUT_WINTER.search(note) is not None


def shut_on_holidays(note: str) -> bool:
    """Say whether a remark closes on public holidays (祝日は休み), not only at New Year or 盆."""
    return any("祝" in match[0] for match in HOLIDAY_OFF.finditer(note))
