"""Venues that a plan may turn to: empty houses, a closed school, former JA branches, rooms of homes."""

from dataclasses import dataclass

import numpy as np

from services.modeltown.blocks import Blocks
from services.modeltown.cells import Cells
from services.modeltown.houses import Buildings
from services.modeltown.noise import BoolArray
from services.modeltown.venues import Districts, Sites, Venue, venue_at

PRIVATE_HOMES = (("佐藤宅", "○"), ("鈴木宅", ""))
"""Household and whether it agrees to being a candidate; nobody of these names is meant."""


@dataclass(frozen=True)
class _Wanted:
    kind: str
    name: str
    """With {area}, the small area that it stands in."""
    each: int
    """One for so many neighbourhoods, at least one."""
    characters: tuple[str, ...]
    """Where such venues stand."""


_WANTED = (
    _Wanted("空き家", "空き家（{area}）", 8, ("rural", "sprawl", "grid", "danchi")),
    _Wanted("旧JA支所", "旧JA見本{area}支所", 20, ("rural",)),
    _Wanted("廃校", "旧{area}小学校", 40, ("rural",)),
    _Wanted("団地集会室", "{area}団地集会室", 20, ("danchi",)),
    _Wanted(
        "特別養護老人ホーム", "特別養護老人ホーム{area}苑 地域交流室", 20, ("rural", "crescent")
    ),
)


def draw_further_venues(
    venues: list[Venue],
    districts: Districts,
    built: tuple[Buildings, Blocks, Cells],
    rng: np.random.Generator,
) -> list[Venue]:
    """Return more venues in buildings that hold none of ``venues``."""
    buildings, blocks, cells = built
    sites = Sites(buildings, blocks, rng, taken=[venue.building for venue in venues])
    character = np.array(cells.characters, dtype=object)[blocks.cell[buildings.block]]
    names = {venue.name for venue in venues}
    found: list[Venue] = []
    for wanted in _WANTED:
        here: BoolArray = np.isin(character.astype(str), wanted.characters)
        for _ in range(max(1, len(districts.neighbourhood_names) // wanted.each)):
            site = sites.among(here)
            area = districts.small_area_names[districts.small_area[buildings.block[site]]]
            name = _free_name(wanted.name.format(area=area), names)
            found.append(venue_at(name, wanted.kind, site, (districts, buildings), rng))
    house = np.asarray(buildings.usage == "411")
    found += [
        venue_at(name, "個人宅", sites.among(house), (districts, buildings), rng)
        for name, _ in PRIVATE_HOMES
    ]
    return found


def _free_name(name: str, names: set[str]) -> str:
    """Return the name, numbered where an earlier venue has it, and take it."""
    number, free = 1, name
    while free in names:
        number += 1
        free = f"{name}その{number}"
    names.add(free)
    return free
