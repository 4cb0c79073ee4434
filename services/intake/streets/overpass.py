"""
Overpass answers: JSON of ways and nodes (``out body; >; out body qt;`` or ``out geom;``).

With ``out skel`` the nodes have no tags: crossings and signals are then not known.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from geo.errors import SourceError
from geo.streets.walkable import PLAIN, WALLS
from services.intake.streets.ways import WayCollector, Ways, nodes_frame, square_tags

MOST_IDS = 2**63
"""Ids are 64-bit numbers."""

_Node = tuple[int, float, float, int]
"""id, lon, lat, kind."""


def read_overpass_file(path: Path) -> Ways:
    """Read the walkable ways of a stored answer."""
    try:
        answer = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise SourceError(
            "not JSON ({error}); ask Overpass with [out:json] and store the whole answer",
            path=path,
            error=error,
        ) from error
    return read_overpass_answer(answer, path=path)


def read_overpass_answer(answer: Any, *, path: object) -> Ways:  # noqa: ANN401 (any JSON at all)
    """Read the walkable ways of an answer; ``path`` says in errors where it came from."""
    require_answer(answer, path=path)
    collector = WayCollector()
    nodes: list[_Node] = []
    areas: dict[int, dict[str, str]] = {}
    squares: dict[int, Mapping[str, str]] = {}
    # First the areas, then the relations, wherever they stand: one says what the other is.
    steps: tuple[Callable[[dict[str, Any]], None], ...] = (
        lambda element: _add_area(element, areas),
        lambda element: _add_square(element, areas, squares, collector),
        lambda element: _add(element, squares, collector, nodes),
    )
    for step in steps:
        for number, element in enumerate(answer["elements"]):
            try:
                step(element)
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
                raise _no_element(number, error, path) from error
    return collector.ways(nodes_frame(nodes))


def _no_element(number: int, error: Exception, path: object) -> SourceError:
    return SourceError(
        "elements[{number}] is no node, way or relation of Overpass ({error!r}); ask "
        "with [out:json] and 'out body; >; out body qt;'",
        path=path,
        number=number,
        error=error,
    )


def require_answer(answer: Any, *, path: object) -> None:  # noqa: ANN401 (any JSON at all)
    """Refuse JSON that is no Overpass answer, and an answer that Overpass could not finish."""
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        raise SourceError(
            "not an answer of Overpass: it has no list 'elements'; ask with [out:json]", path=path
        )
    remark = str(answer.get("remark", ""))
    if "error" in remark or "timed out" in remark:
        raise SourceError(
            "Overpass stopped before the end ({remark}); ask again with a longer "
            "[timeout:…], or for a smaller area",
            path=path,
            remark=remark,
        )


def _id(value: Any) -> int:  # noqa: ANN401 (any JSON at all)
    number = int(value)
    if abs(number) >= MOST_IDS:
        raise ValueError(value)
    return number


def _add_area(element: dict[str, Any], areas: dict[int, dict[str, str]]) -> None:
    tags = element.get("tags", {})
    if element["type"] == "way" and tags.get("area") == "yes":
        areas[_id(element["id"])] = tags


def _add_square(
    element: dict[str, Any],
    areas: dict[int, dict[str, str]],
    squares: dict[int, Mapping[str, str]],
    collector: WayCollector,
) -> None:
    """Keep a walkable multipolygon, and its tags for the ways that it is made of."""
    tags = element.get("tags", {})
    if element["type"] != "relation" or tags.get("type") != "multipolygon":
        return
    members = [
        (_id(member["ref"]), member.get("role", ""))
        for member in element["members"]
        if member["type"] == "way"
    ]
    outer = [areas[way] for way, role in members if role != "inner" and way in areas]
    square = square_tags(tags, outer)
    if square:
        ways = [way for way, _ in members]
        collector.add_relation(_id(element["id"]), square, ways)
        squares |= dict.fromkeys(ways, square)


def _add(
    element: dict[str, Any],
    squares: Mapping[int, Mapping[str, str]],
    collector: WayCollector,
    nodes: list[_Node],
) -> None:
    tags = element.get("tags", {})
    if element["type"] == "node":
        osm_id = _id(element["id"])
        at = float(element["lon"]), float(element["lat"])
        nodes.append((osm_id, *at, collector.node_kind(osm_id, tags)))
        return
    if element["type"] != "way":
        return
    osm_id = _id(element["id"])
    if tags.get("barrier") in WALLS and "highway" not in tags:
        collector.add_wall([_id(node) for node in element["nodes"]])
    tags = tags if "highway" in tags else squares.get(osm_id, {})
    if not tags:
        return
    node_ids = [_id(node) for node in element["nodes"]]
    collector.add(osm_id, tags, node_ids)
    if "geometry" in element:
        corners = zip(node_ids, element["geometry"], strict=True)
        nodes += [(node, float(at["lon"]), float(at["lat"]), PLAIN) for node, at in corners if at]
