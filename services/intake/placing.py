"""Placing: every resident at a home, the home at a street, and in which areas it lies."""

from collections.abc import Sequence
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely

from geo.areas.location import area_ids
from geo.demand.homes import allocate
from geo.streets.network import Network
from geo.walking.snapping import Frontage, snap
from services.intake.areas.polygons import Assembly
from services.intake.inputs import Inputs
from services.intake.people.buildings import read_buildings
from services.intake.people.distribution import note_unfollowed, read_distribution
from services.intake.people.residents import Residents, point_areas
from services.intake.places.position import note_legs, note_unsnapped_homes
from services.intake.tables.ledger import Ledger
from services.workspace.folder import membership
from services.workspace.progress import Progress


class Placing:
    """Where residents live; the buildings are read once, for the residents of both views."""

    def __init__(
        self,
        intake: Inputs,
        assembly: Assembly,
        network: Network,
        frontage: Frontage,
        progress: Progress,
    ) -> None:
        self._intake = intake
        self._assembly = assembly
        self._network = network
        self._frontage = frontage
        self._progress = progress

    def homes(
        self, residents: Residents, *, later: Sequence[str], ledger: Ledger
    ) -> gpd.GeoDataFrame:
        """
        Return every home with its residents, in the plane CRS.

        ``later`` are areas that only another date has people in. What cannot be followed, or joins no
        street, is noted in the ledger.
        """
        profile = self._intake.profile
        _ = self._buildings
        self._progress("build.demand", 0.5)
        demand = residents.with_points(self._allocated(residents, later, ledger))
        self._progress("build.snap", 0.65)
        xy = shapely.get_coordinates(demand.geometry.to_numpy())
        limit_m = profile.streets.snap_limit_m
        snaps = snap(xy, self._network, limit_m=limit_m, usable=self._frontage)
        demand = demand.assign(
            edge=snaps["edge"].to_numpy(),
            offset_m=snaps["offset_m"].to_numpy(),
            snap_m=snaps["snap_m"].to_numpy(),
            snap_x=snaps["x"].to_numpy(),
            snap_y=snaps["y"].to_numpy(),
            unsnapped=snaps["reason"].to_numpy(),
        )
        people = demand[profile.analysis.age_group].to_numpy(dtype=float)
        book = ledger.of(profile.population.source)
        note_unsnapped_homes(demand, people, book, limit_m=limit_m)
        note_legs(demand, people, self._frontage.obstacles, book)
        return self._with_areas(demand, residents)

    @cached_property
    def _buildings(self) -> gpd.GeoDataFrame | None:
        intake, profile = self._intake, self._intake.profile
        if not profile.buildings:
            return None
        return read_buildings(
            intake.path(profile.buildings.source),
            spec=profile.buildings,
            source=profile.source(profile.buildings.source),
            plane_epsg=intake.plane_epsg,
            ledger=intake.ledger,
        )

    def _allocated(
        self, residents: Residents, later: Sequence[str], ledger: Ledger
    ) -> gpd.GeoDataFrame:
        """Spread the residents of areas, as the meshes tell where the profile names some."""
        intake, people = self._intake, (residents.by_area, residents.cells)
        spec = intake.profile.population.distribution
        ground = self._network, self._frontage.obstacles
        if spec is None:
            return allocate(*people, self._buildings, *ground, also=later)
        grid = read_distribution(
            intake.paths(spec.source),
            profile=intake.profile,
            boundary=self._assembly.boundary(),
            by_area=residents.by_area,
            ledger=ledger,
        )
        homes = allocate(*people, self._buildings, *ground, grid=grid, also=later)
        note_unfollowed(homes, grid, notes=ledger.of(spec.source))
        return homes

    def _with_areas(self, demand: gpd.GeoDataFrame, residents: Residents) -> gpd.GeoDataFrame:
        """Say for every home in which area of each version of each layer it lies."""
        assembly = self._assembly
        xy = shapely.get_coordinates(demand.geometry.to_numpy())
        pointed = len(residents.at_points)
        found = {}
        for version in dict.fromkeys(
            zip(assembly.areas["layer"], assembly.areas["version"], strict=True)
        ):
            ids = area_ids(xy, assembly.of_version(version)).to_numpy(copy=True)
            if pointed:
                by_rule = point_areas(residents, assembly, version).to_numpy()
                ids[-pointed:] = np.where(ids[-pointed:] == "", by_rule, ids[-pointed:])
            found[membership(version, assembly.current)] = ids
        return demand.assign(**found)
