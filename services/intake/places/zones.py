"""Zones of the plane coordinates: points that lie in no zone where they are said to be are refused."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import SourceError

ZONES = tuple(range(6669, 6688))
"""JGD2011 plane rectangular CRS, I to XIX."""
TOKYO_ZONES_FROM = 30161
"""The first of the same zones in the old datum."""
FAR_M = 50_000.0
"""The origins of neighbouring zones are farther apart than this; no list of a town is so far off."""
_LOOKED_AT = 1000


def require_zone(
    points: gpd.GeoSeries, near: BaseGeometry | None, *, plane_epsg: int, path: Path
) -> None:
    """
    Refuse metres of a plane most of which lie in the municipality only in another zone, or in none.

    ``points`` are in the zone that they are said to be of, ``near`` is the municipality and its
    surroundings in ``plane_epsg``.
    """
    there = points[~(points.isna() | points.is_empty)].head(_LOOKED_AT)
    known = gpd.GeoSeries(there, crs=points.crs)
    crs = pyproj.CRS.from_user_input(points.crs)
    if near is None or known.empty or not crs.is_projected:
        return
    inside = _inside(known, near, plane_epsg)
    if 2 * inside >= len(known):
        return
    epsg = crs.to_epsg()
    xy = shapely.get_coordinates(known.to_numpy())
    fits = {zone: _best(xy, zone, near, plane_epsg) for zone in ZONES if zone != epsg}
    best = max(fits, key=lambda zone: fits[zone])
    placed = shapely.distance(known.to_crs(plane_epsg).to_numpy(), near)
    away_m = float(np.median(placed[np.isfinite(placed)])) if np.isfinite(placed).any() else FAR_M
    if fits[best] > inside and 2 * fits[best] > len(known):
        raise SourceError(
            "{out_n} of {n} positions lie outside the municipality, half of them {away_km:.0f} km "
            "or more, if they are metres of {crs}; in zone {zone} of the plane coordinates they "
            "fit: give the source's epsg = {zone_epsg}",
            path=path,
            row=int(str(known.index[0])),
            out_n=len(known) - inside,
            n=len(known),
            away_km=away_m / 1000,
            crs=crs.to_string(),
            zone=best - ZONES[0] + 1,
            zone_epsg=best,
        )
    if inside == 0 and away_m >= FAR_M:
        raise SourceError(
            "none of {n} positions lies in the municipality, half of them are {away_km:.0f} km or "
            "more away, if they are metres of {crs}; they fit in no zone of the plane coordinates: "
            "correct them, or give latitude and longitude",
            path=path,
            row=int(str(known.index[0])),
            n=len(known),
            away_km=away_m / 1000,
            crs=crs.to_string(),
        )


def _inside(points: gpd.GeoSeries, near: BaseGeometry, plane_epsg: int) -> int:
    return int(shapely.intersects(near, points.to_crs(plane_epsg).to_numpy()).sum())


def _best(xy: np.ndarray, zone: int, near: BaseGeometry, plane_epsg: int) -> int:
    """Return how many points lie in the municipality in a zone, whichever axis comes first."""
    to_plane = pyproj.Transformer.from_crs(zone, plane_epsg, always_xy=True)
    counts = []
    for pair in (xy, xy[:, ::-1]):
        x, y = to_plane.transform(pair[:, 0], pair[:, 1])
        known = np.isfinite(x) & np.isfinite(y)
        counts.append(int(shapely.intersects(near, shapely.points(x[known], y[known])).sum()))
    return max(counts)
