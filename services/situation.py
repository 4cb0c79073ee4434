"""Situation: a workspace seen with the parameters of one run, each part computed once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.areas import area_ids, locate
from geo.coverage import FREQUENCIES, Access, Layering, at_least
from geo.errors import InvalidInputError
from geo.network import joinable
from geo.reach import Nearest, Walks, nearest, straight_m, walks
from geo.snapping import snap
from services.places import TODAY, Selection, places_frame
from services.profile import Profile, WalkingProfile
from services.workspace import Workspace


@dataclass(frozen=True)
class Parameters:
    """What one run asks; everything else is in the profile."""

    walk_limit_m: float
    walk_limits_m: tuple[float, ...]
    age_group: str
    walking: WalkingProfile
    selection: Selection = TODAY

    @classmethod
    def of(
        cls,
        profile: Profile,
        *,
        walk_limit_m: float | None,
        walking_profile: str | None,
        selection: Selection = TODAY,
    ) -> "Parameters":
        """Take the profile's parameters, with those that were asked for put over them."""
        analysis = profile.analysis
        limit_m = analysis.walk_limit_m if walk_limit_m is None else walk_limit_m
        if not (np.isfinite(limit_m) and limit_m > 0):
            raise InvalidInputError(
                f"the walking limit is {limit_m} m; give a number of metres above 0",
                ja=f"歩く範囲が{limit_m}mです。0より大きいメートル数を指定してください",
            )
        wanted = walking_profile or analysis.walking_profile
        walking = next((w for w in profile.walking_profiles if w.id == wanted), None)
        if walking is None:
            names = ", ".join(w.id for w in profile.walking_profiles)
            raise InvalidInputError(
                f"there is no walking profile {wanted!r}; there are {names}",
                ja=f"歩き方「{wanted}」はありません。使えるもの: {names}",
            )
        limits_m = tuple(sorted({limit_m, *analysis.walk_limits_m}))
        return cls(limit_m, limits_m, analysis.age_group, walking, selection)

    def to_dict(self, profile: Profile) -> dict[str, Any]:
        """Return the parameters with the origin of each assumption."""
        as_of = self.selection.as_of
        return {
            "as_of": as_of.isoformat() if as_of else None,
            "with_suspended": self.selection.with_suspended,
            "qualification": profile.qualification.model_dump(),
            "walk_limit_m": self.walk_limit_m,
            "walk_limits_m": list(self.walk_limits_m),
            "age_group": self.age_group,
            "profile": self.walking.model_dump(),
            "snap_limit_m": profile.streets.snap_limit_m,
            "isolated_below_m": profile.streets.isolated_below_m,
            "permanent_min_days_per_week": profile.frequency.permanent_min_days_per_week,
            "needs_transport_below": profile.analysis.needs_transport_below,
            "versions": {layer.id: layer.version for layer in profile.layers},
            "origins": {
                "walk_limit_m": profile.analysis.walk_limit_origin,
                "profile": self.walking.origin,
                "frequency": profile.frequency.origin,
                "needs_transport": profile.analysis.needs_transport_origin,
                "subsidies": profile.subsidies.origin,
            },
        }


class Situation:
    """A workspace seen with the parameters of one run; each part is computed once."""

    def __init__(self, workspace: Workspace, parameters: Parameters) -> None:
        self.workspace = workspace
        self.profile = workspace.profile
        self.parameters = parameters
        self.network = workspace.network()
        self.areas = workspace.areas()
        self.homes = workspace.demand()
        self.residents = pd.DataFrame(self.homes[self.profile.population.groups])
        below_m = self.profile.streets.isolated_below_m
        self.usable = joinable(self.network, isolated_below_m=below_m)

    def snap(self, points: gpd.GeoDataFrame) -> pd.DataFrame:
        """Join points to the streets; a point without a position stays unsnapped."""
        return snap(
            points.geometry,
            self.network,
            limit_m=self.profile.streets.snap_limit_m,
            usable=self.usable,
        )

    def council_ids(self, points: gpd.GeoDataFrame) -> np.ndarray:
        """Return the area of the council's layer that each point lies in, empty where none."""
        layer = self.profile.analysis.council_layer
        areas = self.areas[self.areas["layer"] == layer].reset_index(drop=True)
        there = ~(points.geometry.isna() | points.geometry.is_empty).to_numpy()
        found = np.full(len(points), "", dtype=object)
        xy = shapely.get_coordinates(points.geometry.to_numpy()[there])
        found[there] = area_ids(xy, areas).to_numpy()
        return found

    @cached_property
    def places(self) -> gpd.GeoDataFrame:
        """Return the places, located and not, with what their schedules give."""
        return places_frame(self.workspace, self.parameters.selection)

    @cached_property
    def counted(self) -> gpd.GeoDataFrame:
        """Return the places that can be walked to: open, located; index 0 … n - 1."""
        places = self.places
        located = ~(places.geometry.isna() | places.geometry.is_empty)
        return places[located & places["counts"]].reset_index(drop=True)

    @cached_property
    def place_snaps(self) -> pd.DataFrame:
        """Return where the counted places stand on the network."""
        return self.snap(self.counted)

    @cached_property
    def walks(self) -> Walks:
        """Return the walks from counted places to homes up to the longest limit."""
        limit_m = max(self.parameters.walk_limits_m)
        return walks(self.network, self.place_snaps, self.homes, limit_m=limit_m)

    @cached_property
    def nearest(self) -> dict[str, Nearest]:
        """Return the nearest counted place per frequency; origins are positions in ``counted``."""
        found = {}
        for frequency in FREQUENCIES:
            counts = at_least(self.counted["venue_frequency"], frequency)
            snaps = self.place_snaps.assign(
                edge=np.where(counts, self.place_snaps["edge"].to_numpy(), -1)
            )
            found[frequency] = nearest(self.network, snaps, self.homes)
        return found

    def layering(self, layer: str) -> Layering:
        """Return one layer seen from homes and counted places."""
        areas = self.areas[self.areas["layer"] == layer].reset_index(drop=True)
        position = pd.Series(np.arange(len(areas)), index=areas["area_id"].to_numpy())
        home = self.homes[f"in_{layer}"].map(position).fillna(-1).to_numpy(dtype=np.int64)
        xy = shapely.get_coordinates(self.counted.geometry.to_numpy())
        return Layering(areas, home, locate(xy, areas))

    @cached_property
    def access(self) -> dict[str, Access]:
        """Return how homes reach the places of each frequency."""
        home_xy = shapely.get_coordinates(self.homes.geometry.to_numpy())
        place_xy = shapely.get_coordinates(self.counted.geometry.to_numpy())
        found = {}
        for frequency in FREQUENCIES:
            counts = at_least(self.counted["venue_frequency"], frequency)
            found[frequency] = Access(
                self.nearest[frequency].home_walk_m, straight_m(place_xy[counts], home_xy), counts
            )
        return found
