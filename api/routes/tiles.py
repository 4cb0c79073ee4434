"""Tiles: what the map shows beneath the figures."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.blobs import send
from api.deps import EditionDep
from api.errors import Problem

router = APIRouter(tags=["Data"])

MVT = "application/vnd.mapbox-vector-tile"

Zoom = Annotated[
    int, Path(description="Zoom, from 8 to 14; who looks closer draws those of 14 larger")
]
Column = Annotated[int, Path(description="Column, counted from the west")]
Row = Annotated[int, Path(description="Row, counted from the north")]


@router.get(
    "/tiles/ground/{zoom}/{x}/{y}.mvt",
    summary="Background of the map (vector tiles)",
    response_class=Response,
    responses={
        200: {"content": {MVT: {}}, "description": "A tile in Web Mercator with one layer, ground"},
        204: {"description": "There is nothing"},
        404: {"model": Problem},
    },
)
def ground(request: Request, edition: EditionDep, zoom: Zoom, x: Column, y: Row) -> Response:
    """Return what lies beside the streets: water, railways, parks, and where signs and names stand."""
    tile = edition.background.tile(zoom, x, y)
    if tile is None:
        return Response(status_code=204, headers={"cache-control": "no-cache"})
    return send(request, tile, MVT)
