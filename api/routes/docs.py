"""The description of the API, as OpenAPI and as a page that needs nothing from outside."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.access import needs
from api.deps import EditionsDep, Language, WorkspaceDep
from api.links import OPENAPI, base_address
from api.openapi import openapi_30
from geo.errors import NotFoundError
from services.publication.collections import Collection
from services.publication.viewed import stamp
from services.words.texts import Lang, sentences, text
from services.workspace.plain import to_json

router = APIRouter(tags=["Data"], dependencies=[needs("read")])

SAID = ("summary", "description", "tags")
"""Keys of an OpenAPI document that hold words for people."""


@router.get(
    "/openapi.json",
    summary="The description of the API (OpenAPI 3.0)",
    response_class=Response,
    responses={200: {"content": {OPENAPI: {"schema": {"type": "object"}}}}},
)
def openapi(request: Request, editions: EditionsDep, lang: Language = "ja") -> Response:
    """Return the description of every address, of each collection with all its properties."""
    document = openapi_30(request.app.openapi(), base_address(request), _collections(editions))
    return Response(to_json(described(document, lang)), media_type=OPENAPI)


@router.get(
    "/docs",
    summary="The description of the API as a page",
    response_class=HTMLResponse,
)
def docs(request: Request, workspace: WorkspaceDep, lang: Language = "ja") -> HTMLResponse:
    """Return every address with its parameters, as forms that can be tried."""
    template = request.app.state.templates.get_template("docs.html")
    document = described(openapi_30(request.app.openapi(), base_address(request), {}), lang)
    page = template.render(
        document=document, lang=lang, t=partial(text, lang=lang), stamp=stamp(workspace, lang)
    )
    return HTMLResponse(page)


def _collections(editions: EditionsDep) -> dict[str, Collection]:
    try:
        return editions.current().collections
    except NotFoundError:  # no result yet: the addresses are described all the same
        return {}


def described(document: dict[str, Any], lang: Lang) -> dict[str, Any]:
    """Return an OpenAPI document in a language: it is written in English, where the routes are."""
    return document if lang == "en" else _in_japanese(document)


def _in_japanese(part: Any, key: str = "") -> Any:  # noqa: ANN401  any part of JSON
    if isinstance(part, dict):
        return {name: _in_japanese(value, name) for name, value in part.items()}
    if isinstance(part, list):
        return [_in_japanese(value, key) for value in part]
    said = isinstance(part, str) and key in SAID
    # A docstring may go over several lines.
    return sentences("api").get(" ".join(part.split()), part) if said else part
