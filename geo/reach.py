"""
Reach: who walks how far to which place, along the streets and exactly along each edge.

Homes and places stand somewhere on an edge (``geo.snapping``): a walk is the leg from the home to
the edge, the streets, and the leg from the edge to the place. A home halfway along an edge is
judged at its own position, also when the place stands on the same edge.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geo.network import FloatArray, IntArray, Network, adjacency

TOLERANCE_M = 1e-6
"""A limit is inclusive: a walk of 500 m that floating point makes 500.0000000001 m is within it."""

_SOURCES_PER_BATCH = 64


def within(walk_m: FloatArray, limit_m: float) -> NDArray[np.bool_]:
    """Say which walks are within an inclusive limit; every module asks here."""
    return walk_m <= limit_m + TOLERANCE_M


@dataclass(frozen=True)
class Walks:
    """
    Walks between origins (places, candidates) and homes, none longer than ``limit_m``.

    ``origin`` and ``home`` are positions in the frames of snaps they were computed from; sorted by
    origin, then home; one walk a pair, the shortest.
    """

    origin: IntArray
    home: IntArray
    walk_m: FloatArray
    origins_n: int
    homes_n: int
    limit_m: float

    def matrix(self, limit_m: float) -> sparse.csr_array:
        """Return the (origins, homes) matrix of ones where the walk is within ``limit_m``."""
        keep = within(self.walk_m, limit_m)
        shape = (self.origins_n, self.homes_n)
        ones = np.ones(int(keep.sum()))
        return sparse.csr_array((ones, (self.origin[keep], self.home[keep])), shape=shape)


@dataclass(frozen=True)
class Nearest:
    """
    The nearest of some origins for every node and every home.

    ``home_origin`` is -1 and ``home_walk_m`` infinite where no origin can be walked to.
    """

    node_walk_m: FloatArray
    home_walk_m: FloatArray
    home_origin: IntArray


def nearest(network: Network, origins: pd.DataFrame, homes: pd.DataFrame) -> Nearest:
    """
    Find the nearest origin of every home, however far.

    Parameters
    ----------
    network
        The walking network.
    origins, homes
        Snaps (``edge, offset_m, snap_m``); an edge of -1 is unsnapped and takes no part.

    Returns
    -------
    Walking metres to and position of the nearest origin, per node and per home. One multi-source
    Dijkstra pass; of two origins equally near, the first of ``origins`` counts.
    """
    nodes_n = len(network.node_xy)
    sources = _snapped(origins)
    if sources.size == 0 or nodes_n == 0:
        return Nearest(
            np.full(nodes_n, np.inf), np.full(len(homes), np.inf), np.full(len(homes), -1)
        )
    graph = _with_origins(network, origins, sources)
    node_walk_m, _, node_source = dijkstra(
        graph,
        indices=np.arange(nodes_n, nodes_n + sources.size),
        min_only=True,
        return_predecessors=True,
    )
    walk_m, origin = _homes_from_nodes(
        network, homes, node_walk_m, node_source.astype(np.int64), sources
    )
    _improve_on_same_edge(origins, homes, walk_m, origin)
    return Nearest(node_walk_m[:nodes_n], walk_m, origin)


def walks(network: Network, origins: pd.DataFrame, homes: pd.DataFrame, *, limit_m: float) -> Walks:
    """
    Find every walk between an origin and a home that is within a limit.

    Parameters
    ----------
    network
        The walking network.
    origins, homes
        Snaps (``edge, offset_m, snap_m``); an edge of -1 is unsnapped and takes no part.
    limit_m
        Longest walk kept, legs included; inclusive.
    """
    sources = _snapped(origins)
    incidence = _homes_by_node(network, homes)
    parts = [_same_edge(origins, homes)]
    for start in range(0, sources.size, _SOURCES_PER_BATCH):
        batch = sources[start : start + _SOURCES_PER_BATCH]
        parts.append(_batch(network, origins.iloc[batch], batch, incidence, limit_m))
    origin, home, walk_m = (np.concatenate(column) for column in zip(*parts, strict=True))
    keep = within(walk_m, limit_m)
    origin, home, walk_m = _shortest(origin[keep], home[keep], walk_m[keep], len(homes))
    return Walks(origin, home, walk_m, len(origins), len(homes), limit_m)


def straight_m(origins_xy: FloatArray, homes_xy: FloatArray) -> FloatArray:
    """Return the straight distance from every home to its nearest origin, infinite without one."""
    if len(origins_xy) == 0:
        return np.full(len(homes_xy), np.inf)
    distance, _ = cKDTree(origins_xy).query(homes_xy)
    return np.asarray(distance, dtype=np.float64)


def _snapped(snaps: pd.DataFrame) -> IntArray:
    return np.flatnonzero(snaps["edge"].to_numpy() >= 0)


def _ends(network: Network, snaps: pd.DataFrame) -> tuple[IntArray, FloatArray]:
    """Return (k, 2) nodes and (k, 2) metres from each snap, its leg included, to both ends."""
    edge = snaps["edge"].to_numpy()
    offset_m = snaps["offset_m"].to_numpy()
    snap_m = snaps["snap_m"].to_numpy()
    node = np.column_stack([network.edge_u[edge], network.edge_v[edge]])
    walk_m = np.column_stack([offset_m, network.edge_length_m[edge] - offset_m])
    return node, np.maximum(walk_m, 0.0) + snap_m[:, None]


def _with_origins(network: Network, origins: pd.DataFrame, sources: IntArray) -> sparse.csr_array:
    """Add each origin as a node of its own that leads to both ends of its edge."""
    streets = adjacency(network).tocoo()
    node, walk_m = _ends(network, origins.iloc[sources])
    nodes_n = len(network.node_xy)
    row = np.repeat(np.arange(nodes_n, nodes_n + sources.size), 2)
    column, weight = node.ravel(), walk_m.ravel()
    # A loop edge leads to its one node twice; the sparse matrix would add the two up.
    loop = np.repeat(node[:, 0] == node[:, 1], 2)
    weight = np.where(loop, np.repeat(walk_m.min(axis=1), 2), weight)
    keep = ~(loop & (np.arange(row.size) % 2 == 1))
    size = nodes_n + sources.size
    return sparse.csr_array(
        (
            np.concatenate([streets.data, weight[keep]]),
            (
                np.concatenate([streets.coords[0], row[keep]]),
                np.concatenate([streets.coords[1], column[keep]]),
            ),
        ),
        shape=(size, size),
    )


def _homes_from_nodes(
    network: Network,
    homes: pd.DataFrame,
    node_walk_m: FloatArray,
    node_source: IntArray,
    sources: IntArray,
) -> tuple[FloatArray, IntArray]:
    nodes_n = len(network.node_xy)
    walk_m = np.full(len(homes), np.inf)
    origin = np.full(len(homes), -1, dtype=np.int64)
    snapped = _snapped(homes)
    node, leg_m = _ends(network, homes.iloc[snapped])
    total_m = node_walk_m[node] + leg_m
    # Both ends equally far: the lower origin, whichever end the edge was drawn from.
    index = np.where(np.isfinite(total_m), node_source[node] - nodes_n, sources.size)
    best = np.lexsort((index, total_m), axis=1)[:, 0]
    rows = np.arange(snapped.size)
    walk_m[snapped] = total_m[rows, best]
    found = np.isfinite(walk_m[snapped])
    origin[snapped[found]] = sources[index[rows, best][found]]
    return walk_m, origin


def _same_edge(origins: pd.DataFrame, homes: pd.DataFrame) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the walks between origins and homes that stand on one edge, along that edge."""
    left = pd.DataFrame(
        {
            "edge": origins["edge"].to_numpy(),
            "origin": np.arange(len(origins)),
            "at_m": origins["offset_m"].to_numpy(),
            "leg_m": origins["snap_m"].to_numpy(),
        }
    )
    right = pd.DataFrame(
        {
            "edge": homes["edge"].to_numpy(),
            "home": np.arange(len(homes)),
            "at_home_m": homes["offset_m"].to_numpy(),
            "leg_home_m": homes["snap_m"].to_numpy(),
        }
    )
    left, right = left[left["edge"] >= 0], right[right["edge"] >= 0]
    right = right[right["edge"].isin(left["edge"].unique())]
    both = left.merge(right, on="edge")
    walk_m = (both["at_m"] - both["at_home_m"]).abs() + both["leg_m"] + both["leg_home_m"]
    return both["origin"].to_numpy(), both["home"].to_numpy(), walk_m.to_numpy()


