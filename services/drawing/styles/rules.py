"""
How each collection is drawn, as rules: the writers beside this module say them in languages of styles.

Of the rules that a feature fulfils all draw it, each above the one before. Signs and colours are those of
``services.drawing.signs``; what stands for a class never differs from it in colour alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

from services.drawing import signs
from services.drawing.signs import EDIT_SIGNS, GAP_SIGNS, PLACE_SIGNS, SHARE_COLOURS, STAGE_SIGNS
from services.words.texts import LANGS, Lang, text
from services.words.vocabulary import MILESTONE_KINDS, OPEN_STATUSES

Label = Mapping[Lang, str]

SHARE_OPACITY, PATTERN_OPACITY, TINT_OPACITY = 0.62, 0.45, 0.18
FAINT = 0.35
"""Of what does not count: a place that is closed, a candidate that was rejected."""

_PAPER = "#FFFFFF"
_HALF_EDGE = "#7A5200"
_BLUR = "#22272C"


@dataclass(frozen=True, slots=True)
class OneOf:
    """The column has one of these values."""

    column: str
    values: tuple[str | bool, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """The column has another value, or none."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasText:
    """The column has a text; ``said=False``: none, or an empty one."""

    column: str
    said: bool = True


@dataclass(frozen=True, slots=True)
class Within:
    """The number is at least ``least`` and below ``below``; None: it has no upper end."""

    column: str
    least: float
    below: float | None


@dataclass(frozen=True, slots=True)
class NoNumber:
    """The column has no number."""

    column: str


Test = OneOf | NoneOf | HasText | Within | NoNumber


@dataclass(frozen=True, slots=True)
class Fill:
    """The inside of an area: in a colour, or in a pattern that lets be seen what lies beneath."""

    colour: str
    opacity: float = 1.0
    pattern: str = ""
    """A class of ``GAP_SIGNS`` whose pattern it is."""


