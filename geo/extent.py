"""Extent: the streets within reach, cut exactly where a walk of the limit ends."""

import numpy as np
import pandas as pd
import shapely
import shapely.ops
from numpy.typing import NDArray

from geo.network import FloatArray, Network
from geo.reach import TOLERANCE_M, within


def reached_lines(
    network: Network, node_walk_m: FloatArray, origins: pd.DataFrame, *, limit_m: float
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """
    Cut every edge into what is within the limit of an origin and what is not.

    Parameters
    ----------
    network
        The walking network.
    node_walk_m
        (n,) metres from each node to the nearest origin, as ``nearest`` gives it.
    origins
        Snaps of the origins themselves, for those that reach only part of their own edge.
    limit_m
        The inclusive limit.

    Returns
    -------
    Two arrays of m geometries, reached and not reached, ``None`` where an edge has no such part.
    """
    lines = network.edge_lines
    length_m = network.edge_length_m
    from_u_m = np.clip(limit_m - node_walk_m[network.edge_u], 0.0, length_m)
    from_v_m = np.clip(limit_m - node_walk_m[network.edge_v], 0.0, length_m)
    whole = from_u_m + from_v_m >= length_m - TOLERANCE_M
    whole &= within(node_walk_m[network.edge_u], limit_m) | within(
        node_walk_m[network.edge_v], limit_m
    )
    reached, missed = lines.copy(), lines.copy()
    reached[~whole] = None
    missed[whole] = None
    own = _own_edges(origins, limit_m)
    partly = (~whole) & ((from_u_m > 0) | (from_v_m > 0))
    for edge in np.union1d(np.flatnonzero(partly), list(own)).astype(int):
        if whole[edge]:
            continue
        spans = [(0.0, from_u_m[edge]), (length_m[edge] - from_v_m[edge], length_m[edge])]
        spans += own.get(edge, [])
        reached[edge], missed[edge] = _cut(lines[edge], length_m[edge], spans)
    return reached, missed


def _own_edges(origins: pd.DataFrame, limit_m: float) -> dict[int, list[tuple[float, float]]]:
    """Return, per edge, the spans that the origins standing on it reach along it."""
    spans: dict[int, list[tuple[float, float]]] = {}
    near = origins[(origins["edge"] >= 0) & within(origins["snap_m"].to_numpy(), limit_m)]
    for edge, at_m, snap_m in zip(near["edge"], near["offset_m"], near["snap_m"], strict=True):
        left_m = limit_m - snap_m
        spans.setdefault(int(edge), []).append((at_m - left_m, at_m + left_m))
    return spans


def _cut(
    line: shapely.LineString, length_m: float, spans: list[tuple[float, float]]
) -> tuple[shapely.Geometry | None, shapely.Geometry | None]:
    """Split a line into the union of the spans and the rest."""
    inside: list[tuple[float, float]] = []
    outside: list[tuple[float, float]] = []
    at_m = 0.0
    for begin, end in sorted((max(0.0, a), min(length_m, b)) for a, b in spans):
        if end - max(begin, at_m) <= TOLERANCE_M:
            continue
        if begin - at_m > TOLERANCE_M:
            outside.append((at_m, begin))
        inside.append((max(begin, at_m), end))
        at_m = end
    if length_m - at_m > TOLERANCE_M:
        outside.append((at_m, length_m))
    return _pieces(line, inside), _pieces(line, outside)


def _pieces(line: shapely.LineString, spans: list[tuple[float, float]]) -> shapely.Geometry | None:
    parts = [shapely.ops.substring(line, begin, end) for begin, end in spans]
    return shapely.union_all(parts) if parts else None
