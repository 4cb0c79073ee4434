"""
Snapping: the nearest point on a walkable edge, and the straight leg to it.

A home or a place joins the street where it stands, halfway along an edge if need be, never merely
at the nearest junction, and never through water, railways, walls and cliffs (``geo.ground.obstacles``).
Where the nearest point of a street is behind one, another point of it may not be: for those few whose
nearest leg is not free every street is looked at in stretches of ``STRETCH_M``, each at its nearest
point. What is too far stays unsnapped, with the reason.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.arrays import TOLERANCE, BoolArray, FloatArray, IntArray
from geo.errors import InvalidInputError
from geo.ground.obstacles import FREE, HARD, Obstacles
from geo.streets.grid import EQUALLY_NEAR_M, nearest_segments
from geo.streets.network import NOBODY_LIVES_AT, Network, isolated_edges, with_doors
from geo.streets.pieces import ALONE_M

NO_COORDINATES = "no_coordinates"
NO_NETWORK = "no_network"
ISOLATED = "isolated"
GROUND = "ground"
TOO_FAR = "too_far"
BARRIER = "barrier"

REASONS = (NO_COORDINATES, NO_NETWORK, ISOLATED, GROUND, TOO_FAR, BARRIER)
"""Why a point may join no street; ``barrier`` is what somebody draws afterwards (``geo.edits``)."""

STRETCH_M = 5.0
"""No longer piece of a street is looked at by its nearest point alone, where obstacles are near."""

NEAR_TIMES, NEAR_MORE_M = 2.0, 20.0
"""A street is comparably near up to so many times as far as another, or so many metres farther."""

_TOGETHER = 500
_PLAIN, _RELUCTANT, _ALONE, _SHUT, _UNSEEN = range(5)

_Columns = dict[str, NDArray[Any]]
_NAMES = ("edge", "offset_m", "snap_m", "x", "y")

Points = FloatArray | gpd.GeoSeries | gpd.GeoDataFrame


@dataclass(frozen=True, eq=False)
class Frontage:
    """
    Which edges of a network doors may open to.

    Attributes
    ----------
    usable
        (m,) edges that may be joined.
    stairs
        (m,) edges that are joined only where no usable one is comparably near.
    alone
        (m,) streets that lead nowhere: who has only them comparably near joins nothing.
    obstacles
        What no leg crosses; none by default.
    """

    usable: BoolArray
    stairs: BoolArray
    alone: BoolArray
    obstacles: Obstacles | None = None

    @classmethod
    def plain(cls, usable: BoolArray, obstacles: Obstacles | None = None) -> Self:
        """Return the frontage of a mask of edges, (m,)."""
        nothing = np.zeros(usable.shape, dtype=bool)
        return cls(usable, nothing, nothing, obstacles)

    def take(self, edges: IntArray) -> "Frontage":
        """Return the frontage of a network of some edges, in their order."""
        return Frontage(self.usable[edges], self.stairs[edges], self.alone[edges], self.obstacles)


def frontage_of(
    network: Network,
    *,
    isolated_below_m: float,
    leg_m: float = ALONE_M,
    obstacles: Obstacles | None = None,
) -> Frontage:
    """
    Tell which edges doors may open to.

    Parameters
    ----------
    network
        The walking network.
    isolated_below_m
        As ``below_m`` of ``geo.streets.network.isolated_edges``.
    leg_m
        The longest leg, metres.
    obstacles
        In the plane CRS of the network.

    Returns
    -------
    Usable is what ``geo.streets.network.joinable`` says, where a piece behind water stands alone; stairs are those on the ground that lead
    somewhere; alone are streets that lead nowhere.
    """
    over_water = None if obstacles is None else obstacles.over_water
    isolated = isolated_edges(network, below_m=isolated_below_m, leg_m=leg_m, crossed=over_water)
    steps = network.edges["steps"].to_numpy(dtype=bool) & ~network.at_times
    moving = network.edges["highway"].isin(NOBODY_LIVES_AT - {"steps"}).to_numpy(dtype=bool)
    return Frontage(
        ~isolated & with_doors(network),
        steps & ~(isolated | moving | network.off_ground),
        isolated & with_doors(network),
        obstacles,
    )


def streets_of_halls(
    network: Network, frontage: Frontage, halls_xy: Points, *, limit_m: float
) -> Frontage:
    """
    Let those pieces be used that lead nowhere and have a hall on them.

    A walk along such a piece is real, although nobody knows what it misses: who lives along it, and
    joins nothing else, reaches the hall.

    Parameters
    ----------
    network
        The walking network.
    frontage
        Its frontage.
    halls_xy
        Where halls are, as ``xy`` of ``snap``.
    limit_m
        Longest straight leg, inclusive.

    Returns
    -------
    For those alone whom ``snap`` calls isolated by the frontage: usable are streets of the pieces on
    which a hall stands that is isolated itself, alone all others that lead nowhere.
    """
    nothing = np.zeros(frontage.alone.shape, dtype=bool)
    lonely = Frontage(frontage.alone, nothing, nothing, frontage.obstacles)
    if not frontage.alone.any():
        return Frontage(nothing, nothing, nothing, frontage.obstacles)
    halls = snap(halls_xy, network, limit_m=limit_m, usable=frontage)
    stands = snap_isolated(halls, halls_xy, network, limit_m=limit_m, usable=lonely)
    edge = stands["edge"].to_numpy()[(halls["reason"] == ISOLATED).to_numpy()]
    with_hall = np.zeros(network.component_length_m.size, dtype=bool)
    with_hall[network.component_of_node[network.edge_u[edge[edge >= 0]]]] = True
    used = with_hall[network.component_of_node[network.edge_u]]
    return Frontage(frontage.alone & used, nothing, frontage.alone & ~used, frontage.obstacles)


def snap_isolated(
    snaps: pd.DataFrame, xy: Points, network: Network, *, limit_m: float, usable: Frontage
) -> pd.DataFrame:
    """
    Join those who are isolated to further streets.

    Parameters
    ----------
    snaps
        n rows, as ``snap`` gives them.
    xy
        Where they were made.
    network, limit_m
        As for ``snap``.
    usable
        What ``streets_of_halls`` says.

    Returns
    -------
    The snaps; those of others, and of whoever is isolated still, are as they were.
    """
    rows = np.flatnonzero((snaps["reason"] == ISOLATED).to_numpy())
    if not (rows.size and usable.usable.any()):
        return snaps
    points_xy, _ = _coordinates(xy, network)
    again = snap(points_xy[rows], network, limit_m=limit_m, usable=usable)
    near = (again["edge"] >= 0).to_numpy()
    result = snaps.copy()
    for name in (*_NAMES, "reason"):
        column = snaps[name].to_numpy(copy=True)
        column[rows[near]] = again[name].to_numpy()[near]
        result[name] = column
    return result


def comparably_near(distance_m: FloatArray, than_m: FloatArray) -> BoolArray:
    """
    Say which distances are not much longer than others.

    Parameters
    ----------
    distance_m, than_m
        (n,) metres.

    Returns
    -------
    (n,) mask: at most ``NEAR_TIMES`` as long, or ``NEAR_MORE_M`` longer.
    """
    return np.asarray(distance_m <= _still_near_m(than_m))


def _still_near_m(than_m: FloatArray) -> FloatArray:
    return np.asarray(np.maximum(NEAR_TIMES * than_m, than_m + NEAR_MORE_M) + TOLERANCE)


def snap(
    xy: Points,
    network: Network,
    *,
    limit_m: float,
    usable: BoolArray | Frontage | None = None,
) -> pd.DataFrame:
    """
    Join points to the nearest edge that they reach.

    Parameters
    ----------
    xy
        (n, 2) coordinates in the plane CRS of the network (metres), or points with an index.
    network
        The walking network.
    limit_m
        Longest straight leg, inclusive.
    usable
        Which edges may be joined: (m,) mask, or what ``frontage_of`` says; all by default.

    Returns
    -------
    n rows, index of ``xy`` (else 0 … n - 1): ``edge`` (-1 where unsnapped), ``offset_m`` (along the
    edge from its ``u``), ``snap_m`` (the leg), ``x, y`` (where it joins), ``reason``: empty where it
    joins, else ``no_coordinates``, ``no_network`` (no edge at all), ``ground`` (there are edges within
    the limit, but hard obstacles before all of them), ``isolated`` (an edge is within the limit, but
    only ones that may not be joined, or none as near as a street that leads nowhere) or ``too_far``.
    Who could join stairs or cross a soft obstacle does so where no other edge is comparably near
    (``comparably_near``). Of edges equally near, the first of the network counts; distances that
    differ by less than ``geo.streets.grid.EQUALLY_NEAR_M`` are equal. No points give no rows.

    Raises
    ------
    InvalidInputError
        The points are in another CRS, or ``usable`` is of another network.
    """
    points_xy, index = _coordinates(xy, network)
    if usable is None:
        usable = np.ones(len(network.edge_u), dtype=bool)
    frontage = usable if isinstance(usable, Frontage) else Frontage.plain(np.asarray(usable))
    if frontage.usable.shape != network.edge_u.shape:
        raise InvalidInputError(
            "usable has shape {shape}; give one value for each of {edges_n} edges",
            shape=str(frontage.usable.shape),
            edges_n=len(network.edge_u),
        )
    reason = np.full(len(points_xy), NO_COORDINATES, dtype=object)
    asked = np.flatnonzero(np.isfinite(points_xy).all(axis=1))
    # The limit is inclusive as ``geo.arrays.within`` has it.
    found, reason[asked] = _found(points_xy[asked], network, frontage, limit_m + TOLERANCE)
    frame = pd.DataFrame(index=index)
    for name, values in found.items():
        column = np.full(len(points_xy), -1 if name == "edge" else np.nan, dtype=values.dtype)
        column[asked] = values
        frame[name] = column
    return frame.assign(reason=reason)


def _coordinates(xy: Points, network: Network) -> tuple[FloatArray, pd.Index]:
    if isinstance(xy, gpd.GeoDataFrame):
        xy = xy.geometry
    if not isinstance(xy, gpd.GeoSeries):
        array = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
        return array, pd.RangeIndex(len(array))
    if xy.crs is None or xy.crs.to_epsg() != network.epsg:
        raise InvalidInputError(
            "the points are in {crs}, the network is in EPSG:{epsg}; call to_crs({epsg}) first",
            crs=str(xy.crs),
            epsg=network.epsg,
        )
    geometry = xy.to_numpy()
    placed = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    array = np.full((len(xy), 2), np.nan)
    array[placed] = shapely.get_coordinates(geometry[placed])
    return array, xy.index


def _found(
    points_xy: FloatArray, network: Network, frontage: Frontage, most_m: float
) -> tuple[_Columns, NDArray[np.object_]]:
    """Return the columns of finite points, and the reason of each that joins nothing."""
    of_segment = network.segment_edge
    meant = frontage.usable | frontage.stairs | frontage.alone
    segment = nearest_segments(network.segments, points_xy, meant[of_segment], limit_m=most_m)
    near = np.flatnonzero(segment >= 0)
    found = _nowhere(len(points_xy))
    spots = _joined(points_xy[near], segment[near] + of_segment[segment[near]], network)
    _put(found, near, spots)
    plain = frontage.usable[of_segment[segment[near]]]
    if frontage.obstacles is not None:
        spots_xy = np.column_stack([spots["x"], spots["y"]])
        plain &= frontage.obstacles.crossed(points_xy[near], spots_xy) == FREE
    reason = np.full(len(points_xy), "", dtype=object)
    hindered = near[~plain]
    columns, reason[hindered] = _chosen(
        points_xy[hindered], found["snap_m"][hindered], network, frontage, most_m
    )
    _put(found, hindered, columns)
    far = np.flatnonzero(segment < 0)
    other = nearest_segments(network.segments, points_xy[far], ~meant[of_segment], limit_m=most_m)
    nothing = TOO_FAR if len(of_segment) else NO_NETWORK
    reason[far] = np.where(other >= 0, ISOLATED, nothing)
    return found, reason


def _nowhere(number: int) -> _Columns:
    """Return the columns of points that join nothing."""
    return {
        name: np.full(number, -1 if name == "edge" else np.nan, dtype=dtype)
        for name, dtype in zip(_NAMES, (np.int64, *[np.float64] * 4), strict=True)
    }


def _put(into: _Columns, rows: IntArray, columns: _Columns) -> None:
    """Write the columns of some points (in place)."""
    for name, values in columns.items():
        into[name][rows] = values


def _chosen(
    points_xy: FloatArray,
    near_m: FloatArray,
    network: Network,
    frontage: Frontage,
    most_m: float,
) -> tuple[_Columns, NDArray[np.object_]]:
    """Return columns and reasons of points whose nearest leg, of ``near_m``, is not free."""
    columns, reason = _nowhere(len(points_xy)), np.full(len(points_xy), "", dtype=object)
    if not len(points_xy):
        return columns, reason
    streets = _Streets(network, frontage)
    # Nothing is farther than all that there is.
    extent_m = np.ptp(np.vstack([network.edge_xy, points_xy]), axis=0)
    most_m = min(most_m, float(np.hypot(*extent_m)) + 1.0)
    for begin in range(0, len(points_xy), _TOGETHER):
        rows = np.arange(begin, min(begin + _TOGETHER, len(points_xy)))
        seen = _looked_around(points_xy[rows], near_m[rows], streets, most_m)
        row, reason[rows] = seen.choice(len(rows))
        joins = np.flatnonzero(row >= 0)
        taken = {name: values[row[joins]] for name, values in seen.columns.items()}
        _put(columns, rows[joins], taken)
    return columns, reason


def _looked_around(
    points_xy: FloatArray, near_m: FloatArray, streets: "_Streets", most_m: float
) -> "_Seen":
    """Return what is seen around points, each looking ever farther until nothing can change its choice."""
    points_n = len(points_xy)
    from_m, to_m = np.full(points_n, -1.0), np.minimum(_still_near_m(near_m), most_m)
    waiting, rings = np.arange(points_n), list["_Seen"]()
    while True:
        ring = streets.ring(points_xy[waiting], from_m[waiting], to_m[waiting])
        rings.append(replace(ring, point=waiting[ring.point]))
        seen = _Seen.joined(rings)
        least_m = seen.nearest_m(points_n, _PLAIN, _RELUCTANT, _ALONE)
        settled = np.isfinite(seen.nearest_m(points_n, _PLAIN))
        settled |= (to_m >= most_m) | (to_m >= _still_near_m(least_m))
        waiting = np.flatnonzero(~settled)
        if not waiting.size:
            return seen
        from_m[waiting], to_m[waiting] = to_m[waiting], np.minimum(2.0 * to_m[waiting], most_m)


@dataclass(frozen=True, eq=False)
class _Seen:
    """Legs from points to stretches of street: the point, how it is taken, and where it joins."""

    point: IntArray
    rank: IntArray
    """``_PLAIN``, ``_RELUCTANT`` (stairs, or over a soft obstacle), ``_ALONE`` or ``_SHUT``."""
    columns: _Columns

    @classmethod
    def joined(cls, parts: "list[_Seen]") -> "_Seen":
        """Return all of them together."""
        return cls(
            np.concatenate([part.point for part in parts]),
            np.concatenate([part.rank for part in parts]),
            {name: np.concatenate([part.columns[name] for part in parts]) for name in _NAMES},
        )

    def nearest_m(self, points_n: int, *ranks: int) -> FloatArray:
        """Return (points,) metres to the nearest of some ranks, infinite where there is none."""
        found = np.full(points_n, np.inf)
        rows = np.isin(self.rank, ranks)
        np.minimum.at(found, self.point[rows], self.columns["snap_m"][rows])
        return found

    def choice(self, points_n: int) -> tuple[IntArray, NDArray[np.object_]]:
        """Return (points,) the row that each takes, -1 for none, and the reason for none."""
        free_m = self.nearest_m(points_n, _PLAIN)
        any_m = self.nearest_m(points_n, _PLAIN, _RELUCTANT)
        alone_m = self.nearest_m(points_n, _ALONE)
        shut = np.isfinite(self.nearest_m(points_n, _SHUT))
        plain = np.isfinite(free_m) & comparably_near(free_m, any_m)
        taken_m = np.where(plain, free_m, any_m)
        isolated = (alone_m < taken_m) & ~comparably_near(taken_m, alone_m)
        nothing = np.where(shut, GROUND, ISOLATED)
        reason = np.where(isolated, ISOLATED, np.where(np.isfinite(taken_m), "", nothing))
        wanted = (self.rank == _PLAIN) | ((self.rank == _RELUCTANT) & ~plain[self.point])
        wanted &= (reason == "")[self.point]
        wanted &= self.columns["snap_m"] <= taken_m[self.point] + EQUALLY_NEAR_M
        rows = np.flatnonzero(wanted)
        rows = rows[
            np.lexsort(
                [self.columns["offset_m"][rows], self.columns["edge"][rows], self.point[rows]]
            )
        ]
        point, first = np.unique(self.point[rows], return_index=True)
        row = np.full(points_n, -1, dtype=np.int64)
        row[point] = rows[first]
        return row, reason.astype(object)


class _Streets:
    """The streets that some points may join, for those who look at all of them around."""

    def __init__(self, network: Network, frontage: Frontage) -> None:
        self._network, self._frontage = network, frontage
        self._edges = np.flatnonzero(frontage.usable | frontage.stairs | frontage.alone)
        self._tree = shapely.STRtree(network.edge_lines[self._edges])

    def ring(self, points_xy: FloatArray, from_m: FloatArray, to_m: FloatArray) -> _Seen:
        """Return what is seen of the streets between two distances of each point, the latter inclusive."""
        network, obstacles = self._network, self._frontage.obstacles
        points = shapely.points(points_xy)
        point, found = self._tree.query(points, predicate="dwithin", distance=to_m + TOLERANCE)
        edge = self._edges[found]
        # Every pair of a point and an edge becomes one of a point and a piece of the edge …
        count = np.diff(network.edge_start)[edge] - 1
        point, vertex = np.repeat(point, count), np.repeat(network.edge_start[edge], count)
        vertex += _counted(count)
        length_m = np.hypot(*(network.edge_xy[vertex + 1] - network.edge_xy[vertex]).T)
        # … and of a stretch of the piece, where it matters which.
        parts = np.ceil(length_m / STRETCH_M).astype(np.int64) if obstacles is not None else 1
        parts = np.maximum(parts, np.ones(vertex.size, dtype=np.int64))
        number, parts_n = _counted(parts), np.repeat(parts, parts)
        point, vertex = np.repeat(point, parts), np.repeat(vertex, parts)
        between = number / parts_n, (number + 1) / parts_n
        columns = _joined(points_xy[point], vertex, network, between)
        kept = (columns["snap_m"] > from_m[point]) & (columns["snap_m"] <= to_m[point])
        columns, point = {name: values[kept] for name, values in columns.items()}, point[kept]
        return _Seen(point.astype(np.int64), self._ranks(points_xy[point], columns), columns)

    def _ranks(self, points_xy: FloatArray, columns: _Columns) -> IntArray:
        frontage, edge = self._frontage, columns["edge"].astype(np.int64)
        rank = np.select(
            [frontage.usable[edge], frontage.stairs[edge]], [_PLAIN, _RELUCTANT], _ALONE
        )
        if frontage.obstacles is not None:
            spots_xy = np.column_stack([columns["x"], columns["y"]])
            crossed = frontage.obstacles.crossed(points_xy, spots_xy)
            rank[(crossed != FREE) & (rank == _PLAIN)] = _RELUCTANT
            rank[crossed == HARD] = np.where(rank[crossed == HARD] == _ALONE, _UNSEEN, _SHUT)
        return rank.astype(np.int64)


def _counted(count: IntArray) -> IntArray:
    """Return 0 … n - 1 for every n, one after the other."""
    return np.asarray(np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count))


def _joined(
    points_xy: FloatArray,
    vertex: IntArray,
    network: Network,
    between: tuple[FloatArray | float, FloatArray | float] = (0.0, 1.0),
) -> _Columns:
    """Return the columns of points that join segments, which begin at ``vertex``, or a share of them."""
    begin, along = network.edge_xy[vertex], network.edge_xy[vertex + 1] - network.edge_xy[vertex]
    dot, length2_m2 = ((points_xy - begin) * along).sum(axis=1), (along**2).sum(axis=1)
    share = np.divide(dot, length2_m2, out=np.zeros_like(dot), where=length2_m2 > 0.0)
    share = np.clip(share, *between)
    spot = begin + share[:, None] * along
    edge = np.searchsorted(network.edge_start, vertex, side="right") - 1
    offset_m = network.vertex_offset_m[vertex] + share * np.hypot(*along.T)
    return {
        "edge": edge.astype(np.int64),
        "offset_m": np.minimum(offset_m, network.edge_length_m[edge]),
        "snap_m": np.hypot(*(points_xy - spot).T),
        "x": spot[:, 0],
        "y": spot[:, 1],
    }
