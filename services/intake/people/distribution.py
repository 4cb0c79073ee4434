"""Distribution: meshes that tell where within an area its residents live; the areas' totals hold."""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.areas.location import locate
from geo.areas.meshes import mesh_polygons, meshes_within
from geo.demand.homes import MeshCounts
from geo.errors import Sentence
from services.intake.people.mesh import read_mesh_population
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.profile import Profile
from services.profile.ages import followed

_SQUARE_DIGITS = 4


def read_distribution(
    paths: Sequence[Path],
    *,
    profile: Profile,
    boundary: BaseGeometry,
    by_area: pd.DataFrame,
    ledger: Ledger,
) -> MeshCounts:
    """
    Read the meshes of ``population.distribution``, hidden counts as an interval.

    ``by_area`` are the residents of the areas: what the two differ by is noted.
    """
    spec = profile.population.distribution
    assert spec is not None  # noqa: S101  narrows the type only
    plane_epsg = profile.municipality.plane_epsg
    meshes = meshes_within(boundary, side_m=spec.mesh_side_m, epsg=plane_epsg)
    notes = ledger.of(spec.source)
    people = read_mesh_population(
        paths,
        spec=profile.population.model_copy(update={"age_groups": spec.age_groups}),
        source=profile.source(spec.source),
        areas=meshes,
        side_m=spec.mesh_side_m,
        ledger=ledger,
    )
    codes = meshes["area_id"].tolist()
    _note_squares(codes, people.index, notes=notes)
    _note_totals(people, by_area, notes=notes)
    people = people.reindex(codes).fillna(0.0)
    # Whole meshes: the edge of a small area need not be that of the municipality.
    cells = gpd.GeoDataFrame(
        people.reset_index(drop=True).assign(area_id=codes),
        geometry=mesh_polygons(codes).to_crs(plane_epsg).to_numpy(),
        crs=plane_epsg,
    )
    told = {group: followed(group, spec.age_groups) for group in profile.population.groups}
    return MeshCounts(
        cells, {group: teller for group, teller in told.items() if teller is not None}
    )


def _note_squares(codes: list[str], read: pd.Index, *, notes: SourceLedger) -> None:
    """Write down which 80 km squares no file has: their meshes count as empty."""
    needed = {code[:_SQUARE_DIGITS] for code in codes}
    missing = sorted(needed - {str(code)[:_SQUARE_DIGITS] for code in read})
    if missing:
        listing = ", ".join(missing)
        notes.note(
            Entry(
                "mesh_square_missing",
                Sentence(
                    "no mesh of the 80 km square {listing} is in the file; it counts as empty, "
                    "name its file in also",
                    listing=listing,
                ),
            )
        )


def _note_totals(people: pd.DataFrame, by_area: pd.DataFrame, *, notes: SourceLedger) -> None:
    """Write down by how much the meshes and the areas differ in all."""
    for group in [name for name in by_area.columns if name in people.columns]:
        meshes, areas = float(people[group].sum()), float(by_area[group].sum())
        if round(meshes) == round(areas):
            continue
        share = f" ({100 * (meshes - areas) / areas:+.1f} %)" if areas > 0 else ""
        notes.note(
            Entry(
                "mesh_total_differs",
                Sentence(
                    "{group}: the meshes have {meshes:,.0f} residents, the areas "
                    "{areas:,.0f}{share}; the areas' totals hold, the meshes tell where within "
                    "them",
                    group=group,
                    meshes=meshes,
                    areas=areas,
                    share=share,
                ),
                residents=abs(meshes - areas),
            )
        )


def note_unfollowed(homes: gpd.GeoDataFrame, grid: MeshCounts, *, notes: SourceLedger) -> None:
    """Write down where the meshes know of nobody, though the area's own table has residents."""
    cell = locate(shapely.get_coordinates(homes.geometry.to_numpy()), grid.cells)
    area = homes["source_area_id"].to_numpy()
    for group, teller in grid.tells.items():
        figure = np.append(grid.cells[teller].to_numpy(dtype=float), 0.0)[cell]
        table = pd.DataFrame({"figure": figure, "residents": homes[group].to_numpy()})
        sums = table.groupby(area).sum()
        alone = sums[(sums["figure"] == 0) & (sums["residents"] > 0)]
        if len(alone):
            residents = float(alone["residents"].sum())
            notes.note(
                Entry(
                    "mesh_nobody",
                    Sentence(
                        "{group}: the meshes know of nobody in {alone_n} areas with {residents:g} "
                        "residents; floor area alone divides them",
                        group=group,
                        alone_n=len(alone),
                        residents=residents,
                    ),
                    residents=residents,
                )
            )
