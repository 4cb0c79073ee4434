"""Build: from a profile and its files to a workspace that is ready to be computed."""

import shutil
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.areas.location import area_ids
from geo.demand.homes import allocate
from geo.errors import InvalidInputError
from geo.streets.heights import station_points, with_heights
from geo.streets.network import Network, joinable, network_to_frames
from geo.walking.snapping import snap
from services.intake.areas.councils import locate_councils
from services.intake.areas.hazards import FILE as HAZARDS
from services.intake.areas.hazards import read_hazards
from services.intake.areas.polygons import Assembly, assemble_areas
from services.intake.inputs import Given, Inputs, confirmations_of, provenance, require_files
from services.intake.manifest import manifest
from services.intake.people import series
from services.intake.people.buildings import read_buildings
from services.intake.people.distribution import note_unfollowed, read_distribution
from services.intake.people.residents import Residents, point_areas, read_residents
from services.intake.places.confirmations import (
    TO_CONFIRM,
    write_confirmations,
)
from services.intake.places.position import (
    note_unsnapped_homes,
)
from services.intake.pointlayers import read_point_layers, read_stop_layer
from services.intake.streets.elevation import sample_elevation
from services.intake.streets.ground import note_level_streets, usable_elevation
from services.intake.streets.loose_ends import join_by_rule
from services.intake.streets.reading import read_streets
from services.intake.tables.columns import read_map
from services.intake.tables.ledger import Ledger
from services.profile import read_profile
from services.registry.database import require_no_password
from services.registry.decisions import keep_decisions
from services.registry.places import create_registry, write_registry
from services.words.dates import today
from services.workspace import remainder
from services.workspace import series as stored_series
from services.workspace.folder import (
    MANIFEST,
    Workspace,
    carry_over,
    membership,
    open_workspace,
    registry_file,
    write_json,
)
from services.workspace.locks import in_use
from services.workspace.progress import Progress, silent
from services.workspace.staging import staged_folder


def build(
    profile_path: Path,
    out: Path,
    *,
    data: Path | None = None,
    as_of: date | None = None,
    given: Given | None = None,
    progress: Progress = silent,
) -> Workspace:
    """
    Read everything that the profile names and write the workspace ``out``.

    It is written beside and renamed at the end: on any error an existing workspace stays as it was.
    ``as_of`` is the day that versions of areas are chosen for, today if not given.
    """
    profile = read_profile(profile_path)
    day = as_of or today()
    given = given or Given()
    require_no_password(given.registry_url)
    intake = Inputs(
        profile,
        data or profile_path.parent,
        Ledger(),
        [read_map(path) for path in given.maps],
        confirmations_of(given.confirmed or out / TO_CONFIRM, asked=given.confirmed is not None),
    )
    require_files(intake)
    _require_replaceable(out)
    alone = in_use(out, alone=True) if out.exists() else nullcontext()
    with alone, staged_folder(out) as folder:
        found = _read_all(intake, day, progress)
        progress("build.write", 0.9)
        shutil.copyfile(profile_path, folder / "profile.toml")
        carry_over(out, folder)
        waiting = _write(folder, found, intake)
        whole = manifest(
            profile,
            found.assembly,
            day=day,
            counts=found.counts(waiting),
            residents=found.residents,
        )
        own = {"councils": found.councils, "registry_url": given.registry_url}
        write_json(folder / MANIFEST, {**whole, **own})
        # Last: a database elsewhere is not put back when something before it fails.
        registry = given.registry_url or registry_file(folder)
        create_registry(registry)
        keep_decisions(out, registry)
        write_registry(registry, found.venues, found.places)
    progress("build.done", 1.0)
    return open_workspace(out)


@dataclass(frozen=True)
class _Found:
    """Everything that a build reads."""

    assembly: Assembly
    residents: Residents
    network: Network
    near_misses: gpd.GeoDataFrame
    councils: list[dict[str, Any]]
    dated: pd.DataFrame
    demand: gpd.GeoDataFrame
    venues: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame | None

    def counts(self, waiting: int) -> dict[str, int]:
        """Return how many there are of each, and how many places wait to be confirmed."""
        counts = {
            "nodes": len(self.network.node_xy),
            "edges": len(self.network.edge_u),
            "demand_points": len(self.demand),
            "venues": len(self.venues),
            "places": len(self.places),
            "to_confirm": waiting,
        }
        return counts if self.stops is None else {**counts, "stops": len(self.stops)}


