"""Plans: a choice of options with its proof, and what differs between two of them."""

import math
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from geo.arrays import IntArray
from geo.siting.problem import Problem
from geo.siting.solver import Status
from geo.siting.worth import newly_reached, unmet_targets

Tie = Literal["", "decided", "open"]
Prover = Literal["solver", "certificate"]

LEAST = {"fewest_places", "cheapest", "shortest_walk", "shortest_longest_walk"}


@dataclass(frozen=True)
class StageResult:
    """
    How one goal came out.

    ``value`` is what the plan is worth in it, recomputed; ``best`` what the plan was worth, recomputed
    too, when it was this goal's turn, before later goals used up its ``give_pct``; ``bound`` what no
    plan exceeds, given the goals before; ``gap_pct`` the distance of best and bound. ``status`` is
    ``unknown`` where the goal's turn never came or its search came to nothing: nothing is claimed.
    ``witness`` are positions of the plan that was there then: goals after it are held to what it is
    worth. ``by`` is whose proof it is: the word of the solver alone, or a certificate.
    """

    objective: str
    value: float
    best: float
    bound: float
    gap_pct: float
    status: Status
    witness: tuple[int, ...] = field(default=(), compare=False)
    by: Prover = "solver"


@dataclass(frozen=True)
class Plan:
    """
    An answer.

    Attributes
    ----------
    status
        ``optimal``: proven in every goal; ``feasible``: a plan of which not every goal is proven, its
        ``stages`` tell each; ``cancelled``: the same, because somebody ended the search;
        ``infeasible``: no plan keeps to the rules; ``unknown``: time ended before any was found.
    chosen
        Positions in ``Options``, in order of their keys.
    stages
        One result a goal.
    newly_reached, reached, residents
        Residents whom the plan newly reaches, whom it and existing places reach, and all.
    first_year_yen, yearly_yen
        Ceiling of the first year with openings, of each year after; NaN where a part is not known.
    unmet_targets
        Positions of targets that the plan does not meet.
    reasons
        Codes of why there is no plan: ``target_without_option``, ``unreachable``,
        ``rules_conflict``.
    tie
        ``decided``: of all plans that are as good in every goal, this is the one that the rule of
        ``solve`` names; ``open``: the search for that one did not end, and another machine may name
        another; empty where the plan is not proven, and nothing is claimed.
    spent_s
        The solver's seconds; no part of what makes two plans equal.
    """

    status: Status
    chosen: tuple[int, ...] = ()
    stages: tuple[StageResult, ...] = ()
    newly_reached: float = 0.0
    reached: float = 0.0
    residents: float = 0.0
    first_year_yen: float = 0.0
    yearly_yen: float = 0.0
    unmet_targets: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()
    tie: Tie = ""
    spent_s: float = field(default=0.0, compare=False)

    @property
    def gap_pct(self) -> float:
        """Gap of the most important goal; those of the others are in ``stages``."""
        return self.stages[0].gap_pct if self.stages else 100.0

    @property
    def positions(self) -> IntArray:
        """``chosen`` as an array."""
        return np.array(self.chosen, dtype=np.int64)


EQUAL = 2e-6
"""Two sums of residents that differ by no more than this part of all are one."""


def falls_short(problem: Problem, plan: Plan, other: Plan) -> str:
    """
    Return the goal that makes a plan the worse of two.

    Parameters
    ----------
    problem, plan, other
        The question and two answers.

    Returns
    -------
    The first goal in which they differ by more than may be given up for the next; empty where the plan
    is the better one in it, or in none.
    """
    for stage, own, its in zip(problem.stages, plan.stages, other.stages, strict=True):
        of_people = stage.objective in {"most_reached", "backup"}
        size = magnitude(problem) if of_people else max(1.0, abs(its.value))
        slack = EQUAL * size + stage.give_pct / 100.0 * max(abs(own.value), abs(its.value))
        better = (own.value - its.value) * (-1.0 if stage.objective in LEAST else 1.0)
        if abs(better) > slack:
            return stage.objective if better < 0 else ""
    return ""


def magnitude(problem: Problem) -> float:
    """Return what a difference in residents is small against: all of them, and one."""
    return 1.0 + math.fsum(problem.demand.weight)


@dataclass(frozen=True)
class Difference:
    """
    What another plan does otherwise; a place is in one part alone.

    ``added`` and ``dropped`` are options at places that only one of the plans has, ``changed`` pairs
    of options at one place (月1→週1 there, 月1→常設 here): that of the first plan, that of the other.
    """

    added: tuple[int, ...]
    dropped: tuple[int, ...]
    changed: tuple[tuple[int, int], ...]


def difference_of(problem: Problem, first: Plan, other: Plan) -> Difference:
    """
    Say what another plan does otherwise than the first.

    Parameters
    ----------
    problem, first, other
        The question and two answers.

    Returns
    -------
    Options at places that one of them alone has, and pairs at places that both have.
    """
    place = places_of(problem)
    then, now = ({int(place[one]): one for one in plan.chosen} for plan in (first, other))
    return Difference(
        tuple(option for at, option in now.items() if at not in then),
        tuple(option for at, option in then.items() if at not in now),
        tuple(
            (then[at], option) for at, option in now.items() if at in then and then[at] != option
        ),
    )


def places_of(problem: Problem) -> IntArray:
    """Return (n,) the place of each option; one that shares it with none has its own number."""
    place = problem.options.place
    return np.where(place >= 0, place, -1 - np.arange(len(place)))


def described(problem: Problem, chosen: IntArray, plan: Plan) -> Plan:
    """Return a plan with the figures of a choice."""
    options, demand = problem.options, problem.demand
    newly = newly_reached(problem, chosen)
    return replace(
        plan,
        chosen=tuple(chosen.tolist()),
        newly_reached=math.fsum(demand.weight[newly]),
        reached=math.fsum(demand.weight[newly | demand.reached]),
        residents=math.fsum(demand.weight),
        first_year_yen=math.fsum(options.first_year_yen[chosen]),
        yearly_yen=math.fsum(options.cost_yen[chosen]),
        unmet_targets=unmet_targets(problem, chosen),
    )
