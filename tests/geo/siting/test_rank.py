"""Ranking, by hand and against brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.siting.greedy import Greedy, Ranking, gains_by_unit
from geo.walking.reach import Walks


def catchments(rows: list[list[int]], homes_n: int) -> Walks:
    pairs = [(origin, home) for origin, homes in enumerate(rows) for home in homes]
    origin = np.array([pair[0] for pair in pairs], dtype=np.int64)
    home = np.array([pair[1] for pair in pairs], dtype=np.int64)
    return Walks(origin, home, np.full(len(pairs), 100.0), len(rows), homes_n, 500.0)


WEIGHT = np.array([5.0, 4.0, 3.0, 2.0])
NOBODY = np.zeros(4, dtype=bool)


def ranked(rows: list[list[int]], reached: np.ndarray = NOBODY) -> Ranking:
    return Greedy(catchments(rows, 4), WEIGHT, reached, limit=500.0).rank()


def test_each_rank_counts_only_residents_that_those_before_it_left() -> None:
    found = ranked([[0, 1], [1, 2, 3], [0]])
    # 9 against 9 against 5: the first of equals; then 3 + 2 are left; then nobody: it is last.
    assert found.table["candidate"].tolist() == [0, 1, 2]
    assert found.table["newly_reached"].tolist() == [9.0, 5.0, 0.0]
    assert found.table["newly_reached_alone"].tolist() == [9.0, 9.0, 5.0]
    assert found.taken.tolist() == [0, 0, 1, 1]


def test_those_that_are_left_nobody_are_last_by_what_they_reach_alone() -> None:
    # The first has all; of the others 3 + 2 before 5 of equals by position, then 4.
    found = ranked([[0, 1, 2, 3], [1], [2, 3], [0]])
    assert found.table["candidate"].tolist() == [0, 2, 3, 1]
    assert found.table["newly_reached"].tolist() == [14.0, 0.0, 0.0, 0.0]


def test_overlap_is_the_share_of_the_range_that_is_reached_today() -> None:
    found = ranked([[0, 1]], np.array([True, False, False, False]))
    assert found.table["overlap_pct"].tolist() == pytest.approx([100 * 5 / 9])
    assert found.taken.tolist() == [-1, 0, -1, -1]


def test_a_candidate_that_reaches_nobody_new_by_itself_is_left_out() -> None:
    assert ranked([[0, 1]], np.ones(4, dtype=bool)).table.empty


def test_no_candidates_give_an_empty_list() -> None:
    found = ranked([])
    assert found.table.empty
    assert gains_by_unit(found.taken, WEIGHT, np.zeros(4, int)).empty


def test_each_group_chooses_for_itself() -> None:
    choice = Greedy(catchments([[0, 1], [1, 2, 3], [0], [3]], 4), WEIGHT, NOBODY, limit=500.0)
    # Group 5 has 9 of the second, then nothing new; group 7 has 5 of the third; the first is nobody's.
    group = np.array([-1, 5, 7, 5])
    assert choice.best_of(group, most=2).tolist() == [1, 2]
    assert choice.best_of(np.full(4, -1), most=2).tolist() == []


def test_gains_by_unit_add_up_to_the_candidate() -> None:
    found = ranked([[0, 1], [1, 2, 3]])
    gains = gains_by_unit(found.taken, WEIGHT, np.array([7, 8, 8, 8]))
    assert gains.to_dict("records") == [
        {"row": 0, "unit": 7, "newly_reached": 5.0},
        {"row": 0, "unit": 8, "newly_reached": 4.0},
        {"row": 1, "unit": 8, "newly_reached": 5.0},
    ]


@given(st.lists(st.sets(st.integers(0, 7)), min_size=1, max_size=6))
def test_every_rank_is_the_best_single_choice_at_its_turn(rows: list[set[int]]) -> None:
    weight = np.arange(1.0, 9.0)
    walks = catchments([sorted(row) for row in rows], 8)
    found = Greedy(walks, weight, np.zeros(8, dtype=bool), limit=500.0).rank()
    left = {home: weight[home] for home in range(8)}
    table = found.table
    for row, (candidate, gain) in enumerate(
        zip(table["candidate"], table["newly_reached"], strict=True)
    ):
        gains = [sum(left.get(home, 0.0) for home in one) for one in rows]
        assert gain == max(gains)
        assert gains[candidate] == gain
        assert gain == weight[found.taken == row].sum()
        for home in rows[candidate]:
            left.pop(home, None)
    assert set(table["candidate"]) == {number for number, row in enumerate(rows) if row}
