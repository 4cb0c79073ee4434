"""Files of a result: what programs, map people and spreadsheets open."""

import csv
import json

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from geo.errors import InvalidInputError
from services.publication.columns import LAYERS
from services.publication.export import export, write_csv
from services.publication.tables import Publication
from tests.snapshots import EPSG, at, tiny_workspace


@pytest.fixture
def workspace(tmp_path):
    return tiny_workspace(tmp_path)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_geojson_has_a_file_per_collection_and_each_carries_its_provenance(workspace, tmp_path):
    files = export(workspace, tmp_path / "out", file_format="geojson")
    assert [file.name for file in files] == [f"{name}.geojson" for name in LAYERS]
    for file in files:
        told = read(file)["provenance"]
        assert told["software"].startswith("arukeba ")
        assert told["municipality"]["fictional"] is True
        assert told["parameters"]["walk_limit_m"] == 500.0
        assert told["parameters_sha256"] == "ab" * 32
        assert [source["licence"] for source in told["sources"]] == ["CC0-1.0"]


def test_geojson_is_in_degrees_with_outer_rings_counterclockwise(workspace, tmp_path):
    export(workspace, tmp_path, file_format="geojson")
    for feature in read(tmp_path / "areas.geojson")["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        west, south, east, north = shape.bounds
        assert 139.9 < west < east < 140.0
        assert 35.8 < south < north < 35.9
        assert shape.exterior.is_ccw


def test_coverage_is_one_feature_an_area_and_its_table_holds_every_question(workspace, tmp_path):
    export(workspace, tmp_path, file_format="geojson")
    rows = [feature["properties"] for feature in read(tmp_path / "coverage.geojson")["features"]]
    assert {(row["walk_limit_m"], row["walk_limit_min"]) for row in rows} == {(500.0, None)}
    assert {row["profile"] for row in rows} == {"standard"}
    # 3 layers of 1 + 2 + 4 areas and a remainder each
    assert len(rows) == len({(row["layer"], row["area_id"]) for row in rows}) == 1 + 2 + 4 + 3
    assert {(row["frequency"], row["age_group"]) for row in rows} == {("weekly", "65+")}
    export(workspace, tmp_path, file_format="csv")
    assert len(pd.read_csv(tmp_path / "coverage.csv")) == len(rows)
    table = pd.read_csv(tmp_path / "coverage_table.csv")
    limits = table.fillna({"walk_limit_m": 0, "walk_limit_min": 0})
    counted = limits.groupby(["profile", "walk_limit_m", "walk_limit_min"]).size()
    # 3 frequencies, 3 age groups
    assert counted.to_dict() == {
        (profile, *limit): len(rows) * 3 * 3
        for profile in ("standard", "slow")
        for limit in ((300.0, 0.0), (500.0, 0.0), (0.0, 10.0))
    }


def test_csv_holds_the_weekdays_within_the_limit_of_the_run(workspace, tmp_path):
    export(workspace, tmp_path, file_format="csv")
    slots, combined = (pd.read_csv(tmp_path / f"{name}.csv") for name in ("slots", "combined"))
    # 10 areas and remainders, 3 age groups; 2 frequencies and 14 half-days each
    assert (len(slots), len(combined)) == (10 * 3 * 2 * 14, 10 * 3)
    for table in (slots, combined):
        assert set(table["walk_limit_m"]) == {500.0}
        assert table["walk_limit_min"].isna().all()
    monday = slots[
        (slots["layer"] == "city") & (slots["age_group"] == "65+") & (slots["weekday"] == 0)
    ]
    weekly = monday[(monday["frequency"] == "weekly") & (monday["area_id"] != "_remainder")]
    assert dict(zip(weekly["half_day"], weekly["reached"], strict=True)) == {"am": 520.0, "pm": 0.0}


def test_a_private_home_is_marked_and_leaves_without_its_address(workspace, tmp_path):
    for file_format in ("geojson", "csv", "gpkg"):
        export(workspace, tmp_path, file_format=file_format)
    home = next(
        feature
        for feature in read(tmp_path / "places.geojson")["features"]
        if feature["id"] == "p3"
    )
    assert home["properties"]["blurred"] is True
    layer = gpd.read_file(tmp_path / "arukeba.gpkg", layer="places").set_index("place_id")
    assert layer["blurred"].tolist() == [False, False, True, False]
    assert "架空町1-2-3" not in (tmp_path / "places.csv").read_text(encoding="utf-8-sig")


def test_a_cell_that_a_spreadsheet_would_run_is_made_text(tmp_path):
    risky = ["=1+1", "+81", "-サロン-", "@ホーム", "\tx", "普通", ""]
    write_csv(pd.DataFrame({"name": risky, "n": range(-3, 4)}), tmp_path / "names.csv")
    with (tmp_path / "names.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows[1:]] == [
        "'=1+1",
        "'+81",
        "'-サロン-",
        "'@ホーム",
        "'\tx",
        "普通",
        "",
    ]
    assert [row[1] for row in rows[1:]] == ["-3", "-2", "-1", "0", "1", "2", "3"]


def test_a_csv_says_that_it_is_utf8_and_has_no_geometry(workspace, tmp_path):
    export(workspace, tmp_path, file_format="csv")
    assert (tmp_path / "gaps.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    for name in LAYERS:
        assert "geometry" not in pd.read_csv(tmp_path / f"{name}.csv").columns
    places = pd.read_csv(tmp_path / "places.csv").set_index("place_id")
    assert places.loc["p4", "name"] == "'@ホーム"
    assert pd.isna(places.loc["p4", "lon"])
    assert read(tmp_path / "provenance.json")["parameters_sha256"] == "ab" * 32


def test_a_geopackage_has_a_layer_each_in_the_plane_and_its_provenance(workspace, tmp_path):
    (file,) = export(workspace, tmp_path, file_format="gpkg")
    layers = dict(pyogrio.list_layers(file))
    assert set(layers) == {*LAYERS, "coverage_table", "provenance"}
    judged, everything = (
        pyogrio.read_dataframe(file, layer=name) for name in ("coverage", "coverage_table")
    )
    # What the run is judged by has shapes. 2 profiles, 3 limits, 3 frequencies, 3 age groups are a table.
    assert set(zip(judged["walk_limit_m"], judged["profile"], strict=True)) == {(500.0, "standard")}
    assert judged["walk_limit_min"].isna().all()
    assert len(everything) == 2 * 3 * 3 * 3 * len(judged)
    assert layers["coverage_table"] is None
    assert layers["areas"] == "MultiPolygon"
    for name in LAYERS:
        assert gpd.read_file(file, layer=name).crs.to_epsg() == EPSG
    told = pyogrio.read_dataframe(file, layer="provenance").set_index("key")["value"]
    assert json.loads(told["parameters"])["walk_limit_m"] == 500.0


def test_exporting_again_replaces_the_files_and_leaves_nothing_beside(workspace, tmp_path):
    out = tmp_path / "out"
    first = export(workspace, out, file_format="geojson")
    before = [file.read_bytes() for file in first]
    assert [file.read_bytes() for file in export(workspace, out, file_format="geojson")] == before
    assert sorted(path.name for path in out.iterdir()) == sorted(file.name for file in first)


def test_after_an_error_halfway_the_folder_is_as_it_was(workspace, tmp_path, monkeypatch):
    out = tmp_path / "out"
    files = export(workspace, out, file_format="csv")
    before = {file.name: file.read_bytes() for file in files}

    def fail(*_args, **_options):
        msg = "disk full"
        raise OSError(msg)

    monkeypatch.setattr("services.publication.export.provenance", fail)
    with pytest.raises(OSError, match="disk full"):
        export(workspace, out, file_format="csv")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_an_unknown_format_or_a_file_in_the_way_is_refused(workspace, tmp_path):
    with pytest.raises(InvalidInputError, match="must be one of geojson, gpkg, csv"):
        export(workspace, tmp_path, file_format="xlsx")
    (tmp_path / "taken").write_text("x")
    with pytest.raises(InvalidInputError, match="name a folder"):
        export(workspace, tmp_path / "taken", file_format="csv")


def test_a_remainder_row_has_no_shape_and_an_area_row_has_its_own(workspace):
    frame = Publication(workspace.snapshot()).polygons("coverage")
    assert frame[frame["remainder"]].geometry.isna().all()
    row = frame[(frame["layer"] == "neighbourhood") & (frame["area_id"] == "c")].iloc[0]
    assert row.geometry.contains(at(750, 250))
