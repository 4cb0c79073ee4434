"""Whole collections as files: read back by other programs and compared with the items, feature by feature."""

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient
from pmtiles.reader import MemorySource, Reader

from services.edition.downloads import Downloads, media_types
from services.publication.collections import Shapes, TableCollection
from services.publication.columns import IDS, LAYERS
from services.publication.downloads import ANNOUNCED, FORMATS, GETA, format_of, formats_of
from services.publication.tables import provenance
from services.workspace.folder import Workspace
from tests.api.test_features import items
from tests.snapshots import EPSG

READ_BY_GDAL = ("gpkg", "fgb", "fg.json", "geojson", "kml")
KEYS = {
    "areas": ["layer", "area_id"],
    "places": ["place_id"],
    "coverage": ["layer", "area_id"],
    "gaps": ["layer", "area_id"],
    "candidates": ["candidate_id"],
    "reach": ["place_id", "frequency"],
    "edits": ["edit_id"],
    "milestones": ["layer", "area_id", "kind"],
    "indicators": ["layer", "area_id", "indicator"],
}


def fetched(client: TestClient, name: str, ending: str, folder: Path) -> Path:
    answer = client.get(f"/collections/{name}/download.{ending}")
    assert answer.status_code == 200, answer.text
    path = folder / f"{name}.{ending}"
    path.write_bytes(answer.content)
    return path


def told(client: TestClient, name: str) -> dict[tuple, dict[str, Any]]:
    """Return the features by key: properties, and geometry in degrees."""
    found = items(client, name, limit=1000)["features"]
    return {tuple(one["properties"][key] or "" for key in KEYS[name]): one for one in found}


def same_shape(one: shapely.Geometry | None, other: dict | None) -> bool:
    if one is None or other is None or one.is_empty:
        return other is None and (one is None or one.is_empty)
    # The items have six decimals, a tenth of a metre.
    return bool(one.hausdorff_distance(shapely.geometry.shape(other)) < 1e-5)


def plain(value: object) -> object:
    if isinstance(value, pd.Timestamp):  # GDAL makes dates of texts that look like them
        return value.date().isoformat()
    missing = value is None or value is pd.NA or value != value  # noqa: PLR0124  NaN
    return None if missing else value


def compare(
    frame: gpd.GeoDataFrame, features: dict[tuple, dict[str, Any]], keys: list[str]
) -> None:
    assert len(frame) == len(features)
    for _, row in frame.iterrows():
        wanted = features[tuple(plain(row[key]) or "" for key in keys)]
        for name, value in wanted["properties"].items():
            got = plain(row[name])
            if isinstance(value, float):
                assert got == pytest.approx(value, abs=1e-4), name
            else:
                # What no text can tell apart.
                assert (got or None) == (value or None) or str(got) == str(value), name
        assert same_shape(row.geometry, wanted["geometry"])


@pytest.mark.parametrize("ending", READ_BY_GDAL)
@pytest.mark.parametrize("name", LAYERS)
def test_files_hold_what_the_items_do(
    client: TestClient, tmp_path: Path, name: str, ending: str
) -> None:
    frame = pyogrio.read_dataframe(
        fetched(client, name, ending, tmp_path), layer=name if ending == "gpkg" else None
    )

    if ending == "fgb":
        # What has no shape has no room in the index.
        metadata = pyogrio.read_info(tmp_path / f"{name}.fgb")["layer_metadata"]
        rest = pd.DataFrame(json.loads(metadata.get("without_shape", "[]")), columns=frame.columns)
        assert frame.geometry.notna().all()
        frame = pd.concat([frame, gpd.GeoDataFrame(rest, geometry="geometry", crs=frame.crs)])
    # The name of a placemark has a field of its own in KML.
    named = (
        frame if "name" in frame or "Name" not in frame else frame.rename(columns={"Name": "name"})
    )
    compare(named.to_crs(6668), told(client, name), KEYS[name])


