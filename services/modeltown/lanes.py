"""Grown streets: a cell is halved again and again by crooked lanes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon

from services.modeltown.linework import piece
from services.modeltown.noise import FloatArray

NARROW_M = 34.0
BENDS = 7
Target = Callable[[float, float], float]


@dataclass(frozen=True)
class Growth:
    """How a cell is halved: to which size, how crooked, and how many lanes end blind."""

    target_m2: Target
    turn_rad: float
    bend: float
    blind_share: float


def grown_lanes(cell: Polygon, rng: np.random.Generator, *, growth: Growth) -> list[LineString]:
    """Halve a cell until each block is as small as the target at its place."""
    lanes = []
    stack = [(cell, rng.uniform(0.7, 1.4))]
    while stack:
        polygon, whim = stack.pop()
        if _small(polygon, whim, growth):
            continue
        halves = _halve(polygon, rng, growth)
        if halves is None:
            continue
        lane, children = halves
        whims = rng.uniform(0.7, 1.4, len(children))
        leaves = all(
            _small(child, float(draw), growth) for child, draw in zip(children, whims, strict=True)
        )
        if leaves and rng.uniform() < growth.blind_share:
            share = rng.uniform(0.5, 0.75)
            lane = piece(lane, 0.0, share * lane.length)
            lanes.append(lane)
            continue
        lanes.append(lane)
        stack += [(child, float(draw)) for child, draw in zip(children, whims, strict=True)]
    return lanes


def _small(polygon: Polygon, whim: float, growth: Growth) -> bool:
    middle = polygon.centroid
    return polygon.area < whim * growth.target_m2(middle.x, middle.y)


def _halve(
    polygon: Polygon, rng: np.random.Generator, growth: Growth
) -> tuple[LineString, list[Polygon]] | None:
    frame = shapely.get_coordinates(shapely.oriented_envelope(polygon))
    sides = np.diff(frame[:3], axis=0)
    lengths_m = np.hypot(sides[:, 0], sides[:, 1])
    if lengths_m.min() < NARROW_M:
        return None
    along = sides[np.argmax(lengths_m)] / lengths_m.max()
    for bend in (growth.bend, 0.0):
        line = _cut(polygon, rng, along=along, bend=bend, turn_rad=growth.turn_rad)
        inner = shapely.intersection(line, polygon)
        if not isinstance(inner, LineString) or inner.length < NARROW_M / 2:
            continue
        cut = shapely.union(polygon.boundary, line)
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(cut))).tolist()
        children = [
            face for face in faces if face.area > 1.0 and polygon.contains(face.point_on_surface())
        ]
        if len(children) > 1:
            return inner, children
    return None


def _cut(
    polygon: Polygon, rng: np.random.Generator, *, along: FloatArray, bend: float, turn_rad: float
) -> LineString:
    """Return a crooked line across the polygon, about at right angles to its long side."""
    middle = np.array([polygon.centroid.x, polygon.centroid.y])
    reach_m = np.abs((shapely.get_coordinates(polygon) - middle) @ _turned(along, np.pi / 2)).max()
    span_m = np.abs((shapely.get_coordinates(polygon) - middle) @ along).max()
    across = _turned(along, np.pi / 2 + rng.normal(0, turn_rad))
    start = middle + along * rng.uniform(-0.26, 0.26) * span_m
    sway_m = np.cumsum(rng.normal(0, 1, BENDS)) * bend * reach_m
    sway_m -= sway_m.mean()
    out_m = np.linspace(-1.5, 1.5, BENDS) * (reach_m + 20.0)
    return LineString(
        start + np.outer(out_m, across) + np.outer(sway_m, _turned(across, np.pi / 2))
    )


def _turned(direction: FloatArray, angle_rad: float) -> FloatArray:
    cosine, sine = np.cos(angle_rad), np.sin(angle_rad)
    east, north = direction
    return np.array([east * cosine - north * sine, east * sine + north * cosine])
