"""
Whom no plan can reach more of, and a plan close to it, without a solver.

For the residents w of a group, any 0 <= l <= w, and s of its sites used: w min(1, s) <= (w - l) + l s.
So no plan reaches more than the sum of w - l and of the best options by the sum of their l; the best
l are looked for by steps along averaged answers (the volume algorithm: Barahona & Anbil 2000,
Mathematical Programming 87, 385–399). Of the rules, must, most and one of a place are kept within; any
other row a x <= b is priced: m (b - a x) >= 0 is added, for an m >= 0. Plans are the greedy one and
roundings of the averages, improved by exchanging one option for another (Teitz & Bart 1968, Operations
Research 16, 955–961).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy

from geo.arrays import FloatArray, IntArray, compiled
from geo.siting.model import Model, Sheet, choices
from geo.siting.patterns import Patterns
from geo.siting.problem import BoolArray, Problem

STEPS_N, AT_ONCE_N = 4000, 100
"""Steps at most, and how many of them before the average is rounded and somebody is told."""

PAIRS_A_SECOND = 2e8
"""A limit of time is a number of steps here, by so many pairs: the same on every machine."""

SHARE, GROW, SHRINK, PATIENCE_N = 0.1, 1.05, 0.7, 10
"""An answer's part in the average; what a step grows and shrinks by; so many in vain make it shrink."""

STEP_MIN, STEP, STEP_MAX = 1e-4, 1.0, 2.0
"""The last, the first and the longest step, of the way from the bound to the best plan."""

EQUAL = 1e-9
"""Residents, or parts of a row: what differs by less is equal."""


@dataclass(frozen=True, eq=False)
class Bounded:
    """
    What no plan exceeds, why, and the best plan that was met on the way.

    Attributes
    ----------
    picked
        (k,) the options of the plan, in the order of ``patterns.option``.
    value, bound
        Residents whom the plan newly reaches (less than 0: none was found), whom no plan exceeds.
    with_it
        (k,) residents whom no plan with the option exceeds.
    share
        (groups,) l of each group, 0 to its residents.
    price
        (rows,) a multiplier of each row of ``choices``, then of those further: not negative where a
        row says at most, not positive where it says at least.
    """

    picked: BoolArray
    value: float
    bound: float
    with_it: FloatArray
    share: FloatArray
    price: FloatArray


class _Town(NamedTuple):
    """Groups of several sites: residents, their sites, and the groups of each site."""

    weight: FloatArray
    start: IntArray
    member: IntArray
    site_start: IntArray
    group: IntArray


class _Choice(NamedTuple):
    """
    The options, and the rows that they stand in.

    Site, residents whom it alone reaches, place (-1 none), must; how many at most; the rows of each
    option as (start, row, value), the largest of a row 1, so that a step of a price is as long as one
    of a share; the most of each row, whether it is priced, and the unit of its multiplier, negative
    where it says at least.
    """

    site: IntArray
    alone: FloatArray
    place: IntArray
    must: BoolArray
    most: int
    start: IntArray
    row: IntArray
    value: FloatArray
    upper: FloatArray
    priced: BoolArray
    unit: FloatArray


class _Climb(NamedTuple):
    """Best share and price, those to try next, the average answer, bound, step, steps in vain."""

    share: FloatArray
    price: FloatArray
    next_share: FloatArray
    next_price: FloatArray
    mean: FloatArray
    bound: float
    step: float
    vain: int


class _Hand(NamedTuple):
    """Options that are picked, how often groups are reached, what sites would add, what rows bear."""

    picked: BoolArray
    times: IntArray
    gain: FloatArray
    load: FloatArray


Number = int | np.signedinteger
"""Of an option."""

Rows = tuple[FloatArray, FloatArray]
"""(rows, k) and (rows,): a x <= b over the options."""


def serves(problem: Problem) -> bool:
    """Say whether the first goal is residents reached, and nothing but options is to be decided."""
    first = problem.stages[0].objective == "most_reached"
    walks = problem.has("shortest_walk", "shortest_longest_walk")
    return first and not problem.seats and not walks


