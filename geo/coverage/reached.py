"""
Coverage: of the residents of each area, how many are within the limit of a place.

Everything is summed over homes, so areas, remainder and municipality agree by construction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.arrays import TOLERANCE, BoolArray, FloatArray, IntArray, compiled, within
from geo.coverage.tally import BySlot, sum_by, tally, times
from geo.errors import InvalidInputError
from geo.vocabulary import FREQUENCIES, rank
from geo.walking.reach import Walks

TIMES = ("walk_min_mean", "walk_min_median", "walk_min_p90")
COUNTS = ("reached", "reached_own_area", "circle_reached")


@dataclass(frozen=True, order=True)
class Limit:
    """How far is still within reach: metres on foot, minutes, or both (then both must hold)."""

    m: float | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.m, self.minutes) if value is not None]
        if not given or not all(np.isfinite(value) and value > 0 for value in given):
            raise InvalidInputError("a walking limit needs metres or minutes above 0")

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
    the places that count, ``unknown`` for those that may count: nobody knows their days (None: none).
    """

    walk_m: FloatArray
    walk_s: FloatArray
    straight_m: FloatArray
    counts: np.ndarray
    unknown: BoolArray | None = None


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
            found.append(self.m.within(limit.m))
        if limit.minutes is not None:
            found.append(self.s.within(60.0 * limit.minutes))
        held = found[0] if len(found) == 1 else found[0].both(found[1])
        return held.origin, held.home


@dataclass(frozen=True)
class Figures:
    """
    What one frequency gives.

    ``sums`` is (3, limits, areas + 1, age groups) residents reached, reached in their own area and
    within the circle; ``minutes`` (3, areas + 1, age groups) mean, median and 90th percentile;
    ``places_n`` (areas + 1,). The last area is the remainder.
    """

    sums: FloatArray
    minutes: FloatArray
    places_n: FloatArray


def at_least(frequency: pd.Series, wanted: str) -> np.ndarray:
    """Say which places meet at least as often as ``wanted``; an unknown frequency never does."""
    return frequency.map(rank).to_numpy(dtype=np.int64) >= FREQUENCIES.index(wanted)


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


def walks_with_unknown(reach: Access, journeys: Journeys) -> tuple[FloatArray, FloatArray]:
    """
    Return the walks that there would be if every place of unknown days counted.

    Parameters
    ----------
    reach
        How homes reach the places that count, and which may.
    journeys
        Walks to all places.

    Returns
    -------
    (homes,) metres and seconds: no longer than those of ``reach``, and the same beyond ``journeys``.
    """
    if reach.unknown is None or not reach.unknown.any():
        return reach.walk_m, reach.walk_s
    walk_m, walk_s = (
        _to_any_of(walks, reach.unknown, own)
        for walks, own in ((journeys.m, reach.walk_m), (journeys.s, reach.walk_s))
    )
    return walk_m, walk_s


