"""
Bus stops: who can walk to one, and which weekly place stands near one.

A stop is not a ride: which bus goes where, and when, is not known. What is said is only where a bus
could be asked for.
"""

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely

from geo.arrays import FloatArray, IntArray
from geo.coverage.gaps import nearest_place
from geo.coverage.reached import Layering, at_least, share_pct
from geo.walking.doors import Doors
from geo.walking.reach import nearest, walks
from services.situation.intervals import Bounds, Ends
from services.situation.naming import picked
from services.situation.view import Situation
from services.situation.walking import Unit

COLUMNS = {
    "stop_residents": np.nan,
    "stop_pct": np.nan,
    "stop_low_pct": np.nan,
    "stop_high_pct": np.nan,
    "nearest_stop_id": "",
    "nearest_stop_name": "",
    "nearest_stop_walk_m": np.nan,
    "place_by_stop_id": "",
    "place_by_stop_name": "",
    "place_by_stop_walk_m": np.nan,
    "place_by_stop_straight_m": np.nan,
}
"""Column → what it holds where there is no layer of stops: nothing, which is not zero."""


def stop_columns(situation: Situation, layering: Layering, weight: FloatArray) -> pd.DataFrame:
    """
    Return what a layer of bus stops tells of each unit.

    ``stop_residents`` and ``stop_pct`` are the residents within the walking limit of a stop,
    ``nearest_stop_…`` the stop that is nearest for most of them with their median walk, and
    ``place_by_stop_…`` the nearest weekly place that a stop is within the walking limit of.
    """
    stops = situation.workspace.stops()
    if stops is None:
        return pd.DataFrame(COLUMNS, index=range(len(layering.areas)))
    access = _StopAccess(situation, stops)
    slot = np.where(layering.home_area >= 0, layering.home_area, len(layering.areas))

    def measure(people: pd.DataFrame) -> pd.DataFrame:
        there = people[situation.parameters.age_group].to_numpy(dtype=float)
        parts = {"residents": there, "reached": there * access.reached}
        size = len(layering.areas) + 1
        return pd.DataFrame(
            {name: np.bincount(slot, part, size)[:-1] for name, part in parts.items()}
        )

    tables = Ends.of(situation, measure)
    by_unit = tables.likely
    low, high = Bounds.of(tables, "reached").pct()
    near = nearest_place({"walk_m": access.walk_m}, access.nearest, weight, layering)
    served, walk_m, straight_m = access.served_place
    place = nearest_place({"walk_m": walk_m, "straight_m": straight_m}, served, weight, layering)
    counted = situation.counted
    return pd.DataFrame(
        {
            "stop_residents": by_unit["reached"],
            "stop_pct": share_pct(by_unit["reached"], by_unit["residents"]),
            "stop_low_pct": low,
            "stop_high_pct": high,
            "nearest_stop_id": picked(stops["stop_id"], near["place"]),
            "nearest_stop_name": picked(stops["name"], near["place"]),
            "nearest_stop_walk_m": near["walk_m"].to_numpy(),
            "place_by_stop_id": picked(counted["place_id"], place["place"]),
            "place_by_stop_name": picked(counted["name"], place["place"]),
            "place_by_stop_walk_m": _finite(place["walk_m"]),
            "place_by_stop_straight_m": _finite(place["straight_m"]),
        }
    )


def _finite(values: "pd.Series[float]") -> np.ndarray:
    return values.where(np.isfinite(values)).to_numpy(dtype=float)


@dataclass(frozen=True, eq=False)
class _StopAccess:
    """The stops on the streets of a run, under its main limit."""

    situation: Situation
    stops: gpd.GeoDataFrame

    @cached_property
    def _snaps(self) -> pd.DataFrame:
        return self.situation.snap(self.stops)

    def _stop_doors(self, unit: Unit) -> Doors:
        return Doors.of(self._snaps, unit.measure)

    @cached_property
    def reached(self) -> np.ndarray:
        """Return (homes,) whether a stop is within the limit."""
        walking, limit = self.situation.walking, self.situation.parameters.limit
        found = [
            nearest(unit.network, self._stop_doors(unit), unit.homes, by=unit.measure).home_walk
            for unit in (walking.m, walking.s)
        ]
        return limit.holds(*found)

    @cached_property
    def _way(self) -> tuple[IntArray, FloatArray]:
        walking = self.situation.walking
        unit, _ = walking.judged(self.situation.parameters.limit)
        metres = (walking.m.measure, self._stop_doors(walking.m), walking.m.homes)
        found = nearest(
            unit.network, self._stop_doors(unit), unit.homes, by=unit.measure, also=[metres]
        )
        return found.home_origin, found.home_also[0]

    @property
    def nearest(self) -> IntArray:
        """Return (homes,) position of the nearest stop, -1 without one."""
        return self._way[0]

    @property
    def walk_m(self) -> FloatArray:
        """Return (homes,) metres to that stop."""
        return self._way[1]

    @cached_property
    def _has_stop(self) -> np.ndarray:
        """Return (counted places,) whether the place can be walked to from a stop within the limit."""
        walking, limit = self.situation.walking, self.situation.parameters.limit
        stops_n = max(len(self.stops), 1)
        asked = [] if limit.m is None else [(walking.m, limit.m)]
        asked += [] if limit.minutes is None else [(walking.s, 60.0 * limit.minutes)]
        near = [
            walks(unit.network, unit.places, self._stop_doors(unit), limit=most, by=unit.measure)
            for unit, most in asked
        ]
        # Of a limit in metres and minutes both must hold for the same stop.
        keys = [found.origin * stops_n + found.home for found in near]
        pairs = np.intersect1d(keys[0], keys[-1])
        has = np.zeros(len(self.situation.counted), dtype=bool)
        has[np.unique(pairs // stops_n)] = True
        return has

    @cached_property
    def served_place(self) -> tuple[IntArray, FloatArray, FloatArray]:
        """
        Return (homes,) the nearest weekly place that has a stop, with metres on foot and straight.

        Where none can be walked to, it is the nearest as the crow flies: a bus may go there.
        """
        situation = self.situation
        weekly = at_least(situation.counted["venue_frequency"], "weekly") & self._has_stop
        home_xy = shapely.get_coordinates(situation.homes.geometry.to_numpy())
        homes_n = len(home_xy)
        if not weekly.any():
            return np.full(homes_n, -1), np.full(homes_n, np.inf), np.full(homes_n, np.nan)
        place_xy = shapely.get_coordinates(situation.counted.geometry.to_numpy())
        way = situation.walking.approach(situation.parameters.limit, weekly)
        chosen = np.flatnonzero(weekly)
        nowhere = way.origin < 0
        _, flown = scipy.spatial.cKDTree(place_xy[chosen]).query(home_xy)
        origin = np.where(nowhere, chosen[flown], way.origin)
        walk_m = np.where(nowhere, np.inf, way.walk_m)
        return origin, walk_m, np.hypot(*(home_xy - place_xy[origin]).T)
