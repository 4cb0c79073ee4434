"""The same question with homes that are alike as one: small enough to be kept beside an answer."""

from dataclasses import replace

import numpy as np

from geo.siting.patterns import looks_at_walks, signatures
from geo.siting.problem import Covers, Demand, Problem


def condensed(problem: Problem) -> Problem:
    """
    Return a question to which every plan is worth the same as to another one.

    Homes are one where all goals and rules see them alike: the same options cover them, the same unit
    has them, as many places reach them today; where walks count, these are the same to the last bit. What
    no goal looks at is left out: walks where only the limit counts, and further columns of residents.

    Parameters
    ----------
    problem
        Of any goals and rules.

    Returns
    -------
    The question; options are as they were, homes in an order that no order of the given ones changes.
    """
    covers, demand = problem.covers, problem.demand
    by_walk = looks_at_walks(problem)
    use = np.ones(len(covers.home), dtype=bool) if by_walk else covers.near
    today = demand.walk if by_walk else np.full(covers.homes_n, np.inf)
    own = np.column_stack([demand.unit, demand.reached_n, today.view(np.int64)])
    bits = (covers.walk if by_walk else covers.walk[:0]).view(np.int64)
    options = np.arange(covers.options_n)
    seen = signatures((covers.option, covers.home, use), options, bits, own)
    order = np.lexsort((demand.weight, *seen.T))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (seen[order[1:]] != seen[order[:-1]]).any(axis=1)
    one = order[new]
    group_of = np.full(covers.homes_n, -1)
    group_of[one] = np.arange(len(one))
    kept = np.flatnonzero(use & (group_of[covers.home] >= 0))
    weight = (
        np.add.reduceat(demand.weight[order], np.flatnonzero(new)) if len(order) else demand.weight
    )
    return replace(
        problem,
        demand=Demand(weight, demand.unit[one], demand.reached_n[one], today[one]),
        covers=Covers.of(
            covers.option[kept],
            group_of[covers.home[kept]],
            covers.walk[kept] if by_walk else np.zeros(len(kept)),
            shape=(covers.options_n, len(one)),
            limit=covers.limit,
        ),
    )
