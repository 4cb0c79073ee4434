"""
A problem boiled down: homes that no plan can tell apart are one, options that no plan needs go.

Two homes with the same covering options (and the same unit, and for walks the same walks) are
always reached together, so their residents are added up: exact, and a tenth of the size or less.
Everything is in an order that follows from keys and contents, never from the order of rows; so the
solver sees the same model, and gives the same plan, however the input was sorted.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from geo.arrays import FloatArray, IntArray
from geo.siting.checks import eligible
from geo.siting.homes import fallback_walk, totals, useful, wanted_n
from geo.siting.problem import BoolArray, Problem

DOMINANCE_MAX_N = 4000
"""Above so many options the solver's own presolve looks for dominated ones; a table would not fit."""


@dataclass(frozen=True, eq=False)
class Patterns:
    """
    Options worth looking at, and groups of homes.

    Attributes
    ----------
    option
        (k,) positions in ``Options``, by key.
    site
        (k,) options of one place with the same homes are one site; sites count in order of keys.
    sites_n
        Number of sites.
    weight, unit, reached_n, walk
        (g,) of each group, as in ``Demand``; ``unit`` is -1 where no goal asks for units.
    group, member, pair_walk
        (pairs,) group, site and walk of every pair, sorted by group, then site.
    near
        (pairs,) true where the walk is within the limit.
    """

    option: IntArray
    site: IntArray
    sites_n: int
    weight: FloatArray
    unit: IntArray
    reached_n: IntArray
    walk: FloatArray
    group: IntArray
    member: IntArray
    pair_walk: FloatArray
    near: BoolArray

    @property
    def groups_n(self) -> int:
        """Number of groups."""
        return len(self.weight)


def boil(problem: Problem, *, every_plan: bool = False) -> Patterns:
    """
    Return the patterns of a problem.

    Parameters
    ----------
    problem
        Checked by ``geo.siting.checks.check``.
    every_plan
        Keep options that are never better than another one, for near-equal plans.
    """
    allowed = eligible(problem)
    patterns = _merge(problem, allowed)
    if not every_plan and _may_dominate(problem, patterns):
        dropped = patterns.option[_dominated(problem, patterns)]
        if dropped.size:
            allowed[dropped] = False
            patterns = _merge(problem, allowed)
    return patterns


def _merge(problem: Problem, allowed: BoolArray) -> Patterns:
    covers, rules = problem.covers, problem.rules
    use = useful(problem, allowed)
    needed = problem.options.must.copy()
    needed[np.unique(covers.option[use])] = True
    for target in rules.targets:
        if target.missing:
            needed[list(target.options)] = True
    kept = np.flatnonzero(needed & allowed)
    kept = kept[np.argsort(problem.options.key[kept], kind="stable")]
    rank = np.full(len(allowed), -1)
    rank[kept] = np.arange(len(kept))
    flows = problem.seats or problem.has("shortest_walk", "shortest_longest_walk")
    option, home = rank[covers.option[use]], covers.home[use]
    walk, near = covers.walk[use], covers.near[use]
    if flows:
        site = np.arange(len(kept))
    else:
        site = _sites(problem.options.place[kept], option, home, covers.homes_n)
    order = np.lexsort((site[option], home))
    member, home, walk, near = site[option][order], home[order], walk[order], near[order]
    first = np.ones(len(home), dtype=bool)
    first[1:] = (home[1:] != home[:-1]) | (member[1:] != member[:-1])
    pairs = (home[first], member[first], walk[first], near[first])
    return _group(problem, (kept, site), pairs, by_walk=flows)


def _sites(place: IntArray, option: IntArray, home: IntArray, homes_n: int) -> IntArray:
    """Number the sites: options of one place whose homes are the same."""
    number = np.random.default_rng(0).integers(1 << 62, size=(homes_n, 2), dtype=np.int64)
    signature = np.zeros((len(place), 2), dtype=np.int64)
    np.add.at(signature, option, number[home])
    alone = np.where(place >= 0, place, -1 - np.arange(len(place)))
    rows = np.column_stack([alone, signature])
    _, first, site = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    by_key = np.argsort(np.argsort(first))
    return np.asarray(by_key[site.ravel()])


