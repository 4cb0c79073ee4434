"""
Meshes of JIS X 0410 (地域メッシュコード): codes, sizes and rectangles, whole columns at a time.

A code is refined from left to right. The first four digits are a cell of 40' by 1°, the next two
divide it in 8 by 8, the next two in 10 by 10 (about 1 km), and each digit after that in four, 1 and 2
in the south, 3 and 4 in the north (about 500, 250 and 125 m). All edges are whole numbers of eighths
of a second of arc, so that neighbours share their edge exactly.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG, FloatArray, IntArray
from geo.errors import InvalidInputError

DIGITS = {80_000: 4, 10_000: 6, 1000: 8, 500: 9, 250: 10, 125: 11}
"""Nominal side in metres → number of digits."""

_SLIVER = 1e-9
_UNITS_PER_DEGREE = 8 * 3600
_LAT_UNITS = {4: 19200, 6: 2400, 8: 240, 9: 120, 10: 60, 11: 30}
_LON_UNITS = {4: 28800, 6: 3600, 8: 360, 9: 180, 10: 90, 11: 45}


def mesh_side_m(codes: Sequence[str]) -> IntArray:
    """
    Tell the nominal side of each mesh by the number of digits of its code.

    Parameters
    ----------
    codes
        n codes as text.

    Returns
    -------
    (n,) metres: 80000, 10000, 1000, 500, 250 or 125; 0 where the text is no mesh code. No codes give
    an empty array.
    """
    side_of = {digits: side_m for side_m, digits in DIGITS.items()}
    return np.array([side_of[len(c)] if _is_code(c) else 0 for c in codes], dtype=np.int64)


def mesh_bounds(codes: Sequence[str]) -> FloatArray:
    """
    Return the rectangle of each mesh.

    Parameters
    ----------
    codes
        n codes as text, of any mix of levels.

    Returns
    -------
    (n, 4) west, south, east, north in degrees.

    Raises
    ------
    InvalidInputError
        A text is no mesh code; the first is named.
    """
    side_m = mesh_side_m(codes)
    if (side_m == 0).any():
        first = codes[int(np.flatnonzero(side_m == 0)[0])]
        raise InvalidInputError(
            "{first!r} is no mesh code of JIS X 0410; give 4, 6, 8, 9, 10 or 11 digits", first=first
        )
    count = np.array([len(code) for code in codes], dtype=np.int64)
    padded = "".join(code.ljust(11, "1") for code in codes).encode()
    digit = (np.frombuffer(padded, dtype=np.uint8).reshape(-1, 11) - ord("0")).astype(np.int64)
    south = (10 * digit[:, 0] + digit[:, 1]) * _LAT_UNITS[4]
    west = (10 * digit[:, 2] + digit[:, 3] + 100) * _LON_UNITS[4]
    for row, finer in ((4, 6), (6, 8)):
        there = count >= finer
        south += np.where(there, digit[:, row] * _LAT_UNITS[finer], 0)
        west += np.where(there, digit[:, row + 1] * _LON_UNITS[finer], 0)
    for column, finer in ((8, 9), (9, 10), (10, 11)):
        quarter = np.where(count >= finer, digit[:, column] - 1, 0)
        south += quarter // 2 * _LAT_UNITS[finer]
        west += quarter % 2 * _LON_UNITS[finer]
    height = np.array([_LAT_UNITS[int(n)] for n in count], dtype=np.int64)
    width = np.array([_LON_UNITS[int(n)] for n in count], dtype=np.int64)
    units = np.column_stack([west, south, west + width, south + height])
    return units.astype(np.float64) / _UNITS_PER_DEGREE


def mesh_polygons(codes: Sequence[str]) -> gpd.GeoSeries:
    """
    Return the rectangle of each mesh as a polygon.

    Parameters
    ----------
    codes
        n codes as text.

    Returns
    -------
    n polygons in degrees (EPSG:6668), index 0 … n - 1.

    Raises
    ------
    InvalidInputError
        A text is no mesh code.
    """
    west, south, east, north = mesh_bounds(codes).T if len(codes) else np.zeros((4, 0))
    return gpd.GeoSeries(shapely.box(west, south, east, north), crs=LONLAT_EPSG)


def mesh_codes(lon: FloatArray, lat: FloatArray, *, side_m: int) -> NDArray[np.object_]:
    """
    Find the mesh that each point lies in.

    Parameters
    ----------
    lon, lat
        (n,) degrees, in the range of the code: 100 to 200° east, 0 to 66° north.
    side_m
        Nominal side of the meshes: a key of ``DIGITS``.

    Returns
    -------
    (n,) codes as text. A point on an edge belongs to the mesh north or east of it.
    """
    # A billionth of a cell is far less than any coordinate is known to, and more than rounding.
    north = np.floor(np.asarray(lat) * _UNITS_PER_DEGREE / 30 + 1e-6).astype(np.int64) * 30
    east = np.floor(np.asarray(lon) * _UNITS_PER_DEGREE / 45 + 1e-6).astype(np.int64) * 45
    east -= 100 * _UNITS_PER_DEGREE
    digits = DIGITS[side_m]
    parts = [f"{n:02d}{e:02d}" for n, e in zip(north // 19200, east // 28800, strict=True)]
    for coarse, fine in ((4, 6), (6, 8), (8, 9), (9, 10), (10, 11)):
        if digits < fine:
            break
        row = north % _LAT_UNITS[coarse] // _LAT_UNITS[fine]
        column = east % _LON_UNITS[coarse] // _LON_UNITS[fine]
        added = (
            [f"{r}{c}" for r, c in zip(row, column, strict=True)]
            if fine <= 8  # noqa: PLR2004  the last level with a digit for each direction
            else [str(2 * r + c + 1) for r, c in zip(row, column, strict=True)]
        )
        parts = [part + more for part, more in zip(parts, added, strict=True)]
    return np.array(parts, dtype=object)


def meshes_within(boundary: BaseGeometry, *, side_m: int, epsg: int) -> gpd.GeoDataFrame:
    """
    Return the meshes that a municipality has a part of, cut at its boundary.

    Parameters
    ----------
    boundary
        Polygons in the plane CRS ``epsg``.
    side_m
        Nominal side of the meshes: a key of ``DIGITS``.
    epsg
        The plane CRS.

    Returns
    -------
    Plane CRS, one row a mesh, by code: ``area_id`` and ``area_name`` (the code), ``inside`` (share of
    the mesh's own surface that is within the boundary, 0 to 1), ``geometry``. A mesh that only
    touches the boundary is not there.
    """
    west, south, east, north = gpd.GeoSeries([boundary], crs=epsg).to_crs(LONLAT_EPSG).total_bounds
    height = _LAT_UNITS[DIGITS[side_m]] / _UNITS_PER_DEGREE
    width = _LON_UNITS[DIGITS[side_m]] / _UNITS_PER_DEGREE
    lat, lon = np.meshgrid(
        np.arange(south - height, north + 2 * height, height),
        np.arange(west - width, east + 2 * width, width),
    )
    codes = sorted(set(mesh_codes(lon.ravel(), lat.ravel(), side_m=side_m).tolist()))
    whole = mesh_polygons(codes).to_crs(epsg).to_numpy()
    shapely.prepare(boundary)
    near = np.flatnonzero(shapely.intersects(boundary, whole))
    border = ~shapely.covers(boundary, whole[near])
    parts = whole[near].copy()
    parts[border] = [
        _polygonal(part) for part in shapely.intersection(whole[near][border], boundary)
    ]
    inside = shapely.area(parts) / shapely.area(whole[near])
    kept = inside > _SLIVER
    names = np.array(codes, dtype=object)[near][kept]
    return gpd.GeoDataFrame(
        {"area_id": names, "area_name": names, "inside": inside[kept]},
        geometry=parts[kept],
        crs=epsg,
    )


def _polygonal(shape: BaseGeometry) -> BaseGeometry:
    """Return the surface of a shape, without lines and points where it only touches."""
    parts = [part for part in shapely.get_parts(shape) if part.area > 0]
    return shapely.union_all(parts)


def _is_code(text: str) -> bool:
    """Say whether a text is a mesh code: its length, and digits that its places allow."""
    if len(text) not in _LAT_UNITS or not (text.isascii() and text.isdigit()):
        return False
    return not (set(text[4:6]) - set("01234567")) and not (set(text[8:]) - set("1234"))
