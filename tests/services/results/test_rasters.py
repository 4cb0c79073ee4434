"""The walking-time surface as a file: laid out for the cloud, in the plane, true to the engine."""

import json
import struct

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.warp import transform as to_lonlat

from geo.catchment.surface import Grid
from geo.coverage.reached import at_least
from geo.errors import InvalidInputError
from geo.walking.measure import seconds
from geo.walking.reach import nearest
from geo.walking.snapping import snap
from services.results.rasters import NODATA, SurfaceAsked, outline, write_cog, write_surface
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.words.texts import told
from services.words.vocabulary import EXACT, PUBLIC, VIEWS

CELL_M = 10.0


@pytest.fixture(scope="module")
def workspace(town_snapshot):
    return town_snapshot.workspace


@pytest.fixture(scope="module")
def situation(workspace):
    parameters = Parameters.of(workspace.profile, walk_limit_m=None, walking_profile=None)
    return Situation(workspace, parameters)


@pytest.fixture(scope="module")
def weekly(workspace, tmp_path_factory):
    return write_surface(workspace, tmp_path_factory.mktemp("raster") / "weekly.tif")


def tiff_pages(content):
    """Read the pages of a little-endian TIFF: where each directory lies, and its tags' numbers."""
    assert content[:4] == b"II*\0"
    sizes = {3: ("H", 2), 4: ("I", 4)}
    pages, at = [], struct.unpack_from("<I", content, 4)[0]
    while at:
        tags = {}
        (count,) = struct.unpack_from("<H", content, at)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            tag, kind, n = struct.unpack_from("<HHI", content, entry)
            if kind in sizes:
                letter, size = sizes[kind]
                begin = (
                    entry + 8 if n * size <= 4 else struct.unpack_from("<I", content, entry + 8)[0]
                )
                tags[tag] = struct.unpack_from(f"<{n}{letter}", content, begin)
        pages.append((at, tags))
        (at,) = struct.unpack_from("<I", content, at + 2 + 12 * count)
    return pages


WIDTH, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS = 256, 322, 323, 324


def test_all_directories_come_before_all_data_and_coarse_views_before_fine_ones(weekly):
    content = weekly.path.read_bytes()
    assert b"LAYOUT=IFDS_BEFORE_DATA" in content[:300]
    pages = tiff_pages(content)
    assert len(pages) >= 2  # the raster and a coarser view at least
    tiles = [[offset for offset in tags[TILE_OFFSETS] if offset] for _, tags in pages]
    assert max(at for at, _ in pages) < min(min(offsets) for offsets in tiles)
    assert all(tags[TILE_WIDTH] == tags[TILE_HEIGHT] == (256,) for _, tags in pages)
    widths = [tags[WIDTH][0] for _, tags in pages]
    assert widths == sorted(widths, reverse=True)
    firsts = [min(offsets) for offsets in tiles]
    assert firsts == sorted(firsts, reverse=True)


def test_the_file_is_in_the_plane_and_north_up(weekly, workspace):
    with rasterio.open(weekly.path) as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.crs.to_epsg() == workspace.profile.municipality.plane_epsg
        assert raster.nodata == NODATA
        assert (raster.transform.a, raster.transform.e) == (CELL_M, -CELL_M)
        assert (raster.transform.b, raster.transform.d) == (0.0, 0.0)
        assert raster.overviews(1)
        # JGD2011's plane CRS have their first axis to the north: east must not come out as north.
        middle = shapely.centroid(outline(workspace))
        column, row = ~raster.transform * (middle.x, middle.y)
        assert 0 < column < raster.width
        assert 0 < row < raster.height
        (west, east), (south, north) = to_lonlat(
            raster.crs,
            "EPSG:6668",
            [raster.bounds.left, raster.bounds.right],
            [raster.bounds.bottom, raster.bounds.top],
        )
        assert west < east
        assert south < north


