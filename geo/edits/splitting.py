"""
Splitting: edges cut into pieces, with an exact trace of where everything went.

A new network comes out; the nodes of the old one keep their numbers. Only edges that are cut are
measured again: all others are copied.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray
from geo.streets.network import Network

Mask = NDArray[np.bool_]

SLIVER_M = 1e-6
"""No piece is shorter: a cut nearer than this to an end of an edge is a cut at that end."""
STATION_M = 25.0
"""Longest piece between two stations of heights along an edge."""


@dataclass(frozen=True, eq=False)
class Spans:
    """Stretches of edges, metres from ``u``: three arrays of one length."""

    edge: IntArray
    from_m: FloatArray
    to_m: FloatArray

    @property
    def length_m(self) -> float:
        """Return the metres of all stretches."""
        return float((self.to_m - self.from_m).sum())


@dataclass(frozen=True, eq=False)
class Trace:
    """
    Where each stretch of each old edge is in the new network.

    Attributes
    ----------
    first
        (m + 1,) the pieces of old edge ``i`` are the new edges ``first[i]`` … ``first[i + 1] - 1``.
    parent
        (p,) old edge of each piece.
    from_m
        (p,) metres from the old ``u`` at which each piece begins.
    closed
        (p,) whether nobody may walk there.
    length_m
        (p,) length of each piece.
    """

    first: IntArray
    parent: IntArray
    from_m: FloatArray
    closed: Mask
    length_m: FloatArray

    def move(self, edge: IntArray, offset_m: FloatArray) -> tuple[IntArray, FloatArray]:
        """
        Return the new edges and offsets of points on old edges.

        Parameters
        ----------
        edge, offset_m
            (k,) positions on the old network, metres from ``u``; no edge may be -1.

        Returns
        -------
        (k,) and (k,) the same positions on the new one. Where two pieces meet, the later has it.
        """
        piece = self.first[edge]
        last = self.first[edge + 1] - 1
        while (later := piece < last).any():
            following = piece[later] + 1
            later[later] = self.from_m[following] <= offset_m[later]
            if not later.any():
                break
            piece = piece + later
        return piece, np.clip(offset_m - self.from_m[piece], 0.0, self.length_m[piece])

    def move_spans(self, spans: Spans) -> Spans:
        """Return the same stretches on the new edges."""
        count = self.first[spans.edge + 1] - self.first[spans.edge]
        piece = _ranges(self.first[spans.edge], count)
        from_m = np.repeat(spans.from_m, count) - self.from_m[piece]
        to_m = np.repeat(spans.to_m, count) - self.from_m[piece]
        from_m, to_m = np.maximum(from_m, 0.0), np.minimum(to_m, self.length_m[piece])
        kept = to_m > from_m
        return Spans(piece[kept], from_m[kept], to_m[kept])

    @classmethod
    def identity(cls, network: Network) -> "Trace":
        """Return the trace of a network to itself."""
        edges_n = len(network.edge_u)
        every = np.arange(edges_n + 1)
        nothing = np.zeros(edges_n)
        return cls(every, every[:-1], nothing, nothing > 0, network.edge_length_m)


def close_spans(network: Network, closed: Spans) -> tuple[Network, Trace]:
    """
    Take stretches of edges out of reach.

    Parameters
    ----------
    network
        The walking network.
    closed
        Stretches that nobody may walk; they may overlap and touch.

    Returns
    -------
    The network in which every closed stretch is an edge that meets no other edge, and the trace. The
    lengths of the pieces of an edge add up to its own. New nodes follow the old ones.
    """
    merged = _merged(network, closed)
    if merged.edge.size == 0:
        return network, Trace.identity(network)
    edge, start = np.unique(merged.edge, return_index=True)
    count = np.diff(np.concatenate([start, [merged.edge.size]]))
    # Bounds of one edge: 0, from, to, from, to, …, length. Every second piece is closed.
    begin = np.cumsum(2 * count + 2) - (2 * count + 2)
    bound_m = np.zeros(int((2 * count + 2).sum()))
    nth = np.arange(merged.edge.size) - np.repeat(start, count)
    at = np.repeat(begin, count) + 1 + 2 * nth
    bound_m[at], bound_m[at + 1] = merged.from_m, merged.to_m
    bound_m[begin + 2 * count + 1] = network.edge_length_m[edge]
    parent, nth = np.repeat(edge, 2 * count + 1), _ranges(np.zeros(edge.size), 2 * count + 1)
    low = np.repeat(begin, 2 * count + 1) + nth
    cut = Spans(parent, bound_m[low], bound_m[low + 1])
    kept = cut.to_m > cut.from_m
    cut = Spans(cut.edge[kept], cut.from_m[kept], cut.to_m[kept])
    shut = (nth % 2 == 1)[kept]
    ends = _own_ends(network, cut, shut)
    return _split(network, cut, shut, ends)


def split_at(
    network: Network, edge: IntArray, offset_m: FloatArray
) -> tuple[Network, Trace, IntArray]:
    """
    Make junctions of points on edges.

    Parameters
    ----------
    network
        The walking network.
    edge, offset_m
        (k,) points, metres from ``u``; several at one spot make one junction.

    Returns
    -------
    The network in which every point is a node, the trace, and (k,) the node of each point: an old
    one where the point is an end of its edge.
    """
    length_m = network.edge_length_m[edge]
    node = np.where(offset_m <= SLIVER_M, network.edge_u[edge], network.edge_v[edge]).astype(
        np.int64
    )
    inner = np.flatnonzero((offset_m > SLIVER_M) & (offset_m < length_m - SLIVER_M))
    order = inner[np.lexsort((offset_m[inner], edge[inner]))]
    apart = np.ones(order.size, dtype=bool)
    apart[1:] = (np.diff(edge[order]) != 0) | (np.diff(offset_m[order]) > SLIVER_M)
    nodes_n = len(network.node_xy)
    node[order] = nodes_n + np.cumsum(apart) - 1
    at = order[apart]
    cut_edge, count = np.unique(edge[at], return_counts=True)
    pieces = np.repeat(cut_edge, count + 1)
    last = np.cumsum(count + 1) - 1
    inside = np.ones(pieces.size, dtype=bool)
    inside[last] = False
    to_m, v = network.edge_length_m[pieces].copy(), network.edge_v[pieces].copy()
    to_m[inside], v[inside] = offset_m[at], node[at]
    from_m, u = np.zeros(pieces.size), network.edge_u[pieces].copy()
    from_m[1:][inside[:-1]], u[1:][inside[:-1]] = to_m[:-1][inside[:-1]], v[:-1][inside[:-1]]
    cut = Spans(pieces, from_m, to_m)
    split, trace = _split(network, cut, np.zeros(pieces.size, dtype=bool), (u, v))
    return split, trace, node


def append_edges(
    network: Network,
    lines: list[FloatArray],
    ends: tuple[IntArray, IntArray],
    attributes: pd.DataFrame,
    node_xy: FloatArray,
) -> Network:
    """
    Add edges after those that are there.

    Parameters
    ----------
    network
        The walking network.
    lines
        q arrays of (k, 2) vertices, metres, each from its ``u`` to its ``v``.
    ends
        (q,) and (q,) nodes, old ones or those of ``node_xy``, which follow them.
    attributes
        q rows of what the network says of its edges.
    node_xy
        (j, 2) new nodes, metres.

    Returns
    -------
    The network with m + q edges. Heights along a new edge rise evenly from end to end, where both
    are known.
    """
    length_m = np.array([np.hypot(*np.diff(line, axis=0).T).sum() for line in lines])
    count = np.array([len(line) for line in lines])
    begin = network.edge_start[-1]
    changes: dict[str, Any] = {
        "node_xy": np.concatenate([network.node_xy, node_xy]),
        "edge_u": np.concatenate([network.edge_u, ends[0]]),
        "edge_v": np.concatenate([network.edge_v, ends[1]]),
        "edge_length_m": np.concatenate([network.edge_length_m, length_m]),
        "edge_xy": np.concatenate([network.edge_xy, *lines]),
        "edge_start": np.concatenate([network.edge_start, begin + np.cumsum(count)]),
        "edges": pd.concat([network.edges, attributes], ignore_index=True).astype(
            dict(network.edges.dtypes)
        ),
    }
    if _has(network, "node_kind"):
        changes["node_kind"] = _longer(getattr(network, "node_kind"), len(node_xy))  # noqa: B009
    if _has(network, "station_start"):
        changes |= _appended_stations(network, ends, length_m)
    return replace(network, **changes)


def points_on(network: Network, edge: IntArray, offset_m: FloatArray) -> FloatArray:
    """
    Return the (k, 2) coordinates of points on edges, metres.

    Parameters
    ----------
    network
        The walking network.
    edge, offset_m
        (k,) edges and metres along each from its ``u``.

    Returns
    -------
    (k, 2) in the plane CRS of the network; at the far end exactly the last vertex.
    """
    unique, at = np.unique(edge, return_inverse=True)
    lines = edge_lines(network, unique)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(lines[at], offset_m))
    end = offset_m >= network.edge_length_m[edge]
    xy[end] = network.edge_xy[network.edge_start[edge[end] + 1] - 1]
    return xy


def edge_lines(network: Network, edge: IntArray) -> NDArray[np.object_]:
    """Return the polylines of some edges; of a few, without drawing all others."""
    rows, of = edge_vertices(network, edge)
    return np.asarray(shapely.linestrings(network.edge_xy[rows], indices=of), dtype=object)


def edge_vertices(network: Network, edge: IntArray) -> tuple[IntArray, IntArray]:
    """Return the rows of ``edge_xy`` of some edges, and which of the edges each belongs to."""
    count = np.diff(network.edge_start)[edge]
    return _ranges(network.edge_start[edge], count), np.repeat(np.arange(edge.size), count)


def _merged(network: Network, spans: Spans) -> Spans:
    """Join stretches that overlap or touch, and let those that nearly do so end with their edge."""
    length_m = network.edge_length_m[spans.edge]
    from_m = np.where(spans.from_m <= SLIVER_M, 0.0, spans.from_m)
    to_m = np.where(spans.to_m >= length_m - SLIVER_M, length_m, spans.to_m)
    order = np.lexsort((from_m, spans.edge))
    edge, from_m, to_m = spans.edge[order], from_m[order], to_m[order]
    if edge.size == 0:
        return Spans(edge, from_m, to_m)
    # The farthest end so far on the same edge: edges are set apart by more than any length.
    apart_m = np.cumsum(np.concatenate([[0], np.diff(edge) != 0])) * (float(length_m.max()) + 1.0)
    farthest_m = np.maximum.accumulate(to_m + apart_m) - apart_m
    begins = np.ones(edge.size, dtype=bool)
    begins[1:] = (np.diff(edge) != 0) | (from_m[1:] > farthest_m[:-1] + SLIVER_M)
    first = np.flatnonzero(begins)
    return Spans(edge[first], from_m[first], np.maximum.reduceat(to_m, first))


def _own_ends(network: Network, cut: Spans, shut: Mask) -> tuple[IntArray, IntArray]:
    """Return the ends of pieces: an old node where an open piece has the end of its edge, else new."""
    nodes_n = len(network.node_xy)
    old_u = ~shut & (cut.from_m == 0.0)
    old_v = ~shut & (cut.to_m == network.edge_length_m[cut.edge])
    new = np.column_stack([~old_u, ~old_v]).ravel()
    number = np.where(new, nodes_n + np.cumsum(new) - 1, -1).reshape(-1, 2)
    u = np.where(old_u, network.edge_u[cut.edge], number[:, 0])
    v = np.where(old_v, network.edge_v[cut.edge], number[:, 1])
    return u.astype(np.int64), v.astype(np.int64)


def _split(
    network: Network, cut: Spans, shut: Mask, ends: tuple[IntArray, IntArray]
) -> tuple[Network, Trace]:
    """Put the pieces of the edges that are cut in the place of these edges."""
    edges_n, nodes_n = len(network.edge_u), len(network.node_xy)
    count = np.ones(edges_n, dtype=np.int64)
    cut_edge, cut_count = np.unique(cut.edge, return_counts=True)
    count[cut_edge] = cut_count
    first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    parent = np.repeat(np.arange(edges_n), count)
    is_cut = count[parent] > 1
    is_cut[first[cut_edge]] = True
    from_m, length_m = np.zeros(parent.size), network.edge_length_m[parent]
    from_m[is_cut], length_m[is_cut] = cut.from_m, cut.to_m - cut.from_m
    closed = np.zeros(parent.size, dtype=bool)
    closed[is_cut] = shut
    edge_u, edge_v = network.edge_u[parent], network.edge_v[parent]
    edge_u[is_cut], edge_v[is_cut] = ends
    trace = Trace(first, parent, from_m, closed, length_m)
    end_xy = np.stack(
        [points_on(network, cut.edge, cut.from_m), points_on(network, cut.edge, cut.to_m)]
    )
    new_n = max(int(max(edge_u.max(initial=-1), edge_v.max(initial=-1))) + 1 - nodes_n, 0)
    node_xy = np.concatenate([network.node_xy, np.empty((new_n, 2))])
    for side, node in enumerate(ends):
        is_new = node >= nodes_n
        node_xy[node[is_new]] = end_xy[side][is_new]
    vertices = _cut_vertices(network, cut, end_xy)
    edge_xy, edge_start = _ragged(network.edge_xy, network.edge_start, trace, cut_edge, vertices)
    changes: dict[str, Any] = {
        "node_xy": node_xy,
        "edge_u": edge_u,
        "edge_v": edge_v,
        "edge_length_m": length_m,
        "edge_xy": edge_xy,
        "edge_start": edge_start,
        "edges": network.edges.iloc[parent].reset_index(drop=True),
    }
    if _has(network, "node_kind"):
        changes["node_kind"] = _longer(getattr(network, "node_kind"), new_n)  # noqa: B009
    if _has(network, "station_start"):
        changes |= _split_stations(network, cut, trace)
    return replace(network, **changes), trace


def _cut_vertices(
    network: Network, cut: Spans, end_xy: NDArray[np.float64]
) -> tuple[FloatArray, IntArray]:
    """Return the vertices of all pieces one after the other, and how many each has."""
    edge, place = np.unique(cut.edge, return_inverse=True)
    rows, of = edge_vertices(network, edge)
    offset_m = network.vertex_offset_m[rows]
    first = np.searchsorted(place, np.arange(edge.size + 1))
    piece = Trace(first, place, cut.from_m, cut.from_m > np.inf, cut.to_m - cut.from_m).move(
        of, offset_m
    )[0]
    inside = (offset_m > cut.from_m[piece] + SLIVER_M) & (offset_m < cut.to_m[piece] - SLIVER_M)
    rows, offset_m, piece = rows[inside], offset_m[inside], piece[inside]
    pieces = np.arange(cut.edge.size)
    number = np.concatenate([pieces, piece, pieces])
    at_m = np.concatenate([cut.from_m, offset_m, cut.to_m])
    xy = np.concatenate([end_xy[0], network.edge_xy[rows], end_xy[1]])
    order = np.lexsort((at_m, number))
    return xy[order], np.bincount(number, minlength=pieces.size)


def _ragged(
    values: FloatArray,
    start: IntArray,
    trace: Trace,
    cut_edge: IntArray,
    own: tuple[FloatArray, IntArray],
) -> tuple[FloatArray, IntArray]:
    """Copy the values of whole edges run by run, and put those of the pieces between the runs."""
    is_cut = np.zeros(start.size - 1, dtype=bool)
    is_cut[cut_edge] = True
    count = np.diff(start)[trace.parent]
    count[is_cut[trace.parent]] = own[1]
    begin = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    own_n = begin[trace.first[cut_edge + 1]] - begin[trace.first[cut_edge]]
    own_end = np.cumsum(own_n)
    parts, at = [], 0
    for edge, low, high in zip(
        cut_edge.tolist(), (own_end - own_n).tolist(), own_end.tolist(), strict=True
    ):
        parts += [values[at : start[edge]], own[0][low:high]]
        at = start[edge + 1]
    return np.concatenate([*parts, values[at:]]), begin


def _ranges(first: NDArray[Any], count: IntArray) -> IntArray:
    """Return first, first + 1, … of each, ``count`` numbers, one after the other."""
    before = np.cumsum(count) - count
    return np.asarray(
        np.repeat(first - before, count) + np.arange(int(count.sum())), dtype=np.int64
    )


def _has(network: Network, name: str) -> bool:
    return any(field.name == name for field in fields(network))


def _longer(kinds: NDArray[Any], more: int) -> NDArray[Any]:
    """Return the kinds of nodes with as many plain ones after them."""
    return np.concatenate([kinds, np.zeros(more, dtype=kinds.dtype)])


def _stations(network: Network) -> tuple[IntArray, FloatArray]:
    start: IntArray = getattr(network, "station_start")  # noqa: B009
    height_m: FloatArray = getattr(network, "station_height_m")  # noqa: B009
    return start, height_m


def _pieces_n(length_m: FloatArray, known: Mask) -> IntArray:
    """Return into how many pieces the stations cut an edge: one where no height is known."""
    n = np.maximum(np.ceil(length_m / STATION_M), 1.0)
    return np.asarray(np.where(known, n, 1), dtype=np.int64)


def _heights(network: Network, edge: IntArray, share: FloatArray) -> FloatArray:
    """Return the heights at shares of the length of edges, between the stations in a straight line."""
    start, height_m = _stations(network)
    pieces_n = np.diff(start)[edge] - 1
    at = np.clip(share, 0.0, 1.0) * pieces_n
    low = np.minimum(np.floor(at).astype(np.int64), np.maximum(pieces_n - 1, 0))
    rest = at - low
    below, above = height_m[start[edge] + low], height_m[start[edge] + low + 1]
    # At a station its own height counts, though its neighbour's be unknown.
    between = below * (1.0 - rest) + above * rest
    return np.asarray(np.where(rest == 0.0, below, np.where(rest == 1.0, above, between)))


def _split_stations(network: Network, cut: Spans, trace: Trace) -> dict[str, NDArray[Any]]:
    start, height_m = _stations(network)
    known = np.add.reduceat(np.isfinite(height_m), start[:-1]) > 0 if start.size > 1 else np.ones(0)
    length_m = cut.to_m - cut.from_m
    pieces_n = _pieces_n(length_m, np.asarray(known, dtype=bool)[cut.edge])
    piece = np.repeat(np.arange(cut.edge.size), pieces_n + 1)
    step = _ranges(np.zeros(cut.edge.size), pieces_n + 1) / pieces_n[piece]
    at_m = cut.from_m[piece] + step * length_m[piece]
    edge = cut.edge[piece]
    heights = _heights(network, edge, at_m / network.edge_length_m[edge])
    values, begin = _ragged(height_m, start, trace, np.unique(cut.edge), (heights, pieces_n + 1))
    return {"station_start": begin, "station_height_m": values}


def _appended_stations(
    network: Network, ends: tuple[IntArray, IntArray], length_m: FloatArray
) -> dict[str, NDArray[Any]]:
    """Let the heights of new edges rise evenly between those of the nodes they join."""
    start, height_m = _stations(network)
    node_m = np.full(
        max(len(network.node_xy), int(max(e.max(initial=0) for e in ends)) + 1), np.nan
    )
    node_m[network.edge_u] = height_m[start[:-1]]
    node_m[network.edge_v] = height_m[start[1:] - 1]
    low_m, high_m = node_m[ends[0]], node_m[ends[1]]
    pieces_n = _pieces_n(length_m, np.isfinite(low_m) & np.isfinite(high_m))
    share = _ranges(np.zeros(length_m.size), pieces_n + 1) / np.repeat(pieces_n, pieces_n + 1)
    rise = np.repeat(low_m, pieces_n + 1) * (1.0 - share) + np.repeat(high_m, pieces_n + 1) * share
    begin = start[-1] + np.cumsum(pieces_n + 1)
    return {
        "station_start": np.concatenate([start, begin]).astype(np.int64),
        "station_height_m": np.concatenate([height_m, rise]),
    }
