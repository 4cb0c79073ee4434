"""
Pieces: parts of a network between which no walk leads.

A small piece is no error because it is small: the one street of an island is all that its people need.
What shows an error is another street close by that a piece does not meet. So a piece stands alone where
every larger one is farther away than a leg may be long, or behind what no leg crosses; else it is broken
off, and where it is, ``broken_off`` says.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.arrays import TOLERANCE, BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from geo.streets.network import Network

ALONE_M = 300.0
"""
Nobody on a piece farther than the longest leg from every larger one could have joined the larger one
instead: how long it may be where nobody says otherwise.
"""

Crossed = Callable[[FloatArray, FloatArray], BoolArray]
"""(n, 2) and (n, 2) ends of straight lines → (n,) whether each crosses what nobody walks through."""

_FEW = 200
"""A piece of so many edges is looked at edge by edge; a larger one asks each only for its nearest."""

COLUMNS = ("piece", "edge", "to_edge", "gap_m", "x", "y", "to_x", "to_y")


def broken_off(
    network: "Network",
    *,
    shorter_m: float = np.inf,
    leg_m: float = ALONE_M,
    crossed: Crossed | None = None,
) -> pd.DataFrame:
    """
    Find the pieces that a larger piece comes near.

    Parameters
    ----------
    network
        The walking network.
    shorter_m
        Only pieces shorter than this in all are looked at, metres; a piece of just this length is not.
    leg_m
        The longest leg from a door to a street, metres.
    crossed
        What lies between: an approach over water leads to another island. None is crossed by default.

    Returns
    -------
    One row a piece, in the order of ``network.component_of_node``: ``piece``, its ``edge`` and the edge
    of a larger piece (``to_edge``) that come nearest to each other without crossing anything, at most
    ``leg_m`` apart, inclusive; ``gap_m`` and ``x, y, to_x, to_y``, the two ends of the gap, in the
    plane CRS (metres). Of pieces of one length the first is the larger. Every edge is looked at by its
    nearest approach to each other edge (of a piece
    of more than 200 edges to the nearest other edge alone).
    """
    piece = network.component_of_node[network.edge_u]
    length_m = network.component_length_m
    rank = np.empty(length_m.size, dtype=np.int64)
    rank[np.lexsort((np.arange(length_m.size), -length_m.round(6)))] = np.arange(length_m.size)
    asked = np.flatnonzero((rank[piece] > 0) & (length_m[piece] < shorter_m))
    edge, to_edge = _near(network, asked, rank[piece], within_m=leg_m + TOLERANCE)
    xy = _gaps(network, edge, to_edge)
    gap_m = np.hypot(*(xy[:, 1] - xy[:, 0]).T)
    order = np.lexsort((to_edge, edge, gap_m.round(6), piece[edge]))
    best = order[_first_free(piece[edge[order]], xy[order], crossed)]
    found = (piece[edge], edge, to_edge, gap_m, *xy.reshape(-1, 4).T)
    return pd.DataFrame({name: of[best] for name, of in zip(COLUMNS, found, strict=True)})


def _first_free(piece: IntArray, xy: FloatArray, crossed: Crossed | None) -> IntArray:
    """Return the first of the rows of each piece, which stand together, that crosses nothing."""
    _, start, row_of = np.unique(piece, return_index=True, return_inverse=True)
    if crossed is None:
        return start
    place = np.arange(piece.size) - start[row_of]
    found = np.full(start.size, -1, dtype=np.int64)
    looked, more = 0, 1
    while (place >= looked).any():
        # Most pieces are told by their nearest approach; only around an island are all looked at.
        rows = np.flatnonzero((place >= looked) & (place < looked + more) & (found[row_of] < 0))
        free = rows[~crossed(xy[rows, 0], xy[rows, 1])]
        pieces, first = np.unique(row_of[free], return_index=True)
        found[pieces] = free[first]
        looked, more = looked + more, 8 * more
    return found[found >= 0]


def _near(
    network: "Network", asked: IntArray, rank: IntArray, *, within_m: float
) -> tuple[IntArray, IntArray]:
    """Return pairs of an asked edge and one of a larger piece, for each piece of those that count."""
    found = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
    lines = network.edge_lines
    pieces = np.unique(rank[asked])
    if pieces.size:
        tree = shapely.STRtree(lines)
        small = asked[np.bincount(rank)[rank[asked]] <= _FEW]
        one, other = tree.query(lines[small], predicate="dwithin", distance=within_m)
        larger = rank[other] < rank[small[one]]
        found.append((small[one[larger]], other[larger].astype(np.int64)))
        for number in pieces[np.bincount(rank)[pieces] > _FEW]:
            own, above = np.flatnonzero(rank == number), np.flatnonzero(rank < number)
            one, other = shapely.STRtree(lines[above]).query_nearest(
                lines[own], max_distance=within_m
            )
            found.append((own[one], above[other]))
    return tuple(np.concatenate(part) for part in zip(*found, strict=True))  # type: ignore[return-value]


def _gaps(network: "Network", edge: IntArray, to_edge: IntArray) -> FloatArray:
    """Return (n, 2, 2) the ends of the shortest line between the two edges of each pair."""
    lines = shapely.shortest_line(network.edge_lines[edge], network.edge_lines[to_edge])
    return np.asarray(shapely.get_coordinates(lines)).reshape(-1, 2, 2)
