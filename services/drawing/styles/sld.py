"""Styles as OGC's Styled Layer Descriptor 1.1 with Symbology Encoding 1.1 and Filter Encoding 1.1 has them."""

from collections.abc import Callable, Iterable
from xml.etree import ElementTree as ET

from services.drawing.signs import GAP_SIGNS, INK, PAPER
from services.drawing.styles.qml import DOTS, DOTS_APART_PX, HATCHES, dot
from services.drawing.styles.rules import (
    Fill,
    Form,
    HasText,
    LineInk,
    NoneOf,
    NoNumber,
    OneOf,
    Style,
    StyleRule,
    Test,
    Within,
)
from services.words.texts import Lang

_SLD, _SE, _OGC = (f"http://www.opengis.net/{name}" for name in ("sld", "se", "ogc"))
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PIXELS = "http://www.opengeospatial.org/se/units/pixel"
_SCHEMA = "http://schemas.opengis.net/sld/1.1.0/StyledLayerDescriptor.xsd"

_NAMES = {
    "circle": "circle",
    # Not of the standard's own six; QGIS knows both.
    "half": "semi_circle",
    "slash": "line",
    "star": "star",
    "cross": "x",
}
_MM_PER_PX = 25.4 / 96.0

_OF_QGIS = {"dots": "brush://dense6", "rings": "horline"}
"""What stands for a pattern where the first mark is not repeated."""

_TURNS = {"half": 270.0, "slash": 45.0}

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

Node = ET.Element

for _prefix, _uri in (("sld", _SLD), ("se", _SE), ("ogc", _OGC), ("xsi", _XSI)):
    ET.register_namespace(_prefix, _uri)


def sld(style: Style, lang: Lang) -> str:
    """Return a style with the words of its legend in a language."""
    root = ET.Element(f"{{{_SLD}}}StyledLayerDescriptor", version="1.1.0")
    root.set(f"{{{_XSI}}}schemaLocation", f"{_SLD} {_SCHEMA}")
    layer = ET.SubElement(root, f"{{{_SLD}}}NamedLayer")
    _se(layer, "Name", style.collection)
    own = ET.SubElement(layer, f"{{{_SLD}}}UserStyle")
    _se(own, "Name", style.id)
    _se(_se(own, "Description"), "Title", style.title[lang])
    drawn = _se(own, "FeatureTypeStyle")
    for rule in style.rules:
        _add_rule(drawn, style, rule, lang)
    if style.named_by:
        _add_names(drawn, style)
    ET.indent(root)
    return _HEAD + ET.tostring(root, encoding="unicode") + "\n"


def _se(parent: Node, name: str, said: str = "", **attributes: str) -> Node:
    node = ET.SubElement(parent, f"{{{_SE}}}{name}", attributes)
    node.text = said or None
    return node


def _ogc(parent: Node, name: str, said: str = "") -> Node:
    node = ET.SubElement(parent, f"{{{_OGC}}}{name}")
    node.text = said or None
    return node


def _add_rule(drawn: Node, style: Style, rule: StyleRule, lang: Lang) -> None:
    told = _se(drawn, "Rule")
    _se(told, "Name", rule.name)
    if rule.label:
        _se(_se(told, "Description"), "Title", rule.label[lang])
    _add_filter(told, (*style.where, *rule.tests))
    if rule.mark:
        for form in rule.mark.forms:
            _add_form(_se(told, "PointSymbolizer", uom=_PIXELS), form, rule.mark.opacity)
    if rule.fill:
        _add_fill(told, rule.fill)
    if rule.line:
        _add_stroke(_se(told, "LineSymbolizer", uom=_PIXELS), rule.line)


def _add_filter(rule: Node, tests: tuple[Test, ...]) -> None:
    if tests:
        _all(_ogc(rule, "Filter"), [_put(test) for test in tests])


Put = Callable[[Node], object]
"""Writes a condition into what holds it."""


def _all(parent: Node, parts: list[Put]) -> None:
    _joined(parent, "And", parts)


def _any(parent: Node, parts: list[Put]) -> None:
    _joined(parent, "Or", parts)


def _joined(parent: Node, name: str, parts: list[Put]) -> None:
    # One condition alone is not joined: And and Or hold two or more.
    there = _ogc(parent, name) if len(parts) > 1 else parent
    for put in parts:
        put(there)


def _compared(column: str, operator: str, literal: str) -> Put:
    def put(parent: Node) -> None:
        node = _ogc(parent, operator)
        _ogc(node, "PropertyName", column)
        _ogc(node, "Literal", literal)

    return put


def _equal(column: str, values: Iterable[object]) -> list[Put]:
    said = [literal for value in values for literal in _literals(value)]
    return [_compared(column, "PropertyIsEqualTo", literal) for literal in said]


def _literals(value: object) -> tuple[str, ...]:
    """Return how a value is written: a boolean as QGIS compares it, and as its files do."""
    if isinstance(value, bool):
        return f"{value}".lower(), f"{value:d}"
    return (f"{value}",)


def _null(column: str) -> Put:
    return lambda parent: _ogc(_ogc(parent, "PropertyIsNull"), "PropertyName", column)


def _none_of(parts: list[Put]) -> Put:
    return lambda parent: _any(_ogc(parent, "Not"), parts)