def bounded(
    problem: Problem,
    patterns: Patterns,
    start: BoolArray | None = None,
    *,
    ends: Callable[[float, float, BoolArray], bool] = lambda value, bound, _: value >= bound,
    time_s: float | None = None,
    further: Rows | None = None,
) -> Bounded:
    """
    Bound the residents whom a plan can newly reach, and look for a plan that reaches as many.

    Parameters
    ----------
    problem, patterns
        A question that this ``serves``.
    start
        (k,) options of a plan to begin with, that keeps to the rules.
    ends
        Told of value, bound and plan now and then; true ends the search.
    time_s
        About so long at most, by the count of ``PAIRS_A_SECOND``.
    further
        More rows over the options.
    """
    town, alone = _town(patterns)
    choice = _choice(problem, patterns, alone, further)
    none = np.zeros(len(patterns.option), dtype=np.bool_)
    half, free = 0.5 * town.weight, np.zeros(len(choice.upper))
    climb = _Climb(half, free, half, free, none.astype(float), np.inf, STEP, 0)
    picked, value = (none, -1.0) if start is None else _exchanged(town, choice, start)
    in_time = STEPS_N if time_s is None else time_s * PAIRS_A_SECOND / (len(town.member) + 1)
    steps_n = max(int(min(in_time, STEPS_N)), 1)
    for _ in range(0, steps_n, AT_ONCE_N):
        climb = _climbed(town, choice, climb, max(value, 0.0), min(steps_n, AT_ONCE_N))
        trial, reaches = _exchanged(town, choice, _rounded(choice, climb.mean))
        if reaches > value:
            picked, value = trial, reaches
        if ends(value, climb.bound, picked) or climb.step < STEP_MIN:
            break
    share = np.where(patterns.reached_n == 0, patterns.weight, 0.0)
    share[_several(patterns)] = climb.share
    worth = _worths(town, choice, climb.share, climb.price)
    price, over = _within(choice, worth)
    price[choice.priced] = climb.price[choice.priced]
    with_it = climb.bound + np.where(choice.must, 0.0, np.minimum(over, 0.0))
    return Bounded(picked, value, climb.bound, with_it, share, price * choice.unit)


def multipliers(model: Model, found: Bounded) -> FloatArray:
    """
    Return (rows,) multipliers of the rows of a model by which no plan exceeds the bound.

    For the columns x, from l to u, and the goal c of the residents reached: c x = y A x + (c - y A) x.
    So c x is at most the sum of y times the most of each row (where y < 0 its least), and of the
    larger of d l and d u of each column, with d = c - y A.

    Parameters
    ----------
    model
        Built from the patterns that were bounded.
    found
        The bound, without further rows.
    """
    patterns = model.patterns
    multiplier = np.zeros(model.sheet.rows_n)
    multiplier[: len(found.price)] = found.price
    use = _near(patterns)
    worth = np.bincount(
        patterns.member[use], found.share[patterns.group[use]], minlength=patterns.sites_n
    )
    several = model.sum_of >= 0
    multiplier[model.sum_of[several]] = -worth[several]
    several = model.reach_by >= 0
    multiplier[model.reach_by[several]] = -found.share[model.reach[0][several]]
    return multiplier


def proven(model: Model, chosen: IntArray) -> FloatArray | None:
    """
    Return (rows,) multipliers of a model by which no plan reaches more than about as many as one.

    Parameters
    ----------
    model
        Built from patterns of ``boil``.
    chosen
        Positions in ``Options`` of a good plan.

    Returns
    -------
    As ``multipliers``; none where the question is not one that this ``serves``.
    """
    if not serves(model.problem):
        return None
    start = np.isin(model.patterns.option, chosen)
    return multipliers(model, bounded(model.problem, model.patterns, start))


def _near(patterns: Patterns) -> BoolArray:
    return np.asarray(patterns.near & (patterns.reached_n[patterns.group] == 0))


def _several(patterns: Patterns) -> IntArray:
    """Return the groups that several sites could newly reach."""
    times = np.bincount(patterns.group[_near(patterns)], minlength=patterns.groups_n)
    return np.flatnonzero(times > 1)


