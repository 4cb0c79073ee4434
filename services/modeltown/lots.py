"""Lots: where buildings stand along streets, in rows of slabs, clear of each other."""

import numpy as np
import shapely
from scipy.spatial import cKDTree

from services.modeltown.blocks import Blocks
from services.modeltown.cells import Cells
from services.modeltown.kinds import KINDS
from services.modeltown.noise import BoolArray, FloatArray, IntArray
from services.modeltown.streets import TownStreets

ROW_M = (9.0, 25.0)
LOT_M = 12.0
APART_M = 7.5
SLAB_APART_M = 24.0
FROM_STREET_M = 4.0
SECOND_ROW_SHARE = 0.55
SLAB_ROWS_M = (72.0, 29.5)
VILLAGE_REACH_M = 280.0
VILLAGE_CHANCE = 0.62
FIELD_CHANCE = 0.035

DENSITY = {
    "centre": 1.0,
    "sprawl": 0.85,
    "grid": 0.95,
    "crescent": 0.85,
    "danchi": 0.03,
    "industry": 0.16,
    "rural": 0.0,
}
"""Chance that a lot beside a street is built on; in the country it depends on the village."""


def draw_lots(
    cells: Cells,
    streets: TownStreets,
    blocks: Blocks,
    rng: np.random.Generator,
    *,
    closed: list[shapely.Geometry],
) -> tuple[FloatArray, IntArray]:
    """Return the positions of buildings outside ``closed`` land, and the block of each."""
    slabs = _slabs(cells, rng)
    beside = _along_streets(streets, rng)
    xy = np.concatenate([slabs, beside])
    slab = np.arange(len(xy)) < len(slabs)
    block = _block_of(xy, blocks)
    xy, slab, block = xy[block >= 0], slab[block >= 0], block[block >= 0]
    kept = slab | (rng.uniform(size=len(xy)) < _chance(xy, block, cells, blocks))
    xy, slab, block = xy[kept], slab[kept], block[kept]
    free = _clear(xy, streets, closed)
    xy, slab, block = xy[free], slab[free], block[free]
    apart = _apart(xy, slab)
    return xy[apart], block[apart]


def _chance(xy: FloatArray, block: IntArray, cells: Cells, blocks: Blocks) -> FloatArray:
    cell = blocks.cell[block]
    character = np.array(cells.characters)[cell]
    chance = np.array([DENSITY[name] for name in cells.characters])[cell]
    away_m = np.hypot(*(xy - cells.village[cell]).T)
    country = np.where(away_m < VILLAGE_REACH_M, VILLAGE_CHANCE, FIELD_CHANCE)
    return np.where(character == "rural", country, chance)


def _slabs(cells: Cells, rng: np.random.Generator) -> FloatArray:
    """Return the middles of apartment slabs: rows that face south in every housing estate."""
    rows = [np.empty((0, 2))]
    for polygon, character in zip(cells.polygons, cells.characters, strict=True):
        if character != "danchi":
            continue
        west, south, east, north = polygon.buffer(-22.0).bounds
        if not np.isfinite(west):
            continue
        xx, yy = np.meshgrid(
            np.arange(west, east, SLAB_ROWS_M[0]), np.arange(south, north, SLAB_ROWS_M[1])
        )
        spots = np.column_stack([xx.ravel(), yy.ravel()]) + rng.normal(0, 1.5, (xx.size, 2))
        rows.append(spots[shapely.contains_xy(polygon.buffer(-18.0), *spots.T)])
    return np.concatenate(rows)


def _along_streets(streets: TownStreets, rng: np.random.Generator) -> FloatArray:
    """Return a point per lot on both sides of every street, in one or two rows."""
    built = streets.has(frozenset(kind.name for kind in KINDS.values() if kind.lots))
    separated = np.array([stretch.grade_separated for stretch in streets.stretches])
    built &= ~separated[streets.stretch]
    edges, kinds = streets.edges[built], streets.kind_of()[built]
    half_m = np.array([KINDS[kind].half_width_m for kind in kinds])
    length_m = shapely.length(edges)
    number = np.floor(length_m / LOT_M).astype(np.int64)
    edge = np.repeat(np.arange(len(edges)), number)
    index = np.arange(len(edge)) - np.repeat(np.cumsum(number) - number, number)
    at_m = (index + 0.5) * (length_m / np.maximum(number, 1))[edge] + rng.normal(0, 0.8, len(edge))
    here = shapely.get_coordinates(shapely.line_interpolate_point(edges[edge], at_m - 0.5))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(edges[edge], at_m + 0.5))
    along = ahead - here
    normal = np.column_stack([-along[:, 1], along[:, 0]])
    normal /= np.maximum(np.hypot(*normal.T), 1e-6)[:, None]
    rows = []
    for side in (1.0, -1.0):
        for row_m, share in zip(ROW_M, (1.0, SECOND_ROW_SHARE), strict=True):
            out_m = side * (half_m[edge] + row_m - 3.0 + rng.normal(0, 0.7, len(edge)))
            kept = rng.uniform(size=len(edge)) < share
            rows.append((here + normal * out_m[:, None])[kept])
    return np.concatenate(rows)


def _tree(xy: FloatArray) -> shapely.STRtree:
    return shapely.STRtree(np.asarray(shapely.points(xy), dtype=object))


def _block_of(xy: FloatArray, blocks: Blocks) -> IntArray:
    found = np.full(len(xy), -1, dtype=np.int64)
    face, point = _tree(xy).query(blocks.faces, predicate="contains")
    found[point] = blocks.block[face]
    return found


def _clear(xy: FloatArray, streets: TownStreets, closed: list[shapely.Geometry]) -> BoolArray:
    """Return which points stand clear of every street and of closed land."""
    clear = np.ones(len(xy), dtype=bool)
    tree = _tree(xy)
    near = tree.query(streets.edges, predicate="dwithin", distance=FROM_STREET_M)[1]
    clear[near] = False
    clear[tree.query(closed, predicate="contains")[1]] = False
    return clear


def _apart(xy: FloatArray, slab: BoolArray) -> BoolArray:
    """Return which points to keep so that none stands within the other's lot."""
    tree = cKDTree(xy)
    close = tree.query_pairs(APART_M, output_type="ndarray")
    number = int(slab.sum())  # slabs come first
    wide = cKDTree(xy[:number]).query_ball_tree(tree, SLAB_APART_M) if number else []
    beside = [(one, other) for one, found in enumerate(wide) for other in found if other > one]
    pairs = np.concatenate([close, np.array(beside, dtype=np.int64).reshape(-1, 2)])
    kept = np.ones(len(xy), dtype=bool)
    pairs = pairs[np.lexsort([pairs[:, 0], pairs[:, 1]])]
    for first, second in pairs.tolist():
        if kept[first]:
            kept[second] = False
    return kept