def _read_all(intake: Inputs, day: date, progress: Progress) -> _Found:
    profile = intake.profile
    progress("build.layers", 0.05)
    assembly = assemble_areas(profile, intake.path, day=day, ledger=intake.ledger)
    residents = read_residents(
        intake.paths(profile.population.source),
        profile=profile,
        assembly=assembly,
        ledger=intake.ledger,
    )
    boundary = _boundary(assembly, residents)
    progress("build.streets", 0.15)
    network, near_misses = _read_network(intake, boundary)
    assembly = assembly.with_nearest_sites(network)
    councils = locate_councils(profile, assembly, intake.path, intake.ledger)
    progress("build.people", 0.35)
    dated = _read_series(intake, assembly.of(profile.population.layer))
    later = stored_series.lived_in(dated)
    demand = _place_residents(intake, assembly, residents, network, progress, later=later)
    progress("build.places", 0.8)
    venues, places = read_point_layers(intake, assembly, boundary, network)
    stops = read_stop_layer(intake, boundary, network)
    return _Found(
        assembly,
        residents,
        network,
        near_misses,
        councils,
        dated,
        demand,
        venues,
        places,
        stops,
    )


def _write(folder: Path, found: _Found, intake: Inputs) -> int:
    """Write the layers, the streets and where everything is from; return the places to confirm."""
    hazards = _read_hazards(intake, _boundary(found.assembly, found.residents))
    _write_layers(folder, found.assembly.areas, found.demand, hazards)
    if found.stops is not None:
        found.stops.to_parquet(folder / "layers" / "stops.parquet")
    _write_network(folder / "network", _with_heights(intake, found.network), found.near_misses)
    found.residents.lost.to_parquet(folder / remainder.FILE)
    if len(found.dated):
        found.dated.to_parquet(folder / stored_series.FILE)
    waiting = write_confirmations(found.places, folder / TO_CONFIRM)
    write_json(folder / "sources.json", provenance(intake))
    write_json(folder / "intake.json", intake.ledger.to_dict())
    return waiting


def _boundary(assembly: Assembly, residents: Residents) -> BaseGeometry:
    """Return the outline of the municipality with the points of residents that lie outside it."""
    boundary = assembly.boundary()
    points = residents.at_points.geometry
    return boundary.union(points.buffer(1.0).union_all()) if len(points) else boundary


def _require_replaceable(out: Path) -> None:
    if out.exists() and not (out / MANIFEST).is_file() and (out.is_file() or any(out.iterdir())):
        raise InvalidInputError(
            "{out}: exists and is not a workspace; name another folder with --out", out=out
        )


def _read_network(intake: Inputs, boundary: BaseGeometry) -> tuple[Network, gpd.GeoDataFrame]:
    """Return the streets, and where one nearly touches another."""
    streets = intake.profile.streets
    around = boundary.buffer(streets.margin_m)
    network = read_streets(
        intake.path(streets.source),
        source=intake.profile.source(streets.source),
        boundary=around,
        plane_epsg=intake.plane_epsg,
        ledger=intake.ledger,
    )
    book = intake.ledger.of(streets.source)
    return join_by_rule(network, streets=streets, inside=around, book=book)


