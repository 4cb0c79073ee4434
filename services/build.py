"""Build: from a profile and its files to a workspace that is ready to be computed."""

import hashlib
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.areas import area_ids
from geo.demand import allocate
from geo.errors import InvalidInputError
from geo.network import Network, isolated_edges, network_to_frames
from geo.snapping import snap
from services.intake.areas import Assembly, assemble_areas
from services.intake.buildings import read_buildings
from services.intake.councils import locate_councils
from services.intake.elevation import sample_elevation
from services.intake.ground import usable_elevation
from services.intake.ledger import Ledger
from services.intake.locator import Locator
from services.intake.place_remarks import note_typed_classes
from services.intake.places import read_places, require_near
from services.intake.position import (
    keep_inside,
    note_unsnapped_homes,
    note_unsnapped_points,
)
from services.intake.residents import Residents, point_areas, read_residents
from services.intake.streets import read_streets
from services.intake.venues import read_venues
from services.manifest import manifest
from services.profile import Profile, read_profile
from services.progress import Progress, silent
from services.registry import create_registry, write_registry
from services.staging import staged_folder
from services.today import today
from services.workspace import MANIFEST, Workspace, membership, open_workspace, write_json


@dataclass(frozen=True)
class _Intake:
    """What the readers share."""

    profile: Profile
    base: Path
    ledger: Ledger

    @property
    def plane_epsg(self) -> int:
        return self.profile.municipality.plane_epsg

    def path(self, source_id: str) -> Path:
        return self.paths(source_id)[0]

    def paths(self, source_id: str) -> list[Path]:
        """Return the file of a source and those of the same layout that belong to it."""
        source = self.profile.source(source_id)
        return [self.base / path for path in (source.path, *source.also)]


def build(
    profile_path: Path,
    out: Path,
    *,
    data: Path | None = None,
    as_of: date | None = None,
    progress: Progress = silent,
) -> Workspace:
    """
    Read everything that the profile names and write the workspace ``out``.

    It is written beside and renamed at the end: on any error an existing workspace stays as it was.
    ``as_of`` is the day that versions of areas are chosen for, today if not given.
    """
    profile = read_profile(profile_path)
    day = as_of or today()
    intake = _Intake(profile, data or profile_path.parent, Ledger())
    _require_files(intake)
    _require_replaceable(out)
    with staged_folder(out) as folder:
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
        network = _read_network(intake, boundary)
        assembly = assembly.with_nearest_sites(network)
        councils = locate_councils(profile, assembly, intake.path, intake.ledger)
        progress("build.people", 0.35)
        demand = _place_residents(intake, assembly, residents, network, progress)
        progress("build.places", 0.8)
        venues, places = _read_points(intake, assembly, boundary, network)
        progress("build.write", 0.9)
        shutil.copyfile(profile_path, folder / "profile.toml")
        _write_layers(folder, assembly.areas, demand, network, _elevation_m(intake, network))
        registry = f"sqlite:///{(folder / 'registry.sqlite').as_posix()}"
        create_registry(registry)
        write_registry(registry, venues, places)
        write_json(folder / "sources.json", _provenance(intake))
        write_json(folder / "intake.json", intake.ledger.to_dict())
        counts = {
            "nodes": len(network.node_xy),
            "edges": len(network.edge_u),
            "demand_points": len(demand),
            "venues": len(venues),
            "places": len(places),
        }
        whole = manifest(profile, assembly, day=day, counts=counts, unmatched=residents.unmatched)
        write_json(folder / MANIFEST, {**whole, "councils": councils})
    progress("build.done", 1.0)
    return open_workspace(out)


def _boundary(assembly: Assembly, residents: Residents) -> BaseGeometry:
    """Return the outline of the municipality with the points of residents that lie outside it."""
    boundary = assembly.boundary()
    points = residents.at_points.geometry
    return boundary.union(points.buffer(1.0).union_all()) if len(points) else boundary


def _require_files(intake: _Intake) -> None:
    missing = [
        (source.id, path)
        for source in intake.profile.sources
        for path in intake.paths(source.id)
        if source.format != "osmnx" and not _is_file(path)
    ]
    if missing:
        listing = ", ".join(f"{path} (source {name})" for name, path in missing)
        raise InvalidInputError(
            f"missing file: {listing}; put it there or give the folder with --data DIR",
            ja=f"ファイルがありません：{listing}。そこに置くか --data で場所を指定してください",
        )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long
        return False


def _require_replaceable(out: Path) -> None:
    if out.exists() and not (out / MANIFEST).is_file() and (out.is_file() or any(out.iterdir())):
        raise InvalidInputError(
            f"{out}: exists and is not a workspace; name another folder with --out",
            ja=f"{out}：ワークスペースではないものがあります。--out で別の場所を指定してください",
        )


