"""The commands ``map`` and ``reconcile``."""

import json

import pytest

from api.cli.main import main
from services.intake.tables.columns import read_map
from tests.services.intake.workbooks import write_ods

LIST = "通いの場一覧,,\n名称,所在地,なぞ\nひまわりの会,東1,x\n"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "salons.csv"
    path.write_bytes(LIST.encode("cp932"))
    return path


def test_map_proposes_and_saves(table, tmp_path, capsys):
    saved = tmp_path / "map.toml"
    assert main(["map", str(table), "--save", str(saved), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["columns"] == {"name": "名称", "address": "所在地"}
    assert (shown["unknown"], shown["header_row"], shown["rows"]) == (["なぞ"], 2, 1)
    assert read_map(saved).columns == shown["columns"]


def test_map_is_shown_to_people_in_both_languages(table, capsys):
    assert main(["map", str(table), "--lang", "ja"]) == 0
    assert "使わない列: なぞ" in capsys.readouterr().out
    assert main(["map", str(table), "--lang", "en"]) == 0
    assert "columns not used: なぞ" in capsys.readouterr().out


def test_map_names_the_sheets_that_it_does_not_read(tmp_path, capsys):
    sheets = {"目次": [["目次"]], "一覧": [["名称", "所在地"], ["会", "東1"]]}
    path = write_ods(tmp_path / "salons.ods", sheets)
    assert main(["map", str(path), "--json", "--lang", "ja"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["columns"] == {"name": "名称", "address": "所在地"}
    assert shown["remarks"] == ["シート「一覧」を読みました。読んでいないシート：目次"]


def test_map_refuses_a_table_about_persons_in_one_line(tmp_path, capsys):
    path = tmp_path / "people.csv"
    path.write_text("氏名,生年月日\n山田太郎,昭和15年3月4日\n", encoding="utf-8")
    assert main(["map", str(path), "--lang", "ja"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.strip().splitlines()) == 1
    assert "「氏名」" in shown.err
    assert "山田" not in shown.err


def test_reconcile_proposes_for_a_workspace_and_saves_into_a_profile(
    town_snapshot, town_profile, tmp_path, capsys
):
    workspace = str(town_snapshot.workspace.path)
    assert main(["reconcile", workspace, "--json"]) == 0
    proposals = json.loads(capsys.readouterr().out)["proposals"]
    assert proposals
    assert {"name", "residents", "area", "reason", "reason_ja", "confidence"} <= set(proposals[0])
    assert main(["reconcile", workspace, "--save", "--lang", "en"]) == 2
    assert "name it with --profile" in capsys.readouterr().err
    profile = tmp_path / "town.toml"
    profile.write_text(town_profile.read_text(encoding="utf-8"), encoding="utf-8")
    arguments = ["--save", "--profile", str(profile), "--at-least", "0", "--json"]
    assert main(["reconcile", workspace, *arguments]) == 0
    saved = json.loads(capsys.readouterr().out)["saved"]
    assert saved == len([proposal for proposal in proposals if proposal["area"]])


def test_reconcile_shows_a_table_for_people(town_profile, capsys):
    assert main(["reconcile", str(town_profile), "--lang", "ja"]) == 0
    shown = capsys.readouterr().out
    assert "--save" in shown or "合わない名前はありません" in shown
