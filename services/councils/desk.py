"""What lies on a council's desk: its meetings, items by level, plan items by unit, sums over its units."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd

from services.councils.calendar import area_name
from services.councils.kinds import (
    BOXES,
    LEVELS,
    MEETING_STATUSES,
    NEXT_OF_ITEM,
    TASK_STATUSES,
    Paper,
)
from services.councils.papers import all_papers, areas_for, is_whole, papers
from services.councils.templates import meeting_kinds, templates
from services.profile.meetings import UnitSurvey
from services.registry.hands import Hand
from services.words.texts import Lang, text
from services.workspace.folder import Workspace

Row = dict[str, Any]


def desk(workspace: Workspace, council_id: str, *, who: Hand, lang: Lang = "ja") -> Row:
    """
    Return the papers of a council as they are looked at, for those who may read its notes.

    ``items`` are by the level on which they stand: those of the municipality hold what any council
    passed up. ``surveys`` hold sums, and which units have not answered.
    """
    mine = papers(workspace, council_id, who=who)
    areas = areas_for(workspace, council_id)
    names = names_of(areas)
    rows = {
        kind: rows_of(mine, kind, names) for kind in ("meeting", "workshop", "task", "activity")
    }
    everybodys = all_papers(workspace) if is_whole(workspace, council_id) else mine
    return {
        "council_id": council_id,
        "whole": is_whole(workspace, council_id),
        "area_name": area_name(workspace, council_id, lang),
        "meetings": sorted(rows["meeting"], key=lambda one: (one["date"], one["starts"])),
        "workshop": {box: [one for one in rows["workshop"] if one["box"] == box] for box in BOXES},
        "items": items_by_level(workspace, everybodys, lang),
        "tasks": tasks_by_unit(rows["task"]),
        "activities": sorted(rows["activity"], key=lambda one: one["date"], reverse=True),
        "surveys": [
            survey_sums(survey, rows_of(everybodys, "answer", names), areas, lang)
            for survey in workspace.profile.unit_surveys
        ],
    }


def level_names(workspace: Workspace, lang: Lang) -> dict[str, str]:
    """Return what each level of items is called there."""
    profile = workspace.profile
    town = profile.municipality
    layers = (
        profile.layer(getattr(profile.analysis, f"{name}_layer")) for name in ("gap", "council")
    )
    unit, council = (layer.label if lang == "ja" else layer.label_en for layer in layers)
    return {
        "unit": text("meeting.level.unit", lang, layer=unit),
        "council": text("meeting.level.council", lang, layer=council),
        "municipality": town.name if lang == "ja" else town.name_en,
    }


def choices(
    workspace: Workspace, council_id: str, meetings: Iterable[Mapping[str, Any]], lang: Lang
) -> dict[str, Any]:
    """Return what can be chosen where something is written down: words by their ids, and areas."""
    levels, whole = level_names(workspace, lang), is_whole(workspace, council_id)
    none = {"": text("page.none", lang)}
    areas = areas_for(workspace, council_id)
    rows = areas[["layer", "area_id", "area_name"]].astype(str).to_dict("records")
    profile = workspace.profile
    return {
        "kinds": meeting_kinds(profile, lang),
        "templates": {**none, **{one.id: one.label for one in templates(profile, lang).values()}},
        "meeting_statuses": _words("meeting.status", MEETING_STATUSES, lang),
        "task_statuses": _words("meeting.task", TASK_STATUSES, lang),
        "next_of_item": {status: [*names] for status, names in NEXT_OF_ITEM.items()},
        "levels": [{"id": name, "label": label, "shown": True} for name, label in levels.items()],
        "first_levels": {
            name: label for name, label in levels.items() if whole or name != "municipality"
        },
        "meetings": {
            **none,
            **{one["paper_id"]: f"{one['date']} {one['title']}" for one in meetings},
        },
        "areas": [row for row in rows if row["area_id"] != council_id],
    }


def _words(key: str, names: Iterable[str], lang: Lang) -> dict[str, str]:
    return {name: text(f"{key}.{name}", lang) for name in names}


def names_of(areas: gpd.GeoDataFrame) -> dict[tuple[str, str], str]:
    """Return the name of each area by its layer and id."""
    columns = (areas["layer"], areas["area_id"], areas["area_name"])
    return {(str(a), str(b)): str(name) for a, b, name in zip(*columns, strict=True)}


def rows_of(
    found: Iterable[Paper], kind: str, names: Mapping[tuple[str, str], str] | None = None
) -> list[Row]:
    """Return papers of one kind, each flat: its id, state, day and what is told, with the area's name."""
    return [
        {
            "paper_id": one["paper_id"],
            "council_id": one["council_id"],
            "state": str(one["change_id"]),
            "at": one["at"],
            **one["told"],
            "area_name": _name(one["told"], names or {}),
        }
        for one in found
        if one["kind"] == kind
    ]


def _name(told: Mapping[str, Any], names: Mapping[tuple[str, str], str]) -> str:
    at = (told.get("layer", ""), told.get("area_id", ""))
    return names.get(at, at[1])


def items_by_level(
    workspace: Workspace, found: Iterable[Paper], lang: Lang
) -> dict[str, list[Row]]:
    """Return items by the level on which they stand, open ones first, each with whose it is."""
    rows = rows_of(found, "item", names_of(workspace.areas()))
    for row in rows:
        row["council_name"] = area_name(workspace, row["council_id"], lang)
    rows.sort(key=lambda row: row["status"] in ("answered", "closed"))
    return {level: [row for row in rows if row["level"] == level] for level in LEVELS}


def tasks_by_unit(rows: Sequence[Row]) -> list[Row]:
    """Return plan items unit by unit, with how many of how many are done; dropped ones are not counted."""
    units: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda one: (one["area_name"], one["due"] or "9999")):
        units.setdefault(row["area_name"], []).append(row)
    return [{"area_name": name, "tasks": own, **progress(own)} for name, own in units.items()]


def progress(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many plan items there are of each status, and how many of them count."""
    statuses = [row["status"] for row in rows]
    counts: dict[str, int] = {name: statuses.count(name) for name in TASK_STATUSES}
    return {**counts, "counted": len(statuses) - counts["dropped"]}


def survey_sums(
    survey: UnitSurvey, answers: Iterable[Row], areas: gpd.GeoDataFrame, lang: Lang
) -> Row:
    """
    Return what the units of a survey answered, in all.

    Of each question: the sum (of yes_no how many said yes), how many units answered it and how many did
    not, whose answer is not known. A sum over some of the units is a part, never the whole.
    """
    units = areas[areas["layer"] == survey.layer]
    names = dict(zip(units["area_id"].astype(str), units["area_name"].astype(str), strict=True))
    own = {
        one["area_id"]: one
        for one in answers
        if one["survey"] == survey.id and one["area_id"] in names
    }
    questions = []
    for question in survey.questions:
        told = [one["values"].get(question.id) for one in own.values()]
        known = [value for value in told if value not in (None, "")]
        is_summed = question.kind != "text" and bool(known)
        questions.append(
            {
                "id": question.id,
                "label": question.called(lang),
                "kind": question.kind,
                "sum": sum(map(float, known)) if is_summed else None,
                "answered": len(known),
                "unknown": len(names) - len(known),
            }
        )
    return {
        "survey": survey.id,
        "label": survey.called(lang),
        "origin": survey.origin,
        "layer": survey.layer,
        "units": len(names),
        "units_by_id": names,
        "questions": questions,
        "answers": sorted(own.values(), key=lambda one: one["area_name"]),
        "unanswered": [name for area_id, name in names.items() if area_id not in own],
    }
