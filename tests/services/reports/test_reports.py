"""The report of one area."""

import re
from html import unescape
from xml.etree import ElementTree as ET

import geopandas as gpd
import pytest

from api.report_page import render_report
from geo.errors import InvalidInputError, NotFoundError
from services.drawing.svg import star_sign
from services.reports.area import gap_report
from services.words.texts import told
from services.words.vocabulary import EXACT
from services.workspace.folder import open_workspace
from tests.snapshots import tiny_workspace


@pytest.fixture
def workspace(tmp_path):
    return tiny_workspace(tmp_path)


def test_the_sentence_names_the_whole_and_the_second_line_the_people_not_reached(workspace):
    report = gap_report(workspace, "西地区")
    # 中央町会 400 and 北町会 300 residents 65+, 400 + 120 of them reached: 74.2857 %
    percent = "74.3\N{FULLWIDTH PERCENT SIGN}"
    assert report.sentence == (
        f"65歳以上 700人のうち520人（{percent}）が、歩いて500m以内に「週1の場」があります"
    )
    assert report.unreached == "届いていない 180人"


def test_an_area_is_found_by_id_by_name_and_in_any_layer(workspace):
    assert gap_report(workspace, "w").area_name == "西地区"
    assert gap_report(workspace, "西 地区").area_id == "w"
    unit = gap_report(workspace, "南町会")
    assert [line.name for line in unit.units] == ["南町会"]
    whole = gap_report(workspace, "架空町", layer="city")
    assert len(whole.units) == 4
    assert whole.figures.residents == 912.0


def test_an_unknown_area_is_refused_with_names_that_are_near(workspace):
    with pytest.raises(NotFoundError, match="similar names: 東地区") as caught:
        gap_report(workspace, "東")
    assert told(caught.value, "ja") == "「東」という地区はありません。近い名前: 東地区"
    with pytest.raises(NotFoundError, match="known names: 西地区, 東地区"):
        gap_report(workspace, "xyz")
    with pytest.raises(NotFoundError, match="no layer 'nothing'"):
        gap_report(workspace, "西地区", layer="nothing")


def test_two_areas_of_one_name_are_asked_for_by_id(workspace):
    areas = workspace.areas()
    areas.loc[areas["area_id"] == "c", "area_name"] = "北町会"
    with pytest.raises(InvalidInputError, match="give an id: b, c"):
        gap_report(workspace, "北町会")


def test_units_come_by_people_not_reached_and_count_by_sign(workspace):
    report = gap_report(workspace, "西地区")
    assert [(line.name, line.unreached) for line in report.units] == [
        ("北町会", 180.0),
        ("中央町会", 0.0),
    ]
    assert report.gaps == {
        "weekly_or_more": 1,
        "monthly_only": 1,
        "none": 0,
        "needs_transport": 0,
        "unknown": 0,
        "no_streets": 0,
    }


def test_a_nearest_place_in_another_area_and_a_detour_are_said(workspace):
    lines = {line.name: line for line in gap_report(workspace, "東地区").units}
    # 890 m on foot, 890 / 1.5 = 593.3 m straight
    assert lines["南町会"].remark == "西地区にあります、まっすぐなら593m"
    assert lines["川向こう町会"].remark == (
        "どこに開いても、歩いて500m以内の65歳以上が20人に届きません。送迎などの検討が必要です"
    )


def test_few_people_are_told_of_as_few_for_all_but_the_office(tmp_path):
    workspace = tiny_workspace(tmp_path, small_number=13)
    report = gap_report(workspace, "川向こう町会")
    # 12 residents 65+, 3 of them 75+; nobody is reached
    assert report.sentence.startswith("65歳以上 13人未満のうち0人（0.0")
    assert report.unreached == "届いていない 13人未満"
    page = render_report(report)
    assert ">12人<" not in page
    assert ">3人<" not in page
    exact = gap_report(workspace.seen(EXACT), "川向こう町会")
    assert exact.unreached == "届いていない 12人"
    assert ">3人<" in render_report(exact)
    assert "架空町1-2-3" not in render_report(gap_report(workspace, "西地区"))


