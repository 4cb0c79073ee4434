"""The landscape: a river, a lowland and a plateau above it, and what crosses them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon

from services.modeltown.arterials import extent
from services.modeltown.linework import polygonal
from services.modeltown.noise import FloatArray, Waves, smoothstep
from services.modeltown.plan import TownPlan
from services.modeltown.railway import Railway, draw_railway

STEP_M = 30.0
BEYOND_M = 400.0
PLATEAU_M = 22.0
LOWLAND_M = 5.0
SLOPE_WIDTH_M = 90.0
CASTLE_HILL_M = 9.0


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


@dataclass(frozen=True)
class Terrain:
    """Elevation as a function of the position."""

    edge: Waves
    relief: Waves
    edge_amplitude_m: float
    edge_north_m: float
    hill: tuple[float, float]

    @classmethod
    def draw(cls, plan: TownPlan, rng: np.random.Generator, *, hill: tuple[float, float]) -> Self:
        """Lay the plateau in the north, its edge indented by small valleys."""
        return cls(
            edge=Waves.draw(rng, plan.relief_wavelength_m),
            relief=Waves.draw(rng, 900.0),
            edge_amplitude_m=plan.relief_wavelength_m * 0.12,
            edge_north_m=plan.half_height_m * 0.22,
            hill=hill,
        )

    def above_edge_m(self, xy: FloatArray) -> FloatArray:
        """Return about how far inside the plateau's edge points are; negative in the lowland."""
        inside = xy[:, 1] - self.edge_north_m + self.edge_amplitude_m * self.edge.at(xy)
        return np.asarray(inside, dtype=np.float64)

    def height_m(self, xy: FloatArray) -> FloatArray:
        """Return the elevation at points of shape (n, 2)."""
        rise = smoothstep(self.above_edge_m(xy) / SLOPE_WIDTH_M + 0.5)
        away_m = np.hypot(xy[:, 0] - self.hill[0], xy[:, 1] - self.hill[1])
        hill = CASTLE_HILL_M * smoothstep(1.0 - (away_m - 40.0) / 70.0)
        ground = LOWLAND_M + PLATEAU_M * rise + 1.2 * self.relief.at(xy) + hill
        return np.asarray(ground, dtype=np.float64)


@dataclass(frozen=True)
class Landscape:
    """What lies under the town."""

    plan: TownPlan
    terrain: Terrain
    river: River
    railway: Railway
    centre: Point

    def land(self) -> Polygon | MultiPolygon:
        """Return the extent without river and railway."""
        barriers = shapely.union_all([self.river.banks, self.railway.corridor])
        return polygonal(extent(self.plan).difference(barriers))


def draw_landscape(plan: TownPlan, rng: np.random.Generator) -> Landscape:
    """Lay river, railway, old centre and relief."""
    railway = draw_railway(plan, rng)
    river = draw_river(plan, rng)
    station = railway.stations[0]
    centre = Point(station.x + 40.0, station.y + 0.45 * plan.centre_radius_m)
    terrain = Terrain.draw(plan, rng, hill=(centre.x + 150.0, centre.y + 150.0))
    return Landscape(plan, terrain, river, railway, centre)
