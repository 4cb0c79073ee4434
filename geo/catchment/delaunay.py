"""
Triangles between points, none of whose circles holds another point (Delaunay 1934).

Points are put in one after the other, nearest neighbours soon after each other; each splits the
triangle that it falls in, and sides are flipped until every circle is empty again (Lawson 1977,
"Software for C1 surface interpolation"; order of insertion: Amenta, Choi & Rote 2003, "Incremental
constructions con BRIO"). On whole millimetres the side of a line on which a point lies is computed
without rounding, so no pattern of points, however regular, gives a triangle that is none.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.arrays import compiled
from geo.errors import InvalidInputError

Ints = NDArray[np.int64]

WIDEST_MM = 300_000_000
"""Points may lie 300 km apart: of a wider plane the products of coordinates leave 64 bits."""

_SEED = 1934
_BITS = 16
_SURE = 1e-11
"""Share by which a point must be inside a circle: more than rounding can make of a point on it."""


class Triangles(NamedTuple):
    """
    Triangles as half-edges, three each, counterclockwise.

    ``tail`` is (3 t,) the point at which each half-edge begins, those of triangle i being 3 i …
    3 i + 2; ``twin`` is (3 t,) the half-edge on the other side, -1 at the rim. The rim is a triangle
    of three far corners, points n, n + 1, n + 2, whose places are ``corners_mm``, (3, 2).
    """

    tail: Ints
    twin: Ints
    corners_mm: Ints


def triangulate(xy_mm: Ints) -> Triangles:
    """
    Join points to triangles.

    Parameters
    ----------
    xy_mm
        (n, 2) whole millimetres, each point once, at most ``WIDEST_MM`` from west to east and from
        south to north.

    Returns
    -------
    The triangles between the points and three corners far around them. Of four points on one circle
    either pair is joined, always the same one for the same points in the same order.

    Raises
    ------
    InvalidInputError
        The points are farther apart.
    """
    n = len(xy_mm)
    low, high = (xy_mm.min(axis=0), xy_mm.max(axis=0)) if n else (np.zeros(2, int), np.ones(2, int))
    size = int(max((high - low).max(), 2))
    if size > WIDEST_MM:
        raise InvalidInputError(
            "points are {size_km:,.0f} km apart, of a town at most {widest_km:.0f} km; "
            "find the one with wrong coordinates",
            size_km=size / 1e6,
            widest_km=WIDEST_MM / 1e6,
        )
    middle = (low + high) // 2
    far = np.array([[-3 * size, -2 * size], [3 * size, -2 * size], [0, 4 * size]])
    local = np.concatenate([xy_mm - middle, far]).astype(np.int64)
    tail, twin = _insert_all(local[:, 0].copy(), local[:, 1].copy(), _order(xy_mm - low, size))
    return Triangles(tail, twin, far + middle)


def _order(xy_mm: Ints, size: int) -> Ints:
    """Return the points in rounds, each twice as large as the one before, each along a Z-curve."""
    shift = max(int(size).bit_length() - _BITS, 0)
    curve = np.zeros(len(xy_mm), dtype=np.int64)
    for bit in range(_BITS):
        for axis in range(2):
            curve |= ((xy_mm[:, axis] >> (shift + bit)) & 1) << (2 * bit + axis)
    round_of = np.random.default_rng(_SEED).geometric(0.5, len(xy_mm))
    return np.lexsort((curve, -round_of)).astype(np.int64)


@compiled
def _side(x: Ints, y: Ints, a: int, b: int, p: int) -> int:
    """Return above 0 if p is to the left of the line from a to b, 0 on it, below 0 to the right."""
    return int((x[b] - x[a]) * (y[p] - y[a]) - (y[b] - y[a]) * (x[p] - x[a]))


@compiled
def _in_circle(x: Ints, y: Ints, abc: tuple[int, int, int], p: int) -> bool:
    """Say whether p is inside the circle through a, b and c, and surely so."""
    a, b, c = abc
    ax, ay = float(x[a] - x[p]), float(y[a] - y[p])
    bx, by = float(x[b] - x[p]), float(y[b] - y[p])
    cx, cy = float(x[c] - x[p]), float(y[c] - y[p])
    aa, bb, cc = ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy
    bc, ca, ab = bx * cy, cx * ay, ax * by
    cb, ac, ba = cx * by, ax * cy, bx * ay
    inside = aa * (bc - cb) + bb * (ca - ac) + cc * (ab - ba)
    largest = aa * (abs(bc) + abs(cb)) + bb * (abs(ca) + abs(ac)) + cc * (abs(ab) + abs(ba))
    return inside > _SURE * largest


@compiled
def _next(half: int) -> int:
    return half - 2 if half % 3 == 2 else half + 1  # noqa: PLR2004  three half-edges a triangle


@compiled
def _locate(x: Ints, y: Ints, mesh: tuple[Ints, Ints], p: int, begin: int) -> tuple[int, int]:
    """Walk from a triangle to the one that p is in; return it and a half-edge p is on, or -1."""
    tail, twin = mesh
    at, turn = begin, 0
    while True:
        on, out = -1, -1
        for corner in range(3):
            # Another side first at each step: no walk goes round in a circle.
            half = 3 * at + (corner + turn) % 3
            side = _side(x, y, tail[half], tail[_next(half)], p)
            if side < 0:
                out = half
                break
            if side == 0:
                on = half
        if out < 0:
            return at, on
        at = twin[out] // 3
        turn += 1


@compiled
def _open(mesh: tuple[Ints, Ints], at: int, on: int, rim: tuple[Ints, Ints]) -> int:
    """Write the sides round a new point, tail and twin, into ``rim``; return their number."""
    tail, twin = mesh
    if on < 0:
        for corner in range(3):
            rim[0][corner], rim[1][corner] = tail[3 * at + corner], twin[3 * at + corner]
        return 3
    number, half = 0, on
    for _ in range(2):
        for _ in range(2):
            half = _next(half)
            rim[0][number], rim[1][number] = tail[half], twin[half]
            number += 1
        half = twin[on]
    return number


@compiled
def _flip(mesh: tuple[Ints, Ints], half: int) -> int:
    """Join the corners opposite to a side instead of its ends; return the second side to look at."""
    tail, twin = mesh
    other = twin[half]
    beyond = 3 * int(other // 3)
    first, second = _next(other), _next(_next(other))
    b, opposite, p = tail[other], tail[second], tail[half + 2]
    twin_first, twin_second, twin_b = twin[first], twin[second], twin[half + 1]
    tail[half + 1] = opposite
    tail[beyond], tail[beyond + 1], tail[beyond + 2] = opposite, b, p
    twin[half], twin[half + 1] = twin_first, beyond + 2
    twin[beyond], twin[beyond + 1], twin[beyond + 2] = twin_second, twin_b, half + 1
    if twin_first >= 0:
        twin[twin_first] = half
    if twin_second >= 0:
        twin[twin_second] = beyond
    twin[twin_b] = beyond + 1
    return beyond


@compiled
def _insert_all(x: Ints, y: Ints, order: Ints) -> tuple[Ints, Ints]:
    """Put the points into the triangle of the last three, in the order given."""
    n = order.size
    tail = np.full(3 * (2 * n + 1), -1, np.int64)
    twin = np.full(3 * (2 * n + 1), -1, np.int64)
    mesh = (tail, twin)
    tail[0], tail[1], tail[2] = n, n + 1, n + 2
    triangles_n, at = 1, 0
    rim = (np.empty(4, np.int64), np.empty(4, np.int64))
    made = np.empty(4, np.int64)
    suspects = np.empty(3 * (2 * n + 1) + 4, np.int64)
    for p in order:
        at, on = _locate(x, y, mesh, p, at)
        sides_n = _open(mesh, at, on, rim)
        made[0] = at
        reused = 1
        if on >= 0:
            made[1] = twin[on] // 3
            reused = 2
        for number in range(reused, sides_n):
            made[number] = triangles_n
            triangles_n += 1
        for number in range(sides_n):
            # Side 0 looks outwards, side 1 leads to the new point, side 2 away from it.
            half, ahead = 3 * made[number], 3 * made[(number + 1) % sides_n]
            tail[half], tail[half + 2] = rim[0][number], p
            tail[half + 1] = rim[0][(number + 1) % sides_n]
            twin[half], twin[half + 1], twin[ahead + 2] = rim[1][number], ahead + 2, half + 1
            if rim[1][number] >= 0:
                twin[rim[1][number]] = half
            suspects[number] = half
        left = sides_n
        while left > 0:
            left -= 1
            half = suspects[left]
            if twin[half] < 0:
                continue
            opposite = tail[_next(_next(twin[half]))]
            if _in_circle(x, y, (tail[half], tail[half + 1], p), opposite):
                suspects[left + 1] = _flip(mesh, half)
                suspects[left] = half
                left += 2
    return tail[: 3 * triangles_n], twin[: 3 * triangles_n]