def _town(patterns: Patterns) -> tuple[_Town, FloatArray]:
    """Return the groups of several sites, and the residents of each site's other groups."""
    use = _near(patterns)
    group, member = patterns.group[use], patterns.member[use]
    several = _several(patterns)
    number = np.full(patterns.groups_n, -1)
    number[several] = np.arange(len(several))
    single = number[group] < 0
    alone = np.bincount(
        member[single], patterns.weight[group[single]], minlength=patterns.sites_n
    ).astype(float)
    group, member = number[group[~single]], member[~single]
    by_site = np.argsort(member, kind="stable")
    town = _Town(
        patterns.weight[several],
        np.searchsorted(group, np.arange(len(several) + 1)),
        member,
        np.searchsorted(member[by_site], np.arange(patterns.sites_n + 1)),
        group[by_site],
    )
    return town, alone


def _choice(
    problem: Problem, patterns: Patterns, alone: FloatArray, further: Rows | None
) -> _Choice:
    sheet, within_n = choices(problem, patterns)
    matrix, upper, sign = _at_most(sheet, len(patterns.option), further)
    largest = abs(matrix).max(axis=1).toarray().ravel() if matrix.nnz else np.zeros(len(upper))
    largest[largest == 0.0] = 1.0
    by_option = scipy.sparse.csc_array(matrix / largest[:, None])
    place = problem.options.place[patterns.option]
    found, number = np.unique(place, return_inverse=True)
    number = np.where(place >= 0, number.ravel() - int((found < 0).any()), -1)
    most = problem.rules.most
    return _Choice(
        patterns.site,
        alone[patterns.site],
        number,
        problem.options.must[patterns.option],
        -1 if most is None else most,
        by_option.indptr.astype(np.int64),
        by_option.indices.astype(np.int64),
        by_option.data.astype(float),
        upper / largest,
        np.arange(len(upper)) >= within_n,
        sign / largest,
    )


def _at_most(
    sheet: Sheet, options_n: int, further: Rows | None
) -> tuple["scipy.sparse.csr_array", FloatArray, FloatArray]:
    """Return rows a x <= b of a sheet over options, and -1 for those that say at least."""
    lower = np.concatenate([np.empty(0), *sheet.row_lower])
    upper = np.concatenate([np.empty(0), *sheet.row_upper])
    sign = np.where(np.isfinite(upper), 1.0, -1.0)
    row, column, value = (
        np.concatenate([part[i] for part in sheet.entries] or [np.empty(0)]) for i in range(3)
    )
    matrix = scipy.sparse.csr_array(
        (value * sign[row.astype(int)], (row.astype(int), column.astype(int))),
        shape=(sheet.rows_n, options_n),
    )
    bound = np.where(sign > 0, upper, -lower)
    if further is not None:
        matrix = scipy.sparse.vstack([matrix, scipy.sparse.csr_array(further[0])], format="csr")
        bound = np.concatenate([bound, further[1]])
        sign = np.concatenate([sign, np.ones(len(further[1]))])
    return matrix, bound, sign


def _within(choice: _Choice, worth: FloatArray) -> tuple[FloatArray, FloatArray]:
    """
    Return (rows,) multipliers of the rows kept within, and (k,) what each option is worth beyond.

    The level is that of the best option for which there is no room any more; a place is worth what
    its best option is worth beyond the level. So no option that is not a must is worth more than 0
    beyond both, but those of no place, of which all above the level are taken.
    """
    price = np.zeros(len(choice.upper))
    inside = choice.place >= 0
    best = np.full(choice.place.max(initial=-1) + 1, -np.inf)
    np.maximum.at(best, choice.place[inside & ~choice.must], worth[inside & ~choice.must])
    used = np.zeros(len(best), dtype=bool)
    used[choice.place[choice.must & inside]] = True
    level = 0.0
    if choice.most >= 0:
        able = np.sort(np.concatenate([worth[~inside & ~choice.must], best[~used]]))[::-1]
        room = choice.most - int(choice.must.sum())
        level = max(float(able[room]), 0.0) if len(able) > room else 0.0
        price[0] = level
    over = worth - level
    several = np.bincount(choice.place[inside], minlength=len(best)) > 1
    beyond = np.where(several, np.maximum(best - level, 0.0), 0.0)
    first = int(choice.most >= 0)
    price[first : first + int(several.sum())] = beyond[several]
    over[inside] -= beyond[choice.place[inside]]
    return price, over


