"""Schedules that stand somewhere in free text: taken where the text says one and only one."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from geo.schedule.meeting import Rule
from geo.schedule.typed import parse_schedule

_WEEKDAYS = (
    r"[月火水木金土日](?:曜日?)?(?:\s*(?:[・、,／/]|と|及び|および)\s*[月火水木金土日](?:曜日?)?)*"
)
_NUMBER = r"[0-9一二三四五]"
_WEEKS = rf"第\s*{_NUMBER}(?:\s*(?:[・、,]|と|及び|および)?\s*第?\s*{_NUMBER})*\s*(?:週|週目)?"
_TIME = r"(?:午前|午後|am|pm)?\s*[0-9]{1,2}\s*(?:[:時]\s*(?:[0-9]{1,2}\s*分?|半)?)"
_HOURS = rf"\s*[、,(]?\s*{_TIME}\s*(?:(?:[〜~\-－–—−ー]|から|より)\s*{_TIME}\s*(?:まで)?)?\)?"
_SURE = re.compile(
    rf"(?:(?:毎週|隔週|毎月)\s*(?:の)?\s*(?:{_WEEKS}\s*(?:の)?\s*)?(?:{_WEEKDAYS})"
    rf"|{_WEEKS}\s*(?:の)?\s*(?:{_WEEKDAYS})"
    r"|毎月\s*[0-9]{1,2}\s*日(?:\s*[・、,と]\s*[0-9]{1,2}\s*日)*"
    r"|毎日)"
    r"(?:\s*\((?:祝日?|祝祭日|年末年始|お盆|盆)[^()]{0,12}\))?"
    rf"(?:{_HOURS})?"
)
"""What can hardly be anything but a schedule, wherever it stands."""
_TOLD = re.compile(
    r"(?<![一-龠])(?:(?:開催|活動|実施|運営|開設)(?:日時|日程|曜日|頻度|回数|日)|日時|日程|曜日|頻度|回数)"
    r"\s*[:】\])]\s*(?P<said>[^\n。]{2,60})"
)
"""What follows a heading such as 活動日時：."""
_SHUT = re.compile(r"(?:定休|休館|休業|休止|閉館|休み|閉所)(?:日)?(?:は|:|\s)*[\])】]?\s*$")
_SHUT_AFTER = re.compile(r"^\s*(?:は|が)?\s*(?:、)?(?:お?休|定休|休館|休業|閉)")
_ASIDE = re.compile(r"^\s*(?:[^\n。、]{0,6})?(?:は|には|のみ|だけ)")
"""「第3水曜日は会食」 is one sort of day among others."""


@dataclass(frozen=True)
class FoundSchedule:
    """The schedule of some texts: as it stands there, or what contradicts itself."""

    schedule: str = ""
    several: tuple[str, ...] = ()


def schedule_in(texts: Iterable[str]) -> FoundSchedule:
    """
    Return the one schedule that free texts say, nothing where they say none.

    Several that differ are returned apart: which of them holds for what is not known.
    """
    found: dict[tuple[Rule, ...], tuple[bool, str]] = {}
    for text in texts:
        for said in _said(unicodedata.normalize("NFKC", text)):
            schedule = parse_schedule(said)
            timed, _ = found.get(schedule.rules, (False, ""))
            # The same days a second time add nothing but hours.
            if schedule.rules and (schedule.rules not in found or (schedule.times and not timed)):
                found[schedule.rules] = (bool(schedule.times), said)
    listed = tuple(said for _, said in found.values())
    return FoundSchedule(several=listed) if len(listed) > 1 else FoundSchedule("".join(listed))


def _said(text: str) -> list[str]:
    """Return the pieces of a text that look like a schedule and do not say when it is shut."""
    pieces = [match["said"].strip() for match in _TOLD.finditer(text)]
    if any(parse_schedule(piece).rules for piece in pieces):
        return pieces
    return [
        match[0].strip()
        for match in _SURE.finditer(text)
        if not _SHUT.search(text[: match.start()])
        and not _SHUT_AFTER.match(text[match.end() :])
        and not _ASIDE.match(text[match.end() :])
    ]
