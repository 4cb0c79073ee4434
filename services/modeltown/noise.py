"""Smooth random fields: sums of plane waves with random directions and phases."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Waves:
    """A field of about unit variance that varies over one wavelength."""

    vectors: FloatArray
    phases: FloatArray

    @classmethod
    def draw(cls, rng: np.random.Generator, wavelength_m: float, number: int = 7) -> Self:
        """Draw the waves of one field."""
        angles = rng.uniform(0, 2 * np.pi, number)
        steps = 2 * np.pi / (wavelength_m * rng.uniform(0.75, 1.7, number))
        vectors = np.column_stack([np.cos(angles), np.sin(angles)]) * steps[:, None]
        return cls(vectors, rng.uniform(0, 2 * np.pi, number))

    def at(self, xy: FloatArray) -> FloatArray:
        """Return the field at points of shape (n, 2)."""
        waves = np.sin(xy @ self.vectors.T + self.phases)
        return np.asarray(waves.sum(axis=1) * np.sqrt(2 / len(self.phases)), dtype=np.float64)


def smoothstep(values: FloatArray) -> FloatArray:
    """Rise from 0 at 0 to 1 at 1, flat at both ends."""
    clipped = np.clip(values, 0.0, 1.0)
    return np.asarray(clipped * clipped * (3 - 2 * clipped), dtype=np.float64)
