"""The ways in: the map page for people, the landing page for programs."""

from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.access import needs
from api.asking import Form, answer, as_plain, wants_html
from api.conformance import declared
from api.data_page import conformance_page
from api.deps import EditionDep, Language
from api.layers import STYLES
from api.links import GEOJSON, HTML, JSON, OPENAPI, both_forms, link
from api.models import Conformance, Landing
from api.tiled import SCHEMES, TILESETS
from services.edition.snapshot import Edition
from services.publication.viewed import stamp
from services.words.texts import Lang, text
from services.workspace.plain import to_json

router = APIRouter(
    tags=["Data"], responses={304: {"description": "Not modified"}}, dependencies=[needs("read")]
)

_PROCESSES_REL = "http://www.opengis.net/def/rel/ogc/1.0/processes"
_CONFORMANCE_REL = "http://www.opengis.net/def/rel/ogc/1.0/conformance"
_DATA_REL = "http://www.opengis.net/def/rel/ogc/1.0/data"


@router.get(
    "/",
    summary="Way in: the map for people, links for programs",
    response_model=Landing,
    responses={200: {"content": {HTML: {"schema": {"type": "string"}}}}},
)
def home(request: Request, edition: EditionDep, lang: Language = "ja", f: Form = None) -> Response:
    """Return the map page to a browser, where everything is to a program."""
    if not wants_html(request, f):
        return landing(request, edition, lang)
    page = request.app.state.templates.get_template("map.html")
    body = page.render(
        lang=lang,
        t=partial(text, lang=lang),
        stamp=stamp(edition.snapshot.workspace, lang),
    )
    return HTMLResponse(body, headers={"cache-control": "no-cache", "vary": "Accept"})


@router.get("/api", summary="Way in", response_model=Landing)
def landing(request: Request, edition: EditionDep, lang: Language = "ja") -> Response:
    """Return where everything is."""
    body = partial(_landing, request, edition, lang)
    return answer(request, edition.name, lambda: to_json(as_plain(body())), JSON)


@router.get(
    "/conformance",
    summary="Standards that are fulfilled",
    response_model=Conformance,
    responses={200: {"content": {HTML: {"schema": {"type": "string"}}}}},
)
def conformance(request: Request, lang: Language = "ja", f: Form = None) -> Response:
    """Return the conformance classes that are fulfilled to the letter: those whose routes are mounted."""
    html = wants_html(request, f)
    body = Conformance(conformsTo=declared(request.app.openapi()["paths"]))

    def make() -> str:
        return conformance_page(request, body, lang) if html else to_json(as_plain(body))

    return answer(request, "", make, HTML if html else JSON)


def _landing(request: Request, edition: Edition, lang: Lang) -> Landing:
    say = partial(text, lang=lang)
    municipality = edition.run["summary"]["municipality"]
    words = stamp(edition.snapshot.workspace, lang)
    return Landing(
        title=say("api.title", name=municipality["name" if lang == "ja" else "name_en"]),
        description=" ".join(filter(None, (words, say("api.description")))),
        links=[
            *both_forms(request, JSON, html=False),
            link(request, "/collections", "data", JSON, title=say("api.data")),
            link(request, "/collections", _DATA_REL, JSON, title=say("api.data")),
            link(request, "/tiles", TILESETS, JSON, title=say("tiles.all")),
            link(request, "/tileMatrixSets", SCHEMES, JSON),
            link(request, "/styles", STYLES, JSON),
            link(request, "/conformance", "conformance", JSON),
            link(request, "/conformance", _CONFORMANCE_REL, JSON),
            link(request, "/openapi.json", "service-desc", OPENAPI, lang=lang),
            link(request, "/docs", "service-doc", HTML, title=say("api.docs"), lang=lang),
            link(
                request, "/processes", _PROCESSES_REL, JSON, title=say("api.processes"), lang=lang
            ),
            link(request, "/streets", "related", GEOJSON, title=say("api.streets")),
            link(request, "/about", "describedby", JSON, title=say("api.about")),
        ],
    )
