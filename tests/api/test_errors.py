"""Errors become HTTP in one table and nowhere else."""

import errno
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.errors import add_error_handlers
from geo.errors import (
    ArukebaError,
    BrokenWorkspaceError,
    InvalidInputError,
    NotFoundError,
    Sentence,
    StorageError,
)
from services.words.texts import told

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
        (InvalidInputError("a rejection needs its reason"), 422),
        (NotFoundError("there is no venue {venue_id!r}", venue_id="会館"), 404),
        (StorageError("the disk is full; make room, then try again"), 503),
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
    assert (answer.status_code, answer.json()["code"]) == (503, "StorageError")
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
