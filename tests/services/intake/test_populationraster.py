"""A raster of residents read as it is: no count is interpolated, no hole goes unseen."""

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import Affine, from_origin
from rasterio.warp import transform as warp_points

from geo.demand.zonal import share_by_area
from geo.errors import SourceError
from services.intake.people.raster import read_population_raster
from services.words.texts import told
from tests.services.intake.populationrasters import write_counts
from tests.snapshots import EAST_M, EPSG, NORTH_M, at

LAND = shapely.box(EAST_M, NORTH_M, EAST_M + 1000, NORTH_M + 1000)
ONES = np.ones((10, 10))


def read(path, **options):
    return read_population_raster(path, LAND, plane_epsg=EPSG, **options)


def total(raster):
    inside, outside = share_by_area(raster.corners, raster.counts, np.array([LAND], dtype=object))
    return float(inside[0]), outside


def test_counts_in_the_plane_are_taken_as_they_are(tmp_path):
    cells = np.arange(100.0).reshape(10, 10)
    raster = read(write_counts(tmp_path / "p.tif", cells))
    assert raster.counts.sum() == 4950.0
    assert total(raster) == (4950.0, 0.0)
    assert (raster.nodata_n, raster.negative_n, raster.reprojected) == (0, 0, False)


def test_row_0_is_the_north(tmp_path):
    cells = np.zeros((10, 10))
    cells[0, 2] = 5.0
    raster = read(write_counts(tmp_path / "p.tif", cells))
    (corners,) = raster.corners
    assert sorted(set(corners[:, 0])) == [EAST_M + 200, EAST_M + 300]
    assert sorted(set(corners[:, 1])) == [NORTH_M + 900, NORTH_M + 1000]


def test_a_raster_stored_from_south_to_north_says_the_same(tmp_path):
    cells = np.arange(100.0).reshape(10, 10)
    upside_down = Affine(100.0, 0.0, EAST_M, 0.0, 100.0, NORTH_M)
    there = read(write_counts(tmp_path / "n.tif", cells))
    back = read(write_counts(tmp_path / "s.tif", cells[::-1], transform=upside_down))
    half = np.array([shapely.box(EAST_M, NORTH_M, EAST_M + 1000, NORTH_M + 500)], dtype=object)
    sums = [share_by_area(r.corners, r.counts, half)[0][0] for r in (there, back)]
    assert sums[0] == sums[1] == np.arange(50.0, 100.0).sum()


@pytest.mark.parametrize("crs", [4326, 6668, 32654, 6676, 3857])
def test_in_another_crs_no_resident_comes_or_goes(tmp_path, crs):
    # 40 × 40 cells round the town, somebody in each: shared between the town and what is outside.
    (west, east), (south, north) = warp_points(
        f"EPSG:{EPSG}",
        f"EPSG:{crs}",
        [EAST_M - 300, EAST_M + 1300],
        [NORTH_M - 300, NORTH_M + 1300],
    )
    transform = from_origin(west, north, (east - west) / 40, (north - south) / 40)
    cells = np.random.default_rng(1).uniform(1, 9, (40, 40))
    raster = read(write_counts(tmp_path / "p.tif", cells, crs=crs, transform=transform))
    assert raster.reprojected
    assert raster.crs == f"EPSG:{crs}"
    assert np.isin(raster.counts, cells).all()  # each as it was stored, to the last bit
    inside, outside = total(raster)
    touching = shapely.intersects(shapely.polygons(raster.corners), LAND)
    assert inside + outside == pytest.approx(raster.counts[touching].sum(), rel=1e-12)
    # One in each of 1600 cells over 1600 m × 1600 m: the town's 1000 m × 1000 m hold 625.
    one_each = read(
        write_counts(tmp_path / "1.tif", np.ones((40, 40)), crs=crs, transform=transform)
    )
    assert total(one_each)[0] == pytest.approx(625.0, rel=0.005)


def test_nodata_not_a_number_and_negative_counts_are_nobody_and_are_counted(tmp_path):
    cells = np.ones((10, 10))
    cells[0, 0], cells[0, 1], cells[0, 2], cells[0, 3] = -200.0, np.nan, -5.0, np.inf
    raster = read(write_counts(tmp_path / "p.tif", cells))
    assert raster.counts.sum() == 96.0
    assert (raster.nodata_n, raster.negative_n, raster.cells_n) == (3, 1, 100)


