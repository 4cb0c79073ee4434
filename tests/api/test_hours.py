"""A park with hours, from the files to every answer: build, run, why, what if, the polygons, a plan."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from api.cli.main import main
from geo.edits.drawn import Edit
from services.scenarios.file import Scenario, ScenarioEdit
from services.scenarios.town import apply_scenario
from services.scenarios.whatif import WhatIf
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.words.assumptions import marks
from services.workspace.folder import Workspace, open_workspace
from tests.parktown import HOUSE, lonlat, park_town

THROUGH_M = {"A": 10 + 300 + 200 + 300 + 10, "B": 10 + 300 + 1000 + 100 + 10}
"""To A through the park, to B round it; to U it is 100 m more than to B."""
DAY = {"opening_hours": "09:00-17:00"}


def cli(*arguments: object) -> None:
    assert main([str(argument) for argument in arguments]) == 0


def weekly_way(workspace: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return the way to the nearest weekly place, as the card has it."""
    capsys.readouterr()
    cli("--json", "why", workspace, *lonlat(*HOUSE))
    card = json.loads(capsys.readouterr().out)
    (way,) = [one for one in card["ways"] if one["frequency"] == "weekly"]
    return dict(way)


def reached(workspace: Path) -> float:
    table = pd.read_parquet(workspace / "results" / "0001" / "coverage.parquet")
    rows = table[table["age_group"].eq("65+") & table["frequency"].eq("weekly")]
    return float(
        rows.loc[
            rows["area_id"].ne("_remainder") & rows["walk_limit_m"].eq(1000.0), "reached"
        ].iloc[0]
    )


@pytest.mark.parametrize(
    ("park", "gate", "nearest", "reached_n"),
    [
        (DAY, {}, "A", 40.0),
        ({}, {"barrier": "gate", **DAY}, "A", 40.0),
        ({}, {}, "B", 40.0),
        ({"opening_hours": "Th-Tu 09:00-17:00"}, {}, "B", 0.0),
        ({"foot:conditional": "no @ (Dec-Mar)"}, {}, "B", 0.0),
    ],
    ids=str,
)
def test_the_run_and_the_card_walk_through_the_park_to_who_meets_while_it_is_open(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    park: dict[str, str],
    gate: dict[str, str],
    nearest: str,
    reached_n: float,
) -> None:
    workspace = tmp_path / "workspace"
    cli("build", park_town(tmp_path / "files", park=park, gate=gate), "--out", workspace)
    cli("run", workspace)
    always = THROUGH_M["B"] - 800.0 if not (park or gate) else THROUGH_M[nearest]
    way = weekly_way(workspace, capsys)
    assert (way["name"], way["walk_m"]) == (nearest, pytest.approx(always, abs=0.1))
    shut_m = 0.0 if nearest == "B" else 2.0 if gate else 200.0
    assert way["at_times_m"] == pytest.approx(shut_m, abs=0.1)
    assert reached(workspace) == reached_n


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("park")
    cli("build", park_town(folder / "files", park=DAY), "--out", folder / "workspace")
    cli("run", folder / "workspace")
    return folder / "workspace"


def test_the_ledger_says_that_the_park_is_walked_to_some_places(town: Path) -> None:
    entries = json.loads((town / "exact" / "intake.json").read_text("utf-8"))["streets"]["entries"]
    (said,) = [str(entry["said"]) for entry in entries if entry["code"] == "conditional"]
    assert "opening_hours=09:00-17:00" in said


def test_every_output_says_how_many_such_streets_there_are_and_to_how_many_places(
    town: Path,
) -> None:
    run = json.loads((town / "results" / "0001" / "run.json").read_text("utf-8"))
    (said,) = [one for one in run["assumptions"] if one["code"] == "hours"]
    assert (said["streets"], said["places"]) == (1, 1)
    assert marks([said], "en") == (
        "Estimated or assumed: streets that are closed at times (1, walked to 1 places)",
    )


