"""What may leave: which counts are hidden, where private homes are shown."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from services.privacy.counts import find_hidden, hidden_counts, hide_counts
from services.privacy.homes import blur, coarsen_gaps
from services.publication.columns import telling

EPSG = 6677


def coverage(*residents: float, layer: str = "small_area", age_group: str = "65+") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "layer": layer,
            "age_group": age_group,
            "area_id": [f"a{position}" for position in range(len(residents))],
            "residents": residents,
        }
    )


def hidden_areas(table: pd.DataFrame, *, small_number: int = 10) -> set[str]:
    return {area for _, _, area in find_hidden(table, small_number=small_number)}


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    assert hidden_areas(coverage(10, 11, 500)) == set()


def test_nobody_is_not_a_small_number() -> None:
    assert hidden_areas(coverage(0, 0, 40)) == set()


def test_one_small_area_takes_the_next_smallest_with_it() -> None:
    assert hidden_areas(coverage(300, 9, 40, 25)) == {"a1", "a3"}


def test_two_small_areas_that_are_few_together_take_a_third() -> None:
    # 2 + 3 are fewer than 10.
    assert hidden_areas(coverage(2, 3, 40, 90)) == {"a0", "a1", "a2"}


def test_two_small_areas_that_are_enough_together_stand_alone() -> None:
    assert hidden_areas(coverage(6, 7, 40)) == {"a0", "a1"}


def test_a_lonely_small_area_is_hidden_even_without_a_partner() -> None:
    assert hidden_areas(coverage(4)) == {"a0"}


def test_a_limit_of_zero_hides_nothing() -> None:
    assert hidden_areas(coverage(1, 2, 3), small_number=0) == set()


def test_age_groups_and_layers_are_judged_alone() -> None:
    both = pd.concat(
        [
            coverage(5, 30, 40),
            coverage(50, 30, 40, age_group="total"),
            coverage(50, 40, layer="neighbourhood"),
        ]
    )

    assert find_hidden(both, small_number=10) == {
        ("small_area", "65+", "a0"),
        ("small_area", "65+", "a1"),
    }


@given(
    st.lists(st.floats(min_value=0, max_value=200), min_size=2, max_size=12),
    st.integers(min_value=1, max_value=30),
)
def test_what_is_hidden_is_never_one_area_nor_few_people(
    residents: list[float], small_number: int
) -> None:
    table = coverage(*residents)
    hidden = hidden_areas(table, small_number=small_number)
    together = table[table["area_id"].isin(hidden)]["residents"]
    inhabited = table[table["residents"] > 0]
    shown = table[~table["area_id"].isin(hidden)]["residents"]

    assert not ((shown > 0) & (shown < small_number)).any()
    if hidden and len(hidden) < len(inhabited):
        assert len(hidden) >= 2
        assert together.sum() >= small_number


@given(st.permutations(range(6)))
def test_the_order_of_the_rows_changes_nothing(order: list[int]) -> None:
    table = coverage(3, 4, 40, 40, 90, 0)

    assert hidden_areas(table.iloc[order]) == hidden_areas(table)


def test_hidden_counts_are_empty_and_the_argument_stays_as_it_was() -> None:
    table = coverage(9, 25, 300).assign(reached=[3.0, 4.0, 5.0], coverage_pct=[33.3, 16.0, 1.7])
    before = table.copy()
    shown = hide_counts(table, find_hidden(table, small_number=10), telling("coverage"))

    assert list(shown["suppressed"]) == [True, True, False]
    assert shown.loc[:1, ["residents", "reached", "coverage_pct"]].isna().to_numpy().all()
    assert list(shown.loc[2, ["residents", "reached", "coverage_pct"]]) == [300.0, 5.0, 1.7]
    pd.testing.assert_frame_equal(before, table)


def points(*xy: tuple[float, float] | None) -> gpd.GeoDataFrame:
    shapes = [None if each is None else Point(each) for each in xy]
    frame = gpd.GeoDataFrame({"name": range(len(xy))}, geometry=gpd.GeoSeries(shapes, crs=EPSG))
    return frame.assign(address="1-2-3")


def test_a_home_moves_to_the_middle_of_its_cell_and_others_stay() -> None:
    frame = points((123.0, 377.0), (123.0, 377.0), (-1.0, -1.0))
    shown = blur(frame, pd.Series([True, False, True]), blur_m=150.0)

    # 123 is in 0–150, 377 in 300–450, -1 in -150–0.
    assert [(point.x, point.y) for point in shown.geometry] == [
        (75.0, 375.0),
        (123.0, 377.0),
        (-75.0, -75.0),
    ]
    assert list(shown["address"]) == ["", "1-2-3", ""]
    assert list(shown["blurred"]) == [True, False, True]
    assert frame.geometry.iloc[0] == Point(123, 377)


def test_a_home_without_a_position_stays_without_one() -> None:
    shown = blur(points(None), pd.Series([True]), blur_m=150.0)

    assert shown.geometry.iloc[0] is None


def test_without_a_cell_a_home_loses_its_position() -> None:
    shown = blur(points((1.0, 2.0)), pd.Series([True]), blur_m=0.0)

    assert shown.geometry.iloc[0] is None


def test_an_empty_frame_stays_empty() -> None:
    assert len(blur(points(), pd.Series([], dtype=bool), blur_m=150.0)) == 0


@given(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_all_homes_of_a_cell_look_the_same(x_m: float, y_m: float) -> None:
    first = blur(points((x_m, y_m)), pd.Series([True]), blur_m=150.0)
    again = blur(
        points((first.geometry.x[0], first.geometry.y[0])), pd.Series([True]), blur_m=150.0
    )

    assert first.geometry.x[0] == pytest.approx(again.geometry.x[0])
    assert abs(first.geometry.x[0] - x_m) <= 75.001


def test_the_distance_to_a_private_home_is_coarse_and_its_way_is_not_told() -> None:
    gaps = pd.DataFrame(
        {
            "gap": "none",
            "nearest_place_id": ["home", "hall"],
            "nearest_place_walk_m": [437.0, 437.0],
            "nearest_place_straight_m": [311.0, 311.0],
            "nearest_place_walk_min": [7.28, 7.28],
            "nearest_place_climb_m": [12.0, 12.0],
            "nearest_place_steps": [40.0, 40.0],
            "reason": ["nearest_weekly", "nearest_weekly"],
        }
    )
    shown = coarsen_gaps(gaps, frozenset({"home"}))

    assert list(shown["nearest_place_walk_m"]) == [450.0, 437.0]
    assert list(shown["nearest_place_straight_m"]) == [300.0, 311.0]
    assert list(shown["nearest_place_walk_min"]) == [7.0, 7.28]
    # Few houses are above forty steps.
    for column in ("nearest_place_climb_m", "nearest_place_steps"):
        assert list(shown[column].isna()) == [True, False]
    assert list(shown["reason"]) == ["", "nearest_weekly"]


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([40.0, 3.0, 12.0], [False, True, True]),  # 3 alone would follow: 3 + 12 are enough
        ([40.0, 3.0, 4.0], [True, True, True]),  # 3 + 4 are fewer than ten together
        ([40.0, 0.0, 12.0], [False, False, False]),
        ([np.nan, 3.0], [False, True]),
    ],
)
def test_a_small_count_is_hidden_with_the_next_until_they_are_enough(counts, hidden) -> None:
    assert hidden_counts(np.array(counts), 10).tolist() == hidden
