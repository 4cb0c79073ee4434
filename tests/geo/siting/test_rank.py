"""Ranking, by hand and against brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.siting import gains_by_unit, rank_greedily
from geo.walking.reach import Walks


def catchments(rows: list[list[int]], homes_n: int) -> Walks:
    pairs = [(origin, home) for origin, homes in enumerate(rows) for home in homes]
    origin = np.array([pair[0] for pair in pairs], dtype=np.int64)
    home = np.array([pair[1] for pair in pairs], dtype=np.int64)
    return Walks(origin, home, np.full(len(pairs), 100.0), len(rows), homes_n, 500.0)


WEIGHT = np.array([5.0, 4.0, 3.0, 2.0])
NOBODY = np.zeros(4, dtype=bool)


def test_each_rank_counts_only_residents_that_those_before_it_left() -> None:
    found = rank_greedily(
        catchments([[0, 1], [1, 2, 3], [0]], 4), WEIGHT, NOBODY, limit=500.0, most=9
    )
    # 9 against 9 against 5: the first of equals; then 3 + 2 are left; then nobody.
    assert found["candidate"].tolist() == [0, 1]
    assert found["newly_reached"].tolist() == [9.0, 5.0]
    assert found["newly_reached_alone"].tolist() == [9.0, 9.0]
    assert found["reached_after"].tolist() == [9.0, 14.0]


def test_overlap_is_the_share_of_the_range_that_is_reached_today() -> None:
    reached = np.array([True, False, False, False])
    found = rank_greedily(catchments([[0, 1]], 4), WEIGHT, reached, limit=500.0, most=9)
    assert found["overlap_pct"].tolist() == pytest.approx([100 * 5 / 9])
    assert found["reached_after"].tolist() == [9.0]


def test_a_candidate_that_reaches_nobody_new_is_left_out() -> None:
    reached = np.array([True, True, True, True])
    assert rank_greedily(catchments([[0, 1]], 4), WEIGHT, reached, limit=500.0, most=9).empty


def test_no_candidates_give_an_empty_list() -> None:
    found = rank_greedily(catchments([], 4), WEIGHT, NOBODY, limit=500.0, most=9)
    assert found.empty
    none = gains_by_unit(
        catchments([], 4), np.array([]), WEIGHT, NOBODY, np.zeros(4, int), limit=500.0
    )
    assert none.empty


def test_gains_by_unit_add_up_to_the_candidate() -> None:
    walks = catchments([[0, 1], [1, 2, 3]], 4)
    unit = np.array([7, 8, 8, 8])
    gains = gains_by_unit(walks, np.array([0, 1]), WEIGHT, NOBODY, unit, limit=500.0)
    assert gains.to_dict("records") == [
        {"candidate": 0, "unit": 7, "newly_reached": 5.0},
        {"candidate": 0, "unit": 8, "newly_reached": 4.0},
        {"candidate": 1, "unit": 8, "newly_reached": 5.0},
    ]


@given(st.lists(st.sets(st.integers(0, 7)), min_size=1, max_size=6), st.integers(1, 6))
def test_every_rank_is_the_best_single_choice_at_its_turn(rows: list[set[int]], most: int) -> None:
    weight = np.arange(1.0, 9.0)
    found = rank_greedily(
        catchments([sorted(row) for row in rows], 8),
        weight,
        np.zeros(8, dtype=bool),
        limit=500.0,
        most=most,
    )
    left = {home: weight[home] for home in range(8)}
    for candidate, gain in zip(found["candidate"], found["newly_reached"], strict=True):
        gains = [sum(left.get(home, 0.0) for home in row) for row in rows]
        assert gain == max(gains)
        assert gains[candidate] == gain
        for home in rows[candidate]:
            left.pop(home, None)
