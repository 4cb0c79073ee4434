"""What a choice of options is worth, goal by goal, from walks and residents alone."""

import math

import numpy as np

from geo.arrays import FloatArray, IntArray
from geo.siting.checks import eligible
from geo.siting.homes import improvable, totals, unit_totals, useful, walkers
from geo.siting.problem import BoolArray, Problem, Stage

BACKUP_N = 2


def times_covered(problem: Problem, chosen: IntArray) -> IntArray:
    """Return (h,) by how many of the chosen options each home is covered."""
    covers = problem.covers
    among = np.zeros(covers.options_n, dtype=bool)
    among[chosen] = True
    use = covers.near & among[covers.option]
    return np.bincount(covers.home[use], minlength=covers.homes_n)


def newly_reached(problem: Problem, chosen: IntArray) -> BoolArray:
    """Return (h,) the homes that some chosen option reaches and no existing place does."""
    return np.asarray((times_covered(problem, chosen) > 0) & ~problem.demand.reached)


def worth(problem: Problem, chosen: IntArray, stage: Stage) -> float:
    """Return the value of a goal for a choice of options, where seats do not count."""
    plain = plain_value(problem, chosen, stage)
    if plain is not None:
        return plain
    if stage.objective == "most_reached":
        return math.fsum(problem.demand.weight[newly_reached(problem, chosen)])
    if stage.objective == "worst_unit_first":
        return math.fsum(np.sort(unit_shares(problem, chosen)[1])[: stage.depth])
    if stage.objective == "backup":
        demand = problem.demand
        twice = demand.reached_n + times_covered(problem, chosen) >= BACKUP_N
        return math.fsum(demand.weight[twice & (demand.reached_n < BACKUP_N)])
    return _walk(problem, chosen, longest=stage.objective == "shortest_longest_walk")


def plain_value(problem: Problem, chosen: IntArray, stage: Stage) -> float | None:
    """Return the value of a goal that asks nothing of the homes, ``None`` for others."""
    if stage.objective == "fewest_places":
        return float(len(chosen))
    if stage.objective == "cheapest":
        return math.fsum(problem.options.first_year_yen[chosen])
    if stage.objective == "most_targets":
        return float(len(problem.rules.targets) - len(unmet_targets(problem, chosen)))
    return None


def unmet_targets(problem: Problem, chosen: IntArray) -> tuple[int, ...]:
    """Return the positions of the targets that a choice does not meet."""
    has = set(chosen.tolist())
    return tuple(
        number
        for number, target in enumerate(problem.rules.targets)
        if len(has & set(target.options)) < target.missing
    )


def unit_shares(problem: Problem, chosen: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the units that some option can improve, and the share reached in each, in per cent."""
    unit = improvable(problem, eligible(problem))
    everyone, today = unit_totals(problem, unit)
    demand = problem.demand
    row = np.where(newly_reached(problem, chosen), demand.unit, -1)
    row = np.where(np.isin(row, unit), np.searchsorted(unit, row), -1)
    return unit, 100.0 * (today + totals(demand.weight, row, len(unit))) / everyone


def _walk(problem: Problem, chosen: IntArray, *, longest: bool) -> float:
    today, counted, _ = walkers(problem, useful(problem, eligible(problem)))
    covers = problem.covers
    use = np.isin(covers.option, chosen)
    walk = today.copy()
    np.minimum.at(walk, covers.home[use], covers.walk[use])
    weight = problem.demand.weight[counted]
    if longest:
        return float(walk[counted].max(initial=0.0))
    return math.fsum(weight * walk[counted]) / max(math.fsum(weight), 1e-6)
