"""Addresses: every link that an answer carries is made here."""

from urllib.parse import quote

from fastapi import Request

from api.models import Link
from services.words.texts import Lang

GEOJSON = "application/geo+json"
JSON = "application/json"
HTML = "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.1"


def link(
    request: Request, path: str, rel: str, media_type: str, *, title: str = "", lang: Lang = "ja"
) -> Link:
    """Return a link to a path of this server, in a language where it answers in several."""
    base = str(request.base_url).rstrip("/")
    asked = "" if lang == "ja" else f"?lang={lang}"
    return Link(href=f"{base}{quote(path)}{asked}", rel=rel, type=media_type, title=title)


def page_links(request: Request, *, offset: int, limit: int, matched: int) -> list[Link]:
    """Return the links of one page of features: itself and its neighbours."""
    links = [Link(href=str(request.url), rel="self", type=GEOJSON)]
    neighbours = [("next", offset + limit)] if offset + limit < matched else []
    neighbours += [("prev", max(0, offset - limit))] if offset > 0 else []
    for rel, start in neighbours:
        address = request.url.include_query_params(offset=start, limit=limit)
        links.append(Link(href=str(address), rel=rel, type=GEOJSON))
    collection = request.url.path.removesuffix("/items")
    return [
        *links,
        Link(href=str(request.url.replace(path=collection, query="")), rel="collection", type=JSON),
    ]
