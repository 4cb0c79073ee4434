"""
Assumptions: what a run, a plan or a table takes as given although no document tells it.

The one place where they are gathered, as plain data (``services.words.assumptions`` says them). Each has
a ``code``, what it is ``about`` (so which figures depend on it), and its figures: whence it comes,
how many places or residents it touches. Those about nothing are only listed: what they name is counted in no
figure.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from geo.coverage.reached import Limit
from geo.schedule.hours import ON_THE_WAY_MIN, SESSION_MIN
from geo.streets.times import is_open
from geo.vocabulary import FREQUENCIES
from services.edits.versions import in_force, made_on, newest
from services.profile import Places, Profile
from services.registry.places import FROM_PROFILE
from services.situation.parameters import Parameters
from services.situation.places import Selection, places_frame
from services.situation.seats import ASSUMED, FLOOR_AREA, capacities
from services.situation.view import Situation
from services.words.assumptions import AREAS, CLASSES, PEOPLE, PLACES, SEATS, STREETS, WALKS
from services.words.dates import today
from services.workspace.folder import Workspace

Item = dict[str, Any]

NOT_SURE_BELOW = 1.0
"""A place whose position somebody typed, or has confirmed, is known with this confidence."""


def assumptions_of(situation: Situation) -> list[Item]:
    """Return what the figures of a situation stand on that nobody has told."""
    profile, parameters = situation.profile, situation.parameters
    people = situation.residents[parameters.age_group].sum()
    found = _all(profile, parameters, situation.places, float(people))
    return [*found, *_hours(situation), *_edits(situation.workspace, *situation.drawn)]


def assumptions_now(workspace: Workspace) -> list[Item]:
    """Return what the figures of the workspace of today stand on, by the profile's own parameters."""
    parameters = Parameters.of(workspace.profile)
    people = workspace.demand()[parameters.age_group].sum()
    found = _all(workspace.profile, parameters, places_frame(workspace), float(people))
    return [*found, *_edits(workspace, newest(workspace), today())]


def assumptions_of_walks(profile: Profile, parameters: Parameters) -> list[Item]:
    """Return what is assumed of how far and how quickly one walks."""
    return list(_walks(profile, parameters))


def assumptions_of_places(
    places: pd.DataFrame, selection: Selection, lists: Sequence[Places]
) -> list[Item]:
    """
    Return what is assumed of places, as ``places_frame`` gives them, and which are not counted.

    ``lists`` are those that the profile reads them from.
    """
    return [*_stand_ins(places, lists), *_schedules(places), *_dates(places, selection)]


def _all(
    profile: Profile, parameters: Parameters, places: pd.DataFrame, people: float
) -> list[Item]:
    return [
        *assumptions_of_places(places, parameters.selection, profile.places),
        *_people(profile, parameters.age_group, people),
        *_areas(profile),
        *_classes(profile, parameters, places),
        *_walks(profile, parameters),
        *_seats(places, profile),
    ]


def _item(code: str, about: str, **facts: object) -> Item:
    return {"code": code, "about": about, **facts}


def _stand_ins(places: pd.DataFrame, lists: Sequence[Places]) -> Iterator[Item]:
    """Yield the lists that stand in for real places, each as its municipality says it."""
    counted = places[places["counts"]]
    for spec in lists:
        mine = counted["stand_in"] & (counted["source_id"] == spec.source)
        if spec.stand_in and mine.any():
            said = {"said": spec.stand_in, "said_en": spec.stand_in_en or spec.stand_in}
            yield _item("stand_in", PLACES, places=int(mine.sum()), source=spec.source, **said)


def _schedules(places: pd.DataFrame) -> Iterator[Item]:
    """Yield the schedules that no list tells, in part or at all, and positions that are not sure."""
    counted = places[places["counts"]]
    given = counted[counted["schedule_origin"] == FROM_PROFILE]
    if len(given):
        schedules = sorted(set(given["schedule_text"]))
        facts = {"places": len(given), "of": len(counted), "schedules": schedules}
        yield _item("schedule_given", PLACES, **facts)
    own = counted[counted["schedule_origin"] != FROM_PROFILE]
    if open_n := int(own["schedule_assumed"].sum()):
        yield _item("schedule_assumed", PLACES, places=open_n)
    if unknown_n := int(counted["days_unknown"].sum()):
        yield _item("unknown_days", PLACES, places=unknown_n)
    rough = counted["confidence"].astype(float) < NOT_SURE_BELOW
    there = ~(counted.geometry.isna() | counted.geometry.is_empty)
    if rough_n := int((rough & there).sum()):
        yield _item("position", PLACES, places=rough_n)


def _dates(places: pd.DataFrame, selection: Selection) -> Iterator[Item]:
    """Yield what was assumed of the past, what counts though it is not there, and what does not count."""
    day = selection.as_of.isoformat() if selection.as_of else ""
    counts, dates, reason = places["counts"], places["dates_assumed"], places["not_counted"]
    found = {
        "no_opening_date": (PLACES, counts & (dates == "no_opening_date")),
        "no_status_date": (PLACES, dates == "no_status_date"),
        "with_suspended": (PLACES, counts & (places["status"] == "suspended")),
        "with_planned": (PLACES, counts & (places["status"] == "planned")),
        "online": ("", reason == "online"),
        "not_qualifying": ("", reason == "not_qualifying"),
        "unknown_status": ("", reason == "unknown"),
    }
    for code, (about, rows) in found.items():
        if rows.any():
            yield _item(code, about, places=int(rows.sum()), day=day)


