"""
Obstacles: what a straight leg from a door to the street may not cross.

*Hard* ones are crossed by nobody: areas of water, rivers, canals, the coast, railways, walls and
cliffs. *Soft* ones are crossed where no street comparably near can be had without: streams and
ditches have a board or a slab before most doors (側溝), fences a gate that nobody has mapped,
embankments a flight of steps.

No obstacle at all are tramways, whose rails lie in the street; what is in a tunnel or a culvert, or
on a bridge or viaduct, under which one walks; and a wall or fence that closes round the home itself,
whose own gate it has.

Touching is not crossing: maps are accurate to about a metre, and a street on a dike may be drawn
on the water's edge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import BoolArray, FloatArray, IntArray
from geo.ground.kinds import GROUND
from geo.streets.grid import SegmentGrid, meeting_segments, segment_grid

ACCURACY_M = 1.0
"""How far a line of the map may be from where it is."""

FREE, SOFT, HARD = 0, 1, 2
"""How much is in a leg's way."""

IN_THE_WAY: Mapping[str, int] = MappingProxyType(
    {
        "water": HARD,
        "river": HARD,
        "canal": HARD,
        "coastline": HARD,
        # Who crosses it crosses its coast, but nobody's home is in it.
        "sea": FREE,
        "railway": HARD,
        "wall": HARD,
        "cliff": HARD,
        "stream": SOFT,
        "ditch": SOFT,
        "fence": SOFT,
        "embankment": SOFT,
    }
)
"""Every kind of ground that bears on a leg, and how much of an obstacle it is."""

WITH_A_GATE = ("wall", "fence")
"""Kinds that a gate opens."""

_WET = ("water", "sea")
_MAKES_ISLANDS = ("water", "river", "canal", "coastline")
_LINE, _POLYGON = 1, 3
_LEAST_OF_RING = 4


