"""
Rotating venues: one programme that meets at another venue each day (日替わり).

日替わり：月 A会館、火 B会館 is two stops. Without a word of rotation a text is no rotation.
"""

import re
import unicodedata
from dataclasses import dataclass

from geo.schedule.meeting import WEEKDAYS
from geo.schedule.timewords import DATE, GLUE, NTHS, SPAN, TO
from geo.schedule.typed import parse_schedule, print_schedule

_WORD = re.compile(
    r"(?:会場は?)?(?:日替わ?り|巡回|出張開催|持ち回り|輪番|ローテーション)(?:開催|で|に)?"
)
_DAY = rf"[{WEEKDAYS}](?:曜日?)?"
_DAYS = rf"{_DAY}(?:(?:\s*{TO}\s*|{GLUE}){_DAY})*"
_WHEN = re.compile(
    rf"(?:(?<=^)|(?<=[\s:、,;・/。(]))"
    rf"(?P<when>(?:毎週|毎月)?\s*(?:{NTHS}\s*の?\s*{_DAYS}|{_DAYS}|{DATE}日(?:[・,、]{DATE}日)*))"
    rf"(?:\s*[:は=→]\s*|\s+|\s*\()"
)
_SPAN = re.compile(re.sub(r"\?P<\w+>", "?:", SPAN.pattern), re.IGNORECASE)
_EDGE = " 、,;・/。()→:"
MIN_STOPS = 2


@dataclass(frozen=True, slots=True)
class Stop:
    """One venue of a rotation and the schedule on which the programme is there."""

    venue: str
    schedule: str


def is_rotating(text: str) -> bool:
    """Say whether a text speaks of a rotation, whether or not its stops can be read."""
    return _WORD.search(unicodedata.normalize("NFKC", text)) is not None


def read_rotation(text: str) -> tuple[Stop, ...]:
    """
    Read the stops of a rotating programme; never raise.

    Hours that follow a venue are that venue's; hours said once, before the first or after the last
    stop, hold for all.

    Parameters
    ----------
    text
        日替わり：月 A会館、火 B会館, 巡回 第1月曜：東集会所、第3月曜：西集会所 …

    Returns
    -------
    At least two stops in the order of the text; none where the text is no rotation or not readable.
    """
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    word = _WORD.search(plain)
    if word is None:
        return ()
    before, rest = plain[: word.start()], plain[word.end() :].lstrip(_EDGE)
    heads = list(_WHEN.finditer(rest))
    if len(heads) < MIN_STOPS:
        return ()
    ends = [*(head.start() for head in heads[1:]), len(rest)]
    bodies = [rest[head.end() : end] for head, end in zip(heads, ends, strict=True)]
    hours = [" ".join(_SPAN.findall(body)) for body in bodies]
    shared = " ".join(_SPAN.findall(f"{before} {rest[: heads[0].start()]}"))
    if not shared and hours[-1] and not any(hours[:-1]):
        shared = hours[-1]
    stops = [
        _stop(head["when"], body, own or shared)
        for head, body, own in zip(heads, bodies, hours, strict=True)
    ]
    return tuple(stop for stop in stops if stop) if all(stops) else ()


def _stop(when: str, body: str, hours: str) -> Stop | None:
    venue = re.sub(r"\s+", " ", _SPAN.sub(" ", body)).strip(_EDGE)
    schedule = parse_schedule(f"{when} {hours}")
    return Stop(venue, print_schedule(schedule)) if venue and schedule.rules else None
