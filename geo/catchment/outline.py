"""
Outline: the polygon of a reach, drawn from what is reached and never the other way round.

The ground of a town is laid out as triangles, once. Their corners are the homes, points along the
streets, and nobody's land: a lattice that fills whatever is near neither. An outline runs between
the reached corners and the others, across every side that joins the two: so a home is inside if
and only if it is reached, and a wide river, a field or a rail yard has corners of its own, which
nobody reaches. This is the contour of an indicator on triangles, the plane case of Lorensen & Cline
1987, "Marching Cubes", ACM SIGGRAPH 21 (4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import scipy
import shapely
from numpy.typing import NDArray

from geo.areas.voronoi import Samples, edge_samples, spots
from geo.arrays import FloatArray, IntArray
from geo.catchment.delaunay import triangulate
from geo.errors import InvalidInputError
from geo.streets.network import Network

BoolArray = NDArray[np.bool_]

CLEAR_M = 20.0
"""Nobody's land begins this far from every home and every street."""

STEP_M = 25.0
"""
Points along a street, or along the leg to a home, stand at most this far apart.

Below ``CLEAR_M`` · √2 nobody's land can never part two neighbours: every spot of the circle over
the two is within ``CLEAR_M`` of one of them, so they are joined by a side or by other real points.
"""
BORDER_M = 15.0
"""An outline passes at most this far from what is reached: a street with its front gardens."""

_MM = 1000.0
"""Corners stand on whole millimetres; no source knows a position better."""

_LATTICE_M = 20.0
_ROW_M = _LATTICE_M * np.sqrt(3.0) / 2.0

GAP_M = 2.0 * (CLEAR_M + _LATTICE_M / np.sqrt(3.0))
"""
Land this wide (63 m) with no home and no street is never inside, reached on both sides or not.

A lattice point is at most 20 / √3 m from any spot, and it is there unless a real point is within
``CLEAR_M``: no circle without a corner is wider, hence no side of a triangle longer.
"""

_PER_BLOCK = 5
_BLOCK_M = _PER_BLOCK * np.array([_LATTICE_M, _ROW_M])
"""A block is wider than ``GAP_M`` and ``CLEAR_M`` together: which corners are within ``GAP_M`` of a
point, and so its triangles, is told by its own block and the eight around it."""

_LEFT_OUT, _GIVES_WAY = -2, -1


@dataclass(frozen=True, eq=False)
class Triangulated:
    """
    The triangles of a town, as half-edges: three a triangle, counterclockwise.

    Attributes
    ----------
    xy
        (k, 2) corners, plane CRS (metres).
    corner_of_point
        (n,) corner of every point that was given, homes first; -1 of a street point that gives way
        to a home at its spot, -2 of a point on ground that was left out.
    tail, twin
        (3 t,) corner at which each half-edge begins and the half-edge on its other side, as
        ``geo.catchment.delaunay.Triangles`` has them.
    """

    xy: FloatArray
    corner_of_point: IntArray
    tail: IntArray
    twin: IntArray

    @cached_property
    def head(self) -> IntArray:
        """(3 t,) corner at which each half-edge ends."""
        return self.tail[_next(np.arange(self.tail.size))]

    @cached_property
    def leaving(self) -> tuple[IntArray, IntArray]:
        """(k + 1,) start and (3 t,) half-edges: those that begin at corner i stand from start[i]."""
        count = np.bincount(self.tail, minlength=len(self.xy))
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        return start, np.argsort(self.tail, kind="stable").astype(np.int64)


def walked_points(network: Network, homes: pd.DataFrame, home_xy: FloatArray) -> Samples:
    """
    Lay points along every edge, and along the leg to every home that stands far off its street.

    Parameters
    ----------
    network
        The walking network.
    homes
        Snaps (``edge, offset_m, snap_m``) of the homes; an edge of -1 has no leg.
    home_xy
        (h, 2) the homes, plane CRS of the network (metres).

    Returns
    -------
    Points at most ``STEP_M`` apart, in the form of snaps, so that the walk to each is found as the
    walk to a home is; ``snap_m`` is the part of the leg that leads to it, 0 on the streets.
    """
    along = edge_samples(network, step_m=STEP_M)
    leg_m = homes["snap_m"].to_numpy(dtype=np.float64)
    legs = np.flatnonzero((homes["edge"].to_numpy() >= 0) & (leg_m > STEP_M))
    parts = np.ceil(leg_m[legs] / STEP_M).astype(np.int64)
    home = np.repeat(legs, parts - 1)
    number = np.arange(home.size) - np.repeat(np.cumsum(parts - 1) - parts + 1, parts - 1) + 1
    share = number / np.repeat(parts, parts - 1)
    edge, offset_m = (homes[name].to_numpy()[home] for name in ("edge", "offset_m"))
    joint_xy = spots(network, edge, offset_m)
    xy = joint_xy + share[:, None] * (home_xy[home] - joint_xy)
    off = pd.DataFrame({"edge": edge, "offset_m": offset_m, "snap_m": share * leg_m[home]})
    return Samples(pd.concat([along.snaps, off], ignore_index=True), np.vstack([along.xy, xy]))


