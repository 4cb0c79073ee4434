"""Collections of features, as OGC API – Features names them, for programs and for people."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from api.access import needs
from api.asking import (
    ROWS_SHOWN,
    AskedItem,
    AskedItems,
    Form,
    answer,
    as_plain,
    content_crs,
    given,
    require_state,
    wants_html,
)
from api.data_page import collection_page, collections_page, item_page, items_page
from api.deps import CollectionId, EditionDep, Language
from api.errors import Problem
from api.layers import enclosures
from api.links import (
    GEOJSON,
    HTML,
    JSON,
    QUERYABLES,
    SCHEMA,
    both_forms,
    here,
    link,
    link_header,
    page_links,
)
from api.models import (
    CollectionInfo,
    CollectionList,
    Extent,
    Link,
    SpatialExtent,
    TemporalExtent,
)
from services.publication.collections import Collection
from services.publication.crs import CRS84, crs_named, epsg_crs, offered
from services.publication.schema import schema
from services.words.texts import Lang
from services.workspace.plain import to_json

router = APIRouter(
    tags=["Data"], responses={304: {"description": "Not modified"}}, dependencies=[needs("read")]
)

_PAGE: dict[str, Any] = {HTML: {"schema": {"type": "string"}}}
_FEATURES = {
    "content": {GEOJSON: {"schema": {"type": "object"}}, **_PAGE},
    "description": "GeoJSON (RFC 7946)",
}
_SCHEMA = {"content": {SCHEMA: {"schema": {"type": "object"}}}, "description": "JSON Schema"}
_ABSENT: dict[int | str, dict[str, Any]] = {404: {"model": Problem}}


@router.get(
    "/collections",
    summary="List of collections",
    response_model=CollectionList,
    responses={200: {"content": _PAGE}},
)
def collections(
    request: Request, edition: EditionDep, lang: Language = "ja", f: Form = None
) -> Response:
    """List the collections."""
    html = wants_html(request, f)

    def make() -> str:
        found = list(edition.collections.values())
        body = CollectionList(
            links=both_forms(request, JSON, html=html),
            crs=list(offered(found[0].storage_epsg)),
            collections=[_describe(request, one, [], lang) for one in found],
        )
        return collections_page(request, body, lang) if html else to_json(as_plain(body))

    return answer(request, edition.state(), make, HTML if html else JSON)


@router.get(
    "/collections/{collection_id}",
    summary="One collection",
    response_model=CollectionInfo,
    responses={200: {"content": _PAGE}, **_ABSENT},
)
def collection(
    request: Request,
    edition: EditionDep,
    collection_id: CollectionId,
    lang: Language = "ja",
    f: Form = None,
) -> Response:
    """Describe one collection and its properties."""
    html = wants_html(request, f)
    found = edition.collection(collection_id)

    def make() -> str:
        body = _describe(request, found, both_forms(request, JSON, html=html), lang)
        told = schema(found, "", lang)["properties"]
        return collection_page(request, body, told, lang) if html else to_json(as_plain(body))

    return answer(request, edition.state(collection_id), make, HTML if html else JSON)


@router.get(
    "/collections/{collection_id}/queryables",
    summary="Properties that can be filtered by (JSON Schema)",
    response_class=Response,
    responses={200: _SCHEMA, **_ABSENT},
)
@router.get(
    "/collections/{collection_id}/schema",
    summary="Properties of the features (JSON Schema)",
    response_class=Response,
    responses={200: _SCHEMA, **_ABSENT},
)
def described(
    request: Request, edition: EditionDep, collection_id: CollectionId, lang: Language = "ja"
) -> Response:
    """Return each property with its type and what it is; all that is given can be filtered by."""
    found = edition.collection(collection_id)
    address = here(request, "self", SCHEMA).href
    told = partial(schema, found, address, lang)
    return answer(request, edition.state(collection_id), lambda: to_json(told()), SCHEMA)


@router.get(
    "/collections/{collection_id}/items",
    summary="Features of a collection (GeoJSON)",
    response_class=Response,
    responses={200: _FEATURES, 410: {"model": Problem}, **_ABSENT},
)
def items(
    request: Request,
    edition: EditionDep,
    collection_id: CollectionId,
    asked: AskedItems,
) -> Response:
    """
    Return one page of features.

    Every property of the collection is a filter as well: `layer=small_area&frequency=weekly`. Given
    twice, either value fits; left empty (`walk_limit_m=500&walk_limit_min=`), what has none.
    """
    html = wants_html(request, asked.f)
    found = edition.collection(collection_id)
    state = edition.state(collection_id)
    require_state(asked.edition, state)
    query = asked.query(given(request), found.storage_epsg)
    if html:
        query = replace(query, limit=min(query.limit, ROWS_SHOWN), crs=CRS84)
    media_type = HTML if html else GEOJSON

    def make() -> str | Iterator[bytes]:
        page = found.features(query)
        links = page_links(
            request,
            offset=query.offset,
            limit=query.limit,
            matched=page.matched,
            pinned={"edition": state},
            media_type=media_type,
        )
        links.insert(1, both_forms(request, GEOJSON, html=html)[1])
        about = {
            "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "links": [each.model_dump() for each in links],
            "provenance": edition.imprint,
        }
        if html:
            return items_page(request, found, page, links, asked.lang)
        return page.parts(about)

    path = f"/collections/{collection_id}"
    header = link_header([link(request, f"{path}/queryables", QUERYABLES, SCHEMA)])
    return answer(request, state, make, media_type, {**content_crs(query.crs), "link": header})


@router.get(
    "/collections/{collection_id}/items/{feature_id:path}",
    summary="One feature (GeoJSON)",
    response_class=Response,
    responses={200: _FEATURES, **_ABSENT},
)
def item(
    request: Request,
    edition: EditionDep,
    collection_id: CollectionId,
    feature_id: str,
    asked: AskedItem,
) -> Response:
    """Return one feature."""
    html, lang = wants_html(request, asked.f), asked.lang
    found = edition.collection(collection_id)
    shown = crs_named(asked.crs, found.storage_epsg, "crs")
    shown = CRS84 if html else shown
    collection_link = link(request, f"/collections/{collection_id}", "collection", JSON)
    links = [*both_forms(request, GEOJSON, html=html), collection_link]

    def make() -> str | bytes:
        marks: Mapping[str, object] = {
            name: lines for name, lines in edition.marks.items() if lines
        }
        after = {**marks, "links": [each.model_dump() for each in links]}
        told = found.feature(feature_id, after, shown)
        return item_page(request, found, json.loads(told), links, lang) if html else told

    media_type = HTML if html else GEOJSON
    return answer(request, edition.state(collection_id), make, media_type, content_crs(shown))


def _describe(request: Request, found: Collection, links: list[Link], lang: Lang) -> CollectionInfo:
    path = f"/collections/{found.id}"
    title = found.title_en if lang == "en" else found.title
    forms = links or [link(request, path, "self", JSON)]
    return CollectionInfo(
        id=found.id,
        title=title,
        title_en=found.title_en,
        extent=_extent(found),
        crs=list(offered(found.storage_epsg)),
        storageCrs=epsg_crs(found.storage_epsg).uri,
        properties=found.fields,
        links=[
            *forms,
            link(request, f"{path}/items", "items", GEOJSON, title=title),
            link(request, f"{path}/items", "items", HTML, title=title, f="html"),
            link(request, f"{path}/queryables", QUERYABLES, SCHEMA),
            link(request, f"{path}/schema", "describedby", SCHEMA),
            *enclosures(request, found.id),
        ],
    )


def _extent(found: Collection) -> Extent | None:
    spatial = SpatialExtent(bbox=[found.bbox]) if found.bbox else None
    temporal = TemporalExtent(interval=[_instants(found.span)]) if found.span else None
    return Extent(spatial=spatial, temporal=temporal) if spatial or temporal else None


def _instants(span: tuple[str | None, str | None]) -> tuple[str | None, str | None]:
    """Return days as the instants of their beginning and end in Japan."""
    first, last = span
    return first and f"{first}T00:00:00+09:00", last and f"{last}T23:59:59+09:00"
