"""The description of the API as OpenAPI 3.0: what the framework says in 3.1, said in the older words."""

from collections.abc import Mapping
from typing import Any

from services.publication.collections import Collection

Part = dict[str, Any]

_ID = "{collection_id}"


def openapi_30(document: Part, address: str, collections: Mapping[str, Collection]) -> Part:
    """
    Return a document of OpenAPI 3.1 as one of 3.0.

    Parameters
    ----------
    document
        What the framework describes; it is not changed.
    address
        Of the server.
    collections
        Collections whose paths are described one by one, each with its properties as parameters;
        without any, as the framework has them.
    """
    info = {name: told for name, told in document["info"].items() if name != "summary"}
    info["description"] = document["info"].get("summary", "")
    schemas = {name: _older(one) for name, one in document["components"]["schemas"].items()}
    paths: Part = {}
    for path, operations in document["paths"].items():
        told = {method: _operation(one) for method, one in operations.items()}
        if _ID not in path or not collections:
            paths[path] = told
            continue
        for name, collection in collections.items():
            paths[path.replace(_ID, name)] = {
                method: _of(one, path, collection) for method, one in told.items()
            }
    return {
        **document,
        "openapi": "3.0.3",
        "info": info,
        "servers": [{"url": address}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _operation(operation: Part) -> Part:
    """Return an operation with its parameters as texts of an address."""
    found = {**operation, "responses": dict(operation["responses"])}
    parameters = [_parameter(one) for one in operation.get("parameters", [])]
    if parameters:
        found["parameters"] = parameters
    if "requestBody" in operation:
        found["requestBody"] = _older(operation["requestBody"])
    found["responses"] = {status: _older(one) for status, one in sorted(found["responses"].items())}
    return found


def _parameter(parameter: Part) -> Part:
    found: Part = _older(parameter)
    if found["name"] == "bbox":
        found["schema"] = {
            "type": "array",
            "items": {"type": "number"},
            "minItems": 4,
            "maxItems": 6,
        }
    # An address has no null: what is not asked for is left out.
    found["schema"].pop("nullable", None)
    if found["in"] == "query":
        found |= {"style": "form", "explode": False}
    return found


def _of(operation: Part, path: str, collection: Collection) -> Part:
    """Return the operation of one collection, its properties among the parameters of its features."""
    kept = [one for one in operation.get("parameters", []) if one["name"] != "collection_id"]
    named = operation.get("operationId", "")
    # Those of OGC API – Tiles end as the standard says.
    own = f"{collection.id}{named}" if named.startswith(".") else f"{named}_{collection.id}"
    told = {**operation, "parameters": kept, "operationId": own}
    if path.endswith("/items"):
        taken = {one["name"] for one in kept}
        told["parameters"] = kept + [
            {
                "name": name,
                "in": "query",
                "required": False,
                "schema": {"type": "array", "items": {"type": kind}},
                "style": "form",
                "explode": True,
            }
            for name, kind in collection.fields.items()
            if name not in taken
        ]
    return told


def _older(part: Any) -> Any:  # noqa: ANN401  any part of JSON
    """Return a part of a document in the words of 3.0: no null type, no const, no list of examples."""
    if isinstance(part, list):
        return [_older(one) for one in part]
    if not isinstance(part, dict):
        return part
    told = {name: _older(value) for name, value in part.items()}
    return _without_null(_plainer(told))


def _plainer(told: Part) -> Part:
    if isinstance(told.get("examples"), list):
        first, *_ = told.pop("examples") or [None]
        told.setdefault("example", first)
    if "const" in told:
        told["enum"] = [told.pop("const")]
    for name, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(told.get(name), int | float) and not isinstance(told[name], bool):
            told[limit], told[name] = told[name], True
    if isinstance(told.get("prefixItems"), list):
        kinds = told.pop("prefixItems")
        told["items"] = kinds[0] if all(one == kinds[0] for one in kinds) else {}
    for name in ("contentMediaType", "patternProperties", "propertyNames", "$defs"):
        if isinstance(told.get(name), dict | str):
            told.pop(name)
    return told


def _without_null(told: Part) -> Part:
    """Return a schema whose null is said by ``nullable``."""
    kinds = told.get("type")
    if isinstance(kinds, list):
        some = [one for one in kinds if one != "null"]
        told["type"] = some[0]
        return {**told, "nullable": True} if len(some) < len(kinds) else told
    choices = told.get("anyOf")
    if not isinstance(choices, list) or {"type": "null"} not in choices:
        return told
    some = [one for one in choices if one != {"type": "null"}]
    rest = {name: value for name, value in told.items() if name != "anyOf"}
    if len(some) > 1:
        return {**rest, "anyOf": some, "nullable": True}
    if "$ref" in some[0]:
        return {**rest, "allOf": some, "nullable": True}
    return {**rest, **some[0], "nullable": True}
