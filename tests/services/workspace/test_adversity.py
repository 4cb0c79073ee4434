"""A disk that is really full, a folder that may not be written, a clock that goes back: told, and nothing lost."""

import gc
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from geo.errors import DiskFullError, StorageError
from services.edition.jobs import Jobs
from services.registry import editing
from services.registry.database import writing
from services.registry.editing import confirm_place, create_place, fields_of
from services.registry.feed import feed
from services.registry.hands import ANYBODY
from services.registry.places import read_places, read_status_history
from services.results.run import run
from services.scenarios.named import list_scenarios, new_scenario
from services.workspace.folder import Workspace, open_workspace
from services.workspace.storage import storage_error
from tests.databases import empty_database
from tests.datedtown import dated_workspace
from tests.warm import Warm

EPSG = 6677


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of four megabytes; skip where that is not allowed."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("nobody may mount a disk here")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def filled(disk: Path) -> Path:
    """Write until not a byte more is taken."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
    return filler


WRITINGS: dict[str, Callable[[Workspace], object]] = {
    "edit": lambda workspace: create_place(workspace, fields_of({"name": "新"}), who=ANYBODY),
    "scenario": lambda workspace: new_scenario(workspace, "new"),
    "run": run,
    "job": lambda workspace: Jobs(workspace).submit("run", {}),
}


@pytest.mark.parametrize("what", WRITINGS)
def test_on_a_disk_that_is_full_writing_says_so_reading_goes_on_and_nothing_is_lost(
    tmp_path: Path, small_disk: Path, what: str
) -> None:
    made = dated_workspace(tmp_path)
    path = Path(shutil.copytree(made.path, small_disk / "town"))
    workspace = open_workspace(path)
    run(workspace)
    create_place(workspace, fields_of({"name": "前"}), who=ANYBODY)
    new_scenario(workspace, "before")
    filler = filled(small_disk)
    with pytest.raises((DiskFullError, OSError)) as refused:
        WRITINGS[what](open_workspace(path))
    told = storage_error(refused.value) or refused.value  # as every edge tells it
    assert isinstance(told, DiskFullError)
    reader = open_workspace(path)
    assert "前" in set(read_places(reader.registry_url, EPSG)["name"])
    assert [one.scenario.name for one in list_scenarios(reader)] == ["before"]
    assert len(reader.served().table("coverage")) > 0
    assert reader.served().name == "0001"
    filler.unlink()
    WRITINGS[what](open_workspace(path))
    assert "前" in set(read_places(reader.registry_url, EPSG)["name"])


READ_ONLY = """
import os, sys
from pathlib import Path
from geo.errors import StorageError
from services.registry.editing import create_place, fields_of
from services.registry.hands import ANYBODY
from services.registry.places import read_places
from services.results.run import run
from services.scenarios.named import new_scenario
from services.workspace.folder import open_workspace
from services.workspace.storage import storage_error

def tried(path):
    workspace = open_workspace(path)
    there = len(read_places(workspace.registry_url, 6677)), len(workspace.served().table("gaps"))
    print("read", there[0], there[1] > 0)
    for write in (
        lambda: create_place(workspace, fields_of({"name": "x"}), who=ANYBODY),
        lambda: new_scenario(workspace, "x"),
        lambda: run(workspace),
    ):
        try:
            write()
        except (StorageError, OSError) as error:
            told = storage_error(error) or error
            print("refused", isinstance(told, StorageError) and path.name in str(told))

