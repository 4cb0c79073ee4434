"""Vector files in every format that a city sends, whole and broken."""

import shutil
import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, Polygon, box

from geo.errors import SourceError
from services.intake.areas.layers import read_layer
from services.intake.tables.ledger import Ledger
from services.intake.vectors.files import require_driver
from services.intake.vectors.reading import read_vector
from services.intake.vectors.window import Window
from services.profile import Layer
from services.words.texts import told
from tests.services.intake.vectorfiles import (
    BOXES,
    DRIVERS,
    NAMES,
    areas,
    source,
    write,
    write_topojson,
)

ORDERED = {"SPATIAL_INDEX": "NO"}
"""FlatGeobuf sorts what it indexes."""


def read(path, *, window=None, **changes):
    return read_vector(path, source=source(path, **changes), window=window)


def column(frame):
    return frame["Name" if "Name" in frame.columns else "name"].tolist()


@pytest.mark.parametrize("suffix", DRIVERS)
def test_every_format_is_read_and_nothing_is_left_beside_it(tmp_path, suffix):
    path = write(tmp_path / f"areas{suffix}", **(ORDERED if suffix == ".fgb" else {}))
    before = sorted(file.name for file in tmp_path.iterdir())
    frame = read(path)
    assert column(frame) == NAMES
    assert frame.index.tolist() == [1, 2]
    assert frame.crs.to_epsg() == 4326
    assert sorted(file.name for file in tmp_path.iterdir()) == before


def test_topojson_is_longitude_and_latitude(tmp_path):
    frame = read(write_topojson(tmp_path / "areas.topojson"))
    assert column(frame) == ["藤ケ谷"]
    assert frame.total_bounds == pytest.approx([139.9, 35.8, 139.91, 35.81])


def test_a_zip_with_nothing_but_xml_says_what_to_take_instead(tmp_path):
    path = tmp_path / "N03.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("KS-META-N03", "N03"):
            archive.writestr(f"N03_GML/{name}.xml", "<ksj:Dataset/>")
    with pytest.raises(SourceError, match="take the Shapefile or GeoJSON") as zipped:
        read(path)
    assert zipped.value.path == str(path)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    with pytest.raises(SourceError, match="take the Shapefile or GeoJSON"):
        read(tmp_path / "N03_GML" / "N03.xml")


def test_xml_beside_a_map_in_a_zip_is_passed_over(tmp_path):
    path = tmp_path / "N03.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(write(tmp_path / "N03.geojson"), "N03.geojson")
        archive.writestr("KS-META-N03.xml", "<MD_Metadata/>")
    assert column(read(path)) == NAMES


@pytest.mark.parametrize("suffix", [".geojson", ".geojsonl", ".kml"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp932"])
def test_text_formats_are_read_in_any_encoding(tmp_path, suffix, encoding):
    path = write(tmp_path / f"areas{suffix}")
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    assert column(read(path)) == NAMES


def test_a_shapefile_without_shx_is_completed_elsewhere(tmp_path):
    path = write(tmp_path / "areas.shp", encoding="cp932")
    path.with_suffix(".shx").unlink()
    path.with_suffix(".cpg").unlink()
    before = sorted(tmp_path.iterdir())
    frame = read(path)
    assert column(frame) == NAMES
    assert shapely.equals(frame.geometry.to_numpy(), np.array(BOXES)).all()
    assert sorted(tmp_path.iterdir()) == before


def test_a_shp_of_garbage_without_shx_is_refused(tmp_path):
    path = tmp_path / "areas.shp"
    path.write_bytes(b"garbage" * 40)
    with pytest.raises(SourceError, match="cannot be read as a vector file"):
        read(path)


@pytest.mark.parametrize("lie", ["UTF-8", "932", "nonsense"])
def test_a_cpg_that_lies_is_not_believed(tmp_path, lie):
    truth = "cp932" if lie == "UTF-8" else "utf-8"
    path = write(tmp_path / "areas.shp", encoding=truth)
    path.with_suffix(".cpg").write_text(lie, encoding="ascii")
    assert column(read(path)) == NAMES


def test_a_letter_cut_in_two_is_refused_rather_than_read_as_other_letters(tmp_path):
    path = write(tmp_path / "areas.shp", areas(note=["あ" * 26 + "xx", ""]), encoding="utf-8")
    path.with_suffix(".cpg").unlink()
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"xx", "あ".encode()[:2]))
    with pytest.raises(SourceError, match=r"cannot be read as a vector file .*utf-8"):
        read(path)


