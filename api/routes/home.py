"""The ways in: the map page for people, the landing page for programs."""

from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from api.deps import EditionDep
from api.links import GEOJSON, HTML, JSON, OPENAPI, link
from api.models import Conformance, Landing
from services.edition.snapshot import Edition
from services.words.texts import Lang, text

CONFORMS_TO: tuple[str, ...] = ()
"""
None yet. The collections follow OGC API – Features and GIS programs read them, but its core asks
for status 400 where arukeba says 422 and for a parameter `datetime`; half a class is not declared.
"""

router = APIRouter()


@router.get("/", include_in_schema=False)
def home(request: Request, edition: EditionDep, lang: Lang = "ja") -> Response:
    """Return the map page, or the landing page to a program that asks for JSON."""
    accepts = request.headers.get("accept", "*/*")
    if "application/json" in accepts and "text/html" not in accepts:
        return JSONResponse(_landing(request, edition).model_dump())
    page = request.app.state.templates.get_template("map.html")
    body = page.render(lang=lang, t=partial(text, lang=lang))
    return HTMLResponse(body, headers={"cache-control": "no-cache"})


@router.get("/api", summary="入口", tags=["データ"])
def landing(request: Request, edition: EditionDep) -> Landing:
    """Return where everything is."""
    return _landing(request, edition)


@router.get("/conformance", summary="満たしている規格", tags=["データ"])
def conformance() -> Conformance:
    """Return the conformance classes that are fulfilled to the letter."""
    return Conformance(conformsTo=list(CONFORMS_TO))


def _landing(request: Request, edition: Edition) -> Landing:
    name = edition.run["summary"]["municipality"]["name"]
    return Landing(
        title=f"{name} 歩いていける週1の場",
        description="届いている人・届いていない人、場のない町会、つぎの候補地",
        links=[
            link(request, "/api", "self", JSON),
            link(request, "/collections", "data", JSON, title="データ"),
            link(request, "/conformance", "conformance", JSON),
            link(request, "/openapi.json", "service-desc", OPENAPI),
            link(request, "/docs", "service-doc", HTML, title="APIの説明"),
            link(request, "/streets", "related", GEOJSON, title="道"),
            link(request, "/about", "describedby", JSON, title="前提と出典"),
        ],
    )
