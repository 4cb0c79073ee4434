"""Collections of features, as OGC API – Features names them."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from api.deps import CollectionId, EditionDep, QueryDep
from api.errors import Problem
from api.links import GEOJSON, JSON, link, page_links
from api.models import CollectionInfo, CollectionList, Extent, SpatialExtent
from services.publication.collections import Collection

router = APIRouter(tags=["Data"])

_FEATURES = {"content": {GEOJSON: {}}, "description": "GeoJSON (RFC 7946)"}


@router.get("/collections", summary="List of collections")
def collections(request: Request, edition: EditionDep) -> CollectionList:
    """List the collections."""
    found = [_describe(request, collection) for collection in edition.collections.values()]
    return CollectionList(links=[link(request, "/collections", "self", JSON)], collections=found)


@router.get(
    "/collections/{collection_id}",
    summary="One collection",
    responses={404: {"model": Problem}},
)
def collection(
    request: Request, edition: EditionDep, collection_id: CollectionId
) -> CollectionInfo:
    """Describe one collection and its properties."""
    return _describe(request, edition.collection(collection_id))


@router.get(
    "/collections/{collection_id}/items",
    summary="Features of a collection (GeoJSON)",
    response_class=Response,
    responses={200: _FEATURES, 404: {"model": Problem}, 422: {"model": Problem}},
)
def items(
    request: Request, edition: EditionDep, collection_id: CollectionId, query: QueryDep
) -> Response:
    """
    Return one page of features.

    Every property of the collection is a filter as well: `layer=small_area&frequency=weekly`. Given
    twice, either value fits; left empty (`walk_limit_m=500&walk_limit_min=`), what has none.
    """
    page = edition.collection(collection_id).features(query)
    links = page_links(request, offset=query.offset, limit=query.limit, matched=page.matched)
    about = {
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "links": [each.model_dump() for each in links],
        "provenance": edition.imprint,
    }
    return Response(page.text(about), media_type=GEOJSON)


@router.get(
    "/collections/{collection_id}/items/{feature_id:path}",
    summary="One feature (GeoJSON)",
    response_class=Response,
    responses={200: _FEATURES, 404: {"model": Problem}},
)
def item(edition: EditionDep, collection_id: CollectionId, feature_id: str) -> Response:
    """Return one feature."""
    marks = {name: lines for name, lines in edition.marks.items() if lines}
    found = edition.collection(collection_id).feature(feature_id, marks)
    return Response(found, media_type=GEOJSON)


def _describe(request: Request, found: Collection) -> CollectionInfo:
    path = f"/collections/{found.id}"
    return CollectionInfo(
        id=found.id,
        title=found.title,
        title_en=found.title_en,
        extent=Extent(spatial=SpatialExtent(bbox=[found.bbox])) if found.bbox else None,
        properties=found.fields,
        links=[
            link(request, path, "self", JSON),
            link(request, f"{path}/items", "items", GEOJSON, title=found.title),
        ],
    )
