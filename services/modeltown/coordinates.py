"""From the town's own metres to the plane CRS and to longitude and latitude: in this place only."""

import geopandas as gpd
import numpy as np
import shapely

from geo.arrays import LONLAT_EPSG
from services.modeltown.noise import FloatArray
from services.modeltown.plan import ORIGIN_EAST_M, ORIGIN_NORTH_M, PLANE_EPSG
from services.modeltown.streets import ObjectArray

DIGITS = 7
"""Decimal places of degrees: about a centimetre, as in OSM."""


def lonlat(xy: FloatArray) -> FloatArray:
    """Return longitude and latitude of points of shape (n, 2)."""
    east_m, north_m = xy[:, 0] + ORIGIN_EAST_M, xy[:, 1] + ORIGIN_NORTH_M
    points = gpd.GeoSeries.from_xy(east_m, north_m, crs=PLANE_EPSG).to_crs(LONLAT_EPSG)
    return np.asarray(np.round(shapely.get_coordinates(points.to_numpy()), DIGITS))


def lonlat_shapes(shapes: ObjectArray) -> ObjectArray:
    """Return shapes in longitude and latitude; equal vertices stay equal."""
    return np.asarray(shapely.transform(shapes, lonlat), dtype=object)
