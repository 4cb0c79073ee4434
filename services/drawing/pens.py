"""The pen: writes Japanese on a figure with a font file of its own."""

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.patheffects import withStroke

from services.drawing.fonts import japanese_font
from services.drawing.signs import INK

MISSING = "〓"
"""Stands for a character that the font lacks, as printers do."""


@dataclass(frozen=True)
class Pen:
    """A font and the characters it has."""

    font: Path
    characters: frozenset[int]

    @classmethod
    def japanese(cls) -> "Pen":
        """Return the pen with the Japanese font."""
        font = japanese_font()
        return cls(font, frozenset(get_font(str(font)).get_charmap()))

    def write(  # noqa: PLR0913  a text has a place, a size, a colour, a weight, an anchor, an angle and a halo
        self,
        on: Axes | Figure,
        at: tuple[float, float],
        words: str,
        *,
        size: float,
        colour: str = INK,
        heavy: bool = False,
        anchor: tuple[str, str] = ("left", "center"),
        halo: str = "",
        above: float = 5,
        angle: float = 0.0,
    ) -> None:
        """Write words at a position of the figure or the map."""
        written = on.text(
            *at,
            self.legible(words),
            fontproperties=FontProperties(fname=str(self.font), size=size),
            color=colour,
            ha=anchor[0],
            va=anchor[1],
            zorder=above,
            rotation=angle,
            rotation_mode="anchor",
        )
        if halo:
            written.set_path_effects([withStroke(linewidth=2.6, foreground=halo)])
        elif heavy:
            # The font has one weight: a thin stroke in the same colour makes it bolder.
            written.set_path_effects([withStroke(linewidth=size / 30, foreground=colour)])

    def legible(self, words: str) -> str:
        """Return the words with 〓 for each character that the font lacks."""
        return "".join(
            letter if ord(letter) in self.characters or letter in "\n " else MISSING
            for letter in words
        )

    def fit(self, words: str, columns: int) -> str:
        """Return the words cut with … to a width, counting Japanese letters as two columns."""
        lines = self.wrap(words, columns)
        return words if len(lines) == 1 else lines[0][:-1] + "…"

    def wrap(self, words: str, columns: int) -> list[str]:
        """
        Return the words in lines of a width, counting Japanese letters as two columns.

        A line ends between Japanese letters, and between words of other languages where it can.
        """
        lines, used = [""], 0
        for letter in words:
            width = _columns(letter)
            if used + width > columns:
                kept, space, begun = lines[-1].rpartition(" ")
                if width == 1 and letter != " " and space and begun and begun.isascii():
                    lines[-1] = kept
                else:
                    begun = ""
                lines.append(begun)
                used = len(begun)
            lines[-1] += letter
            used += width
        return lines


def _columns(letter: str) -> int:
    return 2 if unicodedata.east_asian_width(letter) in "WFA" else 1
