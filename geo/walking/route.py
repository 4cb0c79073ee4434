"""
Routes: the walk of one home as a line, edge by edge, and walks from one home to every place.

``nearest`` keeps at every node the half-edge that its walk takes next; a route follows them from the
home to its place. It has the same metres, and the same of any other measure, as the walk itself.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
import shapely

from geo.arrays import TOLERANCE, FloatArray, IntArray
from geo.streets.network import PASSING, Network
from geo.walking.dijkstra import FARTHEST, settle
from geo.walking.doors import Doors, along_one_edge, pairs_on_one_edge
from geo.walking.measure import Measure
from geo.walking.reach import Nearest

AT_DOOR = -1
"""End of a span that is no end of its edge: where the home or the place stands."""


@dataclass(frozen=True, eq=False)
class RoutePart:
    """
    A part of a route along one street.

    ``kind`` is steps, elevator, bridge, tunnel, crossing or street; ``spans`` are its first span and
    the one after its last.
    """

    name: str
    kind: str
    length_m: float
    spans: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Route:
    """
    One walk from a home to a place.

    Attributes
    ----------
    network
        The streets it goes along.
    origin
        Position of the place in the origins that it was found among.
    edge, from_m, to_m
        (k,) spans in the order of the walk: metres from the edge's ``u``; where ``from_m`` is the
        greater, the edge is walked from ``v`` towards ``u``.
    enters, leaves
        (k,) end of its edge by which a span begins and ends: 0 for ``u``, 1 for ``v``, ``AT_DOOR``.
    home_leg_m, place_leg_m
        The legs off the streets.
    """

    network: Network
    origin: int
    edge: IntArray
    from_m: FloatArray
    to_m: FloatArray
    enters: IntArray
    leaves: IntArray
    home_leg_m: float
    place_leg_m: float

    @property
    def span_m(self) -> FloatArray:
        """Return (k,) metres of each span."""
        return np.asarray(np.abs(self.to_m - self.from_m))

    @property
    def length_m(self) -> float:
        """Return the metres of the walk, both legs included."""
        return float(self.span_m.sum()) + self.home_leg_m + self.place_leg_m

    @property
    def private_m(self) -> float:
        """Return the metres over private roads."""
        private = self.network.edges["private"].to_numpy(dtype=bool)[self.edge]
        return float(self.span_m[private].sum())

    @property
    def at_times_m(self) -> float:
        """Return the metres over streets that are closed at times."""
        return float(self.span_m[self.network.at_times[self.edge]].sum())

    def along(self, measure: Measure) -> FloatArray:
        """
        Return (k,) what each span costs, with its share of the junctions it passes.

        Parameters
        ----------
        measure
            What the walk is measured in, on the same network.

        Returns
        -------
        (k,) in the unit of the measure, legs not included.
        """
        onward_from, back_from = measure.at(self.edge, self.from_m)
        onward_to, back_to = measure.at(self.edge, self.to_m)
        onward = self.to_m >= self.from_m
        cost = np.where(onward, onward_to - onward_from, back_from - back_to)
        for end, charge in ((0, measure.end_u), (1, measure.end_v)):
            times = (self.enters == end).astype(np.int64) + (self.leaves == end)
            # An end that is not passed costs nothing, be it shut.
            cost = cost + times * np.where(times > 0, charge[self.edge], 0.0)
        return np.asarray(cost, dtype=np.float64)

    def cost(self, measure: Measure) -> float:
        """Return what the whole walk costs, both legs included."""
        legs_m = self.home_leg_m + self.place_leg_m
        return float(self.along(measure).sum()) + legs_m * measure.leg_per_m

    def span_xy(self, span: int) -> FloatArray:
        """Return (p, 2) vertices of one span, in the direction of the walk; two at least."""
        edge, ends = self.edge[span], (self.from_m[span], self.to_m[span])
        some = slice(self.network.edge_start[edge], self.network.edge_start[edge + 1])
        xy, offset_m = self.network.edge_xy[some], self.network.vertex_offset_m[some]
        low, high = sorted(ends)
        cut = np.column_stack([np.interp((low, high), offset_m, axis) for axis in xy.T])
        inner = xy[(offset_m > low) & (offset_m < high)]
        line = np.vstack([cut[:1], inner, cut[1:]])
        return line if ends[0] <= ends[1] else line[::-1]

    def line_xy(self, first: int = 0, last: int | None = None) -> FloatArray:
        """Return (p, 2) vertices of some spans one after the other, all of them by default."""
        spans = range(first, len(self.edge) if last is None else last)
        xy = np.vstack([np.empty((0, 2)), *(self.span_xy(span) for span in spans)])
        # Where two spans meet, the junction is there twice, but for rounding.
        moves = np.ones(len(xy), dtype=bool)
        moves[1:] = np.hypot(*np.diff(xy, axis=0).T) > TOLERANCE
        return xy[moves]

    def line(self, home_xy: FloatArray, place_xy: FloatArray) -> shapely.LineString:
        """Return the walk as a line in the plane CRS from the home's door to the place's."""
        return shapely.LineString(np.vstack([home_xy, self.line_xy(), place_xy]))

    @cached_property
    def stretches(self) -> list[RoutePart]:
        """Return the streets in order, neighbouring spans of one name and kind as one stretch."""
        table = self.network.edges.iloc[self.edge]
        said = list(zip(table["name"].astype(str), _kinds(table), strict=True))
        changes = [at for at in range(len(said)) if at == 0 or said[at] != said[at - 1]]
        return [
            RoutePart(*said[first], float(self.span_m[first:last].sum()), (first, last))
            for first, last in pairwise([*changes, len(said)])
        ]


def route(
    network: Network, found: Nearest, home: int, *, origins: pd.DataFrame, homes: pd.DataFrame
) -> Route | None:
    """
    Follow the walk of one home to its nearest origin.

    Parameters
    ----------
    network
        The walking network that ``found`` was computed on.
    found
        The nearest origins, of ``nearest``.
    home
        Position of the home in ``homes``.
    origins, homes
        The snaps that ``found`` was computed from: ``edge, offset_m, snap_m``.

    Returns
    -------
    The route; its spans are in the order of the walk. One of no length, of a home that stands at a
    junction, is kept: it may pay for the junction. ``None`` where there is no walk.
    """
    end, origin = int(found.home_end[home]), int(found.home_origin[home])
    if end < 0:
        return None
    edge, at_m = int(homes["edge"].iloc[home]), float(homes["offset_m"].iloc[home])
    place_edge, place_m = int(origins["edge"].iloc[origin]), float(origins["offset_m"].iloc[origin])
    spans: list[tuple[int, float, float, int, int]] = []
    if end == _ALONG:
        spans.append((edge, at_m, place_m, AT_DOOR, AT_DOOR))
    else:
        spans.append((edge, at_m, _end_m(network, edge, end), AT_DOOR, end))
        halves = network.halves
        node = int(halves.leaving[end, edge])
        _, _, slots = found.trees[found.node_tree[node]]
        while (slot := int(slots[node])) >= 0:
            node, half = int(halves.owner[slot]), int(halves.half[slot])
            if half == PASSING:
                continue
            along, backwards = divmod(half, 2)
            first, last = (1, 0) if backwards else (0, 1)
            ends_m = _end_m(network, along, first), _end_m(network, along, last)
            spans.append((along, *ends_m, first, last))
        # Seeds come in pairs: ``u`` and ``v`` of each place's edge.
        last = (-1 - slot) % 2
        spans.append((place_edge, _end_m(network, place_edge, last), place_m, last, AT_DOOR))
    columns = list(zip(*spans, strict=True))
    return Route(
        network,
        origin,
        np.array(columns[0], dtype=np.int64),
        np.array(columns[1], dtype=np.float64),
        np.array(columns[2], dtype=np.float64),
        np.array(columns[3], dtype=np.int64),
        np.array(columns[4], dtype=np.int64),
        float(homes["snap_m"].iloc[home]),
        float(origins["snap_m"].iloc[origin]),
    )


def walks_from(
    home: Doors, origins: Doors, *, limit: float = np.inf
) -> tuple[FloatArray, FloatArray]:
    """
    Find the walks from one home to every node and to every origin, in one search outwards.

    Parameters
    ----------
    home
        One home.
    origins
        (k,) places, in the same measure.
    limit
        Longest walk that is looked for, inclusive, in the unit of the measure.

    Returns
    -------
    (n,) walks at any time to every node in public and (k,) to every place while it meets, in the
    direction home → place; infinite where there is none.
    """
    searched = {one: _outwards(home, one, limit) for one, _ in origins.by_hours}
    anytime = searched.get(home.measure)
    node_walk = _outwards(home, home.measure, limit) if anytime is None else anytime
    (node_u, node_v), (from_u, from_v) = origins.entering, origins.inward
    walk = np.full(len(origins), np.inf)
    for one, some in origins.by_hours:
        rows, stand_walk = some.joined, searched[one]
        by_u, by_v = (
            stand_walk[node_u[rows]] + from_u[rows],
            stand_walk[node_v[rows]] + from_v[rows],
        )
        walk[rows] = np.minimum(by_u, by_v)
    pairs = pairs_on_one_edge(origins, home)
    walk[pairs[0]] = np.minimum(walk[pairs[0]], along_one_edge(origins, home, pairs))
    walk[walk > limit + TOLERANCE] = np.inf
    return node_walk[: len(home.measure.network.node_xy)], walk


def _outwards(home: Doors, measure: Measure, limit: float) -> FloatArray:
    """Return (s,) walks from one home to every stand."""
    halves = measure.network.halves
    # The search goes with the walk: over each half-edge it pays what its other half is charged.
    streets = halves.start, halves.node, measure.charges[halves.half ^ 1]
    nodes, costs = np.column_stack(home.leaving)[0], np.column_stack(home.outward)[0]
    seeds = nodes.astype(np.int64), costs, np.zeros(2, dtype=np.int64)
    return settle(streets, seeds, min(limit + TOLERANCE, FARTHEST))[0]


_ALONG = 2
"""``home_end`` of a home whose place stands on its own edge."""


def _end_m(network: Network, edge: int, end: int) -> float:
    return float(network.edge_length_m[edge]) if end else 0.0


def _kinds(table: pd.DataFrame) -> list[str]:
    """Return what a walker notices of each edge."""
    asked = {
        "steps": table["steps"],
        "elevator": table["highway"] == "elevator",
        "bridge": table["bridge"],
        "tunnel": table["tunnel"],
        "crossing": table["crossing"],
    }
    conditions = [column.to_numpy(dtype=bool) for column in asked.values()]
    return [str(kind) for kind in np.select(conditions, list(asked), "street")]
