"""What is asked of a plan: goals, rules, candidates; read from TOML, JSON or options."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from geo.errors import InvalidInputError, Sentence
from geo.vocabulary import TARGET, Frequency, Objective
from services.profile import Table
from services.words.values import wrong_value

MOST_IF_NOTHING_BOUNDS = 5
_BOUNDLESS = {"most_reached", "worst_unit_first", "backup", "shortest_walk"}

Yen = Annotated[float, Field(ge=0)]


def _usual_objectives() -> list[Objective]:
    return ["most_reached", "worst_unit_first"]


class PlanAsk(Table):
    """
    One question.

    Where neither a number nor a budget bounds a plan that could always be larger, it has at most
    five places.
    """

    title: str = ""
    frequency: Frequency = TARGET
    """A resident is reached by a place of this class or a more frequent one."""
    objectives: Annotated[list[Objective], Field(min_length=1)] = Field(
        default_factory=_usual_objectives
    )
    """The first counts most, the next only among plans that are equal in it."""
    give_pct: Annotated[float, Field(ge=0, lt=100)] = 0.0
    """So much of each goal may be given up for the next."""
    depth: Annotated[int, Field(ge=1, le=20)] = 1
    most: Annotated[int, Field(ge=0)] | None = None
    budget_yen: Yen | None = None
    """Ceiling of the first year, openings included."""
    reach_pct: Annotated[float, Field(gt=0, le=100)] | None = None
    targets: list[Frequency] = Field(default_factory=list)
    """Classes whose targets of the profile are rules: one in each area, those that exist included."""
    classes: list[Frequency] = Field(default_factory=list)
    """Classes that options bring; else the frequency and those of the targets."""
    participation_pct: Annotated[float, Field(gt=0, le=100)] | None = None
    group_min: Annotated[float, Field(gt=0)] = 1.0
    overlap_max_pct: Annotated[float, Field(ge=0, le=100)] | None = None
    apart_m: Annotated[float, Field(gt=0)] | None = None
    one_per_owner: bool = False
    upgrades: bool = True
    venues: bool = True
    points_max: Annotated[int, Field(ge=0, le=2000)] = 200
    """Points on streets (会場未定) where many are unreached; so many at most."""
    kinds: list[str] = Field(default_factory=list)
    """Only venues of these kinds; all where empty."""
    barrier_free: bool = False
    """Leave out venues that are known not to be."""
    outside_hazards: bool = False
    rent_max_yen: Yen | None = None
    """Leave out venues with a higher known rent a month."""
    floor_area_min_m2: Annotated[float, Field(gt=0)] | None = None
    capacity_min: Annotated[float, Field(gt=0)] | None = None
    """Leave out rooms that are known to be smaller, or to hold fewer persons."""
    free: str = ""
    """Half-days of which one at least must not be known to be taken: 日曜, 平日の午後."""
    owners: list[str] = Field(default_factory=list)
    """Only venues of these owners, or of one who is not known; all where empty."""
    must: list[str] = Field(default_factory=list)
    must_not: list[str] = Field(default_factory=list)
    """Ids of candidates, of venues or of places, or names."""
    council_lists: bool = True
    """Hold to what the councils must and must not have, by the profile."""
    council: str = ""
    """Id or name of a council or its area: only its candidates, and its residents count."""
    walk_limit_m: float | None = None
    walk_limit_min: float | None = None
    walking_profile: str | None = None
    time_s: Annotated[float, Field(gt=0)] | None = 60.0
    """Of the solver, for each plan."""
    gap_pct: Annotated[float, Field(ge=0, le=50)] = 0.0
    """Proven enough."""
    k: Annotated[int, Field(ge=1, le=20)] = 1
    """So many near-equal plans, each without at least one place of every plan before it."""
    one_more: bool = False
    """A near-equal plan may also be one before it and a place more: the true second-best."""
    years_yen: list[Yen] = Field(default_factory=list)
    """Budget of each year: what opens in which year, and the yearly ceilings of all that is open."""
    carry: bool = False
    """Money that a year leaves is there in the next."""
    visits: Annotated[int, Field(ge=1)] | None = None
    """At most so many places start in a year."""
    stability: bool = False
    """Plan again under other limits, walkers and populations."""

    @model_validator(mode="before")
    @classmethod
    def _bounded(cls, asked: object) -> object:
        if not isinstance(asked, Mapping):
            return asked
        if asked.get("years_yen"):
            # The years are bounded by their money, and have one goal: residents over the years.
            return {"objectives": ["most_reached"], **asked}
        goals = asked.get("objectives") or ["most_reached"]
        first = goals[0] if isinstance(goals, list) else ""
        bounds = (asked.get("most"), asked.get("budget_yen"))
        if isinstance(first, str) and first in _BOUNDLESS and bounds == (None, None):
            return {**asked, "most": MOST_IF_NOTHING_BOUNDS}
        return asked

    @model_validator(mode="after")
    def _no_twice(self) -> Self:
        if len(set(self.objectives)) != len(self.objectives):
            msg = "an objective is named twice"
            raise ValueError(msg)
        return self


def ask_of(given: Mapping[str, Any]) -> PlanAsk:
    """
    Return what is asked, from plain data.

    Raises
    ------
    InvalidInputError
        A key that does not exist, a value that cannot be, a budget of nothing.
    """
    try:
        ask = PlanAsk.model_validate(dict(given))
    except ValidationError as error:
        raise InvalidInputError(
            "the question of a plan cannot be used ({said}); correct it",
            said=[_said(item) for item in error.errors()],
        ) from error
    if ask.budget_yen == 0 or (ask.years_yen and not any(ask.years_yen)):
        raise InvalidInputError("a budget of ¥0 opens nothing; give a higher one, or leave it out")
    _require_years(ask)
    if ask.one_more and ask.k == 1:
        raise InvalidInputError(
            "one_more is of near-equal plans; ask for two plans or more (k) too"
        )
    if twice := sorted(set(ask.must) & set(ask.must_not)):
        raise InvalidInputError(
            "{twice}: is on both lists, must and must not; take it off one of them",
            twice=list(twice),
        )
    return ask


def _said(item: Mapping[str, Any]) -> Sentence:
    """Say what is wrong with one value."""
    if item["type"] == "value_error":  # the only one that is raised here: ``PlanAsk._no_twice``
        return Sentence("objectives: a goal is named twice")
    return wrong_value(item, ".".join(map(str, item["loc"])))


def _require_years(ask: PlanAsk) -> None:
    """Refuse what is not offered over years, or only there."""
    if not ask.years_yen:
        if ask.carry or ask.visits is not None:
            raise InvalidInputError(
                "carry and visits are of a plan over years; give the budget of each year (years_yen) too"
            )
        return
    if ask.budget_yen is not None:
        raise InvalidInputError(
            "each year has its budget (years_yen); leave out the one of a single year (budget_yen)"
        )
    if ask.objectives != ["most_reached"]:
        raise InvalidInputError(
            "over years the residents newly reached are added up, year by year; leave out other goals"
        )
    if ask.k > 1 or ask.stability or ask.participation_pct is not None:
        raise InvalidInputError(
            "near-equal plans, stability and seats are not looked at over years; ask for them apart"
        )


def read_ask(path: Path) -> dict[str, Any]:
    """Read a question from a TOML or JSON file."""
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            "{path}: cannot be read ({error}); write it as TOML or JSON", path=path, error=error
        ) from error
    if not isinstance(found, dict):
        raise InvalidInputError("{path}: holds no table of keys and values", path=path)
    return found
