"""Errors become HTTP in one table and nowhere else."""

import errno
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.errors import add_error_handlers
from geo.errors import (
    ArukebaError,
    BrokenWorkspaceError,
    DiskFullError,
    InvalidInputError,
    NotFoundError,
    Sentence,
    StorageError,
    TooLargeError,
)
from services.results.run import run
from services.words.texts import told
from tests.api.signing import planner
from tests.services.plans.test_plans import town

API = Path(__file__).parents[2] / "api"


def test_no_other_module_raises_or_catches_http_errors() -> None:
    words = re.compile(r"HTTPException|status_code=[45]|status\.HTTP_[45]")
    found = [
        path.name
        for path in API.rglob("*.py")
        if path.name != "errors.py" and words.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInputError("a rejection needs its reason"), 400),
        (NotFoundError("there is no venue {venue_id!r}", venue_id="会館"), 404),
        (StorageError("the disk does not answer; see that it is connected, then try again"), 503),
        (DiskFullError("the disk is full; make room, then try again"), 507),
        (TooLargeError("the body holds the character NUL; leave it out"), 413),
        (BrokenWorkspaceError("{said}", said=Sentence("there are no streets at all")), 500),
    ],
)
def test_each_error_has_its_status_and_says_so_in_both_languages(
    error: ArukebaError, status: int
) -> None:
    def fail() -> None:
        raise error

    app = FastAPI()
    add_error_handlers(app)
    app.add_api_route("/fail", fail)
    answer = TestClient(app, raise_server_exceptions=False).get("/fail")
    assert answer.status_code == status
    body = answer.json()
    assert body["code"] == type(error).__name__
    assert body["detail"] == error.message
    assert body["detail_ja"] == told(error, "ja") != body["detail"]


def test_a_fault_of_the_system_under_an_answer_is_told_by_its_cause() -> None:
    def fail() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/data/town/plans/.0001.new")

    app = FastAPI()
    add_error_handlers(app)
    app.add_api_route("/fail", fail)
    answer = TestClient(app).get("/fail")
    assert (answer.status_code, answer.json()["code"]) == (507, "DiskFullError")
    assert "the disk is full; make room" in answer.json()["detail"]
    assert "作り直" not in answer.json()["detail_ja"]


def test_another_error_of_the_system_stays_a_fault_of_ours() -> None:
    def fail() -> None:
        raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")

    app = FastAPI()
    add_error_handlers(app)
    app.add_api_route("/fail", fail)
    with pytest.raises(ConnectionRefusedError):
        TestClient(app).get("/fail")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    workspace = town(tmp_path_factory.mktemp("bodies"))
    run(workspace)
    with planner(workspace, role="administrator") as client:
        yield client


def taking_json(client: TestClient) -> list[tuple[str, str]]:
    """Return method and address of every route that takes JSON."""
    paths = client.get("/openapi.json").json()["paths"]
    return [
        (method, re.sub(r"\{.*?\}", "0001", path))
        for path, methods in paths.items()
        for method, about in methods.items()
        if "application/json" in about.get("requestBody", {}).get("content", {})
    ]


ASCII_WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
"""Two English words side by side."""


@pytest.mark.parametrize(
    ("body", "english", "japanese"),
    [
        ("[1]", "[1] is no JSON object; send keys and values", "[1] は項目と値の組ではありません"),
        ('"x"', "'x' is no JSON object", "'x' は項目と値の組ではありません"),
        ("3", "3 is no JSON object", "3 は項目と値の組ではありません"),
        ('{"a": ', "the body is no JSON: it cannot be read from character 6", "6文字目から先を"),
        ("", "the body is missing", "送られた内容が空です"),
        (b'{"a": "\xff"}', "the body cannot be read; send JSON in UTF-8", "UTF-8で送ってください"),
    ],
)
def test_a_body_that_is_no_table_is_refused_in_the_language_of_the_reader(
    client: TestClient, body: str | bytes, english: str, japanese: str
) -> None:
    routes = taking_json(client)
    assert {"/plans", "/whatif", "/decisions", "/scenarios"} <= {path for _, path in routes}
    for method, path in routes:
        answer = client.request(
            method, path, content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 422, path
        assert english in answer.json()["detail"], path
        assert japanese in answer.json()["detail_ja"], path
        assert not ASCII_WORDS.search(answer.json()["detail_ja"]), path


@pytest.mark.parametrize(
    ("path", "body", "english", "japanese"),
    [
        ("/whatif", {}, "edits: is missing", "edits がありません"),
        ("/whatif", {"edits": [3]}, "edits.0: 3 is no JSON object", "3 は項目と値の組では"),
        ("/whatif", {"edits": [{}] * 101}, "edits: name 100 at most", "100件までです"),
        ("/whatif", {"edits": [{"action": "burn"}]}, "is none of open", "使えません。open、"),
        ("/decisions", {"action": 1}, "action: 1 is no text", "action: 1 は文字ではありません"),
        ("/scenarios", {"name": "案", "x": 1}, "there is no x to give", "x という項目はありません"),
        (
            "/scenarios",
            {"name": "案", "edits": [{"action": "barrier", "geometry": {}}]},
            "edit 1.geometry: give a GeoJSON geometry",
            "GeoJSONの図形を指定してください",
        ),
    ],
)
def test_a_value_that_cannot_be_is_told_in_both_languages(
    client: TestClient, path: str, body: dict[str, object], english: str, japanese: str
) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == 422
    assert english in answer.json()["detail"]
    assert japanese in answer.json()["detail_ja"]
    assert not ASCII_WORDS.search(answer.json()["detail_ja"])


def test_a_long_value_is_not_said_again_whole(client: TestClient) -> None:
    detail = client.post("/plans", json={"most": "9" * 5000}).json()["detail"]
    assert len(detail) < 300