def test_each_cell_holds_the_minutes_that_the_engine_gives_its_centre(weekly, situation):
    snaps = situation.place_snaps
    origins = snaps[at_least(situation.counted["venue_frequency"], "weekly")]
    land = outline(situation.workspace)
    with rasterio.open(weekly.path) as raster:
        minutes = raster.read(1)
        rows, columns = np.mgrid[3 : raster.height : 23, 5 : raster.width : 29]
        x, y = raster.transform * (columns.ravel() + 0.5, rows.ravel() + 0.5)
    inside = shapely.contains_xy(land, x, y)
    xy = np.column_stack([x, y])[inside]
    assert len(xy) > 100
    limit_m = situation.profile.streets.snap_limit_m
    cells = snap(xy, situation.network, limit_m=limit_m, usable=situation.usable)
    by = seconds(situation.network, situation.walking.walker)
    expected = nearest(situation.network, origins, cells, by=by).home_walk / 60.0
    found = minutes[rows.ravel()[inside], columns.ravel()[inside]]
    walked = np.isfinite(expected)
    assert found[walked] == pytest.approx(expected[walked], rel=1e-6)
    assert (found[~walked] == NODATA).all()
    assert (minutes[rows.ravel()[~inside], columns.ravel()[~inside]] == NODATA).all()


def test_a_home_s_cell_holds_about_the_home_s_minutes(weekly, situation):
    # Two points of one cell are at most a diagonal apart, but may join different streets: most agree.
    snaps = situation.place_snaps
    origins = snaps[at_least(situation.counted["venue_frequency"], "weekly")]
    homes = situation.homes
    speed = situation.parameters.walking.speed_m_per_min
    by = seconds(situation.network, situation.walking.walker)
    expected = nearest(situation.network, origins, homes, by=by).home_walk / 60.0
    xy = shapely.get_coordinates(homes.geometry.to_numpy())
    with rasterio.open(weekly.path) as raster:
        found = np.array([value[0] for value in raster.sample(xy)])
    near = np.abs(found - expected) * speed <= CELL_M * np.sqrt(2)
    assert near.mean() > 0.9


def test_the_file_says_what_it_is(weekly, workspace):
    with rasterio.open(weekly.path) as raster:
        tags = raster.tags()
        assert raster.units == ("min",)
        assert "minutes" in raster.descriptions[0]
    assert (tags["unit"], tags["frequency"], tags["jis_code"]) == ("min", "weekly", "99201")
    assert tags["municipality"] == "見本市"
    assert float(tags["leg_limit_m"]) == workspace.profile.streets.snap_limit_m
    assert tags["TIFFTAG_SOFTWARE"].startswith("arukeba ")
    sources = json.loads(tags["sources"])
    assert [source["licence"] for source in sources] == [s["licence"] for s in workspace.sources]
    parameters = json.loads(tags["parameters"])
    assert parameters["surface"]["cell_m"] == CELL_M
    assert parameters["profile"]["speed_m_per_min"] == float(tags["speed_m_per_min"])
    assert len(tags["parameters_sha256"]) == 64


def test_the_same_question_gives_the_same_bytes_and_another_parameter_another_hash(
    weekly, workspace, tmp_path
):
    again = write_surface(workspace, tmp_path / "again.tif")
    assert again.path.read_bytes() == weekly.path.read_bytes()
    coarse = write_surface(workspace, tmp_path / "coarse.tif", asked=SurfaceAsked(cell_m=100.0))
    hashes = []
    for path in (weekly.path, coarse.path):
        with rasterio.open(path) as raster:
            hashes.append(raster.tags()["parameters_sha256"])
    assert hashes[0] != hashes[1]


def test_a_slower_walker_takes_longer_and_a_rarer_place_is_no_further(workspace, tmp_path):
    def read(name, *, profile=None, frequency="weekly"):
        asked = SurfaceAsked(frequency=frequency, cell_m=50.0)
        path = tmp_path / f"{name}.tif"
        write_surface(workspace, path, asked=asked, walking_profile=profile)
        with rasterio.open(path) as raster:
            return raster.read(1, masked=True)

    standard, monthly = read("standard"), read("monthly", frequency="monthly")
    assert (monthly <= standard).all()
    assert (monthly < standard).any()
    speeds = {w.id: w.speed_m_per_min for w in workspace.profile.walking_profiles}
    slowest = min(speeds, key=speeds.__getitem__)
    assert speeds[slowest] < speeds[workspace.profile.analysis.walking_profile]
    assert (read("slow", profile=slowest) > standard).all()


