"""Summary: the few figures that the first sentence of every output needs."""

from typing import Any

import numpy as np
import pandas as pd

from geo.coverage.reached import Layering, at_least
from geo.vocabulary import FREQUENCIES, GAP_CLASSES, TARGET
from services.profile import Target, without_borders
from services.results.gaps import off_streets
from services.results.rules import rule_set_figures
from services.results.targets import meets_target, target_beside
from services.situation.intervals import Bounds, Ends
from services.situation.view import Situation


def summary(situation: Situation, table: pd.DataFrame, gaps: pd.DataFrame) -> dict[str, Any]:
    """Return plain data about the whole municipality, read off the tables of the run."""
    profile, parameters = situation.profile, situation.parameters
    municipality = profile.municipality
    everybody = _everybody(situation, table)
    whole = everybody[parameters.walking.id]
    main = whole.iloc[parameters.limits.index(parameters.limit)]
    return {
        "municipality": {
            "name": municipality.name,
            "name_en": municipality.name_en,
            "jis_code": municipality.jis_code,
            "fictional": municipality.fictional,
        },
        "age_group": parameters.age_group,
        "walk_limit_m": parameters.limit.m,
        "walk_limit_min": parameters.limit.minutes,
        "frequency": "weekly",
        "residents": _number(main["residents"]),
        "reached": _number(main["reached"]),
        "unreached": _number(main["residents"] - main["reached"]),
        "coverage_pct": _number(main["coverage_pct"]),
        **_interval(situation),
        "reached_with_unknown": _number(main["reached_with_unknown"]),
        "coverage_with_unknown_pct": _number(main["coverage_with_unknown_pct"]),
        "undecided": _number(main["reached_with_unknown"] - main["reached"]),
        **_days_unknown(situation),
        "circle_reached": _number(main["circle_reached"]),
        "circle_coverage_pct": _number(main["circle_coverage_pct"]),
        "off_streets": _number(off_streets(situation)),
        "no_streets_residents": float(gaps.loc[gaps["gap"] == "no_streets", "residents"].sum()),
        "unmatched_residents": situation.workspace.unlocated(parameters.age_group),
        "places": _places(situation),
        "places_cut_off_n": int((situation.off_streets_why != "").sum()),
        "gaps": _gaps(gaps),
        "gap_layer": profile.analysis.gap_layer,
        "council_layer": profile.analysis.council_layer,
        "targets": [_target(target, situation) for target in profile.targets],
        "rule_sets": rule_set_figures(situation),
        "subsidies": profile.subsidies.model_dump(),
        "stand_in": situation.workspace.manifest["stand_in"],
        "stand_in_en": situation.workspace.manifest.get("stand_in_en", []),
        "estimated": [
            estimate.model_dump()
            for estimate in profile.population.estimate_from_rate
            if estimate.age_group == parameters.age_group
        ],
        "without_borders": [
            {"label": layer.label, "label_en": layer.label_en}
            for layer in without_borders(situation.workspace.declared)
        ],
        "sensitivity": _limits(whole),
        "walkers": [
            {
                "profile": walking.id,
                "label": walking.label,
                "label_en": walking.label_en,
                "sensitivity": _limits(everybody[walking.id]),
            }
            for walking in sorted(parameters.walkings, key=lambda one: -one.speed_m_per_min)
        ],
    }


def _interval(situation: Situation) -> dict[str, float | None]:
    """
    Return the least and the most that the main share can be where the source hides counts.

    Once as places are known to meet, once as if all those of unknown days met weekly.
    """
    reached, group = situation.reached("weekly"), situation.parameters.age_group
    parts = {"coverage": reached, "coverage_with_unknown": reached | situation.undecided("weekly")}

    def measure(people: pd.DataFrame) -> pd.DataFrame:
        there = people[group].to_numpy(dtype=float)
        sums = {name: [(there * homes).sum()] for name, homes in parts.items()}
        return pd.DataFrame({"residents": [there.sum()], **sums})

    tables, found = Ends.of(situation, measure), {}
    for name in parts:
        low, high = Bounds.of(tables, name).pct()
        found[f"{name}_low_pct"] = _number(low.iloc[0])
        found[f"{name}_high_pct"] = _number(high.iloc[0])
    return found


