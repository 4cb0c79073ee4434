"""Real programs read the service: OWSLib, GDAL's two drivers, geopandas, QGIS where it is installed."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from owslib.ogcapi.features import Features

from services.workspace.folder import Workspace
from tests.desktop import has_qgis, in_qgis

PROGRAM = """
import sys
import uvicorn
from pathlib import Path
from api.app import create_app
from api.settings import Settings
from services.workspace.folder import open_workspace
app = create_app(open_workspace(Path(sys.argv[1])), Settings(warm=False))
uvicorn.run(app, port=int(sys.argv[2]), log_level="warning")
"""
START_S = 60.0

SHAPED = (
    *("areas", "coverage", "gaps", "milestones", "indicators"),
    *("places", "candidates", "reach", "edits"),
)
FEATURES = {"areas": 7, "coverage": 10, "coverage_table": 540, "gaps": 4, "places": 4}
"""7 areas; the 10 rows of one question, with the remainders of 3 layers; 540 of all; 4 units; 4 places."""


@pytest.fixture(scope="module")
def address(workspace: Workspace) -> Iterator[str]:
    """Serve from a process of its own: GDAL waits for answers without letting other threads go on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", PROGRAM, str(workspace.path), str(port)]
    pyogrio.set_gdal_config_options({"GDAL_HTTP_TIMEOUT": "20"})
    with subprocess.Popen(command) as server:
        try:
            give_up = time.monotonic() + START_S
            while True:
                assert server.poll() is None, "the server ended before it had started"
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    assert time.monotonic() < give_up, "the server does not start"
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            pyogrio.set_gdal_config_options({"GDAL_HTTP_TIMEOUT": None})


def test_owslib_opens_lists_pages_and_filters(address: str) -> None:
    service = Features(address)
    assert service.links
    assert (
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
        in service.conformance()["conformsTo"]
    )
    assert service.api()["openapi"].startswith("3.0")
    assert set(service.feature_collections()) == {*SHAPED, "coverage_table", "plans"}
    assert service.collection_queryables("gaps")["properties"]["gap"]["type"] == "string"
    for name, n in FEATURES.items():
        assert service.collection_items(name, limit=3)["numberMatched"] == n
        ids = [
            one["id"]
            for offset in range(0, n, 100)
            for one in service.collection_items(name, limit=100, offset=offset)["features"]
        ]
        assert len(ids) == len(set(ids)) == n
    found = service.collection_items("gaps", filter="gap = 'none'")["features"]
    assert [one["properties"]["area_id"] for one in found] == ["c"]
    west, south, east, north = service.collection("places")["extent"]["spatial"]["bbox"][0]
    assert service.collection_items("places", bbox=[west, south, east, north])["numberMatched"] == 3
    assert service.collection_item("places", "p1")["id"] == "p1"


def test_gdal_reads_every_collection_by_its_driver(address: str) -> None:
    layers = {name for name, _ in pyogrio.list_layers(f"OAPIF:{address}")}
    assert {*SHAPED, "coverage_table"} <= layers
    for name, n in FEATURES.items():
        frame = pyogrio.read_dataframe(
            f"OAPIF:{address}", layer=name, PAGE_SIZE=3 if n < 20 else 100
        )
        assert len(frame) == n, name


def test_gdal_filters_where_the_data_is(address: str) -> None:
    source = f"OAPIF:{address}"
    units = pyogrio.read_dataframe(source, layer="gaps", where="gap = 'none'")
    assert list(units["area_id"]) == ["c"]
    far = pyogrio.read_dataframe(
        source, layer="gaps", where="nearest_place_walk_m > 600 AND gap <> 'none'"
    )
    assert list(far["area_id"]) == ["d"]
    every = pyogrio.read_dataframe(source, layer="places").total_bounds
    # In the CRS that features are kept in, which GDAL takes where nothing is asked: metres.
    west, south, east, north = every
    for box, n in (((west, south, east, north), 3), ((west, south, east, south), 1)):
        wider = (box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1)
        assert len(pyogrio.read_dataframe(source, layer="places", bbox=wider)) == n


def test_gdal_takes_the_plane_zone(address: str) -> None:
    degrees = pyogrio.read_dataframe(f"OAPIF:{address}", layer="areas")
    plane = pyogrio.read_dataframe(
        f"OAPIF:{address}",
        layer="areas",
        CRS="EPSG:6677",
        SERVER_FEATURE_AXIS_ORDER="AUTHORITY_COMPLIANT",
    )
    assert plane.crs.to_epsg() == 6677
    # East first in the frame, as everywhere here: 6 decimals of a degree are 0.1 m.
    same = degrees.to_crs(6677)
    assert same.geometry.distance(plane.geometry).max() < 0.3
    assert plane.total_bounds == pytest.approx(same.total_bounds, abs=0.3)


