"""Dasymetric shares: any admissible counts of suppressed cells lie in the interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.demand.dasymetric import (
    CellCounts,
    Membership,
    corrections,
    dasymetric_shares,
    even_shares,
)

SPOT = st.tuples(st.integers(1, 300), st.integers(0, 2), st.integers(-1, 3))
"""Weight, area, cell."""
CELL = st.tuples(st.integers(0, 40), st.integers(0, 40), st.floats(0, 1), st.floats(0, 1))
"""Least, width, where between them the likely count and the truth are."""


def members(spots: list[tuple[int, int, int]]) -> tuple[np.ndarray, Membership]:
    weight, area, cell = np.array(spots).T
    _, area = np.unique(area, return_inverse=True)
    return weight.astype(float), Membership(area, cell)


def exact(count: np.ndarray) -> CellCounts:
    return CellCounts(count, count, count)


@given(st.lists(SPOT, min_size=1, max_size=14), st.lists(CELL, min_size=4, max_size=4))
def test_the_shares_of_any_truth_lie_between_the_least_and_the_most(spots, counts):
    weight, points = members(spots)
    low, width, likely, truth = np.array(counts).T
    # Rounded, so that counts of 0 and those at the very ends occur.
    figures = CellCounts(low, low + np.round(width * likely), low + width)
    found = dasymetric_shares(weight, points, figures)
    true = dasymetric_shares(weight, points, exact(low + np.round(width * truth))).likely
    least = found.likely if found.low is None else found.low
    most = found.likely if found.high is None else found.high
    assert (least <= true + 1e-12).all()
    assert (true <= most + 1e-12).all()
    assert (least <= found.likely).all()
    assert (found.likely <= most).all()
    assert np.bincount(points.area, found.likely) == pytest.approx(np.ones(points.area.max() + 1))


@given(st.lists(SPOT, min_size=1, max_size=14), st.lists(CELL, min_size=4, max_size=4))
def test_a_wider_count_never_narrows_an_interval(spots, counts):
    weight, points = members(spots)
    low, width, likely, more = np.array(counts).T
    middle = low + np.round(width * likely)
    narrow = dasymetric_shares(weight, points, CellCounts(low, middle, low + width + 1))
    wide = dasymetric_shares(
        weight, points, CellCounts(np.floor(low * more), middle, low + 2 * width + 1)
    )
    if narrow.low is not None and narrow.high is not None:
        assert wide.low is not None
        assert wide.high is not None
        assert (wide.low <= narrow.low + 1e-12).all()
        assert (narrow.high <= wide.high + 1e-12).all()


def test_nothing_suppressed_leaves_no_interval():
    weight, points = members([(1, 0, 0), (3, 0, 1)])
    found = dasymetric_shares(weight, points, exact(np.array([6.0, 2.0])))
    # 1 × 6 against 3 × 2.
    assert found.likely.tolist() == [0.5, 0.5]
    assert found.low is None
    assert found.high is None


def test_points_in_no_cell_have_nobody_while_others_have_somebody():
    weight, points = members([(1, 0, 0), (3, 0, -1), (1, 1, -1), (3, 1, -1)])
    found = dasymetric_shares(weight, points, exact(np.array([2.0])))
    # The second area has no point in a cell: its weights alone decide, 1 to 3.
    assert found.likely.tolist() == [1.0, 0.0, 0.25, 0.75]


def test_corrections_are_counts_by_what_the_areas_put_there():
    # Cell 0 has 6 where the areas put 1 + 2, cell 1 has 4 where they put nobody; the 9 are in no cell.
    found = corrections(
        exact(np.array([6.0, 4.0])), np.array([1.0, 2.0, 9.0]), np.array([0, 0, -1])
    )
    assert found.likely.tolist() == found.low.tolist() == [2.0, 0.0]


def test_even_shares_are_in_proportion_to_weight():
    assert even_shares(np.array([1.0, 3.0, 5.0]), np.array([0, 0, 1])).tolist() == [0.25, 0.75, 1.0]
