"""The map of a report: an SVG of one area that reads in colour and in black and white."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import geopandas as gpd
import shapely

from services.drawing.labels import Box, placed, width_of
from services.drawing.land import ground_svg, names_svg
from services.drawing.scene import GroundScene, scene_of
from services.drawing.signs import (
    EDIT_SIGNS,
    GAP_SIGNS,
    GREEN,
    INK,
    PLACE_SIGNS,
    QUIET_INK,
    REACH_COLOURS,
    STAMP,
    VERMILION,
    GapSign,
)
from services.drawing.view import WIDTH, View
from services.publication.tables import Publication

KILOMETRE_M = 1000
CIRCLE_RADIUS_LARGEST = 34.0
CITY_CANDIDATES = 10
"""So many of a whole municipality's are drawn."""

_STREETS = {"none": (0.9, ""), "monthly": (1.7, "5 2.5"), "weekly": (2.3, "")}
"""Width and dashes by reach: told apart without colour."""
_STREET_FACTORS = {"major": 1.5, "minor": 1.0, "path": 0.7, "steps": 0.7}

_HATCH = (
    '<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)">'
    f'<line x1="0" y1="0" x2="0" y2="5" stroke="{VERMILION}" stroke-width="1.3"/></pattern>'
    '<pattern id="no_streets" width="7" height="7" patternUnits="userSpaceOnUse" '
    f'patternTransform="rotate(45)"><path d="M0,0H7M0,0V7" stroke="{QUIET_INK}" stroke-width="0.8"/>'
    "</pattern>"
)


def area_map(
    shape: shapely.Geometry,
    units: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    publication: Publication,
    *,
    stamp: str = "",
) -> str:
    """Draw an area: streets by reach, units with signs and people, places, candidates; north up."""
    view = View.around(shape)
    scene = scene_of(publication.snapshot.workspace.ground_at(1 / view.scale), view)
    around = publication.points("places")
    around = around[~around["place_id"].isin(places["place_id"]) & (around["status"] != "closed")]
    signs = [
        *_boxes(view, places, (7, 7, 7, 7)),
        *_boxes(view, candidates, _STAR),
        *_boxes(view, around, (6, 6, 6, 6)),
        _scale_box(view),
    ]
    labels = _labels(view, units, signs)
    drawn = [
        *_streets(view, publication.snapshot.layer("streets")),
        *_without_streets(view, units),
        _outside(view, shape),
        *borders(view, units),
        f'<path d="{path_of(view, shape)}" fill="none" stroke="{INK}" stroke-width="2.6"/>',
        *_edits(view, publication.edits()),
        *_people(view, units),
        *names_svg(scene.names([*signs, *(label.box for label in labels)])),
        *_places(view, around, faded=True),
        *_places(view, places, faded=False),
        *stars(view, candidates),
        *map(_label_svg, labels),
    ]
    return _framed(view, scene, drawn, hatches=_HATCH, stamp=stamp)


def city_map(
    shape: shapely.Geometry,
    units: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    publication: Publication,
    *,
    stamp: str = "",
) -> str:
    """Draw a municipality: the areas of its councils by name, people, places, candidates; north up."""
    view = View.around(shape)
    scene = scene_of(publication.snapshot.workspace.ground_at(1 / view.scale), view)
    areas = publication.areas()
    councils = areas[areas["layer"] == publication.snapshot.run["summary"]["council_layer"]]
    candidates = candidates.sort_values("rank").head(CITY_CANDIDATES)
    signs = [*_boxes(view, candidates, _STAR), _scale_box(view)]
    labels = _names(view, councils, signs)
    drawn = [
        _outside(view, shape),
        *borders(view, councils),
        f'<path d="{path_of(view, shape)}" fill="none" stroke="{INK}" stroke-width="2.2"/>',
        *_people(view, units, largest=CIRCLE_RADIUS_LARGEST / 2),
        *names_svg(scene.names([*signs, *(box for box, _ in labels)])),
        *_places(view, places, faded=False),
        *stars(view, candidates),
        *(written for _, written in labels),
    ]
    return _framed(view, scene, drawn, hatches=_HATCH, stamp=stamp)