def lay_ground(
    home_xy: FloatArray, street_xy: FloatArray, *, reachable: BoolArray | None = None
) -> Triangulated:
    """
    Lay out the triangles on which outlines are drawn.

    Parameters
    ----------
    home_xy
        (h, 2) homes, plane CRS (metres).
    street_xy
        (s, 2) what else can be reached: ``walked_points``.
    reachable
        (h + s,) mask of the points, homes first, that any outline will hold; all by default. Ground
        that is not near one of them is left out. What is drawn does not depend on it.

    Returns
    -------
    The ground. Homes at one spot share a corner, and a street point at a home's spot gives way to
    the home. No points give a ground without triangles. The order of points changes nothing.

    Raises
    ------
    InvalidInputError
        A point has no coordinates, two are 300 km apart, or the mask is not of their number.
    """
    xy = np.concatenate([np.reshape(home_xy, (-1, 2)), np.reshape(street_xy, (-1, 2))])
    wanted = np.ones(len(xy), dtype=bool) if reachable is None else np.asarray(reachable)
    _require(xy, wanted)
    if not wanted.any():
        nothing = np.zeros(0, dtype=np.int64)
        return Triangulated(np.zeros((0, 2)), np.full(len(xy), _LEFT_OUT), nothing, nothing)
    blocks = _with_neighbours(_block(xy[wanted]))
    near = np.flatnonzero(np.isin(_key(_block(xy)), _key(blocks)))
    lattice_xy = _lattice(blocks)
    lattice_xy = lattice_xy[~_any_within(xy[near], lattice_xy, CLEAR_M)]
    if not wanted.all():
        # No side is longer than the gap, but for the rounding to millimetres.
        near = near[_any_within(xy[wanted], xy[near], GAP_M + 1.0)]
        lattice_xy = lattice_xy[_any_within(xy[wanted], lattice_xy, GAP_M + 1.0)]
    real_mm, spot = _spots(_millimetres(xy[near]), is_home=near < len(home_xy))
    corner_of_point = np.full(len(xy), _LEFT_OUT, dtype=np.int64)
    corner_of_point[near] = spot
    xy_mm = np.concatenate([real_mm, _millimetres(lattice_xy)])
    tail, twin, far_mm = triangulate(xy_mm)
    return Triangulated(np.concatenate([xy_mm, far_mm]) / _MM, corner_of_point, tail, twin)


def outlines(ground: Triangulated, reached: Sequence[IntArray]) -> NDArray[np.object_]:
    """
    Draw the polygon of every reach.

    Parameters
    ----------
    ground
        The triangles of the town.
    reached
        For each reach the positions of the points that it holds, homes first, as they were given
        to ``lay_ground``.

    Returns
    -------
    One multi-polygon a reach, empty where it holds nothing. A home is inside if and only if it is
    reached (of homes that agree to the millimetre: if one of them is), and so is a street point.
    Every part is within ``BORDER_M`` of a reached point, of the side between two or of a triangle
    of three. More points reached never give a smaller polygon.

    Raises
    ------
    InvalidInputError
        A point is reached on ground that was left out.
    """
    made = np.full(len(reached), shapely.MultiPolygon(), dtype=object)
    edge, follow, row = _border(ground, reached)
    if edge.size == 0:
        return made
    order, ring = _rings(follow)
    edge = edge[order]
    xy = _crossing_xy(ground, edge)
    begins = np.flatnonzero(np.append(True, np.diff(ring) != 0))
    rings = _Rings(
        shape=np.asarray(shapely.linearrings(xy, indices=ring), dtype=object),
        row=row[order][begins],
        area_m2=_area_m2(xy, begins),
        inner_xy=ground.xy[ground.tail[edge[begins]]],
    )
    owner = _owners(rings)
    order = np.lexsort((rings.area_m2 <= 0.0, owner))
    number = np.cumsum(np.append(False, np.diff(owner[order]) != 0))
    parts = np.asarray(shapely.polygons(rings.shape[order], indices=number), dtype=object)
    part_row = rings.row[np.unique(owner)]
    order = np.argsort(part_row, kind="stable")
    shapely.multipolygons(parts[order], indices=part_row[order], out=made)
    return made


