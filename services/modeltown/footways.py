"""Ways for walkers only: sidewalks and crossings of the centre, castle paths, temple steps."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from services.modeltown.cells import Cells
from services.modeltown.crossings import BRIDGE
from services.modeltown.kinds import ARTERIALS, KINDS, Stretch
from services.modeltown.landscape import Landscape
from services.modeltown.lattice import Spacing, straight_streets
from services.modeltown.linework import parts, piece

SIDEWALK_SHARE = 0.85
"""Sidewalks are mapped apart within this share of the centre's radius."""
CROSSING_EVERY_M = 85.0
CASTLE_RADIUS_M = 105.0
MOAT_M = (14.0, 34.0)
TEMPLE_APART_M = 600.0
APPROACH_M = 70.0
STEPS_FROM_M = 28.0
DANCHI_PATHS = Spacing(row_m=59.0, join_m=75.0)


@dataclass(frozen=True)
class Castle:
    """A park with a moat on the hill of the old centre."""

    park: Polygon
    island: Polygon

    def moat(self) -> Polygon:
        """Return the water between the outer and the inner bank."""
        outer = self.park.buffer(-MOAT_M[0])
        return Polygon(outer.exterior, [self.island.exterior.coords])


def draw_castle(ground: Landscape, rng: np.random.Generator) -> Castle:
    """Draw an irregular park around the hill."""
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    phase = rng.uniform(0, np.pi / 2)
    corners = 1 + 0.13 * np.cos(4 * (angles - phase)) + 0.05 * np.cos(3 * angles + phase)
    ring = np.column_stack([np.cos(angles), np.sin(angles)]) * (CASTLE_RADIUS_M * corners)[:, None]
    park = Polygon(ring + np.array(ground.terrain.hill))
    return Castle(park, park.buffer(-MOAT_M[1]))


def castle_ways(castle: Castle) -> list[Stretch]:
    """Return the street around the park, two bridges over the moat, a path and steps up."""
    middle = castle.park.centroid
    around = LineString(castle.park.exterior.coords)
    walk = castle.island.buffer(-4.0).exterior
    ways = [Stretch(around, "residential"), Stretch(LineString(walk.coords), "footway")]
    for share in (0.1, 0.6):
        gate = around.interpolate(share, normalized=True)
        way = LineString([gate, middle])
        inner = parts(way.intersection(castle.moat()))[0]
        start, end = way.project(Point(inner.coords[0])), way.project(Point(inner.coords[-1]))
        inside = way.project(Point(way.intersection(walk).coords[0]))
        ways += [
            Stretch(piece(way, 0.0, start), "footway"),
            Stretch(piece(way, start, end), "footway", BRIDGE),
            Stretch(piece(way, end, inside), "footway"),
            Stretch(piece(way, inside, way.length), "stairs"),
        ]
    return ways


def outside(stretches: list[Stretch], park: Polygon) -> list[Stretch]:
    """Return stretches without what lies in a park."""
    shapely.prepare(park)
    lines = np.array([stretch.line for stretch in stretches], dtype=object)
    meets = shapely.intersects(park, lines)
    kept = []
    for stretch, met in zip(stretches, meets.tolist(), strict=True):
        left = parts(stretch.line.difference(park)) if met else [stretch.line]
        kept += [Stretch(line, stretch.kind, stretch.tags) for line in left]
    return kept


def sidewalks(ground: Landscape, main: list[Stretch]) -> list[Stretch]:
    """Return sidewalks on both sides of the centre's main roads, and zebra crossings."""
    reach_m = SIDEWALK_SHARE * ground.plan.centre_radius_m
    zone = ground.centre.buffer(reach_m).intersection(ground.land().buffer(-3.0))
    ways = []
    for road in main:
        if road.kind not in ARTERIALS or road.tags:
            continue
        for stretch in parts(road.line.intersection(zone)):
            side_m = KINDS[road.kind].half_width_m - 1.0
            if stretch.length < CROSSING_EVERY_M:
                continue
            for offset_m in (side_m, -side_m):
                walk = stretch.offset_curve(offset_m).intersection(zone)
                ways += [Stretch(part, "footway") for part in parts(walk)]
            ways += _zebras(stretch, side_m)
    return ways


def _zebras(road: LineString, side_m: float) -> list[Stretch]:
    zebras = []
    for at_m in np.arange(CROSSING_EVERY_M / 2, road.length - 15.0, CROSSING_EVERY_M):
        here, ahead = road.interpolate(at_m), road.interpolate(at_m + 0.5)
        east, north = (ahead.x - here.x) / 0.5, (ahead.y - here.y) / 0.5
        reach_m = side_m + 0.3
        left = (here.x - north * reach_m, here.y + east * reach_m)
        right = (here.x + north * reach_m, here.y - east * reach_m)
        zebras.append(Stretch(LineString([left, (here.x, here.y), right]), "crossing"))
    return zebras


def temple_approaches(ground: Landscape, cells: Cells) -> list[Stretch]:
    """Return paths that leave a street at the foot of the plateau and climb it on steps."""
    rings = [cell for cell, town in zip(cells.polygons, cells.in_town, strict=True) if town]
    foot = shapely.get_coordinates(rings)
    above_m = ground.terrain.above_edge_m(foot)
    foot = foot[(above_m > -55.0) & (above_m < -30.0)]  # noqa: PLR2004  just below the slope
    foot = foot[np.lexsort(np.round(foot, 1).T)]
    land = ground.land().buffer(-5.0)
    shapely.prepare(land)
    ways: list[Stretch] = []
    taken: list[Point] = []
    for start in foot:
        point = Point(start)
        if any(point.distance(other) < TEMPLE_APART_M for other in taken):
            continue
        up = _uphill(ground, start)
        line = LineString([start, start + STEPS_FROM_M * up, start + APPROACH_M * up])
        if not land.contains(line):
            continue
        taken.append(point)
        ways.append(Stretch(piece(line, 0.0, STEPS_FROM_M), "footway"))
        ways.append(Stretch(piece(line, STEPS_FROM_M, APPROACH_M), "stairs"))
    return ways


def _uphill(ground: Landscape, here: np.ndarray) -> np.ndarray:
    around = here + 8.0 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    height_m = ground.terrain.above_edge_m(around)
    slope = np.array([height_m[0] - height_m[1], height_m[2] - height_m[3]])
    return np.asarray(slope / max(float(np.hypot(*slope)), 1e-9))


def danchi_paths(cells: Cells, rng: np.random.Generator) -> list[Stretch]:
    """Return the paths between the slabs of housing estates."""
    return [
        Stretch(line, "footway")
        for polygon, character in zip(cells.polygons, cells.characters, strict=True)
        if character == "danchi"
        for line in straight_streets(polygon, rng, spacing=DANCHI_PATHS)
    ]
