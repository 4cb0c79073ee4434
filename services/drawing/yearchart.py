"""The chart over years: bars of numbers by stage, as SVG for a page and as PNG; a pattern beside each colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from services.drawing.signs import GROUND, INK, QUIET_INK, STAGE_SIGNS

WIDTH, HEIGHT = 720.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 12.0, 34.0, 44.0
_BAR = 0.62
_TICKS = 4
_LABELS_MAX = 14
"""So many names of years are written at most."""


@dataclass(frozen=True, slots=True)
class BarPart:
    """A part of a bar, from the ground up."""

    stage: str
    value: float
    planned: bool = False


@dataclass(frozen=True, slots=True)
class YearBar:
    """What stands at one year; no part where nobody tells."""

    label: str
    parts: tuple[BarPart, ...]
    note: str = ""
    """Above the bar."""


@dataclass(frozen=True, slots=True)
class YearChart:
    """Bars over years with a title and what each sign stands for."""

    title: str
    unit: str
    bars: tuple[YearBar, ...]
    legend: tuple[tuple[str, str], ...]
    """Stage and its words; ``planned`` for what is hatched by outline alone."""
    whole: float | None = None
    """A line at all areas; None where nobody tells how many there are."""


def year_chart_svg(chart: YearChart) -> str:
    """Return the chart as SVG that a page holds as it is; every word in it is escaped."""
    top = _top(chart)
    parts = [
        _head(chart.title),
        _patterns(),
        _words(LEFT, 14, chart.title, "start", INK, bold=True),
    ]
    for value in _ticks(top):
        y = _y(value, top)
        parts.append(f'<path d="M{LEFT:g},{y:.1f}H{WIDTH - RIGHT:g}" stroke="{GROUND}"/>')
        parts.append(_words(LEFT - 6, y + 4, f"{value:g}", "end", QUIET_INK))
    parts.append(_words(LEFT - 6, TOP - 8, chart.unit, "end", QUIET_INK))
    if chart.whole is not None:
        y = _y(chart.whole, top)
        parts.append(
            f'<path d="M{LEFT:g},{y:.1f}H{WIDTH - RIGHT:g}" stroke="{QUIET_INK}" stroke-dasharray="5 4"/>'
        )
    step = _step(chart)
    every = -(-len(chart.bars) // _LABELS_MAX)
    for number, bar in enumerate(chart.bars):
        x, base = LEFT + step * (number + (1 - _BAR) / 2), 0.0
        for part in bar.parts:
            y, height = _y(base + part.value, top), _y(base, top) - _y(base + part.value, top)
            parts.append(_rect(x, y, step * _BAR, height, part))
            base += part.value
        middle = x + step * _BAR / 2
        if bar.note:
            parts.append(_words(middle, _y(base, top) - 4, bar.note, "middle", INK))
        if number % every == 0:
            parts.append(_words(middle, HEIGHT - BOTTOM + 15, bar.label, "middle", QUIET_INK))
    parts.append(_legend(chart))
    return "".join(parts) + "</svg>"


def year_chart_png(chart: YearChart, path: Path) -> None:
    """Draw the chart as PNG, twice as many pixels as the SVG has."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  slow to import
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    from services.drawing.pens import Pen  # noqa: PLC0415

    pen, top = Pen.japanese(), _top(chart)
    figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72), dpi=144, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(HEIGHT, 0)
    pen.write(axes, (LEFT, 12), chart.title, size=11, heavy=True)
    for value in _ticks(top):
        y = _y(value, top)
        axes.plot([LEFT, WIDTH - RIGHT], [y, y], color=GROUND, linewidth=0.8, zorder=0)
        pen.write(
            axes, (LEFT - 6, y), f"{value:g}", size=9, colour=QUIET_INK, anchor=("right", "center")
        )
    pen.write(
        axes, (LEFT - 6, TOP - 12), chart.unit, size=9, colour=QUIET_INK, anchor=("right", "center")
    )
    if chart.whole is not None:
        y = _y(chart.whole, top)
        axes.plot([LEFT, WIDTH - RIGHT], [y, y], color=QUIET_INK, linewidth=0.8, linestyle="--")
    step = _step(chart)
    every = -(-len(chart.bars) // _LABELS_MAX)

    def box(x: float, y: float, width: float, height: float, part: BarPart) -> None:
        sign = STAGE_SIGNS[part.stage]
        axes.add_patch(
            Rectangle(
                (x, y),
                width,
                height,
                facecolor="white" if part.planned else sign.colour,
                edgecolor=sign.colour if part.planned else "white",
                hatch="//" if part.planned else _HATCHES[part.stage],
                linestyle="--" if part.planned else "-",
                linewidth=1.0,
            )
        )

    for number, bar in enumerate(chart.bars):
        x, base = LEFT + step * (number + (1 - _BAR) / 2), 0.0
        for part in bar.parts:
            y = _y(base + part.value, top)
            box(x, y, step * _BAR, _y(base, top) - y, part)
            base += part.value
        middle = x + step * _BAR / 2
        if bar.note:
            pen.write(
                axes, (middle, _y(base, top) - 8), bar.note, size=9, anchor=("center", "center")
            )
        if number % every == 0:
            at = (middle, HEIGHT - BOTTOM + 12)
            pen.write(axes, at, bar.label, size=9, colour=QUIET_INK, anchor=("center", "center"))
    for left, (name, words) in zip(_legend_at(chart), chart.legend, strict=True):
        box(left, HEIGHT - 18, 12, 12, _sample(name))
        pen.write(axes, (left + 17, HEIGHT - 12), words, size=9)
    figure.savefig(path, format="png", metadata={"Software": "arukeba"})


_HATCHES = {"preparing": "..", "study": "oo", "ended": "xx", "none": "\\\\", "": "++"}
_HATCHES["established"] = ""


def _sample(name: str) -> BarPart:
    return BarPart("established", 1.0, planned=True) if name == "planned" else BarPart(name, 1.0)


def _legend_at(chart: YearChart) -> list[float]:
    found: list[float] = []
    x = LEFT
    for _, words in chart.legend:
        found.append(x)
        x += 30 + sum(12 if ord(letter) > 0x2000 else 6.5 for letter in words)  # noqa: PLR2004
    return found


def _legend(chart: YearChart) -> str:
    return "".join(
        _rect(at, HEIGHT - 18, 12, 12, _sample(name))
        + _words(at + 17, HEIGHT - 8, words, "start", INK)
        for at, (name, words) in zip(_legend_at(chart), chart.legend, strict=True)
    )


def _head(title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" '
        f'aria-label="{escape(title, quote=True)}" font-family="sans-serif" font-size="11">'
    )


def _patterns() -> str:
    drawn = {
        "preparing": '<circle cx="2" cy="2" r="1"/><circle cx="6" cy="6" r="1"/>',
        "study": '<circle cx="4" cy="4" r="2.2" fill="none" stroke="white"/>',
        "ended": '<path d="M0,0L8,8M8,0L0,8" stroke="white"/>',
    }
    return (
        "<defs>"
        + "".join(
            f'<pattern id="stage-{name}" width="8" height="8" patternUnits="userSpaceOnUse">'
            f'<rect width="8" height="8" fill="{STAGE_SIGNS[name].colour}"/>'
            f'<g fill="white">{shape}</g></pattern>'
            for name, shape in drawn.items()
        )
        + "</defs>"
    )


def _rect(x: float, y: float, width: float, height: float, part: BarPart) -> str:
    colour = STAGE_SIGNS[part.stage].colour
    fill = f"url(#stage-{part.stage})" if part.stage in _PATTERNED else colour
    edge = f'stroke="{colour}"' + (' stroke-dasharray="4 3"' if part.planned else "")
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{"white" if part.planned else fill}" {edge}/>'
    )


_PATTERNED = frozenset({"preparing", "study", "ended"})


def _words(x: float, y: float, words: str, anchor: str, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{weight}>'
        f"{escape(words)}</text>"
    )


def _top(chart: YearChart) -> float:
    sums = [sum(part.value for part in bar.parts) for bar in chart.bars]
    return max([*sums, chart.whole or 0.0, 1.0]) * 1.1


def _ticks(top: float) -> Sequence[float]:
    """Return round values from 0 to the top, of steps 1, 2, 5, 10, …"""
    step = next(
        one * 10**power
        for power in range(9)
        for one in (1, 2, 5)
        if one * 10**power * _TICKS >= top
    )
    return [float(value) for value in range(0, int(top) + 1, step)]


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top


def _step(chart: YearChart) -> float:
    return (WIDTH - LEFT - RIGHT) / max(len(chart.bars), 1)
