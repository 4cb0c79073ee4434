"""Candidates: the ranked list of a run, upgrades of places before openings at venues."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.coverage.reached import at_least, share_pct
from geo.siting.greedy import Greedy, Ranking, gains_by_unit
from geo.vocabulary import TARGET
from services.situation.halls import groups_apart, hall_names
from services.situation.intervals import Bounds, Ends
from services.situation.view import Situation

UNIT_GAINS_FROM = 1.0
"""A unit is named as gaining when at least this many residents are newly reached."""


def candidates_frame(situation: Situation) -> gpd.GeoDataFrame:
    """
    Return the candidates in the order in which they would newly reach most residents.

    Those are the first of the whole municipality, and beside them those that each council would choose
    in its own area: no council is told that there is none because others have more. Ranks are of the
    whole municipality, over all candidates.
    """
    options = _options(situation)
    parameters, analysis = situation.parameters, situation.profile.analysis
    weight = situation.residents[parameters.age_group].to_numpy(dtype=float)
    reached = situation.reached(TARGET)
    catchments = situation.walking.catchments(situation.snap(options), parameters.limit)
    choice = Greedy(catchments, weight, reached, limit=catchments.limit)
    ranking = choice.rank()
    council_ids = situation.council_ids(options)
    codes, _ = pd.factorize(pd.Series(council_ids).where(council_ids != ""))
    own = choice.best_of(codes.astype(np.int64), most=analysis.candidates_per_council)
    table = ranking.table.assign(rank=np.arange(1, len(ranking.table) + 1))
    first = (table["rank"] <= analysis.candidates_max) & (table["newly_reached"] > 0)
    table = table[first | table["candidate"].isin(own)]
    rows, chosen = table.index.to_numpy(), table["candidate"].to_numpy()
    layering = situation.layering(analysis.gap_layer)
    gains = gains_by_unit(ranking.taken, weight, layering.home_area)
    gains = gains[gains["newly_reached"] >= UNIT_GAINS_FROM]
    names = layering.areas["area_name"].to_numpy()
    units = {
        row: list(names[found["unit"].to_numpy(dtype=int)]) for row, found in gains.groupby("row")
    }
    likely, low, high = _after(situation, ranking, rows)
    frame = options.iloc[chosen].reset_index(drop=True)
    figures = table[["rank", "newly_reached", "newly_reached_alone", "overlap_pct"]]
    return frame.assign(
        **{str(name): column.to_numpy() for name, column in figures.items()},
        plan_id="greedy",
        status="proposed",
        coverage_after_pct=likely.to_numpy(),
        coverage_after_low_pct=low.to_numpy(),
        coverage_after_high_pct=high.to_numpy(),
        council_id=council_ids[chosen],
        units_gained=pd.Series([units.get(row, []) for row in rows], dtype="object"),
        age_group=parameters.age_group,
        **parameters.limit.columns(),
    )


def _after(
    situation: Situation, ranking: Ranking, rows: np.ndarray
) -> "tuple[pd.Series[float], pd.Series[float], pd.Series[float]]":
    """Return the share that is reached after some of the ranking, and the least and the most it can be."""
    taken, reached = ranking.taken, situation.reached(TARGET)
    newly = taken >= 0

    def measure(people: pd.DataFrame) -> pd.DataFrame:
        weight = people[situation.parameters.age_group].to_numpy(dtype=float)
        by_row = np.bincount(taken[newly], weight[newly], minlength=len(ranking.table))
        counts = weight[reached].sum() + np.cumsum(by_row)[rows]
        return pd.DataFrame({"residents": weight.sum(), "reached": counts}, dtype=float)

    tables = Ends.of(situation, measure)
    likely = share_pct(tables.likely["reached"], tables.likely["residents"])
    return pd.Series(likely), *Bounds.of(tables, "reached").pct()


def _options(situation: Situation) -> gpd.GeoDataFrame:
    """
    Return upgrades first, then venues that hold no place yet.

    Of an upgrade with ``days_unknown`` nobody knows whether the hall is weekly already: what it would
    newly reach is what finding out decides.
    """
    profile = situation.profile
    counted = situation.counted
    weekly = at_least(counted["venue_frequency"], TARGET)
    ceilings = profile.subsidies
    willing = ~counted["private_home"].astype(bool) | counted["consent"].astype(bool)
    upgrades = counted[~weekly & willing]
    upgrades = upgrades.assign(
        venue_name=groups_apart(hall_names(upgrades).tolist(), upgrades),
        days_unknown=situation.in_unknown_halls(upgrades),
        candidate_id="upgrade-" + upgrades["place_id"],
        action="upgrade",
        cost_max_yen=ceilings.yearly_max_yen(TARGET),
    )
    openings = free_venues(situation).assign(
        place_id="",
        schedule_text="",
        schedule_assumed=False,
        action="open",
        days_unknown=False,
        cost_max_yen=ceilings.yearly_max_yen(TARGET) + ceilings.first_max_yen(),
    )
    openings = openings.assign(candidate_id="open-" + openings["venue_id"])
    columns = ["candidate_id", "action", "days_unknown", "venue_id", "place_id", "venue_name"]
    columns += ["kind", "address", "schedule_text", "schedule_assumed", "cost_max_yen"]
    columns += ["private_home", "geometry"]
    options = pd.concat([upgrades[columns], openings[columns]], ignore_index=True)
    return options.assign(
        frequency=TARGET,
        cost_max_yen=options["cost_max_yen"].astype("Int64"),
        private_home=options["private_home"].fillna(value=False).astype(bool),
    )


def free_venues(situation: Situation) -> gpd.GeoDataFrame:
    """
    Return the venues that hold no place yet, by id; a private home only where it consents.

    Consent is to being a candidate: whose home it is stays unsaid all the same.
    """
    venues = situation.venues.sort_values("venue_id")
    there = ~(venues.geometry.isna() | venues.geometry.is_empty)
    willing = ~venues["private_home"] | venues["consent"].fillna(value=False).astype(bool)
    held = venues["venue_id"].isin(situation.counted["venue_id"])
    return venues.assign(venue_name=venues["name"])[there & willing & ~held]
