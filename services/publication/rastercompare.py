"""Comparison of a raster of residents with the residents at the buildings, area by area."""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.demand.zonal import share_by_area
from geo.errors import InvalidInputError, NotFoundError, Sentence
from services.intake.people.raster import PopulationRaster, read_population_raster
from services.intake.tables.ledger import Entry
from services.publication.collections import FIGURE_DECIMALS
from services.publication.columns import leaving
from services.publication.export import beside, write_csv
from services.publication.viewed import assumed_now, origin
from services.results.rasters import outline
from services.situation.naming import names_of
from services.words.assumptions import AREAS, PEOPLE
from services.words.texts import age_group_text, text, told
from services.workspace.folder import REMAINDER, Workspace
from services.workspace.jsonfiles import write_json
from services.workspace.progress import Progress, silent
from services.workspace.staging import staged_file

TOTAL = "_total"
"""area_id of the row of the whole municipality."""

FIGURES = ("raster_residents", "buildings_residents", "difference", "ratio")

_AREAS_FOR_CORRELATION = 3


@dataclass(frozen=True, slots=True)
class CompareAsked:
    """What is compared; each of the municipality's own if not given."""

    layer: str | None = None
    """Whose areas; else the layer of gaps."""
    age_group: str | None = None
    """Who is compared; else all residents, or the first group where no total is known."""
    epsg: int | None = None
    """CRS of a raster that does not say its own."""


@dataclass(frozen=True)
class RasterComparison:
    """A raster beside the buildings."""

    table: pd.DataFrame
    """``raster_comparison`` of ``services.publication.columns``: areas, the remainder, the total."""
    correlation: float | None
    """Pearson's r over the areas, None of fewer than three or of all the same."""
    outside_residents: float
    """Residents of the cells on the border whose share lies outside the municipality."""
    notes: tuple[Entry, ...]

    @property
    def total(self) -> dict[str, float | None]:
        """Return the figures of the whole municipality."""
        row = self.table[self.table["area_id"] == TOTAL].iloc[0]
        return {name: _or_none(float(row[name])) for name in FIGURES}


def compare_raster(workspace: Workspace, path: Path, asked: CompareAsked) -> RasterComparison:
    """
    Sum a raster's residents by area and put them beside the residents at the buildings.

    Each cell is shared out by surface (``geo.demand.zonal``): areas, remainder and what lies outside the
    municipality add up to the cells that touch it. The remainder holds those of no area; at the
    buildings' side it holds the residents without a known home as well, as in every table.

    Parameters
    ----------
    workspace
        The municipality.
    path
        The raster of residents per cell.
    asked
        Layer, age group, CRS.

    Raises
    ------
    NotFoundError
        There is no such layer or age group.
    SourceError
        The raster cannot be used (``read_population_raster``).
    """
    profile = workspace.profile
    layer = asked.layer or profile.analysis.gap_layer
    group = _age_group(workspace, asked.age_group)
    areas = _areas(workspace, layer)
    land = outline(workspace)
    raster = read_population_raster(
        path, land, plane_epsg=profile.municipality.plane_epsg, epsg=asked.epsg
    )
    rest = shapely.difference(land, areas.geometry.union_all())
    zones = np.array([*areas.geometry, rest], dtype=object)
    counted, outside = share_by_area(raster.corners, raster.counts, zones)
    rows = pd.DataFrame(
        {
            "layer": layer,
            "age_group": group,
            **names_of(areas),
            "raster_residents": counted,
            "buildings_residents": _at_buildings(workspace, layer, areas, group),
        }
    )
    table = _with_total(rows)
    notes = tuple(_notes(raster, float(counted.sum()), age_group=group))
    return RasterComparison(table, _correlation(table), outside, notes)


def write_comparison(
    workspace: Workspace,
    path: Path,
    out: Path,
    *,
    asked: CompareAsked | None = None,
    progress: Progress = silent,
) -> tuple[RasterComparison, list[Path]]:
    """Write the comparison as CSV and, beside it, what it was made of; return both files."""
    if out.is_dir() or out.resolve() == path.resolve():
        raise InvalidInputError(
            "{out}: is a folder or the raster itself; name another file with --out", out=out
        )
    progress("raster.compare", 0.1)
    found = compare_raster(workspace, path, asked or CompareAsked())
    with staged_file(out) as table, staged_file(beside(out)) as told:
        write_csv(found.table.round(FIGURE_DECIMALS), table)
        write_json(told, _provenance(workspace, path, found))
    progress("raster.done", 1.0)
    return found, [out, beside(out)]


def _age_group(workspace: Workspace, asked: str | None) -> str:
    groups = workspace.profile.population.groups
    group = asked or ("total" if "total" in groups else groups[0])
    if group not in groups:
        names = ", ".join(groups)
        raise NotFoundError(
            "there is no age group {group!r}; there are {names}", group=group, names=names
        )
    return group


