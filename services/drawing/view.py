"""What a drawing shows of the plane, and how large."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely

WIDTH, HEIGHT_MOST, HEIGHT_LEAST = 720.0, 440.0, 360.0
MARGIN = 0.06


@dataclass(frozen=True)
class View:
    """Turns plane metres into the units of the drawing, y downwards; a unit is a pixel of the web."""

    west: float
    north: float
    scale: float
    """Units per metre."""
    width: float
    height: float

    @classmethod
    def around(cls, shape: shapely.Geometry) -> Self:
        """Return the view of a report's map around a shape, plane metres."""
        west, south, east, north = shapely.bounds(shape).tolist()
        pad_m = MARGIN * max(east - west, north - south)
        west, south, east, north = west - pad_m, south - pad_m, east + pad_m, north + pad_m
        height = min(max(WIDTH * (north - south) / (east - west), HEIGHT_LEAST), HEIGHT_MOST)
        scale = min(WIDTH / (east - west), height / (north - south))
        middle_x, middle_y = (west + east) / 2, (south + north) / 2
        left, top = middle_x - WIDTH / 2 / scale, middle_y + height / 2 / scale
        return cls(left, top, scale, WIDTH, height)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Return what is seen, in plane metres."""
        east = self.west + self.width / self.scale
        return self.west, self.north - self.height / self.scale, east, self.north

    def xy(self, coordinates: np.ndarray) -> np.ndarray:
        """Return positions in the drawing."""
        moved: np.ndarray = (coordinates - [self.west, self.north]) * [self.scale, -self.scale]
        return moved

    def plane(self, xy: np.ndarray) -> np.ndarray:
        """Return where positions of the drawing are, in plane metres."""
        moved: np.ndarray = xy / [self.scale, -self.scale] + [self.west, self.north]
        return moved

    def point(self, geometry: shapely.Geometry) -> tuple[float, float]:
        """Return the position of a point."""
        x, y = self.xy(shapely.get_coordinates(geometry))[0]
        return float(x), float(y)

    def sees(self, geometry: shapely.Geometry) -> bool:
        """Say whether a point is in the drawing."""
        return bool(shapely.intersects(geometry, shapely.box(*self.box)))
