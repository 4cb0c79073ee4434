"""The sheet of the whole municipality, from the hand-written town."""

from dataclasses import replace

import pandas as pd
import pytest

from api.report_page import render_city
from geo.errors import NotFoundError
from services.reports.briefing import briefing
from services.reports.city import city_sheet
from services.workspace.folder import open_workspace
from tests.snapshots import tiny_workspace

MORE = """
[[layers]]
id = "hamlet"
kind = "neighbourhood"
label = "行政区"
label_en = "Hamlet"
tier = 3
version = "2025"
count = 75
area_names = ["上", "下"]
local_words = ["区"]
note = "名簿だけ"
available = false

[units]
coordinator_unit = "community_area"
work_unit = "hamlet"
"""
FACTS = """
documents = [{ id = "002", title = "事例集" }]
facts = [
  { key = "population", value = 3340, unit = "人", as_of = "2016-02", doc = "002", page = 37 },
  { key = "elderly_rate_pct", value = 27.5, unit = "%", doc = "002", line = 12 },
  { key = "hamlet_karte", of = "行政区", value = "75枚", doc = "002", note = "毎年" },
]
"""


def _town(folder, *, more="", facts=""):
    path = tiny_workspace(folder).path
    profile = path / "profile.toml"
    text = profile.read_text("utf-8").replace("\n[municipality]", facts + "\n[municipality]", 1)
    profile.write_text(text + more, "utf-8")
    return open_workspace(path)


@pytest.fixture(scope="module")
def sheet(tmp_path_factory):
    return city_sheet(_town(tmp_path_factory.mktemp("city"), more=MORE, facts=FACTS))


def test_the_areas_of_the_councils_add_up_to_the_whole(sheet):
    rows = {line.name: (line.figures.residents, line.figures.reached) for line in sheet.rows}
    assert rows == {"西地区": (700, 520), "東地区": (212, 0), "架空町": (912, 520)}
    assert sheet.adds_up
    west, east, whole = (line.gaps for line in sheet.rows)
    assert (west["weekly_or_more"], west["monthly_only"], west["none"]) == (1, 1, 0)
    assert (east["none"], east["needs_transport"]) == (1, 1)
    assert {name: west[name] + east[name] for name in whole} == dict(whole)


def test_residents_outside_the_border_are_of_the_whole(tmp_path):
    path = _town(tmp_path).path
    table = path / "results" / "0001" / "coverage.parquet"
    coverage = pd.read_parquet(table)
    outside = (coverage["layer"] == "city") & coverage["remainder"]
    coverage.loc[outside, "residents"] = 100.0
    coverage.to_parquet(table)
    whole = city_sheet(open_workspace(path))
    # 912 within the border and 100 beyond it, 520 of them all reached: 51.4 %
    older = next(line.figures for line in whole.report.ages if line.age_group == "65歳以上")
    assert (older.residents, older.reached) == (1012.0, 520.0)
    assert older.coverage_pct == pytest.approx(100 * 520 / 1012)


def test_the_sheet_says_first_what_every_other_output_says(town_snapshot):
    """Of the model town some residents are on no map: they are told of, and in no figure."""
    workspace = town_snapshot.workspace
    for lang in ("ja", "en"):
        told, sheet = briefing(town_snapshot, lang), city_sheet(workspace, lang=lang)
        assert sheet.report.sentence == told.sentence
        assert sheet.report.unknown == told.unknown
    older = next(line for line in sheet.report.ages if line.age_group == told.age_group)
    assert older.figures.residents == pytest.approx(told.figures.residents)
    assert workspace.unlocated("65+") >= 1
    rows = sum(line.figures.residents for line in sheet.councils)
    assert rows == pytest.approx(told.figures.residents + workspace.unlocated("65+"))
    assert sheet.adds_up
    assert "whom no map has" in render_city(sheet)


def test_layers_without_borders_are_rows_with_what_is_known_of_them(sheet):
    lines = {line.label: line for line in sheet.layers}
    hamlet = lines["行政区"]
    assert (hamlet.tier, hamlet.areas, hamlet.borders) == (3, 75, "none")
    assert (hamlet.names, hamlet.words, hamlet.note) == (("上", "下"), ("区",), "名簿だけ")
    assert (lines["地区"].areas, lines["地区"].borders) == (2, "drawn")
    assert lines["町会"].borders == "approximate"
    assert sheet.units == {"coordinator": "地区", "work": "行政区"}


def test_facts_are_told_as_their_documents_give_them(sheet):
    told = [(one.topic, one.told, one.as_of, one.source, one.note) for one in sheet.facts]
    assert told == [
        ("人口", "3,340人", "2016-02", "資料002、37ページ", ""),
        ("高齢化率", "27.5%", "", "資料002、12行目", ""),
        ("hamlet_karte（行政区）", "75枚", "", "資料002", "毎年"),
    ]
    assert sheet.documents == (("002", "事例集"),)


def test_the_rate_of_certification_is_a_series_beside_coverage_and_no_effect_of_it(tmp_path):
    rates = [("2016-02", 13.7), ("", 13.4), ("2012", 17)]
    facts = ", ".join(
        f'{{ key = "care_certification_rate_pct", value = {rate}, unit = "%", as_of = "{day}", doc = "002" }}'
        for day, rate in rates
    )
    town = f'\ndocuments = [{{ id = "002", title = "事例集" }}]\nfacts = [{facts}]\n'
    sheet = city_sheet(_town(tmp_path, facts=town))
    assert [(one.as_of, one.told) for one in sheet.certification] == [
        ("2012", "17%"),
        ("2016-02", "13.7%"),
        ("", "13.4%"),
    ]
    assert "この数字からは言えません" in render_city(sheet)


def test_one_area_for_all_has_no_row_beside_the_whole(sheet):
    assert "地区ごとのようす" in render_city(sheet)
    assert "地区ごとのようす" not in render_city(replace(sheet, councils=sheet.councils[:1]))


def test_the_page_has_every_part_in_both_languages(sheet, tmp_path):
    page = render_city(sheet)
    for part in (
        "架空町の報告",
        "地区ごとのようす",
        "全体",
        "第3層",
        "データなし",
        "資料にあること",
    ):
        assert part in page
    english = render_city(city_sheet(_town(tmp_path), lang="en"))
    assert "Report of Kaku Town" in english
    assert "What the documents say" not in english


def test_without_a_layer_of_the_whole_it_says_what_to_do(tmp_path):
    path = tiny_workspace(tmp_path).path
    profile = path / "profile.toml"
    profile.write_text(profile.read_text("utf-8").replace('kind = "municipality"', 'kind = "town"'))
    with pytest.raises(NotFoundError, match="no layer of kind municipality"):
        city_sheet(open_workspace(path))
