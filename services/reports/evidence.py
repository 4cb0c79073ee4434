"""
Evidence: how far what a figure stands on is known, by rules that are written down here.

| input | unknown | partial |
| --- | --- | --- |
| residents, and those of the age group | nobody could be placed | rows of no area, suppressed counts, more old people than people, a rate for all |
| homes | – | no buildings: spread along streets; homes that no street comes near |
| places | no place | located only by area or venue name, not at all, stand-ins, unread rotations |
| schedules | no place has one that can be read | some cannot be read, are assumed, or contradict a typed class |
| opening dates | no place has one | some places have none |
| streets | – | ways cut or dropped for want of nodes |
| boundaries | – | a layer that stands in for another, overlapping areas |
| elevation | no raster, or nothing in it | points of streets without, or with an impossible, elevation |

A figure is unknown if one of its inputs is, else partial if one is, else known.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.schedule.typed import parse_schedule
from services.registry.history import lacks_dates
from services.registry.places import FROM_PROFILE
from services.words.texts import LANGS, age_group_text, text

KNOWN, PARTIAL, UNKNOWN = "known", "partial", "unknown"
_ORDER = (KNOWN, PARTIAL, UNKNOWN)

FIGURES: dict[str, tuple[str, ...]] = {
    "reached": ("age_group", "homes", "places", "schedules", "streets"),
    "gaps": ("boundaries", "age_group", "homes", "places", "schedules", "streets"),
    "candidates": ("age_group", "homes", "places", "schedules", "streets"),
    "places_by_class": ("places", "schedules"),
    "past_years": ("places", "schedules", "opening_dates"),
}
"""Figure → the inputs on which it stands."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How far one input or figure is known, and why it is not known altogether."""

    id: str
    ja: str
    en: str
    state: str
    why_ja: tuple[str, ...] = ()
    why_en: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "id": self.id,
            "label": {"ja": self.ja, "en": self.en},
            "state": self.state,
            "why": {"ja": list(self.why_ja), "en": list(self.why_en)},
        }


@dataclass(frozen=True)
class Facts:
    """What the rules look at."""

    codes: Counter[str]
    """Entries of the intake by code."""
    placed: dict[str, float]
    """Residents by age group who could be placed."""
    unmatched: dict[str, float]
    """Residents by age group of no area on the map."""
    places: pd.DataFrame
    layers: list[dict[str, Any]]
    stand_in: list[tuple[str, str]]
    """In Japanese and in English: what the rows stand in for."""
    age_group: str
    estimated: dict[str, float]
    """Age groups that are a rate of all residents → the rate, per cent."""
    has_buildings: bool
    has_elevation: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """Why an input is not known altogether."""

    state: str
    ja: str
    en: str


def inputs_of(facts: Facts) -> list[Evidence]:
    """Judge every input."""
    total = "total" if "total" in facts.placed else next(iter(facts.placed))
    older = "residents" if facts.age_group == "total" else "age_group"
    return [
        _judge("residents", _residents(facts, total)),
        _evidence(
            "age_group",
            [
                text(f"evidence.{older}", lang, age_group=age_group_text(facts.age_group, lang))
                for lang in LANGS
            ],
            _residents(facts, facts.age_group),
        ),
        _judge("homes", _homes(facts)),
        _judge("places", _places(facts)),
        _judge("schedules", _schedules(facts)),
        _judge("opening_dates", _openings(facts)),
        _judge("streets", _counted(facts, "missing_nodes", "too_few_nodes")),
        _judge("boundaries", _boundaries(facts)),
        _judge("elevation", _elevation(facts)),
    ]


def figures_of(inputs: list[Evidence]) -> list[Evidence]:
    """Judge every headline figure by the worst of its inputs."""
    by_id = {evidence.id: evidence for evidence in inputs}
    return [
        _judge(
            figure,
            [
                Finding(one.state, one.ja, one.en)
                for name in needs
                if (one := by_id[name]).state != KNOWN
            ],
        )
        for figure, needs in FIGURES.items()
    ]


def _judge(name: str, findings: list[Finding]) -> Evidence:
    return _evidence(name, [text(f"evidence.{name}", lang) for lang in LANGS], findings)