def _improve_on_same_edge(
    origins: pd.DataFrame, homes: pd.DataFrame, walk_m: FloatArray, origin: IntArray
) -> None:
    """Let a place on a home's own edge count, where that walk is shorter (in place)."""
    found, home, direct_m = _same_edge(origins, homes)
    order = np.lexsort((found, direct_m, home))
    home, first = np.unique(home[order], return_index=True)
    found, direct_m = found[order][first], direct_m[order][first]
    shorter = direct_m < walk_m[home]
    shorter |= (direct_m == walk_m[home]) & (found < origin[home])
    walk_m[home[shorter]] = direct_m[shorter]
    origin[home[shorter]] = found[shorter]


@dataclass(frozen=True)
class _Incidence:
    """Homes by the nodes at the ends of their edges, as rows of a sparse matrix."""

    start: IntArray
    home: IntArray
    leg_m: FloatArray


def _homes_by_node(network: Network, homes: pd.DataFrame) -> _Incidence:
    snapped = _snapped(homes)
    node, leg_m = _ends(network, homes.iloc[snapped])
    flat = node.ravel()
    order = np.argsort(flat, kind="stable")
    counts = np.bincount(flat, minlength=len(network.node_xy))
    start = np.concatenate([[0], np.cumsum(counts)])
    return _Incidence(start, np.repeat(snapped, 2)[order], leg_m.ravel()[order])


def _batch(
    network: Network,
    origins: pd.DataFrame,
    position: IntArray,
    incidence: _Incidence,
    limit_m: float,
) -> tuple[IntArray, IntArray, FloatArray]:
    nodes_n = len(network.node_xy)
    graph = _with_origins(network, origins, np.arange(len(origins)))
    node_walk_m = dijkstra(
        graph,
        indices=np.arange(nodes_n, nodes_n + len(origins)),
        limit=limit_m + TOLERANCE_M,
    )[:, :nodes_n]
    row, node = np.nonzero(np.isfinite(node_walk_m))
    counts = incidence.start[node + 1] - incidence.start[node]
    first = np.repeat(incidence.start[node] - np.cumsum(counts) + counts, counts)
    item = first + np.arange(counts.sum())
    walk_m = np.repeat(node_walk_m[row, node], counts) + incidence.leg_m[item]
    keep = within(walk_m, limit_m)
    return np.repeat(position[row], counts)[keep], incidence.home[item[keep]], walk_m[keep]


def _shortest(
    origin: IntArray, home: IntArray, walk_m: FloatArray, homes_n: int
) -> tuple[IntArray, IntArray, FloatArray]:
    key = origin.astype(np.int64) * homes_n + home
    order = np.lexsort((walk_m, key))
    key, first = np.unique(key[order], return_index=True)
    best = order[first]
    return origin[best], home[best], walk_m[best]
