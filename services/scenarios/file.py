"""
A scenario as a file: named changes that people can send each other, in TOML or JSON.

What can be told from the file alone is checked here: what each change needs, whether its schedule
can be read, and whether two changes contradict each other. Every error names the change's number.
"""

import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator

from geo.errors import InvalidInputError, Sentence
from geo.schedule.typed import parse_schedule
from services.profile.base import Table
from services.words.texts import LANGS, text
from services.words.values import wrong_value
from services.words.vocabulary import ScenarioAction

NAME = re.compile(r"\w[\w\-－・（）()]{0,59}")
RESERVED = frozenset({"base", "compare"})
"""Names that stand for something else: today, and an address of the API."""
FOLDER = "scenarios"
"""Folder of a workspace that holds them."""
SUFFIXES = (".toml", ".json")

_TARGETS: dict[str, tuple[str, ...]] = {
    "open": ("venue_id", "place_id", "point"),
    "close": ("place_id",),
    "upgrade": ("place_id",),
    "days": ("place_id",),
    "move": ("venue_id", "point"),
    "barrier": ("geometry",),
}
_PARTS = ("place_id", "venue_id", "point", "schedule_text", "name", "geometry")
_TAKES: dict[str, frozenset[str]] = {
    "open": frozenset({"place_id", "venue_id", "point", "schedule_text", "name"}),
    "close": frozenset({"place_id"}),
    "upgrade": frozenset({"place_id", "schedule_text"}),
    "days": frozenset({"place_id", "schedule_text"}),
    "move": frozenset({"place_id", "venue_id", "point"}),
    "barrier": frozenset({"geometry", "name"}),
}


class ScenarioEdit(Table):
    """One change: which place, hall or spot it is about, and what becomes of it."""

    action: ScenarioAction
    place_id: str = ""
    venue_id: str = ""
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    schedule_text: str = ""
    """As people write it: 毎週火曜日10:00〜11:30."""
    name: str = ""
    geometry: dict[str, Any] | None = None
    """GeoJSON line or area that nobody passes."""
    note: str = ""

    @field_validator("geometry")
    @classmethod
    def _plain_geometry(cls, geometry: dict[str, Any] | None) -> dict[str, Any] | None:
        if geometry is None:
            return None
        drawn = geometry.get("geometry") if geometry.get("type") == "Feature" else geometry
        if not isinstance(drawn, dict) or not {"type", "coordinates"} <= set(drawn):
            msg = "give a GeoJSON geometry with type and coordinates"
            raise ValueError(msg)
        return {"type": drawn["type"], "coordinates": drawn["coordinates"]}

    def has(self, part: str) -> bool:
        """Say whether a part is given; ``point`` is longitude and latitude."""
        if part == "point":
            return self.lon is not None or self.lat is not None
        return bool(getattr(self, part))


class Base(Table):
    """What a scenario was made on, to tell later whether it has changed."""

    snapshot: str = ""
    workspace_sha256: str = ""
    parameters_sha256: str = ""
    registry_sha256: str = ""
    edits_sha256: str = ""


class Scenario(Table):
    """A named set of changes; it changes nothing itself."""

    scenario_version: Literal[1] = 1
    name: str
    note: Annotated[str, Field(max_length=2000)] = ""
    by: Annotated[str, Field(max_length=200)] = ""
    """An office, not a person."""
    made_on: str = ""
    base: Base = Base()
    edits: Annotated[list[ScenarioEdit], Field(max_length=500)] = Field(default_factory=list)

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        return checked_name(name)


def checked_name(name: str) -> str:
    """Return a name that can be a file's and part of an address, refused where it cannot."""
    plain = unicodedata.normalize("NFC", name.strip())
    if NAME.fullmatch(plain) is None or plain.lower() in RESERVED:
        raise InvalidInputError(
            "{name!r} cannot be a scenario's name; use up to 60 letters, digits, - and _ "
            "(not base or compare)",
            name=name,
        )
    return plain


def fail(scenario: str, number: int, template: str, /, **facts: object) -> InvalidInputError:
    """Return an error of one change of a scenario; changes are counted from 1."""
    return InvalidInputError(
        "scenario {scenario}, edit {number}: {said}",
        scenario=scenario,
        number=number,
        said=Sentence(template, **facts),
    )


