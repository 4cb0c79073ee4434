"""Situation: a workspace seen with the parameters of one run, each part computed once."""

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.areas.location import area_ids, locate
from geo.arrays import BoolArray, FloatArray, IntArray
from geo.coverage.reached import Access, Journeys, Layering, at_least, walks_with_unknown
from geo.edits.applied import CUT_OFF, Edit, apply_edits, cut_off_edges, rejoin
from geo.streets.network import Network, joinable
from geo.vocabulary import FREQUENCIES
from geo.walking.nearby import Nearby
from geo.walking.reach import Walks, straight_m
from geo.walking.snapping import (
    ISOLATED,
    Frontage,
    frontage_of,
    snap,
    snap_isolated,
    streets_of_halls,
)
from services.edits.versions import edited_network, home_snaps, newest, read_edits
from services.registry.seen import seen_venues
from services.situation.halls import halls_apart
from services.situation.parameters import Parameters
from services.situation.places import met_of, places_frame
from services.situation.walking import Approach, Walking
from services.words.dates import today
from services.workspace.folder import Workspace

T = TypeVar("T")


def layering_of(workspace: Workspace, layer_id: str, place_xy: FloatArray) -> Layering:
    """Return one layer as on the workspace's day, seen from homes and from (n, 2) points, plane CRS."""
    areas = workspace.areas()
    areas = areas[areas["layer"] == layer_id].reset_index(drop=True)
    position = pd.Index(areas["area_id"])
    homes = workspace.demand()[f"in_{layer_id}"]
    return Layering(areas, position.get_indexer(homes).astype(np.int64), locate(place_xy, areas))


