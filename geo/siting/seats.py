"""
Who gets a seat when some options are open: a transport problem, solved apart from the model.

The transport problem is Hitchcock's (1941, Journal of Mathematics and Physics 20, 224–230).
"""

from dataclasses import dataclass, field

import numpy as np
import scipy

from geo.arrays import FloatArray, IntArray
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
    answer = scipy.optimize.milp(cost, bounds=_bounds(seats), constraints=_rules(seats))
    if not answer.success or _forgotten(seats):
        return np.inf * sign
    best = float(answer.fun)
    slack = 1e-9 * abs(best) + 1e-6 + abs(best) * stage.give_pct / 100.0
    seats.locks.append((cost, best + slack))
    return float(constant + sign * best)


def _forgotten(seats: _Seats) -> bool:
    """Say whether a home that must have a place can walk to none that is chosen."""
    problem = seats.problem
    if not problem.has("shortest_walk"):
        return False
    today, counted, _ = walkers(problem, useful(problem, eligible(problem)))
    nowhere = np.flatnonzero(counted & ~np.isfinite(today))
    return not np.isin(nowhere, seats.homes).all()


def _bounds(seats: _Seats) -> "scipy.optimize.Bounds":
    today = fallback_walk(seats.problem)[seats.homes]
    must_go = seats.problem.has("shortest_walk") & ~np.isfinite(today)
    upper = [np.ones(len(seats.option)), np.where(must_go, 0.0, 1.0), np.array([100.0])]
    return scipy.optimize.Bounds(0.0, np.concatenate(upper))


def _units(seats: _Seats) -> IntArray:
    problem = seats.problem
    if not problem.has("worst_unit_first"):
        return np.empty(0, dtype=np.int64)
    return improvable(problem, eligible(problem))


def _rules(seats: _Seats) -> "list[scipy.optimize.LinearConstraint]":
    """Each home goes somewhere; seats are not overdrawn; the worst share is one of the units'."""
    problem, demand = seats.problem, seats.problem.demand
    pairs, homes_n, size = len(seats.option), len(seats.homes), seats.columns_n
    row = np.searchsorted(seats.homes, seats.home)
    rows = np.concatenate([row, np.arange(homes_n)])
    each = _matrix(np.ones(pairs + homes_n), rows, np.arange(pairs + homes_n), (homes_n, size))
    rules = [scipy.optimize.LinearConstraint(each, 1.0, 1.0)] if homes_n else []
    open_, row = np.unique(seats.option, return_inverse=True)
    persons = demand.weight[seats.home] * (problem.rules.participation_pct or 0.0) / 100.0
    taken = _matrix(persons, row, np.arange(pairs), (len(open_), size))
    if len(open_):
        rules.append(
            scipy.optimize.LinearConstraint(taken, -np.inf, problem.options.capacity[open_])
        )
    rules += [
        scipy.optimize.LinearConstraint(cost[None, :], -np.inf, most) for cost, most in seats.locks
    ]
    unit = _units(seats)
    if len(unit):
        everyone, today = unit_totals(problem, unit)
        new = seats.near & ~demand.reached[seats.home] & np.isin(demand.unit[seats.home], unit)
        at = np.searchsorted(unit, demand.unit[seats.home[new]])
        share = -100.0 * demand.weight[seats.home[new]] / everyone[at]
        rows = np.concatenate([at, np.arange(len(unit))])
        columns = np.concatenate([np.flatnonzero(new), np.full(len(unit), size - 1)])
        values = np.concatenate([share, np.ones(len(unit))])
        shares = _matrix(values, rows, columns, (len(unit), size))
        rules.append(scipy.optimize.LinearConstraint(shares, -np.inf, 100.0 * today / everyone))
    return rules


def _matrix(
    value: FloatArray, row: np.ndarray, column: np.ndarray, shape: tuple[int, int]
) -> "scipy.sparse.csr_array":
    return scipy.sparse.csr_array((value, (row, column)), shape=shape)
