"""The description of the API, as OpenAPI and as a page that needs nothing from outside."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.deps import Language, WorkspaceDep
from services.publication.viewed import stamp
from services.words.texts import Lang, sentences, text

router = APIRouter(include_in_schema=False)

SAID = ("summary", "description", "tags")
"""Keys of an OpenAPI document that hold words for people."""


@router.get("/openapi.json")
def openapi(request: Request, lang: Language = "ja") -> dict[str, Any]:
    """Return the description of every address as OpenAPI."""
    return described(request.app.openapi(), lang)


@router.get("/docs")
def docs(request: Request, workspace: WorkspaceDep, lang: Language = "ja") -> HTMLResponse:
    """Return every address with its parameters, as forms that can be tried."""
    template = request.app.state.templates.get_template("docs.html")
    document = described(request.app.openapi(), lang)
    page = template.render(
        document=document, lang=lang, t=partial(text, lang=lang), stamp=stamp(workspace, lang)
    )
    return HTMLResponse(page)


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
