"""Indicators as they are told: beside the other areas, ranked by rate and by number, from the view's residents."""

import numpy as np
import pandas as pd
import pytest

from api.cli.main import main
from api.report_page import render_report
from geo.errors import InvalidInputError
from services.profile.book import bundled_profiles
from services.profile.reading import read_profile
from services.publication.tables import Publication
from services.reports.area import gap_report
from services.reports.city import city_sheet
from services.reports.indicators import IndicatorsAsked, indicators_table
from services.results.indicators import indicators_of, wilson_pct
from services.workspace.folder import open_workspace
from services.workspace.ofareas import COLUMNS
from tests.snapshots import tiny_workspace

MORE = """
[[indicators]]
id = "shopping"
label = "買い物に困る人"
label_en = "Trouble with shopping"
source = "everything"
layer = "neighbourhood"
value_field = "率"
small_below = 30
flag_from = 40
flag = "買い物の相談を"
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    path = tiny_workspace(tmp_path_factory.mktemp("indicators")).path
    profile = path / "profile.toml"
    profile.write_text(profile.read_text("utf-8") + MORE, "utf-8")
    figures = {"a": (50.0, 100.0), "b": (20.0, 20.0), "c": (30.0, 200.0)}
    rows = [
        {
            "indicator": "shopping",
            "layer": "neighbourhood",
            "area_id": area,
            "area_name": area,
            "value": value,
            "numerator": value * answers / 100,
            "denominator": answers,
            "respondents": answers,
            "source_id": "everything",
        }
        for area, (value, answers) in figures.items()
    ]
    frame = pd.DataFrame(rows).astype(COLUMNS["indicators"])
    frame.to_parquet(path / "layers/indicators.parquet")
    return open_workspace(path)


def test_the_interval_is_that_of_wilson():
    # 50 of 100 by the formula: (0.5 + 3.8415/200 ± 1.96·√(0.25/100 + 3.8415/40000)) / 1.038415.
    low, high = wilson_pct(np.array([50.0, 0.0, 50.0]), np.array([100.0, 10.0, np.nan]))
    assert low[:2] == pytest.approx([40.383, 0.0], abs=1e-3)
    assert high[:2] == pytest.approx([59.617, 27.753], abs=1e-3)
    assert np.isnan(low[2])


def test_each_area_stands_beside_the_others_of_its_layer(workspace):
    found = Publication(workspace.snapshot()).table("indicators")
    shopping = found[found["indicator"] == "shopping"].set_index("area_id")
    # b has 4 of 20 answers, a 50 of 100, c 60 of 200; of d nobody tells.
    assert shopping["rank_by_value"].astype(float).to_dict() == pytest.approx(
        {"a": 1, "b": 3, "c": 2, "d": np.nan}, nan_ok=True
    )
    assert shopping.loc[list("abc"), "rank_by_count"].tolist() == [2, 3, 1]
    assert set(shopping["median"]) == {30.0}
    assert shopping["small_sample"].to_dict() == {"a": False, "b": True, "c": False, "d": False}
    assert shopping["flag"].to_dict() == {"a": "買い物の相談を", "b": "", "c": "", "d": ""}
    # 65+ of everybody, from the residents of the view: 400 of 1500 in 中央町会.
    older = found[found["indicator"] == "share_65"].set_index(["layer", "area_id"])["value"]
    assert older["neighbourhood", "a"] == pytest.approx(100 * 400 / 1500)
    assert older["community_area", "w"] == pytest.approx(100 * 700 / 2500)


def test_a_group_that_is_one_share_of_everybody_everywhere_is_no_indicator():
    (toyooka,) = (path for path in bundled_profiles() if path.stem == "28209")
    profile = read_profile(toyooka)
    assert profile.population.estimated_groups == ["65+"]
    assert indicators_of(profile) == []


def test_the_sheets_tell_the_place_and_no_cause(workspace):
    report = gap_report(workspace, "中央町会", layer="neighbourhood")
    line = next(one for one in report.indicators if one.label == "買い物に困る人")
    assert (line.value, line.median, line.rank) == ("50.0％", "30.0％", "3区域のうち1番目")
    assert line.interval == "（40.4％〜59.6％）"
    few = gap_report(workspace, "北町会", layer="neighbourhood", lang="en").indicators[0]
    assert few.remarks == ("so few that the value may well be another",)
    assert "理由は、この数字からは分かりません" in render_report(report)
    (older, *_) = city_sheet(workspace).rankings
    # 東地区: 212 of 840 are 25.2 %; 西地区: 700 of 2,500 are 28.0 %.
    assert older.by_value == ("1 西地区 28.0％", "2 東地区 25.2％")
    assert older.by_count == ("1 西地区 700", "2 東地区 212")


def test_a_ranking_is_asked_for_by_number(workspace, tmp_path, capsys):
    asked = ["indicators", str(workspace.path), "--indicator", "shopping", "--by-count"]
    assert main([*asked, "--out", str(tmp_path / "i.csv"), "--lang", "ja"]) == 0
    assert pd.read_csv(tmp_path / "i.csv")["area_id"].tolist() == ["c", "a", "b", "d"]
    assert "1  南町会  30.0％" in capsys.readouterr().out
    with pytest.raises(InvalidInputError, match="indicator='x'"):
        indicators_table(workspace.snapshot(), IndicatorsAsked("x"))
