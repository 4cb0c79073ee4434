"""
Residents from a raster: counts a cell, taken as they are.

Cells in another CRS are moved corner by corner. Warping the values instead would interpolate counts,
and residents would come and go.
"""

import math
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
import rasterio.errors
import shapely
from rasterio.windows import Window

from geo.arrays import FloatArray
from geo.catchment.surface import Bounds
from geo.errors import SourceError
from services.intake.tables.reading import require_file
from services.intake.vectors.virtual import refuse_virtual

CELLS_MAX = 5_000_000
"""More cells than this over one municipality are finer than any count of residents."""

HOLE = 0.01
"""A municipality may lie outside the raster by this share of its surface: borders drawn differently."""

_EDGE_POINTS = 21
_DENSITY = re.compile(
    r"densit|密度|per\s+(?:sq|km|ha\b|hectare|square)|km\^?-2"
    r"|(?:people|persons?|pop|inhabitants|residents|人)\s*/\s*(?:sq|km|ha\b|m2|m²|㎢|㎡)",
    re.IGNORECASE,
)
_WORDS_LENGTH = 80


@dataclass(frozen=True)
class PopulationRaster:
    """The part of a raster of residents that lies over a municipality."""

    corners: FloatArray
    """(n, 4, 2) corners of the cells in which somebody lives, plane metres."""
    counts: FloatArray
    """(n,) residents in them, above 0."""
    crs: str
    reprojected: bool
    cells_n: int
    """Cells of the window that was read."""
    nodata_n: int
    negative_n: int
    bands_n: int
    unit: str
    """What the file says of its unit, empty where it says nothing."""
    density: str
    """The words by which it calls itself a density, empty where it does not."""


def read_population_raster(
    path: Path, land: shapely.Geometry, *, plane_epsg: int, epsg: int | None = None
) -> PopulationRaster:
    """
    Read the residents over a municipality from the first band of a raster.

    Parameters
    ----------
    path
        A GeoTIFF or another raster file with residents per cell.
    land
        The municipality in its plane CRS.
    plane_epsg
        That CRS.
    epsg
        CRS of a raster that does not say its own.

    Raises
    ------
    SourceError
        No such file, no raster, no CRS, not over the municipality or not over all of it, far too fine.
    """
    require_file(path)
    refuse_virtual(path)
    try:
        with warnings.catch_warnings():
            # A raster without a place on earth is refused below, by the CRS that it lacks.
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(path) as raster:
                return _read(raster, path, land, plane_epsg, epsg)
    except (rasterio.errors.RasterioError, pyproj.exceptions.ProjError) as error:
        raise SourceError(
            "cannot be read as a raster ({error}); give a GeoTIFF", path=path, error=error
        ) from error


def _read(
    raster: Any,  # noqa: ANN401  rasterio has no types
    path: Path,
    land: shapely.Geometry,
    plane_epsg: int,
    epsg: int | None,
) -> PopulationRaster:
    crs = _crs(raster, path, epsg)
    plane = pyproj.CRS.from_epsg(plane_epsg)
    window = _window(raster, path, _bounds(land, plane, crs))
    nodes = _nodes(raster, window, crs, plane)
    _require_whole(land, nodes, path)
    cells = np.ma.filled(raster.read(1, window=window, masked=True).astype(float), np.nan)
    cells = cells * raster.scales[0] + raster.offsets[0]
    known = np.isfinite(cells)
    row, column = np.nonzero(known & (cells > 0))
    around = [nodes[row + down, column + right] for down, right in ((0, 0), (0, 1), (1, 1), (1, 0))]
    words = _words(raster)
    density = next((text for text in words if _DENSITY.search(text)), "")
    return PopulationRaster(
        corners=np.stack(around, axis=1),
        counts=cells[row, column],
        crs=_name(crs),
        reprojected=crs != plane,
        cells_n=cells.size,
        nodata_n=int((~known).sum()),
        negative_n=int((known & (cells < 0)).sum()),
        bands_n=raster.count,
        unit=_plain(raster.units[0] or ""),
        density=density,
    )


