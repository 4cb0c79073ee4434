"""Storage that fails: the cause is named, and nobody is told to throw work away."""

import errno
import json
import os
import re
import resource
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
from sqlalchemy import event, text

from api.cli.main import main
from geo.errors import BrokenWorkspaceError, DiskFullError, StorageError
from services.edition.jobs import Jobs
from services.registry.database import writing
from services.registry.places import create_registry, read_places
from services.words.texts import told
from services.workspace import folder, jsonfiles, remainder, series
from services.workspace.folder import Snapshot
from services.workspace.locks import in_use
from services.workspace.storage import storage_error
from tests.snapshots import tiny_workspace

REBUILD = re.compile("build .*again|作り直")
CAUSES = [
    (errno.ENOSPC, "the disk is full", "空きがありません"),
    (errno.EROFS, "the disk is read-only", "読み取り専用"),
    (errno.EACCES, "there is no permission", "権限がありません"),
    (errno.EIO, "the disk answers with an error", "エラーが起きました"),
]


@pytest.mark.parametrize(("number", "english", "japanese"), CAUSES)
def test_each_cause_is_named_with_a_way_out(number: int, english: str, japanese: str) -> None:
    found = storage_error(OSError(number, os.strerror(number), "/data/town"))
    assert found is not None
    assert found.message.startswith(f"/data/town: {english}; ")
    assert japanese in told(found, "ja")
    assert not REBUILD.search(found.message + told(found, "ja"))


def test_what_no_disk_is_to_blame_for_is_left_to_others() -> None:
    assert storage_error(ConnectionRefusedError(errno.ECONNREFUSED, "refused")) is None
    assert storage_error(OSError("Couldn't deserialize thrift")) is None
    assert storage_error(ValueError("no number")) is None


@pytest.mark.parametrize(
    "read",
    [
        lambda path: jsonfiles.read_json(path / "workspace.json"),
        lambda path: folder._read_table(path / "results" / "0001" / "coverage.parquet"),
        lambda path: folder._read_layer(path / "layers" / "areas.parquet"),
        lambda path: remainder.read_unmatched(path / remainder.FILE),
        lambda path: series.read_series(path / series.FILE),
    ],
    ids=["json", "table", "layer", "unmatched", "series"],
)
def test_a_disk_that_fails_under_a_reader_is_no_broken_workspace(
    read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tiny_workspace(tmp_path).path
    (path / series.FILE).touch()

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "read_text", fail)
    monkeypatch.setattr(folder.pd, "read_parquet", fail)
    monkeypatch.setattr(gpd, "read_parquet", fail)
    with pytest.raises(StorageError, match="the disk answers with an error"):
        read(path)


def test_damage_is_told_with_a_copy_as_the_first_way_out(tmp_path: Path) -> None:
    path = tiny_workspace(tmp_path).path / "layers" / "areas.parquet"
    path.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(BrokenWorkspaceError, match="put it back from a copy, or build"):
        folder._read_layer(path)


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no file grow beyond 2,000 bytes, whoever writes it."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def town(town_snapshot: Snapshot, tmp_path: Path) -> Path:
    path = tmp_path / "town"
    shutil.copytree(town_snapshot.workspace.path, path)
    return path


def test_a_run_that_has_no_room_says_so_and_leaves_nothing(
    town: Path, no_room: None, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(one.name for one in (town / "results").iterdir())
    assert main(["--json", "--lang", "en", "run", str(town)]) == 1
    error = json.loads(capsys.readouterr().err.splitlines()[-1])["error"]
    assert error["code"] == "StorageError"
    said = f"{town / 'results'}: the file is larger than this system allows; have the limit raised"
    assert error["message"].startswith(said)
    assert sorted(one.name for one in (town / "results").iterdir()) == before


def test_a_folder_that_cannot_be_made_is_told_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = tiny_workspace(tmp_path)

    def fail(self: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(self))

    monkeypatch.setattr(Path, "mkdir", fail)
    assert main(["--lang", "en", "run", str(workspace.path)]) == 1
    said = capsys.readouterr().err
    assert f"{workspace.path / 'results'}" in said
    assert ": the disk is read-only" in said
    assert not REBUILD.search(said)


@pytest.mark.parametrize(
    ("code", "kind", "english"),
    [
        (sqlite3.SQLITE_FULL, DiskFullError, "the disk is full"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, StorageError, "the disk is read-only"),
        (sqlite3.SQLITE_IOERR_FSYNC, StorageError, "the disk answers with an error"),
    ],
)
def test_a_lock_that_the_disk_does_not_take_is_told_by_its_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, kind: type, english: str
) -> None:
    class Failing:
        def execute(self, _: str) -> None:
            error = sqlite3.OperationalError("said by SQLite")
            error.sqlite_errorcode = code
            raise error

        def close(self) -> None:
            pass

    monkeypatch.setattr(sqlite3, "connect", lambda *_, **__: Failing())
    with pytest.raises(OSError, match="said by SQLite") as raised, in_use(tmp_path / "town"):
        pytest.fail("nobody holds it")
    found = storage_error(raised.value)
    assert type(found) is kind
    assert found.message.startswith(f"{tmp_path / '.town.lock'}: {english}; ")


def test_a_list_of_jobs_for_which_there_is_no_room_says_so(tmp_path: Path) -> None:
    workspace = tiny_workspace(tmp_path)
    jobs = Jobs(workspace)
    jobs.submit("run", {})
    with sqlite3.connect(jobs.path) as database:
        pages = database.execute("PRAGMA page_count").fetchone()[0]

    def full(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(jobs._engine, "connect", full)
    with pytest.raises(DiskFullError, match="see that there is room"):
        jobs.submit("run", {"long": "x" * 100_000})
    event.remove(jobs._engine, "connect", full)
    assert jobs.open_n() == 1
    jobs.submit("run", {"long": "x" * 100_000})
    assert jobs.open_n() == 2


def test_a_database_that_cannot_be_opened_is_no_broken_workspace(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="see that its folder exists") as error:
        read_places(f"sqlite:///{tmp_path / 'none' / 'registry.sqlite'}", 6677)
    assert not REBUILD.search(error.value.message + told(error.value, "ja"))


def fill(url: str) -> None:
    with writing(url) as one:
        one.execute(text("PRAGMA max_page_count = 1"))
        one.execute(text("CREATE TABLE more AS SELECT hex(zeroblob(100000)) AS much"))


def test_a_full_and_a_read_only_database_say_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'registry.sqlite'}"
    create_registry(url)
    with pytest.raises(StorageError, match="make room, then try again") as full:
        fill(url)
    read_only = f"sqlite:///file:{tmp_path / 'registry.sqlite'}?mode=ro&uri=true"
    with pytest.raises(StorageError, match="made writable") as fixed:
        fill(read_only)
    for error in (full, fixed):
        assert not REBUILD.search(error.value.message + told(error.value, "ja"))
