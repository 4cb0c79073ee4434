"""
Coordinate reference systems that features are given in, and boxes and shapes that are asked in them.

Inside, x is east and y north, as everywhere here; an answer has the axes in the order of its authority:
latitude before longitude in EPSG:4326 and EPSG:6668, north before east in the plane zones of Japan.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG
from geo.errors import InvalidInputError
from services.workspace.geojson import LONLAT_DECIMALS, geometries

METRE_DECIMALS = 2
"""1 cm: finer than any source."""

PLANE_ZONES = range(6669, 6688)
"""EPSG codes of the plane zones I to XIX of JGD2011."""

_EPSG = "http://www.opengis.net/def/crs/EPSG/0/{}"
_FLAT, _SOLID = 4, 6
_EDGE_PARTS = 16
"""An edge of a plane box is no straight line in degrees; this many pieces are, to a centimetre in a town."""


@dataclass(frozen=True, slots=True)
class Crs:
    """A CRS by the address that OGC gives it."""

    uri: str
    epsg: int
    north_first: bool
    """Whether the authority names latitude or north before longitude or east."""

    @property
    def is_geographic(self) -> bool:
        """Return whether coordinates are degrees."""
        return _definition(self.epsg).is_geographic

    @property
    def decimals(self) -> int:
        """Return how many decimals coordinates leave with."""
        return LONLAT_DECIMALS if self.is_geographic else METRE_DECIMALS


CRS84 = Crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", LONLAT_EPSG, north_first=False)
"""Longitude and latitude, as GeoJSON has them."""


@cache
def _definition(epsg: int) -> pyproj.CRS:
    return pyproj.CRS.from_epsg(epsg)


@cache
def epsg_crs(epsg: int) -> Crs:
    """Return a CRS of EPSG with the order of axes that EPSG gives it."""
    first = _definition(epsg).axis_info[0].direction
    return Crs(_EPSG.format(epsg), epsg, north_first=first == "north")


@cache
def offered(storage_epsg: int) -> dict[str, Crs]:
    """Return what features stored in a plane zone are given in, by address; the default is the first."""
    codes = dict.fromkeys((4326, LONLAT_EPSG, storage_epsg, *PLANE_ZONES))
    return {crs.uri: crs for crs in (CRS84, *map(epsg_crs, codes))}


def crs_named(uri: str, storage_epsg: int, parameter: str) -> Crs:
    """
    Return the CRS of an address.

    Raises
    ------
    InvalidInputError
        Features are not given in it; the sentence names the parameter.
    """
    known = offered(storage_epsg)
    if uri not in known:
        raise InvalidInputError(
            "{parameter}={uri!r}: no CRS of this collection; there are {known}",
            parameter=parameter,
            uri=uri,
            known=list(known),
        )
    return known[uri]


def given_in(shapes: gpd.GeoSeries, crs: Crs) -> NDArray[Any]:
    """Return (n,) shapes of any CRS in another one, rounded, axes in its order; rings as in GeoJSON."""
    moved = shapes.to_crs(crs.epsg).to_numpy()
    rounded = shapely.transform(moved, lambda xy: np.round(xy, crs.decimals))
    turned = np.asarray(shapely.orient_polygons(rounded), dtype=object)
    return np.asarray(_swapped(turned), dtype=object) if crs.north_first else turned


def texts_in(shapes: gpd.GeoSeries, crs: Crs) -> list[bytes]:
    """Return shapes of any CRS as GeoJSON geometries in another one, ``null`` where there is none."""
    return geometries(given_in(shapes, crs))


def in_degrees(shape: BaseGeometry, crs: Crs) -> BaseGeometry:
    """
    Return a shape whose axes are in the order of its CRS in degrees, longitude first.

    Raises
    ------
    InvalidInputError
        It lies where the CRS is not defined.
    """
    turned: BaseGeometry = _swapped(shape) if crs.north_first else shape
    if not crs.is_geographic:
        turned = gpd.GeoSeries([turned], crs=crs.epsg).to_crs(LONLAT_EPSG).to_numpy()[0]
    if not np.isfinite(shapely.get_coordinates(turned)).all():
        raise InvalidInputError("a coordinate lies outside of {crs}", crs=crs.uri)
    return turned


def region(numbers: Iterable[float], crs: Crs, said: str) -> BaseGeometry:
    """
    Return the area of a box in degrees; one whose west lies east of its east crosses the antimeridian.

    Parameters
    ----------
    numbers
        Lower and upper corner in the axes of the CRS; of six numbers the heights are left out.
    crs
        CRS of the numbers.
    said
        The box as it was typed.

    Raises
    ------
    InvalidInputError
        The numbers are no box.
    """
    corners = [float(number) for number in numbers]
    if len(corners) == _SOLID:
        corners = [*corners[:2], *corners[3:5]]
    if len(corners) != _FLAT or not all(math.isfinite(number) for number in corners):
        raise _no_box(said)
    first, second, third, fourth = corners
    west, south, east, north = (
        (second, first, fourth, third) if crs.north_first else (first, second, third, fourth)
    )
    if south > north or (west > east and not crs.is_geographic):
        raise _no_box(said)
    if crs.is_geographic:
        parts = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
        return shapely.union_all([shapely.box(a, south, b, north) for a, b in parts])
    box = shapely.box(west, south, east, north)
    longest = max(east - west, north - south)
    cut = shapely.segmentize(box, longest / _EDGE_PARTS) if longest > 0 else box
    return in_degrees(_swapped(cut) if crs.north_first else cut, crs)


def region_typed(text: str, crs: Crs) -> BaseGeometry:
    """Return the area of a box that was typed as ``west,south,east,north`` (``region``)."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    return region(numbers, crs, text)


def _swapped(shapes: Any) -> Any:  # noqa: ANN401  one shape or an array of them
    return shapely.transform(shapes, lambda xy: xy[:, ::-1])


def _no_box(said: str) -> InvalidInputError:
    return InvalidInputError(
        "bbox={said!r} is no box; give four numbers (six with heights), in degrees "
        "west,south,east,north, in another bbox-crs in the order of its axes, south <= north",
        said=said,
    )