def _require(xy: FloatArray, wanted: BoolArray) -> None:
    if wanted.shape != (len(xy),):
        raise InvalidInputError(
            "reachable has shape {shape}; give one value for each of {points_n} points",
            shape=str(wanted.shape),
            points_n=len(xy),
        )
    unknown = np.flatnonzero(~np.isfinite(xy).all(axis=1))
    if unknown.size:
        raise InvalidInputError(
            "point {number} has no coordinates; leave it out", number=unknown[0]
        )


def _block(xy: FloatArray) -> IntArray:
    return np.asarray(np.floor(xy / _BLOCK_M), dtype=np.int64)


def _key(pairs: IntArray) -> IntArray:
    """Return one number for each pair of whole numbers."""
    return np.asarray((pairs[:, 0] << 32) + pairs[:, 1], dtype=np.int64)


def _with_neighbours(blocks: IntArray) -> IntArray:
    """Return the blocks and the eight around each, every one once, in order."""
    _, first = np.unique(_key(blocks), return_index=True)
    around = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1]), axis=-1).reshape(-1, 2)
    all_blocks = (blocks[first][:, None] + around).reshape(-1, 2)
    _, first = np.unique(_key(all_blocks), return_index=True)
    return np.asarray(all_blocks[first])


def _lattice(blocks: IntArray) -> FloatArray:
    """Return the points of a lattice of equal triangles that lie in the blocks."""
    within = np.stack(np.meshgrid(*[np.arange(_PER_BLOCK)] * 2), axis=-1).reshape(-1, 2)
    column, line = (blocks[:, None] * _PER_BLOCK + within).reshape(-1, 2).T
    return np.column_stack([(column + 0.5 * (line % 2)) * _LATTICE_M, line * _ROW_M])


def _any_within(points_xy: FloatArray, xy: FloatArray, limit_m: float) -> BoolArray:
    """Say which of ``xy`` have one of the points nearer than the limit."""
    distance_m, _ = scipy.spatial.cKDTree(points_xy).query(xy, distance_upper_bound=limit_m)
    return np.asarray(np.isfinite(distance_m))


def _millimetres(xy: FloatArray) -> IntArray:
    return np.asarray(np.round(xy * _MM), dtype=np.int64)


def _spots(xy_mm: IntArray, *, is_home: BoolArray) -> tuple[IntArray, IntArray]:
    """Return the different spots, in order, and the spot of each point."""
    _, first, spot = np.unique(_key(xy_mm), return_index=True, return_inverse=True)
    has_home = np.zeros(first.size, dtype=bool)
    has_home[spot[is_home]] = True
    return xy_mm[first], np.where(has_home[spot] & ~is_home, _GIVES_WAY, spot)


def _next(half: IntArray) -> IntArray:
    """Return the next half-edge of the same triangle."""
    return np.asarray(half - half % 3 + (half + 1) % 3, dtype=np.int64)


def _border(
    ground: Triangulated, reached: Sequence[IntArray]
) -> tuple[IntArray, IntArray, IntArray]:
    """
    Return every half-edge that leaves a reach, the position of the next one, and its reach.

    The outline crosses a side that leaves the reach, enters the triangle to the left and must leave
    it by one of the other two sides: by the one that leaves the reach as well. There is always just
    one, so outlines close and never branch; what is reached is on their left.
    """
    inside = np.zeros(len(ground.xy), dtype=bool)
    position = np.zeros(ground.tail.size, dtype=np.int64)
    start, leaving = ground.leaving
    edges, follows, done = [], [], 0
    for points in reached:
        corner = np.unique(ground.corner_of_point[points])
        if corner.size and corner[0] == _LEFT_OUT:
            raise InvalidInputError("a reached point is on ground left out; name it as reachable")
        corner = corner[corner >= 0]
        inside[corner] = True
        edge = leaving[_runs(start[corner], start[corner + 1] - start[corner])[1]]
        edge = edge[~inside[ground.head[edge]]]
        onward = _next(edge)
        last = _next(onward)
        follow = ground.twin[np.where(inside[ground.tail[last]], onward, last)]
        inside[corner] = False
        position[edge] = np.arange(done, done + edge.size)
        edges.append(edge)
        follows.append(position[follow])
        done += edge.size
    row = np.repeat(np.arange(len(reached)), [edge.size for edge in edges])
    nothing = np.zeros(0, dtype=np.int64)
    return np.concatenate([nothing, *edges]), np.concatenate([nothing, *follows]), row


