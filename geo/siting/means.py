"""
What the money and the visits of each year allow in whole openings.

¥20,000,000 pays for 18 openings of ¥1,100,000, not for 18.18; over years, parts of openings add up to
more than any plan can do. So the openings of each kind (one ceiling, one price of opening) are counted
in each year, and the best counts at given prices are found year by year, by the ceiling that the next
one has to keep up and the money that it begins with: dynamic programming (Bellman 1957). It is exact for
what it counts, and allows at least as much as any plan can do.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from geo.arrays import FloatArray, IntArray, compiled
from geo.siting.horizon import Years
from geo.siting.problem import Problem

KINDS_MOST_N = 3
COUNTS_MOST_N = 4000
STATES_MOST_N = 200_000
"""More would take longer than it gains: kinds and ceilings are rounded down, and more is allowed."""
ROUNDING = 1e-9
PLAIN_MOST_N = 50_000


@dataclass(frozen=True, eq=False)
class Means:
    """
    Ways to spend a year's money.

    Attributes
    ----------
    kind
        (k,) kind of each option of the patterns.
    counts
        (m, kinds) numbers of openings that the richest year could pay for, the cheapest first.
    spent
        (m,) yen of a year in which so many open.
    rise
        (m,) steps by which they raise the yearly ceiling.
    step_yen
        Yen of a step.
    states_n
        Numbers of yearly ceilings, and of amounts that are carried, that are told apart.
    budgets_yen
        (t,).
    """

    kind: IntArray
    counts: IntArray
    spent: FloatArray
    rise: IntArray
    step_yen: float
    states_n: tuple[int, int]
    budgets_yen: FloatArray


def means_of(problem: Problem, years: Years, kept: IntArray) -> Means | None:
    """Return the ways to spend each year's money on some options; none where they are not counted."""
    if not len(kept):
        return None
    yearly = np.floor(problem.options.cost_yen[kept])
    opening = np.floor(problem.options.opening_yen[kept])
    budgets = np.ceil(np.array(years.budgets_yen, dtype=float))
    richest = budgets.sum() if years.carry else budgets.max()
    pairs, kind = np.unique(
        np.column_stack([yearly + opening, yearly]), axis=0, return_inverse=True
    )
    kind = np.asarray(kind.ravel(), dtype=np.int64)
    for kinds_n in range(min(len(pairs), KINDS_MOST_N), 0, -1):
        group = _merged(pairs, kinds_n)
        price = np.array([pairs[group == one].min(axis=0) for one in range(kinds_n)])
        of_each = np.bincount(group[kind], minlength=kinds_n)
        counts = _counts(price, of_each, richest, years.visits)
        if counts is not None:
            step, states_n = _steps(price, of_each, budgets, carry=years.carry)
            rise = np.floor(counts @ price[:, 1] / step).astype(np.int64)
            return Means(group[kind], counts, counts @ price[:, 0], rise, step, states_n, budgets)
    return None


