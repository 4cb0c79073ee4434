"""
The registry as a view sees it, and the one place where private homes are protected.

In the public view a place in a private home stands at the centre of its cell and bears no name
without consent: for every calculation and every answer. Nothing outside this room and the intake
reads the tables themselves.
"""

from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import LONLAT_EPSG
from services.privacy.homes import masked, masked_venues
from services.registry.decisions import COLUMNS, read_decisions
from services.registry.places import read_places, read_status_history, read_venues
from services.workspace.folder import Workspace
from services.workspace.jsonfiles import digest

_DEGREES_DECIMALS = 11
"""A thousandth of a millimetre: more than what a projection there and back may change."""


def seen_places(workspace: Workspace, as_of: date | None = None) -> gpd.GeoDataFrame:
    """Return the places as on a day (``read_places``) as the workspace's view sees them."""
    places = read_places(workspace.registry_url, _epsg(workspace), as_of=as_of)
    if not _protects(workspace):
        return places
    at_home = places["private_home"].astype(bool)
    return _at_cells(places.assign(**masked(places)), at_home, workspace)


def seen_venues(workspace: Workspace) -> gpd.GeoDataFrame:
    """Return the listed venues as the workspace's view sees them; ``private_home`` is true or false."""
    venues = read_venues(workspace.registry_url, _epsg(workspace))
    at_home = venues["private_home"].fillna(value=False).astype(bool)
    venues = venues.assign(private_home=at_home)
    if not _protects(workspace):
        return venues
    return _at_cells(venues.assign(**masked_venues(venues)), at_home, workspace)


def seen_decisions(workspace: Workspace) -> pd.DataFrame:
    """Return the log of decisions without the position of what was decided on a private home."""
    log = read_decisions(workspace.registry_url)
    if log.empty or not _protects(workspace):
        return log
    places, venues = seen_places(workspace), seen_venues(workspace)
    homes = places[places["private_home"].astype(bool)]
    at_home = log["place_id"].isin(homes["place_id"])
    at_home |= log["venue_id"].isin(
        [*homes["venue_id"], *venues["venue_id"][venues["private_home"]]]
    )
    return log.assign(lon=log["lon"].mask(at_home), lat=log["lat"].mask(at_home))[list(COLUMNS)]


def registry_facts(workspace: Workspace) -> dict[str, Any]:
    """
    Return the hash of what the view sees of the registry, and how many places and venues there are.

    What councils decide is no part of it: nothing is computed from a decision unless that is asked for.
    """
    places, venues = seen_places(workspace), seen_venues(workspace)
    statuses = read_status_history(workspace.registry_url)
    tables = [_plain(venues.sort_values("venue_id")), _plain(places.sort_values("place_id"))]
    return {
        "sha256": digest([*tables, statuses.to_numpy().tolist()]),
        "places_n": len(places),
        "venues_n": len(venues),
    }


def _plain(frame: gpd.GeoDataFrame) -> list[object]:
    points = frame.geometry.to_numpy()
    there = ~(shapely.is_missing(points) | shapely.is_empty(points))
    # A millimetre: what a projection adds beyond it differs between machines.
    xy = np.round(shapely.get_coordinates(points[there]), 3).tolist()
    return [frame.drop(columns="geometry").astype(str).to_dict("list"), there.tolist(), xy]


def in_degrees(points: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return points in degrees of so many decimals that writing and reading them changes none."""
    lonlat = points.to_crs(LONLAT_EPSG).to_numpy()
    rounded = shapely.transform(lonlat, lambda xy: np.round(xy, _DEGREES_DECIMALS))
    return gpd.GeoSeries(rounded, index=points.index, crs=LONLAT_EPSG)


def has_homes(workspace: Workspace) -> bool:
    """Say whether the registry holds places or venues in private homes."""
    return bool(
        seen_places(workspace)["private_home"].astype(bool).any()
        or seen_venues(workspace)["private_home"].any()
    )


def _epsg(workspace: Workspace) -> int:
    return int(workspace.profile.municipality.plane_epsg)


def _protects(workspace: Workspace) -> bool:
    """Say whether homes are exact on disk and may not be in what is seen."""
    return workspace.is_public and not workspace.is_published


def _at_cells(
    points: gpd.GeoDataFrame, at_home: "pd.Series[bool]", workspace: Workspace
) -> gpd.GeoDataFrame:
    if not at_home.any():
        return points
    geometry, rows = points.geometry.to_numpy().copy(), at_home.to_numpy()
    centres = gpd.GeoSeries(workspace.home_cells.centres(geometry[rows]), crs=points.crs)
    # By way of the degrees that a published registry holds: both are the same to the last digit.
    geometry[rows] = in_degrees(centres).to_crs(_epsg(workspace)).to_numpy()
    return points.set_geometry(gpd.GeoSeries(geometry, index=points.index, crs=points.crs))
