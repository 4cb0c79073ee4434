"""Gaps: the unit list of a run, each with its class, its residents and what is to be said of it."""

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike

from geo.arrays import TOLERANCE, BoolArray, FloatArray, IntArray
from geo.coverage.gaps import best_site_residents, gap_class, nearest_place, need, ranks
from geo.coverage.reached import Layering, at_least
from geo.streets.pieces import broken_off
from geo.walking.snapping import GROUND, ISOLATED, NO_NETWORK, TOO_FAR
from services.results.divisions import division_columns
from services.results.stops import stop_columns
from services.situation.intervals import Bounds, Ends
from services.situation.naming import picked
from services.situation.view import Situation
from services.words.vocabulary import RESIDENTS_OF, UNREACHED_OF

OFF_STREETS = (GROUND, ISOLATED, NO_NETWORK, TOO_FAR)
"""Why a home or a place joins no street where the data lacks it; a barrier is somebody's knowledge."""

MOST = 0.5
"""Where more than this share of its residents is off the streets, nobody knows who of a unit could walk."""


def gaps_frame(situation: Situation) -> pd.DataFrame:
    """Return one row per unit of the gap layer, most residents not reached first."""
    profile, parameters = situation.profile, situation.parameters
    layer = profile.layer(profile.analysis.gap_layer)
    layering = situation.layering(layer.id)
    weight = situation.residents[parameters.age_group].to_numpy(dtype=float)
    reached = situation.reached("weekly")

    def measure(people: pd.DataFrame) -> pd.DataFrame:
        there = people[parameters.age_group].to_numpy(dtype=float)
        counts = {"residents": there, "reached": there * reached}
        return pd.DataFrame({name: _by_unit(layering, count) for name, count in counts.items()})

    low, high = Bounds.of(Ends.of(situation, measure), "reached").pct()
    residents = _by_unit(layering, weight)
    unreached = _by_unit(layering, weight * ~reached)
    frame = layering.areas[["layer", "area_id", "area_name", "version", "council_id"]].copy()
    frame["approximate"] = layer.approximate
    frame["gap"] = gap_classes(situation).to_numpy()
    frame["age_group"] = parameters.age_group
    frame["residents_estimated"] = parameters.age_group in profile.population.estimated_groups
    frame["walk_limit_m"] = np.nan if parameters.limit.m is None else parameters.limit.m
    frame["walk_limit_min"] = (
        np.nan if parameters.limit.minutes is None else parameters.limit.minutes
    )
    frame["residents"] = residents
    everybody = np.ones(len(weight), dtype=bool)
    for name, group in RESIDENTS_OF.items():
        frame[name] = _of_group(situation, layering, group, everybody)
    frame["unreached"] = unreached
    frame["undecided"] = _by_unit(layering, weight * situation.undecided("weekly"))
    frame["off_streets"] = _off_streets(situation, layering, weight)
    frame["coverage_pct"] = 100.0 * (1.0 - unreached / np.where(residents > 0, residents, np.nan))
    frame["coverage_low_pct"], frame["coverage_high_pct"] = low, high
    frame["places_n"] = _places_by_unit(layering, np.ones(len(situation.counted), dtype=bool))
    frame["places_unknown_n"] = _places_by_unit(layering, situation.unknown_days("weekly"))
    frame = _with_nearest(frame, situation, layering, weight)
    further = [stop_columns, division_columns]
    tables = [columns(situation, layering, weight) for columns in further]
    frame = pd.concat([frame, _weighed(situation, layering), *tables], axis=1)
    frame["needs_transport_below"] = profile.analysis.needs_transport_below
    frame["reason"] = reason_codes(
        frame,
        stops=situation.workspace.stops() is not None,
        unknown=bool(situation.unknown_days("weekly").any()),
    )
    return ranked(frame, small_number=profile.privacy.small_number)


def _weighed(situation: Situation, layering: Layering) -> pd.DataFrame:
    """Return unreached residents of other age groups, and the need of each unit."""
    weights = situation.profile.analysis.weights
    missed = ~situation.reached("weekly")
    others = {
        name: _of_group(situation, layering, group, missed) for name, group in UNREACHED_OF.items()
    }
    weighed = {group: _of_group(situation, layering, group, missed) for group in weights}
    return pd.DataFrame(
        {
            **others,
            "need": need(weighed, weights),
            "need_of": ",".join(weights),
        }
    )


def _by_unit(layering: Layering, weight: FloatArray) -> FloatArray:
    inside = layering.home_area >= 0
    summed = np.bincount(
        layering.home_area[inside], weights=weight[inside], minlength=len(layering.areas)
    )
    return summed.astype(np.float64)


