"""
Sidewalks that are mapped apart from their road: a side street that ends in the middle of the road.

Such a road is closed to walkers (``foot=use_sidepath``), its sidewalks are ways of their own beside it.
A side street is drawn to the middle of the road all the same, over the sidewalk, often without a node
in common: on the map it is joined, in the data it leads nowhere.

The rule, at every node of such a road to which a walkable way comes:

1. A way that comes to it is joined to the sidewalk on its own side: where it crosses the sidewalk, else by
   the shortest link to the sidewalk on its left and to that on its right.
2. Where there is none on its side, nothing else comes to that node and the way led nowhere, the shortest
   link goes across the road. A road with a sidewalk on the way's own side is not crossed: where it may
   be, no data say. Who comes over the node from one side street to the other crosses it as before.
3. A sidewalk is a way for walkers of the same layer, within ``REACH_M`` and within ``TURN_DEG`` of the
   direction of the road. What is near on foot already is not joined again.
"""

import itertools
import math
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy
import shapely
import shapely.ops
from numpy.typing import ArrayLike

from geo.arrays import FloatArray, IntArray
from geo.streets.drawn import positions, segments, with_points
from geo.streets.walkable import CARRIAGEWAYS

REACH_M = 20.0
"""From the middle of a road to its sidewalk: half of 40 m, four lanes with planted strips and wide
sidewalks (道路構造令 第5, 10条の2, 11, 11条の4: 3.5 m a lane, 3 to 4 m a sidewalk, 1.5 m a strip) and more."""

TURN_DEG = 30.0

NEAR_M = 30.0
"""A sidewalk that is this near on foot is joined already."""

_FOOTWAYS = frozenset({"footway", "path", "pedestrian", "cycleway"})
_SIDES = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")

_SAME_M = 1e-6


def has_sidewalk_apart(tags: Mapping[str, str]) -> bool:
    """
    Say whether a road is closed to walkers because its sidewalk is a way of its own.

    Parameters
    ----------
    tags
        Tags of one OpenStreetMap way that is not walkable.

    Returns
    -------
    True for a carriageway with ``foot=use_sidepath``, or with ``foot=no`` and a separate sidewalk.
    """
    if tags.get("highway") not in CARRIAGEWAYS or tags.get("motorroad") == "yes":
        return False
    foot = tags.get("foot", "")
    apart = any(tags.get(key) == "separate" for key in _SIDES)
    return foot == "use_sidepath" or (foot == "no" and apart)


class _Spot(NamedTuple):
    """A point on a piece of a way: the nodes at its ends, how far it is between them, where it is."""

    u: int
    v: int
    share: float
    x: float
    y: float
    length_m: float

    @property
    def corner(self) -> int | None:
        """The node that it lies on, if it is at an end of its piece."""
        if self.share * self.length_m <= _SAME_M:
            return self.u
        return self.v if (1 - self.share) * self.length_m <= _SAME_M else None


class _Join(NamedTuple):
    """A way that is joined to a sidewalk: where on either, the row of the sidewalk, across the road or not."""

    own: _Spot
    sidewalk: _Spot
    row: int
    gap_m: float
    crosses: bool


class _Arm(NamedTuple):
    """A way from a node of the road outwards, up to ``REACH_M``, and on which side of the road it lies."""

    row: int
    ids: list[int]
    line: shapely.LineString
    side: int


def join_sidewalks(
    ways: pd.DataFrame, nodes: pd.DataFrame, roads: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, int, int]:
    """
    Join side streets to the sidewalks that are mapped apart from their road.

    Parameters
    ----------
    ways
        One row a walkable way: ``osm_id``, ``node_ids`` and its attributes.
    nodes
        ``x, y`` (metres, plane CRS) and ``kind``, indexed by unique id.
    roads
        One row a road that ``has_sidewalk_apart``: ``node_ids``.

    Returns
    -------
    The ways with the links (each with the attributes of its sidewalk; those across the road are
    crossings) and with common nodes where a way crosses a sidewalk; the nodes; how many joins there
    are, and how many of them cross the road.
    """
    joins = _Finder(ways, nodes, roads).joins() if len(roads) else []
    if not joins:
        return ways, nodes, 0, 0
    fresh = itertools.count(int(min(nodes.index.min(), 0)) - 1, -1)
    points: list[tuple[int, int, int, float, float, float]] = []
    links: list[tuple[int, int, _Join]] = []
    for join in joins:
        spots = (join.own, join.sidewalk)
        corners = [spot.corner for spot in spots]
        # Where they cross, one node for both: a corner of either if there is one.
        common = join.gap_m <= _SAME_M
        shared = next((node for node in corners if node is not None), None) if common else None
        new = [next(fresh) if shared is None else shared]
        new.append(new[0] if common else next(fresh))
        ends = [node if node is not None else new[k] for k, node in enumerate(corners)]
        points += [
            (end, *spot[:5])
            for end, spot, corner in zip(ends, spots, corners, strict=True)
            if corner is None
        ]
        if ends[0] != ends[1]:
            links.append((ends[0], ends[1], join))
    frame = pd.DataFrame(points, columns=["id", "u", "v", "share", "x", "y"])
    rows = ways.iloc[[join.row for _, _, join in links]].reset_index(drop=True)
    rows["node_ids"] = pd.Series([[a, b] for a, b, _ in links], dtype=object)
    rows["oneway"] = 0
    rows["crossing"] |= np.array([join.crosses for _, _, join in links], dtype=bool)
    ways, nodes = with_points(ways, nodes, frame)
    ways = pd.concat([ways, rows.astype(ways.dtypes.to_dict())], ignore_index=True)
    return ways, nodes, len(joins), sum(join.crosses for join in joins)


