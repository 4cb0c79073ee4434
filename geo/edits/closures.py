"""
Closures: which stretches of which edges a drawn shape takes away.

A barrier is a centimetre thick on either side: coordinates of OpenStreetMap come in steps of about
that much, so a line that is meant to meet a junction meets it, and a line drawn along a street lies
on it.
"""

from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.arrays import FloatArray, IntArray
from geo.edits.splitting import Mask, Spans, edge_lines, edge_vertices
from geo.errors import EditError
from geo.streets.network import Network

TOUCH_M = 0.01
"""What is within a centimetre touches (1e-7 of a degree, the step of OSM's coordinates)."""

_ARC_PIECES = 4
_LINES, _AREAS, _POINTS = (1, 5), (3, 6), (0, 4)


class StreetSearch:
    """The edges of a network, to be searched by drawn shapes."""

    def __init__(self, network: Network) -> None:
        self.network = network
        start = network.edge_start[:-1]
        x, y = (np.ascontiguousarray(column) for column in network.edge_xy.T)
        self._box: list[FloatArray] = [
            bound.reduceat(column, start) if start.size else np.zeros(0)
            for bound in (np.minimum, np.maximum)
            for column in (x, y)
        ]

    def around(self, shape: BaseGeometry, among: Mask | None = None) -> IntArray:
        """Return the edges whose bounding box meets that of a shape."""
        return self._within(*shapely.bounds(shape).tolist(), among=among)

    def _within(
        self, west: float, south: float, east: float, north: float, *, among: Mask | None
    ) -> IntArray:
        low_x, low_y, high_x, high_y = self._box
        edge = np.flatnonzero((low_x <= east) & (high_x >= west))
        edge = edge[(low_y[edge] <= north) & (high_y[edge] >= south)]
        return edge if among is None else edge[among[edge]]

    def inside(self, region: BaseGeometry, among: Mask | None = None) -> Spans:
        """
        Return the stretches of edges inside an area, segment by segment: nothing is merged.

        Parameters
        ----------
        region
            An area, plane CRS of the network (metres).
        among
            (m,) mask of the edges that are meant, all if not given.

        Returns
        -------
        Stretches of more than a point, in metres from the ``u`` of their edge, in no order.
        """
        shapely.prepare(region)
        edge = self.around(region, among)
        if edge.size:
            edge = edge[shapely.intersects(region, edge_lines(self.network, edge))]
        begin, of = edge_vertices(self.network, edge)
        inner = begin < self.network.edge_start[edge + 1][of] - 1
        begin, edge = begin[inner], edge[of][inner]
        if begin.size == 0:
            return no_spans()
        ends = np.stack([self.network.edge_xy[begin], self.network.edge_xy[begin + 1]], axis=1)
        segments = np.asarray(shapely.linestrings(ends), dtype=object)
        met = shapely.intersects(region, segments)
        begin, edge, ends, segments = begin[met], edge[met], ends[met], segments[met]
        whole = shapely.contains_properly(region, segments)
        parts, of = shapely.get_parts(
            shapely.intersection(segments[~whole], region), return_index=True
        )
        line = shapely.get_dimensions(parts) == 1
        parts, of = parts[line], np.flatnonzero(~whole)[of[line]]
        first, last = (shapely.get_coordinates(shapely.get_point(parts, n)) for n in (0, -1))
        at_m = np.stack([np.hypot(*(end - ends[of, 0]).T) for end in (first, last)])
        offset_m, length_m = (
            self.network.vertex_offset_m[begin],
            np.hypot(*np.diff(ends, axis=1)[:, 0].T),
        )
        return Spans(
            np.concatenate([edge[whole], edge[of]]),
            np.concatenate([offset_m[whole], offset_m[of] + at_m.min(axis=0)]),
            np.concatenate([(offset_m + length_m)[whole], offset_m[of] + at_m.max(axis=0)]),
        )

    def nearest(
        self, point: shapely.Point, within_m: float, among: Mask | None = None
    ) -> tuple[int, float] | None:
        """
        Return the nearest edge within a distance, inclusive, and how far it is; of equals the first.

        Parameters
        ----------
        point
            Plane CRS of the network (metres).
        within_m
            Longest distance, inclusive, metres.
        among
            (m,) mask of the edges that are meant, all if not given.

        Returns
        -------
        The edge and its distance in metres, ``None`` where no edge is within.
        """
        reach_m = within_m + TOUCH_M
        edge = self._within(
            point.x - reach_m, point.y - reach_m, point.x + reach_m, point.y + reach_m, among=among
        )
        if edge.size == 0:
            return None
        distance_m = shapely.distance(point, edge_lines(self.network, edge))
        best = int(np.argmin(distance_m))
        if distance_m[best] > within_m + 1e-6:
            return None
        return int(edge[best]), float(distance_m[best])

    def distance_m(self, shape: BaseGeometry) -> float:
        """Return how far the nearest edge of all is, infinite without any."""
        lines = self.network.edge_lines
        return float(shapely.distance(shape, lines).min()) if len(lines) else np.inf


def no_spans() -> Spans:
    """Return no stretch at all."""
    return Spans(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))


