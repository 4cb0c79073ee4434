"""Local streets of every cell, by its character."""

import numpy as np
from shapely import LineString, Polygon

from services.modeltown.cells import Cells
from services.modeltown.kinds import Stretch
from services.modeltown.lanes import Growth, grown_lanes
from services.modeltown.lattice import Spacing, curved_streets, straight_streets

GRID = Spacing(row_m=34.0, join_m=92.0)
CRESCENT = Spacing(row_m=36.0, join_m=84.0)
DANCHI = Spacing(row_m=118.0, join_m=150.0)
INDUSTRY = Spacing(row_m=150.0, join_m=210.0)
VILLAGE_M = 130.0
FIELDS_M = 420.0
VILLAGE_BLOCK_M2 = 3600.0
FIELD_BLOCK_M2 = 42_000.0


def local_streets(cells: Cells, rng: np.random.Generator) -> list[Stretch]:
    """Lay the streets inside every cell."""
    stretches = []
    for index, polygon in enumerate(cells.polygons):
        character = cells.characters[index]
        if character in {"grid", "crescent", "danchi", "industry"}:
            lines = _planned(polygon, character, rng)
            kinds = ["residential"] * len(lines)
        else:
            growth = _growth(character, cells.village[index])
            lines = grown_lanes(polygon, rng, growth=growth)
            kinds = [_lane_kind(line, character, cells.village[index]) for line in lines]
        stretches += [Stretch(line, kind) for line, kind in zip(lines, kinds, strict=True)]
    return stretches


def _planned(polygon: Polygon, character: str, rng: np.random.Generator) -> list[LineString]:
    if character == "crescent":
        return curved_streets(polygon, rng, spacing=CRESCENT)
    spacing = {"danchi": DANCHI, "industry": INDUSTRY}.get(character, GRID)
    return straight_streets(polygon, rng, spacing=spacing)


def _growth(character: str, village: np.ndarray) -> Growth:
    if character == "centre":
        return Growth(lambda _x, _y: 3300.0, turn_rad=0.13, bend=0.07, blind_share=0.10)
    if character == "sprawl":
        return Growth(lambda _x, _y: 4600.0, turn_rad=0.16, bend=0.06, blind_share=0.25)

    def target_m2(east_m: float, north_m: float) -> float:
        away_m = float(np.hypot(east_m - village[0], north_m - village[1]))
        if np.isnan(away_m):
            return FIELD_BLOCK_M2
        share = min(max((away_m - VILLAGE_M) / (FIELDS_M - VILLAGE_M), 0.0), 1.0)
        return VILLAGE_BLOCK_M2 + share * (FIELD_BLOCK_M2 - VILLAGE_BLOCK_M2)

    return Growth(target_m2, turn_rad=0.22, bend=0.11, blind_share=0.12)


def _lane_kind(line: LineString, character: str, village: np.ndarray) -> str:
    if character != "rural":
        return "residential"
    middle = line.interpolate(0.5, normalized=True)
    away_m = float(np.hypot(middle.x - village[0], middle.y - village[1]))
    return "unclassified" if away_m < FIELDS_M * 0.7 else "track"
