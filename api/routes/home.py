"""The ways in: the map page for people, the landing page for programs."""

from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from api.deps import EditionDep, Language
from api.links import GEOJSON, HTML, JSON, OPENAPI, link
from api.models import Conformance, Landing
from services.edition.snapshot import Edition
from services.publication.viewed import stamp
from services.words.texts import Lang, text

CONFORMS_TO: tuple[str, ...] = ()
"""
None yet. The collections follow OGC API – Features and GIS programs read them, but its core asks
for status 400 where arukeba says 422 and for a parameter `datetime`; half a class is not declared.
"""

router = APIRouter()


@router.get("/", include_in_schema=False)
def home(request: Request, edition: EditionDep, lang: Language = "ja") -> Response:
    """Return the map page, or the landing page to a program that asks for JSON."""
    accepts = request.headers.get("accept", "*/*")
    if "application/json" in accepts and "text/html" not in accepts:
        return JSONResponse(_landing(request, edition, lang).model_dump())
    page = request.app.state.templates.get_template("map.html")
    body = page.render(
        lang=lang,
        t=partial(text, lang=lang),
        stamp=stamp(edition.snapshot.workspace, lang),
    )
    return HTMLResponse(body, headers={"cache-control": "no-cache"})


@router.get("/api", summary="Way in", tags=["Data"])
def landing(request: Request, edition: EditionDep, lang: Language = "ja") -> Landing:
    """Return where everything is."""
    return _landing(request, edition, lang)


@router.get("/conformance", summary="Standards that are fulfilled", tags=["Data"])
def conformance() -> Conformance:
    """Return the conformance classes that are fulfilled to the letter."""
    return Conformance(conformsTo=list(CONFORMS_TO))


def _landing(request: Request, edition: Edition, lang: Lang) -> Landing:
    say = partial(text, lang=lang)
    municipality = edition.run["summary"]["municipality"]
    words = stamp(edition.snapshot.workspace, lang)
    return Landing(
        title=say("api.title", name=municipality["name" if lang == "ja" else "name_en"]),
        description=" ".join(filter(None, (words, say("api.description")))),
        links=[
            link(request, "/api", "self", JSON, lang=lang),
            link(request, "/collections", "data", JSON, title=say("api.data")),
            link(request, "/conformance", "conformance", JSON),
            link(request, "/openapi.json", "service-desc", OPENAPI, lang=lang),
            link(request, "/docs", "service-doc", HTML, title=say("api.docs"), lang=lang),
            link(request, "/streets", "related", GEOJSON, title=say("api.streets")),
            link(request, "/about", "describedby", JSON, title=say("api.about")),
        ],
    )
