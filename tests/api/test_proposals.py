"""Proposals over HTTP: who may, what is shown to whom (tests/railtown.py)."""

import json
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from geo.errors import QueueFullError
from services.edition import snapshot
from services.edits.versions import list_versions
from services.results.run import run
from services.workspace.folder import Workspace
from tests.api.signing import planner
from tests.railtown import lonlat, rail_workspace

LINE = [list(lonlat(200, 120)), list(lonlat(200, 215))]
BODY = {"kind": "path", "line": LINE, "role": "volunteer", "remark": "踏切があります"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = rail_workspace(tmp_path_factory.mktemp("rail"))
    run(workspace)
    return workspace


@pytest.fixture(scope="module")
def editor(workspace: Workspace) -> Iterator[TestClient]:
    with planner(workspace) as client:
        yield client


@pytest.fixture(scope="module")
def reader(workspace: Workspace) -> Iterator[TestClient]:
    with TestClient(create_app(workspace, Settings(warm=False))) as client:
        yield client


def test_a_reader_tries_a_line_and_stores_none(reader: TestClient, workspace: Workspace) -> None:
    tried = reader.post("/edit-proposals/effect", json={"kind": "path", "line": LINE})
    assert (tried.status_code, tried.json()["gained"]) == (200, 10.0)
    assert reader.post("/edit-proposals", json=BODY).status_code == 401
    verdict = {"accept": True}
    assert reader.post("/edit-proposals/1/verdict", json=verdict).status_code == 401
    assert reader.get("/edit-proposals/file").json()["features"] == []
    assert not (workspace.path / "proposals").exists()


def test_what_was_typed_is_shown_where_writing_is_allowed_alone(
    editor: TestClient, reader: TestClient, workspace: Workspace
) -> None:
    made = editor.post("/edit-proposals", json=BODY)
    assert (made.status_code, made.json()["properties"]["status"]) == (201, "open")
    (seen,) = editor.get("/edit-proposals").json()["features"]
    assert seen["properties"]["remark"] == "踏切があります"
    shown = reader.get("/edit-proposals")
    assert "踏切" not in shown.text
    assert "volunteer" not in shown.text
    assert shown.json()["features"][0]["geometry"]["coordinates"] == seen["geometry"]["coordinates"]
    notes = editor.get("/edit-proposals/file?format=osn")
    assert notes.headers["content-type"].startswith("application/xml")
    assert ET.fromstring(notes.text).tag == "osm-notes"  # noqa: S314  our own
    for file_format in ("osn", "geojson"):
        passed_on = reader.get(f"/edit-proposals/file?format={file_format}")
        assert (passed_on.status_code, "踏切" in passed_on.text) == (200, False)
    refused = editor.post("/edit-proposals/1/verdict", json={"accept": False})
    assert (refused.status_code, "理由" in refused.json()["detail_ja"]) == (422, True)
    done = editor.post("/edit-proposals/1/verdict", json={"accept": True, "by": "地域支援課"})
    assert (done.json()["properties"]["status"], done.json()["properties"]["version"]) == (
        "accepted",
        1,
    )
    assert [version.by for version in list_versions(workspace)] == ["地域支援課"]
    assert "地域支援課" not in reader.get("/edit-proposals").text
    assert editor.get("/edit-proposals?status=open").json()["features"] == []


@pytest.mark.parametrize(
    "body",
    [
        {**BODY, "line": [[1e400, 0], [0, 0]]},
        {**BODY, "line": "x"},
        {**BODY, "kind": "closed"},
        {**BODY, "house": [139.8, 36.0]},
        {**BODY, "remark": "あ" * 301},
        {},
    ],
)
def test_bad_bodies_are_refused_with_a_sentence_in_both_languages(
    editor: TestClient, body: dict
) -> None:
    text = json.dumps(body).replace("Infinity", "1e999")
    answer = editor.post(
        "/edit-proposals", content=text, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert answer.json()["detail_ja"]


def test_what_is_not_there_is_said(editor: TestClient) -> None:
    verdict = {"accept": True}
    assert editor.post("/edit-proposals/99/verdict", json=verdict).status_code == 404
    assert editor.get("/edit-proposals?status=waiting").status_code == 400
    assert editor.get("/edit-proposals/file?format=dxf").status_code == 400


def test_few_lines_are_tried_at_once_and_who_comes_later_is_told_to_wait(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "TRIALS_MOST", 1)
    edition = snapshot.Edition(workspace.snapshot())
    asked: list[Exception] = []

    def meanwhile(*_: object) -> None:
        try:
            edition.proposed("path", LINE)
        except QueueFullError as error:
            asked.append(error)

    monkeypatch.setattr(snapshot, "proposal_effect", meanwhile)
    monkeypatch.setattr(snapshot, "told_effect", lambda *_: {})
    edition.proposed("path", LINE)
    assert ["try again in a minute" in str(error) for error in asked] == [True]
    edition.proposed("path", LINE)  # there is room again
    assert len(asked) == 2
