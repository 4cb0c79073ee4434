"""Plans over HTTP and on the command line, on the town of tests/services/test_plans.py."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from api.access import COOKIE
from api.app import create_app
from api.cli.main import main
from api.settings import Settings
from geo.errors import InvalidInputError
from services.accounts.sessions import visitor_of
from services.edition.jobs import Jobs
from services.plans.ask import PlanAsk
from services.plans.solve import make_plan
from services.results.run import run
from services.workspace.folder import Workspace
from tests.api.signing import planner
from tests.services.plans.test_plans import town

ASK = {"most": 1, "points_max": 0, "objectives": ["most_reached"]}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return town(tmp_path_factory.mktemp("plans"))


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> Iterator[TestClient]:
    with planner(workspace) as client:
        yield client


def finished(client: TestClient, job_id: str) -> dict[str, object]:
    for _ in range(600):
        job: dict[str, object] = client.get(f"/jobs/{job_id}").json()
        if job["status"] not in ("accepted", "running") and not job["ending"]:
            return job
        time.sleep(0.1)
    pytest.fail("the job never ended")


def test_a_plan_is_a_job_and_then_stays(client: TestClient) -> None:
    answer = client.post("/plans", json=ASK)
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/jobs/{answer.json()['jobID']}"
    job = finished(client, answer.json()["jobID"])
    assert (job["status"], job["progress"]) == ("successful", 100)
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


def test_gis_programs_find_the_sites_of_plans_among_the_collections(tmp_path: Path) -> None:
    workspace = town(tmp_path)
    run(workspace)
    with planner(workspace) as client:
        assert client.get("/collections/plans/items").json()["numberMatched"] == 0
        assert "extent" not in client.get("/collections/plans").json()
        finished(client, client.post("/plans", json=ASK).json()["jobID"])
        _look_at_the_sites(client)


def _look_at_the_sites(client: TestClient) -> None:
    job = finished(client, client.post("/plans", json={**ASK, "most": 2}).json()["jobID"])
    plan = client.get(str(job["plan"])).json()
    by_rel = {one["rel"]: urlsplit(one["href"]).path for one in plan["links"]}
    assert by_rel["items"] == f"{job['plan']}/items"
    about = client.get(by_rel["collection"]).json()
    assert about["id"] == "plans"
    # The street of the town lies on the origin of zone IX.
    assert about["extent"]["spatial"]["bbox"][0] == pytest.approx(
        [139.84, 36, 139.86, 36], abs=0.02
    )
    assert "plans" in [one["id"] for one in client.get("/collections").json()["collections"]]
    items = client.get("/collections/plans/items", params={"plan_id": plan["plan_id"]}).json()
    assert items["numberMatched"] == 2
    told = [one["properties"] for one in items["features"]]
    assert [one["rank"] for one in told] == [1, 2]
    assert [one["candidate_id"] for one in told] == [one["candidate_id"] for one in plan["chosen"]]
    assert {one["frequency"] for one in told} == {"weekly"}
    assert {one["parameters_sha256"] for one in told} == {plan["hashes"]["parameters_sha256"]}
    assert client.get("/collections/plans/items").json()["numberMatched"] == 1 + 2
    first = items["features"][0]
    alone = client.get(f"/collections/plans/items/{first['id']}").json()
    assert {name: alone[name] for name in first} == first
    # The address of the plan itself gives the same features, and says what they are made from.
    own = client.get(by_rel["items"]).json()
    assert own["features"] == items["features"]
    assert own["provenance"]["plan"] == plan["plan_id"]
    assert {"self", "collection"} <= {one["rel"] for one in own["links"]}


def test_who_may_only_read_asks_for_no_plan(workspace: Workspace) -> None:
    with TestClient(create_app(workspace, Settings(warm=False))) as reader:
        before = reader.get("/plans").json()
        answer = reader.post("/plans", json=ASK)
        assert answer.status_code == 401
        assert "アカウント" in answer.json()["detail_ja"]
        assert reader.get("/plans").json() == before


def test_a_job_can_be_stopped_and_asked_for_again(client: TestClient) -> None:
    job_id = client.post("/plans", json=ASK).json()["jobID"]
    assert client.delete(f"/jobs/{job_id}").status_code == 200
    assert finished(client, job_id)["status"] in ("dismissed", "successful")
    assert client.get("/jobs/unknown").status_code == 404
    assert client.get("/plans/9999").status_code == 404


def test_a_full_queue_says_when_to_ask_again(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.edition.jobs.QUEUE_MOST", 0)
    answer = client.post("/plans", json=ASK)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["code"] == "QueueFullError"
    assert "計算が待っています" in answer.json()["detail_ja"]
    responses = client.get("/openapi.json").json()["paths"]["/plans"]["post"]["responses"]
    assert "429" in responses


def test_a_job_shows_its_first_answer_and_ends_when_asked_in_the_middle(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, go_on = threading.Event(), threading.Event()
    found = Jobs.found

    def held(jobs: Jobs, job_id: str, best: Mapping[str, Any]) -> None:
        found(jobs, job_id, best)
        answered.set()
        assert go_on.wait(60.0)

    monkeypatch.setattr(Jobs, "found", held)
    before = [plan["plan_id"] for plan in client.get("/plans").json()]
    job_id = client.post("/plans", json=ASK).json()["jobID"]
    assert answered.wait(60.0)
    shown = client.get(f"/jobs/{job_id}").json()
    assert (shown["status"], shown["step"], shown["plan_id"]) == ("running", "plan.solve", "")
    # By hand: H3 alone brings 100; how much better another could be is not known yet.
    best = shown["best"]
    assert (best["chosen"], best["newly_reached"]) == (["open-H3"], 100.0)
    assert (best["goal"], best["value"]) == ("most_reached", 100.0)
    assert not {"bound", "gap_pct"} & set(best)
    asked = client.delete(f"/jobs/{job_id}").json()
    assert (asked["status"], asked["ending"], asked["plan_id"]) == ("dismissed", True, "")
    go_on.set()
    ended = finished(client, job_id)
    assert ended["status"] == "dismissed"
    # What was found is kept whole, and nothing else.
    plan = client.get(str(ended["plan"])).json()
    assert [row["candidate_id"] for row in plan["chosen"]] == ["open-H3"]
    after = [plan["plan_id"] for plan in client.get("/plans").json()]
    assert after == [ended["plan_id"], *before]


def test_a_job_cancelled_while_it_waits_never_begins(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    found = Jobs.found

    def held(jobs: Jobs, job_id: str, best: Mapping[str, Any]) -> None:
        found(jobs, job_id, best)
        begun.set()
        assert go_on.wait(60.0)

    monkeypatch.setattr(Jobs, "found", held)
    first = client.post("/plans", json=ASK).json()["jobID"]
    assert begun.wait(60.0)
    second = client.post("/plans", json=ASK).json()["jobID"]
    assert client.delete(f"/jobs/{second}").json()["status"] == "dismissed"
    go_on.set()
    assert finished(client, first)["status"] == "successful"
    waited = client.get(f"/jobs/{second}").json()
    assert (waited["status"], waited["plan_id"]) == ("dismissed", "")
    assert not {"best", "started"} & set(waited)


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
    budgets = ["--budget-yen", "1", "--budget-yen", "2"]
    assert main(["--lang", "en", "plan", str(workspace.path), *budgets, "--years", "3"]) == 2
    assert "2 budgets for 3 years" in capsys.readouterr().err
    assert main(["--lang", "en", "plan", str(workspace.path), *budgets]) == 2
    assert "--years" in capsys.readouterr().err
    assert main(["plan", str(workspace.path), "--ask", str(tmp_path / "none.toml")]) == 2


def test_a_server_that_takes_questions_prepares_for_the_first(tmp_path: Path) -> None:
    workspace = town(tmp_path)
    run(workspace)
    with planner(workspace, Settings()) as client:
        who = client.app.state  # type: ignore[attr-defined]
        who.begin_work(visitor_of(workspace, client.cookies[COOKIE])[0])
        finished(client, client.post("/plans", json=ASK).json()["jobID"])  # behind the preparation
        reception = who.served["public"].worker.work.reception
        assert "venues" in vars(reception._ground)
        assert reception.setting(workspace, PlanAsk(most=1)).ground is reception._ground
    with TestClient(create_app(workspace, Settings())) as reader:
        assert not hasattr(reader.app.state.served["public"].worker, "work")  # type: ignore[attr-defined]


def test_a_plan_of_another_version_is_told_in_both_languages_and_stops_no_list(
    tmp_path: Path,
) -> None:
    workspace = town(tmp_path)
    old, new = (make_plan(workspace, PlanAsk(most=1, points_max=0)) for _ in range(2))
    record = old.path / "plan.json"
    told = json.loads(record.read_text(encoding="utf-8"))
    record.write_text(json.dumps({**told, "format": 1}), encoding="utf-8")
    with TestClient(create_app(workspace, Settings(warm=False))) as client:
        assert [one["plan_id"] for one in client.get("/plans").json()] == [new.plan_id]
        for path in ("", "/items", "/catchments", "/report"):
            answer = client.get(f"/plans/{old.plan_id}{path}").json()
            assert answer["detail"].startswith("plan '0001' was made by another version; make it")
            assert answer["detail_ja"].startswith("計画「0001」は、ほかの版で作ったものです。")
            assert str(workspace.path) not in answer["detail"]


def test_everybody_sees_and_ends_his_own_jobs_alone(workspace: Workspace) -> None:
    with planner(workspace) as mine, planner(workspace) as other:
        first, second = (mine.post("/plans", json=ASK).json()["jobID"] for _ in range(2))
        assert [job["jobID"] for job in mine.get("/jobs").json()["jobs"]] == [second, first]
        assert other.get("/jobs").json()["jobs"] == []
        for answer in (
            other.get(f"/jobs/{first}"),
            other.get(f"/jobs/{first}/results"),
            other.delete(f"/jobs/{first}"),
        ):
            assert answer.status_code == 404
        for job in (first, second):
            assert finished(mine, job)["status"] == "successful"


def test_the_result_of_a_job_says_where_the_plan_is(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = finished(client, client.post("/plans", json=ASK).json()["jobID"])
    links = {one["rel"].rsplit("/", 1)[-1]: urlsplit(one["href"]).path for one in job["links"]}
    made = client.get(links["results"]).json()["plan"]
    assert (urlsplit(made["href"]).path, made["title"]) == (job["plan"], job["plan_id"])
    assert (job["type"], job["processID"], job["message"]) == ("process", "plan", "Done")
    assert job["message_ja"] == "できました"

    def broken(_jobs: Jobs, *_given: object) -> None:
        raise InvalidInputError("a rejection needs its reason")

    monkeypatch.setattr(Jobs, "claim", broken)
    failed = finished(client, client.post("/plans", json=ASK).json()["jobID"])
    assert (failed["status"], failed["message"]) == ("failed", "a rejection needs its reason")
    assert failed["message_ja"] == "不採用には理由（reason）が必要です"
    answer = client.get(f"/jobs/{failed['jobID']}/results")
    assert (answer.status_code, answer.json()["code"]) == (422, "InvalidInputError")


def test_a_job_without_a_result_says_so(client: TestClient, workspace: Workspace) -> None:
    owner = visitor_of(workspace, client.cookies[COOKIE])[0].session
    job = client.app.state.served["public"].jobs.submit("plan", ASK, owner)
    client.delete(f"/jobs/{job.job_id}")
    answer = client.get(f"/jobs/{job.job_id}/results")
    assert answer.status_code == 404
    assert "結果がありません" in answer.json()["detail_ja"]
