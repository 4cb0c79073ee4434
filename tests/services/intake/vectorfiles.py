"""Small vector files in every format, for tests."""

import json

import geopandas as gpd
import pyogrio
from shapely import box

from services.profile import Source

NAMES = ["藤ケ谷", "髙柳"]
CODES = ["12217", "12218"]
BOXES = [box(139.9, 35.8, 139.91, 35.81), box(139.91, 35.8, 139.92, 35.81)]

DRIVERS = {
    ".geojson": "GeoJSON",
    ".geojsonl": "GeoJSONSeq",
    ".fgb": "FlatGeobuf",
    ".kml": "KML",
    ".gml": "GML",
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
}


def source(path, **changes):
    fields = {"id": "areas", "format": "vector", "title": "t", "credit": "c", "licence": "l"}
    return Source(**{**fields, "path": path.name, "as_of": "2024", **changes})


def areas(**columns):
    table = {"name": NAMES, "code": CODES, **columns}
    return gpd.GeoDataFrame(table, geometry=BOXES, crs=4326)


def write(path, frame=None, **options):
    frame = areas() if frame is None else frame
    pyogrio.write_dataframe(frame, path, driver=DRIVERS[path.suffix], **options)
    return path


def write_topojson(path):
    ring = [[139.9, 35.8], [139.91, 35.8], [139.91, 35.81], [139.9, 35.81], [139.9, 35.8]]
    shape = {"type": "Polygon", "arcs": [[0]], "properties": {"name": "藤ケ谷", "code": "12217"}}
    objects = {"areas": {"type": "GeometryCollection", "geometries": [shape]}}
    topology = {"type": "Topology", "objects": objects, "arcs": [ring]}
    path.write_text(json.dumps(topology, ensure_ascii=False), encoding="utf-8")
    return path
