"""The one sentence, what stands behind it, and the streets."""

import copy
import gzip
import json
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from tests.snapshots import tiny_workspace


def test_the_summary_counts_the_whole_town(client: TestClient) -> None:
    body = client.get("/summary").json()

    # 400 + 300 + 200 + 12 residents; 400 + 120 reached.
    assert (body["residents"], body["reached"], body["unreached"]) == (912.0, 520.0, 392.0)
    assert body["coverage_pct"] == pytest.approx(100 * 520 / 912)
    assert body["gaps"] == {"weekly_or_more": 1, "monthly_only": 1, "none": 1, "needs_transport": 1}


@pytest.mark.parametrize("area", ["e", "東地区"])
def test_the_summary_of_a_council_counts_its_own_units(client: TestClient, area: str) -> None:
    body = client.get("/summary", params={"area": area}).json()

    assert (body["residents"], body["reached"]) == (212.0, 0.0)
    assert body["gaps"] == {"weekly_or_more": 0, "monthly_only": 0, "none": 1, "needs_transport": 1}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"area": "月面"}, 404),
        ({"layer": "wards"}, 422),
        ({"frequency": "daily"}, 422),
        ({"age_group": "20-30"}, 422),
        ({"walk_limit_m": 501}, 422),
        ({"walk_limit_m": "far"}, 422),
    ],
)
def test_a_summary_of_what_was_not_computed_is_refused(
    client: TestClient, query: dict, status: int
) -> None:
    assert status == client.get("/summary", params=query).status_code


def test_about_names_assumptions_sources_and_choices(client: TestClient) -> None:
    body = client.get("/about").json()

    assert body["parameters"]["origins"]["walk_limit_m"] == "架空の仮定"
    assert body["sources"][0]["licence"] == "CC0-1.0"
    assert body["choices"]["walk_limit_m"] == [300.0, 500.0]
    assert [layer["id"] for layer in body["layers"]] == ["city", "community_area", "neighbourhood"]


def test_streets_are_the_same_packed_and_plain(client: TestClient) -> None:
    packed = client.get("/streets", headers={"accept-encoding": "gzip"})
    plain = client.get("/streets", headers={"accept-encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert {"weekly", "monthly", "none"} == {
        f["properties"]["reach"] for f in plain.json()["features"]
    }


def test_streets_are_not_sent_twice(client: TestClient) -> None:
    etag = client.get("/streets").headers["etag"]
    again = client.get("/streets", headers={"if-none-match": etag})

    assert (again.status_code, again.content) == (304, b"")


def test_large_answers_are_packed(client: TestClient) -> None:
    with client.stream(
        "GET", "/collections/coverage/items?limit=180", headers={"accept-encoding": "gzip"}
    ) as answer:
        raw = b"".join(answer.iter_raw())

    assert json.loads(gzip.decompress(raw))["numberReturned"] == 180


def test_a_new_run_is_served_without_a_restart(tmp_path: Path) -> None:
    workspace = tiny_workspace(tmp_path)
    client = TestClient(create_app(workspace, Settings(warm=False)))
    assert client.get("/about").json()["snapshot"] == "0001"

    results = workspace.path / "results"
    (results / "0002").mkdir()
    for file in (results / "0001").iterdir():
        text = file.read_bytes()
        (results / "0002" / file.name).write_bytes(
            text.replace(b'"name": "0001"', b'"name": "0002"')
        )
    (results / "LATEST").write_text("0002\n")

    assert client.get("/about").json()["snapshot"] == "0002"


def test_without_a_result_the_answer_says_how_to_make_one(tmp_path: Path) -> None:
    workspace = tiny_workspace(tmp_path)
    (workspace.path / "results" / "LATEST").unlink()
    with TestClient(create_app(workspace, Settings())) as client:
        answer = client.get("/about")

    assert answer.status_code == 404
    assert "arukeba run" in answer.json()["detail"]


def test_the_server_says_that_it_is_well(client: TestClient) -> None:
    assert client.get("/healthz").json()["status"] == "ok"


def test_the_report_of_an_area_is_a_page(client: TestClient) -> None:
    answer = client.get("/reports/西地区")

    assert answer.headers["content-type"].startswith("text/html")
    assert "西地区" in answer.text
    assert client.get("/reports/月面").status_code == 404


def test_openapi_is_the_contract(app: FastAPI, snapshot: object) -> None:
    document = copy.deepcopy(app.openapi())
    document["info"]["version"] = "*"

    assert document == snapshot
