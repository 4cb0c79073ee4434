"""
Coverage: of the residents of each area, how many are within the limit of a place.

Everything is summed over homes, so areas, remainder and municipality agree by construction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from geo.network import FloatArray, IntArray
from geo.reach import Walks, within

FREQUENCIES = ("monthly", "weekly", "permanent")
"""From the rarest; a place of a later class counts for every earlier one."""

_TIMES = ("walk_min_mean", "walk_min_median", "walk_min_p90")


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
    weight = residents.to_numpy(dtype=np.float64)
    member = _membership(layering)
    everybody = member @ weight
    frames = []
    for frequency in FREQUENCIES:
        reach = access[frequency]
        own_m = own_area_walk_m(walks, reach.counts, layering)
        places_n = _count(layering.place_area[reach.counts], layering)
        times = _walking_times(layering, reach.walk_m / speed_m_per_min, weight)
        for limit_m in limits_m:
            summed = {
                "residents": everybody,
                "reached": _sum_within(member, weight, reach.walk_m, limit_m),
                "reached_own_area": _sum_within(member, weight, own_m, limit_m),
                "circle_reached": _sum_within(member, weight, reach.straight_m, limit_m),
                **times,
            }
            for column, age_group in enumerate(residents.columns):
                frame = pd.DataFrame({name: sums[:, column] for name, sums in summed.items()})
                frame.insert(0, "area", np.append(np.arange(len(layering.areas)), -1))
                frames.append(
                    frame.assign(
                        frequency=frequency,
                        age_group=age_group,
                        walk_limit_m=float(limit_m),
                        places_n=places_n,
                    )
                )
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
    names, start = np.unique(groups[order], return_index=True)
    found = _sorted_quantiles(values[order], weights[order], start, quantiles)
    return pd.DataFrame(dict(zip(quantiles, found, strict=True)), index=names)


def _sorted_quantiles(
    values: FloatArray, weights: FloatArray, start: IntArray, quantiles: Sequence[float]
) -> list[FloatArray]:
    """Return quantiles of consecutive groups, each sorted by value, NaN for one of no weight."""
    summed = np.concatenate([[0.0], np.cumsum(weights)])
    end = np.append(start[1:], len(values))
    before, total = summed[start], summed[end] - summed[start]
    found = []
    for quantile in quantiles:
        # A whisker below the share, so that a sum of floats that should equal it is found.
        wanted = before + quantile * total * (1 - 1e-12)
        position = np.clip(np.searchsorted(summed[1:], wanted), start, end - 1)
        found.append(np.where(total > 0, values[position], np.nan) if len(start) else values[:0])
    return found


def _slots(layering: Layering) -> IntArray:
    """Return the row of each home: its area, or the last one, the remainder."""
    return np.where(layering.home_area >= 0, layering.home_area, len(layering.areas))


def _membership(layering: Layering) -> sparse.csr_array:
    """Return the (areas + 1, homes) matrix that sums homes by area, the remainder last."""
    slots = _slots(layering)
    shape = (len(layering.areas) + 1, slots.size)
    return sparse.csr_array((np.ones(slots.size), (slots, np.arange(slots.size))), shape=shape)


def _sum_within(
    member: sparse.csr_array, weight: FloatArray, walk_m: FloatArray, limit_m: float
) -> FloatArray:
    """Return (areas + 1, age groups) residents of the homes whose walk is within the limit."""
    inside = np.flatnonzero(within(walk_m, limit_m))
    return np.asarray(member[:, inside] @ weight[inside])


def _count(place_area: IntArray, layering: Layering) -> IntArray:
    slots = np.where(place_area >= 0, place_area, len(layering.areas))
    return np.bincount(slots, minlength=len(layering.areas) + 1)


def _walking_times(
    layering: Layering, walk_min: FloatArray, weight: FloatArray
) -> dict[str, FloatArray]:
    """Return mean, median and 90th percentile, each (areas + 1, age groups)."""
    known = np.flatnonzero(np.isfinite(walk_min))
    slots = _slots(layering)[known]
    order = np.lexsort((walk_min[known], slots))
    slots, homes = slots[order], known[order]
    minutes, weight = walk_min[homes], weight[homes]
    names, start = np.unique(slots, return_index=True)
    shape = (len(layering.areas) + 1, weight.shape[1])
    times = {name: np.full(shape, np.nan) for name in _TIMES}
    for column in range(shape[1]):
        total = np.bincount(slots, weights=weight[:, column], minlength=shape[0])
        summed = np.bincount(slots, weights=weight[:, column] * minutes, minlength=shape[0])
        times["walk_min_mean"][:, column] = summed / np.where(total > 0, total, np.nan)
        median, p90 = _sorted_quantiles(minutes, weight[:, column], start, [0.5, 0.9])
        times["walk_min_median"][names, column] = median
        times["walk_min_p90"][names, column] = p90
    return times
