"""
Suppression: which cells of a table must be hidden so that no subtraction reveals a small one.

A table of counts with its row and column totals is a circulation: cells flow from rows to columns,
totals back. What a reader cannot know is by how much hidden counts could be moved around a circle
without changing any total that is shown. So each small cell gets a circle of hidden cells on which
it could be raised to the least number that is shown, the others staying at 0 or more (Cox 1980,
JASA 75, 377–385; as shortest paths, cell by cell: Kelly, Golden & Assad 1992, Networks 22, 397–417).
"""

import math

import numpy as np
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray, compiled

BoolArray = NDArray[np.bool_]

_FREE = 1e-9
"""Cost of a cell that is hidden already: of equal circles the shorter one."""
_EMPTY = 1e6
"""Cost of hiding a cell that is empty: a reader who knows that it is loses nothing."""
_HALVINGS = 20


def hidden_cells(
    counts: FloatArray, hidden_rows: BoolArray, hidden_columns: BoolArray, *, small_number: float
) -> BoolArray:
    """
    Return which cells of a table are hidden.

    Parameters
    ----------
    counts
        (r, c) counts, not negative.
    hidden_rows, hidden_columns
        (r,) and (c,): true for totals that are not shown; all others, and the grand total, are.
    small_number
        A count above 0 and below this is hidden, and so are as many more as it takes.

    Returns
    -------
    (r, c) booleans. With what is shown, any small cell and any small hidden total could as well be
    ``small_number``. Where the table is too small for that, it could at least be another number;
    where the totals that are shown tell a cell, nothing in the table can keep it.
    """
    rows_n, columns_n = counts.shape
    table = np.zeros((rows_n + 1, columns_n + 1))
    table[:-1, :-1] = counts
    table[:-1, -1] = counts.sum(axis=1)
    table[-1, :-1] = counts.sum(axis=0)
    table[-1, -1] = counts.sum()
    hidden = np.zeros(table.shape, dtype=np.bool_)
    hidden[:-1, -1] = hidden_rows
    hidden[-1, :-1] = hidden_columns
    small = (table > 0) & (table < small_number)
    hidden[:-1, :-1] = small[:-1, :-1]
    rows, columns = np.nonzero(small & hidden)
    order = np.lexsort((columns, rows, table[rows, columns]))
    for row, column in zip(rows[order], columns[order], strict=True):
        _protect(table, hidden, int(row), int(column), small_number - table[row, column])
    return hidden[:-1, :-1]


def _protect(table: FloatArray, hidden: BoolArray, row: int, column: int, rise: float) -> None:
    """Hide the cheapest circle on which a cell could rise by as much, or by half, a quarter …"""
    for halving in range(_HALVINGS):
        path = _circle(table, hidden, (row, column), rise / 2**halving)
        if path.size:
            hidden[path[:, 0], path[:, 1]] = True
            return


@compiled
def _circle(table: FloatArray, hidden: BoolArray, cell: tuple[int, int], rise: float) -> IntArray:
    """
    Return the cells (k, 2) of the cheapest circle through a cell on which it can rise, or none.

    Along a circle cells rise and fall in turn; totals stand on the other side of the sum, so they
    rise where a cell falls. Whatever falls must have as much as ``rise``. Dijkstra's algorithm over
    rows 0 … r and columns r + 1 … r + 1 + c, from where the cell's own step ends to where it starts.
    """
    rows_n, columns_n = table.shape
    is_total = (cell[0] == rows_n - 1) != (cell[1] == columns_n - 1)
    start, goal = cell[0], rows_n + cell[1]
    if is_total:
        start, goal = goal, start
    cost = np.full(rows_n + columns_n, np.inf)
    came = np.full(rows_n + columns_n, -1)
    done = np.zeros(rows_n + columns_n, dtype=np.bool_)
    cost[start] = 0.0
    node = start
    while node not in (goal, -1):
        done[node] = True
        for step in range(columns_n if node < rows_n else rows_n):
            other = rows_n + step if node < rows_n else step
            row, column = min(node, other), max(node, other) - rows_n
            if row == cell[0] and column == cell[1]:
                continue
            price = _price(table, hidden, (row, column), rise, node)
            if cost[node] + price < cost[other]:
                cost[other] = cost[node] + price
                came[other] = node
        node = _cheapest(cost, done)
    return _walked(came, start, goal, rows_n)


@compiled
def _cheapest(cost: FloatArray, done: BoolArray) -> int:
    """Return the cheapest node that is not done, -1 where none can be reached."""
    found = -1
    for node in range(cost.size):
        if done[node] or cost[node] == np.inf:
            continue
        if found < 0 or cost[node] < cost[found]:
            found = node
    return found


@compiled
def _walked(came: IntArray, start: int, goal: int, rows_n: int) -> IntArray:
    """Return the cells (k, 2) on the way from start to goal, none where there is no way."""
    cells = np.empty((came.size, 2), dtype=np.int64)
    number, node = 0, goal
    while node != start:
        before = came[node]
        if before < 0:
            return cells[:0]
        cells[number, 0] = min(before, node)
        cells[number, 1] = max(before, node) - rows_n
        number, node = number + 1, before
    return cells[:number]


@compiled
def _price(
    table: FloatArray, hidden: BoolArray, cell: tuple[int, int], rise: float, node: int
) -> float:
    """Return what it costs to step along a cell: from its row it falls, to its row it rises."""
    row, column = cell
    last_row, last_column = row == table.shape[0] - 1, column == table.shape[1] - 1
    falls = (node < table.shape[0]) != (last_row != last_column)
    if falls and table[row, column] < rise:
        return math.inf
    if hidden[row, column]:
        return _FREE
    if last_row or last_column:
        return math.inf
    if table[row, column] == 0:
        return _EMPTY
    return float(1.0 + table[row, column] / table[-1, -1])
