"""
A problem boiled down: homes that no plan can tell apart are one, options that no plan needs go.

Two homes with the same covering options (and the same unit, and for walks the same walks) are
always reached together, so their residents are added up: exact, and a tenth of the size or less.
Everything is in an order that follows from keys and contents, never from the order of rows; so the
solver sees the same model, and gives the same plan, however the input was sorted.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray
from geo.siting.checks import eligible
from geo.siting.homes import fallback_walk, useful, wanted_n
from geo.siting.problem import BoolArray, Problem

Pairs = tuple[IntArray, IntArray, FloatArray, BoolArray]
"""Label, home and walk of every pair, and whether it is within the limit."""

PAIRS_N = 1 << 20
"""So many pairs are looked at at once."""

Homes = tuple[FloatArray, IntArray, IntArray, FloatArray]
"""Weight, unit, places today and walk today of every home."""


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
        (pairs,) group, site and walk of every pair, sorted by group, then site; no walk counts (0)
        unless a goal asks for walks.
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
    patterns = _merge(problem, eligible(problem))
    if every_plan or not _may_dominate(problem):
        return patterns
    return without(patterns, _replaced(problem, patterns))


def without(patterns: Patterns, dropped: BoolArray) -> Patterns:
    """
    Return patterns without some options; groups that only those told apart become one.

    Parameters
    ----------
    patterns
        As ``boil`` made them.
    dropped
        (k,) true for the options to leave out.
    """
    if not dropped.any():
        return patterns
    stays, first = np.unique(patterns.site[~dropped], return_index=True)
    stays = stays[np.argsort(first)]
    site = np.full(patterns.sites_n, -1)
    site[stays] = np.arange(len(stays))
    pairs = (patterns.member, patterns.group, patterns.pair_walk, patterns.near)
    homes = (patterns.weight, patterns.unit, patterns.reached_n, patterns.walk)
    use = np.ones(len(patterns.group), dtype=bool)
    merged = _grouped(pairs, site, use, homes, by_walk=bool(patterns.pair_walk.any()))
    return Patterns(patterns.option[~dropped], site[patterns.site[~dropped]], len(stays), *merged)


def looks_at_walks(problem: Problem) -> bool:
    """Say whether any goal or rule asks how far a walk is, and not only whether it is within the limit."""
    return problem.seats or problem.has("shortest_walk", "shortest_longest_walk")


def _merge(problem: Problem, allowed: BoolArray) -> Patterns:
    covers, demand = problem.covers, problem.demand
    use = useful(problem, allowed)
    catchment = _catchments(covers.option, covers.home, use, len(allowed))
    needed = problem.options.must | (catchment[:, 0] > 0)
    for target in problem.rules.targets:
        if target.missing:
            needed[list(target.options)] = True
    kept = np.flatnonzero(needed & allowed)
    kept = kept[np.argsort(problem.options.key[kept], kind="stable")]
    by_walk = looks_at_walks(problem)
    place = problem.options.place[kept]
    site = np.arange(len(kept)) if by_walk else _sites(place, catchment[kept])
    sites, first = np.unique(site, return_index=True)
    site_of = np.full(len(allowed), -1)
    site_of[kept[first]] = sites
    homes_n = len(demand.weight)
    homes = (
        demand.weight,
        demand.unit if problem.has("worst_unit_first") else np.full(homes_n, -1),
        np.minimum(demand.reached_n, wanted_n(problem)),
        fallback_walk(problem) if by_walk else np.zeros(homes_n),
    )
    pairs = (covers.option, covers.home, covers.walk, covers.near)
    return Patterns(kept, site, len(sites), *_grouped(pairs, site_of, use, homes, by_walk=by_walk))


def _sites(place: IntArray, catchment: IntArray) -> IntArray:
    """Number the sites: options of one place whose homes are the same."""
    alone = np.where(place >= 0, place, -1 - np.arange(len(place)))
    rows = np.column_stack([alone, catchment])
    _, first, site = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    by_key = np.argsort(np.argsort(first))
    return np.asarray(by_key[site.ravel()])


def _grouped(
    pairs: Pairs, site_of: IntArray, use: BoolArray, homes: Homes, *, by_walk: bool
) -> tuple[FloatArray, IntArray, IntArray, FloatArray, IntArray, IntArray, FloatArray, BoolArray]:
    """Return what ``Patterns`` says of groups and pairs; a label without a site is left out."""
    label, home, walk, near = pairs
    weight, unit, reached_n, today = homes
    bits = (walk if by_walk else walk[:0]).view(np.int64)
    own = np.column_stack([unit, reached_n, today.view(np.int64)])
    seen = signatures((label, home, use), site_of, bits, own)
    known = np.flatnonzero(seen[:, 0] > 0)
    # By weight as well: so a sum is the same to the last bit in any order of rows.
    order = known[np.lexsort((weight[known], seen[known, 2], seen[known, 1]))]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (seen[order[1:], 1:] != seen[order[:-1], 1:]).any(axis=1)
    one = order[new]
    group_of = np.full(len(weight), -1)
    group_of[one] = np.arange(len(one))
    taken = np.flatnonzero(use & (site_of[label] >= 0) & (group_of[home] >= 0))
    group, member = group_of[home[taken]], site_of[label[taken]]
    by_group = np.lexsort((member, group))
    taken = taken[by_group]
    total = np.add.reduceat(weight[order], np.flatnonzero(new)) if len(order) else np.empty(0)
    return (
        *(total, unit[one], reached_n[one], today[one], group[by_group], member[by_group]),
        *(walk[taken] if by_walk else np.zeros(len(taken)), near[taken]),
    )


def _mixed(number: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread numbers over 64 bits (SplitMix64: Steele, Lea & Flood 2014, OOPSLA, 453–472)."""
    bits = number + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _added(
    row: IntArray, mixed: NDArray[np.uint64], found: NDArray[np.uint64], n: IntArray
) -> None:
    """Count rows and add two numbers up for each, modulo 2⁶⁴: equal for equal sets (in place)."""
    n += np.bincount(row, minlength=len(n))
    np.add.at(found[0], row, mixed)
    np.add.at(found[1], row, _mixed(mixed))