def blank_map(
    shape: shapely.Geometry,
    units: gpd.GeoDataFrame,
    halls: gpd.GeoDataFrame,
    pins: gpd.GeoDataFrame,
    publication: Publication,
    *,
    stamp: str = "",
) -> str:
    """
    Draw an area to be written on: streets, borders and names of units, halls; north up.

    ``pins`` are points and lines that were drawn on it, each with the ``number`` that it bears.
    """
    view = View.around(shape)
    scene = scene_of(publication.snapshot.workspace.ground_at(1 / view.scale), view)
    streets = publication.snapshot.layer("streets").assign(reach="none")
    signs = [*_boxes(view, halls, (5, 5, 5, 5)), _scale_box(view)]
    units = units[~units.geometry.isna()]
    labels = _names(view, units, signs)
    called = _names(view, halls, [*signs, *(box for box, _ in labels)])
    drawn = [
        *_streets(view, streets),
        _outside(view, shape),
        *borders(view, units),
        f'<path d="{path_of(view, shape)}" fill="none" stroke="{INK}" stroke-width="2.2"/>',
        *names_svg(scene.names([*signs, *(box for box, _ in [*labels, *called])])),
        *_halls(view, halls),
        *(written for _, written in [*labels, *called]),
        *_pins(view, pins),
    ]
    return _framed(view, scene, drawn, stamp=stamp)


def _framed(
    view: View, scene: GroundScene, drawn: Iterable[str], *, hatches: str = "", stamp: str = ""
) -> str:
    """Return a map: the ground, what is drawn over it, scale and north, within the frame of the view."""
    size = f'width="{WIDTH:g}" height="{view.height:.0f}"'
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {view.height:.0f}" '
            'role="img" class="map">'
        ),
        (
            f'<defs>{hatches}<clipPath id="frame"><rect {size}/></clipPath></defs>'
            '<g clip-path="url(#frame)">'
        ),
        f'<rect {size} fill="#fff"/>',
        *ground_svg(scene),
        *drawn,
        *scale_bar(view),
        *stamped(stamp),
        "</g></svg>",
    ]
    return "\n".join(parts)


def _halls(view: View, halls: gpd.GeoDataFrame) -> list[str]:
    spots = [view.point(point) for point in halls.geometry if view.sees(point)]
    return [
        f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="#fff" stroke="{INK}" '
        'stroke-width="1.6"/>'
        for x, y in spots
    ]


def _pins(view: View, pins: gpd.GeoDataFrame) -> list[str]:
    drawn = []
    for shape, number in zip(pins.geometry, pins["number"], strict=True):
        if isinstance(shape, shapely.LineString):
            drawn.append(
                f'<path d="{_line(view, shape)}" fill="none" stroke="{VERMILION}" stroke-width="2.6"/>'
            )
        x, y = view.point(shapely.Point(shapely.get_coordinates(shape)[0]))
        drawn.append(
            f'<g transform="translate({x:.1f},{y:.1f})"><circle r="8" fill="{VERMILION}" stroke="#fff" '
            f'stroke-width="1.4"/><text y="3.6" text-anchor="middle" font-size="10" font-weight="bold" '
            f'fill="#fff">{number}</text></g>'
        )
    return drawn


def _without_streets(view: View, units: gpd.GeoDataFrame) -> list[str]:
    """Hatch the units of which the data of the streets does not tell."""
    lacking = units[(units["gap"] == "no_streets") & ~units.geometry.isna()]
    return [
        f'<path d="{path_of(view, shape)}" fill="url(#no_streets)" fill-rule="evenodd"/>'
        for shape in lacking.geometry
    ]


def _streets(view: View, streets: gpd.GeoDataFrame) -> list[str]:
    west, south, east, north = view.box
    drawn = []
    for reach, (width, dashes) in _STREETS.items():
        for row in streets[streets["reach"] == reach].to_dict("records"):
            parts = shapely.get_parts(row["geometry"])
            seen = parts[shapely.intersects(parts, shapely.box(west, south, east, north))]
            lines = shapely.simplify(seen, 0.5 / view.scale)
            if len(lines) == 0:
                continue
            dash = f' stroke-dasharray="{dashes}"' if dashes else ""
            drawn.append(
                f'<path d="{"".join(_line(view, line) for line in lines)}" fill="none" '
                f'stroke="{REACH_COLOURS[reach]}" stroke-linecap="round" '
                f'stroke-width="{width * _STREET_FACTORS[row["class"]]:.2f}"{dash}/>'
            )
    return drawn


def _edits(view: View, edits: gpd.GeoDataFrame) -> list[str]:
    """Draw what planners have drawn, an area by its outline."""
    drawn = []
    for row in edits[edits.intersects(shapely.box(*view.box))].to_dict("records"):
        shape = row["geometry"]
        lines = shapely.get_parts(shape if shape.length and not shape.area else shape.boundary)
        drawn += edit_sign("".join(_line(view, line) for line in lines), str(row["kind"]))
    return drawn


