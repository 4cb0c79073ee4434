"""The ground in an SVG, in grey: it is printed on office machines."""

from collections.abc import Iterator
from html import escape

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.ground.kinds import BELOW
from services.drawing.backdrop import RAIL_DASH
from services.drawing.scene import NAME_SIZE, SIGN_RADIUS, GroundName, GroundScene, GroundShape
from services.drawing.view import View

_BELOW_DASH = "2 3"
_CASING = 1.0


def grey_of(colour: str) -> str:
    """Return the grey that is as light as a colour (Rec. 709)."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    level = round(
        sum(part * share for part, share in zip(parts, (0.2126, 0.7152, 0.0722), strict=True))
    )
    return f"#{level:02X}{level:02X}{level:02X}"


def ground_svg(scene: GroundScene) -> list[str]:
    """Draw the shapes of the ground: a path or two for each kind."""
    return [part for shape in scene.shapes for part in _drawn(shape, scene.view)]


def _drawn(shape: GroundShape, view: View) -> Iterator[str]:
    sign, opening = shape.sign, f'<path class="ground {shape.kind}"'
    areas, lines = _path(view, shape.geometry, 2), _path(view, shape.geometry, 1)
    if areas:
        edge = (
            f' stroke="{grey_of(sign.edge)}" stroke-width="{shape.width:.2f}"'
            if sign.draw == "area" and sign.edge and shape.width
            else ""
        )
        yield f'{opening} d="{areas}" fill="{sign.grey}"{edge}/>'
    if not lines or not shape.width:
        return
    line = f'{opening} d="{lines}" fill="none" stroke-linejoin="round"'
    if shape.level == BELOW:
        dashes = f'stroke-width="{shape.width / 2:.2f}" stroke-dasharray="{_BELOW_DASH}"'
        yield f'{line} stroke="{sign.grey}" {dashes}/>'
        return
    if sign.draw == "line" and sign.edge:
        yield f'{line} stroke="{grey_of(sign.edge)}" stroke-width="{shape.width + _CASING:.2f}"/>'
    yield f'{line} stroke="{sign.grey}" stroke-width="{shape.width:.2f}"/>'
    if sign.draw == "rail":
        dashes = " ".join(f"{part * shape.width / 1.6:.1f}" for part in RAIL_DASH)
        yield (
            f'{line} stroke="#fff" stroke-width="{shape.width * 0.6:.2f}" '
            f'stroke-dasharray="{dashes}"/>'
        )


def _path(view: View, shape: BaseGeometry, dimension: int) -> str:
    """Return the lines (1) or the rings (2) of all parts of a shape as a path."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    parts = parts[shapely.get_dimensions(parts) == dimension]
    # Outer rings one way round, inner ones the other: parts that overlap make no hole.
    drawn = shapely.get_rings(shapely.orient_polygons(parts)) if dimension > 1 else parts
    end = "Z" if dimension > 1 else ""
    xy, number = shapely.get_coordinates(drawn, return_index=True)
    pieces = np.split(view.xy(xy), np.flatnonzero(np.diff(number)) + 1) if len(xy) else []
    return "".join("M" + " ".join(f"{x:.1f},{y:.1f}" for x, y in piece) + end for piece in pieces)


def names_svg(names: list[GroundName]) -> list[str]:
    """Write names and draw signs."""
    return [part for name in names for part in _written(name)]


def _written(name: GroundName) -> Iterator[str]:
    ink, (x, y) = grey_of(name.sign.ink), name.at
    if name.sign_at is not None:
        at_x, at_y = name.sign_at
        strokes = "".join(
            "M"
            + " ".join(
                f"{at_x + SIGN_RADIUS * dx:.1f},{at_y + SIGN_RADIUS * dy:.1f}" for dx, dy in stroke
            )
            for stroke in name.sign.strokes
        )
        for colour, width in (("#fff", 3.2), (ink, 1.1)):
            yield f'<path d="{strokes}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
    if name.frame:
        left, top, right, bottom = name.box
        yield (
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
            f'height="{bottom - top:.1f}" rx="3" fill="#fff" stroke="{ink}" stroke-width="0.8"/>'
        )
    if name.words:
        weight = ' font-weight="bold"' if name.kind == "station" else ""
        turn = f' transform="rotate({-name.angle:.0f} {x:.1f} {y:.1f})"' if name.angle else ""
        yield (
            f'<text x="{x:.1f}" y="{y + 0.36 * NAME_SIZE:.1f}" class="ground {name.kind}" '
            f'text-anchor="middle"{weight} font-size="{NAME_SIZE:g}" fill="{ink}"{turn}>'
            f"{escape(name.words)}</text>"
        )
