"""What all questions with the same parameters share; each part is computed once, and only if asked."""

from functools import cached_property
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import BoolArray, FloatArray, IntArray
from geo.coverage.reached import Layering, Limit, at_least
from services.edits.versions import edits_record
from services.plans.ask import PlanAsk
from services.plans.sites import Junctions, halls_to_upgrade
from services.registry.seen import registry_facts
from services.results.candidates import free_venues
from services.results.gaps import gap_classes, lack_streets
from services.results.stops import stop_columns
from services.situation.view import Situation
from services.situation.walking import Walking
from services.words.dates import today
from services.workspace.folder import Workspace

K = TypeVar("K")
V = TypeVar("V")

_STOP = ("nearest_stop_name", "nearest_stop_walk_m")
KEPT = 16
"""So many lists of points, and so many counts of who is reached, are kept."""


def hashes_of(workspace: Workspace) -> dict[str, Any]:
    """Return what a plan is made of: hashes of the workspace, its registry and its edits."""
    return {
        "workspace_sha256": workspace.sha256,
        "registry": registry_facts(workspace),
        "edits": edits_record(workspace, today()),
    }


class CommonGround:
    """The situation, what its homes have today, and the sites that do not depend on a question."""

    def __init__(self, situation: Situation, hashes: dict[str, Any] | None = None) -> None:
        self.situation = situation
        self.hashes = hashes or hashes_of(situation.workspace)
        """Taken before anything is read: a plan says what it was made of, not what there is later."""
        self._reached_n: dict[tuple[str, Limit, str], IntArray] = {}
        self._nearest: dict[tuple[str, bool, str], FloatArray] = {}
        self._points: dict[tuple[str, str, int], gpd.GeoDataFrame] = {}

    def read(self) -> None:
        """Read what people may change meanwhile: places, venues and edits."""
        _ = self.situation.network, self.situation.places, self.venues

    @cached_property
    def _layering(self) -> Layering:
        return self.situation.layering(self.situation.profile.analysis.gap_layer)

    @cached_property
    def _needs_transport(self) -> BoolArray:
        """(units,) those where no site could gather enough residents on foot."""
        return (gap_classes(self.situation) == "needs_transport").to_numpy()

    @cached_property
    def _off_streets(self) -> BoolArray:
        """(units,) those of whom nobody knows who could walk anywhere: the data has no streets there."""
        situation, layering = self.situation, self._layering
        weight = situation.residents[situation.parameters.age_group].to_numpy(dtype=float)
        return lack_streets(situation, layering, weight)

    @cached_property
    def off_streets(self) -> pd.DataFrame:
        """Return the units whose streets the data lacks, most residents first; as ``transport``."""
        return self._units(self._off_streets)

    def _units(self, chosen: BoolArray) -> pd.DataFrame:
        situation, layering = self.situation, self._layering
        weight = situation.residents[situation.parameters.age_group].to_numpy(dtype=float)
        lived = np.bincount(layering.home_area + 1, weight, minlength=len(layering.areas) + 1)[1:]
        areas = layering.areas[["area_id", "area_name"]].assign(residents=lived)
        found = areas.assign(unit=np.arange(len(areas)))[chosen]
        return found.sort_values(["residents", "area_id"], ascending=[False, True])

    @cached_property
    def transport(self) -> pd.DataFrame:
        """
        Return the units that need transport, most residents first; never leaves as it is.

        ``unit`` is their position in the gap layer; the nearest stop is as the gaps have it.
        """
        found, situation = self._units(self._needs_transport), self.situation
        if found.empty:
            return found
        weight = situation.residents[situation.parameters.age_group].to_numpy(dtype=float)
        stops = stop_columns(situation, self._layering, weight).iloc[found["unit"]]
        return found.assign(**{name: stops[name].to_numpy() for name in _STOP})

    @cached_property
    def on_foot(self) -> BoolArray:
        """(homes,) those in no unit that needs transport, or whose streets the data lacks."""
        beyond = self._needs_transport | self._off_streets
        return ~np.append(beyond, False)[self._layering.home_area]

    @cached_property
    def halls(self) -> gpd.GeoDataFrame:
        """Return the halls with places that could meet more often."""
        return halls_to_upgrade(self.situation)

    @cached_property
    def venues(self) -> gpd.GeoDataFrame:
        """Return the venues that hold no place yet."""
        return free_venues(self.situation).assign(source="venue")

    @cached_property
    def _junctions(self) -> Junctions:
        return Junctions(self.situation.network)

    def counts(self, frequency: str) -> BoolArray:
        """(places,) existing places of a class or a more frequent one."""
        return at_least(self.situation.counted["venue_frequency"], frequency)

    def reached_n(self, walking: Walking, limit: Limit, frequency: str) -> IntArray:
        """(homes,) how many such places each home has within a limit; do not change it."""
        key = (walking.profile.id, limit, frequency)
        if key not in self._reached_n:
            situation = self.situation
            is_main = walking is situation.walking and limit == situation.parameters.limit
            # The walks of a run end at its longest limit; a plan may ask beyond.
            found = (
                situation.within_limit
                if is_main
                else walking.catchments(situation.place_snaps, limit)
            )
            kept = found.home[self.counts(frequency)[found.origin]]
            n = np.bincount(kept, minlength=len(situation.homes)).astype(np.int64)
            _keep(self._reached_n, key, n)
        return self._reached_n[key]

    def nearest_walk(self, walking: Walking, limit: Limit, frequency: str) -> FloatArray:
        """(homes,) walk to the nearest such place in the unit of a limit; do not change it."""
        unit, _ = walking.judged(limit)
        key = (walking.profile.id, unit is walking.m, frequency)
        if key not in self._nearest:
            _keep(self._nearest, key, unit.nearest(self.counts(frequency)).home_walk)
        return self._nearest[key]

    def points(self, ask: PlanAsk, *, inside: BoolArray) -> gpd.GeoDataFrame:
        """Return points on streets amid those ``inside`` whom no place reaches."""
        key = (ask.frequency, ask.council, ask.points_max)
        if key not in self._points:
            _keep(self._points, key, self._points_of(ask, inside))
        return self._points[key]

    def _points_of(self, ask: PlanAsk, inside: BoolArray) -> gpd.GeoDataFrame:
        situation = self.situation
        limit, age_group = situation.parameters.limit, situation.parameters.age_group
        reached = self.reached_n(situation.walking, limit, ask.frequency) > 0
        people = situation.residents[age_group].to_numpy(dtype=float)
        unreached = np.where(inside & ~reached & self.on_foot, people, 0.0)
        on_street = situation.homes["edge"].to_numpy() >= 0
        xy = situation.homes[["snap_x", "snap_y"]].to_numpy(dtype=float)
        there = on_street & (unreached > 0)
        points = self._junctions.amid(xy[there], unreached[there], most=ask.points_max)
        ids = [f"{x:.0f}-{y:.0f}" for x, y in shapely.get_coordinates(points)]
        frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(points, crs=situation.network.epsg))
        return frame.assign(venue_id=ids, venue_name="", kind="", source="point")


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    """Remember a value, and forget the oldest where there are too many."""
    if len(kept) >= KEPT:
        kept.pop(next(iter(kept)), None)
    kept[key] = value