def _areas(workspace: Workspace, layer: str) -> gpd.GeoDataFrame:
    known = [one.id for one in workspace.profile.layers]
    if layer not in known:
        names = ", ".join(known)
        raise NotFoundError(
            "there is no layer {layer!r}; there are {names}", layer=layer, names=names
        )
    areas = workspace.areas()
    return areas[areas["layer"] == layer].sort_values("area_id").reset_index(drop=True)


def _at_buildings(
    workspace: Workspace, layer: str, areas: gpd.GeoDataFrame, group: str
) -> list[float]:
    """Return the residents by area and, last, those of none and those without a known home."""
    homes = workspace.demand()
    by_area = homes.groupby(f"in_{layer}")[group].sum()
    inside = by_area.reindex(areas["area_id"]).fillna(0.0)
    elsewhere = float(homes[group].sum() - inside.sum())
    return [*inside, max(elsewhere, 0.0) + workspace.unlocated(group)]


def _with_total(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows and their total, with the differences."""
    total = {**rows.iloc[0], "area_id": TOTAL, "area_name": text("whole", "ja")}
    total |= {name: rows[name].sum() for name in ("raster_residents", "buildings_residents")}
    table = pd.concat([rows, pd.DataFrame([total])], ignore_index=True)
    raster, buildings = table["raster_residents"], table["buildings_residents"]
    ratio = raster / buildings.where(buildings > 0)
    told = table.assign(difference=raster - buildings, ratio=ratio)
    return told[list(leaving("raster_comparison"))]


def _correlation(table: pd.DataFrame) -> float | None:
    """Return Pearson's r of the areas."""
    areas = table[~table["area_id"].isin([REMAINDER, TOTAL])]
    raster, buildings = (areas[name].to_numpy(dtype=float) for name in FIGURES[:2])
    if len(areas) < _AREAS_FOR_CORRELATION or np.ptp(raster) == 0 or np.ptp(buildings) == 0:
        return None
    return float(np.corrcoef(raster, buildings)[0, 1])


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _notes(raster: PopulationRaster, residents: float, *, age_group: str) -> Iterator[Entry]:
    """Say what the reader of the figures has to know of the raster."""
    if raster.nodata_n == raster.cells_n:
        yield Entry(
            "raster_all_nodata", Sentence("the raster has no data anywhere over the municipality")
        )
    elif residents <= 0:
        yield Entry(
            "raster_empty",
            Sentence("the raster has no resident in the municipality; is it the right file?"),
        )
    if 0 < raster.nodata_n < raster.cells_n:
        yield Entry(
            "raster_nodata",
            Sentence(
                "{nodata_n} of {cells_n} cells have no data and are taken as nobody",
                nodata_n=raster.nodata_n,
                cells_n=raster.cells_n,
            ),
        )
    if raster.negative_n:
        yield Entry(
            "raster_negative",
            Sentence(
                "{negative_n} cells hold a negative number and are taken as nobody",
                negative_n=raster.negative_n,
            ),
        )
    if raster.density:
        yield Entry(
            "raster_density",
            Sentence(
                "the raster calls itself a density ({density}); its values are summed as "
                "residents per cell, so give counts instead",
                density=raster.density,
            ),
        )
    else:
        yield Entry(
            "raster_taken_as_count",
            Sentence(
                "the values are taken as residents per cell{unit}; compared with residents {aged}",
                unit=Sentence(" (unit: {unit})", unit=raster.unit) if raster.unit else "",
                aged=age_group_text(age_group, "en"),
                aged_ja=age_group_text(age_group, "ja"),
            ),
        )
    if raster.bands_n > 1:
        yield Entry(
            "raster_bands",
            Sentence("the raster has {bands_n} bands; the first is taken", bands_n=raster.bands_n),
        )
    if raster.reprojected:
        yield Entry(
            "raster_reprojected",
            Sentence(
                "the raster is in {crs}; its cells were moved corner by corner, their counts "
                "stay as they are",
                crs=raster.crs,
            ),
        )


def _provenance(workspace: Workspace, path: Path, found: RasterComparison) -> dict[str, Any]:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        **origin(workspace, assumed_now(workspace), (PEOPLE, AREAS)),
        "raster": {"file": path.name, "sha256": sha256, "bytes": path.stat().st_size},
        "layer": str(found.table["layer"].iloc[0]),
        "age_group": str(found.table["age_group"].iloc[0]),
        "method": "areal weighting: each cell shared out by surface",
        "total": found.total,
        "correlation": found.correlation,
        "outside_residents": found.outside_residents,
        "notes": [
            {"code": n.code, "en": told(n.said, "en"), "ja": told(n.said, "ja")}
            for n in found.notes
        ],
    }
