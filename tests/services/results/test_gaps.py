"""Gaps with bus stops, weights, ranks and borders, on the town of tests/stoptown.py."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.errors import InvalidInputError
from geo.vocabulary import GAP_CLASSES
from services.publication.words import gaps_in_words
from services.results.gaps import gaps_frame
from services.results.stops import COLUMNS
from services.situation.view import Situation
from services.workspace.folder import open_workspace
from tests.stoptown import STOPS, stop_situation

WEIGHTS = 'gap_weights = { "65+" = 1.0, "75+" = 0.5, "single_65+" = 1.0 }'


def worded(situation):
    """Return the gaps of a run as somebody who may see all would read them."""
    return gaps_in_words(gaps_frame(situation))


@pytest.fixture(scope="module")
def gaps(tmp_path_factory):
    situation = stop_situation(tmp_path_factory.mktemp("stops"), stops=STOPS, weights=WEIGHTS)
    return worded(situation).set_index("area_id")


def test_the_classes_are_those_of_the_design(gaps):
    # u3: 8 residents at 3000 m and 4 at 3900 m, never 20 within 500 m of each other.
    classes = {"u1": "weekly_or_more", "u2": "monthly_only", "u3": "needs_transport"}
    classes["u4"] = "weekly_or_more"
    assert gaps["gap"].to_dict() == classes


def test_residents_within_the_limit_of_a_stop_are_counted_at_their_homes(gaps):
    # u1: h0 walks 450 m and h1 250 m to C (550). u2: h2 350 m, h3 550 m. u3: h4 200 m to A
    # (3200), h5 700 m.
    assert gaps["stop_residents"].to_dict() == {"u1": 100.0, "u2": 30.0, "u3": 8.0, "u4": 0.0}
    assert gaps["stop_pct"].drop("u4").to_dict() == pytest.approx(
        {"u1": 100, "u2": 30, "u3": 100 * 8 / 12}
    )
    # Nobody of nobody is no share.
    assert np.isnan(gaps.loc["u4", "stop_pct"])
    assert gaps["nearest_stop_name"].to_dict() == {
        "u1": "橋",
        "u2": "橋",
        "u3": "西口",
        "u4": "",
    }
    # Medians by residents: 250 m for 60 of 100, 550 m for 70 of 100, 200 m for 8 of 12.
    walks_m = {"u1": 250.0, "u2": 550.0, "u3": 200.0}
    assert gaps["nearest_stop_walk_m"].drop("u4").to_dict() == pytest.approx(walks_m)


def test_where_counts_are_hidden_the_share_near_a_stop_is_an_interval(tmp_path):
    """h3 (70, not near a stop) is suppressed: 60 to 90. Of u2 the 30 of h2 are near one."""
    situation = stop_situation(tmp_path, stops=STOPS)
    path = situation.workspace.path / "layers" / "demand.parquet"
    homes = gpd.read_parquet(path)
    ends = {"_low": homes["65+"].replace(70.0, 60.0), "_high": homes["65+"].replace(70.0, 90.0)}
    homes.assign(**{f"65+{end}": column for end, column in ends.items()}).to_parquet(path)
    workspace = open_workspace(situation.workspace.path)
    found = worded(Situation(workspace, situation.parameters)).set_index("area_id")
    assert found.loc["u2", ["stop_low_pct", "stop_pct", "stop_high_pct"]].tolist() == (
        pytest.approx([100 * 30 / 120, 30.0, 100 * 30 / 90])
    )
    assert found.loc["u1", ["stop_low_pct", "stop_high_pct"]].tolist() == [100.0, 100.0]


def test_a_place_stands_by_a_stop_up_to_the_very_limit(gaps, tmp_path):
    # C to V is exactly 500 m, B (2000) to W (2400) is 400 m; M (1000, monthly) does not count.
    assert gaps["place_by_stop_id"].to_dict() == {"u1": "V", "u2": "V", "u3": "W", "u4": ""}
    # u1: 250 m for 60 of 100. u2: 850 and 1050 m. u3: 600 m for 8 of 12.
    walks_m = {"u1": 250.0, "u2": 1050.0, "u3": 600.0}
    assert gaps["place_by_stop_walk_m"].drop("u4").to_dict() == pytest.approx(walks_m)
    assert gaps["place_by_stop_straight_m"].drop("u4").to_dict() == pytest.approx(walks_m)
    # One metre farther on, V has none: everybody's place by a stop is W.
    farther = worded(stop_situation(tmp_path, stops={**STOPS, "橋": 551.0}))
    assert set(farther["place_by_stop_id"]) == {"W", ""}


def test_the_reason_names_the_stop_and_promises_no_ride(gaps):
    said = gaps.loc["u3"]
    assert said["why"].endswith(
        "送迎などの検討が必要です。バス停「西口」まで200m（住民の67％が歩いて行けます）。"
        "停留所の近くにある週1の場：W（路線と時刻は別に確かめてください）"
    )
    assert said["why_en"].endswith(
        "transport is needed; 200 m to the bus stop 西口 (67 % of the residents can walk to a stop); "
        "weekly place near a stop: W (routes and times must be asked for)"
    )
    assert "バス停" not in gaps.loc["u2", "why"]


def test_a_limit_in_minutes_is_judged_in_minutes(tmp_path):
    # 5 minutes at 60 m/min are 300 m: h1 (250 m) and h4 (200 m) alone reach a stop, and no place
    # is within 300 m of one.
    frame = worded(stop_situation(tmp_path, stops=STOPS, limit_min=5.0)).set_index("area_id")
    assert frame["stop_residents"].to_dict() == {"u1": 60.0, "u2": 0.0, "u3": 8.0, "u4": 0.0}
    assert set(frame["place_by_stop_id"]) == {""}
    assert frame.loc["u3", "why"].endswith("停留所の近くに週1の場はありません")


def test_without_a_layer_of_stops_its_columns_are_empty_and_not_zero(tmp_path):
    frame = worded(stop_situation(tmp_path))
    for name, nothing in COLUMNS.items():
        assert frame[name].isna().all() if nothing != "" else (frame[name] == "").all()
    assert not frame["why"].str.contains("バス停").any()


def test_a_stop_that_nobody_can_walk_to_is_named_with_its_distance(tmp_path):
    # The only stop is at 2000 m: 1000 m from h4, 1900 m from h5.
    frame = worded(stop_situation(tmp_path, stops={"役場前": 2000.0})).set_index("area_id")
    assert frame["stop_residents"].tolist() == [0.0] * 4
    assert (
        "歩いて500m以内にバス停がある住民はいません。いちばん近いのはバス停「役場前」（1,000m）"
        in frame.loc["u3", "why"]
    )


def test_need_weighs_the_age_groups_that_the_profile_names(gaps, tmp_path):
    # Nobody of u1 is unreached; u2: h2 (850 m) and h3, u3: h4 (600 m) and h5.
    assert gaps["unreached"].to_dict() == {"u1": 0.0, "u2": 100.0, "u3": 12.0, "u4": 0.0}
    assert gaps["unreached_75"].to_dict() == {"u1": 0.0, "u2": 32.0, "u3": 8.0, "u4": 0.0}
    assert gaps["unreached_single"].to_dict() == {"u1": 0.0, "u2": 12.0, "u3": 2.0, "u4": 0.0}
    # 100 + 32 / 2 + 12, 12 + 8 / 2 + 2.
    assert gaps["need"].to_dict() == pytest.approx({"u1": 0.0, "u2": 128.0, "u3": 18.0, "u4": 0.0})
    plain = worded(stop_situation(tmp_path)).set_index("area_id")
    assert plain["need"].to_dict() == plain["unreached"].to_dict()
    assert set(plain["need_of"]) == {"65+"}


def test_units_are_ranked_by_number_by_rate_and_by_need(gaps):
    for name in ("rank_by_number", "rank_by_rate", "need_rank"):
        # Nobody is missed in u1. Of two units where all are missed the one of more comes first.
        assert gaps[name].loc[["u2", "u3"]].tolist() == [1, 2]
        assert gaps.loc[["u1", "u4"], name].isna().all()
    assert gaps.index.tolist() == ["u2", "u3", "u1", "u4"]


def test_a_rate_of_few_residents_is_not_ranked(tmp_path):
    frame = worded(stop_situation(tmp_path, small_number=13)).set_index("area_id")
    assert frame.loc["u2", "rank_by_rate"] == 1
    assert pd.isna(frame.loc["u3", "rank_by_rate"])
    assert frame.loc["u3", "rank_by_number"] == 2


def test_a_unit_that_a_border_cuts_says_how_many_live_on_each_side(gaps):
    assert gaps["is_split"].to_dict() == {"u1": True, "u2": True, "u3": False, "u4": False}
    # u1: 40 in s1 and 60 in s2, whose borders are estimated; u2: 30 in c1 and 70 in c2.
    assert gaps.loc["u1", "split_by"] == "小学校区（推定）: s2 60％・s1 40％"
    assert gaps.loc["u2", "split_by"] == "地区: c2 70％・c1 30％"
    assert gaps.loc["u1", "split_by_en"] == "School district (estimated borders): s2 60 %, s1 40 %"
    assert gaps.loc["u3", "split_by"] == ""


def test_a_part_of_few_residents_is_no_division(tmp_path):
    frame = worded(stop_situation(tmp_path, small_number=35)).set_index("area_id")
    assert frame["is_split"].to_dict() == {
        "u1": True,
        "u2": False,
        "u3": False,
        "u4": False,
    }


def test_a_limit_in_metres_and_minutes_holds_for_one_and_the_same_stop(tmp_path):
    # 500 m and 5 minutes (300 m at 60 m/min): both as 5 minutes alone.
    both = stop_situation(tmp_path, stops=STOPS, limit_m=500.0, limit_min=5.0)
    frame = worded(both).set_index("area_id")
    assert frame["stop_residents"].to_dict() == {"u1": 60.0, "u2": 0.0, "u3": 8.0, "u4": 0.0}
    assert set(frame["place_by_stop_id"]) == {""}


def test_weights_of_groups_that_nobody_counts_are_named(tmp_path):
    weights = 'gap_weights = { "85+" = 1.0 }'
    with pytest.raises(InvalidInputError, match=r"gap_weights: there is no age group '85\+'"):
        stop_situation(tmp_path, weights=weights)


def test_weights_that_count_nobody_are_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="at least one weight must be above 0"):
        stop_situation(tmp_path, weights='gap_weights = { "65+" = 0.0 }')


def test_the_classes_part_the_units_of_a_whole_town(town_snapshot):
    gaps = town_snapshot.table("gaps")
    units = town_snapshot.workspace.areas()
    units = units[units["layer"] == gaps["layer"].iloc[0]]
    assert sorted(gaps["area_id"]) == sorted(units["area_id"])
    assert gaps["gap"].isin(GAP_CLASSES).all()
    counts = town_snapshot.run["summary"]["gaps"]
    assert sum(counts.values()) == (gaps["residents"] > 0).sum()
    # No unit where nobody lives needs transport, and none with a weekly place.
    assert (gaps.loc[gaps["gap"] == "needs_transport", "residents"] > 0).all()
    said = gaps_in_words(gaps)
    assert ((said["split_by"] != "") == said["is_split"]).all()
    assert gaps["approximate"].notna().all()