def _group(
    problem: Problem,
    options: tuple[IntArray, IntArray],
    pairs: tuple[IntArray, IntArray, FloatArray, BoolArray],
    *,
    by_walk: bool,
) -> Patterns:
    home, member, walk, near = pairs
    demand = problem.demand
    homes, start, count = np.unique(home, return_index=True, return_counts=True)
    signature = _signature(member, walk if by_walk else None, start)
    unit = demand.unit[homes] if problem.has("worst_unit_first") else np.full(len(homes), -1)
    reached_n = np.minimum(demand.reached_n[homes], wanted_n(problem))
    today = fallback_walk(problem)[homes] if by_walk else np.zeros(len(homes))
    columns = (today, reached_n, unit, signature[:, 1], signature[:, 0])
    order = np.lexsort(columns)
    new = np.zeros(len(homes), dtype=bool)
    new[:1] = True
    for column in columns:
        new[1:] |= column[order][1:] != column[order][:-1]
    group_of_home = np.empty(len(homes), dtype=np.int64)
    group_of_home[order] = np.cumsum(new) - 1
    groups_n = int(new.sum())
    one = order[new]
    length = count[one]
    taken = np.repeat(start[one] - np.cumsum(length) + length, length) + np.arange(length.sum())
    kept, site = options
    return Patterns(
        option=kept,
        site=site,
        sites_n=int(site.max(initial=-1)) + 1,
        weight=totals(demand.weight[homes], group_of_home, groups_n),
        unit=unit[one],
        reached_n=reached_n[one],
        walk=today[one],
        group=np.repeat(np.arange(groups_n), length),
        member=member[taken],
        pair_walk=walk[taken],
        near=near[taken],
    )


def _signature(member: IntArray, walk: FloatArray | None, start: IntArray) -> IntArray:
    """Return (homes, 2) numbers that are equal where the sites (and walks) of two homes are."""
    if len(member) == 0:
        return np.empty((0, 2), dtype=np.int64)
    code = member
    if walk is not None:
        order = np.lexsort((walk, member))
        new = np.zeros(len(order), dtype=np.int64)
        new[1:] = (np.diff(member[order]) != 0) | (np.diff(walk[order]) != 0)
        code = np.empty_like(member)
        code[order] = np.cumsum(new)
    number = np.random.default_rng(0).integers(1 << 62, size=(int(code.max()) + 1, 2))
    return np.asarray(np.add.reduceat(number[code], start, axis=0))


def _may_dominate(problem: Problem, patterns: Patterns) -> bool:
    only = {"most_reached", "fewest_places", "cheapest", "worst_unit_first"}
    exact = all(stage.objective in only for stage in problem.stages)
    exact &= not problem.seats and problem.rules.apart_m is None
    return exact and 1 < len(patterns.option) <= DOMINANCE_MAX_N


def _dominated(problem: Problem, patterns: Patterns) -> BoolArray:
    """
    Return (k,) the options that another one replaces in every plan.

    That one has no fewer homes, is no dearer and has no tie of its own, and this one is not named
    by a target or a must. Of two equals the first key stays.
    """
    options, kept = problem.options, patterns.option
    ones = np.ones(len(patterns.group))
    shape = (patterns.sites_n, patterns.groups_n)
    homes = scipy.sparse.csr_array((ones, (patterns.member, patterns.group)), shape=shape)
    common = (homes @ homes.T).toarray()
    inside = common >= np.diag(common)[:, None] - 0.5
    replaced = inside[np.ix_(patterns.site, patterns.site)]
    # What is not known is dearer than all that is, and as dear as what is not known either.
    yen = np.nan_to_num(options.first_year_yen[kept], nan=np.inf)
    replaced &= yen[None, :] <= yen[:, None]
    replaced &= _as_free(options.place[kept])
    if problem.rules.one_per_owner:
        replaced &= _as_free(options.owner[kept])
    named = options.must.copy()
    for target in problem.rules.targets:
        named[list(target.options)] = True
    replaced[named[kept]] = False
    later = np.arange(len(kept))[:, None] > np.arange(len(kept))[None, :]
    replaced &= ~replaced.T | later
    np.fill_diagonal(replaced, val=False)
    return np.asarray(replaced.any(axis=1))


def _as_free(label: IntArray) -> BoolArray:
    """Return (k, k) true where choosing the column excludes nothing that choosing the row does not."""
    found, count = np.unique(label, return_counts=True)
    alone = (label < 0) | np.isin(label, found[count == 1])
    return np.asarray(alone[None, :] | (label[:, None] == label[None, :]))
