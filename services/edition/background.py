"""The background of the map: the ground as vector tiles, written by GDAL when they are first asked for."""

import gzip
import hashlib
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
from geo.ground.kinds import Kind
from geo.ground.scale import SCALES_M, drawn_dry, labels_at
from services.workspace.folder import Workspace

LAYER = "ground"
FIRST_ZOOM, LAST_ZOOM = 8, 14
_BANDS = {32.0: (8, 11), 8.0: (12, 13), 1.0: (14, 14)}
"""
Which zooms are drawn as which scale shows the ground: in the middle of Japan 32, 8 and 1 m are a pixel at
zooms 11, 13 and 16. The tiles of the last zoom are seen ever larger.
"""

_WEB_EPSG = 3857
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
        self._workspace = workspace
        self._inside = _around(workspace)
        self._lock = Lock()

    @cached_property
    def about(self) -> dict[str, Any] | None:
        """Return bounds (degrees), zooms and kinds of the tiles, None where there is nothing to be seen."""
        ground = self._workspace.ground_at(SCALES_M[0])
        if ground.empty:
            return None
        corners = gpd.GeoSeries([shapely.box(*self._inside.bounds)], crs=ground.crs)
        bounds: list[float] = corners.to_crs(LONLAT_EPSG).total_bounds.tolist()
        kinds = sorted(set(ground["kind"]))
        return {"bounds": bounds, "minzoom": FIRST_ZOOM, "maxzoom": LAST_ZOOM, "kinds": kinds}

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
        found: _Tiles = {}
        for pixel_m, zooms in _BANDS.items():
            ground = self._workspace.ground_at(pixel_m)
            found |= _tiles(_drawn(ground, pixel_m, self._inside), *zooms)
        return found


def _around(workspace: Workspace) -> BaseGeometry:
    """Return the box around what the map is of, in the plane: the areas and their margin."""
    return shapely.box(*workspace.areas().total_bounds).buffer(workspace.profile.streets.margin_m)


def _drawn(ground: gpd.GeoDataFrame, pixel_m: float, inside: BaseGeometry) -> gpd.GeoDataFrame:
    """Return what tiles show of the ground of one scale: shapes, and points of signs and names."""
    kinds: list[Kind] = ground["kind"].tolist()
    shapes = ground.geometry.to_numpy()
    names = ground["name"].where(ground["kind"] != "road", ground["ref"])
    drawn = shapely.clip_by_rect(drawn_dry(kinds, shapes, pixel_m=pixel_m), *inside.bounds)
    seen = np.flatnonzero((shapely.get_dimensions(drawn) > 0) & ~shapely.is_empty(drawn))
    labels = labels_at(
        kinds, names.tolist(), shapes, spacing_m=_SPACING_PX * pixel_m, inside=inside
    )
    told = ground.assign(name=names)[["kind", "level", "name", "ref"]]
    rows = pd.concat(
        [
            told.iloc[seen][["kind", "level"]],
            told.iloc[labels.row][["kind", "name", "ref"]].assign(rank=labels.rank),
        ],
        ignore_index=True,
    )
    # An empty text, and what is not told of a row, is left out of the tiles.
    rows = rows.replace("", None).astype({"rank": "Int64"})
    whole = np.concatenate([drawn[seen], shapely.points(labels.xy)])
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
