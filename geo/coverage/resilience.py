"""
Resilience: who loses every place within the limit if one of them closes.

Groups at one hall are classed together, so closing one can take its class from the others: of two
groups that meet every other week in turn, each makes the hall weekly, and neither alone. One place at
a time is the covering interdiction of Church, Scaparra & Middleton 2004 (Annals of the Association of
American Geographers 94, 491–502) for one loss, told for every place and not for the worst alone.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray, compiled
from geo.walking.reach import Walks

BoolArray = NDArray[np.bool_]

NONE, MANY = -1, -2


@dataclass(frozen=True)
class Halls:
    """
    Which places meet at which hall, and what they are without one of them.

    Attributes
    ----------
    hall
        (places,) the hall of each, 0 … halls - 1.
    counts
        (places,) true where the place counts today, by what its hall offers.
    holds
        (places,) true where the rest of its hall still counts once the place has closed.
    """

    hall: IntArray
    counts: BoolArray
    holds: BoolArray


@dataclass(frozen=True)
class Closures:
    """
    What the closing of one place, alone, does.

    Attributes
    ----------
    reached
        (places, groups) residents within the limit of the place, and of those whose class goes with
        it; 0 for one that does not count today.
    lost
        (places, groups) those who then have no place that counts.
    depends
        (homes,) true where some single closing takes the last place.
    near
        (homes,) true where a place counts today.
    """

    reached: FloatArray
    lost: FloatArray
    depends: BoolArray
    near: BoolArray

    @property
    def kept(self) -> FloatArray:
        """Return (places, groups) those who have another place that counts."""
        return np.maximum(self.reached - self.lost, 0.0)


def closures(residents: pd.DataFrame, walks: Walks, halls: Halls) -> Closures:
    """
    Find who loses every place that counts if one place closes, place by place.

    A home depends on a place that is its only one within the limit; and, where the places within
    the limit are all of one hall, on any place of that hall without which the hall no longer counts,
    be that place itself within the limit or not.

    Parameters
    ----------
    residents
        (homes, age groups) residents.
    walks
        Walks from homes to places within the limit, sorted by place.
    halls
        The places.

    Returns
    -------
    What each closing takes, by place and age group, and which homes depend on one place.
    """
    weight = residents.to_numpy(dtype=np.float64)
    kept = halls.counts[walks.origin]
    origin, home = walks.origin[kept], walks.home[kept]
    only_place = _only(home, origin, walks.homes_n)
    only_hall = _only(home, halls.hall[origin], walks.homes_n)
    halls_n = int(halls.hall.max()) + 1 if halls.hall.size else 0
    fragile = halls.counts & ~halls.holds
    gone = np.zeros(halls_n, dtype=bool)
    gone[halls.hall[fragile]] = True
    by_hall = (
        _sums(*_once(halls.hall[origin], home, walks.homes_n), weight, halls_n)[halls.hall],
        _sums(only_hall, None, weight, halls_n)[halls.hall],
    )
    by_place = (
        _sums(origin, home, weight, walks.origins_n),
        _sums(only_place, None, weight, walks.origins_n),
    )
    reached, lost = (
        np.where(fragile[:, None], of_its_hall, of_itself)
        for of_its_hall, of_itself in zip(by_hall, by_place, strict=True)
    )
    depends = only_place >= 0
    depends[only_hall >= 0] |= gone[only_hall[only_hall >= 0]]
    return Closures(reached, lost, depends, only_place != NONE)


@compiled
def _only(home: IntArray, value: IntArray, homes_n: int) -> IntArray:
    """Return (homes,) the value that all pairs of a home have, NONE without pairs, MANY of several."""
    found = np.full(homes_n, NONE)
    for pair in range(home.size):
        at = home[pair]
        if found[at] == NONE:
            found[at] = value[pair]
        elif found[at] != value[pair]:
            found[at] = MANY
    return found


def _once(hall: IntArray, home: IntArray, homes_n: int) -> tuple[IntArray, IntArray]:
    """Return halls and homes of the pairs, each pair of both once."""
    order = np.argsort(hall, kind="stable")
    hall, home = hall[order], home[order]
    first = _first(hall, home, homes_n)
    return hall[first], home[first]


@compiled
def _first(hall: IntArray, home: IntArray, homes_n: int) -> BoolArray:
    """Say which pairs, sorted by hall, are the first of their hall and home."""
    seen = np.full(homes_n, NONE)
    found = np.zeros(home.size, dtype=np.bool_)
    for pair in range(home.size):
        found[pair] = seen[home[pair]] != hall[pair]
        seen[home[pair]] = hall[pair]
    return found


def _sums(key: IntArray, home: IntArray | None, weight: FloatArray, size: int) -> FloatArray:
    """Return (size, groups) residents by key; of every home in turn where ``home`` is not given."""
    at = np.flatnonzero(key >= 0) if home is None else home
    keys = key[at] if home is None else key
    columns = [np.bincount(keys, weights=column[at], minlength=size) for column in weight.T]
    return np.stack(columns, axis=1) if columns else np.zeros((size, 0))
