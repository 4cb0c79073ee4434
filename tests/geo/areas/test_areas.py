import geopandas as gpd
import numpy as np
from shapely import box

from geo.areas.location import area_ids, largest_overlap, locate

PLANE = 6677


def squares() -> gpd.GeoDataFrame:
    """Two squares of 10 m side by side; the shared border is x = 10."""
    return gpd.GeoDataFrame(
        {"area_id": ["west", "east"]}, geometry=[box(0, 0, 10, 10), box(10, 0, 20, 10)], crs=PLANE
    )


def test_a_point_lies_in_its_square_and_outside_in_none() -> None:
    assert locate(np.array([[5.0, 5.0], [15.0, 5.0], [25.0, 5.0]]), squares()).tolist() == [
        0,
        1,
        -1,
    ]


def test_on_a_shared_border_the_first_name_counts_whatever_the_order_of_rows() -> None:
    border = np.array([[10.0, 5.0]])
    assert area_ids(border, squares()).tolist() == ["east"]
    assert area_ids(border, squares().iloc[::-1].reset_index(drop=True)).tolist() == ["east"]


def test_no_points_and_no_areas_give_no_answer() -> None:
    assert locate(np.empty((0, 2)), squares()).size == 0
    assert locate(np.array([[5.0, 5.0]]), squares().iloc[:0]).tolist() == [-1]


def test_the_owner_is_the_one_with_the_larger_part() -> None:
    units = gpd.GeoDataFrame(
        {"area_id": ["u", "v"]}, geometry=[box(7, 0, 11, 4), box(100, 0, 101, 1)], crs=PLANE
    )
    assert largest_overlap(units, squares()).tolist() == ["west", ""]


def test_touching_is_not_overlapping() -> None:
    units = gpd.GeoDataFrame({"area_id": ["u"]}, geometry=[box(20, 0, 30, 10)], crs=PLANE)
    assert largest_overlap(units, squares()).tolist() == [""]
