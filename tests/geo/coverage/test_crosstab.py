"""Cross-tables: by hand, and their margins against coverage."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coverage.crosstab import Crossing, cell_figures, cell_rows, with_shares
from geo.coverage.reached import Layering


def layering(home_area, n):
    areas = pd.DataFrame({"area_id": [f"a{number}" for number in range(n)]})
    return Layering(areas, np.array(home_area, dtype=np.int64), np.zeros(0, dtype=np.int64))


def crosstab(residents, layering_a, layering_b, reached):
    cells = Crossing.of(layering_a, layering_b)
    rows = cell_rows(residents.columns, cells, reached)
    return with_shares(rows.join(cell_figures(residents, cells, reached)))


def test_two_units_split_by_a_border_by_hand():
    # Homes: two in unit 0, on both sides of the border; one in unit 1; one in no unit, side 1.
    residents = pd.DataFrame({"65+": [30.0, 10.0, 20.0, 5.0], "75+": [0.0, 4.0, 0.0, 0.0]})
    table = crosstab(
        residents,
        layering([0, 0, 1, -1], 2),
        layering([0, 1, 1, 1], 2),
        {"weekly": np.array([True, False, True, True])},
    )
    older = table[table["age_group"] == "65+"].set_index(["area_a", "area_b"])
    assert list(older.index) == [(0, 0), (0, 1), (1, 1), (-1, 1)]
    assert older["residents"].tolist() == [30.0, 10.0, 20.0, 5.0]
    assert older["reached"].tolist() == [30.0, 0.0, 20.0, 5.0]
    assert older["coverage_pct"].tolist() == [100.0, 0.0, 100.0, 100.0]
    assert older["share_a_pct"].tolist() == [75.0, 25.0, 100.0, 100.0]
    assert older["share_b_pct"].tolist() == pytest.approx([100.0, 1000 / 35, 2000 / 35, 500 / 35])
    # Only one home has somebody 75+: other cells are there, with nobody and without a share.
    oldest = table[table["age_group"] == "75+"].set_index(["area_a", "area_b"])
    assert oldest["residents"].tolist() == [0.0, 4.0, 0.0, 0.0]
    assert oldest["coverage_pct"].isna().tolist() == [True, False, True, True]
    assert np.isnan(oldest.loc[(-1, 1), "share_a_pct"])


def test_a_town_without_homes_has_an_empty_table():
    none = pd.DataFrame({"65+": np.zeros(0)})
    table = crosstab(none, layering([], 2), layering([], 1), {"weekly": np.zeros(0, dtype=bool)})
    assert len(table) == 0
    assert "coverage_pct" in table


def test_the_cell_of_both_remainders_is_there_when_it_is_asked_for():
    sides = layering([0, 1], 2), layering([0, -1], 1)
    assert Crossing.of(*sides).area_a.tolist() == [0, 1]
    cells = Crossing.of(*sides, with_corner=True)
    assert list(zip(cells.area_a, cells.area_b, strict=True)) == [(0, 0), (1, -1), (-1, -1)]
    assert cells.of_home.tolist() == [0, 1]


@given(
    st.lists(
        st.tuples(st.integers(-1, 3), st.integers(-1, 2), st.integers(0, 500), st.booleans()),
        min_size=1,
        max_size=40,
    )
)
def test_the_margins_are_the_rows_of_each_layer_with_its_remainder(homes):
    area_a, area_b, weight, reached = (np.array(column) for column in zip(*homes, strict=True))
    residents = pd.DataFrame({"65+": weight.astype(float)})
    table = crosstab(residents, layering(area_a, 4), layering(area_b, 3), {"weekly": reached})
    for name, area in (("area_a", area_a), ("area_b", area_b)):
        margin = table.groupby(name)[["residents", "reached"]].sum()
        for position in np.unique(area):
            inside = area == position
            assert margin.loc[position, "residents"] == weight[inside].sum()
            assert margin.loc[position, "reached"] == weight[inside & reached].sum()
    assert not table.duplicated(["area_a", "area_b", "age_group"]).any()