class _Finder:
    """Looks for the joins; what it knows of ways is as they were before the first."""

    def __init__(self, ways: pd.DataFrame, nodes: pd.DataFrame, roads: pd.DataFrame) -> None:
        way, ends = segments(ways)
        known = np.isin(ends, nodes.index).all(axis=1)
        self._way, self._ends = way[known], ends[known]
        self._index = nodes.index
        self._nodes = nodes
        self._node_ids = ways["node_ids"].to_numpy()
        self._layer = ways["layer"].to_numpy()
        footway = ways["highway"].isin(_FOOTWAYS).to_numpy()[self._way]
        self._piece = np.flatnonzero(footway)
        self._lines = np.asarray(shapely.linestrings(self._at(self._ends[self._piece])))
        self._tree = shapely.STRtree(self._lines)
        self._roads = roads["node_ids"].to_numpy()

    def joins(self) -> list[_Join]:
        """Return the joins at all nodes of the roads."""
        directions: dict[int, list[FloatArray]] = {}
        for ids in self._roads:
            there = [int(node) for node in ids if node in self._index]
            for u, v in itertools.pairwise(there):
                along = _unit(self._at(v) - self._at(u))
                directions.setdefault(u, []).append(along)
                directions.setdefault(v, []).append(along)
        asked = np.array(sorted(directions), dtype=np.int64)
        arms: dict[int, list[_Arm]] = {}
        for row in np.unique(self._way[np.isin(self._ends, asked).any(axis=1)]):
            for node, arm in self._arms(int(row), directions):
                arms.setdefault(node, []).append(arm)
        return [
            join
            for node, several in arms.items()
            for join in self._at_node(node, several, directions[node])
        ]

    def _at(self, ids: ArrayLike) -> FloatArray:
        return positions(self._nodes, ids)

    def _row(self, ids: ArrayLike) -> IntArray:
        return self._index.get_indexer(pd.Index(np.ravel(ids))).astype(np.int64)

    def _arms(
        self, row: int, directions: Mapping[int, list[FloatArray]]
    ) -> Iterator[tuple[int, _Arm]]:
        """Yield the ways out of the road's nodes along one way, in both directions."""
        ids = [int(node) for node in self._node_ids[row] if node in self._index]
        for place, node in enumerate(ids):
            if node not in directions:
                continue
            for along in (ids[place:], ids[place::-1]):
                if len(along) > 1 and (whole := shapely.LineString(self._at(along))).length > 0:
                    line = shapely.LineString(shapely.ops.substring(whole, 0.0, REACH_M).coords)
                    lies = shapely.get_coordinates(line)[-1] - self._at(node)
                    yield node, _Arm(row, along, line, _side(directions[node][0], lies))

    def _at_node(
        self, node: int, arms: list[_Arm], directions: list[FloatArray]
    ) -> Iterator[_Join]:
        """Yield the joins of the ways that come to one node of a road."""
        near = [self._beside(node, arm, directions, arm.side) for arm in arms]
        reached = self._reached(node) if any(near) else None
        for arm, found in zip(arms, near, strict=True):
            for join in _best(arm, found):
                if reached is not None and not self._walked(join.sidewalk, reached):
                    yield join
        if len(arms) == 1 and not near[0]:
            (arm,) = arms
            across = self._beside(node, arm, directions, -arm.side)
            if across and not self._walked(across[0].sidewalk, self._reached(node)):
                yield across[0]._replace(crosses=True)

    def _beside(self, node: int, arm: _Arm, directions: list[FloatArray], side: int) -> list[_Join]:
        """Return the sidewalks on one side of the road, 0 for both, the nearest to a way first."""
        here = self._at(node)
        from_line = arm.line if side == arm.side else shapely.Point(here)
        found = []
        for number in self._tree.query(from_line, predicate="dwithin", distance=REACH_M):
            piece = int(self._piece[number])
            row, (u, v) = int(self._way[piece]), self._ends[piece].tolist()
            along = self._at(v) - self._at(u)
            parallel = any(_side(direction, along) == 0 for direction in directions)
            if row == arm.row or self._layer[row] != self._layer[arm.row] or not parallel:
                continue
            link = shapely.get_coordinates(shapely.shortest_line(from_line, self._lines[number]))
            own, foot = (link[0], link[-1]) if len(link) else (here, here)
            away_m = _cross(directions[0], foot - here)
            if side not in (0, math.copysign(1, away_m)) or abs(away_m) > REACH_M + _SAME_M:
                continue
            length_m = float(np.hypot(*along))
            share = float(np.hypot(*(foot - self._at(u)))) / max(length_m, _SAME_M)
            spot = _Spot(u, v, share, float(foot[0]), float(foot[1]), length_m)
            gap_m = float(np.hypot(*(foot - own)))
            found.append(_Join(self._on(arm, own), spot, row, gap_m, crosses=False))
        # Whatever the order of the ways, the same one is the nearest.
        return sorted(found, key=lambda join: (round(join.gap_m, 6), *join.sidewalk[3:5]))

    def _on(self, arm: _Arm, point: FloatArray) -> _Spot:
        """Return where on the pieces of a way a point of it lies."""
        walked_m = float(shapely.line_locate_point(arm.line, shapely.Point(point)))
        spots = self._at(arm.ids)
        length_m = np.hypot(*np.diff(spots, axis=0).T)
        run_m = np.cumsum(length_m)
        piece = min(int(np.searchsorted(run_m, walked_m - _SAME_M)), len(length_m) - 1)
        before_m = float(run_m[piece] - length_m[piece])
        share = min((walked_m - before_m) / max(float(length_m[piece]), _SAME_M), 1.0)
        u, v = arm.ids[piece : piece + 2]
        return _Spot(u, v, share, float(point[0]), float(point[1]), float(length_m[piece]))

    @cached_property
    def _streets(self) -> "scipy.sparse.csr_array":
        # Each piece once: lengths of one piece that two ways have would be added.
        ends = np.unique(np.sort(self._ends, axis=1), axis=0)
        u, v = self._row(ends).reshape(-1, 2).T
        length_m = np.hypot(*(self._at(ends[:, 0]) - self._at(ends[:, 1])).T)
        nodes_n = len(self._index)
        return scipy.sparse.csr_array((length_m, (u, v)), shape=(nodes_n, nodes_n))

    def _reached(self, node: int) -> FloatArray:
        """Return metres on foot from a node to every other, inf beyond ``NEAR_M``."""
        return np.asarray(
            scipy.sparse.csgraph.dijkstra(
                self._streets, directed=False, indices=self._row([node]), limit=NEAR_M
            )[0]
        )

    def _walked(self, spot: _Spot, reached: FloatArray) -> bool:
        """Say whether a spot is near on foot already."""
        by_u, by_v = reached[self._row([spot.u, spot.v])]
        offset_m = spot.share * spot.length_m
        return bool(min(by_u + offset_m, by_v + spot.length_m - offset_m) <= NEAR_M)


def _best(arm: _Arm, found: list[_Join]) -> list[_Join]:
    """Return where the way crosses a sidewalk, nearest to the road; else the nearest on either hand."""
    crossed = [join for join in found if join.gap_m <= _SAME_M]
    if crossed:
        return [min(crossed, key=lambda join: arm.line.project(shapely.Point(*join.own[3:5])))]
    begin, end = shapely.get_coordinates(arm.line)[[0, -1]]
    hands = [
        _cross(end - begin, np.subtract(join.sidewalk[3:5], join.own[3:5])) > 0 for join in found
    ]
    return [
        next(join for join, left in zip(found, hands, strict=True) if left is hand)
        for hand in sorted(set(hands))
    ]


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / max(float(np.hypot(*vector)), _SAME_M))


def _cross(one: FloatArray, other: FloatArray) -> float:
    return float(one[0] * other[1] - one[1] * other[0])


def _side(direction: FloatArray, lies: FloatArray) -> int:
    """Say on which side of a direction something lies: 1 left, -1 right, 0 along it or back."""
    sine = _cross(direction, _unit(lies))
    return 0 if abs(sine) < math.sin(math.radians(TURN_DEG)) else int(math.copysign(1, sine))
