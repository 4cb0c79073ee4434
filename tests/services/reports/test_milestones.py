"""Milestones as they are told: on the day of a result, over years, on the sheets, as a chart, for GIS."""

import xml.etree.ElementTree as ET
from datetime import date

import pandas as pd
import pytest

from api.cli.main import main
from api.report_page import render_city
from geo.errors import InvalidInputError
from services.publication.tables import Publication
from services.reports.area import gap_report
from services.reports.city import city_sheet
from services.reports.milestones import MilestonesAsked, kind_states, milestones_answer
from services.results.milestones import milestone_years, milestones_frame
from services.workspace.folder import open_workspace
from services.workspace.ofareas import COLUMNS
from tests.snapshots import tiny_workspace

MORE = """
[[layers]]
id = "hamlet"
kind = "neighbourhood"
label = "行政区"
label_en = "Hamlet"
version = "2025"
count = 75
available = false

[[milestone_names]]
kind = "base"
layer = "community_area"
label = "福祉村"
label_en = "Welfare village"
stages = { preparing = "立上げ準備" }
complete = true
"""
NOTHING = {
    "area_id": "",
    "area_name": "",
    "planned": False,
    "approximate": False,
    "note": "",
    "doc": "",
    "source_id": "p",
}
ROWS = [
    # 西地区: prepared in June 2014, opened in fiscal 2015; 東地区 is to prepare in fiscal 2026.
    {"area_id": "w", "area_name": "西地区", "stage": "preparing", "since": "2014-06"},
    {"area_id": "w", "area_name": "西地区", "stage": "established", "since": "FY2015"},
    {
        "area_id": "e",
        "area_name": "東地区",
        "stage": "preparing",
        "since": "FY2026",
        "planned": True,
    },
]
FIGURES = [
    {
        "since": "2015-11",
        "number": 12.0,
        "of_n": 75.0,
        "share_pct": 16.0,
        "doc": "002",
        "page": 67.0,
    },
    {"since": "FY2016", "number": 39.0, "of_n": 75.0, "share_pct": 52.0, "planned": True},
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    path = tiny_workspace(tmp_path_factory.mktemp("milestones")).path
    profile = path / "profile.toml"
    profile.write_text(profile.read_text("utf-8") + MORE, "utf-8")
    rows = [NOTHING | {"layer": "community_area", "kind": "base"} | row for row in ROWS]
    rows += [
        NOTHING | {"layer": "hamlet", "kind": "committee", "stage": "established"} | row
        for row in FIGURES
    ]
    types = COLUMNS["milestones"]
    frame = pd.DataFrame(rows, columns=list(types)).astype(types)
    frame.to_parquet(path / "layers/milestones.parquet")
    return open_workspace(path)


def state_on(workspace, day):
    found = milestones_frame(workspace, day).set_index("area_id")
    return [tuple(found.loc[area, ["stage", "since", "planned"]]) for area in ("w", "e")]


def test_each_area_stands_where_it_was_on_the_day(workspace):
    # The list is whole: 東地区, which nobody names as reached, has none.
    assert state_on(workspace, date(2014, 5, 31)) == [("none", "", ""), ("none", "", "FY2026")]
    assert state_on(workspace, date(2014, 6, 1))[0] == ("preparing", "2014-06", "")
    assert state_on(workspace, date(2016, 3, 31))[0] == ("established", "FY2015", "")


def test_years_count_what_was_reached_by_their_end_and_what_is_planned(workspace):
    years = milestone_years(workspace)
    counted = years[(years["kind"] == "base") & ~years["planned"]]
    by_year = counted.set_index(["fiscal_year", "stage"])["areas_n"]
    # FY2014 ends with one in preparation, FY2015 with one that is open.
    assert by_year[2014, "preparing"] == 1
    assert by_year[2014, "established"] == 0
    assert by_year[2015, "established"] == 1
    assert (2015, "preparing") not in by_year.index
    assert set(counted["share_pct"][counted["areas_n"] == 1]) == {50.0}
    then = years[(years["kind"] == "base") & years["planned"]]
    assert then[["fiscal_year", "stage", "areas_n"]].to_numpy().tolist() == [
        [2026, "preparing", 1.0],
        [2026, "established", 1.0],
    ]
    told = years[years["told_by"] == "document"]
    assert told[["fiscal_year", "as_of", "areas_n", "of_n"]].to_numpy().tolist() == [
        [2015, "2015-11", 12.0, 75.0],
        [2016, "FY2016", 39.0, 75.0],
    ]


def test_the_sheets_say_it_in_the_words_of_the_town(workspace):
    assert gap_report(workspace, "西地区").milestones == ("● 福祉村：設立（2015年度から）",)
    assert gap_report(workspace, "東地区", lang="en").milestones == (
        "× Welfare village: none, preparing planned (fiscal 2026)",
    )
    assert gap_report(workspace, "東地区").milestones == (
        "× 福祉村：なし、立上げ準備の予定（2026年度）",
    )
    page = render_city(city_sheet(workspace))
    assert "これまでの歩み" in page
    assert "39／75（52.0％）" in page
    assert "資料002、67ページ" in page


def test_the_chart_leaves_years_open_of_which_nobody_tells(workspace):
    base, committee = kind_states(Publication(workspace.snapshot()), "ja")
    bars = {bar.label: bar for bar in base.chart.bars}
    assert list(bars)[:2] == ["H26", "H27"]
    assert [(part.stage, part.value, part.planned) for part in bars["R8"].parts] == [
        ("established", 1.0, False),
        ("preparing", 1.0, True),
    ]
    assert [bar.note for bar in committee.chart.bars] == ["12／75", "39／75"]
    root = ET.fromstring(committee.chart_svg)  # noqa: S314  our own
    assert len(root.findall("{http://www.w3.org/2000/svg}rect")) == 2 + len(committee.chart.legend)


def test_areas_with_and_without_a_base_are_asked_for(workspace, tmp_path, capsys):
    snapshot = workspace.snapshot()
    without = milestones_answer(snapshot, MilestonesAsked(kind="base", stage="none"))["areas"]
    assert [row["area_name"] for row in without] == ["東地区"]
    with pytest.raises(InvalidInputError, match="kind='shop'"):
        milestones_answer(snapshot, MilestonesAsked(kind="shop"))
    for name in ("m.csv", "m.svg", "m.png"):
        asked = ["milestones", str(workspace.path), "--kind", "base", "--out", str(tmp_path / name)]
        assert main([*asked, "--lang", "ja"]) == 0
    assert (tmp_path / "m.png").read_bytes().startswith(b"\x89PNG")
    assert len(pd.read_csv(tmp_path / "m.csv")) == 2
    assert "● 西地区  福祉村：設立（2015年度から）" in capsys.readouterr().out
    assert main(["milestones", str(workspace.path), "--out", str(tmp_path / "all.svg")]) != 0


def test_the_collection_has_the_shapes_of_the_areas(workspace):
    layer = Publication(workspace.snapshot()).collections()["milestones"].layer()
    shown = layer.set_index("area_id")
    assert shown["stage"].to_dict() == {"w": "established", "e": "none"}
    assert shown.geometry["w"].area == pytest.approx(500_000.0)
