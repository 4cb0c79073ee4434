"""Why each option is in a plan: whom it reaches, alone and beside the others, where, at what price."""

import math

import numpy as np
import pandas as pd
import scipy

from geo.arrays import IntArray
from geo.siting.checks import overlap_pct
from geo.siting.homes import totals
from geo.siting.plans import Plan
from geo.siting.problem import Problem
from geo.siting.worth import times_covered


def explain(problem: Problem, plan: Plan) -> pd.DataFrame:
    """
    Explain every choice.

    Parameters
    ----------
    problem, plan
        The question and the answer.

    Returns
    -------
    One row per chosen option, by rank: each in turn the one that newly reaches most given those
    before it, so that ``newly_reached`` adds up to the plan's. ``option``, ``rank``,
    ``newly_reached``, ``marginal`` (what would be lost without it, given all others), ``alone``
    (what it would newly reach by itself), ``catchment``, ``overlap_pct`` (share of the catchment
    that an existing place reaches), ``first_year_yen``, ``yen_per_newly_reached`` (infinite where
    it reaches nobody), and for each further column of residents ``newly_reached_<name>``,
    ``marginal_<name>`` and ``alone_<name>``.
    """
    matrix = problem.covers.matrix()
    order = _ranked(problem, plan.positions)
    overlap = overlap_pct(problem)
    frame = pd.DataFrame({"option": order, "rank": np.arange(1, len(order) + 1)})
    columns = {"": problem.demand.weight}
    columns |= {f"_{name}": column for name, column in problem.demand.further.items()}
    turns = _turns(problem, order)
    times = times_covered(problem, order)
    new = ~problem.demand.reached
    for suffix, weight in columns.items():
        lone = np.where(new & (times == 1), weight, 0.0)
        frame[f"newly_reached{suffix}"] = [math.fsum(weight[homes]) for homes in turns]
        frame[f"marginal{suffix}"] = (matrix @ lone)[order]
        frame[f"alone{suffix}"] = (matrix @ np.where(new, weight, 0.0))[order]
    frame["catchment"] = (matrix @ problem.demand.weight)[order]
    frame["overlap_pct"] = overlap[order]
    yen = problem.options.first_year_yen[order]
    frame["first_year_yen"] = yen
    reached = frame["newly_reached"].to_numpy(dtype=float)
    price = np.full(len(order), np.inf)
    frame["yen_per_newly_reached"] = np.divide(yen, reached, out=price, where=reached > 0)
    return frame


def unit_gains(problem: Problem, plan: Plan) -> pd.DataFrame:
    """
    Split what each choice newly reaches by unit, given those ranked before it.

    Parameters
    ----------
    problem, plan
        The question and the answer.

    Returns
    -------
    ``option, unit, newly_reached``, in order of rank, largest first; homes in no unit are left out.
    """
    order = _ranked(problem, plan.positions)
    demand = problem.demand
    rows = []
    for option, homes in zip(order, _turns(problem, order), strict=True):
        units = np.unique(demand.unit[homes])
        units = units[units >= 0]
        row = np.where(np.isin(demand.unit[homes], units), demand.unit[homes], -1)
        at = np.where(row >= 0, np.searchsorted(units, row), -1)
        gained = totals(demand.weight[homes], at, len(units))
        keep = np.argsort(-gained, kind="stable")
        rows += [(int(option), int(units[i]), float(gained[i])) for i in keep if gained[i] > 0]
    return pd.DataFrame(rows, columns=["option", "unit", "newly_reached"])


def _ranked(problem: Problem, chosen: IntArray) -> IntArray:
    """Return the chosen in the order in which each newly reaches most; equals by key."""
    matrix = problem.covers.matrix()[chosen]
    left = np.where(problem.demand.reached, 0.0, problem.demand.weight)
    order: list[int] = []
    for _ in range(len(chosen)):
        gain = matrix @ left
        gain[order] = -1.0
        best = int(np.argmax(gain > gain.max() - 1e-9))
        order.append(best)
        left[_homes(matrix, best)] = 0.0
    return chosen[np.array(order, dtype=np.int64)]


def _turns(problem: Problem, order: IntArray) -> list[IntArray]:
    """Return the homes that each option newly reaches, given those before it."""
    matrix = problem.covers.matrix()
    open_ = ~problem.demand.reached
    turns = []
    for option in order:
        homes = _homes(matrix, int(option))
        turns.append(homes[open_[homes]])
        open_[homes] = False
    return turns


def _homes(matrix: "scipy.sparse.csr_array", row: int) -> IntArray:
    return np.asarray(matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]], dtype=np.int64)