def _to_any_of(walks: Walks, places: BoolArray, own: FloatArray) -> FloatArray:
    """Return (homes,) the walk of ``own`` or to the nearest of some places, whichever is less."""
    best, kept = own.copy(), places[walks.origin]
    np.minimum.at(best, walks.home[kept], walks.walk[kept])
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
    places_n, walk_min_mean, walk_min_median, walk_min_p90``, and as it would be if every place of
    unknown days met that often ``reached_with_unknown, coverage_with_unknown_pct``, of which there are
    ``places_unknown_n``. A percentage of nobody is NaN. Walking times are those of the quickest walks
    of the residents who can walk there at all, however far.
    """
    keys = row_keys(residents.columns, len(layering.areas), limits)
    return keys.assign(
        **figures_of(
            residents, layering, access, journeys, limits=limits, speed_m_per_min=speed_m_per_min
        )
    )


def figures_of(
    residents: pd.DataFrame,
    layering: Layering,
    access: Mapping[str, Access],
    journeys: Journeys,
    *,
    limits: Sequence[Limit],
    speed_m_per_min: float,
) -> dict[str, np.ndarray]:
    """
    Return the figures of ``coverage`` without the names of its rows.

    Parameters
    ----------
    residents, layering, access, journeys, limits, speed_m_per_min
        Those of ``coverage``.

    Returns
    -------
    (rows,) by column, in the order of ``row_keys``.
    """
    weight = np.ascontiguousarray(residents.to_numpy(dtype=np.float64))
    size = len(layering.areas) + 1
    slots = slots_of(layering.home_area, size)
    by_slot = BySlot.of(slots, size)
    every = np.arange(size)
    figures, might = [], []
    for frequency in FREQUENCIES:
        reach = access[frequency]
        own_m = own_area_walk(journeys.m, reach.counts, layering)
        own_s = own_area_walk(journeys.s, reach.counts, layering)
        circle_s = reach.straight_m * (60.0 / speed_m_per_min)
        sums = [
            tally(slots, weight, size, walks, bounds(limits))
            for walks in (
                (reach.walk_m, reach.walk_s),
                (own_m, own_s),
                (reach.straight_m, circle_s),
            )
        ]
        places_n = sum_by(slots_of(layering.place_area[reach.counts], size), None, size)
        minutes = times(every, by_slot, reach.walk_s, weight)
        figures.append(Figures(np.stack(sums), minutes, places_n))
        walks = walks_with_unknown(reach, journeys)
        changed = walks[0] is not reach.walk_m
        might.append(tally(slots, weight, size, walks, bounds(limits)) if changed else sums[0])
    columns = columns_of(sum_by(slots, weight, size), figures)
    whole = np.where(columns["residents"] > 0, columns["residents"], np.nan)
    reached = np.concatenate([sums.transpose(0, 2, 1).ravel() for sums in might])
    return {
        **columns,
        "reached_with_unknown": reached,
        "coverage_with_unknown_pct": 100.0 * reached / whole,
        "places_unknown_n": _unknown_n(layering, access, len(limits), weight.shape[1]),
    }


def _unknown_n(
    layering: Layering, access: Mapping[str, Access], limits_n: int, groups_n: int
) -> IntArray:
    """Return (rows,) the places of each area that may count, in the order of ``row_keys``."""
    size = len(layering.areas) + 1
    counted = []
    for frequency in FREQUENCIES:
        unknown = access[frequency].unknown
        places = layering.place_area[:0] if unknown is None else layering.place_area[unknown]
        counted.append(sum_by(slots_of(places, size), None, size))
    shape = (len(counted), limits_n, groups_n, size)
    per_area = np.stack(counted).astype(np.int64)[:, None, None]
    return np.broadcast_to(per_area, shape).ravel()


def bounds(limits: Sequence[Limit]) -> tuple[FloatArray, FloatArray]:
    """Return (limits,) the most metres and seconds within each limit, infinite where it has none."""
    most_m = [np.inf if one.m is None else one.m for one in limits]
    most_s = [np.inf if one.minutes is None else 60.0 * one.minutes for one in limits]
    return np.array(most_m) + TOLERANCE, np.array(most_s) + TOLERANCE


def row_keys(groups: pd.Index, areas_n: int, limits: Sequence[Limit]) -> pd.DataFrame:
    """
    Return what the rows of a coverage table are about.

    Parameters
    ----------
    groups
        Age groups.
    areas_n
        Areas of the layer.
    limits
        Walking limits.

    Returns
    -------
    ``area, frequency, age_group, walk_limit_m, walk_limit_min``: frequency by frequency, limit by
    limit, group by group, area by area, the remainder (-1) last.
    """
    shape = (len(FREQUENCIES), len(limits), len(groups), areas_n + 1)
    which = [part.ravel() for part in np.indices(shape, dtype=np.int32)]
    told = pd.DataFrame([limit.columns() for limit in limits], dtype=np.float64)
    names = (pd.Series(FREQUENCIES), pd.Series([str(group) for group in groups], dtype="str"))
    return pd.DataFrame(
        {
            "area": np.append(np.arange(areas_n), -1)[which[3]],
            "frequency": names[0].array.take(which[0]),
            "age_group": names[1].array.take(which[2]),
            **{name: told[name].to_numpy()[which[1]] for name in told.columns},
        }
    )


def columns_of(everybody: FloatArray, figures: Sequence[Figures]) -> dict[str, np.ndarray]:
    """
    Return the figures of all frequencies as columns.

    Parameters
    ----------
    everybody
        (areas + 1, age groups) residents.
    figures
        Those of each of ``FREQUENCIES``.

    Returns
    -------
    Columns in the order of ``row_keys``.
    """
    size, groups_n = everybody.shape
    limits_n = figures[0].sums.shape[1]
    shape = (len(figures), limits_n, groups_n, size)
    columns: dict[str, np.ndarray] = {"residents": np.broadcast_to(everybody.T, shape).ravel()}
    for kind, name in enumerate(COUNTS):
        columns[name] = np.concatenate(
            [one.sums[kind].transpose(0, 2, 1).ravel() for one in figures]
        )
    for kind, name in enumerate(TIMES):
        minutes = np.stack([one.minutes[kind].T for one in figures])[:, None]
        columns[name] = np.broadcast_to(minutes, shape).ravel()
    places_n = np.stack([one.places_n for one in figures]).astype(np.int64)
    columns["places_n"] = np.broadcast_to(places_n[:, None, None], shape).ravel()
    whole = np.where(columns["residents"] > 0, columns["residents"], np.nan)
    columns["coverage_pct"] = 100.0 * columns["reached"] / whole
    columns["circle_coverage_pct"] = 100.0 * columns["circle_reached"] / whole
    return columns


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
    at which the summed weight of values up to it is at least the quantile's share (definition 1 of
    Hyndman & Fan 1996, The American Statistician 50, 361–365, weighted).
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


def slots_of(area: IntArray, size: int) -> IntArray:
    """Return the row of each area, the last of ``size`` for those in none."""
    return np.where(area >= 0, area, size - 1).astype(np.int64)
