"""
Demand: where the residents of an area live.

Residents of an area are spread over its residential buildings in proportion to floor area; where it
has none, over all its buildings; where it has none at all, along its streets; else they stand at
one point inside it. The residents of every area are kept exactly.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.areas import locate
from geo.network import FloatArray, IntArray, Network

STREET_STEP_M = 25.0
"""Residents along a street stand at most this far apart."""


@dataclass(frozen=True)
class _Spots:
    """Points where residents may live: position of the area, weight within it."""

    kind: str
    area: IntArray
    weight: FloatArray
    xy: FloatArray


def allocate(
    residents: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame | None,
    network: Network,
) -> gpd.GeoDataFrame:
    """
    Spread the residents of areas over the points where they can live.

    Parameters
    ----------
    residents
        Indexed by ``area_id`` of ``areas``; one column of residents per age group.
    areas
        Polygons with ``area_id``, plane CRS.
    buildings
        Points with ``floor_area_m2`` and ``residential``, plane CRS; ``None`` for a town without.
    network
        Streets, for areas without buildings.

    Returns
    -------
    Points in the CRS of ``areas``, one row a point: ``kind`` (building, street, point),
    ``source_area_id`` and the age groups. Σ of every age group per area equals ``residents``.
    Empty ``residents`` give an empty frame.
    """
    wanted = residents[(residents != 0).any(axis=1)].sort_index()
    rows = pd.Index(areas["area_id"]).get_indexer(wanted.index)
    areas = areas.iloc[rows]
    spots = _spots(areas, buildings, network)
    table = pd.concat(
        [_spread(found, wanted.to_numpy(dtype=float)) for found in spots], ignore_index=True
    )
    frame = table[list(range(wanted.shape[1]))].set_axis(wanted.columns, axis=1)
    frame.insert(0, "kind", table["kind"])
    frame.insert(1, "source_area_id", wanted.index.to_numpy()[table["area"]])
    return gpd.GeoDataFrame(
        frame, geometry=gpd.points_from_xy(table["x"], table["y"], crs=areas.crs)
    )


def _spots(
    areas: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame | None, network: Network
) -> list[_Spots]:
    """Return points for every area, each area in exactly one entry: the best kind it has."""
    spots: list[_Spots] = []
    left = np.ones(len(areas), dtype=bool)
    if buildings is not None and len(buildings):
        xy = shapely.get_coordinates(buildings.geometry.to_numpy())
        area = locate(xy, areas)
        floor_m2 = buildings["floor_area_m2"].to_numpy(dtype=float)
        residential = buildings["residential"].to_numpy(dtype=bool)
        found = _Spots("building", area, floor_m2, xy)
        spots += [_keep(found, usable, left) for usable in (residential, ~residential)]
    if left.any():
        spots.append(_keep(_along_streets(areas, left, network), None, left))
    rest = np.flatnonzero(left)
    inside = shapely.get_coordinates(shapely.point_on_surface(areas.geometry.to_numpy()[rest]))
    return [*spots, _Spots("point", rest, np.ones(rest.size), inside)]


def _keep(spots: _Spots, usable: np.ndarray | None, left: np.ndarray) -> _Spots:
    """Keep the spots of areas that have none yet, and take those areas off ``left`` (in place)."""
    keep = (spots.area >= 0) & (spots.weight > 0)
    keep[keep] &= left[spots.area[keep]]
    if usable is not None:
        keep &= usable
    left[np.unique(spots.area[keep])] = False
    return _Spots(spots.kind, spots.area[keep], spots.weight[keep], spots.xy[keep])


def _along_streets(areas: gpd.GeoDataFrame, left: np.ndarray, network: Network) -> _Spots:
    """Return points along the streets inside the areas that are left, weighted by length."""
    rest = areas[left]
    lines = network.edge_lines
    near = np.unique(shapely.STRtree(lines).query(rest.geometry, predicate="intersects")[1])
    length_m = network.edge_length_m[near]
    count = np.maximum(1, np.ceil(length_m / STREET_STEP_M).astype(np.int64))
    edge = np.repeat(np.arange(near.size), count)
    step_m = (length_m / count)[edge]
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    points = shapely.line_interpolate_point(lines[near][edge], (number + 0.5) * step_m)
    xy = shapely.get_coordinates(points)
    found = locate(xy, rest)
    area = np.where(found >= 0, np.flatnonzero(left)[found], -1)
    return _Spots("street", area, step_m, xy)


def _spread(spots: _Spots, residents: FloatArray) -> pd.DataFrame:
    """Divide the residents of each area over its spots in proportion to their weights."""
    total = np.bincount(spots.area, weights=spots.weight, minlength=len(residents))
    share = spots.weight / total[spots.area]
    return pd.DataFrame(residents[spots.area] * share[:, None]).assign(
        kind=spots.kind, area=spots.area, x=spots.xy[:, 0], y=spots.xy[:, 1]
    )
