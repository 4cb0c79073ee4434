"""
Rasters: the walking time from everywhere to the nearest place, as a Cloud-Optimised GeoTIFF.

Cells are walked from like homes. No resident is in it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.transform import Affine

from geo.arrays import FloatArray
from geo.catchment.surface import Grid, Walk, cell_values, cells_within, surface_grid, to_raster
from geo.coverage.reached import at_least
from geo.errors import InvalidInputError
from geo.vocabulary import FREQUENCIES, TARGET
from geo.walking.doors import Doors
from geo.walking.reach import nearest
from services.situation.assumptions import assumptions_of
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.words.assumptions import OF_WALKS, marks, told_assumptions, used
from services.words.dates import today
from services.words.origins import with_origins
from services.words.texts import text
from services.workspace.folder import Workspace, software_version
from services.workspace.jsonfiles import digest
from services.workspace.progress import Progress, silent
from services.workspace.staging import staged_file

NODATA = -9999.0
"""Stands for no walk at all; a time is never below 0."""

_BLOCK = 256


@dataclass(frozen=True, slots=True)
class SurfaceAsked:
    """What a surface is asked for."""

    frequency: str = TARGET
    cell_m: float = 10.0
    leg_limit_m: float | None = None
    """Longest straight leg from a cell to a street, inclusive; the limit of homes if not given."""
    margin_m: float = 0.0
    """How far beyond the municipality's border cells are computed."""


@dataclass(frozen=True, slots=True)
class SurfaceFile:
    """A surface that was written."""

    path: Path
    grid: Grid
    cells_n: int
    """Cells in the municipality."""
    walked_n: int
    """Those of them from which a place can be walked to."""
    places_n: int
    """Places of the asked frequency."""
    assumptions: tuple[Mapping[str, Any], ...]
    """What was assumed of these walks."""


def write_surface(
    workspace: Workspace,
    out: Path,
    *,
    asked: SurfaceAsked | None = None,
    walking_profile: str | None = None,
    progress: Progress = silent,
) -> SurfaceFile:
    """
    Write the minutes of the quickest walk from each cell to the nearest place of a frequency.

    Parameters
    ----------
    workspace
        The municipality, seen as on today.
    out
        The GeoTIFF, in the municipality's plane CRS; it appears whole.
    asked
        Frequency, size of the cells and limits.
    walking_profile
        The walking profile, else the municipality's own.
    progress
        Told what is done.

    Raises
    ------
    InvalidInputError
        A frequency or profile that there is not, a limit below 0, cells of no or too small a size, a
        folder in the way.
    """
    asked = asked or SurfaceAsked()
    _check(asked, out)
    day = today()
    workspace = workspace.at(day)
    parameters = Parameters.of(workspace.profile, walking_profile=walking_profile)
    situation = Situation(workspace, parameters)
    return surface_of(situation, out, asked=asked, as_of=day.isoformat(), progress=progress)


def surface_of(
    situation: Situation,
    out: Path,
    *,
    asked: SurfaceAsked,
    as_of: str,
    progress: Progress = silent,
) -> SurfaceFile:
    """Write the minutes of the walks of a situation; ``as_of`` is the day that it is of."""
    workspace = situation.workspace
    if asked.leg_limit_m is None:
        asked = replace(asked, leg_limit_m=workspace.profile.streets.snap_limit_m)
    progress("raster.walk", 0.1)
    land = outline(workspace)
    if asked.margin_m > 0:
        land = shapely.buffer(land, asked.margin_m, quad_segs=16)
    west, south, east, north = shapely.bounds(land)
    grid = surface_grid((west, south, east, north), asked.cell_m)
    cells = cells_within(grid, land)
    origins = _origins(situation, asked.frequency)
    minutes = cell_values(grid, cells, _walk_minutes(situation, origins, asked))
    progress("raster.write", 0.9)
    tags = _tags(situation, asked) | {"as_of": as_of}
    write_cog(out, grid, to_raster(grid, cells, minutes), epsg=_epsg(workspace), tags=tags)
    progress("raster.done", 1.0)
    return SurfaceFile(
        out,
        grid,
        len(cells),
        int(np.isfinite(minutes).sum()),
        len(origins),
        tuple(assumptions_of(situation)),
    )


def write_cog(
    path: Path,
    grid: Grid,
    minutes: NDArray[np.float32],
    *,
    epsg: int,
    tags: Mapping[str, str],
) -> None:
    """
    Write a (height, width) raster of minutes as a Cloud-Optimised GeoTIFF, NaN as no data.

    Coarser views are averages of the cells that have a value: the mean walk of what they show. A
    picture of the town thus stays true, where the value of one cell in sixteen would flicker.
    """
    options = {
        "driver": "COG",
        "width": grid.width,
        "height": grid.height,
        "count": 1,
        "dtype": "float32",
        "crs": f"EPSG:{epsg}",
        "transform": Affine(*grid.transform),
        "nodata": NODATA,
        "compress": "DEFLATE",
        "predictor": "FLOATING_POINT",
        "blocksize": _BLOCK,
        "overview_resampling": "AVERAGE",
    }
    with staged_file(path) as staged, rasterio.open(staged, "w", **options) as raster:
        raster.write(np.where(np.isnan(minutes), np.float32(NODATA), minutes), 1)
        raster.update_tags(**tags)
        raster.set_band_description(1, "walking time to the nearest place, minutes")
        raster.units = ("min",)


