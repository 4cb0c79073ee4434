"""
Hours that change with the season.

夏期 10:00〜12:00、冬期 10:00〜11:30 gives two seasons. Where a text does not say which months are
meant, 夏期 is April to September and 冬期 October to March (an assumption).
"""

from dataclasses import dataclass

from geo.schedule.meeting import print_months
from geo.schedule.timewords import Span

SUMMER = frozenset(range(4, 10))
WINTER = frozenset({10, 11, 12, 1, 2, 3})


@dataclass(frozen=True, slots=True)
class Season:
    """
    The hours of one season.

    Attributes
    ----------
    name
        夏期 or 冬期; empty where the months alone are said.
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


def print_season(season: Season, spans: str) -> str:
    """Write a season in one way; ``spans`` are its hours as they are printed."""
    months = print_months(season.said_months)
    if not season.name:
        return f"{months} {spans}"
    return f"{season.name}{f'({months})' if months else ''} {spans}"
