"""A small sample of `make reliability`: kills, a loss of power, damaged files; the rest runs by hand."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.kills import kill
from tests.parserfuzz import FORMATS
from tests.power import watched

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("name", "times"), [("edits", 8), ("imports", 6), ("decisions", 6), ("backups", 4)]
)
def test_no_kill_at_the_swap_loses_what_was_acknowledged_or_tears_what_is_there(
    name: str, times: int
) -> None:
    found = kill(name, times)
    assert found.wrong == []
    assert found.kills.total() >= times // 2
    assert found.acknowledged > 0


def test_what_is_torn_is_found() -> None:
    assert any("torn" in said for said in kill("torn", 8).wrong)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("name", ["edits", "decisions", "runs"])
def test_a_loss_of_power_takes_nothing_that_was_acknowledged(name: str) -> None:
    disk = watched(name)
    assert disk.wrong == []
    assert disk.acknowledged > 0
    assert disk.counts["fsync"] > 0


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_name_without_a_sync_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import os, sys, pathlib\nfolder = pathlib.Path(sys.argv[1])\n"
        "(folder / 'a').write_text('a')\n(folder / 'a').replace(folder / 'b')\nprint('done', flush=True)\n"
    )
    monkeypatch.setattr("tests.power.CODE", code)
    wrong = watched("edits", arguments=lambda folder: [str(folder)]).wrong
    assert [one.partition(" before ")[0] for one in wrong] == [
        "b is named",
        "done: unsynced b",
        "done: unnamed b",
    ]


@pytest.mark.parametrize("name", ["list.csv", "book.xlsx", "areas.geojson", "areas.zip", "streets.osm.pbf", "heights.tif"])  # fmt: skip
def test_no_damaged_file_ends_a_process_or_is_a_fault_of_ours(name: str) -> None:
    assert name in FORMATS
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "tests.parserfuzz", name, "4242", "25", scratch]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["read"] + told["refused"] == 25
