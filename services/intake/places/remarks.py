"""What a reader of the list should know: assumed schedules, typed classes and dates that contradict."""

import unicodedata
from collections.abc import Hashable, Mapping

import geopandas as gpd

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
            f"{name}: the typed class {typed!r} is not known; the schedule decides",
            f"{name}：型「{typed}」がわかりません。開催日から型を決めます",
            row=row,
        )
    if said == derived:
        return None
    word, word_ja = (text(f"frequency.{derived}", lang) for lang in ("en", "ja"))
    return Entry(
        "class_conflict",
        f"{name}: typed as {typed!r}, but the schedule {place['schedule_text']!r} gives {word}; "
        "the schedule counts, correct one of them",
        f"{name}：型は「{typed}」ですが、開催日「{place['schedule_text']}」からは「{word_ja}」です。"
        "開催日のほうで数えます。どちらかを直してください",
        row=row,
    )


def _assumed(place: Record) -> Entry:
    text = place["schedule_text"]
    return Entry(
        "assumed_schedule",
        f"{place['name']}: the schedule {text!r} leaves weeks, days or months open; "
        "counted by assumption",
        f"{place['name']}：開催日「{text}」には週・曜日・月の決まっていない部分があるため、"
        "仮定をおいて数えます",
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
                f"{name}: closed on {place['closed_on']}, before it opened on "
                f"{place['opened_on']}; counted in no past year, correct the dates",
                f"{name}：閉所日（{place['closed_on']}）が開設日（{place['opened_on']}）より前です。"
                "過去の年度では数えません。日付を直してください",
                row=row,
            )
        )
    if place["closed_on"] and place["status_text"] and place["status"] == "active":
        found.append(
            Entry(
                "status_conflict",
                f"{name}: the status says open, yet a closing date is given ({place['closed_on']}); "
                "open today, closed after that date in any run for a day",
                f"{name}：活動中とありますが閉所日（{place['closed_on']}）があります。"
                "今は開いているものとし、日付を指定した計算では閉所日のあと閉じたものとします",
                row=row,
            )
        )
    return found