@dataclass(frozen=True, eq=False)
class Obstacles:
    """
    Obstacles in one plane CRS (metres); made by ``obstacles_of``.

    Attributes
    ----------
    shapes
        (k,) lines and valid areas.
    kinds
        (k,) keys of ``IN_THE_WAY``.
    """

    shapes: NDArray[np.object_]
    kinds: NDArray[np.object_]

    def met(self, from_xy: FloatArray, to_xy: FloatArray) -> tuple[IntArray, IntArray]:
        """
        Tell which legs cross which obstacles.

        An area is crossed where the leg gets more than ``ACCURACY_M`` away from its edge inside it,
        and by nobody who stands so far inside it: there the map errs, or it is a houseboat. A line
        is crossed where neither end of the leg is within ``ACCURACY_M`` of it. The coast is not
        crossed by who only leaves the sea, which lies on its right.

        Parameters
        ----------
        from_xy, to_xy
            (n, 2) doors and where they join, metres.

        Returns
        -------
        Pairs: row of the leg, row of the obstacle; no pair twice, in the order of the legs.
        """
        tried = np.flatnonzero(np.hypot(*(to_xy - from_xy).T) > ACCURACY_M)
        segments, owner = self._segments
        row, segment = meeting_segments(segments, np.hstack([from_xy, to_xy])[tried])
        row, obstacle, ends = tried[row], owner[segment], segments.ends[segment].reshape(-1, 2, 2)
        free = ~self._is_area[obstacle] & (
            (_apart_m(from_xy[row], ends) <= ACCURACY_M)
            | (_apart_m(to_xy[row], ends) <= ACCURACY_M)
            | self._leaves_the_sea(from_xy[row], row, ends, obstacle)
        )
        pairs = np.unique(np.column_stack([row, obstacle])[~free], axis=0)
        row, obstacle = pairs.T.astype(np.int64)
        area = self._is_area[obstacle]
        crosses = ~shapely.covers(self._plots[obstacle], shapely.points(from_xy[row]))
        crosses[area] = self._gets_inside(from_xy[row[area]], to_xy[row[area]], obstacle[area])
        return row[crosses], obstacle[crosses]

    def crossed(self, from_xy: FloatArray, to_xy: FloatArray) -> IntArray:
        """
        Tell how much is in the way of each leg.

        Parameters
        ----------
        from_xy, to_xy
            As for ``met``.

        Returns
        -------
        (n,) ``FREE``, ``SOFT`` or ``HARD``.
        """
        found = np.full(len(from_xy), FREE, dtype=np.int64)
        if self.shapes.size:
            row, obstacle = self.met(from_xy, to_xy)
            np.maximum.at(found, row, self._weight[obstacle])
        return found

    def over_water(self, from_xy: FloatArray, to_xy: FloatArray) -> BoolArray:
        """
        Tell which straight lines lead over water, so that there is another shore behind it.

        Parameters
        ----------
        from_xy, to_xy
            As for ``met``.

        Returns
        -------
        (n,) mask: an area of water, a river, a canal or the coast is crossed.
        """
        found = np.zeros(len(from_xy), dtype=bool)
        if self.shapes.size:
            row, obstacle = self.met(from_xy, to_xy)
            found[row[np.isin(self.kinds[obstacle].astype(str), _MAKES_ISLANDS)]] = True
        return found

    def in_water(self, xy: FloatArray) -> BoolArray:
        """
        Say which points lie in the sea or an area of water, farther than ``ACCURACY_M`` from its edge.

        Parameters
        ----------
        xy
            (n, 2) finite coordinates, metres.

        Returns
        -------
        (n,) mask.
        """
        found = np.zeros(len(xy), dtype=bool)
        if not self.water.size:
            return found
        points = np.asarray(shapely.points(xy))
        # Points in the tree and areas as the questions: what is asked is prepared, and a sea is large.
        area, point = shapely.STRtree(points).query(self.water, predicate="intersects")
        deep = shapely.distance(shapely.boundary(self.water)[area], points[point])
        found[point[deep > ACCURACY_M]] = True
        return found

    @cached_property
    def water(self) -> NDArray[np.object_]:
        """(w,) areas of water, the sea among them."""
        return np.asarray(self.shapes[self._is_area & np.isin(self.kinds.astype(str), _WET)])

    @cached_property
    def _weight(self) -> IntArray:
        return np.array([IN_THE_WAY[kind] for kind in self.kinds], dtype=np.int64)

    @cached_property
    def _is_area(self) -> BoolArray:
        return np.asarray(shapely.get_type_id(self.shapes) == _POLYGON)

    @cached_property
    def _plots(self) -> NDArray[np.object_]:
        """(k,) what a wall or fence closes round, None of all else."""
        plots = np.full(self.shapes.size, None, dtype=object)
        closed = ~self._is_area & np.isin(self.kinds, WITH_A_GATE) & shapely.is_closed(self.shapes)
        rows = np.flatnonzero(closed & (shapely.get_num_points(self.shapes) >= _LEAST_OF_RING))
        rings = [shapely.Polygon(shapely.get_coordinates(line)) for line in self.shapes[rows]]
        plots[rows] = shapely.make_valid(np.array(rings, dtype=object))
        return plots

    @cached_property
    def _segments(self) -> tuple[SegmentGrid, IntArray]:
        """Every straight piece in squares, and its obstacle."""
        lines = self.shapes.copy()
        lines[self._is_area] = shapely.boundary(lines[self._is_area])
        parts, of_part = shapely.get_parts(lines, return_index=True)
        xy, part = shapely.get_coordinates(parts, return_index=True)
        begin = np.flatnonzero(part[1:] == part[:-1])
        ends = np.hstack([xy[begin], xy[begin + 1]])
        return segment_grid(ends), of_part[part[begin]].astype(np.int64)

    def _leaves_the_sea(
        self, door_xy: FloatArray, leg: IntArray, ends: FloatArray, obstacle: IntArray
    ) -> BoolArray:
        """Say of each pair of a leg and a piece whether it is the coast, met once and from the sea."""
        coast = self.kinds[obstacle] == "coastline"
        often = np.bincount(leg[coast], minlength=int(leg.max(initial=0)) + 1)
        along, off = ends[:, 1] - ends[:, 0], door_xy - ends[:, 0]
        on_the_right = along[:, 0] * off[:, 1] - along[:, 1] * off[:, 0] < 0
        return np.asarray(coast & (often[leg] == 1) & on_the_right)

    def _gets_inside(self, from_xy: FloatArray, to_xy: FloatArray, area: IntArray) -> BoolArray:
        """Say which legs from outside get farther into an area than the map may err."""
        shapes, door = self.shapes[area], np.asarray(shapely.points(from_xy))
        edge = shapely.boundary(shapes)
        legs = shapely.linestrings(np.stack([from_xy, to_xy], axis=1))
        chords, of = shapely.get_parts(shapely.intersection(legs, shapes), return_index=True)
        lines = shapely.get_type_id(chords) == _LINE
        middle = shapely.line_interpolate_point(chords[lines], 0.5, normalized=True)
        gets_inside = np.zeros(area.size, dtype=bool)
        gets_inside[of[lines][shapely.distance(middle, edge[of[lines]]) > ACCURACY_M]] = True
        from_inside = shapely.covers(shapes, door) & (shapely.distance(edge, door) > ACCURACY_M)
        return np.asarray(gets_inside & ~from_inside)


