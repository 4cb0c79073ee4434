"""The railway: its lines, its stations and the strip of land that nobody may cross."""

from dataclasses import dataclass

import numpy as np
from shapely import LineString, MultiPolygon, Point, Polygon, union_all

from services.modeltown.linework import polygonal
from services.modeltown.noise import FloatArray
from services.modeltown.plan import TownPlan

STEP_M = 40.0
BEYOND_M = 400.0
CORRIDOR_HALF_WIDTH_M = 9.0
STATION_HALF_WIDTH_M = 16.0
STATION_HALF_LENGTH_M = 90.0


@dataclass(frozen=True)
class Railway:
    """Centre lines, stations (the first is the main one) and the fenced strip."""

    lines: tuple[LineString, ...]
    stations: tuple[Point, ...]
    corridor: Polygon | MultiPolygon


def draw_railway(plan: TownPlan, rng: np.random.Generator) -> Railway:
    """Draw the main line from west to east and, in a city, a branch to the south."""
    main = LineString(_main_line(plan, rng))
    stations = [_at_east(main, -0.12 * plan.half_width_m)]
    lines = [main]
    if plan.branch_line:
        stations += [_at_east(main, share * plan.half_width_m) for share in (-0.62, 0.24, 0.72)]
        branch = LineString(_branch_line(plan, rng, stations[0]))
        lines.append(branch)
        stations += [
            branch.interpolate(0.3, normalized=True),
            branch.interpolate(0.6, normalized=True),
        ]
    strips = [line.buffer(CORRIDOR_HALF_WIDTH_M, cap_style="flat") for line in lines]
    strips += [_platforms(lines, station) for station in stations]
    corridor = polygonal(union_all(strips))
    return Railway(tuple(lines), tuple(stations), corridor)


def _main_line(plan: TownPlan, rng: np.random.Generator) -> FloatArray:
    reach_m = plan.half_width_m + plan.margin_m + BEYOND_M
    east_m = np.arange(-reach_m, reach_m + STEP_M, STEP_M)
    phase = rng.uniform(-0.4, 0.4)
    bend_m = plan.half_height_m * 0.12
    north_m = -0.16 * plan.half_height_m + 0.05 * east_m
    north_m = north_m + bend_m * np.sin(2 * np.pi * east_m / (plan.half_width_m * 2.4) + phase)
    return np.column_stack([east_m, north_m])


def _branch_line(plan: TownPlan, rng: np.random.Generator, station: Point) -> FloatArray:
    reach_m = station.y + plan.half_height_m + plan.margin_m + BEYOND_M
    along_m = np.arange(0.0, reach_m + STEP_M, STEP_M)
    leave = 1 - np.exp(-along_m / 600.0)
    lean = rng.uniform(0.10, 0.18)
    east_m = station.x - 700.0 * leave - lean * along_m
    east_m = east_m + 160.0 * np.sin(along_m / 1100.0) * leave
    return np.column_stack([east_m, station.y - along_m])


def _at_east(line: LineString, east_m: float) -> Point:
    coordinates = np.asarray(line.coords)
    return Point(east_m, float(np.interp(east_m, coordinates[:, 0], coordinates[:, 1])))


def _platforms(lines: list[LineString], station: Point) -> Polygon:
    line = min(lines, key=station.distance)
    middle_m = line.project(station)
    along_m = np.linspace(middle_m - STATION_HALF_LENGTH_M, middle_m + STATION_HALF_LENGTH_M, 7)
    piece = LineString([line.interpolate(max(0.0, at_m)) for at_m in along_m])
    return piece.buffer(STATION_HALF_WIDTH_M, cap_style="flat")
