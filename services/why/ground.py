"""The ground that questions about one point are answered on: all that they share, made once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.arrays import FloatArray, IntArray
from geo.coverage.reached import Limit, at_least
from geo.errors import BrokenWorkspaceError, InvalidInputError
from geo.ground.obstacles import FREE
from geo.streets.pieces import broken_off
from geo.vocabulary import FREQUENCIES
from geo.walking.doors import Doors
from geo.walking.legs import homes_passed
from geo.walking.measure import Measure
from geo.walking.nearby import Nearby
from geo.walking.reach import nearest
from geo.walking.route import Route, route, walks_from
from services.situation.doubts import street_doubts
from services.situation.parameters import Parameters
from services.situation.places import Selection
from services.situation.view import Situation
from services.situation.walking import Unit, Walking
from services.workspace.folder import Snapshot

STOPPED = ("suspended", "closed", "not_qualifying")
"""Why a place is not counted that could be walked to if it were."""


class Published(Situation):
    """The situation of a snapshot: its day, its parameters and its very places."""

    def __init__(self, snapshot: Snapshot) -> None:
        asked = snapshot.run["parameters"]
        as_of = asked.get("as_of")
        selection = Selection(
            date.fromisoformat(as_of) if as_of else None, asked.get("with_suspended", False)
        )
        parameters = Parameters.of(
            snapshot.workspace.profile,
            walk_limit_m=asked["walk_limit_m"],
            walk_limit_min=asked.get("walk_limit_min"),
            walking_profile=asked["profile"]["id"],
            selection=selection,
        )
        drawn = snapshot.run["edits"]["version"], date.fromisoformat(snapshot.run["as_of"])
        self._snapshot = snapshot
        super().__init__(snapshot.workspace, parameters, drawn=drawn)

    @cached_property
    def places(self) -> gpd.GeoDataFrame:
        """Return the places of the snapshot, whatever the registry holds by now."""
        places = self._snapshot.layer("places")
        if "weeks_mask" not in places:
            raise BrokenWorkspaceError(
                "{path}: this result was made by another version; run: arukeba run "
                "{workspace_path}",
                path=self._snapshot.path,
                workspace_path=self._snapshot.workspace.path,
            )
        return places


class Spot:
    """The point that is asked about: where it is, and where it joins the streets (one row)."""

    def __init__(self, xy: FloatArray, snap: pd.DataFrame) -> None:
        self.xy = xy
        self.snap = snap
        self._walks: dict[int, tuple[FloatArray, FloatArray]] = {}

    def walks(self, unit: Unit) -> tuple[FloatArray, FloatArray]:
        """Return (nodes,) and (places,) walks from here, found once for each measure."""
        key = id(unit.measure)
        if key not in self._walks:
            self._walks[key] = walks_from(Doors.of(self.snap, unit.measure), unit.places)
        return self._walks[key]


class Ground:
    """
    Streets, places and walkers.

    ``places`` are those that count, then the ``STOPPED``; ``approximate`` ones stand at the centre
    of a cell. ``barriers`` are drawn ones by name, in the plane CRS.
    """

    def __init__(
        self, situation: Situation, *, barriers: Mapping[str, BaseGeometry] | None = None
    ) -> None:
        self.situation = situation
        self.profile = situation.profile
        self.network = situation.network
        self.barriers = dict(barriers or {})
        self.nearby = Nearby(self.network, situation.usable)
        over_water = situation.workspace.obstacles.over_water
        leg_m = self.profile.streets.snap_limit_m
        found = broken_off(self.network, leg_m=leg_m, crossed=over_water)
        self._broken = found.set_index("piece")["gap_m"]
        self.doubts = street_doubts(situation.workspace, situation.drawn[1])
        self.places = _with_stopped(situation)
        self.snaps = situation.snap_places(self.places)
        counted = self.places["counts"].to_numpy(dtype=bool)
        self._counts: dict[str, NDArray[np.bool_]] = {
            frequency: counted & at_least(self.places["venue_frequency"], frequency)
            for frequency in FREQUENCIES
        }
        self._xy: FloatArray = np.column_stack([self.places.geometry.x, self.places.geometry.y])
        self._walkings: dict[str, Walking] = {}
        self._lock = Lock()
        areas = situation.areas
        self._layers = {
            layer.id: areas[areas["layer"] == layer.id].reset_index(drop=True)
            for layer in situation.profile.layers
        }
        for layer in self._layers.values():
            _ = layer.sindex
        ends = np.concatenate([self.network.edge_u, self.network.edge_v])
        self.ends_at_node = np.bincount(ends, minlength=len(self.network.node_xy))

    def walking(self, profile_id: str | None = None) -> Walking:
        """Return a walking profile on the streets, among the shown places; the main one by default."""
        choices = self.situation.parameters.walkings
        chosen = next((one for one in choices if profile_id in (None, one.id)), None)
        if chosen is None:
            names = ", ".join(one.id for one in choices)
            raise InvalidInputError(
                "there is no walking profile {profile_id!r}; there are {names}",
                profile_id=profile_id,
                names=names,
            )
        with self._lock:
            if chosen.id not in self._walkings:
                nobody = self.situation.homes.iloc[:0]
                like = next(iter(self._walkings.values()), None)
                made = Walking(chosen, self.network, nobody, self.snaps, like=like)
                _warm(made)
                self._walkings[chosen.id] = made
            return self._walkings[chosen.id]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Ground":
        """Return the ground of a snapshot, as it was computed."""
        situation = Published(snapshot)
        drawn = {edit.edit_id: edit.shape for edit in situation.edits if edit.kind == "barrier"}
        return cls(situation, barriers={name: shape for name, shape in drawn.items() if shape})

    def layer(self, layer_id: str) -> gpd.GeoDataFrame:
        """Return the areas of a layer, index 0 … n - 1."""
        return self._layers[layer_id]

    def piece(self, spot: Spot) -> dict[str, Any] | None:
        """Return what is odd about the part of the network that a point joins; None of the largest."""
        network, edge = self.network, int(spot.snap["edge"].iloc[0])
        if edge < 0:
            return None
        number = int(network.component_of_node[network.edge_u[edge]])
        if number == int(np.argmax(network.component_length_m)):
            return None
        length_m = float(network.component_length_m[number])
        if number in self._broken.index:
            gap_m = float(self._broken[number])
            return {"code": "broken_off", "length_m": length_m, "gap_m": gap_m}
        return {"code": "alone", "length_m": length_m}

    def counts(self, frequency: str) -> NDArray[np.bool_]:
        """Return (places,) which count for a frequency; do not change it."""
        return np.asarray(self._counts[frequency])

    def leg_doubts(self, spot: Spot) -> list[dict[str, Any]]:
        """Return what makes a point's leg to its street uncertain, as ``street_doubts`` does of streets."""
        from_xy, to_xy = spot.xy[None, :], spot.snap[["x", "y"]].to_numpy(dtype=float)
        if not np.isfinite(to_xy).all():
            return []
        over = self.situation.workspace.obstacles.crossed(from_xy, to_xy)[0] > FREE
        past = homes_passed(from_xy, to_xy, self._buildings_xy)[0] > 0
        told = (("leg_over_ground", over), ("leg_past_homes", past))
        return [{"code": code} for code, holds in told if holds]

    @cached_property
    def _buildings_xy(self) -> FloatArray:
        homes = self.situation.homes
        lived_in = (homes["kind"] == "building").to_numpy()
        return np.asarray(shapely.get_coordinates(homes.geometry.to_numpy()[lived_in]))

    def place_xy(self, place: int) -> FloatArray:
        """Return where a place is shown."""
        xy: FloatArray = self._xy[place]
        return xy


