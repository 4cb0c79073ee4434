"""Collections: pages, filters and geometry, without the web around them."""

import json
import tracemalloc

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.coverage.reached import Limit
from geo.errors import InvalidInputError, NotFoundError
from services.publication.aspect import Aspect
from services.publication.collections import Query, Shapes, TableCollection, collections_of
from services.workspace.geojson import PART_BYTES
from tests.snapshots import areas, candidates, coverage, gaps, places, reach

EPSG = 6677


def squares(count: int) -> gpd.GeoSeries:
    boxes = [shapely.box(100 * step, 0, 100 * step + 100, 100, ccw=False) for step in range(count)]
    return gpd.GeoSeries(boxes, crs=EPSG)


def table(frame: pd.DataFrame) -> TableCollection:
    ids = pd.Series([f"f{row}" for row in range(len(frame))], dtype="object")
    types = {name: json_type(frame[name]) for name in frame}
    return TableCollection(
        "places", types, frame, Shapes(squares(len(frame))), np.arange(len(frame)), ids
    )


def json_type(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "boolean"
    if pd.api.types.is_integer_dtype(column):
        return "integer"
    return "number" if pd.api.types.is_numeric_dtype(column) else "string"


def properties(collection: TableCollection, **filters: list[str]) -> list[dict]:
    page = collection.features(Query(filters, limit=1000))
    return [json.loads(item)["properties"] for item in page.items]


def test_types_are_told_as_json_knows_them() -> None:
    frame = pd.DataFrame({"name": ["a"], "count": [1], "share": [0.5], "open": [True]})

    assert table(frame).fields == {
        "name": "string",
        "count": "integer",
        "share": "number",
        "open": "boolean",
    }


def test_nothing_that_json_lacks_leaves() -> None:
    frame = pd.DataFrame({"share": [np.nan, 1.0], "name": [None, "b"]})

    assert properties(table(frame)) == [{"share": None, "name": None}, {"share": 1.0, "name": "b"}]


def test_names_with_quotes_and_angle_brackets_stay_what_they_are() -> None:
    odd = '</script>"\\\n町'

    assert properties(table(pd.DataFrame({"name": [odd]})))[0]["name"] == odd


def test_a_filter_finds_the_figure_that_was_shown() -> None:
    shown = properties(table(pd.DataFrame({"share": [1 / 3, 2 / 3]})))[0]["share"]

    assert len(properties(table(pd.DataFrame({"share": [1 / 3, 2 / 3]})), share=[repr(shown)])) == 1


def test_an_unknown_property_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InvalidInputError, match="no property 'colour'; it has name, count"):
        properties(table(pd.DataFrame({"name": ["a"], "count": [1]})), colour=["red"])


def test_an_unknown_feature_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="no feature 'f9'"):
        table(pd.DataFrame({"name": ["a"]})).feature("f9")


def test_outer_rings_run_counterclockwise_and_holes_the_other_way() -> None:
    ring = shapely.Polygon(
        shapely.box(0, 0, 100, 100, ccw=False).exterior.coords,
        [shapely.box(40, 40, 60, 60, ccw=True).exterior.coords],
    )
    shape = shapely.from_geojson(Shapes(gpd.GeoSeries([ring], crs=EPSG)).texts[0])

    assert shape.exterior.is_ccw
    assert not shape.interiors[0].is_ccw


def test_missing_and_empty_geometry_is_null() -> None:
    shapes = Shapes(gpd.GeoSeries([None, shapely.Point(), shapely.Point(0, 0)], crs=EPSG))

    *nothing, origin = shapes.written(np.array([0, 1, -1, 2]))
    assert nothing == [b"null"] * 3
    # The origin of zone IX.
    assert json.loads(origin)["coordinates"] == pytest.approx([139.833333, 36.0])


def test_an_empty_table_gives_an_empty_page_and_no_bounds() -> None:
    empty = table(pd.DataFrame({"name": pd.Series([], dtype="object")}))

    assert (empty.features(Query({})).matched, empty.bbox) == (0, None)


def test_coverage_stands_on_the_area_of_its_own_version() -> None:
    old = areas().assign(version="2015")
    old["geometry"] = old.geometry.translate(10_000, 0)
    both = gpd.GeoDataFrame(pd.concat([old, areas()], ignore_index=True), crs=areas().crs)
    found = collections_of(
        both,
        {"coverage": coverage(), "gaps": gaps()},
        {"places": places(), "candidates": candidates(), "reach": reach()},
        question=Aspect("weekly", "65+", Limit(500.0), "standard").filters,
    )
    query = Query({"layer": ["city"], "remainder": ["false"]}, limit=1)
    shape = shapely.geometry.shape(
        json.loads(next(found["coverage"].features(query).items))["geometry"]
    )
    now = areas().to_crs(6668).geometry.iloc[0]

    assert shape.symmetric_difference(now).area < 1e-7


def test_rows_of_one_area_share_its_geometry() -> None:
    frame = pd.DataFrame({"area": np.tile(np.arange(125), 200), "reached": 1.5})
    ids = pd.Series(frame.index.astype(str), dtype="object")
    types = {"area": "integer", "reached": "number"}
    big = TableCollection(
        "areas", types, frame, Shapes(squares(125)), frame["area"].to_numpy(), ids
    )
    page = big.features(Query({"area": ["7"]}, limit=1000))

    assert page.matched == 200
    assert len({json.dumps(json.loads(item)["geometry"]) for item in page.items}) == 1


def test_a_long_page_is_never_whole_in_memory() -> None:
    rows = 5000
    table = pd.concat([coverage()] * (rows // len(coverage()) + 1), ignore_index=True)
    found = collections_of(
        areas(),
        {"coverage": table, "gaps": gaps()},
        {"places": places(), "candidates": candidates(), "reach": reach()},
        question={},
    )["coverage"]
    page = found.features(Query({}, limit=10_000))
    whole = page.whole({"links": []})
    assert len(json.loads(whole)["features"]) == page.returned >= rows
    tracemalloc.start()
    try:
        length = sum(len(part) for part in page.parts({"links": []}))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert length == len(whole)
    assert peak < length / 2
    assert max(map(len, page.parts({}))) < 2 * PART_BYTES
