"""Scenarios, decisions and shares over HTTP and on the command line."""

import json

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.main import main
from api.settings import Settings
from services.results.run import run
from services.scenarios.file import read_scenario
from tests.api.signing import planner
from tests.datedtown import dated_workspace

CLOSE = {"name": "案A", "edits": [{"action": "close", "place_id": "A"}]}
ADOPT = {
    "action": "open",
    "status": "adopted",
    "council_id": "e",
    "venue_id": "vC",
    "meeting_date": "2025-10-01",
}


@pytest.fixture
def workspace(tmp_path):
    made = dated_workspace(tmp_path)
    run(made)
    return made


@pytest.fixture
def editor(workspace):
    with planner(workspace) as client:
        yield client


@pytest.fixture
def reader(workspace):
    with TestClient(create_app(workspace, Settings(warm=False))) as client:
        yield client


def test_who_may_only_read_writes_nothing(reader, workspace):
    for answer in (
        reader.post("/scenarios", json=CLOSE),
        reader.put("/scenarios/案A", json=CLOSE),
        reader.delete("/scenarios/案A"),
        reader.delete("/scenarios/案A/edits/1"),
        reader.post("/decisions", json=ADOPT),
    ):
        assert answer.status_code == 401
        assert "アカウント" in answer.json()["detail_ja"]
    assert reader.get("/scenarios").json() == {"scenarios": []}
    assert reader.get("/decisions").json() == {"decisions": []}
    assert not (workspace.path / "scenarios").exists()


def test_a_scenario_is_made_compared_replaced_and_deleted(editor):
    made = editor.post("/scenarios", json=CLOSE)
    assert made.status_code == 201
    assert made.json()["stale"] == []
    assert editor.post("/scenarios", json=CLOSE).status_code == 409
    body = editor.get("/scenarios/compare", params={"names": "案A"}).json()
    base, row = body["overview"]
    # A had h0 and h1: 20 + 30 of the 100 who are reached (tests/services/test_scenarios.py).
    assert (base["reached"], row["reached"], row["no_longer_reached"]) == (100.0, 50.0, 50.0)
    assert row["cost_per_year_yen"] is None
    assert "50人が届かなくなります" in body["sentences"]["ja"][0]
    other = {"name": "案A", "edits": []}
    assert editor.put("/scenarios/案A", json=other).json()["edits"] == []
    assert editor.put("/scenarios/案B", json=other).status_code == 422
    assert editor.delete("/scenarios/案A").status_code == 204
    assert editor.get("/scenarios/案A").status_code == 404
    assert editor.get("/scenarios/compare", params={"names": "案A"}).status_code == 404
    assert editor.get("/scenarios/compare", params={"names": ","}).status_code == 400


def test_one_change_is_taken_out(editor):
    editor.post("/scenarios", json=CLOSE)
    assert editor.delete("/scenarios/案A/edits/2").status_code == 404
    assert editor.delete("/scenarios/案B/edits/1").status_code == 404
    assert editor.delete("/scenarios/案A/edits/x").status_code == 400
    assert len(editor.get("/scenarios/案A").json()["edits"]) == 1
    left = editor.delete("/scenarios/案A/edits/1")
    assert (left.status_code, left.json()["edits"]) == (200, [])


def test_a_scenario_is_drawn_and_sent_as_a_file(editor, tmp_path):
    editor.post("/scenarios", json=CLOSE)
    (drawn,) = editor.get("/scenarios/案A/items").json()["features"]
    assert (drawn["properties"]["action"], drawn["geometry"]["type"]) == ("close", "Point")
    sent = editor.get("/scenarios/案A/file")
    assert "%E6%A1%88A.toml" in sent.headers["content-disposition"]
    (tmp_path / "sent.toml").write_bytes(sent.content)
    assert read_scenario(tmp_path / "sent.toml").edits[0].place_id == "A"
    for address in ("/scenarios/案Z/items", "/scenarios/案Z/file"):
        assert editor.get(address).status_code == 404