@pytest.mark.parametrize("suffix", [".shp", ".geojson", ".gpkg"])
def test_a_zip_is_read_as_if_it_were_unpacked(tmp_path, suffix):
    inner = tmp_path / "inner"
    inner.mkdir()
    write(inner / f"行政区域{suffix}")
    path = tmp_path / "N03.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in inner.iterdir():
            archive.write(file, f"N03_GML/{file.name}")
    shutil.rmtree(inner)
    assert column(read(path)) == NAMES


def test_a_zip_with_one_shapefile_in_two_encodings_is_read_once(tmp_path):
    path = tmp_path / "A27.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for folder, encoding in (("Shift-JIS", "cp932"), ("UTF-8", "utf-8")):
            (tmp_path / folder).mkdir()
            shape = write(tmp_path / folder / "A27.shp", encoding=encoding)
            for file in shape.parent.iterdir():
                archive.write(file, f"A27/{folder}/{file.name}")
    assert column(read(path)) == NAMES


def test_a_zip_with_several_files_asks_which_one(tmp_path):
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("north", "south"):
            archive.write(write(tmp_path / f"{name}.geojson"), f"{name}.geojson")
    with pytest.raises(SourceError, match="layer_name; there is north, south"):
        read(path)
    assert column(read(path, layer_name="south")) == NAMES


def test_a_geopackage_with_several_layers_asks_which_one(tmp_path):
    path = write(tmp_path / "areas.gpkg", layer="towns")
    write(path, areas(name=["北", "南"]), layer="schools")
    with pytest.raises(SourceError, match="several layers; give the source's layer_name, one of"):
        read(path)
    assert column(read(path, layer_name="schools")) == ["北", "南"]
    with pytest.raises(SourceError, match="several layers"):
        read(path, layer_name="hospitals")


def test_all_folders_of_a_hand_drawn_map_are_read(tmp_path):
    head = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    mark = "<Placemark><name>{}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    rings = ["139.9,35.8,0 139.91,35.8,0 139.91,35.81,0 139.9,35.8,0"] * 2
    folders = "".join(
        f"<Folder><name>レイヤ{n}</name>{mark.format(name, ring)}</Folder>"
        for n, (name, ring) in enumerate(zip(NAMES, rings, strict=True))
    )
    path = tmp_path / "mymaps.kml"
    path.write_text(f"{head}{folders}</Document></kml>", encoding="utf-8")
    assert column(read(path)) == NAMES
    assert column(read(path, layer_name="レイヤ1")) == NAMES[1:]


@pytest.mark.parametrize("suffix", [".geojson", ".fgb", ".gpkg", ".shp", ".gml", ".geojsonl"])
def test_only_the_rows_of_the_municipality_are_read_and_keep_their_number(tmp_path, suffix):
    path = write(tmp_path / f"areas{suffix}", **(ORDERED if suffix == ".fgb" else {}))
    frame = read(path, code_field="code", window=Window("12218"))
    assert column(frame) == ["髙柳"]
    assert frame.index.tolist() == [2]
    with pytest.raises(SourceError, match="no row has a code of 13201 in code"):
        read(path, code_field="code", window=Window("13201"))


def test_only_what_lies_in_the_bounding_box_is_read(tmp_path):
    path = write(tmp_path / "areas.shp", areas().to_crs(6677))
    window = Window("12217", bbox=(139.915, 35.801, 139.919, 35.802))
    assert column(read(path, within=True, window=window)) == ["髙柳"]
    assert column(read(path, window=window)) == NAMES


def test_the_wards_of_a_designated_city_belong_to_it():
    niigata = Window("15100")
    assert [niigata.has(code) for code in ("15100", "15101", "15108", "15202", "14100")] == [
        *(True, True, True, False, False)
    ]
    assert Window("14100").has("14118")
    assert not Window("14100").has("14131")  # 川崎市川崎区
    assert Window("12217").has("122170010")
    assert not Window("01644").has("01645")


def test_a_mix_of_coordinate_systems_names_the_rows(tmp_path):
    shapes = [BOXES[0], box(0, 0, 100, 100), BOXES[1]]
    frame = gpd.GeoDataFrame({"name": ["東", "西", "南"]}, geometry=shapes, crs=4326)
    path = write(tmp_path / "areas.gpkg", frame)
    with pytest.raises(SourceError, match=r"areas\.gpkg, row 2: rows 2 .* mix of coordinate") as e:
        read(path)
    assert "座標系が混ざっていませんか" in told(e.value, "ja")