def opened_at(walls: NDArray[np.object_], gates: NDArray[np.object_]) -> NDArray[np.object_]:
    """
    Open walls and fences at their gates.

    Parameters
    ----------
    walls
        (n,) lines, plane CRS, metres.
    gates
        Points in them, same CRS, where everybody passes.

    Returns
    -------
    (n,) the lines without what lies within ``ACCURACY_M`` of a gate. One that closes round a plot stays
    whole: who lives there has the gate already, wherever the leg meets the wall.
    """
    holes = shapely.union_all(shapely.buffer(gates, ACCURACY_M))
    opened = shapely.difference(walls, holes)
    return np.where(shapely.is_closed(walls), walls, opened)


def _apart_m(xy: FloatArray, ends: FloatArray) -> FloatArray:
    """Return metres from each point to its straight piece, (n, 2, 2)."""
    along, off = ends[:, 1] - ends[:, 0], xy - ends[:, 0]
    length2_m2 = (along**2).sum(axis=1)
    share = np.divide(
        (off * along).sum(axis=1), length2_m2, where=length2_m2 > 0.0, out=0 * along[:, 0]
    )
    return np.asarray(np.hypot(*(off - np.clip(share, 0.0, 1.0)[:, None] * along).T))


def obstacles_of(ground: gpd.GeoDataFrame) -> Obstacles:
    """
    Take the obstacles out of what lies beside the streets.

    Parameters
    ----------
    ground
        ``kind`` (``geo.ground.kinds.Kind``), ``level``, ``geometry``; plane CRS, metres. Other
        columns, kinds and levels, points and what has no shape play no part.

    Returns
    -------
    The obstacles; an area that crosses itself is taken as what its border encloses. No ground gives
    none.
    """
    wanted = ground["kind"].isin(IN_THE_WAY) & (ground["level"] == GROUND)
    found = ground[wanted.to_numpy(dtype=bool)]
    shapes = found.geometry.to_numpy()
    broken = ~shapely.is_valid(shapes)
    shapes = shapes.copy()
    shapes[broken] = shapely.make_valid(shapes[broken])
    shapes, of = shapely.get_parts(shapes, return_index=True)
    # A repaired shape may be a collection of areas and of lines that they touch in.
    shapes, deeper = shapely.get_parts(shapes, return_index=True)
    kinds = found["kind"].to_numpy(dtype=object)[of[deeper]]
    there = (shapely.get_dimensions(shapes) > 0) & ~shapely.is_empty(shapes)
    return Obstacles(shapes[there], kinds[there])
