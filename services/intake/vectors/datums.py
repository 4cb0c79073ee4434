"""The datum of Japan before 2002, of which older files and lists are: some 400 m off if it is overlooked."""

import numpy as np
import pyproj

from geo.arrays import LONLAT_EPSG, FloatArray

TOKYO_EPSG = 4301
"""Longitude and latitude of the old datum. pyproj shifts it by the three parameters of EPSG 15483,
which EPSG gives 9 m, unless the grid tky2jgd.gsb is installed."""


def is_tokyo(crs: object) -> bool:
    """Say whether a CRS is of the old datum, in degrees or metres."""
    found = pyproj.CRS.from_user_input(crs).geodetic_crs
    return found is not None and found.datum is not None and found.datum.name == "Tokyo"


def to_world(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return degrees of the old datum in the world's; what is no number stays none."""
    shift = pyproj.Transformer.from_crs(TOKYO_EPSG, LONLAT_EPSG, always_xy=True)
    known = np.isfinite(lon) & np.isfinite(lat)
    x, y = np.array(lon, dtype=float), np.array(lat, dtype=float)
    x[known], y[known] = shift.transform(x[known], y[known])
    return x, y
