"""The pictures that styles name: marks, patterns and the signs of the ground, in one image with its index."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from services.drawing.backdrop import GROUND_SIGNS, GroundSign
from services.drawing.signs import GAP_SIGNS, GapSign
from services.drawing.styles.maplibre import GROUND
from services.drawing.styles.rules import Form, Mark, marks

Cell = tuple[float, float]
"""Left and upper edge of a picture."""

_MARK_PX, _PATTERN_PX, _SIGN_PX = 44, 16, 24
_SIGN_RADIUS_PX, _SIGN_HALO_PX, _SIGN_PEN_PX = 8.0, 5.0, 1.7
_DOTS: tuple[Cell, ...] = ((4.0, 4.0), (12.0, 12.0))
_STAR_INNER = 0.54
"""Of the outer radius, as on the page."""


@cache
def sprite(ratio: int) -> tuple[str, bytes]:
    """Return the index (JSON) and the image (PNG); ``ratio`` is device pixels to one of the style."""
    pictures = _pictures()
    width, height = sum(size for size, _ in pictures.values()), _MARK_PX
    pen = _Pen(width, height, ratio)
    index: dict[str, Any] = {}
    x = 0
    for name, (size, draw) in pictures.items():
        index[name] = {
            "x": x * ratio,
            "y": 0,
            "width": size * ratio,
            "height": size * ratio,
            "pixelRatio": ratio,
        }
        pen.begin(x, size)
        draw(pen)
        x += size
    return json.dumps(index), pen.png()


def _pictures() -> dict[str, tuple[int, Callable[["_Pen"], None]]]:
    """Return the size of each picture and who draws it."""
    found: dict[str, tuple[int, Callable[[_Pen], None]]] = {
        name: (_MARK_PX, _marked(mark)) for name, mark in marks().items()
    }
    found |= {
        f"gap-{name}": (_PATTERN_PX, _patterned(sign))
        for name, sign in GAP_SIGNS.items()
        if sign.pattern
    }
    return found | {
        f"{GROUND}-{kind}": (_SIGN_PX, _signed(sign))
        for kind, sign in GROUND_SIGNS.items()
        if sign.strokes
    }


@dataclass(frozen=True, slots=True)
class _Ink:
    """In which colours, and how wide, a shape is drawn."""

    fill: str = ""
    stroke: str = ""
    width: float = 0.0
    dashed: bool = False


class _Pen:
    """Draws picture by picture; x and y are pixels of the style from a picture's upper left corner."""

    def __init__(self, width: int, height: int, ratio: int) -> None:
        # Slow to import; nobody who asks for figures needs it.
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415

        # With 72 dots to an inch a point is a pixel: widths of lines are in points.
        self._figure = Figure(figsize=(width / 72, height / 72), dpi=72 * ratio)
        self._figure.patch.set_alpha(0.0)
        FigureCanvasAgg(self._figure)
        self._axes = self._figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self._axes.set(xlim=(0, width), ylim=(height, 0))
        self._axes.axis("off")
        self._left, self.size = 0.0, 0.0

    def begin(self, left: float, size: float) -> None:
        """Go on to the next picture."""
        self._left, self.size = left, size

    def shape(self, points: list[Cell], ink: _Ink, *, closed: bool = True) -> None:
        """Draw a polygon or a line within the picture."""
        from matplotlib.patches import Polygon, Rectangle  # noqa: PLC0415

        there = Polygon(
            [(self._left + x, y) for x, y in points],
            closed=closed,
            facecolor=ink.fill or "none",
            edgecolor=ink.stroke or "none",
            lw=ink.width,
            fill=bool(ink.fill),
            linestyle=(0, (2.0, 1.6)) if ink.dashed else "solid",
            joinstyle="round",
            capstyle="butt" if ink.dashed else "round",
        )
        self._axes.add_patch(there)
        edge = Rectangle((self._left, 0), self.size, self.size, transform=self._axes.transData)
        there.set_clip_path(edge)

    def png(self) -> bytes:
        """Return the image."""
        written = BytesIO()
        # Without the name of the program the same signs are always the same bytes.
        self._figure.savefig(written, format="png", transparent=True, metadata={"Software": None})
        return written.getvalue()


