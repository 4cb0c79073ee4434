"""The background of the map: the ground as vector tiles, each made when it is first asked for and kept."""

import gzip
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from threading import Lock
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG
from geo.errors import NotFoundError
from geo.ground.scale import drawn_at, labels_at
from geo.ground.vectortile import EXTENT, Told, encoded_layer
from services.workspace.folder import Workspace

LAYER = "ground"
FIRST_ZOOM, LAST_ZOOM = 8, 14
_DRAWN_AS: Mapping[int, int] = {8: 11, 9: 11, 10: 11, 11: 11, 12: 13, 13: 13, 14: 16}
"""As a map of which zoom tiles are drawn: those of the last one are seen larger and larger."""
_WARM_TO_ZOOM = 12

_WEB_EPSG = 3857
_WEB_HALF_M = math.pi * 6_378_137
_PIXEL_M = 2 * _WEB_HALF_M / 512
"""Units of Web Mercator in a pixel at zoom 0; metres on the equator."""
_SPACING_PX = 400.0
_EDGE = 80
"""So many units beyond its edge a tile is drawn, so that lines meet."""
_KEPT_TILES = 2048


@dataclass(frozen=True, slots=True)
class Blob:
    """A large answer, written and compressed once."""

    plain: bytes
    gzipped: bytes
    etag: str

    @classmethod
    def of(cls, plain: bytes) -> "Blob":
        """Compress an answer and name it after what is in it."""
        etag = f'"{hashlib.sha256(plain).hexdigest()[:32]}"'
        return cls(plain, gzip.compress(plain, compresslevel=6, mtime=0), etag)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The ground as maps of one scale show it, Web Mercator."""

    shapes: NDArray[np.object_]
    told: list[Told]
    tree: shapely.STRtree


class Background:
    """The ground of a workspace in tiles."""

    def __init__(self, workspace: Workspace) -> None:
        self._ground = workspace.ground
        self._inside = _around(workspace)
        corners = gpd.GeoSeries([shapely.box(*self._inside.bounds)], crs=self._ground.crs)
        self._bounds: list[float] = corners.to_crs(LONLAT_EPSG).total_bounds.tolist()
        self._sheets: dict[int, _Sheet] = {}
        self._lock = Lock()
        self._kept = lru_cache(_KEPT_TILES)(self._made)

    @property
    def about(self) -> dict[str, Any] | None:
        """Return bounds (degrees) and zooms of the tiles, None where there is nothing to be seen."""
        if self._ground.empty:
            return None
        return {"bounds": self._bounds, "minzoom": FIRST_ZOOM, "maxzoom": LAST_ZOOM}

    def tile(self, zoom: int, x: int, y: int) -> Blob | None:
        """
        Return a tile, counted from the north-west; None where it is empty.

        It has one layer, ``ground``: lines and areas with ``kind`` and ``level``, and points where signs
        and names stand, with ``kind``, ``name``, ``ref`` and ``rank`` (1 is the largest of its kind).

        Raises
        ------
        NotFoundError
            No map has such a tile, or these zooms are not made.
        """
        side = 2**zoom
        if not (FIRST_ZOOM <= zoom <= LAST_ZOOM and 0 <= x < side and 0 <= y < side):
            raise NotFoundError(
                "there is no tile {zoom}/{x}/{y}; zooms are {first} to {last}",
                zoom=zoom,
                x=x,
                y=y,
                first=FIRST_ZOOM,
                last=LAST_ZOOM,
            )
        return self._kept(zoom, x, y)

    def warm(self) -> None:
        """Make the tiles that show the whole municipality."""
        west, south, east, north = self._bounds
        for zoom in range(FIRST_ZOOM, _WARM_TO_ZOOM + 1):
            (x0, y1), (x1, y0) = (tile_at(*one, zoom) for one in ((west, south), (east, north)))
            for x, y in product(range(x0, x1 + 1), range(y0, y1 + 1)):
                self._kept(zoom, x, y)

    def _made(self, zoom: int, x: int, y: int) -> Blob | None:
        sheet = self._sheet(_DRAWN_AS[zoom])
        unit = 2 * _WEB_HALF_M / 2**zoom / EXTENT
        west, south = x * EXTENT * unit - _WEB_HALF_M, _WEB_HALF_M - (y + 1) * EXTENT * unit
        edge, side = _EDGE * unit, EXTENT * unit
        box = (west - edge, south - edge, west + side + edge, south + side + edge)
        rows = np.sort(sheet.tree.query(shapely.box(*box)))
        clipped = shapely.clip_by_rect(sheet.shapes[rows], *box)
        # A line along the edge of an area's clip is none.
        there = shapely.get_dimensions(clipped) == shapely.get_dimensions(sheet.shapes[rows])
        units = shapely.transform(clipped[there], lambda xy: (xy - (west, south)) / unit)
        plain = encoded_layer(LAYER, units, [sheet.told[row] for row in rows[there]])
        return Blob.of(plain) if plain else None

    def _sheet(self, drawn_zoom: int) -> _Sheet:
        with self._lock:
            if drawn_zoom not in self._sheets:
                latitude = math.radians((self._bounds[1] + self._bounds[3]) / 2)
                pixel_m = _PIXEL_M * math.cos(latitude) / 2**drawn_zoom
                self._sheets[drawn_zoom] = _drawn(self._ground, pixel_m, self._inside)
            return self._sheets[drawn_zoom]


def _around(workspace: Workspace) -> BaseGeometry:
    """Return the box around what the map is of, in the plane: the areas and their margin."""
    return shapely.box(*workspace.areas().total_bounds).buffer(workspace.profile.streets.margin_m)


def _drawn(ground: gpd.GeoDataFrame, pixel_m: float, inside: BaseGeometry) -> _Sheet:
    kinds, shapes = ground["kind"].tolist(), ground.geometry.to_numpy()
    names = ground["name"].where(ground["kind"] != "road", ground["ref"]).tolist()
    drawn = drawn_at(kinds, shapes, pixel_m=pixel_m, inside=inside)
    spacing_m = _SPACING_PX * pixel_m
    labels = labels_at(kinds, names, shapes, pixel_m=pixel_m, spacing_m=spacing_m, inside=inside)
    levels, refs = ground["level"].tolist(), ground["ref"].tolist()
    told: list[Told] = [{"kind": kinds[row], "level": levels[row]} for row in drawn.row]
    told += [
        {"kind": kinds[row], "name": names[row], "ref": refs[row], "rank": rank}
        for row, rank in zip(labels.row.tolist(), labels.rank.tolist(), strict=True)
    ]
    whole = np.concatenate([drawn.shape, shapely.points(labels.xy)])
    on_web = gpd.GeoSeries(whole, crs=ground.crs).to_crs(_WEB_EPSG).to_numpy()
    return _Sheet(on_web, told, shapely.STRtree(on_web))


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Return the tile that a point is in."""
    x, y = lon / 360 + 0.5, 0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)
    return math.floor(x * 2**zoom), math.floor(y * 2**zoom)
