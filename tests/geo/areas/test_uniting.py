"""Neighbourhoods as unions of small areas."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from geo.areas.uniting import unite

EPSG = 6677
AREAS = gpd.GeoDataFrame(
    {"area_id": ["1", "2", "3"]},
    geometry=[box(0, 0, 100, 100), box(100, 0, 200, 100), box(200, 0, 300, 100)],
    crs=EPSG,
)


def claims(*rows):
    table = [(area, owner, frozenset(lots)) for area, owner, lots in rows]
    return pd.DataFrame(table, columns=["area_id", "owner", "lots"])


def lots(*rows):
    return gpd.GeoDataFrame(
        {"lot": [lot for lot, _ in rows]}, geometry=[Point(xy) for _, xy in rows], crs=EPSG
    )


def halls(**points):
    return gpd.GeoDataFrame(
        {"owner": list(points)}, geometry=[Point(xy) for xy in points.values()], crs=EPSG
    )


def area_of(united):
    return dict(zip(united.areas["owner"], united.areas.area.round(6), strict=True))


def test_small_areas_of_one_owner_become_one_area_and_the_rest_is_listed():
    united = unite(AREAS, claims(("1", "東", []), ("2", "東", []), ("9", "西", [])))
    assert area_of(united) == {"東": 20_000}
    assert united.left == ["3"]
    assert united.empty == ["西"]


def test_a_shared_area_is_divided_by_the_nearest_lot():
    table = claims(("1", "東", range(1, 6)), ("1", "西", range(6, 9)))
    points = lots((1, (10, 50)), (7, (50, 50)), (99, (90, 50)), (3, (150, 50)))
    united = unite(AREAS, table, points=points, halls=halls(東=(0, 0), 西=(100, 0)))
    # Lot 99 is nobody's; between lots 1 (x = 10) and 7 (x = 50) the border is at x = 30.
    assert area_of(united) == {"東": 3000, "西": 7000}
    assert united.divided_by_lots == ["1"]
    assert united.shared == united.divided_by_halls == []


def test_without_a_point_for_each_owners_lots_the_halls_decide():
    table = claims(("1", "東", [1]), ("1", "西", [2]))
    points = lots((1, (10, 50)))
    united = unite(AREAS, table, points=points, halls=halls(東=(20, 50), 西=(100, 50)))
    assert area_of(united) == {"東": 6000, "西": 4000}
    assert united.divided_by_halls == ["1"]


def test_an_area_that_cannot_be_divided_is_shared_and_listed():
    table = claims(("1", "東", []), ("1", "西", []), ("2", "西", []))
    united = unite(AREAS, table, halls=halls(東=(20, 50)))
    assert area_of(united) == {"東": 10_000, "西": 20_000}
    assert united.shared == ["1"]


def test_the_order_of_the_rows_changes_nothing():
    table = claims(("1", "東", [1]), ("1", "西", [2]), ("3", "南", []), ("2", "東", []))
    points = lots((1, (10, 50)), (2, (50, 50)))
    one = unite(AREAS, table, points=points)
    other = unite(AREAS.iloc[::-1], table.iloc[::-1], points=points.iloc[::-1])
    assert area_of(one) == area_of(other)


def test_the_divided_parts_are_the_whole():
    table = claims(*[("2", name, [n]) for n, name in enumerate("abcde")])
    points = lots(*[(n, (110 + 17 * n, 20 + 13 * n)) for n in range(5)])
    united = unite(AREAS, table, points=points)
    assert united.areas.area.sum() == pytest.approx(10_000)
    assert united.areas.union_all().equals(AREAS.geometry.iloc[1])