def _places_by_unit(layering: Layering, places: BoolArray) -> IntArray:
    inside = layering.place_area[places & (layering.place_area >= 0)]
    return np.bincount(inside, minlength=len(layering.areas)).astype(np.int64)


def _of_group(
    situation: Situation, layering: Layering, age_group: str, homes: BoolArray
) -> FloatArray:
    """Return the residents of an age group at some homes, NaN where the population has no such group."""
    if age_group not in situation.residents:
        return np.full(len(layering.areas), np.nan)
    return _by_unit(layering, situation.residents[age_group].to_numpy(dtype=float) * homes)


def gap_classes(situation: Situation) -> pd.Series:
    """Return the class of each unit, in the order of the areas of the gap layer."""
    profile, limit = situation.profile, situation.parameters.limit
    layering = situation.layering(profile.analysis.gap_layer)
    weight = situation.residents[situation.parameters.age_group].to_numpy(dtype=float)
    frequency, unknown = situation.counted["venue_frequency"], situation.unknown_days("weekly")
    joined = ~situation.place_snaps["reason"].isin(OFF_STREETS).to_numpy()
    place_area = np.where(joined, layering.place_area, -1)
    near_streets = Layering(layering.areas, layering.home_area, place_area)
    classes = gap_class(frequency, unknown, near_streets)
    # A place that no street of the data reaches is there, but nobody knows for whom.
    no_way = (classes != gap_class(frequency, unknown, layering)).to_numpy()
    enough = profile.analysis.needs_transport_below
    # Only a unit that surely has no weekly place is asked whether any site could serve it.
    open_units = ~classes.isin(["weekly_or_more", "unknown"]).to_numpy()
    home_area = np.where(
        (layering.home_area >= 0) & open_units[layering.home_area], layering.home_area, -1
    )
    points = _home_points(situation)
    best = best_site_residents(
        lambda rows: situation.walking.catchments(points.iloc[rows], limit),
        points[["x", "y"]].to_numpy(),
        weight,
        Layering(layering.areas, home_area, layering.place_area),
        circle_m=situation.walking.farthest_m(limit),
        enough=enough,
    )
    lived_in = _by_unit(layering, weight) > 0
    classes = classes.mask(open_units & lived_in & (best < enough), "needs_transport")
    lack = lack_streets(situation, layering, weight)
    return classes.mask((open_units & lack) | no_way, "no_streets")


def lack_streets(situation: Situation, layering: Layering, weight: FloatArray) -> BoolArray:
    """Return (units,) whether the data has no street near the homes of so many that nothing is known."""
    residents = _by_unit(layering, weight)
    return _most(_off_streets(situation, layering, weight), residents)


def _most(off: FloatArray, residents: FloatArray) -> BoolArray:
    """Say of which units more than half of the residents are off the streets."""
    return np.asarray((residents > 0) & (off > MOST * residents + TOLERANCE))


def off_streets(situation: Situation) -> float:
    """Return the residents of whom the data of the streets does not tell, wherever they are."""
    weight = situation.residents[situation.parameters.age_group].to_numpy(dtype=float)
    return float(weight[_untold(situation)].sum())


def _off_streets(situation: Situation, layering: Layering, weight: FloatArray) -> FloatArray:
    """Return (units,) the residents of whom the data of the streets does not tell."""
    return _by_unit(layering, weight * _untold(situation))


def _untold(situation: Situation) -> BoolArray:
    """
    Return (homes,) those of which the data of the streets does not tell whether they can walk.

    They join no street, or one of a piece that is broken off a larger one and that leads to no weekly
    place. A piece that stands alone is an island, where it is known that nobody walks off it.
    """

    def found() -> BoolArray:
        off = situation.homes["unsnapped"].isin(OFF_STREETS).to_numpy()
        if not at_least(situation.counted["venue_frequency"], "weekly").any():
            return np.asarray(off)
        # As the map has the streets: where somebody has drawn a barrier, that no way leads on is known.
        network = situation.workspace.network()
        edge = situation.mapped_homes["edge"].to_numpy()
        broken = np.zeros(len(network.component_length_m) + 1, dtype=bool)
        over_water = situation.workspace.obstacles.over_water
        leg_m = situation.profile.streets.snap_limit_m
        found = broken_off(network, leg_m=leg_m, crossed=over_water)
        broken[found["piece"].to_numpy()] = True
        piece = np.full(edge.size, len(network.component_length_m))
        piece[edge >= 0] = network.component_of_node[network.edge_u[edge[edge >= 0]]]
        nowhere = situation.approach("weekly").origin < 0
        joined = (situation.homes["unsnapped"] == "").to_numpy()
        return np.asarray(off | (joined & nowhere & broken[piece]))

    return situation.shared("untold", found)


