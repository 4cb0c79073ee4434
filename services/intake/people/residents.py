"""Residents: those of an area or a mesh, those known only by a point, those that nobody can place."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import LONLAT_EPSG
from geo.demand.homes import HIGH, LOW
from geo.errors import Sentence
from services.intake.areas.polygons import Assembly, Meshes, Version
from services.intake.people.mesh import read_mesh_population
from services.intake.people.population import (
    interval_columns,
    main_residents,
    match_population,
    read_population,
)
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.intake.tables.reading import in_japan
from services.profile import Population, Profile
from services.workspace.remainder import unmatched_frame

FAR_M = 30_000.0
"""A point farther than this from every area is a mistake, not a home."""


@dataclass(frozen=True)
class Residents:
    """Who lives where, as far as the table and the areas tell; every resident is in one of three."""

    by_area: pd.DataFrame
    """Index area_id of the population's layer, a column per age group; of meshes also _low and _high."""
    cells: gpd.GeoDataFrame
    """Where they live: the areas, of scattered ones only the parts with residents."""
    areas: gpd.GeoDataFrame
    """The areas, whole."""
    rows: gpd.GeoDataFrame
    """The rows of the table that have an area: area_id, age groups and a point where the table gives it."""
    at_points: gpd.GeoDataFrame
    """area_key, name, age groups and a point in the plane CRS, for rows without an area."""
    unmatched: dict[str, float]
    """Age group → residents that are on no map; ``_low`` and ``_high`` where counts are suppressed."""
    lost: pd.DataFrame
    """The rows of those on no map."""

    def with_points(self, demand: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Return the homes of areas with the residents that stand at points after them."""
        if self.at_points.empty:
            return demand
        groups = list(self.by_area.columns)
        points = self.at_points.rename(columns={"area_key": "source_area_id"})
        points = points[["source_area_id", "name", *groups, "geometry"]].assign(kind="point")
        alike = points.groupby("source_area_id")["kind"].transform("size")
        # What only the homes of areas leave open is known at a point.
        known = {
            column: points[column.removesuffix(end)]
            for column in demand.columns
            for end in (LOW, HIGH)
            if column not in points and column.removesuffix(end) in groups
        }
        points = points.assign(home_share=1.0 / alike, **known)
        return pd.concat([demand, points], ignore_index=True)


def read_residents(
    paths: Sequence[Path], *, profile: Profile, assembly: Assembly, ledger: Ledger
) -> Residents:
    """Read the table, estimate what is known as a rate, and find where its rows live."""
    meshes = assembly.meshes(profile.population.layer)
    if meshes is not None:
        return _mesh_residents(paths, meshes, profile=profile, assembly=assembly, ledger=ledger)
    spec = profile.population
    notes = ledger.of(spec.source)
    areas = assembly.of(spec.layer)
    path, *_ = paths
    read = read_population(path, spec=spec, source=profile.source(spec.source), ledger=ledger)
    said = {name: read[name].to_numpy() for name in ("lon", "lat") if name in read}
    table = _located(read if spec.lon_field else read.drop(columns=list(said)), areas)
    _add_estimates(table, spec, notes)
    matched = gpd.GeoDataFrame(match_population(table, areas, spec=spec, ledger=ledger))
    groups = [*spec.groups, *interval_columns(matched, spec)]
    known = matched["area_id"] != ""
    lived_in = (matched[groups] > 0).any(axis=1)
    pointed = ~known & matched.geometry.notna()
    alone = gpd.GeoDataFrame(matched[pointed])
    _note_points(alone, notes)
    return Residents(
        by_area=matched[known].groupby("area_id")[groups].sum(),
        cells=inhabited_parts(areas, gpd.GeoDataFrame(matched[known & lived_in]), notes),
        areas=areas,
        rows=gpd.GeoDataFrame(matched.loc[known, ["area_id", *groups, "geometry"]]),
        at_points=gpd.GeoDataFrame(alone[["area_key", "name", *groups, "geometry"]]),
        unmatched={group: float(matched.loc[~known & ~pointed, group].sum()) for group in groups},
        lost=unmatched_frame(
            pd.DataFrame(matched.assign(**said)[~pointed].drop(columns="geometry"))
        ),
    )


def _mesh_residents(
    paths: Sequence[Path],
    meshes: Meshes,
    *,
    profile: Profile,
    assembly: Assembly,
    ledger: Ledger,
) -> Residents:
    """Return the residents of the meshes, with the least and the most where counts are hidden."""
    spec = profile.population
    people = read_mesh_population(
        paths,
        spec=spec,
        source=profile.source(spec.source),
        areas=meshes.inside,
        side_m=meshes.side_m,
        ledger=ledger,
    )
    _add_estimates(people, spec, ledger.of(spec.source))
    cells = assembly.of(spec.layer)
    nobody = gpd.GeoDataFrame(
        {column: [] for column in ["area_key", "name", *spec.groups]}, geometry=[], crs=cells.crs
    )
    return Residents(
        by_area=people,
        cells=cells,
        areas=cells,
        rows=nobody.assign(area_id=""),
        at_points=nobody,
        unmatched=dict.fromkeys(spec.groups, 0.0),
        lost=pd.DataFrame({column: [] for column in ["name", "area_key", "row", *spec.groups]}),
    )


def point_areas(residents: Residents, assembly: Assembly, version: Version) -> pd.Series:
    """
    Return the area of a built layer for residents at points, by the unit that their row names.

    A unit without a polygon is in no area's shape, yet the table that joins units still knows it.
    """
    rules = assembly.rules(version)
    there = set(assembly.of_version(version)["area_id"])
    points = residents.at_points
    found = [
        rules.area_of(str(key), str(name)) if rules else ""
        for key, name in zip(points["area_key"], points["name"], strict=True)
    ]
    return pd.Series([area if area in there else "" for area in found], dtype="object")


def _located(table: pd.DataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table with a point per row where it has one that can be one."""
    shapes = np.full(len(table), None, dtype=object)
    crs = areas.crs
    if "lon" in table and len(areas) and crs is not None:
        lon, lat = table["lon"].to_numpy(dtype=float), table["lat"].to_numpy(dtype=float)
        usable = in_japan(lon, lat)
        points = gpd.GeoSeries(gpd.points_from_xy(lon[usable], lat[usable]), crs=LONLAT_EPSG)
        shapes[usable] = points.to_crs(crs).to_numpy()
        near = shapely.dwithin(shapes, shapely.box(*areas.total_bounds), FAR_M)
        shapes[~near] = None
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=table.index, crs=crs))


