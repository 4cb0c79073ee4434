"""Decisions on the town of one street (tests/datedtown.py): the log, what may follow, planned places."""

import shutil
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import create_engine, text

from geo.errors import InvalidInputError, NotFoundError
from services.decisionentry import Entry
from services.decisionlog import read_decisions
from services.decisions import keep_decisions, list_decisions, record_decision
from services.decisionstatus import with_status
from services.parameters import Parameters
from services.places import Selection, places_frame
from services.registry import create_registry, write_registry
from services.situation import Situation
from services.today import today
from services.workspace import Workspace
from tests.databases import DATABASES, registry_of
from tests.datedtown import PLACES, _no_venues, dated_workspace, places

DAY = "2025-10-01"


@pytest.fixture(params=DATABASES)
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    return dated_workspace(tmp_path, registry=registry_of(request.param, tmp_path))


def entry(status: str, **said: object) -> Entry:
    base = {"action": "open", "frequency": "weekly", "council_id": "e", "venue_id": "vC"}
    return Entry(**{**base, "status": status, **said})  # type: ignore[arg-type]


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
    ([], entry("proposed", venue_id="", lon=135.0, lat=35.0), "市域の外"),
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
]  # fmt: skip


@pytest.mark.parametrize(("before", "refused", "japanese"), REFUSED)
def test_what_cannot_follow_is_refused_and_nothing_is_written(
    workspace: Workspace, before: list[Entry], refused: Entry, japanese: str
) -> None:
    for one in before:
        record_decision(workspace, one)
    with pytest.raises((InvalidInputError, NotFoundError)) as caught:
        record_decision(workspace, refused)
    assert japanese in caught.value.ja
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
    import geopandas as gpd
    from shapely import Point

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
    # A registry of before has no such table: it is empty until something is decided.
    old = f"sqlite:///{tmp_path / 'old.sqlite'}"
    shutil.copy(workspace.path / "registry.sqlite", tmp_path / "old.sqlite")
    engine = create_engine(old)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE decisions"))
    engine.dispose()
    assert read_decisions(old).empty
    assert read_decisions(f"sqlite:///{tmp_path / 'none.sqlite'}").empty
    assert not (tmp_path / "none.sqlite").exists()
