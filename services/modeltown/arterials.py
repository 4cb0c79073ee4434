"""Main roads: a warped, jittered lattice, the old highway, spokes of the centre and a bypass."""

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, box

from services.modeltown.kinds import Stretch
from services.modeltown.linework import parts
from services.modeltown.noise import FloatArray, Waves
from services.modeltown.plan import TownPlan

STEP_M = 45.0
TILT_RAD = 0.32
SPOKES = 5
BESIDE_M = 80.0
NO_FOOT = (("foot", "no"),)


def draw_arterials(plan: TownPlan, rng: np.random.Generator, *, centre: Point) -> list[Stretch]:
    """Draw every main road over the whole extent, across river and railway."""
    frame = extent(plan)
    lattice = _lattice(plan, rng)
    highway = _old_highway(plan, rng, centre)
    lines = [*_beside(lattice, highway), *highway, *_spokes(plan, rng, centre)]
    bypass = _bypass(plan)
    middle_m = bypass.project(Point(-0.55 * plan.half_width_m, 0.0))
    closed = bypass.interpolate(middle_m).buffer(0.16 * plan.half_width_m)
    lines += [Stretch(part, "trunk") for part in parts(bypass.difference(closed))]
    lines += [Stretch(part, "trunk", NO_FOOT) for part in parts(bypass.intersection(closed))]
    return [
        Stretch(part, stretch.kind, stretch.tags)
        for stretch in lines
        for part in parts(stretch.line.intersection(frame))
    ]


def extent(plan: TownPlan) -> Polygon:
    """Return the rectangle in which everything lies."""
    east_m, north_m = plan.half_width_m + plan.margin_m, plan.half_height_m + plan.margin_m
    return box(-east_m, -north_m, east_m, north_m)


def _lattice(plan: TownPlan, rng: np.random.Generator) -> list[Stretch]:
    warp_east, warp_north = (Waves.draw(rng, plan.arterial_spacing_m * 4.2) for _ in range(2))
    amplitude_m = plan.arterial_spacing_m * 0.26
    reach_m = float(np.hypot(plan.half_width_m, plan.half_height_m)) + plan.margin_m + 600.0
    along_m = np.arange(-reach_m, reach_m, STEP_M)
    number = int(reach_m / plan.arterial_spacing_m)
    cosine, sine = np.cos(TILT_RAD), np.sin(TILT_RAD)
    stretches = []
    for family in range(2):
        for index in range(-number, number + 1):
            offset_m = (index + rng.uniform(-0.2, 0.2)) * plan.arterial_spacing_m
            across_m = np.full_like(along_m, offset_m)
            u, v = (along_m, across_m) if family == 0 else (across_m, along_m)
            xy = np.column_stack([u * cosine - v * sine, u * sine + v * cosine])
            xy = xy + amplitude_m * np.column_stack([warp_east.at(xy), warp_north.at(xy)])
            kind = "secondary" if index % 3 == 0 else "tertiary"
            stretches.append(Stretch(LineString(xy), kind))
    return stretches


def _beside(lattice: list[Stretch], highway: list[Stretch]) -> list[Stretch]:
    """Return the lattice without what runs close along the old highway."""
    strip = shapely.union_all([road.line for road in highway]).buffer(BESIDE_M)
    kept = []
    for road in lattice:
        beside = [
            part for part in parts(road.line.intersection(strip)) if part.length > 5 * BESIDE_M
        ]
        rest = road.line.difference(shapely.union_all(beside).buffer(1.0)) if beside else road.line
        kept += [Stretch(part, road.kind) for part in parts(rest)]
    return kept


def _wandering(start: FloatArray, end: FloatArray, waves: Waves, amplitude_m: float) -> LineString:
    length_m = float(np.hypot(*(end - start)))
    share = np.linspace(0, 1, max(int(length_m / STEP_M), 2))
    xy = start + share[:, None] * (end - start)
    normal = np.array([-(end - start)[1], (end - start)[0]]) / length_m
    sway_m = amplitude_m * waves.at(xy) * np.sin(np.pi * share) ** 0.5
    return LineString(xy + sway_m[:, None] * normal)


def _old_highway(plan: TownPlan, rng: np.random.Generator, centre: Point) -> list[Stretch]:
    waves = Waves.draw(rng, 1300.0)
    east_m, north_m = plan.half_width_m + plan.margin_m, plan.half_height_m + plan.margin_m
    gate = np.array([centre.x, centre.y])
    ends = [np.array([-east_m - 60.0, -north_m * 0.62]), np.array([east_m + 60.0, north_m * 0.5])]
    return [Stretch(_wandering(gate, end, waves, 70.0), "secondary") for end in ends]


def _spokes(plan: TownPlan, rng: np.random.Generator, centre: Point) -> list[Stretch]:
    waves = Waves.draw(rng, 500.0)
    start = rng.uniform(0, 2 * np.pi)
    spokes = []
    for index in range(SPOKES):
        angle = start + 2 * np.pi * (index + rng.uniform(-0.2, 0.2)) / SPOKES
        away_m = plan.centre_radius_m * rng.uniform(1.5, 2.1)
        gate = np.array([centre.x, centre.y])
        end = gate + away_m * np.array([np.cos(angle), np.sin(angle)])
        spokes.append(Stretch(_wandering(gate, end, waves, 35.0), "tertiary"))
    return spokes


def _bypass(plan: TownPlan) -> LineString:
    east_m = np.arange(-plan.half_width_m - 900.0, plan.half_width_m + 900.0, STEP_M)
    share = east_m / plan.half_width_m
    north_m = plan.half_height_m * (-0.30 - 0.42 * np.cos(0.9 * share + 0.35) + 0.10 * share)
    return LineString(np.column_stack([east_m, north_m]))


def draw_motorway(plan: TownPlan) -> LineString:
    """Draw the motorway, on stilts above everything, across the west of the town."""
    north_m = np.arange(-plan.half_height_m - 800.0, plan.half_height_m + 800.0, STEP_M)
    share = north_m / plan.half_height_m
    east_m = -plan.half_width_m * (0.66 + 0.10 * np.sin(1.7 * share)) + 0.12 * north_m
    return LineString(np.column_stack([east_m, north_m]))
