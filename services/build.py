"""Build: from a profile and its files to a workspace that is ready to be computed."""

import hashlib
import shutil
from dataclasses import dataclass
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
from services.arealayers import (
    AreaFiles,
    add_nearest_site_layers,
    mesh_areas,
    read_areas,
    with_councils,
)
from services.intake.buildings import read_buildings
from services.intake.elevation import sample_elevation
from services.intake.ledger import Ledger
from services.intake.locator import Locator
from services.intake.mesh import read_mesh_population
from services.intake.places import read_places, require_near
from services.intake.population import match_population, read_population
from services.intake.position import (
    keep_inside,
    note_unsnapped_homes,
    note_unsnapped_points,
)
from services.intake.streets import read_streets
from services.intake.venues import read_venues
from services.profile import Profile, read_profile
from services.progress import Progress, silent
from services.registry import create_registry, write_registry
from services.staging import staged_folder
from services.workspace import (
    FORMAT,
    MANIFEST,
    Workspace,
    open_workspace,
    software_version,
    write_json,
)


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
        return self.base / self.profile.source(source_id).path


def build(
    profile_path: Path, out: Path, *, data: Path | None = None, progress: Progress = silent
) -> Workspace:
    """
    Read everything that the profile names and write the workspace ``out``.

    It is written beside and renamed at the end: on any error an existing workspace stays as it was.
    """
    profile = read_profile(profile_path)
    intake = _Intake(profile, data or profile_path.parent, Ledger())
    _require_files(intake)
    _require_replaceable(out)
    with staged_folder(out) as folder:
        progress("build.layers", 0.05)
        files = AreaFiles(profile, intake.base, intake.ledger)
        areas = read_areas(files)
        progress("build.streets", 0.15)
        network = _read_network(intake, areas)
        areas = with_councils(profile, add_nearest_site_layers(files, areas, network))
        progress("build.people", 0.35)
        residents, unmatched = _read_residents(intake, areas)
        demand = _place_residents(intake, areas, residents, network, progress)
        progress("build.places", 0.8)
        venues, places = _read_points(intake, areas, network)
        progress("build.write", 0.9)
        shutil.copyfile(profile_path, folder / "profile.toml")
        _write_layers(folder, areas, demand, network, _elevation_m(intake, network))
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
        write_json(folder / MANIFEST, _manifest(intake, areas, counts, unmatched))
    progress("build.done", 1.0)
    return open_workspace(out)


def _require_files(intake: _Intake) -> None:
    missing = [
        (source.id, intake.base / path)
        for source in intake.profile.sources
        for path in (source.path, *source.also)
        if source.format != "osmnx" and not (intake.base / path).is_file()
    ]
    if missing:
        listing = ", ".join(f"{path} (source {name})" for name, path in missing)
        raise InvalidInputError(
            f"missing file: {listing}; put it there or give the folder with --data DIR",
            ja=f"ファイルがありません：{listing}。そこに置くか --data で場所を指定してください",
        )


def _require_replaceable(out: Path) -> None:
    if out.exists() and not (out / MANIFEST).is_file() and (out.is_file() or any(out.iterdir())):
        raise InvalidInputError(
            f"{out}: exists and is not a workspace; name another folder with --out",
            ja=f"{out}：ワークスペースではないものがあります。--out で別の場所を指定してください",
        )


def _boundary(intake: _Intake, areas: gpd.GeoDataFrame) -> BaseGeometry:
    whole = [layer.id for layer in intake.profile.layers if layer.kind == "municipality"]
    chosen = areas[areas["layer"].isin(whole)] if whole else areas
    return chosen.geometry.union_all()


def _read_network(intake: _Intake, areas: gpd.GeoDataFrame) -> Network:
    streets = intake.profile.streets
    return read_streets(
        intake.path(streets.source),
        source=intake.profile.source(streets.source),
        boundary=_boundary(intake, areas).buffer(streets.margin_m),
        plane_epsg=intake.plane_epsg,
        ledger=intake.ledger,
    )


def _read_residents(
    intake: _Intake, areas: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return residents per area of the population's layer, and those that no area is known for."""
    spec = intake.profile.population
    source = intake.profile.source(spec.source)
    meshes = intake.profile.layer(spec.layer)
    if meshes.method == "mesh":
        people = read_mesh_population(
            [intake.base / path for path in (source.path, *source.also)],
            spec=spec,
            source=source,
            areas=mesh_areas(intake.profile, meshes, areas),
            side_m=meshes.mesh_side_m,
            ledger=intake.ledger,
        )
        return people, dict.fromkeys(spec.age_groups, 0.0)
    table = read_population(
        intake.path(spec.source), spec=spec, source=source, ledger=intake.ledger
    )
    layer = areas[areas["layer"] == spec.layer]
    matched = match_population(table, layer, spec=spec, ledger=intake.ledger)
    groups = list(spec.age_groups)
    known = matched["area_id"] != ""
    residents = matched[known].groupby("area_id")[groups].sum()
    unmatched = {group: float(matched.loc[~known, group].sum()) for group in groups}
    return residents, unmatched


def _place_residents(
    intake: _Intake,
    areas: gpd.GeoDataFrame,
    residents: pd.DataFrame,
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
    layer = areas[areas["layer"] == profile.population.layer].reset_index(drop=True)
    demand = allocate(residents, layer, buildings, network)
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
    for name in dict.fromkeys(areas["layer"]):
        inside = areas[areas["layer"] == name].reset_index(drop=True)
        demand[f"in_{name}"] = area_ids(xy, inside).to_numpy()
    return demand


def _read_points(
    intake: _Intake, areas: gpd.GeoDataFrame, network: Network
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return venues and places, and list those that nobody can walk to."""
    profile = intake.profile
    margin_m = profile.streets.margin_m
    boundary = _boundary(intake, areas)
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
    locate = Locator(venues, areas[areas["layer"] == profile.population.layer])
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
    return sample_elevation(
        intake.path(source.id), network.node_xy, source=source, plane_epsg=intake.plane_epsg
    )


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
    """Return who made each source, under which licence, and the hash of the very file."""
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
            "file": Path(source.path).name,
        }
        path = intake.base / source.path
        if path.is_file():
            with path.open("rb") as file:
                entry["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
            entry["bytes"] = path.stat().st_size
        listing.append(entry)
    return listing


def _manifest(
    intake: _Intake,
    areas: gpd.GeoDataFrame,
    counts: dict[str, int],
    unmatched: dict[str, float],
) -> dict[str, Any]:
    profile = intake.profile
    return {
        "format": FORMAT,
        "arukeba": software_version(),
        "municipality": profile.municipality.model_dump(),
        "layers": [
            {
                "id": layer.id,
                "kind": layer.kind,
                "label": layer.label,
                "label_en": layer.label_en,
                "tier": layer.tier,
                "version": layer.version,
                "approximate": layer.approximate,
                "n": int((areas["layer"] == layer.id).sum()),
            }
            for layer in profile.layers
        ],
        "counts": counts,
        "unmatched_residents": unmatched,
        "stand_in": [spec.stand_in for spec in profile.places if spec.stand_in],
    }