@dataclass(frozen=True, slots=True)
class LineInk:
    """A line, or the edge of an area; dashes are in widths of the line."""

    colour: str
    width_px: float
    dashes: tuple[float, ...] = ()
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Form:
    """A part of a mark, in pixels; y goes down."""

    shape: Literal["circle", "half", "star", "cross", "slash"]
    size_px: float
    fill: str = ""
    stroke: str = ""
    stroke_px: float = 0.0
    dashed: bool = False
    at: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of a point: its forms, from the lowest."""

    name: str
    """Of its picture in the sprite."""
    forms: tuple[Form, ...]
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class StyleRule:
    """Draws the features that pass all tests."""

    name: str
    tests: tuple[Test, ...] = ()
    label: Label | None = None
    """In a legend; None: it has no line of its own there."""
    fill: Fill | None = None
    line: LineInk | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """A way to draw a collection."""

    id: str
    collection: str
    title: Label
    rules: tuple[StyleRule, ...]
    where: tuple[Test, ...] = ()
    """What every feature passes that is drawn, and named."""
    named_by: str = ""
    """The column that is written beside a feature."""


DEFAULT = "default"


def styles_of(
    collection_id: str, layers: Sequence[Mapping[str, Any]], council_layer: str
) -> list[Style]:
    """
    Return the styles of a collection, that which one sees first before the others; none of a table.

    Parameters
    ----------
    collection_id
        Name of the collection.
    layers
        The layers of areas with ``id``, ``label`` and ``label_en``: those of one lie over those of
        another, so shares are drawn of one layer at a time.
    council_layer
        The layer that is drawn first.
    """
    if collection_id == "coverage":
        labels = {
            str(layer["id"]): {"ja": layer["label"], "en": layer["label_en"]} for layer in layers
        }
        first = council_layer if council_layer in labels else next(iter(labels), "")
        names = {DEFAULT: first, **{name: name for name in labels}}
        return [
            replace(
                _style("coverage", tuple(_shares()), named_by="area_name"),
                id=style_id,
                where=(OneOf("layer", (layer,)),),
                title={
                    lang: f"{_title('coverage', lang)}: {labels[layer][lang]}" for lang in LANGS
                },
            )
            for style_id, layer in names.items()
            if layer
        ]
    if collection_id == "milestones":
        whole = _style("milestones", tuple(_stages()), named_by="area_name")
        return [whole, *(_of_kind(whole, kind) for kind in MILESTONE_KINDS)]
    make = {
        "areas": lambda: _style("areas", tuple(_borders(council_layer)), named_by="area_name"),
        "gaps": lambda: _style("gaps", tuple(_gaps()), named_by="area_name"),
        "places": lambda: _style("places", tuple(_places()), named_by="name"),
        "candidates": lambda: _style("candidates", tuple(_sites()), named_by="rank"),
        "plans": lambda: _style("plans", tuple(_sites()), named_by="rank"),
        "reach": lambda: _style("reach", tuple(_reach())),
        "edits": lambda: _style("edits", tuple(_edits()), named_by="name"),
        "indicators": lambda: _style("indicators", tuple(_values()), named_by="area_name"),
    }
    return [make[collection_id]()] if collection_id in make else []


def marks() -> dict[str, Mark]:
    """Return every mark by the name of its picture."""
    every = (*_places(), *_sites())
    return {rule.mark.name: replace(rule.mark, opacity=1.0) for rule in every if rule.mark}


def _style(collection_id: str, rules: tuple[StyleRule, ...], *, named_by: str = "") -> Style:
    title: Label = {lang: _title(collection_id, lang) for lang in LANGS}
    return Style(DEFAULT, collection_id, title, rules, named_by=named_by)


def _title(collection_id: str, lang: Lang) -> str:
    return text(f"collection.{collection_id}", lang)


def _both(key: str, **values: object) -> Label:
    return {lang: text(key, lang, **values) for lang in LANGS}


def _shares() -> Iterator[StyleRule]:
    ends: list[int | None] = [*SHARE_COLOURS, None]
    for least, below in pairwise(ends):
        colour = SHARE_COLOURS[least or 0]
        yield StyleRule(
            f"share-{least}",
            (Within("coverage_pct", least or 0, below),),
            _both("style.share", least=least, below=100 if below is None else below),
            fill=Fill(colour, SHARE_OPACITY),
        )
    nobody = (NoNumber("coverage_pct"),)
    yield StyleRule(
        "share-none", nobody, _both("style.no_share"), fill=Fill(signs.NO_SHARE, SHARE_OPACITY)
    )
    yield from _edges(1.0)


def _values() -> Iterator[StyleRule]:
    """
    Return the shares of an indicator, the darker the greater: no colour says that one is good or bad.

    Filter the collection by ``indicator`` and ``layer``: several lie over each other.
    """
    share = OneOf("kind", ("share",))
    for step in range(5):
        least, below = 20 * step, 20 * (step + 1) if step < 4 else None  # noqa: PLR2004  the last has no end
        yield StyleRule(
            f"value-{least}",
            (share, Within("value", least, below)),
            _both("style.value", least=least, below=below or 100),
            fill=Fill(signs.COUNCIL_BORDER, 0.12 + 0.17 * step),
        )
    nobody = (NoNumber("value"),)
    yield StyleRule(
        "value-none", nobody, _both("style.no_value"), fill=Fill(signs.NO_SHARE, SHARE_OPACITY)
    )
    yield from _edges(1.0)


def _edges(width_px: float) -> Iterator[StyleRule]:
    """Return the borders of areas: those that are estimated, dashed."""
    exact, estimated = (OneOf("approximate", (value,)) for value in (False, True))
    line = LineInk(signs.BORDER, width_px, opacity=0.7)
    yield StyleRule("border", (exact,), _both("style.border"), line=line)
    dashed = replace(line, dashes=(3.0, 2.0))
    yield StyleRule("border-estimate", (estimated,), _both("style.estimate"), line=dashed)


def _borders(council_layer: str) -> Iterator[StyleRule]:
    yield from _edges(0.8)
    line = LineInk(signs.COUNCIL_BORDER, 2.0, opacity=0.75)
    council = (OneOf("layer", (council_layer,)),)
    yield StyleRule("council", council, _both("style.council"), line=line)


def _gaps() -> Iterator[StyleRule]:
    for name, sign in GAP_SIGNS.items():
        opacity = PATTERN_OPACITY if sign.pattern else TINT_OPACITY
        label: Label = {lang: f"{sign.sign} {text(f'gap.{name}', lang)}" for lang in LANGS}
        yield StyleRule(
            f"gap-{name}",
            (OneOf("gap", (name,)),),
            label,
            fill=Fill(sign.colour, opacity, name if sign.pattern else ""),
        )
    yield from _edges(0.8)


def _stages() -> Iterator[StyleRule]:
    for name, sign in STAGE_SIGNS.items():
        said = {lang: text(f"milestone.stage.{name}", lang) for lang in LANGS}
        label: Label = {
            lang: text("style.milestone", lang, sign=sign.sign, stage=said[lang]) for lang in LANGS
        }
        opacity = PATTERN_OPACITY if sign.pattern else SHARE_OPACITY
        yield StyleRule(
            f"stage-{name or 'unknown'}",
            (OneOf("stage", (name,)) if name else HasText("stage", said=False),),
            label,
            fill=Fill(sign.colour, opacity, sign.pattern),
        )
    yield from _edges(0.8)


def _of_kind(style: Style, kind: str) -> Style:
    """Return the style that draws one kind alone: several lie over one another."""
    title: Label = {
        lang: text(
            "style.milestone.of",
            lang,
            title=style.title[lang],
            kind=text(f"milestone.kind.{kind}", lang),
        )
        for lang in LANGS
    }
    return replace(style, id=kind, where=(OneOf("kind", (kind,)),), title=title)


def _reach() -> Iterator[StyleRule]:
    """Draw from the most inclusive class on, whose polygons are the largest."""
    edges: dict[str, tuple[float, tuple[float, ...]]] = {
        "monthly": (1.5, (3.0, 2.0)),
        "weekly": (2.0, ()),
        "permanent": (3.5, ()),
    }
    for name, (width_px, dashes) in edges.items():
        colour = PLACE_SIGNS[name].colour
        yield StyleRule(
            f"reach-{name}",
            (OneOf("frequency", (name,)),),
            {lang: text("style.reach", lang, frequency=_often(name, lang)) for lang in LANGS},
            fill=Fill(colour, TINT_OPACITY),
            line=LineInk(colour, width_px, dashes),
        )


def _often(frequency: str, lang: Lang) -> str:
    return text(f"frequency.{frequency}", lang)


def _edits() -> Iterator[StyleRule]:
    barrier = EDIT_SIGNS["barrier"]
    yield StyleRule("edit-inside", fill=Fill(barrier.colour, TINT_OPACITY))
    yield StyleRule("edit-edge", line=LineInk(_PAPER, barrier.width + 2.0))
    for kind, sign in EDIT_SIGNS.items():
        line = LineInk(sign.colour, sign.width, sign.dashes)
        here = (OneOf("kind", (kind,)),)
        yield StyleRule(f"edit-{kind}", here, _both(f"map.edit.{kind}"), line=line)


def _places() -> Iterator[StyleRule]:
    counts, stopped = OneOf("status", OPEN_STATUSES), NoneOf("status", OPEN_STATUSES)
    joined, cut = HasText("unsnapped", said=False), HasText("unsnapped")
    blurred = Mark("place-blurred", (Form("circle", 22, "", _BLUR, 1.5, dashed=True),))
    hidden = (OneOf("blurred", (True,)),)
    yield StyleRule("place-blurred", hidden, _both("page.privateHome"), mark=blurred)
    for frequency, (test, mark) in _frequencies().items():
        name = frequency or "unknown"
        label: Label = {lang: _place(frequency, lang) for lang in LANGS}
        yield StyleRule(f"place-{name}", (test, joined, counts), label, mark=mark)
        faint = replace(mark, opacity=FAINT)
        closed: Label = {lang: text("style.stopped", lang, what=label[lang]) for lang in LANGS}
        yield StyleRule(f"place-{name}-stopped", (test, joined, stopped), closed, mark=faint)
    colour = PLACE_SIGNS[""].colour
    through = Mark(
        "place-cut", (_disc(), Form("circle", 13, "", colour, 2), Form("slash", 13, "", colour, 2))
    )
    yield StyleRule("place-cut", (cut,), _both("map.place.cut"), mark=through)


def _place(frequency: str, lang: Lang) -> str:
    return text("frequency.place", lang, frequency=_often(frequency, lang))


def _disc() -> Form:
    return Form("circle", 19, _PAPER)


def _frequencies() -> dict[str, tuple[Test, Mark]]:
    """Return who bears which sign: a disc, a disc in a ring, half a disc, an open ring, on white."""
    found: dict[str, tuple[Test, Mark]] = {}
    for frequency, sign in PLACE_SIGNS.items():
        colour = sign.colour
        forms = {
            "disc": (Form("circle", 14, colour),),
            "target": (Form("circle", 9, colour), Form("circle", 14, "", colour, 2)),
            "half": (Form("half", 14, colour), Form("circle", 13, "", _HALF_EDGE, 1.5)),
            "open": (Form("circle", 13, "", colour, 1.5), Form("circle", 3, colour)),
        }[sign.shape]
        test: Test = (
            OneOf("frequency", (frequency,)) if frequency else HasText("frequency", said=False)
        )
        found[frequency] = test, Mark(f"place-{frequency or 'unknown'}", (_disc(), *forms))
    return found


def _sites() -> Iterator[StyleRule]:
    """Return where a place could open: a full star, one that is empty where there is a place already."""
    kept, rejected = NoneOf("status", ("rejected",)), OneOf("status", ("rejected",))
    edge = Form("star", 36, _PAPER, _PAPER, 4)
    for action, key in (("open", "page.candOpen"), ("upgrade", "page.candUpgrade")):
        inside = signs.GREEN if action == "open" else _PAPER
        mark = Mark(f"site-{action}", (edge, Form("star", 32, inside, signs.GREEN, 2)))
        here = OneOf("action", (action,))
        yield StyleRule(f"site-{action}", (here, kept), _both(key), mark=mark)
        faint = replace(mark, opacity=FAINT)
        yield StyleRule(f"site-{action}-rejected", (here, rejected), None, mark=faint)
    # Beside the star: languages of styles do not agree whether y goes up or down.
    shoulder = (14.0, 0.0)
    decided = {
        "discussed": (Form("circle", 9, _PAPER, _BLUR, 1.4, at=shoulder),),
        "adopted": (Form("circle", 11, signs.DARK_GREEN, _PAPER, 1.4, at=shoulder),),
        "rejected": (
            Form("circle", 11, _PAPER, "", 0, at=shoulder),
            Form("cross", 8, "", _BLUR, 2, at=shoulder),
        ),
    }
    for status, forms in decided.items():
        here = OneOf("status", (status,))
        mark = Mark(f"site-{status}", forms)
        yield StyleRule(f"site-{status}", (here,), _both(f"decision.status.{status}"), mark=mark)
