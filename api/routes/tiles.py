"""Vector tiles of the collections and of what the map shows beneath them, as OGC API – Tiles names them."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from api import tiled
from api.access import needs
from api.blobs import send
from api.deps import CollectionId, EditionDep
from api.errors import Problem
from api.links import JSON
from api.tiled import GRID, MVT, TILEJSON, Tileset
from services.edition.background import LAYER as GROUND
from services.edition.snapshot import Edition
from services.edition.tiles import Archive, require_tile
from services.publication.vectortiles import FIRST_ZOOM, LAST_ZOOM
from services.words.texts import text

router = APIRouter(tags=["Tiles"], dependencies=[needs("read")])

Zoom = Annotated[
    int,
    Path(
        alias="tileMatrix",
        description="Zoom, from 0 to 14; who looks closer draws those of 14 larger",
        # The standard's names of matrices are texts, of which those of this grid are numbers.
        json_schema_extra={
            "type": "string",
            "enum": [f"{zoom}" for zoom in range(FIRST_ZOOM, LAST_ZOOM + 1)],
        },
    ),
]
Column = Annotated[int, Path(alias="tileCol", description="Column, counted from the west")]
Row = Annotated[int, Path(alias="tileRow", description="Row, counted from the north")]
Chosen = Annotated[
    str,
    Query(
        alias="collections",
        description="Layers of the tile, with commas between; ground is the background of the map. "
        "Without it, all",
        examples=["ground,gaps"],
    ),
]
Form = Annotated[
    Literal["json", "tilejson"], Query(alias="f", description="Form of the answer, or TileJSON")
]

_TILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {MVT: {}}, "description": "A tile in Web Mercator, a layer a collection"},
    204: {"description": "There is nothing"},
    304: {"description": "The reader has it already (If-None-Match)"},
    404: {"model": Problem},
}
_SET: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "object"}} for kind in (JSON, TILEJSON)}},
    404: {"model": Problem},
}


@router.get("/tileMatrixSets", summary="Grids of tiles", operation_id="getTileMatrixSetsList")
def grids(request: Request) -> dict[str, Any]:
    """Return the grids that tiles are cut by: one."""
    return tiled.grids(request)


@router.get(
    f"/tileMatrixSets/{GRID}", summary="The grid of web maps", operation_id="getTileMatrixSet"
)
def grid() -> dict[str, Any]:
    """Return the definition of the grid."""
    return tiled.grid()


@router.get(
    "/tiles",
    summary="Tilesets of all collections together",
    operation_id=".dataset.vector.getTileSetsList",
)
def tilesets(request: Request) -> dict[str, Any]:
    """Return the tilesets whose tiles have all collections and the background as layers."""
    return tiled.tilesets(request, "/tiles", text("tiles.all", "ja"))


@router.get(
    f"/tiles/{GRID}",
    summary="The tileset of all collections together",
    operation_id=".dataset.vector.getTileSet",
    responses=_SET,
)
def tileset(
    request: Request, edition: EditionDep, chosen: Chosen = "", form: Form = "json"
) -> Response:
    """Return layers, bounds and the address of a tile."""
    asked = f"?collections={chosen}" if chosen else ""
    title, archives = text("tiles.all", "ja"), _chosen(edition, chosen)
    return _described(request, edition, Tileset("/tiles", title, archives, asked), form)


@router.get(
    f"/tiles/{GRID}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}",
    summary="A tile of all collections together (MVT)",
    operation_id=".dataset.vector.getTile",
    response_class=Response,
    responses=_TILE,
)
def tile(
    request: Request, edition: EditionDep, zoom: Zoom, row: Row, column: Column, chosen: Chosen = ""
) -> Response:
    """
    Return a tile of the collections and of what lies beside the streets: water, railways, parks, signs, names.

    The layer `ground` has lines and areas with `kind` and `level`, and points with `kind`, `name`, `ref`
    and `rank`; every other layer has the properties of its collection.
    """
    return _tile(request, edition, _chosen(edition, chosen), (zoom, column, row))


@router.get(
    "/collections/{collection_id}/tiles",
    summary="Tilesets of a collection",
    operation_id=".collection.vector.getTileSetsList",
    responses={404: {"model": Problem}},
)
def collection_tilesets(
    request: Request, edition: EditionDep, collection_id: CollectionId
) -> dict[str, Any]:
    """Return the tilesets of a collection."""
    title = edition.collection(collection_id).title
    return tiled.tilesets(request, f"/collections/{collection_id}/tiles", title)


@router.get(
    f"/collections/{{collection_id}}/tiles/{GRID}",
    summary="The tileset of a collection",
    operation_id=".collection.vector.getTileSet",
    responses=_SET,
)
def collection_tileset(
    request: Request, edition: EditionDep, collection_id: CollectionId, form: Form = "json"
) -> Response:
    """Return layers, bounds and the address of a tile."""
    title, path = edition.collection(collection_id).title, f"/collections/{collection_id}/tiles"
    found = Tileset(path, title, [edition.archive(collection_id)])
    return _described(request, edition, found, form)


@router.get(
    f"/collections/{{collection_id}}/tiles/{GRID}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}",
    summary="A tile of a collection (MVT)",
    operation_id=".collection.vector.getTile",
    response_class=Response,
    responses=_TILE,
)
def collection_tile(
    request: Request,
    edition: EditionDep,
    collection_id: CollectionId,
    zoom: Zoom,
    row: Row,
    column: Column,
) -> Response:
    """Return a tile of a collection, by the question of the run where it answers one at a time."""
    return _tile(request, edition, [edition.archive(collection_id)], (zoom, column, row))


def _chosen(edition: Edition, names: str) -> list[Archive]:
    asked = names.split(",") if names else [GROUND, *edition.tiled]
    return [edition.archive(name) for name in asked]


def _tile(
    request: Request, edition: Edition, archives: Sequence[Archive], number: tuple[int, int, int]
) -> Response:
    require_tile(number, (FIRST_ZOOM, LAST_ZOOM))
    tiled.require_within(archives, number)
    found = edition.joined.tile(archives, number)
    if found is None:
        return Response(status_code=204, headers={"cache-control": "no-cache"})
    return send(request, found, MVT)


def _described(request: Request, edition: Edition, found: Tileset, form: str) -> Response:
    if form == "tilejson":
        body = tiled.tilejson(request, found, edition.imprint)
        return JSONResponse(body, media_type=TILEJSON)
    return JSONResponse(tiled.tileset(request, found))