def edit_sign(path: str, kind: str) -> list[str]:
    """Return an edit along the commands of a path: a line with a white edge."""
    sign = EDIT_SIGNS[kind]
    dashes = " ".join(f"{sign.width * dash:g}" for dash in sign.dashes)
    begin = f'<path d="{path}" fill="none" stroke-linejoin="round" '
    return [
        f'{begin}stroke="#fff" stroke-width="{sign.width + 2:g}"/>',
        f'{begin}stroke="{sign.colour}" stroke-width="{sign.width:g}"'
        + (f' stroke-dasharray="{dashes}"/>' if dashes else "/>"),
    ]


def _line(view: View, line: shapely.LineString) -> str:
    positions = view.xy(shapely.get_coordinates(line))
    return "M" + " ".join(f"{x:.1f},{y:.1f}" for x, y in positions)


def path_of(view: View, shape: shapely.Geometry) -> str:
    """Return the rings of a polygon as a path."""
    rings = shapely.get_rings(shapely.get_parts(shapely.simplify(shape, 0.3 / view.scale)))
    return "".join(f"{_line(view, ring)}Z" for ring in rings)


def _outside(view: View, shape: shapely.Geometry) -> str:
    frame = f"M0,0H{WIDTH:g}V{view.height:.0f}H0Z"
    return f'<path d="{frame}{path_of(view, shape)}" fill="#fff" fill-opacity="0.66" fill-rule="evenodd"/>'


def borders(view: View, units: gpd.GeoDataFrame) -> list[str]:
    """Draw the borders of areas, estimated ones dashed."""
    known = units[~units.geometry.isna()]
    return [
        f'<path d="{path_of(view, row["geometry"])}" fill="none" stroke="#6b665c" stroke-width="0.8" '
        f'stroke-dasharray="{"4 2.5" if row["approximate"] else "none"}"/>'
        for row in known.to_dict("records")
    ]


def _people(
    view: View, units: gpd.GeoDataFrame, *, largest: float = CIRCLE_RADIUS_LARGEST
) -> list[str]:
    shown = units[units["unreached"].notna() & (units["unreached"] >= 1)]
    if shown.empty:
        return []
    most = float(shown["unreached"].max())
    drawn = []
    for row in shown.to_dict("records"):
        x, y = view.point(row["geometry"].representative_point())
        radius = largest * math.sqrt(float(row["unreached"]) / most)
        drawn.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="url(#hatch)" '
            f'fill-opacity="0.7" stroke="{VERMILION}" stroke-width="1.2"/>'
        )
    return drawn


_STAR = (12.0, 20.0, 30.0, 11.0)
"""What a candidate covers with its rank."""


def _boxes(view: View, points: gpd.GeoDataFrame, reach: Box) -> list[Box]:
    """Return what the signs of points cover, so far to the left, up, to the right and down."""
    located = points[~(points.geometry.isna() | points.geometry.is_empty)]
    spots = [view.point(geometry) for geometry in located.geometry]
    left, up, right, down = reach
    return [(x - left, y - up, x + right, y + down) for x, y in spots]


@dataclass(frozen=True)
class _Label:
    """A unit: the sign of its gap and its name, or the sign alone where there is no room."""

    box: Box
    sign: GapSign
    mark: str
    name: str


def _labels(view: View, units: gpd.GeoDataFrame, taken: list[Box]) -> list[_Label]:
    """Name the units, most people not reached first, where that covers neither signs nor each other."""
    known = units[~units.geometry.isna()]
    known = known.sort_values(["unreached", "area_id"], ascending=[False, True], na_position="last")
    options = [list(_options(view, row)) for row in known.to_dict("records")]
    frame = (0.0, 0.0, view.width, view.height)
    chosen = placed([[label.box for label in each] for each in options], taken=taken, frame=frame)
    pairs = zip(options, chosen, strict=True)
    return [each[number] for each, number in pairs if number is not None]


def _options(view: View, row: Mapping[Any, Any]) -> Iterator[_Label]:
    """Yield ways to name a unit around its middle, the best first."""
    x, y = view.point(row["geometry"].representative_point())
    # Where nobody lives there is no gap, whatever places there are.
    name, sign = str(row["area_name"]), GAP_SIGNS[str(row["gap"])]
    mark = sign.sign if row["residents"] > 0 else ""
    for words in (name, "") if mark else (name,):
        half = (width_of(words, NAME_SIZE) + width_of(mark, MARK_SIZE)) / 2
        for dx, dy in _LABEL_SHIFTS:
            box = (x + dx - half, y + dy - 6, x + dx + half, y + dy + 6)
            yield _Label(box, sign, mark, words)


