"""What a drawing shows of the ground: shapes at its scale, signs and names where nothing covers them."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.ground.kinds import BELOW, Kind, Level
from geo.ground.simplify import simplified
from services.drawing.backdrop import GROUND_SIGNS, GroundSign, width_px, zoom_of
from services.drawing.labels import Box, placed, width_of
from services.drawing.view import View

NAME_SIZE, SIGN_RADIUS = 9.5, 5.0
PAPER_ZOOMS = 1.0
"""Paper is read closer than a screen, and cannot be zoomed: names stand on it so much earlier."""
_NAME_GAP = 2.0
_LEAST_RUN = 40.0
"""A name along a line wants so much of it to be seen."""
_SPOTS = (0.5, 0.3, 0.7, 0.15, 0.85)
_LINE_KINDS = ("river", "canal", "stream", "water")
_UPPER = 89.0
"""Degrees: beyond this a name along a line would stand on its head."""
_FIRST_NAMED: tuple[tuple[Kind, ...], ...] = (
    ("station",),
    ("river",),
    ("water",),
    ("road",),
    ("townhall",),
    ("school", "university", "hospital"),
    ("park", "canal", "hall", "library", "airfield"),
)
_RANKS = {kind: rank for rank, kinds in enumerate(_FIRST_NAMED) for kind in kinds}
"""Whose name goes before; kinds that are not here come last."""


@dataclass(frozen=True)
class Shape:
    """Shapes of one kind and level, plane metres."""

    kind: Kind
    level: Level
    geometry: BaseGeometry
    width: float
    """Of the line, or of the edge of an area."""

    @property
    def sign(self) -> GroundSign:
        """Return how the kind is drawn."""
        return GROUND_SIGNS[self.kind]


@dataclass(frozen=True)
class Name:
    """A sign, a name or both, at their places in the drawing."""

    kind: Kind
    words: str
    at: tuple[float, float]
    """Middle of the words."""
    angle: float = 0.0
    """Degrees against the clock."""
    sign_at: tuple[float, float] | None = None
    frame: Literal["", "number"] = ""
    """A number of a road stands in a frame."""
    box: Box = (0.0, 0.0, 0.0, 0.0)

    @property
    def sign(self) -> GroundSign:
        """Return how the kind is drawn."""
        return GROUND_SIGNS[self.kind]


@dataclass(frozen=True)
class Scene:
    """Shapes from the ground up, and all that may be named, the most needed first."""

    view: View
    shapes: tuple[Shape, ...]
    wanted: tuple[tuple[Name, ...], ...]
    """For each thing the ways in which it can be named, the best first."""

    def names(self, taken: Iterable[Box]) -> list[Name]:
        """Return the names that cover neither what is taken nor each other."""
        boxes = [[name.box for name in options] for options in self.wanted]
        frame = (0.0, 0.0, self.view.width, self.view.height)
        chosen = placed(boxes, taken=taken, frame=frame)
        pairs = zip(self.wanted, chosen, strict=True)
        return [options[number] for options, number in pairs if number is not None]


def scene_of(ground: gpd.GeoDataFrame, view: View) -> Scene:
    """Return what a view shows of the ground (plane CRS); without any ground nothing."""
    found = simplified(ground, m_per_px=1 / view.scale, inside=view.box)
    rows = [
        row
        for row in found.to_dict("records")
        if row["level"] != BELOW or row["kind"] in ("railway", "road")
    ]
    return Scene(view, tuple(_shapes(rows, view)), tuple(_wanted(rows, view)))


def _shapes(rows: list[dict[Any, Any]], view: View) -> Iterator[Shape]:
    drawn = defaultdict(list)
    for row in rows:
        if shapely.get_dimensions(row["geometry"]) > 0:
            drawn[row["kind"], row["level"]].append(row["geometry"])
    for kind, sign in GROUND_SIGNS.items():
        width = width_px(sign, 1 / view.scale)
        if sign.draw == "name" or (sign.draw != "area" and width == 0):
            continue
        for level in get_args(Level):
            if parts := drawn[kind, level]:
                yield Shape(kind, level, shapely.geometrycollections(parts), width)


def _wanted(rows: list[dict[Any, Any]], view: View) -> list[tuple[Name, ...]]:
    zoom = zoom_of(1 / view.scale) + PAPER_ZOOMS
    wanted = []
    for row in rows:
        kind: Kind = row["kind"]
        if zoom < GROUND_SIGNS[kind].names_from_zoom:
            continue
        shape, words = row["geometry"], str(row["name"])
        if kind == "road":
            options = [_number(kind, str(row["ref"]), spot) for spot, _ in _runs(shape, view)]
        elif kind in _LINE_KINDS and int(shapely.get_dimensions(shape)) == 1:
            options = [_along(kind, words, *run) for run in _runs(shape, view)]
        else:
            options = _beside(kind, words, view.point(shapely.point_on_surface(shape)))
        if options and (words or row["ref"] or GROUND_SIGNS[kind].strokes):
            size = float(shapely.area(shape)) + float(shapely.length(shape))
            wanted.append(((_RANKS.get(kind, len(_RANKS)), -size, words), tuple(options)))
    once: dict[object, tuple[Name, ...]] = {}
    for _, ways in sorted(wanted, key=lambda each: each[0]):
        # A river is a line and an area: its name stands once.
        name = ways[0]
        key = (
            (name.words, "water") if name.kind in _LINE_KINDS else (name.words, name.kind, name.at)
        )
        once.setdefault(key, ways)
    return list(once.values())


def _runs(shape: BaseGeometry, view: View) -> list[tuple[tuple[float, float], float]]:
    """Return spots along the longest line, in the drawing, and its slope there in degrees."""
    lines = shapely.get_parts(shape)
    line = lines[int(np.argmax(shapely.length(lines)))]
    whole = shapely.transform(line, view.xy)
    if whole.length < _LEAST_RUN:
        return []
    runs = []
    for share in _SPOTS:
        before, at, after = (
            whole.interpolate(share * whole.length + step) for step in (-_LEAST_RUN / 2, 0.0, 20.0)
        )
        slope = math.degrees(math.atan2(before.y - after.y, after.x - before.x))
        slope = (slope + 90.0) % 180.0 - 90.0
        runs.append(((at.x, at.y), min(max(slope, -_UPPER), _UPPER)))
    return runs


def _along(kind: Kind, words: str, at: tuple[float, float], angle: float) -> Name:
    turn = math.radians(angle)
    wide, high = width_of(words, NAME_SIZE) / 2, NAME_SIZE / 2
    across = abs(wide * math.cos(turn)) + abs(high * math.sin(turn))
    down = abs(wide * math.sin(turn)) + abs(high * math.cos(turn))
    box = (at[0] - across, at[1] - down, at[0] + across, at[1] + down)
    return Name(kind, words, at, angle, box=box)


def _number(kind: Kind, ref: str, at: tuple[float, float]) -> Name:
    words = ref.replace(";", "/")
    half = width_of(words, NAME_SIZE) / 2 + 2 * _NAME_GAP
    high = NAME_SIZE / 2 + _NAME_GAP
    box = (at[0] - half, at[1] - high, at[0] + half, at[1] + high)
    return Name(kind, words, at, frame="number", box=box)


def _beside(kind: Kind, words: str, at: tuple[float, float]) -> list[Name]:
    """Return a name below, right or left of its sign, or the sign alone; else in the middle."""
    wide, high = width_of(words, NAME_SIZE), NAME_SIZE
    if not GROUND_SIGNS[kind].strokes:
        return [_along(kind, words, at, 0.0)] if words else []
    x, y = at
    sign = (x - SIGN_RADIUS, y - SIGN_RADIUS, x + SIGN_RADIUS, y + SIGN_RADIUS)
    alone = Name(kind, "", at, sign_at=at, box=sign)
    if not words:
        return [alone]
    gap = SIGN_RADIUS + _NAME_GAP
    options = []
    for middle in ((x, y + gap + high / 2), (x + gap + wide / 2, y), (x - gap - wide / 2, y)):
        box = (
            min(middle[0] - wide / 2, sign[0]),
            min(middle[1] - high / 2, sign[1]),
            max(middle[0] + wide / 2, sign[2]),
            max(middle[1] + high / 2, sign[3]),
        )
        options.append(Name(kind, words, middle, sign_at=at, box=box))
    return [*options, alone]
