"""Build: from a profile and its files to a workspace that is ready to be computed."""

import hashlib
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidInputError, Sentence
from geo.ground.obstacles import obstacles_of
from geo.streets.heights import station_points, with_heights
from geo.streets.network import Network, network_to_frames
from geo.walking.snapping import frontage_of
from services.intake.areas.byname import AreaIntake
from services.intake.areas.councils import locate_councils
from services.intake.areas.counts import read_counts
from services.intake.areas.hazards import FILE as HAZARDS
from services.intake.areas.hazards import read_hazards
from services.intake.areas.indicators import read_indicators
from services.intake.areas.milestones import read_milestones
from services.intake.areas.overlaps import note_overlaps
from services.intake.areas.polygons import Assembly, assemble_areas
from services.intake.ground.reading import read_ground
from services.intake.inputs import (
    Given,
    Inputs,
    confirmations_of,
    provenance,
    require_files,
    without_hashes,
)
from services.intake.manifest import manifest
from services.intake.people import series
from services.intake.people.protected import (
    Protection,
    farthest,
    note_protection,
    protected_residents,
    protected_series,
)
from services.intake.people.residents import Residents, read_residents
from services.intake.places.confirmations import (
    TO_CONFIRM,
    write_confirmations,
)
from services.intake.placing import Placing
from services.intake.pointlayers import read_point_layers, read_stop_layer
from services.intake.streets.elevation import sample_elevation
from services.intake.streets.heights import note_level_streets, usable_elevation
from services.intake.streets.loose_ends import join_by_rule, list_pieces
from services.intake.streets.reading import read_streets
from services.intake.tables.columns import read_map
from services.intake.tables.ledger import Entry, Ledger
from services.profile import Profile, read_profile
from services.registry.database import require_no_password
from services.registry.decisions import keep_decisions
from services.registry.places import create_registry, write_registry
from services.words.dates import today
from services.words.vocabulary import EXACT, PUBLIC, View
from services.workspace import ofareas, remainder
from services.workspace import series as stored_series
from services.workspace.folder import (
    KEY,
    LEDGER,
    MANIFEST,
    SOURCES,
    Workspace,
    carry_over,
    open_workspace,
    registry_file,
    seen_in,
)
from services.workspace.ground import write_ground
from services.workspace.jsonfiles import write_json
from services.workspace.locks import in_use
from services.workspace.ofareas import AreaTable
from services.workspace.progress import Progress, silent
from services.workspace.staging import exchange, put_back, staging_folder, sync_tree

KEY_BYTES = 32
BUILT_FROM = "exact/built_from.json"
"""Where the files were, for building them once more; it never leaves."""
WAIT_S = 600.0
"""How long a build waits at its end for a run that has begun meanwhile."""


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
    with _builder(out), staging_folder(out) as folder:
        key = _key(out, intake)
        found = _read_all(intake, day, progress, key=key)
        progress("build.write", 0.9)
        shutil.copyfile(profile_path, folder / "profile.toml")
        (folder / KEY).parent.mkdir(exist_ok=True)
        (folder / KEY).write_bytes(key)
        write_json(folder / BUILT_FROM, _built_from(profile_path, intake, given))
        waiting = _write(folder, found, intake)
        own = {
            "councils": found.councils,
            "registry_url": given.registry_url,
            "rounding": found.rounding(profile),
        }
        for view, people in found.views.items():
            counts = found.counts(waiting)
            told = manifest(
                profile, found.assembly, day=day, counts=counts, residents=people.residents
            )
            write_json(seen_in(folder, view) / MANIFEST, {**told, **own})
        sync_tree(folder)
        # Until here people have worked in the old one; what they made until now goes over.
        with _alone(out):
            carry_over(out, folder, keep=given.builds_kept)
            # Last: a database elsewhere is not put back when something before it fails.
            registry = given.registry_url or registry_file(folder)
            create_registry(registry)
            keep_decisions(out, registry)
            write_registry(registry, found.venues, found.places)
            exchange(folder, out)
    progress("build.done", 1.0)
    return open_workspace(out)


def _built_from(profile_path: Path, intake: Inputs, given: Given) -> dict[str, Any]:
    return {
        "profile": str(profile_path.absolute()),
        "data": str(intake.base.absolute()),
        "maps": [str(path.absolute()) for path in given.maps],
        "confirmed": str(given.confirmed.absolute()) if given.confirmed else "",
        "builds_kept": given.builds_kept,
    }


