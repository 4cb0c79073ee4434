"""The registry over HTTP: who may only read writes nothing, and nothing is lost between two who write."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from services.workspace.folder import open_workspace
from tests.api.signing import planner
from tests.datedtown import dated_workspace

NEW = {"fields": {"name": "ひまわり", "schedule_text": "毎週火曜日10:00〜11:30"}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return dated_workspace(tmp_path).path


@pytest.fixture
def editor(path: Path) -> Iterator[TestClient]:
    with planner(open_workspace(path)) as client:
        yield client


def test_who_may_only_read_sees_the_feed_and_nothing_else(path: Path) -> None:
    with TestClient(create_app(open_workspace(path), Settings(warm=False))) as reader:
        for answer in (
            reader.post("/registry/places", json=NEW),
            reader.patch("/registry/places/A", json={"name": "x"}),
            reader.post("/registry/places/A/confirmation"),
            reader.post("/registry/imports", json={"rows": [{"name": "x"}]}),
            reader.post("/registry/changes/1/undo"),
            reader.get("/registry/places/A"),
            reader.get("/registry/areas/city/x/notes"),
            reader.post("/registry/areas/city/x/notes", json={"text": "x"}),
            reader.delete("/registry/notes/1"),
            *(reader.get(f"/registry/{what}") for what in ("venues", "groups")),
            *(reader.get(f"/registry/{what}/1") for what in ("venues", "groups")),
            *(reader.post(f"/registry/{what}", json=NEW) for what in ("venues", "groups")),
            *(reader.patch(f"/registry/{what}/1", json={}) for what in ("venues", "groups")),
        ):
            assert answer.status_code == 401
        assert reader.get("/registry/feed").json() == {"changes": []}
        stale = reader.get("/registry/stale").json()["places"]
        assert {one["place_id"] for one in stale} == {"A", "D", "D2"}


def test_a_place_is_changed_only_as_it_was_read(editor: TestClient) -> None:
    made = editor.post("/registry/places", json=NEW)
    assert made.status_code == 201
    at = f"/registry/places/{made.json()['place_id']}"
    assert editor.post("/registry/places", json=NEW).status_code == 409
    read = editor.get(at)
    assert read.headers["etag"] == made.headers["etag"]
    assert editor.patch(at, json={"name": "x"}).status_code == 428
    seen = {"if-match": read.headers["etag"]}
    changed = editor.patch(at, json={"name": "x"}, headers=seen)
    assert changed.status_code == 200
    assert changed.headers["etag"] != read.headers["etag"]
    assert editor.patch(at, json={"name": "y"}, headers=seen).status_code == 412
    latest = editor.get(at).json()["history"][0]
    assert latest["after"] == {"name": "x"}
    undo = f"/registry/changes/{latest['change_id']}/undo"
    assert editor.post(undo).status_code == 200
    assert editor.post(undo).status_code == 412
    assert editor.get("/registry/places/none").status_code == 404


def test_an_import_is_looked_at_then_taken_in(editor: TestClient) -> None:
    rows = {"rows": [{"place_id": "A", "capacity": 20}, {"name": "新"}]}
    told = editor.post("/registry/imports?preview=true", json=rows).json()
    assert [row["action"] for row in told["rows"]] == ["import", "create"]
    assert editor.get("/registry/feed").json() == {"changes": []}
    assert editor.post("/registry/imports", json={"rows": [*rows["rows"], {}]}).status_code == 422
    assert editor.get("/registry/feed").json() == {"changes": []}
    assert editor.post("/registry/imports", json=rows).status_code == 200
    found = editor.get("/registry/feed").json()["changes"]
    assert [one["event"] for one in found] == ["opened", "changed"]
    atom = editor.get("/registry/feed?f=atom")
    assert atom.headers["content-type"].startswith("application/atom+xml")
    assert "新" in atom.text
    month = found[0]["at"][:7]
    assert editor.get(f"/registry/report?month={month}").status_code == 200
    assert editor.get("/registry/report?month=x").status_code == 422


@pytest.mark.parametrize("what", ["venue", "group"])
def test_venues_and_groups_are_changed_as_places_are(editor: TestClient, what: str) -> None:
    new = {"fields": {"name": "西の集い"}}
    made = editor.post(f"/registry/{what}s", json=new)
    assert made.status_code == 201
    key = made.json()[f"{what}_id"]
    assert editor.post(f"/registry/{what}s", json=new).status_code == 409
    at = f"/registry/{what}s/{key}"
    read = editor.get(at)
    assert read.headers["etag"] == made.headers["etag"]
    assert editor.patch(at, json={"name": "x"}).status_code == 428
    seen = {"if-match": read.headers["etag"]}
    assert editor.patch(at, json={"name": "西の会"}, headers=seen).status_code == 200
    assert editor.patch(at, json={"name": "y"}, headers=seen).status_code == 412
    assert editor.patch(at, json={"schedule_text": "毎週月曜"}, headers=seen).status_code == 422
    assert editor.get(f"/registry/{what}s/none").status_code == 404
    listed = editor.get(f"/registry/{what}s").json()[f"{what}s"]
    assert key in [one[f"{what}_id"] for one in listed]
    latest = editor.get(at).json()["history"][0]
    assert editor.post(f"/registry/changes/{latest['change_id']}/undo").status_code == 200
    told = editor.get("/registry/feed").json()["changes"]
    assert [(one["kind"], one["event"]) for one in told] == [
        (what, event) for event in ("changed", "changed", "opened")
    ]


def test_a_request_that_is_sent_again_under_its_key_is_done_once(editor: TestClient) -> None:
    key = {"idempotency-key": "8f14e45f"}
    for address, body in (
        ("/registry/places", NEW),
        ("/registry/venues", {"fields": {"name": "西集会所"}}),
        ("/registry/groups", {"fields": {"name": "西の会"}}),
        ("/registry/imports", {"rows": [{"name": "新"}]}),
    ):
        first, again = (editor.post(address, json=body, headers=key) for _ in range(2))
        assert first.status_code in (200, 201)
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        other = {**body, "rows": []} if "rows" in body else {"fields": {"name": "別"}}
        assert editor.post(address, json=other, headers=key).status_code == 422
    assert len(editor.get("/registry/feed").json()["changes"]) == 4
    long = {"idempotency-key": "x" * 201}
    assert editor.post("/registry/places", json=NEW, headers=long).status_code == 400
