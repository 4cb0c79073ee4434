"""One decision as it is told: the candidate, the council and what it made of it; what may follow what."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from geo.errors import InvalidInputError
from geo.schedule.typed import parse_schedule
from geo.vocabulary import FREQUENCIES
from services.registry.decisions import candidate_key
from services.words.dates import last_day, to_iso_date, today
from services.words.texts import text
from services.words.vocabulary import (
    CANDIDATE_ACTIONS,
    DECISION_STATUSES,
    FINAL_STATUSES,
    NEXT_STATUSES,
)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_OR_MONTH = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")
_LENGTHS = {"name": 200, "schedule_text": 200, "decided_by": 200, "plan_id": 60, "reason": 2000}


@dataclass(frozen=True)
class Entry:
    """What is to be recorded: the candidate, the council, and what it made of it."""

    action: str
    frequency: str
    status: str
    council_id: str
    venue_id: str = ""
    place_id: str = ""
    lon: float | None = None
    lat: float | None = None
    name: str = ""
    schedule_text: str = ""
    reason: str = ""
    meeting_date: str = ""
    decided_by: str = ""
    """A council or an office, not a person."""
    opens_on: str = ""
    """When it is to open: a day or a month."""
    plan_id: str = ""

    @property
    def key(self) -> str:
        """Return what makes two decisions be about the same candidate."""
        return candidate_key(self.action, self.frequency, asdict(self))


def check_words(entry: Entry) -> None:
    """Refuse words that are not known, a rejection without its reason, texts that are none."""
    for value, known, what, what_ja in (
        (entry.status, DECISION_STATUSES, "status", "状況（status）"),
        (entry.action, CANDIDATE_ACTIONS, "action", "種類（action）"),
        (entry.frequency, FREQUENCIES, "frequency", "頻度（frequency）"),
    ):
        if value not in known:
            raise InvalidInputError(
                f"{what}={value!r} is none of {', '.join(known)}",
                ja=f"{what_ja}「{value}」は使えません。{'、'.join(known)} のどれかにしてください",
            )
    for name, most in _LENGTHS.items():
        _check_text(name, str(getattr(entry, name)), most)
    if entry.status == "rejected" and not entry.reason.strip():
        raise InvalidInputError(
            "a rejection needs its reason", ja="不採用には理由（reason）が必要です"
        )
    if entry.schedule_text and not parse_schedule(entry.schedule_text).rules:
        raise InvalidInputError(
            f"the schedule {entry.schedule_text!r} cannot be read; write it like 毎週火曜日10:00〜11:30",
            ja=f"開催日「{entry.schedule_text}」が読めません。「毎週火曜日10:00〜11:30」のように書いてください",
        )


def _check_text(name: str, value: str, most: int) -> None:
    if len(value) > most:
        raise InvalidInputError(
            f"{name} has {len(value)} characters; write at most {most}",
            ja=f"{name} が{len(value)}字あります。{most}字までにしてください",
        )
    # No database keeps a half of a character, and a server no NUL.
    if any(
        unicodedata.category(letter) in ("Cc", "Cs") for letter in value if letter not in "\n\t"
    ):
        raise InvalidInputError(
            f"{name} holds characters that cannot be printed; type it again",
            ja=f"{name} に表示できない文字が入っています。入力し直してください",
        )


def meeting_day(entry: Entry) -> str:
    """Return the day of the meeting as ISO text; '' where none is needed and none is given."""
    if not entry.meeting_date.strip():
        if entry.status in FINAL_STATUSES:
            raise InvalidInputError(
                f"{entry.status} needs the date of the meeting (meeting_date)",
                ja=f"「{text(f'decision.status.{entry.status}', 'ja')}」には会議の日（meeting_date）が必要です",
            )
        return ""
    iso = to_iso_date(entry.meeting_date)
    if _DAY.fullmatch(iso) is None:
        raise InvalidInputError(
            f"meeting_date {entry.meeting_date!r} is not a day; write it like 2025-04-01",
            ja=f"会議の日「{entry.meeting_date}」が日付ではありません。2025-04-01 のように書いてください",
        )
    if iso > today().isoformat():
        raise InvalidInputError(
            f"meeting_date {iso} is still to come; record what a meeting decided after it",
            ja=f"会議の日 {iso} はまだ来ていません。会議のあとに記録してください",
        )
    return iso


def opening_day(entry: Entry, meeting_date: str) -> str:
    """Return the day or month of the planned opening as ISO text, '' where none is given."""
    if not entry.opens_on.strip():
        return ""
    if entry.status == "rejected":
        raise InvalidInputError(
            "what is rejected does not open; leave opens_on out",
            ja="不採用のものに開く予定の日（opens_on）は付けられません。除いてください",
        )
    iso = to_iso_date(entry.opens_on)
    last = last_day(iso) if _DAY_OR_MONTH.fullmatch(iso) else None
    if last is None:
        raise InvalidInputError(
            f"opens_on {entry.opens_on!r} is neither a day nor a month; write it like 2027-04-01 or 2027-04",
            ja=f"開く予定の日「{entry.opens_on}」が日付でも月でもありません。2027-04-01 や 2027-04 のように書いてください",
        )
    if last.isoformat() < meeting_date:
        raise InvalidInputError(
            f"opens_on {iso} is before the meeting ({meeting_date}); what is open already is in the registry",
            ja=f"開く予定の日 {iso} が会議の日（{meeting_date}）より前です。もう開いているものは場の一覧に入れてください",
        )
    return iso


def check_follows(entry: Entry, meeting_date: str, earlier: Sequence[Mapping[str, Any]]) -> None:
    """Refuse what cannot follow the earlier decisions on the same candidate, the oldest first."""
    before = str(earlier[-1]["status"]) if earlier else ""
    if entry.status not in NEXT_STATUSES[before]:
        names = ", ".join(NEXT_STATUSES[before])
        said = {lang: text(f"decision.status.{before}", lang) for lang in ("ja", "en")}
        new = {lang: text(f"decision.status.{entry.status}", lang) for lang in ("ja", "en")}
        after = "・".join(text(f"decision.status.{name}", "ja") for name in NEXT_STATUSES[before])
        raise InvalidInputError(
            f"it is {said['en']}, which {new['en']} cannot follow; only {names} can",
            ja=f"いま「{said['ja']}」なので「{new['ja']}」にはできません。できるのは「{after}」です",
        )
    if before in FINAL_STATUSES and not entry.reason.strip():
        raise InvalidInputError(
            f"it is {before}; taking it up again needs a reason",
            ja=f"いま「{text(f'decision.status.{before}', 'ja')}」です。もういちど取り上げるには理由（reason）が必要です",
        )
    last = max((str(row["meeting_date"]) for row in earlier if row["meeting_date"]), default="")
    if meeting_date and meeting_date < last:
        raise InvalidInputError(
            f"meeting_date {meeting_date} is before the latest decision on it ({last})",
            ja=f"会議の日 {meeting_date} が、この候補の前の決定（{last}）より前です",
        )
