"""Several commands in one workspace: each result stays, or the later command says why it waits."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from geo.errors import BusyError
from services.intake.build import build
from services.results.run import run
from services.words.texts import told
from services.workspace.folder import open_workspace
from tests.services.intake.test_structure import town


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return town(tmp_path)


def test_of_two_runs_at_once_both_stay(profile: Path, tmp_path: Path) -> None:
    path = build(profile, tmp_path / "workspace").path
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: run(open_workspace(path)), range(2)))
    assert {one.name for one in made} == {"0001", "0002"}
    for one in made:
        assert one.run["name"] == one.name
        assert len(one.table("coverage")) > 0
    assert open_workspace(path).snapshot().name in {"0001", "0002"}


def test_a_build_during_a_run_is_refused_and_the_run_stays(profile: Path, tmp_path: Path) -> None:
    path = build(profile, tmp_path / "workspace").path
    refused = []

    def rebuild(message: str, _share: float) -> None:
        if message == "run.gaps":
            with pytest.raises(BusyError, match="wait until it has ended") as error:
                build(profile, path)
            refused.append(error.value)

    snapshot = run(open_workspace(path), progress=rebuild)
    assert len(refused) == 1
    assert told(refused[0], "ja") != told(refused[0], "en")
    assert (path / "results" / snapshot.name / "run.json").is_file()


def test_a_run_of_a_workspace_that_was_built_anew_says_so(profile: Path, tmp_path: Path) -> None:
    workspace = build(profile, tmp_path / "workspace")
    text = (workspace.path / "workspace.json").read_text(encoding="utf-8")
    other = text.replace('"nodes":', '"nodes_before":')
    (workspace.path / "workspace.json").write_text(other, encoding="utf-8")
    with pytest.raises(BusyError, match="built anew meanwhile"):
        run(workspace)
    assert not (workspace.path / "results").exists()


def test_a_build_during_a_build_is_refused(profile: Path, tmp_path: Path) -> None:
    path = build(profile, tmp_path / "workspace").path
    refused = []

    def rebuild(message: str, _share: float) -> None:
        if message == "build.write":
            with pytest.raises(BusyError):
                build(profile, path)
            refused.append(message)

    build(profile, path, progress=rebuild)
    assert refused == ["build.write"]
