"""Walking: a walking profile put on the streets, the homes and the places of a municipality."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from geo.arrays import BoolArray, FloatArray, IntArray
from geo.coverage.reached import Access, Journeys, Limit
from geo.errors import InvalidInputError
from geo.streets.network import Network
from geo.walking.doors import Doors
from geo.walking.measure import Measure, climb, metres, seconds, steps
from geo.walking.reach import Nearest, Walks, nearest, walks
from geo.walking.walker import LEVEL, TOBLER, SlopeLaw, Walker
from services.profile import WalkingProfile


def walker_of(profile: WalkingProfile) -> Walker:
    """Return the walker that a profile describes."""
    slope = {"level": LEVEL, "tobler": TOBLER}.get(profile.slope)
    return Walker(
        speed_m_per_min=profile.speed_m_per_min,
        slope=slope or _table(profile),
        max_slope_pct=profile.max_slope_pct,
        steps=profile.steps,
        step_s=profile.step_s,
        steps_s_per_m=profile.steps_s_per_m,
        crossing_s=profile.crossing_s,
        signal_s=profile.signal_s,
        elevator_s=profile.elevator_s,
        rest_every_m=profile.rest_every_m,
        rest_s=profile.rest_s,
        forbid=frozenset(profile.forbidden_pairs),
        pace=frozenset(profile.paces),
        passing=frozenset(profile.passings),
    )


def _table(profile: WalkingProfile) -> SlopeLaw:
    try:
        return SlopeLaw.table({float(slope): share for slope, share in profile.slope_table.items()})
    except ValueError as error:
        raise InvalidInputError(
            "walking profile {id!r}: a slope of slope_table is no number ({error})",
            id=profile.id,
            error=error,
        ) from error


@dataclass(frozen=True, eq=False)
class Unit:
    """Homes and places seen with one measure."""

    network: Network
    measure: Measure
    homes: Doors
    places: Doors
    among: "tuple[Unit, IntArray] | None" = None
    """A unit of more homes with the same streets and places, and which of them these are."""
    _walks: dict[float, Walks] = field(default_factory=dict)
    _nearest: dict[bytes, Nearest] = field(default_factory=dict)

    def of_homes(self, rows: IntArray) -> "Unit":
        """Return the unit of some of the homes; what was found for all is found for them."""
        return Unit(self.network, self.measure, self.homes[rows], self.places, (self, rows))

    def nearest(self, counts: np.ndarray) -> Nearest:
        """Return the nearest of the places that count, however far; origins are positions in all."""
        if self.among is not None:
            all_homes, rows = self.among
            return all_homes.nearest(counts).of_homes(rows)
        key = counts.tobytes()
        if key not in self._nearest:
            places = self.places.only(counts)
            self._nearest[key] = nearest(self.network, places, self.homes, by=self.measure)
        return self._nearest[key]

    def walks(self, limit: float) -> Walks:
        """Return all walks from homes to places within a limit."""
        if limit not in self._walks:
            if self.among is None:
                found = walks(self.network, self.places, self.homes, limit=limit, by=self.measure)
            else:
                all_homes, rows = self.among
                found = all_homes.walks(limit).of_homes(rows)
            self._walks[limit] = found
        return self._walks[limit]


@dataclass(frozen=True)
class Approach:
    """
    Everybody's way to the nearest place.

    ``nearest`` is in the unit that the limit is judged in; ``walk_m, walk_s, climb_m, steps_n`` are
    (homes,) of that one way, infinite without one.
    """

    nearest: Nearest
    walk_m: FloatArray
    walk_s: FloatArray
    climb_m: FloatArray
    steps_n: FloatArray

    def of_homes(self, rows: IntArray) -> "Approach":
        """Return the same for some homes."""
        ways = (self.walk_m, self.walk_s, self.climb_m, self.steps_n)
        return Approach(self.nearest.of_homes(rows), *(way[rows] for way in ways))

    @property
    def origin(self) -> IntArray:
        """Return (homes,) positions of the nearest places, -1 without one."""
        return self.nearest.home_origin


class Walking:
    """
    A walking profile on the streets; each part is computed once.

    Walkers to whom the same streets are closed share their metres: ``like`` is one of them. ``among``
    is the same walker with the same places and more homes, and which of them these are.
    """

    def __init__(
        self,
        profile: WalkingProfile,
        network: Network,
        homes: pd.DataFrame,
        places: pd.DataFrame,
        *,
        like: "Walking | None" = None,
        among: "tuple[Walking, IntArray] | None" = None,
    ) -> None:
        self.profile = profile
        self.walker = walker_of(profile)
        self.network = network
        self._homes = homes
        self._places = places
        self._like = like
        self._among = among

    @cached_property
    def m(self) -> Unit:
        """Return homes and places in metres of the streets that this walker walks."""
        if self._like is not None and self._like.walker.closes == self.walker.closes:
            return self._like.m
        if self._among is not None:
            walking, rows = self._among
            return walking.m.of_homes(rows)
        return self._unit(metres(self.network, self.walker))

    @cached_property
    def s(self) -> Unit:
        """Return homes and places in seconds."""
        if self._among is not None:
            walking, rows = self._among
            return walking.s.of_homes(rows)
        return self._unit(seconds(self.network, self.walker))

    @cached_property
    def climb(self) -> Measure:
        """Return the measure of metres of climb."""
        return climb(self.network, self.walker)

    @cached_property
    def steps(self) -> Measure:
        """Return the measure of steps."""
        return steps(self.network, self.walker)

    def _unit(self, measure: Measure) -> Unit:
        homes, places = Doors.of(self._homes, measure), Doors.of(self._places, measure)
        return Unit(self.network, measure, homes, places)

    def access(
        self, counts: np.ndarray, straight_m: FloatArray, unknown: BoolArray | None = None
    ) -> Access:
        """Return how homes reach the places that count; ``unknown`` are those that may."""
        walk_m, walk_s = self.m.nearest(counts).home_walk, self.s.nearest(counts).home_walk
        return Access(walk_m, walk_s, straight_m, counts, unknown)

    def journeys(self, *, longest_m: float, longest_s: float) -> Journeys:
        """Return all walks from homes to places as far as the longest limits."""
        return Journeys(self.m.walks(longest_m), self.s.walks(longest_s))

    def catchments(self, snaps: pd.DataFrame, limit: Limit) -> Walks:
        """
        Return the walks from homes to some points within a limit.

        In metres where the limit has metres, else in seconds; where it has both, both hold.
        """
        found = [
            walks(self.network, snaps, unit.homes, limit=most, by=unit.measure)
            for unit, most in self.units(limit)
        ]
        return found[0] if len(found) == 1 else found[0].both(found[1])

    def farthest_m(self, limit: Limit) -> float:
        """Return the metres beyond which no walk within a limit can come from."""
        return min(most / unit.measure.least_per_m for unit, most in self.units(limit))

    def approach(self, limit: Limit, counts: np.ndarray) -> "Approach":
        """Return everybody's way to the nearest of the places that count, judged as the limit is."""
        unit, _ = self.judged(limit)
        other = self.s if unit is self.m else self.m
        places = unit.places.only(counts)
        also = [(other.measure, other.places.only(counts), other.homes)]
        for measure in (self.climb, self.steps):
            stops = Doors.of(self._places, measure).only(counts)
            also.append((measure, stops, Doors.of(self._homes, measure)))
        found = nearest(self.network, places, unit.homes, by=unit.measure, also=also)
        beside, climb_m, steps_n = found.home_also
        walk_m, walk_s = (found.home_walk, beside) if unit is self.m else (beside, found.home_walk)
        return Approach(found, walk_m, walk_s, climb_m, steps_n)

    def judged(self, limit: Limit) -> tuple[Unit, float]:
        """Return what a limit is judged in first, metres before seconds, and how much of it."""
        return self.units(limit)[0]

    def units(self, limit: Limit) -> list[tuple[Unit, float]]:
        """Return what a limit is judged in, and how much of each: metres, seconds, or both."""
        units = [] if limit.m is None else [(self.m, limit.m)]
        return units if limit.minutes is None else [*units, (self.s, 60.0 * limit.minutes)]
