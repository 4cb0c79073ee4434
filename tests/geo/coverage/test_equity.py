"""Inequality between units: examples by hand, a double loop as oracle, properties."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geo.coverage.equity import gini, inequality, worst_tenth

UNITS = st.lists(
    st.tuples(st.floats(0, 100, allow_subnormal=False), st.floats(0.125, 1000)),
    min_size=1,
    max_size=12,
)


def columns(units):
    values, weights = zip(*units, strict=True)
    return np.array(values), np.array(weights)


def pairwise(values, weights):
    """Σ Σ w w |x - x| / (2 W² μ), pair by pair."""
    total = weights.sum()
    mean = (weights * values).sum() / total
    apart = sum(
        wi * wj * abs(xi - xj)
        for xi, wi in zip(values, weights, strict=True)
        for xj, wj in zip(values, weights, strict=True)
    )
    return apart / (2 * total**2 * mean) if mean > 0 else 0.0


def test_two_units_of_which_one_has_all():
    # Half of the residents have all: area under the Lorenz curve 1/4, so 1 - 2/4 = 0.5.
    assert gini(np.array([0.0, 100.0]), np.array([50.0, 50.0])) == pytest.approx(0.5)
    # 90 of 100 have nothing: 0.9.
    assert gini(np.array([100.0, 0.0]), np.array([10.0, 90.0])) == pytest.approx(0.9)


def test_three_units_by_hand():
    # Values 0, 50, 100, ten residents each: mean difference of the nine pairs
    # (0 50 100 50 0 50 100 50 0) / 9 = 400/9; divided by twice the mean of 50: 4/9.
    assert gini(np.array([50.0, 0.0, 100.0]), np.full(3, 10.0)) == pytest.approx(4 / 9)


def test_the_worst_tenth_ends_inside_a_unit():
    # 100 residents: the worst ten are the six at 0 % and four of those at 30 %: 4 * 30 / 10 = 12.
    values, weights = np.array([80.0, 30.0, 0.0]), np.array([44.0, 50.0, 6.0])
    assert worst_tenth(values, weights) == pytest.approx(12.0)
    # The worst half: 6 at 0 and 44 at 30 of 50: 26.4; everybody: (1500 + 3520) / 100.
    assert worst_tenth(values, weights, 0.5) == pytest.approx(26.4)
    assert worst_tenth(values, weights, 1.0) == pytest.approx(50.2)


def test_one_large_unit_is_its_own_worst_tenth():
    assert worst_tenth(np.array([40.0, 90.0]), np.array([500.0, 500.0])) == pytest.approx(40.0)


def test_nobody_has_no_inequality_and_units_of_nobody_take_no_part():
    assert np.isnan(gini(np.array([]), np.array([])))
    table = inequality(
        np.array([np.nan, 30.0, 60.0]), np.array([0.0, 5.0, 5.0]), np.array([0, 1, 1])
    )
    assert table["units_n"].tolist() == [0, 2]
    assert table["residents"].tolist() == [0.0, 10.0]
    assert table.loc[0, ["gini", "worst_tenth", "least", "most", "least_to_most"]].isna().all()
    # |60 - 30| in half of the pairs: 15 / (2 * 45).
    assert table.loc[1, "gini"] == pytest.approx(15 / 90)
    assert table.loc[1, "least_to_most"] == 0.5


def test_nothing_for_everybody_is_equal():
    table = inequality(np.zeros(3), np.ones(3), np.zeros(3, dtype=int))
    row = table.iloc[0]
    assert (row["gini"], row["worst_tenth"], row["least_to_most"]) == (0.0, 0.0, 1.0)


@given(UNITS)
def test_gini_is_the_mean_difference_of_all_pairs(units):
    values, weights = columns(units)
    assert gini(values, weights) == pytest.approx(pairwise(values, weights), abs=1e-9)


@given(UNITS, st.floats(0.01, 100))
def test_gini_is_between_0_and_1_and_knows_no_unit_of_measure(units, factor):
    values, weights = columns(units)
    found = gini(values, weights)
    assert 0.0 <= found <= 1.0
    assert gini(values * factor, weights) == pytest.approx(found, abs=1e-9)
    assert gini(values, weights * factor) == pytest.approx(found, abs=1e-9)


@given(st.floats(0, 100), st.lists(st.floats(0.1, 100), min_size=1, max_size=8))
def test_equal_values_are_no_inequality(value, weights):
    values = np.full(len(weights), value)
    assert gini(values, np.array(weights)) == 0.0
    assert worst_tenth(values, np.array(weights)) == value


@given(UNITS, st.randoms(use_true_random=False))
def test_the_order_of_units_changes_nothing(units, random):
    shuffled = list(units)
    random.shuffle(shuffled)
    one, other = columns(units), columns(shuffled)
    assert gini(*other) == pytest.approx(gini(*one), abs=1e-9)
    assert worst_tenth(*other) == pytest.approx(worst_tenth(*one), abs=1e-9)


@given(UNITS, st.floats(0.05, 0.95))
def test_a_unit_cut_in_two_of_the_same_value_changes_nothing(units, share):
    values, weights = columns(units)
    cut_values = np.append(values, values[0])
    cut_weights = np.append(weights, weights[0] * (1 - share))
    cut_weights[0] *= share
    assert gini(cut_values, cut_weights) == pytest.approx(gini(values, weights), abs=1e-9)
    assert worst_tenth(cut_values, cut_weights) == pytest.approx(
        worst_tenth(values, weights), abs=1e-9
    )


@given(UNITS)
def test_the_worst_tenth_lies_between_the_least_and_the_mean(units):
    values, weights = columns(units)
    mean = (values * weights).sum() / weights.sum()
    found = worst_tenth(values, weights)
    assert values.min() - 1e-9 <= found <= mean + 1e-9


@given(UNITS)
def test_giving_from_a_better_to_a_worse_unit_never_raises_the_gini(units):
    values, _ = columns(units)
    assume(len(values) > 1)
    weights = np.ones(len(values))
    evened = values.copy()
    low, high = evened.argmin(), evened.argmax()
    given_away = (evened[high] - evened[low]) / 4
    evened[high] -= given_away
    evened[low] += given_away
    assert gini(evened, weights) <= gini(values, weights) + 1e-9
