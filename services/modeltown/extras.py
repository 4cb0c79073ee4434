"""What the map file holds besides the streets: rails, water, a motorway, a path on its own."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from services.modeltown.arterials import draw_motorway
from services.modeltown.blocks import Blocks
from services.modeltown.cells import GRID_M, Cells
from services.modeltown.crossings import BRIDGE
from services.modeltown.footways import Castle
from services.modeltown.kinds import ARTERIALS
from services.modeltown.landscape import Landscape
from services.modeltown.linework import parts
from services.modeltown.names import NAMES
from services.modeltown.noise import FloatArray
from services.modeltown.streets import ObjectArray, TownStreets, end_nodes

LOOP_RADIUS_M = 26.0
LOOP_SHARE = 0.6
LOOP_CANDIDATES = 25
Key = tuple[int, int]


@dataclass(frozen=True)
class Extra:
    """A way that the streets do not hold."""

    line: LineString
    tags: dict[str, str]


@dataclass(frozen=True)
class Area:
    """An area of the ground."""

    shape: Polygon
    tags: dict[str, str]


@dataclass(frozen=True)
class Features:
    """Ways besides the streets, tags of nodes by their position on the grid, and what has a shape."""

    ways: list[Extra]
    node_tags: dict[Key, dict[str, str]]
    areas: list[Area]
    """Those with holes are written as multipolygons."""


def draw_features(
    ground: Landscape, streets: TownStreets, *, castle: Castle, lone_path: LineString
) -> Features:
    """Return every extra way and the tags of crossings and stations."""
    tags = {key: {"highway": "crossing", "crossing": "zebra"} for key in _zebra_keys(streets)}
    rails = [_with_level_crossings(line, streets) for line in ground.railway.lines]
    for line in ground.railway.lines:
        tags |= {key: {"railway": "level_crossing"} for key in _level_keys(line, streets)}
    motorway = draw_motorway(ground.plan)
    tags_of_rail = {"railway": "rail", "name": NAMES.map.railway}
    banks = ground.river.banks
    ways = [Extra(part, tags_of_rail) for rail in rails for part in parts(rail.difference(banks))]
    ways += [
        Extra(part, {**tags_of_rail, **dict(BRIDGE)})
        for rail in rails
        for part in parts(rail.intersection(banks))
    ]
    ways += [
        Extra(ground.river.centreline, {"waterway": "river", "name": NAMES.map.river}),
        Extra(
            motorway,
            {"highway": "motorway", "bridge": "yes", "layer": "2", "name": NAMES.map.motorway},
        ),
        Extra(
            _ramp(motorway, streets),
            {"highway": "trunk", "motorroad": "yes", "layer": "1", "bridge": "yes"},
        ),
        Extra(lone_path, {"highway": "footway", "note": NAMES.map.lone_path}),
    ]
    areas = [
        Area(castle.park, {"leisure": "park", "name": NAMES.map.castle_park}),
        Area(castle.moat(), {"natural": "water", "water": "moat"}),
        Area(ground.river.banks, {"natural": "water", "water": "river", "name": NAMES.map.river}),
    ]
    return Features(ways, tags, areas)


def keys_of(xy: FloatArray) -> list[Key]:
    """Return the position of points on the grid."""
    numbers = np.round(xy / GRID_M).astype(np.int64).tolist()
    return [(east, north) for east, north in numbers]


def _zebra_keys(streets: TownStreets) -> list[Key]:
    """Return where a zebra crossing meets the road that it crosses."""
    ends = end_nodes(streets.edges)
    zebra = np.unique(ends[streets.has(frozenset({"crossing"}))])
    road = np.unique(ends[streets.has(ARTERIALS)])
    both = np.isin(ends, np.intersect1d(zebra, road))
    first = shapely.get_coordinates(shapely.get_point(streets.edges, 0))[both[:, 0]]
    last = shapely.get_coordinates(shapely.get_point(streets.edges, -1))[both[:, 1]]
    return sorted(set(keys_of(np.concatenate([first, last]))))


def _level_points(line: LineString, streets: TownStreets) -> ObjectArray:
    """Return the vertices of streets that lie on the rails, between stations and overpasses."""
    separated = np.array([stretch.grade_separated for stretch in streets.stretches])
    edges = streets.edges[~separated[streets.stretch]]
    near = edges[shapely.dwithin(edges, line, GRID_M)]
    points = np.asarray(shapely.points(shapely.get_coordinates(near)), dtype=object)
    near_m = shapely.distance(points, line)
    return np.asarray(points, dtype=object)[near_m < 2 * GRID_M]


def _level_keys(line: LineString, streets: TownStreets) -> list[Key]:
    return sorted(set(keys_of(shapely.get_coordinates(_level_points(line, streets)))))


def _with_level_crossings(line: LineString, streets: TownStreets) -> LineString:
    """Return the rails with a vertex wherever a street crosses them."""
    points = [*map(Point, line.coords), *_level_points(line, streets).tolist()]
    order = sorted({round(line.project(point), 3): point for point in points}.items())
    return LineString([point for _, point in order])


def _ramp(motorway: LineString, streets: TownStreets) -> LineString:
    """Return the road for motor vehicles only from the bypass to the motorway."""
    trunk = shapely.union_all(streets.edges[streets.has(frozenset({"trunk"}))])
    corners = shapely.get_coordinates(trunk)
    away_m = shapely.distance(shapely.points(corners), motorway)
    start = corners[np.argmin(np.abs(away_m - 150.0))]
    end = motorway.interpolate(motorway.project(Point(start)) + 260.0)
    return LineString([start, ((start[0] + end.x) / 2, start[1]), end])


def draw_lone_path(cells: Cells, blocks: Blocks) -> LineString:
    """Return a loop in the widest built-up block: a park path that no street reaches."""
    character = np.array(cells.characters)[blocks.cell][blocks.block]
    faces = blocks.faces[np.isin(character, ["grid", "sprawl", "crescent"])]
    order = np.argsort(-shapely.area(faces), kind="stable")[:LOOP_CANDIDATES]
    rooms = shapely.maximum_inscribed_circle(faces[order], tolerance=2.0)
    widest = rooms[int(np.argmax(shapely.length(rooms)))]
    radius_m = min(LOOP_RADIUS_M, LOOP_SHARE * float(widest.length))
    loop = shapely.get_point(widest, 0).buffer(radius_m, quad_segs=5)
    return LineString(loop.exterior.coords)
