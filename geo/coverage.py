"""
Coverage: of the residents of each area, how many are within the limit of a place.

Everything is summed over homes, so areas, remainder and municipality agree by construction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from geo.compiled import compiled
from geo.errors import InvalidInputError
from geo.network import FloatArray, IntArray
from geo.reach import TOLERANCE, Walks, within

FREQUENCIES = ("monthly", "weekly", "permanent")
"""From the rarest; a place of a later class counts for every earlier one."""

TIMES = ("walk_min_mean", "walk_min_median", "walk_min_p90")
_COUNTS = ("reached", "reached_own_area", "circle_reached")


@dataclass(frozen=True, order=True)
class Limit:
    """How far is still within reach: metres on foot, minutes, or both (then both must hold)."""

    m: float | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.m, self.minutes) if value is not None]
        if not given or not all(np.isfinite(value) and value > 0 for value in given):
            raise InvalidInputError(
                "a walking limit needs metres or minutes above 0",
                ja="歩く範囲には、0より大きい距離（m）か時間（分）が必要です",
            )

    def columns(self) -> dict[str, float]:
        """Return ``walk_limit_m`` and ``walk_limit_min`` of a row, NaN where the limit has none."""
        return {
            "walk_limit_m": np.nan if self.m is None else float(self.m),
            "walk_limit_min": np.nan if self.minutes is None else float(self.minutes),
        }

    def holds(self, walk_m: FloatArray, walk_s: FloatArray) -> np.ndarray:
        """Say which walks are within: ``walk_m`` of the shortest, ``walk_s`` of the quickest."""
        inside = np.ones(walk_m.shape, dtype=bool)
        if self.m is not None:
            inside &= within(walk_m, self.m)
        if self.minutes is not None:
            inside &= within(walk_s, 60.0 * self.minutes)
        return inside


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

    ``walk_m`` and ``walk_s`` are (homes,) metres of the shortest and seconds of the quickest walk to
    a place, ``straight_m`` as the crow flies, infinite without one; ``counts`` is (places,), true for
    the places that count.
    """

    walk_m: FloatArray
    walk_s: FloatArray
    straight_m: FloatArray
    counts: np.ndarray

    @cached_property
    def by_time(self) -> IntArray:
        """Return the homes from which a place can be walked to, from the quickest walk on."""
        known = np.flatnonzero(np.isfinite(self.walk_s))
        return known[np.argsort(self.walk_s[known], kind="stable")]


@dataclass(frozen=True)
class Journeys:
    """Walks from homes to all places: in metres and in seconds, as far as the longest limits."""

    m: Walks
    s: Walks

    def within(self, limit: Limit) -> tuple[IntArray, IntArray]:
        """
        Return the places and homes of the walks within a limit, sorted by place, then home.

        Parameters
        ----------
        limit
            No longer than the walks were looked for. Of metres and minutes both must hold, the shortest
            walk for the one and the quickest for the other.

        Returns
        -------
        (pairs,) positions of places and (pairs,) positions of homes.
        """
        found = []
        if limit.m is not None:
            found.append((self.m, within(self.m.walk, limit.m)))
        if limit.minutes is not None:
            found.append((self.s, within(self.s.walk, 60.0 * limit.minutes)))
        first, kept = found[0]
        origin, home = first.origin[kept], first.home[kept]
        if len(found) > 1:
            other, also = found[1]
            size = max(first.homes_n, 1)
            known = np.isin(
                origin * size + home, (other.origin * size + other.home)[also], assume_unique=True
            )
            origin, home = origin[known], home[known]
        return origin, home


def at_least(frequency: pd.Series, wanted: str) -> np.ndarray:
    """Say which places meet at least as often as ``wanted``; an unknown frequency never does."""
    rank = frequency.map({name: rank for rank, name in enumerate(FREQUENCIES)}).fillna(-1)
    return rank.to_numpy() >= FREQUENCIES.index(wanted)


