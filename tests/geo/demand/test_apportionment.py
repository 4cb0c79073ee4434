"""Whole numbers in proportion to weights."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.demand.apportionment import apportion


def test_the_largest_remainders_get_what_is_left() -> None:
    # 10 seats over 6, 6, 2 of 14: quotas 4.286, 4.286, 1.429; 4 + 4 + 1, the tenth to c.
    assert apportion(10, {"a": 6, "b": 6, "c": 2}) == {"a": 4, "b": 4, "c": 2}
    # Alabama's paradox: with 11, quotas 4.714, 4.714, 1.571; c loses one.
    assert apportion(11, {"a": 6, "b": 6, "c": 2}) == {"a": 5, "b": 5, "c": 1}


def test_equal_remainders_go_to_the_larger_weight_then_to_the_first_name() -> None:
    # Quotas 1.5 and 0.5.
    assert apportion(2, {"a": 1, "b": 3}) == {"a": 0, "b": 2}
    assert apportion(1, {"b": 5, "a": 5}) == {"b": 0, "a": 1}
    assert apportion(3, {"a": 0, "b": 0}) == {"a": 2, "b": 1}
    assert apportion(3, {}) == {}


weights = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3),
    st.floats(0, 1e6, allow_nan=False, allow_infinity=False),
    min_size=1,
    max_size=12,
)


@given(st.integers(0, 500), weights, st.randoms(use_true_random=False))
def test_the_parts_add_up_stay_near_their_quota_and_know_no_order(
    seats: int, given_weights: dict[str, float], shuffle: random.Random
) -> None:
    found = apportion(seats, given_weights)
    assert sum(found.values()) == seats
    names = list(given_weights)
    shuffle.shuffle(names)
    assert apportion(seats, {name: given_weights[name] for name in names}) == found
    total = sum(given_weights.values())
    if total > 0:
        for name, weight in given_weights.items():
            assert found[name] == pytest.approx(seats * weight / total, abs=1 + 1e-6)
