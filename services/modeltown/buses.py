"""Bus stops along the main roads, in the form of 国土数値情報 P11."""

import numpy as np
import shapely

from services.modeltown.blocks import Blocks
from services.modeltown.landscape import Landscape
from services.modeltown.layers import Layers, unique
from services.modeltown.names import NAMES
from services.modeltown.noise import FloatArray
from services.modeltown.streets import ObjectArray, TownStreets

EVERY_M = 420.0
APART_M = 260.0
SIDE_M = 4.0
BUS_ROADS = frozenset({"trunk", "secondary"})


def draw_stops(
    ground: Landscape, streets: TownStreets, blocks: Blocks, layers: Layers
) -> tuple[ObjectArray, list[dict[str, object]]]:
    """Return the stops of the town and their attributes, from the north on."""
    roads = shapely.line_merge(shapely.union_all(streets.edges[streets.has(BUS_ROADS)]))
    lines = shapely.get_parts(roads)
    spots = np.concatenate([_along(line) for line in lines])
    points = np.asarray(shapely.points(spots), dtype=object)
    block = _blocks_at(points, blocks)
    points, block = points[block >= 0], block[block >= 0]
    order = np.lexsort(np.round(shapely.get_coordinates(points), 2).T[[0, 1]] * [[1], [-1]])
    kept = _apart(points[order])
    points, block = points[order][kept], block[order][kept]
    names = layers.districts.small_area_names
    area = layers.districts.small_area[block]
    titles = unique([names[int(number)] for number in area])
    station = int(np.argmin(shapely.distance(points, ground.railway.stations[0])))
    titles[station] = NAMES.map.station_stop
    rows: list[dict[str, object]] = [
        {
            "P11_001": title,
            "P11_002": NAMES.map.bus_operator,
            "P11_003_01": NAMES.map.bus_route,
            "P11_004_01": 1,
        }
        for title in titles
    ]
    return points, rows


def _along(line: shapely.LineString) -> FloatArray:
    """Return a point every so often, at the side of the road; shape (n, 2)."""
    at_m = np.arange(EVERY_M / 2, line.length, EVERY_M)
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, at_m)).reshape(-1, 2)
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, at_m + 1.0))
    along = ahead.reshape(-1, 2) - here
    length_m = np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    return np.asarray(here + SIDE_M * np.column_stack([-along[:, 1], along[:, 0]]) / length_m)


def _blocks_at(points: ObjectArray, blocks: Blocks) -> np.ndarray:
    """Return the block that each point lies in, -1 outside the town."""
    found = np.full(len(points), -1, dtype=np.int64)
    point, face = shapely.STRtree(blocks.faces).query(points, predicate="intersects")
    found[point] = blocks.block[face]
    return found


def _apart(points: ObjectArray) -> list[int]:
    """Return the positions of points of which none is too near an earlier one."""
    kept: list[int] = []
    for number, point in enumerate(points):
        if not kept or shapely.distance(points[kept], point).min() >= APART_M:
            kept.append(number)
    return kept
