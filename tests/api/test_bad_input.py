"""Input that cannot give an answer, through the command line: what is wrong, where, and the way out."""

import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_bounds
from rasterio.warp import Resampling, reproject, transform_bounds

from api.cli.main import main
from geo.errors import Sentence
from services.publication.supply import Supply
from services.publication.tables import Publication
from services.reports.briefing import briefing
from services.results.run import run
from services.results.slots import slot_sentence
from services.words.texts import told
from services.words.vocabulary import EXACT
from services.workspace.folder import open_workspace

FAR = """<osm version="0.6">
<node id="1" lat="26.21" lon="127.68"/><node id="2" lat="26.22" lon="127.68"/>
<way id="3"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>
</osm>"""
"""One street in Naha, 1,500 km from the model town."""


@pytest.fixture
def profile(town_profile, tmp_path) -> Path:
    """Return the profile of a copy of the model town's files that a test may change."""
    shutil.copytree(town_profile.parent, tmp_path / "source")
    return tmp_path / "source" / town_profile.name


def change(profile: Path, old: str, new: str) -> None:
    text = profile.read_text(encoding="utf-8")
    assert old in text
    profile.write_text(text.replace(old, new), encoding="utf-8")


def refused(profile: Path, capsys) -> dict[str, str]:
    """Build in both languages; return what is said, one line each, and see that nothing is left."""
    said = {}
    for lang in ("en", "ja"):
        target = profile.parent.parent / f"workspace-{lang}"
        assert main(["build", str(profile), "--out", str(target), "--lang", lang]) == 2
        said[lang] = capsys.readouterr().err
        assert not target.exists()
    return said


def test_without_a_street_in_the_city_the_extract_is_asked_for(profile, capsys):
    (profile.parent / "streets.osm").write_text(FAR, encoding="utf-8")
    change(profile, "streets.osm.pbf", "streets.osm")
    said = refused(profile, capsys)
    assert "streets.osm" in said["en"]
    assert "is this the extract of the right place" in said["en"]
    assert "127.68" in said["en"]  # where its streets are
    assert "streets.osm" in said["ja"]
    assert "歩ける道がありません" in said["ja"]


def test_a_walker_of_0_metres_a_minute_is_refused_by_name(profile, capsys):
    with profile.open("a", encoding="utf-8") as file:
        file.write('\n[[walking_profiles]]\nid = "still"\nlabel = "止"\nlabel_en = "Still"\n'
                   'speed_m_per_min = 0\norigin = "試験"\n')  # fmt: skip
    said = refused(profile, capsys)
    for lang in ("en", "ja"):
        assert "speed_m_per_min" in said[lang]
        assert "0" in said[lang]
    assert any("ぁ" <= letter <= "ん" for letter in said["ja"])


def test_a_raster_with_a_hole_in_another_crs_loses_no_way_and_no_resident(
    profile, town_snapshot, capsys
):
    with rasterio.open(profile.parent / "elevation.tif") as raster:
        heights, old_crs, old = raster.read(1), raster.crs, raster.transform
        bounds = transform_bounds(raster.crs, 4326, *raster.bounds)
        shape = heights.shape
    grid = np.full(shape, -9999.0, dtype="float32")
    transform = from_bounds(*bounds, shape[1], shape[0])
    reproject(
        heights, grid, src_transform=old, src_crs=old_crs, src_nodata=-9999.0,
        dst_transform=transform, dst_crs=4326, dst_nodata=-9999.0, resampling=Resampling.bilinear,
    )  # fmt: skip
    # No cell is a blend of heights and of nothing: that would be a cliff of kilometres.
    assert grid[grid != -9999.0].min() >= heights[heights != -9999.0].min()
    grid[: shape[0] // 2] = -9999.0  # nothing is known of the northern half
    with rasterio.open(
        profile.parent / "elevation.tif", "w", driver="GTiff", count=1, dtype="float32",
        crs=4326, transform=transform, nodata=-9999.0, height=shape[0], width=shape[1],
    ) as raster:  # fmt: skip
        raster.write(grid, 1)
    target = profile.parent.parent / "workspace"
    assert main(["build", str(profile), "--out", str(target)]) == 0
    workspace = open_workspace(target)
    entries = [
        entry for notes in workspace.seen(EXACT).intake.values() if isinstance(notes, dict)
        for entry in notes.get("entries", [])
    ]  # fmt: skip
    said = {entry["code"]: Sentence.from_dict(entry["said"]) for entry in entries}
    assert "unknown there" in told(said["no_elevation"], "en")
    assert "標高" in told(said["no_elevation"], "ja")
    run(workspace)  # the public views of two builds differ: each is rounded with a key of its own
    coverage = workspace.seen(EXACT).snapshot().table("coverage")
    before = town_snapshot.workspace.seen(EXACT).snapshot().table("coverage")
    keys = [
        "layer",
        "area_id",
        "frequency",
        "age_group",
        "profile",
        "walk_limit_m",
        "walk_limit_min",
    ]
    both = before.merge(coverage, on=keys, suffixes=("", "_now"))
    assert len(both) == len(before) == len(coverage)
    assert both["residents_now"].to_numpy() == pytest.approx(both["residents"].to_numpy())
    # Whoever walks has a time: streets of unknown height are level, not endless.
    assert both["walk_min_mean_now"].isna().tolist() == both["walk_min_mean"].isna().tolist()
    # Metres are those of the map, whatever the heights.
    metres = both[both["walk_limit_min"].isna()]
    assert metres["reached_now"].to_numpy() == pytest.approx(metres["reached"].to_numpy())


def test_where_nobody_of_the_age_group_lives_it_says_no_residents(town_snapshot, tmp_path, capsys):
    path = tmp_path / "town"
    shutil.copytree(town_snapshot.workspace.path, path)
    homes = gpd.read_parquet(path / "layers" / "demand.parquet")
    homes.assign(**{"65+": 0.0, "75+": 0.0}).to_parquet(path / "layers" / "demand.parquet")
    manifest = path / "workspace.json"
    text = manifest.read_text(encoding="utf-8")
    lost = open_workspace(path).manifest["unmatched_residents"]["65+"]
    assert lost == 0 or f"{lost}" in text
    if lost:
        manifest.write_text(text.replace(f"{lost}", "0.0"), encoding="utf-8")
    assert main(["run", str(path), "--lang", "ja"]) == 0
    shown = capsys.readouterr().out
    assert "住民がいません" in shown
    assert "nan" not in shown.lower()
    snapshot = open_workspace(path).snapshot()
    for lang, words in (("en", "no residents"), ("ja", "住民がいません")):
        assert words in briefing(snapshot, lang).sentence
        publication = Publication(snapshot)
        slots = publication.disclosed.table("slots")
        slot = slots[slots["age_group"] == "65+"].iloc[0].to_dict()
        assert words in slot_sentence(slot, lang)
        supply = Supply(publication)
        for rows in (
            supply.provision()["areas"],
            supply.resilience()["areas"],
            supply.inequality()["layers"],
            supply.crosstab()["cells"],
        ):
            assert all(words in row["words"][lang][0] for row in rows)
