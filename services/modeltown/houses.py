"""Buildings: rows of houses along the streets, apartment slabs, shops, works."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from services.modeltown.blocks import Blocks
from services.modeltown.cells import Cells, Ground
from services.modeltown.kinds import KINDS
from services.modeltown.noise import BoolArray, FloatArray, IntArray
from services.modeltown.streets import ObjectArray, Streets

ROW_M = (9.0, 25.0)
LOT_M = 12.0
APART_M = 7.5
FROM_STREET_M = 4.0
STOREY_M = 3.0
RESIDENTIAL = ("411", "412", "413", "414", "415")
SECOND_ROW_SHARE = 0.55

DENSITY = {
    "centre": 1.0,
    "sprawl": 0.85,
    "grid": 0.95,
    "crescent": 0.85,
    "danchi": 0.35,
    "industry": 0.16,
    "rural": 0.30,
    "park": 0.0,
}
"""Chance that a lot beside a street is built on."""

USAGES = {
    "centre": {"411": 0.42, "412": 0.14, "413": 0.12, "414": 0.05, "402": 0.15, "401": 0.09, "403": 0.01, "421": 0.02},
    "sprawl": {"411": 0.80, "412": 0.10, "413": 0.02, "402": 0.03, "441": 0.02, "461": 0.03},
    "grid": {"411": 0.88, "412": 0.07, "413": 0.02, "402": 0.015, "461": 0.015},
    "crescent": {"411": 0.95, "412": 0.03, "413": 0.01, "461": 0.01},
    "danchi": {"412": 0.90, "402": 0.04, "422": 0.03, "461": 0.03},
    "industry": {"441": 0.45, "431": 0.35, "401": 0.10, "411": 0.05, "454": 0.05},
    "rural": {"411": 0.70, "415": 0.02, "451": 0.14, "454": 0.04, "461": 0.10},
    "park": {"454": 1.0},
}
FOOTPRINT_M2 = {"411": 72.0, "412": 190.0, "413": 95.0, "414": 260.0, "415": 140.0, "441": 900.0, "431": 1200.0, "402": 240.0, "401": 260.0, "403": 400.0, "421": 500.0, "422": 700.0, "451": 60.0, "454": 40.0, "461": 25.0}
STOREYS = {"411": (2, 3), "412": (2, 5), "413": (2, 4), "414": (3, 8), "415": (2, 3), "402": (1, 4), "401": (2, 6), "403": (4, 9), "421": (2, 4), "422": (1, 3)}
SLAB_M2 = 640.0
SLAB_STOREYS = 5


@dataclass(frozen=True)
class Buildings:
    """Buildings as points, with their block, use and size."""

    xy: FloatArray
    block: IntArray
    usage: ObjectArray
    footprint_m2: FloatArray
    height_m: FloatArray

    def dwelling_m2(self) -> FloatArray:
        """Return the residential floor area of each building."""
        storeys = np.maximum(np.round(self.height_m / STOREY_M), 1)
        lived_in = np.isin(self.usage.astype(str), RESIDENTIAL)
        return np.asarray(self.footprint_m2 * storeys * lived_in)


def draw_buildings(
    ground: Ground, cells: Cells, streets: Streets, blocks: Blocks, rng: np.random.Generator
) -> Buildings:
    """Line the streets with houses, thin them by character, and give each a use."""
    xy = _lots(streets, rng)
    block = _block_of(xy, blocks)
    xy, block = xy[block >= 0], block[block >= 0]
    cell = blocks.cell[block]
    character = np.array(cells.characters, dtype=object)[cell]
    chance = np.array([DENSITY[name] for name in character])
    away_m = np.hypot(*(xy - cells.village[cell]).T)
    fields = (character == "rural") & ~(away_m < 280.0)
    chance = np.where(character == "rural", np.where(fields, 0.035, 0.62), chance)
    kept = rng.uniform(size=len(xy)) < chance
    xy, block, character = xy[kept], block[kept], character[kept]
    free = _clear(xy, streets, ground)
    xy, block, character = xy[free], block[free], character[free]
    apart = _apart(xy)
    xy, block, character = xy[apart], block[apart], character[apart]
    if len(xy) > ground.plan.buildings:
        chosen = np.sort(rng.choice(len(xy), ground.plan.buildings, replace=False))
        xy, block, character = xy[chosen], block[chosen], character[chosen]
    return _furnished(xy, block, character, rng)


def _lots(streets: Streets, rng: np.random.Generator) -> FloatArray:
    """Return a point per lot on both sides of every street, in one or two rows."""
    built = streets.has(frozenset(kind.name for kind in KINDS.values() if kind.lots))
    separated = np.array([any(key in {"bridge", "tunnel"} for key, _ in t) for t in streets.tags])
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


def _block_of(xy: FloatArray, blocks: Blocks) -> IntArray:
    found = np.full(len(xy), -1, dtype=np.int64)
    point, face = shapely.STRtree(blocks.faces).query(shapely.points(xy), predicate="within")
    found[point] = blocks.block[face]
    return found


def _clear(xy: FloatArray, streets: Streets, ground: Ground) -> BoolArray:
    """Return which points stand clear of every street, of the railway and of the river."""
    points = shapely.points(xy)
    clear = np.ones(len(xy), dtype=bool)
    clear[shapely.STRtree(streets.edges).query(points, predicate="dwithin", distance=FROM_STREET_M)[0]] = False
    barriers = [ground.river.banks.buffer(6.0), ground.railway.corridor.buffer(3.0)]
    clear[shapely.STRtree(barriers).query(points, predicate="within")[0]] = False
    return clear


def _apart(xy: FloatArray) -> BoolArray:
    """Return which points to keep so that none stands within the other's lot."""
    pairs = cKDTree(xy).query_pairs(APART_M, output_type="ndarray")
    kept = np.ones(len(xy), dtype=bool)
    pairs = pairs[np.lexsort([pairs[:, 0], pairs[:, 1]])]
    for first, second in pairs.tolist():
        if kept[first]:
            kept[second] = False
    return kept


def _furnished(
    xy: FloatArray, block: IntArray, character: ObjectArray, rng: np.random.Generator
) -> Buildings:
    usage = np.full(len(xy), "411", dtype=object)
    for name, shares in USAGES.items():
        here = np.flatnonzero(character == name)
        usage[here] = rng.choice(list(shares), size=len(here), p=np.array(list(shares.values())) / sum(shares.values()))
    footprint_m2 = np.array([FOOTPRINT_M2[code] for code in usage]) * rng.lognormal(0, 0.22, len(xy))
    low = np.array([STOREYS.get(code, (1, 2))[0] for code in usage])
    high = np.array([STOREYS.get(code, (1, 2))[1] for code in usage])
    storeys = np.floor(rng.uniform(low, high)).clip(1)
    towers = (character == "centre") & np.isin(usage.astype(str), ["412", "414"])
    storeys = np.where(towers, storeys + rng.integers(2, 9, len(xy)), storeys)
    slabs = (character == "danchi") & (usage == "412")
    footprint_m2 = np.where(slabs, SLAB_M2 * rng.uniform(0.6, 1.2, len(xy)), footprint_m2)
    storeys = np.where(slabs, SLAB_STOREYS, storeys)
    height_m = storeys * STOREY_M + rng.uniform(0.2, 1.2, len(xy))
    return Buildings(xy, block, usage, np.round(footprint_m2, 1), np.round(height_m, 1))
