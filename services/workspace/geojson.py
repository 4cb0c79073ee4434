"""
GeoJSON (RFC 7946): shapes in degrees, longitude first, as all answers and files have them.

Features are bytes of JSON: shapes are written once and joined as often as they are asked for.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from geo.arrays import LONLAT_EPSG
from services.workspace.plain import plain_value, to_json

LONLAT_DECIMALS = 6
"""About 0.1 m."""

PART_BYTES = 200_000
NO_SHAPE = b"null"


def lonlat(shapes: gpd.GeoSeries, *, decimals: int = LONLAT_DECIMALS) -> NDArray[Any]:
    """Return (n,) shapes in degrees, rounded, outer rings counterclockwise (RFC 7946, 3.1.6)."""
    degrees = shapes.to_crs(LONLAT_EPSG).to_numpy()
    rounded = shapely.transform(degrees, lambda xy: np.round(xy, decimals))
    return np.asarray(shapely.orient_polygons(rounded), dtype=object)


def geometries(degrees: NDArray[Any]) -> list[bytes]:
    """Return the geometry of each shape as JSON, ``null`` where there is none."""
    none = shapely.is_missing(degrees) | shapely.is_empty(degrees)
    return [
        NO_SHAPE if no else str(text).encode()
        for text, no in zip(shapely.to_geojson(degrees), none, strict=True)
    ]


def feature(
    geometry: bytes,
    properties: Mapping[str, object],
    *,
    feature_id: str = "",
    after: Mapping[str, object] | None = None,
) -> bytes:
    """
    Return one feature as JSON, ``after`` its last members.

    The properties are plain (``services.workspace.plain``), but a float that is no number is null.
    orjson writes them ten times as fast as Python does: features are written by the thousand.
    """
    told = b'"id":%b,' % orjson.dumps(feature_id) if feature_id else b""
    last = b",%b" % orjson.dumps(after)[1:] if after else b"}"
    # Put together by us: what orjson returns keeps 16 kB, however short it is.
    head = b'{"type":"Feature",%b"geometry":%b' % (told, geometry)
    return b'%b,"properties":%b%b' % (head, orjson.dumps(properties), last)


def features(
    shapes: gpd.GeoSeries,
    properties: Iterable[Mapping[str, object]],
    *,
    decimals: int = LONLAT_DECIMALS,
) -> list[bytes]:
    """Return a feature for each shape of any CRS and its properties."""
    drawn = geometries(lonlat(shapes, decimals=decimals))
    return [
        feature(geometry, {name: plain_value(value) for name, value in told.items()})
        for geometry, told in zip(drawn, properties, strict=True)
    ]


def collection(
    items: Iterable[bytes],
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    apart: bytes = b"",
) -> bytes:
    r"""Return features as a collection, with members before and after them; ``apart`` may be \n."""
    return b"".join(collection_parts(items, before=before, after=after, apart=apart))


def collection_parts(
    items: Iterable[bytes],
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    apart: bytes = b"",
) -> Iterator[bytes]:
    """Yield the bytes of a collection in parts that are not much longer than ``PART_BYTES``."""
    first = to_json({"type": "FeatureCollection", **(before or {})})[:-1].encode()
    part = [first, b',"features":[', apart]
    joint, length = b"", 0
    for item in items:
        part += [joint, item]
        joint, length = b"," + apart, length + len(item)
        if length >= PART_BYTES:
            whole = b"".join(part)
            part, length = [], 0
            yield whole
    last = f",{to_json(after)[1:]}".encode() if after else b"}"
    yield b"".join([*part, apart, b"]", last])


def as_data(shapes: gpd.GeoSeries, properties: Iterable[Mapping[str, object]]) -> dict[str, Any]:
    """Return features of any CRS as a collection of plain values, a part of a larger answer."""
    found: dict[str, Any] = json.loads(collection(features(shapes, properties)))
    return found
