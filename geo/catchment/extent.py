"""Extent: the streets within reach, cut exactly where a walk of the limit ends."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import TOLERANCE, FloatArray, within
from geo.walking.doors import Doors
from geo.walking.measure import Measure
from geo.walking.reach import Nearest

_Spans = list[tuple[float, float]]


def reached_lines(
    measure: Measure, found: Nearest, origins: Doors, *, limit: float
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """
    Cut every edge into what is within the limit of an origin and what is not.

    Parameters
    ----------
    measure
        What walks are measured in; walks go from the edge to the origin.
    found
        The walks from each stand to the nearest origin.
    origins
        The origins themselves, for those that reach only part of their own edge.
    limit
        The inclusive limit.

    Returns
    -------
    Two arrays of m geometries, reached and not reached, ``None`` where an edge has no such part. An
    edge with hours is reached while it is open, from where walks to those lead that meet then.
    """
    network = measure.network
    lines = network.edge_lines
    # What is left of the limit at either end of each edge.
    left_u, left_v = _left(found.node_walk, measure, limit)
    for (one, _), (walk, _, _) in zip(origins.by_hours, found.trees, strict=True):
        at_times = one.open & one.at_times
        while_u, while_v = _left(walk, one, limit)
        left_u[at_times] = np.maximum(left_u, while_u)[at_times]
        left_v[at_times] = np.maximum(left_v, while_v)[at_times]
    from_u = np.clip(left_u, 0.0, measure.full_back)
    from_v = np.clip(left_v, 0.0, measure.full_onward)
    one_way = np.maximum(left_u - measure.full_back, left_v - measure.full_onward)
    whole = within(-one_way, 0.0)
    # Where back and onward cost the same, both ends together say whether an edge is whole.
    alike = np.isclose(measure.full_back, measure.full_onward, rtol=1e-12, atol=0)
    whole |= alike & within(measure.full_back - from_u - from_v, 0.0) & (from_u + from_v > 0)
    reached, missed = lines.copy(), lines.copy()
    reached[~whole] = None
    missed[whole] = None
    own = _own_edges(origins, limit)
    partly = (~whole) & ((from_u > 0) | (from_v > 0))
    inside, outside = _Pieces(), _Pieces()
    for edge in np.union1d(np.flatnonzero(partly), list(own)).astype(int):
        if whole[edge]:
            continue
        spans = [
            (0.0, _offset(measure, edge, measure.back, from_u[edge])),
            (
                _offset(measure, edge, measure.onward, measure.full_onward[edge] - from_v[edge]),
                float(network.edge_length_m[edge]),
            ),
        ]
        spans += own.get(edge, [])
        reached[edge] = missed[edge] = None
        _cut(edge, float(network.edge_length_m[edge]), spans, inside, outside)
    inside.draw(lines, reached)
    outside.draw(lines, missed)
    return reached, missed


def _left(walk: FloatArray, measure: Measure, limit: float) -> tuple[FloatArray, FloatArray]:
    """Return (m,) what is left of the limit at ``u`` and at ``v``, for a walk there along the edge."""
    (goes_on, goes_back), (stand_u, stand_v) = measure.opens, measure.network.halves.leaving
    left_u = np.where(goes_back, limit - walk[stand_u] - measure.end_u, -np.inf)
    left_v = np.where(goes_on, limit - walk[stand_v] - measure.end_v, -np.inf)
    return left_u, left_v


def _offset(measure: Measure, edge: int, sums: FloatArray, value: float) -> float:
    """Return the metres along an edge from its ``u`` at which a sum along it has a value."""
    first, last = measure.network.station_start[edge : edge + 2]
    offsets_m = np.linspace(0.0, measure.network.edge_length_m[edge], last - first)
    return float(np.interp(value, sums[first:last], offsets_m))


def _own_edges(origins: Doors, limit: float) -> dict[int, _Spans]:
    """Return, per edge, the spans from which the origins standing on it are reached along it."""
    measure = origins.measure
    spans: dict[int, _Spans] = {}
    for place in origins.joined[within(origins.leg[origins.joined], limit)]:
        edge, left = int(origins.edge[place]), limit - origins.leg[place]
        begin = end = float(origins.offset_m[place])
        goes_on, goes_back = (opened[edge] for opened in measure.opens)
        if goes_on:
            begin = _offset(measure, edge, measure.onward, origins.onward[place] - left)
        if goes_back:
            end = _offset(measure, edge, measure.back, origins.back[place] + left)
        spans.setdefault(edge, []).append((begin, end))
    return spans


def _cut(edge: int, length_m: float, spans: _Spans, inside: "_Pieces", outside: "_Pieces") -> None:
    """Split an edge into the union of the spans and the rest."""
    at_m = 0.0
    for begin, end in sorted((max(0.0, a), min(length_m, b)) for a, b in spans):
        if end - max(begin, at_m) <= TOLERANCE:
            continue
        if begin - at_m > TOLERANCE:
            outside.add(edge, at_m, begin)
        inside.add(edge, max(begin, at_m), end)
        at_m = end
    if length_m - at_m > TOLERANCE:
        outside.add(edge, at_m, length_m)


class _Pieces:
    """Pieces of edges, gathered and then drawn all at once: one by one they take most of a map's time."""

    def __init__(self) -> None:
        self._edges: list[int] = []
        self._spans: _Spans = []

    def add(self, edge: int, begin_m: float, end_m: float) -> None:
        """Add a piece; those of an edge come one after the other."""
        self._edges.append(edge)
        self._spans.append((begin_m, end_m))

    def draw(self, lines: NDArray[np.object_], drawn: NDArray[np.object_]) -> None:
        """Put the pieces of each edge, as one geometry, where ``drawn`` has the edge."""
        if not self._edges:
            return
        edges, (begin_m, end_m) = np.array(self._edges), np.array(self._spans).T
        parts = substrings(lines[edges], begin_m, end_m)
        there, first, number = np.unique(edges, return_index=True, return_counts=True)
        table = np.full((len(there), number.max()), None, dtype=object)
        row = np.repeat(np.arange(len(there)), number)
        table[row, np.arange(len(edges)) - first[row]] = parts
        drawn[there] = shapely.union_all(table, axis=1)


def substrings(
    lines: NDArray[np.object_], begin_m: FloatArray, end_m: FloatArray
) -> NDArray[np.object_]:
    """
    Cut a part out of each of many lines, as ``shapely.ops.substring`` does of one.

    Parameters
    ----------
    lines
        (n,) lines, plane CRS in metres.
    begin_m, end_m
        (n,) where each part begins and ends along its line, 0 <= begin < end <= its length.

    Returns
    -------
    (n,) the parts.
    """
    xy, line = shapely.get_coordinates(lines, return_index=True)
    starts = np.flatnonzero(np.diff(line, prepend=-1))
    step_m = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    step_m[starts] = 0.0
    walked_m = np.cumsum(step_m)
    at_m = walked_m - walked_m[starts][line]
    between = (at_m > begin_m[line]) & (at_m < end_m[line])
    between[starts] = between[np.append(starts[1:], len(xy)) - 1] = False
    ends = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines, where))
        for where in (begin_m, end_m)
    )
    number = np.arange(len(lines))
    first, last = ends
    owner = np.concatenate([number, line[between], number])
    order = np.argsort(owner, kind="stable")  # begin, what lies between, end
    points = np.concatenate([first, xy[between], last])[order]
    return np.asarray(shapely.linestrings(points, indices=owner[order]), dtype=object)