def read_scenario(path: Path) -> Scenario:
    """Read a scenario from a TOML or JSON file, by its ending."""
    if path.suffix.lower() not in SUFFIXES:
        raise InvalidInputError("{path}: a scenario is a .toml or .json file", path=path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        table = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInputError(
            "{path}: cannot be read as a scenario ({error}); correct it or export it again",
            path=path,
            error=error,
        ) from error
    return scenario_of(table, where=str(path))


def scenario_of(table: object, *, where: str = "") -> Scenario:
    """Return a scenario of plain data, checked; every breach is named in one sentence."""
    head = f"{where}: " if where else ""
    if isinstance(table, Mapping) and isinstance(table.get("name"), str):
        checked_name(table["name"])
    try:
        scenario = Scenario.model_validate(table)
    except ValidationError as error:
        raise InvalidInputError(
            "{head}not a scenario: {breaches}", head=head, breaches=_breaches(error)
        ) from error
    check(scenario)
    return scenario


def edit_of(table: Mapping[str, Any]) -> ScenarioEdit:
    """Return one change of plain data."""
    try:
        return ScenarioEdit.model_validate(table)
    except ValidationError as error:
        raise InvalidInputError(
            "not a change of a scenario: {breaches}", breaches=_breaches(error)
        ) from error


def _breaches(error: ValidationError) -> list[Sentence]:
    return [_breach(item) for item in error.errors()]


def _breach(item: Mapping[str, Any]) -> Sentence:
    parts = [f"edit {part + 1}" if isinstance(part, int) else str(part) for part in item["loc"]]
    place = ".".join(part for part in parts if part != "edits")
    if (
        item["type"] == "value_error"
    ):  # the only one that is raised here: ``ScenarioEdit._plain_geometry``
        return Sentence("{place}: give a GeoJSON geometry with type and coordinates", place=place)
    return wrong_value(item, place)


def check(scenario: Scenario) -> None:
    """Refuse changes that lack what they need, that cannot be read or that contradict each other."""
    said: dict[tuple[str, str], int] = {}
    for number, edit in enumerate(scenario.edits, start=1):
        _check_parts(scenario.name, number, edit)
        _check_schedule(scenario.name, number, edit)
        for about in _claims(edit):
            first = said.setdefault(about, number)
            if first != number:
                raise fail(
                    scenario.name,
                    number,
                    "it contradicts edit {first}, which is about the same {about}; keep one of "
                    "the two",
                    first=first,
                    about=_CLAIMS[about[0]],
                )


_CLAIMS = {
    "place": Sentence("place"),
    "schedule": Sentence("schedule"),
    "hall": Sentence("hall"),
    "opening": Sentence("opening"),
}


def _claims(edit: ScenarioEdit) -> list[tuple[str, str]]:
    """Return what a change decides; two changes may not decide the same."""
    if edit.action == "open" and not edit.place_id:
        spot = edit.venue_id or f"{edit.lon},{edit.lat}"
        return [("opening", f"{spot} {edit.schedule_text} {edit.name}")]
    if edit.action == "barrier":
        return []
    if edit.action in ("close", "open"):
        return [(what, edit.place_id) for what in ("place", "schedule", "hall")]
    return [("hall" if edit.action == "move" else "schedule", edit.place_id)]


def _check_parts(name: str, number: int, edit: ScenarioEdit) -> None:
    given = [part for part in _PARTS if edit.has(part)]
    extra = [part for part in given if part not in _TAKES[edit.action]]
    if extra:
        raise fail(
            name,
            number,
            "{action} takes no {extra}; leave it out",
            action=edit.action,
            extra=list(extra),
        )
    targets = [part for part in _TARGETS[edit.action] if edit.has(part)]
    if len(targets) != 1:
        names = " / ".join(part.replace("point", "lon, lat") for part in _TARGETS[edit.action])
        raise fail(
            name,
            number,
            "{action} needs one of {names}" if "/" in names else "{action} needs {names}",
            action=edit.action,
            names=names,
        )
    if edit.has("point") and (edit.lon is None or edit.lat is None):
        raise fail(name, number, "lon and lat go together")
    if edit.action == "move" and not edit.place_id:
        raise fail(name, number, "move needs place_id")


def _check_schedule(name: str, number: int, edit: ScenarioEdit) -> None:
    needed = edit.action in ("upgrade", "days") or (edit.action == "open" and not edit.place_id)
    if not edit.schedule_text:
        if needed:
            raise fail(
                name,
                number,
                "{action} needs schedule_text, such as {example}",
                action=edit.action,
                example=text("example.schedule", "ja"),
            )
        return
    if not parse_schedule(edit.schedule_text).rules:
        raise fail(
            name,
            number,
            "the schedule {schedule_text!r} cannot be read; write it like {example}",
            schedule_text=edit.schedule_text,
            example=text("example.schedule", "ja"),
        )


def to_toml(scenario: Scenario) -> str:
    """Write a scenario as TOML that reads as the same scenario."""
    plain = scenario.model_dump(exclude_defaults=True)
    edits = plain.pop("edits", [])
    base = plain.pop("base", {})
    lines = [
        f"# arukeba: {' / '.join(text('scenario.file', lang) for lang in LANGS)}",
        "scenario_version = 1",
    ]
    lines += [f"{key} = {_value(value)}" for key, value in plain.items()]
    if base:
        lines += ["", "[base]", *(f"{key} = {_value(value)}" for key, value in base.items())]
    for edit in edits:
        lines += ["", "[[edits]]", *(f"{key} = {_value(value)}" for key, value in edit.items())]
    return "\n".join(lines) + "\n"


def to_json(scenario: Scenario) -> str:
    """Write a scenario as JSON."""
    plain = {"scenario_version": 1, **scenario.model_dump(exclude_defaults=True)}
    return json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _value(value: object) -> str:
    """Write one value; JSON's texts, numbers and lists are TOML's, but DEL must be escaped there."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_text(str(key))} = {_value(item)}" for key, item in value.items())
        return f"{{{inside}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    return _text(value) if isinstance(value, str) else json.dumps(value, allow_nan=False)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
