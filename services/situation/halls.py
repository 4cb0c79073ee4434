"""Halls: places and listed venues under names by which people know which one is meant."""

from collections.abc import Hashable, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.areas.location import locate
from services.words.names import told_apart
from services.words.texts import text


def halls_apart(
    places: gpd.GeoDataFrame,
    venues: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    layers: Sequence[str],
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """
    Return places and venues of which no two halls bear one name, nor groups of two halls.

    A hall without a name has that of its place. Beside a name that several bear stands for a place its
    hall, else the area of the first of ``layers`` that tells them apart, else the address, else a
    number. Private homes keep the words that stand for their names: no area is told of them.
    """
    at_home = places["private_home"].astype(bool).to_numpy()
    own, typed = _texts(places, "name"), _texts(places, "venue_name")
    halls = [hall or name for hall, name in zip(typed, own, strict=True)]
    stacked = _Stacked(
        pd.concat([places[["geometry"]], venues[["geometry"]]], ignore_index=True),
        areas,
        layers,
        [*_texts(places, "address"), *_texts(venues, "address")],
        np.concatenate([at_home, venues["private_home"].astype(bool).to_numpy()]),
        [*places["venue_id"], *venues["venue_id"]],
    )
    found = stacked.apart([*halls, *_texts(venues, "name")], [])
    of_place, of_venue = found[: len(places)], found[len(places) :]
    # What bears its hall's name bears it still when that is told apart.
    names = [
        new if name == hall else name for name, hall, new in zip(own, halls, of_place, strict=True)
    ]
    names = stacked.apart([*names, *[""] * len(venues)], of_place)[: len(places)]
    shown = [
        before if private else new
        for before, private, new in zip(typed, at_home, of_place, strict=True)
    ]
    return (
        places.assign(name=_column(names, places), venue_name=_column(shown, places)),
        venues.assign(name=_column(of_venue, venues)),
    )


def hall_names(places: pd.DataFrame) -> "pd.Series[str]":
    """Return for each place the name of its hall; of a private home, as it may be called itself."""
    return places["venue_name"].mask(places["private_home"].astype(bool), places["name"])


def groups_apart(names: Sequence[str], places: pd.DataFrame) -> list[str]:
    """Return the names of halls, those with several groups with the group's own name beside it."""
    own = [
        "" if name == hall else name
        for name, hall in zip(_texts(places, "name"), names, strict=True)
    ]
    return told_apart(names, places["place_id"].tolist(), [own], hinted=_hinted, numbered=_numbered)


class _Stacked:
    """Places and venues, one after the other, with what may stand beside their names."""

    def __init__(
        self,
        points: gpd.GeoDataFrame,
        areas: gpd.GeoDataFrame,
        layers: Sequence[str],
        addresses: list[str],
        at_home: np.ndarray,
        venue_ids: list[Hashable],
    ) -> None:
        self._points, self._areas, self._layers = points, areas, layers
        self._addresses, self._at_home, self._ids = addresses, at_home, venue_ids

    def apart(self, names: list[str], first: list[str]) -> list[str]:
        """Return the names, with ``first`` of the leading rows as the first hint."""
        asked = [
            "" if private else name for name, private in zip(names, self._at_home, strict=True)
        ]
        if len({*zip(asked, self._ids, strict=True)}) == len({*asked}):
            return names
        hints = [[*first, *[""] * (len(names) - len(first))]]
        hints += [self._inside(layer) for layer in self._layers]
        hints.append(self._addresses)
        found = told_apart(asked, self._ids, hints, hinted=_hinted, numbered=_numbered)
        return [new or name for new, name in zip(found, names, strict=True)]

    def _inside(self, layer: str) -> list[str]:
        """Return the name of the area that each point lies in, empty where none."""
        areas = self._areas[self._areas["layer"] == layer].reset_index(drop=True)
        points = gpd.GeoSeries(self._points["geometry"])
        there = np.flatnonzero(~(points.isna() | points.is_empty).to_numpy())
        found = np.full(len(points), -1, dtype=np.int64)
        found[there] = locate(shapely.get_coordinates(points.to_numpy()[there]), areas)
        names = [*areas["area_name"].astype(str), ""]
        return [names[area] for area in found]


def _texts(frame: pd.DataFrame, column: str) -> list[str]:
    return [str(cell) if isinstance(cell, str) else "" for cell in frame[column]]


def _column(values: list[str], frame: pd.DataFrame) -> "pd.Series[str]":
    return pd.Series(values, index=frame.index, dtype="object")


def _hinted(name: str, hint: str) -> str:
    return text("name.hinted", "ja", name=name, hint=hint)


def _numbered(name: str, number: int) -> str:
    return text("name.numbered", "ja", name=name, n=number)
