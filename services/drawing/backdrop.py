"""The backdrop of every map: how each kind of ground is drawn, in colour and in grey."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from geo.ground.kinds import Kind

Stroke = tuple[tuple[float, float], ...]

ZOOMS = (10.0, 13.0, 16.0)
"""The zooms of the web map for which widths are given; between them they grow evenly."""

_M_PER_PX_AT_ZOOM_0 = 78271.517 * math.cos(math.radians(36.0))
"""Of a web map with tiles of 512 pixels, in the middle of Japan."""


@dataclass(frozen=True)
class GroundSign:
    """
    How a kind of ground is drawn: quietly, so that who is reached stays the message.

    ``rail`` is the line of Japanese maps, dark with light dashes; ``name`` has no shape of its own.
    """

    draw: Literal["area", "line", "rail", "name"]
    colour: str
    grey: str
    """The same on paper without colours."""
    ink: str = "#5C574E"
    """Of the name and of the sign."""
    widths_px: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Of a line at ``ZOOMS``; of an area, of its edge."""
    edge: str = ""
    """Of an area; of a line, its casing."""
    names_from_zoom: float = 24.0
    """From which zoom on the name and the sign are drawn; never where it is beyond every zoom."""
    strokes: tuple[Stroke, ...] = ()
    """The sign of Japanese maps as lines in a square from -1 to 1, y downwards."""


def _ring(radius: float, corners: int = 24) -> Stroke:
    turns = [2 * math.pi * corner / corners for corner in range(corners + 1)]
    return tuple(
        (round(radius * math.sin(turn), 3), round(-radius * math.cos(turn), 3)) for turn in turns
    )


_WATER_INK, _GREEN_INK = "#2F6B75", "#4C6B3C"
_BUN: tuple[Stroke, ...] = (
    ((0, -0.8), (0, -0.45)),
    ((-0.75, -0.45), (0.75, -0.45)),
    ((-0.45, -0.45), (0.65, 0.8)),
    ((0.45, -0.45), (-0.65, 0.8)),
)
"""The letter for writing, of schools."""

_CROSS: tuple[Stroke, ...] = (((0, -0.55), (0, 0.55)), ((-0.55, 0), (0.55, 0)))
_SALTIRE: tuple[Stroke, ...] = (((-0.6, -0.6), (0.6, 0.6)), ((-0.6, 0.6), (0.6, -0.6)))
_SHIELD: Stroke = ((-0.8, -0.8), (0.8, -0.8), (0.8, 0.35), (0, 0.9), (-0.8, 0.35), (-0.8, -0.8))
_TORII: tuple[Stroke, ...] = (
    ((-0.9, -0.7), (0.9, -0.7)),
    ((-0.65, -0.25), (0.65, -0.25)),
    ((-0.5, -0.7), (-0.5, 0.8)),
    ((0.5, -0.7), (0.5, 0.8)),
)
_MANJI: tuple[Stroke, ...] = (
    ((-0.7, -0.7), (-0.7, 0), (0.7, 0), (0.7, 0.7)),
    ((0.7, -0.7), (0, -0.7), (0, 0.7), (-0.7, 0.7)),
)
_POSTAL: tuple[Stroke, ...] = (
    ((-0.7, -0.75), (0.7, -0.75)),
    ((-0.7, -0.25), (0.7, -0.25)),
    ((0, -0.25), (0, 0.8)),
)
_FORK: tuple[Stroke, ...] = (
    ((0, 0.85), (0, -0.1)),
    (
        (-0.65, -0.8),
        (-0.6, -0.4),
        (-0.35, -0.15),
        (0, -0.1),
        (0.35, -0.15),
        (0.6, -0.4),
        (0.65, -0.8),
    ),
)
"""The old fork against fires."""