def test_a_house_is_in_the_polygon_of_who_is_reached_through_the_park_alone(town: Path) -> None:
    result = town / "results" / "0001"
    places = pd.read_parquet(result / "places.parquet").set_index("place_id")["name"]
    areas = gpd.read_parquet(result / "reach.parquet")
    inside = areas.geometry.contains(shapely.Point(*HOUSE))
    found = dict(zip(areas["place_id"].map(places), inside, strict=True))
    assert {name: found[name] for name in "ABU"} == {"A": True, "B": False, "U": False}


def test_what_if_the_morning_group_moves_to_the_evening_nobody_is_reached(town: Path) -> None:
    workspace = open_workspace(town)
    whatif = WhatIf(Situation(workspace, Parameters.of(workspace.profile)), "city")
    counted = whatif.situation.counted.set_index("name")["place_id"]
    whole = {
        name: whatif.change(counted["A"], when).whole
        for name, when in (("late", "毎週水曜日18:00〜19:00"), ("early", "毎週金曜日9:30〜10:30"))
    }

    def after(table: pd.DataFrame) -> float:
        rows = table[table["age_group"].eq("65+") & table["frequency"].eq("weekly")]
        return float(rows["reached_after"].iloc[0])

    assert after(whole["late"]) == 0.0
    assert after(whole["early"]) == 40.0
    assert after(whatif.close(counted["A"]).whole) == 0.0
    assert after(whatif.close(counted["B"]).whole) == 40.0
    # One opens beyond it: at a time that is said, and at one that is not.
    whatif = WhatIf(evening_only(workspace), "city")
    assert after(whatif.open((950.0, 10.0), "毎週水曜日10:00〜11:00").whole) == 40.0
    assert after(whatif.open((950.0, 10.0), "weekly").whole) == 0.0


def evening_only(workspace: Workspace) -> Situation:
    """Return the town without its morning group."""
    places = Situation(workspace, Parameters.of(workspace.profile)).places
    return Situation(
        workspace, Parameters.of(workspace.profile), places=places[places["name"] != "A"]
    )


def test_in_a_scenario_who_meets_at_another_time_is_walked_to_another_way(town: Path) -> None:
    workspace = open_workspace(town)
    parameters = Parameters.of(workspace.profile)
    counted = Situation(workspace, parameters).counted.set_index("name")["place_id"]
    for when, expected in (("毎週水曜日18:00〜19:00", False), ("毎週金曜日9:30〜10:30", True)):
        edit = ScenarioEdit(action="days", place_id=counted["A"], schedule_text=when)
        scene = apply_scenario(workspace, parameters, Scenario(name="x", edits=[edit]))
        assert scene.situation.reached("weekly").tolist() == [expected]


@pytest.mark.parametrize(
    "edit",
    [
        Edit("e", "closed", osm_id=2),
        Edit("e", "barrier", shape=shapely.LineString([(450, -50), (450, 50)])),
    ],
    ids=["closed", "barrier"],
)
def test_a_park_that_a_planner_closes_is_closed_to_everybody(town: Path, edit: Edit) -> None:
    workspace = open_workspace(town)
    parameters = Parameters.of(workspace.profile)
    assert Situation(workspace, parameters).reached("weekly").tolist() == [True]
    assert Situation(workspace, parameters, edits=[edit]).reached("weekly").tolist() == [False]


def test_the_map_draws_the_park_as_reached(town: Path) -> None:
    streets = gpd.read_parquet(town / "results" / "0001" / "streets.parquet")
    weekly = streets[streets["reach"] == "weekly"].geometry.union_all()
    # 300 m from A, while it is open.
    assert weekly.buffer(0.01).contains(shapely.LineString([(400, 0), (600, 0)]))


def test_a_plan_is_walked_on_the_streets_as_it_was_made(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli("--json", "plan", town, "--most", "1", "--points", "5", "--limit-m", "500")
    made = json.loads(capsys.readouterr().out)
    assert made["status"] == "optimal"
    assert made["chosen"]
