"""The page of the cards of walking profiles: HTML that prints on A4."""

from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from api.report_page import SERVED_FONT
from services.drawing.fonts import embedded_font
from services.reports.walkingcard import Deck
from services.words import texts
from services.workspace.folder import software_version


def render_deck(deck: Deck, lang: str, *, stamp: str = "", font_url: str = SERVED_FONT) -> str:
    """Return the page of the cards in one language, stamped where it is not for everybody."""
    environment = Environment(
        loader=PackageLoader("api", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["t"] = partial(_text, lang)
    page = environment.get_template("card.html")
    software = f"arukeba {software_version()}"
    return page.render(deck=deck, lang=lang, stamp=stamp, font_url=font_url, software=software)


def render_deck_file(deck: Deck, lang: str) -> str:
    """Return the page as a file of its own: it carries the characters that it writes."""
    return render_deck(deck, lang, font_url=embedded_font(render_deck(deck, lang)))


def _text(lang: str, key: str, **values: object) -> str:
    return texts.text(key, lang, **values)