@pytest.mark.parametrize("name", LAYERS)
def test_parquet_holds_what_the_items_do_and_where_each_feature_is(
    client: TestClient, tmp_path: Path, name: str
) -> None:
    path = fetched(client, name, "parquet", tmp_path)
    about = json.loads(pq.read_schema(path).metadata[b"geo"])
    column = about["columns"]["geometry"]

    compare(gpd.read_parquet(path), told(client, name), KEYS[name])
    assert about["version"] == "1.1.0"
    assert column["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    boxes = pq.read_table(path)["bbox"].to_pylist()
    shapes = gpd.read_parquet(path).geometry
    for box, shape in zip(boxes, shapes, strict=True):
        if shape is not None and not shape.is_empty:
            assert tuple(box[edge] for edge in ("xmin", "ymin", "xmax", "ymax")) == shape.bounds


def test_the_table_of_all_questions_has_no_shapes(client: TestClient, tmp_path: Path) -> None:
    assert set(formats_of("coverage_table")) == {
        *("gpkg", "parquet", "csv", "cp932.csv", "provenance.json")
    }
    path = fetched(client, "coverage_table", "gpkg", tmp_path)
    # 3 layers of 1 + 2 + 4 areas and a remainder each; 3 frequencies, age groups and limits, 2 walkers.
    assert len(pyogrio.read_dataframe(path, layer="coverage_table")) == 10 * 3 * 3 * 3 * 2
    assert dict(pyogrio.list_layers(path))["coverage_table"] is None
    table = pq.read_table(fetched(client, "coverage_table", "parquet", tmp_path))
    assert len(table) == 540
    answer = client.get("/collections/coverage_table/download.kml")
    assert answer.status_code == 404
    assert answer.json()["detail"] == (
        "coverage_table is not written as 'kml'; there are gpkg, parquet, csv, cp932.csv, provenance.json"
    )


def test_a_geopackage_is_of_version_1_2_in_the_plane_and_described(
    client: TestClient, tmp_path: Path
) -> None:
    path = tmp_path / "arukeba.gpkg"
    path.write_bytes(client.get("/download.gpkg").content)
    with sqlite3.connect(path) as opened:
        (version,) = opened.execute("pragma user_version").fetchone()
        (sound,) = opened.execute("pragma integrity_check").fetchone()
        contents = opened.execute(
            "select table_name, identifier, description, data_type, srs_id from gpkg_contents"
        ).fetchall()
        extensions = {
            row[0] for row in opened.execute("select extension_name from gpkg_extensions")
        }
    opened.close()

    assert (version, sound) == (10200, "ok")
    # Of no other do older programs know.
    assert extensions <= {"gpkg_rtree_index"}
    by_name = {row[0]: row[1:] for row in contents}
    assert set(by_name) == {*IDS, "plans", "provenance", "layer_styles"}
    for name in LAYERS:
        identifier, description, kind, epsg = by_name[name]
        assert (identifier, kind, epsg) == (name, "features", EPSG)
        assert client.get(f"/collections/{name}").json()["title"] in description


@pytest.mark.parametrize("ending", FORMATS)
def test_a_file_of_one_result_is_always_the_same(
    client: TestClient, workspace: Workspace, tmp_path: Path, ending: str
) -> None:
    found = client.app.state.served["public"].editions.current().collection("gaps")  # type: ignore[attr-defined]
    about = provenance(workspace.snapshot())
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        FORMATS[ending].write(found, tmp_path / name / f"gaps.{ending}", about)
    one, other = ((tmp_path / name / f"gaps.{ending}").read_bytes() for name in ("one", "other"))
    assert one == other


def test_columns_without_any_value_keep_their_types(tmp_path: Path, workspace: Workspace) -> None:
    frame = pd.DataFrame(
        {"id": ["a", "b"], "n": None, "share": None, "is_open": None, "said": None}
    )
    types = {
        "id": "string",
        "n": "integer",
        "share": "number",
        "is_open": "boolean",
        "said": "string",
    }
    points = gpd.GeoSeries([shapely.Point(0, 0), shapely.Point(9, 9)], crs=EPSG)
    ids = pd.Series(["a", "b"], dtype=object)
    found = TableCollection(
        "places", types, frame, Shapes(points), pd.RangeIndex(2).to_numpy(), ids
    )
    about = provenance(workspace.snapshot())
    for ending in ("gpkg", "fgb", "parquet"):
        format_of("places", ending).write(found, tmp_path / f"a.{ending}", about)

    for ending in ("gpkg", "fgb"):
        told = pyogrio.read_info(tmp_path / f"a.{ending}", layer="places")
        fields = dict(
            zip(
                told["fields"],
                zip(told["ogr_types"], told["ogr_subtypes"], strict=True),
                strict=True,
            )
        )
        assert fields["n"] == ("OFTInteger64", "OFSTNone")
        assert fields["share"] == ("OFTReal", "OFSTNone")
        assert fields["is_open"] == ("OFTInteger", "OFSTBoolean")
        assert fields["said"] == ("OFTString", "OFSTNone")
    schema = pq.read_schema(tmp_path / "a.parquet")
    assert schema.field("n").type == pa.int64()
    assert schema.field("share").type == pa.float64()
    assert schema.field("is_open").type == pa.bool_()
    assert pa.types.is_string(schema.field("said").type) or pa.types.is_large_string(
        schema.field("said").type
    )


def test_tables_of_text_are_the_items_in_both_encodings(client: TestClient) -> None:
    utf8, cp932 = (
        client.get(f"/collections/places/download.{one}") for one in ("csv", "cp932.csv")
    )
    assert utf8.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(utf8.content.decode("utf-8-sig"))))
    same = list(csv.DictReader(io.StringIO(cp932.content.decode("cp932"))))
    wanted = told(client, "places")

    # The wave dash has another number in Windows, the dash of English sentences none at all.
    seen = [
        {key: cell.replace("〜", "～").replace("–", GETA) for key, cell in row.items()}
        for row in rows
    ]
    assert seen == same
    for row in rows:
        feature = wanted[row["place_id"],]
        assert row["name"].removeprefix("'") == feature["properties"]["name"]
        at = feature["geometry"]
        assert [row["lon"], row["lat"]] == (
            ["", ""] if at is None else list(map(str, at["coordinates"]))
        )