def _chunks(use: BoolArray) -> Iterator[IntArray]:
    """Yield the positions that are true, a few at a time: what is reckoned of them stays small."""
    for first in range(0, len(use), PAIRS_N):
        yield first + np.flatnonzero(use[first : first + PAIRS_N])


def _catchments(label: IntArray, home: IntArray, use: BoolArray, labels_n: int) -> IntArray:
    """Return (labels, 3) how many homes each has, and two numbers that are equal where these are."""
    found, n = np.zeros((2, labels_n), dtype=np.uint64), np.zeros(labels_n, dtype=np.int64)
    for pair in _chunks(use):
        _added(label[pair], _mixed(home[pair].astype(np.uint64)), found, n)
    return np.column_stack([n, found.view(np.int64).T])


def signatures(
    pairs: tuple[IntArray, IntArray, BoolArray], site_of: IntArray, bits: IntArray, own: IntArray
) -> IntArray:
    """Return (homes, 3) how many sites each home has, and two numbers equal where homes are alike."""
    label, home, use = pairs
    found, n = np.zeros((2, len(own)), dtype=np.uint64), np.zeros(len(own), dtype=np.int64)
    for column in own.T:
        found[0] = _mixed(found[0] ^ column.astype(np.int64).view(np.uint64))
    found[1] = _mixed(found[0])
    for near in _chunks(use):
        site = site_of[label[near]]
        pair, site = near[site >= 0], site[site >= 0]
        mixed = _mixed(site.astype(np.uint64))
        if len(bits):
            mixed = _mixed(mixed ^ bits[pair].view(np.uint64))
        _added(home[pair], mixed, found, n)
    return np.column_stack([n, found.view(np.int64).T])


def _may_dominate(problem: Problem) -> bool:
    only = {"most_reached", "fewest_places", "cheapest", "worst_unit_first"}
    exact = all(stage.objective in only for stage in problem.stages)
    return exact and not problem.seats and problem.rules.apart_m is None


