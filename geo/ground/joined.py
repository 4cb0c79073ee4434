"""Ground of several sources joined: what stands in two of them is once, and names fill what has none."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.ground.kinds import Kind

LINE_M = 20.0
"""A line within this of one of the first source is the same."""
_SAME_LINES: tuple[tuple[frozenset[Kind], frozenset[Kind]], ...] = (
    (frozenset({"railway", "tramway"}), frozenset({"railway", "tramway"})),
    (
        frozenset({"river", "canal", "stream", "ditch"}),
        frozenset({"river", "canal", "stream", "ditch", "water"}),
    ),
)
"""Kinds of the further source, and of the first which they are compared with."""
_SAME_POINTS: tuple[tuple[frozenset[Kind], float], ...] = (
    (frozenset({"school", "university"}), 100.0),
    (frozenset({"station"}), 300.0),
)
"""Kinds, and how near two of one name are the same."""

_Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class JoinedGround:
    """The ground of two sources."""

    ground: gpd.GeoDataFrame
    """Rows of the first, with names of the further one where they had none, then what is new."""
    new_n: int
    """Rows of the further source of which something is new."""
    same_n: int
    """Rows of it that stand in the first wholly."""
    named_n: int
    """Rows of the first that have a name now."""


def join_ground(first: gpd.GeoDataFrame, further: gpd.GeoDataFrame) -> JoinedGround:
    """
    Add a further source to the ground, each thing once.

    Of a line only what lies farther than ``LINE_M`` from railways (of a river: from any water) of the
    first source is new. A school or station is the same as one of the first within 100 m (300 m) of
    its own name, or that begins or ends with it; so is the nearest without a name, which takes it.

    Parameters
    ----------
    first
        ``kind``, ``name``, ``level``, ``geometry`` and whatever else, plane CRS, metres.
    further
        The same columns and CRS; railways, waters, schools and stations are compared, others added.

    Returns
    -------
    The ground and how many rows are new, the same and named. The order of rows changes nothing but
    that of the result.
    """
    names = first["name"].to_numpy(dtype=object).copy()
    shapes = further.geometry.to_numpy().copy()
    new = np.ones(len(further), dtype=np.bool_)
    for kinds, others in _SAME_LINES:
        rows, at = _rows(further, kinds), _rows(first, others)
        base = first.geometry.to_numpy()[at]
        near = shapely.union_all(shapely.buffer(base, LINE_M))
        names[at] = _named_lines(base, names[at], further.iloc[rows])
        shapes[rows] = [_beyond(shape, near) for shape in shapes[rows]]
        new[rows] = ~shapely.is_empty(shapes[rows])
    for kinds, same_m in _SAME_POINTS:
        rows, at = _rows(further, kinds), _rows(first, kinds)
        new[rows] = _point_is_new(first, names, at, further.iloc[rows], same_m)
    named_n = int((names != first["name"].to_numpy(dtype=object)).sum())
    whole = first.assign(name=names)
    if new.any():
        added = further.set_geometry(gpd.GeoSeries(shapes, index=further.index, crs=first.crs))[new]
        whole = pd.concat([whole, added], ignore_index=True) if len(whole) else added
    return JoinedGround(whole, int(new.sum()), int((~new).sum()), named_n)


def _rows(ground: gpd.GeoDataFrame, kinds: frozenset[Kind]) -> NDArray[np.int64]:
    return np.flatnonzero(ground["kind"].isin(kinds))


def _beyond(shape: shapely.Geometry, near: shapely.Geometry) -> shapely.Geometry:
    """Return what of a line is new; ends that stick out by no more than the tolerance are not."""
    rest = shapely.get_parts(shapely.difference(shape, near))
    return shapely.MultiLineString(list(rest[shapely.length(rest) > LINE_M]))


def _named_lines(base: _Shapes, names: _Shapes, further: gpd.GeoDataFrame) -> _Shapes:
    """Return names of lines: of what has none, that of the line that most of it lies along."""
    known = further[further["name"] != ""]
    strips = shapely.buffer(known.geometry.to_numpy(), LINE_M)
    tree, given = shapely.STRtree(strips), known["name"].tolist()
    named = names.copy()
    for row in np.flatnonzero((names == "") & (shapely.get_dimensions(base) == 1)).tolist():
        length_m = float(shapely.length(base[row]))
        along: dict[str, float] = {}
        for other in tree.query(base[row], predicate="intersects").tolist():
            shared_m = float(shapely.length(shapely.intersection(base[row], strips[other])))
            along[given[other]] = along.get(given[other], 0.0) + shared_m
        best = min(along.items(), key=lambda each: (-each[1], each[0]), default=("", 0.0))
        if best[1] >= length_m / 2:
            named[row] = best[0]
    return named


def _point_is_new(
    first: gpd.GeoDataFrame,
    names: _Shapes,
    at: NDArray[np.int64],
    further: gpd.GeoDataFrame,
    same_m: float,
) -> NDArray[np.bool_]:
    """Say which points are new; those that are not may name what has no name, the nearest first."""
    new = np.ones(len(further), dtype=np.bool_)
    base = first.geometry.to_numpy()[at]
    points, called = further.geometry.to_numpy(), further["name"].tolist()
    tree = shapely.STRtree(base)
    pairs = tree.query(points, predicate="dwithin", distance=same_m)
    far_m = shapely.distance(points[pairs[0]], base[pairs[1]])
    place = shapely.get_coordinates(shapely.centroid(base[pairs[1]]))
    order = np.lexsort((place[:, 1], place[:, 0], [called[p] for p in pairs[0]], far_m))
    matched: list[Sequence[int]] = pairs[:, order].T.tolist()
    for point, row in matched:
        if _same_name(called[point], names[at[row]]):
            new[point] = False
    for point, row in matched:
        if new[point] and not names[at[row]]:
            new[point] = False
            names[at[row]] = called[point]
    return new


def _same_name(one: str, other: str) -> bool:
    """Say whether two names are one, with or without a word for whose or what it is."""
    short, long = sorted((one, other), key=len)
    return bool(short) and (long.startswith(short) or long.endswith(short))
