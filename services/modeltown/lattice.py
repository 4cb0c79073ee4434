"""Planned streets: straight rows of one direction, or arcs with radial streets between them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, Polygon

from services.modeltown.linework import parts
from services.modeltown.noise import FloatArray

EDGE_M = 13.0
SHORT_M = 24.0
SKIP_SHARE = 0.17


@dataclass(frozen=True)
class Spacing:
    """Distances between the rows of a plan and between the streets that join rows."""

    row_m: float
    join_m: float


def straight_streets(
    cell: Polygon, rng: np.random.Generator, *, spacing: Spacing
) -> list[LineString]:
    """Lay rows along the cell's longest side, joined by streets at right angles."""
    angle = _main_angle(cell) + rng.normal(0, 0.03)
    cosine, sine = np.cos(angle), np.sin(angle)
    middle = np.array([cell.centroid.x, cell.centroid.y])
    reach_m = float(np.hypot(*(np.array(cell.bounds[2:]) - np.array(cell.bounds[:2])))) / 2 + 60
    rows_m = np.arange(-reach_m, reach_m, spacing.row_m) + rng.uniform(0, spacing.row_m)

    def place(u: FloatArray, v: FloatArray) -> FloatArray:
        turned = np.stack([u * cosine - v * sine, u * sine + v * cosine], axis=-1)
        return np.asarray(turned + middle, dtype=np.float64)

    ends_m = np.array([-reach_m, reach_m])
    rows = [LineString(place(ends_m, np.full(2, row_m))) for row_m in rows_m]
    joins = []
    at_m = np.arange(-reach_m, reach_m, spacing.join_m) + rng.uniform(0, spacing.join_m)
    for index in range(len(rows_m) - 1):
        if index % 3 == 0:
            at_m = at_m + rng.choice([0.0, 0.5]) * spacing.join_m
        kept_m = at_m[rng.uniform(size=len(at_m)) > SKIP_SHARE]
        joins += [LineString(place(np.full(2, u), rows_m[index : index + 2])) for u in kept_m]
    return _inside([*rows, *joins], cell)


def curved_streets(
    cell: Polygon, rng: np.random.Generator, *, spacing: Spacing
) -> list[LineString]:
    """Lay arcs around a point beside the cell, joined by radial streets."""
    middle = np.array([cell.centroid.x, cell.centroid.y])
    size_m = float(np.sqrt(cell.area))
    away_m = size_m * rng.uniform(0.75, 1.2)
    bearing = rng.uniform(0, 2 * np.pi)
    pole = middle + away_m * np.array([np.cos(bearing), np.sin(bearing)])
    step_m = spacing.join_m / 6
    reach_m = 1.2 * float(shapely.minimum_bounding_radius(cell)) + size_m * 0.2
    nearest_m = max(spacing.row_m, away_m - reach_m)
    radii_m = np.arange(nearest_m, away_m + reach_m, spacing.row_m)
    turns = 2 * np.pi * np.arange(int(2 * np.pi * (away_m + size_m) / step_m))
    angles = turns / len(turns)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    rows = [LineString(np.vstack([circle, circle[:1]]) * r + pole) for r in radii_m]
    joins = []
    for inner_m, outer_m in pairwise(radii_m):
        every = max(1, round(spacing.join_m / (2 * np.pi * outer_m / len(angles))))
        start = int(rng.integers(every))
        joins += [
            LineString([circle[at] * inner_m + pole, circle[at] * outer_m + pole])
            for at in range(start, len(angles), every)
        ]
    return _inside([*rows, *joins], cell)


def _main_angle(cell: Polygon) -> float:
    xy = shapely.get_coordinates(cell.exterior.simplify(20.0))
    steps = np.diff(xy, axis=0)
    east, north = steps[np.argmax(np.hypot(steps[:, 0], steps[:, 1]))]
    return float(np.arctan2(north, east))


def _inside(lines: list[LineString], cell: Polygon) -> list[LineString]:
    """Return what lies in the cell, without stubs and without streets along its edge."""
    shapely.prepare(cell)
    clipped = shapely.intersection(np.array(lines, dtype=object), cell)
    pieces = np.array(
        [part for part in shapely.get_parts(clipped).tolist() if isinstance(part, LineString)],
        dtype=object,
    )
    if len(pieces) == 0:
        return []
    core = cell.buffer(-EDGE_M)
    inner_m = shapely.length(shapely.intersection(pieces, core))
    length_m = shapely.length(pieces)
    keep = (length_m > SHORT_M) & (inner_m > length_m - 3.2 * EDGE_M) & (inner_m > 0.35 * length_m)
    return [part for piece in pieces[keep].tolist() for part in parts(piece)]