def test_geopandas_reads_the_features_by_their_address(address: str) -> None:
    frame = gpd.read_file(f"{address}/collections/coverage_table/items")
    assert len(frame) == 540
    assert frame["walk_limit_m"].notna().sum() == 360  # of three limits two are in metres
    places = gpd.read_file(f"{address}/collections/places/items?frequency=weekly")
    assert (len(places), places.crs.to_epsg()) == (1, 4326)


@pytest.mark.skipif(not has_qgis(), reason="QGIS is not installed")
def test_qgis_opens_counts_pages_filters_and_reprojects_every_collection(address: str) -> None:
    def layer(name: str, page: int, **asked: object) -> dict[str, object]:
        source = f"url='{address}/' typename='{name}' pageSize='{page}'"
        return {"do": "read", "provider": "OAPIF", "source": source, **asked}

    names = (*SHAPED, "coverage_table", "plans")
    opened = in_qgis(*(layer(name, 3 if name != "coverage_table" else 100) for name in names))
    for name, told in zip(names, opened, strict=True):
        matched = Features(address).collection_items(name, limit=1)["numberMatched"]
        assert told["n"] == matched, name
        # OAPIF asks the server; where it does not tell the number, QGIS says -1 or what it has read.
        assert told["count"] in (matched, -1), name
    degrees = in_qgis(layer("areas", 100))[0]
    plane = in_qgis(layer("areas", 100, to="EPSG:6677"))[0]
    assert degrees["crs"] in ("OGC:CRS84", "EPSG:4326")
    west, south, east, north = (
        gpd.read_file(f"{address}/collections/areas/items").to_crs(6677).total_bounds
    )
    assert plane["box"] == pytest.approx([west, south, east, north], abs=0.3)
    by_rule, by_query = in_qgis(
        layer("gaps", 100, filter="\"gap\" = 'none'", column="area_id"),
        layer("gaps", 100, subset="\"gap\" = 'none'", column="area_id"),
    )
    assert by_rule["values"] == by_query["values"] == ["c"]
    assert degrees["fields"]["approximate"] in ("boolean", "Boolean", "bool")


def test_the_plain_driver_of_gdal_reads_one_page_and_all_of_a_file(address: str) -> None:
    """It follows no link: neither `next` in the body nor one in a header."""
    page = pyogrio.read_dataframe(f"{address}/collections/coverage_table/items?limit=100")
    assert len(page) == 100
    whole = pyogrio.read_dataframe(f"{address}/collections/coverage/download.geojson")
    assert len(whole) == FEATURES["coverage"]


def extension(name: str) -> str:
    """Return where the wheel of an extension of DuckDB has it, so that nothing is fetched or put elsewhere."""
    module = pytest.importorskip(f"duckdb_extension_{name}")
    (path,) = Path(module.__file__).parent.rglob(f"{name}.duckdb_extension")
    return str(path)


def test_duckdb_reads_geoparquet_in_parts_and_measures_in_the_plane(address: str) -> None:
    """DuckDB and two of its extensions are no requirement of the tests: wheels of 20 to 80 MB each."""
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as database:
        for name in ("httpfs", "spatial"):
            database.execute(f"LOAD '{extension(name)}'")
        source = f"'{address}/collections/gaps/download.parquet'"
        database.execute(f"CREATE VIEW units AS FROM {source}")
        rows = database.execute(
            "SELECT area_id, gap, ST_Area(ST_Transform(geometry, 'EPSG:4326', 'EPSG:6677', true)) "
            "FROM units ORDER BY area_id"
        ).fetchall()
        types = {name: kind for name, kind, *_ in database.execute("DESCRIBE units").fetchall()}
        database.execute(f"CREATE VIEW places AS FROM '{address}/collections/places/download.csv'")
        counted = len(database.execute("FROM places").fetchall())
    assert [(area, gap) for area, gap, _ in rows] == [
        ("a", "weekly_or_more"),
        ("b", "monthly_only"),
        ("c", "none"),
        ("d", "needs_transport"),
    ]
    # Squares of 500 m; shapes are in degrees of 7 decimals at least.
    assert [area_m2 for *_, area_m2 in rows] == pytest.approx([250_000.0] * 4, rel=0.001)
    assert types["geometry"].startswith("GEOMETRY")
    assert (types["residents"], types["is_split"]) == ("DOUBLE", "BOOLEAN")
    assert counted == FEATURES["places"]
