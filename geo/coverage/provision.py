"""
Provision: are there enough seats within a walk, and who is left without one.

Seats are counted a week. Somebody who takes part comes once a week, and only a share of the
residents takes part: that share is an assumption (``Uptake``), and so is everything that follows
from it. Residents are spread over homes; all sums are sums over homes, as in ``geo.coverage.reached``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray, compiled
from geo.coverage.reached import Layering
from geo.errors import InvalidInputError
from geo.walking.reach import Walks

MONTHS_PER_WEEK = 12 / 52

WALK_DECIMALS = 6
"""Walks that are equal to the micrometre (or microsecond) are a tie."""

_SUMS = ("served", "within", "low", "high", "seats_offered")


@dataclass(frozen=True)
class Uptake:
    """
    How many residents take part: an assumption, to be shown with its origin.

    Attributes
    ----------
    rate
        Share of the residents who take part, once a week, where a place is next door: 0.08 is 8 %.
    decay_short_m, decay_long_m
        Two bracketing decays. At a walk of d metres the rate is ``rate`` x exp(-d / decay), the
        negative exponential of Handy & Niemeier 1997 (Environment and Planning A 29, 1175–1194):
        with the short one participation falls off quickly, with the long one hardly.

    The defaults follow from two salons in Toyota (Shimoyama), of which a survey says how far away
    those who come live: 85 % within 300 m in one, 54 % within 1 km in the other, in the mountains.
    Were homes spread evenly along a road, 1 - exp(-300 / 158) = 0.85 and 1 - exp(-1000 / 1288) =
    0.54. That homes are spread so, and that two salons speak for a town, is our assumption, so a
    figure is given as a range and never alone. Others saw salons within 350 m raise participation
    (Hikichi et al. 2015), participation fall with distance (Soma et al. 2021), or found no such
    link (walking points of Yokohama, 2016): then ``rate`` x residents within the limit would come.
    """

    rate: float = 0.08
    decay_short_m: float = 158.0
    decay_long_m: float = 1288.0

    def __post_init__(self) -> None:
        given = (self.rate, self.decay_short_m, self.decay_long_m)
        if not all(np.isfinite(value) and value > 0 for value in given) or self.rate > 1:
            raise InvalidInputError(
                "a participation rate is above 0 and at most 1, and a decay above 0 m"
            )

    def at(self, walk_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the lower and the higher rate at walks of so many metres; 0 without a walk."""
        ends = sorted((self.decay_short_m, self.decay_long_m))
        low, high = (self.rate * np.exp(-walk_m / decay_m) for decay_m in ends)
        return low, high


