"""How collections and the background are drawn, as styles that MapLibre, QGIS and SLD programs read (OGC API – Styles, draft)."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from api.access import needs
from api.asking import answer
from api.deps import CollectionId, EditionDep, Language
from api.errors import Problem
from api.links import JSON, here, link
from api.tiled import tilejson_address
from geo.errors import NotFoundError
from services.drawing.styles import maplibre
from services.drawing.styles.qml import qml
from services.drawing.styles.rules import DEFAULT, Label, Style
from services.drawing.styles.sld import sld
from services.edition.snapshot import Edition
from services.words.texts import LANGS, Lang, text
from services.workspace.plain import to_json

router = APIRouter(
    tags=["Styles"],
    dependencies=[needs("read")],
    responses={304: {"description": "Not modified"}},
)

MAPBOX = "application/vnd.mapbox.style+json"
ENCODINGS = {
    "mapbox": MAPBOX,
    "qml": "application/vnd.qgis.qml",
    "sld": "application/vnd.ogc.sld+xml;version=1.1",
}

MAP = ("areas", "coverage", "gaps", "edits", "places", "candidates")
"""What the style of the whole map shows above the background, from the ground up."""

Encoding = Annotated[
    Literal["mapbox", "qml", "sld"],
    Query(alias="f", description="For MapLibre, for QGIS, or SLD 1.1 with SE 1.1"),
]
StyleId = Annotated[
    str,
    Path(description="default; of coverage also each layer of areas, for one lies over the other"),
]

_ABSENT: dict[int | str, dict[str, Any]] = {404: {"model": Problem}}
_SHEET: dict[int | str, dict[str, Any]] = {
    200: {"content": {one: {} for one in ENCODINGS.values()}, "description": "The style"}
}


@router.get("/styles", summary="Styles of the whole map and of its background")
def styles(request: Request, edition: EditionDep, lang: Language = "ja") -> Response:
    """List the styles of several collections; those of one are listed beneath it."""

    def make() -> str:
        found = [
            {
                "id": name,
                "title": title[lang],
                "links": [_sheet(request, f"/styles/{name}", MAPBOX)],
            }
            for name, title in _titles().items()
        ]
        return _listed(request, "map", found)

    return answer(request, edition.state(), make, JSON)


@router.get(
    "/styles/{style}",
    summary="A style of the whole map, or of its background (MapLibre)",
    response_class=Response,
    responses={200: {"content": {MAPBOX: {}}, "description": "The style"}, **_ABSENT},
)
def style(
    request: Request,
    edition: EditionDep,
    style: Annotated[Literal["map", "ground"], Path(description="Which style")],
    lang: Language = "ja",
) -> Response:
    """Return a style for MapLibre; its sources are the vector tiles of this server."""

    def make() -> str:
        parts = maplibre.ground_parts()
        of_collections: list[maplibre.Layer] = []
        if style == "map":
            drawn = (_first(edition, name) for name in MAP)
            of_collections = [layer for one in drawn for layer in maplibre.layers_of(one)]
        # As on the page: nobody lives in water and on railways, so they lie above the shares.
        inside = [layer for layer in of_collections if layer["type"] == "fill"]
        upon = [layer for layer in of_collections if layer["type"] != "fill"]
        ground = [*parts["amid"], *parts["above"], *parts["marks"]]
        ordered = [*parts["beneath"], *inside, *ground, *upon]
        # One source, so that a tile of all is asked for once.
        source: str = style
        layers = [{**layer, "source": source} for layer in ordered]
        chosen = ",".join(dict.fromkeys(layer["source-layer"] for layer in layers))
        sources = {source: tilejson_address(request, "/tiles", chosen)}
        whole = [maplibre.plain_ground(), *layers]
        return _stylesheet(request, _titles()[style], sources, whole, lang)

    return answer(request, edition.state(), make, MAPBOX)


@router.get(
    "/collections/{collection_id}/styles", summary="Styles of a collection", responses=_ABSENT
)
def collection_styles(
    request: Request, edition: EditionDep, collection_id: CollectionId, lang: Language = "ja"
) -> Response:
    """List the styles of a collection, each in every language of styles."""
    collection_title = edition.collection(collection_id).title
    path = f"/collections/{collection_id}/styles"

    def make() -> str:
        found = [
            {
                "id": one.id,
                "title": one.title[lang],
                "links": [
                    _sheet(request, f"{path}/{one.id}", media_type, name)
                    for name, media_type in ENCODINGS.items()
                ],
            }
            for one in edition.styles(collection_id).values()
        ]
        return _listed(request, DEFAULT, found, title=collection_title)

    return answer(request, edition.state(collection_id), make, JSON)


@router.get(
    "/collections/{collection_id}/styles/{style}",
    summary="A style of a collection, for MapLibre, QGIS or as SLD",
    response_class=Response,
    responses={**_SHEET, **_ABSENT},
)
def collection_style(
    request: Request,
    edition: EditionDep,
    collection_id: CollectionId,
    style: StyleId,
    encoding: Encoding = "mapbox",
    lang: Language = "ja",
) -> Response:
    """
    Return how a collection is drawn: signs and colours are those of the map of this server.

    The words of the legend are in one language (`lang`); a style for MapLibre has both under `metadata`.
    """
    edition.collection(collection_id)
    found = _named(edition.styles(collection_id), collection_id, style)

    def make() -> str:
        if encoding == "qml":
            return qml(found, lang)
        if encoding == "sld":
            return sld(found, lang)
        sources = {collection_id: _tiles(request, collection_id)}
        layers = maplibre.layers_of(found)
        return _stylesheet(request, found.title, sources, layers, lang)

    return answer(request, edition.state(collection_id), make, ENCODINGS[encoding])


def _named(known: Mapping[str, Style], collection_id: str, style: str) -> Style:
    if style not in known:
        raise NotFoundError(
            "{collection_id} has no style {style!r}; there are {names}",
            collection_id=collection_id,
            style=style,
            names=", ".join(known) or "-",
        )
    return known[style]


def _first(edition: Edition, collection_id: str) -> Style:
    return next(iter(edition.styles(collection_id).values()))


def _titles() -> dict[str, Label]:
    return {
        name: {lang: text(f"style.{name}", lang) for lang in LANGS} for name in ("map", "ground")
    }


def _tiles(request: Request, collection_id: str) -> str:
    return tilejson_address(request, f"/collections/{collection_id}/tiles")


def _stylesheet(
    request: Request,
    title: Label,
    sources: Mapping[str, str],
    layers: list[maplibre.Layer],
    lang: Lang,
) -> str:
    sprite = link(request, "/assets/sprite", "related", "image/png").href
    return to_json(maplibre.stylesheet(title, sources, layers, sprite, lang))


def _sheet(request: Request, path: str, media_type: str, form: str = "") -> dict[str, Any]:
    at = partial(link, request, path, "stylesheet", media_type)
    return (at(f=form) if form else at()).model_dump()


def _listed(request: Request, first: str, found: list[dict[str, Any]], **told: str) -> str:
    itself = here(request, "self", JSON).model_dump()
    return to_json({**told, "default": first, "styles": found, "links": [itself]})