@pytest.mark.parametrize("suffix", [".kml", ".topojson", ".fgb", ".gml", ".gpkg"])
def test_a_driver_that_gdal_lacks_is_one_sentence(tmp_path, suffix):
    with pytest.raises(SourceError, match=rf"no driver for {suffix} .* GeoPackage"):
        require_driver(tmp_path / f"areas{suffix}", there=["ESRI Shapefile"])


def layer_of(path, frame, **changes):
    fields = {"id": "town", "kind": "neighbourhood", "label": "町会", "label_en": "t"}
    layer = Layer(**{**fields, "source": "areas", "name_field": "name", "version": "1", **changes})
    ledger = Ledger()
    write(path, frame)
    areas_read = read_layer(path, layer=layer, source=source(path), plane_epsg=6677, ledger=ledger)
    return areas_read, ledger.of("areas").entries


def test_a_hole_outside_its_area_adds_no_land(tmp_path):
    stray = Polygon(BOXES[0].exterior, [BOXES[1].exterior])
    frame = gpd.GeoDataFrame({"name": ["東"]}, geometry=[stray], crs=4326)
    found, entries = layer_of(tmp_path / "areas.gpkg", frame)
    plain = gpd.GeoSeries(BOXES[:1], crs=4326).to_crs(6677)
    assert found.area.iloc[0] == pytest.approx(plain.area.iloc[0])
    assert [entry.code for entry in entries] == ["repaired_polygon"]


def test_a_closed_line_drawn_by_hand_becomes_an_area(tmp_path):
    lines = [LineString(BOXES[0].exterior.coords), LineString([(139.9, 35.8), (139.91, 35.8)])]
    frame = gpd.GeoDataFrame({"name": ["東", "西"]}, geometry=lines, crs=4326)
    found, entries = layer_of(tmp_path / "areas.geojson", frame)
    assert found["area_id"].tolist() == ["東"]
    assert [(entry.code, entry.row) for entry in entries] == [
        ("line_to_polygon", 1),
        ("no_polygon", 2),
    ]


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "areas.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    with pytest.raises(SourceError):
        layer_of(tmp_path / "none.gpkg", areas().iloc[:0])
    path.write_text("", encoding="utf-8")
    with pytest.raises(SourceError, match="cannot be read as a vector file"):
        read(path)


def test_an_object_among_the_properties_is_read_as_text_like_any_other(tmp_path):
    path = write(tmp_path / "areas.geojson")
    text = path.read_text("utf-8")
    path.write_text(
        text.replace('"code": "12217"', '"code": {"of": "JIS", "no": 12217}', 1), "utf-8"
    )
    assert column(read(path)) == NAMES


def test_a_layer_without_shapes_is_refused_in_our_words(tmp_path):
    path = write(tmp_path / "areas.gml")
    text = path.read_text("utf-8")
    for tag in ("ogr:geometryProperty", "gml:boundedBy"):
        while f"<{tag}>" in text:
            text = text[: text.index(f"<{tag}>")] + text[text.index(f"</{tag}>") + len(tag) + 3 :]
    path.write_text(text, "utf-8")
    path.with_suffix(".xsd").unlink(missing_ok=True)
    with pytest.raises(SourceError, match="no geometry"):
        read(path)


def test_a_parquet_file_whose_texts_are_none_is_refused_in_our_words(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "areas.parquet"
    areas().to_parquet(path)
    table = pq.read_table(path)
    broken = pa.Array.from_buffers(
        pa.string(),
        2,
        [None, pa.array([0, 1, 2], pa.int32()).buffers()[1], pa.py_buffer(b"\xff\xfe")],
    )
    pq.write_table(table.set_column(0, table.schema.field(0), broken), path)
    with pytest.raises(SourceError, match="cannot be read"):
        read(path)


def test_a_zip_with_damaged_content_or_a_file_without_a_name_is_refused_in_our_words(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    write(inside / "areas.geojson")
    path = tmp_path / "areas.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inside / "areas.geojson", "areas.geojson")
    whole = path.read_bytes()
    content = whole.index(b"areas.geojson") + len("areas.geojson")
    path.write_bytes(whole[:content] + b"\xff\xff\xff\xff" + whole[content + 4 :])
    with pytest.raises(SourceError, match="zip file is damaged"):
        read(path)
    # The version that is needed to unpack it, in the directory at its end.
    directory = whole.rindex(b"PK\x01\x02")
    path.write_bytes(whole[: directory + 6] + b"\xff" + whole[directory + 7 :])
    with pytest.raises(SourceError, match="zip file is damaged"):
        read(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("QQQQ", "nothing")
    path.write_bytes(path.read_bytes().replace(b"QQQQ", b"\0QQQ"))  # read as no name at all
    with pytest.raises(SourceError):
        read(path)