def _turned(radius: float, at: Cell, turns: list[float], scale: list[float]) -> list[Cell]:
    x, y = at
    return [
        (x + radius * far * math.sin(turn), y - radius * far * math.cos(turn))
        for turn, far in zip(turns, scale, strict=True)
    ]


def _circle(radius: float, at: Cell, share: float = 1.0, start: float = 0.0) -> list[Cell]:
    turns = [start + 2 * math.pi * share * step / 48 for step in range(49)]
    return _turned(radius, at, turns, [1.0] * len(turns))


def _star(radius: float, at: Cell) -> list[Cell]:
    turns = [math.pi * step / 5 for step in range(10)]
    return _turned(radius, at, turns, [_STAR_INNER if step % 2 else 1.0 for step in range(10)])


def _marked(mark: Mark) -> Callable[[_Pen], None]:
    def draw(pen: _Pen) -> None:
        for form in mark.forms:
            _draw_form(pen, form)

    return draw


def _draw_form(pen: _Pen, form: Form) -> None:
    x, y = pen.size / 2 + form.at[0], pen.size / 2 + form.at[1]
    radius = form.size_px / 2
    ink = _Ink(form.fill, form.stroke, form.stroke_px, form.dashed)
    if form.shape == "circle":
        pen.shape(_circle(radius, (x, y)), ink)
    elif form.shape == "half":
        pen.shape(_circle(radius, (x, y), 0.5, math.pi), ink)
    elif form.shape == "star":
        pen.shape(_star(radius, (x, y)), ink)
    else:
        reach = radius / math.sqrt(2)
        lines = [[(x - reach, y + reach), (x + reach, y - reach)]]
        lines += [[(x - reach, y - reach), (x + reach, y + reach)]] if form.shape == "cross" else []
        for line in lines:
            pen.shape(line, ink, closed=False)


def _patterned(sign: GapSign) -> Callable[[_Pen], None]:
    """Fill a picture so that many of them side by side have no seam."""

    def draw(pen: _Pen) -> None:
        colour, size = sign.colour, float(_PATTERN_PX)
        if sign.pattern == "dots":
            for at in _DOTS:
                pen.shape(_circle(1.6, at), _Ink(colour))
            return
        if sign.pattern == "rings":
            for at in _DOTS:
                pen.shape(_circle(2.0, at), _Ink(stroke=colour, width=1.2))
            return
        width = {"cross": 1.0, "hatch": 1.4, "bands": 3.0}[sign.pattern or "hatch"]
        step = size if sign.pattern == "bands" else size / 2
        shifts = [-size + step * n for n in range(int(2 * size / step) + 1)]
        for shift in shifts:
            # Longer than the picture: its ends lie outside.
            pen.shape(
                [(shift - 2, size + 2), (shift + size + 2, -2)], _Ink(stroke=colour, width=width)
            )
            if sign.pattern == "cross":
                pen.shape(
                    [(shift - 2, -2), (shift + size + 2, size + 2)],
                    _Ink(stroke=colour, width=width),
                )

    return draw


def _signed(sign: GroundSign) -> Callable[[_Pen], None]:
    """Draw a sign of Japanese maps, light around it, so that it is read on any ground."""

    def draw(pen: _Pen) -> None:
        middle = _SIGN_PX / 2
        for colour, width in (("#FFFFFFE6", _SIGN_HALO_PX), (sign.ink, _SIGN_PEN_PX)):
            for stroke in sign.strokes:
                points = [
                    (middle + _SIGN_RADIUS_PX * x, middle + _SIGN_RADIUS_PX * y) for x, y in stroke
                ]
                pen.shape(points, _Ink(stroke=colour, width=width), closed=False)

    return draw
