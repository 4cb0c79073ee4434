"""Any fiscal year end again, on the town of one street; every figure follows from its picture."""

import json
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from geo.errors import InvalidInputError
from services.councils.decisions import record_decision
from services.councils.entry import NewDecision
from services.publication.timeline import timeline, write_timeline
from services.results.run import run
from services.situation.places import Selection
from services.words.dates import fiscal_year_ends, fiscal_year_name
from services.words.texts import told
from tests.databases import DATABASES, registry_of
from tests.datedtown import PLACES, UNDATED, dated_workspace

# Weekly and monthly: A (h0, h1 = 50 residents) always. B from H28 to H30, monthly (h1, h2).
# C from H30, weekly (h3 = 100), suspended since 2020-03-01. D always, monthly (h2 = 50); with D2,
# from R3, its hall is weekly. So, of 200 residents:
#   year      places            weekly            monthly or more
#   H26       A D               A: 50             A D: 20 + 30 + 50 = 100
#   H28       A B D             A: 50             A B D: 100
#   H30       A B C D           A C: 150          all: 200
#   R1        A D               A: 50             A D: 100
#   R1 + C    A C D             A C: 150          A C D: 200
#   R3        A D D2            A, D + D2: 100    the same 100
#   R3 + C    A C D D2          200               200
EXPECTED = {
    ("H26", False): (2, 50.0, 100.0),
    ("H26", True): (2, 50.0, 100.0),
    ("H28", False): (3, 50.0, 100.0),
    ("H28", True): (3, 50.0, 100.0),
    ("H30", False): (4, 150.0, 200.0),
    ("H30", True): (4, 150.0, 200.0),
    ("R1", False): (2, 50.0, 100.0),
    ("R1", True): (3, 150.0, 200.0),
    ("R3", False): (3, 100.0, 100.0),
    ("R3", True): (4, 200.0, 200.0),
}


