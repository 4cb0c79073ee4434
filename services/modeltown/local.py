"""Local streets of every cell, by its character; grown ones halve a cell again and again."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon

from services.modeltown.cells import Cells
from services.modeltown.kinds import Stretch
from services.modeltown.lattice import Spacing, curved_streets, straight_streets
from services.modeltown.linework import piece
from services.modeltown.noise import FloatArray

GRID = Spacing(row_m=34.0, join_m=92.0)
CRESCENT = Spacing(row_m=36.0, join_m=84.0)
DANCHI = Spacing(row_m=118.0, join_m=150.0)
INDUSTRY = Spacing(row_m=150.0, join_m=210.0)
VILLAGE_M = 130.0
FIELDS_M = 420.0
VILLAGE_BLOCK_M2 = 3600.0
FIELD_BLOCK_M2 = 42_000.0
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


def local_streets(cells: Cells, rng: np.random.Generator) -> list[Stretch]:
    """Lay the streets inside every cell."""
    stretches = []
    for index, polygon in enumerate(cells.polygons):
        character = cells.characters[index]
        if character in {"grid", "crescent", "danchi", "industry"}:
            lines = _planned(polygon, character, rng)
            kinds = ["residential"] * len(lines)
        else:
            growth = _growth(character, cells.village[index])
            lines = grown_lanes(polygon, rng, growth=growth)
            kinds = [_lane_kind(line, character, cells.village[index]) for line in lines]
        stretches += [Stretch(line, kind) for line, kind in zip(lines, kinds, strict=True)]
    return stretches


def _planned(polygon: Polygon, character: str, rng: np.random.Generator) -> list[LineString]:
    if character == "crescent":
        return curved_streets(polygon, rng, spacing=CRESCENT)
    spacing = {"danchi": DANCHI, "industry": INDUSTRY}.get(character, GRID)
    return straight_streets(polygon, rng, spacing=spacing)


def _growth(character: str, village: np.ndarray) -> Growth:
    if character == "centre":
        return Growth(lambda _x, _y: 3300.0, turn_rad=0.13, bend=0.07, blind_share=0.10)
    if character == "sprawl":
        return Growth(lambda _x, _y: 4600.0, turn_rad=0.16, bend=0.06, blind_share=0.25)

    def target_m2(east_m: float, north_m: float) -> float:
        away_m = float(np.hypot(east_m - village[0], north_m - village[1]))
        if np.isnan(away_m):
            return FIELD_BLOCK_M2
        share = min(max((away_m - VILLAGE_M) / (FIELDS_M - VILLAGE_M), 0.0), 1.0)
        return VILLAGE_BLOCK_M2 + share * (FIELD_BLOCK_M2 - VILLAGE_BLOCK_M2)

    return Growth(target_m2, turn_rad=0.22, bend=0.11, blind_share=0.12)


def _lane_kind(line: LineString, character: str, village: np.ndarray) -> str:
    if character != "rural":
        return "residential"
    middle = line.interpolate(0.5, normalized=True)
    away_m = float(np.hypot(middle.x - village[0], middle.y - village[1]))
    return "unclassified" if away_m < FIELDS_M * 0.7 else "track"
