"""Locating what has no coordinates: by venue, by geocoder, by the areas named in its address."""

from collections import defaultdict
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from geo.arrays import LONLAT_EPSG
from services.intake.places.addresses import chome_written_out, local_part
from services.intake.places.geocoder import Geocoder
from services.words.names import normalise, stem

CONFIRM_BELOW = 0.5
"""A position with less confidence than this goes to the list to be confirmed."""
SMALL_AREA_MAX_M2 = 500_000.0
"""In a larger area its middle says little about where an address is."""


class Found(NamedTuple):
    """Where, how, up to which level, and how much it can be trusted: 0 (a guess) to 1 (typed)."""

    x: float
    y: float
    how: str
    """``venue``, ``geocoder``, ``area`` or ``confirmed``."""
    level: str = ""
    """``venue``, ``house``, ``block``, ``small_area``, ``oaza`` or ``mentioned``."""
    confidence: float = 1.0


class AddressHead(NamedTuple):
    """The names that addresses start with."""

    prefecture: str = ""
    city: str = ""


class Locator:
    """Venues and areas by name; the surest way that finds something is taken."""

    def __init__(
        self,
        venues: gpd.GeoDataFrame,
        areas: gpd.GeoDataFrame,
        *,
        municipality: AddressHead | None = None,
        geocoder: Geocoder | None = None,
    ) -> None:
        self._municipality = municipality or AddressHead()
        self._geocoder = geocoder
        self._to_plane = _to_plane(areas if len(areas) else venues) if geocoder else None
        self._venues = _by_name(venues)
        self._areas = _areas(areas)
        self._stems = _stems(areas)

    def __call__(self, name: str, address: str) -> Found | None:
        """Return where the venue of this name, else the address, is; nothing if neither is known."""
        return (
            self._by_venue(name)
            or self._by_geocoder(address)
            or self._by_area(self._local(address))
            or self._by_stem(self._local(address))
            or self._by_mention(normalise(address))
        )

    def _local(self, address: str) -> str:
        return local_part(
            address, prefecture=self._municipality.prefecture, city=self._municipality.city
        )

    def _by_venue(self, name: str) -> Found | None:
        spots = self._venues.get(normalise(name), []) if name else []
        if not spots:
            return None
        # Two venues of one name: the first is as good as the other, so somebody has to look.
        return Found(*spots[0], "venue", "venue", 0.9 if len(spots) == 1 else 0.3)

    def _by_geocoder(self, address: str) -> Found | None:
        if self._geocoder is None or self._to_plane is None or not address:
            return None
        city = self._municipality.city
        whole = address if city and city in address else f"{city}{address}"
        prefecture = self._municipality.prefecture
        whole = whole if prefecture and whole.startswith(prefecture) else f"{prefecture}{whole}"
        found = self._geocoder(whole)
        if found is None or found.confidence < CONFIRM_BELOW:
            return None
        x, y = self._to_plane.transform(found.lon, found.lat)
        return Found(float(x), float(y), "geocoder", found.level, found.confidence)

    def _by_area(self, local: str) -> Found | None:
        """Take the area whose name the address starts with, the longest first."""
        for form in dict.fromkeys((chome_written_out(local), local)):
            for end in range(len(form), 0, -1):
                if form[:end] in self._areas and _is_whole(form, end):
                    xy, area_m2 = self._areas[form[:end]]
                    sure = 0.6 if area_m2 <= SMALL_AREA_MAX_M2 else 0.4
                    return Found(*xy, "area", "small_area", sure)
        return None

    def _by_stem(self, local: str) -> Found | None:
        """Take the middle of all areas of a 大字 that the address starts with."""
        for end in range(len(local), 0, -1):
            if local[:end] in self._stems and _is_whole(local, end):
                return Found(*self._stems[local[:end]], "area", "oaza", 0.3)
        return None

    def _by_mention(self, form: str) -> Found | None:
        """Take the longest area name that stands anywhere in the address."""
        best = max((name for name in self._areas if name and name in form), key=len, default="")
        return Found(*self._areas[best][0], "area", "mentioned", 0.2) if best else None


def _is_whole(form: str, end: int) -> bool:
    """Say whether a cut spares numbers: 「東1」 is no beginning of 「東10-3」."""
    return not (form[end - 1].isdigit() and form[end : end + 1].isdigit())


def _to_plane(frame: gpd.GeoDataFrame) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(LONLAT_EPSG, frame.crs, always_xy=True)


def _by_name(venues: gpd.GeoDataFrame) -> dict[str, list[tuple[float, float]]]:
    spots: dict[str, list[tuple[float, float]]] = defaultdict(list)
    if len(venues):
        xy = shapely.get_coordinates(venues.geometry.to_numpy()).tolist()
        for name, (x, y) in zip(venues["name"], xy, strict=True):
            spots[normalise(name)].append((x, y))
    return spots


def _areas(areas: gpd.GeoDataFrame) -> dict[str, tuple[tuple[float, float], float]]:
    """Return a point inside and the size of each area; of two areas of one name, the larger."""
    found: dict[str, tuple[tuple[float, float], float]] = {}
    if len(areas):
        xy = shapely.get_coordinates(areas.geometry.representative_point().to_numpy()).tolist()
        sizes = areas.geometry.area.tolist()
        for name, (x, y), area_m2 in zip(areas["area_name"], xy, sizes, strict=True):
            form = normalise(name)
            if form and (form not in found or found[form][1] < area_m2):
                found[form] = ((x, y), area_m2)
    return found


def _stems(areas: gpd.GeoDataFrame) -> dict[str, tuple[float, float]]:
    """Return the middle of the areas that share a name up to the 丁目."""
    spots: dict[str, list[list[float]]] = defaultdict(list)
    if len(areas):
        xy = shapely.get_coordinates(areas.geometry.representative_point().to_numpy()).tolist()
        for name, point in zip(areas["area_name"], xy, strict=True):
            if stem(name):
                spots[stem(name)].append(point)
    middles = {name: np.mean(points, axis=0) for name, points in spots.items()}
    return {name: (float(x), float(y)) for name, (x, y) in middles.items()}
