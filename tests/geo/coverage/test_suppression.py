"""Hidden cells of a table: by hand, and against readers who subtract, solve and optimise."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from geo.coverage.suppression import hidden_cells

SMALL = 10


def hidden(counts, rows=(), columns=()):
    counts = np.array(counts, dtype=float)
    hidden_rows, hidden_columns = np.zeros(counts.shape[0], bool), np.zeros(counts.shape[1], bool)
    hidden_rows[list(rows)] = True
    hidden_columns[list(columns)] = True
    return hidden_cells(counts, hidden_rows, hidden_columns, small_number=SMALL)


def equations(counts, shown, hidden_rows, hidden_columns):
    """Return what a reader knows of all cells: those shown, totals that are shown, the grand total."""
    known = list(np.eye(counts.size)[shown.ravel()])
    for row in np.flatnonzero(~hidden_rows):
        mask = np.zeros(counts.shape)
        mask[row] = 1
        known.append(mask.ravel())
    for column in np.flatnonzero(~hidden_columns):
        mask = np.zeros(counts.shape)
        mask[:, column] = 1
        known.append(mask.ravel())
    known.append(np.ones(counts.size))
    matrix = np.array(known)
    return matrix, matrix @ counts.ravel()


def most(what, matrix, values):
    """Return the most that a sum of cells can be, given what is known and that none is negative."""
    found = linprog(-what.ravel(), A_eq=matrix, b_eq=values, bounds=(0, None), method="highs")
    assert found.status in (0, 3)
    return np.inf if found.status == 3 else -found.fun


def is_told(what, matrix):
    """Say whether the known equations alone give a sum of cells: it lies in their row space."""
    rank = np.linalg.matrix_rank(matrix)
    return np.linalg.matrix_rank(np.vstack([matrix, what.ravel()])) == rank


def is_pinned(what, matrix, values):
    """Say whether a reader who also knows that no count is negative is left with one number."""
    return most(what, matrix, values) + most(-what, matrix, values) < 1e-6


def unit(shape, row, column):
    what = np.zeros(shape)
    what[row, column] = 1
    return what


def test_nothing_is_hidden_where_nothing_is_small():
    assert not hidden([[10, 20], [0, 40]]).any()


def test_a_small_cell_takes_the_smallest_circle_with_it():
    # 3 needs another in its row and its column, and their corner: 12 and 11 with 20, not 90s.
    counts = [[3, 12, 90], [11, 20, 90], [90, 90, 90]]
    assert hidden(counts).tolist() == [[True, True, False], [True, True, False], [False] * 3]


def test_two_small_cells_that_make_a_circle_need_no_more():
    # 8 may rise by 2 while 15 and 12 fall; 9 stands in the corner.
    counts = [[8, 15], [12, 9]]
    assert hidden(counts).all()
    counts = [[8, 15, 50], [12, 9, 50], [50, 50, 50]]
    assert hidden(counts).sum() == 4


def test_two_circles_joined_by_one_cell_do_not_keep_that_cell():
    """Two hidden cells in each row and column are not enough: the cell between both circles is told."""
    counts = np.full((4, 4), 40.0)
    pattern = np.zeros((4, 4), dtype=bool)
    pattern[:2, :2] = pattern[2:, 2:] = True
    pattern[0, 2] = True
    no = np.zeros(4, dtype=bool)
    matrix, _ = equations(counts, ~pattern, no, no)
    assert is_told(unit(counts.shape, 0, 2), matrix)
    counts[pattern] = 12.0
    counts[0, 2] = 4.0
    found = hidden(counts)
    matrix, values = equations(counts, ~found, no, no)
    assert most(unit(counts.shape, 0, 2), matrix, values) >= SMALL - 1e-6


def test_an_empty_cell_is_hidden_only_where_there_is_no_other_way():
    # Layers that nest but for one unit: 5 + 80 = 85 would tell the 5, so an empty cell is hidden.
    found = hidden([[5, 100], [0, 50], [80, 0]])
    assert found[0, 0]
    assert found.sum() == 4
    assert found[2, 1]


def test_a_total_that_is_hidden_stays_hidden():
    # The first row's total of 4 is hidden, with the second one (30); shown cells would tell both.
    counts = [[4, 0], [15, 15], [60, 60]]
    found = hidden(counts, rows=(0, 1))
    hidden_rows = np.array([True, True, False])
    matrix, values = equations(np.array(counts, float), ~found, hidden_rows, np.zeros(2, bool))
    total = np.zeros((3, 2))
    total[0] = 1
    assert most(total, matrix, values) >= SMALL - 1e-6


def test_a_limit_of_zero_hides_nothing_and_no_table_is_no_table():
    assert not hidden_cells(
        np.ones((2, 2)), np.zeros(2, bool), np.zeros(2, bool), small_number=0
    ).any()
    nothing = hidden_cells(np.zeros((0, 3)), np.zeros(0, bool), np.zeros(3, bool), small_number=10)
    assert nothing.shape == (0, 3)


@st.composite
def tables(draw):
    """Draw a table with some empty and some small cells, and totals hidden as the layers' own are."""
    rows_n, columns_n = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    cell = st.one_of(st.just(0), st.integers(1, 14), st.integers(10, 120))
    counts = np.array([[draw(cell) for _ in range(columns_n)] for _ in range(rows_n)], dtype=float)
    return counts, _hidden_totals(counts.sum(axis=1)), _hidden_totals(counts.sum(axis=0))