def _read_series(intake: Inputs, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    return series.read_all(series.SeriesIntake(intake.profile, intake.base, intake.ledger), areas)


def _place_residents(
    intake: Inputs,
    assembly: Assembly,
    residents: Residents,
    network: Network,
    progress: Progress,
    *,
    later: list[str],
) -> gpd.GeoDataFrame:
    """Return every home with its residents; ``later`` are areas that only a projection has people in."""
    profile = intake.profile
    buildings = None
    if profile.buildings:
        buildings = read_buildings(
            intake.path(profile.buildings.source),
            spec=profile.buildings,
            source=profile.source(profile.buildings.source),
            plane_epsg=intake.plane_epsg,
            ledger=intake.ledger,
        )
    progress("build.demand", 0.5)
    demand = _allocate(intake, assembly, residents, buildings, network, later=later)
    demand = residents.with_points(demand)
    progress("build.snap", 0.65)
    xy = shapely.get_coordinates(demand.geometry.to_numpy())
    usable = joinable(network, isolated_below_m=profile.streets.isolated_below_m)
    snaps = snap(xy, network, limit_m=profile.streets.snap_limit_m, usable=usable)
    demand = demand.assign(
        edge=snaps["edge"].to_numpy(),
        offset_m=snaps["offset_m"].to_numpy(),
        snap_m=snaps["snap_m"].to_numpy(),
        snap_x=snaps["x"].to_numpy(),
        snap_y=snaps["y"].to_numpy(),
        unsnapped=snaps["reason"].to_numpy(),
    )
    note_unsnapped_homes(
        demand,
        demand[profile.analysis.age_group].to_numpy(dtype=float),
        intake.ledger.of(profile.population.source),
        limit_m=profile.streets.snap_limit_m,
    )
    return _with_areas(demand, assembly, residents)


def _allocate(
    intake: Inputs,
    assembly: Assembly,
    residents: Residents,
    buildings: gpd.GeoDataFrame | None,
    network: Network,
    *,
    later: list[str],
) -> gpd.GeoDataFrame:
    """Spread the residents of areas, as the meshes tell where the profile names some."""
    spec = intake.profile.population.distribution
    if spec is None:
        return allocate(residents.by_area, residents.cells, buildings, network, also=later)
    grid = read_distribution(
        intake.paths(spec.source),
        profile=intake.profile,
        boundary=assembly.boundary(),
        by_area=residents.by_area,
        ledger=intake.ledger,
    )
    homes = allocate(residents.by_area, residents.cells, buildings, network, grid=grid, also=later)
    note_unfollowed(homes, grid, notes=intake.ledger.of(spec.source))
    return homes


def _with_areas(
    demand: gpd.GeoDataFrame, assembly: Assembly, residents: Residents
) -> gpd.GeoDataFrame:
    """Say for every home in which area of each version of each layer it lies."""
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


def _read_hazards(intake: Inputs, boundary: BaseGeometry) -> gpd.GeoDataFrame:
    near = boundary.buffer(intake.profile.streets.margin_m)
    frames = [
        read_hazards(
            path,
            spec=spec,
            source=intake.profile.source(spec.source),
            plane_epsg=intake.plane_epsg,
            ledger=intake.ledger,
            near=near,
        )
        for spec in intake.profile.hazards
        for path in intake.paths(spec.source)
    ]
    if not frames:
        return gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=intake.plane_epsg))
    return pd.concat(frames, ignore_index=True)


def _with_heights(intake: Inputs, network: Network) -> Network:
    if intake.profile.elevation is None:
        return network
    source = intake.profile.source(intake.profile.elevation.source)
    _, xy = station_points(network)
    sampled = sample_elevation(
        intake.path(source.id), xy, source=source, plane_epsg=intake.plane_epsg
    )
    notes = intake.ledger.of(source.id)
    network = with_heights(network, usable_elevation(sampled, notes=notes))
    note_level_streets(network, notes=notes)
    return network


def _write_layers(
    folder: Path, areas: gpd.GeoDataFrame, demand: gpd.GeoDataFrame, hazards: gpd.GeoDataFrame
) -> None:
    (folder / "layers").mkdir()
    areas.to_parquet(folder / "layers" / "areas.parquet")
    demand.to_parquet(folder / "layers" / "demand.parquet")
    hazards.to_parquet(folder / "layers" / HAZARDS)


def _write_network(folder: Path, network: Network, near_misses: gpd.GeoDataFrame) -> None:
    folder.mkdir()
    nodes, edges = network_to_frames(network)
    nodes.to_parquet(folder / "nodes.parquet")
    edges.to_parquet(folder / "edges.parquet")
    near_misses.to_parquet(folder / "near_misses.parquet")
