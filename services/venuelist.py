"""The venues of a workspace as they may be named: whose home it is, nobody is told."""

import geopandas as gpd

from services.intake.privacy import HOME_NAME
from services.registry import read_venues


def listed_venues(url: str, epsg: int) -> gpd.GeoDataFrame:
    """
    Return the listed venues in the plane CRS; a private home bears no name, address or owner.

    Its position is exact: ``services.disclosure.blur`` moves it before it leaves.
    """
    venues = read_venues(url, epsg)
    at_home = venues["private_home"].fillna(value=False).astype(bool)
    return venues.assign(
        name=venues["name"].mask(at_home, HOME_NAME),
        address=venues["address"].mask(at_home, ""),
        owner=venues["owner"].mask(at_home, ""),
        private_home=at_home,
    )
