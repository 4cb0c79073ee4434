"""Streets of a part of the town: the village of tests/village.py with streets in its five western units alone."""

import numpy as np
import pandas as pd
import pytest

from geo.coverage.gaps import ranks
from services.drawing.signs import GAP_SIGNS
from services.publication.tables import Publication
from services.reports.area import gap_report
from services.reports.briefing import briefing
from services.results.gaps import OFF_STREETS, ranked, reason_codes
from services.workspace.folder import Snapshot
from tests.village import village_snapshot


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The streets end at x = 1500; the people of the other units stand amid them, from x = 1650 on."""
    return village_snapshot(tmp_path_factory.mktemp("part"), council_layer="district", streets_n=5)


@pytest.fixture(scope="module")
def gaps(part: Snapshot) -> pd.DataFrame:
    return Publication(part).table("gaps")


def test_units_without_streets_are_counted_apart_with_their_residents(
    part: Snapshot, gaps: pd.DataFrame
) -> None:
    # 本町's people are some 180 m from the end of the street; 中町, 峠 and 離島 are farther than 300 m.
    lacking = gaps[gaps["gap"] == "no_streets"]
    assert sorted(lacking["area_name"]) == ["中町", "峠", "離島"]
    assert lacking["off_streets"].tolist() == [40.0] * 3
    summary = part.run["summary"]
    assert (summary["gaps"]["no_streets"], summary["no_streets_residents"]) == (3, 120.0)
    assert summary["off_streets"] == 120.0
    assert summary["residents"] == pytest.approx(360.0)
    assert summary["gaps"]["needs_transport"] == 0


def test_units_without_streets_stand_last_and_have_no_rank(gaps: pd.DataFrame) -> None:
    assert gaps["gap"].tolist()[-3:] == ["no_streets"] * 3
    assert gaps["rank_by_number"].isna().tolist() == [False] * 6 + [True] * 3
    assert gaps["rank_by_rate"].isna().tolist() == [False] * 6 + [True] * 3
    assert sorted(gaps["rank_by_number"].dropna()) == [1, 2, 3, 4, 5, 6]


def test_the_first_line_says_where_and_for_how_many(part: Snapshot) -> None:
    told = briefing(part, "ja").no_streets
    assert told == (
        "道のデータがない区域が3あります（65歳以上120人）。"
        "全体で120人は、道のデータが足りず、歩いて届くかどうかわかりません"
    )
    assert briefing(part, "en").no_streets.startswith("the data has no streets in 3 areas (120 ")


def test_the_report_hatches_them_and_asks_for_data_first(part: Snapshot) -> None:
    report = gap_report(part.workspace, "中地区")
    assert report.map_svg.count("url(#no_streets)") == 2
    assert all("まず道のデータを" in line.remark for line in report.units)
    assert gap_report(part.workspace, "東地区").map_svg.count("url(#no_streets)") == 0
    assert GAP_SIGNS["no_streets"].pattern == "cross"


def test_just_half_of_the_residents_off_the_streets_leaves_a_unit_its_sign() -> None:
    frame = pd.DataFrame(
        {
            "gap": ["no_streets", "no_streets", "none"],
            "nearest_place_id": "",
            "residents": [40.0, 40.0, 40.0],
            "off_streets": [20.5, 20.0, 0.0],
        }
    )
    codes = reason_codes(frame, stops=False)
    assert codes.tolist() == ["off_streets", "place_off_streets", "no_way"]


def test_what_nobody_is_known_of_is_ranked_by_no_figure() -> None:
    frame = pd.DataFrame(
        {
            "area_id": ["a", "b", "c"],
            "gap": ["no_streets", "none", "weekly_or_more"],
            "residents": [500.0, 100.0, 90.0],
            "unreached": [500.0, 10.0, 20.0],
            "coverage_pct": [0.0, 90.0, 100 * 70 / 90],
            "need": [900.0, 5.0, 6.0],
        }
    )
    found = ranked(frame, small_number=10)
    assert found["area_id"].tolist() == ["c", "b", "a"]
    for name, column in (("rank_by_number", "unreached"), ("need_rank", "need")):
        told = found[column].where(found["gap"] != "no_streets").to_numpy(dtype=float)
        expected = pd.Series(ranks(told)).astype("Int64").tolist()
        assert found[name].tolist()[:2] == expected[:2]
    assert found["need_rank"].isna().tolist() == [False, False, True]
    assert found["rank_by_rate"].isna().tolist() == [False, False, True]


def test_only_what_is_missing_in_the_data_is_off_the_streets() -> None:
    """A barrier is somebody's knowledge, and a home without a position is not on the map."""
    assert {"too_far", "isolated", "no_network"} <= set(OFF_STREETS)
    assert not {"barrier", "closed", "no_coordinates", ""} & set(OFF_STREETS)
    assert np.unique(OFF_STREETS).size == len(OFF_STREETS)
