"""The page of the intake: HTML that prints on A4."""

from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from api.report_page import SERVED_FONT
from services.reports.intake import FOLDED_FROM, IntakeReport
from services.words import texts

ROWS_SHOWN = 200
"""Row numbers listed for one reason; the JSON has all."""


def render_intake(report: IntakeReport, lang: str, *, font_url: str = SERVED_FONT) -> str:
    """Return the page of the report in one language."""
    environment = Environment(
        loader=PackageLoader("api", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["t"] = partial(_text, lang)
    environment.filters["number"] = texts.number
    environment.filters["date_text"] = partial(_date, lang)
    page = environment.get_template("intake.html")
    states = {name: texts.text(f"state.{name}", lang) for name in ("known", "partial", "unknown")}
    return page.render(
        report=report,
        lang=lang,
        states=states,
        folded_from=FOLDED_FROM,
        rows_shown=ROWS_SHOWN,
        font_url=font_url,
        joint=texts.text("text.list", lang),
    )


def _text(lang: str, key: str, **values: object) -> str:
    return texts.text(key, lang, **values)


def _date(lang: str, iso: str) -> str:
    return texts.date_text(iso, lang)
