"""
A grid over straight segments: the nearest one to each of many points, and those that others meet, exactly.

The segments are listed in every square that they touch. A point looks at its own square, then at
the ring of squares around it, then at the next ring, and stops when nothing in the rings left can
be nearer than what it has found. Squares decide only what is looked at: distances are computed
from the coordinates, so the size of a square never changes an answer.

The loops are compiled (numba) and stay plain: no fast mathematics, no threads, one result for one
input.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.arrays import compiled

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

EQUALLY_NEAR_M = 1e-9
"""Distances that differ by less are the same: plane coordinates of doubles are no finer than this."""

_SQUARES_PER_SEGMENT = 4.0
_LEAST_SQUARE_M = 1.0
_SLACK = 1e-3
"""Share of a square by which it may be misplaced by rounding."""


class SegmentGrid(NamedTuple):
    """
    Straight segments in squares; made by ``segment_grid``, not by hand.

    Attributes
    ----------
    west_m, south_m
        Corner of the grid, metres in the plane CRS of the segments.
    square_m
        Side of a square, metres.
    columns_n, rows_n
        Squares from west to east and from south to north.
    ends
        (s, 4) segments: ``x, y`` where each begins and ``x, y`` where it ends.
    first
        (columns_n · rows_n + 1,) square ``q`` holds ``held[first[q]:first[q + 1]]``; squares are
        counted row by row from the south-western one.
    held
        Rows of ``ends``, ascending within a square.
    """

    west_m: float
    south_m: float
    square_m: float
    columns_n: int
    rows_n: int
    ends: FloatArray
    first: IntArray
    held: IntArray


def segment_grid(ends: FloatArray) -> SegmentGrid:
    """
    Put segments into squares, about four squares a segment.

    Parameters
    ----------
    ends
        (s, 4) finite plane coordinates, metres: ``x, y`` of the begin, ``x, y`` of the end. A
        segment may be a point.

    Returns
    -------
    The grid. No segments give a grid without squares.
    """
    ends = np.ascontiguousarray(ends, dtype=np.float64).reshape(-1, 4)
    if len(ends) == 0:
        nothing = np.zeros(0, dtype=np.int64)
        return SegmentGrid(0.0, 0.0, 1.0, 0, 0, ends, np.zeros(1, dtype=np.int64), nothing)
    west_m, south_m = ends.reshape(-1, 2).min(axis=0)
    east_m, north_m = ends.reshape(-1, 2).max(axis=0)
    wide_m, high_m = float(east_m - west_m), float(north_m - south_m)
    squares_n = _SQUARES_PER_SEGMENT * len(ends)
    # The second bound keeps a town along one straight street from having squares without number.
    square_m = max(
        (wide_m * high_m / squares_n) ** 0.5, (wide_m + high_m) / squares_n, _LEAST_SQUARE_M
    )
    columns_n, rows_n = int(wide_m / square_m) + 1, int(high_m / square_m) + 1
    first, held = _fill(ends, float(west_m), float(south_m), square_m, (columns_n, rows_n))
    return SegmentGrid(
        float(west_m), float(south_m), square_m, columns_n, rows_n, ends, first, held
    )


def nearest_segments(
    grid: SegmentGrid, points_xy: FloatArray, accepted: NDArray[np.bool_], *, limit_m: float
) -> IntArray:
    """
    Find the nearest accepted segment to each point.

    Parameters
    ----------
    grid
        The segments.
    points_xy
        (n, 2) finite coordinates, metres, in the CRS of the segments.
    accepted
        (s,) mask of the segments that count.
    limit_m
        Longest distance, inclusive to the last bit; ``inf`` for none.

    Returns
    -------
    (n,) row of the segment, -1 where none is within the limit. Of segments equally near (within
    ``EQUALLY_NEAR_M``) the first.
    """
    points_xy = np.ascontiguousarray(points_xy, dtype=np.float64).reshape(-1, 2)
    found: IntArray = _nearest(grid, points_xy, np.ascontiguousarray(accepted), float(limit_m))
    return found


def meeting_segments(grid: SegmentGrid, ends: FloatArray) -> tuple[IntArray, IntArray]:
    """
    Find the segments of a grid that other segments meet.

    Parameters
    ----------
    grid
        The segments.
    ends
        (n, 4) finite coordinates of the others as for ``segment_grid``, metres.

    Returns
    -------
    Pairs: row of the other, row of the segment; no pair twice, in order. Touching is meeting, to
    about a billionth of a metre.
    """
    ends = np.ascontiguousarray(ends, dtype=np.float64).reshape(-1, 4)
    other, segment = _meeting(grid, ends)
    pairs = np.unique(np.column_stack([other, segment]), axis=0)
    return pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)


@compiled
def _squares_of(
    end: FloatArray, row: int, west_m: float, south_m: float, square_m: float
) -> tuple[int, int]:
    """Return the first and the last column that a segment touches in one row of squares."""
    x, y, to_x, to_y = end[0], end[1], end[2], end[3]
    low_x, high_x = min(x, to_x), max(x, to_x)
    if y != to_y:
        south = (south_m + (row - _SLACK) * square_m - y) / (to_y - y)
        north = (south_m + (row + 1 + _SLACK) * square_m - y) / (to_y - y)
        enters = min(max(min(south, north), 0.0), 1.0)
        leaves = min(max(south, north, 0.0), 1.0)
        x, to_x = x + enters * (to_x - x), x + leaves * (to_x - x)
        low_x, high_x = max(low_x, min(x, to_x)), min(high_x, max(x, to_x))
    return (
        int(np.floor((low_x - west_m) / square_m - _SLACK)),
        int(np.floor((high_x - west_m) / square_m + _SLACK)),
    )


@compiled
def _rows_of(end: FloatArray, south_m: float, square_m: float) -> tuple[int, int]:
    """Return the first and the last row of squares that a segment touches."""
    low_y, high_y = min(end[1], end[3]), max(end[1], end[3])
    return (
        int(np.floor((low_y - south_m) / square_m - _SLACK)),
        int(np.floor((high_y - south_m) / square_m + _SLACK)),
    )


@compiled
def _fill(
    ends: FloatArray, west_m: float, south_m: float, square_m: float, shape: tuple[int, int]
) -> tuple[IntArray, IntArray]:
    """Return ``first`` and ``held``: counted in one pass over the segments, filled in a second."""
    columns_n, rows_n = shape
    first = np.zeros(columns_n * rows_n + 1, dtype=np.int64)
    held = np.zeros(0, dtype=np.int64)
    for filling in (False, True):
        for segment in range(len(ends)):
            low, high = _rows_of(ends[segment], south_m, square_m)
            for row in range(max(low, 0), min(high, rows_n - 1) + 1):
                west, east = _squares_of(ends[segment], row, west_m, south_m, square_m)
                for column in range(max(west, 0), min(east, columns_n - 1) + 1):
                    square = row * columns_n + column
                    if filling:
                        held[first[square]] = segment
                        first[square] += 1
                    else:
                        first[square + 1] += 1
        if filling:
            # Filling moved each beginning to the beginning of the next square.
            first[1:] = first[:-1].copy()
            first[0] = 0
        else:
            first = np.cumsum(first)
            held = np.empty(first[-1], dtype=np.int64)
    return first, held


@compiled
def _distance_m(end: FloatArray, x: float, y: float) -> float:
    """Return the distance from a point to a segment; at an end, exactly that of the end."""
    along_x, along_y = end[2] - end[0], end[3] - end[1]
    length2 = along_x * along_x + along_y * along_y
    dot = (x - end[0]) * along_x + (y - end[1]) * along_y
    if dot <= 0.0 or length2 == 0.0:
        off_x, off_y = x - end[0], y - end[1]
    elif dot >= length2:
        off_x, off_y = x - end[2], y - end[3]
    else:
        share = dot / length2
        off_x, off_y = x - (end[0] + share * along_x), y - (end[1] + share * along_y)
    return float(np.sqrt(off_x * off_x + off_y * off_y))


@compiled
def _beyond_m(grid: SegmentGrid, x: float, y: float, block: tuple[int, int, int, int]) -> float:
    """Return how near a part of the grid outside a block of squares can be; inf where none is left."""
    west, south, east, north = block
    side_m, slack_m = grid.square_m, _SLACK * grid.square_m
    top_m = grid.south_m + grid.rows_n * side_m
    right_m = grid.west_m + grid.columns_n * side_m
    off_x = max(grid.west_m - x, x - right_m, 0.0)
    off_y = max(grid.south_m - y, y - top_m, 0.0)
    least = np.inf
    if west > 0:
        least = min(least, np.hypot(max(x - (grid.west_m + west * side_m), 0.0), off_y))
    if east < grid.columns_n - 1:
        least = min(least, np.hypot(max(grid.west_m + (east + 1) * side_m - x, 0.0), off_y))
    if south > 0:
        least = min(least, np.hypot(max(y - (grid.south_m + south * side_m), 0.0), off_x))
    if north < grid.rows_n - 1:
        least = min(least, np.hypot(max(grid.south_m + (north + 1) * side_m - y, 0.0), off_x))
    return float(least - slack_m)


@compiled
def _square_at(offset_m: float, square_m: float, squares_n: int) -> int:
    """Return the column or row of a coordinate; beyond the grid, that of its edge."""
    return int(min(max(np.floor(offset_m / square_m), 0.0), squares_n - 1.0))


@compiled
def _look(
    grid: SegmentGrid,
    square: int,
    accepted: NDArray[np.bool_],
    asked: tuple[float, float, float],
    best: tuple[float, int],
) -> tuple[float, int]:
    """Return the better of ``best`` and the nearest accepted segment in one square."""
    x, y, limit_m = asked
    best_m, segment = best
    for position in range(grid.first[square], grid.first[square + 1]):
        other = grid.held[position]
        if not accepted[other]:
            continue
        distance_m = _distance_m(grid.ends[other], x, y)
        if distance_m > limit_m:
            continue
        if segment < 0 or distance_m < best_m - EQUALLY_NEAR_M:
            best_m, segment = distance_m, other
        elif distance_m <= best_m + EQUALLY_NEAR_M:
            best_m, segment = min(best_m, distance_m), min(segment, other)
    return best_m, segment


@compiled
def _nearest_one(
    grid: SegmentGrid, accepted: NDArray[np.bool_], asked: tuple[float, float, float]
) -> int:
    """Return the nearest accepted segment to one point, -1 where none is within the limit."""
    x, y, limit_m = asked
    column = _square_at(x - grid.west_m, grid.square_m, grid.columns_n)
    row = _square_at(y - grid.south_m, grid.square_m, grid.rows_n)
    best = (np.inf, -1)
    for ring in range(max(grid.columns_n, grid.rows_n)):
        west, east = max(column - ring, 0), min(column + ring, grid.columns_n - 1)
        south, north = max(row - ring, 0), min(row + ring, grid.rows_n - 1)
        for r in range(south, north + 1):
            step = 1 if abs(r - row) == ring else 2 * ring
            for c in range(column - ring, column + ring + 1, step):
                if 0 <= c < grid.columns_n:
                    best = _look(grid, r * grid.columns_n + c, accepted, asked, best)
        nearest_left_m = _beyond_m(grid, x, y, (west, south, east, north))
        if min(best[0] + EQUALLY_NEAR_M, limit_m) < nearest_left_m:
            break
    return best[1]


@compiled
def _nearest(
    grid: SegmentGrid, points_xy: FloatArray, accepted: NDArray[np.bool_], limit_m: float
) -> IntArray:
    """Return the nearest accepted segment to each point."""
    found = np.full(len(points_xy), -1, dtype=np.int64)
    if grid.columns_n > 0:
        for point in range(len(points_xy)):
            asked = (points_xy[point, 0], points_xy[point, 1], limit_m)
            found[point] = _nearest_one(grid, accepted, asked)
    return found


@compiled
def _side(end: FloatArray, x: float, y: float) -> float:
    """Return on which side of a segment a point is: above 0 left, below 0 right, 0 on its line."""
    along_x, along_y = end[2] - end[0], end[3] - end[1]
    side = along_x * (y - end[1]) - along_y * (x - end[0])
    return 0.0 if abs(side) <= EQUALLY_NEAR_M * (abs(along_x) + abs(along_y)) else side


@compiled
def _meets(end: FloatArray, other: FloatArray) -> bool:
    """Say whether two segments have a point in common."""
    for axis in (0, 1):
        if max(end[axis], end[axis + 2]) < min(other[axis], other[axis + 2]) - EQUALLY_NEAR_M:
            return False
        if max(other[axis], other[axis + 2]) < min(end[axis], end[axis + 2]) - EQUALLY_NEAR_M:
            return False
    apart = _side(end, other[0], other[1]) * _side(end, other[2], other[3]) > 0.0
    return not apart and _side(other, end[0], end[1]) * _side(other, end[2], end[3]) <= 0.0


@compiled
def _meeting(grid: SegmentGrid, ends: FloatArray) -> tuple[IntArray, IntArray]:
    """Return pairs of what meets, as often as they share a square: counted first, then filled."""
    others = np.zeros(0, dtype=np.int64)
    segments = np.zeros(0, dtype=np.int64)
    for filling in (False, True):
        found = 0
        for other in range(len(ends)):
            low, high = _rows_of(ends[other], grid.south_m, grid.square_m)
            for row in range(max(low, 0), min(high, grid.rows_n - 1) + 1):
                west, east = _squares_of(ends[other], row, grid.west_m, grid.south_m, grid.square_m)
                for column in range(max(west, 0), min(east, grid.columns_n - 1) + 1):
                    square = row * grid.columns_n + column
                    for position in range(grid.first[square], grid.first[square + 1]):
                        segment = grid.held[position]
                        if _meets(grid.ends[segment], ends[other]):
                            if filling:
                                others[found], segments[found] = other, segment
                            found += 1
        if not filling:
            others = np.empty(found, dtype=np.int64)
            segments = np.empty(found, dtype=np.int64)
    return others, segments
