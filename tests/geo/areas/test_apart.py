"""Units that borders of another layer cut, by hand and by properties."""

from random import Random

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geo.areas.apart import divided_units


def divided(homes: list[tuple[int, int, float]], **least: float) -> list[tuple[int, int, float]]:
    unit, other, weight = (np.array(column) for column in zip(*homes, strict=True))
    found = divided_units(unit, other, weight.astype(float), **least)
    return [(int(u), int(o), float(pct)) for u, o, pct in found.itertuples(index=False)]


def test_a_unit_in_two_areas_is_divided_by_its_residents() -> None:
    homes = [(0, 5, 40.0), (0, 3, 60.0), (0, 5, 20.0), (1, 3, 70.0)]
    # 60 and 60 of 120: equal parts in the order of the areas. Unit 1 is whole.
    assert divided(homes) == [(0, 3, 50.0), (0, 5, 50.0)]


def test_a_part_of_one_per_cent_counts_and_a_smaller_one_is_a_slip_of_the_pen() -> None:
    assert divided([(0, 0, 99.0), (0, 1, 1.0)]) == [(0, 0, 99.0), (0, 1, 1.0)]
    assert divided([(0, 0, 99.1), (0, 1, 0.9)]) == []


def test_what_is_left_out_cannot_be_told_from_the_other_shares() -> None:
    # Three of a hundred live in area 2: 60 and 37 are shown as shares of 97.
    homes = [(0, 0, 60.0), (0, 1, 37.0), (0, 2, 3.0)]
    found = divided(homes, least_residents=10.0)
    assert [area for _, area, _ in found] == [0, 1]
    np.testing.assert_allclose([pct for *_, pct in found], [6000 / 97, 3700 / 97])


def test_homes_outside_and_homes_of_nobody_divide_nothing() -> None:
    assert divided([(0, 0, 50.0), (0, -1, 50.0), (-1, 1, 9.0), (0, 1, 0.0)]) == []


@given(
    st.lists(
        st.tuples(st.integers(-1, 3), st.integers(-1, 3), st.sampled_from([0.0, 0.3, 4.0, 25.0])),
        min_size=1,
        max_size=30,
    ),
    st.randoms(use_true_random=False),
)
def test_shares_add_up_and_no_order_changes_them(
    homes: list[tuple[int, int, float]], random: Random
) -> None:
    found = pd.DataFrame(divided(homes), columns=["unit", "other", "pct"])
    parts = found.groupby("unit")["pct"]
    assert (parts.size() >= 2).all()
    assert all(abs(float(whole) - 100.0) < 1e-9 for whole in parts.sum())
    random.shuffle(homes)
    again = pd.DataFrame(divided(homes), columns=["unit", "other", "pct"])
    pd.testing.assert_frame_equal(found, again)
