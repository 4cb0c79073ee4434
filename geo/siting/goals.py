"""The goals of a problem in terms of the columns of its model."""

import hashlib
import math
from dataclasses import dataclass

import numpy as np

from geo.arrays import FloatArray
from geo.siting.homes import useful, walkers
from geo.siting.model import REACH_TOLERANCE, YEN_PER_UNIT, Model
from geo.siting.patterns import Patterns
from geo.siting.problem import BoolArray, Options


@dataclass(frozen=True, eq=False)
class Goal:
    """A goal in terms of columns: ``value = constant + scale * (cost @ columns)``."""

    cost: FloatArray
    constant: float
    maximise: bool
    scale: float = 1.0

    def value(self, product: float) -> float:
        """Return the value for a ``cost @ columns``."""
        return self.constant + self.scale * product


LOCK_SLACK, LOCK_SLACK_SHARE = 1e-5, 1e-8
"""
What a later goal may give up of an earlier one beyond its ``give_pct``: absolutely, in the unit of the
row, and as a share. Ten times the 1e-6 within which the solver takes a row as kept, so that the plan
that a lock stands on never falls outside it.
"""


def lock(aim: Goal, value: float, give_pct: float) -> tuple[float, float]:
    """
    Return the least and the most of ``cost @ columns`` that hold later goals to a value.

    Parameters
    ----------
    aim
        The goal that is held.
    value
        What a plan is worth in it, recomputed from residents and walks.
    give_pct
        So much of the value may be given up.
    """
    at = (value - aim.constant) / aim.scale
    slack = LOCK_SLACK + LOCK_SLACK_SHARE * abs(at) + give_pct / 100.0 * abs(value) / aim.scale
    return (at - slack, np.inf) if aim.maximise else (-np.inf, at + slack)


def goal(model: Model, objective: str, depth: int = 1) -> Goal:
    """Return a goal in terms of columns; ``depth`` is which of the worst units."""
    cost = np.zeros(model.sheet.columns_n)
    patterns, options = model.patterns, model.problem.options
    if objective == "most_reached":
        np.add.at(cost, model.reach[1], patterns.weight[model.reach[0]])
    elif objective == "backup":
        np.add.at(cost, model.twice[1], patterns.weight[model.twice[0]])
    elif objective == "fewest_places":
        cost[model.chosen] = 1.0
    elif objective == "cheapest":
        cost[model.chosen] = _yen(options, patterns) / YEN_PER_UNIT
    elif objective == "most_targets":
        cost[model.met] = 1.0
        # Targets that what exists meets already have no column.
        already = len(model.problem.rules.targets) - len(model.met)
        return Goal(cost, float(already), maximise=True)
    elif objective == "shortest_walk":
        return _mean_walk(model, cost)
    elif depth <= len(model.worst):
        column, value = model.worst[depth - 1]
        cost[column] = value
    maximise = objective not in {"fewest_places", "cheapest"}
    return Goal(cost, 0.0, maximise, YEN_PER_UNIT if objective == "cheapest" else 1.0)


TIE_NUMBERS = 2**20
"""So many numbers that a key can fix: a million tell options apart, and their sums stay exact."""


def tie_numbers(keys: np.ndarray) -> FloatArray:
    """Return (n,) the whole number that each key fixes, whatever other keys there are."""
    digests = [hashlib.blake2b(str(key).encode(), digest_size=8).digest() for key in keys.tolist()]
    return np.array([int.from_bytes(one) % TIE_NUMBERS for one in digests], dtype=float)


def tie_goals(model: Model) -> tuple[Goal, Goal]:
    """Return what decides among plans equal in every goal: fewest options, least sum of numbers."""
    numbers = np.zeros(model.sheet.columns_n)
    numbers[model.chosen] = tie_numbers(model.problem.options.key[model.patterns.option])
    return goal(model, "fewest_places"), Goal(numbers, 0.0, maximise=False)


def _yen(options: Options, patterns: Patterns) -> FloatArray:
    return np.asarray(options.first_year_yen[patterns.option])


def _mean_walk(model: Model, cost: FloatArray) -> Goal:
    """Walks of the groups by where they go; those whom nothing changes walk as they do today."""
    problem, patterns = model.problem, model.patterns
    today, counted, moved = walkers(problem, useful(problem, _known(model)))
    everyone = max(math.fsum(problem.demand.weight[counted]), REACH_TOLERANCE)
    same = counted & ~moved
    constant = math.fsum(problem.demand.weight[same] * today[same]) / everyone
    share = patterns.weight / everyone
    cost[model.flow] = patterns.pair_walk * share[patterns.group]
    stay = np.where(np.isfinite(patterns.walk), patterns.walk, 0.0)
    cost[model.rest] = stay * share
    return Goal(cost, constant, maximise=False)


def _known(model: Model) -> BoolArray:
    known = np.zeros(len(model.problem.options), dtype=bool)
    known[model.patterns.option] = True
    return known
