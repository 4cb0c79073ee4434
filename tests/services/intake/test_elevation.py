"""Elevation read from a raster."""

from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
from rasterio.transform import from_origin

from geo.errors import SourceError
from services.intake.streets.elevation import sample_elevation
from services.profile import Source
from services.words.texts import told

EPSG = 6677
KASHIWA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "kashiwa"


def source(**changes):
    fields = {"id": "ground", "path": "ground.tif", "format": "raster", "title": "t", "credit": "c"}
    return Source(**{**fields, "licence": "l", "as_of": "2024", **changes})


def write(path, cells, *, crs=EPSG, origin=(0.0, 30.0), size=10.0, nodata=-9999.0):
    cells = np.asarray(cells, dtype="float32")
    height, width = cells.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=width,
        height=height,
        count=1,
        dtype="float32",
        crs=f"EPSG:{crs}" if crs else None,
        transform=from_origin(*origin, size, size),
        nodata=nodata,
    ) as raster:
        raster.write(cells, 1)
    return path


def sample(path, points, **changes):
    return sample_elevation(
        path, np.array(points, float), source=source(**changes), plane_epsg=EPSG
    )


SLOPE = [[0, 10, 20], [0, 10, 20], [0, 10, 20]]  # cell centres at x = 5, 15, 25: height x − 5


def test_between_cell_centres_elevation_is_bilinear(tmp_path):
    path = write(tmp_path / "ground.tif", SLOPE)
    assert sample(path, [(5, 5), (10, 15), (22.5, 25)]).tolist() == pytest.approx([0, 5, 17.5])


def test_rows_run_from_north_to_south(tmp_path):
    path = write(tmp_path / "ground.tif", [[20] * 3, [10] * 3, [0] * 3])
    assert sample(path, [(15, 25), (15, 5)]).tolist() == pytest.approx([20, 0])


def test_outside_and_at_nodata_there_is_no_elevation(tmp_path):
    path = write(tmp_path / "ground.tif", [[-9999, 10, 20], [0, 10, 20], [0, 10, 20]])
    found = sample(path, [(5, 25), (-1, 5), (31, 5), (15, 31), (15, 25)])
    assert np.isnan(found).tolist() == [True, True, True, True, False]


def test_beside_nodata_the_nearest_cell_counts(tmp_path):
    path = write(tmp_path / "ground.tif", [[-9999, 10, 20], [0, 10, 20], [0, 10, 20]])
    assert sample(path, [(12, 25)]).tolist() == pytest.approx([10])


def test_points_are_taken_to_the_crs_of_the_raster(tmp_path):
    lon, lat = pyproj.Transformer.from_crs(EPSG, 6668, always_xy=True).transform(0.0, 0.0)
    cells = np.full((3, 3), 7.0)
    cells[0, 0] = 1.0  # north-west
    size = 0.001
    path = write(
        tmp_path / "ground.tif", cells, crs=6668, origin=(lon - size / 2, lat + size / 2), size=size
    )
    assert sample(path, [(0, 0)]).tolist() == pytest.approx([1.0], abs=1e-6)


def test_no_point_gives_no_elevation(tmp_path):
    path = write(tmp_path / "ground.tif", SLOPE)
    assert sample_elevation(path, np.empty((0, 2)), source=source(), plane_epsg=EPSG).shape == (0,)


def test_an_unknown_crs_is_refused_unless_the_profile_says_it(tmp_path):
    path = write(tmp_path / "ground.tif", SLOPE, crs=None)
    with pytest.raises(SourceError, match=r"ground\.tif: the raster does not say its CRS") as error:
        sample(path, [(5, 5)])
    assert "座標系がわかりません" in told(error.value, "ja")
    assert sample(path, [(5, 5)], epsg=EPSG).tolist() == pytest.approx([0])


def test_garbage_bytes_and_a_missing_file_are_refused(tmp_path):
    path = tmp_path / "ground.tif"
    with pytest.raises(SourceError, match="there is no such file"):
        sample(path, [(5, 5)])
    path.write_bytes(b"garbage" * 10)
    with pytest.raises(SourceError, match="cannot be read as a raster") as error:
        sample(path, [(5, 5)])
    assert "GeoTIFF を指定" in told(error.value, "ja")


@pytest.mark.real
@pytest.mark.skipif(not KASHIWA.is_dir(), reason="the open data is not beside the checkout")
def test_kashiwa_lies_between_the_marsh_and_the_plateau():
    # Kashiwa Station stands on the plateau at about 20 m, the shore of Teganuma at about 3 m.
    to_plane = pyproj.Transformer.from_crs(6668, EPSG, always_xy=True)
    points = [to_plane.transform(139.9710, 35.8622), to_plane.transform(140.0200, 35.8600)]
    station_m, marsh_m = sample(KASHIWA / "dem_10m.tif", points)
    assert 15 < station_m < 25
    assert marsh_m < 10