def test_a_margin_adds_cells_and_changes_none(workspace, tmp_path):
    rasters = []
    for margin_m in (0.0, 100.0):
        path = tmp_path / f"{margin_m}.tif"
        write_surface(workspace, path, asked=SurfaceAsked(cell_m=50.0, margin_m=margin_m))
        with rasterio.open(path) as raster:
            rasters.append((raster.read(1), raster.transform))
    (narrow, at), (wide, at_wide) = rasters
    left, top = (round(part) for part in ~at_wide * (at.c, at.f))
    same = wide[top : top + narrow.shape[0], left : left + narrow.shape[1]]
    known = narrow != NODATA
    assert (same[known] == narrow[known]).all()
    assert (wide != NODATA).sum() > known.sum()


def test_a_surface_is_that_of_its_view(workspace, tmp_path):
    found = {}
    for view in VIEWS:
        path = tmp_path / f"{view}.tif"
        asked = SurfaceAsked(frequency="monthly", cell_m=50.0)
        write_surface(workspace.seen(view), path, asked=asked)
        with rasterio.open(path) as raster:
            found[view] = raster.read(1)
            assert raster.tags()["view"] == view
    # The model town has a salon in a private home, which the public view sees at its cell.
    assert (found[PUBLIC] != found[EXACT]).any()


def test_no_data_is_not_averaged_into_coarser_views(tmp_path):
    # 512 × 512 cells of 8, every second column without a walk: every coarse cell must say 8.
    grid = Grid(10.0, 0, 512, 512, 512)
    minutes = np.full((512, 512), 8.0, dtype=np.float32)
    minutes[:, ::2] = np.nan
    write_cog(tmp_path / "a.tif", grid, minutes, epsg=6677, tags={})
    with rasterio.open(tmp_path / "a.tif", overview_level=0) as raster:
        coarse = raster.read(1)
    assert coarse.shape == (256, 256)
    assert (coarse == 8.0).all()


def test_without_a_place_of_the_frequency_all_is_no_data_and_it_is_told(
    workspace, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        "services.results.rasters.at_least",
        lambda frequency, _: np.zeros(len(frequency), dtype=bool),
    )
    made = write_surface(workspace, tmp_path / "none.tif", asked=SurfaceAsked(cell_m=100.0))
    assert (made.places_n, made.walked_n) == (0, 0)
    assert made.cells_n > 0
    with rasterio.open(made.path) as raster:
        assert raster.read(1, masked=True).mask.all()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (SurfaceAsked(frequency="daily"), "must be one of monthly, weekly, permanent"),
        (SurfaceAsked(cell_m=0.0), "number of metres above 0"),
        (SurfaceAsked(cell_m=0.01), "give larger cells"),
        (SurfaceAsked(leg_limit_m=-1.0), "--leg-limit-m is -1.0"),
        (SurfaceAsked(margin_m=float("nan")), "--margin-m is nan"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(workspace, tmp_path, asked, message):
    with pytest.raises(InvalidInputError, match=message) as error:
        write_surface(workspace, tmp_path / "a.tif", asked=asked)
    assert told(error.value, "ja") != error.value.message
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_way_is_refused(workspace, tmp_path):
    with pytest.raises(InvalidInputError, match="is a folder"):
        write_surface(workspace, tmp_path)


def test_after_an_error_halfway_the_old_file_is_as_it_was(workspace, tmp_path, monkeypatch):
    path = tmp_path / "a.tif"
    path.write_bytes(b"old")
    monkeypatch.setattr("services.results.rasters.NODATA", "not a number")
    with pytest.raises((TypeError, ValueError)):
        write_surface(workspace, path, asked=SurfaceAsked(cell_m=100.0))
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.tif"]
