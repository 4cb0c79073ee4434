"""What the features of a collection hold, as JSON Schema: from the one declaration of columns."""

from typing import Any

from services.publication.collections import Collection
from services.publication.columns import TABLE_OF, TABLES
from services.publication.cql import GEOMETRY
from services.words.texts import Lang, text

_OF = {"plans": ("plans", "candidates")}
"""Collection → the tables whose columns it has; without an entry, that of its own name."""

_POINTS = ("places", "candidates", "plans")


def schema(collection: Collection, address: str, lang: Lang) -> dict[str, Any]:
    """Return the properties that can be asked for and are given, the geometry among them."""
    geometry = "geometry-point" if collection.id in _POINTS else "geometry-any"
    shape = {
        "title": text("schema.geometry", lang),
        "format": geometry,
        "x-ogc-role": "primary-geometry",
    }
    named = {
        name: {"title": _title(collection.id, name, lang), "type": kind}
        for name, kind in collection.fields.items()
    }
    properties = {GEOMETRY: shape, **named} if collection.id not in TABLE_OF else named
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "title": collection.title_en if lang == "en" else collection.title,
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _title(collection_id: str, name: str, lang: Lang) -> str:
    """Return what a column is; the words tell of a family of columns, so its own name stands before them."""
    for table in _OF.get(collection_id, (TABLE_OF.get(collection_id, collection_id),)):
        for column in TABLES[table]:
            if column.name == name:
                return f"{name}: {text(f'column.{table}.{column.says}', lang)}"
    return name
