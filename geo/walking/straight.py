"""
The straight line from a home to a place, and what of the streets it meets on its way.

A planner looks at the straight line; nobody walks it. Two things tell what lies between: where no
street is near for a long stretch (a river, a yard of rails, fields), and where it crosses two streets
one after the other between which there is a long way round (a railway between two houses' rows).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.arrays import FloatArray, IntArray, within
from geo.streets.network import Network


@dataclass(frozen=True)
class Line:
    """A straight line in the plane CRS, metres."""

    from_xy: FloatArray
    to_xy: FloatArray

    @property
    def length_m(self) -> float:
        """Return its length."""
        return float(np.hypot(*(self.to_xy - self.from_xy)))

    def at(self, along_m: float) -> FloatArray:
        """Return the point so far along it."""
        share = along_m / self.length_m if self.length_m else 0.0
        return np.asarray(self.from_xy + share * (self.to_xy - self.from_xy))

    def seen(self, xy: FloatArray) -> FloatArray:
        """Return (n, 2) points as metres along the line and to its left."""
        ahead = (self.to_xy - self.from_xy) / (self.length_m or 1.0)
        moved = xy - self.from_xy
        return np.column_stack([moved @ ahead, moved @ np.array([-ahead[1], ahead[0]])])


def far_stretches(
    line: Line, network: Network, edges: IntArray, *, apart_m: float
) -> list[tuple[float, float]]:
    """
    Find the stretches of a line that are farther than some metres from any of some edges.

    Parameters
    ----------
    line
        The line.
    network
        The walking network.
    edges
        Edges that may be near: all within ``apart_m`` of the line, others play no part.
    apart_m
        A point at just this distance is not far.

    Returns
    -------
    From and to, metres along the line, ascending. The points near a segment lie in the capsule around
    it, which is convex: it covers one interval of the line.
    """
    begin, end, _, _ = _segments(line, network, edges)
    low, high = _capsules(begin, end, apart_m)
    near = (high > low) & (high > 0) & (low < line.length_m)
    stretches, reached_m = [], 0.0
    for first, last in sorted(zip(low[near].tolist(), high[near].tolist(), strict=True)):
        if first > reached_m:
            stretches.append((reached_m, first))
        reached_m = max(reached_m, last)
    if reached_m < line.length_m:
        stretches.append((reached_m, line.length_m))
    return stretches


def crossed_streets(line: Line, network: Network, edges: IntArray) -> pd.DataFrame:
    """
    Find where a line crosses edges.

    Parameters
    ----------
    line
        The line.
    network
        The walking network.
    edges
        Edges to look at.

    Returns
    -------
    A row a crossing, ascending: ``along_m`` (on the line), ``edge, offset_m``, and ``snap_m`` 0: each
    is a point that one can walk from. An edge on the line itself is met at its vertices.
    """
    begin, end, edge, offset_m = _segments(line, network, edges)
    across = end[:, 1] - begin[:, 1]
    meets = (begin[:, 1] * end[:, 1] <= 0) & (across != 0)
    begin, end, across = begin[meets], end[meets], across[meets]
    share = -begin[:, 1] / across
    along_m = begin[:, 0] + share * (end[:, 0] - begin[:, 0])
    found = pd.DataFrame(
        {
            "along_m": along_m,
            "edge": edge[meets],
            "offset_m": offset_m[meets] + share * np.hypot(*(end - begin).T),
            "snap_m": 0.0,
        }
    )
    on_line = (found["along_m"] >= 0) & within(found["along_m"].to_numpy(), line.length_m)
    return found[on_line].sort_values(["along_m", "edge"], ignore_index=True)


@dataclass(frozen=True)
class Break:
    """
    Two neighbouring points of a line with a long way round between them.

    ``from_m, to_m`` are metres along the line, ``first, last`` rows of the streets crossed (-1: the
    home, their number: the place), ``around_m`` how much less there is to walk from the second.
    """

    from_m: float
    to_m: float
    first: int
    last: int
    around_m: float


def widest_break(
    line: Line, along_m: FloatArray, walk_m: FloatArray, home_m: float
) -> Break | None:
    """
    Find where the straight line gains most over the streets.

    Parameters
    ----------
    line
        From the home to the place.
    along_m, walk_m
        (k,) the streets it crosses, ascending, and the walk from each crossing to the place.
    home_m
        The walk from the home.

    Returns
    -------
    The pair of neighbours between which the walk shortens by most beyond the straight metres; there
    is no way from the first to the second that is shorter than ``around_m``. ``None`` where no pair
    gains.
    """
    known = np.flatnonzero(np.isfinite(walk_m))
    row = np.concatenate([[-1], known, [len(walk_m)]])
    at_m = np.concatenate([[0.0], along_m[known], [line.length_m]])
    left_m = np.concatenate([[home_m], walk_m[known], [0.0]])
    around_m = -np.diff(left_m)
    gained_m = around_m - np.diff(at_m)
    best = int(np.argmax(gained_m))
    if not gained_m[best] > 0:
        return None
    return Break(
        float(at_m[best]),
        float(at_m[best + 1]),
        int(row[best]),
        int(row[best + 1]),
        float(around_m[best]),
    )


def _segments(
    line: Line, network: Network, edges: IntArray
) -> tuple[FloatArray, FloatArray, IntArray, FloatArray]:
    """Return begin and end of every segment as the line sees them, its edge and where it begins."""
    count = network.edge_start[edges + 1] - network.edge_start[edges] - 1
    inner = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    vertex = np.repeat(network.edge_start[edges], count) + inner
    begin, end = line.seen(network.edge_xy[vertex]), line.seen(network.edge_xy[vertex + 1])
    return begin, end, np.repeat(edges, count), network.vertex_offset_m[vertex]


def _capsules(begin: FloatArray, end: FloatArray, radius_m: float) -> tuple[FloatArray, FloatArray]:
    """Return what part of the x axis is within a radius of each segment; low > high for none."""
    parts = [_disc(begin, radius_m), _disc(end, radius_m), _strip(begin, end, radius_m)]
    low = np.min([part[0] for part in parts], axis=0)
    return low, np.max([part[1] for part in parts], axis=0)


def _disc(centre: FloatArray, radius_m: float) -> tuple[FloatArray, FloatArray]:
    half_m = np.sqrt(np.maximum(radius_m**2 - centre[:, 1] ** 2, 0.0))
    outside = np.abs(centre[:, 1]) > radius_m
    low, high = centre[:, 0] - half_m, centre[:, 0] + half_m
    return np.where(outside, np.inf, low), np.where(outside, -np.inf, high)


def _strip(begin: FloatArray, end: FloatArray, radius_m: float) -> tuple[FloatArray, FloatArray]:
    """Return the x with a foot on the segment that is within the radius."""
    along = end - begin
    length_m = np.hypot(*along.T)
    unit = along / np.where(length_m > 0, length_m, 1.0)[:, None]
    x, y = begin.T
    # Foot on the segment: 0 <= (X - x) ux - y uy <= length. Distance: |(X - x) uy + y ux| <= radius.
    foot = _between(unit[:, 0], -x * unit[:, 0] - y * unit[:, 1], np.zeros_like(x), length_m)
    side = _between(
        unit[:, 1],
        -x * unit[:, 1] + y * unit[:, 0],
        np.full_like(x, -radius_m),
        np.full_like(x, radius_m),
    )
    low, high = np.maximum(foot[0], side[0]), np.minimum(foot[1], side[1])
    empty = (low > high) | (length_m == 0)
    return np.where(empty, np.inf, low), np.where(empty, -np.inf, high)


def _between(
    slope: FloatArray, at_zero: FloatArray, least: FloatArray, most: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return where ``least <= slope X + at_zero <= most``."""
    flat = slope == 0
    steep = np.where(flat, 1.0, slope)
    one, other = (least - at_zero) / steep, (most - at_zero) / steep
    holds = (least <= at_zero) & (at_zero <= most)
    low = np.where(flat, np.where(holds, -np.inf, np.inf), np.minimum(one, other))
    high = np.where(flat, np.where(holds, np.inf, -np.inf), np.maximum(one, other))
    return low, high
