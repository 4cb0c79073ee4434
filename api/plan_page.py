"""The page of a plan: HTML that prints on A4."""

from markupsafe import Markup

from api.report_page import SERVED_FONT, edit_signs, environment_of
from services.drawing.svg import star_sign
from services.reports.plan import PlanReport


def render_plan(report: PlanReport) -> str:
    """Return the page of a plan in the report's own language."""
    page = environment_of(report.lang).get_template("plan.html")
    # The drawing escapes every name in it; the signs are made of numbers and colours alone.
    signs = {
        name: Markup(  # noqa: S704
            f'<svg class="sign" viewBox="-13 -13 26 26" aria-hidden="true">'
            f"{star_sign(0, 0, name)}</svg>"
        )
        for name in ("upgrade", "open")
    }
    drawing = Markup(report.map_svg)  # noqa: S704
    return page.render(
        report=report,
        drawing=drawing,
        star_signs=signs,
        edit_signs=edit_signs(),
        font_url=SERVED_FONT,
    )
