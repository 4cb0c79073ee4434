"""
Coverage: of the residents of each area, how many are within the limit of a place.

Everything is summed over homes, so areas, remainder and municipality agree by construction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.network import FloatArray, IntArray
from geo.reach import Walks, within

FREQUENCIES = ("monthly", "weekly", "permanent")
"""From the rarest; a place of a later class counts for every earlier one."""


@dataclass(frozen=True)
class Layering:
    """
    One layer, seen from homes and places.

    ``home_area`` and ``place_area`` are positions in ``areas`` (-1 outside all of them).
    """

    areas: pd.DataFrame
    home_area: IntArray
    place_area: IntArray


@dataclass(frozen=True)
class Access:
    """
    How homes reach the places of one frequency class or better.

    ``walk_m`` and ``straight_m`` are (homes,) metres to the nearest, infinite without one;
    ``counts`` is (places,), true for the places that count.
    """

    walk_m: FloatArray
    straight_m: FloatArray
    counts: np.ndarray


def at_least(frequency: pd.Series, wanted: str) -> np.ndarray:
    """Say which places meet at least as often as ``wanted``; an unknown frequency never does."""
    rank = frequency.map({name: rank for rank, name in enumerate(FREQUENCIES)}).fillna(-1)
    return rank.to_numpy() >= FREQUENCIES.index(wanted)


def own_area_walk_m(walks: Walks, counts: np.ndarray, layering: Layering) -> FloatArray:
    """Return (homes,) metres to the nearest counting place in the home's own area."""
    home_area = layering.home_area[walks.home]
    own = counts[walks.origin] & (home_area >= 0)
    own &= home_area == layering.place_area[walks.origin]
    walk_m = np.full(walks.homes_n, np.inf)
    np.minimum.at(walk_m, walks.home[own], walks.walk_m[own])
    return walk_m


def coverage(
    residents: pd.DataFrame,
    layering: Layering,
    access: Mapping[str, Access],
    walks: Walks,
    *,
    limits_m: Sequence[float],
    speed_m_per_min: float,
) -> pd.DataFrame:
    """
    Measure one layer for every frequency, age group and limit.

    Parameters
    ----------
    residents
        (homes, age groups) residents.
    layering
        The layer.
    access
        Frequency → how homes reach it.
    walks
        Walks from all places, at least as long as the longest limit.
    limits_m
        Inclusive walking limits, metres.
    speed_m_per_min
        Walking speed, for the walking times.

    Returns
    -------
    Long table: ``area`` (position in the layer, -1 for the remainder: homes in no area),
    ``frequency, age_group, walk_limit_m, residents, reached, reached_own_area, circle_reached,
    coverage_pct, circle_coverage_pct, places_n, walk_min_mean, walk_min_median, walk_min_p90``.
    A percentage of nobody is NaN. Walking times are those of the residents who can walk there at
    all, however far.
    """
    frames = []
    for frequency in FREQUENCIES:
        reach = access[frequency]
        own_m = own_area_walk_m(walks, reach.counts, layering)
        places_n = _count(layering.place_area[reach.counts], layering)
        for age_group in residents.columns:
            weight = residents[age_group].to_numpy(dtype=float)
            times = _walking_times(layering, reach.walk_m / speed_m_per_min, weight)
            for limit_m in limits_m:
                frame = pd.DataFrame(
                    {
                        "area": np.append(np.arange(len(layering.areas)), -1),
                        "frequency": frequency,
                        "age_group": age_group,
                        "walk_limit_m": float(limit_m),
                        "residents": _sum(layering, weight),
                        "reached": _sum(layering, weight * within(reach.walk_m, limit_m)),
                        "reached_own_area": _sum(layering, weight * within(own_m, limit_m)),
                        "circle_reached": _sum(
                            layering, weight * within(reach.straight_m, limit_m)
                        ),
                        "places_n": places_n,
                    }
                )
                frames.append(pd.concat([frame, times], axis=1))
    table = pd.concat(frames, ignore_index=True)
    table["coverage_pct"] = share_pct(table["reached"], table["residents"])
    table["circle_coverage_pct"] = share_pct(table["circle_reached"], table["residents"])
    return table


def share_pct(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Return 100 x part / whole, NaN where the whole is nobody."""
    return 100.0 * part / whole.where(whole > 0)


def weighted_quantiles(
    values: FloatArray, weights: FloatArray, groups: IntArray, quantiles: Sequence[float]
) -> pd.DataFrame:
    """
    Find weighted quantiles of values within groups.

    Parameters
    ----------
    values, weights, groups
        (n,) each; weights are not negative; groups are any integers.
    quantiles
        Between 0 and 1.

    Returns
    -------
    One row per group with positive weight (the index), one column per quantile: the smallest value
    at which the summed weight of values up to it is at least the quantile's share.
    """
    keep = weights > 0
    values, weights, groups = values[keep], weights[keep], groups[keep]
    order = np.lexsort((values, groups))
    values, weights, groups = values[order], weights[order], groups[order]
    names, start = np.unique(groups, return_index=True)
    end = np.append(start[1:], len(groups))
    summed = np.cumsum(weights)
    before = np.concatenate([[0.0], summed])[start]
    total = np.concatenate([[0.0], summed])[end] - before
    found = {}
    for quantile in quantiles:
        # A whisker below the share, so that a sum of floats that should equal it is found.
        wanted = before + quantile * total * (1 - 1e-12)
        position = np.clip(np.searchsorted(summed, wanted), start, end - 1)
        found[quantile] = values[position]
    return pd.DataFrame(found, index=names)


def _slots(layering: Layering) -> IntArray:
    """Return the row of each home: its area, or the last one, the remainder."""
    return np.where(layering.home_area >= 0, layering.home_area, len(layering.areas))


def _sum(layering: Layering, weight: FloatArray) -> FloatArray:
    summed = np.bincount(_slots(layering), weights=weight, minlength=len(layering.areas) + 1)
    return summed.astype(np.float64)


def _count(place_area: IntArray, layering: Layering) -> IntArray:
    slots = np.where(place_area >= 0, place_area, len(layering.areas))
    return np.bincount(slots, minlength=len(layering.areas) + 1)


def _walking_times(layering: Layering, walk_min: FloatArray, weight: FloatArray) -> pd.DataFrame:
    known = np.isfinite(walk_min)
    slots, minutes, weight = _slots(layering)[known], walk_min[known], weight[known]
    size = len(layering.areas) + 1
    total = np.bincount(slots, weights=weight, minlength=size)
    summed = np.bincount(slots, weights=weight * minutes, minlength=size)
    quantiles = weighted_quantiles(minutes, weight, slots, [0.5, 0.9]).reindex(range(size))
    return pd.DataFrame(
        {
            "walk_min_mean": summed / np.where(total > 0, total, np.nan),
            "walk_min_median": quantiles[0.5].to_numpy(dtype=float),
            "walk_min_p90": quantiles[0.9].to_numpy(dtype=float),
        }
    )
