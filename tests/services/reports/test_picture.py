"""The picture of a result."""

import pytest
from matplotlib import font_manager
from PIL import Image

from services.drawing.pens import Pen
from services.drawing.signs import BLUE, GREEN, ORANGE, STAMP, VERMILION
from services.reports.legend import round_number
from services.reports.picture import coverage_picture
from services.words.vocabulary import VIEWS
from tests.snapshots import tiny_workspace


def colours(path):
    with Image.open(path) as image:
        assert image.size == (1600, 1200)
        counted = image.convert("RGB").getcolors(maxcolors=1600 * 1200)
    return {"#{:02X}{:02X}{:02X}".format(*colour): count for count, colour in counted}


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_picture_shows_every_sign_in_its_colour(tmp_path, lang):
    coverage_picture(tiny_workspace(tmp_path).snapshot(), tmp_path / "map.png", lang=lang)
    found = colours(tmp_path / "map.png")
    assert {BLUE, ORANGE, GREEN, VERMILION} <= set(found)
    # the share of 57 % on the bar: 0.39 x 1600 px wide, 0.018 x 1200 px high
    assert found[BLUE] > 0.57 * 0.39 * 1600 * 0.018 * 1200 * 0.95


def test_the_fonts_of_other_figures_stay_as_they_are(tmp_path):
    before = {font.name for font in font_manager.fontManager.ttflist}
    coverage_picture(tiny_workspace(tmp_path).snapshot(), tmp_path / "map.png")
    assert {font.name for font in font_manager.fontManager.ttflist} == before


def test_the_exact_view_is_stamped(tmp_path):
    workspace = tiny_workspace(tmp_path)
    for view in VIEWS:
        coverage_picture(workspace.seen(view).snapshot(), tmp_path / f"{view}.png")
    public, exact = (colours(tmp_path / f"{view}.png").get(STAMP, 0) for view in VIEWS)
    # Beside the stamp of a town that does not exist: eleven letters of about 20 pixels, and a frame.
    assert exact > 1.5 * public > 0


def test_a_character_that_the_font_lacks_is_a_geta_mark():
    pen = Pen.japanese()
    assert pen.legible("町\U0001f600会") == "町〓会"


def test_words_are_cut_or_wrapped_at_a_width_where_japanese_counts_double():
    pen = Pen.japanese()
    assert pen.fit("町会abc", 7) == "町会abc"
    assert pen.fit("町会abcd", 7) == "町会ab…"
    assert pen.wrap("町会町会ab", 5) == ["町会", "町会a", "b"]


@pytest.mark.parametrize(
    ("largest", "expected"), [(1, 1), (3.9, 2), (412, 400), (999, 400), (1000, 1000)]
)
def test_the_legend_shows_a_round_number_that_occurs(largest, expected):
    assert round_number(largest) == expected