_BOOK: tuple[Stroke, ...] = (
    (
        (0, -0.5),
        (-0.8, -0.65),
        (-0.8, 0.5),
        (0, 0.65),
        (0.8, 0.5),
        (0.8, -0.65),
        (0, -0.5),
        (0, 0.65),
    ),
)
_HOUSE: tuple[Stroke, ...] = (
    ((-0.85, 0), (0, -0.8), (0.85, 0)),
    ((-0.6, 0), (-0.6, 0.75), (0.6, 0.75), (0.6, 0)),
)

GROUND_SIGNS: Mapping[Kind, GroundSign] = {
    "military": GroundSign("area", "#E4DDD5", "#EFEFEF", names_from_zoom=13.0),
    "industry": GroundSign("area", "#E6E2DB", "#F1F1F1"),
    "shops": GroundSign("area", "#EBE1D9", "#F1F1F1"),
    "airfield": GroundSign("area", "#E1E0DD", "#EDEDED", names_from_zoom=12.0),
    "field": GroundSign("area", "#ECEAD2", "#F7F7F7"),
    "grass": GroundSign("area", "#E1E7D2", "#F4F4F4"),
    "wood": GroundSign("area", "#D3DFC4", "#EBEBEB"),
    "wetland": GroundSign("area", "#D6E2DA", "#ECECEC"),
    "cemetery": GroundSign("area", "#DDE0D0", "#EEEEEE", names_from_zoom=15.0),
    "park": GroundSign("area", "#C3E0AC", "#E7E7E7", _GREEN_INK, names_from_zoom=14.0),
    "university": GroundSign(
        "area",
        "#EFE3C8",
        "#EDEDED",
        edge="#D3C4A0",
        widths_px=(0.0, 0.4, 0.9),
        names_from_zoom=13.0,
        strokes=(_ring(0.98), *_BUN),
    ),
    "school": GroundSign(
        "area",
        "#EFE3C8",
        "#EDEDED",
        edge="#D3C4A0",
        widths_px=(0.0, 0.4, 0.9),
        names_from_zoom=13.0,
        strokes=_BUN,
    ),
    "hospital": GroundSign(
        "area",
        "#F1DDD8",
        "#EDEDED",
        edge="#D8B8B0",
        widths_px=(0.0, 0.4, 0.9),
        names_from_zoom=13.5,
        strokes=(_SHIELD, *_CROSS),
    ),
    "sea": GroundSign("area", "#B5D2D6", "#D4D4D4", _WATER_INK),
    "water": GroundSign(
        "area",
        "#B5D2D6",
        "#D4D4D4",
        _WATER_INK,
        edge="#93BBC1",
        widths_px=(0.2, 0.5, 1.0),
        names_from_zoom=12.0,
    ),
    "ditch": GroundSign("line", "#9CC3C9", "#C4C4C4", _WATER_INK, (0.0, 0.3, 1.0)),
    "stream": GroundSign(
        "line", "#8DBAC1", "#BBBBBB", _WATER_INK, (0.2, 0.7, 1.6), names_from_zoom=14.0
    ),
    "canal": GroundSign(
        "line", "#8DBAC1", "#B4B4B4", _WATER_INK, (0.4, 1.0, 2.6), names_from_zoom=13.0
    ),
    "river": GroundSign(
        "line", "#8DBAC1", "#B4B4B4", _WATER_INK, (0.7, 1.6, 3.6), names_from_zoom=11.0
    ),
    "coastline": GroundSign("line", "#7FAEB6", "#9A9A9A", _WATER_INK, (0.6, 0.9, 1.6)),
    "embankment": GroundSign("line", "#B7A98E", "#BDBDBD", widths_px=(0.0, 0.5, 1.2)),
    "cliff": GroundSign("line", "#A3937A", "#A6A6A6", widths_px=(0.0, 0.7, 1.6)),
    "fence": GroundSign("line", "#B9B2A5", "#C6C6C6", widths_px=(0.0, 0.0, 0.7)),
    "wall": GroundSign("line", "#9B9284", "#ABABAB", widths_px=(0.0, 0.2, 1.1)),
    "road": GroundSign(
        "line",
        "#F3E7BF",
        "#FFFFFF",
        "#5C574E",
        (1.0, 3.4, 9.0),
        edge="#D2C6A0",
        names_from_zoom=12.0,
    ),
    "tramway": GroundSign("line", "#7C7770", "#6E6E6E", widths_px=(0.4, 0.9, 1.6)),
    "railway": GroundSign("rail", "#5E5A55", "#4A4A4A", "#3E3A36", (1.1, 2.4, 4.6), edge="#FFFFFF"),
    "police": GroundSign("name", "", "", names_from_zoom=14.5, strokes=(_ring(0.98), *_SALTIRE)),
    "fire_station": GroundSign("name", "", "", names_from_zoom=14.5, strokes=_FORK),
    "post_office": GroundSign(
        "name",
        "",
        "",
        names_from_zoom=14.5,
        strokes=(
            _ring(0.98),
            *(tuple((0.7 * x, 0.7 * y) for x, y in stroke) for stroke in _POSTAL),
        ),
    ),
    "library": GroundSign("name", "", "", names_from_zoom=14.0, strokes=_BOOK),
    "temple": GroundSign("name", "", "", names_from_zoom=14.5, strokes=_MANJI),
    "shrine": GroundSign("name", "", "", names_from_zoom=14.5, strokes=_TORII),
    "hall": GroundSign("name", "", "", names_from_zoom=14.0, strokes=_HOUSE),
    "townhall": GroundSign(
        "name", "", "", "#3E3A36", names_from_zoom=12.0, strokes=(_ring(0.95), _ring(0.5))
    ),
    "locality": GroundSign("name", "", "", "#6A655C", names_from_zoom=13.0),
    "station": GroundSign(
        "area",
        "#D9D5CE",
        "#DDDDDD",
        "#3E3A36",
        edge="#5E5A55",
        widths_px=(0.5, 0.8, 1.2),
        names_from_zoom=11.0,
        strokes=(((-0.9, -0.45), (0.9, -0.45), (0.9, 0.45), (-0.9, 0.45), (-0.9, -0.45)),),
    ),
}
"""In the order of drawing: what stands later lies above, and its name goes before."""