@dataclass(frozen=True)
class Offer:
    """
    What the places of one frequency class or better offer.

    Attributes
    ----------
    walks
        Walks from homes to all places within the limit.
    nearest_m
        (homes,) metres of the shortest walk to a place that counts.
    seats
        (places,) seats a week.
    counts
        (places,) true for the places that count.
    """

    walks: Walks
    nearest_m: FloatArray
    seats: FloatArray
    counts: NDArray[np.bool_]

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Return (pairs,) which walks lead to a place that counts."""
        return self.counts[self.walks.origin]


def seats_per_week(capacity: FloatArray, sessions_per_month: FloatArray) -> FloatArray:
    """Return the seats that places with so many seats a session offer in a week (12 months, 52 weeks)."""
    return capacity * sessions_per_month * MONTHS_PER_WEEK


def two_step_access(supply: Offer, weight: FloatArray) -> FloatArray:
    """
    Return the seats a week that there are for each resident, by two-step floating catchments.

    Each place shares its seats among all residents within the limit of it, Rⱼ = Sⱼ / Σ Pₖ; each
    home adds up what the places within the limit of it have for one resident, Aᵢ = Σ Rⱼ (Luo & Wang
    2003, Environment and Planning B 30, 865–884). Σ Pᵢ Aᵢ is the sum of the seats of all places
    that anybody lives within the limit of.

    Parameters
    ----------
    supply
        The places.
    weight
        (homes,) residents of one age group.

    Returns
    -------
    (homes,) seats a week per resident; 0 where no place is within the limit.
    """
    walks, kept = supply.walks, supply.kept
    origin, home = walks.origin[kept], walks.home[kept]
    residents = _summed(origin, weight[home], walks.origins_n)
    each = np.divide(supply.seats, residents, out=np.zeros(walks.origins_n), where=residents > 0)
    return _summed(home, each[origin], walks.homes_n)


def access_bounds(
    supply: Offer, layering: Layering, least: FloatArray, most: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """
    Return the least and the most that the mean of ``two_step_access`` can be in each area.

    Of the seats of a place an area gets Sⱼ x / (x + o), x of its residents and o of all others within
    the limit: least where x is least and o most. Shared among as many residents of the area as can
    be, that is the lower end. The higher end is the less of two: as many seats as can be for as few
    residents as can be, and Σ Sⱼ / Pⱼ over the places that the area is near, Pⱼ the fewest within
    the limit.

    Parameters
    ----------
    supply
        The places.
    layering
        The layer.
    least, most
        (homes,) the fewest and the most residents of one age group.

    Returns
    -------
    (areas + 1,) seats a week per resident each, the remainder last. The lower end is NaN where nobody
    can live, the higher end also where it has no bound: nobody need live there.
    """
    size = len(layering.areas) + 1
    slot = np.where(layering.home_area >= 0, layering.home_area, size - 1)
    walks, kept = supply.walks, supply.kept
    origin, home = walks.origin[kept], walks.home[kept]
    key, shape = origin * size + slot[home], (walks.origins_n, size)
    fewest, highest = (
        np.bincount(key, weights=each[home], minlength=walks.origins_n * size).reshape(shape)
        for each in (least, most)
    )
    fewest_others = np.maximum(fewest.sum(axis=1, keepdims=True) - fewest, 0.0)
    most_others = np.maximum(highest.sum(axis=1, keepdims=True) - highest, 0.0)
    seats = supply.seats[:, None]
    offered_least = _share(seats * fewest, fewest + most_others).sum(axis=0)
    offered_most = _share(seats * highest, highest + fewest_others).sum(axis=0)
    inside_least, inside_most = (_summed(slot, each, size) for each in (least, most))
    each_place = np.where(highest > 0, _ratio(seats, fewest + fewest_others), 0.0).sum(axis=0)
    low = _ratio(offered_least, inside_most)
    high = np.fmin(_ratio(offered_most, inside_least), each_place)
    high = np.where(inside_most > 0, high, np.nan)
    return low, np.where(np.isfinite(high), high, np.nan)


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return part / whole, 0 of nothing."""
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=whole > 0)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return part / whole, NaN where the whole is nobody."""
    found = np.full(np.broadcast_shapes(np.shape(part), np.shape(whole)), np.nan)
    np.divide(part, whole, out=found, where=whole > 0)
    return found


def fill(supply: Offer, weight: FloatArray, *, rate: float) -> FloatArray:
    """
    Let places fill with residents from the nearest home on.

    A place with S seats a week has room for S / rate residents, of whom the rate takes part. All
    pairs of home and place within the limit are taken by their walk, the shortest first; a home
    takes what it still needs from what the place still has. Of walks that tie, each home asks its
    places for equal parts, and a place that is asked for more than it has gives all in proportion:
    the order of homes and places decides nothing.

    Parameters
    ----------
    supply
        The places.
    weight
        (homes,) residents of one age group.
    rate
        Share of the residents who take part once a week, above 0.

    Returns
    -------
    (homes,) residents who have room; never more than ``weight``.
    """
    queue = _queue(supply, _by_walk(supply.walks))
    return _fill(queue, weight, supply.seats / rate)


_Queue = tuple[IntArray, IntArray, IntArray]


def _by_walk(walks: Walks) -> tuple[IntArray, FloatArray]:
    """Return the pairs from the shortest walk on, and those walks rounded."""
    walk = np.round(walks.walk, WALK_DECIMALS)
    order = np.argsort(walk, kind="stable")
    return order, walk[order]


def _queue(supply: Offer, by_walk: tuple[IntArray, FloatArray]) -> _Queue:
    """Return places and homes by their walk, and where each row of equal walks starts."""
    order, walk = by_walk
    kept = supply.kept[order]
    order, walk = order[kept], walk[kept]
    first = np.append(True, walk[1:] > walk[:-1])[: walk.size]
    start = np.append(np.flatnonzero(first), walk.size).astype(np.int64)
    return supply.walks.origin[order], supply.walks.home[order], start


def _fill(queue: _Queue, weight: FloatArray, room: FloatArray) -> FloatArray:
    need = weight.astype(np.float64)
    return weight - _pour(queue, need, room.astype(np.float64))


@compiled
def _ask(
    pairs: tuple[IntArray, IntArray],
    need: FloatArray,
    room: FloatArray,
    part: FloatArray,
    asked: FloatArray,
) -> None:
    """Let each home ask those of its places that have room for equal parts of what it needs."""
    origin, home = pairs
    for pair in range(origin.size):
        part[home[pair]] = 0.0
        asked[origin[pair]] = 0.0
    for pair in range(origin.size):
        if room[origin[pair]] > 0:
            part[home[pair]] += 1.0
    for pair in range(origin.size):
        if room[origin[pair]] > 0:
            asked[origin[pair]] += need[home[pair]] / part[home[pair]]


@compiled
def _give(
    pairs: tuple[IntArray, IntArray],
    need: FloatArray,
    room: FloatArray,
    part: FloatArray,
    asked: FloatArray,
) -> bool:
    """Give what was asked for, in proportion where that is too much; say whether a place is full."""
    origin, home = pairs
    for pair in range(origin.size):
        # Once a home: from the number of its places to what it asks each of them for.
        if part[home[pair]] > 0:
            part[home[pair]] = -need[home[pair]] / part[home[pair]]
    for pair in range(origin.size):
        place = origin[pair]
        if asked[place] > 0:
            given = -part[home[pair]] * min(1.0, room[place] / asked[place])
            need[home[pair]] = max(need[home[pair]] - given, 0.0)
    full = False
    for pair in range(origin.size):
        place = origin[pair]
        if asked[place] > 0:
            full = full or asked[place] >= room[place]
            room[place] = max(room[place] - asked[place], 0.0)
            asked[place] = 0.0
    return full


@compiled
def _pour(queue: _Queue, need: FloatArray, room: FloatArray) -> FloatArray:
    """Fill the places in the order of the queue; return what the homes still need (in place)."""
    origin, home, start = queue
    part, asked = np.zeros(need.size), np.zeros(room.size)
    for row in range(start.size - 1):
        first, last = start[row], start[row + 1]
        if last == first + 1:
            taken = min(need[home[first]], room[origin[first]])
            need[home[first]] -= taken
            room[origin[first]] -= taken
            continue
        tie = (origin[first:last], home[first:last])
        full = True
        while full:  # whoever asked a place that is full asks the others again
            _ask(tie, need, room, part, asked)
            full = _give(tie, need, room, part, asked)
    return need


@dataclass(frozen=True, eq=False)
class Provided:
    """
    What each home has, for every frequency class and age group; rooms for every layer to sum.

    ``near`` are the (n,) homes with any place within the limit. ``sums`` is (frequencies x age
    groups x 5, n): residents with room, residents within the limit, expected participants by the
    short and the long decay, and residents x seats a week for one of them.
    """

    residents: pd.DataFrame
    supplies: Mapping[str, Offer]
    rate: float
    near: IntArray
    sums: FloatArray


def provide(residents: pd.DataFrame, supplies: Mapping[str, Offer], uptake: Uptake) -> Provided:
    """
    Find what each home has of the places of each frequency class.

    Every age group is looked at as if the seats were there for it alone.

    Parameters
    ----------
    residents
        (homes, age groups) residents.
    supplies
        Frequency → the places, all with the same walks.
    uptake
        How many take part.

    Returns
    -------
    The figures of every home, to be summed by layer.
    """
    walks = next(iter(supplies.values())).walks
    by_walk = _by_walk(walks)
    near = np.flatnonzero(np.bincount(walks.home, minlength=walks.homes_n))
    weight = residents.to_numpy(dtype=np.float64)
    sums = []
    for supply in supplies.values():
        queue, room = _queue(supply, by_walk), supply.seats / uptake.rate
        low, high = uptake.at(supply.nearest_m[near])
        inside = np.zeros(walks.homes_n)
        inside[walks.home[supply.kept]] = 1.0
        for each in weight.T:
            within = (each * inside)[near]
            offered = each * two_step_access(supply, each)
            served = _fill(queue, each, room)
            sums += [served[near], within, within * low, within * high, offered[near]]
    return Provided(residents, supplies, uptake.rate, near, np.stack(sums))


def provision(provided: Provided, layering: Layering) -> pd.DataFrame:
    """
    Sum what homes have by the areas of one layer.

    Parameters
    ----------
    provided
        What each home has.
    layering
        The layer.

    Returns
    -------
    Long table: ``area`` (position in the layer, -1 for the remainder), ``frequency, age_group,
    residents``; ``places_n`` and ``seats_per_week`` of the places that stand in the area,
    ``places_per_1000`` of its residents; ``residents_served`` (with room), ``residents_over_capacity``
    (within the limit of a place, without room), ``residents_outside`` (of any limit): the three are
    the residents; ``seats_needed_per_week`` = rate x residents, ``seats_missing_per_week`` the part
    of it for those without room; ``participants_low, _central, _high`` (central is the mean of both
    ends); ``access_seats_per_100``: seats a week for 100 residents by two-step floating catchments.
    What is per resident is NaN where nobody lives.
    """
    size = len(layering.areas) + 1
    groups, frequencies = list(provided.residents.columns), list(provided.supplies)
    slot = np.where(layering.home_area >= 0, layering.home_area, size - 1)
    summed = _by_area(slot[provided.near], provided.sums, size)
    weight = np.ascontiguousarray(provided.residents.to_numpy(dtype=np.float64).T)
    everybody = _by_area(slot, weight, size)
    of_places = [_places_by_area(supply, layering, size) for supply in provided.supplies.values()]
    shape = (len(frequencies), len(groups), size)
    sums = summed.reshape(len(frequencies), len(groups), len(_SUMS), size).transpose(2, 0, 1, 3)

    def each(values: object, axis: int) -> np.ndarray:
        """Repeat what is known by frequency (axis 0), by age group (1) or by area (2)."""
        known = np.asarray(values)
        by = [1, 1, 1]
        by[axis] = -1
        return np.broadcast_to(known.reshape(by), shape).ravel()

    places_n, seats = (np.stack(part)[:, None] for part in zip(*of_places, strict=True))
    table = pd.DataFrame(
        {
            "area": each(np.append(np.arange(size - 1), -1), 2),
            "frequency": each(np.array(frequencies, dtype=object), 0),
            "age_group": each(np.array(groups, dtype=object), 1),
            "residents": np.broadcast_to(everybody, shape).ravel(),
            "places_n": np.broadcast_to(places_n, shape).ravel(),
            "seats_per_week": np.broadcast_to(seats, shape).ravel(),
            **{name: part.ravel() for name, part in zip(_SUMS, sums, strict=True)},
        }
    )
    return _told(table, provided.rate)


def _told(table: pd.DataFrame, rate: float) -> pd.DataFrame:
    residents = table["residents"]
    people = residents.where(residents > 0)
    over = (table["within"] - table["served"]).clip(lower=0.0)
    outside = (residents - table["within"]).clip(lower=0.0)
    return table.assign(
        places_per_1000=1000.0 * table["places_n"] / people,
        residents_served=table["served"],
        residents_over_capacity=over,
        residents_outside=outside,
        seats_needed_per_week=rate * residents,
        seats_missing_per_week=rate * (over + outside),
        participants_low=table["low"],
        participants_central=(table["low"] + table["high"]) / 2,
        participants_high=table["high"],
        access_seats_per_100=100.0 * table["seats_offered"] / people,
    ).drop(columns=list(_SUMS))


@compiled
def _by_area(slot: IntArray, values: FloatArray, size: int) -> FloatArray:
    """Return (columns, areas + 1) sums of (columns, homes) values; the last area is the remainder."""
    found = np.zeros((values.shape[0], size))
    for column in range(values.shape[0]):
        for home in range(slot.size):
            found[column, slot[home]] += values[column, home]
    return found


def _places_by_area(supply: Offer, layering: Layering, size: int) -> tuple[IntArray, FloatArray]:
    place_area = layering.place_area[supply.counts]
    slot = np.where(place_area >= 0, place_area, size - 1)
    number = np.bincount(slot, minlength=size).astype(np.int64)
    return number, _summed(slot, supply.seats[supply.counts], size)


def _summed(key: IntArray, weight: FloatArray, size: int) -> FloatArray:
    return np.bincount(key, weights=weight, minlength=size).astype(np.float64)
