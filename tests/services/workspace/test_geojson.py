"""GeoJSON: degrees, rounded, counterclockwise; and values that JSON does not know."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, Polygon, shape

from geo.arrays import LONLAT_EPSG
from services.workspace.geojson import as_data, collection, features
from services.workspace.plain import plain_rows, to_json

# Clockwise, with a hole that runs counterclockwise: both the wrong way round.
RING = Polygon(
    [(140.0, 36.0), (140.0, 37.0), (141.0, 37.0), (141.0, 36.0)],
    [[(140.2, 36.2), (140.8, 36.2), (140.8, 36.8), (140.2, 36.8)]],
)


def of(*shapes: object) -> gpd.GeoSeries:
    return gpd.GeoSeries(np.array(shapes, dtype=object), crs=LONLAT_EPSG)


def test_outer_rings_run_counterclockwise_and_holes_clockwise() -> None:
    (found,) = as_data(of(RING), [{}])["features"]
    ring = shape(found["geometry"])
    assert ring.equals(RING)
    assert ring.exterior.is_ccw
    assert not ring.interiors[0].is_ccw


def test_degrees_have_as_many_digits_as_are_asked_for() -> None:
    line = of(LineString([(139.123456789, 35.987654321), (140.0, 36.0)]))
    assert as_data(line, [{}])["features"][0]["geometry"]["coordinates"] == [
        [139.123457, 35.987654],
        [140.0, 36.0],
    ]
    (coarse,) = features(line, [{}], decimals=2)
    assert json.loads(coarse)["geometry"]["coordinates"][0] == [139.12, 35.99]


def test_metres_become_degrees_longitude_first() -> None:
    # The origin of zone IX of the plane coordinates: 36° N, 139°50' E.
    (found,) = as_data(gpd.GeoSeries([Point(0.0, 0.0)], crs=6677), [{}])["features"]
    assert found["geometry"]["coordinates"] == [139.833333, 36.0]


def test_what_has_no_shape_or_no_value_is_null() -> None:
    told = [{"a": np.nan, "b": pd.NA}, {"a": np.inf, "b": np.int64(3)}]
    found = as_data(of(None, Point()), told)["features"]
    assert [one["geometry"] for one in found] == [None, None]
    assert [one["properties"] for one in found] == [{"a": None, "b": None}, {"a": None, "b": 3}]


def test_members_of_a_collection_stand_before_and_after_its_features() -> None:
    said = collection([b'{"x":1}', b'{"x":2}'], before={"name": "場"}, after={"n": 2}, apart=b"\n")
    assert said.decode() == (
        '{"type":"FeatureCollection","name":"場","features":[\n{"x":1},\n{"x":2}\n],"n":2}'
    )
    assert collection([]) == b'{"type":"FeatureCollection","features":[]}'


def test_rows_are_plain_whatever_their_columns_hold() -> None:
    table = pd.DataFrame(
        {
            "whole": pd.array([1, None], dtype="Int64"),
            "number": [np.nan, 0.5],
            "named": ["場", None],
            "yes": [True, False],
        }
    )
    assert plain_rows(table) == [
        {"whole": 1, "number": None, "named": "場", "yes": True},
        {"whole": None, "number": 0.5, "named": None, "yes": False},
    ]
    assert plain_rows(table.iloc[:0]) == []


def test_no_number_that_json_does_not_know_is_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json({"a": float("nan")})
