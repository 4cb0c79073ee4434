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


JPGIS = """<?xml version="1.0" encoding="UTF-8"?>
<ksj:Dataset gml:id="N03Dataset" xmlns:gml="http://www.opengis.net/gml/3.2"
  xmlns:ksj="http://nlftp.mlit.go.jp/ksj/schemas/ksj-app" xmlns:xlink="http://www.w3.org/1999/xlink">
  <gml:boundedBy><gml:Envelope srsName="JGD2011 / (B, L)"/></gml:boundedBy>
  <gml:Curve gml:id="cv1"><gml:segments><gml:LineStringSegment><gml:posList>
    35.80 139.90 35.80 139.92 35.82 139.92
  </gml:posList></gml:LineStringSegment></gml:segments></gml:Curve>
  <gml:Curve gml:id="cv2"><gml:segments><gml:LineStringSegment><gml:posList>
    35.80 139.90 35.82 139.90 35.82 139.92
  </gml:posList></gml:LineStringSegment></gml:segments></gml:Curve>
  <gml:Curve gml:id="cv3"><gml:segments><gml:LineStringSegment><gml:posList>
    35.805 139.905 35.805 139.915 35.815 139.915 35.815 139.905 35.805 139.905
  </gml:posList></gml:LineStringSegment></gml:segments></gml:Curve>
  <gml:Surface gml:id="sf1"><gml:patches><gml:PolygonPatch>
    <gml:exterior><gml:Ring><gml:curveMember xlink:href="#cv1"/><gml:curveMember xlink:href="#cv2"/></gml:Ring></gml:exterior>
    <gml:interior><gml:Ring><gml:curveMember xlink:href="#cv3"/></gml:Ring></gml:interior>
  </gml:PolygonPatch></gml:patches></gml:Surface>
  <ksj:AdministrativeBoundary gml:id="gy1">
    <ksj:bounds xlink:href="#sf1"/>
    <ksj:prefectureName>千葉県</ksj:prefectureName>
    <ksj:cityName>柏市</ksj:cityName>
    <ksj:administrativeAreaCode codeSpace="AdministrativeAreaCode.xml">12217</ksj:administrativeAreaCode>
  </ksj:AdministrativeBoundary>
</ksj:Dataset>
"""
"""A square of 0.02° with a hole of 0.01°, as 国土数値情報 writes one: curves apart, latitude first."""
