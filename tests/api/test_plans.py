"""Plans over HTTP and on the command line, on the town of tests/services/test_plans.py."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.main import main
from api.settings import Settings
from services.workspace import Workspace
from tests.services.test_plans import town

ASK = {"most": 1, "points_max": 0, "objectives": ["most_reached"]}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return town(tmp_path_factory.mktemp("plans"))


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> Iterator[TestClient]:
    with TestClient(create_app(workspace, Settings(warm=False, editing=True))) as client:
        yield client


def finished(client: TestClient, job_id: str) -> dict[str, object]:
    for _ in range(600):
        job: dict[str, object] = client.get(f"/jobs/{job_id}").json()
        if job["status"] not in ("queued", "running"):
            return job
        time.sleep(0.1)
    pytest.fail("the job never ended")


def test_a_plan_is_a_job_and_then_stays(client: TestClient) -> None:
    answer = client.post("/plans", json=ASK)
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/jobs/{answer.json()['job_id']}"
    job = finished(client, answer.json()["job_id"])
    assert (job["status"], job["progress"]) == ("done", 1.0)
    plan = client.get(str(job["plan"])).json()
    assert [row["candidate_id"] for row in plan["chosen"]] == ["open-H3"]
    assert plan["proof"]["ja"] == "最適であることを確認済み"
    assert plan["changed"] == []
    assert [one["plan_id"] for one in client.get("/plans").json()] == [plan["plan_id"]]
    items = client.get(f"{job['plan']}/items").json()
    assert items["features"][0]["properties"]["plan_id"] == plan["plan_id"]
    (reach,) = client.get(f"{job['plan']}/catchments").json()["features"]
    assert reach["properties"] == {"candidate_id": "open-H3"}
    assert reach["geometry"]["type"] == "MultiPolygon"
    page = client.get(f"{job['plan']}/report")
    assert "H3会館" in page.text
    assert "上限" in page.text


def test_who_may_only_read_asks_for_no_plan(workspace: Workspace) -> None:
    with TestClient(create_app(workspace, Settings(warm=False))) as reader:
        before = reader.get("/plans").json()
        answer = reader.post("/plans", json=ASK)
        assert answer.status_code == 403
        assert "ARUKEBA_EDITING" in answer.json()["detail_ja"]
        assert reader.get("/plans").json() == before


def test_a_job_can_be_stopped_and_asked_for_again(client: TestClient) -> None:
    job_id = client.post("/plans", json=ASK).json()["job_id"]
    assert client.delete(f"/jobs/{job_id}").status_code == 200
    assert finished(client, job_id)["status"] in ("cancelled", "done")
    assert client.get("/jobs/unknown").status_code == 404
    assert client.get("/plans/9999").status_code == 404


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"budget_yen": 0}, "予算が0円"),
        ({"most": 1, "upgrades": False, "venues": False}, "候補地がありません"),
        ({"must": ["open-H3"], "must_not": ["open-H3"]}, "両方にあります"),
        ({"nonsense": 1}, "使えない値"),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(client: TestClient, given, words) -> None:
    before = client.get("/plans").json()
    answer = client.post("/plans", json={**ASK, **given})
    assert answer.status_code == 422
    assert words in answer.json()["detail_ja"]
    assert client.get("/plans").json() == before


def test_the_command_writes_a_plan_and_lists_it(workspace: Workspace, capsys) -> None:
    command = ["plan", str(workspace.path), "--budget-yen", "100000", "--points", "0"]
    assert main(["--json", *command]) == 0
    made = json.loads(capsys.readouterr().out)
    assert [row["candidate_id"] for row in made["chosen"]] == ["upgrade-D"]
    assert main(["--lang", "ja", "plans", str(workspace.path)]) == 0
    assert made["plan_id"] in capsys.readouterr().out
    assert main(["--lang", "ja", *command, "--years", "2"]) == 0
    shown = capsys.readouterr().out
    assert "費用の上限: 初年度100,000円" in shown
    assert "1年目" in shown


def test_years_without_a_budget_are_refused(workspace: Workspace, tmp_path: Path, capsys) -> None:
    assert main(["--lang", "en", "plan", str(workspace.path), "--years", "2"]) == 2
    assert "--budget-yen" in capsys.readouterr().err
    assert main(["plan", str(workspace.path), "--ask", str(tmp_path / "none.toml")]) == 2
