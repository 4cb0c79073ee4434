"""
Links: the straight path that is missing, from a dead end or a door to another street.

A path of a metre count d from a start S to a point Q of a street makes a walk of (the walk to S) +
d x (cost of a metre) + (the walk from Q). Along each piece of a street the walk from Q is linear for
each way it can go on, and d is convex: the points of a piece that make the walk short enough are one
interval, with ends from a quadratic equation. So the answers are exact, not tried out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray
from geo.walking.doors import Doors
from geo.walking.measure import Measure


@dataclass(frozen=True)
class Pieces:
    """
    Straight pieces of streets, each with one way that the walk goes on.

    Attributes
    ----------
    begin, end
        (p, 2) metres in the plane CRS.
    edge, from_m, to_m
        (p,) where they are along their edges.
    cost_begin, cost_end
        (p,) walk from either end to the place; linear between.
    """

    begin: FloatArray
    end: FloatArray
    edge: IntArray
    from_m: FloatArray
    to_m: FloatArray
    cost_begin: FloatArray
    cost_end: FloatArray


@dataclass(frozen=True)
class Starts:
    """Where a path may begin: (s, 2) metres, (s,) walk to there, (s,) the edge it is not to join."""

    xy: FloatArray
    cost: FloatArray
    own: IntArray


@dataclass(frozen=True)
class StraightLink:
    """A straight path from a start to a point of an edge, and the walk that it makes."""

    start: int
    edge: int
    offset_m: float
    xy: FloatArray
    path_m: float
    cost: float


def pieces_of(measure: Measure, edges: IntArray, node_cost: FloatArray, places: Doors) -> Pieces:
    """
    Cut edges at vertices, stations and places, so that every walk on from there is linear.

    Parameters
    ----------
    measure
        What walks are measured in.
    edges
        The edges to cut, without repetition; closed and private ones give no pieces: whoever comes
        by a new path is no resident there.
    node_cost
        (n,) walk from every node in public to its nearest place; infinite where there is none.
    places
        The places, in the same measure.

    Returns
    -------
    For every straight piece one row for each way on: by ``u``, by ``v``, to a place on the edge.
    """
    network = measure.network
    parts: list[tuple[FloatArray, ...]] = []
    public = ~network.edges["private"].to_numpy(dtype=bool)
    for edge in edges[measure.open[edges] & public[edges]].tolist():
        goes_on, goes_back = (0.0 if opened[edge] else np.inf for opened in measure.opens)
        here = np.flatnonzero(places.edge == edge)
        at_m, xy, onward, back = _stops(measure, edge, places.offset_m[here])
        ways = [
            back + goes_back + measure.end_u[edge] + node_cost[network.edge_u[edge]],
            measure.full_onward[edge]
            - onward
            + goes_on
            + measure.end_v[edge]
            + node_cost[network.edge_v[edge]],
        ]
        for row in here.tolist():
            ahead = places.onward[row] - onward + np.where(at_m < places.offset_m[row], goes_on, 0)
            behind = back - places.back[row] + np.where(at_m > places.offset_m[row], goes_back, 0)
            ways.append(np.where(at_m <= places.offset_m[row], ahead, behind) + places.leg[row])
        for cost in ways:
            walked = np.isfinite(cost[:-1]) & np.isfinite(cost[1:])
            number = np.full(len(at_m) - 1, edge)
            piece = (xy[:-1], xy[1:], number, at_m[:-1], at_m[1:], cost[:-1], cost[1:])
            parts.append(tuple(column[walked] for column in piece))
    empty = np.empty((0, 2)), np.empty((0, 2)), np.empty(0, dtype=np.int64), *[np.empty(0)] * 4
    columns = [np.concatenate(column) for column in zip(empty, *parts, strict=True)]
    # Positions that rounding alone keeps apart make no piece.
    lengthy = np.hypot(*(columns[1] - columns[0]).T) > _POINT_M
    begin, end, edge_of, *rest = (column[lengthy] for column in columns)
    return Pieces(begin, end, edge_of.astype(np.int64), *rest)


def shortest_link(
    starts: Starts, pieces: Pieces, *, leg_per_m: float, longest_m: float, enough: float
) -> StraightLink | None:
    """
    Find the shortest straight path that makes the walk short enough.

    Parameters
    ----------
    starts
        Where it may begin.
    pieces
        Where it may lead.
    leg_per_m
        Cost of a metre of it.
    longest_m
        Longest path, inclusive.
    enough
        Longest walk that is short enough, inclusive.

    Returns
    -------
    The path; of equals the one with the shortest walk, then the first start. ``None`` if there is
    none.
    """
    pairs = _Pairs.of(starts, pieces, leg_per_m, longest_m)
    # The walk is convex along a piece: if its nearest point does not do, the ends of what does may.
    # Where only the point of the shortest walk does, rounding puts these ends beside it.
    at_m = pairs.between(pairs.foot_m, *_ends(pairs, enough), *pairs.cheapest())
    return pairs.first(at_m, pairs.cost(at_m) <= enough + _TOLERANCE, by_path=True)


def best_link(
    starts: Starts, pieces: Pieces, *, leg_per_m: float, longest_m: float
) -> StraightLink | None:
    """
    Find the straight path of at most ``longest_m`` that makes the shortest walk.

    Parameters
    ----------
    starts, pieces
        Where a path may begin and the pieces of streets on which it may end, with what walks cost
        from there.
    leg_per_m
        What a metre of the path costs.
    longest_m
        Longest path, inclusive, metres.

    Returns
    -------
    The path, ``None`` where none is that short.
    """
    pairs = _Pairs.of(starts, pieces, leg_per_m, longest_m)
    at_m = pairs.between(*pairs.cheapest())
    return pairs.first(at_m, np.ones(at_m.shape, dtype=bool), by_path=False)


_TOLERANCE = 1e-7
_POINT_M = 1e-9


@dataclass(frozen=True)
class _Pairs:
    """
    Every start beside every piece that a path from it can reach; all arrays have a row a pair.

    ``low, high`` are metres along the piece between which a path can end, ``foot_m`` where it is
    nearest to the start, ``apart_m`` how near its line is there; ``base`` is the walk to the start
    and from the beginning of the piece, ``rate`` what a metre along the piece adds.
    """

    starts: Starts
    pieces: Pieces
    leg_per_m: float
    start: IntArray
    piece: IntArray
    length_m: FloatArray
    foot_m: FloatArray
    apart_m: FloatArray
    base: FloatArray
    rate: FloatArray
    low: FloatArray
    high: FloatArray

    @classmethod
    def of(cls, starts: Starts, pieces: Pieces, leg_per_m: float, longest_m: float) -> "_Pairs":
        may = starts.own[:, None] != pieces.edge[None, :]
        may &= np.isfinite(starts.cost)[:, None]
        start, piece = np.nonzero(may)
        begin = pieces.begin[piece]
        along = pieces.end[piece] - begin
        length_m = np.hypot(*along.T)
        moved = starts.xy[start] - begin
        foot_m = (moved * along).sum(axis=1) / length_m
        apart_m = np.abs(moved[:, 0] * along[:, 1] - moved[:, 1] * along[:, 0]) / length_m
        half_m = np.sqrt(np.maximum(longest_m**2 - apart_m**2, 0.0))
        low, high = np.maximum(foot_m - half_m, 0.0), np.minimum(foot_m + half_m, length_m)
        base = starts.cost[start] + pieces.cost_begin[piece]
        rate = (pieces.cost_end - pieces.cost_begin)[piece] / length_m
        kept = (apart_m <= longest_m) & (low <= high)
        rows = (start, piece, length_m, foot_m, apart_m, base, rate, low, high)
        return cls(starts, pieces, leg_per_m, *(column[kept] for column in rows))

    def between(self, *at_m: FloatArray) -> FloatArray:
        """Stack positions along each piece, moved to where a path can end."""
        return np.clip(np.stack(at_m), self.low, self.high)

    def cheapest(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return where the walk can be shortest: either end, or where it is level between."""
        # There the path comes nearer as fast as the walk on from its end gets longer.
        gentle = np.abs(self.rate) < self.leg_per_m
        root = np.sqrt(np.where(gentle, self.leg_per_m**2 - self.rate**2, 1.0))
        level = np.where(gentle, self.foot_m - self.rate * self.apart_m / root, self.low)
        return self.low, self.high, level

    def path_m(self, at_m: FloatArray) -> FloatArray:
        """Return (choices, pairs) lengths of paths to so far along each piece."""
        return np.asarray(np.hypot(self.apart_m, at_m - self.foot_m))

    def cost(self, at_m: FloatArray) -> FloatArray:
        """Return (choices, pairs) walks over such paths."""
        return self.base + self.leg_per_m * self.path_m(at_m) + self.rate * at_m

    def first(
        self, at_m: FloatArray, kept: NDArray[np.bool_], *, by_path: bool
    ) -> StraightLink | None:
        """Return the best of some (choices, pairs): the shortest path, or the shortest walk."""
        choice, pair = np.nonzero(kept)
        if pair.size == 0:
            return None
        along_m = at_m[choice, pair]
        keys = [self.path_m(at_m)[choice, pair], self.cost(at_m)[choice, pair]]
        order = keys if by_path else keys[::-1]
        best = int(np.lexsort((self.piece[pair], self.start[pair], *order[::-1]))[0])
        row, pieces = pair[best], self.pieces
        piece, share = self.piece[row], along_m[best] / self.length_m[row]
        return StraightLink(
            start=int(self.start[row]),
            edge=int(pieces.edge[piece]),
            offset_m=float(pieces.from_m[piece] * (1 - share) + pieces.to_m[piece] * share),
            xy=pieces.begin[piece] * (1 - share) + pieces.end[piece] * share,
            path_m=float(keys[0][best]),
            cost=float(keys[1][best]),
        )


