"""The page of a report: HTML that prints on A4."""

from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from geo.vocabulary import FREQUENCIES
from services.drawing.fonts import embedded_font
from services.drawing.signs import EDIT_SIGNS, GAP_SIGNS, PLACE_SIGNS, REACH_COLOURS, listed_gaps
from services.drawing.svg import CITY_CANDIDATES, edit_sign, place_sign, star_sign
from services.reports.city import CitySheet
from services.reports.council import BareCouncil
from services.reports.lines import GapReport, UnitLine
from services.words import texts
from services.words.shares import share
from services.words.vocabulary import CANDIDATE_ACTIONS

SERVED_FONT = "/assets/japanese.ttf"
"""Asked for only on a machine that has no Japanese font."""

CARDS = 4
"""Candidates with room for the council's words; the others are listed in short."""


def render_report(report: GapReport | BareCouncil, *, font_url: str = SERVED_FONT) -> str:
    """Return the page of a report in the report's own language."""
    if isinstance(report, BareCouncil):
        bare = environment_of(report.lang).get_template("council.html")
        return bare.render(council=report, font_url=font_url)
    page = environment_of(report.lang, report.few_below).get_template("report.html")
    # The drawing escapes every name in it; nothing else is taken as it is.
    drawing = Markup(report.map_svg)  # noqa: S704
    return page.render(report=report, drawing=drawing, font_url=font_url, **_signs())


def render_city(sheet: CitySheet, *, font_url: str = SERVED_FONT) -> str:
    """Return the page of a municipality's sheet in the sheet's own language."""
    report = sheet.report
    page = environment_of(report.lang, report.few_below).get_template("city.html")
    drawing = Markup(report.map_svg)  # noqa: S704  as above
    charts = [Markup(state.chart_svg) for state in sheet.milestones]  # noqa: S704  as above
    told = {"sheet": sheet, "report": report, "drawing": drawing, "font_url": font_url}
    told["charts"] = charts
    # A file has no server that would answer its links.
    told["linked"] = font_url == SERVED_FONT
    return page.render(
        **told,
        frequencies=(*reversed(FREQUENCIES), ""),
        city_candidates=CITY_CANDIDATES,
        **_signs(),
    )


def render_report_file(report: GapReport | BareCouncil | CitySheet) -> str:
    """Return the page as a file of its own: it carries the characters that it writes."""
    if isinstance(report, CitySheet):
        return render_city(report, font_url=embedded_font(render_city(report)))
    return render_report(report, font_url=embedded_font(render_report(report)))


def environment_of(lang: str, few_below: int = 0) -> Environment:
    """Return the templates with the words, numbers and dates of a language; ``few`` as in ``people``."""
    environment = Environment(
        loader=PackageLoader("api", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["lang"] = lang
    environment.globals["joint"] = texts.text("text.list", lang)
    environment.globals["t"] = partial(_text, lang)
    environment.globals["walk"] = partial(_walk, lang)
    environment.globals["shade"] = _shade
    environment.filters["share"] = partial(_in_language, share, lang)
    environment.filters["people"] = partial(_people, lang, few_below)
    environment.filters["added"] = partial(_added, lang, few_below)
    for name in ("metres", "yen", "date_text"):
        environment.filters[name] = partial(_in_language, getattr(texts, name), lang)
    return environment


def _text(lang: str, key: str, **values: object) -> str:
    return texts.text(key, lang, **values)


def _people(lang: str, few_below: int, value: object) -> str:
    return texts.people(value, lang, few_below)


def _added(lang: str, few_below: int, value: object) -> str:
    return texts.added(value, lang, few_below)


def _walk(lang: str, unit: UnitLine) -> str:
    """Return the way to the nearest place with what it costs: 890m・15分・階段約40段."""
    way = texts.walk(unit.nearest_walk_m, unit.nearest_walk_min, lang)
    return way + texts.effort(unit.nearest_climb_m, unit.nearest_steps, lang)


def _shade(share_pct: float | None) -> str:
    """Return the ground of a cell, the darker the larger the share."""
    return f"rgb(0 114 178 / {min(share_pct or 0.0, 100.0) / 200.0:.3f})"


def _in_language(write: Any, lang: str, value: object) -> str:  # noqa: ANN401  any of the writers
    return str(write(value, lang))


def edit_signs() -> dict[str, Markup]:
    """Return the line of each kind of edit."""
    return {name: _svg("".join(edit_sign("M-12,0H12", name))) for name in EDIT_SIGNS}


def _svg(drawn: str) -> Markup:
    # Made of numbers and colours alone.
    return Markup(  # noqa: S704
        f'<svg class="sign" viewBox="-13 -13 26 26" aria-hidden="true">{drawn}</svg>'
    )


def _signs() -> dict[str, object]:
    return {
        "gap_signs": GAP_SIGNS,
        "listed_gaps": listed_gaps,
        "reach_colours": REACH_COLOURS,
        "place_signs": {name: _svg(place_sign(0, 0, name)) for name in PLACE_SIGNS},
        "cut_signs": {name: _svg(place_sign(0, 0, name, cut=True)) for name in PLACE_SIGNS},
        "edit_signs": edit_signs(),
        "star_signs": {name: _svg(star_sign(0, 0, name)) for name in CANDIDATE_ACTIONS},
        "cards": CARDS,
        "no_figure": texts.NO_FIGURE,
    }
