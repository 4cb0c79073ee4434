"""Which options may be chosen at all, and what no plan can be made from."""

import math

import numpy as np
import scipy

from geo.arrays import FloatArray, IntArray
from geo.errors import InvalidInputError, Sentence
from geo.siting.problem import BoolArray, Options, Problem, Rules

YEN_TOLERANCE = 1e-6


def overlap_pct(problem: Problem) -> FloatArray:
    """Return (n,) the share of each option's residents whom an existing place reaches; 0 of 0 is 0."""
    matrix = problem.covers.matrix()
    weight = problem.demand.weight
    catchment = matrix @ weight
    reached = matrix @ np.where(problem.demand.reached, weight, 0.0)
    share = np.divide(reached, catchment, out=np.zeros_like(catchment), where=catchment > 0)
    return np.asarray(100.0 * share)


def eligible(problem: Problem) -> BoolArray:
    """Return (n,) the options that may be chosen: not forbidden, not too near what exists, usable."""
    rules = problem.rules
    allowed = ~problem.options.must_not
    if rules.overlap_max_pct is not None:
        allowed &= overlap_pct(problem) <= rules.overlap_max_pct + 1e-9
    if problem.seats:
        allowed &= problem.options.capacity >= rules.group_min
    return np.asarray(allowed)


def too_near(options: Options, among: IntArray, apart_m: float) -> IntArray:
    """Return (pairs, 2) positions in ``among`` of options of two places less than ``apart_m`` apart."""
    if len(among) == 0:
        return np.empty((0, 2), dtype=np.int64)
    xy, place = options.xy[among], options.place[among]
    pairs = scipy.spatial.cKDTree(xy).query_pairs(apart_m, output_type="ndarray").astype(np.int64)
    distance = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T)
    one_place = (place[pairs[:, 0]] == place[pairs[:, 1]]) & (place[pairs[:, 0]] >= 0)
    pairs = np.sort(pairs[(distance < apart_m - 1e-6) & ~one_place], axis=1)
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))])


def check(problem: Problem) -> None:
    """
    Refuse what no plan can be made from.

    Raises
    ------
    InvalidInputError
        No option, none that walks to a home, an option that must and must not be chosen, must-haves
        that exclude each other or are too many or too dear, a budget that pays for nothing or needs
        costs that nobody knows, seats for no group, targets over options that do not exist, combinations that are not offered.
    """
    _check_shape(problem)
    _check_options(problem)
    allowed = eligible(problem)
    _check_must(problem, allowed)
    _check_means(problem, allowed)


def _check_shape(problem: Problem) -> None:
    n = len(problem.options)
    if not problem.stages:
        raise InvalidInputError("No goal is given: name at least one, such as most_reached.")
    if len(np.unique(problem.options.key)) != n:
        raise InvalidInputError("Two options have one key: give each its own.")
    if problem.rules.most is not None and problem.rules.most < 0:
        raise InvalidInputError(
            "At most {most} candidates is less than none.", most=problem.rules.most
        )
    wrong = [t.name for t in problem.rules.targets if any(not 0 <= i < n for i in t.options)]
    if wrong:
        raise InvalidInputError(
            "Target {wrong!r} names an option that does not exist: there are {n}.",
            wrong=wrong[0],
            n=n,
        )
    deep = any(stage.depth > 1 for stage in problem.stages)
    if problem.seats and (deep or problem.has("shortest_longest_walk", "backup")):
        raise InvalidInputError(
            "Seats cannot be combined with shortest_longest_walk, backup or a depth "
            "above 1: leave out the participation or that goal."
        )


def _check_options(problem: Problem) -> None:
    if len(problem.options) == 0:
        raise InvalidInputError("There is no candidate: add venues or places to upgrade.")
    if len(problem.covers.option) == 0:
        raise InvalidInputError(
            "None of the {options_n} candidates can be walked to from any home: check "
            "their positions and the streets around them.",
            options_n=len(problem.options),
        )
    usable = problem.options.capacity >= problem.rules.group_min
    if problem.seats and not usable.any():
        raise InvalidInputError(
            "No candidate seats a group: the smallest group is {group_min:g} persons, "
            "the largest capacity {largest:g}.",
            group_min=problem.rules.group_min,
            largest=problem.options.capacity.max(),
        )


def _check_must(problem: Problem, allowed: BoolArray) -> None:
    options, rules = problem.options, problem.rules
    must = np.flatnonzero(options.must)
    if (options.must & ~allowed).any():
        key = options.key[np.flatnonzero(options.must & ~allowed)[0]]
        raise InvalidInputError(
            "Candidate {key} must be chosen and may not be: take it off one of the "
            "lists, or loosen the overlap or the smallest group.",
            key=key,
        )
    for label, name in _exclusive(options, rules):
        labels = label[must][label[must] >= 0]
        if len(np.unique(labels)) != len(labels):
            raise InvalidInputError(
                "Two candidates of one {name} must both be chosen: keep one of them.",
                name=name,
            )
    if rules.apart_m is not None and len(too_near(options, must, rules.apart_m)):
        raise InvalidInputError(
            "Two candidates that must be chosen are less than {apart_m:g} m apart: keep one.",
            apart_m=rules.apart_m,
        )
    if rules.most is not None and len(must) > rules.most:
        raise InvalidInputError(
            "{must_n} candidates must be chosen, but at most {most} may be.",
            must_n=len(must),
            most=rules.most,
        )


def _exclusive(options: Options, rules: Rules) -> list[tuple[IntArray, Sentence]]:
    labels = [(options.place, Sentence("place"))]
    return [*labels, (options.owner, Sentence("owner"))] if rules.one_per_owner else labels


def _check_means(problem: Problem, allowed: BoolArray) -> None:
    options, rules = problem.options, problem.rules
    unknown = np.flatnonzero(allowed & np.isnan(options.first_year_yen))
    if unknown.size and (rules.budget_yen is not None or problem.has("cheapest")):
        raise InvalidInputError(
            "What candidate {key} costs is not known: without it there is no budget and no "
            "cheapest plan.",
            key=options.key[unknown[0]],
        )
    if rules.budget_yen is None:
        return
    must_yen = math.fsum(options.first_year_yen[options.must])
    if must_yen > rules.budget_yen + YEN_TOLERANCE:
        raise InvalidInputError(
            "The candidates that must be chosen ({keys}) cost ¥{must_yen:,.0f}, more than the "
            "budget of ¥{budget_yen:,.0f}.",
            keys=options.key[options.must].tolist(),
            must_yen=must_yen,
            budget_yen=rules.budget_yen,
        )
    cheapest = options.first_year_yen[allowed].min(initial=np.inf)
    if allowed.any() and cheapest > rules.budget_yen + YEN_TOLERANCE:
        raise InvalidInputError(
            "A budget of ¥{budget_yen:,.0f} pays for no candidate: the cheapest costs "
            "¥{cheapest:,.0f}.",
            budget_yen=rules.budget_yen,
            cheapest=cheapest,
        )
