"""Ground at a scale: what a map of that scale shows of it, with the bends that are seen, and where names stand."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.arrays import FloatArray, IntArray
from geo.ground.kinds import LINES, POINTS, Kind

_COARSEST_M: dict[Kind, float] = {
    "field": 40.0,
    "wetland": 40.0,
    "park": 40.0,
    "cemetery": 40.0,
    "industry": 40.0,
    "military": 40.0,
    "airfield": 40.0,
    "university": 40.0,
    "road": 40.0,
    "canal": 40.0,
    "stream": 10.0,
    "tramway": 20.0,
    "grass": 20.0,
    "shops": 20.0,
    "school": 10.0,
    "hospital": 10.0,
    "townhall": 10.0,
    "hall": 10.0,
    "shrine": 5.0,
    "temple": 5.0,
    "library": 5.0,
    "post_office": 5.0,
    "police": 5.0,
    "fire_station": 5.0,
    "ditch": 5.0,
    "cliff": 5.0,
    "embankment": 5.0,
    "wall": 2.0,
    "fence": 2.0,
}
"""A kind is shown where a pixel is so many metres or fewer; what is not named here, always."""

SCALES_M = (1.0, 3.0, 8.0, 32.0)
"""
Metres of a pixel of the maps that a workspace keeps the ground for: of streets close by, of an area on
paper, of a district, of a whole town.
"""

_LEAST_PX = 4.0
"""An area smaller than a square of so many pixels is not seen."""
_BEND_PX = 0.5
"""A bend smaller than this is not seen."""
_WIDE_PX = 2.0
"""Water narrower than this on the mean is seen by the line of its river only."""
_WATERWAYS = frozenset({"river", "canal", "stream", "ditch"})
_NAMED_AREAS = frozenset({"water", "park", "wood", "cemetery", "military", "airfield", "industry"})
_NAMED_LINES = frozenset({"river", "canal", "stream", "railway", "tramway", "road"})


@dataclass(frozen=True, slots=True)
class DrawnGround:
    """What is shown of a ground, by the rows that it is of."""

    row: IntArray
    """(k,) row of the ground."""
    shape: NDArray[np.object_]
    """(k,) geometries in its plane."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Where signs and names stand."""

    row: IntArray
    """(k,) row of the ground that has the kind, the name and the number."""
    xy: FloatArray
    """(k, 2) metres."""
    rank: IntArray
    """(k,) 1 for the largest of its kind, and so on; points, which have no size, come last."""


def drawn_at(
    kinds: Sequence[Kind],
    shapes: NDArray[np.object_],
    *,
    pixel_m: float,
    inside: BaseGeometry | None = None,
) -> DrawnGround:
    """
    Choose and simplify what a map shows beside the streets.

    Parameters
    ----------
    kinds
        n kinds.
    shapes
        (n,) geometries, plane CRS, metres.
    pixel_m
        Metres of a pixel: of two maps the coarser one shows fewer kinds, no small areas, fewer bends.
    inside
        Nothing is shown beyond its bounding box, plane CRS; if not given, all is.

    Returns
    -------
    What is seen, in the order of the rows: lines, areas, and points where a sign or a name stands; a
    school or the like that is too small for an area is a point. Shown once more for a map that is as
    coarse or coarser, it is what that map shows, each bend within half a pixel of either.
    """
    wide = np.array([_COARSEST_M.get(kind, np.inf) for kind in kinds], dtype=np.float64)
    row = np.flatnonzero(wide >= pixel_m)
    shape = shapes[row]
    if inside is not None:
        shape = shapely.clip_by_rect(shape, *shapely.bounds(inside))
    small = np.array([kinds[one] not in LINES for one in row.tolist()], dtype=np.bool_)
    small &= shapely.area(shape) < (_LEAST_PX * pixel_m) ** 2
    signed = small & np.array([kinds[one] in POINTS for one in row.tolist()], dtype=np.bool_)
    shape[signed] = shapely.point_on_surface(shape[signed])
    seen = ~shapely.is_empty(shape) & (~small | signed)
    return DrawnGround(row[seen], shapely.simplify(shape[seen], _BEND_PX * pixel_m))


