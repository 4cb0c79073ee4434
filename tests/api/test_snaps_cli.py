"""``arukeba snaps``: the file, the table and the warning."""

import json
from pathlib import Path

import pyogrio
import pytest

from api.cli.main import main
from services.workspace.folder import Snapshot


def test_the_full_layer_is_written_with_a_warning(
    town_snapshot: Snapshot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "snaps.gpkg"
    workspace = str(town_snapshot.workspace.path)
    exact = ["snaps", workspace, "--view", "exact", "--out", str(out)]
    assert main([*exact, "--lang", "ja"]) == 0
    japanese = capsys.readouterr()
    assert japanese.err == "庁内用（公開しない数）\n"
    assert "住まい" in japanese.out
    assert "0–25m" in japanese.out
    assert "庁内用です。人が住んでいる場所がわかるので、外に出さないでください" in japanese.out
    assert main([*exact, "--lang", "en"]) == 0
    assert "For the office: it shows where people live" in capsys.readouterr().out
    assert "snaps" in [name for name, _ in pyogrio.list_layers(out)]


def test_a_machine_gets_the_counts_and_what_may_leave_has_no_home(
    town_snapshot: Snapshot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "public.gpkg"
    workspace = str(town_snapshot.workspace.path)
    assert main(["snaps", workspace, "--out", str(out), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["file"], result["view"]) == (str(out), "public")
    homes = [line for line in result["classes"] if line["kind"] == "home"]
    assert homes[0]["distance_class"] == "0-25"
    assert "snaps" not in [name for name, _ in pyogrio.list_layers(out)]


def test_a_file_of_another_kind_is_refused_in_one_line(
    town_snapshot: Snapshot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = str(town_snapshot.workspace.path)
    assert main(["snaps", workspace, "--out", str(tmp_path / "snaps.shp")]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert ".gpkg" in shown.err
