"""Which sites a question leaves out: by kind, room, access, rent, owner, danger and council."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely

from geo.areas import locate
from geo.errors import InvalidInputError
from geo.network import BoolArray
from services.councils import council_areas
from services.intake.availability import free_slots
from services.plan_ask import PlanAsk
from services.situation import Situation


def fitting(sites: gpd.GeoDataFrame, situation: Situation, ask: PlanAsk) -> BoolArray:
    """
    Say which sites no filter of a question leaves out; what is not known leaves none out.

    Raises
    ------
    InvalidInputError
        Half-days that name no day.
    """
    fits = np.ones(len(sites), dtype=bool)
    for kept in (*_of_venues(sites, ask), *_of_all(sites, situation, ask)):
        fits &= kept
    return fits


def _of_venues(sites: gpd.GeoDataFrame, ask: PlanAsk) -> Iterator[BoolArray]:
    """Yield what only venues are asked for: a place that exists has its kind and its owner."""
    other = (sites["source"] != "venue").to_numpy()
    if ask.kinds:
        yield other | sites["kind"].isin(ask.kinds).to_numpy()
    if ask.owners:
        yield other | sites["owner"].isin(["", *ask.owners]).to_numpy()


def _of_all(sites: gpd.GeoDataFrame, situation: Situation, ask: PlanAsk) -> Iterator[BoolArray]:
    if ask.barrier_free:
        yield sites["barrier_free"].fillna(value=True).to_numpy(dtype=bool)
    if ask.outside_hazards:
        yield (sites["hazards"] == "").to_numpy()
    if ask.rent_max_yen is not None:
        yield ~(sites["rent_yen"] > ask.rent_max_yen).to_numpy()
    if ask.floor_area_min_m2 is not None:
        yield ~(sites["floor_area_m2"] < ask.floor_area_min_m2).to_numpy()
    if ask.capacity_min is not None:
        m2 = situation.profile.planning.m2_per_person
        seats = sites["capacity"].fillna(np.floor(sites["floor_area_m2"] / m2 + 1e-9))
        yield ~(seats < ask.capacity_min).to_numpy()
    if ask.free:
        yield _free_in(sites, ask.free)
    if ask.council:
        areas = council_areas(situation, ask.council)
        xy = shapely.get_coordinates(sites.geometry.to_numpy())
        yield np.asarray(locate(xy, areas) >= 0 if len(sites) else np.ones(0, dtype=bool))


def _free_in(sites: gpd.GeoDataFrame, wanted: str) -> BoolArray:
    """Say which rooms are free in one of the half-days at least."""
    bits = free_slots(wanted)
    if bits is None:
        raise InvalidInputError(
            f"{wanted!r} names no day of the week; write 日曜, 平日の午後 or 月・水 午前",
            ja=f"「{wanted}」から曜日が読み取れません。日曜、平日の午後、月・水 午前 のように書いてください",
        )
    known = [free_slots(str(text)) for text in sites["availability"]]
    return np.array([own is None or bool(own & bits) for own in known], dtype=bool)
