"""What rests on edits says so and draws them; a place that they cut off is no solid dot (tests/railtown.py)."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, Point, box
from shapely.geometry.base import BaseGeometry

from api.report_page import render_report
from services.drawing.signs import EDIT_SIGNS
from services.drawing.svg import edit_sign, place_sign
from services.edits.versions import add_edits
from services.publication.tables import Publication
from services.reports.area import gap_report
from services.reports.briefing import briefing
from services.reports.picture import coverage_picture
from services.results.run import run
from services.results.snaps import public_snaps
from services.workspace.folder import Snapshot, Workspace
from tests.railtown import rail_workspace
from tests.streets import PLANE

WALL = LineString([(190, 230), (210, 230)])
"""Between W (200, 245) and the northern street, y = 215."""


def drawn(workspace: Workspace, *edits: tuple[BaseGeometry | None, dict[str, Any]]) -> None:
    path = workspace.path.parent / "drawn.geojson"
    rows = gpd.GeoDataFrame([said for _, said in edits], geometry=[s for s, _ in edits], crs=PLANE)
    rows.to_crs(6668).to_file(path)
    add_edits(workspace, path, by="地域支援課", note="聞き取り")


@pytest.fixture(scope="module")
def walled(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Return the town with a wall before W, a stretch of the southern street closed and a path."""
    workspace = rail_workspace(tmp_path_factory.mktemp("walled"))
    drawn(
        workspace,
        (WALL, {"edit_id": "wall", "kind": "barrier", "name": "塀"}),
        (box(600, -10, 700, 10), {"edit_id": "dug", "kind": "closed", "note": "個人の名前"}),
        (LineString([(400, 1), (400, 214)]), {"edit_id": "way", "kind": "path"}),
        (Point(0, 0), {"edit_id": "old", "kind": "closed", "valid_to": "2020-03-31"}),
    )
    return run(workspace)


def test_a_result_keeps_what_is_in_force_as_a_map_shows_it(walled: Snapshot) -> None:
    edits = Publication(walled).edits().set_index("edit_id")
    assert edits["kind"].to_dict() == {"dug": "closed", "wall": "barrier", "way": "path"}
    assert list(edits.columns) == ["kind", "name", "valid_from", "valid_to", "geometry"]
    # Of what is closed the stretch of street, of all else what was drawn; rounded to a millimetre.
    assert edits.geometry["dug"].hausdorff_distance(LineString([(600, 0), (700, 0)])) < 0.01
    assert edits.geometry["wall"].hausdorff_distance(WALL) < 0.01
    assert edits.geometry["way"].hausdorff_distance(LineString([(400, 1), (400, 214)])) < 0.01


def test_a_run_says_how_many_edits_of_what_kind_and_of_which_day(walled: Snapshot) -> None:
    (item,) = [one for one in walled.run["assumptions"] if one["code"] == "edits"]
    assert (item["edits"], item["kinds"]) == (3, {"barrier": 1, "closed": 1, "path": 1})
    assert (item["version"], item["day"]) == (1, walled.run["as_of"])


def test_a_place_behind_a_wall_is_told_and_drawn_apart(walled: Snapshot) -> None:
    places = Publication(walled).points("places").set_index("place_id")
    assert places["unsnapped"][["W", "M"]].tolist() == ["barrier", ""]
    assert walled.run["summary"]["places_cut_off_n"] == 1
    assert places["unsnapped_why"]["M"] == ""
    north = gap_report(walled.workspace, "n")
    assert [place.cut_off for place in north.places] == [places["unsnapped_why"]["W"]]
    assert any("斜線" in note for note in north.notes)
    page = render_report(north)
    assert f"歩いて行けない：{places['unsnapped_why']['W']}" in page
    cut, solid = (place_sign(0, 0, "weekly", cut=cut) for cut in (True, False))
    assert (cut.split(">", 1)[1] in page, solid.split(">", 1)[1] in page) == (True, True)
    south = gap_report(walled.workspace, "s")
    assert [place.cut_off for place in south.places] == ["", ""]


def test_the_report_draws_what_it_sees_of_the_edits_and_names_it(walled: Snapshot) -> None:
    report = gap_report(walled.workspace, "s")
    assert report.edits == ("barrier", "closed", "path")
    page = render_report(report)
    for kind in report.edits:
        assert edit_sign("", kind)[1].split("fill", 1)[1] in report.map_svg
        assert {"barrier": "通れない線・面", "closed": "閉じた道", "path": "足した道"}[kind] in page


def test_the_picture_draws_them_in_ink(walled: Snapshot, tmp_path: Path) -> None:
    import matplotlib.image

    told = briefing(walled, "ja")
    assert (told.edits, told.cut_off) == (("barrier", "closed", "path"), 1)
    coverage_picture(walled, tmp_path / "with.png")
    bare = run(rail_workspace(tmp_path / "bare"))
    assert briefing(bare, "ja").edits == ()
    coverage_picture(bare, tmp_path / "without.png")
    green = np.array([int(EDIT_SIGNS["path"].colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255

    def pixels(name: str) -> int:
        seen = matplotlib.image.imread(tmp_path / name)[150:1100, :1150, :3]
        return int((np.abs(seen - green) < 0.02).all(axis=-1).sum())

    assert pixels("with.png") > pixels("without.png")


def test_snaps_know_the_reasons_of_edits(walled: Snapshot) -> None:
    rows = public_snaps(walled.workspace).classes
    assert (rows["reason"] == "barrier").any()


def test_the_snaps_of_a_home_on_a_closed_street_have_a_reason_in_words(tmp_path: Path) -> None:
    workspace = rail_workspace(tmp_path)
    drawn(workspace, (box(150, -10, 250, 10), {"edit_id": "dug", "kind": "closed"}))
    rows = public_snaps(workspace).classes.set_index(["kind", "reason"])
    assert rows.loc[("home", "closed"), "why"] == "そばの道が閉じている"


def test_without_edits_nothing_is_said_or_drawn(tmp_path: Path) -> None:
    snapshot = run(rail_workspace(tmp_path))
    assert [one for one in snapshot.run["assumptions"] if one["code"] == "edits"] == []
    assert len(Publication(snapshot).edits()) == 0
    report = gap_report(snapshot.workspace, "n")
    assert report.edits == ()
    assert not any("修正" in note or "斜線" in note for note in report.notes)


@pytest.mark.parametrize(
    ("closed_m", "reason"),
    [
        # M, at 400 m of the southern street, is left alone on 16 m of it.
        ([(388, 392), (408, 412)], "cut_off"),
        # The west of the street is cut off with M, and with the home at 200 m, which reaches M.
        ([(700, 704)], ""),
    ],
)
def test_a_place_on_a_street_cut_off_is_no_solid_dot_unless_somebody_gets_there(
    tmp_path: Path, closed_m: list[tuple[float, float]], reason: str
) -> None:
    workspace = rail_workspace(tmp_path)
    cuts = [
        (box(west, -10, east, 10), {"edit_id": f"cut{west}", "kind": "closed"})
        for west, east in closed_m
    ]
    drawn(workspace, *cuts)
    snapshot = run(workspace)
    places = Publication(snapshot).points("places").set_index("place_id")
    assert places["unsnapped"][["W", "M"]].tolist() == ["", reason]
    assert bool(places["unsnapped_why"]["M"]) == bool(reason)
    assert snapshot.run["summary"]["places_cut_off_n"] == bool(reason)
