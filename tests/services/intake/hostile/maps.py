"""Hostile maps: areas, streets and ground."""

import gzip
import json
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from rasterio.transform import from_origin
from shapely.geometry import Polygon

from tests.services.intake.hostile.case import Case, End, data
from tests.services.intake.hostile.hamlet import (
    LAT,
    LON,
    NAMES,
    STEP,
    areas,
    feature,
    square,
    streets,
    write_ground,
)

Write = Callable[[Path], None] | bytes | str | dict | list
DEEP = 100_000


def area(
    name: str, content: Write, end: End = "refused", says: str = "", file: str = "x.geojson"
) -> Case:
    return Case(f"areas-{name}", "areas", file, "vector", _writer(content), end, says)


def street(name: str, content: Write, end: End = "refused", says: str = "", **more: str) -> Case:
    more = {"file": "x.json", "format": "overpass", **more}
    return Case(f"streets-{name}", "streets", write=_writer(content), end=end, says=says, **more)


def ground(name: str, content: Write, end: End = "refused", says: str = "") -> Case:
    return Case(f"ground-{name}", "ground", "x.tif", "raster", _writer(content), end, says)


def _writer(content: Write) -> Callable[[Path], None]:
    if callable(content):
        return content
    return data(content if isinstance(content, bytes | str) else json.dumps(content))


def shapes(*geometries: object, name: str = "東町") -> dict[str, object]:
    """Return the areas, the first replaced by these geometries."""
    collection = areas()
    rest = collection["features"][1:]
    return {**collection, "features": [*(feature(g, name=name) for g in geometries), *rest]}


def polygon(*rings: list[list[float]]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": list(rings)}


def in_crs(epsg: int, collection: dict[str, object]) -> dict[str, object]:
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}
    return {**collection, "crs": crs}


