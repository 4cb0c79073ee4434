"""Candidates: the ranked list of a run, upgrades of places before openings at venues."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.coverage.reached import at_least
from geo.siting import gains_by_unit, rank_greedily
from geo.vocabulary import TARGET
from geo.walking.reach import Walks
from services.registry.seen import seen_venues
from services.situation.intervals import Bounds, Ends
from services.situation.view import Situation

UNIT_GAINS_FROM = 1.0
"""A unit is named as gaining when at least this many residents are newly reached."""


def candidates_frame(situation: Situation) -> gpd.GeoDataFrame:
    """Return the candidates in the order in which they would newly reach most residents."""
    options = _options(situation)
    parameters = situation.parameters
    weight = situation.residents[parameters.age_group].to_numpy(dtype=float)
    reached = situation.reached(TARGET)
    catchments = situation.walking.catchments(situation.snap(options), parameters.limit)
    ranked = rank_greedily(
        catchments,
        weight,
        reached,
        limit=catchments.limit,
        most=situation.profile.analysis.candidates_max,
    )
    layering = situation.layering(situation.profile.analysis.gap_layer)
    chosen = ranked["candidate"].to_numpy()
    gains = gains_by_unit(
        catchments, chosen, weight, reached, layering.home_area, limit=catchments.limit
    )
    gains = gains[gains["newly_reached"] >= UNIT_GAINS_FROM]
    low, high = _after(situation, catchments, chosen)
    names = layering.areas["area_name"].to_numpy()
    units = {
        candidate: tuple(names[rows["unit"].to_numpy(dtype=int)])
        for candidate, rows in gains.groupby("candidate")
    }
    frame = options.iloc[chosen].reset_index(drop=True)
    frame = frame.assign(
        rank=np.arange(1, len(frame) + 1),
        plan_id="greedy",
        status="proposed",
        newly_reached=ranked["newly_reached"].to_numpy(),
        newly_reached_alone=ranked["newly_reached_alone"].to_numpy(),
        overlap_pct=ranked["overlap_pct"].to_numpy(),
        coverage_after_pct=100.0 * ranked["reached_after"].to_numpy() / max(weight.sum(), 1e-9),
        coverage_after_low_pct=low.to_numpy(),
        coverage_after_high_pct=high.to_numpy(),
        council_id=situation.council_ids(frame),
    )
    return frame.assign(
        units_gained=pd.Series([list(units.get(one, ())) for one in chosen], dtype="object"),
        age_group=parameters.age_group,
        **parameters.limit.columns(),
    )


def _after(
    situation: Situation, catchments: Walks, chosen: np.ndarray
) -> "tuple[pd.Series[float], pd.Series[float]]":
    """Return the least and the most share that is reached after each candidate of the list."""
    reached, rows = situation.reached("weekly"), catchments.matrix(catchments.limit)
    after = []
    for candidate in chosen:
        reached = reached | (rows[[candidate]].toarray()[0] > 0)
        after.append(reached)

    def measure(people: pd.DataFrame) -> pd.DataFrame:
        weight = people[situation.parameters.age_group].to_numpy(dtype=float)
        counts = [float(weight[homes].sum()) for homes in after]
        return pd.DataFrame({"residents": weight.sum(), "reached": counts}, dtype=float)

    return Bounds.of(Ends.of(situation, measure), "reached").pct()


def _options(situation: Situation) -> gpd.GeoDataFrame:
    """Return upgrades first, then venues that hold no place yet."""
    profile = situation.profile
    counted = situation.counted
    weekly = at_least(counted["venue_frequency"], TARGET)
    ceilings = profile.subsidies
    willing = ~counted["private_home"].astype(bool) | counted["consent"].astype(bool)
    upgrades = counted[~weekly & willing]
    upgrades = upgrades.assign(
        candidate_id="upgrade-" + upgrades["place_id"],
        action="upgrade",
        cost_max_yen=ceilings.yearly_max_yen(TARGET),
    )
    openings = free_venues(situation).assign(
        place_id="",
        schedule_text="",
        action="open",
        cost_max_yen=ceilings.yearly_max_yen(TARGET) + ceilings.opening_max_yen,
    )
    openings = openings.assign(candidate_id="open-" + openings["venue_id"])
    columns = ["candidate_id", "action", "venue_id", "place_id", "venue_name", "kind", "address"]
    columns += ["schedule_text", "cost_max_yen", "private_home", "geometry"]
    options = pd.concat([upgrades[columns], openings[columns]], ignore_index=True)
    return options.assign(
        frequency=TARGET, private_home=options["private_home"].fillna(value=False).astype(bool)
    )


def free_venues(situation: Situation) -> gpd.GeoDataFrame:
    """
    Return the venues that hold no place yet, by id; a private home only where it consents.

    Consent is to being a candidate: whose home it is stays unsaid all the same.
    """
    venues = seen_venues(situation.workspace).sort_values("venue_id")
    there = ~(venues.geometry.isna() | venues.geometry.is_empty)
    willing = ~venues["private_home"] | venues["consent"].fillna(value=False).astype(bool)
    held = venues["venue_id"].isin(situation.counted["venue_id"])
    return venues.assign(venue_name=venues["name"])[there & willing & ~held]
