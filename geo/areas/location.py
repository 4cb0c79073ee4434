"""Areas: which area of a layer a point lies in, and which area of one layer holds most of another's."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import FloatArray, IntArray


def locate(xy: FloatArray, areas: gpd.GeoDataFrame) -> IntArray:
    """
    Find the area that each point lies in.

    Parameters
    ----------
    xy
        (n, 2) points in the CRS of ``areas``.
    areas
        Polygons of one layer; they need not cover everything.

    Returns
    -------
    (n,) positions in ``areas``, -1 outside all of them. On a shared border, or where areas overlap,
    the first area by ``area_id`` counts, so that the order of the rows changes nothing.
    """
    found = np.full(len(xy), -1, dtype=np.int64)
    if len(xy) == 0 or len(areas) == 0:
        return found
    # By their x, the points beside an area are a slice: none is looked at that is far away.
    by_x = np.argsort(xy[:, 0], kind="stable")
    x, y = xy[by_x].T
    shapes = areas.geometry.to_numpy()
    west, south, east, north = shapely.bounds(shapes).T
    begin, end = np.searchsorted(x, west, "left"), np.searchsorted(x, east, "right")
    # The first area by its id has the last word.
    turn = np.argsort(areas["area_id"].to_numpy(), kind="stable")[::-1]
    for area in turn[(begin < end)[turn]]:
        beside = y[begin[area] : end[area]]
        near = begin[area] + np.flatnonzero((south[area] <= beside) & (beside <= north[area]))
        if near.size:
            # A copy: others may be looking at the area at this moment, and preparing changes it.
            shape = shapely.force_2d(shapes[area])
            shapely.prepare(shape)
            found[by_x[near[shapely.intersects_xy(shape, x[near], y[near])]]] = area
    return found


def area_ids(xy: FloatArray, areas: gpd.GeoDataFrame) -> pd.Series:
    """Return the ``area_id`` of each point, empty outside all areas (see ``locate``)."""
    position = locate(xy, areas)
    names = np.append(areas["area_id"].to_numpy().astype(object), "")
    return pd.Series(names[position], name="area_id", dtype="object")


def largest_overlap(units: gpd.GeoDataFrame, owners: gpd.GeoDataFrame) -> pd.Series:
    """
    Find the owner that holds the largest part of each unit's surface.

    Parameters
    ----------
    units, owners
        Polygons in one plane CRS, each with ``area_id``.

    Returns
    -------
    ``area_id`` of the owner, index of ``units``; empty where none overlaps; of two equal parts the
    first ``area_id`` counts.
    """
    if len(units) == 0 or len(owners) == 0:
        return pd.Series("", index=units.index, name="owner_id", dtype="object")
    unit, owner = owners.sindex.query(units.geometry, predicate="intersects")
    shared_m2 = shapely.area(
        shapely.intersection(units.geometry.to_numpy()[unit], owners.geometry.to_numpy()[owner])
    )
    pairs = pd.DataFrame(
        {"unit": unit, "owner_id": owners["area_id"].to_numpy()[owner], "shared_m2": shared_m2}
    )
    pairs = pairs[pairs["shared_m2"] > 0]
    pairs = pairs.sort_values(["unit", "shared_m2", "owner_id"], ascending=[True, False, True])
    best = pairs.drop_duplicates("unit").set_index("unit")["owner_id"]
    owners_found = best.reindex(range(len(units)), fill_value="").to_numpy()
    return pd.Series(owners_found, index=units.index, name="owner_id", dtype="object")