def barrier_region(shape: BaseGeometry) -> BaseGeometry:
    """Return the area that nobody enters: the shape and a centimetre around it."""
    return shapely.buffer(shapely.make_valid(shape), TOUCH_M, quad_segs=_ARC_PIECES)


def closed_spans(
    streets: StreetSearch,
    shape: BaseGeometry | None,
    *,
    among: Mask | None,
    reach_m: float,
    edit_id: str,
) -> Spans:
    """
    Return the stretches that a closure takes away.

    Parameters
    ----------
    streets
        The edges of the network as the map has it.
    shape
        Nothing: all of ``among``. A point: the nearest edge within ``reach_m``, from junction to
        junction. An area: what lies in it. A line: what lies within ``reach_m`` of it and runs
        along it, so that streets that the line only crosses stay open.
    among
        (m,) mask of the edges that are meant, all if not given.
    reach_m
        How far from a street a point or line that is drawn on it may lie, metres.
    edit_id
        Names the edit in an error.

    Returns
    -------
    Stretches in metres from the ``u`` of their edge, in no order; they may overlap.

    Raises
    ------
    EditError
        The shape lies on no street, or not on those that are meant.
    """
    network = streets.network
    if shape is None:
        edges_n = len(network.edge_u)
        return _whole(network, np.arange(edges_n) if among is None else np.flatnonzero(among))
    kind = int(shapely.get_type_id(shape))
    if kind in _POINTS:
        found = [streets.nearest(point, reach_m, among) for point in shapely.get_parts(shape)]
        spans = _whole(network, np.array(sorted({one[0] for one in found if one}), dtype=np.int64))
        missed = None in found
    elif kind in _AREAS:
        spans = streets.inside(shapely.make_valid(shape), among)
        missed = spans.edge.size == 0
    else:
        region = shapely.buffer(shape, max(reach_m, TOUCH_M), cap_style="flat")
        spans = _along(streets.inside(region, among), shape, network)
        missed = spans.edge.size == 0
    if missed:
        raise _on_no_street(streets, shape, among, reach_m, edit_id)
    return spans


def legs_across(regions: Iterable[BaseGeometry], from_xy: FloatArray, to_xy: FloatArray) -> Mask:
    """
    Say which of (k, 2) to (k, 2) straight legs enter one of the areas; at its edge is inside.

    Parameters
    ----------
    regions
        Areas, plane CRS (metres).
    from_xy, to_xy
        (k, 2) both ends of each leg, metres; a leg may have no length.

    Returns
    -------
    (k,) booleans.
    """
    across = np.zeros(len(from_xy), dtype=bool)
    low, high = np.minimum(from_xy, to_xy), np.maximum(from_xy, to_xy)
    for region in regions:
        west, south, east, north = shapely.bounds(region)
        near = (low[:, 0] <= east) & (high[:, 0] >= west)
        near &= (low[:, 1] <= north) & (high[:, 1] >= south)
        leg = np.flatnonzero(near & ~across)
        shapely.prepare(region)
        drawn = shapely.linestrings(np.stack([from_xy[leg], to_xy[leg]], axis=1))
        # A leg without length is no line that every predicate understands; its end is a point.
        across[leg] = shapely.intersects(region, drawn)
        across[leg] |= shapely.intersects_xy(region, to_xy[leg])
    return across


def _whole(network: Network, edge: IntArray) -> Spans:
    return Spans(edge, np.zeros(edge.size), network.edge_length_m[edge])


def _along(spans: Spans, line: BaseGeometry, network: Network) -> Spans:
    """Keep the stretches of edges that get at least half their own length farther along a line."""
    if spans.edge.size == 0:
        return spans
    edge, of = np.unique(spans.edge, return_inverse=True)
    parts = shapely.get_parts(line)
    kept = np.zeros(edge.size, dtype=bool)
    first_m = np.full(edge.size, np.inf)
    np.minimum.at(first_m, of, spans.from_m)
    last_m = np.zeros(edge.size)
    np.maximum.at(last_m, of, spans.to_m)
    lines = edge_lines(network, edge)
    ends = [shapely.line_interpolate_point(lines, at_m) for at_m in (first_m, last_m)]
    walked_m = np.bincount(of, weights=spans.to_m - spans.from_m, minlength=edge.size)
    for part in parts:
        begin_m, end_m = (shapely.line_locate_point(part, end) for end in ends)
        kept |= 2.0 * np.abs(end_m - begin_m) >= walked_m
    keep: NDArray[np.bool_] = kept[of]
    return Spans(spans.edge[keep], spans.from_m[keep], spans.to_m[keep])


def _on_no_street(
    streets: StreetSearch,
    shape: BaseGeometry,
    among: Mask | None,
    reach_m: float,
    edit_id: str,
) -> EditError:
    if among is not None:
        lines = streets.network.edge_lines[among]
        away_m = float(shapely.distance(shape, lines).min())
        return EditError(
            "the way it names is {away_m:.1f} m away from what is drawn; draw on the "
            "way, or take the osm_id out",
            edit_id=edit_id,
            away_m=away_m,
        )
    away_m = streets.distance_m(shape)
    return EditError(
        "no street runs within {reach_m:g} m of it (the nearest is {away_m:.1f} m "
        "away); draw on the street",
        edit_id=edit_id,
        reach_m=reach_m,
        away_m=away_m,
    )
