"""
Coverage in time: who has a place on Tuesday mornings, and who a weekly one only by going around.

A place is reached where the walk is within the limit; the caller says which pairs of place and
home are, for each limit. Everything is summed over homes, as in ``geo.coverage.reached``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from geo.arrays import FloatArray, IntArray
from geo.coverage.reached import Layering, Limit, share_pct
from geo.schedule.calendar import SLOTS, BoolArray, combined_weeks, is_weekly

_BITS = np.arange(len(SLOTS))


@dataclass(frozen=True)
class Pairs:
    """
    Places and homes within one walking limit of each other.

    ``origin`` and ``home`` are (pairs,) positions; ``homes_n`` is the number of all homes.
    """

    origin: IntArray
    home: IntArray
    homes_n: int


def reached_homes(pairs: Pairs, counts: BoolArray) -> BoolArray:
    """
    Say which homes have a counting place within the limit.

    Parameters
    ----------
    pairs
        Places and homes within the limit.
    counts
        (places,) true for the places that count.

    Returns
    -------
    (homes,) booleans.
    """
    found = np.zeros(pairs.homes_n, dtype=bool)
    found[pairs.home[counts[pairs.origin]]] = True
    return found


def combined_homes(pairs: Pairs, *, weekly: BoolArray, weeks: IntArray) -> BoolArray:
    """
    Say which homes have no weekly hall within the limit, but places that are weekly together.

    Four monthly halls of four different weeks are; they never make a resident weekly-reached in
    the main figure, and are shown apart from it.

    Parameters
    ----------
    pairs
        Places and homes within the limit.
    weekly
        (places,) true where the hall of the place itself meets weekly.
    weeks
        (places,) week masks of ``geo.schedule.calendar.weeks_mask``.

    Returns
    -------
    (homes,) booleans.
    """
    offered = combined_weeks(pairs.origin, pairs.home, weeks, pairs.homes_n)
    return is_weekly(offered) & ~reached_homes(pairs, weekly)


def combined_coverage(
    residents: pd.DataFrame,
    layering: Layering,
    homes: Mapping[Limit, tuple[BoolArray, BoolArray]],
) -> pd.DataFrame:
    """
    Count, for one layer, who is weekly-reached by one hall and who only by several together.

    Parameters
    ----------
    residents
        (homes, age groups) residents.
    layering
        The layer.
    homes
        Limit → (homes,) who is reached by one hall (``reached_homes``), and (homes,) who only by
        several together (``combined_homes``); the same for every layer.

    Returns
    -------
    Long table: ``area`` (position in the layer, -1 for the remainder), ``age_group, walk_limit_m, walk_limit_min,
    residents, reached`` (the main figure), ``reached_combined`` (the others who are weekly-reached
    by several halls), ``coverage_pct, combined_pct``. A percentage of nobody is NaN.
    """
    weight = residents.to_numpy(dtype=np.float64)
    frames = []
    for limit, (by_one, by_several) in homes.items():
        parts = np.column_stack([np.ones(len(weight)), by_one, by_several])
        summed = _sum_by_area(layering, weight, parts)
        frame = _keys(summed.shape, residents.columns, layering)
        frame[["residents", "reached", "reached_combined"]] = summed.reshape(-1, parts.shape[1])
        frames.append(frame.assign(**limit.columns()))
    table = pd.concat(frames, ignore_index=True)
    return table.assign(
        coverage_pct=share_pct(table["reached"], table["residents"]),
        combined_pct=share_pct(table["reached_combined"], table["residents"]),
    )


def slot_coverage(
    residents: pd.DataFrame,
    layering: Layering,
    place_slots: Mapping[str, IntArray],
    home_slots: Mapping[tuple[str, Limit], IntArray],
) -> pd.DataFrame:
    """
    Count, for one layer, who has a place within the limit on each weekday and half of the day.

    Parameters
    ----------
    residents
        (homes, age groups) residents.
    layering
        The layer.
    place_slots
        Frequency (weekly, monthly) → (places,) bits of ``geo.schedule.calendar.slot_bits``.
    home_slots
        Frequency and limit → (homes,) the OR of the bits of the places within the limit,
        by ``geo.schedule.calendar.combined_weeks``; the same for every layer.

    Returns
    -------
    Long table: ``area`` (position in the layer, -1 for the remainder), ``frequency, weekday`` (0 is
    Monday), ``half_day`` (am, pm), ``age_group, walk_limit_m, walk_limit_min, residents, reached, coverage_pct,
    places_n`` (places of the area that meet in the slot). A percentage of nobody is NaN.
    """
    weight = residents.to_numpy(dtype=np.float64)
    everybody = _sum_by_area(layering, weight, np.ones((len(weight), 1)))
    shape = (*everybody.shape[:2], len(SLOTS))
    reached = [_sum_by_pattern(layering, weight, bits).ravel() for bits in home_slots.values()]
    there = {name: _places_by_area(layering, bits) for name, bits in place_slots.items()}
    places_n = [
        np.broadcast_to(there[frequency][:, None, :], shape).ravel() for frequency, _ in home_slots
    ]
    keys = _keys(shape, residents.columns, layering)
    # Words stand in the table as categories: there are many rows and few words.
    keys = keys.loc[np.tile(np.repeat(keys.index, len(SLOTS)), len(home_slots))]
    block = np.repeat(np.arange(len(home_slots)), np.prod(shape))
    table = keys.reset_index(drop=True).assign(
        frequency=words([frequency for frequency, _ in home_slots], block),
        walk_limit_m=np.array([limit.columns()["walk_limit_m"] for _, limit in home_slots])[block],
        walk_limit_min=np.array([limit.columns()["walk_limit_min"] for _, limit in home_slots])[
            block
        ],
        weekday=np.resize([weekday for weekday, _ in SLOTS], block.size),
        half_day=words([half_day for _, half_day in SLOTS], np.arange(block.size) % len(SLOTS)),
        residents=np.tile(np.broadcast_to(everybody, shape).ravel(), len(home_slots)),
        reached=np.concatenate(reached),
        places_n=np.concatenate(places_n),
    )
    return table.assign(coverage_pct=share_pct(table["reached"], table["residents"]))


def words(known: Sequence[str], position: IntArray) -> pd.Categorical:
    """
    Return words as categories, which many rows of few words are stored and compared by.

    Parameters
    ----------
    known
        The words; one may be there twice.
    position
        (rows,) position in ``known``, counted from the end if negative.

    Returns
    -------
    (rows,) the word at each position.
    """
    codes, categories = pd.factorize(pd.Series(list(known), dtype="object"))
    return pd.Categorical.from_codes(codes[position], categories=categories)


def _rows(positions: IntArray, layering: Layering) -> IntArray:
    """Return the row of each home or place: its area, or the last one, the remainder."""
    return np.where(positions >= 0, positions, len(layering.areas))


def _sum_by_area(layering: Layering, weight: FloatArray, parts: FloatArray) -> FloatArray:
    """Return (areas + 1, age groups, parts) residents of the homes, times each part."""
    rows = _rows(layering.home_area, layering)
    shape = (len(layering.areas) + 1, rows.size)
    member = scipy.sparse.csr_array((np.ones(rows.size), (rows, np.arange(rows.size))), shape=shape)
    summed = [member @ (weight * part[:, None]) for part in parts.T]
    return np.stack(summed, axis=2)


def _sum_by_pattern(layering: Layering, weight: FloatArray, bits: IntArray) -> FloatArray:
    """Return (areas + 1, age groups, 14) residents who have a place in each slot."""
    # Homes with the same slots are summed first: there are few patterns.
    pattern, patterns = pd.factorize(bits, sort=True)
    cell = _rows(layering.home_area, layering) * patterns.size + pattern
    shape = (len(layering.areas) + 1, patterns.size)
    has_slot = ((patterns[:, None] >> _BITS) & 1).astype(np.float64)
    summed = [
        np.bincount(cell, weights=column, minlength=shape[0] * shape[1]).reshape(shape) @ has_slot
        for column in weight.T
    ]
    return np.stack(summed, axis=1)


def _places_by_area(layering: Layering, bits: IntArray) -> IntArray:
    """Return (areas + 1, 14) places that meet in each slot."""
    found = np.zeros((len(layering.areas) + 1, len(SLOTS)), dtype=np.int64)
    np.add.at(found, _rows(layering.place_area, layering), (bits[:, None] >> _BITS) & 1)
    return found


def _keys(shape: tuple[int, ...], age_groups: pd.Index, layering: Layering) -> pd.DataFrame:
    """Return area and age group of each row of an (areas + 1, age groups, k) array of figures."""
    area, group = (index.ravel() for index in np.indices(shape[:2]))
    return pd.DataFrame(
        {
            "area": np.where(area < len(layering.areas), area, -1),
            "age_group": words(list(age_groups), group),
        }
    )