def _add_estimates(table: pd.DataFrame, spec: Population, notes: SourceLedger) -> None:
    """Add the age groups that are known as a rate, of meshes with the least and the most."""
    for estimate in spec.estimate_from_rate:
        for end in ("", LOW, HIGH):
            if estimate.of + end in table:
                share = table[estimate.of + end] * (estimate.rate_pct / 100.0)
                table[estimate.age_group + end] = share
        total = float(table[estimate.age_group].sum())
        notes.note(
            Entry(
                "estimated_age_group",
                Sentence(
                    "{age_group}: {rate_pct:g} % of {of} in every area, an estimate ({origin})",
                    age_group=estimate.age_group,
                    rate_pct=estimate.rate_pct,
                    of=estimate.of,
                    origin=estimate.origin,
                ),
                residents=total,
            )
        )


def _note_points(rows: gpd.GeoDataFrame, notes: SourceLedger) -> None:
    for record in pd.DataFrame(rows.drop(columns="geometry")).to_dict("records"):
        residents = main_residents(record)
        if residents > 0:
            notes.note(
                Entry(
                    "placed_at_point",
                    Sentence(
                        "{name}: no area has this id or name; its {residents:g} residents stand at "
                        "the point that the table gives",
                        name=record["name"],
                        residents=residents,
                    ),
                    row=int(str(record["row"])),
                    residents=residents,
                )
            )


def inhabited_parts(
    areas: gpd.GeoDataFrame, living: gpd.GeoDataFrame, notes: SourceLedger | None = None
) -> gpd.GeoDataFrame:
    """
    Return the areas, those of several parts cut down to the parts where the table's points are.

    A census area with exclaves has one row and point per part; the empty parts have no residents.
    """
    several = shapely.get_num_geometries(areas.geometry.to_numpy()) > 1
    shapes = areas.geometry.to_numpy().copy()
    cut = 0
    for position in np.flatnonzero(several):
        points = living.geometry[living["area_id"] == areas["area_id"].iloc[position]]
        if points.empty or points.isna().any():
            continue
        parts = shapely.get_parts(shapes[position])
        holds = shapely.intersects(parts[:, None], points.to_numpy()[None, :])
        if holds.any(axis=0).all() and not holds.any(axis=1).all():
            shapes[position] = shapely.union_all(parts[holds.any(axis=1)])
            cut += 1
    if cut and notes is not None:
        notes.note(
            Entry(
                "inhabited_parts",
                Sentence(
                    "{cut} areas have several parts; residents live in those where the table's "
                    "points are",
                    cut=cut,
                ),
            )
        )
    return areas.set_geometry(gpd.GeoSeries(shapes, index=areas.index, crs=areas.crs))
