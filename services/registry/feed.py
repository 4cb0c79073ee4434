"""
What has changed: the history for those who edit, and the feed of an area for everybody.

The feed says what became of which place, venue or group, under the name that the view knows it by, and
what councils decided; neither who did it, nor a value before or after. Notes are for those who edit alone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import Any
from xml.etree import ElementTree as ET

from sqlalchemy import Select, func, inspect, select
from sqlalchemy.orm import Session

from geo.errors import InvalidInputError, NotFoundError
from services.registry.attributes import PUBLIC as PUBLIC_ATTRIBUTES
from services.registry.database import session, writing
from services.registry.hands import Hand
from services.registry.history import CLOSED
from services.registry.listed import hidden_keys, known_names
from services.registry.replay import differing
from services.registry.rows import KINDS, PLACE, KindOfRecord, Record
from services.registry.schema import migrate
from services.registry.seen import seen_decisions
from services.registry.tables import ChangeRow, Note, Tables
from services.words.dates import day_in_japan
from services.words.texts import Lang, text
from services.workspace.folder import Workspace
from services.workspace.plain import plain_rows

FEED_MOST = 200
NOTE_MOST = 2000
DECISION = "decision"
_ATOM = "http://www.w3.org/2005/Atom"
_TOLD = frozenset(
    {
        "name",
        "kind",
        "venue_name",
        "schedule_text",
        "status",
        "opened_on",
        "closed_on",
        "lon",
        "lat",
    }
    | {"status_since", "verified_on", "address", "group_name", *PUBLIC_ATTRIBUTES}
    | {"listed", "availability", "barrier_free", "rent_yen", "owner"}
)
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def history(workspace: Workspace, key: str, kind: KindOfRecord = PLACE) -> list[dict[str, Any]]:
    """
    Return every change of one with who, when, before and after, the newest first.

    Of what the view does not know by its name it is told which fields were changed, and no value.
    """
    of_it = (ChangeRow.kind == kind.name, ChangeRow.key == key)
    query = select(ChangeRow).where(*of_it).order_by(ChangeRow.change_id.desc())
    names = ("change_id", "at", "who", "action", "undoes")
    hidden = workspace.is_public and key in hidden_keys(workspace, kind)
    return [
        {
            **{name: getattr(one, name) for name in names},
            "fields": sorted(differing(one.before or {}, one.after or {})),
            "before": _values(workspace, one, one.after, one.before, hidden=hidden),
            "after": _values(workspace, one, one.before, one.after, hidden=hidden),
        }
        for one in _read(workspace, query)
    ]


def feed(
    workspace: Workspace, council_id: str | None = None, *, month: str | None = None
) -> list[dict[str, Any]]:
    """
    Return what became of places, venues and groups and what councils decided, the newest first.

    Of an area of a council; of a month in Japan. What was written later stands before what was written
    earlier, wherever the clock stood.
    """
    if month is not None and _MONTH.fullmatch(month) is None:
        raise InvalidInputError("month {month!r} is none; write it like 2025-04", month=month)
    both = (_changed(workspace, council_id), _decided(workspace, council_id))
    told = merge(*both, key=lambda one: str(one["at"]), reverse=True)
    if month is None:
        return list(islice(told, FEED_MOST))
    return [one for one in told if _day(one).startswith(month)]


def _changed(workspace: Workspace, council_id: str | None) -> list[dict[str, Any]]:
    query = select(ChangeRow).order_by(ChangeRow.change_id.desc())
    if council_id:
        query = query.where(ChangeRow.council_id == council_id)
    names = {kind.name: known_names(workspace, kind) for kind in KINDS.values()}
    return [
        {
            "change_id": one.change_id,
            "at": one.at,
            "event": _event(one),
            "kind": one.kind,
            f"{one.kind}_id": one.key,
            "name": names[one.kind].get(one.key, ""),
            "council_id": one.council_id,
            "fields": sorted(_TOLD & set(differing(one.before or {}, one.after or {}))),
        }
        for one in _read(workspace, query)
    ]


def _decided(workspace: Workspace, council_id: str | None) -> list[dict[str, Any]]:
    log = seen_decisions(workspace)
    if council_id:
        log = log[log["council_id"] == council_id]
    names = ("decision_id", "name", "candidate_key", "frequency", "council_id", "meeting_date")
    return [
        {
            "at": row["recorded_at"],
            "event": row["status"],
            "kind": DECISION,
            **{name: row[name] for name in names},
        }
        for row in reversed(plain_rows(log))
    ]


def _day(entry: Mapping[str, Any]) -> str:
    """Return when something happened: on the day of the meeting, else when it was written."""
    return str(entry.get("meeting_date") or day_in_japan(str(entry["at"])))


def month_report(workspace: Workspace, month: str, council_id: str | None = None) -> dict[str, Any]:
    """Return what is different after a month: how often what happened, to what, and what was decided."""
    found = feed(workspace, council_id, month=month)
    decided = [one for one in found if one["kind"] == DECISION]
    changes = [one for one in found if one["kind"] != DECISION]
    return {
        "month": month,
        "council_id": council_id,
        "events": dict(sorted(Counter(one["event"] for one in changes).items())),
        "decisions": dict(sorted(Counter(one["event"] for one in decided).items())),
        "changes": changes,
        "decided": decided,
    }


def atom(entries: Iterable[dict[str, Any]], *, address: str, lang: Lang) -> bytes:
    """Return a feed as Atom (RFC 4287)."""
    rows = list(entries)
    root = ET.Element("feed", xmlns=_ATOM, attrib={"xml:lang": lang})
    updated = rows[0]["at"] if rows else datetime.fromtimestamp(0, UTC).isoformat()
    for name, value in (("id", address), ("title", text("feed.title", lang)), ("updated", updated)):
        ET.SubElement(root, name).text = value
    ET.SubElement(root, "link", rel="self", href=address)
    ET.SubElement(ET.SubElement(root, "author"), "name").text = "arukeba"
    for row in rows:
        entry = ET.SubElement(root, "entry")
        number = row.get("change_id") or f"{DECISION}-{row['decision_id']}"
        name = row["name"] or row.get(f"{row['kind']}_id") or row["candidate_key"]
        title = text(f"feed.{row['event']}", lang, name=name)
        for part, value in (("id", f"{address}#{number}"), ("title", title)):
            ET.SubElement(entry, part).text = value
        ET.SubElement(entry, "updated").text = row["at"]
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def notes(workspace: Workspace, layer: str, area_id: str, *, who: Hand) -> list[dict[str, Any]]:
    """Return the notes that are pinned to an area, the newest first."""
    who.require([_council(workspace, layer, area_id)])
    pinned = (Note.layer == layer, Note.area_id == area_id)
    query = select(Note).where(*pinned).order_by(Note.note_id.desc())
    names = ("note_id", "text", "who", "at")
    return [{name: getattr(one, name) for name in names} for one in _read(workspace, query)]


def notes_of_council(workspace: Workspace, council_id: str, *, who: Hand) -> list[dict[str, Any]]:
    """Return the notes of all areas of a council, the newest first."""
    who.require([council_id])
    areas = workspace.areas()
    layer = workspace.profile.analysis.council_layer
    mine = areas[
        (areas["council_id"] == council_id)
        | ((areas["layer"] == layer) & (areas["area_id"] == council_id))
    ]
    names = dict(
        zip(zip(mine["layer"], mine["area_id"], strict=True), mine["area_name"], strict=True)
    )
    told = ("note_id", "layer", "area_id", "text", "at")
    return [
        {**{name: getattr(one, name) for name in told}, "area_name": names[one.layer, one.area_id]}
        for one in _read(workspace, select(Note).order_by(Note.note_id.desc()))
        if (one.layer, one.area_id) in names
    ]


def pin_note(workspace: Workspace, layer: str, area_id: str, said: str, *, who: Hand) -> int:
    """Pin a note to an area; return its number."""
    areas = workspace.areas()
    if not ((areas["layer"] == layer) & (areas["area_id"] == area_id)).any():
        raise NotFoundError(
            "there is no area {area_id!r} in layer {layer!r}", area_id=area_id, layer=layer
        )
    who.require([_council(workspace, layer, area_id)])
    if not said.strip() or len(said) > NOTE_MOST or not said.isprintable():
        raise InvalidInputError(
            "a note has 1 to {most} characters on one line, all of which can be printed",
            most=NOTE_MOST,
        )
    with workspace.working(), writing(workspace.registry_url) as opened:
        migrate(opened.connection())
        number = (opened.scalar(select(func.max(Note.note_id))) or 0) + 1
        at = datetime.now(UTC).isoformat(timespec="seconds")
        opened.add(
            Note(note_id=number, layer=layer, area_id=area_id, text=said, who=who.name, at=at)
        )
        opened.flush()
    return int(number)


def remove_note(workspace: Workspace, note_id: int, *, who: Hand) -> None:
    """Take a note away for good: what was in it is kept nowhere."""
    with workspace.working(), writing(workspace.registry_url) as opened:
        migrate(opened.connection())
        found = opened.get(Note, note_id)
        if found is None:
            raise NotFoundError("there is no note {note_id}", note_id=note_id)
        who.require([_council(workspace, found.layer, found.area_id)])
        opened.delete(found)
        opened.flush()


def _council(workspace: Workspace, layer: str, area_id: str) -> str:
    """Return the council that an area belongs to, '' of one that belongs to none or is not there."""
    if layer == workspace.profile.analysis.council_layer:
        return area_id
    areas = workspace.areas()
    found = areas[(areas["layer"] == layer) & (areas["area_id"] == area_id)]
    return "" if found.empty else str(found["council_id"].iloc[0])


def _values(
    workspace: Workspace,
    one: ChangeRow,
    than: Record | None,
    told: Record | None,
    *,
    hidden: bool,
) -> Record | None:
    at_home = any((record or {}).get("private_home") for record in (one.before, one.after))
    if hidden or (workspace.is_public and at_home):
        return None
    return differing(than or {}, told or {})


def _event(one: ChangeRow) -> str:
    if one.after is None:
        return "removed"
    if one.before is None:
        return "opened"
    changed = differing(one.before, one.after)
    if changed.get("status") == CLOSED:
        return "closed"
    return "confirmed" if set(changed) == {"verified_on"} else "changed"


def _read(workspace: Workspace, query: "Select[Any]") -> list[Any]:
    """Return rows of a table that a registry of before does not have."""
    table: type[Tables] = query.column_descriptions[0]["entity"]
    with session(workspace.registry_url) as opened:
        if not _has(opened, table):
            return []
        found = list(opened.scalars(query))
        opened.expunge_all()
        return found


def _has(opened: Session, table: type[Tables]) -> bool:
    return bool(inspect(opened.connection()).has_table(table.__tablename__))
