"""The layers of the town: their areas, names and attributes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from services.modeltown.areas import Manner, group, polygons, touching
from services.modeltown.blocks import Blocks
from services.modeltown.cells import Cells
from services.modeltown.names import CITY, JIS_CODE, PREFECTURE, area_names, unique
from services.modeltown.noise import FloatArray, IntArray
from services.modeltown.plan import Plan
from services.modeltown.streets import ObjectArray
from services.modeltown.venues import Districts


@dataclass(frozen=True)
class Layers:
    """Which area each block belongs to, layer by layer, and the names of the areas."""

    districts: Districts
    daily_life: IntArray
    daily_life_names: list[str]


def draw_layers(
    blocks: Blocks, cells: Cells, residents: FloatArray, plan: Plan, rng: np.random.Generator
) -> Layers:
    """Group the blocks for every layer."""
    small = group(blocks, residents, rng, manner=Manner(plan.small_areas, 2.5, 4.0, 0.3))
    names = area_names(
        _characters(small, blocks, cells), touching(blocks, small), _middles(small, blocks), rng
    )
    near = group(blocks, residents, rng, manner=Manner(plan.neighbourhoods, 1.5, 3.0, 0.2))
    school = group(blocks, residents, rng, manner=Manner(plan.schools, 1.3, 3.0, 0.2))
    community = group(blocks, residents, rng, manner=Manner(plan.community_areas, 1.5, 4.0, 0.3))
    daily = group(blocks, residents, rng, manner=Manner(plan.daily_life_areas, 1.0, 6.0, 0.3))
    districts = Districts(
        small_area=small,
        small_area_names=names,
        neighbourhood=near,
        neighbourhood_names=_named_after(near, small, names, blocks, "町会"),
        school=school,
        school_names=_named_after(school, small, [_base(name) for name in names], blocks, ""),
        community=community,
        community_names=_named_after(
            community, small, [_base(name) for name in names], blocks, "地区"
        ),
    )
    return Layers(districts, daily, _compass(daily, blocks))


def _characters(area: IntArray, blocks: Blocks, cells: Cells) -> list[str]:
    """Return the character that covers most land of each area."""
    table = pd.DataFrame(
        {"area": area, "character": np.array(cells.characters)[blocks.cell], "m2": blocks.area_m2}
    )
    total = table.pivot_table("m2", "area", "character", aggfunc="sum", fill_value=0.0)
    return [str(name) for name in total.idxmax(axis=1)]


def _middles(area: IntArray, blocks: Blocks) -> FloatArray:
    number = np.bincount(area)
    sums = [np.bincount(area, blocks.middle[:, axis]) for axis in range(2)]
    return np.column_stack(sums) / number[:, None]


def _base(name: str) -> str:
    return name[:-3] if name.endswith("丁目") else name


def _named_after(
    area: IntArray, small: IntArray, names: list[str], blocks: Blocks, form: str
) -> list[str]:
    """Name each area after the small area that covers most of it; numbered where that is taken."""
    table = pd.DataFrame({"area": area, "small": small, "m2": blocks.area_m2})
    total = table.pivot_table("m2", "area", "small", aggfunc="sum", fill_value=0.0)
    stems = unique([names[int(number)] for number in total.idxmax(axis=1)])
    return [f"{stem}{form}" for stem in stems]


def _compass(area: IntArray, blocks: Blocks) -> list[str]:
    """Name areas after where they lie; two get east and west."""
    middles = _middles(area, blocks)
    if len(middles) <= 2:  # noqa: PLR2004  two sides of the river
        east = int(np.argmax(middles[:, 0]))
        return ["東圏域" if index == east else "西圏域" for index in range(len(middles))]
    angles = np.arctan2(*(middles - middles.mean(axis=0)).T)
    order = np.argsort(angles, kind="stable")
    words = ("西南", "西", "北西", "北", "北東", "東", "南東", "南")
    names = [""] * len(middles)
    for position, index in enumerate(order.tolist()):
        names[index] = f"{words[position % len(words)]}部圏域"
    return unique(names)


def layer_shapes(layers: Layers, blocks: Blocks) -> dict[str, ObjectArray]:
    """Return the polygons of every layer, and of the city."""
    districts = layers.districts
    every = {
        "small_areas": districts.small_area,
        "neighbourhoods": districts.neighbourhood,
        "A27_elementary": districts.school,
        "community_areas": districts.community,
        "daily_life_areas": layers.daily_life,
        "N03": np.zeros(len(blocks.cell), dtype=np.int64),
    }
    return {name: polygons(blocks, area) for name, area in every.items()}


def small_area_rows(names: list[str], people: pd.DataFrame) -> list[dict[str, object]]:
    """Return the attributes of small areas as the census borders have them."""
    return [
        {
            "KEY_CODE": f"{JIS_CODE}{index + 1:04d}00",
            "PREF_NAME": PREFECTURE,
            "CITY_NAME": CITY,
            "S_NAME": name,
            "JINKO": int(total),
            "SETAI": int(households),
        }
        for index, (name, total, households) in enumerate(
            zip(names, people["total"], people["households"], strict=True)
        )
    ]


def school_rows(names: list[str]) -> list[dict[str, object]]:
    """Return the attributes of school districts as the national data have them."""
    return [
        {
            "A27_001": JIS_CODE,
            "A27_002": f"{CITY}立",
            "A27_003": f"B199{JIS_CODE[:3]}{index + 1:06d}",
            "A27_004": f"{name}小学校",
            "A27_005": f"{CITY}{name}",
        }
        for index, name in enumerate(names)
    ]


def named_rows(names: list[str], letter: str) -> list[dict[str, object]]:
    """Return a name and a code per area."""
    return [{"code": f"{letter}{index + 1:03d}", "name": name} for index, name in enumerate(names)]
