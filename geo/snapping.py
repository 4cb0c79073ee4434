"""
Snapping: the nearest point on a walkable edge, and the straight leg to it.

A home or a place joins the street where it stands, halfway along an edge if need be, never merely
at the nearest junction. What is too far stays unsnapped, with the reason.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.errors import InvalidInputError
from geo.network import FloatArray, IntArray, Network
from geo.reach import TOLERANCE, within

NO_COORDINATES = "no_coordinates"
NO_NETWORK = "no_network"
ISOLATED = "isolated"
TOO_FAR = "too_far"

_CELL_M = 200.0

Points = FloatArray | gpd.GeoSeries | gpd.GeoDataFrame


def snap(
    xy: Points,
    network: Network,
    *,
    limit_m: float,
    usable: NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """
    Join points to the nearest usable edge.

    Parameters
    ----------
    xy
        (n, 2) coordinates in the plane CRS of the network (metres), or points with an index.
    network
        The walking network.
    limit_m
        Longest straight leg, inclusive.
    usable
        (m,) mask of the edges that may be joined; all by default.

    Returns
    -------
    n rows, index of ``xy`` (else 0 … n - 1): ``edge`` (-1 where unsnapped), ``offset_m`` (along the
    edge from its ``u``), ``snap_m`` (the leg), ``x, y`` (where it joins), ``reason``: empty where it
    joins, else ``no_coordinates``, ``no_network`` (no edge at all), ``isolated`` (an edge is within
    the limit, but only unusable ones) or ``too_far``. Of edges equally near, the first of the
    network counts. No points give no rows.
    """
    points_xy, index = _coordinates(xy, network)
    mask = np.ones(len(network.edge_u), dtype=bool) if usable is None else np.asarray(usable)
    if mask.shape != network.edge_u.shape:
        raise InvalidInputError(
            f"usable has shape {mask.shape}; give one value for each of {len(network.edge_u)} edges"
        )
    known = np.isfinite(points_xy[:, 0]) & np.isfinite(points_xy[:, 1])
    found, vertex = _nearest_segments(points_xy, known, network, mask, limit_m)
    left = known.copy()
    left[found] = False
    near, _ = _nearest_segments(points_xy, left, network, np.asarray(~mask), limit_m)
    reason = np.where(left, TOO_FAR if len(network.edge_u) else NO_NETWORK, "").astype(object)
    reason[near] = ISOLATED
    reason[~known] = NO_COORDINATES
    joined = _joined(points_xy[found], vertex, network)
    frame = pd.DataFrame(index=index)
    for name, values in joined.items():
        column = np.full(len(points_xy), -1 if name == "edge" else np.nan, dtype=values.dtype)
        column[found] = values
        frame[name] = column
    return frame.assign(reason=reason)


def _coordinates(xy: Points, network: Network) -> tuple[FloatArray, pd.Index]:
    if isinstance(xy, gpd.GeoDataFrame):
        xy = xy.geometry
    if not isinstance(xy, gpd.GeoSeries):
        array = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
        return array, pd.RangeIndex(len(array))
    if xy.crs is None or xy.crs.to_epsg() != network.epsg:
        raise InvalidInputError(
            f"the points are in {xy.crs}, the network is in EPSG:{network.epsg}; "
            f"call to_crs({network.epsg}) first"
        )
    geometry = xy.to_numpy()
    placed = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    array = np.full((len(xy), 2), np.nan)
    array[placed] = shapely.get_coordinates(geometry[placed])
    return array, xy.index


def _nearest_segments(
    points_xy: FloatArray,
    asked: NDArray[np.bool_],
    network: Network,
    mask: NDArray[np.bool_],
    limit_m: float,
) -> tuple[IntArray, IntArray]:
    """Return points with an edge of ``mask`` within the limit, and where its segment begins."""
    edge_of_vertex = np.repeat(np.arange(mask.size), np.diff(network.edge_start))
    begins = mask[edge_of_vertex]
    begins[network.edge_start[1:] - 1] = False
    vertex, point = np.flatnonzero(begins), np.flatnonzero(asked)
    # Neighbours one after the other visit the same branches of the tree: twice as fast.
    cell = points_xy[point] // _CELL_M
    point = point[np.lexsort((cell[:, 1], cell[:, 0]))]
    if vertex.size == 0 or point.size == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    ends = np.stack([network.edge_xy[vertex], network.edge_xy[vertex + 1]], axis=1)
    # Straight pieces have tight boxes: the tree finds them sooner than winding polylines.
    tree = shapely.STRtree(np.asarray(shapely.linestrings(ends)))
    (asker, hit), distance_m = tree.query_nearest(
        shapely.points(points_xy[point]),
        max_distance=limit_m + 2 * TOLERANCE if np.isfinite(limit_m) else None,
        return_distance=True,
        all_matches=True,
    )
    kept = within(distance_m, limit_m)
    asker, hit = asker[kept], hit[kept]
    order = np.lexsort((hit, asker))
    asker, first = np.unique(asker[order], return_index=True)
    return point[asker], vertex[hit[order][first]]


def _joined(
    points_xy: FloatArray, vertex: IntArray, network: Network
) -> dict[str, IntArray | FloatArray]:
    """Return the columns of points that join the segments that begin at ``vertex``."""
    begin, along = network.edge_xy[vertex], network.edge_xy[vertex + 1] - network.edge_xy[vertex]
    share = ((points_xy - begin) * along).sum(axis=1) / (along**2).sum(axis=1)
    share = np.clip(share, 0.0, 1.0)
    spot = begin + share[:, None] * along
    edge = np.searchsorted(network.edge_start, vertex, side="right") - 1
    offset_m = network.vertex_offset_m[vertex] + share * np.hypot(*along.T)
    return {
        "edge": edge.astype(np.int64),
        "offset_m": np.minimum(offset_m, network.edge_length_m[edge]),
        "snap_m": np.hypot(*(points_xy - spot).T),
        "x": spot[:, 0],
        "y": spot[:, 1],
    }