def own_area_walk(walks: Walks, counts: np.ndarray, layering: Layering) -> FloatArray:
    """
    Return (homes,) walks to the nearest counting place in the home's own area.

    Parameters
    ----------
    walks
        Walks from homes to all places.
    counts
        (places,) true for the places that count.
    layering
        The layer; a home in no area of it has no place of its own.

    Returns
    -------
    (homes,) in the unit of ``walks``, infinite without a walk.
    """
    return _own_area(
        (walks.origin, walks.home, walks.walk),
        np.asarray(counts, dtype=np.bool_),
        layering.home_area.astype(np.int64),
        layering.place_area.astype(np.int64),
    )


@compiled
def _own_area(
    pairs: tuple[IntArray, IntArray, FloatArray],
    counts: np.ndarray,
    home_area: IntArray,
    place_area: IntArray,
) -> FloatArray:
    origin, home, walk = pairs
    best = np.full(home_area.size, np.inf)
    for pair in range(origin.size):
        place, at = origin[pair], home[pair]
        if counts[place] and home_area[at] >= 0 and home_area[at] == place_area[place]:
            best[at] = min(best[at], walk[pair])
    return best


def coverage(
    residents: pd.DataFrame,
    layering: Layering,
    access: Mapping[str, Access],
    journeys: Journeys,
    *,
    limits: Sequence[Limit],
    speed_m_per_min: float,
) -> pd.DataFrame:
    """
    Measure one layer for every frequency, age group and limit, for one walker.

    Parameters
    ----------
    residents
        (homes, age groups) residents.
    layering
        The layer.
    access
        Frequency → how homes reach it.
    journeys
        Walks to all places, at least as long as the longest limits.
    limits
        Inclusive walking limits.
    speed_m_per_min
        Speed on the flat: a limit of minutes claims a circle of as many metres.

    Returns
    -------
    Long table: ``area`` (position in the layer, -1 for the remainder: homes in no area),
    ``frequency, age_group, walk_limit_m, walk_limit_min`` (NaN where the limit has none),
    ``residents, reached, reached_own_area, circle_reached, coverage_pct, circle_coverage_pct,
    places_n, walk_min_mean, walk_min_median, walk_min_p90``. A percentage of nobody is NaN. Walking
    times are those of the quickest walks of the residents who can walk there at all, however far.
    """
    weight = residents.to_numpy(dtype=np.float64)
    slots = _slots(layering)
    size = len(layering.areas) + 1
    everybody = _sum_by(slots, weight, size)
    blocks = []
    for frequency in FREQUENCIES:
        reach = access[frequency]
        own_m = own_area_walk(journeys.m, reach.counts, layering)
        own_s = own_area_walk(journeys.s, reach.counts, layering)
        circle_s = reach.straight_m * (60.0 / speed_m_per_min)
        sums = [
            _sums_within(slots, weight, size, walks, limits)
            for walks in (
                (reach.walk_m, reach.walk_s),
                (own_m, own_s),
                (reach.straight_m, circle_s),
            )
        ]
        places_n = _sum_by(_slot(layering.place_area[reach.counts], layering), None, size)
        times = _times(reach.by_time, slots, reach.walk_s, weight, size)
        blocks.append((frequency, everybody, sums, places_n, times))
    table = pd.concat([_block(residents.columns, limits, *block) for block in blocks])
    table = table.reset_index(drop=True)
    table["coverage_pct"] = share_pct(table["reached"], table["residents"])
    table["circle_coverage_pct"] = share_pct(table["circle_reached"], table["residents"])
    return table


def _block(  # noqa: PLR0913, PLR0917  what one frequency gives, side by side
    groups: pd.Index,
    limits: Sequence[Limit],
    frequency: str,
    everybody: FloatArray,
    sums: list[FloatArray],
    places_n: FloatArray,
    times: FloatArray,
) -> pd.DataFrame:
    """Lay out (limits, areas, groups) sums as rows: limit by limit, group by group, areas last."""
    size, groups_n = everybody.shape
    shape = (len(limits), groups_n, size)

    def each(values: FloatArray) -> np.ndarray:
        return np.broadcast_to(values.T, shape).ravel()

    area = np.append(np.arange(size - 1), -1)
    columns: dict[str, object] = {
        "area": np.broadcast_to(area, shape).ravel(),
        "residents": each(everybody),
    }
    columns |= {
        name: values.transpose(0, 2, 1).ravel() for name, values in zip(_COUNTS, sums, strict=True)
    }
    columns |= {name: each(values) for name, values in zip(TIMES, times, strict=True)}
    columns["frequency"] = frequency
    columns["age_group"] = np.broadcast_to(np.asarray(groups)[:, None], shape).ravel()
    for name in ("walk_limit_m", "walk_limit_min"):
        values = np.array([limit.columns()[name] for limit in limits])
        columns[name] = np.broadcast_to(values[:, None, None], shape).ravel()
    columns["places_n"] = np.broadcast_to(places_n.astype(np.int64), shape).ravel()
    return pd.DataFrame(columns)


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


