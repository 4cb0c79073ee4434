"""The picture: one map of the whole municipality for a page, a slide or a leaflet."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from services.drawing import chart as drawing
from services.drawing.backdrop import keys_of
from services.drawing.labels import width_of
from services.drawing.paint import paint_names, paint_shapes
from services.drawing.pens import Pen
from services.drawing.scene import scene_of
from services.drawing.signs import GAP_SIGNS, GROUND, INK, PAPER, QUIET_INK, VERMILION
from services.publication.tables import Publication
from services.reports.briefing import Briefing, briefing
from services.reports.legend import OnTheMap, draw_legend
from services.words.texts import listed, origin_text, text
from services.words.vocabulary import OPEN_STATUSES
from services.workspace.folder import Snapshot
from services.workspace.staging import staged_file

WIDTH_IN, HEIGHT_IN, DOTS_PER_IN = 12.8, 9.6, 125
CANDIDATES_SHOWN = 10
NOTE_COLUMNS, SOURCE_COLUMNS = 200, 226

_MAP_BOX = (0.022, 0.062, 0.706, 0.757)
LEGEND_BOX = (0.742, 0.062, 0.24, 0.757)


@dataclass(frozen=True)
class _Sheet:
    """What is drawn, in the plane CRS and fit to be shown."""

    publication: Publication
    briefing: Briefing
    lang: str

    @property
    def snapshot(self) -> Snapshot:
        return self.publication.snapshot

    def areas(self, layer: str) -> gpd.GeoDataFrame:
        areas = self.publication.areas()
        return areas[areas["layer"] == layer]

    def open_places(self) -> gpd.GeoDataFrame:
        places = self.publication.points("places")
        located = ~(places.geometry.isna() | places.geometry.is_empty)
        return places[located & places["status"].isin(OPEN_STATUSES)]


def coverage_picture(snapshot: Snapshot, path: Path, *, lang: str = "ja") -> None:
    """Draw who is reached and who is not as a PNG of 1600 x 1200 pixels."""
    sheet = _Sheet(Publication(snapshot), briefing(snapshot, lang), lang)
    pen = Pen.japanese()
    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DOTS_PER_IN, facecolor=PAPER)
    FigureCanvasAgg(figure)
    _draw_title(figure, sheet, pen)
    seen = _draw_map(figure.add_axes(_MAP_BOX), sheet, pen)
    draw_legend(figure.add_axes(LEGEND_BOX), sheet.briefing, pen, seen=seen, lang=lang)
    _draw_footer(figure, sheet, pen)
    with staged_file(path) as staged:
        figure.savefig(staged, format="png", metadata={"Software": "arukeba"})


def _draw_title(figure: Figure, sheet: _Sheet, pen: Pen) -> None:
    told = sheet.briefing
    name = told.municipality
    if told.fictional:
        name += text("text.brackets", sheet.lang, text=text("map.stamp", sheet.lang))
    if told.unknown:
        name += f"\u3000{GAP_SIGNS['unknown'].sign} {told.unknown}"
    if told.no_streets:
        name += f"\u3000{GAP_SIGNS['no_streets'].sign} {told.no_streets}"
    pen.write(figure, (0.022, 0.968), name, size=12, colour=QUIET_INK)
    room = 0.956 * 72.0 * float(figure.get_size_inches()[0])
    size = min(19.0, 19.0 * room / width_of(told.sentence, 19.0))
    pen.write(figure, (0.022, 0.93), told.sentence, size=size, colour=INK, heavy=True)
    _draw_bar(figure, sheet)
    pen.write(figure, (0.43, 0.888), told.unreached, size=15, colour=VERMILION, heavy=True)
    lines = pen.wrap("※ " + "　※ ".join((*told.notes, told.numbers)), NOTE_COLUMNS)
    step = min(0.017, 0.04 / len(lines))  # all of them stand above the map
    for position, line in enumerate(lines):
        at = (0.022, 0.859 - step * position)
        pen.write(figure, at, line, size=min(8.5, step * 500), colour=QUIET_INK)


def _draw_bar(figure: Figure, sheet: _Sheet) -> None:
    """Draw the share of the residents who are reached as a bar."""
    share = (sheet.briefing.figures.coverage_pct or 0.0) / 100.0
    bar = figure.add_axes((0.022, 0.881, 0.39, 0.018))
    bar.set_axis_off()
    bar.set_xlim(0, 1)
    bar.barh(0, 1, height=1, color=VERMILION, alpha=0.35)
    bar.barh(0, share, height=1, color=drawing.REACHED)
    bar.set_ylim(-0.5, 0.5)


def _draw_map(axes: Axes, sheet: _Sheet, pen: Pen) -> OnTheMap:
    """Draw the map and return what of it the legend tells."""
    summary = sheet.snapshot.run["summary"]
    councils = sheet.areas(summary["council_layer"])
    units = sheet.areas(summary["gap_layer"])
    town = councils if len(councils) else units
    drawing.frame(axes, town)
    drawing.ground(axes, town, inside=PAPER)
    view = drawing.view_of(axes)
    scene = scene_of(sheet.snapshot.workspace.ground_at(1 / view.scale), view)
    paint_shapes(axes, scene)
    drawing.streets(axes, sheet.snapshot.layer("streets"))
    drawing.veil(axes, town, GROUND)
    drawing.borders(axes, units, drawing.THIN)
    drawing.borders(axes, councils, drawing.THICK)
    drawing.edits(axes, sheet.publication.edits())
    gaps = sheet.publication.polygons("gaps")
    measure = drawing.people_circles(axes, gaps)
    _draw_places(axes, sheet)
    candidates = sheet.publication.points("candidates").sort_values("rank").head(CANDIDATES_SHOWN)
    signs = drawing.covered(view, candidates, drawing.STAR_PX)
    signs += drawing.covered(view, sheet.open_places(), drawing.PLACE_PX)
    named = drawing.names(axes, councils, pen, view, signs)
    written = scene.names([*signs, *named])
    paint_names(axes, written, view, pen)
    drawing.stars(axes, candidates, pen)
    drawing.scale_bar(axes, pen, north=text("map.north", sheet.lang))
    fictional = text("map.stamp", sheet.lang) if sheet.briefing.fictional else ""
    for row, words in enumerate(filter(None, (fictional, sheet.briefing.stamp))):
        drawing.stamp(axes, words, pen, row=row)
    return OnTheMap(measure, keys_of(scene.kinds(written)))


def _draw_places(axes: Axes, sheet: _Sheet) -> None:
    places = sheet.open_places()
    frequency = places["venue_frequency"].where(
        places["venue_frequency"] != "", places["frequency"]
    )
    for marker, names in drawing.markers().items():
        mine = places[frequency.isin(names)]
        cut = (mine["unsnapped"] != "").to_numpy()
        drawing.points(axes, _unique(mine[~cut]), marker)
        drawing.points(axes, _unique(mine[cut]), drawing.cut(marker))


def _unique(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one point per position: groups that share a venue share its sign."""
    xy = pd.DataFrame({"x": points.geometry.x, "y": points.geometry.y}, index=points.index)
    return points[~np.asarray(xy.round(1).duplicated())]


def _draw_footer(figure: Figure, sheet: _Sheet, pen: Pen) -> None:
    """Name the assumption, whose data it is and what made it; no credit is ever cut off."""
    lang, run = sheet.lang, sheet.snapshot.run
    parameters = run["parameters"]
    origin = text(
        "map.limit_origin",
        lang,
        limit=sheet.briefing.limit,
        origin=origin_text(parameters["origins"].get("walk_limit_m", ""), lang),
    )
    made = text("map.made", lang, software=f"arukeba {run['arukeba']}")
    owners = dict.fromkeys(
        source["credit"] + text("text.brackets", lang, text=source["licence"])
        for source in sheet.snapshot.workspace.sources
    )
    sources = f"{text('map.sources', lang)}: {listed([*owners], lang)}"
    lines = [*pen.wrap(f"{origin}　{made}", SOURCE_COLUMNS), *pen.wrap(sources, SOURCE_COLUMNS)]
    step = min(0.017, 0.05 / len(lines))
    for position, line in enumerate(lines):
        at = (0.022, 0.045 - step * position)
        pen.write(figure, at, line, size=min(7.5, step * 440), colour=QUIET_INK)
