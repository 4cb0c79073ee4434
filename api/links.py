"""Addresses: every link that an answer carries is made here."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from fastapi import Request

from api.models import Link
from api.settings import Settings
from services.words.texts import Lang

GEOJSON = "application/geo+json"
JSON = "application/json"
HTML = "text/html"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"


def base_address(request: Request) -> str:
    """
    Return the address of this server, without a slash at its end.

    Where none was given, it is answered to this machine alone, under names that lead nowhere else.
    """
    settings: Settings = request.app.state.settings
    return settings.address or str(request.base_url).rstrip("/")


def link(
    request: Request,
    path: str,
    rel: str,
    media_type: str,
    *,
    title: str = "",
    lang: Lang = "ja",
    **asked: object,
) -> Link:
    """Return a link to a path of this server, with parameters; in a language where it answers in several."""
    given = {**({} if lang == "ja" else {"lang": lang}), **asked}
    query = f"?{urlencode(given)}" if given else ""
    href = f"{base_address(request)}{quote(path)}{query}"
    return Link(href=href, rel=rel, type=media_type, title=title)


def here(request: Request, rel: str, media_type: str, **changed: object) -> Link:
    """Return a link to what was asked for, with other parameters."""
    query = request.url.include_query_params(**changed).query if changed else request.url.query
    address = f"{base_address(request)}{quote(request.url.path)}"
    return Link(href=f"{address}?{query}" if query else address, rel=rel, type=media_type)


def both_forms(request: Request, media_type: str, *, html: bool, form: str = "json") -> list[Link]:
    """Return the links to what was asked for as it is, and as the other format has it."""
    other = here(request, "alternate", media_type if html else HTML, f=form if html else "html")
    return [here(request, "self", HTML if html else media_type), other]


def page_links(
    request: Request,
    *,
    offset: int,
    limit: int,
    matched: int,
    pinned: Mapping[str, str],
    media_type: str = GEOJSON,
) -> list[Link]:
    """
    Return the links of one page of features: itself, its neighbours and its collection.

    ``pinned`` are parameters that hold the neighbours to the state of the data that this page is of.
    """
    links = [here(request, "self", media_type)]
    if offset + limit < matched:
        links.append(
            here(request, "next", media_type, offset=offset + limit, limit=limit, **pinned)
        )
    if offset > 0:
        before = max(0, offset - limit)
        links.append(
            here(request, "prev", media_type, offset=before, limit=offset - before, **pinned)
        )
    return [*links, link(request, request.url.path.removesuffix("/items"), "collection", JSON)]


def link_header(links: list[Link]) -> str:
    """Return links as the header of an answer has them."""
    return ", ".join(f'<{one.href}>; rel="{one.rel}"; type="{one.type}"' for one in links)
