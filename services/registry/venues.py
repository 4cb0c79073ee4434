"""When a room is free, as it is typed: 日曜, 平日の午後, 月・水 午前, 土日終日."""

import re
import unicodedata
from typing import TypeVar

import pandas as pd

from geo.schedule.calendar import HALF_DAYS
from services.registry.attributes import Kind, as_kind

_DAYS = "月火水木金土日"
_GROUPS = {
    "毎日": range(7),
    "全日": range(7),
    "いつでも": range(7),
    "平日": range(5),
    "週末": (5, 6),
    "土日": (5, 6),
}
_SPAN = re.compile(rf"([{_DAYS}])曜?日?\s*[~〜～ー-]\s*([{_DAYS}])曜?日?")
_NOT_A_DAY = re.compile(r"[0-9一二三四五六七八九十]+日|休日|定休|祝日?|終日|平日|全日|毎日")
_PARTS = re.compile(r"[、,;/\n]+|\s+と\s+")
_AM = re.compile(r"午前|朝|AM", re.IGNORECASE)
_PM = re.compile(r"午後|夕|夜|PM", re.IGNORECASE)


def free_slots(text: str) -> int | None:
    """
    Return the free half-days as bits of ``geo.schedule.calendar.SLOTS``, None where the text names no day.

    A part without a half-day means both: 「日曜、水 午後」 is Sunday all day, Wednesday afternoon. A
    part that names no day goes with the one before it.
    """
    plain = unicodedata.normalize("NFKC", text)
    bits = 0
    days: set[int] = set()
    for part in _PARTS.split(plain):
        days = _days(part) or days
        halves = [bool(_AM.search(part)), bool(_PM.search(part))]
        if not any(halves):
            halves = [True, True]
        for day in days:
            for half, named in enumerate(halves):
                bits |= int(named) << (day * len(HALF_DAYS) + half)
    return bits or None


def free_days(bits: int) -> int:
    """Return on how many weekdays at least half a day is free."""
    both = (1 << len(HALF_DAYS)) - 1
    return sum(bool(bits >> (day * len(HALF_DAYS)) & both) for day in range(7))


def _days(part: str) -> set[int]:
    found = {day for word, days in _GROUPS.items() if word in part for day in days}
    for first, last in _SPAN.findall(part):
        begin, end = _DAYS.index(first), _DAYS.index(last)
        found |= {day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)}
    rest = _NOT_A_DAY.sub("", _SPAN.sub("", part))
    # 「月1回」 is no Monday.
    rest = re.sub(r"月\s*[0-9]", "", rest)
    found |= {
        _DAYS.index(letter) for letter in re.findall(rf"[{_DAYS}]", rest.replace("曜日", "曜"))
    }
    return found


Frame = TypeVar("Frame", bound=pd.DataFrame)

VENUE_ATTRIBUTES: dict[str, Kind] = {
    "floor_area_m2": "number",
    "capacity": "number",
    "availability": "text",
    "barrier_free": "flag",
    "rent_yen": "number",
    "owner": "text",
    "private_home": "flag",
    "consent": "flag",
}
"""Attribute → kind. A text is '' and a flag or a number missing where the source does not say."""


def with_venue_attributes(venues: Frame) -> Frame:
    """Return venues with every attribute in its kind, missing ones filled with what is not known."""
    found = {}
    for name, kind in VENUE_ATTRIBUTES.items():
        column = venues[name] if name in venues else pd.Series(None, venues.index, dtype=object)
        found[name] = as_kind(column, kind)
    filled: Frame = venues.drop(columns=[name for name in found if name in venues]).assign(**found)
    return filled