def outline(workspace: Workspace) -> shapely.Geometry:
    """Return the municipality's own area, else all areas together, plane CRS."""
    areas = workspace.areas()
    whole = [layer.id for layer in workspace.profile.layers if layer.kind == "municipality"]
    own = areas[areas["layer"].isin(whole)]
    found: shapely.Geometry = (own if len(own) else areas).geometry.union_all()
    return found


def _check(asked: SurfaceAsked, out: Path) -> None:
    if asked.frequency not in FREQUENCIES:
        names = ", ".join(FREQUENCIES)
        raise InvalidInputError(
            "the frequency is {frequency!r}; it must be one of {names}",
            frequency=asked.frequency,
            names=names,
        )
    for option, metres in (("--leg-limit-m", asked.leg_limit_m), ("--margin-m", asked.margin_m)):
        if metres is not None and not (np.isfinite(metres) and metres >= 0):
            raise InvalidInputError(
                "{option} is {metres}; give a number of metres from 0", option=option, metres=metres
            )
    if out.is_dir():
        raise InvalidInputError("{out}: is a folder; name a file with --out", out=out)


def _epsg(workspace: Workspace) -> int:
    return workspace.profile.municipality.plane_epsg


def _origins(situation: Situation, frequency: str) -> pd.DataFrame:
    """Return the snaps of the places that meet often enough."""
    return situation.place_snaps[at_least(situation.counted["venue_frequency"], frequency)]


def _walk_minutes(situation: Situation, origins: pd.DataFrame, asked: SurfaceAsked) -> Walk:
    """Return what tells the minutes from points: joined to the street like homes, then the engine."""
    measure = situation.walking.s.measure
    places = Doors.of(origins, measure)
    limit_m = asked.leg_limit_m or 0.0

    def minutes(xy: FloatArray) -> FloatArray:
        spots = gpd.GeoDataFrame(
            geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1], crs=situation.network.epsg)
        )
        cells = situation.snap(spots, limit_m=limit_m)
        return nearest(situation.network, places, cells, by=measure).home_walk / 60.0

    return minutes


def _tags(situation: Situation, asked: SurfaceAsked) -> dict[str, str]:
    """Return what the file says of itself; everything but ``as_of`` follows from the inputs."""
    workspace, walking = situation.workspace, situation.parameters.walking
    profile, assumed = workspace.profile, assumptions_of(situation)
    surface = {
        "frequency": asked.frequency,
        "cell_m": asked.cell_m,
        "leg_limit_m": asked.leg_limit_m,
        "margin_m": asked.margin_m,
    }
    parameters = {**situation.parameters.to_dict(profile), "surface": surface}
    sources = [
        {key: source.get(key, "") for key in ("id", "title", "credit", "licence", "as_of", "url")}
        for source in workspace.sources
    ]
    return {
        "TIFFTAG_SOFTWARE": f"arukeba {software_version()}",
        "TIFFTAG_IMAGEDESCRIPTION": (
            f"Minutes on foot to the nearest {asked.frequency} gathering place, from the centre of "
            "each cell; no data where none can be walked to"
            + "".join(f". {line}" for line in marks(assumed, "en", OF_WALKS))
            + ("" if workspace.is_public else f". {text('view.exact', 'en')}")
        ),
        "TIFFTAG_COPYRIGHT": "; ".join(
            dict.fromkeys(f"{source['credit']} ({source['licence']})" for source in sources)
        ),
        "unit": "min",
        "municipality": profile.municipality.name,
        "jis_code": profile.municipality.jis_code,
        "fictional": str(profile.municipality.fictional).lower(),
        "frequency": asked.frequency,
        "walking_profile": walking.id,
        "speed_m_per_min": f"{walking.speed_m_per_min:g}",
        "leg_limit_m": f"{asked.leg_limit_m:g}",
        "cell_m": f"{asked.cell_m:g}",
        "view": workspace.view,
        "parameters": _plain(with_origins(parameters)),
        "parameters_sha256": digest(parameters),
        "assumptions": _plain(told_assumptions(used(assumed, OF_WALKS))),
        "assumed": "。".join(marks(assumed, "ja", OF_WALKS)),
        "assumed_en": "; ".join(marks(assumed, "en", OF_WALKS)),
        "workspace_sha256": workspace.sha256,
        "sources": _plain(sources),
    }


def _plain(value: Any) -> str:  # noqa: ANN401  JSON is whatever is written
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
