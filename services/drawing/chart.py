"""Drawing: the parts of a map on matplotlib axes, in metres of the plane CRS."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import FancyBboxPatch, PathPatch

from geo.arrays import FloatArray
from geo.vocabulary import FREQUENCIES
from services.drawing.labels import Box, placed, width_of
from services.drawing.paint import POINTS_PER_PX, lines_of, outline
from services.drawing.pens import Pen
from services.drawing.signs import (
    BLUE,
    DARK_GREEN,
    EDIT_SIGNS,
    GREEN,
    GROUND,
    INK,
    PAPER,
    PLACE_SIGNS,
    REACH_COLOURS,
    STAMP,
    VERMILION,
)
from services.drawing.view import View

REACHED = BLUE
MARGIN = 0.03
KILOMETRE_M = 1000
FEW_NAMES = 12
CIRCLE_POINTS2 = 9500.0
"""Area in square points of the circle that stands for the most people, over the root of how many
circles there are: many are smaller, so that they leave the streets to be seen."""

FULL_WIDTH_BELOW_M = 4500.0
"""A map lower than this has its lines at full width; of a larger one they are thinner."""

_STREET_WIDTHS = {"major": 1.5, "minor": 0.75, "path": 0.5, "steps": 0.5}


@dataclass(frozen=True)
class Marker:
    """The sign of a place."""

    colour: str
    fill: Literal["full", "left", "none"]
    size: float = 9.0


PX_PER_IN = 96.0

STAR_PX = (13.0, 18.0, 28.0, 13.0)
PLACE_PX = (7.0, 7.0, 7.0, 7.0)
"""What signs cover: so far to the left, up, to the right and down."""

THIN, THICK = (0.55, "#8F897D"), (1.6, "#5F5A50")
"""Width and colour of the borders of units and of councils."""


def markers() -> dict[Marker, list[str]]:
    """Return the signs of places with the classes of frequency that each stands for, the rarest first."""
    found: dict[Marker, list[str]] = {}
    for name in FREQUENCIES:
        drawn = PLACE_SIGNS[name]
        half = drawn.shape == "half"
        marker = Marker(drawn.colour, "left", 8.0) if half else Marker(drawn.colour, "full")
        found.setdefault(marker, []).append(name)
    return found


def cut(marker: Marker) -> Marker:
    """Return the sign of a place of the same class that no walk reaches: ⊘."""
    return Marker(marker.colour, "none", 8.0)


def frame(axes: Axes, town: gpd.GeoDataFrame) -> None:
    """Fit the axes around the town without distorting it."""
    west, south, east, north = town.total_bounds
    width_in, height_in = _size_in(axes)
    shape = width_in / height_in
    height_m = max(north - south, (east - west) / shape) * (1 + 2 * MARGIN)
    width_m = height_m * shape
    x_m, y_m = (west + east) / 2, (south + north) / 2
    axes.set_xlim(x_m - width_m / 2, x_m + width_m / 2)
    axes.set_ylim(y_m - height_m / 2, y_m + height_m / 2)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(GROUND)
    for spine in axes.spines.values():
        spine.set_visible(False)


def ground(axes: Axes, town: gpd.GeoDataFrame, *, inside: str) -> None:
    """Lay paper under the town."""
    axes.add_patch(
        PathPatch(outline(np.array([town.union_all()])), facecolor=inside, lw=0, zorder=0)
    )


def veil(axes: Axes, town: gpd.GeoDataFrame, colour: str) -> None:
    """Fade what lies outside the town."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    outside = shapely.box(west, south, east, north).difference(town.union_all())
    if not outside.is_empty:
        axes.add_patch(
            PathPatch(outline(np.array([outside])), facecolor=colour, alpha=0.72, lw=0, zorder=2)
        )


def streets(axes: Axes, lines: gpd.GeoDataFrame) -> None:
    """Draw the streets by what is reached from them; what is reached lies on top."""
    bottom, top = axes.get_ylim()
    thin = min(1.0, FULL_WIDTH_BELOW_M / (top - bottom))
    for order, reach in enumerate(reversed(REACH_COLOURS)):
        for kind, width in _STREET_WIDTHS.items():
            found = lines[(lines["reach"] == reach) & (lines["class"] == kind)]
            axes.add_collection(
                LineCollection(
                    lines_of(shapely.get_parts(found.geometry.to_numpy())),
                    colors=REACH_COLOURS[reach],
                    linewidths=_street_width(width, thin, reach),
                    zorder=1 + order / 10,
                    capstyle="round",
                ),
                autolim=False,
            )


def _street_width(width: float, thin: float, reach: str) -> float:
    """Return the width in points: what is reached stays to be seen on the largest map."""
    return max(0.25, width * thin) if reach == "none" else max(0.85, 1.35 * width * thin)


