"""Siting: which candidate should be next, by the residents whom it would newly reach."""

import numpy as np
import pandas as pd
import scipy

from geo.arrays import FloatArray
from geo.walking.reach import Walks


def rank_greedily(
    catchments: Walks,
    weight: FloatArray,
    reached: np.ndarray,
    *,
    limit: float,
    most: int,
) -> pd.DataFrame:
    """
    Rank candidates: each in turn the one that newly reaches most, given all before it.

    The first k together newly reach at least 1 - 1/e, 63 %, of what the best k could (Nemhauser,
    Wolsey & Fisher 1978, Mathematical Programming 14, 265–294).

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
    most
        Longest list wanted.

    Returns
    -------
    In the order of rank: ``candidate`` (position), ``newly_reached`` given all before it,
    ``newly_reached_alone``, ``catchment`` (all residents within its limit), ``overlap_pct`` (share
    of the catchment that is reached already today), ``reached_after`` (summed over the list).
    Candidates that newly reach nobody are left out.
    """
    matrix = catchments.matrix(limit)
    catchment = matrix @ weight
    alone = matrix @ np.where(reached, 0.0, weight)
    left = np.where(reached, 0.0, weight)
    rows = []
    total = float(weight[reached].sum())
    for _ in range(min(most, catchments.origins_n)):
        gain = matrix @ left
        best = int(np.argmax(gain > gain.max() - 1e-9)) if gain.size else -1
        if best < 0 or gain[best] <= 0:
            break
        total += float(gain[best])
        rows.append((best, float(gain[best]), total))
        left[_row(matrix, best)] = 0.0
    chosen = np.array([row[0] for row in rows], dtype=np.int64)
    return pd.DataFrame(
        {
            "candidate": chosen,
            "newly_reached": [row[1] for row in rows],
            "newly_reached_alone": alone[chosen],
            "catchment": catchment[chosen],
            "overlap_pct": 100.0 * (1.0 - alone[chosen] / catchment[chosen]),
            "reached_after": [row[2] for row in rows],
        }
    )


def gains_by_unit(
    catchments: Walks,
    candidates: np.ndarray,
    weight: FloatArray,
    reached: np.ndarray,
    unit: np.ndarray,
    *,
    limit: float,
) -> pd.DataFrame:
    """
    Split what each chosen candidate newly reaches by unit, given those chosen before it.

    Parameters
    ----------
    catchments
        Walks from the candidates to the homes.
    candidates
        Positions of the chosen, in the order in which they are chosen.
    weight
        (homes,) residents.
    reached
        (homes,) true where a home is reached already.
    unit
        (homes,) unit of each home, -1 for none.
    limit
        The inclusive walking limit, in the unit of the walks.

    Returns
    -------
    ``candidate, unit, newly_reached``, largest first within a candidate; homes in no unit are left
    out.
    """
    matrix = catchments.matrix(limit)
    left = np.where(reached, 0.0, weight)
    frames = []
    for candidate in candidates:
        homes = _row(matrix, int(candidate))
        gained = pd.Series(left[homes]).groupby(unit[homes]).sum()
        gained = gained[(gained > 0) & (gained.index >= 0)]
        frames.append(
            pd.DataFrame(
                {
                    "candidate": int(candidate),
                    "unit": gained.index.to_numpy(),
                    "newly_reached": gained.to_numpy(),
                }
            ).sort_values(["newly_reached", "unit"], ascending=[False, True])
        )
        left[homes] = 0.0
    if not frames:
        return pd.DataFrame({"candidate": [], "unit": [], "newly_reached": []}).astype(
            {"candidate": int, "unit": int, "newly_reached": float}
        )
    return pd.concat(frames, ignore_index=True)


def _row(matrix: "scipy.sparse.csr_array", row: int) -> np.ndarray:
    return np.asarray(matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]])