def _label_svg(label: _Label) -> str:
    return (
        f'<text x="{(label.box[0] + label.box[2]) / 2:.1f}" y="{label.box[3] - 2:.1f}" class="unit" '
        f'text-anchor="middle"><tspan fill="{label.sign.colour}" class="sign">'
        f"{label.mark}</tspan>{escape(label.name)}</text>"
    )


NAME_SIZE, MARK_SIZE = 11.5, 14.0
"""As the style sheets of the pages have them."""

_LABEL_SHIFTS = [
    (0, 0),
    *((0, side * far) for far in (13, 22, 31) for side in (1, -1)),
    *((side * 24, up * 8) for side in (1, -1) for up in (1, -1)),
    *((side * 40, up * far) for far in (0, 14, 22) for side in (1, -1) for up in (1, -1)),
]


def _places(view: View, places: gpd.GeoDataFrame, *, faded: bool) -> list[str]:
    drawn = []
    for row in places[~(places.geometry.isna() | places.geometry.is_empty)].to_dict("records"):
        if view.sees(row["geometry"]):
            x, y = view.point(row["geometry"])
            frequency = str(row["venue_frequency"] or row["frequency"])
            opacity = 0.6 if faded else 1.0
            cut = bool(row["unsnapped"])
            drawn.append(place_sign(x, y, frequency, opacity=opacity, cut=cut))
    return drawn


def place_sign(
    x: float, y: float, frequency: str, *, opacity: float = 1.0, cut: bool = False
) -> str:
    """Return the sign of a place: ● weekly or more, ◐ monthly, ○ unknown, ⊘ that no walk reaches."""
    group = f'<g transform="translate({x:.1f},{y:.1f})" opacity="{opacity:g}">'
    sign = PLACE_SIGNS[frequency]
    if cut:
        drawn = (
            f'<circle r="5.6" fill="#fff" stroke="{sign.colour}" stroke-width="1.8"/>'
            f'<path d="M-4,4L4,-4" stroke="{sign.colour}" stroke-width="1.8"/>'
        )
    elif sign.shape in ("disc", "target"):
        drawn = f'<circle r="6" fill="{sign.colour}" stroke="#fff" stroke-width="1.2"/>'
    elif sign.shape == "half":
        drawn = (
            f'<circle r="5.4" fill="#fff" stroke="{sign.colour}" stroke-width="1.4"/>'
            f'<path d="M0,-5.4A5.4,5.4 0 0 0 0,5.4Z" fill="{sign.colour}"/>'
        )
    else:
        drawn = '<circle r="4.5" fill="#fff" stroke="#777" stroke-width="1.2"/>'
    return f"{group}{drawn}</g>"


def stars(view: View, candidates: gpd.GeoDataFrame) -> list[str]:
    """Draw candidates with their ranks."""
    drawn = []
    for row in candidates[~candidates.geometry.isna()].to_dict("records"):
        x, y = view.point(row["geometry"])
        drawn.append(
            f'{star_sign(x, y, str(row["action"]))}<text x="{x + 10:.1f}" y="{y - 6:.1f}" '
            f'class="rank">{int(row["rank"])}</text>'
        )
    return drawn


def star_sign(x: float, y: float, action: str) -> str:
    """Return the sign of a candidate: ★ open a new place, ☆ change one."""
    corners = [
        (
            (11 if corner % 2 == 0 else 4.6) * math.sin(math.pi * corner / 5),
            (-11 if corner % 2 == 0 else -4.6) * math.cos(math.pi * corner / 5),
        )
        for corner in range(10)
    ]
    outline = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    fill, stroke, width = (GREEN, "#fff", 1.0) if action == "open" else ("#fff", GREEN, 2.0)
    return f'<polygon points="{outline}" fill="{fill}" stroke="{stroke}" stroke-width="{width}"/>'


def stamped(words: str) -> list[str]:
    """Stamp a drawing: for whom it is; nothing where there are no words."""
    if not words:
        return []
    length = 14 + sum(14.0 if letter > "\u00ff" else 7.6 for letter in words)
    return [
        (
            f'<rect x="8" y="8" width="{length:.0f}" height="26" rx="4" fill="#fff" '
            f'fill-opacity="0.9" stroke="{STAMP}" stroke-width="1.8"/>'
        ),
        (
            f'<text x="{8 + length / 2:.0f}" y="26" text-anchor="middle" font-size="14" '
            f'font-weight="bold" fill="{STAMP}">{escape(words)}</text>'
        ),
    ]


