"""The legend beside the map: every sign with its words, then the figures in short."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from geo.ground.kinds import Kind
from services.drawing import chart as drawing
from services.drawing.paint import paint_key
from services.drawing.pens import Pen
from services.drawing.signs import DARK_GREEN, GAP_SIGNS, INK, QUIET_INK, REACH_COLOURS, listed_gaps
from services.reports.briefing import Briefing
from services.words.texts import added, number, people, text

LINE, LINES = 0.036, 27
"""Height of a line and how many there are; where there are more they stand closer."""
SIGN_X, WORD_X = 0.055, 0.13
CANDIDATES_SHOWN = 5


GROUND_COLUMNS, GROUND_SIZE = 3, 8.0
SIGN_COLUMNS = 26
"""Width of the words beside a figure, in columns of letters."""


@dataclass(frozen=True)
class OnTheMap:
    """What is on the map."""

    people: drawing.Circles | None
    """What the circles stand for."""
    ground: Sequence[Kind]
    """The keys of its background, ``services.drawing.backdrop.keys_of``."""


class _Column:
    """Writes line after line from the top."""

    def __init__(self, axes: Axes, pen: Pen, lang: str, *, line_height: float) -> None:
        self.axes, self.pen, self.lang = axes, pen, lang
        self.line_height = line_height
        self.y = 0.985

    def head(self, words: str) -> None:
        self.pen.write(self.axes, (0.0, self.y), words, size=11.5, colour=INK, heavy=True)
        self.down(1.15)

    def line(self, words: str, *, size: float = 9.5, colour: str = INK) -> None:
        self.pen.write(self.axes, (WORD_X, self.y), words, size=size, colour=colour)
        self.down()

    def down(self, lines: float = 1.0) -> None:
        self.y -= self.line_height * lines


def draw_legend(axes: Axes, told: Briefing, pen: Pen, *, seen: OnTheMap, lang: str) -> None:
    """Draw the column beside the map."""
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    more = len(told.edits) + bool(told.cut_off) + _ground_lines(seen.ground)
    column = _Column(axes, pen, lang, line_height=LINE * LINES / (LINES + more))
    column.head(text("map.legend", lang))
    _streets(column, told)
    _points(column, told)
    _edits(column, told)
    _borders(column, told)
    _ground(column, seen.ground)
    _people(column, told, seen.people)
    column.down(0.7)
    _gaps(column, told)
    column.down(0.7)
    _first(column, told)


def _streets(column: _Column, told: Briefing) -> None:
    unsure = {"none": "none_known"} if told.unknown else {}
    for reach, colour in REACH_COLOURS.items():
        column.axes.plot(
            [0.0, 0.1], [column.y, column.y], color=colour, lw=3, solid_capstyle="round"
        )
        key = f"map.streets.{unsure.get(reach, reach)}"
        column.line(text(key, column.lang, limit=told.limit))


def _edits(column: _Column, told: Briefing) -> None:
    for kind in told.edits:
        ends = np.array([[0.0, column.y], [0.1, column.y]])
        drawing.edit(column.axes, ends, kind)
        column.line(text(f"map.edit.{kind}", column.lang))


def _points(column: _Column, told: Briefing) -> None:
    for marker, frequencies in reversed(drawing.markers().items()):
        drawing.sign(column.axes, (SIGN_X, column.y), marker)
        column.line(text(f"map.place.{frequencies[0]}", column.lang))
    if told.cut_off:
        drawing.sign(column.axes, (SIGN_X, column.y), drawing.cut([*drawing.markers()][-1]))
        column.line(text("map.place.cut", column.lang))
    for action in ("upgrade", "open"):
        drawing.star(column.axes, (SIGN_X, column.y), action=action)
        column.line(text(f"map.candidate.{action}", column.lang))


def _borders(column: _Column, told: Briefing) -> None:
    for label, (width, colour) in (
        (told.gap_label, drawing.THIN),
        (told.council_label, drawing.THICK),
    ):
        column.axes.plot([0.0, 0.1], [column.y, column.y], color=colour, lw=width)
        column.line(text("map.border", column.lang, layer=label))


def _ground_lines(kinds: Sequence[Kind]) -> float:
    """Return how many lines the background takes."""
    rows = math.ceil(len(kinds) / GROUND_COLUMNS)
    return 0.8 * (rows + 1) if rows else 0.0


def _ground(column: _Column, kinds: Sequence[Kind]) -> None:
    """Name the background, small: it is not what the map is about."""
    if not kinds:
        return
    words = text("page.group.l_background", column.lang)
    column.pen.write(column.axes, (0.0, column.y), words, size=GROUND_SIZE, colour=QUIET_INK)
    for position, kind in enumerate(kinds):
        place = position % GROUND_COLUMNS
        if not place:
            column.down(0.8)
        x = place / GROUND_COLUMNS
        paint_key(column.axes, kind, (x + 0.035, column.y), (0.035, 0.008))
        words = text(f"map.ground.{kind}", column.lang)
        column.pen.write(
            column.axes, (x + 0.085, column.y), words, size=GROUND_SIZE, colour=QUIET_INK
        )
    column.down(1.1)


def _people(column: _Column, told: Briefing, measure: drawing.Circles | None) -> None:
    if measure is None:
        return
    column.line(text("map.people", column.lang, layer=told.gap_label))
    column.down(0.45)
    shown = round_number(measure.most)
    x = 0.17
    for people_n in (shown, shown / 4):
        area = measure.points2(np.array([people_n]))
        drawing.circles(column.axes, np.array([[x, column.y]]), area)
        x += 0.115
        words = people(people_n, column.lang)
        column.pen.write(column.axes, (x, column.y), words, size=9.5)
        x += 0.27
    column.down(0.9)


def round_number(largest: float) -> float:
    """Return the largest of 1, 2, 4 x 10^n that is not above a number; a quarter of it is round."""
    power = 10.0 ** math.floor(math.log10(largest))
    return max(step * power for step in (1, 2, 4) if step * power <= largest)


def _gaps(column: _Column, told: Briefing) -> None:
    column.head(told.gap_label)
    for name, sign in listed_gaps(told.gaps).items():
        column.pen.write(
            column.axes,
            (SIGN_X, column.y),
            sign.sign,
            size=12.5,
            colour=sign.colour,
            anchor=("center", "center"),
            heavy=True,
        )
        column.pen.write(
            column.axes,
            (1.0, column.y),
            text("text.areas", column.lang, n=number(told.gaps.get(name, 0))),
            size=10.5,
            anchor=("right", "center"),
        )
        for words in column.pen.wrap(text(f"gap.{name}", column.lang), SIGN_COLUMNS):
            column.line(words)


def _first(column: _Column, told: Briefing) -> None:
    if not told.candidates:
        return
    column.head(text("map.first", column.lang))
    for candidate in told.candidates[:CANDIDATES_SHOWN]:
        at = (SIGN_X, column.y)
        rank = str(candidate.rank)
        column.pen.write(
            column.axes, at, rank, size=10.5, colour=DARK_GREEN, anchor=("center", "center")
        )
        gain = added(candidate.newly_reached, column.lang, told.few_below)
        if candidate.days_unknown:
            people_n = people(candidate.newly_reached, column.lang, told.few_below)
            gain = f"{GAP_SIGNS['unknown'].sign}{people_n}"
        column.pen.write(column.axes, (1.0, column.y), gain, size=9.5, anchor=("right", "center"))
        column.line(column.pen.fit(candidate.venue_name, SIGN_COLUMNS))
    column.line(text("map.first.note", column.lang), size=8, colour=QUIET_INK)
    if any(one.days_unknown for one in told.candidates[:CANDIDATES_SHOWN]):
        column.line(text("map.first.decides", column.lang), size=8, colour=QUIET_INK)
