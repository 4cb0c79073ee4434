"""
A problem boiled down: homes that no plan can tell apart are one, options that no plan needs go.

Two homes with the same covering options (and the same unit, and for walks the same walks) are
always reached together, so their residents are added up: exact, and a tenth of the size or less.
Everything is in an order that follows from keys and contents, never from the order of rows; so the
solver sees the same model, and gives the same plan, however the input was sorted.
"""

from dataclasses import dataclass

import numpy as np

from geo.arrays import FloatArray, IntArray, compiled
from geo.siting.checks import eligible
from geo.siting.homes import fallback_walk, useful, wanted_n
from geo.siting.problem import BoolArray, Problem

Pairs = tuple[IntArray, IntArray, FloatArray, BoolArray]
"""Label, home and walk of every pair, and whether it is within the limit."""

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
    by_walk = problem.seats or problem.has("shortest_walk", "shortest_longest_walk")
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
    seen = _signatures((label, home, use), site_of, bits, own)
    known = np.flatnonzero(seen[:, 0] > 0)
    # By weight as well: so a sum is the same to the last bit in any order of rows.
    order = known[np.lexsort((weight[known], seen[known, 2], seen[known, 1]))]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (seen[order[1:], 1:] != seen[order[:-1], 1:]).any(axis=1)
    one = order[new]
    group_of = np.full(len(weight), -1)
    group_of[one] = np.arange(len(one))
    taken = _pairs_of((label, home, use), site_of, group_of, int(seen[one, 0].sum()))
    group, member = group_of[home[taken]], site_of[label[taken]]
    by_group = np.lexsort((member, group))
    taken = taken[by_group]
    total = np.add.reduceat(weight[order], np.flatnonzero(new)) if len(order) else np.empty(0)
    return (
        *(total, unit[one], reached_n[one], today[one], group[by_group], member[by_group]),
        *(walk[taken] if by_walk else np.zeros(len(taken)), near[taken]),
    )


@compiled
def _mixed(number: int) -> int:
    """Spread a number over 64 bits (SplitMix64: Steele, Lea & Flood 2014, OOPSLA, 453–472)."""
    bits = np.uint64(number) + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.int64(bits ^ (bits >> np.uint64(31)))  # type: ignore[return-value]  # an int, compiled


@compiled
def _catchments(label: IntArray, home: IntArray, use: BoolArray, labels_n: int) -> IntArray:
    """Return (labels, 3) how many homes each has, and two numbers that are equal where these are."""
    found = np.zeros((labels_n, 3), dtype=np.int64)
    for pair in range(len(label)):
        if use[pair]:
            mixed = _mixed(home[pair])
            found[label[pair], 0] += 1
            found[label[pair], 1] += mixed
            found[label[pair], 2] += _mixed(mixed)
    return found


@compiled
def _signatures(
    pairs: tuple[IntArray, IntArray, BoolArray], site_of: IntArray, bits: IntArray, own: IntArray
) -> IntArray:
    """Return (homes, 3) how many sites each home has, and two numbers equal where homes are alike."""
    label, home, use = pairs
    found = np.zeros((len(own), 3), dtype=np.int64)
    for at in range(len(own)):
        mixed = 0
        for column in range(own.shape[1]):
            mixed = _mixed(mixed ^ own[at, column])
        found[at, 1], found[at, 2] = mixed, _mixed(mixed)
    for pair in range(len(label)):
        site = site_of[label[pair]]
        if use[pair] and site >= 0:
            mixed = _mixed(site)
            if len(bits):
                mixed = _mixed(mixed ^ bits[pair])
            found[home[pair], 0] += 1
            found[home[pair], 1] += mixed
            found[home[pair], 2] += _mixed(mixed)
    return found


@compiled
def _pairs_of(
    pairs: tuple[IntArray, IntArray, BoolArray], site_of: IntArray, group_of: IntArray, n: int
) -> IntArray:
    """Return (n,) the pairs of the homes that stand for a group."""
    label, home, use = pairs
    found = np.empty(n, dtype=np.int64)
    count = 0
    for pair in range(len(label)):
        if use[pair] and site_of[label[pair]] >= 0 and group_of[home[pair]] >= 0:
            found[count] = pair
            count += 1
    return found


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
    by_site = np.argsort(patterns.site, kind="stable")
    by_member = np.argsort(patterns.member, kind="stable")
    return _dominated(
        (np.searchsorted(patterns.group, np.arange(patterns.groups_n + 1)), patterns.member),
        (
            np.searchsorted(patterns.member[by_member], np.arange(patterns.sites_n + 1)),
            patterns.group[by_member],
        ),
        (np.searchsorted(patterns.site[by_site], np.arange(patterns.sites_n + 1)), by_site),
        (patterns.site, yen, np.column_stack(ties), named[kept]),
    )


def _ties(label: IntArray) -> IntArray:
    """Return (k,) the label of each option, -1 where choosing it excludes no other."""
    found, count = np.unique(label, return_counts=True)
    return np.where(np.isin(label, found[count > 1]), label, -1)


@compiled
def _dominated(
    of_group: tuple[IntArray, IntArray],
    of_site: tuple[IntArray, IntArray],
    options_of: tuple[IntArray, IntArray],
    options: tuple[IntArray, FloatArray, IntArray, BoolArray],
) -> BoolArray:
    """
    Find those that are replaced.

    Rows of sites of each group, of groups and of options of each site as (start, item); site, yen,
    ties (-1 none) of each option, and whether it is named.
    """
    group_start, member = of_group
    site_start, group = of_site
    option_start, option_of = options_of
    site, _, _, named = options
    found = np.zeros(len(site), dtype=np.bool_)
    for own in range(len(site)):
        homes = group[site_start[site[own]] : site_start[site[own] + 1]]
        if named[own] or len(homes) == 0:
            continue
        # Who has all of its homes has those that the fewest have.
        rare = homes[0]
        for home in homes:
            if _length(group_start, home) < _length(group_start, rare):
                rare = home
        for near in range(group_start[rare], group_start[rare + 1]):
            its = member[near]
            more = _length(site_start, its) - len(homes)
            for slot in range(option_start[its], option_start[its + 1]):
                other = option_of[slot]
                if more >= 0 and not found[own] and _replaces(options, other, own, more):
                    found[own] = _all_hold(member, group_start, homes, its)
    return found


@compiled
def _replaces(
    options: tuple[IntArray, FloatArray, IntArray, BoolArray], other: int, own: int, more: int
) -> bool:
    """Say whether another option with the same homes, and so many more, replaces one."""
    _, yen, ties, named = options
    if other == own or yen[other] > yen[own] or not _as_free(ties, other, own):
        return False
    as_good = more == 0 and yen[other] == yen[own] and _as_free(ties, own, other)
    return other < own or not as_good or named[other]


@compiled
def _length(start: IntArray, row: int) -> int:
    return start[row + 1] - start[row]  # type: ignore[no-any-return]


@compiled
def _as_free(ties: IntArray, one: int, other: int) -> bool:
    """Say whether choosing one option excludes nothing that choosing the other does not."""
    for column in range(ties.shape[1]):
        if ties[one, column] >= 0 and ties[one, column] != ties[other, column]:
            return False
    return True


@compiled
def _all_hold(member: IntArray, start: IntArray, groups: IntArray, site: int) -> bool:
    """Say whether a site is among those, which are in order, of each of some groups."""
    for group in groups:
        its = member[start[group] : start[group + 1]]
        at = np.searchsorted(its, site)
        if at == len(its) or its[at] != site:
            return False
    return True
