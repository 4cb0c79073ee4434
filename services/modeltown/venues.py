"""Venues: schools, centres, halls, rooms that stand empty, and what their rooms are like."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from services.modeltown.blocks import Blocks
from services.modeltown.cells import Cells
from services.modeltown.houses import BuildingPoints
from services.modeltown.names import FULL_WIDTH, NAMES
from services.modeltown.noise import BoolArray, FloatArray, IntArray

HALL_SHARE = 0.6
TATAMI_SHARE = 0.5
UNKNOWN_SHARE = 0.15
"""So many cells of a column are left empty: nobody has asked yet."""
M2_PER_PERSON = 2.6
M2_PER_TATAMI = 1.62


@dataclass(frozen=True)
class Hall:
    """A building where people could meet."""

    name: str
    kind: str
    """Key of its kind among the words of the town."""
    address: str
    xy: tuple[float, float]
    block: int
    building: int = -1


@dataclass(frozen=True)
class Districts:
    """The area of every block in each layer that has venues, and the names of the areas."""

    small_area: IntArray
    small_area_names: list[str]
    neighbourhood: IntArray
    neighbourhood_names: list[str]
    school: IntArray
    school_names: list[str]
    community: IntArray
    community_names: list[str]


class FreeBuildings:
    """Buildings that are still free to become a venue."""

    def __init__(
        self,
        buildings: BuildingPoints,
        blocks: Blocks,
        rng: np.random.Generator,
        taken: Iterable[int] = (),
    ) -> None:
        self._xy = buildings.xy
        self._block = buildings.block
        self._rng = rng
        self._taken = set(taken)
        self._homes = np.flatnonzero(np.isin(buildings.usage.astype(str), ["411", "402", "461"]))
        self._number = len(blocks.cell)

    def near_middle(self, area: IntArray, index: int) -> int:
        """Return a building near the middle of an area's buildings."""
        here = self._homes[area[self._block[self._homes]] == index]
        if len(here) == 0:
            return self.anywhere()
        middle = self._xy[here].mean(axis=0) + self._rng.normal(0, 60.0, 2)
        _, order = cKDTree(self._xy[here]).query(middle, k=min(30, len(here)))
        return self._first_free(here[np.atleast_1d(order)])

    def anywhere(self) -> int:
        """Return any building."""
        return self._first_free(self._rng.permutation(self._homes)[:50])

    def among(self, wanted: BoolArray) -> int:
        """Return any of the wanted buildings, else any at all."""
        here = self._homes[wanted[self._homes]]
        if len(here) == 0:
            return self.anywhere()
        return self._first_free(self._rng.permutation(here)[:50])

    def _first_free(self, order: IntArray) -> int:
        chosen = next((int(one) for one in order if int(one) not in self._taken), int(order[0]))
        self._taken.add(chosen)
        return chosen