def test_a_page_learns_whether_it_may_write(editor, reader):
    assert "arrange" in editor.get("/session").json()["rights"]
    assert reader.get("/session").json()["rights"] == ["read"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "../x"},
        {"name": "案", "edits": [{"action": "close", "place_id": "Z"}]},
        {"name": "案", "edits": ["close"]},
        {"name": "案", "colour": 1},
        {
            "name": "案",
            "edits": [{"action": "open", "lon": 999, "lat": 0, "schedule_text": "毎週月曜"}],
        },
        {},
    ],
)
def test_a_bad_scenario_is_refused(editor, body):
    answer = editor.post("/scenarios", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail_ja"]
    assert editor.get("/scenarios").json() == {"scenarios": []}


def test_a_page_elsewhere_cannot_write_by_a_plain_form(editor):
    # A form of another site sends text without asking the browser first; it must not be read as JSON.
    headers = {"content-type": "text/plain"}
    assert editor.post("/scenarios", content=json.dumps(CLOSE), headers=headers).status_code == 422
    assert editor.post("/decisions", content=json.dumps(ADOPT), headers=headers).status_code == 422


def test_a_decision_is_recorded_and_its_candidate_bears_it(editor):
    candidates = editor.get("/collections/candidates/items").json()["features"]
    assert all(one["properties"]["status"] == "proposed" for one in candidates)
    assert editor.post("/decisions", json=ADOPT).status_code == 201
    (found,) = editor.get("/decisions", params={"council_id": "e"}).json()["decisions"]
    assert (found["status"], len(found["history"])) == ("adopted", 1)
    assert editor.post("/decisions", json={**ADOPT, "meeting_date": ""}).status_code == 422
    assert editor.post("/decisions", json={**ADOPT, "council_id": "x"}).status_code == 404
    assert editor.post("/decisions", json={**ADOPT, "who": "x"}).status_code == 422
    assert editor.get("/decisions", params={"council_id": "x"}).status_code == 404
    upgrade = {"action": "upgrade", "place_id": "D", "status": "discussed", "council_id": "e"}
    assert editor.post("/decisions", json=upgrade).status_code == 201


def test_the_share_of_an_area(reader):
    body = reader.get("/shares", params={"area": "東地区"}).json()
    assert [row["share"] for row in body["shares"]] == [1, 4]
    assert len(body["sentences"]["ja"]) == 2
    assert reader.get("/shares", params={"area": "どこか"}).status_code == 404
    # It stands beside the council's own figures, and beside nobody else's.
    figures = reader.get("/summary", params={"area": "e"}).json()["shares"]
    assert [(one["label"], one["share"], one["existing"], one["missing"]) for one in figures] == [
        ("地区ごとに週1", 1, 1, 0),
        ("月1 5か所", 4, 2, 2),
    ]
    assert reader.get("/summary").json()["shares"] == []
    city = {"area": "99999", "layer": "city"}
    assert reader.get("/summary", params=city).json()["shares"] == []


def test_a_decision_changes_the_share_and_the_timeline_at_once(editor):
    assert editor.get("/summary", params={"area": "e"}).json()["shares"][1]["planned"] == 0
    adopted = {**ADOPT, "opens_on": "2027-04-01"}
    assert editor.post("/decisions", json=adopted).json()["opens_on"] == "2027-04-01"
    assert editor.get("/summary", params={"area": "e"}).json()["shares"][1]["planned"] == 1
    page = editor.get("/reports/e").text
    assert "あなたの地域の分" in page
    assert "あなたの地域の分" not in editor.get("/reports/99999?layer=city").text
    # vC reaches h3 from R9 on, and is in no row that counts no plans.
    asked = {"from": "R8", "to": "R9"}
    rows = editor.get("/timeline", params={**asked, "with_planned": True}).json()["years"]
    told = {
        (row["fiscal_year_ja"], row["with_planned"]): (row["places_planned"], row["reached_weekly"])
        for row in rows
        if not row["with_suspended"]
    }
    assert told == {
        ("R8", False): (0, 100.0),
        ("R8", True): (0, 100.0),
        ("R9", False): (0, 100.0),
        ("R9", True): (1, 200.0),
    }
    rows = editor.get("/timeline", params=asked).json()["years"]
    assert {row["with_planned"] for row in rows} == {False}


def test_the_commands_of_scenarios(workspace, tmp_path, capsys):
    path, sent = str(workspace.path), tmp_path / "sent.toml"
    assert main(["scenario", "new", path, "案A", "--by", "課", "--lang", "ja"]) == 0
    assert "案「案A」を保存しました（変更0件）" in capsys.readouterr().out
    assert main(["scenario", "add", path, "案A", "close", "--place", "A"]) == 0
    assert (
        main(["scenario", "add", path, "案A", "days", "--place", "A", "--schedule", "毎週月曜"])
        == 2
    )
    assert (
        main(["scenario", "add", path, "案A", "open", "--at", "ここ", "--schedule", "毎週月曜"])
        == 2
    )
    capsys.readouterr()
    assert main(["scenario", "export", path, "案A", "--out", str(sent)]) == 0
    assert main(["scenario", "import", path, str(sent), "--as", "案B"]) == 0
    assert main(["scenario", "list", path, "--lang", "ja"]) == 0
    assert "案B" in capsys.readouterr().out
    assert main(["scenario", "show", path, "案A"]) == 0
    assert main(["scenario", "compare", path, "案A", "案B", "--lang", "ja"]) == 0
    shown = capsys.readouterr().out
    assert "50人が届かなくなります" in shown
    assert "目標：地区ごとに週1" in shown
    assert main(["scenario", "compare", path, "案A", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["overview"][1]["reached"] == 50.0
    assert main(["scenario", "remove", path, "案A", "3", "--lang", "ja"]) == 2
    assert "3番目の変更はありません" in capsys.readouterr().err
    assert main(["scenario", "remove", path, "案A", "1", "--lang", "ja"]) == 0
    assert "変更0件" in capsys.readouterr().out
    assert main(["scenario", "delete", path, "案A"]) == 0
    assert main(["scenario", "show", path, "案A"]) == 2


def test_the_commands_of_decisions(workspace, capsys):
    path = str(workspace.path)
    record = ["decision", "record", path]
    assert main([*record, "adopted", "--council", "e", "--venue", "vC", "--lang", "ja"]) == 2
    assert "会議の日" in capsys.readouterr().err
    given = ["--council", "e", "--venue", "vC", "--meeting", "2025-10-01", "--by", "東協議体"]
    given += ["--opens", "2027-04"]
    assert main([*record, "adopted", *given, "--lang", "ja"]) == 0
    assert "採用" in capsys.readouterr().out
    assert main(["decision", "list", path, "--lang", "ja"]) == 0
    assert "2025-10-01" in capsys.readouterr().out
    out = workspace.path.parent / "decisions.csv"
    assert main(["decision", "export", path, "--out", str(out)]) == 0
    assert "2027-04" in out.read_text("utf-8-sig")
    capsys.readouterr()
    years = ["timeline", path, "--from", "R9", "--to", "R9", "--lang", "ja"]
    assert main([*years, "--with-planned"]) == 0
    shown = capsys.readouterr().out
    assert "計画中" in shown
    assert "100.0" in shown
    assert main(years) == 0
    assert "計画中" not in capsys.readouterr().out
    assert main(["run", path, "--with-planned", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)["summary"]
    # vC stands at h3: all 200 are reached.
    assert summary["reached"] == 200.0
    # What is served is never replaced by what is only planned.
    assert workspace.snapshot().name == "0001"
