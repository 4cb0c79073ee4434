"""Sheets: figures in two languages, saved small and the same every time."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from PIL import Image

from services.drawing.pens import Pen
from services.drawing.signs import INK, PAPER, QUIET_INK

WIDTH_IN, DOTS_PER_IN = 7.6, 125
COLOURS = 96
"""Colours kept in the file: enough for flat fills with soft edges, and half the size."""

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images" / "method"

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Sheet:
    """A figure in one language, with the pen that writes on it."""

    lang: str
    figure: Figure
    pen: Pen

    @classmethod
    def of(cls, lang: str, *, height_in: float = 4.6) -> "Sheet":
        """Return an empty sheet."""
        figure = Figure(figsize=(WIDTH_IN, height_in), dpi=DOTS_PER_IN, facecolor=PAPER)
        FigureCanvasAgg(figure)
        return cls(lang, figure, Pen.japanese())

    def say(self, japanese: str, english: str) -> str:
        """Return the words in the language of the sheet."""
        return japanese if self.lang == "ja" else english

    def title(self, japanese: str, english: str) -> None:
        """Write what the picture shows above it."""
        words = self.say(japanese, english)
        self.pen.write(self.figure, (0.03, 0.95), words, size=12.5, heavy=True)

    def source(self, japanese: str, english: str) -> None:
        """Write below on what it was computed."""
        words = self.say(japanese, english)
        self.pen.write(self.figure, (0.03, 0.03), words, size=8, colour=QUIET_INK)

    def chart(self, box: Box) -> Axes:
        """Return axes for a chart: two spines, a quiet grid."""
        axes = self.figure.add_axes(box, facecolor=PAPER)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            axes.spines[side].set_color(QUIET_INK)
        axes.grid(color="#DDD8CC", lw=0.7)
        axes.set_axisbelow(True)
        axes.tick_params(colors=QUIET_INK, labelsize=9)
        for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
            label.set_fontproperties(FontProperties(fname=str(self.pen.font), size=9))
        return axes

    def axis_words(self, axes: Axes, across: tuple[str, str], up: tuple[str, str]) -> None:
        """Write what stands along both axes: Japanese and English of each."""
        font = FontProperties(fname=str(self.pen.font), size=9.5)
        axes.set_xlabel(self.say(*across), fontproperties=font, color=INK)
        axes.set_ylabel(self.say(*up), fontproperties=font, color=INK)

    def map(self, box: Box, xy: tuple[float, float], width_m: float) -> Axes:
        """Return axes of a map around a spot, as wide as asked, undistorted."""
        axes = self.figure.add_axes(box, facecolor=PAPER)
        width_in, height_in = self.figure.get_size_inches()
        height_m = width_m * (box[3] * height_in) / (box[2] * width_in)
        axes.set_xlim(xy[0] - width_m / 2, xy[0] + width_m / 2)
        axes.set_ylim(xy[1] - height_m / 2, xy[1] + height_m / 2)
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_color("#CFC9BB")
        return axes

    def save(self, name: str, folder: Path = FOLDER) -> Path:
        """Write the picture as a PNG with few colours, without date or version in it."""
        drawn = io.BytesIO()
        self.figure.savefig(drawn, format="png", metadata={"Software": None})
        path = folder / f"{name}.{self.lang}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(drawn) as picture:
            few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            few.save(path, optimize=True)
        return path


Draw = Callable[[str], Sheet]
"""Draws a picture in a language."""
