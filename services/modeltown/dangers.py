"""Areas of danger: floods by depth along the river, slopes that may slip; in forms of 国土数値情報."""

import numpy as np
import shapely
from scipy.ndimage import maximum_filter

from services.modeltown.landscape import LOWLAND_M, PLATEAU_M, Landscape, distance_m
from services.modeltown.names import NAMES
from services.modeltown.noise import FloatArray
from services.modeltown.streets import ObjectArray

CELL_M = 50.0
CREST_M = 3.2
"""The river rises so far above the lowland, and less the farther from it."""
FALL = 1.0 / 260.0
RANKS_M = (0.0, 0.5, 3.0, 5.0)
"""A31_201: 1 below 0.5 m, 2 below 3 m, 3 below 5 m, 4 above."""
SLOPE = 0.14
SLIP_CELLS = 9
YELLOW_M, RED_M = 48.0, 22.0

Polygons = tuple[ObjectArray, list[dict[str, object]]]


def draw_floods(ground: Landscape) -> Polygons:
    """Return what a flood would cover, a polygon per depth, as of A31 (想定最大規模)."""
    centres = _centres(ground)
    flat = centres.reshape(-1, 2)
    level_m = LOWLAND_M + CREST_M - FALL * distance_m(flat, ground.river.centreline)
    depth_m = level_m - ground.terrain.height_m(flat)
    shapes: list[shapely.Geometry] = []
    rows: list[dict[str, object]] = []
    for rank, (low, high) in enumerate(zip(RANKS_M, (*RANKS_M[1:], np.inf), strict=True), start=1):
        wet = flat[(depth_m > low) & (depth_m <= high)]
        if len(wet):
            shapes.append(_united(wet))
            rows.append({"A31_201": rank})
    return np.array(shapes, dtype=object), rows


def draw_slopes(ground: Landscape) -> Polygons:
    """Return the steepest slopes, each a yellow zone with a red one inside, as of A33."""
    centres = _centres(ground)
    height_m = ground.terrain.height_m(centres.reshape(-1, 2)).reshape(centres.shape[:2])
    steep = np.hypot(*np.gradient(height_m, CELL_M))
    at_edge = (height_m > LOWLAND_M + 0.3 * PLATEAU_M) & (height_m < LOWLAND_M + 0.8 * PLATEAU_M)
    # One slope for each stretch of the edge: where it is steepest.
    top = (steep == maximum_filter(steep, SLIP_CELLS)) & (steep > SLOPE) & at_edge
    spots = shapely.points(centres[top])
    shapes, rows = [], []
    for number, spot in enumerate(spots, start=1):
        for zone, radius_m in ((1, YELLOW_M), (2, RED_M)):
            shapes.append(shapely.buffer(spot, radius_m, quad_segs=4))
            rows.append(
                {
                    "A33_001": 1,
                    "A33_002": zone,
                    "A33_003": "99",
                    "A33_004": f"99-{number:04d}",
                    "A33_005": NAMES.map.slope.format(number=number),
                    "A33_006": NAMES.city.name,
                    "A33_007": "2019/03/29",
                    "A33_008": 0,
                }
            )
    return np.array(shapes, dtype=object), rows


def _centres(ground: Landscape) -> FloatArray:
    """Return the centres of the squares that cover the extent; shape (rows, columns, 2)."""
    plan = ground.plan
    east_m, north_m = plan.half_width_m + plan.margin_m, plan.half_height_m + plan.margin_m
    across = np.arange(-east_m + CELL_M / 2, east_m, CELL_M)
    up = np.arange(-north_m + CELL_M / 2, north_m, CELL_M)
    return np.stack(np.meshgrid(across, up), axis=-1)


def _united(centres: FloatArray) -> shapely.Geometry:
    """Return the squares around the centres as one shape."""
    (east_m, north_m), half_m = centres.T, CELL_M / 2
    squares = shapely.box(east_m - half_m, north_m - half_m, east_m + half_m, north_m + half_m)
    return shapely.coverage_union_all(squares)