def _scale_m(view: View) -> int:
    wanted_m = WIDTH / view.scale / 5
    return max(
        step * 10**power
        for power in (1, 2, 3, 4)
        for step in (1, 2, 5)
        if step * 10**power <= max(wanted_m, 10)
    )


def _scale_box(view: View) -> Box:
    """Return what the scale covers."""
    return 10.0, view.height - 38.0, 68.0 + _scale_m(view) * view.scale, view.height - 4.0


def scale_bar(view: View) -> list[str]:
    """Draw the scale and north."""
    length_m = _scale_m(view)
    width, y = length_m * view.scale, view.height - 16
    label = f"{length_m} m" if length_m < KILOMETRE_M else f"{length_m / KILOMETRE_M:g} km"
    return [
        (
            f'<rect x="10" y="{y - 22:.0f}" width="{width + 58:.0f}" height="34" fill="#fff" '
            'fill-opacity="0.85"/>'
        ),
        f'<path d="M18,{y - 4:.0f}v4h{width:.1f}v-4" fill="none" stroke="{INK}" stroke-width="1.8"/>',
        (
            f'<text x="{18 + width / 2:.0f}" y="{y - 7:.0f}" class="scale" text-anchor="middle">'
            f"{label}</text>"
        ),
        (
            f'<path d="M{width + 42:.0f},{y - 18:.0f}l5,14h-10z" fill="{INK}"/>'
            f'<text x="{width + 42:.0f}" y="{y + 8:.0f}" class="scale" text-anchor="middle">N</text>'
        ),
    ]


_CATCHMENT_HATCH = (
    '<pattern id="catchment" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(-45)"><rect width="6" height="6" fill="#e4f4ee"/>'
    f'<line x1="0" y1="0" x2="0" y2="6" stroke="{GREEN}" stroke-width="1"/></pattern>'
)


def plan_map(  # noqa: PLR0913  each is one layer of the drawing
    around: shapely.Geometry,
    councils: gpd.GeoDataFrame,
    chosen: gpd.GeoDataFrame,
    catchments: gpd.GeoDataFrame,
    *,
    ground_at: Callable[[float], gpd.GeoDataFrame],
    edits: gpd.GeoDataFrame,
    stamp: str = "",
) -> str:
    """Draw a plan, north up; readable without colour: catchments are hatched, choices numbered."""
    view = View.around(around)
    scene = scene_of(ground_at(1 / view.scale), view)
    seen = councils[councils.intersects(shapely.box(*view.box))]
    signs = [*_boxes(view, chosen, _STAR), _scale_box(view)]
    labels = _names(view, seen, signs)
    reached = [
        f'<path d="{path_of(view, shape)}" fill="url(#catchment)" fill-rule="evenodd" '
        f'stroke="{GREEN}" stroke-width="1.1"/>'
        for shape in catchments.geometry.dropna()
        if not shape.is_empty
    ]
    drawn = [
        *reached,
        *borders(view, seen),
        *_edits(view, edits),
        *names_svg(scene.names([*signs, *(box for box, _ in labels)])),
        *(written for _, written in labels),
        *stars(view, chosen),
    ]
    return _framed(view, scene, drawn, hatches=_CATCHMENT_HATCH, stamp=stamp)


def _names(view: View, areas: gpd.GeoDataFrame, taken: list[Box]) -> list[tuple[Box, str]]:
    """Return what the names of areas cover, and the names, where nothing covers them."""
    names = [str(name) for name in areas["area_name"]]
    spots = [view.point(shape.representative_point()) for shape in areas.geometry]
    options = [
        [
            (x + dx - half, y + dy - 6, x + dx + half, y + dy + 6)
            for half in [width_of(name, NAME_SIZE) / 2]
            for dx, dy in _LABEL_SHIFTS
        ]
        for name, (x, y) in zip(names, spots, strict=True)
    ]
    chosen = placed(options, taken=taken, frame=(0.0, 0.0, view.width, view.height))
    found = []
    for name, boxes, number in zip(names, options, chosen, strict=True):
        if number is not None:
            left, _, right, bottom = box = boxes[number]
            written = (
                f'<text x="{(left + right) / 2:.1f}" y="{bottom - 2:.1f}" class="unit" '
                f'text-anchor="middle" fill="{QUIET_INK}">{escape(name)}</text>'
            )
            found.append((box, written))
    return found
