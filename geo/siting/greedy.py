"""Siting: which candidate should be next, by the residents whom it would newly reach."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from geo.arrays import BoolArray, FloatArray, IntArray
from geo.walking.reach import Walks

_EQUAL = 1e-9
"""Residents: sums of fractions that differ by less are equal, and so few are nobody."""


@dataclass(frozen=True, eq=False)
class Ranking:
    """
    Candidates in their order, and who reaches whom first.

    Attributes
    ----------
    table
        In the order of rank: ``candidate`` (position), ``newly_reached`` given all before it,
        ``newly_reached_alone``, ``overlap_pct`` (share of all residents within its limit who are
        reached already today).
    taken
        (homes,) the row of the table whose candidate is the first to reach a home; -1 where none does,
        or where it is reached already.
    """

    table: pd.DataFrame
    taken: IntArray


class Greedy:
    """
    Candidates chosen one after the other, each in turn the one that newly reaches most.

    Parameters
    ----------
    catchments
        Walks from the candidates to the homes; of candidates that reach equally many, the first
        counts, so put upgrades before openings.
    weight
        (homes,) residents.
    reached
        (homes,) true where a home is reached already.
    limit
        Inclusive walking limit.
    """

    def __init__(
        self, catchments: Walks, weight: FloatArray, reached: BoolArray, *, limit: float
    ) -> None:
        self._rows = catchments.matrix(limit)
        self._columns = self._rows.tocsc()
        self._weight, self._reached = weight, reached
        self._alone = self._rows @ np.where(reached, 0.0, weight)

    def rank(self) -> Ranking:
        """
        Rank all candidates that would newly reach somebody by themselves.

        The first k together newly reach at least 1 - 1/e, 63 %, of what the best k could (Nemhauser,
        Wolsey & Fisher 1978, Mathematical Programming 14, 265–294). Those to whom the ones before them
        leave nobody are last, by what they would newly reach alone.
        """
        everyone = np.ones(len(self._alone), dtype=bool)
        order, newly, taken = self._chosen(everyone, most=len(everyone))
        left = np.flatnonzero(self._alone > _EQUAL)
        left = left[~np.isin(left, order)]
        left = left[np.lexsort((left, -self._alone[left].round(6)))]
        for row, candidate in enumerate(left, start=len(order)):
            homes = _row(self._rows, int(candidate))
            taken[homes[(taken[homes] < 0) & ~self._reached[homes]]] = row
        chosen = np.concatenate([order, left])
        within = self._rows @ self._weight
        table = pd.DataFrame(
            {
                "candidate": chosen,
                "newly_reached": np.concatenate([newly, np.zeros(len(left))]),
                "newly_reached_alone": self._alone[chosen],
                "overlap_pct": 100.0 * (1.0 - self._alone[chosen] / within[chosen]),
            }
        )
        return Ranking(table, taken)

    def best_of(self, group: IntArray, *, most: int) -> IntArray:
        """Return the candidates that each group (candidates,) would choose for itself, -1 for no group."""
        found = [self._chosen(group == one, most=most)[0] for one in np.unique(group[group >= 0])]
        return np.concatenate([*found, np.empty(0, dtype=np.int64)])

    def _chosen(self, allowed: BoolArray, *, most: int) -> tuple[IntArray, FloatArray, IntArray]:
        """Choose among some: positions in turn, what each newly reaches, and (homes,) whose turn it was."""
        left = np.where(self._reached, 0.0, self._weight)
        gain = np.where(allowed, self._alone, -np.inf)
        taken = np.where(self._reached, len(gain), -1)
        order: list[int] = []
        newly: list[float] = []
        while len(order) < most and gain.size and (top := gain.max()) > _EQUAL:
            best = int(np.argmax(gain > top - _EQUAL))
            homes = _row(self._rows, best)
            homes = homes[taken[homes] < 0]
            newly.append(float(left[homes].sum()))
            taken[homes] = len(order)
            order.append(best)
            # Only what shares a home with it is worth less now.
            gain -= self._columns[:, homes] @ left[homes]
            gain[best] = -np.inf
        taken[self._reached] = -1
        return np.array(order, dtype=np.int64), np.array(newly, dtype=np.float64), taken


def gains_by_unit(taken: IntArray, weight: FloatArray, unit: IntArray) -> pd.DataFrame:
    """
    Split what each candidate newly reaches by unit, given those before it.

    Parameters
    ----------
    taken
        (homes,) row of the ranking, as ``Ranking`` has it.
    weight
        (homes,) residents.
    unit
        (homes,) unit of each home, -1 for none.

    Returns
    -------
    ``row, unit, newly_reached``, by row, largest first; homes in no unit are left out.
    """
    kept = (taken >= 0) & (unit >= 0) & (weight > 0)
    homes = pd.DataFrame({"row": taken[kept], "unit": unit[kept], "newly_reached": weight[kept]})
    found = homes.groupby(["row", "unit"])["newly_reached"].sum().reset_index()
    return found.sort_values(["row", "newly_reached", "unit"], ascending=[True, False, True])


def _row(matrix: "scipy.sparse.csr_array", row: int) -> IntArray:
    return np.asarray(matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]], dtype=np.int64)