def _steps(
    price: FloatArray, of_each: IntArray, budgets: FloatArray, *, carry: bool
) -> tuple[float, tuple[int, int]]:
    """Return yen of a step, and how many steps a ceiling and what is carried may have."""
    total = float(budgets.sum())
    highest = float(of_each @ price[:, 1])
    if (price[:, 0] > 0).all():
        highest = min(highest, total * float((price[:, 1] / price[:, 0]).max()))
    amounts = [*price.ravel().tolist(), *(budgets.tolist() if carry else [])]
    step = float(math.gcd(*(int(amount) for amount in amounts))) or 1.0
    while True:
        levels_n = int(highest // step) + 2
        purses_n = int(total // step) + 2 if carry else 1
        if levels_n * purses_n <= STATES_MOST_N:
            return step, (levels_n, purses_n)
        step *= 2.0


def _merged(pairs: FloatArray, kinds_n: int) -> IntArray:
    """Return the kind of each pair of prices, sorted by the first: neighbours are one, the nearest first."""
    dearer = np.log1p(pairs[1:, 0]) - np.log1p(pairs[:-1, 0])
    borders = np.sort(np.argsort(-dearer, kind="stable")[: kinds_n - 1])
    group = np.zeros(len(pairs), dtype=np.int64)
    group[borders + 1] = 1
    return np.cumsum(group)


def _counts(
    price: FloatArray, of_each: IntArray, money_yen: float, visits: int | None
) -> IntArray | None:
    """Return all counts that the money and the visits of a year allow; none where there are too many."""
    most_n = int(of_each.sum()) if visits is None else visits
    each = []
    for (first_yen, _), there in zip(price, of_each, strict=True):
        most = min(int(there), most_n)
        each.append(min(most, int(money_yen // first_yen)) if first_yen > 0 else most)
    if math.prod(one + 1 for one in each) > 50 * COUNTS_MOST_N:
        return None
    found = np.array(list(itertools.product(*(range(one + 1) for one in each))), dtype=np.int64)
    spent = found @ price[:, 0]
    found = found[(spent <= money_yen) & (found.sum(axis=1) <= most_n)]
    if len(found) > COUNTS_MOST_N:
        return None
    return np.asarray(found[np.argsort(found @ price[:, 0], kind="stable")])


def best_of(means: Means, price: FloatArray, *, once: bool = False) -> tuple[float, IntArray]:
    """
    Return the most that whole openings are worth at given prices, and how many.

    Parameters
    ----------
    means
        What each year can pay for.
    price
        (kinds, t) of an opening of each kind in each year.
    once
        Whether this is the only time that somebody asks: then little is reckoned sooner than compiled.

    Returns
    -------
    What no plan exceeds, rounding included, and (kinds, t) counts.
    """
    value = np.ascontiguousarray((means.counts @ price).T)
    looks_n = math.prod(means.states_n) * value.size
    search = _best.plain if once and looks_n < PLAIN_MOST_N else _best
    best, taken = search(
        means.budgets_yen, means.step_yen, means.states_n, (means.spent, means.rise), value
    )
    size = np.abs(means.counts[taken].T * price).sum()
    return float(best) + ROUNDING * float(size), means.counts[taken].T


@compiled
def _best(
    budgets: FloatArray,
    step: float,
    states_n: tuple[int, int],
    ways: tuple[FloatArray, IntArray],
    value: FloatArray,
) -> tuple[float, IntArray]:
    """Return the best worth, and the number of the way that each year takes."""
    spent, rise = ways
    levels_n, purses_n = states_n
    years_n = len(budgets)
    worth = np.full((years_n + 1, levels_n, purses_n), -np.inf)
    came = np.zeros((years_n, levels_n, purses_n), np.int64)
    worth[0, 0, 0] = 0.0
    for year in range(years_n):
        for level in range(levels_n):
            top = -np.inf
            for purse in range(purses_n - 1, -1, -1):
                # Who has less and is worth no more is left out.
                if worth[year, level, purse] <= top:
                    continue
                top = worth[year, level, purse]
                left = budgets[year] + (purse - level) * step
                for way in range(len(spent)):
                    if spent[way] > left:
                        break
                    then = min(level + rise[way], levels_n - 1)
                    kept = 0
                    if purses_n > 1:
                        kept = min(int(np.ceil((left - spent[way]) / step)), purses_n - 1)
                    total = top + value[year, way]
                    if total > worth[year + 1, then, kept]:
                        worth[year + 1, then, kept] = total
                        came[year, then, kept] = (way * levels_n + level) * purses_n + purse
    at = int(np.argmax(worth[years_n]))
    best = worth[years_n].ravel()[at]
    taken = np.zeros(years_n, np.int64)
    for year in range(years_n - 1, -1, -1):
        before = came[year].ravel()[at]
        taken[year] = before // (levels_n * purses_n)
        at = before % (levels_n * purses_n)
    return best, taken
