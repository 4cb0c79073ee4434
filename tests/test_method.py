"""The pages on the method: paired by language, with pictures that the code makes, and true figures."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
import shapely

from pictures import __main__ as pictures
from pictures import laws, plans, town
from services.profile import Profile
from services.workspace.folder import Snapshot

DOCS = Path(__file__).resolve().parents[1] / "docs"
FOLDERS = {"en": DOCS, "ja": DOCS / "ja"}
PAGES = ("method.md", "streets.md", "planning.md")
PICTURE_MAX_BYTES = 150_000


@pytest.fixture(scope="module")
def town_snapshot(town_snapshot: Snapshot) -> Snapshot:
    """Return the exact view: it is what the pages tell of the fictional town."""
    return town_snapshot.workspace.seen("exact").snapshot()


def read(lang: str, page: str = "method.md") -> str:
    return (FOLDERS[lang] / page).read_text(encoding="utf-8")


def shown(lang: str) -> list[Path]:
    text = "".join(read(lang, page) for page in PAGES)
    found = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    return [(FOLDERS[lang] / name).resolve() for name in found]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", FOLDERS)
def test_every_picture_and_page_that_is_named_is_there(lang, page):
    for target in re.findall(r"\]\(([^)#]+)\)", read(lang, page)):
        assert (FOLDERS[lang] / target).exists(), target


@pytest.mark.parametrize("lang", FOLDERS)
def test_every_picture_that_is_made_is_shown_in_its_language_and_small(lang):
    made = sorted((DOCS / "images" / "method").glob(f"*.{lang}.png"))
    assert sorted(shown(lang)) == [path.resolve() for path in made]
    assert max(path.stat().st_size for path in made) <= PICTURE_MAX_BYTES


@pytest.mark.parametrize("page", PAGES)
def test_both_pages_have_the_same_headings_tables_and_pictures(page):
    marks = [
        [
            re.sub(r"[^#|!].*", "", line)[:1]
            for line in read(lang, page).splitlines()
            if line[:1] in "#|!"
        ]
        for lang in FOLDERS
    ]
    assert marks[0] == marks[1]


@pytest.mark.parametrize("page", PAGES)
def test_both_pages_can_be_read_in_one_sitting(page):
    assert max(len(read(lang, page).splitlines()) for lang in FOLDERS) <= 190


def test_the_pages_name_the_contrary_evidence():
    for lang, words in (
        ("en", ("Yokohama 2016", "Kio University", "Tsunoda 2023", "second-hand", "54-3 (2019)")),
        ("ja", ("横浜 2016", "畿央大学", "角田 2023", "孫引き", "54-3（2019）")),
    ):
        assert [word for word in words if word not in read(lang)] == []


def test_an_effect_that_is_quoted_has_its_size_and_interval_beside_it():
    en = ("n = 55,982", "0.88 (0.79–0.98)", "n = 1,961", "0.57 (0.36–0.90)", "74.2 %")
    ja = ("55,982人", "0.88（0.79〜0.98）", "1,961人", "0.57（0.36〜0.90）", "74.2%")
    for lang, words in (("en", en), ("ja", ja)):
        assert [word for word in words if word not in read(lang)] == []


def test_the_table_of_speeds_is_the_schemas():
    defaults = Profile.model_fields["walking_profiles"].get_default(call_default_factory=True)
    for walking in defaults:
        assert f"| {walking.speed_m_per_min:.0f} m/min |" in read("en")
        assert f"| 毎分{walking.speed_m_per_min:.0f}m |" in read("ja")
    assert f"+ {defaults[0].step_s:g} s each" in read("en")
    assert f"+ {defaults[0].signal_s:g} s each" in read("en")


def test_the_house_of_the_picture_walks_what_is_derived_by_hand():
    # 70 m down to the street, 220 - 60 = 160 m along it, 110 m up the next, 15 m to the hall.
    data = laws.leg()
    assert (data.snap_m, data.street_m, data.hall_snap_m) == pytest.approx((70.0, 270.0, 15.0))
    assert data.walk_s == pytest.approx(355.0 / 48.0 * 60.0)
    assert data.joint_xy == pytest.approx([60.0, 0.0])


def test_the_slopes_of_the_picture_are_toblers():
    # On the flat 500 / 60 minutes; quickest 5 % downhill: exp(-3.5 * 0.05) of that.
    minutes = laws.slope_minutes(60.0)
    at = dict(zip(laws.SLOPES_PCT.round(6), minutes, strict=True))
    assert at[0.0] == pytest.approx(500 / 60)
    assert at[-5.0] == pytest.approx(500 / 60 * math.exp(-0.175))
    assert minutes.argmin() == int(np.flatnonzero(laws.SLOPES_PCT.round(6) == -5.0)[0])


def test_the_hidden_count_of_the_picture_is_an_interval():
    # (38 + 1) of 38 + 21 + 1 + 12 = 72 at least, (38 + 9) of 80 at most.
    assert laws.hidden() == pytest.approx((100 * 39 / 72, 100 * 47 / 80))


def test_a_picture_is_the_same_every_time(tmp_path):
    first, second = (laws.draw_leg("ja").save("leg", tmp_path / name) for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


@pytest.fixture(scope="module")
def around(town_snapshot: Snapshot) -> town.Around:
    return town.around_a_place(town_snapshot)


def test_every_picture_of_the_folder_can_be_made_again(town_snapshot):
    made = {path.name.split(".")[0] for path in (DOCS / "images" / "method").glob("*.png")}
    assert set(pictures.drawers(town_snapshot)) == made


def test_the_figures_of_the_circle_are_those_of_the_pages(around):
    circle, reached = (around.residents[mask].sum() for mask in (around.in_circle, around.reached))
    assert f"{circle:,.0f} in the circle, {reached:,.0f} on foot" in read("en")
    assert f"円の中{circle:,.0f}人、歩いて{reached:,.0f}人" in read("ja")


def test_the_buildings_in_the_polygon_are_those_that_are_reached(around):
    inside = shapely.contains_xy(town.polygon(around), *around.home_xy.T)
    assert inside.tolist() == around.reached.tolist()
    assert f"{inside.sum()} and {inside.sum()}" in read("en")
    assert f"{inside.sum()}棟と{inside.sum()}棟" in read("ja")


def test_the_figures_of_the_town_are_those_of_the_pages(town_snapshot):
    table = town.sensitivity(town_snapshot).set_index(["profile", "walk_limit_min"])
    for speed, name in ((80, "brisk"), (60, "standard"), (48, "slow")):
        share = f"{table.loc[(name, 10.0), 'coverage_pct']:.1f}"
        assert re.search(rf"{share} % at {speed}", read("en"))
        assert re.search(rf"{speed}mなら{share}%", read("ja"))
    table = town.sensitivity(town_snapshot).set_index(["profile", "walk_limit_m"])
    row = table.loc[("standard", 500.0)]
    for lang in FOLDERS:
        for column in ("coverage_pct", "circle_coverage_pct"):
            assert f"{row[column]:.1f}" in read(lang)


@pytest.fixture(scope="module")
def planned(town_snapshot: Snapshot) -> plans.Planned:
    return plans.Planned(town_snapshot)


def test_the_figures_of_the_budgets_are_those_of_the_pages(planned):
    small, large = planned.best(500_000.0), planned.best(2_200_000.0)
    greedy = planned.greedy_pct(2_200_000.0)
    assert planned.greedy_pct(500_000.0) == pytest.approx(plans.pct(small))
    assert len(small.chosen) == 5
    for figure in (plans.pct(small), plans.pct(large), greedy):
        assert f"{figure:.1f} %" in read("en", "planning.md")
        assert f"{figure:.1f}%" in read("ja", "planning.md")


def test_the_figures_of_the_unreached_house_are_those_of_the_pages(planned):
    data = planned.unreached
    straight_m = float(np.hypot(*(data.home_xy - data.place_xy)))
    assert straight_m <= town.LIMIT_M < (data.answer.way.walk_m or 0.0)
    for lang in FOLDERS:
        assert f"{straight_m:.0f}" in read(lang, "planning.md")
        assert f"{data.answer.way.walk_m:,.0f}" in read(lang, "planning.md")
        assert f"{data.answer.changes.path.walk_m:.0f}" in read(lang, "planning.md")


def test_the_figures_of_stability_are_those_of_the_pages(planned):
    base, stable = planned.stability
    everywhere = stable.options["stays_n"] == stable.options["variants_n"]
    assert (int(everywhere.sum()), len(base.chosen)) == (1, 5)
    assert "one of five choices stays everywhere" in read("en", "planning.md")
    most = f"{stable.variants['lost_pct'].max():.1f}"
    assert stable.variants["lost_pct"].min() == pytest.approx(0.0)
    assert f"0 to {most} %" in read("en", "planning.md")
    assert f"0〜{most}%" in read("ja", "planning.md")