def _home_points(situation: Situation) -> pd.DataFrame:
    homes = situation.homes
    return pd.DataFrame(
        {
            "edge": homes["edge"].to_numpy(),
            "offset_m": homes["offset_m"].to_numpy(),
            "snap_m": homes["snap_m"].to_numpy(),
            "x": homes["snap_x"].to_numpy(),
            "y": homes["snap_y"].to_numpy(),
        }
    )


def _with_nearest(
    frame: pd.DataFrame, situation: Situation, layering: Layering, weight: FloatArray
) -> pd.DataFrame:
    weekly, counted = situation.approach("weekly"), situation.counted
    walks = {
        "walk_m": weekly.walk_m,
        "walk_s": weekly.walk_s,
        "climb_m": weekly.climb_m,
        "steps_n": weekly.steps_n,
        "straight_m": _straight_to_nearest_m(situation),
    }
    found = nearest_place(walks, weekly.origin, weight, layering)
    councils = situation.layering(situation.profile.analysis.council_layer)
    place = found["place"].to_numpy()
    columns: dict[str, ArrayLike] = {
        "nearest_place_id": counted["place_id"],
        "nearest_place_name": counted["name"],
        "nearest_place_council_id": picked(councils.areas["area_id"], councils.place_area),
        "nearest_place_council_name": picked(councils.areas["area_name"], councils.place_area),
    }
    return frame.assign(
        **{name: picked(values, place) for name, values in columns.items()},
        nearest_place_walk_m=found["walk_m"].to_numpy(),
        nearest_place_walk_min=found["walk_s"].to_numpy() / 60.0,
        nearest_place_climb_m=found["climb_m"].to_numpy(),
        nearest_place_steps=found["steps_n"].to_numpy(),
        nearest_place_straight_m=found["straight_m"].to_numpy(),
    )


def _straight_to_nearest_m(situation: Situation) -> FloatArray:
    """Return (homes,) straight metres to the very place that is nearest on foot."""
    origin = situation.approach("weekly").origin
    home_xy = shapely.get_coordinates(situation.homes.geometry.to_numpy())
    place_xy = shapely.get_coordinates(situation.counted.geometry.to_numpy())
    nowhere = np.vstack([place_xy.reshape(-1, 2), [[np.nan, np.nan]]])
    return np.asarray(np.hypot(*(home_xy - nowhere[origin]).T))


def reason_codes(gaps: pd.DataFrame, *, stops: bool, unknown: bool = False) -> "pd.Series[str]":
    """
    Return what is to be said of each unit; the words are made of what of it is shown.

    ``unknown``: of some place anywhere nobody knows the days, so that no weekly one is surely absent.
    """
    code = pd.Series("nearest_weekly", index=gaps.index)
    code = code.mask(gaps["nearest_place_id"] == "", "no_way_known" if unknown else "no_way")
    transport = "needs_transport_stops" if stops else "needs_transport"
    transport += "_known" if stops and unknown else ""
    code = code.mask(gaps["gap"] == "needs_transport", transport)
    off = _most(gaps["off_streets"].to_numpy(), gaps["residents"].to_numpy())
    no_streets = gaps["gap"] == "no_streets"
    code = code.mask(no_streets, "place_off_streets").mask(no_streets & off, "off_streets")
    return code.mask(gaps["residents"] == 0, "nobody")


def ranked(gaps: pd.DataFrame, *, small_number: float) -> pd.DataFrame:
    """
    Rank units by number, by rate and by need, and sort by number, most residents not reached first.

    A rate is ranked among units of at least ``small_number`` residents: two of three people are no
    rate. What has no figure (NaN) has no rank, nor has a unit without streets, of whose people nobody
    knows who is reached: it comes last.
    """
    gaps = gaps.sort_values("area_id", ignore_index=True)
    told = gaps["gap"] != "no_streets"
    unreached = gaps["unreached"].where(told).to_numpy(dtype=float)
    missed_pct = (100.0 - gaps["coverage_pct"]).where(told & (gaps["residents"] >= small_number))
    found = {
        "rank_by_number": ranks(unreached),
        "rank_by_rate": ranks(missed_pct.to_numpy(dtype=float), ties=unreached),
    }
    if "need" in gaps.columns:
        found["need_rank"] = ranks(gaps["need"].where(told).to_numpy(dtype=float), ties=unreached)
    whole = {name: pd.Series(values).astype("Int64") for name, values in found.items()}
    last = gaps.assign(**whole, _last=~told)
    order = last.sort_values(["_last", "rank_by_number", "area_id"], ignore_index=True)
    return order.drop(columns="_last")
