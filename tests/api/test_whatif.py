"""What if over HTTP and on the command line, on the town of one street (tests/datedtown.py)."""

import json

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.main import main
from api.settings import Settings
from services.results.run import run
from tests.datedtown import dated_workspace

OPEN = (
    ("A", 100.0, "毎週月曜日10:00〜11:30", "active", "", "", "", "vA"),
    ("C", 1900.0, "毎週火曜日10:00〜12:00", "active", "", "", "", "vC"),
    ("D", 1390.0, "第1・第3木曜日10:00〜12:00", "active", "", "", "", "vD"),
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    made = dated_workspace(tmp_path_factory.mktemp("whatif"), *OPEN)
    run(made)
    return made


@pytest.fixture(scope="module")
def client(workspace):
    with TestClient(create_app(workspace, Settings(warm=False))) as client:
        yield client


def weekly(rows: list[dict]) -> list[dict]:
    return [r for r in rows if r["frequency"] == "weekly" and r["walk_limit_m"] == 500.0]


def test_an_upgrade_is_answered_before_and_after_with_its_provenance(client):
    edits = [{"action": "change", "place_id": "D", "frequency": "weekly"}]
    body = client.post("/whatif", json={"layer": "district", "edits": edits}).json()
    # h0 20, h1 30, h3 100 are reached weekly; D within 290 m of h2 adds 50.
    (whole,) = weekly(body["whole"])
    assert (whole["reached"], whole["reached_after"], whole["gained"]) == (150.0, 200.0, 50.0)
    (east,) = weekly(body["areas"])
    assert (east["area_id"], east["reached_difference"], east["lost"]) == ("e", 50.0, 0.0)
    assert body["provenance"]["snapshot"] == "0001"
    assert body["remarks"] == []


def test_areas_that_lose_are_told_and_that_no_place_is_left(client):
    edits = [{"action": "close", "place_id": place} for place in ("A", "C", "D")]
    body = client.post("/whatif", json={"edits": edits}).json()
    assert body["places_n"] == 0
    assert body["remarks_en"] == ["no places are left"]
    near = [r for r in body["areas"] if r["frequency"] == "weekly" and r["walk_limit_m"] == 300.0]
    # Within 300 m A has h0 alone, 20 residents of the west, and C h3, 100 of the east.
    assert {r["area_id"]: r["lost"] for r in near} == {"w": 20.0, "e": 100.0}
    assert {r["reached_after"] for r in near} == {0.0}


@pytest.mark.parametrize(
    ("body", "status", "japanese"),
    [
        ({"edits": []}, 422, "使えない値"),
        ({"edits": [{"action": "close", "place_id": "Z"}]}, 404, "「Z」はありません"),
        ({"edits": [{"action": "close"}]}, 422, "place_id で場を指定"),
        ({"layer": "wards", "edits": [{"action": "close", "place_id": "A"}]}, 404, "使えるもの"),
        ({"age_group": "9+", "edits": [{"action": "close", "place_id": "A"}]}, 422, "使えるもの"),
        ({"edits": [{"action": "close", "place_id": "A", "name": "x"}]}, 422, "使えない値"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_the_way_out(client, body, status, japanese):
    answer = client.post("/whatif", json=body)
    assert answer.status_code == status
    assert japanese in answer.json()["detail_ja"]


def test_nothing_is_stored(client, workspace):
    before = sorted(path.name for path in workspace.path.rglob("*"))
    client.post("/whatif", json={"edits": [{"action": "close", "place_id": "A"}]})
    assert sorted(path.name for path in workspace.path.rglob("*")) == before


def test_the_command_shows_before_and_after(workspace, capsys):
    options = ["--change", "D=weekly", "--layer", "district"]
    assert main(["whatif", str(workspace.path), *options, "--lang", "ja"]) == 0
    shown = capsys.readouterr().out
    assert "150人（75.0\N{FULLWIDTH PERCENT SIGN}）" in shown
    assert "200人（100.0\N{FULLWIDTH PERCENT SIGN}）" in shown
    assert "数字の変わる区域" in shown
    assert main(["whatif", str(workspace.path), *options, "--json"]) == 0
    assert weekly(json.loads(capsys.readouterr().out)["whole"])[0]["gained"] == 50.0


def test_a_command_that_tries_nothing_is_refused(workspace, capsys):
    assert main(["whatif", str(workspace.path), "--lang", "en"]) == 2
    assert "say what to try" in capsys.readouterr().err
