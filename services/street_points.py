"""Points on the streets where many are unreached: candidates whose venue is still to be found."""

from functools import cached_property

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.network import FloatArray, IntArray, Network

CELL_M = 200.0
"""One point a square, and no two points nearer than this."""
AROUND_M = 500.0
"""Residents this near in a straight line say how much a point is worth looking at."""


class Junctions:
    """Where three streets or more meet, else all ends of streets."""

    def __init__(self, network: Network) -> None:
        ends = np.concatenate([network.edge_u, network.edge_v])
        degree = np.bincount(ends, minlength=len(network.node_xy))
        meets = degree >= 3  # noqa: PLR2004  a junction
        self.xy = network.node_xy[meets if meets.any() else degree > 0]

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(self.xy)

    def amid(self, homes: FloatArray, people: FloatArray, *, most: int) -> np.ndarray:
        """
        Return junctions amid unreached residents as points, those with most around first.

        ``homes`` (h, 2) are positions on the streets with the ``people`` there. Junctions alone are
        looked at, so no point tells where a home is.
        """
        if most == 0 or not len(homes) or not len(self.xy):
            return np.empty(0, dtype=object)
        worth = self._people_around(*_cells(homes, people))
        # Millimetres: sums of fractions may come in any order, and equals are told apart by position.
        order = np.lexsort((self.xy[:, 1], self.xy[:, 0], -np.round(worth, 3)))
        chosen = self._apart(order[worth[order] > 0], most)
        return np.asarray(shapely.points(self.xy[chosen]))

    def _people_around(self, square: IntArray, people: FloatArray) -> FloatArray:
        """Return the people of all squares whose middle is near each junction."""
        low = square.min(axis=0)
        table = np.zeros(square.max(axis=0) - low + 1)
        table[tuple((square - low).T)] = people
        own = np.floor(self.xy / CELL_M).astype(np.int64)
        most = int(np.ceil(AROUND_M / CELL_M + 0.5))
        worth = np.zeros(len(self.xy))
        for step in np.ndindex(2 * most + 1, 2 * most + 1):
            cell = own + np.array(step) - most
            away = (cell + 0.5) * CELL_M - self.xy
            cell = cell - low
            near = np.hypot(away[:, 0], away[:, 1]) <= AROUND_M
            near &= ((cell >= 0) & (cell < table.shape)).all(axis=1)
            worth[near] += table[cell[near, 0], cell[near, 1]]
        return worth

    def _apart(self, order: IntArray, most: int) -> list[int]:
        """Take junctions in order, each at least a square's side from those before."""
        free = np.ones(len(self.xy), dtype=bool)
        chosen: list[int] = []
        for point in order.tolist():
            if free[point]:
                chosen.append(point)
                free[self._tree.query_ball_point(self.xy[point], CELL_M - 1e-6)] = False
                if len(chosen) == most:
                    break
        return chosen


def _cells(xy: FloatArray, weight: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the squares with residents, and how many live in each."""
    square = np.floor(xy / CELL_M).astype(np.int64)
    low = square.min(axis=0)
    width = int(square[:, 1].max() - low[1]) + 1
    key = (square[:, 0] - low[0]) * width + square[:, 1] - low[1]
    found, of = np.unique(key, return_inverse=True)
    cells = np.column_stack([found // width, found % width]) + low
    return cells, np.bincount(of, weights=weight, minlength=len(found)).astype(np.float64)
