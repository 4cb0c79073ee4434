"""The layers of the town: their areas, names and attributes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from services.modeltown.areas import Manner, group, polygons, touching
from services.modeltown.blocks import Blocks
from services.modeltown.cells import Cells
from services.modeltown.names import NAMES
from services.modeltown.noise import FloatArray, IntArray
from services.modeltown.plan import TownPlan
from services.modeltown.streets import ObjectArray
from services.modeltown.venues import Districts


@dataclass(frozen=True)
class Layers:
    """Which area each block belongs to, layer by layer, and the names of the areas."""

    districts: Districts
    daily_life: IntArray
    daily_life_names: list[str]


def draw_layers(
    blocks: Blocks, cells: Cells, residents: FloatArray, plan: TownPlan, rng: np.random.Generator
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
        neighbourhood_names=_named_after(near, small, names, blocks, NAMES.areas.neighbourhood),
        school=school,
        school_names=_named_after(school, small, [_base(name) for name in names], blocks, ""),
        community=community,
        community_names=_named_after(
            community, small, [_base(name) for name in names], blocks, NAMES.areas.community
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
    ending = NAMES.areas.block_ending
    return name[: -len(ending) - 1] if name.endswith(ending) else name


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
        return [NAMES.areas.two_sides[index == east] for index in range(len(middles))]
    angles = np.arctan2(*(middles - middles.mean(axis=0)).T)
    order = np.argsort(angles, kind="stable")
    sides = NAMES.areas.compass
    names = [""] * len(middles)
    for position, index in enumerate(order.tolist()):
        names[index] = NAMES.areas.daily_life.format(side=sides[position % len(sides)])
    return unique(names)


def old_names() -> Iterator[str]:
    """Yield names of quarters of an old centre."""
    areas, ending = NAMES.areas, NAMES.areas.quarter_ending
    yield from areas.old
    yield from (
        name.removesuffix(ending) + side + ending
        for side in areas.quarter_sides
        for name in areas.old
    )


def new_names() -> Iterator[str]:
    """Yield names of planned quarters."""
    areas = NAMES.areas
    yield areas.new_first
    names = (stem + form for form in areas.new_forms for stem in areas.new_stems)
    yield from (name for name in names if name != areas.new_first)


def field_names() -> Iterator[str]:
    """Yield names of hamlets."""
    first, stems = NAMES.areas.field_first, NAMES.areas.field_stems
    yield from first
    for shift in range(len(stems)):
        for index, form in enumerate(NAMES.areas.field_forms):
            name = stems[(shift * 7 + index * 3) % len(stems)] + form
            if name not in first:
                yield name


def area_names(
    characters: Sequence[str],
    neighbours: dict[int, set[int]],
    middle: np.ndarray,
    rng: np.random.Generator,
) -> list[str]:
    """Return a unique name per area; built-up neighbours of one character become blocks of a town."""
    sources = {"old": old_names(), "new": new_names(), "field": field_names()}
    names: dict[int, str] = {}
    used: set[str] = set()
    centre = [area for area, character in enumerate(characters) if character == "centre"]
    order = centre + np.lexsort([middle[:, 0], -middle[:, 1]]).tolist()
    for area in order:
        if area in names:
            continue
        kind = _family(characters[area])
        size = int(rng.integers(2, 6)) if kind != "field" else 1
        town = _grow(area, size, characters, neighbours, names)
        first = area == order[0]
        base = (
            NAMES.areas.first if first else next(name for name in sources[kind] if name not in used)
        )
        used.add(base)
        if len(town) == 1 and not first:
            names[area] = base
            continue
        for number, part in enumerate(sorted(town, key=lambda part: -middle[part, 1])):
            names[part] = NAMES.areas.block.format(name=base, numeral=NAMES.numerals[number])
    return [names[area] for area in range(len(characters))]


def _family(character: str) -> str:
    if character == "centre":
        return "old"
    return "field" if character in {"rural", "park"} else "new"


def _grow(
    area: int,
    size: int,
    characters: Sequence[str],
    neighbours: dict[int, set[int]],
    names: dict[int, str],
) -> list[int]:
    town = [area]
    for part in town:
        for other in sorted(neighbours.get(part, set())):
            fits = _family(characters[other]) == _family(characters[area])
            if len(town) < size and fits and other not in names and other not in town:
                town.append(other)
    return town


def unique(names: Sequence[str]) -> list[str]:
    """Return names, numbered from the second on where they were already used."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        again = NAMES.areas.again.format(name=name, numeral=NAMES.numerals[seen[name] - 1])
        result.append(name if seen[name] == 1 else again)
    return result


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
            "KEY_CODE": f"{NAMES.city.jis_code}{index + 1:04d}00",
            "PREF_NAME": NAMES.city.prefecture,
            "CITY_NAME": NAMES.city.name,
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
            "A27_001": NAMES.city.jis_code,
            "A27_002": NAMES.map.school_founder,
            "A27_003": f"B199{NAMES.city.jis_code[:3]}{index + 1:06d}",
            "A27_004": NAMES.venues.kinds["school"].name.format(area=name),
            "A27_005": f"{NAMES.city.name}{name}",
        }
        for index, name in enumerate(names)
    ]


def named_rows(names: list[str], letter: str) -> list[dict[str, object]]:
    """Return a name and a code per area."""
    return [{"code": f"{letter}{index + 1:03d}", "name": name} for index, name in enumerate(names)]