GROUND_KEYS: tuple[tuple[Kind, ...], ...] = (
    ("water", "sea", "river", "canal", "stream", "ditch", "coastline"),
    ("railway", "tramway"),
    ("station",),
    ("road",),
    ("school",),
    ("university",),
    ("townhall",),
    ("hall",),
    ("library",),
    ("hospital",),
    ("post_office",),
    ("police",),
    ("fire_station",),
    ("shrine",),
    ("temple",),
    ("park",),
    ("wood",),
    ("field",),
    ("grass",),
    ("wetland",),
    ("cemetery",),
    ("industry",),
    ("shops",),
    ("military",),
    ("airfield",),
    ("wall", "fence"),
    ("cliff", "embankment"),
)
"""Kinds that have one key in a legend, which is drawn and called as the first; names need none."""


def keys_of(kinds: Iterable[Kind]) -> list[Kind]:
    """Return the keys that a legend of some kinds has, what people look for first."""
    there = set(kinds)
    return [alike[0] for alike in GROUND_KEYS if not there.isdisjoint(alike)]


RAIL_DASH = (5.0, 5.0)
"""Light dashes of a railway and the dark between them, in its own widths."""


def zoom_of(m_per_px: float) -> float:
    """Return the zoom of the web map at which a pixel is so many metres in the middle of Japan."""
    return math.log2(_M_PER_PX_AT_ZOOM_0 / m_per_px)


def width_px(sign: GroundSign, m_per_px: float) -> float:
    """Return the width of a line (of an area, of its edge) at a scale, in pixels."""
    return float(np.interp(zoom_of(m_per_px), ZOOMS, sign.widths_px))
