"""Buildings: a use, a footprint and a height for every lot, by the character of its cell."""

from dataclasses import dataclass

import numpy as np

from services.modeltown.blocks import Blocks
from services.modeltown.cells import Cells
from services.modeltown.noise import FloatArray, IntArray
from services.modeltown.streets import ObjectArray

STOREY_M = 3.0
RESIDENTIAL = ("411", "412", "413", "414", "415")
USAGES = {
    "centre": {
        "411": 0.42,
        "412": 0.14,
        "413": 0.12,
        "414": 0.05,
        "402": 0.15,
        "401": 0.09,
        "403": 0.01,
        "421": 0.02,
    },
    "sprawl": {"411": 0.80, "412": 0.10, "413": 0.02, "402": 0.03, "441": 0.02, "461": 0.03},
    "grid": {"411": 0.88, "412": 0.07, "413": 0.02, "402": 0.015, "461": 0.015},
    "crescent": {"411": 0.95, "412": 0.03, "413": 0.01, "461": 0.01},
    "danchi": {"412": 0.90, "402": 0.04, "422": 0.03, "461": 0.03},
    "industry": {"441": 0.45, "431": 0.35, "401": 0.10, "411": 0.05, "454": 0.05},
    "rural": {"411": 0.70, "415": 0.02, "451": 0.14, "454": 0.04, "461": 0.10},
}
FOOTPRINT_M2 = {
    "411": 72.0,
    "412": 190.0,
    "413": 95.0,
    "414": 260.0,
    "415": 140.0,
    "441": 900.0,
    "431": 1200.0,
    "402": 240.0,
    "401": 260.0,
    "403": 400.0,
    "421": 500.0,
    "422": 700.0,
    "451": 60.0,
    "454": 40.0,
    "461": 25.0,
}
STOREYS = {
    "411": (2, 3),
    "412": (2, 5),
    "413": (2, 4),
    "414": (3, 8),
    "415": (2, 3),
    "402": (1, 4),
    "401": (2, 6),
    "403": (4, 9),
    "421": (2, 4),
    "422": (1, 3),
}
SLAB_M2 = 640.0
SLAB_STOREYS = 5


@dataclass(frozen=True)
class BuildingPoints:
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
    lots: tuple[FloatArray, IntArray],
    cells: Cells,
    blocks: Blocks,
    rng: np.random.Generator,
    *,
    number: int,
) -> BuildingPoints:
    """Build on at most ``number`` of the lots."""
    xy, block = lots
    if len(xy) > number:
        chosen = np.sort(rng.choice(len(xy), number, replace=False))
        xy, block = xy[chosen], block[chosen]
    character = np.array(cells.characters, dtype=object)[blocks.cell[block]]
    return _furnished(xy, block, character, rng)


def _furnished(
    xy: FloatArray, block: IntArray, character: ObjectArray, rng: np.random.Generator
) -> BuildingPoints:
    usage = np.full(len(xy), "411", dtype=object)
    for name, shares in USAGES.items():
        here = np.flatnonzero(character == name)
        usage[here] = rng.choice(
            list(shares), size=len(here), p=np.array(list(shares.values())) / sum(shares.values())
        )
    footprint_m2 = np.array([FOOTPRINT_M2[code] for code in usage]) * rng.lognormal(
        0, 0.22, len(xy)
    )
    low = np.array([STOREYS.get(code, (1, 2))[0] for code in usage])
    high = np.array([STOREYS.get(code, (1, 2))[1] for code in usage])
    storeys = np.floor(rng.uniform(low, high)).clip(1)
    towers = (character == "centre") & np.isin(usage.astype(str), ["412", "414"])
    storeys = np.where(towers, storeys + rng.integers(2, 9, len(xy)), storeys)
    slabs = (character == "danchi") & (usage == "412")
    footprint_m2 = np.where(slabs, SLAB_M2 * rng.uniform(0.6, 1.2, len(xy)), footprint_m2)
    storeys = np.where(slabs, SLAB_STOREYS, storeys)
    height_m = storeys * STOREY_M + rng.uniform(0.2, 1.2, len(xy))
    return BuildingPoints(xy, block, usage, np.round(footprint_m2, 1), np.round(height_m, 1))
