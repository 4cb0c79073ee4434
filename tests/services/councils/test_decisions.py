"""Decisions on the town of one street (tests/datedtown.py): the log, what may follow, planned places."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point
from sqlalchemy import create_engine, text

from geo.errors import InvalidInputError, NotFoundError
from services.councils.decisions import export_decisions, list_decisions, record_decision
from services.councils.entry import NewDecision
from services.intake.build import build
from services.intake.inputs import Given
from services.registry.decisions import keep_decisions, read_decisions, with_status
from services.registry.places import create_registry, read_venues, write_registry
from services.results.run import run
from services.situation.parameters import Parameters
from services.situation.places import Selection, places_frame
from services.situation.view import Situation
from services.words.dates import today
from services.words.texts import told
from services.workspace.folder import Workspace
from tests.databases import DATABASES, registry_of
from tests.datedtown import PLACES, _no_venues, dated_workspace, places

DAY = "2025-10-01"


@pytest.fixture(params=DATABASES)
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    return dated_workspace(tmp_path, registry=registry_of(request.param, tmp_path))


def entry(status: str, **said: object) -> NewDecision:
    base = {"action": "open", "frequency": "weekly", "council_id": "e", "venue_id": "vC"}
    return NewDecision(**{**base, "status": status, **said})  # type: ignore[arg-type]


def test_the_log_is_only_added_to_and_the_latest_row_counts(workspace: Workspace) -> None:
    record_decision(workspace, entry("proposed"))
    record_decision(
        workspace, entry("discussed", meeting_date="令和7年9月1日", decided_by="東協議体")
    )
    record_decision(workspace, entry("rejected", reason="坂が急", meeting_date=DAY))
    record_decision(workspace, entry("proposed", reason="手すりが付いた"))
    (found,) = list_decisions(workspace)
    assert found.latest["status"] == "proposed"
    assert [row["status"] for row in found.history] == [
        "proposed",
        "discussed",
        "rejected",
        "proposed",
    ]
    assert [row["meeting_date"] for row in found.history] == ["", "2025-09-01", DAY, ""]
    assert found.latest["candidate_key"] == "open:vC:weekly"
    # Another frequency at the same hall is another candidate; the newest comes first.
    record_decision(workspace, entry("proposed", frequency="monthly"))
    assert [one.latest["frequency"] for one in list_decisions(workspace)] == ["monthly", "weekly"]
    assert list_decisions(workspace, "w") == []
    assert len(list_decisions(workspace, "e")) == 2


TOMORROW = (today() + timedelta(days=1)).isoformat()
REFUSED = [
    ([], entry("adopted"), "会議の日"),
    ([], entry("rejected", meeting_date=DAY), "理由"),
    ([], entry("adopted", meeting_date="秋ごろ"), "日付ではありません"),
    ([], entry("adopted", meeting_date="2025-10"), "日付ではありません"),
    ([], entry("adopted", meeting_date=TOMORROW), "まだ来ていません"),
    ([], entry("burnt"), "status"),
    ([], entry("proposed", action="close"), "action"),
    ([], entry("proposed", frequency="daily"), "frequency"),
    ([], entry("proposed", council_id="x"), "協議体はありません"),
    ([], entry("proposed", venue_id="x"), "会場はありません"),
    ([], entry("proposed", venue_id=""), "どちらかが必要"),
    ([], entry("proposed", lon=140.0, lat=36.0), "どちらかが必要"),
    ([], entry("proposed", venue_id="", lon=135.0, lat=35.0), "市区町村の外"),
    ([], entry("proposed", action="upgrade", venue_id=""), "ありません"),
    # A meets every Monday already.
    ([], entry("proposed", action="upgrade", venue_id="", place_id="A"), "すでに週1"),
    ([], entry("proposed", schedule_text="そのうち"), "読めません"),
    ([entry("proposed")], entry("proposed"), "「提案」なので「提案」にはできません"),
    ([entry("adopted", meeting_date=DAY)], entry("adopted", meeting_date=DAY), "できるのは「協議中・不採用」"),
    ([entry("adopted", meeting_date=DAY)], entry("discussed"), "もういちど取り上げるには理由"),
    ([entry("rejected", reason="坂", meeting_date=DAY)], entry("proposed"), "理由"),
    ([entry("rejected", reason="坂", meeting_date=DAY)], entry("adopted", meeting_date=DAY), "できません"),
    ([entry("discussed", meeting_date=DAY)], entry("adopted", meeting_date="2025-09-30"), "より前"),
    # vC stands in the east, A in the west.
    ([], entry("proposed", council_id="w"), "東地区（e） にあります"),
    ([], entry("proposed", action="upgrade", venue_id="", place_id="A", frequency="permanent"), "西地区（w）"),
    ([], entry("proposed", action="upgrade", venue_id="", place_id="B"), "もう閉じています"),
    ([], entry("proposed", action="upgrade", place_id="D"), "いまの会場"),
    ([], entry("proposed", action="upgrade", venue_id="", place_id="D", lon=140.0, lat=36.0), "いまの会場"),
    ([], entry("proposed", reason="坂\x00"), "表示できない文字"),
    ([], entry("proposed", name="会\ud800"), "表示できない文字"),
    ([], entry("proposed", reason="あ" * 2001), "2001字"),
    ([], entry("proposed", opens_on="秋"), "日付でも月でも"),
    ([], entry("proposed", opens_on="令和9年度"), "日付でも月でも"),
    ([], entry("adopted", meeting_date=DAY, opens_on="2025-09"), "会議の日（2025-10-01）より前"),
    ([], entry("rejected", meeting_date=DAY, reason="坂", opens_on="2027-04"), "不採用のもの"),
    ([], entry("proposed", plan_id="0099"), "計画「0099」はありません"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "refused", "japanese"), REFUSED)
def test_what_cannot_follow_is_refused_and_nothing_is_written(
    workspace: Workspace, before: list[NewDecision], refused: NewDecision, japanese: str
) -> None:
    for one in before:
        record_decision(workspace, one)
    with pytest.raises((InvalidInputError, NotFoundError)) as caught:
        record_decision(workspace, refused)
    assert japanese in told(caught.value, "ja")
    assert len(read_decisions(workspace.registry_url)) == len(before)


def counted(workspace: Workspace, *, with_planned: bool) -> float:
    """Return the residents 65+ weekly-reached within 500 m."""
    selection = Selection(with_planned=with_planned)
    situation = Situation(workspace, Parameters.of(workspace.profile, selection=selection))
    return float((situation.residents["65+"] * situation.reached("weekly")).sum())


def test_an_adopted_opening_is_a_planned_place_and_counts_only_when_asked(
    workspace: Workspace,
) -> None:
    record_decision(workspace, entry("adopted", meeting_date=DAY))
    planned = places_frame(workspace).set_index("status").loc["planned"]
    assert (planned["venue_id"], planned["counts"], planned["not_counted"]) == (
        "vC",
        False,
        "planned",
    )
    assert planned["frequency"] == "weekly"
    # vC stands at h3 (100 of 200); 100 are reached today (tests/services/test_scenarios.py).
    assert counted(workspace, with_planned=False) == 100.0
    assert counted(workspace, with_planned=True) == 200.0
    # Before the meeting nobody had decided it.
    before = places_frame(workspace, Selection(as_of=today().replace(year=2025, month=9, day=30)))
    assert "planned" not in set(before["status"])
    record_decision(workspace, entry("rejected", reason="会場が使えない", meeting_date=DAY))
    assert "planned" not in set(places_frame(workspace)["status"])


def test_an_adopted_upgrade_changes_its_place_and_no_group_is_there_twice(
    workspace: Workspace,
) -> None:
    upgrade = entry("adopted", action="upgrade", venue_id="", place_id="D", meeting_date=DAY)
    record_decision(workspace, upgrade)
    today_ = places_frame(workspace)
    assert today_[today_["status"] == "planned"]["venue_id"].tolist() == ["vD"]
    then = places_frame(workspace, Selection(with_planned=True)).set_index("place_id")
    assert len(then) == len(PLACES)
    assert then.loc["D", "frequency"] == "weekly"
    assert today_.set_index("place_id").loc["D", "frequency"] == "monthly"


def test_a_spot_without_a_hall_is_planned_where_it_is(workspace: Workspace) -> None:
    spot = gpd.GeoSeries([Point(1900.0, 0.0)], crs=6677).to_crs(6668).iloc[0]
    record_decision(
        workspace, entry("adopted", venue_id="", lon=spot.x, lat=spot.y, meeting_date=DAY)
    )
    row = places_frame(workspace).set_index("status").loc["planned"]
    assert row["name"] == "会場未定"
    assert row["geometry"].distance(Point(1900.0, 0.0)) < 0.01
    assert counted(workspace, with_planned=True) == 200.0


def test_what_has_come_true_is_planned_no_more(workspace: Workspace) -> None:
    record_decision(workspace, entry("adopted", meeting_date=DAY))
    rows = [(*row[:3], "active", *row[4:]) if row[0] == "C" else row for row in PLACES]
    write_registry(workspace.registry_url, _no_venues(), places(*rows))
    assert "planned" not in set(places_frame(workspace)["status"])
    assert len(list_decisions(workspace)) == 1


def test_candidates_bear_the_latest_status(workspace: Workspace) -> None:
    candidates = pd.DataFrame(
        {
            "action": ["open", "upgrade", "open"],
            "venue_id": ["vC", "vD", "vB"],
            "place_id": ["", "D", ""],
            "status": "proposed",
        }
    )
    assert with_status(candidates, workspace.registry_url)["status"].tolist() == ["proposed"] * 3
    record_decision(workspace, entry("rejected", reason="坂", meeting_date=DAY))
    record_decision(workspace, entry("discussed", action="upgrade", venue_id="", place_id="D"))
    status = with_status(candidates, workspace.registry_url)["status"].tolist()
    assert status == ["rejected", "discussed", "proposed"]


def test_a_decision_says_when_the_data_has_changed(workspace: Workspace) -> None:
    record_decision(workspace, entry("proposed"))
    assert list_decisions(workspace)[0].stale == ()
    manifest = workspace.path / "workspace.json"
    manifest.write_text(
        manifest.read_text("utf-8").replace('"counts": {}', '"counts": {"x": 1}'), "utf-8"
    )
    assert list_decisions(Workspace(workspace.path))[0].stale == ("data",)


def test_a_new_build_keeps_what_was_decided(workspace: Workspace, tmp_path: Path) -> None:
    record_decision(workspace, entry("adopted", meeting_date=DAY))
    rebuilt = f"sqlite:///{tmp_path / 'new.sqlite'}"
    create_registry(rebuilt)
    for _ in range(2):
        keep_decisions(workspace.path, rebuilt)
    assert read_decisions(rebuilt)["candidate_key"].tolist() == ["open:vC:weekly"]
    keep_decisions(tmp_path / "nowhere", rebuilt)


def statement(url: str, words: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(words))
    engine.dispose()


def without_versions(url: str) -> None:
    """Let a registry be as before its tables were numbered."""
    for table in ("alembic_version", "changes", "notes", "answers", "papers"):
        statement(url, f"DROP TABLE {table}")


def test_a_log_of_before_is_read_and_goes_on(workspace: Workspace) -> None:
    record_decision(workspace, entry("adopted", meeting_date=DAY, opens_on="2027-04"))
    url = workspace.registry_url
    without_versions(url)
    statement(url, "ALTER TABLE decisions DROP COLUMN opens_on")
    assert read_decisions(url)["opens_on"].tolist() == [""]
    again = entry("discussed", reason="会場の都合", meeting_date=DAY, opens_on="2028-04")
    record_decision(workspace, again)
    assert read_decisions(url)["opens_on"].tolist() == ["", "2028-04"]
    # Before there were decisions there was no such table.
    without_versions(url)
    statement(url, "DROP TABLE decisions")
    assert read_decisions(url).empty
    record_decision(workspace, entry("proposed"))
    assert len(read_decisions(url)) == 1


def test_a_registry_that_is_not_there_has_no_decisions(tmp_path: Path) -> None:
    assert read_decisions(f"sqlite:///{tmp_path / 'none.sqlite'}").empty
    assert not (tmp_path / "none.sqlite").exists()


def test_of_all_who_decide_at_once_one_is_first(workspace: Workspace) -> None:
    at_once = Barrier(4)

    def decide(_: int) -> str:
        at_once.wait()
        try:
            record_decision(workspace, entry("adopted", meeting_date=DAY))
        except InvalidInputError as refused:
            return told(refused, "ja")
        return ""

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(decide, range(4)))
    assert said[0] == ""
    assert all("いま「採用」なので" in refused for refused in said[1:])
    assert len(read_decisions(workspace.registry_url)) == 1


def test_nothing_that_was_recorded_ever_changes(workspace: Workspace) -> None:
    url, before = workspace.registry_url, []
    for step in (
        entry("proposed"),
        entry("discussed"),
        entry("adopted", meeting_date=DAY, opens_on="2027-04-01"),
        entry("rejected", meeting_date=DAY, reason="会場が使えない"),
        entry("rejected", meeting_date=DAY, reason="また"),  # refused
        entry("proposed", reason="手すりが付いた"),
    ):
        with suppress(InvalidInputError):
            record_decision(workspace, step)
        log = read_decisions(url).astype(str).to_numpy().tolist()
        assert log[: len(before)] == before
        before = log
    assert len(before) == 5


def test_what_is_there_no_more_is_said_and_can_only_be_rejected(workspace: Workspace) -> None:
    record_decision(workspace, entry("adopted", meeting_date=DAY))
    left = [row for row in PLACES if row[-1] != "vC"]
    write_registry(workspace.registry_url, _no_venues(), places(*left))
    assert list_decisions(workspace)[0].stale == ("candidate",)
    assert "planned" not in set(places_frame(workspace)["status"])
    for refused in (
        entry("discussed", reason="どうするか"),
        entry("rejected", council_id="w", reason="建て替え", meeting_date=DAY),
    ):
        with pytest.raises(NotFoundError):
            record_decision(workspace, refused)
    done = record_decision(workspace, entry("rejected", reason="建て替え", meeting_date=DAY))
    assert done.latest["status"] == "rejected"


def test_a_place_that_has_closed_is_upgraded_no_more(workspace: Workspace) -> None:
    upgrade = entry("adopted", action="upgrade", venue_id="", place_id="D", meeting_date=DAY)
    record_decision(workspace, upgrade)
    rows = [(*row[:3], "closed", *row[4:]) if row[0] == "D" else row for row in PLACES]
    write_registry(workspace.registry_url, _no_venues(), places(*rows))
    assert list_decisions(workspace)[0].stale == ("candidate",)
    assert "planned" not in set(places_frame(workspace)["status"])


def test_a_council_of_several_areas_decides_in_each(workspace: Workspace) -> None:
    manifest = workspace.path / "workspace.json"
    own = [{"layer": "district", "area_ids": ["w", "e"], "part": ""}]
    councils = [
        {"id": "L1", "name": "第1層", "number": 1, "note": "", "known": True, "owns": own},
        {"id": "L9", "name": "境界不明", "number": 9, "note": "", "known": False, "owns": []},
    ]
    plain = json.loads(manifest.read_text("utf-8")) | {"councils": councils}
    manifest.write_text(json.dumps(plain, ensure_ascii=False), "utf-8")
    both = Workspace(workspace.path)
    record_decision(both, entry("proposed", council_id="L1"))
    a = entry("proposed", action="upgrade", venue_id="", place_id="A", frequency="permanent")
    record_decision(both, replace(a, council_id="L1"))
    assert len(list_decisions(both, "L1")) == 2
    # Then the council of the area takes it up: it is on its list, not on the other's any more.
    record_decision(both, entry("adopted", meeting_date=DAY))
    (found,) = list_decisions(both, "e")
    assert [row["council_id"] for row in found.history] == ["L1", "e"]
    assert [one.latest["place_id"] for one in list_decisions(both, "L1")] == ["A"]
    # Nobody knows where the areas of a council without borders end.
    record_decision(both, entry("discussed", council_id="L9", reason="見直し"))


def test_the_name_of_a_private_home_is_neither_kept_nor_shown(workspace: Workspace) -> None:
    home = places(*PLACES)
    at_home = home["venue_id"] == "vC"
    home = home.assign(private_home=at_home, venue_name=home["venue_name"].mask(at_home, "佐藤宅"))
    write_registry(workspace.registry_url, _no_venues(), home)
    with pytest.raises(InvalidInputError, match="private home"):
        record_decision(workspace, entry("proposed", name="佐藤さんの家"))
    decided = record_decision(workspace, entry("adopted", meeting_date=DAY))
    assert "佐藤" not in json.dumps(decided.to_dict(), ensure_ascii=False)
    planned = places_frame(workspace).set_index("status").loc["planned"]
    assert (planned["private_home"], planned["venue_name"]) == (True, "個人宅")
    # Listed as a venue it is no less private.
    listed = gpd.GeoDataFrame(
        {
            "venue_id": ["H"],
            "name": ["佐藤宅"],
            "kind": "空き家",
            "address": "東1-1",
            "source_id": "everything",
            "row": 2,
            "private_home": [True],
        },
        geometry=[Point(1500.0, 0.0)],
        crs=6677,
    )
    write_registry(workspace.registry_url, listed, home)
    decided = record_decision(workspace, entry("adopted", venue_id="H", meeting_date=DAY))
    assert "佐藤" not in json.dumps(decided.to_dict(), ensure_ascii=False)
    shown = places_frame(workspace)
    row = shown[(shown["status"] == "planned") & (shown["venue_id"] == "H")].iloc[0]
    assert row["private_home"]
    assert "佐藤" not in str(row["venue_name"])
    assert row["address"] == ""


def test_the_whole_log_is_written_as_a_table(workspace: Workspace, tmp_path: Path) -> None:
    record_decision(workspace, entry("proposed", reason="=1+1"))
    record_decision(workspace, entry("adopted", meeting_date=DAY, opens_on="2027-04"))
    out = tmp_path / "decisions.csv"
    assert export_decisions(workspace, out, "e") == 2
    rows = pd.read_csv(out, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    assert rows["status"].tolist() == ["proposed", "adopted"]
    assert rows["opens_on"].tolist() == ["", "2027-04"]
    assert rows["reason"].tolist() == ["'=1+1", ""]  # a spreadsheet must not compute it
    assert export_decisions(workspace, out, "w") == 0
    with pytest.raises(NotFoundError):
        export_decisions(workspace, out, "x")


def test_parameters_of_a_first_run_are_no_change(workspace: Workspace) -> None:
    record_decision(workspace, entry("proposed"))
    run(workspace)
    assert list_decisions(workspace)[0].stale == ()
    run(workspace, walk_limit_m=300.0)
    record_decision(workspace, entry("discussed"))
    assert list_decisions(workspace)[0].stale == ()
    run(workspace)
    assert list_decisions(workspace)[0].stale == ("parameters",)


@pytest.mark.parametrize("kind", DATABASES)
def test_a_town_built_again_keeps_what_was_decided(
    kind: str, town_profile: Path, tmp_path: Path
) -> None:
    given = Given(registry_url=registry_of(kind, tmp_path))
    out = tmp_path / "workspace"
    built = build(town_profile, out, given=given)
    epsg = built.profile.municipality.plane_epsg
    council = built.profile.analysis.council_layer
    areas = built.areas()
    venues = read_venues(built.registry_url, epsg)
    inside = venues.sjoin(areas[areas["layer"] == council][["area_id", "geometry"]])
    venue, owner = inside[["venue_id", "area_id"]].iloc[0]
    record_decision(
        built, NewDecision("open", "weekly", "adopted", owner, venue_id=venue, meeting_date=DAY)
    )
    before = read_decisions(built.registry_url)
    again = build(town_profile, out, given=given)
    assert read_decisions(again.registry_url).equals(before)
    assert [one.latest["venue_id"] for one in list_decisions(again)] == [venue]
    assert "planned" in set(places_frame(again)["status"])