def _replaced(problem: Problem, patterns: Patterns) -> BoolArray:
    """
    Return (k,) the options that another one replaces in every plan.

    That one has no fewer homes, is no dearer and has no tie of its own, and this one is not named
    by a target or a must. Of two equals the first key stays.
    """
    options, kept = problem.options, patterns.option
    named = options.must.copy()
    for target in problem.rules.targets:
        named[list(target.options)] = True
    owner = options.owner[kept] if problem.rules.one_per_owner else np.full(len(kept), -1)
    ties = [_ties(label) for label in (options.place[kept], owner)]
    # What is not known is dearer than all that is, and as dear as what is not known either.
    yen = np.nan_to_num(options.first_year_yen[kept], nan=np.inf)
    return _dominated(patterns, yen, np.column_stack(ties), named[kept])


def _ties(label: IntArray) -> IntArray:
    """Return (k,) the label of each option, -1 where choosing it excludes no other."""
    found, count = np.unique(label, return_counts=True)
    return np.where(np.isin(label, found[count > 1]), label, -1)


def _dominated(patterns: Patterns, yen: FloatArray, ties: IntArray, named: BoolArray) -> BoolArray:
    """
    Find those that are replaced.

    Parameters
    ----------
    patterns
        Options, sites and groups.
    yen, ties, named
        (k,) what each option costs, (k, 2) its ties (-1 none), and whether it is named.
    """
    site, sites_n, groups_n = patterns.site, patterns.sites_n, patterns.groups_n
    size = np.bincount(patterns.member, minlength=sites_n)
    crowd = np.bincount(patterns.group, minlength=groups_n)
    # The groups of each site, the one that the fewest sites have first: whoever has all has that one.
    order = np.lexsort((crowd[patterns.group], patterns.member))
    groups, first = patterns.group[order], np.cumsum(size) - size
    own = np.flatnonzero(~named & (size[site] > 0))
    rare = groups[first[site[own]]]
    at, pair = _each(np.cumsum(crowd)[rare] - crowd[rare], crowd[rare])
    own, near = own[at], patterns.member[pair]
    more = size[near] - size[site[own]]
    of_site = np.argsort(site, kind="stable")
    options_n = np.bincount(site, minlength=sites_n)
    at, other = _each(
        (np.cumsum(options_n) - options_n)[near], np.where(more < 0, 0, options_n[near])
    )
    own, near, more, other = own[at], near[at], more[at], of_site[other]
    free = _as_free(ties, other, own)
    as_good = (more == 0) & (yen[other] == yen[own]) & _as_free(ties, own, other)
    better = (other < own) | ~as_good | named[other]
    taken = (other != own) & (yen[other] <= yen[own]) & free & better
    own, near = own[taken], near[taken]
    both, at = np.unique(site[own] * sites_n + near, return_inverse=True)
    held = _all_hold(patterns, (groups, first, size), both // sites_n, both % sites_n)
    found = np.zeros(len(site), dtype=bool)
    found[own[held[at.ravel()]]] = True
    return found


def _each(first: IntArray, count: IntArray) -> tuple[IntArray, IntArray]:
    """Return the rows of ranges of positions, one after the other, and the positions in them."""
    row = np.repeat(np.arange(len(count)), count)
    return row, np.arange(len(row)) + (first - np.cumsum(count) + count)[row]


def _as_free(ties: IntArray, one: IntArray, other: IntArray) -> BoolArray:
    """Say whether choosing one option excludes nothing that choosing the other does not."""
    return np.asarray(((ties[one] < 0) | (ties[one] == ties[other])).all(axis=1))


def _all_hold(
    patterns: Patterns, of_site: tuple[IntArray, IntArray, IntArray], own: IntArray, near: IntArray
) -> BoolArray:
    """Say of pairs of sites whether the second is in all groups of the first, rare ones looked at first."""
    groups, first, size = of_site
    keys = patterns.group * patterns.sites_n + patterns.member
    held, open_ = np.ones(len(own), dtype=bool), np.flatnonzero(own != near)
    step, width = 0, 1
    while len(open_):
        count = np.minimum(size[own[open_]] - step, width)
        row, at = _each(first[own[open_]] + step, count)
        wanted = groups[at] * patterns.sites_n + near[open_[row]]
        slot = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        held[open_[row[keys[slot] != wanted]]] = False
        step += width
        open_ = open_[held[open_] & (size[own[open_]] > step)]
        width = max(min(2 * width, PAIRS_N // max(len(open_), 1)), 1)
    return held
