"""
GeoJSON (RFC 7946): shapes in degrees, longitude first, as all answers and files have them.

Features are texts: they are written once and joined as often as they are asked for.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import LONLAT_EPSG
from services.workspace.plain import plain_value, row_json, to_json

LONLAT_DECIMALS = 6
"""About 0.1 m."""

PART_CHARS = 200_000


def lonlat(shapes: gpd.GeoSeries, *, decimals: int = LONLAT_DECIMALS) -> NDArray[Any]:
    """Return (n,) shapes in degrees, rounded, outer rings counterclockwise (RFC 7946, 3.1.6)."""
    degrees = shapes.to_crs(LONLAT_EPSG).to_numpy()
    rounded = shapely.transform(degrees, lambda xy: np.round(xy, decimals))
    return np.asarray(shapely.orient_polygons(rounded), dtype=object)


def geometries(degrees: NDArray[Any]) -> list[str]:
    """Return the geometry of each shape, ``null`` where there is none."""
    none = shapely.is_missing(degrees) | shapely.is_empty(degrees)
    return [
        "null" if no else str(text)
        for text, no in zip(shapely.to_geojson(degrees), none, strict=True)
    ]


def feature(
    geometry: str,
    properties: Mapping[str, object],
    *,
    feature_id: str = "",
    after: Mapping[str, object] | None = None,
) -> str:
    """Return one feature; the properties are plain (``services.workspace.plain``), ``after`` its last members."""
    told = f'"id":{to_json(feature_id)},' if feature_id else ""
    last = f",{to_json(after)[1:]}" if after else "}"
    head = f'{{"type":"Feature",{told}"geometry":{geometry}'
    return f'{head},"properties":{row_json(properties)}{last}'


def features(
    shapes: gpd.GeoSeries,
    properties: Iterable[Mapping[str, object]],
    *,
    decimals: int = LONLAT_DECIMALS,
) -> list[str]:
    """Return a feature for each shape of any CRS and its properties."""
    drawn = geometries(lonlat(shapes, decimals=decimals))
    return [
        feature(geometry, {name: plain_value(value) for name, value in told.items()})
        for geometry, told in zip(drawn, properties, strict=True)
    ]


def collection(
    items: Iterable[str],
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    apart: str = "",
) -> str:
    r"""Return features as a collection, with members before and after them; ``apart`` may be \n."""
    return "".join(collection_parts(items, before=before, after=after, apart=apart))


def collection_parts(
    items: Iterable[str],
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    apart: str = "",
) -> Iterator[str]:
    """Yield the text of a collection in parts that are not much longer than ``PART_CHARS``."""
    first = to_json({"type": "FeatureCollection", **(before or {})})[:-1]
    yield f'{first},"features":[{apart}'
    joint, part, length = "", [], 0
    for item in items:
        part += [joint, item]
        joint, length = f",{apart}", length + len(item)
        if length >= PART_CHARS:
            yield "".join(part)
            part, length = [], 0
    last = f",{to_json(after)[1:]}" if after else "}"
    yield "".join([*part, f"{apart}]{last}"])


def as_data(shapes: gpd.GeoSeries, properties: Iterable[Mapping[str, object]]) -> dict[str, Any]:
    """Return features of any CRS as a collection of plain values, a part of a larger answer."""
    found: dict[str, Any] = json.loads(collection(features(shapes, properties)))
    return found
