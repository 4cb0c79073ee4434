"""Styles as MapLibre reads them (Mapbox style, version 8), of our own vector tiles."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from geo.ground.kinds import Kind
from services.drawing.backdrop import GROUND_SIGNS, RAIL_DASH, ZOOMS, GroundSign
from services.drawing.signs import LAND
from services.drawing.styles.rules import (
    HasText,
    Label,
    NoneOf,
    NoNumber,
    OneOf,
    Style,
    StyleRule,
    Test,
    Within,
)
from services.words.texts import Lang

Layer = dict[str, Any]
Expression = Any

GROUND = "ground"
_Kinds = Sequence[tuple[Kind, GroundSign]]

_ZOOMED_MARK = ["interpolate", ["linear"], ["zoom"], 10, 0.55, 13, 0.85, 16, 1.25]
_DIM_BELOW = ["match", ["get", "level"], "below", 0.35, 1]


def stylesheet(
    title: Label, sources: Mapping[str, str], layers: Sequence[Layer], sprite: str, lang: Lang
) -> dict[str, Any]:
    """
    Return a whole style.

    Parameters
    ----------
    title
        Its name.
    sources
        Source → address of its TileJSON.
    layers
        What is drawn, from the ground up.
    sprite
        Address of the signs and patterns, without its ending.
    lang
        Language of its name; the words of a legend are there in both.
    """
    return {
        "version": 8,
        "name": title[lang],
        "metadata": {"arukeba:title": dict(title)},
        "sources": {name: {"type": "vector", "url": url} for name, url in sources.items()},
        "sprite": sprite,
        "layers": list(layers),
    }


def plain_ground() -> Layer:
    """Return the colour beneath everything."""
    return {"id": "plain", "type": "background", "paint": {"background-color": LAND}}


def layers_of(style: Style) -> list[Layer]:
    """Return what a style of a collection draws; source and layer are called as the collection."""
    return [layer for rule in style.rules for layer in _layers(style, rule)]


def _layers(style: Style, rule: StyleRule) -> Iterator[Layer]:
    source, tests = style.collection, [_tested(test) for test in (*style.where, *rule.tests)]
    head: Layer = {"source": source, "source-layer": source}
    if rule.label:
        head["metadata"] = {"arukeba:label": dict(rule.label)}
    if fill := rule.fill:
        paint: Layer = {"fill-opacity": fill.opacity}
        paint |= {"fill-pattern": f"gap-{fill.pattern}"} if fill.pattern else {}
        paint |= {} if fill.pattern else {"fill-color": fill.colour}
        areas = ["==", ["geometry-type"], "Polygon"]
        inside = {"type": "fill", "filter": ["all", areas, *tests], "paint": paint}
        yield {"id": f"{source}-{rule.name}", **head, **inside}
    if line := rule.line:
        stroke: Layer = {
            "line-color": line.colour,
            "line-width": line.width_px,
            "line-opacity": line.opacity,
        }
        stroke |= {"line-dasharray": list(line.dashes)} if line.dashes else {}
        name = f"{source}-{rule.name}-edge" if rule.fill else f"{source}-{rule.name}"
        drawn = {"type": "line", "layout": {"line-join": "round"}, "paint": stroke}
        yield {"id": name, **head, "filter": ["all", *tests], **drawn}
    if mark := rule.mark:
        layout = {
            "icon-image": mark.name,
            "icon-allow-overlap": True,
            "icon-ignore-placement": True,
            "icon-size": _ZOOMED_MARK,
        }
        shown = {"type": "symbol", "layout": layout, "paint": {"icon-opacity": mark.opacity}}
        yield {"id": f"{source}-{rule.name}", **head, "filter": ["all", *tests], **shown}


def _tested(test: Test) -> Expression:
    value = ["get", test.column]
    number = ["==", ["typeof", value], "number"]
    match test:
        case OneOf(values=values):
            return ["in", value, ["literal", list(values)]]
        case NoneOf(values=values):
            return ["!", ["in", value, ["literal", list(values)]]]
        case HasText(said=said):
            return ["!=" if said else "==", ["coalesce", value, ""], ""]
        case NoNumber():
            return ["!", number]
        case Within(least=least, below=below):
            ends = [[">=", value, least], *([] if below is None else [["<", value, below]])]
            return ["case", number, ["all", *ends], False]


def ground_parts() -> dict[str, list[Layer]]:
    """
    Return the layers of the background, from the lowest.

    ``beneath`` is land and its use, for the figures lie above it; ``amid`` is water and the lines that are no street, for nobody
    lives there; ``above`` are railways, above the streets; ``marks`` are signs.
    """
    land = [one for one in _drawn("area") if not _is_wet(one[0])]
    water = [one for one in _drawn("area") if _is_wet(one[0])]
    lines, rails = _drawn("line"), _drawn("rail")
    cased = _edged(lines)
    signed = [(kind, sign) for kind, sign in GROUND_SIGNS.items() if sign.strokes]
    casings = {"line-color": _by_kind(cased, _edge), "line-width": _widths(cased, 1.5)}
    drawn = {"line-color": _by_kind(lines, _colour), "line-width": _widths(lines)}
    dark = {"line-color": _by_kind(rails, _colour), "line-width": _widths(rails)}
    light = {
        "line-color": _by_kind(rails, _edge),
        "line-width": _widths(rails, -0.9),
        "line-dasharray": list(RAIL_DASH),
    }
    return {
        "beneath": [_filled("land", land), _rings("edges", _edged(land))],
        "amid": [
            _filled("water", water),
            _rings("shores", _edged(water)),
            _line("casings", cased, "LineString", casings),
            _line("lines", lines, "LineString", drawn, **{"line-cap": "round"}),
        ],
        "above": [
            _line("rails", rails, "LineString", dark),
            _line("rail-dashes", rails, "LineString", light),
        ],
        "marks": [_signs(signed)],
    }


def _drawn(how: str) -> list[tuple[Kind, GroundSign]]:
    return [(kind, sign) for kind, sign in GROUND_SIGNS.items() if sign.draw == how]


def _edged(kinds: _Kinds) -> list[tuple[Kind, GroundSign]]:
    return [(kind, sign) for kind, sign in kinds if sign.edge]


def _is_wet(kind: Kind) -> bool:
    return kind in ("water", "sea")


def _colour(sign: GroundSign) -> str:
    return sign.colour


def _edge(sign: GroundSign) -> str:
    return sign.edge


def _ground(name: str, kind: str, rest: Layer) -> Layer:
    head = {"id": f"{GROUND}-{name}", "type": kind, "source": GROUND, "source-layer": GROUND}
    return {**head, **rest}


def _filled(name: str, kinds: _Kinds) -> Layer:
    rest = {
        "filter": _is_a("Polygon", kinds),
        "layout": {"fill-sort-key": _order(kinds)},
        "paint": {"fill-color": _by_kind(kinds, _colour), "fill-antialias": False},
    }
    return _ground(name, "fill", rest)


def _rings(name: str, kinds: _Kinds) -> Layer:
    paint = {"line-color": _by_kind(kinds, _edge), "line-width": _widths(kinds)}
    return _line(name, kinds, "Polygon", paint)


def _line(name: str, kinds: _Kinds, geometry: str, paint: Layer, **layout: str) -> Layer:
    rest = {
        "filter": _is_a(geometry, kinds),
        "layout": {"line-join": "round", "line-sort-key": _order(kinds), **layout},
        "paint": {"line-opacity": _DIM_BELOW, **paint},
    }
    return _ground(name, "line", rest)


def _signs(kinds: _Kinds) -> Layer:
    """Return the layer of signs: one gives way to a better known one, never to nothing."""
    seen = [">=", ["zoom"], _by_kind(kinds, lambda sign: sign.names_from_zoom)]
    layout = {
        "icon-image": ["concat", f"{GROUND}-", ["get", "kind"]],
        "symbol-sort-key": ["-", 0, _order(kinds)],
        "icon-padding": 0,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 12, 0.7, 16, 1.1],
    }
    rest = {"filter": ["all", _is_a("Point", kinds), seen], "layout": layout}
    return _ground("signs", "symbol", rest)


def _is_a(geometry: str, kinds: _Kinds) -> Expression:
    names = ["literal", [kind for kind, _ in kinds]]
    return ["all", ["==", ["geometry-type"], geometry], ["in", ["get", "kind"], names]]


def _by_kind(kinds: _Kinds, of: Callable[[GroundSign], object]) -> Expression:
    cases = [part for kind, sign in kinds for part in (kind, of(sign))]
    return ["match", ["get", "kind"], *cases, of(kinds[0][1])]


def _order(kinds: _Kinds) -> Expression:
    cases = [part for number, (kind, _) in enumerate(kinds) for part in (kind, number)]
    return ["match", ["get", "kind"], *cases, 0]


def _widths(kinds: _Kinds, more: float = 0.0) -> Expression:
    def at(number: int) -> Callable[[GroundSign], float]:
        def width(sign: GroundSign) -> float:
            return sign.widths_px[number] + more if sign.widths_px[number] else 0.0

        return width

    stops = [part for n, zoom in enumerate(ZOOMS) for part in (zoom, _by_kind(kinds, at(n)))]
    return ["interpolate", ["linear"], ["zoom"], *stops]
