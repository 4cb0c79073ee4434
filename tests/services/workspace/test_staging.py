import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geo.errors import BusyError
from services.workspace import staging
from services.workspace.locks import in_use
from services.workspace.staging import put_back, staged_file, staged_folder, staged_number
from tests.faults import each_death


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


STEPS = """
from pathlib import Path
from services.workspace.staging import staged_folder
from tests import faults

def act(step, target, how):
    if how == "renames":
        faults.without_exchange()
    with staged_folder(Path(target)) as folder:
        (folder / "whole").write_text("new")
"""


@pytest.mark.parametrize("how", ["exchange", "renames"])
def test_a_process_that_dies_at_any_step_leaves_one_whole_folder(tmp_path: Path, how: str) -> None:
    target = tmp_path / "workspace"
    target.mkdir()
    (target / "whole").write_text("old")

    def whole(_said: str) -> None:
        if how == "exchange" and sys.platform == "linux":
            assert (target / "whole").is_file()  # nothing has to be put back
        put_back(target)
        assert (target / "whole").read_text() in ("old", "new")

    assert each_death(STEPS, target, how, check=whole) >= 4
    assert (target / "whole").read_text() == "new"
    with staged_folder(target) as folder:
        (folder / "whole").write_text("newest")
    assert (target / "whole").read_text() == "newest"
    assert not (tmp_path / ".workspace.old").exists()


READS = """
import sys
from pathlib import Path
target, seen = Path(sys.argv[1]), 0
print("ready", flush=True)
while not (target.parent / "stop").exists():
    assert (target / "whole").read_text() == "x"
    seen += 1
print(seen)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take two renames")
def test_a_reader_finds_a_folder_at_every_instant_while_it_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "workspace"
    target.mkdir()
    (target / "whole").write_text("x")
    with subprocess.Popen(
        [sys.executable, "-c", READS, str(target)], stdout=subprocess.PIPE, text=True
    ) as reading:
        assert reading.stdout is not None
        reading.stdout.readline()
        for _ in range(100):
            with staged_folder(target) as folder:
                (folder / "whole").write_text("x")
        (tmp_path / "stop").touch()
        assert int(reading.stdout.read()) > 100
    assert reading.returncode == 0


@pytest.mark.parametrize("step", range(1, 4))
@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError, MemoryError])
def test_a_fault_at_any_step_leaves_the_old_folder_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, fault: type[BaseException]
) -> None:
    target = tmp_path / "workspace"
    target.mkdir()
    (target / "whole").write_text("old")
    done = []
    rename = Path.rename

    def breaking(path: Path, to: Path) -> Path:
        done.append(path)
        if len(done) == step:
            raise fault
        return rename(path, to)

    monkeypatch.setattr(staging, "_swapped", lambda _one, _other: False)
    monkeypatch.setattr(Path, "rename", breaking)
    with pytest.raises(fault), staged_folder(target) as folder:
        (folder / "whole").write_text("new")
    monkeypatch.undo()
    put_back(target)
    assert (target / "whole").read_text() == ("old" if step < 3 else "new")


SWAPS = """
import signal
import sys
from pathlib import Path
from services.workspace.staging import staged_folder

# Where the tests run in the background an interrupt is ignored, by their children as well.
signal.signal(signal.SIGINT, signal.default_int_handler)
target = Path(sys.argv[1])
print("ready", flush=True)
while True:
    with staged_folder(target) as folder:
        (folder / "whole").write_text("x")
"""


def test_no_signal_between_two_renames_loses_the_folder(tmp_path: Path) -> None:
    target = tmp_path / "workspace"
    target.mkdir()
    (target / "whole").write_text("x")
    for nth in range(25):
        with subprocess.Popen(
            [sys.executable, "-c", SWAPS, str(target)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as swapping:
            assert swapping.stdout is not None
            swapping.stdout.readline()
            time.sleep(0.002 + 0.0007 * nth)
            swapping.send_signal(signal.SIGINT if nth % 2 else signal.SIGKILL)
        put_back(target)
        assert (target / "whole").read_text() == "x"


def test_of_two_who_write_at_once_each_gets_its_own_number(tmp_path: Path) -> None:
    with staged_number(tmp_path) as (first, one), staged_number(tmp_path) as (second, other):
        (one / "a").write_text("1")
        (other / "a").write_text("2")
    assert {first, second} == {"0001", "0002"}
    assert (tmp_path / first / "a").read_text() == "1"
    assert (tmp_path / second / "a").read_text() == "2"
    with staged_number(tmp_path) as (third, _):
        assert third == "0003"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0001", "0002", "0003"]


def test_a_number_is_free_again_when_its_writer_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), staged_number(tmp_path, ".json"):
        raise RuntimeError
    with staged_number(tmp_path, ".json") as (name, path):
        path.write_text("{}")
    assert name == "0001"
    assert [path.name for path in tmp_path.iterdir()] == ["0001.json"]


def test_what_is_written_has_reached_the_disk_before_its_name_does_and_the_name_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(opened: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(opened).st_mode) else "file")
        sync(opened)

    def replaced(path: Path, to: Path) -> Path:
        done.append("rename")
        return replace(path, to)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    with staged_file(tmp_path / "plan.toml") as path:
        path.write_text("new")
    assert done == ["file", "rename", "folder"]


def test_the_name_of_a_folder_that_is_made_on_the_way_has_reached_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Path] = []
    sync = staging._sync
    monkeypatch.setattr(staging, "_sync", lambda path: (done.append(path), sync(path)))
    with staged_file(tmp_path / "scenarios" / "own" / "plan.toml") as path:
        path.write_text("new")
    made = tmp_path / "scenarios"
    assert done[:2] == [tmp_path, made]
    assert done[-1] == made / "own"


def test_what_was_left_by_who_was_killed_is_thrown_away_after_a_day(tmp_path: Path) -> None:
    old, young = (tmp_path / f".workspace.new-{name}" for name in ("old", "young"))
    for folder in (old, young):
        folder.mkdir()
    long_ago = time.time() - staging.LEFT_S - 60
    os.utime(old, (long_ago, long_ago))
    with staged_folder(tmp_path / "workspace") as folder:
        (folder / "a").write_text("a")
    assert sorted(one.name for one in tmp_path.iterdir()) == [young.name, "workspace"]


def test_many_work_in_a_folder_or_one_replaces_it(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    folder.mkdir()
    refused = pytest.raises(BusyError, match="wait until it has ended")
    with in_use(folder), in_use(folder), refused, in_use(folder, alone=True):
        pass
    with in_use(folder, alone=True):
        with pytest.raises(BusyError), in_use(folder):
            pass
        with pytest.raises(BusyError), in_use(folder, alone=True):
            pass
    with in_use(folder, alone=True):
        pass


def test_a_lock_ends_with_the_process_that_held_it(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    folder.mkdir()
    code = (
        "import os, sys; from pathlib import Path; from services.workspace.locks import in_use\n"
        "with in_use(Path(sys.argv[1]), alone=True): os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(folder)], check=False).returncode == 9
    with in_use(folder, alone=True):
        pass
