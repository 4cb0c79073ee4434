"""What cannot be told in a paper: areas of others, days that are none, what cannot follow, doubled answers."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import shapely

from geo.arrays import LONLAT_EPSG
from geo.errors import InvalidInputError, NotFoundError, Sentence, TakenError
from services.councils.kinds import LEVELS, NEXT_OF_ITEM, Paper
from services.councils.templates import find_survey, find_template, meeting_kinds
from services.privacy.homes import is_private_home
from services.privacy.kinds import PRIVATE_KINDS
from services.words.dates import first_day, to_iso_date, today
from services.words.texts import text
from services.workspace.folder import Workspace

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def check_told(
    workspace: Workspace,
    kind: str,
    told: Paper,
    before: Mapping[str, Any],
    others: Sequence[Paper],
    areas: gpd.GeoDataFrame,
) -> Paper:
    """
    Return what is told as it is kept, with dates as ISO texts.

    Parameters
    ----------
    before
        What was told of the paper last; empty of a new one.
    others
        States of the council's other papers, the oldest first.
    areas
        Areas of every layer that the council may pin to, plane metres.

    Raises
    ------
    InvalidInputError, NotFoundError, TakenError
        It cannot be kept so.
    """
    checked = dict(told)
    if "area_id" in checked:
        _check_area(checked, areas, before)
    if checked.get("meeting_id"):
        there = {one["paper_id"] for one in others if one["kind"] == "meeting"}
        if checked["meeting_id"] not in there:
            raise NotFoundError(
                "this council has no meeting {meeting_id!r}", meeting_id=checked["meeting_id"]
            )
    if "date" in checked:
        checked["date"] = _day(checked["date"])
    if kind == "meeting":
        _check_meeting(workspace, checked)
    elif kind == "workshop":
        _check_position(workspace, checked, areas)
    elif kind == "item":
        _check_item(checked, before)
    elif kind == "task" and checked["due"]:
        checked["due"] = _due(checked["due"])
    elif kind == "answer":
        _check_answer(workspace, checked, others)
    return checked


def _check_area(told: Paper, areas: gpd.GeoDataFrame, before: Mapping[str, Any]) -> None:
    at = told["layer"], told["area_id"]
    if bool(at[0]) is not bool(at[1]):
        raise InvalidInputError("layer and area_id go together; give both or neither")
    # What was pinned to an area that a new build does not have can still be changed.
    if not at[0] or at == (before.get("layer"), before.get("area_id")):
        return
    if not ((areas["layer"] == at[0]) & (areas["area_id"] == at[1])).any():
        raise NotFoundError(
            "this council has no area {area_id!r} in layer {layer!r}", area_id=at[1], layer=at[0]
        )


def _day(typed: str) -> str:
    iso = to_iso_date(typed)
    if _DAY.fullmatch(iso) is None:
        raise InvalidInputError("{typed!r} is not a day; write it like 2025-04-01", typed=typed)
    return iso


def _due(typed: str) -> str:
    iso = to_iso_date(typed)
    if first_day(iso) is None:
        raise InvalidInputError(
            "{name} {value!r} is no date; write it like 2025-04-01 or 2025-04",
            name="due",
            value=typed,
        )
    return iso


def _check_meeting(workspace: Workspace, told: Paper) -> None:
    if told["starts"] and told["ends"] and told["ends"] <= told["starts"]:
        raise InvalidInputError(
            "the meeting ends at {ends}, which is not after {starts}; correct the hours",
            ends=told["ends"],
            starts=told["starts"],
        )
    if told["ends"] and not told["starts"]:
        raise InvalidInputError("give the hour at which the meeting starts as well")
    known = meeting_kinds(workspace.profile, "ja")
    if told["kind"] not in known:
        raise InvalidInputError(
            "{what}={value!r} is none of {known}", what="kind", value=told["kind"], known=[*known]
        )
    if told["template"]:
        find_template(workspace.profile, told["template"], "ja")
    if told["status"] == "held" and told["date"] > today().isoformat():
        raise InvalidInputError(
            "{date} is still to come; a meeting is held when it has been", date=told["date"]
        )
    if told["attendance"] is not None and told["status"] != "held":
        raise InvalidInputError("only a meeting that was held has an attendance; set its status")
    if is_private_home([told["venue"], told["title"]], words=PRIVATE_KINDS):
        raise InvalidInputError(
            "title and venue of a meeting are for everybody, and this names somebody's home; "
            "write the name of the hall or of the district"
        )


def _check_position(workspace: Workspace, told: Paper, areas: gpd.GeoDataFrame) -> None:
    positions = [tuple(position) for position in told["coordinates"]]
    if not positions:
        return
    shape = shapely.LineString(positions) if len(positions) > 1 else shapely.Point(positions[0])
    epsg = workspace.profile.municipality.plane_epsg
    plane = gpd.GeoSeries([shape], crs=LONLAT_EPSG).to_crs(epsg).iloc[0]
    mine = areas
    if told["area_id"]:
        mine = areas[(areas["layer"] == told["layer"]) & (areas["area_id"] == told["area_id"])]
    if len(mine) and not mine.intersects(plane).any():
        raise InvalidInputError(
            "coordinates: nothing of it lies in the area; longitude comes first, then latitude"
        )


def _check_item(told: Paper, before: Mapping[str, Any]) -> None:
    """Refuse a status that cannot follow; what is passed up stands one level higher from then on."""
    was, status = str(before.get("status", "")), told["status"]
    before_level = str(before.get("level", told["level"]))
    if status != was and status not in NEXT_OF_ITEM[was]:
        names = NEXT_OF_ITEM[was]
        raise InvalidInputError(
            "it is {before}, which {new} cannot follow; only {names} can",
            before=_said(was, "en"),
            new=_said(status, "en"),
            names=", ".join(names),
            before_ja=_said(was, "ja"),
            new_ja=_said(status, "ja"),
            names_ja=text("text.joint", "ja").join(_said(name, "ja") for name in names),
        )
    if told["level"] != before_level:
        raise InvalidInputError(
            "an item changes its level only when it is passed up; set its status"
        )
    if status == "passed_up" != was:
        told["level"] = _above(before_level)
    if status == "answered" and not told["answer"]:
        raise InvalidInputError("an answered item needs its answer")


def _above(level: str) -> str:
    at = [*LEVELS].index(level)  # type: ignore[arg-type]  # one of them, as its fields say
    if at + 1 == len(LEVELS):
        raise InvalidInputError("it stands with the municipality already; nothing is above it")
    return LEVELS[at + 1]


def _said(status: str, lang: str) -> str:
    return text(f"meeting.item.{status or 'new'}", lang)


def _check_answer(workspace: Workspace, told: Paper, others: Sequence[Paper]) -> None:
    survey = find_survey(workspace.profile, told["survey"])
    if told["layer"] != survey.layer:
        raise InvalidInputError(
            "the survey {survey} asks the areas of the layer {layer}; say which of them answers",
            survey=survey.id,
            layer=survey.layer,
        )
    known = {question.id: question for question in survey.questions}
    for name, value in told["values"].items():
        if name not in known:
            raise InvalidInputError(
                "{what}={value!r} is none of {known}", what="values", value=name, known=[*known]
            )
        _check_value(name, known[name].kind, value)
    latest = {one["paper_id"]: one["told"] for one in others if one["kind"] == "answer"}
    at = ("survey", "layer", "area_id")
    same = [key for key, one in latest.items() if all(one[name] == told[name] for name in at)]
    if same:
        raise TakenError(
            "there is such a {what} already ({same}); change that one",
            what=Sentence("answer"),
            same=same,
        )


def _check_value(name: str, kind: str, value: object) -> None:
    if value is None:
        return
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "number" and not (is_number and value >= 0):  # type: ignore[operator]
        raise InvalidInputError(
            "{name}: {value!r} is no number of 0 or more; leave it out where it is not known",
            name=name,
            value=value,
        )
    if kind == "yes_no" and not isinstance(value, bool):
        raise InvalidInputError(
            "{name}: {value!r} is neither true nor false; leave it out where it is not known",
            name=name,
            value=value,
        )
    if kind == "text" and not isinstance(value, str):
        raise InvalidInputError("{name}: {value!r} is no text", name=name, value=value)
