"""Cells between main roads, river and railway, and the character of each."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from shapely import Polygon

from services.modeltown.kinds import Stretch
from services.modeltown.landscape import Landscape
from services.modeltown.noise import BoolArray, FloatArray, Waves

GRID_M = 0.01
FLOOD_PLAIN_M = 330.0

Character = Literal["centre", "sprawl", "grid", "crescent", "danchi", "industry", "rural", "park"]


@dataclass(frozen=True)
class Cells:
    """Polygons of land, one row each, with what is built there."""

    polygons: list[Polygon]
    characters: list[Character]
    in_town: BoolArray
    elderly_share: FloatArray
    """About how many residents of a cell are 65 or older, before the town's total is met."""
    village: FloatArray
    """Position of a village in each cell, NaN where there is none; shape (n, 2)."""


NEAR_STATION_M = 900.0
SHARES: dict[Character, float] = {
    "danchi": 0.09,
    "industry": 0.07,
    "crescent": 0.13,
    "sprawl": 0.27,
}
"""Shares of the built-up cells, in the order in which they choose; the rest are grids."""

ELDERLY_SHARES: dict[Character, tuple[float, float]] = {
    "centre": (0.27, 0.36),
    "sprawl": (0.24, 0.32),
    "grid": (0.12, 0.30),
    "crescent": (0.10, 0.18),
    "danchi": (0.38, 0.50),
    "industry": (0.18, 0.26),
    "rural": (0.33, 0.45),
    "park": (0.20, 0.30),
}


def draw_cells(ground: Landscape, roads: list[Stretch], rng: np.random.Generator) -> Cells:
    """Cut the land along the main roads and decide what is built where."""
    land = ground.land()
    lines = [*[road.line for road in roads], land.boundary]
    network = shapely.union_all(lines, grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(network)))
    shapely.prepare(land)
    faces = faces[shapely.contains_properly(land, shapely.point_on_surface(faces))]
    order = np.lexsort(np.round(shapely.bounds(faces)[:, :2], 2).T)
    polygons: list[Polygon] = faces[order].tolist()
    xy = shapely.get_coordinates(shapely.centroid(polygons))
    radius = np.hypot(xy[:, 0] / ground.plan.half_width_m, xy[:, 1] / ground.plan.half_height_m)
    outline = Waves.draw(rng, ground.plan.half_width_m * 0.9)
    in_town = radius + 0.06 * outline.at(xy) < 1.0
    characters = _characters(ground, polygons, in_town, rng)
    shares = np.array([rng.uniform(*ELDERLY_SHARES[character]) for character in characters])
    return Cells(polygons, characters, in_town, shares, _villages(polygons, characters, rng))


def _characters(
    ground: Landscape,
    polygons: list[Polygon],
    in_town: BoolArray,
    rng: np.random.Generator,
) -> list[Character]:
    plan = ground.plan
    xy = shapely.get_coordinates(shapely.centroid(polygons))
    to_centre_m = np.hypot(xy[:, 0] - ground.centre.x, xy[:, 1] - ground.centre.y)
    stations = shapely.get_coordinates(list(ground.railway.stations))
    to_station_m = np.hypot(
        xy[:, None, 0] - stations[None, :, 0], xy[:, None, 1] - stations[None, :, 1]
    ).min(axis=1)
    to_river_m = shapely.distance(shapely.points(xy), ground.river.centreline)
    rurality = to_station_m / 2600.0 + 0.33 * Waves.draw(rng, 2100.0).at(xy)
    rurality = np.where(to_river_m < FLOOD_PLAIN_M, rurality + 0.9, rurality)
    rurality = np.where(shapely.area(polygons) < 4 * plan.arterial_spacing_m**2, rurality, 9.0)
    rurality = np.where(in_town, rurality, rurality + 0.5)
    limit = float(np.quantile(rurality[in_town], plan.urban_share))
    characters: list[Character] = ["rural"] * len(polygons)
    urban = np.flatnonzero((rurality <= limit) & (to_centre_m >= plan.centre_radius_m))
    above = ground.terrain.above_edge_m(xy) > 0
    favour: dict[Character, FloatArray] = {
        "danchi": _near(shapely.area(polygons), 0.55 * plan.arterial_spacing_m**2) - 0.4 * above,
        "industry": xy[:, 1] / plan.half_height_m + 2.0 * above + (to_station_m < NEAR_STATION_M),
        "crescent": -1.0 * above - to_station_m / 4000.0,
        "sprawl": to_station_m / 2500.0 + 0.6 * above,
    }
    free = urban.tolist()
    for name, share in SHARES.items():
        score = favour[name] + rng.normal(0, 0.25, len(polygons))
        wanted = max(1, round(share * len(urban)))
        chosen = sorted(free, key=lambda cell: float(score[cell]))[:wanted]
        free = [cell for cell in free if cell not in chosen]
        for cell in chosen:
            characters[cell] = name
    for cell in free:
        characters[cell] = "grid"
    for cell in np.flatnonzero(to_centre_m < plan.centre_radius_m).tolist():
        characters[cell] = "centre"
    return characters


def _near(values: FloatArray, wanted: float) -> FloatArray:
    return np.abs(np.log(np.maximum(values, 1.0) / wanted))


def _villages(
    polygons: list[Polygon], characters: list[Character], rng: np.random.Generator
) -> FloatArray:
    """Return a village position for most rural cells: near the edge, where a main road passes."""
    spots = np.full((len(polygons), 2), np.nan)
    for index, (polygon, character) in enumerate(zip(polygons, characters, strict=True)):
        share, depth = rng.uniform(0, 1), rng.uniform(0.15, 0.7)
        if character != "rural" or rng.uniform() > 0.7:  # noqa: PLR2004  most, not all, have one
            continue
        edge = polygon.exterior.interpolate(share, normalized=True)
        middle = polygon.centroid
        spots[index] = (
            edge.x + depth * (middle.x - edge.x),
            edge.y + depth * (middle.y - edge.y),
        )
    return spots
