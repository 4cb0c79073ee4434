"""
The sea: what coastlines close off, with land on their left and water on their right.

A coastline is a line, as a map is of a part of the coast only: with the frame of the map it makes
faces, and each is sea or land by the side of it that the coastline shows.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.arrays import BoolArray, FloatArray, IntArray

EDGE_M = 1_000.0
"""
An extract may end so far within the frame: a coast that ends there goes on straight to it. The margin
around a municipality is wider (``margin_m``, 1,500 m), so that no shore of its own is made up.
"""

_BESIDE_M = 1e-3


@dataclass(frozen=True, slots=True)
class Sea:
    """The sea within a frame."""

    areas: NDArray[np.object_]
    """(k,) polygons; islands are holes."""
    unclear: BoolArray
    """(n,) coastlines that do not close, or of which another says that their sea is land."""


def sea_within(frame: BaseGeometry, coasts: NDArray[np.object_]) -> Sea:
    """
    Find the sea.

    Parameters
    ----------
    frame
        An area, plane CRS, metres.
    coasts
        (n,) lines with land on their left, same CRS; what lies beyond the frame plays no part.

    Returns
    -------
    The faces between coastlines and frame that show their coastlines the right hand only. A coastline
    with the same face on both its sides closes nothing off and says nothing. Where two disagree on a
    face, neither it nor a face on the other side of their coast there is sea. No coast is no sea.
    """
    parts, coast = shapely.get_parts(
        shapely.clip_by_rect(coasts, *shapely.bounds(frame)), return_index=True
    )
    faces = _faces(parts, frame) if len(parts) else parts
    left, right, line = _sides(parts, faces)
    open_ = left == right
    count = len(faces)
    sea = np.bincount(right[~open_], minlength=count) > 0
    torn = sea & (np.bincount(left[~open_], minlength=count) > 0)
    doubtful = ~open_ & (torn[left] | torn[right])
    sea[np.concatenate([left[doubtful], right[doubtful]])] = False
    unclear = np.zeros(len(coasts), dtype=np.bool_)
    unclear[coast[line[open_ | doubtful]]] = True
    return Sea(faces[sea], unclear)


def _faces(parts: NDArray[np.object_], frame: BaseGeometry) -> NDArray[np.object_]:
    """Return the faces between lines within a frame, loose ends near its border led there."""
    border = shapely.boundary(frame)
    opened = parts[~shapely.is_closed(parts)]
    ends = np.concatenate([shapely.get_point(opened, at) for at in (0, -1)])
    _, first, number = np.unique(
        shapely.get_coordinates(ends), axis=0, return_index=True, return_counts=True
    )
    loose = ends[first[number == 1]]
    away_m = shapely.distance(loose, border)
    inside = shapely.contains_properly(frame, loose)
    near = inside & (away_m > 0) & (away_m <= EDGE_M)
    ends_xy = shapely.get_coordinates(shapely.shortest_line(loose[near], border)).reshape(-1, 2, 2)
    # A metre over the border, so that it is met whatever is rounded.
    ends_xy[:, 1] += (ends_xy[:, 1] - ends_xy[:, 0]) / away_m[near][:, None]
    led = np.asarray(shapely.linestrings(ends_xy), dtype=object)
    whole = shapely.union_all([*parts, *led, border])
    return np.asarray(shapely.get_parts(shapely.polygonize([whole])))


def _sides(
    parts: NDArray[np.object_], faces: NDArray[np.object_]
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the faces on the left and on the right of each straight piece, and its line."""
    xy, line = shapely.get_coordinates(parts, return_index=True)
    begin = np.flatnonzero(line[1:] == line[:-1])
    along = xy[begin + 1] - xy[begin]
    length_m = np.hypot(*along.T)[:, None]
    aside: FloatArray = np.divide(
        np.column_stack([-along[:, 1], along[:, 0]]), length_m, where=length_m > 0, out=0 * along
    )
    middle = (xy[begin] + xy[begin + 1]) / 2
    tree = shapely.STRtree(faces)
    beside = np.full((2, begin.size), -1, dtype=np.int64)
    for side, sign in enumerate((1, -1)):
        point, face = tree.query(
            np.asarray(shapely.points(middle + sign * _BESIDE_M * aside)), predicate="intersects"
        )
        beside[side, point] = face
    known = (beside >= 0).all(axis=0)
    return beside[0, known], beside[1, known], line[begin[known]]
