"""The calendar of meetings: what everybody may know of them, as rows, as a table and as iCalendar (RFC 5545)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from services.councils.papers import all_papers, check_meets, is_whole
from services.councils.templates import meeting_kinds
from services.publication.export import csv_text
from services.registry.published import OF_MEETINGS
from services.words.dates import today
from services.words.texts import Lang, text
from services.workspace.councils import find_council
from services.workspace.folder import Workspace

COLUMNS = ("meeting_id", "council_id", "area_name", *OF_MEETINGS, "kind_name")
_TOKYO = ZoneInfo("Asia/Tokyo")
_FOLD_BYTES = 75
"""A line of iCalendar is no longer."""
_STATUSES = {"planned": "TENTATIVE", "held": "CONFIRMED", "cancelled": "CANCELLED"}


def calendar(
    workspace: Workspace, council_id: str | None = None, *, lang: Lang = "ja", coming: bool = False
) -> list[dict[str, Any]]:
    """
    Return the meetings of all councils or of one, the earliest first (``COLUMNS``); no minutes, no numbers.

    ``coming`` leaves out those of days before today.
    """
    if council_id is not None:
        check_meets(workspace, council_id)
    kinds, from_day = meeting_kinds(workspace.profile, lang), today().isoformat()
    rows = [
        {
            "meeting_id": one["paper_id"],
            "council_id": one["council_id"],
            "area_name": area_name(workspace, one["council_id"], lang),
            **{name: one["told"][name] for name in OF_MEETINGS},
            "kind_name": kinds.get(one["told"]["kind"], one["told"]["kind"]),
        }
        for one in all_papers(workspace)
        if one["kind"] == "meeting"
        and council_id in (None, one["council_id"])
        and (not coming or one["told"]["date"] >= from_day)
    ]
    return sorted(rows, key=lambda row: (row["date"], row["starts"], row["meeting_id"]))


def area_name(workspace: Workspace, council_id: str, lang: Lang) -> str:
    """Return what a council's area is called; the id of one that is there no more."""
    if is_whole(workspace, council_id):
        town = workspace.profile.municipality
        return town.name if lang == "ja" else town.name_en
    found = find_council(workspace, council_id)
    return found.name if found else council_id


def calendar_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the calendar as CSV that a spreadsheet opens as it is."""
    return csv_text(pd.DataFrame(rows, columns=[*COLUMNS]))


def icalendar(rows: Iterable[Mapping[str, Any]], *, lang: Lang) -> bytes:
    """Return meetings as iCalendar; one without an hour is of the whole day, one without an end of two hours."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//arukeba//calendar//JA"]
    lines.append(f"X-WR-CALNAME:{_escaped(text('meeting.calendar', lang))}")
    for row in rows:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{row['meeting_id']}@arukeba",
            f"DTSTAMP:{stamp}",
            *_hours(row),
            f"SUMMARY:{_escaped(row['title'])}",
            *([f"LOCATION:{_escaped(row['venue'])}"] if row["venue"] else []),
            f"CATEGORIES:{_escaped(row['kind_name'])}",
            f"DESCRIPTION:{_escaped(row['area_name'])}",
            f"STATUS:{_STATUSES[row['status']]}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _hours(row: Mapping[str, Any]) -> list[str]:
    day = datetime.fromisoformat(row["date"])
    if not row["starts"]:
        after = day + timedelta(days=1)
        return [f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"]
    first = _at(row["date"], row["starts"])
    last = _at(row["date"], row["ends"]) if row["ends"] else first + timedelta(hours=2)
    return [f"DTSTART:{first:%Y%m%dT%H%M%SZ}", f"DTEND:{last:%Y%m%dT%H%M%SZ}"]


def _at(day: str, hour: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=_TOKYO).astimezone(UTC)


def _escaped(words: str) -> str:
    for sign in ("\\", ";", ","):
        words = words.replace(sign, f"\\{sign}")
    return words.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Return a line broken before its 76th byte, between characters."""
    parts, size = [""], 0
    for letter in line:
        wide = len(letter.encode())
        if size + wide > _FOLD_BYTES:
            parts.append(" ")
            size = 1
        parts[-1] += letter
        size += wide
    return "\r\n".join(parts)