def _crs(raster: Any, path: Path, epsg: int | None) -> pyproj.CRS:  # noqa: ANN401
    if raster.crs:
        return pyproj.CRS.from_user_input(raster.crs)
    if epsg is None or raster.transform.is_identity:
        raise SourceError(
            "the raster does not say its CRS; name it with --epsg, or write it with its position",
            path=path,
        )
    try:
        return pyproj.CRS.from_epsg(epsg)
    except pyproj.exceptions.CRSError as error:
        raise SourceError(
            "there is no CRS EPSG:{epsg}; correct --epsg", path=path, epsg=epsg
        ) from error


def _name(crs: pyproj.CRS) -> str:
    epsg = crs.to_epsg()
    return f"EPSG:{epsg}" if epsg else str(crs.name)


def _bounds(land: shapely.Geometry, plane: pyproj.CRS, crs: pyproj.CRS) -> Bounds:
    to_raster = pyproj.Transformer.from_crs(plane, crs, always_xy=True)
    west, south, east, north = shapely.bounds(land)
    return to_raster.transform_bounds(west, south, east, north, densify_pts=_EDGE_POINTS)


def _window(raster: Any, path: Path, bounds: Bounds) -> Window:  # noqa: ANN401
    """Return the cells over some bounds and one more on each side, as far as the raster goes."""
    west, south, east, north = bounds
    if raster.transform.is_degenerate:
        raise _elsewhere(path)
    to_cell = ~raster.transform
    corners = [to_cell * xy for xy in ((west, south), (west, north), (east, south), (east, north))]
    columns, rows = zip(*corners, strict=True)
    if not all(map(math.isfinite, (*columns, *rows))):
        raise _elsewhere(path)
    left, right = (
        max(math.floor(min(columns)) - 1, 0),
        min(math.ceil(max(columns)) + 1, raster.width),
    )
    top, bottom = max(math.floor(min(rows)) - 1, 0), min(math.ceil(max(rows)) + 1, raster.height)
    if left >= right or top >= bottom:
        raise _elsewhere(path)
    count = (right - left) * (bottom - top)
    if count > CELLS_MAX:
        raise SourceError(
            "{count:,} cells over the municipality are more than {cells_max:,}; sum its "
            "counts up to larger cells first",
            path=path,
            count=count,
            cells_max=CELLS_MAX,
        )
    return Window(left, top, right - left, bottom - top)


def _elsewhere(path: Path) -> SourceError:
    return SourceError(
        "the raster lies elsewhere than the municipality; give one that covers it", path=path
    )


def _nodes(raster: Any, window: Window, crs: pyproj.CRS, plane: pyproj.CRS) -> FloatArray:  # noqa: ANN401
    """Return (rows + 1, columns + 1, 2) plane metres: each corner once, shared by its four cells."""
    row, column = np.mgrid[0 : window.height + 1, 0 : window.width + 1]
    x, y = raster.transform * (column + window.col_off, row + window.row_off)
    if crs != plane:
        x, y = pyproj.Transformer.from_crs(crs, plane, always_xy=True).transform(x, y)
    return np.stack([x, y], axis=-1)


def _require_whole(land: shapely.Geometry, nodes: FloatArray, path: Path) -> None:
    rim = [nodes[0, :], nodes[1:, -1], nodes[-1, -2::-1], nodes[-2:0:-1, 0]]
    extent = shapely.polygons(np.concatenate(rim))
    covered = float(shapely.area(shapely.intersection(land, extent)) / shapely.area(land))
    if covered == 0.0:
        raise SourceError(
            "the raster lies elsewhere than the municipality; give one that covers it", path=path
        )
    if covered < 1.0 - HOLE:
        raise SourceError(
            "the raster covers only {covered_pct:.1f} % of the municipality; give one "
            "that covers all of it",
            path=path,
            covered_pct=100 * covered,
        )


def _words(raster: Any) -> list[str]:  # noqa: ANN401
    """Return what the file says of its values: unit, description, tags."""
    tags = {**raster.tags(), **raster.tags(1)}
    said = [raster.units[0], raster.descriptions[0]]
    texts = (*said, *(f"{key}={tags[key]}" for key in sorted(tags)))
    return [_plain(text) for text in texts if text]


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:_WORDS_LENGTH]
