"""The ground: a lowland, a plateau some 22 m above it, and a slope between them."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from services.modeltown.noise import FloatArray, Waves, smoothstep
from services.modeltown.plan import TownPlan

PLATEAU_M = 22.0
LOWLAND_M = 5.0
SLOPE_WIDTH_M = 90.0
CASTLE_HILL_M = 9.0


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
