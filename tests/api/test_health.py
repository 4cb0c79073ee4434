"""Those who run the server: it tells how it is, what it does, and stops in good order."""

import errno
import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.logs import JsonLines
from api.settings import Settings
from services.edition import health
from services.results.run import run
from services.workspace.folder import Workspace
from tests.api.signing import planner
from tests.services.plans.test_plans import town

ROOT = Path(__file__).parents[2]
WRITES = Settings(warm=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = town(tmp_path_factory.mktemp("health"))
    run(workspace)
    return workspace


@pytest.fixture
def own(made: Workspace, tmp_path: Path) -> Workspace:
    """Return a copy that a test may break."""
    return type(made)(shutil.copytree(made.path, tmp_path / "own"))


@pytest.fixture
def client(own: Workspace) -> Iterator[TestClient]:
    with planner(own, WRITES) as client:
        yield client


def failing(client: TestClient, path: str = "/health") -> set[str]:
    """Return what is not well; the status of the answer says the same, and both languages why."""
    answer = client.get(path)
    body = answer.json()
    bad = {name: check for name, check in body["checks"].items() if not check["ok"]}
    assert (answer.status_code, body["status"]) == ((503, "failing") if bad else (200, "ok"))
    for check in bad.values():
        assert check["detail"]
        assert re.search("[ぁ-ん]", check["detail_ja"])
    return set(bad)


def test_a_server_that_is_well_says_so(client: TestClient) -> None:
    assert failing(client) == set()
    assert set(client.get("/health").json()["checks"]) == {"result", "registry", "disk"}
    assert failing(client, "/ready") == set()


def test_without_a_result_it_is_not_well_and_then_it_is_again(
    client: TestClient, own: Workspace
) -> None:
    latest = own.path / "results" / "LATEST"
    kept = latest.read_bytes()
    latest.unlink()
    assert failing(client) == failing(client, "/ready") == {"result"}
    assert client.get("/").status_code == 404
    latest.write_bytes(kept)
    assert failing(client) == set()


def test_without_its_registry_it_is_not_well_and_then_it_is_again(
    client: TestClient, own: Workspace
) -> None:
    registry = own.path / "registry.sqlite"
    kept = registry.read_bytes()
    registry.write_bytes(b"no database at all, but long enough to be read" * 100)
    assert failing(client) == failing(client, "/ready") == {"registry"}
    registry.write_bytes(kept)
    assert failing(client) == set()


def test_a_database_that_is_gone_is_told_without_its_address(
    own: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"postgresql+psycopg://kept-secret@127.0.0.1:{port}/town"
    was = own.registry_url
    monkeypatch.setattr(Workspace, "registry_url", property(lambda _: url))
    with planner(own, WRITES) as client:
        answer = client.get("/decisions")
        assert (answer.status_code, answer.json()["code"]) == (503, "StorageError")
        for text in (answer.text, client.get("/health").text):
            assert "kept-secret" not in text
            assert str(port) not in text
            assert "see that the server answers" in text
        assert failing(client, "/ready") == {"registry"}
        monkeypatch.setattr(Workspace, "registry_url", property(lambda _: was))
        assert client.get("/decisions").status_code == 200
        assert failing(client) == set()


@pytest.mark.parametrize(
    ("number", "status", "said"),
    [(errno.ENOSPC, 507, "the disk is full"), (errno.EROFS, 503, "the disk is read-only")],
)
def test_a_disk_that_takes_nothing_is_told_by_its_folder_and_forgotten_when_it_does(
    client: TestClient, own: Workspace, number: int, status: int, said: str
) -> None:
    body = {"name": "案", "edits": []}
    with pytest.MonkeyPatch.context() as patch:

        def fail(self: Path, *_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number), str(self))

        patch.setattr(Path, "mkdir", fail)
        patch.setattr(Path, "write_text", fail)
        answer = client.post("/scenarios", json=body)
        assert answer.status_code == status
        assert said in answer.json()["detail"]
        assert "scenarios" in answer.json()["detail"]
        assert str(own.path) not in answer.text

        def no_file(**_: object) -> None:
            raise OSError(number, os.strerror(number), str(own.path))

        patch.setattr(health.tempfile, "TemporaryFile", no_file)
        assert failing(client) == {"disk"}
        assert failing(client, "/ready") == set()  # readers are not concerned
    assert client.post("/scenarios", json=body).status_code == 201
    assert failing(client) == set()


def test_a_server_that_writes_nothing_does_not_look_at_the_disk(own: Workspace) -> None:
    with TestClient(create_app(own, Settings(warm=False))) as client:
        assert set(client.get("/health").json()["checks"]) == {"result", "registry"}


def test_requests_are_counted_by_route_and_never_by_what_was_asked(client: TestClient) -> None:
    client.get("/collections/places/items?limit=1&name=secret")
    client.get("/scenarios/secret")
    client.get("/secret")
    client.request("SECRET", "/collections")
    text = client.get("/metrics").text
    route = "/collections/{collection_id}/items"
    counted = f'{{method="GET",route="{route}",status='
    assert f"arukeba_requests_total{counted}" in text
    assert 'route="/scenarios/{name}",status="404"} 1.0' in text
    assert 'method="GET",route="",status="404"} 1.0' in text
    assert 'method="other"' in text
    assert "arukeba_request_seconds_bucket" in text
    assert "arukeba_jobs_open 0.0" in text
    assert "process_resident_memory_bytes" in text
    assert "secret" not in text.lower()


def test_a_line_of_the_log_names_the_route_and_nobody(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "arukeba.access")
    client.post("/whatif?secret=1", json={"edits": "secret"}, headers={"user-agent": "secret"})
    (record,) = (one for one in caplog.records if one.name == "arukeba.access")
    line = json.loads(JsonLines().format(record))
    assert set(line) == {
        "time", "level", "logger", "message", "method", "route", "status", "bytes", "milliseconds",
    }  # fmt: skip
    assert (line["method"], line["route"], line["status"]) == ("POST", "/whatif", 422)
    assert line["bytes"] > 0
    assert "secret" not in str(line)
    assert "testclient" not in str(line)


SCRIPT = """
import asyncio, sys
from pathlib import Path
from api.app import create_app
from api.connections import run_until_stopped, server_of
from api.settings import Settings
from services.workspace.folder import open_workspace

settings = Settings(warm=False, stop_wait_s=20)
app = create_app(open_workspace(Path(sys.argv[1])), settings)

async def slow():
    await asyncio.sleep(2)
    return "whole"

app.add_api_route("/slow", slow)
app.state.served["public"].jobs.submit("run", {})
server = server_of(app, settings, host="127.0.0.1", port=int(sys.argv[2]))
run_until_stopped(server)
print("stopped in good order", flush=True)
"""


def test_a_server_that_is_stopped_ends_what_runs_and_exits_with_0(made: Workspace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    command = [sys.executable, "-c", SCRIPT, str(made.path), str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            with _asked(port, server) as asked:
                time.sleep(0.3)
                server.send_signal(signal.SIGTERM)
                said = b""
                while part := asked.recv(65536):
                    said += part
            assert said.endswith(b'"whole"')
            out, _ = server.communicate(timeout=30)
        finally:
            server.kill()
    assert server.returncode == 0
    assert out == "stopped in good order\n"


def _asked(port: int, server: "subprocess.Popen[str]") -> socket.socket:
    for _ in range(600):
        assert server.poll() is None
        try:
            asked = socket.create_connection(("127.0.0.1", port), timeout=30)
        except ConnectionError:
            time.sleep(0.1)
            continue
        asked.sendall(b"GET /slow HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        return asked
    raise AssertionError("the server does not start")
