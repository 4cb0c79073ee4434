"""Venues: schools, centres, halls, and rooms that stand empty."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from services.modeltown.blocks import Blocks
from services.modeltown.houses import Buildings
from services.modeltown.noise import BoolArray, FloatArray, IntArray

HALL_SHARE = 0.6
BATHS = (
    "松の湯",
    "鶴の湯",
    "亀の湯",
    "富士の湯",
    "梅の湯",
    "宝湯",
    "日の出湯",
    "朝日湯",
    "若葉湯",
    "柳湯",
)


@dataclass(frozen=True)
class Venue:
    """A building where people could meet."""

    name: str
    kind: str
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


class Sites:
    """Buildings that are still free to become a venue."""

    def __init__(
        self,
        buildings: Buildings,
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
    districts: Districts, buildings: Buildings, blocks: Blocks, rng: np.random.Generator
) -> list[Venue]:
    """Return the venues of every district."""
    sites = Sites(buildings, blocks, rng)
    wanted = [
        (f"{name}小学校", "小学校", sites.near_middle(districts.school, index))
        for index, name in enumerate(districts.school_names)
    ]
    for index, name in enumerate(districts.community_names):
        at = districts.community
        wanted.append((f"{name}近隣センター", "近隣センター", sites.near_middle(at, index)))
        wanted.append((f"{name}公民館", "公民館", sites.near_middle(at, index)))
    for index, name in enumerate(districts.neighbourhood_names):
        if rng.uniform() < HALL_SHARE:
            form, kind = (("集会所", "集会所"), ("町会館", "町会館"))[int(rng.integers(2))]
            site = sites.near_middle(districts.neighbourhood, index)
            wanted.append((f"{name.removesuffix('町会')}{form}", kind, site))
    stems = ("ひだまり", "なごみ", "せせらぎ", "やすらぎ", "こもれび", "はなみずき")
    for index in range(max(3, len(districts.neighbourhood_names) // 9)):
        base = districts.neighbourhood_names[index * 7 % len(districts.neighbourhood_names)]
        stem = stems[index % len(stems)]
        short = base.removesuffix("町会")
        wanted.append((f"デイサービス{stem}{short}", "デイサービス", sites.anywhere()))
        wanted.append(
            (f"空き店舗（{short}・旧{'米酒薬菓花'[index % 5]}店）", "空き店舗", sites.anywhere())
        )
    baths = BATHS[: max(2, len(districts.neighbourhood_names) // 30)]
    wanted += [(name, "銭湯", sites.anywhere()) for name in baths]
    return [venue_at(name, kind, site, (districts, buildings), rng) for name, kind, site in wanted]


def venue_at(
    name: str,
    kind: str,
    site: int,
    where: tuple[Districts, Buildings],
    rng: np.random.Generator,
) -> Venue:
    """Return the venue that a building is."""
    districts, buildings = where
    block = int(buildings.block[site])
    east_m, north_m = buildings.xy[site].tolist()
    address = address_of(districts.small_area_names[int(districts.small_area[block])], rng)
    return Venue(name, kind, address, (east_m, north_m), block, site)


def address_of(small_area: str, rng: np.random.Generator) -> str:
    """Return an address as a city types it: numbers in full width."""
    number = f"{int(rng.integers(1, 30))}－{int(rng.integers(1, 25))}"
    return f"見本市{small_area}{number.translate(FULL_WIDTH)}"


FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def points(venues: list[Venue]) -> FloatArray:
    """Return the positions of venues; shape (n, 2)."""
    return np.array([venue.xy for venue in venues], dtype=np.float64)