def _limits(whole: pd.DataFrame) -> list[dict[str, float | None]]:
    names = ("walk_limit_m", "walk_limit_min", "reached", "coverage_pct", "circle_coverage_pct")
    return [{name: _number(row[name]) for name in names} for row in whole.to_dict("records")]


def _everybody(situation: Situation, table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return for each walking profile all located residents, a row per limit: any layer, its remainder but the unmatched."""
    parameters = situation.parameters
    first = next(layer.id for layer in situation.profile.layers if not layer.draft)
    rows = table[
        (table["layer"] == first)
        & (table["frequency"] == "weekly")
        & (table["age_group"] == parameters.age_group)
    ]
    counts = ["residents", "reached", "reached_with_unknown", "circle_reached"]
    asked = ["walk_limit_m", "walk_limit_min"]
    found = {}
    for walking in parameters.walkings:
        mine = rows[rows["profile"] == walking.id]
        summed = mine.groupby(asked, as_index=False, sort=False, dropna=False)[counts].sum()
        summed["residents"] -= situation.workspace.unlocated(parameters.age_group)
        people = summed["residents"].where(summed["residents"] > 0)
        found[walking.id] = summed.assign(
            coverage_pct=100.0 * summed["reached"] / people,
            coverage_with_unknown_pct=100.0 * summed["reached_with_unknown"] / people,
            circle_coverage_pct=100.0 * summed["circle_reached"] / people,
        )
    return found


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _places(situation: Situation) -> dict[str, int]:
    """Count the open places by their own frequency class, those that meet less often, and the unknown."""
    counted = situation.places[situation.places["counts"]]
    frequency, unknown = counted["frequency"], counted["days_unknown"].astype(bool)
    counts = {name: int((frequency == name).sum()) for name in FREQUENCIES}
    return {
        **counts,
        "rare": int(((frequency == "") & ~unknown).sum()),
        "unknown": int(unknown.sum()),
    }


def _days_unknown(situation: Situation) -> dict[str, int]:
    """Count the places that may be weekly for all that is known; those that nobody could locate apart."""
    places = situation.places
    asked = places["counts"] & places["days_unknown"]
    asked &= ~at_least(places["venue_frequency"], TARGET)
    nowhere = places.geometry.isna() | places.geometry.is_empty
    return {
        "places_unknown_n": int((asked & ~nowhere).sum()),
        "places_unknown_unlocated_n": int((asked & nowhere).sum()),
    }


def _gaps(gaps: pd.DataFrame) -> dict[str, int]:
    """Count the units in which somebody of the age group lives, by class."""
    lived_in = gaps[gaps["residents"] > 0]
    return {name: int((lived_in["gap"] == name).sum()) for name in GAP_CLASSES}


def target_reached(target: Target, situation: Situation) -> tuple[int, str]:
    """Say how far a target is: ``areas`` with such a place where the layer is there, else ``places``."""
    counts = meets_target(pd.DataFrame(situation.counted), target)
    if target.layer in [layer.id for layer in situation.profile.layers]:
        return _areas_with(situation.layering(target.layer), counts), "areas"
    return int(counts.sum()), "places"


def _target(target: Target, situation: Situation) -> dict[str, Any]:
    counts = meets_target(pd.DataFrame(situation.counted), target)
    reached, counted = target_reached(target, situation)
    return {
        "frequency": target.frequency,
        "layer": target.layer,
        "label": target.label,
        "label_en": target.label_en,
        "number": target.number,
        "reached": reached,
        "counts": counted,
        "places_n": int(counts.sum()),
        **target_beside(pd.DataFrame(situation.counted), target, reached),
        "approximate": target.approximate,
        "origin": target.origin,
    }


def _areas_with(layering: Layering, counts: np.ndarray) -> int:
    inside = layering.place_area[counts]
    return int(pd.unique(inside[inside >= 0]).size)