def _moved(homes: gpd.GeoDataFrame, snaps: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return homes that join the streets where snaps, in their order, say so."""
    names = {"x": "snap_x", "y": "snap_y", "reason": "unsnapped"}
    moved = snaps.rename(columns=names).set_index(homes.index)
    return homes.assign(**{str(name): moved[name] for name in moved})


class Situation:
    """
    A workspace seen with the parameters of one run; each part is computed once.

    ``places`` (as ``places_frame`` gives them) and further ``edits`` of the streets are those of
    somebody who asks what would be; else both are the workspace's own. ``drawn`` is the version of the
    edits and the day they are in force on: the newest and the day of the places where none is given.
    ``beside`` is the same question to the other view: walks are looked for once where places are the same.
    """

    def __init__(
        self,
        workspace: Workspace,
        parameters: Parameters,
        *,
        places: gpd.GeoDataFrame | None = None,
        edits: Sequence[Edit] = (),
        drawn: tuple[int, date] | None = None,
        beside: "Situation | None" = None,
    ) -> None:
        self.workspace = workspace
        self.profile = workspace.profile
        self.parameters = parameters
        self.areas = workspace.areas()
        self._streets = workspace.network()
        self._given_places = places
        # Read once: what somebody draws meanwhile is the next question's.
        version, day = drawn or (newest(workspace), parameters.selection.as_of or today())
        self.drawn = version, day
        self.edits = [*read_edits(workspace, version, day=day), *edits]
        self.edited = None
        if edits:
            self.edited = apply_edits(self._streets, self.edits)
        elif self.edits:
            self.edited = edited_network(workspace, self._streets, day, version=version)
        self.network = self._streets if self.edited is None else self.edited.network
        self._frontage = frontage_of(
            self._streets,
            isolated_below_m=self.profile.streets.isolated_below_m,
            leg_m=self.profile.streets.snap_limit_m,
            obstacles=workspace.obstacles,
        )
        usable = self._frontage.usable
        self.usable = usable if self.edited is None else self._joinable(self.network)
        self._beside = beside
        self.homes = self._homes()
        self.residents = pd.DataFrame(self.homes[self.profile.population.groups])
        self._shared: dict[Hashable, Any] = {}

    def snap(self, points: gpd.GeoDataFrame, *, limit_m: float | None = None) -> pd.DataFrame:
        """
        Join points to the streets; a point without a position stays unsnapped.

        They join the streets as the map has them, and are carried over to the edited ones: what a
        planner closes never moves anybody to another street.
        """
        most_m = self.profile.streets.snap_limit_m if limit_m is None else limit_m
        snaps = snap(points.geometry, self._streets, limit_m=most_m, usable=self._frontage)
        return self._carried(self._along_halls(snaps, points.geometry, most_m), points)

    def snap_places(self, places: gpd.GeoDataFrame) -> pd.DataFrame:
        """Join places to the streets as ``snap`` does, with when they meet where a street has hours."""
        snaps = self.snap(places)
        return snaps.assign(met=met_of(places)) if self.network.hours else snaps

    @cached_property
    def _nearby(self) -> Nearby:
        return Nearby(self._streets, self._frontage)

    def snap_one(self, xy: FloatArray) -> pd.DataFrame:
        """Join one point (2,) just as ``snap`` does, without a pass over all streets."""
        limit_m = self.profile.streets.snap_limit_m
        point = gpd.GeoDataFrame(geometry=[shapely.Point(xy)], crs=self.areas.crs)
        snaps = self._nearby.snap(xy, limit_m=limit_m)
        return self._carried(self._along_halls(snaps, xy, limit_m), point)

    def _along_halls(
        self, snaps: pd.DataFrame, xy: FloatArray | gpd.GeoSeries, limit_m: float
    ) -> pd.DataFrame:
        """Let the isolated join a street that leads nowhere but to a hall."""
        if not (snaps["reason"] == ISOLATED).any():
            return snaps  # and no hall is looked for
        usable = self._streets_of_halls
        return snap_isolated(snaps, xy, self._streets, limit_m=limit_m, usable=usable)

    @cached_property
    def _streets_of_halls(self) -> Frontage:
        limit_m = self.profile.streets.snap_limit_m
        return streets_of_halls(self._streets, self._frontage, self.counted, limit_m=limit_m)

    def _joinable(self, network: Network) -> np.ndarray:
        return joinable(
            network,
            isolated_below_m=self.profile.streets.isolated_below_m,
            leg_m=self.profile.streets.snap_limit_m,
            crossed=self.workspace.obstacles.over_water,
        )

    def _homes(self) -> gpd.GeoDataFrame:
        """Return where residents live, on the edited streets."""
        homes = self.mapped_homes
        return (
            homes if self.edited is None else _moved(homes, self._carried(home_snaps(homes), homes))
        )

    @cached_property
    def mapped_homes(self) -> gpd.GeoDataFrame:
        """Return where residents live on the streets as the map has them, halls on lonely ones known."""
        homes = self.workspace.demand()
        snaps = home_snaps(homes)
        limit_m = self.profile.streets.snap_limit_m
        found = self._along_halls(snaps, homes.geometry, limit_m)
        return homes if found is snaps else _moved(homes, found)

    def _carried(self, snaps: pd.DataFrame, points: gpd.GeoDataFrame) -> pd.DataFrame:
        if self.edited is None:
            return snaps
        xy = np.full((len(points), 2), np.nan)
        there = ~(points.geometry.isna() | points.geometry.is_empty).to_numpy()
        xy[there] = shapely.get_coordinates(points.geometry.to_numpy()[there])
        carried = self.edited.trace.carry(snaps, xy)
        limit_m = self.profile.streets.snap_limit_m
        return rejoin(
            self.edited,
            carried,
            xy,
            limit_m=limit_m,
            usable=self._joinable,
            obstacles=self.workspace.obstacles,
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
    def _halls(self) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
        analysis, given = self.profile.analysis, self._given_places
        if self._beside is not None and given is None:
            known = self._beside.places, self._beside.venues
            # Views know the same of halls of which none is in a private home.
            if not any(halls["private_home"].astype(bool).any() for halls in known):
                return known
        places = places_frame(self.workspace, self.parameters.selection) if given is None else given
        layers = dict.fromkeys((analysis.council_layer, analysis.gap_layer))
        venues = seen_venues(self.workspace)
        return halls_apart(places, venues, self.areas, layers=[*layers])

    @cached_property
    def places(self) -> gpd.GeoDataFrame:
        """Return the places, located and not, with what their schedules give and names told apart."""
        return self._halls[0]

    @cached_property
    def venues(self) -> gpd.GeoDataFrame:
        """Return the listed venues, located and not, under names told apart."""
        return self._halls[1]

    @cached_property
    def counted(self) -> gpd.GeoDataFrame:
        """Return the places that can be walked to: open, located; index 0 … n - 1."""
        places = self.places
        located = ~(places.geometry.isna() | places.geometry.is_empty)
        return places[located & places["counts"]].reset_index(drop=True)

    @cached_property
    def place_snaps(self) -> pd.DataFrame:
        """Return where the counted places stand on the network."""
        return self.snap_places(self.counted)

    @cached_property
    def walkings(self) -> list[Walking]:
        """Return every walking profile on the streets, the main one first."""
        if self._alike is not None:
            return self._alike.walkings
        main: Walking | None = None
        found: list[Walking] = []
        for profile in self.parameters.walkings:
            walking = Walking(
                profile,
                self.network,
                self.homes,
                self.place_snaps,
                like=main,
                among=self._among(len(found)),
            )
            main = main or walking
            found.append(walking)
        return found

    def _among(self, number: int) -> tuple[Walking, IntArray] | None:
        """Return a walker among the homes of the other view, and where these homes are there."""
        if self._same_homes is None or self._beside is None:
            return None
        return self._beside.walkings[number], self._same_homes

    def shared(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what homes and places decide, whoever lives there: made once where both views stand alike."""
        if self._alike is not None:
            return self._alike.shared(key, make)
        if key not in self._shared:
            self._shared[key] = make()
        found: T = self._shared[key]
        return found

    @property
    def stands_as_beside(self) -> bool:
        """Say whether all homes and places stand just as in the other view."""
        return self._alike is not None

    @cached_property
    def _alike(self) -> "Situation | None":
        rows, other = self._same_homes, self._beside
        same = rows is not None and other is not None and rows.size == len(other.homes)
        return other if same else None

    @cached_property
    def _same_homes(self) -> IntArray | None:
        """Return where these homes are among those of the other view; None where either differs."""
        other = self._beside
        if other is None or not self.place_snaps.equals(other.place_snaps):
            return None
        timing = ["place_id", "venue_id", "venue_frequency", "days_unknown"]
        timing += ["slots_weekly", "weeks_mask"]
        if not self.counted[timing].equals(other.counted[timing]):
            return None
        mine, theirs = self.homes["source_area_id"], other.homes["source_area_id"]
        rows = np.arange(len(theirs))
        if not mine.equals(theirs):
            rows = np.flatnonzero(theirs.isin(mine.unique()).to_numpy())
        joined = ["edge", "offset_m", "snap_m"]
        at, others = self.homes[joined], other.homes[joined].iloc[rows]
        same = len(at) == len(others) and np.array_equal(at.to_numpy(), others.to_numpy())
        return rows.astype(np.int64) if same else None

    @property
    def walking(self) -> Walking:
        """Return the main walking profile on the streets."""
        return self.walkings[0]

    def journeys(self, walking: Walking) -> Journeys:
        """Return the walks from homes to counted places up to the longest limits."""
        longest_m, longest_s = self.parameters.longest_m, self.parameters.longest_s
        return walking.journeys(longest_m=longest_m, longest_s=longest_s)

    @property
    def within_limit(self) -> Walks:
        """Return the walks from homes to counted places within the main limit."""
        limit = self.parameters.limit
        return self.shared("within_limit", lambda: self.walking.catchments(self.place_snaps, limit))

    @cached_property
    def off_streets_why(self) -> np.ndarray:
        """Return (places,) why nobody walks to a counted place: as its snap says, or cut off by edits."""
        reason = self.place_snaps["reason"].to_numpy(dtype=object, copy=True)
        if self.edited is not None:
            edge = self.place_snaps["edge"].to_numpy()
            alone = cut_off_edges(self.edited)[np.maximum(edge, 0)] & (edge >= 0)
            walks = self.within_limit
            homes_n = walks.matrix(walks.limit) @ np.ones(len(self.homes))
            reason[alone & (homes_n == 0)] = CUT_OFF
        return reason

    def approach(self, frequency: str) -> Approach:
        """Return everybody's way to the nearest place of a frequency; origins are in ``counted``."""

        def found() -> Approach:
            counts = at_least(self.counted["venue_frequency"], frequency)
            if self._same_homes is not None and self._beside is not None:
                return self._beside.approach(frequency).of_homes(self._same_homes)
            return self.walking.approach(self.parameters.limit, counts)

        return self.shared(("approach", frequency), found)

    def reached(self, frequency: str) -> np.ndarray:
        """Return (homes,) whether a place of the frequency is within the main limit."""
        access = self.access(self.walking)[frequency]
        return self.parameters.limit.holds(access.walk_m, access.walk_s)

    def unknown_days(self, frequency: str) -> BoolArray:
        """Return (places,) those of unknown days that stand where no place of the frequency is known."""
        counted = self.counted
        known = at_least(counted["venue_frequency"], frequency)
        found: BoolArray = counted["days_unknown"].to_numpy(dtype=bool) & ~known
        return found

    def in_unknown_halls(self, places: pd.DataFrame) -> BoolArray:
        """Return (rows,) places at whose hall a counted group meets on days that nobody knows."""
        counted = self.counted
        halls = counted.loc[counted["days_unknown"].astype(bool), "venue_id"]
        found: BoolArray = places["venue_id"].isin(halls).to_numpy()
        return found

    def undecided(self, frequency: str) -> BoolArray:
        """Return (homes,) the unreached who would be reached if places of unknown days met that often."""
        access = self.access(self.walking)[frequency]
        might = walks_with_unknown(access, self.journeys(self.walking))
        found: BoolArray = self.parameters.limit.holds(*might) & ~self.reached(frequency)
        return found

    def layering(self, layer: str) -> Layering:
        """Return one layer seen from homes and counted places; do not change it."""

        def seen() -> Layering:
            xy = shapely.get_coordinates(self.counted.geometry.to_numpy())
            return layering_of(self.workspace, layer, xy)

        return self.shared(("layering", layer), seen)

    def _straight_m(self) -> dict[str, FloatArray]:
        home_xy = shapely.get_coordinates(self.homes.geometry.to_numpy())
        place_xy = shapely.get_coordinates(self.counted.geometry.to_numpy())
        frequencies = self.counted["venue_frequency"]
        return {
            name: straight_m(place_xy[at_least(frequencies, name)], home_xy) for name in FREQUENCIES
        }

    def access(self, walking: Walking) -> dict[str, Access]:
        """Return how homes reach the places of each frequency with one walking profile."""

        def found() -> dict[str, Access]:
            frequencies = self.counted["venue_frequency"]
            return {
                frequency: walking.access(
                    at_least(frequencies, frequency), straight, self.unknown_days(frequency)
                )
                for frequency, straight in self.shared("straight_m", self._straight_m).items()
            }

        return self.shared(("access", walking.profile.id), found)