def borders(axes: Axes, areas: gpd.GeoDataFrame, style: tuple[float, str]) -> None:
    """Draw the borders of areas, a common border once."""
    width, colour = style
    shared = shapely.line_merge(shapely.union_all(areas.geometry.boundary.to_numpy()))
    lines = [shapely.get_coordinates(part) for part in shapely.get_parts(shared)]
    axes.add_collection(
        LineCollection(lines, colors=colour, linewidths=width, zorder=2.5), autolim=False
    )


@dataclass(frozen=True)
class Circles:
    """How numbers of people become areas of circles."""

    most: float
    n: int

    def points2(self, people: FloatArray) -> FloatArray:
        """Return areas in square points."""
        return CIRCLE_POINTS2 / math.sqrt(max(self.n, 1)) * people / self.most


def people_circles(axes: Axes, gaps: gpd.GeoDataFrame) -> Circles | None:
    """Draw a circle per unit, its area in proportion to the people not reached."""
    shown = gaps[gaps["unreached"].notna() & (gaps["unreached"] >= 1)]
    if shown.empty:
        return None
    measure = Circles(float(shown["unreached"].max()), len(shown))
    at = shown.geometry.representative_point()
    sizes = measure.points2(shown["unreached"].to_numpy(dtype=float))
    circles(axes, np.column_stack([at.x, at.y]), sizes)
    return measure


def circles(axes: Axes, xy: FloatArray, areas_points2: FloatArray) -> None:
    """Draw circles of given areas at positions; the axes stay as they are."""
    axes.scatter(
        xy[:, 0],
        xy[:, 1],
        s=areas_points2,
        facecolor=(VERMILION, 0.30),
        edgecolor=(VERMILION, 0.85),
        linewidth=0.8,
        zorder=3,
    )


def points(axes: Axes, places: gpd.GeoDataFrame, marker: Marker) -> None:
    """Draw places."""
    for x_m, y_m in zip(places.geometry.x, places.geometry.y, strict=True):
        sign(axes, (x_m, y_m), marker)


def sign(axes: Axes, at: tuple[float, float], marker: Marker) -> None:
    """Draw the sign of a place."""
    hollow = marker.fill == "none"
    axes.plot(
        *at,
        linestyle="",
        marker="o",
        markersize=marker.size,
        markerfacecolor="white" if hollow else marker.colour,
        markerfacecoloralt="white",
        markeredgecolor="white" if marker.fill == "full" else marker.colour,
        markeredgewidth=1.6 if hollow else 1.1,
        fillstyle="full" if hollow else marker.fill,
        zorder=4,
    )
    if hollow:  # a stroke through it
        stroke: dict[str, Any] = {
            "markersize": marker.size * 1.1,
            "markeredgewidth": 1.6,
            "zorder": 4.1,
        }
        axes.plot(*at, linestyle="", marker=(2, 2, -45), color=marker.colour, **stroke)


def edits(axes: Axes, drawn: gpd.GeoDataFrame) -> None:
    """Draw what planners have drawn over the streets, an area by its outline."""
    shapes = drawn.geometry.where(drawn.geometry.area == 0, drawn.geometry.boundary)
    for kind in EDIT_SIGNS:
        found = shapes[(drawn["kind"] == kind).to_numpy()]
        for xy in lines_of(shapely.get_parts(np.asarray(found))):
            edit(axes, xy, kind)


def edit(axes: Axes, xy: FloatArray, kind: str) -> None:
    """Draw the line of an edit of a kind, with a white edge."""
    sign_of = EDIT_SIGNS[kind]
    width = 0.55 * sign_of.width
    axes.plot(*xy.T, color="white", lw=width + 1.2, zorder=2.8, solid_capstyle="butt")
    style: Any = (0, tuple(sign_of.dashes)) if sign_of.dashes else "-"
    axes.plot(
        *xy.T,
        color=sign_of.colour,
        lw=width,
        ls=style,
        zorder=2.9,
        dash_capstyle="butt",
        solid_capstyle="butt",
    )


def stars(axes: Axes, candidates: gpd.GeoDataFrame, pen: Pen) -> None:
    """Draw candidates with their rank: filled where a place would open, open where one changes."""
    for row in candidates[~candidates.geometry.isna()].to_dict("records"):
        point = shapely.get_coordinates(row["geometry"])[0]
        star(axes, (point[0], point[1]), action=str(row["action"]))
        pen.write(
            axes,
            (point[0] + _points_m(axes, 8), point[1] + _points_m(axes, 6)),
            str(row["rank"]),
            size=12.5,
            colour=DARK_GREEN,
            anchor=("left", "bottom"),
            halo=PAPER,
            above=7,
        )


def star(axes: Axes, at: tuple[float, float], *, action: str) -> None:
    """Draw the sign of a candidate."""
    axes.plot(
        *at,
        marker="*",
        markersize=17,
        markerfacecolor=GREEN if action == "open" else PAPER,
        markeredgecolor=PAPER if action == "open" else GREEN,
        markeredgewidth=0.9 if action == "open" else 1.7,
        zorder=6,
    )


