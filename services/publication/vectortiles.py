"""Vector tiles: frames cut by GDAL (MVT) into one archive of tiles (PMTiles) that is served and downloaded."""

import gzip
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo.arrays import LONLAT_EPSG

WEB_EPSG = 3857
FIRST_ZOOM, LAST_ZOOM = 0, 14
"""Of the tiles of a collection; who looks closer sees those of the last zoom larger."""

Number = tuple[int, int, int]
"""Zoom, column from the west, row from the north."""

_UNBOUNDED = 100_000_000
_OPTIONS = {
    "FORMAT": "DIRECTORY",
    # Nothing is left out of a tile because it is full.
    "MAX_SIZE": _UNBOUNDED,
    "MAX_FEATURES": _UNBOUNDED,
}
"""Of GDAL's writer of tiles (https://gdal.org/drivers/vector/mvt.html)."""

_SIMPLER = 1
"""A bend smaller than a unit of the tile, a sixteenth of a pixel, is not drawn."""

_DEGREES = 10_000_000


@dataclass(frozen=True, slots=True)
class About:
    """What an archive says of itself."""

    title: str
    description: str
    bounds: tuple[float, float, float, float]
    """West, south, east, north in degrees."""
    zooms: tuple[int, int]
    layers: Sequence[Mapping[str, Any]]
    """``vector_layers`` of TileJSON."""


def write_layer(
    frame: gpd.GeoDataFrame, path: Path, *, name: str, title: str, description: str
) -> None:
    """Write a frame of any CRS as an archive of tiles with one layer; what has no shape is in none."""
    drawn = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    there = drawn.to_crs(WEB_EPSG)
    tiles = cut(there, name, (FIRST_ZOOM, LAST_ZOOM), simpler=_SIMPLER)
    west, south, east, north = drawn.to_crs(LONLAT_EPSG).total_bounds if len(drawn) else [0.0] * 4
    columns = frame.columns.drop([frame.geometry.name])
    layer = {
        "id": name,
        "fields": {str(column): _tilejson_type(frame[column]) for column in columns},
        "minzoom": FIRST_ZOOM,
        "maxzoom": LAST_ZOOM,
    }
    zooms = (FIRST_ZOOM, LAST_ZOOM)
    write_archive(
        path, tiles, About(title, description, (west, south, east, north), zooms, [layer])
    )


def cut(
    drawn: gpd.GeoDataFrame, layer: str, zooms: tuple[int, int], *, simpler: float
) -> dict[Number, bytes]:
    """Return the tiles of a frame in Web Mercator, each compressed; empty ones are not there."""
    if drawn.empty:
        return {}
    with TemporaryDirectory(prefix="arukeba-") as folder:
        path = Path(folder) / "tiles"
        options = {
            **_OPTIONS,
            "MINZOOM": zooms[0],
            "MAXZOOM": zooms[1],
            "SIMPLIFICATION": simpler,
            "SIMPLIFICATION_MAX_ZOOM": 0,
        }
        pyogrio.write_dataframe(
            drawn,
            path,
            driver="MVT",
            layer=layer,
            geometry_type="Unknown",
            dataset_options=options,
            encoding="UTF-8",
        )
        return {
            (int(tile.parts[-3]), int(tile.parts[-2]), int(tile.stem)): tile.read_bytes()
            for tile in path.rglob("*.pbf")
        }


def write_archive(path: Path, tiles: Mapping[Number, bytes], about: About) -> None:
    """Write tiles as a PMTiles archive, version 3."""
    # An archive has at least one tile; one of nothing is as if it were not there.
    whole = {(0, 0, 0): gzip.compress(b"")} | dict(tiles)
    by_id = {zxy_to_tileid(*number): tile for number, tile in whole.items()}
    west, south, east, north = (round(edge * _DEGREES) for edge in about.bounds)
    header = {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": about.zooms[0],
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }
    metadata = {
        "name": about.title,
        "description": about.description,
        "vector_layers": list(about.layers),
    }
    with path.open("wb") as file:
        writer = Writer(file)
        for tile_id in sorted(by_id):
            # The time in GDAL's own wrapping would make every archive another one.
            plain = gzip.decompress(by_id[tile_id])
            writer.write_tile(tile_id, gzip.compress(plain, compresslevel=6, mtime=0))
        writer.finalize(header, metadata)


def tiles_at(bounds: Sequence[float], zoom: int) -> tuple[int, int, int, int]:
    """Return the first and last column and row of the tiles of a zoom that a box in degrees touches."""
    west, south, east, north = bounds
    side, last = 1 << zoom, (1 << zoom) - 1

    def column(lon: float) -> int:
        return min(max(math.floor((lon / 360.0 + 0.5) * side), 0), last)

    def row(lat: float) -> int:
        up = math.asinh(math.tan(math.radians(lat))) / (2.0 * math.pi)
        return min(max(math.floor((0.5 - up) * side), 0), last)

    return column(west), column(east), row(north), row(south)


def _tilejson_type(column: "pd.Series[Any]") -> str:
    if pd.api.types.is_bool_dtype(column):
        return "Boolean"
    return "Number" if pd.api.types.is_numeric_dtype(column) else "String"
