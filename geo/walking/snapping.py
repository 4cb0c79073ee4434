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

from geo.arrays import TOLERANCE, FloatArray, IntArray
from geo.errors import InvalidInputError
from geo.streets.grid import nearest_segments
from geo.streets.network import Network

NO_COORDINATES = "no_coordinates"
NO_NETWORK = "no_network"
ISOLATED = "isolated"
TOO_FAR = "too_far"
BARRIER = "barrier"

REASONS = (NO_COORDINATES, NO_NETWORK, ISOLATED, TOO_FAR, BARRIER)
"""Why a point may join no street."""

Points = FloatArray | gpd.GeoSeries | gpd.GeoDataFrame


def snap(
    xy: Points,
    network: Network,
    *,
    limit_m: float,
    usable: NDArray[np.bool_] | None = None,
    barriers: NDArray[np.object_] | None = None,
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
    barriers
        Geometries in the plane CRS of the network that no leg may touch; none by default. A point
        whose leg to its nearest edge touches one joins nothing at all, also where another edge
        could be had without crossing: a barrier takes people away and never gives a street to
        anybody, so that a further barrier never raises coverage.

    Returns
    -------
    n rows, index of ``xy`` (else 0 … n - 1): ``edge`` (-1 where unsnapped), ``offset_m`` (along the
    edge from its ``u``), ``snap_m`` (the leg), ``x, y`` (where it joins), ``reason``: empty where it
    joins, else ``no_coordinates``, ``no_network`` (no edge at all), ``isolated`` (an edge is within
    the limit, but only unusable ones), ``too_far`` or ``barrier``. Of edges equally near, the first
    of the network counts; distances that differ by less than ``geo.streets.grid.EQUALLY_NEAR_M`` are equal.
    No points give no rows.

    Raises
    ------
    InvalidInputError
        The points are in another CRS, or ``usable`` is of another network.
    """
    points_xy, index = _coordinates(xy, network)
    mask = np.ones(len(network.edge_u), dtype=bool) if usable is None else np.asarray(usable)
    if mask.shape != network.edge_u.shape:
        raise InvalidInputError(
            "usable has shape {shape}; give one value for each of {edges_n} edges",
            shape=str(mask.shape),
            edges_n=len(network.edge_u),
        )
    asked = np.flatnonzero(np.isfinite(points_xy).all(axis=1))
    reason = np.full(len(points_xy), NO_COORDINATES, dtype=object)
    found, vertex, reason[asked] = _nearest(points_xy[asked], network, mask, limit_m)
    found = asked[found]
    joined = _joined(points_xy[found], vertex, network)
    if barriers is not None:
        free = ~_barred(points_xy[found], np.column_stack([joined["x"], joined["y"]]), barriers)
        reason[found[~free]] = BARRIER
        found, joined = found[free], {name: values[free] for name, values in joined.items()}
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
            "the points are in {crs}, the network is in EPSG:{epsg}; call to_crs({epsg}) first",
            crs=str(xy.crs),
            epsg=network.epsg,
        )
    geometry = xy.to_numpy()
    placed = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    array = np.full((len(xy), 2), np.nan)
    array[placed] = shapely.get_coordinates(geometry[placed])
    return array, xy.index


def _nearest(
    points_xy: FloatArray, network: Network, mask: NDArray[np.bool_], limit_m: float
) -> tuple[IntArray, IntArray, NDArray[np.object_]]:
    """Return which points join, the vertex where each one's segment begins, and every reason."""
    usable = mask[network.segment_edge]
    # The limit is inclusive as ``geo.arrays.within`` has it.
    most_m = limit_m + TOLERANCE
    segment = nearest_segments(network.segments, points_xy, usable, limit_m=most_m)
    reason = np.where(segment >= 0, "", TOO_FAR if len(mask) else NO_NETWORK).astype(object)
    left = np.flatnonzero(segment < 0)
    other = nearest_segments(network.segments, points_xy[left], ~usable, limit_m=most_m)
    reason[left[other >= 0]] = ISOLATED
    found = np.flatnonzero(segment >= 0)
    segment = segment[found]
    return found, segment + network.segment_edge[segment], reason


def _barred(
    points_xy: FloatArray, spots_xy: FloatArray, barriers: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """Say which straight legs touch a barrier."""
    barred = np.zeros(len(points_xy), dtype=bool)
    legs = np.array(shapely.linestrings(np.stack([points_xy, spots_xy], axis=1))).reshape(-1)
    # A line without length is not valid; a point says the same.
    short = (points_xy == spots_xy).all(axis=1)
    legs[short] = shapely.points(points_xy[short])
    _, leg = shapely.STRtree(legs).query(np.asarray(barriers), predicate="intersects")
    barred[leg] = True
    return barred


def _joined(
    points_xy: FloatArray, vertex: IntArray, network: Network
) -> dict[str, IntArray | FloatArray]:
    """Return the columns of points that join the segments that begin at ``vertex``."""
    begin, along = network.edge_xy[vertex], network.edge_xy[vertex + 1] - network.edge_xy[vertex]
    dot, length2_m2 = ((points_xy - begin) * along).sum(axis=1), (along**2).sum(axis=1)
    share = np.divide(dot, length2_m2, out=np.zeros_like(dot), where=length2_m2 > 0.0)
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
