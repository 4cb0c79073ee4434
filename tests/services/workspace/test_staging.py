from pathlib import Path

import pytest

from services.workspace.staging import staged_file, staged_folder


def write_half_a_folder(target: Path) -> None:
    with staged_folder(target) as folder:
        (folder / "a").write_text("new")
        raise RuntimeError("stop")


def write_half_a_file(target: Path) -> None:
    with staged_file(target) as path:
        path.write_text("half")
        raise RuntimeError("stop")


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "workspace"
    with staged_folder(target) as folder:
        (folder / "a").write_text("new")
        assert not target.exists()
    assert (target / "a").read_text() == "new"


def test_a_folder_replaces_the_old_one_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "workspace"
    target.mkdir()
    (target / "old").write_text("old")
    with staged_folder(target) as folder:
        (folder / "a").write_text("new")
    assert [path.name for path in target.iterdir()] == ["a"]
    assert [path.name for path in tmp_path.iterdir()] == ["workspace"]


def test_a_failure_leaves_the_old_folder_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "workspace"
    target.mkdir()
    (target / "old").write_text("old")
    with pytest.raises(RuntimeError, match="stop"):
        write_half_a_folder(target)
    assert (target / "old").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["workspace"]


def test_a_file_is_replaced_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "table.csv"
    target.write_text("old")
    with pytest.raises(RuntimeError, match="stop"):
        write_half_a_file(target)
    assert target.read_text() == "old"
    with staged_file(target) as path:
        path.write_text("new")
    assert target.read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]