def test_stored_integers_with_a_scale_are_scaled(tmp_path):
    path = write_counts(tmp_path / "p.tif", ONES * 25)
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets = (0.1,), (0.5,)
    assert read(path).counts == pytest.approx(np.full(100, 3.0))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"unit": "persons/km2"}, True),
        ({"unit": "人/km²"}, True),
        ({"description": "Population density"}, True),
        ({"tags": {"LONG_NAME": "people per hectare"}}, True),
        ({"tags": {"題": "人口密度"}}, True),
        ({"unit": "人/セル"}, False),
        ({"description": "people per pixel (ppp)"}, False),
        ({"tags": {"url": "https://example.org/ha/km/pop.tif"}}, False),
        ({}, False),
    ],
)
def test_a_density_is_known_by_what_the_file_says_of_itself(tmp_path, words, expected):
    raster = read(write_counts(tmp_path / "p.tif", ONES, **words))
    assert bool(raster.density) is expected


def test_what_the_file_says_is_cut_short_and_moves_no_cursor(tmp_path):
    raster = read(write_counts(tmp_path / "p.tif", ONES, unit="density\x1b[2J" + "x" * 500))
    assert raster.density.isprintable()
    assert len(raster.density) == 80


def test_a_raster_elsewhere_is_refused(tmp_path):
    away = from_origin(EAST_M + 50_000, NORTH_M, 100.0, 100.0)
    with pytest.raises(SourceError, match=r"p\.tif: the raster lies elsewhere") as error:
        read(write_counts(tmp_path / "p.tif", ONES, transform=away))
    assert "重なりません" in told(error.value, "ja")


def test_a_raster_that_leaves_a_hole_is_refused_with_how_much_it_covers(tmp_path):
    with pytest.raises(SourceError, match=r"covers only 80\.0 % of the municipality"):
        read(write_counts(tmp_path / "p.tif", np.ones((10, 8))))


def test_a_sliver_on_the_border_is_no_hole(tmp_path):
    shifted = from_origin(EAST_M + 5.0, NORTH_M + 1000.0, 100.0, 100.0)
    raster = read(write_counts(tmp_path / "p.tif", ONES, transform=shifted))
    assert sum(total(raster)) == pytest.approx(100.0)


def test_without_a_crs_it_is_refused_until_one_is_named(tmp_path):
    path = write_counts(tmp_path / "p.tif", ONES, crs=None)
    with pytest.raises(SourceError, match="does not say its CRS; name it with --epsg"):
        read(path)
    assert read(path, epsg=EPSG).counts.sum() == 100.0
    with pytest.raises(SourceError, match="there is no CRS EPSG:999999"):
        read(path, epsg=999999)


def test_without_a_position_it_is_refused_whatever_crs_is_named(tmp_path):
    path = tmp_path / "p.tif"
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):  # noqa: SIM117
        with rasterio.open(
            path, "w", driver="GTiff", width=10, height=10, count=1, dtype="float64"
        ) as raster:
            raster.write(ONES, 1)
    with pytest.raises(SourceError, match="write it with its position"):
        read(path, epsg=EPSG)


def test_what_is_no_raster_is_refused(tmp_path):
    path = tmp_path / "p.tif"
    with pytest.raises(SourceError, match="there is no such file"):
        read(path)
    path.write_bytes(b"garbage" * 10)
    with pytest.raises(SourceError, match="cannot be read as a raster"):
        read(path)
    path.write_text("<VRTDataset></VRTDataset>")
    with pytest.raises(SourceError, match="only points at other files"):
        read(path)


def test_a_file_that_breaks_off_is_refused(tmp_path):
    path = write_counts(tmp_path / "p.tif", np.random.default_rng(1).random((10, 10)))
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(SourceError, match="cannot be read as a raster"):
        read(path)


def test_far_too_fine_a_raster_is_refused(tmp_path):
    fine = from_origin(EAST_M, NORTH_M + 1000, 0.4, 0.4)
    path = write_counts(tmp_path / "p.tif", np.zeros((2500, 2500)), transform=fine, sparse_ok=True)
    with pytest.raises(SourceError, match="sum its counts up to larger cells"):
        read(path)


def test_the_town_of_the_tests_is_where_the_raster_is():
    assert LAND.contains(at(500, 500))