def draw_venues(
    districts: Districts, buildings: BuildingPoints, blocks: Blocks, rng: np.random.Generator
) -> list[Hall]:
    """Return the venues of every district."""
    sites = FreeBuildings(buildings, blocks, rng)
    ending = NAMES.areas.neighbourhood
    neighbourhoods = [name.removesuffix(ending) for name in districts.neighbourhood_names]
    wanted = [
        ("school", _called("school", area=name), sites.near_middle(districts.school, index))
        for index, name in enumerate(districts.school_names)
    ]
    for index, name in enumerate(districts.community_names):
        for kind in ("centre", "civic_hall"):
            site = sites.near_middle(districts.community, index)
            wanted.append((kind, _called(kind, area=name), site))
    for index, name in enumerate(neighbourhoods):
        if rng.uniform() < HALL_SHARE:
            kind = ("meeting_hall", "neighbourhood_hall")[int(rng.integers(2))]
            site = sites.near_middle(districts.neighbourhood, index)
            wanted.append((kind, _called(kind, area=name), site))
    own = {"day_care": NAMES.venues.day_cares, "empty_shop": NAMES.venues.shops}
    for index in range(max(3, len(neighbourhoods) // 9)):
        area = neighbourhoods[index * 7 % len(neighbourhoods)]
        wanted += [
            (kind, _called(kind, area=area, own=names[index % len(names)]), sites.anywhere())
            for kind, names in own.items()
        ]
    baths = NAMES.venues.baths[: max(2, len(neighbourhoods) // 30)]
    wanted += [("bath", name, sites.anywhere()) for name in baths]
    return [venue_at(name, kind, site, (districts, buildings), rng) for kind, name, site in wanted]


def _called(kind: str, *, area: str, own: str = "") -> str:
    return NAMES.venues.kinds[kind].name.format(area=area, own=own)


def venue_at(
    name: str,
    kind: str,
    site: int,
    where: tuple[Districts, BuildingPoints],
    rng: np.random.Generator,
) -> Hall:
    """Return the venue that a building is."""
    districts, buildings = where
    block = int(buildings.block[site])
    east_m, north_m = buildings.xy[site].tolist()
    address = address_of(districts.small_area_names[int(districts.small_area[block])], rng)
    return Hall(name, kind, address, (east_m, north_m), block, site)


def address_of(small_area: str, rng: np.random.Generator) -> str:
    """Return an address as a city types it: numbers in full width."""
    number = f"{int(rng.integers(1, 30))}－{int(rng.integers(1, 25))}"
    return NAMES.typed.address.format(area=small_area, number=number.translate(FULL_WIDTH))


@dataclass(frozen=True)
class _Wanted:
    kind: str
    each: int
    """One for so many neighbourhoods, at least one."""
    characters: tuple[str, ...]
    """Where such venues stand."""


_WANTED = (
    _Wanted("empty_house", 8, ("rural", "sprawl", "grid", "danchi")),
    _Wanted("ja_branch", 20, ("rural",)),
    _Wanted("closed_school", 40, ("rural",)),
    _Wanted("estate_room", 20, ("danchi",)),
    _Wanted("nursing_home", 20, ("rural", "crescent")),
)


def draw_further_venues(
    venues: list[Hall],
    districts: Districts,
    built: tuple[BuildingPoints, Blocks, Cells],
    rng: np.random.Generator,
) -> list[Hall]:
    """Return more venues that a plan may turn to, in buildings that hold none of ``venues``."""
    buildings, blocks, cells = built
    sites = FreeBuildings(buildings, blocks, rng, taken=[venue.building for venue in venues])
    character = np.array(cells.characters, dtype=object)[blocks.cell[buildings.block]]
    names = {venue.name for venue in venues}
    found: list[Hall] = []
    for wanted in _WANTED:
        here: BoolArray = np.isin(character.astype(str), wanted.characters)
        for _ in range(max(1, len(districts.neighbourhood_names) // wanted.each)):
            site = sites.among(here)
            area = districts.small_area_names[districts.small_area[buildings.block[site]]]
            name = _free_name(_called(wanted.kind, area=area), names)
            found.append(venue_at(name, wanted.kind, site, (districts, buildings), rng))
    house = np.asarray(buildings.usage == "411")
    found += [
        venue_at(home.name, "home", sites.among(house), (districts, buildings), rng)
        for home in NAMES.venues.homes
    ]
    return found


def _free_name(name: str, names: set[str]) -> str:
    """Return the name, numbered where an earlier venue has it, and take it."""
    number, free = 1, name
    while free in names:
        number += 1
        free = NAMES.typed.numbered.format(name=name, n=number)
    names.add(free)
    return free


def draw_rooms(venues: list[Hall], rng: np.random.Generator) -> list[list[str]]:
    """Return how offices describe the room of every venue: area, seats, free hours … consent."""
    return [_cells(venue, rng) for venue in venues]


def _cells(venue: Hall, rng: np.random.Generator) -> list[str]:
    room, typed = NAMES.venues.kinds[venue.kind], NAMES.typed
    m2 = float(rng.uniform(*room.m2))
    tatami, unknown = rng.uniform(size=2)
    in_tatami = room.in_tatami and tatami < TATAMI_SHARE
    persons = int(m2 / M2_PER_PERSON)
    cells = [
        typed.tatami.format(n=round(m2 / M2_PER_TATAMI))
        if in_tatami
        else typed.m2.format(n=f"{m2:.0f}"),
        typed.persons.format(n=persons).translate(FULL_WIDTH) if rng.uniform() < 1 / 2 else "",
        str(rng.choice(room.free)),
        "○" if rng.uniform() < room.barrier_free_share else "×",
        str(rng.choice(room.rents)),
    ]
    if unknown < UNKNOWN_SHARE and venue.kind != "home":
        # The area, the free hours or the access: what nobody has asked about yet.
        cells[(0, 2, 3)[int(rng.integers(3))]] = ""
    owner = room.owner.format(name=venue.name, stem=venue.name.removesuffix(room.label))
    consent = {home.name: home.consent for home in NAMES.venues.homes}
    return [*cells, owner, consent.get(venue.name, "")]


def points(venues: list[Hall]) -> FloatArray:
    """Return the positions of venues; shape (n, 2)."""
    return np.array([venue.xy for venue in venues], dtype=np.float64)
