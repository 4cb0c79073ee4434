"""The command ``edits``."""

import json
import shutil

import geopandas as gpd
import pytest
from shapely import LineString

from api.cli.main import main
from services.edits.proposals import NewProposal, propose
from services.workspace.folder import open_workspace
from tests.railtown import lonlat, rail_workspace


@pytest.fixture
def workspace(town_snapshot, tmp_path):
    path = tmp_path / "town"
    shutil.copytree(town_snapshot.workspace.path, path)
    return path


@pytest.fixture
def drawn(workspace, tmp_path):
    """Write a barrier through the whole town from west to east."""
    opened = open_workspace(workspace)
    node_xy = opened.network().node_xy
    (west, south), (east, north) = node_xy.min(axis=0), node_xy.max(axis=0)
    line = LineString([(west - 10, (south + north) / 2), (east + 10, (south + north) / 2)])
    frame = gpd.GeoDataFrame(
        {"edit_id": ["rail"], "kind": ["barrier"], "name": ["線路"]},
        geometry=[line],
        crs=opened.profile.municipality.plane_epsg,
    )
    path = tmp_path / "drawn.geojson"
    frame.to_crs(6668).to_file(path, driver="GeoJSON")
    return path


def test_edits_are_added_listed_shown_and_taken_back(workspace, drawn, capsys):
    assert main(["edits", "add", str(workspace), str(drawn), "--by", "課", "--json"]) == 0
    added = json.loads(capsys.readouterr().out)
    assert (added["version"]["version"], added["added"]) == (1, ["rail"])
    assert added["losses"]["cut_off_m"] > 0
    assert main(["edits", "list", str(workspace), "--json"]) == 0
    versions = json.loads(capsys.readouterr().out)["versions"]
    assert [(one["version"], one["by"]) for one in versions] == [(1, "課")]
    assert main(["edits", "show", str(workspace), "--version", "1", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [one["edit_id"] for one in shown["edits"]] == ["rail"]
    assert shown["losses"] == added["losses"]
    assert main(["edits", "revert", str(workspace), "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sha256"] == added["version"]["sha256"]


def test_people_read_what_the_edits_do_in_both_languages(workspace, drawn, capsys):
    assert main(["edits", "add", str(workspace), str(drawn), "--lang", "ja"]) == 0
    japanese = capsys.readouterr().out
    assert "版1ができました：修正1件（新規1件、差し替え0件）" in japanese
    assert "ほかへ出られなくなる道" in japanese
    assert main(["edits", "show", str(workspace), "--lang", "en"]) == 0
    english = capsys.readouterr().out
    assert "barrier" in english
    assert "streets cut off from the rest" in english
    assert main(["edits", "list", str(workspace), "--lang", "ja"]) == 0
    assert "drawn.geojson" in capsys.readouterr().out


def test_a_workspace_without_edits_says_so(workspace, capsys):
    for part in ("list", "show"):
        assert main(["edits", part, str(workspace), "--lang", "ja"]) == 0
        assert "修正はありません" in capsys.readouterr().out


def test_a_refused_file_is_one_line_and_exit_code_2(workspace, drawn, capsys):
    drawn.write_text(drawn.read_text(encoding="utf-8").replace("barrier", "wall"), encoding="utf-8")
    assert main(["edits", "add", str(workspace), str(drawn), "--lang", "ja"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert "1行目" in shown.err
    assert main(["edits", "revert", str(workspace), "3"]) == 2
    assert main(["edits", "show", str(workspace), "--as-of", "いつか"]) == 2


def test_proposals_are_listed_decided_on_and_exported(tmp_path, capsys):
    workspace = rail_workspace(tmp_path)
    path = str(workspace.path)
    assert main(["edits", "proposals", path, "--lang", "ja"]) == 0
    assert "提案はありません" in capsys.readouterr().out
    line = [list(lonlat(200, 120)), list(lonlat(200, 215))]
    for remark in ("踏切", "私道"):
        propose(workspace, NewProposal("path", line, "resident", remark))
    assert main(["edits", "accept", path, "1", "--by", "課", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["added"] == ["proposal-0001"]
    assert main(["edits", "reject", path, "2", "--lang", "ja"]) == 2
    assert "理由が要ります" in capsys.readouterr().err
    assert main(["edits", "reject", path, "2", "--reason", "私道のため", "--lang", "ja"]) == 0
    assert "見送り" in capsys.readouterr().out
    assert main(["edits", "proposals", path, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["proposals"]
    assert [(one["proposal_id"], one["status"]) for one in found] == [
        (2, "rejected"),
        (1, "accepted"),
    ]
    assert main(["edits", "proposals", path, "--status", "waiting", "--lang", "en"]) == 2
    assert "there are open, accepted, rejected" in capsys.readouterr().err
    out = tmp_path / "notes.osn"
    asked = ["--format", "osn", "--status", "accepted", "--out", str(out), "--lang", "en"]
    assert main(["edits", "export", path, *asked]) == 0
    assert "1 proposals written" in capsys.readouterr().out
    assert out.read_text("utf-8").count("<note ") == 1