def _read_network(intake: _Intake, boundary: BaseGeometry) -> Network:
    streets = intake.profile.streets
    return read_streets(
        intake.path(streets.source),
        source=intake.profile.source(streets.source),
        boundary=boundary.buffer(streets.margin_m),
        plane_epsg=intake.plane_epsg,
        ledger=intake.ledger,
        isolated_below_m=streets.isolated_below_m,
    )


def _place_residents(
    intake: _Intake,
    assembly: Assembly,
    residents: Residents,
    network: Network,
    progress: Progress,
) -> gpd.GeoDataFrame:
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
    demand = allocate(residents.by_area, residents.cells, buildings, network)
    demand = residents.with_points(demand)
    progress("build.snap", 0.65)
    xy = shapely.get_coordinates(demand.geometry.to_numpy())
    usable = ~isolated_edges(network, below_m=profile.streets.isolated_below_m)
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


def _read_points(
    intake: _Intake, assembly: Assembly, boundary: BaseGeometry, network: Network
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return venues and places, and list those that nobody can walk to."""
    profile = intake.profile
    margin_m = profile.streets.margin_m
    around = boundary.buffer(margin_m)
    venue_frames = []
    for spec in profile.venues:
        ledger = intake.ledger.of(spec.source)
        venues = read_venues(
            intake.path(spec.source),
            spec=spec,
            source=profile.source(spec.source),
            plane_epsg=intake.plane_epsg,
            ledger=intake.ledger,
        )
        venue_frames.append(keep_inside(venues, around, ledger))
        _note_far(intake, venue_frames[-1], network, spec.source)
    venues = _stack(venue_frames, intake.plane_epsg)
    locate = Locator(venues, assembly.of(profile.population.layer))
    place_frames = []
    for place_spec in profile.places:
        path = intake.path(place_spec.source)
        places = read_places(
            path,
            spec=place_spec,
            source=profile.source(place_spec.source),
            plane_epsg=intake.plane_epsg,
            locate=locate,
            ledger=intake.ledger,
        )
        require_near(places, boundary, path=path, margin_m=margin_m)
        note_typed_classes(
            places,
            permanent_min_days_per_week=profile.frequency.permanent_min_days_per_week,
            notes=intake.ledger.of(place_spec.source),
        )
        _note_far(intake, places, network, place_spec.source)
        place_frames.append(places)
    return venues, _stack(place_frames, intake.plane_epsg)


def _note_far(intake: _Intake, points: gpd.GeoDataFrame, network: Network, source_id: str) -> None:
    streets = intake.profile.streets
    there = points[~(points.geometry.isna() | points.geometry.is_empty)]
    usable = ~isolated_edges(network, below_m=streets.isolated_below_m)
    xy = shapely.get_coordinates(there.geometry.to_numpy())
    snaps = snap(xy, network, limit_m=streets.snap_limit_m, usable=usable)
    ledger = intake.ledger.of(source_id)
    note_unsnapped_points(there, snaps, ledger, limit_m=streets.snap_limit_m)


def _stack(frames: list[gpd.GeoDataFrame], plane_epsg: int) -> gpd.GeoDataFrame:
    if not frames:
        return gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=plane_epsg))
    return pd.concat(frames, ignore_index=True)


def _elevation_m(intake: _Intake, network: Network) -> np.ndarray:
    if intake.profile.elevation is None:
        return np.full(len(network.node_xy), np.nan)
    source = intake.profile.source(intake.profile.elevation.source)
    sampled = sample_elevation(
        intake.path(source.id), network.node_xy, source=source, plane_epsg=intake.plane_epsg
    )
    return usable_elevation(sampled, notes=intake.ledger.of(source.id))


def _write_layers(
    folder: Path,
    areas: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    network: Network,
    elevation_m: np.ndarray,
) -> None:
    (folder / "layers").mkdir()
    areas.to_parquet(folder / "layers" / "areas.parquet")
    demand.to_parquet(folder / "layers" / "demand.parquet")
    (folder / "network").mkdir()
    nodes, edges = network_to_frames(network)
    nodes.assign(elevation_m=elevation_m).to_parquet(folder / "network" / "nodes.parquet")
    edges.to_parquet(folder / "network" / "edges.parquet")


def _provenance(intake: _Intake) -> list[dict[str, Any]]:
    """Return who made each source, under which licence, and the hash of every file of it."""
    listing = []
    for source in intake.profile.sources:
        entry: dict[str, Any] = {
            "id": source.id,
            "title": source.title,
            "credit": source.credit,
            "licence": source.licence,
            "as_of": source.as_of,
            "url": source.url,
            "note": source.note,
        }
        first, *others = [_file_facts(path) for path in intake.paths(source.id)]
        listing.append(entry | first | ({"also": others} if others else {}))
    return listing


def _file_facts(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {"file": path.name}
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {"file": path.name, "sha256": sha256, "bytes": path.stat().st_size}
