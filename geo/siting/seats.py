"""Who gets a seat when some options are open: a transport problem, solved apart from the model."""

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from geo.network import FloatArray, IntArray
from geo.siting.checks import eligible
from geo.siting.homes import fallback_walk, improvable, unit_totals, useful, walkers
from geo.siting.problem import Problem, Stage
from geo.siting.worth import plain_value


@dataclass(eq=False)
class _Seats:
    """Columns: the share of a home that goes to an option, that which stays, the worst share."""

    problem: Problem
    option: IntArray
    home: IntArray
    walk: FloatArray
    near: np.ndarray
    homes: IntArray
    locks: list[tuple[FloatArray, float]] = field(default_factory=list)

    @property
    def columns_n(self) -> int:
        return len(self.option) + len(self.homes) + 1

    def cost(self, objective: str) -> tuple[FloatArray, float]:
        """Return (columns,) to be minimised, and the constant beside it."""
        cost = np.zeros(self.columns_n)
        demand = self.problem.demand
        pairs = len(self.option)
        if objective == "most_reached":
            new = self.near & ~demand.reached[self.home]
            cost[:pairs] = np.where(new, -demand.weight[self.home], 0.0)
            return cost, 0.0
        if objective == "worst_unit_first":
            cost[-1] = -1.0
            return cost, 0.0
        today, counted, _ = walkers(self.problem, useful(self.problem, eligible(self.problem)))
        weight = np.where(counted, demand.weight, 0.0)
        everyone = max(weight.sum(), 1e-6)
        stay = np.where(counted & np.isfinite(today), today, 0.0)
        cost[:pairs] = weight[self.home] * self.walk / everyone
        cost[pairs:-1] = (weight * stay)[self.homes] / everyone
        stays = np.setdiff1d(np.flatnonzero(counted), self.homes)
        return cost, float((weight * stay)[stays].sum() / everyone)


def seat_values(
    problem: Problem, chosen: IntArray, stages: tuple[Stage, ...] | None = None
) -> tuple[float, ...]:
    """
    Return the value of every goal when the chosen options seat as many as they can.

    Parameters
    ----------
    problem
        With a participation: that share of each home's residents comes to at most one option.
    chosen
        Positions in ``Options``.
    stages
        Goals in order, each settled within those before it; those of the problem by default.
    """
    covers = problem.covers
    use = useful(problem, eligible(problem)) & np.isin(covers.option, chosen)
    home = covers.home[use]
    seats = _Seats(
        problem, covers.option[use], home, covers.walk[use], covers.near[use], np.unique(home)
    )
    found = []
    for stage in problem.stages if stages is None else stages:
        plain = plain_value(problem, chosen, stage)
        found.append(_settle(seats, stage) if plain is None else plain)
    return tuple(found)


def _settle(seats: _Seats, stage: Stage) -> float:
    cost, constant = seats.cost(stage.objective)
    sign = 1.0 if stage.objective == "shortest_walk" else -1.0
    if stage.objective == "worst_unit_first" and not len(_units(seats)):
        return 0.0
    left, right = _rows(seats, worst=stage.objective == "worst_unit_first" or bool(seats.locks))
    for lock, most in seats.locks:
        left = sparse.vstack([left, lock[None, :]])
        right = np.append(right, most)
    row = np.searchsorted(seats.homes, seats.home)
    pairs, homes_n = len(seats.option), len(seats.homes)
    columns = np.concatenate([np.arange(pairs), pairs + np.arange(homes_n)])
    each = sparse.csr_array(
        (np.ones(len(columns)), (np.concatenate([row, np.arange(homes_n)]), columns)),
        shape=(homes_n, seats.columns_n),
    )
    stay = _may_stay(seats)
    upper = np.concatenate([np.ones(pairs), stay, [100.0]])
    answer = linprog(
        cost,
        A_ub=left,
        b_ub=right,
        A_eq=each if homes_n else None,
        b_eq=np.ones(homes_n) if homes_n else None,
        bounds=np.column_stack([np.zeros(len(upper)), upper]),
        method="highs",
    )
    if answer.status != 0:
        return np.inf * sign
    slack = 1e-9 * abs(answer.fun) + 1e-6 + abs(answer.fun) * stage.give_pct / 100.0
    seats.locks.append((cost, answer.fun + slack))
    return float(constant + sign * answer.fun)


def _may_stay(seats: _Seats) -> FloatArray:
    today = fallback_walk(seats.problem)[seats.homes]
    must_go = seats.problem.has("shortest_walk") & ~np.isfinite(today)
    return np.where(must_go, 0.0, 1.0)


def _units(seats: _Seats) -> IntArray:
    return improvable(seats.problem, eligible(seats.problem))


def _rows(seats: _Seats, *, worst: bool) -> tuple[sparse.csr_array, FloatArray]:
    """Seats of an option are not overdrawn; the worst share is at most that of each unit."""
    problem, demand = seats.problem, seats.problem.demand
    pairs = np.arange(len(seats.option))
    participation = (problem.rules.participation_pct or 0.0) / 100.0
    open_, row = np.unique(seats.option, return_inverse=True)
    capacity = problem.options.capacity[open_]
    finite = np.isfinite(capacity)
    shape = (len(open_), seats.columns_n)
    persons = demand.weight[seats.home] * participation
    matrix = sparse.csr_array((persons, (row, pairs)), shape=shape)
    left, right = matrix[finite], capacity[finite]
    unit = _units(seats) if worst and problem.has("worst_unit_first") else np.empty(0, int)
    if len(unit) == 0:
        return left, right
    everyone, today = unit_totals(problem, unit)
    new = seats.near & ~demand.reached[seats.home] & np.isin(demand.unit[seats.home], unit)
    at = np.searchsorted(unit, demand.unit[seats.home[new]])
    share = -100.0 * demand.weight[seats.home[new]] / everyone[at]
    last = np.full(len(unit), seats.columns_n - 1)
    shares = sparse.csr_array(
        (
            np.concatenate([share, np.ones(len(unit))]),
            (
                np.concatenate([at, np.arange(len(unit))]),
                np.concatenate([pairs[new], last]),
            ),
        ),
        shape=(len(unit), seats.columns_n),
    )
    return sparse.vstack([left, shares]), np.append(right, 100.0 * today / everyone)
