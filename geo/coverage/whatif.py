"""
What if: the coverage of one layer after places open, close, move or meet more or less often.

Nothing is searched again but what an edit touches. Metres, circles and own areas are judged within
the longest limits only, so each place has a list of the homes near it, and a home near a place that
goes looks for the next one among the places around. Seconds have no end, since walking times are
those of everybody: the tree of walks is searched again where its place is gone, and grows where one
has come (``geo.walking.dijkstra.resettle``). Sums move by the homes that changed; times are measured again
in the areas where somebody's changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray, compiled
from geo.coverage.reached import Figures, Limit, bounds, columns_of, row_keys, slots_of
from geo.coverage.tally import BySlot, shift, sum_by, tally, times
from geo.errors import InvalidInputError
from geo.vocabulary import FREQUENCIES
from geo.walking.dijkstra import FARTHEST, resettle, settle
from geo.walking.doors import Doors, along_one_edge, pairs_on_one_edge
from geo.walking.measure import Measure
from geo.walking.reach import least, seeds_of, streets_of, walks

BoolArray = NDArray[np.bool_]
Near = tuple[IntArray, FloatArray]
"""The homes near one place, each once, and how far each is."""
Tree = tuple[FloatArray, IntArray]
"""(stands,) seconds to the nearest place and its position, infinite and -1 without one."""
Trees = dict[Measure, Tree]
"""The trees of all places that the same streets are open to (``Doors.by_hours``), by the streets."""

_KINDS = ("m", "own_m", "own_s", "straight")
"""What is judged within the longest limits: the shortest walk, walks to the own area's places in
metres and in seconds, and the way of the crow."""

_PAIRS = (("m", "s"), ("own_m", "own_s"), ("straight", "straight"))
"""The metres and seconds that each count of ``geo.coverage.reached.COUNTS`` is judged by."""

_NOBODY = 1e-9
"""Less than a billionth of a resident is what subtracting floats leaves, not somebody."""


@dataclass(frozen=True, eq=False)
class Homes:
    """
    Where residents live, which no edit changes.

    Attributes
    ----------
    m, s
        The doors of the homes, in metres and in seconds of one walker.
    xy
        (homes, 2) plane coordinates, metres.
    area
        (homes,) position of the area of the layer, -1 outside.
    residents
        (homes, age groups).
    """

    m: Doors
    s: Doors
    xy: FloatArray
    area: IntArray
    residents: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Sites:
    """
    Places: doors as of the homes, ``xy``, ``area``, and ``rank``.

    ``rank`` is the position of each place's class in ``FREQUENCIES``, -1 for one that does not count.
    """

    m: Doors
    s: Doors
    xy: FloatArray
    area: IntArray
    rank: IntArray

    def __len__(self) -> int:
        return int(self.rank.size)

    def meeting_at(self, rows: IntArray, met: NDArray[np.object_], rank: IntArray) -> "Sites":
        """
        Let some places meet at other times.

        Parameters
        ----------
        rows
            (k,) the places.
        met
            (k,) when each meets then, as ``Doors.met`` has it.
        rank
            (k,) of the class that each is of then.

        Returns
        -------
        Those places alone, in the order of the rows.
        """
        m, s = (replace(doors[rows], met=met) for doors in (self.m, self.s))
        return Sites(m, s, self.xy[rows], self.area[rows], rank)

    def and_more(self, others: "Sites") -> "Sites":
        """Return these places, then the others."""
        return Sites(
            _joined(self.m, others.m),
            _joined(self.s, others.s),
            np.concatenate([self.xy, others.xy]),
            np.concatenate([self.area, others.area]),
            np.concatenate([self.rank, others.rank]),
        )


@dataclass(frozen=True, eq=False)
class Asked:
    """
    What is measured, of whom, which no edit changes.

    ``areas_n`` is the number of areas of the layer, ``limits`` are inclusive, ``speed_m_per_min`` is
    the speed on the flat: a limit of minutes claims a circle of as many metres.
    """

    homes: Homes
    areas_n: int
    limits: Sequence[Limit]
    speed_m_per_min: float

    @cached_property
    def bounds(self) -> list[tuple[FloatArray, FloatArray]]:
        """Return (limits,) most metres and seconds of each count; a circle is judged in metres."""
        most_m, most_s = bounds(self.limits)
        radius_m = np.minimum(most_m, most_s * self.speed_m_per_min / 60.0)
        return [(most_m, most_s), (most_m, most_s), (radius_m, np.full(radius_m.shape, np.inf))]

    @cached_property
    def longest(self) -> tuple[float, float, float]:
        """Return the longest metres and seconds of a limit, 0 without one, and the widest circle."""
        longest_m = max((one.m for one in self.limits if one.m is not None), default=0.0)
        minutes = [one.minutes for one in self.limits if one.minutes is not None]
        return longest_m, 60.0 * max(minutes, default=0.0), float(self.bounds[2][0].max())

    @cached_property
    def reach_m(self) -> float:
        """Return how far as the crow flies a place can be that is near a home."""
        longest_m, longest_s, radius_m = self.longest
        by_m, by_s = self.homes.m.measure.least_per_m, self.homes.s.measure.least_per_m
        return max(longest_m / by_m, longest_s / by_s, radius_m) + 1.0

    @cached_property
    def slots(self) -> IntArray:
        """Return the row of each home."""
        return slots_of(self.homes.area, self.areas_n + 1)

    @cached_property
    def by_slot(self) -> BySlot:
        """Return the homes of each row."""
        return BySlot.of(self.slots, self.areas_n + 1)

    @cached_property
    def weight(self) -> FloatArray:
        """Return (homes, age groups) residents."""
        return np.ascontiguousarray(self.homes.residents.to_numpy(dtype=np.float64))

    @cached_property
    def everybody(self) -> FloatArray:
        """Return (areas + 1, age groups) residents."""
        return sum_by(self.slots, self.weight, self.areas_n + 1)

    @cached_property
    def keys(self) -> pd.DataFrame:
        """Return what the rows of the table are about."""
        return row_keys(self.homes.residents.columns, self.areas_n, self.limits)

    @cached_property
    def eastward(self) -> tuple[IntArray, FloatArray]:
        """Return the homes from west to east, and their positions in that order."""
        order = np.argsort(self.homes.xy[:, 0], kind="stable")
        return order, self.homes.xy[order]


@dataclass(frozen=True, eq=False)
class _Class:
    """
    How homes reach the places of one frequency class or better, and the figures of that.

    ``before`` are walks of all homes, ``moved`` those that an edit has changed since.
    """

    trees: Trees
    before: dict[str, FloatArray]
    moved: dict[str, Near]
    figures: Figures
    gained: FloatArray
    lost: FloatArray

    @cached_property
    def node_s(self) -> FloatArray:
        """Return (stands,) seconds to the nearest place."""
        return least([*self.trees.values()])[0]

    @cached_property
    def walks(self) -> dict[str, FloatArray]:
        """Return the walks of all homes; only a further edit asks for them."""
        found = dict(self.before)
        for kind, (rows, values) in self.moved.items():
            found[kind] = self.before[kind].copy()
            found[kind][rows] = values
        return found


@dataclass(frozen=True, eq=False)
class EditableCoverage:
    """
    The coverage of one layer for one walker, ready for edits; an edit makes another, this one stays.

    Attributes
    ----------
    asked
        What is measured, of whom.
    sites
        The places, those closed among them.
    near
        What is judged → of each place the homes near it.
    classes
        One for each of ``FREQUENCIES``.
    """

    asked: Asked
    sites: Sites
    near: dict[str, list[Near]]
    classes: tuple[_Class, ...]

    @classmethod
    def of(cls, asked: Asked, sites: Sites) -> "EditableCoverage":
        """Compute where all edits start from."""
        near = _near(asked, sites)
        classes = [_class(asked, sites, near, rank) for rank in range(len(FREQUENCIES))]
        return cls(asked, sites, near, tuple(classes))

    def edited(self, rank: IntArray, opened: Sites | None = None) -> "EditableCoverage":
        """
        Return the coverage after edits.

        Parameters
        ----------
        rank
            (places,) new ranks: -1 closes a place. To move one, close it and open another.
        opened
            Places that open; they stand after the others.

        Returns
        -------
        Another state; this one stays as it is.

        Raises
        ------
        InvalidInputError
            There is not one rank for each place.
        """
        if rank.shape != self.sites.rank.shape:
            raise InvalidInputError(
                "{ranks_n} ranks for {places_n} places; give one for each place",
                ranks_n=rank.size,
                places_n=len(self.sites),
            )
        sites, near, before = replace(self.sites, rank=rank), self.near, self.sites.rank
        if opened is not None:
            sites, before = sites.and_more(opened), np.append(before, np.full(len(opened), -1))
            more = _near(self.asked, opened)
            near = {kind: near[kind] + more[kind] for kind in near}
        classes = []
        for level, old in enumerate(self.classes):
            was, counts = before >= level, sites.rank >= level
            if (was == counts).all():
                nobody = np.zeros_like(old.gained)
                classes.append(replace(old, gained=nobody, lost=nobody))
            else:
                classes.append(_Edit(self.asked, sites, near, was, counts).of(old))
        return EditableCoverage(self.asked, sites, near, tuple(classes))

    def columns(self) -> dict[str, np.ndarray]:
        """Return the figures in the order of the rows of ``asked.keys``."""
        return columns_of(self.asked.everybody, [one.figures for one in self.classes])

    def table(self) -> pd.DataFrame:
        """Return what ``geo.coverage.reached.coverage`` returns for these places."""
        return pd.concat([self.asked.keys, pd.DataFrame(self.columns())], axis=1)

    def moved(self) -> dict[str, FloatArray]:
        """Return, in the order of the table, residents that the last edit ``gained`` and ``lost``."""
        return {
            name: np.stack([getattr(one, name) for one in self.classes]).swapaxes(2, 3).ravel()
            for name in ("gained", "lost")
        }


@dataclass(frozen=True, eq=False)
class _Edit:
    """Places that counted before and that count now, seen from one frequency class."""

    asked: Asked
    sites: Sites
    near: dict[str, list[Near]]
    was: BoolArray
    counts: BoolArray

    @cached_property
    def gone(self) -> IntArray:
        return np.flatnonzero(self.was & ~self.counts)

    @cached_property
    def come(self) -> IntArray:
        return np.flatnonzero(self.counts & ~self.was)

    @cached_property
    def stay(self) -> IntArray:
        return np.flatnonzero(self.was & self.counts)

    def of(self, old: _Class) -> _Class:
        """Return the class after the edit."""
        asked, size = self.asked, self.asked.areas_n + 1
        moved = {kind: self._nearer(old.walks[kind], kind) for kind in _KINDS}
        trees, walk_s, rows_s = self._walked(old)
        with_s = {**moved, "s": (rows_s, walk_s[rows_s])}
        sums, gained, lost = [], [], []
        for (m, s), most, before in zip(_PAIRS, asked.bounds, old.figures.sums, strict=True):
            rows = _distinct(np.append(with_s[m][0], with_s[s][0]), len(asked.slots))
            was_m, was_s = old.walks[m][rows], old.walks[s][rows]
            now_m, now_s = _after(was_m, rows, with_s[m]), _after(was_s, rows, with_s[s])
            walked = (was_m, was_s, now_m, now_s)
            more, less = shift(rows, asked.slots, asked.weight, size, walked, most)
            after = before + more - less
            sums.append(np.where(after < _NOBODY, 0.0, after))
            gained.append(more)
            lost.append(less)
        minutes = old.figures.minutes.copy()
        areas = np.unique(asked.slots[rows_s])
        minutes[:, areas] = times(areas, asked.by_slot, walk_s, asked.weight)
        figures = Figures(np.stack(sums), minutes, _places_n(asked, self.sites, self.counts))
        before_s = {**old.walks, "s": walk_s}
        return _Class(trees, before_s, moved, figures, gained[0], lost[0])

    def _nearer(self, values: FloatArray, kind: str) -> Near:
        """Return the homes of which the least of a value changes, and what it is then."""
        near = self.near[kind]
        touched = [near[site][0] for site in (*self.gone, *self.come)]
        rows = _distinct(np.concatenate(touched), values.size)
        fresh = values[rows]
        for site in self.gone:
            homes, value = near[site]
            nearest = values[homes] == value
            fresh[np.searchsorted(rows, homes[nearest])] = np.inf
        left = np.isinf(fresh)
        turned = fresh[left]
        for site in self._around(rows[left], kind):
            _lower(turned, rows[left], *near[site])
        fresh[left] = turned
        for site in self.come:
            _lower(fresh, rows, *near[site])
        changed = fresh != values[rows]
        return rows[changed], fresh[changed]

    def _around(self, homes: IntArray, kind: str) -> IntArray:
        """Return the places that stay to which homes that have lost theirs may turn."""
        if homes.size == 0:
            return homes
        home_xy, reach_m = self.asked.homes.xy[homes], self.asked.reach_m
        xy, area = self.sites.xy[self.stay], self.sites.area[self.stay]
        there = (xy >= home_xy.min(axis=0) - reach_m) & (xy <= home_xy.max(axis=0) + reach_m)
        # A walk in one's own area leads to a place of the area that the lost one was in.
        own = np.isin(area, self.sites.area[self.gone]) | (not kind.startswith("own"))
        return np.asarray(self.stay[there.all(axis=1) & own])

    def _walked(self, old: _Class) -> tuple[Trees, FloatArray, IntArray]:
        """Return the trees and the walks in seconds after the edit, and the homes that changed."""
        homes = self.asked.homes.s
        places = self.sites.s.only(self.counts)
        trees = _trees(places, old.trees, self.was & ~self.counts)
        node_s = least([*trees.values()])[0]
        nodes = np.flatnonzero(node_s != old.node_s)
        beside = pairs_on_one_edge(self.sites.s.only(self.was | self.counts), homes)[1]
        rows = np.concatenate([_homes_at(nodes, homes), beside])
        fresh = old.walks["s"].copy()
        fresh[rows] = _arrived(node_s, homes, rows)
        _improve(fresh, places, homes)
        return trees, fresh, _changed(old.walks["s"], fresh, rows)


def _class(asked: Asked, sites: Sites, near: dict[str, list[Near]], rank: int) -> _Class:
    counts = sites.rank >= rank
    found = {kind: np.full(len(asked.slots), np.inf) for kind in _KINDS}
    for kind, values in found.items():
        for site in np.flatnonzero(counts):
            home, value = near[kind][site]
            values[home] = np.minimum(values[home], value)
    homes, places = asked.homes.s, sites.s.only(counts)
    trees = _trees(places, {}, counts)
    found["s"] = _arrived(least([*trees.values()])[0], homes, np.arange(len(homes)))
    _improve(found["s"], places, homes)
    size = asked.areas_n + 1
    sums = [
        tally(asked.slots, asked.weight, size, (found[m], found[s]), most)
        for (m, s), most in zip(_PAIRS, asked.bounds, strict=True)
    ]
    minutes = times(np.arange(size), asked.by_slot, found["s"], asked.weight)
    figures = Figures(np.stack(sums), minutes, _places_n(asked, sites, counts))
    nobody = np.zeros_like(sums[0])
    return _Class(trees, found, {}, figures, nobody, nobody)


def _trees(places: Doors, before: Trees, gone: BoolArray) -> Trees:
    """Return the trees of places, going on from those before some places were gone."""
    found: Trees = {}
    for measure, some in places.by_hours:
        streets, seeds = streets_of(measure), seeds_of(some)
        if measure in before:
            found[measure] = resettle(streets, seeds, before[measure], gone, FARTHEST)
        else:
            found[measure] = settle(streets, seeds, FARTHEST)[:2]
    return found


def _near(asked: Asked, sites: Sites) -> dict[str, list[Near]]:
    """Return of each place the homes near it, for each of ``_KINDS``."""
    longest_m, longest_s, radius_m = asked.longest
    area = asked.homes.area
    found: dict[str, list[Near]] = {"straight": _circles(asked, sites, radius_m)}
    for kind, limit in (("m", longest_m), ("s", longest_s)):
        places, homes = getattr(sites, kind), getattr(asked.homes, kind)
        walked = walks(homes.measure.network, places, homes, limit=limit, by=homes.measure)
        cuts = np.searchsorted(walked.origin, np.arange(1, len(sites)))
        parts = zip(np.split(walked.home, cuts), np.split(walked.walk, cuts), strict=True)
        every = list(parts)[: len(sites)]
        own = [
            (area[home] == at) & (at >= 0) for (home, _), at in zip(every, sites.area, strict=True)
        ]
        found[kind] = every
        found[f"own_{kind}"] = [
            (home[here], walk[here]) for (home, walk), here in zip(every, own, strict=True)
        ]
    return {kind: found[kind] for kind in _KINDS}


def _circles(asked: Asked, sites: Sites, radius_m: float) -> list[Near]:
    order, home_xy = asked.eastward
    reach_m = radius_m + 1.0
    found = []
    for xy in sites.xy:
        west, east = np.searchsorted(home_xy[:, 0], [xy[0] - reach_m, xy[0] + reach_m])
        apart_m = np.hypot(*(home_xy[west:east] - xy).T)
        inside = np.flatnonzero(apart_m <= reach_m)
        homes = order[west:east][inside]
        by_number = np.argsort(homes)
        found.append((homes[by_number], apart_m[inside][by_number]))
    return found


def _places_n(asked: Asked, sites: Sites, counts: BoolArray) -> FloatArray:
    size = asked.areas_n + 1
    return sum_by(slots_of(sites.area[counts], size), None, size)


def _joined(first: Doors, then: Doors) -> Doors:
    parts = (
        np.concatenate([getattr(first, name), getattr(then, name)])
        for name in ("edge", "offset_m", "onward", "back", "leg", "met")
    )
    return Doors(first.measure, *parts)


def _homes_at(nodes: IntArray, homes: Doors) -> IntArray:
    """Return the homes whose edges end at some nodes, some twice."""
    start, home, _ = homes.by_node
    count = start[nodes + 1] - start[nodes]
    item = np.repeat(start[nodes] - np.cumsum(count) + count, count) + np.arange(count.sum())
    return np.asarray(home[item])


def _arrived(node_s: FloatArray, homes: Doors, rows: IntArray) -> FloatArray:
    """Return the walks of some homes by the nearer end of their edges."""
    by = [
        node_s[node[rows]] + out[rows]
        for node, out in zip(homes.leaving, homes.outward, strict=True)
    ]
    return np.minimum(*by)


def _improve(walk_s: FloatArray, places: Doors, homes: Doors) -> None:
    """Let a place on a home's own edge count where that walk is shorter (in place)."""
    pairs = pairs_on_one_edge(places, homes)
    np.minimum.at(walk_s, pairs[1], along_one_edge(places, homes, pairs))


def _changed(before: FloatArray, after: FloatArray, rows: IntArray) -> IntArray:
    return _distinct(rows[before[rows] != after[rows]], before.size)


def _distinct(rows: IntArray, size: int) -> IntArray:
    """Return each of some rows once, ascending."""
    there = np.zeros(size, dtype=bool)
    there[rows] = True
    return np.flatnonzero(there)


def _after(values: FloatArray, rows: IntArray, moved: Near) -> FloatArray:
    """Return values of some homes with those that moved; all that moved are among the homes."""
    fresh = values.copy()
    fresh[np.searchsorted(rows, moved[0])] = moved[1]
    return fresh


@compiled
def _lower(values: FloatArray, rows: IntArray, homes: IntArray, near: FloatArray) -> None:
    """Lower the values of some homes to those of a place; both lists of homes ascend."""
    row = 0
    for item in range(homes.size):
        while row < rows.size and rows[row] < homes[item]:
            row += 1
        if row < rows.size and rows[row] == homes[item]:
            values[row] = min(values[row], near[item])
