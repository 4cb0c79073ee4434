"""The pages of the data: what programs read as JSON, as tables for people."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from fastapi import Request

from api.models import CollectionInfo, CollectionList, Conformance, Link
from services.publication.collections import Collection, Page
from services.words.texts import Lang, text

Cell = tuple[str, str]
"""A text, and the address that it leads to; empty for none."""


def collections_page(request: Request, body: CollectionList, lang: Lang) -> str:
    """Return the list of collections."""
    rows = [
        [(one.title, _html(f"/collections/{one.id}", lang)), (one.id, "")]
        for one in body.collections
    ]
    return _page(request, lang, text("data.collections", lang), rows, links=body.links)


def collection_page(
    request: Request, body: CollectionInfo, told: Mapping[str, Mapping[str, Any]], lang: Lang
) -> str:
    """Return one collection: its properties, and what each is."""
    heads = [text(f"data.{name}", lang) for name in ("property", "type", "meaning")]
    rows = [
        [(name, ""), (kind, ""), (str(told[name]["title"]).removeprefix(f"{name}: "), "")]
        for name, kind in body.properties.items()
    ]
    way = [(text("data.collections", lang), _html("/collections", lang))]
    return _page(request, lang, body.title, rows, heads=heads, way=way, links=body.links)


def conformance_page(request: Request, body: Conformance, lang: Lang) -> str:
    """Return the standards that are fulfilled."""
    rows = [[(uri, uri)] for uri in body.conformsTo]
    return _page(request, lang, text("data.conformance", lang), rows)


def items_page(
    request: Request, found: Collection, page: Page, links: Sequence[Link], lang: Lang
) -> str:
    """Return a page of features as a table."""
    features = [json.loads(item) for item in page.items]
    heads = ["id", *(features[0]["properties"] if features else found.fields)]
    rows = [
        [
            (str(one["id"]), _html(f"/collections/{found.id}/items/{one['id']}", lang)),
            *((_shown(value), "") for value in one["properties"].values()),
        ]
        for one in features
    ]
    counted = text("data.counted", lang, returned=page.returned, matched=page.matched)
    way = [(text("data.collections", lang), _html("/collections", lang)), _way_to(found, lang)]
    title = text("data.items", lang, title=_title(found, lang))
    return _page(request, lang, title, rows, heads=heads, way=way, links=links, note=counted)


def item_page(
    request: Request,
    found: Collection,
    feature: Mapping[str, Any],
    links: Sequence[Link],
    lang: Lang,
) -> str:
    """Return one feature: each property in a line, the geometry by its kind."""
    shape = feature["geometry"]
    rows = [[(name, ""), (_shown(value), "")] for name, value in feature["properties"].items()]
    rows.append([(text("schema.geometry", lang), ""), (shape["type"] if shape else "", "")])
    way = [(text("data.collections", lang), _html("/collections", lang)), _way_to(found, lang)]
    heads = [text(f"data.{name}", lang) for name in ("property", "value")]
    return _page(request, lang, str(feature["id"]), rows, heads=heads, way=way, links=links)


def _page(
    request: Request,
    lang: Lang,
    title: str,
    rows: Iterable[Sequence[Cell]],
    **told: Any,  # noqa: ANN401  parts of the page
) -> str:
    """Return a page: ``heads`` over the rows, the ``way`` to it, ``links`` from it, a ``note``."""
    template = request.app.state.templates.get_template("data.html")
    shown = [one for one in told.pop("links", ()) if one.rel not in ("self", "collection")]
    beside = {"heads": (), "way": (), "note": "", **told}
    other = request.url.include_query_params(lang="en" if lang == "ja" else "ja").query
    words = {"lang": lang, "t": partial(text, lang=lang), "other": other}
    return str(template.render(title=title, rows=rows, links=shown, **beside, **words))


def _html(path: str, lang: Lang) -> str:
    return f"{path}?f=html&lang={lang}"


def _title(found: Collection, lang: Lang) -> str:
    return found.title_en if lang == "en" else found.title


def _way_to(found: Collection, lang: Lang) -> Cell:
    return _title(found, lang), _html(f"/collections/{found.id}", lang)


def _shown(value: object) -> str:
    return "" if value is None else str(value)