def _slot(area: IntArray, layering: Layering) -> IntArray:
    return np.where(area >= 0, area, len(layering.areas)).astype(np.int64)


def _slots(layering: Layering) -> IntArray:
    """Return the row of each home: its area, or the last one, the remainder."""
    return _slot(layering.home_area, layering)


def _sum_by(slots: IntArray, weight: FloatArray | None, size: int) -> FloatArray:
    """Return (size, groups) sums of weights by slot, or (size,) counts without weights."""
    if weight is None:
        return np.bincount(slots, minlength=size).astype(np.float64)
    columns = [np.bincount(slots, weights=column, minlength=size) for column in weight.T]
    return np.stack(columns, axis=1) if columns else np.zeros((size, 0))


def _sums_within(
    slots: IntArray,
    weight: FloatArray,
    size: int,
    walks: tuple[FloatArray, FloatArray],
    limits: Sequence[Limit],
) -> FloatArray:
    """Return (limits, areas + 1, groups) residents within each limit."""
    most_m = np.array([np.inf if limit.m is None else limit.m for limit in limits])
    most_s = np.array([np.inf if limit.minutes is None else 60 * limit.minutes for limit in limits])
    return _tally(slots, weight, size, walks, (most_m + TOLERANCE, most_s + TOLERANCE))


@compiled
def _tally(
    slots: IntArray,
    weight: FloatArray,
    size: int,
    walks: tuple[FloatArray, FloatArray],
    limits: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """Sum weights by slot within each pair of limits, home by home; infinite is no limit."""
    walk_m, walk_s = walks
    most_m, most_s = limits
    groups_n = weight.shape[1]
    found = np.zeros((most_m.size, size, groups_n))
    for home in range(slots.size):
        if walk_m[home] == np.inf and walk_s[home] == np.inf:
            continue
        slot = slots[home]
        for limit in range(most_m.size):
            if walk_m[home] <= most_m[limit] and walk_s[home] <= most_s[limit]:
                for group in range(groups_n):
                    found[limit, slot, group] += weight[home, group]
    return found


def _times(
    by_time: IntArray, slots: IntArray, walk_s: FloatArray, weight: FloatArray, size: int
) -> FloatArray:
    """Return mean, median and 90th percentile in minutes, (3, areas + 1, groups)."""
    walk_min, there = walk_s[by_time] / 60.0, weight[by_time]
    total = _sum_by(slots[by_time], there, size)
    summed = _sum_by(slots[by_time], there * walk_min[:, None], size)
    mean = summed / np.where(total > 0, total, np.nan)
    # A whisker below the share, so that a sum of floats that should equal it is found.
    enough = np.stack([0.5 * total, 0.9 * total]) * (1 - 1e-12)
    median, p90 = _quantiles(slots[by_time], walk_min, there, enough)
    return np.stack([mean, median, p90])


@compiled
def _quantiles(
    slots: IntArray, walk_min: FloatArray, weight: FloatArray, enough: FloatArray
) -> FloatArray:
    """Go through homes from the quickest walk on, and note when each slot has enough residents."""
    found = np.full(enough.shape, np.nan)
    so_far = np.zeros(enough.shape[1:])
    for home in range(slots.size):
        slot = slots[home]
        for group in range(weight.shape[1]):
            if weight[home, group] <= 0:
                continue
            so_far[slot, group] += weight[home, group]
            for share in range(enough.shape[0]):
                if so_far[slot, group] < enough[share, slot, group]:
                    continue
                if np.isnan(found[share, slot, group]):
                    found[share, slot, group] = walk_min[home]
    return found
