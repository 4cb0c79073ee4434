"""
The walking network: junctions joined by edges, in one metric plane CRS.

An edge keeps its whole polyline; its length is measured along it. Everything is an array, so that
one pass over the network is one pass over memory.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Network:
    """
    A walking network.

    Attributes
    ----------
    epsg
        Plane CRS of every coordinate (metres).
    node_xy
        (n, 2) junction coordinates, metres.
    edge_u, edge_v
        (m,) node index of each end of each edge.
    edge_length_m
        (m,) length along the polyline, metres.
    edge_xy
        (k, 2) vertices of all polylines, each from its ``u`` to its ``v``.
    edge_start
        (m + 1,) edge ``i`` is ``edge_xy[edge_start[i]:edge_start[i + 1]]``.
    edges
        m rows of attributes: osm_id, highway, name, bridge, tunnel, steps, layer.
    """

    epsg: int
    node_xy: FloatArray
    edge_u: IntArray
    edge_v: IntArray
    edge_length_m: FloatArray
    edge_xy: FloatArray
    edge_start: IntArray
    edges: pd.DataFrame