def test_what_cp932_lacks_is_replaced_and_said(tmp_path: Path, workspace: Workspace) -> None:
    # 𠮷 and 💮 are in no Windows encoding of Japan; 髙 is, and the wave dash under another number.
    frame = pd.DataFrame({"name": ["𠮷野家💮", "髙橋〜𠮷"]})
    shapes = Shapes(gpd.GeoSeries([None, None], crs=EPSG))
    ids = pd.Series(["a", "b"], dtype=object)
    found = TableCollection(
        "gaps", {"name": "string"}, frame, shapes, pd.RangeIndex(2).to_numpy(), ids
    )
    about = provenance(workspace.snapshot())
    for ending in ("cp932.csv", "provenance.json"):
        format_of("gaps", ending).write(found, tmp_path / ending, about)

    lines = (tmp_path / "cp932.csv").read_bytes().decode("cp932").splitlines()
    assert lines == ["name,lon,lat", f"{GETA}野家{GETA},,", f"髙橋～{GETA},,"]
    told = json.loads((tmp_path / "provenance.json").read_text("utf-8"))["cp932_replaced"]
    assert told == {"by": GETA, "characters": {"𠮷": 2, "💮": 1}}


@pytest.mark.parametrize("ending", ["geojson", "fg.json"])
def test_json_says_where_it_is(client: TestClient, ending: str) -> None:
    body = client.get(f"/collections/areas/download.{ending}").json()
    assert body["bbox"] == client.get("/collections/areas").json()["extent"]["spatial"]["bbox"][0]
    if ending == "fg.json":
        assert any("json-fg" in uri for uri in body["conformsTo"])
        assert body["features"][0]["place"] is not None
        assert body["features"][0]["geometry"] is not None


