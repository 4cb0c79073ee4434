"""The command ``registry``: what HTTP offers, for who sits at the machine."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from api.cli.main import main
from services.registry.feed import feed
from services.registry.places import read_places
from services.words.dates import day_in_japan
from services.workspace.folder import Workspace
from tests.datedtown import dated_workspace

EPSG = 6677


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return dated_workspace(tmp_path)


def asked(capsys: pytest.CaptureFixture[str], *words: object) -> dict:
    assert main([*map(str, ("registry", *words)), "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert main([*map(str, ("registry", *words)), "--lang", "en"]) == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "told"), [("place", "capacity=20"), ("venue", "capacity=20"), ("group", "name=新")]
)
def test_one_is_made_changed_and_undone(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], kind: str, told: str
) -> None:
    at = workspace.path
    key = asked(capsys, "add", at, "東の会", "--kind", kind, "--by", "市")[f"{kind}_id"]
    listed = asked(capsys, "list", at, "--kind", kind, "--view", "exact")[f"{kind}s"]
    assert [one["name"] for one in listed if one[f"{kind}_id"] == key] == ["東の会"]
    shown = asked(capsys, "show", at, key, "--kind", kind, "--view", "exact")
    assert [(one["action"], one["who"]) for one in shown["history"]] == [("create", "市")]
    asked(capsys, "change", at, key, "--set", told, "--kind", kind)
    seen = ("--kind", kind, "--state", shown["state"])
    assert "read it again" in refused(capsys, "change", at, key, "--set", told, *seen)
    latest = asked(capsys, "show", at, key, "--kind", kind)["history"][0]
    assert asked(capsys, "undo", at, latest["change_id"])["action"] == "undo"
    assert main(["registry", "show", str(at), key, "--kind", kind, "--lang", "ja"]) == 0
    assert "取消" in capsys.readouterr().out
    assert "is none of place, venue, group" in refused(capsys, "list", at, "--kind", "hall")
    assert "FIELD=VALUE" in refused(capsys, "change", at, key, "--set", "capacity")


def test_stale_places_are_listed_and_confirmed(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = asked(capsys, "stale", workspace.path)["places"]
    assert {one["place_id"] for one in stale} == {"A", "D", "D2"}
    asked(capsys, "confirm", workspace.path, "A", "D")
    assert [one["place_id"] for one in asked(capsys, "stale", workspace.path)["places"]] == ["D2"]


SHEET = [
    ["通いの場一覧", "", "", "", "", ""],
    ["place_id", "名称", "会場", "開催日時", "定員", "状況"],
    ["A", "場A", "", "", "25", ""],
    ["", "ひまわり", "東集会所", "毎週火曜日10時〜", "", "休止中"],
]


def written(path: Path, rows: list[list[str]]) -> Path:
    if path.suffix == ".csv":
        lines = "\r\n".join(",".join(row) for row in rows)
        path.write_bytes(lines.encode("cp932"))
        return path
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_a_table_is_looked_at_then_taken_in(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    named = read_places(workspace.registry_url, EPSG).set_index("place_id")["name"]["A"]
    rows = [[cell.replace("場A", named) for cell in row] for row in SHEET]
    file = written(tmp_path / name, rows)
    before = read_places(workspace.registry_url, EPSG)
    told = asked(capsys, "import", workspace.path, file, "--preview")
    first = told["rows"][0]
    assert (first["row"], first["action"], first["fields"]) == (3, "import", ["capacity"])
    assert [one["action"] for one in told["rows"]] == ["import", "create"]
    assert read_places(workspace.registry_url, EPSG).equals(before)
    asked(capsys, "import", workspace.path, file)
    found = read_places(workspace.registry_url, EPSG).set_index("place_id")
    assert found.loc["A"]["capacity"] == 25
    # An empty cell says nothing: what was told before stays.
    assert found.loc["A"]["schedule_text"] == "毎週月曜日10:00〜11:30"
    (new,) = found[found["name"] == "ひまわり"].to_dict("records")
    assert (new["status"], new["venue_name"]) == ("suspended", "東集会所")
    again = asked(capsys, "import", workspace.path, file)
    assert [one["action"] for one in again["rows"]] == ["same", "same"]


def test_a_table_with_a_row_that_cannot_be_is_not_taken_in_at_all(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = read_places(workspace.registry_url, EPSG)
    wrong = written(tmp_path / "wrong.csv", [*SHEET, ["", "たんぽぽ", "", "いつか", "", ""]])
    assert "row 5:" in refused(capsys, "import", workspace.path, wrong)
    people = [["氏名", "生年月日", "住所"], ["山田太郎", "1940-01-01", "東1"]]
    refused(capsys, "import", workspace.path, written(tmp_path / "people.csv", people))
    assert read_places(workspace.registry_url, EPSG).equals(before)


def test_a_salon_at_somebodys_home_is_taken_in_as_one(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [["名称", "会場", "開催日"], ["お茶の間", "佐藤さん宅", "毎週月曜"]]
    asked(capsys, "import", workspace.path, written(tmp_path / "homes.csv", rows))
    assert "佐藤" not in json.dumps(asked(capsys, "list", workspace.path), ensure_ascii=False)


def test_a_place_at_a_hall_that_is_known_stands_where_the_hall_does(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--set", "lon=139.84", "--set", "lat=36.0", "--set", "address=東1-1")
    asked(capsys, "add", workspace.path, "東集会所", "--kind", "venue", *where)
    made = asked(capsys, "add", workspace.path, "体操", "--set", "venue_name=東集会所")
    found = read_places(workspace.registry_url, 6668).set_index("place_id").loc[made["place_id"]]
    assert (found["address"], found["located_by"]) == ("東1-1", "venue")
    assert (found.geometry.x, found.geometry.y) == pytest.approx((139.84, 36.0))


def test_the_feed_the_report_and_the_notes_are_told(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(capsys, "confirm", workspace.path, "A")
    (one,) = asked(capsys, "feed", workspace.path)["changes"]
    assert one["event"] == "confirmed"
    asked(capsys, "feed", workspace.path, "--atom", tmp_path / "feed.xml")
    assert ET.parse(tmp_path / "feed.xml").getroot().tag == "{http://www.w3.org/2005/Atom}feed"  # noqa: S314  what was just written
    month = day_in_japan(feed(workspace)[0]["at"])[:7]
    assert asked(capsys, "report", workspace.path, month)["events"] == {"confirmed": 1}
    assert asked(capsys, "report", workspace.path, "2001-01")["events"] == {}
    area = workspace.areas().iloc[0]
    where = (workspace.path, area["layer"], area["area_id"])
    (note,) = asked(capsys, "note", *where, "坂が急", "--by", "市")["notes"]
    assert (note["text"], note["who"]) == ("坂が急", "市")
    assert asked(capsys, "note", *where, "--remove", note["note_id"])["notes"] == []
    assert main(["registry", "feed", str(workspace.path), "--lang", "en"]) == 0
    assert "still meets" in capsys.readouterr().out
