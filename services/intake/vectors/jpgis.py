"""JPGIS 2.1 (GML 3.2) as 国土数値情報 is published: features that point to their shapes by id."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import SourceError

GML = "{http://www.opengis.net/gml/3.2}"
HREF = "{http://www.w3.org/1999/xlink}href"
HEAD_BYTES = 4096
JGD2000_EPSG, JGD2011_EPSG = 4612, 6668

FIELD_NAMES = {
    "prefectureName": "N03_001",
    "subPrefectureName": "N03_002",
    "countyName": "N03_003",
    "cityName": "N03_004",
    "administrativeAreaCode": "N03_007",
}
"""Names of N03 in its GML → in its Shapefile. Of other products the names of the GML stay."""

Shapes = dict[str, BaseGeometry]


def is_jpgis(path: Path) -> bool:
    """Say whether a file is a JPGIS data set of 国土数値情報."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return b"Dataset" in head and b"/ksj/schemas/ksj-app" in head


def read_jpgis(path: Path) -> gpd.GeoDataFrame:
    """Read all features that have a shape, in degrees, attributes as text."""
    _require_plain(path)
    try:
        frame = _read(path)
    except (ET.ParseError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise SourceError(
            f"cannot be read as JPGIS GML ({reason}); take the GeoJSON or Shapefile of the same product",
            path=path,
            ja=f"JPGIS の GML として読めません（{reason}）。同じ製品の GeoJSON か Shapefile を使ってください",
        ) from error
    if frame is None:
        raise SourceError(
            "there is no feature with a shape in it; take the GeoJSON or Shapefile of the same product",
            path=path,
            ja="図形をもつ地物がありません。同じ製品の GeoJSON か Shapefile を使ってください",
        )
    return frame


def _require_plain(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise SourceError(
            "the XML declares entities; official files have none, do not use this one",
            path=path,
            ja="XMLに実体宣言があります。公式のファイルにはありません。このファイルは使わないでください",
        )


def _read(path: Path) -> gpd.GeoDataFrame | None:
    curves: dict[str, NDArray[np.float64]] = {}
    shapes: Shapes = {}
    rows: list[dict[str, str]] = []
    targets: list[str] = []
    for element in _members(path):
        key = element.get(f"{GML}id", "")
        if element.tag == f"{GML}Curve":
            curves[key] = _positions(element)
            shapes[key] = shapely.LineString(curves[key])
        elif element.tag == f"{GML}OrientableCurve":
            base = element.find(f"{GML}baseCurve")
            if base is not None:
                curves[key] = curves[base.get(HREF, "").lstrip("#")]
        elif element.tag == f"{GML}Surface":
            shapes[key] = _surface(element, curves)
        elif element.tag == f"{GML}Point":
            shapes[key] = shapely.Point(_positions(element)[0])
        elif not element.tag.startswith(GML):
            _feature(element, shapes, rows, targets)
    if not rows:
        return None
    geometry = [shapes[target] for target in targets]
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=geometry, crs=_epsg(path))


def _members(path: Path) -> Iterator[ET.Element]:
    """Yield the children of the data set one by one and let them go."""
    depth, root = 0, None
    for event, element in ET.iterparse(path, events=("start", "end")):  # noqa: S314  no entities, see _require_plain
        depth += 1 if event == "start" else -1
        root = element if root is None else root
        if event == "end" and depth == 1:
            yield element
            root.clear()


def _positions(element: ET.Element) -> NDArray[np.float64]:
    """Return coordinates, longitude first; the files have latitude first."""
    found = [
        part for name in ("posList", "pos") for part in element.iter(f"{GML}{name}") if part.text
    ]
    numbers = [float(number) for part in found for number in str(part.text).split()]
    return np.array(numbers, dtype=np.float64).reshape(-1, 2)[:, ::-1]


def _surface(element: ET.Element, curves: dict[str, NDArray[np.float64]]) -> BaseGeometry:
    polygons = []
    for patch in element.iter(f"{GML}PolygonPatch"):
        exterior = patch.find(f"{GML}exterior")
        if exterior is None:
            continue
        holes = [_ring(ring, curves) for ring in patch.findall(f"{GML}interior")]
        polygons.append(shapely.Polygon(_ring(exterior, curves), holes))
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _ring(element: ET.Element, curves: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the coordinates of a ring: its curves one after the other, turned where needed."""
    references = [member.get(HREF, "").lstrip("#") for member in element.iter(f"{GML}curveMember")]
    parts = [curves[name] for name in references if name] or [_positions(element)]
    ring = parts[0]
    for part in parts[1:]:
        ring = np.vstack([ring, part if np.allclose(ring[-1], part[0]) else part[::-1]])
    return ring


def _feature(
    element: ET.Element, shapes: Shapes, rows: list[dict[str, str]], targets: list[str]
) -> None:
    row: dict[str, str] = {}
    target = ""
    for child in element:
        name = child.tag.rpartition("}")[2]
        reference = child.get(HREF, "").lstrip("#")
        if reference in shapes:
            target = reference
        elif not len(child):
            row[FIELD_NAMES.get(name, name)] = (child.text or "").strip()
    if target:
        rows.append(row)
        targets.append(target)


def _epsg(path: Path) -> int:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return JGD2000_EPSG if b"JGD2000" in head else JGD2011_EPSG
