"""The report of the intake over HTTP and from the command line."""

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.main import main
from api.settings import Settings
from services.workspace.folder import Snapshot


@pytest.fixture(scope="module")
def town_client(town_snapshot: Snapshot) -> Iterator[TestClient]:
    with TestClient(create_app(town_snapshot.workspace, Settings(warm=False))) as client:
        yield client


def test_the_page_is_served_in_both_languages(town_client):
    assert "数字ごとのわかり具合" in town_client.get("/intake").text
    answer = town_client.get("/intake", params={"lang": "en"})
    assert "How far each figure is known" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert town_client.get("/intake", params={"lang": "fr"}).status_code == 400


def test_what_is_served_names_no_place_and_counts_no_resident(town_client, town_snapshot):
    served = town_client.get("/intake").text + town_client.get("/intake.json").text
    places = town_snapshot.layer("places")
    assert not [name for name in places["name"] if name in served]
    plain = town_client.get("/intake.json").json()
    assert plain["public"] is True
    assert [one["remarks"] for source in plain["sources"] for one in source["reasons"]]
    assert not any(one["remarks"] for source in plain["sources"] for one in source["reasons"])


def test_the_command_writes_the_page_with_every_remark(town_snapshot, tmp_path, capsys):
    page = tmp_path / "intake.html"
    path = str(town_snapshot.workspace.path)
    asked = ["intake", path, "--out", str(page), "--json", "--lang", "ja"]
    assert main(asked) == 0
    assert json.loads(capsys.readouterr().out)["public"] is True
    assert main([*asked, "--view", "exact"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["public"] is False
    texts = [
        remark["text"]["ja"]
        for source in plain["sources"]
        for one in source["reasons"]
        for remark in one["remarks"]
    ]
    assert texts
    assert "行目" in page.read_text(encoding="utf-8")


def test_the_command_shows_a_table_to_people(town_snapshot, tmp_path, capsys):
    path = str(town_snapshot.workspace.path)
    assert main(["intake", path, "--out", str(tmp_path / "i.html"), "--lang", "en"]) == 0
    assert "Partial" in capsys.readouterr().out


def test_a_run_for_a_fiscal_year_says_its_day_and_what_it_assumed(town_snapshot, capsys):
    path = str(town_snapshot.workspace.path)
    assert main(["run", path, "--fiscal-year", "R5", "--lang", "ja"]) == 0
    out = capsys.readouterr().out
    assert "2024-03-31に開いていた場で計算しました" in out.replace("\n", "")
    assert main(["run", path, "--as-of", "2024-03-31", "--with-suspended", "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["parameters"]["as_of"] == "2024-03-31"
    assert plain["parameters"]["with_suspended"] is True
    # The model town has one suspended place; nobody says since when.
    codes = {one["code"]: one.get("places") for one in plain["assumptions"]}
    assert codes["no_status_date"] == codes["with_suspended"] == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--as-of", "2015-02-30"], "not a day"),
        (["--fiscal-year", "X9"], "is no fiscal year"),
        (["--as-of", "2015-03-31", "--fiscal-year", "H26"], "give one of them"),
    ],
)
def test_an_impossible_day_is_refused(town_snapshot, capsys, options, says):
    path = str(town_snapshot.workspace.path)
    assert main(["run", path, *options, "--lang", "en"]) == 2
    assert says in capsys.readouterr().err
