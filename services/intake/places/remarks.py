"""What a reader of the list should know: assumed schedules, typed classes and dates that contradict."""

import unicodedata
from collections.abc import Hashable, Mapping

import geopandas as gpd

from geo.errors import Sentence
from geo.schedule.typed import frequency_class, parse_schedule
from services.intake.tables.ledger import Entry, SourceLedger
from services.words.dates import first_day, last_day
from services.words.texts import text

Record = Mapping[Hashable, object]


def settle_status(place: Record, *, as_of: str) -> str:
    """Return a place's status; one with a closing date and no status is closed from that day on."""
    text, closed_on = str(place["status_text"]), str(place["closed_on"])
    if text or not closed_on:
        return str(place["status"])
    length = min(len(as_of), len(closed_on))
    return "closed" if closed_on[:length] <= as_of[:length] or not as_of else "at_risk"


def note_assumptions(places: gpd.GeoDataFrame, *, notes: SourceLedger) -> None:
    """List places whose schedule is partly our assumption, and those whose dates contradict."""
    for place in places.to_dict("records"):
        if parse_schedule(str(place["schedule_text"])).is_assumed:
            notes.note(_assumed(place))
        for entry in _contradictions(place):
            notes.note(entry)


def note_typed_classes(
    places: gpd.GeoDataFrame, *, permanent_min_days_per_week: int, notes: SourceLedger
) -> None:
    """List places whose typed class is not the one that their schedule gives; the schedule counts."""
    for place in places.to_dict("records"):
        typed = str(place["typed_class"])
        if typed:
            derived, said = (
                frequency_class(
                    parse_schedule(text), permanent_min_days_per_week=permanent_min_days_per_week
                )
                for text in (str(place["schedule_text"]), _plain_class(typed))
            )
            entry = _class_entry(place, typed=typed, said=said, derived=derived)
            if entry:
                notes.note(entry)


def _plain_class(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).replace("型", "").strip()


def _class_entry(place: Record, *, typed: str, said: str, derived: str) -> Entry | None:
    row, name = int(str(place["row"])), place["name"]
    if not said:
        return Entry(
            "class_unread",
            Sentence(
                "{name}: the typed class {typed!r} is not known; the schedule decides",
                name=name,
                typed=typed,
            ),
            row=row,
        )
    if said == derived:
        return None
    word, word_ja = (text(f"frequency.{derived}", lang) for lang in ("en", "ja"))
    return Entry(
        "class_conflict",
        Sentence(
            "{name}: typed as {typed!r}, but the schedule {schedule_text!r} gives "
            "{word}; the schedule counts, correct one of them",
            name=name,
            typed=typed,
            schedule_text=place["schedule_text"],
            word=word,
            word_ja=word_ja,
        ),
        row=row,
    )


def _assumed(place: Record) -> Entry:
    text = place["schedule_text"]
    return Entry(
        "assumed_schedule",
        Sentence(
            "{name}: the schedule {text!r} leaves weeks, days or months open; counted by "
            "assumption",
            name=place["name"],
            text=text,
        ),
        row=int(str(place["row"])),
    )


def _contradictions(place: Record) -> list[Entry]:
    row, name = int(str(place["row"])), place["name"]
    opened, closed = first_day(str(place["opened_on"])), last_day(str(place["closed_on"]))
    found = []
    if opened and closed and closed < opened:
        found.append(
            Entry(
                "dates_conflict",
                Sentence(
                    "{name}: closed on {closed_on}, before it opened on {opened_on}; counted in "
                    "no past year, correct the dates",
                    name=name,
                    closed_on=place["closed_on"],
                    opened_on=place["opened_on"],
                ),
                row=row,
            )
        )
    if place["closed_on"] and place["status_text"] and place["status"] == "active":
        found.append(
            Entry(
                "status_conflict",
                Sentence(
                    "{name}: the status says open, yet a closing date is given ({closed_on}); "
                    "open today, closed after that date in any run for a day",
                    name=name,
                    closed_on=place["closed_on"],
                ),
                row=row,
            )
        )
    return found
