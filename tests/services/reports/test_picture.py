"""The picture of a result."""

import itertools
from dataclasses import replace

import pytest
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from shapely import box

from services.drawing.backdrop import GROUND_KEYS
from services.drawing.chart import Circles
from services.drawing.pens import Pen
from services.drawing.signs import BLUE, GAP_SIGNS, GREEN, ORANGE, STAMP, VERMILION
from services.reports.briefing import briefing
from services.reports.legend import OnTheMap, draw_legend, round_number
from services.reports.picture import (
    DOTS_PER_IN,
    HEIGHT_IN,
    LEGEND_BOX,
    WIDTH_IN,
    coverage_picture,
)
from services.words.texts import LANGS
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


@pytest.mark.parametrize("lang", LANGS)
def test_no_words_of_the_legend_touch_each_other_or_leave_it(tmp_path, lang):
    told = briefing(tiny_workspace(tmp_path).snapshot(), lang)
    gaps = dict.fromkeys(GAP_SIGNS, 1_234)
    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DOTS_PER_IN)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes(LEGEND_BOX)
    seen = OnTheMap(Circles(4_000.0, 10), [alike[0] for alike in GROUND_KEYS])
    draw_legend(axes, replace(told, gaps=gaps), Pen.japanese(), seen=seen, lang=lang)
    boxes = [words.get_window_extent(canvas.get_renderer()) for words in axes.texts]
    # A pixel more to either side; a line may reach into the leading of the next.
    drawn = [
        box(*one.extents).buffer(1).intersection(box(0, one.y0 + 2, 1e6, one.y1 - 2))
        for one in boxes
    ]
    assert len(drawn) > 45
    assert [pair for pair in itertools.combinations(drawn, 2) if pair[0].intersects(pair[1])] == []
    frame = axes.get_window_extent()
    assert all(
        frame.x0 <= one.x0 and one.x1 <= frame.x1 + 1 and frame.y0 <= one.y0 for one in boxes
    )


@pytest.mark.parametrize(
    ("largest", "expected"), [(1, 1), (3.9, 2), (412, 400), (999, 400), (1000, 1000)]
)
def test_the_legend_shows_a_round_number_that_occurs(largest, expected):
    assert round_number(largest) == expected
