"""What a drawing shows of the ground: shapes at its scale, signs and names where nothing covers them."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.ground.kinds import BELOW, LINES, Kind, Level
from geo.ground.scale import drawn_at, drawn_dry
from services.drawing.backdrop import GROUND_SIGNS, GroundSign, width_px, zoom_of
from services.drawing.labels import Box, placed, width_of
from services.drawing.view import View

NAME_SIZE, SIGN_RADIUS = 9.5, 5.0
PAPER_ZOOMS = 1.0
"""Paper is read closer than a screen, and cannot be zoomed: names stand on it so much earlier."""
_NAME_GAP = 2.0
_LEAST_RUN = 40.0
"""A name along a line wants so much of it to be seen."""
_MOST_RIVERS = 12
"""In the mountains every valley has a name: the longest rivers are enough to find one's way."""
_SPOTS = (0.5, 0.3, 0.7, 0.15, 0.85)
_WATERS = ("river", "canal", "stream", "water")
_SEEN_BELOW = ("railway", "road")
"""Of what is in a tunnel, who lives there still knows these."""
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
class GroundShape:
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
class GroundName:
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


class _Part(NamedTuple):
    kind: Kind
    name: str
    ref: str
    level: Level
    geometry: BaseGeometry


@dataclass(frozen=True)
class GroundScene:
    """Shapes from the ground up, and all that may be named, the most needed first."""

    view: View
    shapes: tuple[GroundShape, ...]
    wanted: tuple[tuple[GroundName, ...], ...]
    """For each thing the ways in which it can be named, the best first."""

    def kinds(self, names: Iterable[GroundName]) -> set[Kind]:
        """Return the kinds that are seen, by their shapes and by the signs of these names."""
        return {shape.kind for shape in self.shapes} | {name.kind for name in names if name.sign_at}

    def names(self, taken: Iterable[Box]) -> list[GroundName]:
        """Return the names that cover neither what is taken nor each other."""
        boxes = [[name.box for name in options] for options in self.wanted]
        frame = (0.0, 0.0, self.view.width, self.view.height)
        chosen = placed(boxes, taken=taken, frame=frame)
        pairs = zip(self.wanted, chosen, strict=True)
        return [options[number] for options, number in pairs if number is not None]


def scene_of(ground: gpd.GeoDataFrame, view: View) -> GroundScene:
    """Return what a view shows of the ground (plane CRS); without any ground nothing."""
    pixel_m = 1 / view.scale
    kinds, shapes = ground["kind"].tolist(), ground.geometry.to_numpy()
    drawn = drawn_at(kinds, shapes, pixel_m=pixel_m, inside=shapely.box(*view.box))
    columns = (ground[name].iloc[drawn.row] for name in ("kind", "name", "ref", "level"))
    told: list[tuple[Kind, str, str, Level]] = list(zip(*columns, strict=True))
    dry = drawn_dry([kind for kind, *_ in told], drawn.shape, pixel_m=pixel_m)
    parts, named = (
        [
            _Part(*row, geometry=shape)
            for row, shape in zip(told, some, strict=True)
            if row[-1] != BELOW or row[0] in _SEEN_BELOW
        ]
        for some in (dry, drawn.shape)
    )
    return GroundScene(view, tuple(_shapes(parts, view)), tuple(_wanted(named, view)))


def _shapes(parts: list[_Part], view: View) -> Iterator[GroundShape]:
    drawn = defaultdict(list)
    for part in parts:
        if shapely.get_dimensions(part.geometry) > 0 and not part.geometry.is_empty:
            drawn[part.kind, part.level].append(part.geometry)
    for kind, sign in GROUND_SIGNS.items():
        width = width_px(sign, 1 / view.scale)
        if sign.draw == "name" or (sign.draw != "area" and width == 0):
            continue
        for level in get_args(Level):
            if found := drawn[kind, level]:
                yield GroundShape(kind, level, shapely.geometrycollections(found), width)


def _wanted(parts: list[_Part], view: View) -> list[tuple[GroundName, ...]]:
    """Return ways to name what has a name or a sign: stations first, of one kind the largest."""
    zoom = zoom_of(1 / view.scale) + PAPER_ZOOMS
    lines = defaultdict(list)
    wanted: list[tuple[tuple[int, float, str], tuple[GroundName, ...]]] = []
    for part in parts:
        kind, sign = part.kind, GROUND_SIGNS[part.kind]
        words = part.ref if kind == "road" else part.name
        if zoom < sign.names_from_zoom or not (words or sign.strokes):
            continue
        if kind in LINES:
            lines[kind, words].append(part.geometry)
            continue
        at = view.point(shapely.point_on_surface(part.geometry))
        size = float(shapely.area(part.geometry))
        wanted.append((_order(kind, size, words), tuple(_beside(kind, words, at))))
    for (kind, words), shapes in lines.items():
        whole = shapely.line_merge(shapely.union_all(shapes))
        named = _number if kind == "road" else _along
        options = tuple(named(kind, words, *run) for run in _runs(whole, view))
        wanted += [(_order(kind, float(shapely.length(whole)), words), options)]
    once: dict[object, tuple[GroundName, ...]] = {}
    rivers_n = 0
    for _, options in sorted(wanted, key=lambda each: each[0]):
        for name in options[:1]:
            is_river = name.kind in LINES and name.kind in _WATERS
            rivers_n += is_river
            if is_river and rivers_n > _MOST_RIVERS:
                continue
            # A river is a line and areas: its name stands once.
            key = (name.words, "" if name.kind in _WATERS else name.at)
            once.setdefault(key, options)
    return list(once.values())


def _order(kind: Kind, size: float, words: str) -> tuple[int, float, str]:
    return _RANKS.get(kind, len(_RANKS)), -size, words


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


def _along(kind: Kind, words: str, at: tuple[float, float], angle: float) -> GroundName:
    turn = math.radians(angle)
    wide, high = width_of(words, NAME_SIZE) / 2, NAME_SIZE / 2
    across = abs(wide * math.cos(turn)) + abs(high * math.sin(turn))
    down = abs(wide * math.sin(turn)) + abs(high * math.cos(turn))
    box = (at[0] - across, at[1] - down, at[0] + across, at[1] + down)
    return GroundName(kind, words, at, angle, box=box)


def _number(kind: Kind, ref: str, at: tuple[float, float], _angle: float) -> GroundName:
    words = ref.replace(";", "/")
    half = width_of(words, NAME_SIZE) / 2 + 2 * _NAME_GAP
    high = NAME_SIZE / 2 + _NAME_GAP
    box = (at[0] - half, at[1] - high, at[0] + half, at[1] + high)
    return GroundName(kind, words, at, frame="number", box=box)


def _beside(kind: Kind, words: str, at: tuple[float, float]) -> list[GroundName]:
    """Return a name below, right or left of its sign, or the sign alone; else in the middle."""
    wide, high = width_of(words, NAME_SIZE), NAME_SIZE
    if not GROUND_SIGNS[kind].strokes:
        return [_along(kind, words, at, 0.0)] if words else []
    x, y = at
    sign = (x - SIGN_RADIUS, y - SIGN_RADIUS, x + SIGN_RADIUS, y + SIGN_RADIUS)
    alone = GroundName(kind, "", at, sign_at=at, box=sign)
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
        options.append(GroundName(kind, words, middle, sign_at=at, box=box))
    return [*options, alone]
