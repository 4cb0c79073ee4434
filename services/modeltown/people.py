"""Residents by age group of every small area; the totals are exact."""

import numpy as np
import pandas as pd

from services.modeltown.blocks import Blocks
from services.modeltown.cells import Cells
from services.modeltown.houses import BuildingPoints
from services.modeltown.noise import FloatArray, IntArray
from services.modeltown.plan import TownPlan

CHILD_SHARE = 0.125
OLDEST_SHARE = 0.54
HOUSEHOLD = 2.2
UNMATCHED = ((37, 19, 24, 13), (21, 9, 6, 3))
"""Rows of names that no area has: residents, households, 65 and older, 75 and older."""


def apportion(weight: FloatArray, total: int) -> IntArray:
    """Share a whole number by weight with the largest remainders; the sum is exact."""
    exact = weight / weight.sum() * total
    whole = np.floor(exact)
    order = np.lexsort([np.arange(len(exact)), -(exact - whole)])
    whole[order[: total - int(whole.sum())]] += 1
    return np.asarray(whole, dtype=np.int64)


def capacity(
    blocks: Blocks, buildings: BuildingPoints, cells: Cells
) -> tuple[FloatArray, FloatArray]:
    """Return how many residents each block could hold, and the older among them, as weights."""
    number = len(blocks.cell)
    lived_m2 = np.bincount(buildings.block, buildings.dwelling_m2(), number).astype(np.float64)
    return lived_m2, lived_m2 * cells.elderly_share[blocks.cell]


def residents(
    small_area: IntArray,
    held: tuple[FloatArray, FloatArray],
    plan: TownPlan,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return residents per small area: total, households, 0-14, 15-64, 65+, 75+."""
    number = int(small_area.max()) + 1
    weight = np.bincount(small_area, held[0], number)
    older = np.bincount(small_area, held[1], number)
    lost = np.array(UNMATCHED).sum(axis=0)
    total = apportion(weight * rng.uniform(0.85, 1.15, number), plan.residents - int(lost[0]))
    share = older / np.maximum(weight, 1e-9) * rng.uniform(0.92, 1.08, number)
    elderly = _capped(share * total, total, plan.elderly - int(lost[2]))
    oldest = np.floor(elderly * OLDEST_SHARE * rng.uniform(0.9, 1.1, number)).astype(np.int64)
    young = CHILD_SHARE * (1.6 - 2.2 * elderly / np.maximum(total, 1))
    children = np.floor((total - elderly) * np.clip(young * 1.3, 0.03, 0.3)).astype(np.int64)
    households = np.ceil(total / (HOUSEHOLD * rng.uniform(0.88, 1.12, number))).astype(np.int64)
    return pd.DataFrame(
        {
            "total": total,
            "households": households,
            "0-14": children,
            "15-64": total - elderly - children,
            "65+": elderly,
            "75+": oldest,
        }
    )


def _capped(weight: FloatArray, most: IntArray, total: int) -> IntArray:
    """Share a total by weight without giving any area more than 0.6 of its residents."""
    limit = np.floor(0.6 * most)
    share = np.zeros_like(weight)
    free = limit > 0
    for _ in range(20):
        left = total - share.sum()
        share[free] += left * weight[free] / weight[free].sum()
        over = share > limit
        share = np.minimum(share, limit)
        if not over.any():
            break
        free &= ~over
    return np.asarray(apportion(share, total), dtype=np.int64)