@compiled
def _worths(town: _Town, choice: _Choice, share: FloatArray, price: FloatArray) -> FloatArray:
    """Return (k,) what each option adds to the bound."""
    of_site = np.zeros(len(town.site_start) - 1)
    for group in range(len(town.weight)):
        for pair in range(town.start[group], town.start[group + 1]):
            of_site[town.member[pair]] += share[group]
    worth = choice.alone.copy()
    for option in range(len(worth)):
        worth[option] += of_site[choice.site[option]]
        for entry in range(choice.start[option], choice.start[option + 1]):
            worth[option] -= price[choice.row[entry]] * choice.value[entry]
    return worth


@compiled
def _best_within(choice: _Choice, worth: FloatArray) -> BoolArray:
    """Return (k,) the options worth most together: all musts, one of a place, at most so many."""
    picked = choice.must.copy()
    used = np.zeros(choice.place.max() + 1 if len(worth) else 0, dtype=np.bool_)
    for option in np.flatnonzero(picked):
        if choice.place[option] >= 0:
            used[choice.place[option]] = True
    room = choice.most - picked.sum() if choice.most >= 0 else len(worth)
    for option in np.argsort(-worth, kind="mergesort"):
        if room <= 0 or worth[option] <= 0.0:
            break
        place = choice.place[option]
        if picked[option] or (place >= 0 and used[place]):
            continue
        picked[option] = True
        room -= 1
        if place >= 0:
            used[place] = True
    return picked