@pytest.fixture(scope="module", params=DATABASES)
def workspace(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("timeline")
    return dated_workspace(folder, registry=registry_of(request.param, folder))


@pytest.fixture(scope="module")
def found(workspace):
    return timeline(workspace, fiscal_year_ends("H26", "R3"))


def test_every_year_stands_once_without_and_once_with_suspended_places(found):
    years = found.years
    assert years["fiscal_year_ja"].iloc[::2].tolist() == [
        *("H26", "H27", "H28", "H29", "H30", "R1", "R2", "R3"),
    ]
    assert years["with_suspended"].tolist() == [False, True] * 8
    assert years["as_of"].iloc[0] == "2015-03-31"


@pytest.mark.parametrize(("year", "expected"), EXPECTED.items(), ids=str)
def test_the_places_and_the_reached_of_a_year_are_those_derived_by_hand(found, year, expected):
    rows = found.years.set_index(["fiscal_year_ja", "with_suspended"]).sort_index()
    row = rows.loc[year]
    assert (row["places_n"], row["reached_weekly"], row["reached_monthly"]) == expected
    assert row["residents"] == 200.0
    assert row["coverage_weekly_pct"] == expected[1] / 2
    assert row["coverage_monthly_pct"] == expected[2] / 2
    assert row["reached_permanent"] == 0.0


def test_places_are_counted_by_their_own_class(found):
    rows = found.years.set_index(["fiscal_year_ja", "with_suspended"]).sort_index()
    classes = ["places_monthly", "places_weekly", "places_permanent", "places_unknown"]
    assert rows.loc[("H30", False), classes].tolist() == [2, 2, 0, 0]  # B D, A C
    assert rows.loc[("R3", True), classes].tolist() == [2, 2, 0, 0]  # D D2, A C
    assert rows["places_suspended"].to_dict()["R3", False] == 1
    assert (rows[classes].sum(axis=1) == rows["places_n"]).all()


def area(found, year, area_id, frequency="weekly"):
    rows = found.areas
    rows = rows[
        (rows["fiscal_year_ja"] == year)
        & ~rows["with_suspended"]
        & (rows["layer"] == "district")
        & (rows["area_id"] == area_id)
        & (rows["frequency"] == frequency)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


def test_areas_are_those_of_the_day(found):
    # Until 2017-03-31 the districts meet at 500 m: h0 alone is in the west, h1, h2, h3 in the east.
    west, east = area(found, "H28", "w"), area(found, "H28", "e")
    assert (west["version"], west["residents"], west["reached"]) == ("2014", 20.0, 20.0)
    assert (east["residents"], east["reached"], east["places_n"]) == (180.0, 30.0, 0)
    # From 2017-04-01 at 1000 m: h0 and h1 in the west.
    west, east = area(found, "H29", "w"), area(found, "H29", "e")
    assert (west["version"], west["residents"], west["reached"]) == ("2017", 50.0, 50.0)
    assert (east["residents"], east["reached"]) == (150.0, 0.0)
    # H30: C at 1900 m reaches h3.
    assert area(found, "H30", "e")["reached"] == 100.0
    assert area(found, "H30", "e", "monthly")["places_n"] == 3  # B, C, D


def test_every_layer_adds_up_to_the_whole_in_every_year(found):
    keys = ["fiscal_year", "with_suspended", "frequency", "layer"]
    sums = found.areas.groupby(keys)[["residents", "reached"]].sum()
    assert (sums["residents"] == 200.0).all()
    weekly = sums.xs("weekly", level="frequency")["reached"]
    for layer in ("city", "district"):
        of_layer = weekly.xs(layer, level="layer")
        assert of_layer.tolist() == found.years["reached_weekly"].tolist()


def test_targets_count_areas_where_the_layer_is_there_else_places(found):
    rows = found.targets.set_index(["fiscal_year_ja", "with_suspended", "frequency"]).sort_index()
    names = ["reached", "counts", "number"]
    # A alone is weekly, in the west; C makes it both districts, without it D and D2 from R3.
    assert rows.loc[("H26", False, "weekly"), names].tolist() == [1, "areas", 2]
    assert rows.loc[("H30", False, "weekly"), names].tolist() == [2, "areas", 2]
    assert rows.loc[("R1", False, "weekly"), names].tolist() == [1, "areas", 2]
    assert rows.loc[("R1", True, "weekly"), names].tolist() == [2, "areas", 2]
    assert rows.loc[("R3", False, "weekly"), names].tolist() == [2, "areas", 2]
    assert rows.loc[("H30", False, "monthly"), names].tolist() == [4, "places", 5]


def test_a_year_equals_a_run_for_its_last_day(workspace, found):
    """The timeline takes a short cut; the run does not."""
    for year, with_suspended in (("H28", False), ("R1", True), ("R3", False)):
        end = fiscal_year_ends(year, year)[0]
        table = run(workspace, selection=Selection(end, with_suspended)).table("coverage")
        asked = (table["walk_limit_m"] == 500.0) & (table["profile"] == "standard")
        table = table[asked & (table["age_group"] == "65+")]
        mine = found.areas[
            (found.areas["fiscal_year_ja"] == year)
            & (found.areas["with_suspended"] == with_suspended)
        ]
        keys = ["layer", "area_id", "frequency"]
        columns = [
            *keys,
            "version",
            "residents",
            "reached",
            "coverage_pct",
            "places_n",
            "remainder",
        ]
        one, other = (
            frame[columns].sort_values(keys, ignore_index=True) for frame in (mine, table)
        )
        pd.testing.assert_frame_equal(one, other, check_dtype=False)


def test_what_documents_say_stands_beside_and_changes_nothing(found):
    said = found.years.set_index(["fiscal_year_ja", "with_suspended"])["places_documented"]
    assert said["H26", False] == "居場所 3か所（2015-03-31(H26年度末)）"
    assert said["R1", False] == "茶の間 9か所（FY2019）"
    assert said["H27", False] == ""


def test_places_without_dates_are_counted_and_said(tmp_path):
    found = timeline(dated_workspace(tmp_path, *PLACES, UNDATED), fiscal_year_ends("H26", "H26"))
    row = found.years.iloc[0]
    assert (row["places_n"], row["opening_assumed_n"], row["closed_undated_n"]) == (3, 1, 1)
    assert "開設日のわからない場1か所" in row["remarks"]
    assert "いつ閉じたかわからない場1か所" in row["remarks"]
    assert "1 places without an opening date" in row["remarks_en"]


def test_a_year_before_the_first_place_is_a_row_of_zeros(workspace):
    found = timeline(workspace, fiscal_year_ends("H20", "H21"))
    row = found.years.iloc[0]
    assert (row["places_n"], row["reached_monthly"], row["coverage_weekly_pct"]) == (0, 0.0, 0.0)
    assert "場がありません" in row["remarks"]
    assert "no places" in row["remarks_en"]
    inhabited = found.areas[found.areas["residents"] > 0]
    assert (inhabited["coverage_pct"] == 0.0).all()


def test_a_town_whose_places_are_all_closed_has_its_rows(tmp_path):
    closed = ("A", 100.0, "毎週月曜日", "closed", "2010-04-01", "", "2012-03-31", "vA")
    found = timeline(dated_workspace(tmp_path, closed), fiscal_year_ends("H23", "H24"))
    # It is open through 2012-03-31, the last day of H23.
    assert found.years["places_n"].tolist() == [1, 1, 0, 0]
    assert found.years["reached_weekly"].tolist() == [50.0, 50.0, 0.0, 0.0]


def test_the_order_of_the_list_changes_nothing(tmp_path, found):
    other = timeline(dated_workspace(tmp_path, *reversed(PLACES)), fiscal_year_ends("H26", "R3"))
    pd.testing.assert_frame_equal(other.years, found.years)
    pd.testing.assert_frame_equal(other.areas, found.areas)
    pd.testing.assert_frame_equal(other.targets, found.targets)


def test_three_tables_are_written_beside_each_other(found, tmp_path):
    files = write_timeline(found, tmp_path / "t.csv", {"view": "public"})
    names = ["t.csv", "t-areas.csv", "t-targets.csv", "t.provenance.json"]
    assert [file.name for file in files] == names
    assert json.loads(files[-1].read_text(encoding="utf-8")) == {"view": "public"}
    years = pd.read_csv(files[0], encoding="utf-8-sig")
    assert years["reached_weekly"].tolist() == found.years["reached_weekly"].tolist()


def adopt(workspace, **said):
    base = {"action": "open", "frequency": "weekly", "council_id": "e", "status": "adopted"}
    record_decision(workspace, NewDecision(**{**base, "meeting_date": "2025-10-01", **said}))


# D2, at 1390 m, is to meet weekly from March 2026 (R7); vC, at h3, is to open on 2027-04-01, a day
# after the end of R8; nobody has said when a place at 1100 m (h2) is to open. So without suspended
# places, of 200 residents, and A, D and D2 open (D and D2 together weekly) from R3 on:
#   year     planned         places  monthly, weekly  weekly-reached
#   R6       -               A D D2     2 D D2  1 A         100
#   R7, R8   D2              A D D2     1 D     2 A D2      100
#   R9, R12  D2, vC          + vC       1 D     3           200
PLANNED = {
    "H26": (2, 0, 1, 1, 50.0),
    "R6": (3, 0, 2, 1, 100.0),
    "R7": (3, 1, 1, 2, 100.0),
    "R8": (3, 1, 1, 2, 100.0),
    "R9": (4, 2, 1, 3, 200.0),
    "R12": (4, 2, 1, 3, 200.0),
}


@pytest.fixture(scope="module", params=DATABASES)
def planned_town(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("planned")
    workspace = dated_workspace(folder, registry=registry_of(request.param, folder))
    adopt(workspace, action="upgrade", place_id="D2", opens_on="令和8年3月")
    adopt(workspace, venue_id="vC", opens_on="2027-04-01")
    spot = gpd.GeoSeries([Point(1100.0, 0.0)], crs=6677).to_crs(6668).iloc[0]
    adopt(workspace, lon=spot.x, lat=spot.y)
    return workspace


@pytest.fixture(scope="module")
def planned(planned_town):
    return timeline(planned_town, fiscal_year_ends("H26", "R12"), planned=True)


@pytest.mark.parametrize(("year", "expected"), PLANNED.items(), ids=str)
def test_a_plan_counts_from_its_day_on_and_apart(planned, year, expected):
    names = ["places_n", "places_planned", "places_monthly", "places_weekly", "reached_weekly"]
    rows = planned.years.set_index(["fiscal_year_ja", "with_suspended", "with_planned"])
    assert rows.loc[(year, False, True), names].tolist() == list(expected)
    assert rows.loc[(year, False, False), "places_planned"] == 0


def test_no_plan_counts_where_it_is_not_asked_for(planned_town, planned):
    alone = timeline(planned_town, fiscal_year_ends("H26", "R12"))
    assert not alone.years["with_planned"].any()
    for name in ("years", "areas", "targets"):
        both = getattr(planned, name)
        without = both[~both["with_planned"]].reset_index(drop=True)
        pd.testing.assert_frame_equal(without, getattr(alone, name), check_dtype=False)


def test_what_has_no_day_is_in_no_year_and_that_is_said(planned):
    years = planned.years
    with_plans = years[years["with_planned"]]
    assert set(with_plans["planned_undated_n"]) == {1}
    assert with_plans["remarks"].str.contains("開く予定の日のない計画中の場1か所").all()
    assert with_plans["remarks_en"].str.contains("1 planned places without a day").all()
    assert not years.loc[~years["with_planned"], "remarks"].str.contains("計画中").any()


def test_targets_and_areas_of_a_planned_year_are_those_of_a_run(planned_town, planned):
    for year in ("R8", "R9"):
        end = fiscal_year_ends(year, year)[0]
        table = run(planned_town, selection=Selection(end, with_planned=True)).table("coverage")
        asked = (table["walk_limit_m"] == 500.0) & (table["profile"] == "standard")
        table = table[asked & (table["age_group"] == "65+")]
        mine = planned.areas[
            (planned.areas["fiscal_year_ja"] == year)
            & ~planned.areas["with_suspended"]
            & planned.areas["with_planned"]
        ]
        keys = ["layer", "area_id", "frequency"]
        columns = [*keys, "residents", "reached", "places_n"]
        one, other = (
            frame[columns].sort_values(keys, ignore_index=True) for frame in (mine, table)
        )
        pd.testing.assert_frame_equal(one, other, check_dtype=False)
    targets = planned.targets.set_index(
        ["fiscal_year_ja", "with_suspended", "with_planned", "frequency"]
    ).sort_index()
    # Monthly or more: A, D, D2, and from R9 the place at vC; 5 are wanted.
    assert targets.loc[("R8", False, True, "monthly"), "reached"] == 3
    assert targets.loc[("R9", False, True, "monthly"), "reached"] == 4


def test_what_is_rejected_later_is_planned_no_more(tmp_path):
    workspace = dated_workspace(tmp_path)
    adopt(workspace, venue_id="vC", opens_on="2027-04-01")
    adopt(workspace, venue_id="vC", status="rejected", reason="坂が急", meeting_date="2026-02-01")
    years = timeline(workspace, fiscal_year_ends("R9", "R9"), planned=True).years
    assert years["places_planned"].tolist() == [0, 0, 0, 0]


def test_a_row_of_years_has_both_ends():
    ends = fiscal_year_ends("H30", "R2")
    assert ends == [date(2019, 3, 31), date(2020, 3, 31), date(2021, 3, 31)]
    assert [fiscal_year_name(end) for end in ends] == ["H30", "R1", "R2"]
    assert fiscal_year_name(date(1989, 3, 31)) == "S63"
    assert fiscal_year_name(date(1990, 3, 31)) == "H1"


@pytest.mark.parametrize(
    ("first", "last", "message", "japanese"),
    [
        ("R7", "H26", "give the earlier one first", "早い年度を先に"),
        ("H26", "いつか", "is no fiscal year", "年度として読めません"),
        ("1950", "2100", "at most 60", "60年度まで"),
    ],
)
def test_years_that_make_no_row_are_refused_with_the_way_out(first, last, message, japanese):
    with pytest.raises(InvalidInputError, match=message) as error:
        fiscal_year_ends(first, last)
    assert japanese in told(error.value, "ja")
