"""Editions: what is served is what lies on disk, whatever it is called."""

import json
import shutil
from pathlib import Path

import pytest

from geo.errors import NotFoundError
from services.edition.snapshot import Editions
from tests.snapshots import tiny_workspace


def written_again(path: Path, **changes: object) -> None:
    """Write a JSON file as another file of its name, as a command does that stages it."""
    body = json.loads(path.read_text(encoding="utf-8"))
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({**body, **changes}), encoding="utf-8")
    fresh.replace(path)


def test_an_edition_is_kept_while_its_results_stay(tmp_path: Path) -> None:
    editions = Editions(tiny_workspace(tmp_path))
    assert editions.current() is editions.current()
    assert editions.workspace is editions.workspace


def test_results_deleted_and_made_again_under_the_old_name_are_served(tmp_path: Path) -> None:
    workspace = tiny_workspace(tmp_path)
    editions = Editions(workspace)
    before = editions.current()
    result = workspace.path / "results" / "0001"
    kept = tmp_path / "kept"
    shutil.copytree(result, kept)
    shutil.rmtree(result)
    with pytest.raises(NotFoundError):
        editions.current()
    shutil.copytree(kept, result)
    written_again(result / "run.json", parameters_sha256="other")
    now = editions.current()
    assert now.name == before.name == "0001"
    assert (before.run["parameters_sha256"], now.run["parameters_sha256"]) != ("other", "other")
    assert now.run["parameters_sha256"] == "other"


def test_a_workspace_built_anew_is_opened_anew(tmp_path: Path) -> None:
    workspace = tiny_workspace(tmp_path)
    editions = Editions(workspace)
    assert editions.workspace is workspace
    written_again(workspace.path / "workspace.json", registry_url="sqlite:///elsewhere.sqlite")
    assert editions.workspace.registry_url == "sqlite:///elsewhere.sqlite"
    assert editions.current().snapshot.workspace is editions.workspace