def test_what_the_numbers_are_stands_at_the_foot(workspace):
    line = "人数は5人単位に丸めてあります（架空町全体 ±5人、地区 ±5人）"
    assert f"<footer>{line}" in render_report(gap_report(workspace, "西地区"))
    english = render_report(gap_report(workspace, "西地区", lang="en"))
    assert "rounded to multiples of 5 (all of Kaku Town ±5, each council&#39;s area ±5)" in english


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("ja", "庁内用（公開しない数）"),
        ("en", "For the city's own use: exact figures, not to be published"),
    ],
)
def test_the_exact_view_says_so_over_the_page_its_map_and_every_sheet(workspace, lang, words):
    report = gap_report(workspace.seen(EXACT), "西地区", lang=lang)
    assert words in unescape(report.map_svg)
    page = render_report(report)
    assert f'<span class="stamp">{words}</span>' in unescape(page)
    assert f'@top-right {{ content: "{words}";' in page  # in a style nothing is escaped
    assert words not in unescape(render_report(gap_report(workspace, "西地区", lang=lang)))


def test_the_page_has_table_heads_that_repeat_room_for_words_and_its_provenance(workspace):
    page = render_report(gap_report(workspace, "西地区"))
    assert '<html lang="ja">' in page
    assert "@page { size: A4 portrait" in page
    assert "thead { display: table-header-group; }" in page
    assert "架空の町です" in page
    assert "520m・9分" in page
    assert "〜北町会" in page
    assert "話し合ったこと" in page
    assert "120,000円" in page
    assert "手で書いた町" in page
    assert "CC0-1.0" in page
    assert "abababababab" in page


def test_other_limits_and_other_walkers_stand_side_by_side(workspace):
    report = gap_report(workspace, "西地区")
    # 520 of 700; a quarter within 300 m. The slow reach half as many in ten minutes.
    assert [(line.limit, line.figures.reached) for line in report.limits] == [
        *(("300m", 130.0), ("500m", 520.0), ("10分", 520.0)),
    ]
    assert report.walkers.limits == ("10分",)
    shares = {
        line.label: tuple(found.pct for found in line.shares) for line in report.walkers.lines
    }
    assert shares == {
        "ふつう 60m/分": (pytest.approx(100 * 520 / 700),),
        "ゆっくり 48m/分": (pytest.approx(100 * 260 / 700),),
    }
    assert [line.label for line in report.walkers.lines if line.main] == ["ふつう 60m/分"]
    page = render_report(report)
    assert "37.1\N{FULLWIDTH PERCENT SIGN}" in page


def test_the_week_stands_in_the_report_with_its_sentences(workspace):
    page = render_report(gap_report(workspace, "西地区"))
    assert "月曜の午前に歩いて行ける場がある人: 65歳以上の74.3" in page
    assert "いくつかの会場を合わせれば" in page
    assert page.count('<td class="n zero"') == 13  # all but Monday morning


def test_a_climb_and_steps_stand_beside_the_way(workspace):
    page = render_report(gap_report(workspace, "東地区"))
    assert "890m・15分・のぼり12m・階段約40段" in page
    assert "520m・9分</b>" in render_report(gap_report(workspace, "西地区"))  # climbs 4.9 m


def test_the_page_speaks_english_on_request(workspace):
    page = render_report(gap_report(workspace, "西地区", lang="en"))
    assert '<html lang="en">' in page
    assert "520 (74.3 %) of 700 residents aged 65 and over" in page
    words = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    for name in ("西地区", "北町会", "中央町会", "架空町", "北集会所", "手で書いた町", "集会所"):
        words = words.replace(name, "")
    assert "届いて" not in words
    assert "歩いて" not in words


def test_names_cannot_bring_markup_into_the_page(workspace):
    name = "<script>alert(1)</script>"
    workspace.areas().loc[workspace.areas()["area_id"] == "w", "area_name"] = name
    gaps = workspace.snapshot().table("gaps")
    snapshot = workspace.snapshot()
    assert name not in gaps["area_name"].tolist()
    changed = snapshot.table("gaps")
    changed.loc[changed["area_id"] == "b", "area_name"] = name
    workspace.snapshot = lambda _name=None: snapshot
    page = render_report(gap_report(workspace, "w"))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_map_is_well_formed_and_shows_borders_streets_places_and_candidates(workspace):
    report = gap_report(workspace, "西地区")
    drawing = ET.fromstring(report.map_svg)  # noqa: S314  our own drawing
    svg = "{http://www.w3.org/2000/svg}"
    names = ["".join(text.itertext()) for text in drawing.iter(f"{svg}text")]
    assert "△北町会" in names
    assert "○中央町会" in names
    assert "200 m" in names
    assert "N" in names
    assert len(list(drawing.iter(f"{svg}polygon"))) == 1
    strokes = {path.get("stroke") for path in drawing.iter(f"{svg}path")}
    assert {"#0072B2", "#E69F00"} <= strokes


