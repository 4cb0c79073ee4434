"""Whom an option could do something for, and what homes have today."""

import numpy as np

from geo.arrays import FloatArray, IntArray
from geo.siting.problem import BoolArray, Problem


def totals(weight: FloatArray, group: IntArray, n: int) -> FloatArray:
    """Sum weights by group 0..n-1, to the last bit the same in any order of rows; -1 is left out."""
    keep = group >= 0
    weight, group = weight[keep], group[keep]
    order = np.lexsort((weight, group))
    found, first = np.unique(group[order], return_index=True)
    sums = np.zeros(n)
    if found.size:
        sums[found] = np.add.reduceat(weight[order], first)
    return sums


def wanted_n(problem: Problem) -> int:
    """Return how many places a home can make use of: two where a backup is a goal."""
    return 2 if problem.has("backup") else 1


def fallback_walk(problem: Problem) -> FloatArray:
    """Return (h,) the walk of each home without any option: today's, or that of the unserved."""
    unserved = problem.rules.unserved_walk
    walk = problem.demand.walk
    return walk if unserved is None else np.minimum(walk, unserved)


def useful(problem: Problem, allowed: BoolArray) -> BoolArray:
    """Return (pairs,) true where an allowed option could do something for a home."""
    covers, demand = problem.covers, problem.demand
    use = covers.near & (demand.reached_n < wanted_n(problem))[covers.home]
    if problem.has("shortest_walk", "shortest_longest_walk"):
        use |= covers.walk < fallback_walk(problem)[covers.home]
    return use & allowed[covers.option] & (demand.weight > 0)[covers.home]


def improvable(problem: Problem, allowed: BoolArray) -> IntArray:
    """Return the units that some allowed option can improve, in order."""
    covers, demand = problem.covers, problem.demand
    gain = useful(problem, allowed) & covers.near & ~demand.reached[covers.home]
    unit = np.unique(demand.unit[covers.home[gain]])
    return np.asarray(unit[unit >= 0])


def unit_totals(problem: Problem, unit: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the residents of some units, and those of them who are reached today."""
    demand = problem.demand
    place = np.searchsorted(unit, demand.unit)
    place = np.minimum(place, max(len(unit) - 1, 0))
    known = unit[place] == demand.unit if len(unit) else np.zeros(len(place), dtype=bool)
    row = np.where(known, place, -1)
    everyone = totals(demand.weight, row, len(unit))
    return everyone, totals(demand.weight, np.where(demand.reached, row, -1), len(unit))


def walkers(problem: Problem, use: BoolArray) -> tuple[FloatArray, BoolArray, BoolArray]:
    """Return (h,) today's walk, whose walk counts, and whose walk an option can change."""
    today = fallback_walk(problem)
    moved = np.zeros(len(today), dtype=bool)
    moved[problem.covers.home[use]] = True
    counted = (problem.demand.weight > 0) & (moved | np.isfinite(today))
    return today, counted, moved