@contextmanager
def _builder(out: Path) -> Iterator[None]:
    """Let one build at a time work, and none while a run does, whose result it would put aside."""
    put_back(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with in_use(out.parent / f"{out.name}.build", alone=True):
        with _alone(out, wait_s=0.0):
            pass
        yield


@contextmanager
def _alone(out: Path, wait_s: float = WAIT_S) -> Iterator[None]:
    with in_use(out, alone=True, wait_s=wait_s) if out.exists() else nullcontext():
        yield


@dataclass(frozen=True)
class _People:
    """Who lives where, on the run's own date and on others, as one view knows it."""

    residents: Residents
    dated: pd.DataFrame
    demand: gpd.GeoDataFrame


@dataclass(frozen=True)
class _Found:
    """Everything that a build reads."""

    assembly: Assembly
    people: _People
    protected: _People
    """What the public view knows; the same where the counts are published."""
    network: Network
    near_misses: gpd.GeoDataFrame
    ground: gpd.GeoDataFrame
    councils: list[dict[str, Any]]
    of_areas: dict[AreaTable, pd.DataFrame]
    venues: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame | None

    @property
    def views(self) -> dict[View, _People]:
        """Return what each view knows; the public one alone where both know the same."""
        if self.protected is self.people:
            return {PUBLIC: self.people}
        return {PUBLIC: self.protected, EXACT: self.people}

    def rounding(self, profile: Profile) -> dict[str, int] | None:
        """Return the base, and how far the public view is from the truth at most; None if it is not."""
        if self.protected is self.people:
            return None
        exact, protected = (
            people.demand.assign(whole="whole") for people in (self.people, self.protected)
        )
        base, groups = profile.privacy.rounding_base, profile.population.groups
        council = f"in_{profile.analysis.council_layer}"
        found = {
            name: farthest(exact, protected, groups, by=column, base=base)
            for name, column in (("whole", "whole"), ("councils", council))
        }
        return {"base": base, **found}

    def counts(self, waiting: int) -> dict[str, int]:
        """Return how many there are of each, and how many places wait to be confirmed."""
        counts = {
            "nodes": len(self.network.node_xy),
            "edges": len(self.network.edge_u),
            "demand_points": len(self.protected.demand),
            "venues": len(self.venues),
            "places": len(self.places),
            "to_confirm": waiting,
        }
        return counts if self.stops is None else {**counts, "stops": len(self.stops)}


def _key(out: Path, intake: Inputs) -> bytes:
    """Return the key of the workspace that is to be replaced, else a new one."""
    if (out / KEY).is_file():
        return (out / KEY).read_bytes()
    privacy = intake.profile.privacy
    if not (out / MANIFEST).is_file() and intake.profile.municipality.fictional:
        # Nobody lives there: its first key is known, so that it looks the same on every machine.
        return hashlib.sha256(intake.profile.municipality.jis_code.encode()).digest()
    if (out / MANIFEST).is_file() and not privacy.residents_published:
        intake.ledger.of(intake.profile.population.source).note(
            Entry(
                "new_key",
                Sentence(
                    "the workspace had no key ({key}), a new one is made: figures of the public "
                    "view may shift by {base}",
                    key=KEY,
                    base=privacy.rounding_base,
                ),
            )
        )
    return secrets.token_bytes(KEY_BYTES)


def _read_all(intake: Inputs, day: date, progress: Progress, *, key: bytes) -> _Found:
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
    ground = _read_ground(intake, boundary)
    obstacles = obstacles_of(ground)
    frontage = frontage_of(
        network,
        isolated_below_m=profile.streets.isolated_below_m,
        leg_m=profile.streets.snap_limit_m,
        obstacles=obstacles,
    )
    assembly = assembly.with_nearest_sites(network, frontage)
    councils = locate_councils(profile, assembly, intake.path, intake.ledger)
    progress("build.people", 0.35)
    dated = _read_series(intake, assembly.of(profile.population.layer))
    placing = Placing(intake, assembly, network, frontage, progress)
    later = stored_series.lived_in(dated)
    homes = placing.homes(residents, later=later, ledger=intake.ledger)
    note_overlaps(assembly, homes, profile=profile, ledger=intake.ledger)
    pieces = list_pieces(
        network,
        homes,
        streets=profile.streets,
        crossed=obstacles.over_water,
        age_group=profile.analysis.age_group,
        book=intake.ledger.of(profile.streets.source),
    )
    near_misses = gpd.GeoDataFrame(pd.concat([near_misses, pieces], ignore_index=True))
    exact = _People(residents, dated, homes)
    protected = _protected(exact, intake, assembly, placing, key)
    progress("build.places", 0.8)
    venues, places = read_point_layers(intake, assembly, boundary, network, frontage)
    stops = read_stop_layer(intake, boundary, network, frontage)
    return _Found(
        assembly,
        exact,
        protected,
        network,
        near_misses,
        ground,
        councils,
        _of_areas(intake, assembly),
        venues,
        places,
        stops,
    )


def _of_areas(intake: Inputs, assembly: Assembly) -> dict[AreaTable, pd.DataFrame]:
    """Return what is told of areas beside who lives there."""
    given = AreaIntake(intake.profile, assembly, intake.path, intake.ledger)
    return {
        "milestones": read_milestones(given),
        "indicators": read_indicators(given),
        "activity_counts": read_counts(given),
    }


def _protected(
    exact: _People, intake: Inputs, assembly: Assembly, placing: Placing, key: bytes
) -> _People:
    """Return the people as the public view knows them, which reads nothing else."""
    profile, privacy = intake.profile, intake.profile.privacy
    if privacy.residents_published:
        return exact
    areas = assembly.of(profile.population.layer)
    council_of = dict(zip(areas["area_id"], areas["council_id"], strict=True))
    protection = Protection(key, privacy.rounding_base, council_of)
    notes = intake.ledger.of(profile.population.source)
    note_protection(exact.residents, privacy.rounding_base, notes=notes)
    residents = protected_residents(exact.residents, profile.population, protection)
    dated = protected_series(exact.dated, residents, protection)
    later = stored_series.lived_in(dated)
    return _People(residents, dated, placing.homes(residents, later=later, ledger=Ledger()))


def _write(folder: Path, found: _Found, intake: Inputs) -> int:
    """Write the layers, the streets and where everything is from; return the places to confirm."""
    hazards = _read_hazards(intake, _boundary(found.assembly, found.people.residents))
    (folder / "layers").mkdir()
    found.assembly.areas.to_parquet(folder / "layers" / "areas.parquet")
    hazards.to_parquet(folder / "layers" / HAZARDS)
    write_ground(found.ground, folder / "layers")
    for table, frame in found.of_areas.items():
        frame.to_parquet(folder / ofareas.FILES[table])
    for view, people in found.views.items():
        _write_people(seen_in(folder, view), people)
    if found.stops is not None:
        found.stops.to_parquet(folder / "layers" / "stops.parquet")
    _write_network(folder / "network", _with_heights(intake, found.network), found.near_misses)
    waiting = write_confirmations(found.places, folder / TO_CONFIRM)
    sources = provenance(intake)
    write_json(seen_in(folder, EXACT) / SOURCES, sources)
    write_json(folder / SOURCES, without_hashes(sources, _told_in_part(found, intake.profile)))
    write_json(seen_in(folder, EXACT) / LEDGER, intake.ledger.to_dict())
    write_json(folder / LEDGER, intake.ledger.public())
    return waiting


def _told_in_part(found: _Found, profile: Profile) -> set[str]:
    """Return the sources of which the public view knows a part only."""
    homes = [
        frame["source_id"][frame["private_home"].fillna(value=False).astype(bool)]
        for frame in (found.places, found.venues)
        if "private_home" in frame
    ]
    homes_of = {str(source) for rows in homes for source in rows}
    if found.protected is found.people:
        return homes_of
    dates = {series.source for series in profile.population_series}
    return {profile.population.source, *dates, *homes_of}


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
        passed={pair for one in intake.profile.walking_profiles for pair in one.asked_of_nodes},
    )
    book = intake.ledger.of(streets.source)
    return join_by_rule(network, streets=streets, inside=around, book=book)


