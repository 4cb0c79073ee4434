"""The ground on matplotlib axes, in colour, under what a picture is about."""

from collections.abc import Sequence

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path as Outline

from geo.arrays import FloatArray
from geo.ground.kinds import BELOW, GROUND, Kind
from services.drawing.backdrop import GROUND_SIGNS, RAIL_DASH
from services.drawing.pens import Pen
from services.drawing.scene import NAME_SIZE, SIGN_RADIUS, GroundName, GroundScene, GroundShape
from services.drawing.signs import PAPER
from services.drawing.view import View

POINTS_PER_PX = 0.75
"""Points of print in a pixel of the web."""

_LOWEST, _NAMES = 0.2, 2.6
"""Above the paper and below the streets; above what fades the land around."""
_CASING_PX = 1.0
_KEY_PX = 2.6
"""Width of a line in a legend."""


def paint_shapes(axes: Axes, scene: GroundScene) -> None:
    """Draw the shapes of the ground."""
    for number, shape in enumerate(scene.shapes):
        _paint(axes, shape, _LOWEST + number / 100)


def paint_key(axes: Axes, kind: Kind, at: tuple[float, float], half: tuple[float, float]) -> None:
    """Draw the key of a kind for a legend: so wide and so high on either side, in the axes' units."""
    (x, y), (dx, dy) = at, half
    sign = GROUND_SIGNS[kind]
    if sign.draw != "name":
        area = sign.draw == "area"
        drawn = (
            shapely.box(x - dx, y - dy, x + dx, y + dy)
            if area
            else shapely.LineString([(x - dx, y), (x + dx, y)])
        )
        _paint(
            axes, GroundShape(kind, GROUND, shapely.geometrycollections([drawn]), _KEY_PX), _LOWEST
        )
    # As high as wide, whatever the axes' units are.
    strokes = [np.array(at) + np.array(stroke) * [0.55 * dx, -0.8 * dy] for stroke in sign.strokes]
    _add(axes, strokes, sign.ink, 0.9, _NAMES)


def _paint(axes: Axes, shape: GroundShape, order: float) -> None:
    parts = shapely.get_parts(shape.geometry)
    areas = parts[shapely.get_dimensions(parts) > 1]
    if len(areas):
        _paint_areas(axes, shape, areas, order)
    if shape.width and len(areas) < len(parts):
        _paint_lines(axes, shape, parts[shapely.get_dimensions(parts) == 1], order)


def _paint_areas(axes: Axes, shape: GroundShape, areas: np.ndarray, order: float) -> None:
    sign = shape.sign
    edged = sign.draw == "area" and sign.edge and shape.width
    axes.add_patch(
        PathPatch(
            outline(areas),
            facecolor=sign.colour,
            edgecolor=sign.edge if edged else "none",
            lw=shape.width * POINTS_PER_PX if edged else 0,
            zorder=order,
        )
    )


def _paint_lines(axes: Axes, shape: GroundShape, lines: np.ndarray, order: float) -> None:
    sign, width = shape.sign, shape.width * POINTS_PER_PX
    drawn = lines_of(lines)
    if shape.level == BELOW:
        _add(axes, drawn, sign.colour, width / 2, order, dashes=(2.0, 3.0))
        return
    if sign.draw == "line" and sign.edge:
        _add(axes, drawn, sign.edge, width + _CASING_PX * POINTS_PER_PX, order)
    _add(axes, drawn, sign.colour, width, order + 0.001)
    if sign.draw == "rail":
        _add(axes, drawn, sign.edge, 0.6 * width, order + 0.002, dashes=RAIL_DASH)


def _add(
    axes: Axes,
    lines: Sequence[FloatArray],
    colour: str,
    width: float,
    order: float,
    dashes: tuple[float, float] | None = None,
) -> None:
    style = (0, dashes) if dashes else "solid"
    drawn = LineCollection(lines, colors=colour, linewidths=width, zorder=order, linestyle=style)
    drawn.set_capstyle("butt")
    axes.add_collection(drawn, autolim=False)


def paint_names(axes: Axes, names: Sequence[GroundName], view: View, pen: Pen) -> None:
    """Write names and draw signs."""
    px_m = 1 / view.scale
    for name in names:
        ink = name.sign.ink
        if name.sign_at is not None:
            middle = view.plane(np.array(name.sign_at))
            strokes = [
                middle + np.array(stroke) * [1, -1] * SIGN_RADIUS * px_m
                for stroke in name.sign.strokes
            ]
            _add(axes, strokes, PAPER, 2.4, _NAMES)
            _add(axes, strokes, ink, 0.9, _NAMES + 0.001)
        x, y = view.plane(np.array(name.at)).tolist()
        if name.frame:
            (left, top), (right, bottom) = view.plane(np.reshape(name.box, (2, 2))).tolist()
            axes.add_patch(
                FancyBboxPatch(
                    (left, bottom),
                    right - left,
                    top - bottom,
                    boxstyle=f"round,pad=0,rounding_size={2 * px_m}",
                    facecolor=PAPER,
                    edgecolor=ink,
                    linewidth=0.6,
                    zorder=_NAMES,
                )
            )
        if name.words:
            pen.write(
                axes,
                (x, y),
                name.words,
                size=NAME_SIZE * POINTS_PER_PX,
                colour=ink,
                anchor=("center", "center"),
                halo="" if name.frame else PAPER,
                above=_NAMES + 0.01,
                angle=name.angle,
            )


def lines_of(lines: np.ndarray) -> list[FloatArray]:
    """Return the corners of each line."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    return np.split(xy, np.flatnonzero(np.diff(line)) + 1) if len(xy) else []


def outline(shapes: np.ndarray) -> Outline:
    """Return polygons, holes included, as one path."""
    polygons = shapely.get_parts(shapes)
    polygons = polygons[shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON]
    rings = shapely.get_rings(shapely.orient_polygons(polygons))
    return Outline.make_compound_path(
        *(Outline(shapely.get_coordinates(ring), closed=True) for ring in rings)
    )
