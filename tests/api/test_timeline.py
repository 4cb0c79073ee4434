"""The timeline over HTTP and on the command line, on the town of one street (tests/datedtown.py)."""

import csv
import json

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.main import main
from api.settings import Settings
from services.results.run import run
from tests.datedtown import dated_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    made = dated_workspace(tmp_path_factory.mktemp("timeline"))
    run(made)
    return made


@pytest.fixture(scope="module")
def client(workspace):
    with TestClient(create_app(workspace, Settings(warm=False))) as client:
        yield client


def test_the_timeline_has_years_areas_and_targets_with_their_provenance(client):
    body = client.get("/timeline", params={"from": "H29", "to": "令和元年度"}).json()
    years = {(row["fiscal_year_ja"], row["with_suspended"]): row for row in body["years"]}
    assert set(years) == {(name, flag) for name in ("H29", "H30", "R1") for flag in (False, True)}
    # H30: A and C are weekly, 20 + 30 and 100 of 200 residents.
    assert years["H30", False]["reached_weekly"] == 150.0
    assert {row["layer"] for row in body["areas"]} == {"district"}
    assert {row["label_en"] for row in body["targets"]} >= {"a weekly place per district"}
    assert body["provenance"]["snapshot"] == "0001"


def test_the_areas_are_those_of_one_layer_in_the_version_of_the_year(client):
    body = client.get("/timeline", params={"from": "H28", "to": "H28"}).json()
    # The western district of 2014 has 20 of the 200 residents.
    residents = {row["area_id"]: row["residents"] for row in body["areas"]}
    assert residents == {"w": 20.0, "e": 180.0, "_remainder": 0.0}
    body = client.get("/timeline", params={"from": "H28", "to": "H28", "layer": "city"}).json()
    assert {row["layer"] for row in body["areas"]} == {"city"}


@pytest.mark.parametrize(
    ("query", "japanese"),
    [
        ({"from": "R7", "to": "H26"}, "早い年度を先に"),
        ({"from": "H26", "to": "??"}, "年度として読めません"),
        ({"from": "H26", "to": "R7", "layer": "wards"}, "使える値"),
        ({"from": "H26"}, "使えない値"),
    ],
)
def test_what_cannot_be_computed_is_refused_with_the_way_out(client, query, japanese):
    answer = client.get("/timeline", params=query)
    assert answer.status_code == 400
    assert japanese in answer.json()["detail_ja"]


def test_the_command_writes_three_tables_what_they_are_made_of_and_shows_the_years(
    workspace, tmp_path, capsys
):
    out = tmp_path / "years.csv"
    options = ["--from", "H30", "--to", "R1", "--out", str(out)]
    assert main(["timeline", str(workspace.path), *options, "--lang", "ja"]) == 0
    shown = capsys.readouterr().out
    assert "資料の数 R1: 茶の間 9か所" in shown
    assert "いつ閉じたかわからない場1か所" in shown
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["reached_weekly"] for row in rows] == ["150.0", "150.0", "50.0", "150.0"]
    assert {path.name for path in tmp_path.iterdir()} == {
        *("years.csv", "years-areas.csv", "years-targets.csv", "years.provenance.json"),
    }
    told = json.loads((tmp_path / "years.provenance.json").read_text(encoding="utf-8"))
    assert (told["view"], told["parameters"]["walk_limit_m"]) == ("public", 500.0)


def test_the_command_answers_a_machine(workspace, capsys):
    command = ["timeline", str(workspace.path), "--from", "H30", "--to", "H30", "--json"]
    assert main([*command, "--limit-m", "300"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["files"] == []
    # Within 300 m A has h0 alone (20), C has h3 (100).
    assert body["years"][0]["reached_weekly"] == 120.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--from", "R7", "--to", "H26"], "give the earlier one first"),
        (["--from", "H26", "--to", "R7", "--out", "."], "name a CSV file"),
        (["--from", "H26"], "--to"),
    ],
)
def test_the_command_refuses_in_one_line(workspace, capsys, options, message):
    assert main(["timeline", str(workspace.path), *options, "--lang", "en"]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.strip().splitlines()) == 1
