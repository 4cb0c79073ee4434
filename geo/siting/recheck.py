"""
A plan judged anew, from walks and residents alone: nothing here knows the model that found it.

Every plan passes through here before it is shown. With seats, who gets one is found again by a
transport problem over the chosen options.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.arrays import IntArray
from geo.errors import BrokenModelError
from geo.siting.checks import YEN_TOLERANCE, eligible, too_near
from geo.siting.problem import Problem, Stage
from geo.siting.seats import seat_values
from geo.siting.worth import newly_reached, unmet_targets, worth


@dataclass(frozen=True)
class Claim:
    """What a model says of a goal: at least this good, and no plan better than the bound."""

    value: float
    bound: float
    maximise: bool

    def holds(self, found: float, tolerance: float, *, seats: bool) -> bool:
        """Say whether a recomputed value lies between the claim and the bound."""
        sign = 1.0 if self.maximise else -1.0
        at_least = sign * (found - self.value) >= -tolerance
        # Who gets which seat may be settled in another way, which later goals gain from.
        return at_least and (seats or sign * (self.bound - found) >= -tolerance)


def values(
    problem: Problem, chosen: IntArray, stages: tuple[Stage, ...] | None = None
) -> tuple[float, ...]:
    """
    Return the value of every goal for a choice of options, in the order of the stages.

    A ``worst_unit_first`` of depth k is the sum of the k smallest shares in per cent, of the units
    that some option can improve. Walks are infinite where a home that could be served is not.
    """
    goals = problem.stages if stages is None else stages
    if problem.seats:
        return seat_values(problem, chosen, goals)
    return tuple(worth(problem, chosen, stage) for stage in goals)


def broken_rules(problem: Problem, chosen: IntArray) -> tuple[str, ...]:
    """Return the names of the rules that a choice breaks."""
    options, rules = problem.options, problem.rules
    has = np.zeros(len(options), dtype=bool)
    has[chosen] = True
    broken = {
        "may_not_be_chosen": bool((has & ~eligible(problem)).any()),
        "must": bool((options.must & ~has).any()),
        "place": _repeats(options.place[chosen]),
        "one_per_owner": rules.one_per_owner and _repeats(options.owner[chosen]),
        "most": rules.most is not None and len(chosen) > rules.most,
        "budget_yen": rules.budget_yen is not None
        and math.fsum(options.first_year_yen[chosen]) > rules.budget_yen + 10 * YEN_TOLERANCE,
        "apart_m": rules.apart_m is not None and len(too_near(options, chosen, rules.apart_m)) > 0,
        "targets": not problem.has("most_targets") and bool(unmet_targets(problem, chosen)),
        "reach_pct": rules.reach_pct is not None
        and _reach_pct(problem, chosen) < rules.reach_pct - 1e-5,
    }
    return tuple(name for name, is_broken in broken.items() if is_broken)


def _repeats(label: IntArray) -> bool:
    known = label[label >= 0]
    return len(np.unique(known)) < len(known)


def _reach_pct(problem: Problem, chosen: IntArray) -> float:
    weight = problem.demand.weight
    if problem.seats:
        reached = seat_values(problem, chosen, (Stage("most_reached"),))[0]
    else:
        reached = math.fsum(weight[newly_reached(problem, chosen)])
    everyone = math.fsum(weight)
    today = math.fsum(weight[problem.demand.reached])
    return 100.0 * (today + reached) / everyone if everyone > 0 else 100.0


def recheck(problem: Problem, chosen: IntArray, claims: Sequence[Claim]) -> tuple[float, ...]:
    """
    Judge a plan anew.

    Parameters
    ----------
    problem, chosen
        The question and positions of the options in the answer.
    claims
        What the model says of each goal.

    Returns
    -------
    What each goal is worth.

    Raises
    ------
    BrokenModelError
        A rule is broken, a goal is worth less than was claimed, or more than was proven possible.
    """
    broken = broken_rules(problem, chosen)
    found = values(problem, chosen)
    # A whole number may be off by 1e-6 in the solver, so a sum of residents by 1e-6 of all.
    size = 1.0 + math.fsum(problem.demand.weight)
    wrong = [
        stage.objective
        for stage, value, claim in zip(problem.stages, found, claims, strict=True)
        if not claim.holds(value, 2e-6 * max(size, abs(value)), seats=problem.seats)
    ]
    if broken or wrong:
        names = [*broken, *wrong]
        raise BrokenModelError(
            "The plan found does not hold when recomputed ({names}): please report this.",
            names=list(names),
        )
    return found
