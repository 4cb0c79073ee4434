"""Intake of area layers."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon, box

from geo.errors import SourceError
from services.intake.areas.layers import read_layer
from services.intake.tables.ledger import Ledger
from services.profile import Layer, Source
from services.words.texts import told

EPSG = 6677
KASHIWA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "kashiwa"


def source(path, **changes):
    fields = {"id": "areas", "format": "vector", "title": "t", "credit": "c", "licence": "l"}
    return Source(**{**fields, "path": path.name, "as_of": "2024", **changes})


def layer(**changes):
    fields = {"id": "small_area", "kind": "small_area", "label": "町丁", "label_en": "small area"}
    return Layer(
        **{**fields, "source": "areas", "name_field": "name", "version": "2024", **changes}
    )


def read(path, *, ledger=None, layer_changes=None, **source_changes):
    return read_layer(
        path,
        layer=layer(**(layer_changes or {})),
        source=source(path, **source_changes),
        plane_epsg=EPSG,
        ledger=ledger if ledger is not None else Ledger(),
    )


def frame(names, shapes, **columns):
    return gpd.GeoDataFrame({"name": names, **columns}, geometry=shapes, crs=EPSG)


SQUARES = [box(0, 0, 100, 100), box(100, 0, 200, 100)]


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp", ".parquet"])
def test_areas_arrive_in_the_plane_from_any_format(tmp_path, suffix):
    path = tmp_path / f"areas{suffix}"
    squares = frame(["東", "西"], SQUARES)
    if suffix == ".parquet":
        squares.to_parquet(path)
    else:
        squares.to_crs(6668 if suffix == ".geojson" else EPSG).to_file(path)
    areas = read(path)
    assert list(areas.columns) == [
        *("layer", "area_id", "area_name", "version", "approximate", "geometry")
    ]
    assert areas["area_id"].tolist() == ["東", "西"]
    assert areas.crs.to_epsg() == EPSG
    # RFC 7946 keeps seven decimals of a degree, a centimetre.
    assert areas.area.to_numpy() == pytest.approx([10_000, 10_000], rel=1e-3)


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_a_shapefile_without_cpg_is_read_in_its_own_encoding(tmp_path, encoding):
    path = tmp_path / "areas.shp"
    frame(["藤ケ谷", "髙柳"], SQUARES).to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink()
    assert read(path)["area_name"].tolist() == ["藤ケ谷", "髙柳"]


def test_rows_of_one_id_become_one_area_and_are_noted(tmp_path):
    path = tmp_path / "areas.gpkg"
    frame(["東", "西", "東"], [*SQUARES, box(500, 0, 600, 100)]).to_file(path)
    ledger = Ledger()
    areas = read(path, ledger=ledger)
    assert areas["area_id"].tolist() == ["東", "西"]
    assert areas.area.tolist() == pytest.approx([20_000, 10_000])
    (entry,) = ledger.of("areas").entries
    assert entry.code == "unioned"
    assert "3 rows are parts of 2 areas" in str(entry.said)
    assert "3行を2区域" in told(entry.said, "ja")


def test_an_id_with_two_names_is_noted(tmp_path):
    path = tmp_path / "areas.gpkg"
    frame(["東", "東町"], SQUARES, key=["1", "1"]).to_file(path)
    ledger = Ledger()
    areas = read(path, ledger=ledger, layer_changes={"id_field": "key"})
    assert areas["area_name"].tolist() == ["東"]
    assert [entry.code for entry in ledger.of("areas").entries] == ["unioned", "two_names"]


def test_a_polygon_that_crosses_itself_is_repaired_and_noted(tmp_path):
    path = tmp_path / "areas.gpkg"
    bow = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])  # two triangles of 2,500 m² each
    frame(["東"], [bow]).to_file(path)
    ledger = Ledger()
    areas = read(path, ledger=ledger)
    assert shapely.is_valid(areas.geometry.to_numpy()).all()
    assert areas.area.iloc[0] == pytest.approx(5_000)
    assert ledger.of("areas").rows_repaired == 1
    assert ledger.of("areas").entries[0].row == 1


def test_only_the_polygons_of_a_repaired_shape_are_kept(tmp_path):
    path = tmp_path / "areas.gpkg"
    spiked = Polygon([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0), (-50, 0), (0, 0)])
    frame(["東"], [spiked]).to_file(path)
    assert read(path).geom_type.isin(["Polygon", "MultiPolygon"]).all()


def test_a_row_without_a_polygon_is_refused_and_listed(tmp_path):
    path = tmp_path / "areas.geojson"
    mixed = frame(["東", "点"], [SQUARES[0], Point(5, 5)]).to_crs(6668)
    mixed.to_file(path)
    ledger = Ledger()
    assert len(read(path, ledger=ledger)) == 1
    assert [(e.code, e.row) for e in ledger.of("areas").entries] == [("no_polygon", 2)]


def test_the_version_and_the_stand_in_mark_are_kept(tmp_path):
    path = tmp_path / "areas.gpkg"
    frame(["東"], [MultiPolygon([SQUARES[0]])]).to_file(path)
    areas = read(path, layer_changes={"approximate": True})
    assert areas[["version", "approximate"]].iloc[0].tolist() == ["2024", True]


def test_a_missing_file_names_its_path(tmp_path):
    with pytest.raises(SourceError, match=r"none\.gpkg: there is no such file") as error:
        read(tmp_path / "none.gpkg")
    assert "none.gpkg：ファイルがありません" in told(error.value, "ja")


def test_a_missing_column_lists_the_columns_there_are(tmp_path):
    path = tmp_path / "areas.gpkg"
    frame(["東"], SQUARES[:1]).to_file(path)
    with pytest.raises(
        SourceError, match=r"no column 'S_NAME'; the columns are name, geometry"
    ) as error:
        read(path, layer_changes={"name_field": "S_NAME"})
    assert "列「S_NAME」がありません" in told(error.value, "ja")


def test_an_area_without_a_name_is_refused_by_its_row(tmp_path):
    path = tmp_path / "areas.gpkg"
    frame(["東", None], SQUARES).to_file(path)
    with pytest.raises(SourceError, match=r"areas\.gpkg, row 2: rows 2: name is empty") as error:
        read(path)
    assert "2行目" in told(error.value, "ja")


def test_an_unknown_crs_is_refused_unless_the_profile_says_it(tmp_path):
    path = tmp_path / "areas.shp"
    frame(["東"], SQUARES[:1]).to_file(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(SourceError, match="does not say its CRS; give the source's epsg") as error:
        read(path)
    assert "座標系がわかりません" in told(error.value, "ja")
    assert read(path, epsg=EPSG).area.iloc[0] == pytest.approx(10_000)


@pytest.mark.parametrize(
    ("shape", "crs"),
    [
        (box(0, 0, 100, 100), 6668),  # plane metres said to be degrees
        (box(35.8, 139.9, 35.9, 140.0), 6668),  # latitude first
        (box(10, 50, 11, 51), 4326),  # Germany
    ],
)
def test_a_wrong_crs_is_refused(tmp_path, shape, crs):
    path = tmp_path / "areas.gpkg"
    frame(["東"], [shape]).set_crs(crs, allow_override=True).to_file(path)
    with pytest.raises(
        SourceError, match=r"areas\.gpkg: its coordinates .* are not in Japan"
    ) as error:
        read(path)
    assert "日本の外です" in told(error.value, "ja")


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp", ".parquet"])
def test_garbage_bytes_are_refused(tmp_path, suffix):
    path = tmp_path / f"areas{suffix}"
    path.write_bytes(b"\x00\xffgarbage" * 40)
    with pytest.raises(SourceError, match="cannot be read as a vector file") as error:
        read(path)
    assert "書き出し直してください" in told(error.value, "ja")


def test_a_file_without_any_polygon_is_refused(tmp_path):
    path = tmp_path / "areas.gpkg"
    frame(["点"], [Point(0, 0)]).to_file(path)
    with pytest.raises(SourceError, match="there is no polygon in it"):
        read(path)


@pytest.mark.real
@pytest.mark.skipif(not KASHIWA.is_dir(), reason="the open data is not beside the checkout")
@pytest.mark.parametrize(
    ("field", "count"), [("name", 287), ("community_area", 20), ("daily_life_area", 7)]
)
def test_kashiwa_has_as_many_areas_as_its_notes_say(field, count):
    path = KASHIWA / "small_areas.geojson"
    areas = read(path, layer_changes={"name_field": field})
    assert len(areas) == count
    assert areas["area_id"].is_unique
    assert shapely.is_valid(areas.geometry.to_numpy()).all()
    assert np.all(areas.area > 0)
