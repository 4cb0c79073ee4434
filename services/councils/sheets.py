"""What is read on paper of one meeting: its agenda before it, its summary after it; a proposal of one item."""

from typing import Any
from urllib.parse import quote

from geo.errors import InvalidInputError, NotFoundError
from services.councils.calendar import area_name
from services.councils.decisions import list_decisions
from services.councils.desk import items_by_level, names_of, progress, rows_of
from services.councils.papers import areas_for, is_whole, paper_history, papers
from services.councils.templates import find_template, meeting_kinds
from services.registry.feed import feed
from services.registry.hands import Hand
from services.words.texts import Lang
from services.workspace.folder import Workspace


def agenda(
    workspace: Workspace, council_id: str, meeting_id: str, *, who: Hand, lang: Lang
) -> dict[str, Any]:
    """Return a meeting with the items of its template and its own, what is attached, and what is open."""
    told = _meeting(workspace, council_id, meeting_id, who, lang)
    mine = papers(workspace, council_id, who=who)
    template = (
        find_template(workspace.profile, told["template"], lang) if told["template"] else None
    )
    own = [line.strip() for line in told["items"].splitlines() if line.strip()]
    items = items_by_level(workspace, mine, lang)
    tasks = rows_of(mine, "task", names_of(areas_for(workspace, council_id)))
    return {
        **told,
        "items": [*(template.items if template else ()), *own],
        "template": template,
        "attachments": template.attachments if template else (),
        "open_items": [
            row
            for level in items.values()
            for row in level
            if row["status"] not in ("answered", "closed")
        ],
        "decisions": [
            one.latest for one in _decided(workspace, council_id) if one.latest["status"] in _OPEN
        ],
        "tasks": [row for row in tasks if row["status"] in ("not_begun", "under_way")],
    }


_OPEN = ("proposed", "discussed")


def attached(workspace: Workspace, council_id: str, lang: Lang) -> dict[str, str]:
    """Return the address of each thing that may be attached to an agenda of a council."""
    mine, whole = quote(council_id, safe=""), is_whole(workspace, council_id)
    report = f"/reports?lang={lang}" if whole else f"/reports/{mine}?lang={lang}"
    on_map = f"/?lang={lang}" if whole else f"/?lang={lang}#area={mine}"
    return {
        "area_sheet": report,
        "city_sheet": f"/reports?lang={lang}",
        "map": on_map,
        "places": report,
        "decisions": f"/meetings/{mine}?lang={lang}",
        "plan": f"/meetings/{mine}?lang={lang}",
        "workshop": f"/meetings/{mine}/workshop?blank=true&lang={lang}",
    }


def summary(
    workspace: Workspace, council_id: str, meeting_id: str, *, who: Hand, lang: Lang
) -> dict[str, Any]:
    """
    Return what came of a meeting: attendance, minutes, decisions of its day, what it passed up, what changed.

    What changed is of the month of the meeting, in the area of the council.
    """
    told = _meeting(workspace, council_id, meeting_id, who, lang)
    mine = papers(workspace, council_id, who=who)
    whole = is_whole(workspace, council_id)
    changes = feed(workspace, None if whole else council_id, month=told["date"][:7])
    items = [row for level in items_by_level(workspace, mine, lang).values() for row in level]
    names = names_of(areas_for(workspace, council_id))
    tasks = rows_of(mine, "task", names)
    return {
        **told,
        "decisions": [
            row
            for one in _decided(workspace, council_id)
            for row in one.history
            if row["meeting_date"] == told["date"]
        ],
        "items": [row for row in items if row["meeting_id"] == meeting_id],
        "workshop": [
            row for row in rows_of(mine, "workshop", names) if row["meeting_id"] == meeting_id
        ],
        "changes": [one for one in changes if one["kind"] != "decision"],
        "progress": progress(tasks),
    }


def proposal(
    workspace: Workspace, council_id: str, item_id: str, *, who: Hand, lang: Lang
) -> dict[str, Any]:
    """Return an item that goes up with its history and what the council decided, for one page."""
    found = [
        row
        for level in items_by_level(
            workspace, papers(workspace, council_id, who=who, kind="item"), lang
        ).values()
        for row in level
        if row["paper_id"] == item_id
    ]
    if not found:
        raise NotFoundError("this council has no paper {paper_id!r}", paper_id=item_id)
    history = paper_history(workspace, council_id, item_id, who=who)[::-1]
    return {
        **found[0],
        "area_name": found[0]["area_name"] or found[0]["council_name"],
        "steps": [
            {"at": one["at"], "level": one["told"]["level"], "status": one["told"]["status"]}
            for one, before in zip(history, [None, *history], strict=False)
            if before is None or one["told"]["status"] != before["told"]["status"]
        ],
        "adopted": [
            one.latest
            for one in _decided(workspace, council_id)
            if one.latest["status"] in ("adopted", *_OPEN)
        ],
    }


def _decided(workspace: Workspace, council_id: str) -> list[Any]:
    return list_decisions(workspace, None if is_whole(workspace, council_id) else council_id)


def _meeting(
    workspace: Workspace, council_id: str, meeting_id: str, who: Hand, lang: Lang
) -> dict[str, Any]:
    state = paper_history(workspace, council_id, meeting_id, who=who)[0]
    if state["kind"] != "meeting":
        raise InvalidInputError("{paper_id} is no meeting", paper_id=meeting_id)
    told = state["told"]
    kinds = meeting_kinds(workspace.profile, lang)
    return {
        "meeting_id": meeting_id,
        "council_id": council_id,
        "area_name": area_name(workspace, council_id, lang),
        **told,
        "kind_name": kinds.get(told["kind"], told["kind"]),
    }
