"""Private homes: how they are named, and where they are shown."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.arrays import FloatArray
from services.words.texts import text

_HOUSE = re.compile(
    r"(?<![住社帰在お邸三大安家])宅(?=$|[\s（(・、,/／にでの]|サロン|カフェ|開放|茶の間|縁側|広場|リビング|離れ)|邸$"
    r"|(?<!なん)(?<!みな)(?<!皆)(?<!お隣)(?<!となり)(?<!ばあ)(?<!じい)(?<!母)(?<!父)"
    r"さん(?:[ちチ家宅]|の(?:家|いえ|おうち|お宅|うち))|様(?:宅|方|邸)|氏宅"
)
"""三宅, 大宅 and 安宅 are places, 住宅 and 宅老所 are open to all."""


def is_private_home(cells: Iterable[str], *, words: Iterable[str]) -> bool:
    """Say whether one of the texts (kind, venue, name) says that it is somebody's home."""
    plain_cells = [unicodedata.normalize("NFKC", cell).replace(" ", "") for cell in cells]
    words = list(words)
    return any(_HOUSE.search(cell) or any(word in cell for word in words) for cell in plain_cells)


def consents(typed: str) -> bool:
    """Say whether a cell of a column of consent says yes; empty and anything else is no."""
    form = unicodedata.normalize("NFKC", typed).strip().casefold()
    yes = ("可", "公開", "公開可", "同意", "同意あり", "同意する", "有", "あり", "はい", "○", "〇")
    return form in (*yes, "◯", "済", "yes", "y", "true", "1", "ok")


def masked(place: pd.DataFrame) -> dict[str, pd.Series]:
    """
    Return the texts of places as they may be read: private homes bear no names.

    A salon at a private home often bears its owner's family name, so its name is shown only where
    the owner consents; its venue, group and address never are.
    """
    private = place["private_home"].astype(bool)
    consent = place["consent"].astype(bool) if "consent" in place else private & False
    further = [name for name in ("open_hours", "fee_text") if name in place]
    return {
        **{name: place[name].mask(private, "") for name in further},
        "name": place["name"].mask(private & ~consent, text("home.place", "ja")),
        "venue_name": place["venue_name"].mask(private, text("home.venue", "ja")),
        "group_name": place["group_name"].mask(private, ""),
        "address": place["address"].mask(private, ""),
    }


def masked_venues(venue: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the texts of venues as they may be read: private homes bear no name, address or owner."""
    private = venue["private_home"].astype(bool)
    return {
        "name": venue["name"].mask(private, text("home.place", "ja")),
        **{name: venue[name].mask(private, "") for name in ("address", "owner")},
    }


GeometryArray = NDArray[Any]


WIDEST = 6
"""How often a cell is doubled at most: 150 m become 9.6 km."""


@dataclass(frozen=True)
class HomeCells:
    """
    The grid cells at whose centres private homes stand, found once for all dwellings.

    A cell is doubled until it holds at least ``least_n`` dwellings, or all of them; those whose own
    smaller cells hold enough do not count, for they would stand there: whoever sees a wide cell knows
    that none of them is meant. Those that are left over in the end belong to the nearest such cell.
    """

    cell_m: float
    """Side of the smallest cells; with 0 there is no cell, and no home has a position."""
    levels: tuple[tuple[float, FloatArray], ...]
    """Side and (n, 2) numbers of the cells that hold enough, from the smallest side to the widest."""

    @classmethod
    def of(cls, dwellings_xy: FloatArray, *, cell_m: float, least_n: int) -> "HomeCells":
        """Find the cells; ``dwellings_xy`` is (n, 2), plane CRS."""
        least_n = min(least_n, len(dwellings_xy))
        left, levels = dwellings_xy, []
        for doubled in range(WIDEST + 1 if least_n and cell_m > 0 else 0):
            side_m = cell_m * 2.0**doubled
            cells, cell_of, dwellings_n = np.unique(
                np.floor(left / side_m), axis=0, return_inverse=True, return_counts=True
            )
            enough = dwellings_n >= least_n
            levels.append((side_m, cells[enough]))
            left = left[~enough[cell_of.reshape(-1)]]
            if len(left) < least_n:
                break
        return cls(cell_m, tuple(levels))

    def centres(self, points: GeometryArray) -> GeometryArray:
        """Return points (plane CRS) moved to the centres of their cells; without a position they stay so."""
        located = ~(shapely.is_missing(points) | shapely.is_empty(points))
        found: GeometryArray = np.full(len(points), None, dtype=object)
        if self.cell_m > 0:
            xy = [self._centre(one) for one in shapely.get_coordinates(points[located])]
            found[located] = shapely.points(np.array(xy, dtype=float).reshape(-1, 2))
        return found

    def _centre(self, xy: FloatArray) -> FloatArray:
        side_m, own = self.cell_m, np.floor(xy / self.cell_m)
        for side_m, full in self.levels:
            own = np.floor(xy / side_m)
            if (full == own).all(axis=1).any():
                return np.asarray((own + 0.5) * side_m)
        centres = [(full + 0.5) * side for side, full in self.levels if len(full)]
        if not centres:
            return np.asarray((own + 0.5) * side_m)
        every = np.concatenate(centres)
        return np.asarray(every[np.argmin(np.hypot(*(every - xy).T))])