def drawn_dry(
    kinds: Sequence[Kind], shapes: NDArray[np.object_], *, pixel_m: float
) -> NDArray[np.object_]:
    """
    Draw no river within its own water.

    Parameters
    ----------
    kinds, shapes, pixel_m
        As ``drawn_at`` takes them.

    Returns
    -------
    (n,) the shapes; of rivers, canals and the like only what lies in no area of water that is wide
    enough to be seen, so that a line may be left empty.
    """
    kind = np.asarray(kinds, dtype=object)
    dry = shapes.copy()
    water = shapes[
        np.isin(kind.astype(str), ("water", "sea")) & (shapely.get_dimensions(shapes) > 1)
    ]
    # A long area is as wide as it has square metres for each metre of one bank.
    width_m = 2 * shapely.area(water) / shapely.length(water)
    water = water[width_m >= _WIDE_PX * pixel_m]
    rows = np.flatnonzero(np.isin(kind.astype(str), list(_WATERWAYS)))
    line, area = shapely.STRtree(water).query(shapes[rows], predicate="intersects")
    for one in np.unique(line).tolist():
        around = shapely.union_all(water[area[line == one]])
        dry[rows[one]] = shapely.difference(shapes[rows[one]], around)
    return dry


def labels_at(
    kinds: Sequence[Kind],
    names: Sequence[str],
    shapes: NDArray[np.object_],
    *,
    spacing_m: float,
    inside: BaseGeometry,
) -> Labels:
    """
    Choose where signs and names stand.

    Parameters
    ----------
    kinds
        n kinds.
    names
        n names, empty where there is none; of a road, its number.
    shapes
        (n,) geometries, plane CRS, metres, as ``drawn_at`` chose them.
    spacing_m
        A line has its name again after so many metres.
    inside
        No name stands beyond its bounding box, plane CRS.

    Returns
    -------
    A point for each school, hall, station …, named or not; a point within each park, water …, that has
    a name, but for the water of a river whose line has it; and points along the lines of one kind and
    name, at the middle of each stretch.
    """
    clipped = shapely.clip_by_rect(shapes, *shapely.bounds(inside))
    candidates = np.flatnonzero(~shapely.is_empty(clipped))
    size = shapely.area(shapes)
    rivers = {names[row] for row in candidates.tolist() if kinds[row] in _WATERWAYS & _NAMED_LINES}
    spots: list[tuple[int, BaseGeometry]] = []
    lines: dict[tuple[Kind, str], list[int]] = {}
    for row in candidates.tolist():
        kind, name = kinds[row], names[row]
        of_river = kind == "water" and name in rivers
        if kind in POINTS or (kind in _NAMED_AREAS and name and not of_river):
            spots.append((row, shapely.point_on_surface(clipped[row])))
        elif kind in _NAMED_LINES and name:
            lines.setdefault((kind, name), []).append(row)
    for rows in lines.values():
        whole = shapely.line_merge(shapely.union_all(clipped[rows]))
        size[rows] = shapely.length(whole)
        parts = shapely.get_parts(whole)
        # The longest piece has the name even where all are short.
        parts = parts[np.argsort(-shapely.length(parts), kind="stable")]
        for number, part in enumerate(parts):
            stretches = int(shapely.length(part) // spacing_m)
            if not number:
                stretches = max(stretches, 1)
            at = (np.arange(stretches) + 0.5) / max(stretches, 1)
            points = shapely.line_interpolate_point(part, at, normalized=True)
            spots.extend((rows[0], point) for point in points)
    of_spots = np.array([row for row, _ in spots], dtype=np.int64)
    xy = shapely.get_coordinates([point for _, point in spots]).reshape(-1, 2)
    return Labels(of_spots, xy, _ranks(kinds, of_spots, size))


def _ranks(kinds: Sequence[Kind], row: IntArray, size: FloatArray) -> IntArray:
    """Return the rank of each row's size among those of its kind; equal sizes share theirs."""
    sizes: dict[Kind, set[float]] = {}
    for one in row.tolist():
        sizes.setdefault(kinds[one], set()).add(float(size[one]))
    of = {
        kind: {s: n for n, s in enumerate(sorted(found, reverse=True), start=1)}
        for kind, found in sizes.items()
    }
    return np.array([of[kinds[one]][float(size[one])] for one in row.tolist()], dtype=np.int64)
