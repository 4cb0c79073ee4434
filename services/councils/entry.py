"""One decision as it is told: the candidate, the council and what it made of it; what may follow what."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from geo.errors import InvalidInputError, Sentence
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
class NewDecision:
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


def check_words(entry: NewDecision) -> None:
    """Refuse words that are not known, a rejection without its reason, texts that are none."""
    for value, known, what in (
        (entry.status, DECISION_STATUSES, Sentence("status")),
        (entry.action, CANDIDATE_ACTIONS, Sentence("action")),
        (entry.frequency, FREQUENCIES, Sentence("frequency")),
    ):
        if value not in known:
            raise InvalidInputError(
                "{what}={value!r} is none of {known}",
                what=what,
                value=value,
                known=list(known),
            )
    for name, most in _LENGTHS.items():
        _check_text(name, str(getattr(entry, name)), most)
    if entry.status == "rejected" and not entry.reason.strip():
        raise InvalidInputError("a rejection needs its reason")
    if entry.schedule_text and not parse_schedule(entry.schedule_text).rules:
        raise InvalidInputError(
            "the schedule {schedule_text!r} cannot be read; write it like {example}",
            schedule_text=entry.schedule_text,
            example=text("example.schedule", "ja"),
        )


def _check_text(name: str, value: str, most: int) -> None:
    if len(value) > most:
        raise InvalidInputError(
            "{name} has {value_n} characters; write at most {most}",
            name=name,
            value_n=len(value),
            most=most,
        )
    # No database keeps a half of a character, and a server no NUL.
    if any(
        unicodedata.category(letter) in ("Cc", "Cs") for letter in value if letter not in "\n\t"
    ):
        raise InvalidInputError(
            "{name} holds characters that cannot be printed; type it again", name=name
        )


def meeting_day(entry: NewDecision) -> str:
    """Return the day of the meeting as ISO text; '' where none is needed and none is given."""
    if not entry.meeting_date.strip():
        if entry.status in FINAL_STATUSES:
            raise InvalidInputError(
                "{status} needs the date of the meeting (meeting_date)",
                status=entry.status,
                status_ja=text(f"decision.status.{entry.status}", "ja"),
            )
        return ""
    iso = to_iso_date(entry.meeting_date)
    if _DAY.fullmatch(iso) is None:
        raise InvalidInputError(
            "meeting_date {meeting_date!r} is not a day; write it like 2025-04-01",
            meeting_date=entry.meeting_date,
        )
    if iso > today().isoformat():
        raise InvalidInputError(
            "meeting_date {iso} is still to come; record what a meeting decided after it", iso=iso
        )
    return iso


def opening_day(entry: NewDecision, meeting_date: str) -> str:
    """Return the day or month of the planned opening as ISO text, '' where none is given."""
    if not entry.opens_on.strip():
        return ""
    if entry.status == "rejected":
        raise InvalidInputError("what is rejected does not open; leave opens_on out")
    iso = to_iso_date(entry.opens_on)
    last = last_day(iso) if _DAY_OR_MONTH.fullmatch(iso) else None
    if last is None:
        raise InvalidInputError(
            "opens_on {opens_on!r} is neither a day nor a month; write it like "
            "2027-04-01 or 2027-04",
            opens_on=entry.opens_on,
        )
    if last.isoformat() < meeting_date:
        raise InvalidInputError(
            "opens_on {iso} is before the meeting ({meeting_date}); what is open already "
            "is in the registry",
            iso=iso,
            meeting_date=meeting_date,
        )
    return iso


def check_follows(
    entry: NewDecision, meeting_date: str, earlier: Sequence[Mapping[str, Any]]
) -> None:
    """Refuse what cannot follow the earlier decisions on the same candidate, the oldest first."""
    before = str(earlier[-1]["status"]) if earlier else ""
    if entry.status not in NEXT_STATUSES[before]:
        names = ", ".join(NEXT_STATUSES[before])
        said = {lang: text(f"decision.status.{before}", lang) for lang in ("ja", "en")}
        new = {lang: text(f"decision.status.{entry.status}", lang) for lang in ("ja", "en")}
        after = text("text.joint", "ja").join(
            text(f"decision.status.{name}", "ja") for name in NEXT_STATUSES[before]
        )
        raise InvalidInputError(
            "it is {before}, which {new} cannot follow; only {names} can",
            before=said["en"],
            new=new["en"],
            names=names,
            before_ja=said["ja"],
            new_ja=new["ja"],
            names_ja=after,
        )
    if before in FINAL_STATUSES and not entry.reason.strip():
        raise InvalidInputError(
            "it is {before}; taking it up again needs a reason",
            before=before,
            before_ja=text(f"decision.status.{before}", "ja"),
        )
    last = max((str(row["meeting_date"]) for row in earlier if row["meeting_date"]), default="")
    if meeting_date and meeting_date < last:
        raise InvalidInputError(
            "meeting_date {meeting_date} is before the latest decision on it ({last})",
            meeting_date=meeting_date,
            last=last,
        )
