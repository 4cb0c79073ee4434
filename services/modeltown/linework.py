"""Pieces of lines."""

import shapely
from shapely import LineString, MultiPolygon, Polygon
from shapely.ops import substring


def parts(geometry: shapely.Geometry) -> list[LineString]:
    """Return the lines of any geometry, without points and polygons."""
    return [
        part
        for part in shapely.get_parts(geometry).tolist()
        if isinstance(part, LineString) and part.length > 0
    ]


def piece(line: LineString, start_m: float, end_m: float) -> LineString:
    """Return a line from one distance along it to another."""
    cut = substring(line, start_m, end_m)
    if not isinstance(cut, LineString):
        msg = f"nothing lies between {start_m} m and {end_m} m"
        raise TypeError(msg)
    return cut


def polygonal(geometry: shapely.Geometry) -> Polygon | MultiPolygon:
    """Return a geometry that must be one polygon or several."""
    if not isinstance(geometry, Polygon | MultiPolygon):
        msg = f"{type(geometry).__name__} where there should be polygons"
        raise TypeError(msg)
    return geometry
