"""Whole collections as files for GIS programs and spreadsheets."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api.access import needs
from api.deps import CollectionId, EditionDep
from api.errors import Problem
from api.files import send_file
from services.edition.downloads import EVERYTHING, SURFACE, SURFACE_TYPE, media_types
from services.publication.downloads import FORMATS, PACKAGE

router = APIRouter(tags=["Data"], dependencies=[needs("read")])

Ending = Annotated[
    str,
    Path(
        description="Ending of the file; tif, a Cloud-Optimised GeoTIFF of the minutes of the walk from everywhere, is of reach",
        json_schema_extra={"enum": [*FORMATS, SURFACE]},
    ),
]

_TYPES = (*(one.media_type for one in FORMATS.values()), SURFACE_TYPE)
_FILE: dict[str, Any] = {"content": {name: {} for name in _TYPES}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {**_FILE, "description": "The file"},
    206: {**_FILE, "description": "The part of it that was asked for (Range)"},
    304: {"description": "The reader has it already (If-None-Match)"},
    416: {"description": "There is no such part of it"},
}


@router.get(
    f"/download.{PACKAGE}",
    summary="All collections in one file (GeoPackage)",
    response_class=Response,
    responses=_ANSWERS,
)
@router.head(f"/download.{PACKAGE}", include_in_schema=False)
def package(request: Request, edition: EditionDep) -> Response:
    """Return every collection as a layer of one GeoPackage, with what they are made of."""
    name = f"{EVERYTHING}.{PACKAGE}"
    return send_file(request, edition.downloads.package(), FORMATS[PACKAGE].media_type, name)


@router.get(
    "/collections/{collection_id}/download.{ending}",
    summary="A whole collection as a file",
    response_class=Response,
    responses={**_ANSWERS, 404: {"model": Problem}},
)
@router.head("/collections/{collection_id}/download.{ending}", include_in_schema=False)
def download(
    request: Request, edition: EditionDep, collection_id: CollectionId, ending: Ending
) -> Response:
    """
    Return all features of a collection, by the question of the run where it answers one at a time.

    Each file says what it is made of and what is assumed in it; what the two tables of text are made of
    is beside them (`download.provenance.json`), with the characters that CP932 lacks and `〓` stands for.
    """
    path = edition.downloads.file(collection_id, ending)
    media_type = media_types(collection_id)[ending]
    answer = send_file(request, path, media_type, f"{collection_id}.{ending}")
    answer.headers["link"] = f'<{_beside(request)}>; rel="describedby"'
    return answer


def _beside(request: Request) -> str:
    """Return the address of what the file is made of."""
    return request.url.path.rsplit("/", 1)[0] + "/download.provenance.json"
