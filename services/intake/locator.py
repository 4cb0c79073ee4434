"""Locating what has no coordinates: by the venue that it names, else by the area in its address."""

import geopandas as gpd
import shapely

from services.intake.names import normalise

Found = tuple[float, float, str]


class Locator:
    """Venues and areas by name; areas are tried from the longest name to the shortest."""

    def __init__(self, venues: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> None:
        self._venues: dict[str, tuple[float, float]] = {}
        self._areas: list[tuple[str, tuple[float, float]]] = []
        if len(venues):
            xy = shapely.get_coordinates(venues.geometry.to_numpy())
            for name, (x, y) in zip(venues["name"], xy, strict=True):
                self._venues.setdefault(normalise(name), (float(x), float(y)))
        if len(areas):
            inside = areas.geometry.representative_point().to_numpy()
            xy = shapely.get_coordinates(inside)
            named = [
                (normalise(name), (float(x), float(y)))
                for name, (x, y) in zip(areas["area_name"], xy, strict=True)
            ]
            self._areas = sorted(named, key=lambda item: (-len(item[0]), item[0]))

    def __call__(self, name: str, address: str) -> Found | None:
        """Return x, y and how it was located (``venue`` or ``area``), or nothing."""
        venue = self._venues.get(normalise(name)) if name else None
        if venue:
            return (*venue, "venue")
        text = normalise(address)
        for area, xy in self._areas:
            if area and area in text:
                return (*xy, "area")
        return None
