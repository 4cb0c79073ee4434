"""The report of one area as plain values: what a page of any kind shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.reports.briefing import HeadFigures
from services.reports.indicators import IndicatorLine
from services.reports.week import Week
from services.results.shares import ShareLine
from services.words.reasons import doing
from services.words.shares import Share


@dataclass(frozen=True, slots=True)
class AgeLine:
    """Residents of one age group."""

    age_group: str
    figures: HeadFigures


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit of the area, such as a 町会."""

    name: str
    gap: str
    approximate: bool
    residents: float | None
    unreached: float | None
    nearest_name: str
    nearest_walk_m: float | None
    nearest_walk_min: float | None
    nearest_climb_m: float | None
    nearest_steps: float | None
    remark: str


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place in the area."""

    name: str
    hall: str
    """'' where it is the place's own name, unknown, or a private home's."""
    group: str
    kind: str
    frequency: str
    often: str
    """How often it meets, in words: 月2回."""
    schedule: str
    open_hours: str
    fee: str
    """As it is typed, else in yen; '' is unknown."""
    assumed: bool
    """No list tells the schedule, or not altogether."""
    stand_in: bool
    status: str
    verified_on: str
    blurred: bool
    cut_off: str
    """Why no walk reaches it; empty where one does."""


@dataclass(frozen=True, slots=True)
class AreaCandidate:
    """One candidate in the area."""

    rank: int
    action: str
    venue_name: str
    kind: str
    days_unknown: bool
    newly_reached: float | None
    newly_reached_alone: float | None
    """By itself; None where that is written like the number above."""
    cost_max_yen: float | None
    units_gained: tuple[str, ...]
    reasons: str
    status: str
    """What its council last made of it."""

    @property
    def doing(self) -> str:
        """Return the word of what is to be done."""
        return doing(self.action, days_unknown=self.days_unknown)


@dataclass(frozen=True, slots=True)
class LimitLine:
    """What another walking limit would give."""

    limit: str
    figures: HeadFigures
    circle: Share


@dataclass(frozen=True, slots=True)
class WalkerLine:
    """What somebody who walks differently reaches within limits of minutes."""

    label: str
    main: bool
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Walkers:
    """Everybody's shares, a column for each limit of minutes."""

    limits: tuple[str, ...]
    lines: tuple[WalkerLine, ...]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """The sources of one owner, licence and date."""

    credit: str
    licence: str
    as_of: str
    titles: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GapReport:
    """All that a report of one area shows."""

    lang: str
    area_id: str
    area_name: str
    layer_label: str
    council: tuple[str, ...]
    """What is known of the council, or of the councils of the area, in sentences."""
    municipality: str
    fictional: bool
    made_on: str
    unknown: str
    """First of all: what nobody knows, and how far the share could move; empty where all is known."""
    no_streets: str
    """Beside it: where the data has no streets, and for how many; empty where it has some everywhere."""
    sentence: str
    unreached: str
    notes: tuple[str, ...]
    figures: HeadFigures
    age_group: str
    limit: str
    ages: tuple[AgeLine, ...]
    milestones: tuple[str, ...]
    """How far the area is with its council, coordinator, base and committee; nothing where nobody tells."""
    indicators: tuple[IndicatorLine, ...]
    gaps: Mapping[str, int]
    unit_label: str
    units: tuple[UnitLine, ...]
    places: tuple[PlaceLine, ...]
    edits: tuple[str, ...]
    """Kinds of what planners drew that is in force."""
    shares: tuple[ShareLine, ...]
    """None where the area is no council's."""
    candidates: tuple[AreaCandidate, ...]
    candidates_note: str
    """How they are ranked; without any, how that is known."""
    limits: tuple[LimitLine, ...]
    walkers: Walkers
    week: Week | None
    """None of a council that owns several areas: the week is computed for areas."""
    assumptions: tuple[str, ...]
    sources: tuple[SourceLine, ...]
    map_svg: str
    snapshot: str
    parameters_sha256: str
    software: str
    stamp: str
    """Over all of the exact view; empty in the public one."""
    numbers: str
    """What the numbers of people are, in one line."""
    few_below: int