def frame(epsg: int | None = 6668) -> gpd.GeoDataFrame:
    rings = [Polygon(square(n % 2, n // 2)) for n in range(4)]
    made = gpd.GeoDataFrame({"name": list(NAMES)}, geometry=rings, crs=6668)
    if epsg is None:
        return made.to_crs(6677).set_crs(None, allow_override=True)
    return made.to_crs(epsg)


def _file(driver: str, share: float = 1.0, epsg: int | None = 6668) -> Callable[[Path], None]:
    """Return a writer of the areas by a driver, cut to a share of its bytes."""

    def write(path: Path) -> None:
        made = frame(epsg)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pyogrio warns of what is the point here: no CRS
            _save(made, path, driver)
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])

    return write


def _save(made: gpd.GeoDataFrame, path: Path, driver: str) -> None:
    if driver == "parquet":
        made.to_parquet(path)
    else:
        made.to_file(path, driver=driver, engine="pyogrio")


def _without(suffix: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        frame().to_file(path, engine="pyogrio", encoding="utf-8")
        path.with_suffix(suffix).unlink()

    return write


def _plain_parquet(path: Path) -> None:
    pd.DataFrame({"name": list(NAMES)}).to_parquet(path)


def _wards(path: Path) -> None:
    """Write 15100 and its wards 15101 to 15104 side by side, as in files of designated cities."""
    wards = frame()
    city = gpd.GeoDataFrame({"name": ["新潟市"]}, geometry=[wards.union_all()], crs=wards.crs)
    pd.concat([city, wards]).to_file(path, driver="GeoJSON", engine="pyogrio")


def _points(path: Path) -> None:
    frame().assign(geometry=lambda f: f.representative_point()).to_file(path, driver="GeoJSON")


def _swapped() -> dict[str, object]:
    flipped = [polygon([[y, x] for x, y in square(n % 2, n // 2)]) for n in range(4)]
    return {
        "type": "FeatureCollection",
        "features": [feature(g, name=n) for g, n in zip(flipped, NAMES, strict=True)],
    }


SQUARE = square(0, 0)
BOWTIE = [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]
OUTSIDE = [[x + 0.01, y + 0.01] for x, y in square(0, 0, size=STEP / 4)]
PLANE = [[12000, -15000], [12200, -15000], [12200, -14800], [12000, -15000]]
XXE = (
    '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>&x;</name>'
    "</Placemark></Document></kml>"
)
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">'
        for old, new in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]>"
)
VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/http://127.0.0.1:9/x.geojson'
    "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
)
TEXT = json.dumps(areas())

AREAS = [
    area("empty", b""),
    area("truncated", TEXT[: len(TEXT) // 2]),
    area("null", "null"),
    area("a-number", "42"),
    area("a-list", "[]"),
    area("no-features", {"type": "FeatureCollection", "features": []}),
    area("deep-nesting", "[" * DEEP),
    area("no-geometry", {**areas(), "features": [feature(None, name=n) for n in NAMES]}),
    area("one-without-geometry", shapes(polygon(SQUARE), None), "noted", "no_polygon"),
    area("empty-polygon", shapes(polygon(SQUARE), polygon()), "noted", "no_polygon"),
    area("points", _points, says="no polygon"),
    area(
        "one-line", shapes(polygon(SQUARE), {"type": "LineString", "coordinates": SQUARE}), "noted"
    ),
    area("self-crossing", shapes(polygon(BOWTIE)), "noted", "repaired_polygon"),
    area("hole-outside", shapes(polygon(SQUARE, OUTSIDE)), "noted", "repaired_polygon"),
    area("hole-is-the-shell", shapes(polygon(SQUARE, SQUARE)), "trouble"),
    area("spike", shapes(polygon([*SQUARE[:2], [LON + 0.1, LAT], *SQUARE[1:]])), "trouble"),
    area("no-area", shapes(polygon([SQUARE[0]] * 4)), "trouble"),
    area("ring-of-two-points", shapes(polygon(SQUARE[:2])), "trouble"),
    area("open-ring", shapes(polygon(SQUARE[:-1])), "content"),
    area("nan-coordinate", TEXT.replace(str(LON), "NaN", 1), "trouble"),
    area("infinite-coordinate", TEXT.replace(str(LON), "Infinity", 1), "trouble"),
    area("overflowing-coordinate", TEXT.replace(str(LON), "1e400", 1), "trouble"),
    area("huge-coordinate", TEXT.replace(str(LON), "1e300", 1), "trouble"),
    area("coordinate-as-text", TEXT.replace(str(LON), '"139.97"', 1), "trouble"),
    area("three-dimensions", shapes(polygon([[*xy, 12.5] for xy in SQUARE])), "content"),
    area("four-dimensions", shapes(polygon([[*xy, 12.5, 7] for xy in SQUARE])), "content"),
    area(
        "collection",
        shapes(
            {
                "type": "GeometryCollection",
                "geometries": [polygon(SQUARE), {"type": "Point", "coordinates": SQUARE[0]}],
            }
        ),
        "noted",
        "polygon",
    ),
    area("swapped", _swapped(), says="not in Japan"),
    area("mixed-crs", shapes(polygon(PLANE)), says="not in Japan"),
    area("plane-without-crs", _file("GeoJSON", epsg=None), says="not in Japan"),
    area("degrees-called-plane", in_crs(6677, areas())),
    area("plane-called-degrees", shapes(polygon(PLANE), polygon(PLANE)), says="not in Japan"),
    area("unknown-crs", in_crs(999999, areas()), "content"),
    area(
        "across-the-antimeridian",
        shapes(polygon([[179.9, 36], [-179.9, 36], [180, 37], [179.9, 36]])),
    ),
    area("no-name-column", TEXT.replace('"name"', '"nom"'), says="no column"),
    area("one-without-name", shapes(polygon(SQUARE), name=""), says="row 1"),
    area("name-is-a-list", TEXT.replace('"name": "\\u6771\\u753a"', '"name": ["x", 1]'), "trouble"),
    area("name-is-null", TEXT.replace('"name": "\\u6771\\u753a"', '"name": null'), says="row 1"),
    area("same-name-twice", shapes(polygon(SQUARE), polygon(square(2, 0))), "noted", "unioned"),
    area("same-shape-twice", shapes(polygon(SQUARE), polygon(square(1, 0))), "noted"),
    area("city-and-its-wards", _wards, "noted", "overlap"),
    area("xxe", XXE, file="x.kml"),
    area("billion-laughs", LAUGHS + "<kml><name>&j;</name></kml>", file="x.kml"),
    area("gml-billion-laughs", LAUGHS + "<gml>&j;</gml>", file="x.gml"),
    area("vrt-to-the-network", VRT, file="x.vrt"),
    area("vrt-in-disguise", VRT),
    area("csv-in-disguise", "a,b\n1,2\n"),
    area("shapefile-without-dbf", _without(".dbf"), file="x.shp"),
    area("shapefile-without-prj", _without(".prj"), "refused", "CRS", file="x.shp"),
    area("shapefile-without-shx", _without(".shx"), "content", file="x.shp"),
    area("shapefile-cut", _file("ESRI Shapefile", 0.5), "trouble", file="x.shp"),
    area("shapefile-of-text", "not a shapefile", file="x.shp"),
    area("geopackage-cut", _file("GPKG", 0.5), "trouble", file="x.gpkg"),
    area("geopackage-of-20-bytes", _file("GPKG", 0.0002), file="x.gpkg"),
    area("geopackage-of-text", "SQLite format 3\x00" + "x" * 4000, file="x.gpkg"),
    area("flatgeobuf-cut", _file("FlatGeobuf", 0.6), "trouble", file="x.fgb"),
    area("parquet-cut", _file("parquet", 0.5), file="x.parquet"),
    area("parquet-of-text", "PAR1not a tablePAR1", file="x.parquet"),
    area("parquet-without-geometry", _plain_parquet, file="x.parquet"),
    area("parquet-without-crs", _file("parquet", epsg=None), "refused", "CRS", file="x.parquet"),
]


def _ways(*elements: object) -> dict[str, object]:
    return {"elements": [*streets()["elements"], *elements]}


def way(osm_id: object, *nodes: object, **tags: str) -> dict[str, object]:
    return {"type": "way", "id": osm_id, "nodes": list(nodes), "tags": tags or {"highway": "path"}}


def _moved(**to: object) -> dict[str, object]:
    """Return the streets with every node moved to the same position."""
    return {
        "elements": [
            {**element, **to} if element["type"] == "node" else element
            for element in streets()["elements"]
        ]
    }


def _osm_xml(end: str = "</osm>", lat: object = LAT) -> str:
    nodes = f'<node id="1" lat="{lat}" lon="{LON}"/><node id="2" lat="{LAT + STEP}" lon="{LON}"/>'
    tag = '<tag k="highway" v="residential"/>'
    return f'<osm version="0.6">{nodes}<way id="1"><nd ref="1"/><nd ref="2"/>{tag}</way>{end}'


GRID = json.dumps(streets())
OSM = {"format": "osm", "file": "x.osm"}
STREETS = [
    street("empty", b""),
    street("truncated", GRID[: len(GRID) // 2]),
    street("null", "null"),
    street("empty-object", {}),
    street("elements-no-list", {"elements": "x"}),
    street("elements-of-numbers", {"elements": [1, 2, 3]}),
    street("deep-nesting", "[" * DEEP),
    street("deep-elements", '{"elements":' + "[" * DEEP),
    street("timed-out", {**streets(), "remark": "runtime error: Query timed out"}),
    street("way-without-id", _ways({"type": "way", "nodes": [1, 2], "tags": {"highway": "path"}})),
    street("id-of-30-digits", _ways(way(10**30, 1, 2))),
    street("id-is-text", _ways(way("x", 1, 2))),
    street("node-id-of-30-digits", _ways(way(500, 10**30, 2))),
    street(
        "tags-are-a-list", _ways({"type": "way", "id": 9, "nodes": [1, 2], "tags": ["highway"]})
    ),
    street(
        "tag-is-a-number",
        _ways({"type": "way", "id": 9, "nodes": [1, 2], "tags": {"highway": 5}}),
        "trouble",
    ),
    street("way-of-one-node", _ways(way(500, 1)), "noted", "too_few_nodes"),
    street("way-to-itself", _ways(way(500, 1, 1)), "content"),
    street("way-to-missing-nodes", _ways(way(500, 1, 2, 99999)), "noted", "missing_nodes"),
    street(
        "all-nodes-missing", {"elements": [e for e in streets()["elements"] if e["type"] == "way"]}
    ),
    street("all-nodes-in-one-point", _moved(lat=LAT, lon=LON), "trouble"),
    street("nodes-at-nan", GRID.replace(str(LON), "NaN"), "trouble"),
    street("nodes-at-infinity", _moved(lat=1e400, lon=1e400)),
    street("nodes-off-the-globe", _moved(lat=500, lon=999)),
    street(
        "swapped",
        json.dumps(streets())
        .replace('"lon"', '"l"')
        .replace('"lat"', '"lon"')
        .replace('"l"', '"lat"'),
    ),
    street("in-paris", _moved(lat=48.85, lon=2.35)),
    street("only-motorways", GRID.replace("residential", "motorway")),
    street("same-way-twice", _ways(way(100, 1, 11, 21)), "noted", "duplicate"),
    street("longitude-as-text", _ways({"type": "node", "id": 1, "lon": "x", "lat": 1})),
    street("longitude-null", _ways({"type": "node", "id": 1, "lon": None, "lat": 1})),
    street("xml-empty", b"", **OSM),
    street("xml-truncated", _osm_xml(end="")[:-20], **OSM),
    street("xml-billion-laughs", LAUGHS + "<osm>&j;</osm>", **OSM),
    street("xml-node-off-the-globe", _osm_xml(lat=999), **OSM),
    street("xml-latitude-of-text", _osm_xml(lat="north"), **OSM),
    street("xml-without-ways", '<osm version="0.6"></osm>', **OSM),
    street("pbf-empty", b"", format="osm", file="x.osm.pbf"),
    street("pbf-of-text", "this is no pbf", format="osm", file="x.osm.pbf"),
    street("pbf-of-noise", bytes(range(256)) * 100, format="osm", file="x.osm.pbf"),
    street("gzip-cut", gzip.compress(_osm_xml().encode())[:40], format="osm", file="x.osm.gz"),
    street("of-no-known-format", _osm_xml(), format="osm", file="x.dat"),
    street("a-vector-file", areas(), format="vector", file="x.geojson"),
]


def _raster(
    crs: str | None = "EPSG:6668", fill: float = 10.0, nodata: float | None = None, far: float = 0
) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            width=8,
            height=8,
            count=1,
            dtype="float32",
            nodata=nodata,
            crs=crs,
            transform=from_origin(LON - STEP + far, LAT + 4 * STEP, STEP, STEP),
        ) as raster:
            raster.write(np.full((8, 8), fill, dtype="float32"), 1)

    return write


def _cut_ground(path: Path) -> None:
    write_ground(path)
    path.write_bytes(path.read_bytes()[:300])


GROUND = [
    ground("empty", b""),
    ground("of-text", "height,10\n"),
    ground("cut", _cut_ground, "trouble"),
    ground("without-crs", _raster(crs=None), says="CRS"),
    ground("elsewhere", _raster(far=5.0), "noted", "no_elevation"),
    ground("only-nan", _raster(fill=float("nan")), "noted", "no_elevation"),
    ground("only-nodata", _raster(fill=-9999, nodata=-9999), "noted", "no_elevation"),
    ground("nodata-not-declared", _raster(fill=-9999), "noted", "impossible_elevation"),
    ground("as-high-as-space", _raster(fill=1e9), "noted", "impossible_elevation"),
    ground("infinite", _raster(fill=float("inf")), "noted", "elevation"),
    ground("vrt-to-the-network", VRT.replace("OGRVRT", "VRT")),
]

CASES = [*AREAS, *STREETS, *GROUND]