def _read_ground(intake: Inputs, boundary: BaseGeometry) -> gpd.GeoDataFrame:
    """Return what lies beside the streets: of sources of its own, and of the file of the streets."""
    profile, ground = intake.profile, intake.profile.ground
    named = dict.fromkeys((profile.streets.source, ground.source, *ground.also))
    sources = [profile.source(name) for name in named if name]
    files = [
        (source, intake.path(source.id))
        for source in sources
        if source.format == "osm" or source.id in ground.also
    ]
    return read_ground(
        files,
        around=boundary.buffer(profile.streets.margin_m),
        plane_epsg=intake.plane_epsg,
        ledger=intake.ledger,
    )


def _read_series(intake: Inputs, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    return series.read_all(series.SeriesIntake(intake.profile, intake.base, intake.ledger), areas)


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


def _write_people(folder: Path, people: _People) -> None:
    (folder / "layers").mkdir(parents=True, exist_ok=True)
    people.demand.to_parquet(folder / "layers" / "demand.parquet")
    people.residents.lost.to_parquet(folder / remainder.FILE)
    if len(people.dated):
        people.dated.to_parquet(folder / stored_series.FILE)


def _write_network(folder: Path, network: Network, near_misses: gpd.GeoDataFrame) -> None:
    folder.mkdir()
    nodes, edges = network_to_frames(network)
    nodes.to_parquet(folder / "nodes.parquet")
    edges.to_parquet(folder / "edges.parquet")
    near_misses.to_parquet(folder / "near_misses.parquet")