def route_to(ground: Ground, measure: Measure, spot: Spot, place: int, cost: float) -> Route:
    """Return the way to a place that is ``cost`` away; its origin is the row among all places."""
    stop = ground.snaps.iloc[[place]]
    # A little more than the cost: added up the other way round it may differ in the last digit.
    found = nearest(ground.network, stop, spot.snap, by=measure, limit=cost + 1.0)
    way = route(ground.network, found, 0, origins=stop, homes=spot.snap)
    assert way is not None  # noqa: S101  its cost is finite
    return replace(way, origin=place)


def nearest_among(walk: FloatArray, rows: np.ndarray) -> int:
    """Return the first of the nearest among some places, -1 where none can be walked to."""
    inside: IntArray = np.flatnonzero(rows & np.isfinite(walk))
    if inside.size == 0:
        return -1
    equal = walk[inside] <= walk[inside].min() + _EQUAL
    return int(inside[equal][0])


def holds(limit: Limit, walk_m: float, walk_s: float) -> bool:
    """Say whether one walk is within a limit."""
    return bool(limit.holds(np.array([walk_m]), np.array([walk_s]))[0])


_EQUAL = 1e-9


def _with_stopped(situation: Situation) -> gpd.GeoDataFrame:
    places = situation.places
    located = ~(places.geometry.isna() | places.geometry.is_empty)
    stopped = places[located & places["not_counted"].isin(STOPPED)]
    both = pd.concat([situation.counted, stopped], ignore_index=True)
    at_home = both["private_home"].astype(bool)
    return gpd.GeoDataFrame(both.assign(approximate=at_home & situation.workspace.is_public))


def _warm(walking: Walking) -> None:
    """Compute what several threads then only read."""
    for unit in (walking.m, walking.s):
        _ = unit.measure.tolls, unit.places.entering, unit.places.inward, unit.places.by_hours
    _ = walking.climb.tolls, walking.steps.tolls, walking.network.edge_lines
    _ = walking.network.vertex_offset_m, walking.network.halves
