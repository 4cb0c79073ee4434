"""``arukeba profile check --data``: what the files hold, without a build."""

import json
from pathlib import Path

import pytest

from api.cli.main import main
from services.intake.look import Seen, look_at
from services.profile import read_profile
from tests.services.intake.hostile.hamlet import (
    PLACE_HEAD,
    halls,
    place,
    profile_text,
    table,
    write_hamlet,
)


@pytest.fixture
def hamlet(tmp_path: Path) -> Path:
    return write_hamlet(tmp_path)


def seen(profile: Path) -> dict[str, Seen]:
    return {one.source: one for one in look_at(read_profile(profile), profile.parent)}


def salons(profile: Path, *rows: tuple[object, ...], encoding: str = "utf-8") -> None:
    (profile.parent / "salons.csv").write_bytes(table(PLACE_HEAD, *rows).encode(encoding))


def test_each_file_tells_what_it_is_and_what_was_taken(hamlet):
    # One place with a position and a schedule, one without either.
    salons(
        hamlet,
        place(開催日="毎週月曜日"),
        place("すみれの会", 緯度="", 経度="", 開催日="そのうち"),
        encoding="cp932",
    )
    found = seen(hamlet)
    assert list(found) == ["streets", "areas", "people", "buildings", "ground", "halls", "salons"]
    assert all(one.usable for one in found.values())
    places = found["salons"]
    assert (places.use, places.type, places.encoding, places.rows) == ("places", "csv", "cp932", 2)
    assert (places.located, places.schedules) == (1, 1)
    taken = dict(places.taken)
    assert (taken["schedule"], taken["venue"]) == ("開催日", "会場")
    assert taken["position"] == "経度, 緯度"
    assert "1 have no position" in str(places.missing[0])
    assert dict(places.remarks)["schedule_unread"] == 1
    assert (found["areas"].use, found["areas"].type, found["areas"].rows) == ("layer", "GeoJSON", 4)
    assert dict(found["areas"].taken) == {"name": "name"}
    assert (found["people"].use, found["people"].rows) == ("population", 4)
    assert dict(found["people"].taken)["65+"] == "65歳以上"
    assert (found["halls"].use, found["halls"].located) == ("venues", 2)


def test_what_a_build_would_refuse_is_told_file_by_file(hamlet):
    folder = hamlet.parent
    (folder / "people.csv").write_bytes(b"%PDF-1.7\n")
    (folder / "halls.csv").unlink()
    text = (folder / "areas.geojson").read_text(encoding="utf-8").replace('"name":', '"nom":')
    (folder / "areas.geojson").write_text(text, encoding="utf-8")
    found = seen(hamlet)
    assert not found["halls"].there
    assert "this is a PDF" in str(found["people"].problem)
    assert "there is no column 'name'" in str(found["areas"].problem)
    assert found["areas"].rows == 4
    assert found["salons"].usable


def test_what_lies_elsewhere_is_told_as_a_build_tells_it(hamlet):
    # The hamlet is at 139.97, 35.86; a hall in Sapporo is left out, a place there is refused.
    path = hamlet.parent / "halls.csv"
    path.write_text(halls(("札幌", "x", "", 43.06, 141.35)), encoding="utf-8")
    salons(hamlet, place(), place("すみれの会", 緯度=43.06, 経度=141.35))
    found = seen(hamlet)
    assert (found["halls"].rows, found["halls"].located) == (3, 2)
    assert dict(found["halls"].remarks)["outside"] == 1
    assert "outside the municipality" in str(found["salons"].problem)
    (hamlet.parent / "areas.geojson").unlink()
    assert seen(hamlet)["salons"].usable


def test_a_list_without_a_column_of_schedules_says_so(hamlet):
    path = hamlet.parent / "salons.csv"
    path.write_text("名称,緯度,経度,送迎\n会,35.861,139.971,有\n", encoding="utf-8")
    text = profile_text()
    begin = text.index("[[places]]")
    end = text.index("[analysis]")
    hamlet.write_text(
        text[:begin] + '[[places]]\nsource = "salons"\n' + text[end:], encoding="utf-8"
    )
    places = seen(hamlet)["salons"]
    assert (places.located, places.schedules) == (1, 0)
    assert "no column says when places meet" in str(places.missing[0])
    assert "columns not used: 送迎" in str(places.not_used)
    text = hamlet.read_text(encoding="utf-8")
    assumed = text.replace(
        'source = "salons"\n', 'source = "salons"\nschedule_text = "毎週月曜日"\n'
    )
    hamlet.write_text(assumed, encoding="utf-8")
    places = seen(hamlet)["salons"]
    # An assumption of the profile is no schedule that the file tells.
    assert places.schedules == 0
    assert "1 have no schedule of their own; '毎週月曜日' of the profile is" in str(
        places.missing[0]
    )


def test_the_command_tells_people_and_machines_and_builds_nothing(hamlet, capsys):
    folder = hamlet.parent
    before = sorted(path.name for path in folder.iterdir())
    command = ["profile", "check", str(hamlet), "--data", str(folder)]
    assert main(["--lang", "ja", *command]) == 0
    told = capsys.readouterr().out
    assert "salons：salons.csv（csv、utf-8、" in told
    assert "列：name = 名称、" in told
    assert "行のうち" in told
    assert main(["--lang", "en", "--json", *command]) == 0
    files = {one["source"]: one for one in json.loads(capsys.readouterr().out)["files"]}
    assert files["areas"]["columns"] == {"name": "name"}
    (folder / "halls.csv").unlink()
    assert main(["--lang", "en", *command]) == 2
    assert f"× halls: {folder / 'halls.csv'} is not there" in capsys.readouterr().out
    assert sorted(path.name for path in folder.iterdir()) == [n for n in before if n != "halls.csv"]
