"""``arukeba meeting`` on the town of one street (tests/datedtown.py)."""

import json
from pathlib import Path

from api.cli.main import main
from tests.datedtown import dated_workspace


def test_papers_are_taken_in_from_a_table_all_or_none_and_meetings_go_into_a_calendar(
    tmp_path: Path, capsys
) -> None:
    path = str(dated_workspace(tmp_path).path)
    meeting = ["--set", "date=2025-10-01", "--set", "title=東の話し合い", "--set", "kind=study"]
    assert main(["meeting", "add", path, "meeting", "--council", "e", *meeting]) == 0
    table = tmp_path / "acts.csv"
    table.write_text("date,partner,text\n2025-10-02,東の会,見学\n秋,東の会,見学\n", "utf-8")
    taken = ["meeting", "import", path, "activity", str(table), "--council", "e", "--lang", "ja"]
    capsys.readouterr()
    assert main(taken) != 0
    assert "2行目" in capsys.readouterr().err
    table.write_text("date,partner,text\n2025-10-02,東の会,見学\n2025-10-03,,体操\n", "utf-8")
    assert main(taken) == 0
    capsys.readouterr()
    assert main(["meeting", "list", path, "--council", "e", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["papers"]
    assert [one["kind"] for one in found] == ["activity", "activity", "meeting"]
    out = tmp_path / "town.ics"
    assert main(["meeting", "calendar", path, "--out", str(out)]) == 0
    assert "SUMMARY:東の話し合い\r\n" in out.read_bytes().decode()
