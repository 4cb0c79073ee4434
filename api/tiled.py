"""Bodies of OGC API – Tiles and of TileJSON, and the grid of tiles that web maps have (WebMercatorQuad)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import Request

from api.links import JSON, link
from geo.errors import NotFoundError
from services.edition.tiles import Archive
from services.publication.vectortiles import FIRST_ZOOM, LAST_ZOOM, tiles_at

GRID = "WebMercatorQuad"
MVT = "application/vnd.mapbox-vector-tile"
TILEJSON = "application/vnd.mapbox.tilejson+json"

_GRID_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{GRID}"
_SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
SCHEMES = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
_CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_HALF_M = math.pi * 6_378_137.0
_TILE_PX = 256
_PIXEL_M = 0.00028
"""Of a screen, as the standard assumes it."""

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tileset:
    """Tiles that are asked for under one address."""

    path: str
    title: str
    archives: Sequence[Archive]
    asked: str = ""
    """What is asked beside the numbers of a tile."""


def grid() -> Body:
    """Return the definition of the grid, as OGC's two-dimensional tile matrix sets have it."""
    return {
        "id": GRID,
        "title": "Google Maps Compatible for the World",
        "uri": _GRID_URI,
        "crs": _CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(zoom) for zoom in range(FIRST_ZOOM, LAST_ZOOM + 1)],
    }


def _matrix(zoom: int) -> Body:
    cell_m = 2.0 * _HALF_M / _TILE_PX / 2**zoom
    return {
        "id": str(zoom),
        "scaleDenominator": cell_m / _PIXEL_M,
        "cellSize": cell_m,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-_HALF_M, _HALF_M],
        "tileWidth": _TILE_PX,
        "tileHeight": _TILE_PX,
        "matrixWidth": 2**zoom,
        "matrixHeight": 2**zoom,
    }


def grids(request: Request) -> Body:
    """Return the list of grids."""
    path = f"/tileMatrixSets/{GRID}"
    about = {"id": GRID, "title": grid()["title"], "uri": _GRID_URI, "crs": _CRS}
    return {"tileMatrixSets": [{**about, "links": [_link(request, path, "self", JSON)]}]}


def tilesets(request: Request, path: str, title: str) -> Body:
    """Return the tilesets of a collection, or of all together: one."""
    found = {
        "title": title,
        "dataType": "vector",
        "crs": _CRS,
        "tileMatrixSetURI": _GRID_URI,
        "links": [
            _link(request, f"{path}/{GRID}", "self", JSON),
            _link(request, f"/tileMatrixSets/{GRID}", _SCHEME, JSON),
        ],
    }
    return {"tilesets": [found], "links": [_link(request, path, "self", JSON)]}


def tileset(request: Request, found: Tileset) -> Body:
    """Return what a tileset is: its grid, where there are tiles, its layers, how a tile is asked for."""
    bounds, layers, path = _bounds(found.archives), _layers(found.archives), found.path
    first, last = _zooms(found.archives)
    return {
        "title": found.title,
        "dataType": "vector",
        "crs": _CRS,
        "tileMatrixSetURI": _GRID_URI,
        "links": [
            _link(request, f"{path}/{GRID}", "self", JSON),
            {
                **_link(request, f"{path}/{GRID}", "alternate", TILEJSON),
                "href": tilejson_address(request, path),
            },
            _link(request, f"/tileMatrixSets/{GRID}", _SCHEME, JSON),
            {
                "href": _template(request, path, "{tileMatrix}/{tileRow}/{tileCol}", found.asked),
                "rel": "item",
                "type": MVT,
                "templated": True,
            },
        ],
        "layers": [
            {
                "id": layer["id"],
                "dataType": "vector",
                "minTileMatrix": str(layer["minzoom"]),
                "maxTileMatrix": str(layer["maxzoom"]),
                "propertiesSchema": {
                    "type": "object",
                    "properties": {
                        name: {"type": kind.lower()} for name, kind in layer["fields"].items()
                    },
                },
            }
            for layer in layers
        ],
        "boundingBox": {"lowerLeft": bounds[:2], "upperRight": bounds[2:], "crs": _CRS84},
        "tileMatrixSetLimits": [_limits(zoom, bounds) for zoom in range(first, last + 1)],
    }


def tilejson(request: Request, found: Tileset, told: Mapping[str, Any]) -> Body:
    """Return a tileset as TileJSON 3.0 has it; ``told`` is what it is made of."""
    first, last = _zooms(found.archives)
    return {
        "tilejson": "3.0.0",
        "name": found.title,
        "description": " ".join((*told["assumed"], *told["assumed_en"])),
        "attribution": " ".join(told["credits"]),
        "tiles": [_template(request, found.path, "{z}/{y}/{x}", found.asked)],
        "minzoom": first,
        "maxzoom": last,
        "bounds": _bounds(found.archives),
        "vector_layers": _layers(found.archives),
    }


def require_within(archives: Sequence[Archive], number: tuple[int, int, int]) -> None:
    """
    Refuse a tile outside what the description of its tileset tells.

    Raises
    ------
    NotFoundError
        There is nothing so far away, and the description says so.
    """
    zoom, column, row = number
    first, last = _zooms(archives)
    west, east, north, south = tiles_at(_bounds(archives), zoom)
    if not (first <= zoom <= last and west <= column <= east and north <= row <= south):
        raise NotFoundError(
            "the tile {zoom}/{column}/{row} lies outside of what is told; its tileset says which there are",
            zoom=zoom,
            column=column,
            row=row,
        )


def _limits(zoom: int, bounds: Sequence[float]) -> Body:
    west, east, north, south = tiles_at(bounds, zoom)
    return {
        "tileMatrix": str(zoom),
        "minTileRow": north,
        "maxTileRow": south,
        "minTileCol": west,
        "maxTileCol": east,
    }


def _bounds(archives: Sequence[Archive]) -> list[float]:
    edges = list(zip(*(one.bounds for one in archives if any(one.bounds)), strict=True))
    if not edges:
        return [0.0] * 4
    west, south, east, north = edges
    return [min(west), min(south), max(east), max(north)]


def _layers(archives: Sequence[Archive]) -> list[dict[str, Any]]:
    return [layer for one in archives for layer in one.layers]


def _zooms(archives: Sequence[Archive]) -> tuple[int, int]:
    return min(one.zooms[0] for one in archives), max(one.zooms[1] for one in archives)


def _template(request: Request, path: str, numbers: str, asked: str) -> str:
    # The braces stay: they are what a client fills in.
    return f"{link(request, f'{path}/{GRID}', 'item', MVT).href}/{numbers}{asked}"


def tilejson_address(request: Request, path: str, chosen: str = "") -> str:
    """Return where the TileJSON of a tileset is, of the layers that are chosen."""
    at = partial(link, request, f"{path}/{GRID}", "alternate", TILEJSON, f="tilejson")
    return (at(collections=chosen) if chosen else at()).href


def _link(request: Request, path: str, rel: str, media_type: str) -> Body:
    return link(request, path, rel, media_type).model_dump()
