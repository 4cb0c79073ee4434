"""The background of the map: the ground as vector tiles, written by GDAL when they are first asked for."""

import gzip
import hashlib
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG
from geo.errors import NotFoundError
from geo.ground.scale import drawn_at, labels_at
from services.workspace.folder import Workspace

LAYER = "ground"
FIRST_ZOOM, LAST_ZOOM = 8, 14
_BANDS = {11: (8, 11), 13: (12, 13), 16: (14, 14)}
"""As a map of which zoom the tiles of which zooms are drawn: those of the last are seen ever larger."""

_WEB_EPSG = 3857
_PIXEL_M = 2 * math.pi * 6_378_137 / 512
"""Units of Web Mercator in a pixel at zoom 0; metres on the equator."""
_SPACING_PX = 400.0
_UNBOUNDED = 100_000_000
_OPTIONS = {
    "FORMAT": "DIRECTORY",
    # What is seen at a scale is chosen in metres before (geo.ground.scale).
    "SIMPLIFICATION": 0,
    "SIMPLIFICATION_MAX_ZOOM": 0,
    "MAX_SIZE": _UNBOUNDED,
    "MAX_FEATURES": _UNBOUNDED,
}
"""Of GDAL's writer of tiles (https://gdal.org/drivers/vector/mvt.html)."""


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


_Tiles = dict[tuple[int, int, int], Blob]
"""By zoom, column from the west and row from the north; what is empty is not there."""


class Background:
    """The ground of a workspace in tiles."""

    def __init__(self, workspace: Workspace) -> None:
        self._ground = workspace.ground
        self._inside = _around(workspace)
        corners = gpd.GeoSeries([shapely.box(*self._inside.bounds)], crs=self._ground.crs)
        self._bounds: list[float] = corners.to_crs(LONLAT_EPSG).total_bounds.tolist()
        self._lock = Lock()

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
        return self._all.get((zoom, x, y))

    def warm(self) -> None:
        """Write the tiles, about a second for a city."""
        _ = self._all

    @property
    def _all(self) -> _Tiles:
        # Of two that ask at once the second waits.
        with self._lock:
            return self._written

    @cached_property
    def _written(self) -> _Tiles:
        if self._ground.empty:
            return {}
        latitude = math.radians((self._bounds[1] + self._bounds[3]) / 2)
        found: _Tiles = {}
        for drawn_zoom, zooms in _BANDS.items():
            pixel_m = _PIXEL_M * math.cos(latitude) / 2**drawn_zoom
            found |= _tiles(_drawn(self._ground, pixel_m, self._inside), *zooms)
        return found


def _around(workspace: Workspace) -> BaseGeometry:
    """Return the box around what the map is of, in the plane: the areas and their margin."""
    return shapely.box(*workspace.areas().total_bounds).buffer(workspace.profile.streets.margin_m)


def _drawn(ground: gpd.GeoDataFrame, pixel_m: float, inside: BaseGeometry) -> gpd.GeoDataFrame:
    """Return what maps of one scale show of the ground: shapes, and points of signs and names."""
    kinds, shapes = ground["kind"].tolist(), ground.geometry.to_numpy()
    names = ground["name"].where(ground["kind"] != "road", ground["ref"])
    drawn = drawn_at(kinds, shapes, pixel_m=pixel_m, inside=inside)
    spacing_m = _SPACING_PX * pixel_m
    labels = labels_at(
        kinds, names.tolist(), shapes, pixel_m=pixel_m, spacing_m=spacing_m, inside=inside
    )
    told = ground.assign(name=names)[["kind", "level", "name", "ref"]]
    rows = pd.concat(
        [
            told.iloc[drawn.row][["kind", "level"]],
            told.iloc[labels.row][["kind", "name", "ref"]].assign(rank=labels.rank),
        ],
        ignore_index=True,
    )
    # An empty text, and what is not told of a row, is left out of the tiles.
    rows = rows.replace("", None).astype({"rank": "Int64"})
    whole = np.concatenate([drawn.shape, shapely.points(labels.xy)])
    return gpd.GeoDataFrame(rows, geometry=whole, crs=ground.crs).to_crs(_WEB_EPSG)


def _tiles(drawn: gpd.GeoDataFrame, first_zoom: int, last_zoom: int) -> _Tiles:
    """Return the tiles of some zooms."""
    if drawn.empty:
        return {}
    with TemporaryDirectory(prefix="arukeba-") as folder:
        path = Path(folder) / "tiles"
        options = {**_OPTIONS, "MINZOOM": first_zoom, "MAXZOOM": last_zoom}
        pyogrio.write_dataframe(
            drawn, path, driver="MVT", layer=LAYER, dataset_options=options, encoding="UTF-8"
        )
        return {
            (int(tile.parts[-3]), int(tile.parts[-2]), int(tile.stem)): Blob.of(
                gzip.decompress(tile.read_bytes())
            )
            for tile in path.rglob("*.pbf")
        }
