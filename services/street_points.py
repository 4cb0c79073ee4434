"""Points on the streets where many are unreached: candidates whose venue is still to be found."""

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.network import BoolArray, FloatArray, Network
from services.situation import Situation

CELL_M = 200.0
"""One point a square, and no two points nearer than this."""
AROUND_M = 500.0
"""Residents this near in a straight line say how much a point is worth looking at."""


def street_points(
    situation: Situation, weight: FloatArray, *, most: int, inside: BoolArray
) -> gpd.GeoDataFrame:
    """
    Return junctions amid unreached residents, those with most around first: ``geometry``, plane CRS.

    ``weight`` are the unreached residents of each home, ``inside`` the homes that count. Junctions
    alone are looked at, so no point tells where a home is.
    """
    there = inside & (weight > 0) & (situation.homes["edge"].to_numpy() >= 0)
    junctions = _junctions(situation.network)
    if most == 0 or not there.any() or not len(junctions):
        return gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=situation.network.epsg))
    homes = situation.homes.loc[there, ["snap_x", "snap_y"]].to_numpy(dtype=float)
    centre, people = _cells(homes, weight[there])
    near = cKDTree(centre).query_ball_point(junctions, AROUND_M)
    worth = np.array([people[found].sum() for found in near])
    # Millimetres: sums of fractions may come in any order, and equals are told apart by position.
    order = np.lexsort((junctions[:, 1], junctions[:, 0], -np.round(worth, 3)))
    chosen = _apart(junctions, order[worth[order] > 0], most)
    points = shapely.points(junctions[chosen])
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(points, crs=situation.network.epsg))


def _junctions(network: Network) -> FloatArray:
    """Return where three streets or more meet, else all ends of streets."""
    degree = np.bincount(
        np.concatenate([network.edge_u, network.edge_v]), minlength=len(network.node_xy)
    )
    meets = degree >= 3  # noqa: PLR2004  a junction
    return network.node_xy[meets if meets.any() else degree > 0]


def _cells(xy: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the middle of each square with residents, and how many."""
    square = np.floor(xy / CELL_M).astype(np.int64)
    cells, of = np.unique(square, axis=0, return_inverse=True)
    people = np.bincount(of.ravel(), weights=weight, minlength=len(cells))
    return np.asarray((cells + 0.5) * CELL_M), people.astype(np.float64)


def _apart(xy: FloatArray, order: np.ndarray, most: int) -> list[int]:
    """Take points in order, each at least a square's side from those before."""
    tree, free = cKDTree(xy), np.ones(len(xy), dtype=bool)
    chosen: list[int] = []
    for point in order.tolist():
        if free[point]:
            chosen.append(point)
            free[tree.query_ball_point(xy[point], CELL_M - 1e-6)] = False
            if len(chosen) == most:
                break
    return chosen
