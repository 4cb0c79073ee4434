"""
Coverage in time: who has a place on Tuesday mornings, and who a weekly one only by going around.

A place is reached where the walk is within the limit; the caller says which pairs of place and
home are, for each limit. Everything is summed over homes, as in ``geo.coverage.reached``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.arrays import FloatArray, IntArray
from geo.coverage.reached import Layering, Limit, slots_of
from geo.coverage.tally import sum_by
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


@dataclass(frozen=True)
class SlotPatterns:
    """The different sets of slots that homes have, as bits, and (homes,) which one each has."""

    of_home: IntArray
    bits: IntArray

    @classmethod
    def of(cls, bits: IntArray) -> "SlotPatterns":
        """Return the patterns of (homes,) bits, ascending."""
        of_home, distinct = pd.factorize(bits, sort=True)
        return cls(of_home.astype(np.int64), np.asarray(distinct, dtype=np.int64))


def combined_rows(groups: pd.Index, layering: Layering, limits: Iterable[Limit]) -> pd.DataFrame:
    """
    Return what the rows of ``combined_figures`` are about, whoever lives there.

    Parameters
    ----------
    groups
        Age groups.
    layering
        The layer.
    limits
        Walking limits, in the order of the figures.

    Returns
    -------
    ``area`` (position in the layer, -1 for the remainder), ``age_group, walk_limit_m, walk_limit_min``.
    """
    keys = _keys((len(layering.areas) + 1, len(groups)), groups, layering)
    return pd.concat([keys.assign(**limit.columns()) for limit in limits], ignore_index=True)


def combined_figures(
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
        several together (``combined_homes``), who are others; the same for every layer.

    Returns
    -------
    In the order of ``combined_rows``: ``residents, reached`` (the main figure), ``reached_combined``
    (the others who are weekly-reached by several halls).
    """
    weight, size = _weight(residents), len(layering.areas) + 1
    rows = _rows(layering.home_area, layering)
    everybody = sum_by(rows, weight, size)
    parts = []
    for by_one, by_several in homes.values():
        found = sum_by(rows + size * np.where(by_one, 1, 2 * by_several), weight, 3 * size)
        parts.append(np.stack([everybody, *found.reshape(3, *everybody.shape)[1:]], axis=-1))
    names = ["residents", "reached", "reached_combined"]
    return pd.DataFrame(np.reshape(parts, (-1, len(names))), columns=names)


def slot_rows(
    groups: pd.Index,
    layering: Layering,
    place_slots: Mapping[str, IntArray],
    asked: Sequence[tuple[str, Limit]],
) -> pd.DataFrame:
    """
    Return what the rows of ``slot_figures`` are about, whoever lives there.

    Parameters
    ----------
    groups
        Age groups.
    layering
        The layer.
    place_slots
        Frequency (weekly, monthly) → (places,) bits of ``geo.schedule.calendar.slot_bits``.
    asked
        Frequencies and limits, in the order of the figures.

    Returns
    -------
    ``area`` (position in the layer, -1 for the remainder), ``frequency, weekday`` (0 is Monday),
    ``half_day`` (am, pm), ``age_group, walk_limit_m, walk_limit_min, places_n`` (places of the area
    that meet in the slot).
    """
    shape = (len(layering.areas) + 1, len(groups), len(SLOTS))
    there = {name: _places_by_area(layering, bits) for name, bits in place_slots.items()}
    places_n = [np.broadcast_to(there[name][:, None, :], shape).ravel() for name, _ in asked]
    keys = _keys(shape, groups, layering)
    # Words stand in the table as categories: there are many rows and few words.
    keys = keys.loc[np.tile(np.repeat(keys.index, len(SLOTS)), len(asked))]
    block = np.repeat(np.arange(len(asked)), np.prod(shape))
    limits = pd.DataFrame([limit.columns() for _, limit in asked], dtype=np.float64)
    return keys.reset_index(drop=True).assign(
        frequency=words([name for name, _ in asked], block),
        **{str(name): limits[name].to_numpy()[block] for name in limits},
        weekday=np.resize([weekday for weekday, _ in SLOTS], block.size),
        half_day=words([half_day for _, half_day in SLOTS], np.arange(block.size) % len(SLOTS)),
        places_n=np.concatenate(places_n),
    )


def slot_figures(
    residents: pd.DataFrame,
    layering: Layering,
    home_slots: Mapping[tuple[str, Limit], SlotPatterns],
    home_might: Mapping[tuple[str, Limit], SlotPatterns] | None = None,
) -> pd.DataFrame:
    """
    Count, for one layer, who has a place within the limit on each weekday and half of the day.

    Parameters
    ----------
    residents
        (homes, age groups) residents.
    layering
        The layer.
    home_slots
        Frequency and limit → the OR of the bits of the places within the limit of each home, by
        ``geo.schedule.calendar.combined_weeks``; the same for every layer.
    home_might
        The same keys → the same with the slots in which places may meet whose days are not known; None
        where all are known.

    Returns
    -------
    In the order of ``slot_rows``: ``residents, reached, reached_with_unknown``.
    """
    weight, rows = _weight(residents), _rows(layering.home_area, layering)
    everybody = sum_by(rows, weight, len(layering.areas) + 1)

    def summed(homes: Mapping[tuple[str, Limit], SlotPatterns]) -> FloatArray:
        by_key = (_sum_by_pattern(rows, weight, len(everybody), one) for one in homes.values())
        return np.concatenate([found.ravel() for found in by_key])

    reached = summed(home_slots)
    whole = np.repeat(everybody.ravel(), len(SLOTS))
    return pd.DataFrame(
        {
            "residents": np.tile(whole, len(home_slots)),
            "reached": reached,
            "reached_with_unknown": reached if home_might is None else summed(home_might),
        }
    )


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


def _weight(residents: pd.DataFrame) -> FloatArray:
    return np.ascontiguousarray(residents.to_numpy(dtype=np.float64))


def _rows(positions: IntArray, layering: Layering) -> IntArray:
    """Return the row of each home or place: its area, or the last one, the remainder."""
    return slots_of(positions, len(layering.areas) + 1)


def _sum_by_pattern(
    rows: IntArray, weight: FloatArray, size: int, patterns: SlotPatterns
) -> FloatArray:
    """Return (areas + 1, age groups, 14) residents who have a place in each slot."""
    # Homes with the same slots are summed first: there are few patterns.
    patterns_n, groups_n = patterns.bits.size, weight.shape[1]
    found = sum_by(rows * patterns_n + patterns.of_home, weight, size * patterns_n)
    by_group = np.ascontiguousarray(found.reshape(size, patterns_n, groups_n).transpose(2, 0, 1))
    has_slot = ((patterns.bits[:, None] >> _BITS) & 1).astype(np.float64)
    return np.stack([each @ has_slot for each in by_group], axis=1)


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