def _evidence(name: str, label: list[str], findings: list[Finding]) -> Evidence:
    worst = max((finding.state for finding in findings), key=_ORDER.index, default=KNOWN)
    said_ja = tuple(finding.ja for finding in findings)
    said_en = tuple(finding.en for finding in findings)
    return Evidence(name, label[0], label[1], worst, said_ja, said_en)


def _found(state: str, why: str, **values: object) -> Finding:
    return Finding(state, *(text(f"evidence.why.{why}", lang, **values) for lang in LANGS))


def _counted(facts: Facts, *codes: str) -> list[Finding]:
    """Return a finding for each code that the intake has remarked, with how often."""
    counts = {code: facts.codes[code] for code in codes if facts.codes[code]}
    return [_found(PARTIAL, code, n=count) for code, count in counts.items()]


def _residents(facts: Facts, group: str) -> list[Finding]:
    if not facts.placed.get(group, 0.0) > 0:
        return [_found(UNKNOWN, "nobody")]
    lost = facts.unmatched.get(group, 0.0) > 0
    found = [_found(PARTIAL, "unmatched")] if lost else []
    if rate_pct := facts.estimated.get(group):
        found.append(_found(PARTIAL, "rate", rate=f"{rate_pct:g}"))
    codes = ("suppressed", "suppressed_interval", "older_than_total")
    return found + _counted(facts, *(codes[:2] if group == "total" else codes))


def _homes(facts: Facts) -> list[Finding]:
    found = [] if facts.has_buildings else [_found(PARTIAL, "no_buildings")]
    return found + _counted(facts, "unsnapped_homes")


def _places(facts: Facts) -> list[Finding]:
    places = facts.places
    if places.empty:
        return [_found(UNKNOWN, "no_places")]
    named = {"coordinates": "", "area": "by_area", "venue": "by_venue", "": "not_located"}
    why = Counter(named.get(how, "by_address") for how in places["located_by"])
    found = []
    for how in ("by_area", "by_venue", "not_located", "by_address"):
        if why[how]:
            nowhere = how == "not_located" and why[how] == len(places)
            found.append(_found(UNKNOWN if nowhere else PARTIAL, how, n=why[how]))
    found += [Finding(PARTIAL, *both) for both in facts.stand_in]
    return found + _counted(facts, "rotation_unread")


def _schedules(facts: Facts) -> list[Finding]:
    if facts.places.empty:
        return [_found(UNKNOWN, "no_places")]
    schedules = [parse_schedule(typed) for typed in facts.places["schedule_text"]]
    silent = sum(1 for schedule in schedules if not schedule.rules)
    given = facts.places["schedule_origin"] == FROM_PROFILE
    assumed = sum(
        1
        for schedule, all_of_it in zip(schedules, given, strict=True)
        if schedule.is_assumed or all_of_it
    )
    if silent == len(schedules):
        return [_found(UNKNOWN, "no_schedule")]
    counts = {"schedules_unread": silent, "schedules_assumed": assumed}
    found = [_found(PARTIAL, why, n=count) for why, count in counts.items() if count]
    return found + _counted(facts, "class_conflict")


def _openings(facts: Facts) -> list[Finding]:
    if facts.places.empty:
        return [_found(UNKNOWN, "no_places")]
    lacking = sum(1 for place in facts.places.to_dict("records") if lacks_dates(place))
    if not lacking:
        return []
    return [_found(UNKNOWN if lacking == len(facts.places) else PARTIAL, "no_dates", n=lacking)]


def _boundaries(facts: Facts) -> list[Finding]:
    found = [
        Finding(
            PARTIAL,
            *(
                text("evidence.why.stand_in", lang, layer=layer[label])
                for lang, label in (("ja", "label"), ("en", "label_en"))
            ),
        )
        for layer in facts.layers
        if layer["approximate"]
    ]
    return found + _counted(facts, "overlap")


def _elevation(facts: Facts) -> list[Finding]:
    if not facts.has_elevation:
        return [_found(UNKNOWN, "no_raster")]
    lacks = facts.codes["no_elevation"] + facts.codes["impossible_elevation"]
    return [_found(PARTIAL, "no_height")] if lacks else []