def _hidden_totals(totals):
    """Hide small totals, and the next until there are two of them and ten people together."""
    found = np.zeros(len(totals), dtype=bool)
    small = (totals > 0) & (totals < SMALL)
    if not small.any():
        return found
    for position in sorted(np.flatnonzero(totals > 0), key=lambda one: totals[one]):
        enough = found.sum() >= 2 and totals[found].sum() >= SMALL
        if enough and not small[position]:
            break
        found[position] = True
    return found


@settings(max_examples=150)
@given(tables())
def test_nobody_who_subtracts_or_solves_finds_a_small_cell(drawn):
    counts, rows, columns = drawn
    found = hidden_cells(counts, rows, columns, small_number=SMALL)
    assert found[(counts > 0) & (counts < SMALL)].all()
    # Tables with so few people that even hiding all of it tells a cell are not ours to keep.
    everything = equations(counts, np.zeros(counts.shape, bool), rows, columns)
    shown = equations(counts, ~found, rows, columns)
    for row, column in zip(*np.nonzero((counts > 0) & (counts < SMALL)), strict=True):
        what = unit(counts.shape, row, column)
        if not is_pinned(what, *everything):
            assert not is_told(what, shown[0])
            assert not is_pinned(what, *shown)


@settings(max_examples=60)
@given(tables())
def test_a_small_cell_could_as_well_be_the_least_number_shown(drawn):
    counts, rows, columns = drawn
    # Rows and columns with somebody have at least two cells of twenty that can fall.
    counts = counts + 20.0 * np.add.outer(np.arange(len(counts)) < 2, np.zeros(counts.shape[1]))
    counts[:, :2] += 20.0
    rows, columns = np.zeros(len(counts), bool), np.zeros(counts.shape[1], bool)
    small = (counts > 0) & (counts < SMALL)
    assume(small.any())
    found = hidden_cells(counts, rows, columns, small_number=SMALL)
    matrix, values = equations(counts, ~found, rows, columns)
    for row, column in zip(*np.nonzero(small), strict=True):
        assert most(unit(counts.shape, row, column), matrix, values) >= SMALL - 1e-6
        # So its row and its column have a second one, and together they are enough.
        assert found[row].sum() >= 2
        assert found[:, column].sum() >= 2
        assert counts[row, found[row]].sum() >= SMALL
        assert counts[found[:, column], column].sum() >= SMALL


@settings(max_examples=60)
@given(tables())
def test_hidden_totals_of_few_people_stay_hidden(drawn):
    counts, rows, columns = drawn
    found = hidden_cells(counts, rows, columns, small_number=SMALL)
    everything = equations(counts, np.zeros(counts.shape, bool), rows, columns)
    shown = equations(counts, ~found, rows, columns)
    for row in np.flatnonzero(rows & (counts.sum(axis=1) < SMALL)):
        what = np.zeros(counts.shape)
        what[row] = 1
        if not is_pinned(what, *everything):
            assert not is_told(what, shown[0])
            assert not is_pinned(what, *shown)


@given(tables(), st.randoms(use_true_random=False))
def test_what_is_hidden_protects_in_any_order_of_rows(drawn, random):
    counts, rows, columns = drawn
    order = list(range(len(counts)))
    random.shuffle(order)
    found = hidden_cells(counts[order], rows[order], columns, small_number=SMALL)
    assert found[((counts > 0) & (counts < SMALL))[order]].all()


def test_a_town_of_hundreds_of_units_is_protected_as_well():
    rng = np.random.default_rng(1)
    counts = np.zeros((60, 12))
    for row in range(60):
        at = rng.integers(0, 12)
        counts[row, at] = rng.integers(30, 200)
        for other in rng.choice(12, size=2):
            counts[row, other] += rng.integers(1, 40)
    no = np.zeros(60, bool), np.zeros(12, bool)
    found = hidden_cells(counts, *no, small_number=SMALL)
    matrix, values = equations(counts, ~found, *no)
    small = np.argwhere((counts > 0) & (counts < SMALL))
    assert len(small) > 5
    for row, column in small[:: max(len(small) // 6, 1)]:
        assert most(unit(counts.shape, row, column), matrix, values) >= SMALL - 1e-6
