"""OGC API – Processes over the town of tests/services/plans/test_plans.py."""

import json
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from services.plans.ask import PlanAsk
from services.results.run import run
from services.workspace.folder import Workspace
from tests.api.signing import planner
from tests.api.test_plans import ASK, finished
from tests.services.plans.test_plans import town

EDIT = {"edits": [{"action": "close", "place_id": "A"}]}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = town(tmp_path_factory.mktemp("processes"))
    run(made)
    return made


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> Iterator[TestClient]:
    with planner(workspace) as client:
        yield client


def test_every_process_is_described_with_inputs_that_are_json_schema(client: TestClient) -> None:
    listed = client.get("/processes?lang=en").json()["processes"]
    assert [one["id"] for one in listed] == ["plan", "run", "intake", "what-if"]
    for one in listed:
        told = client.get(f"/processes/{one['id']}?lang=en").json()
        assert {name: told[name] for name in one if name != "links"} == {
            name: one[name] for name in one if name != "links"
        }
        for given in told["inputs"].values():
            # Each schema stands by itself: what it refers to is inside.
            refers = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(given["schema"])))
            assert refers <= set(given["schema"].get("$defs", {}))
    assert told["jobControlOptions"] == ["sync-execute"]
    edits = told["inputs"]["edits"]["schema"]
    assert edits["items"] == {"$ref": "#/$defs/EditBody"}
    actions = edits["$defs"]["EditBody"]["properties"]["action"]["enum"]
    assert actions == ["open", "close", "move", "change"]
    assert told["inputs"]["edits"]["minOccurs"] == 1
    plan = client.get("/processes/plan").json()
    assert set(plan["inputs"]) == set(PlanAsk.model_fields)
    assert plan["title"] == "場をどこに増やすか、計画をつくる"
    assert client.get("/processes/none").status_code == 404


def test_a_plan_is_asked_for_looked_at_and_found_as_the_standard_says(client: TestClient) -> None:
    answer = client.post(
        "/processes/plan/execution", json={"inputs": ASK}, headers={"prefer": "respond-async"}
    )
    assert answer.status_code == 201
    assert answer.headers["preference-applied"] == "respond-async"
    job = answer.json()
    assert answer.headers["location"] == f"/jobs/{job['jobID']}"
    assert (job["processID"], job["type"]) == ("plan", "process")
    last = finished(client, job["jobID"])
    assert last["status"] == "successful"
    made = client.get(f"/jobs/{job['jobID']}/results").json()["plan"]
    assert [row["candidate_id"] for row in client.get(made["href"]).json()["chosen"]] == ["open-H3"]


def test_a_run_makes_the_next_result_which_is_then_served(
    client: TestClient, workspace: Workspace
) -> None:
    before = workspace.snapshot().name
    job = client.post("/processes/run/execution", json={"inputs": {"walk_limit_m": 400}}).json()
    assert finished(client, job["jobID"])["status"] == "successful"
    made = client.get(f"/jobs/{job['jobID']}/results").json()["run"]
    assert made["title"] > before
    about = client.get(made["href"]).json()
    assert (about["snapshot"], about["parameters"]["walk_limit_m"]) == (made["title"], 400)


def test_a_job_that_is_asked_for_twice_under_one_key_is_one(client: TestClient) -> None:
    key = {"idempotency-key": "6ba7b810"}
    at = "/processes/run/execution"
    first, again = (client.post(at, json={"inputs": {}}, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["jobID"] == first.json()["jobID"]
    assert client.post(at, json={"inputs": {"walk_limit_m": 300}}, headers=key).status_code == 422
    client.delete(f"/jobs/{first.json()['jobID']}")


def test_what_if_answers_at_once_as_its_own_address_does(client: TestClient) -> None:
    own = client.post("/whatif", json=EDIT).json()
    raw = client.post("/processes/what-if/execution", json={"inputs": EDIT})
    assert (raw.status_code, raw.json()) == (200, own)
    document = client.post(
        "/processes/what-if/execution", json={"inputs": EDIT, "response": "document"}
    ).json()
    assert document == {"answer": {"value": own, "mediaType": "application/json"}}


@pytest.mark.parametrize(
    ("process", "inputs", "status", "words"),
    [
        ("plan", {"most": "many"}, 422, "most"),
        ("plan", {"most": 1, "upgrades": False, "venues": False, "points_max": 0}, 422, "候補地"),
        ("run", {"walk_limit_m": 0}, 422, "walk_limit_m"),
        ("run", {"walking_profile": "none"}, 422, "none"),
        ("run", {"as_of": "2020-01-01"}, 422, "as_of"),
        ("intake", {"as_of": "someday"}, 422, "as_of"),
        ("intake", {}, 422, "記録されていません"),  # this workspace was written by hand
        ("what-if", {"edits": []}, 422, "edits"),
        ("what-if", {}, 422, "edits"),
        ("none", {}, 404, "「none」という計算の種類はありません"),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(
    client: TestClient, process: str, inputs: dict[str, object], status: int, words: str
) -> None:
    answer = client.post(f"/processes/{process}/execution", json={"inputs": inputs})
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail_ja"]


def test_who_may_only_read_tries_and_asks_for_no_job(workspace: Workspace) -> None:
    with TestClient(create_app(workspace, Settings(warm=False))) as reader:
        for process in ("plan", "run", "intake"):
            answer = reader.post(f"/processes/{process}/execution", json={"inputs": {}})
            assert answer.status_code == 401
        tried = reader.post("/processes/what-if/execution", json={"inputs": EDIT})
        assert tried.status_code == 200


def test_the_way_in_leads_to_the_processes(client: TestClient) -> None:
    links = {one["rel"]: one["href"] for one in client.get("/api").json()["links"]}
    processes = client.get(links["http://www.opengis.net/def/rel/ogc/1.0/processes"]).json()
    for one in processes["processes"]:
        (self_link,) = (each["href"] for each in one["links"] if each["rel"] == "self")
        assert client.get(self_link).json()["id"] == one["id"]


def test_an_input_by_reference_is_refused_so_no_class_of_processes_is_declared(
    client: TestClient,
) -> None:
    # The core of the standard asks for it, and every other class builds on the core.
    given = {"inputs": {"walk_limit_m": {"href": "http://127.0.0.1:9/limit.json"}}}
    assert client.post("/processes/run/execution", json=given).status_code == 422
    declared = client.get("/conformance").json()["conformsTo"]
    assert not [uri for uri in declared if "ogcapi-processes" in uri]