@compiled
def _slopes(
    town: _Town, choice: _Choice, share: FloatArray, price: FloatArray, mean: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return how the bound grows with each share and each price; 0 where they are at an end."""
    used = np.zeros(len(town.site_start) - 1)
    row_slope = choice.upper.copy()
    for option in np.flatnonzero(mean > 0.0):
        used[choice.site[option]] += mean[option]
        for entry in range(choice.start[option], choice.start[option + 1]):
            row_slope[choice.row[entry]] -= mean[option] * choice.value[entry]
    for row in range(len(price)):
        if not choice.priced[row] or (price[row] <= 0.0 and row_slope[row] > 0.0):
            row_slope[row] = 0.0
    slope = np.full(len(share), -1.0)
    for group in range(len(share)):
        for pair in range(town.start[group], town.start[group + 1]):
            slope[group] += used[town.member[pair]]
        at_most = share[group] >= town.weight[group] and slope[group] < 0.0
        if at_most or (share[group] <= 0.0 and slope[group] > 0.0):
            slope[group] = 0.0
    return slope, row_slope


@compiled
def _climbed(town: _Town, choice: _Choice, climb: _Climb, target: float, steps_n: int) -> _Climb:
    """Take so many steps, each from the best share and price along the average answer."""
    best_share, best_price, share, price, mean, bound, step, vain = climb
    for _ in range(steps_n):
        worth = _worths(town, choice, share, price)
        picked = _best_within(choice, worth)
        value = (town.weight - share).sum() + (price * choice.upper).sum() + worth[picked].sum()
        if bound == np.inf:
            mean = picked.astype(np.float64)
        mean = (1.0 - SHARE) * mean + SHARE * picked
        vain += 1
        if value < bound:
            bound, best_share, best_price = value, share, price
            step, vain = min(step * GROW, STEP_MAX), 0
        elif vain == PATIENCE_N:
            step, vain = step * SHRINK, 0
        slope, row_slope = _slopes(town, choice, best_share, best_price, mean)
        size = (slope * slope).sum() + (row_slope * row_slope).sum()
        if size <= 0.0 or bound <= target or step < STEP_MIN:
            break
        move = step * (value - target) / size
        share = np.minimum(np.maximum(best_share - move * slope, 0.0), town.weight)
        price = np.maximum(best_price - move * row_slope, 0.0)
    return _Climb(best_share, best_price, share, price, mean, bound, step, vain)


@compiled
def _fits(choice: _Choice, load: FloatArray, option: int) -> bool:
    """Say whether an option can be added to what rows bear, or makes up for what they lack."""
    for entry in range(choice.start[option], choice.start[option + 1]):
        row = choice.row[entry]
        if (
            choice.value[entry] > 0.0
            and load[row] + choice.value[entry] > choice.upper[row] + EQUAL
        ):
            return False
    return True


@compiled
def _loaded(choice: _Choice, picked: BoolArray) -> FloatArray:
    """Return (rows,) what each row bears."""
    load = np.zeros(len(choice.upper))
    for option in np.flatnonzero(picked):
        for entry in range(choice.start[option], choice.start[option + 1]):
            load[choice.row[entry]] += choice.value[entry]
    return load


@compiled
def _rounded(choice: _Choice, mean: FloatArray) -> BoolArray:
    """Return (k,) the options that were chosen most often, as long as the rows allow."""
    picked = choice.must.copy()
    load = _loaded(choice, picked)
    for option in np.argsort(-mean, kind="mergesort"):
        if mean[option] <= 0.0:
            break
        if not picked[option] and _fits(choice, load, option):
            picked[option] = True
            for entry in range(choice.start[option], choice.start[option + 1]):
                load[choice.row[entry]] += choice.value[entry]
    return picked


@compiled
def _moved(town: _Town, choice: _Choice, hand: _Hand, option: Number, by: int) -> float:
    """Take an option into the hand (1) or out of it (-1); return the residents whom that moves."""
    hand.picked[option] = by > 0
    for entry in range(choice.start[option], choice.start[option + 1]):
        hand.load[choice.row[entry]] += by * choice.value[entry]
    site, moved = choice.site[option], choice.alone[option]
    for at in range(town.site_start[site], town.site_start[site + 1]):
        group = town.group[at]
        before = hand.times[group]
        hand.times[group] += by
        if before == 0 or hand.times[group] == 0:
            moved += town.weight[group]
            for pair in range(town.start[group], town.start[group + 1]):
                hand.gain[town.member[pair]] -= by * town.weight[group]
    return moved  # type: ignore[no-any-return]


@compiled
def _lacks(choice: _Choice, load: FloatArray, option: Number, instead: int) -> bool:
    """Say whether a row of an option that went away lacks something that another one does not give."""
    for entry in range(choice.start[option], choice.start[option + 1]):
        row = choice.row[entry]
        less = load[row] - choice.upper[row]
        if less > EQUAL:
            for its in range(choice.start[instead], choice.start[instead + 1]):
                if choice.row[its] == row:
                    less += choice.value[its]
            if less > EQUAL:
                return True
    return False


@compiled
def _instead(choice: _Choice, hand: _Hand, gone: Number, least: float) -> Number:
    """Return the option that newly reaches most, and more than so many, or the one that is gone."""
    best = gone
    for option in range(len(hand.picked)):
        newly = hand.gain[choice.site[option]] + choice.alone[option]
        if hand.picked[option] or newly <= least + EQUAL or not _fits(choice, hand.load, option):
            continue
        if gone < 0 or not _lacks(choice, hand.load, gone, option):
            best, least = option, newly
    return best


@compiled
def _exchanged(town: _Town, choice: _Choice, start: BoolArray) -> tuple[BoolArray, float]:
    """Add and exchange options while that reaches more; a plan that breaks a row is worth -1."""
    gain = np.zeros(len(town.site_start) - 1)
    for group in range(len(town.weight)):
        for pair in range(town.start[group], town.start[group + 1]):
            gain[town.member[pair]] += town.weight[group]
    times = np.zeros(len(town.weight), dtype=np.int64)
    hand = _Hand(np.zeros(len(start), dtype=np.bool_), times, gain, np.zeros(len(choice.upper)))
    value = 0.0
    for option in np.flatnonzero(start):
        value += _moved(town, choice, hand, option, 1)
    better = True
    while better:
        better = False
        other = _instead(choice, hand, -1, 0.0)
        while other >= 0:
            value += _moved(town, choice, hand, other, 1)
            other = _instead(choice, hand, -1, 0.0)
        for option in np.flatnonzero(hand.picked & ~choice.must):
            loss = _moved(town, choice, hand, option, -1)
            other = _instead(choice, hand, option, loss)
            value += _moved(town, choice, hand, other, 1) - loss
            better = better or other != option
    if (hand.load > choice.upper + EQUAL).any():
        value = -1.0
    return hand.picked, value
