"""Ground elevation at points, read once from a raster."""

from pathlib import Path

import numpy as np
import pyproj
import rasterio
import rasterio.errors
from numpy.typing import NDArray
from rasterio.windows import Window

from geo.errors import SourceError
from services.intake.tables.reading import require_file
from services.intake.vectors.virtual import refuse_virtual
from services.profile import Source

FloatArray = NDArray[np.float64]


def sample_elevation(path: Path, xy: FloatArray, *, source: Source, plane_epsg: int) -> FloatArray:
    """
    Return the elevation in metres of each plane point, NaN where there is no data.

    Between the centres of four cells it is bilinear; where one of them has no data, the nearest cell.
    """
    require_file(path)
    refuse_virtual(path)
    try:
        with rasterio.open(path) as raster:
            crs = _crs(raster.crs, source=source, path=path)
            at = _to_raster(np.asarray(xy, dtype=float).reshape(-1, 2), plane_epsg, crs)
            if raster.transform.is_degenerate:
                raise SourceError(
                    "cannot be read as a raster ({error}); give a GeoTIFF",
                    path=path,
                    error="its cells have no size",
                )
            to_cell = ~raster.transform
            # The value of a cell is at its centre, half a cell from its corner.
            cols = to_cell.a * at[:, 0] + to_cell.b * at[:, 1] + to_cell.c - 0.5
            rows = to_cell.d * at[:, 0] + to_cell.e * at[:, 1] + to_cell.f - 0.5
            window = _window(cols, rows, width=raster.width, height=raster.height)
            if window is None:
                return np.full(len(at), np.nan)
            band = raster.read(1, window=window, masked=True)
            cells = np.ma.filled(band.astype(float), np.nan)
    except (rasterio.errors.RasterioError, pyproj.exceptions.ProjError) as error:
        raise SourceError(
            "cannot be read as a raster ({error}); give a GeoTIFF", path=path, error=error
        ) from error
    return _bilinear(cells, cols - window.col_off, rows - window.row_off)


def _crs(crs: object, *, source: Source, path: Path) -> pyproj.CRS:
    if crs:
        return pyproj.CRS.from_user_input(crs)
    if source.epsg is None:
        raise SourceError("the raster does not say its CRS; give the source's epsg", path=path)
    return pyproj.CRS.from_epsg(source.epsg)


def _to_raster(xy: FloatArray, plane_epsg: int, crs: pyproj.CRS) -> FloatArray:
    plane = pyproj.CRS.from_epsg(plane_epsg)
    if plane == crs or len(xy) == 0:
        return xy
    x, y = pyproj.Transformer.from_crs(plane, crs, always_xy=True).transform(xy[:, 0], xy[:, 1])
    return np.column_stack([x, y])


def _window(cols: FloatArray, rows: FloatArray, *, width: int, height: int) -> Window | None:
    inside = _inside(cols, width) & _inside(rows, height)
    if not inside.any():
        return None
    left = max(int(np.floor(cols[inside].min())), 0)
    top = max(int(np.floor(rows[inside].min())), 0)
    right = min(int(np.floor(cols[inside].max())) + 2, width)
    bottom = min(int(np.floor(rows[inside].max())) + 2, height)
    return Window(left, top, right - left, bottom - top)


def _inside(index: FloatArray, count: int) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = np.abs(index - (count - 1) / 2) <= count / 2
    return inside


def _bilinear(cells: FloatArray, cols: FloatArray, rows: FloatArray) -> FloatArray:
    height, width = cells.shape
    inside = _inside(cols, width) & _inside(rows, height)
    col = np.clip(np.where(inside, cols, 0.0), 0, width - 1)
    row = np.clip(np.where(inside, rows, 0.0), 0, height - 1)
    left, top = np.floor(col).astype(int), np.floor(row).astype(int)
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    across, down = col - left, row - top
    upper = cells[top, left] * (1 - across) + cells[top, right] * across
    lower = cells[bottom, left] * (1 - across) + cells[bottom, right] * across
    smooth = upper * (1 - down) + lower * down
    nearest = cells[np.rint(row).astype(int), np.rint(col).astype(int)]
    return np.where(inside, np.where(np.isnan(smooth), nearest, smooth), np.nan)