def _people(profile: Profile, age_group: str, people: float) -> Iterator[Item]:
    """Yield how residents were estimated, and where within an area they were put."""
    spec = profile.population
    for estimate in spec.estimate_from_rate:
        if estimate.age_group == age_group:
            facts = {"age_group": age_group, "rate": estimate.rate_pct, "whole": estimate.of}
            yield _item("rate", PEOPLE, **facts, origin=estimate.origin, residents=people)
    if spec.distribution:
        yield _item("mesh", PEOPLE, title=profile.source(spec.distribution.source).title)
    if profile.buildings is None:
        yield _item("no_buildings", PEOPLE)


def _areas(profile: Profile) -> Iterator[Item]:
    """Yield the borders of units and of councils that stand in for others."""
    analysis = profile.analysis
    asked = dict.fromkeys((analysis.gap_layer, analysis.council_layer))
    made = [layer for layer in map(profile.layer, asked) if layer.approximate]
    if made:
        told = [{"id": one.id, "label": one.label, "label_en": one.label_en} for one in made]
        yield _item("borders", AREAS, layers=told)


def _classes(profile: Profile, parameters: Parameters, places: pd.DataFrame) -> Iterator[Item]:
    """Yield the rules by which units and places are classed that nobody has chosen."""
    analysis, most = profile.analysis, FREQUENCIES[-1]
    if not {"needs_transport_below", "needs_transport_origin"} & analysis.model_fields_set:
        facts = {"people": analysis.needs_transport_below, **_limit(parameters.limit)}
        yield _item("transport", CLASSES, **facts, origin=analysis.needs_transport_origin)
    there = places["counts"] & (places["venue_frequency"] == most)
    shown = bool(there.any()) or any(target.frequency == most for target in profile.targets)
    if shown and not profile.frequency.model_fields_set:
        days = profile.frequency.permanent_min_days_per_week
        yield _item("permanent", CLASSES, days=days, origin=profile.frequency.origin)


def _walks(profile: Profile, parameters: Parameters) -> Iterator[Item]:
    """Yield limit and walker where both the municipality and who asks left them as they come."""
    analysis, limit, walking = profile.analysis, parameters.limit, parameters.walking
    chosen = {"walk_limit_m", "walk_limit_min", "walk_limit_origin"} & analysis.model_fields_set
    if not chosen and limit == Limit(analysis.walk_limit_m, analysis.walk_limit_min):
        yield _item("limit", WALKS, **_limit(limit), origin=analysis.walk_limit_origin)
    named = "walking_profile" in analysis.model_fields_set
    named = named or "walking_profiles" in profile.model_fields_set
    if not named and walking.id == analysis.walking_profile:
        facts = {"profile": walking.id, "label": walking.label, "label_en": walking.label_en}
        yield _item("walker", WALKS, **facts, speed=walking.speed_m_per_min, origin=walking.origin)


def _hours(situation: Situation) -> Iterator[Item]:
    """Yield how many streets are walked to some places only, and to how many of those that count."""
    network = situation.network
    if network.hours:
        open_n = sum(
            any(is_open(hours, met) for hours in network.hours)
            for met in situation.place_snaps["met"]
        )
        streets_n = int(network.edges["osm_id"][network.at_times].nunique())
        facts = {"minutes": ON_THE_WAY_MIN, "session": SESSION_MIN // 60}
        yield _item("hours", STREETS, places=open_n, streets=streets_n, **facts)


def _edits(workspace: Workspace, version: int, day: date) -> Iterator[Item]:
    """Yield what planners have drawn over the streets, as far as it holds on the day."""
    if drawn := in_force(workspace, day, version=version):
        kinds = dict(sorted(Counter(one.edit.kind for one in drawn).items()))
        facts = {"version": version, "day": made_on(workspace, version)}
        yield _item("edits", STREETS, edits=len(drawn), kinds=kinds, **facts)


def _limit(limit: Limit) -> dict[str, float | None]:
    return {"walk_limit_m": limit.m, "walk_limit_min": limit.minutes}


def _seats(places: pd.DataFrame, profile: Profile) -> Iterator[Item]:
    """Yield how seats came about that no list tells, and who is taken to come."""
    rules = profile.provision
    found = capacities(places[places["counts"]], rules)["seats_from"].to_numpy()
    if assumed_n := int(np.sum(found == ASSUMED)):
        facts = {"seats": rules.seats_per_session, "origin": rules.seats_origin}
        yield _item("seats", SEATS, places=assumed_n, **facts)
    if floor_n := int(np.sum(found == FLOOR_AREA)):
        facts = {"m2": rules.m2_per_person, "origin": rules.m2_origin}
        yield _item("floor", SEATS, places=floor_n, **facts)
    if not {"participation_pct", "participation_origin"} & rules.model_fields_set:
        facts = {"pct": rules.participation_pct, "origin": rules.participation_origin}
        yield _item("participation", SEATS, **facts)
