"""Styles as QGIS reads them (QML, 3.22 and later): rules of a renderer, and one label."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from xml.etree import ElementTree as ET

from services.drawing.signs import GAP_SIGNS, INK, PAPER
from services.drawing.styles.rules import (
    Fill,
    Form,
    HasText,
    LineInk,
    Mark,
    NoneOf,
    NoNumber,
    OneOf,
    Style,
    StyleRule,
    Test,
    Within,
)
from services.words.texts import Lang

VERSION = "3.22.0"

_OPAQUE = 255
_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_PX = "Pixel"

HATCHES: Mapping[str, tuple[tuple[float, float, float], ...]] = {
    "bands": ((45.0, 11.3, 3.0),),
    "hatch": ((45.0, 5.7, 1.4),),
    "cross": ((45.0, 5.7, 1.0), (135.0, 5.7, 1.0)),
}
"""Pattern → angle, distance and width of its lines in pixels."""

DOTS = {
    "dots": Form("circle", 3.2, "own"),
    "rings": Form("circle", 4.0, "", "own", 1.2),
}
DOTS_APART_PX = 11.3

_SHAPES = {
    "circle": ("circle", 0.0),
    # Its round side is up; turned to the left.
    "half": ("semi_circle", 270.0),
    "star": ("star", 0.0),
    "cross": ("cross2", 0.0),
    # A line that stands upright.
    "slash": ("line", 45.0),
}


def qml(style: Style, lang: Lang) -> str:
    """Return a style with the words of its legend in a language."""
    root = ET.Element(
        "qgis",
        {
            "version": VERSION,
            "styleCategories": "Symbology|Labeling",
            "labelsEnabled": "1" if style.named_by else "0",
        },
    )
    renderer = ET.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0")
    renderer.set("enableorderby", "0")
    renderer.set("forceraster", "0")
    rules = ET.SubElement(renderer, "rules", key="{arukeba}")
    symbols = ET.SubElement(renderer, "symbols")
    for number, (rule, kind) in enumerate(_drawn(style)):
        told = ET.SubElement(rules, "rule", key=f"{{{style.collection}-{rule.name}-{number}}}")
        told.set("symbol", f"{number}")
        _add_filter(told, (*style.where, *rule.tests))
        told.set("label", rule.label[lang] if rule.label else "")
        _add_symbol(symbols, f"{number}", rule, kind)
    if style.named_by:
        _add_label(root, style)
    ET.indent(root)
    return _HEAD + ET.tostring(root, encoding="unicode") + "\n"


def _drawn(style: Style) -> Iterator[tuple[StyleRule, str]]:
    """Return each rule with the kind of its symbol; an edge of areas is no symbol of lines to QGIS."""
    areas = style.collection != "edits"
    for rule in style.rules:
        if rule.mark:
            yield rule, "marker"
        elif rule.fill or areas:
            yield rule, "fill"
        else:
            yield rule, "line"


def _add_filter(rule: ET.Element, tests: tuple[Test, ...]) -> None:
    if tests:
        rule.set("filter", " AND ".join(_tested(test) for test in tests))


def _tested(test: Test) -> str:
    column = f'"{test.column}"'
    match test:
        case OneOf(values=values):
            return f"{column} IN ({_listed(values)})"
        case NoneOf(values=values):
            return f"({column} IS NULL OR {column} NOT IN ({_listed(values)}))"
        case HasText(said=said):
            return f"coalesce({column}, '') {'<>' if said else '='} ''"
        case NoNumber():
            return f"{column} IS NULL"
        case Within(least=least, below=below):
            upper = "" if below is None else f" AND {column} < {below:g}"
            return f"{column} >= {least:g}{upper}"


def _listed(values: tuple[str | bool, ...]) -> str:
    return ", ".join(
        f"{value}".lower() if isinstance(value, bool) else f"'{value}'" for value in values
    )


def _add_symbol(symbols: ET.Element, name: str, rule: StyleRule, kind: str) -> None:
    alpha = rule.mark.opacity if rule.mark else 1.0
    symbol = ET.SubElement(symbols, "symbol", type=kind, name=name, alpha=f"{alpha:g}")
    symbol.set("clip_to_extent", "1")
    symbol.set("force_rhr", "0")
    if rule.mark:
        _add_marks(symbol, rule.mark)
    if rule.fill:
        _add_fill(symbol, rule.fill, name)
    if rule.line:
        _add_line(symbol, rule.line)


def _add_layer(symbol: ET.Element, kind: str, told: Mapping[str, object]) -> ET.Element:
    layer = ET.SubElement(symbol, "layer", {"class": kind, "enabled": "1", "locked": "0"})
    layer.set("pass", "0")
    options = ET.SubElement(layer, "Option", type="Map")
    for key, value in told.items():
        ET.SubElement(options, "Option", name=key, value=f"{value}", type="QString")
    return layer


def _add_fill(symbol: ET.Element, fill: Fill, name: str) -> None:
    if not fill.pattern:
        told = {"color": _rgba(fill.colour, fill.opacity), "outline_style": "no", "style": "solid"}
        _add_layer(symbol, "SimpleFill", told)
        return
    pattern = GAP_SIGNS[fill.pattern].pattern
    colour = _rgba(fill.colour, fill.opacity)
    for number, (angle, distance, width) in enumerate(HATCHES.get(pattern, ())):
        hatched: dict[str, object] = {"angle": angle, "distance": distance, "color": colour}
        hatched |= {"line_width": width, "distance_unit": _PX, "line_width_unit": _PX}
        layer = _add_layer(symbol, "LinePatternFill", hatched)
        within = _within(layer, "line", f"@{name}@{number}")
        _add_line(within, LineInk(fill.colour, width, opacity=fill.opacity))
    if pattern in DOTS:
        apart: dict[str, object] = {
            "distance_x": DOTS_APART_PX,
            "distance_y": DOTS_APART_PX,
            "displacement_x": DOTS_APART_PX / 2,
            "displacement_y": 0.0,
        }
        units = {f"{key}_unit": _PX for key in apart}
        layer = _add_layer(symbol, "PointPatternFill", {**apart, **units})
        within = _within(layer, "marker", f"@{name}@0")
        within.set("alpha", f"{fill.opacity:g}")
        _add_form(within, dot(pattern, fill.colour))


def dot(pattern: str, colour: str) -> Form:
    """Return what a pattern of dots repeats."""
    form = DOTS[pattern]
    return replace(form, fill=form.fill and colour, stroke=form.stroke and colour)


def _within(layer: ET.Element, kind: str, name: str) -> ET.Element:
    return ET.SubElement(
        layer, "symbol", type=kind, name=name, alpha="1", clip_to_extent="1", force_rhr="0"
    )


def _add_line(symbol: ET.Element, line: LineInk) -> None:
    dashes = ";".join(f"{part * line.width_px:g}" for part in line.dashes)
    told = {
        "line_color": _rgba(line.colour, line.opacity),
        "line_width": f"{line.width_px:g}",
        "line_width_unit": _PX,
        "line_style": "solid",
        "joinstyle": "round",
        "capstyle": "flat",
        "use_custom_dash": "1" if dashes else "0",
        "customdash": dashes or "5;2",
        "customdash_unit": _PX,
    }
    _add_layer(symbol, "SimpleLine", told)


def _add_marks(symbol: ET.Element, mark: Mark) -> None:
    for form in mark.forms:
        _add_form(symbol, form)


def _add_form(symbol: ET.Element, form: Form) -> None:
    name, angle = _SHAPES[form.shape]
    told = {
        "name": name,
        "angle": f"{angle:g}",
        "color": _rgba(form.fill, 1.0) if form.fill else "255,255,255,0",
        "outline_color": _rgba(form.stroke, 1.0) if form.stroke else "255,255,255,0",
        "outline_style": ("dash" if form.dashed else "solid") if form.stroke else "no",
        "outline_width": f"{form.stroke_px:g}",
        "outline_width_unit": _PX,
        "size": f"{form.size_px:g}",
        "size_unit": _PX,
        "scale_method": "diameter",
        "offset": f"{form.at[0]:g},{form.at[1]:g}",
        "offset_unit": _PX,
    }
    _add_layer(symbol, "SimpleMarker", told)


def _add_label(root: ET.Element, style: Style) -> None:
    labeling = ET.SubElement(root, "labeling", type="rule-based")
    rules = ET.SubElement(labeling, "rules", key="{arukeba-names}")
    rule = ET.SubElement(rules, "rule", key=f"{{{style.collection}-names}}")
    _add_filter(rule, style.where)
    settings = ET.SubElement(rule, "settings", calloutType="simple")
    written = ET.SubElement(settings, "text-style", fieldName=style.named_by, isExpression="0")
    for key, value in {
        "fontSize": "12",
        "fontSizeUnit": _PX,
        "fontWeight": "50",
        "textColor": _rgba(INK, 1.0),
        "textOpacity": "1",
    }.items():
        written.set(key, value)
    around = ET.SubElement(written, "text-buffer", bufferDraw="1", bufferSize="1.5")
    around.set("bufferSizeUnits", _PX)
    around.set("bufferColor", _rgba(PAPER, 1.0))
    around.set("bufferOpacity", "1")
    # Around a mark; in the middle of an area. What is not told QGIS takes as nought.
    around_it = "0" if any(rule.mark for rule in style.rules) else "1"
    put = ET.SubElement(settings, "placement", placement=around_it, dist="10", distUnits=_PX)
    put.set("priority", "5")
    put.set("placementFlags", "10")
    ET.SubElement(settings, "rendering", obstacle="1", obstacleType="1")


def _rgba(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{round(opacity * _OPAQUE)}"