def _rings(follow: IntArray) -> tuple[IntArray, IntArray]:
    """Return the positions in the order of their rings, and the number of the ring of each."""
    ahead = follow.tolist()
    seen = bytearray(len(ahead))
    order: list[int] = []
    lengths: list[int] = []
    for begin in range(len(ahead)):
        if seen[begin]:
            continue
        before, at = len(order), begin
        while not seen[at]:
            seen[at] = 1
            order.append(at)
            at = ahead[at]
        lengths.append(len(order) - before)
    return np.array(order, dtype=np.int64), np.repeat(np.arange(len(lengths)), lengths)


def _crossing_xy(ground: Triangulated, edge: IntArray) -> FloatArray:
    """Return where an outline crosses each side: halfway, but not far from what is reached."""
    from_xy = ground.xy[ground.tail[edge]]
    along = ground.xy[ground.head[edge]] - from_xy
    share = np.minimum(0.5, BORDER_M / np.hypot(*along.T))
    return np.asarray(from_xy + share[:, None] * along)


def _area_m2(xy: FloatArray, begins: IntArray) -> FloatArray:
    """Return the area of each ring, negative where it runs clockwise (the shoelace formula)."""
    length = np.diff(np.append(begins, len(xy)))
    local = xy - np.repeat(xy[begins], length, axis=0)
    ahead = np.arange(1, len(xy) + 1)
    ahead[begins + length - 1] = begins
    cross = local[:, 0] * local[ahead, 1] - local[:, 1] * local[ahead, 0]
    return np.asarray(np.add.reduceat(cross, begins) / 2.0)


@dataclass(frozen=True, eq=False)
class _Rings:
    """Closed rings, the reach of each, and a reached corner beside it; a hole's area is negative."""

    shape: NDArray[np.object_]
    row: IntArray
    area_m2: FloatArray
    inner_xy: FloatArray


def _owners(rings: _Rings) -> IntArray:
    """Return the shell of each ring: of a hole the smallest of its reach round a corner beside it."""
    shell = np.flatnonzero(rings.area_m2 > 0.0)
    hole = np.flatnonzero(rings.area_m2 <= 0.0)
    shell = shell[np.argsort(rings.row[shell], kind="stable")]
    begin = np.searchsorted(rings.row[shell], rings.row[hole], side="left")
    count = np.searchsorted(rings.row[shell], rings.row[hole], side="right") - begin
    inner, place = _runs(begin, count)
    inner, outer = hole[inner], shell[place]
    x, y = rings.inner_xy[inner].T
    west, south, east, north = shapely.bounds(rings.shape[outer]).T
    near = (x > west) & (x < east) & (y > south) & (y < north)
    inner, outer, x, y = inner[near], outer[near], x[near], y[near]
    filled = np.full(len(rings.shape), None, dtype=object)
    filled[shell] = shapely.polygons(rings.shape[shell])
    shapely.prepare(filled)
    holds = shapely.contains_xy(filled[outer], x, y)
    inner, outer = inner[holds], outer[holds]
    order = np.lexsort((rings.area_m2[outer], inner))
    inner, first = np.unique(inner[order], return_index=True)
    owner = np.arange(len(rings.shape))
    owner[inner] = outer[order][first]
    return owner


def _runs(begin: IntArray, count: IntArray) -> tuple[IntArray, IntArray]:
    """Return begin[i], begin[i] + 1 … (count[i] of them) for every i, with i beside each."""
    owner = np.repeat(np.arange(count.size), count)
    return owner, np.repeat(begin - np.cumsum(count) + count, count) + np.arange(owner.size)