def _ends(pairs: _Pairs, enough: float) -> list[FloatArray]:
    """Return where k sqrt(h² + (t - t0)²) + r t = spare may hold on each line, NaN where nowhere."""
    k2, rate, foot_m, spare = pairs.leg_per_m**2, pairs.rate, pairs.foot_m, enough - pairs.base
    a = k2 - rate**2
    b = 2.0 * (spare * rate - k2 * foot_m)
    c = k2 * (pairs.apart_m**2 + foot_m**2) - spare**2
    linear = np.abs(a) <= _FLAT * k2
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(b**2 - 4.0 * a * c)
        # Squared, the equation also holds for walks of less than nothing; their cost tells.
        return [np.where(linear, -c / b, (-b + sign * root) / (2.0 * a)) for sign in (-1.0, 1.0)]


_FLAT = 1e-9
"""Below this share of the path's own cost two rates are one: the equation is linear."""


def _stops(
    measure: Measure, edge: int, places_m: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return positions along an edge where a piece begins or ends: metres, xy, sums onward and back."""
    network = measure.network
    some = slice(network.edge_start[edge], network.edge_start[edge + 1])
    offset_m, length_m = network.vertex_offset_m[some], network.edge_length_m[edge]
    stations_n = int(network.station_start[edge + 1] - network.station_start[edge])
    stations_m = np.linspace(0.0, length_m, stations_n)
    at_m = np.unique(np.concatenate([offset_m, stations_m, places_m, [0.0, length_m]]))
    xy = np.column_stack([np.interp(at_m, offset_m, axis) for axis in network.edge_xy[some].T])
    onward, back = measure.at(np.full(at_m.size, edge), at_m)
    return at_m, xy, onward, back