def test_the_map_shows_the_river_and_its_name_under_all_that_the_report_is_about(workspace):
    svg = gap_report(workspace, "東地区").map_svg
    lines = svg.split("\n")
    river = next(at for at, line in enumerate(lines) if 'class="ground river"' in line)
    street = next(at for at, line in enumerate(lines) if 'stroke="#B9B6AE"' in line)
    assert river < street
    drawing = ET.fromstring(svg)  # noqa: S314  our own drawing
    names = [text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert {"架空川", "架空駅"} <= set(names)
    assert names.count("架空川") == 1


def test_a_workspace_without_ground_prints_all_the_rest_as_it_is(workspace):
    with_ground = gap_report(workspace, "東地区").map_svg.split("\n")
    nothing = workspace.ground_at(1.0).iloc[:0]
    workspace.__dict__["ground_at"] = lambda _pixel_m: nothing
    without = gap_report(workspace, "東地区").map_svg.split("\n")
    assert not [line for line in without if 'class="ground' in line]
    rest = iter(with_ground)
    assert all(line in rest for line in without)


def test_a_star_has_ten_corners_around_its_middle():
    corners = re.findall(r"(-?[\d.]+),(-?[\d.]+)", star_sign(100.0, 50.0, "open"))
    assert len(corners) == 10
    assert corners[0] == ("100.0", "39.0")


def told_places(tmp_path, order="frequency"):
    """Return the tiny town with p1 monthly on Thursdays, p2 weekly on days unknown, p3 a home, monthly on Wednesdays."""
    path = tiny_workspace(tmp_path).path
    file = path / "results" / "0001" / "places.parquet"
    frame = gpd.read_parquet(file)
    frame["name"] = ["中央の家", "北サロン", "茶の会", "@ホーム"]
    frame["frequency"] = ["monthly", "weekly", "monthly", ""]
    frame["schedule_text"] = ["毎月第1木曜日", "未定", "毎月第1水曜日", "未定"]
    frame["venue_name"] = ["中央会館", "北サロン", "個人宅", ""]
    frame["group_name"] = ["中央の会", "", "", ""]
    frame["open_hours"] = ["10時から", "", "", ""]
    frame["fee_text"] = ["お茶代100円", "", "", ""]
    frame["fee_yen"] = [100.0, 1200.0, None, None]
    frame.to_parquet(file)
    profile = path / "profile.toml"
    told = profile.read_text(encoding="utf-8")
    told = told.replace("[analysis]", f'[analysis]\nplaces_order = "{order}"')
    profile.write_text(told, encoding="utf-8")
    return open_workspace(path)


def test_a_place_says_its_hall_group_hours_and_fee_where_they_are_known(tmp_path):
    report = gap_report(told_places(tmp_path), "西地区")
    told_of = {
        line.name: (line.hall, line.group, line.open_hours, line.fee) for line in report.places
    }
    assert told_of == {
        "中央の家": ("中央会館", "中央の会", "10時から", "お茶代100円"),
        "北サロン": ("", "", "", "1,200円"),  # a hall of the place's own name is not said twice
        "茶の会": ("", "", "", ""),
    }
    page = unescape(render_report(report))
    for words in ("会場：中央会館", "団体：中央の会", "開いている時間：10時から", "お茶代100円"):
        assert words in page
    assert page.count("会場：") == page.count("団体：") == 1


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("frequency", ["北サロン", "中央の家", "茶の会"]),
        ("name", ["中央の家", "北サロン", "茶の会"]),
        ("unit", ["中央の家", "茶の会", "北サロン"]),  # 中央町会 is a, 北町会 is b
        ("weekday", ["茶の会", "中央の家", "北サロン"]),  # Wednesday, Thursday, unknown
    ],
)
def test_places_are_sorted_as_the_town_sorts_them(tmp_path, order, names):
    report = gap_report(told_places(tmp_path, order), "西地区")
    assert [line.name for line in report.places] == names