def view_of(axes: Axes) -> View:
    """Return what the axes show, in pixels of the web."""
    west, (south, north) = axes.get_xlim()[0], axes.get_ylim()
    width, height = (side * PX_PER_IN for side in _size_in(axes))
    return View(west, north, height / (north - south), width, height)


def covered(view: View, points: gpd.GeoDataFrame, reach_px: Box) -> list[Box]:
    """Return what the signs of points cover: so far to the left, up, to the right and down."""
    located = points[~(points.geometry.isna() | points.geometry.is_empty)]
    left, up, right, down = reach_px
    spots = [view.point(shape) for shape in located.geometry]
    return [(x - left, y - up, x + right, y + down) for x, y in spots]


def names(
    axes: Axes, areas: gpd.GeoDataFrame, pen: Pen, view: View, taken: Iterable[Box]
) -> list[Box]:
    """Write the names of areas inside them, smaller where there are many; return what they cover."""
    size = 10.5 if len(areas) <= FEW_NAMES else 8.5
    called = [str(name) for name in areas["area_name"]]
    options = [
        _around_middle(view.point(shape.representative_point()), width_of(name, size), size)
        for name, shape in zip(called, areas.geometry, strict=True)
    ]
    chosen = placed(options, taken=taken, frame=(0.0, 0.0, view.width, view.height))
    written = []
    for name, boxes, number in zip(called, options, chosen, strict=True):
        # The areas are what the map is about: each is named, one upon another where it must be.
        box = boxes[number or 0]
        middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
        x_m, y_m = view.plane(middle).tolist()
        pen.write(
            axes,
            (x_m, y_m),
            name,
            size=size,
            colour="#4A463E",
            anchor=("center", "center"),
            halo=PAPER,
            above=3.5,
        )
        written.append(box)
    return written


def _around_middle(middle: tuple[float, float], width_points: float, size: float) -> list[Box]:
    half, high = (side / POINTS_PER_PX / 2 for side in (width_points, size))
    return [
        (
            middle[0] + across - half,
            middle[1] + down - high,
            middle[0] + across + half,
            middle[1] + down + high,
        )
        for down in (0, 12, -12, 24, -24, 36, -36)
        for across in (0, 24, -24)
    ]


def scale_bar(axes: Axes, pen: Pen, *, north: str) -> None:
    """Draw a bar of a round length and which way is north."""
    (west, east), (south, top) = axes.get_xlim(), axes.get_ylim()
    wanted_m = (east - west) / 6
    length_m = max(
        step * 10**power
        for power in (1, 2, 3, 4)
        for step in (1, 2, 5)
        if step * 10**power <= max(wanted_m, 10)
    )
    x_m, y_m = west + (east - west) * 0.03, south + (top - south) * 0.035
    axes.plot([x_m, x_m + length_m], [y_m, y_m], color=INK, lw=3, solid_capstyle="butt", zorder=7)
    label = f"{length_m} m" if length_m < KILOMETRE_M else f"{length_m / KILOMETRE_M:g} km"
    pen.write(
        axes,
        (x_m + length_m / 2, y_m + _points_m(axes, 4)),
        label,
        size=9.5,
        anchor=("center", "bottom"),
        halo=PAPER,
        above=7,
    )
    x_m += length_m + _points_m(axes, 22)
    axes.plot(x_m, y_m + _points_m(axes, 4), marker="^", color=INK, markersize=9, zorder=7)
    pen.write(
        axes,
        (x_m, y_m + _points_m(axes, 11)),
        north,
        size=9.5,
        anchor=("center", "bottom"),
        halo=PAPER,
        above=7,
    )


def stamp(axes: Axes, words: str, pen: Pen, *, row: int = 0) -> None:
    """Stamp the map, in the first ``row`` or under it."""
    south_of = 0.058 * row
    width = 0.028 + 0.019 * sum(1.0 if letter > "\u00ff" else 0.55 for letter in words)
    axes.add_patch(
        FancyBboxPatch(
            (0.972 - width, 0.93 - south_of),
            width,
            0.042,
            boxstyle="round,pad=0.004,rounding_size=0.01",
            transform=axes.transAxes,
            facecolor=(PAPER, 0.9),
            edgecolor=STAMP,
            linewidth=1.8,
            zorder=8,
        )
    )
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    at = (west + (east - west) * (0.972 - width / 2), south + (north - south) * (0.951 - south_of))
    pen.write(
        axes, at, words, size=13, colour=STAMP, anchor=("center", "center"), heavy=True, above=9
    )


def _points_m(axes: Axes, points_n: float) -> float:
    """Return how many metres of the map a length in points covers."""
    bottom, top = axes.get_ylim()
    return float((top - bottom) * points_n / 72 / _size_in(axes)[1])


def _size_in(axes: Axes) -> tuple[float, float]:
    """Return width and height of the axes in inches."""
    figure, box = axes.get_figure(root=True), axes.get_position()
    width_in, height_in = (1.0, 1.0) if figure is None else figure.get_size_inches()
    return float(box.width * width_in), float(box.height * height_in)
