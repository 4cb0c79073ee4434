"""The command ``raster``."""

import json

import pytest
import rasterio

from api.cli.main import main
from tests.services.intake.populationrasters import inhabited_workspace, write_counts


def test_surface_writes_a_raster_and_says_how_many_cells_have_a_walk(
    town_snapshot, tmp_path, capsys
):
    workspace, out = str(town_snapshot.workspace.path), tmp_path / "walk.tif"
    asked = ["--out", str(out), "--frequency", "monthly", "--cell-m", "100"]
    assert main(["raster", "surface", workspace, *asked, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["file"] == str(out)
    assert 0 < shown["cells_walked"] <= shown["cells"] < shown["width"] * shown["height"]
    with rasterio.open(out) as raster:
        assert (raster.width, raster.height) == (shown["width"], shown["height"])
        assert list(raster.bounds) == shown["bounds_m"]
        assert raster.tags()["frequency"] == "monthly"
        assert (raster.read(1) != raster.nodata).sum() == shown["cells_walked"]
    assert main(["raster", "surface", workspace, *asked, "--lang", "ja"]) == 0
    assert "歩いて行けます" in capsys.readouterr().out


def test_surface_refuses_an_unknown_profile_in_one_line(town_snapshot, tmp_path, capsys):
    arguments = [str(town_snapshot.workspace.path), "--out", str(tmp_path / "a.tif")]
    assert main(["raster", "surface", *arguments, "--profile", "runner", "--lang", "ja"]) == 2
    shown = capsys.readouterr()
    assert len(shown.err.strip().splitlines()) == 1
    assert "歩き方「runner」はありません" in shown.err
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def compared(tmp_path):
    workspace = inhabited_workspace(tmp_path)
    raster = write_counts(tmp_path / "pop.tif", [[35.0] * 10] * 10)
    return [str(workspace.path), str(raster), "--out", str(tmp_path / "out.csv")]


def test_compare_writes_a_table_and_shows_the_total(compared, tmp_path, capsys):
    assert main(["raster", "compare", *compared, "--layer", "neighbourhood", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["total"]["raster_residents"] == 3500.0
    assert shown["total"]["buildings_residents"] == 3340.0
    assert shown["correlation"] is None  # all areas hold the same in the raster
    assert (tmp_path / "out.csv").is_file()
    assert (tmp_path / "out.provenance.json").is_file()


@pytest.mark.parametrize(
    ("lang", "words"),
    [("ja", ("3,500人", "セルごとの人数とみなし")), ("en", ("3,500", "residents per cell"))],
)
def test_compare_is_shown_to_people_in_both_languages(compared, capsys, lang, words):
    assert main(["raster", "compare", *compared, "--lang", lang]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in words)


def test_compare_refuses_what_is_no_raster_in_one_line(compared, tmp_path, capsys):
    (tmp_path / "pop.tif").write_text("no raster")
    assert main(["raster", "compare", *compared, "--lang", "en"]) == 2
    shown = capsys.readouterr()
    assert "cannot be read as a raster" in shown.err
    assert len(shown.err.strip().splitlines()) == 1
