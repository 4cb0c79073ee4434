"""The command line: results on standard output, everything else on standard error."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pytest

from api.cli import main as cli
from api.cli.console import default_lang
from api.cli.main import COMMANDS, main
from services.publication.columns import LAYERS
from tests.snapshots import tiny_workspace


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def workspace(tmp_path):
    return tiny_workspace(tmp_path).path


@pytest.fixture(scope="module")
def demo(demo_of_the_wheel, tmp_path_factory):
    """Return a copy of the demo's folder and the JSON that it printed."""
    out = tmp_path_factory.mktemp("demo") / "out"
    shutil.copytree(demo_of_the_wheel / "empty" / "out" / "demo", out)
    ran = json.loads((demo_of_the_wheel / "ran.json").read_text("utf-8"))
    assert ran["stderr"] == ""
    return out, json.loads(ran["stdout"])


def test_the_version_is_told(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"arukeba {version('arukeba')}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_both_languages(command, capsys):
    assert main([command, "--help"]) == 0
    english = capsys.readouterr().out
    assert main([command, "--help", "--lang", "ja"]) == 0
    japanese = capsys.readouterr().out
    assert "--lang" in english
    assert english != japanese
    assert any("ぁ" <= letter <= "ん" for letter in japanese)
    assert not any("ぁ" <= letter <= "ん" for letter in english)


def test_without_a_command_the_help_is_shown_and_the_exit_code_says_so(capsys):
    assert main([]) == 2
    assert "demo" in capsys.readouterr().out


def test_the_demo_writes_its_files_and_a_picture(demo):
    out, result = demo
    for name in LAYERS:
        document = json.loads((out / f"{name}.geojson").read_text(encoding="utf-8"))
        # Nobody has drawn anything over the streets of the demo, and no document tells of its areas.
        assert bool(document["features"]) == (name not in ("edits", "milestones")), name
        assert document["provenance"]["municipality"]["fictional"] is True
    assert (out / "coverage.png").read_bytes().startswith(b"\x89PNG")
    assert (out / "workspace" / "workspace.json").is_file()
    assert result["summary"]["municipality"]["name"] == "見本市"
    assert result["summary"]["residents"] > result["summary"]["reached"] > 0


def test_a_second_demo_replaces_the_first_and_says_how_to_open_the_map(demo, capsys):
    out, first = demo
    assert main(["demo", "--out", str(out), "--lang", "ja"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert "架空" in shown.out
    assert f"serve {out / 'workspace'}" in shown.out
    assert "http://127.0.0.1:8000/" in shown.out
    assert "候補地 上位5" in shown.out
    assert f"{round(first['summary']['unreached']):,}人" in shown.out
    assert {path.name for path in out.glob("[!.]*")} == {
        *(f"{name}.geojson" for name in LAYERS),
        *("coverage.png", "source", "workspace"),
    }


def test_a_built_workspace_runs_again_with_another_limit(demo, capsys):
    out, first = demo
    workspace = str(out / "workspace")
    assert main(["run", workspace, "--limit-m", "1000", "--profile", "slow", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["parameters"]["walk_limit_m"] == 1000.0
    assert result["parameters"]["profile"]["id"] == "slow"
    assert result["summary"]["reached"] > first["summary"]["reached"]


def test_build_makes_a_workspace_from_a_profile(demo, tmp_path, capsys):
    out, _ = demo
    profile = next((out / "source").glob("*.toml"))
    target = tmp_path / "built"
    assert main(["build", str(profile), "--out", str(target), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["municipality"]["name"] == "見本市"
    assert result["counts"]["places"] > 0
    assert (target / "workspace.json").is_file()


@pytest.mark.parametrize("file_format", ["geojson", "gpkg", "csv"])
def test_export_prints_the_files_it_wrote(workspace, tmp_path, capsys, file_format):
    out = tmp_path / "files"
    assert main(["export", str(workspace), "--format", file_format, "--out", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"wrote {path}" for path in sorted(out.iterdir(), key=lines_order(lines))]


def lines_order(lines):
    return lambda path: lines.index(f"wrote {path}")


def test_report_writes_a_page_and_prints_where(workspace, capsys):
    assert main(["--json", "report", str(workspace), "--area", "西地区", "--lang=ja"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["area_id"] == "w"
    assert result["sentence"] in Path(result["file"]).read_text(encoding="utf-8")


def test_global_options_are_taken_before_and_after_the_command(workspace, capsys):
    for argv in (
        ["--lang", "ja", "report", str(workspace), "--area", "どこにもない"],
        ["report", str(workspace), "--area", "どこにもない", "--lang=ja"],
    ):
        assert main(argv) == 2
        assert "どこにもない" in capsys.readouterr().err


def test_an_error_is_one_line_on_standard_error_and_exit_code_2(tmp_path, capsys):
    assert main(["build", str(tmp_path / "no.toml"), "--out", str(tmp_path / "out")]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert "no.toml" in shown.err
    assert not (tmp_path / "out").exists()


def test_a_machine_gets_an_error_with_its_code(tmp_path, capsys):
    assert main(["run", str(tmp_path), "--json", "--lang", "ja"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    error = json.loads(shown.err)["error"]
    assert error["code"] == "InvalidInputError"
    assert "ワークスペースではありません" in error["message"]


def test_a_broken_workspace_is_our_fault_and_exit_code_1(workspace, capsys):
    (workspace / "workspace.json").write_text("{", encoding="utf-8")
    assert main(["run", str(workspace)]) == 1
    assert "build the workspace again" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["export", "X"], "--format"),
        (["export", "X", "--format", "xlsx"], "xlsx"),
        (["nonsense"], "nonsense"),
        (["run", "X", "--limit-m", "far"], "--limit-m"),
        (["run", "X", "--unknown"], "--unknown"),
        (["doctor", "--lang", "fr"], "fr"),
        (["serve", "X", "--port", "70000"], "--port"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(argv, said, capsys):
    assert main(argv) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert said in shown.err
    assert "--help" in shown.err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["export", "X"], "--format が必要です"),
        (["export"], "WORKSPACE が必要です"),
        (["run", "X", "--unknown"], "--unknown というオプションはありません"),
        (["run", "X", "--limit-m", "far"], "--limit-m の値が使えません"),
        (["doctor", "--lang", "fr", "--lang", "ja"], "--lang は ja か en です"),
    ],
)
def test_wrong_usage_is_explained_in_japanese(argv, said, capsys):
    assert main([*argv, "--lang", "ja"]) == 2
    assert said in capsys.readouterr().err


def test_an_unexpected_error_is_one_line_and_its_traceback_only_on_request(monkeypatch, capsys):
    def broken(*_args):
        msg = "two\nlines"
        raise RuntimeError(msg)

    monkeypatch.setattr(cli, "create_cli", broken)
    assert main(["doctor"]) == 1
    plain = capsys.readouterr().err
    assert plain.count("\n") == 1
    assert "RuntimeError: two lines" in plain
    assert "--debug" in plain
    assert main(["doctor", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_exit_code_130(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("api.cli.doctor.examine", interrupted)
    assert main(["doctor"]) == 130
    assert capsys.readouterr().err.strip() == "interrupted"


def test_doctor_lists_what_is_installed(capsys):
    assert main(["doctor", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["ok"] is True
    assert main(["doctor", "--lang", "ja"]) == 0
    assert "必要なものはそろっています" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": ""}, "ja"),
    ],
)
def test_a_japanese_locale_means_japanese(monkeypatch, environment, lang):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert default_lang() == lang


def test_a_port_in_use_is_refused_with_the_way_out(workspace, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", str(workspace), "--port", str(port)]) == 2
    assert "--port" in capsys.readouterr().err


def test_serve_opens_the_map_and_stops_on_interrupt(workspace):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "api.cli.main", "serve", str(workspace), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as server:
        try:
            assert server.stdout is not None
            assert f"http://127.0.0.1:{port}/" in server.stdout.readline()
            answered = _wait_for(port)
            server.send_signal(signal.SIGINT)
            assert server.wait(timeout=20) == 130
        finally:
            server.kill()
    assert answered


LEAVING = """
import atexit, sys, threading, time
from api.cli import main as module
module.main = lambda: 3
if sys.argv[1]:
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
atexit.register(lambda: print("ended in order"))
print("said before", end="")
module.script()
"""


@pytest.mark.parametrize(
    ("left", "said"), [("yes", "said before"), ("", "said beforeended in order\n")]
)
def test_a_process_does_not_wait_for_a_thread_that_is_left(left, said):
    command = [sys.executable, "-c", LEAVING, left]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (3, said)


def _wait_for(port):
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False
