"""The application over a workspace written by hand (tests/snapshots.py)."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from services.workspace.folder import Workspace
from tests.snapshots import tiny_workspace
from tests.working import working_here


@pytest.fixture(scope="module", autouse=True)
def _workers_here() -> Iterator[None]:
    with working_here():
        yield


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return tiny_workspace(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def app(workspace: Workspace) -> FastAPI:
    return create_app(workspace, Settings(warm=True))


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client
