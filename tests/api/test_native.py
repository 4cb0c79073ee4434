"""No input ends the process: what strangers may send is sent to one that may end, and does not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from services.results.run import run
from services.workspace.folder import Workspace
from tests.services.plans.test_plans import town

ROOT = Path(__file__).parents[2]
NUMBER = 200


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = town(tmp_path_factory.mktemp("native"))
    run(workspace)
    return workspace


def test_nothing_but_json_is_taken_over_http(own: Workspace) -> None:
    with TestClient(create_app(own, Settings(warm=False))) as client:
        paths = client.get("/openapi.json").json()["paths"]
    taken = {
        kind
        for methods in paths.values()
        for one in methods.values()
        for kind in one.get("requestBody", {}).get("content", {})
    }
    assert taken == {"application/json"}


@pytest.mark.parametrize("seed", [1, 2])
def test_no_drawn_request_ends_the_process_or_is_a_fault_of_ours(own: Workspace, seed: int) -> None:
    command = [sys.executable, "-m", "tests.api.doorfuzz", str(own.path), str(seed), str(NUMBER)]
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr[-2000:]
    answered = json.loads(ended.stdout.splitlines()[-1])
    assert sum(answered.values()) == NUMBER
    assert answered["200"] > 10  # not all is refused at the door