@pytest.mark.parametrize("ending", [one for one in FORMATS if one not in ("csv", "cp932.csv")])
def test_every_file_says_what_it_is_made_of(
    client: TestClient, tmp_path: Path, ending: str
) -> None:
    path = fetched(client, "gaps", ending, tmp_path)
    if ending == "gpkg":
        text = "".join(pyogrio.read_dataframe(path, layer="provenance")["value"])
    elif ending == "fgb":
        text = json.dumps(pyogrio.read_info(path)["layer_metadata"], ensure_ascii=False)
    elif ending == "parquet":
        text = pq.read_schema(path).metadata[b"provenance"].decode()
    elif ending == "pmtiles":
        # An archive is shown, not counted on: it names its result.
        assert (
            client.get("/about").json()["snapshot"]
            in Reader(MemorySource(path.read_bytes())).metadata()["description"]
        )
        return
    else:
        text = path.read_text("utf-8")
    assert client.get("/about").json()["parameters_sha256"] in text


def test_files_are_sent_in_ranges_and_not_twice(client: TestClient) -> None:
    address = "/collections/areas/download.gpkg"
    whole = client.get(address, headers={"accept-encoding": "gzip"})
    assert whole.headers["content-disposition"] == 'attachment; filename="areas.gpkg"'
    assert int(whole.headers["content-length"]) == len(whole.content)
    part = client.get(address, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
    beyond = client.get(address, headers={"range": f"bytes={len(whole.content)}-"})
    assert beyond.status_code == 416
    known = whole.headers["etag"]
    again = client.get(address, headers={"if-none-match": f'"other", {known}'})
    assert (again.status_code, again.content) == (304, b"")
    changed = {"range": "bytes=0-9", "if-range": '"of before"'}
    assert client.get(address, headers=changed).content == whole.content
    head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == known


def test_a_collection_lists_its_files(client: TestClient) -> None:
    for one in client.get("/collections").json()["collections"]:
        links = {link["href"] for link in one["links"] if link["rel"] == "enclosure"}
        known = [ending for ending in (*ANNOUNCED, "tif") if ending in media_types(one["id"])]
        assert {link.rsplit("/", 1)[1] for link in links} == {f"download.{end}" for end in known}


def test_flatgeobuf_has_an_index_and_finds_what_lies_in_a_box(
    client: TestClient, tmp_path: Path
) -> None:
    for name in LAYERS:
        path = fetched(client, name, "fgb", tmp_path)
        assert pyogrio.read_info(path)["capabilities"]["fast_spatial_filter"], name
    whole = pyogrio.read_dataframe(tmp_path / "coverage.fgb")
    (corner,) = whole[(whole["layer"] == "neighbourhood") & (whole["area_id"] == "d")].geometry
    middle = corner.centroid
    found = pyogrio.read_dataframe(
        tmp_path / "coverage.fgb", bbox=(middle.x, middle.y, middle.x, middle.y)
    )
    # 川向こう町会, in 東地区, in the town.
    assert set(found["area_id"]) == {"d", "e", "99999"}


class Writing:
    """An edition of a tiny town, and how often its files are written."""

    def __init__(self, workspace: Workspace, collections: dict[str, Any]) -> None:
        self.snapshot, self.collections = workspace.snapshot(), collections
        self.provenance = provenance(self.snapshot)

    def state(self, _collection_id: str = "") -> str:
        return "as it is"

    def collection(self, collection_id: str) -> Any:
        return self.collections[collection_id]


def test_a_file_is_written_once_and_never_by_half(
    workspace: Workspace, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = client.app.state.served["public"].editions.current().collections  # type: ignore[attr-defined]
    downloads = Downloads(Writing(workspace, found))
    path = downloads.file("gaps", "geojson")
    before = path.stat().st_mtime_ns
    assert downloads.file("gaps", "geojson").stat().st_mtime_ns == before

    def fail(_found: object, path: Path, _told: object) -> None:
        path.write_text("half")
        msg = "disk full"
        raise OSError(msg)

    path.unlink()
    monkeypatch.setattr(
        "services.edition.downloads.format_of", lambda *_: FORMATS["geojson"].__class__("", fail)
    )
    with pytest.raises(OSError, match="disk full"):
        downloads.file("gaps", "geojson")
    assert not path.exists()
    assert [one.name for one in path.parent.iterdir() if one.name.startswith(".new")] == []
    monkeypatch.undo()
    assert downloads.file("gaps", "geojson").stat().st_size > 100
