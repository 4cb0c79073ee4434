"""The datum of Japan before 2002, of which older files and lists are: some 400 m off if it is overlooked."""

import pyproj

TOKYO_EPSG = 4301
"""Longitude and latitude of the old datum. pyproj shifts it by the three parameters of EPSG 15483,
which EPSG gives 9 m, unless the grid tky2jgd.gsb is installed."""


def is_tokyo(crs: object) -> bool:
    """Say whether a CRS is of the old datum, in degrees or metres."""
    found = pyproj.CRS.from_user_input(crs).geodetic_crs
    return found is not None and found.datum is not None and found.datum.name == "Tokyo"
