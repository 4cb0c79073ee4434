"""
Signs and colours: what stands for each class on screen and on paper, once. Never colour alone.

Those of the ground stand in ``services.drawing.backdrop``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from geo.vocabulary import UNTOLD_GAPS
from services.words.texts import text

BLUE, ORANGE, VERMILION, PURPLE, GREEN = "#0072B2", "#E69F00", "#D55E00", "#CC79A7", "#009E73"
"""Of the palette of Okabe and Ito (2008), told apart by every kind of eye."""

DARK_GREEN = "#00664A"
"""For figures beside a green star: green itself is too light to be read small."""

UNKNOWN = "#5F6468"
"""Of what nobody knows."""

STAMP = "#B3261E"
"""Of what a picture must not be mistaken for."""

INK, QUIET_INK = "#24292E", "#5F6468"
PAPER, GROUND = "#FFFDF8", "#EFEBE2"
LAND = "#EBE7DC"
"""Beneath everything on the map of the page."""

BORDER, COUNCIL_BORDER = "#6D6A63", "#3A3E42"

SHARE_COLOURS: Mapping[int, str] = {
    0: "#F3F1E9",
    20: "#DBE7EE",
    40: "#B7D2E4",
    60: "#8FBBD8",
    80: "#5F9DC6",
}
"""Colour of an area by the share of its residents who are reached, from so many per cent on."""

NO_SHARE = "#DEDBD4"
"""Of an area where nobody lives, or nobody knows who does."""

REACH_COLOURS = {"weekly": BLUE, "monthly": ORANGE, "none": "#B9B6AE"}
"""Colour of a street by what can be reached from it."""


@dataclass(frozen=True)
class PlaceSign:
    """How a place is drawn: a disc, a disc in a ring (on paper a disc), half a disc, an open ring."""

    colour: str
    shape: Literal["disc", "target", "half", "open"]


PLACE_SIGNS = {
    "monthly": PlaceSign(ORANGE, "half"),
    "weekly": PlaceSign(BLUE, "disc"),
    "permanent": PlaceSign(BLUE, "target"),
    "": PlaceSign("#6B7075", "open"),
}
"""By class of frequency."""


@dataclass(frozen=True)
class GapSign:
    """How a unit is marked: its sign, its colour, the style of the page, the pattern of its ground."""

    sign: str
    colour: str
    tone: Literal["weekly", "monthly", "none", "transport", "unknown", "streets"]
    pattern: Literal["", "bands", "hatch", "dots", "rings", "cross"]


GAP_SIGNS = {
    "weekly_or_more": GapSign("○", BLUE, "weekly", ""),
    "monthly_only": GapSign("△", ORANGE, "monthly", "bands"),
    "none": GapSign("×", VERMILION, "none", "hatch"),
    "needs_transport": GapSign(text("gap.sign.needs_transport", "ja"), PURPLE, "transport", "dots"),
    "unknown": GapSign(text("gap.sign.unknown", "ja"), UNKNOWN, "unknown", "rings"),
    "no_streets": GapSign(text("gap.sign.no_streets", "ja"), QUIET_INK, "streets", "cross"),
}


@dataclass(frozen=True)
class StageSign:
    """How an area is marked by its stage: a sign, a colour, the pattern of a class of gaps."""

    sign: str
    colour: str
    pattern: str


STAGE_SIGNS = {
    "established": StageSign("●", BLUE, ""),
    "preparing": StageSign("◐", ORANGE, "monthly_only"),
    "study": StageSign("○", PURPLE, "needs_transport"),
    "ended": StageSign("－", QUIET_INK, "no_streets"),
    "none": StageSign("×", VERMILION, "none"),
    "": StageSign("？", UNKNOWN, "unknown"),
}
"""By stage of a milestone; '' stands for what nobody tells."""


def listed_gaps(counts: Mapping[str, int]) -> dict[str, GapSign]:
    """Return the classes that a list names, given the units of each: what is not known if there is any."""
    return {
        name: sign
        for name, sign in GAP_SIGNS.items()
        if counts.get(name) or name not in UNTOLD_GAPS
    }


@dataclass(frozen=True)
class EditSign:
    """How what a planner drew is drawn: a line with a white edge, its dashes in widths of the line."""

    colour: str
    width: float
    dashes: tuple[float, ...]


EDIT_SIGNS = {
    "barrier": EditSign(INK, 4.0, ()),
    "closed": EditSign(INK, 4.0, (0.6, 0.6)),
    "path": EditSign(DARK_GREEN, 3.0, (2.0, 1.0)),
    "correction": EditSign(UNKNOWN, 2.0, (1.0, 1.5)),
}
"""By kind of edit; told apart without colour."""

DECISION_SIGNS = {"proposed": "☆", "discussed": "…", "adopted": "✓", "rejected": "×"}

SCENARIO_SIGNS = {
    "open": "+",
    "close": "×",
    "upgrade": "↑",
    "move": "→",
    "days": "=",
    "barrier": "–",
}
