"""The river: a meandering centre line and its banks."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon

from services.modeltown.noise import FloatArray
from services.modeltown.plan import TownPlan

STEP_M = 30.0
BEYOND_M = 400.0


@dataclass(frozen=True)
class River:
    """A river that crosses the whole extent from north to south."""

    centreline: LineString
    banks: Polygon


def draw_river(plan: TownPlan, rng: np.random.Generator) -> River:
    """Draw the river in the east of the town."""
    reach_m = plan.half_height_m + plan.margin_m + BEYOND_M
    north_m = np.arange(reach_m, -reach_m - STEP_M, -STEP_M)
    meander_m = min(1900.0, plan.half_height_m * 0.85)
    swing_m = meander_m * 0.13
    phases = rng.uniform(0, 2 * np.pi, 3)
    east_m = plan.half_width_m * 0.42 - 0.16 * north_m
    east_m = east_m + swing_m * np.sin(2 * np.pi * north_m / meander_m + phases[0])
    east_m = east_m + swing_m * 0.45 * np.sin(2 * np.pi * north_m / (meander_m * 0.47) + phases[1])
    east_m = east_m + swing_m * 0.8 * np.sin(2 * np.pi * north_m / (meander_m * 2.9) + phases[2])
    line = LineString(np.column_stack([east_m, north_m]))
    banks = line.buffer(plan.river_half_width_m, cap_style="flat", quad_segs=4)
    return River(line, Polygon(banks.exterior))


def distance_m(xy: FloatArray, line: LineString) -> FloatArray:
    """Return how far points are from a line."""
    return np.asarray(shapely.distance(shapely.points(xy), line), dtype=np.float64)