tried(Path(sys.argv[1]))  # everything is imported then, wherever Python lies
os.setgid(65534)
os.setuid(65534)
tried(Path(sys.argv[2]))
"""


@pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() != 0, reason="only root may drop its rights"
)
def test_in_a_folder_that_may_not_be_written_reading_goes_on_and_writing_names_it(
    tmp_path: Path,
) -> None:
    workspace = dated_workspace(tmp_path)
    run(workspace)
    before = len(read_places(workspace.registry_url, EPSG))
    other = shutil.copytree(workspace.path, tmp_path / "other")
    for folder in (*tmp_path.resolve().parents, tmp_path):
        if folder.is_relative_to("/tmp"):  # noqa: S108  pytest keeps its folders to their owner
            folder.chmod(folder.stat().st_mode | 0o055)
    for one in (workspace.path, *workspace.path.rglob("*")):
        one.chmod(0o555 if one.is_dir() else 0o444)
    with Warm(READ_ONLY, other, workspace.path) as process:
        status, told = process.ended()
    assert status == 0
    lines = [f"read {before} True"] * 2 + ["refused True"] * 3
    assert told.splitlines() == lines
    for one in (workspace.path, *workspace.path.rglob("*")):
        one.chmod(0o755 if one.is_dir() else 0o644)
    create_place(open_workspace(workspace.path), fields_of({"name": "後"}), who=ANYBODY)
    assert len(read_places(workspace.registry_url, EPSG)) == before + 1


def test_a_clock_that_goes_back_changes_no_order_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = dated_workspace(tmp_path)
    behind = timedelta()

    class Clock(datetime):
        @classmethod
        def now(cls, _tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) - behind

    monkeypatch.setattr(editing, "datetime", Clock)
    made = []
    for days in (0, 400, 3):
        behind = timedelta(days=days)
        made.append(create_place(workspace, fields_of({"name": f"{days}"}), who=ANYBODY).key)
    confirmed = confirm_place(workspace, made[1], who=ANYBODY)
    told = [(one["event"], one["place_id"]) for one in feed(workspace)]
    assert told == [
        ("confirmed", made[1]),
        *(("opened", place_id) for place_id in reversed(made)),
    ]
    # The state of before is still another one, whatever the time says.
    assert confirmed.state != editing.state_of(workspace, made[0], who=ANYBODY)
    first, second = run(workspace).name, run(workspace).name
    assert first < second == workspace.snapshot().name


class Door:
    """A way to a server that can be shut, with whoever is in it, and opened again at the same place."""

    def __init__(self, to: tuple[str, int]) -> None:
        self._to, self._open = to, True
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def shut(self) -> None:
        self._open = False
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._ends.clear()

    def open(self) -> None:
        self._open = True

    def close(self) -> None:
        self.shut()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                guest, _ = self._listener.accept()
            except OSError:  # it is closed for good
                return
            if not self._open:
                guest.close()
                continue
            host = socket.create_connection(self._to)
            self._ends += [guest, host]
            for one, other in ((guest, host), (host, guest)):
                threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while read := one.recv(65536):
                other.sendall(read)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)
        one.close()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[tuple[Door, str]]:
    """Yield a door to the server of the tests, and the address of a database behind it."""
    address = make_url(empty_database("server", tmp_path))
    made = Door((str(address.host), int(address.port or 5432)))
    through = address.set(host="127.0.0.1", port=made.port)
    yield made, through.render_as_string(hide_password=False)
    made.close()
    gc.collect()  # a connection that broke is closed by nobody: it is thrown away here, and not later


def broken_off(door: Door, url: str) -> None:
    with writing(url) as opened:
        opened.execute(text("DELETE FROM place_status"))
        door.shut()
        opened.execute(text("SELECT 1"))


@pytest.mark.filterwarnings("ignore:.*was deleted while still open:ResourceWarning")
def test_a_database_that_goes_is_told_and_when_it_is_back_it_is_written_to(
    tmp_path: Path, door: tuple[Door, str]
) -> None:
    way, through = door
    workspace = dated_workspace(tmp_path, registry=through)
    create_place(workspace, fields_of({"name": "前"}), who=ANYBODY)
    way.shut()
    for ask in (
        lambda: read_places(workspace.registry_url, EPSG),
        lambda: create_place(workspace, fields_of({"name": "間"}), who=ANYBODY),
    ):
        with pytest.raises(StorageError, match="see that the server answers"):
            ask()
    way.open()
    create_place(workspace, fields_of({"name": "後"}), who=ANYBODY)
    # It goes in the middle of a transaction: nothing of it is kept, nothing is acknowledged.
    with pytest.raises(StorageError):
        broken_off(way, through)
    way.open()
    names = set(read_places(workspace.registry_url, EPSG)["name"])
    assert {"前", "後"} <= names
    assert "間" not in names
    assert len(read_status_history(workspace.registry_url)) >= len(names)
