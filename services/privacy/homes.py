"""Private homes: how they are named, and where they are shown."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

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


GeometryArray = NDArray[Any]


PRIVATE_STEP_M = 50.0
"""Distances to a private home leave in steps of this size: three exact ones would find the house."""


def coarsen_gaps(gaps: pd.DataFrame, private: frozenset[str]) -> pd.DataFrame:
    """
    Return the gaps with distances to private homes in coarse steps and no word of the way.

    Nor the climb and the steps of the way: there are few houses above so many steps.
    """
    at_home = gaps["nearest_place_id"].isin(private)
    coarse = gaps.copy()
    for place in ("nearest_place", "place_by_stop"):
        if f"{place}_id" in gaps.columns:
            rows = gaps[f"{place}_id"].isin(private)
            for column in (f"{place}_walk_m", f"{place}_straight_m"):
                coarse[column] = _coarse(gaps[column], rows, PRIVATE_STEP_M)
    coarse["nearest_place_walk_min"] = _coarse(gaps["nearest_place_walk_min"], at_home, 1.0)
    for column in ("nearest_place_climb_m", "nearest_place_steps"):
        coarse[column] = gaps[column].mask(at_home)
    coarse["reason"] = gaps["reason"].mask(at_home & (gaps["reason"] == "nearest_weekly"), "")
    return coarse


def _coarse(values: "pd.Series[float]", rows: "pd.Series[bool]", step: float) -> "pd.Series[float]":
    return values.where(~rows, (values / step).round() * step)


def blur(points: gpd.GeoDataFrame, rows: "pd.Series[bool]", *, blur_m: float) -> gpd.GeoDataFrame:
    """
    Return the points with ``rows`` moved to the centre of their grid cell and the address blank.

    With a ``blur_m`` of 0 there is no cell to stand for the house: those rows lose their geometry.
    """
    private = rows.to_numpy(dtype=bool)
    geometry = points.geometry.to_numpy().copy()
    geometry[private] = _cell_centres(geometry[private], blur_m)
    blurred = points.set_geometry(gpd.GeoSeries(geometry, index=points.index, crs=points.crs))
    if "address" in blurred.columns:
        blurred["address"] = blurred["address"].mask(rows, "")
    blurred["blurred"] = private
    return blurred


def _cell_centres(points: GeometryArray, blur_m: float) -> GeometryArray:
    located = ~(shapely.is_missing(points) | shapely.is_empty(points))
    centres: GeometryArray = np.full(len(points), None, dtype=object)
    if blur_m > 0:
        xy = shapely.get_coordinates(points[located])
        centres[located] = shapely.points((np.floor(xy / blur_m) + 0.5) * blur_m)
    return centres