def _put(test: Test) -> Put:
    column = test.column
    match test:
        case OneOf(values=values):
            return lambda parent: _any(parent, _equal(column, values))
        case NoneOf(values=values):
            return lambda parent: _any(parent, [_null(column), _none_of(_equal(column, values))])
        case HasText(said=said):
            empty = [_null(column), *_equal(column, [""])]
            return _none_of(empty) if said else lambda parent: _any(parent, empty)
        case NoNumber():
            return _null(column)
        case Within(least=least, below=below):
            lower = _compared(column, "PropertyIsGreaterThanOrEqualTo", f"{least:g}")
            upper = [] if below is None else [_compared(column, "PropertyIsLessThan", f"{below:g}")]
            return lambda parent: _all(parent, [lower, *upper])


def _parameters(node: Node, **told: object) -> None:
    for name, value in told.items():
        _se(node, "SvgParameter", f"{value}").set("name", name.replace("_", "-"))


def _add_stroke(symbolizer: Node, line: LineInk) -> None:
    stroke = _se(symbolizer, "Stroke")
    _parameters(stroke, stroke=line.colour, stroke_opacity=f"{line.opacity:g}")
    _parameters(stroke, stroke_width=f"{line.width_px:g}", stroke_linejoin="round")
    if line.dashes:
        dashes = " ".join(f"{part * line.width_px:g}" for part in line.dashes)
        _parameters(stroke, stroke_dasharray=dashes)


def _add_fill(rule: Node, fill: Fill) -> None:
    if not fill.pattern:
        inside = _se(_se(rule, "PolygonSymbolizer", uom=_PIXELS), "Fill")
        _parameters(inside, fill=fill.colour, fill_opacity=f"{fill.opacity:g}")
        return
    pattern = GAP_SIGNS[fill.pattern].pattern
    for angle, distance, width in HATCHES.get(pattern, ()):
        graphic = _tiled(rule)
        # A program takes the first that it knows: QGIS its own, whose width it reads as millimetres.
        for name, unit in (("horline", _MM_PER_PX), ("shape://horline", 1.0)):
            mark = _se(graphic, "Mark")
            _se(mark, "WellKnownName", name)
            _add_stroke(mark, LineInk(fill.colour, width * unit, opacity=fill.opacity))
        _se(graphic, "Size", f"{distance:g}")
        _se(graphic, "Rotation", f"{angle:g}")
    if pattern in DOTS:
        form, graphic = dot(pattern, fill.colour), _tiled(rule)
        # QGIS repeats no mark of an SLD before 3.24; it has patterns of its own.
        own = _se(graphic, "Mark")
        _se(own, "WellKnownName", _OF_QGIS[pattern])
        _parameters(_se(own, "Fill"), fill=fill.colour, fill_opacity=f"{fill.opacity:g}")
        _parameters(_se(own, "Stroke"), stroke=fill.colour, stroke_opacity=f"{fill.opacity:g}")
        _add_mark(graphic, form)
        _se(graphic, "Opacity", f"{fill.opacity:g}")
        _se(graphic, "Size", f"{DOTS_APART_PX if not form.fill else form.size_px:g}")


def _tiled(rule: Node) -> Node:
    inside = _se(_se(rule, "PolygonSymbolizer", uom=_PIXELS), "Fill")
    return _se(_se(inside, "GraphicFill"), "Graphic")


def _add_form(symbolizer: Node, form: Form, opacity: float) -> None:
    graphic = _se(symbolizer, "Graphic")
    _add_mark(graphic, form)
    _se(graphic, "Opacity", f"{opacity:g}")
    _se(graphic, "Size", f"{form.size_px:g}")
    if form.shape in _TURNS:
        _se(graphic, "Rotation", f"{_TURNS[form.shape]:g}")
    if any(form.at):
        there = _se(graphic, "Displacement")
        _se(there, "DisplacementX", f"{form.at[0]:g}")
        _se(there, "DisplacementY", f"{form.at[1]:g}")


def _add_mark(graphic: Node, form: Form) -> None:
    mark = _se(graphic, "Mark")
    fill, stroke = form.fill, form.stroke
    _se(mark, "WellKnownName", _NAMES[form.shape])
    # Without a fill the standard's own is grey, so what is open says so.
    inside = _se(mark, "Fill")
    _parameters(inside, fill=fill or PAPER, fill_opacity="1" if fill else "0")
    edge = _se(mark, "Stroke")
    _parameters(edge, stroke=stroke or PAPER, stroke_opacity="1" if stroke else "0")
    _parameters(edge, stroke_width=f"{form.stroke_px:g}")


def _add_names(drawn: Node, style: Style) -> None:
    rule = _se(drawn, "Rule")
    _se(rule, "Name", "names")
    _add_filter(rule, style.where)
    written = _se(rule, "TextSymbolizer", uom=_PIXELS)
    _ogc(_se(written, "Label"), "PropertyName", style.named_by)
    _parameters(_se(written, "Font"), font_size="12")
    if any(one.mark for one in style.rules):
        _add_beside(_se(_se(written, "LabelPlacement"), "PointPlacement"))
    around = _se(written, "Halo")
    _se(around, "Radius", "1.5")
    _parameters(_se(around, "Fill"), fill=PAPER)
    _parameters(_se(written, "Fill"), fill=INK)


def _add_beside(placement: Node) -> None:
    """Put a name to the right of its mark."""
    anchor, apart = _se(placement, "AnchorPoint"), _se(placement, "Displacement")
    for axis, share, px in (("X", "0", "12"), ("Y", "0.5", "0")):
        _se(anchor, f"AnchorPoint{axis}", share)
        _se(apart, f"Displacement{axis}", px)
