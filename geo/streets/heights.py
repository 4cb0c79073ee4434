"""
Heights: how high a street is at stations along it, from samples of the ground.

The raster shows the ground. A bridge is above it and a tunnel below, so both take the straight line
between the heights of their two ends. Where bridges follow each other the junctions between them are
in the air as well: they get the heights at which every such line is straight through its junctions,
weighted by length (the discrete harmonic function, as Doyle & Snell, *Random Walks and Electric
Networks*, 1984, §1.2); on one row of bridges that is one straight line.
"""

from dataclasses import replace

import numpy as np
import scipy
import shapely

from geo.arrays import BoolArray, FloatArray, IntArray
from geo.streets.network import Network

STATION_M = 25.0
"""No piece between two stations is longer; a step of the ground within one is not seen."""


def station_points(network: Network) -> tuple[IntArray, FloatArray]:
    """
    Return where the height of each edge is to be sampled.

    Parameters
    ----------
    network
        The walking network.

    Returns
    -------
    station_start
        (m + 1,) the stations of edge ``i`` are rows ``station_start[i]`` to ``station_start[i + 1]``.
    xy
        (k, 2) plane coordinates (metres). An edge has max(1, ceil(length / 25 m)) equal pieces, and a
        station at both ends of each, from its ``u`` to its ``v``.
    """
    pieces_n = np.maximum(np.ceil(network.edge_length_m / STATION_M), 1).astype(np.int64)
    station_start = np.concatenate([[0], np.cumsum(pieces_n + 1)]).astype(np.int64)
    edge = np.repeat(np.arange(pieces_n.size), pieces_n + 1)
    number = np.arange(edge.size) - station_start[edge]
    offset_m = number / pieces_n[edge] * network.edge_length_m[edge]
    points = shapely.line_interpolate_point(network.edge_lines[edge], offset_m)
    xy = shapely.get_coordinates(points)
    # Both ends exactly: every edge has the height of its junction.
    xy[station_start[:-1]] = network.node_xy[network.edge_u]
    xy[station_start[1:] - 1] = network.node_xy[network.edge_v]
    return station_start, xy


def with_heights(network: Network, ground_m: FloatArray) -> Network:
    """
    Return the network with the heights that samples of the ground give.

    Parameters
    ----------
    network
        The walking network.
    ground_m
        (k,) height of the ground at each of ``station_points``, metres; NaN where it is not known.

    Returns
    -------
    The network with ``station_start`` and ``station_height_m``. Between two known stations of an edge
    a height is interpolated, beyond the last known one it is that of the last. Bridges and tunnels
    are straight lines. Elevators, and edges of which no station is known, have no heights.
    """
    station_start, _ = station_points(network)
    begin, end = station_start[:-1], station_start[1:] - 1
    edge = np.repeat(np.arange(begin.size), end - begin + 1)
    off, lift = network.off_ground, _elevators(network)
    height_m = np.where((off | lift)[edge], np.nan, np.asarray(ground_m, dtype=np.float64))
    height_m = _filled(height_m, station_start, edge)
    node_m = _node_heights(network, ground_m[begin], ground_m[end])
    line = off[edge] & ~lift[edge]
    share = (np.arange(edge.size) - begin[edge]) / (end - begin)[edge]
    u_m, v_m = node_m[network.edge_u][edge], node_m[network.edge_v][edge]
    height_m[line] = ((1 - share) * u_m + share * v_m)[line]
    return replace(network, station_start=station_start, station_height_m=height_m)


def _elevators(network: Network) -> BoolArray:
    return np.asarray((network.edges["highway"] == "elevator").to_numpy(dtype=bool))


def _filled(height_m: FloatArray, station_start: IntArray, edge: IntArray) -> FloatArray:
    """Fill the unknown heights of an edge from the known ones on either side."""
    at = np.arange(height_m.size)
    known = np.isfinite(height_m)
    before = np.maximum.accumulate(np.where(known, at, -1))
    after = np.minimum.accumulate(np.where(known, at, at.size)[::-1])[::-1]
    has_before = before >= station_start[edge]
    has_after = after < station_start[edge + 1]
    low = np.where(has_before, before, np.where(has_after, after, at))
    high = np.where(has_after, after, low)
    share = (at - low) / np.maximum(high - low, 1)
    return np.asarray(height_m[low] + np.clip(share, 0.0, 1.0) * (height_m[high] - height_m[low]))


def _node_heights(network: Network, u_m: FloatArray, v_m: FloatArray) -> FloatArray:
    """Return the height of each junction: the ground's where a street on it ends, else a bridge's."""
    off, lift = network.off_ground, _elevators(network)
    node_m = np.full(len(network.node_xy), np.nan)
    for ends, heights_m in ((network.edge_u, u_m), (network.edge_v, v_m)):
        node_m[ends[~off & ~lift]] = heights_m[~off & ~lift]
    between = off & ~lift & (network.edge_u != network.edge_v)
    u, v = network.edge_u[between], network.edge_v[between]
    weight = 1.0 / network.edge_length_m[between]
    shape = (node_m.size, node_m.size)
    half = scipy.sparse.coo_array((weight, (u, v)), shape=shape)
    links = scipy.sparse.csr_array(half + half.T)
    _, piece = scipy.sparse.csgraph.connected_components(links, directed=False)
    held = np.isfinite(node_m)
    anchored = np.bincount(piece[held], minlength=node_m.size)[piece] > 0
    free = np.flatnonzero(~held & anchored)
    if free.size:
        fixed = np.flatnonzero(held)
        balance = scipy.sparse.diags_array(links.sum(axis=1)[free]) - links[free][:, free]
        pull = links[free][:, fixed] @ node_m[fixed]
        node_m[free] = scipy.sparse.linalg.spsolve(scipy.sparse.csc_array(balance), pull)
    return node_m
