"""A stored plan verified: everything that it says is reckoned anew, without any solver."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo import siting
from geo.arrays import IntArray
from geo.errors import ArukebaError, InvalidInputError, Sentence
from geo.siting import Plan, Problem
from geo.siting.certificate import LEAST, gap_between, is_choice, proven_bounds
from geo.siting.plans import described
from geo.siting.recheck import broken_rules, values
from geo.siting.years import broken_over_years, certified_bound, resident_years, told_by_year
from services.plans.arrays import certificate_of, prices_of
from services.plans.problem import Setting
from services.plans.solve import FOUND, Reception, recheck_on_streets
from services.plans.store import PlanResult, plan_is_stale

NEAR = 1e-6
"""Two figures that differ by no more than this part are one: they were added up in another order."""

FIGURES = ("opened_n", "spent_yen", "newly_reached", "reached_after", "resident_years")
"""Of each year, what is reckoned anew."""

CHANGED = {
    "data": Sentence("the data"),
    "registry": Sentence("the registry of places and venues"),
    "edits": Sentence("the street edits"),
    "parameters": Sentence("the parameters"),
}


@dataclass(frozen=True)
class Verification:
    """What was found: goal by goal the plan's value and what no plan exceeds, both reckoned anew."""

    plan: PlanResult
    goals: tuple[dict[str, Any], ...]


def verify(plan: PlanResult, reception: Reception | None = None) -> Verification:
    """
    Verify a stored plan against its workspace, its streets and its certificate.

    Parameters
    ----------
    plan
        As it is stored.
    reception
        Keeps what questions share, where one is at hand.

    Raises
    ------
    InvalidInputError
        It was changed after it was made, cannot be verified any more because what it was made of has
        changed, or does not hold: one sentence says which.
    """
    record = plan.record
    if not plan.is_untouched:
        raise InvalidInputError(
            "plan {plan_id} is refused: its files are not those that were written when it was made",
            plan_id=plan.plan_id,
        )
    if changed := plan_is_stale(plan.workspace, plan):
        raise InvalidInputError(
            "plan {plan_id} cannot be verified any more, for {what} changed after it was made; "
            "make it again",
            plan_id=plan.plan_id,
            what=CHANGED[changed[0]["code"]],
        )
    stages = record["stages"]
    if record["status"] not in FOUND or not all(one["certified_bounds"] for one in stages):
        raise InvalidInputError(
            "plan {plan_id} holds no proof that could be verified", plan_id=plan.plan_id
        )
    setting = (reception or Reception()).setting(plan.workspace, plan.ask)
    reckoned = _over_years if record["years"] else _reckoned
    return Verification(plan, reckoned(plan, setting))


def _over_years(plan: PlanResult, setting: Setting) -> tuple[dict[str, Any], ...]:
    """Reckon a plan over years anew: what each year brings, and what no plan exceeds."""
    problem, record, (stage,) = setting.problem, plan.record, plan.record["stages"]
    first = np.zeros(len(problem.options), dtype=bool)
    first[_positions(plan, setting, record["first"])] = True
    ask = setting.ask
    years = siting.Years(tuple(ask.years_yen), ask.carry, ask.visits, first)
    opens = {
        one["candidate_id"]: row["year"] - 1 for row in record["years"] for one in row["openings"]
    }
    at = _positions(plan, setting, list(opens))
    by_key = np.argsort(problem.options.key[at], kind="stable")
    chosen, year = at[by_key], np.array(list(opens.values()), dtype=np.int64)[by_key]
    shown = _positions(plan, setting, plan.chosen["candidate_id"].tolist())
    in_span = ((year >= 0) & (year < len(years))).all()
    if not (is_choice(problem, np.sort(chosen)) and in_span) or set(shown) != set(chosen):
        raise _refused(plan, Sentence("its choices"))
    if broken_over_years(problem, years, chosen, year):
        raise _refused(plan, Sentence("its rules"))
    made = told_by_year(problem, years, described(problem, chosen, Plan(record["status"])), year)
    for name in FIGURES:
        if not _all_near(made.table[name].tolist(), [row[name] for row in record["years"]]):
            raise _refused(plan, Sentence("the values of its goals"))
    totals = record["totals"]
    figures = (made.plan.residents, made.plan.reached, made.plan.newly_reached)
    names = ("residents", "reached_after", "newly_reached")
    if not _all_near(figures, [totals[name] for name in names]):
        raise _refused(plan, Sentence("its numbers of residents"))
    value = resident_years(problem, chosen, year, len(years))
    if not _all_near([value], [stage["value"]]):
        raise _refused(plan, Sentence("the values of its goals"))
    bound = certified_bound(problem, years, prices_of(plan.arrays), chosen, year)
    claim = stage["certified_bounds"][0]
    if claim is None or not bound - claim <= NEAR * (1.0 + abs(claim)):
        raise _refused(plan, Sentence("its proof, which proves less than the plan claims"))
    try:
        recheck_on_streets(setting, made.plan)
    except ArukebaError as error:
        raise _refused(plan, Sentence("its proof, or its walks on the streets")) from error
    gap = gap_between(value, bound)
    told = {"objective": stage["objective"], "value": value, "best": value}
    return ({**told, "bound": bound, "gap_pct": gap},)


def _reckoned(plan: PlanResult, setting: Setting) -> tuple[dict[str, Any], ...]:
    problem, record = setting.problem, plan.record
    chosen = np.sort(_positions(plan, setting, plan.chosen["candidate_id"].tolist()))
    if not is_choice(problem, chosen):
        raise _refused(plan, Sentence("its choices"))
    if broken_rules(problem, chosen):
        raise _refused(plan, Sentence("its rules"))
    worth = values(problem, chosen)
    claimed = [stage["value"] for stage in record["stages"]]
    if not _all_near(worth, claimed):
        raise _refused(plan, Sentence("the values of its goals"))
    made = described(problem, chosen, Plan(record["status"]))
    totals = record["totals"]
    figures = (made.residents, made.reached, made.newly_reached)
    names = ("residents", "reached_after", "newly_reached")
    if not _all_near(figures, [totals[name] for name in names]):
        raise _refused(plan, Sentence("its numbers of residents"))
    yen = (made.first_year_yen, made.yearly_yen)
    if not _all_near(yen, [totals["first_year_yen"], totals["yearly_yen"]]):
        raise _refused(plan, Sentence("what it costs"))
    witnesses = [_positions(plan, setting, stage["witness"]) for stage in record["stages"]]
    if not all(is_choice(problem, one) for one in witnesses):
        raise _refused(plan, Sentence("its proof, or its walks on the streets"))
    best = [values(problem, one)[number] for number, one in enumerate(witnesses)]
    if not _all_near(best, [stage["best"] for stage in record["stages"]]):
        raise _refused(plan, Sentence("the values of its goals"))
    try:
        recheck_on_streets(setting, made)
        bounds = _bounds(plan, setting, problem)
    except InvalidInputError:
        raise
    except ArukebaError as error:
        raise _refused(plan, Sentence("its proof, or its walks on the streets")) from error
    return tuple(
        {
            "objective": stage["objective"],
            "value": value,
            "best": stage["best"],
            "bound": bound,
            "gap_pct": gap_between(stage["best"], bound),
        }
        for stage, value, bound in zip(record["stages"], worth, bounds, strict=True)
    )


def _bounds(plan: PlanResult, setting: Setting, problem: Problem) -> list[float]:
    """Return what no plan exceeds in each goal; the proofs must prove all that is claimed of them."""
    goals = [
        (stage["objective"], math.nan if bound is None else bound, witness)
        for stage in plan.record["stages"]
        for witness in [_positions(plan, setting, stage["witness"])]
        for bound in stage["certified_bounds"]
    ]
    found = proven_bounds(problem, certificate_of(plan.arrays, goals))
    for (objective, claim, _), bound in zip(goals, found, strict=True):
        sign = -1.0 if objective in LEAST else 1.0
        if not sign * (bound - claim) <= NEAR * (1.0 + abs(claim)):
            raise _refused(plan, Sentence("its proof, which proves less than the plan claims"))
    last = {objective: bound for (objective, _, _), bound in zip(goals, found, strict=True)}
    return [last[stage["objective"]] for stage in plan.record["stages"]]


def _positions(plan: PlanResult, setting: Setting, ids: Sequence[str]) -> IntArray:
    at = {name: number for number, name in enumerate(setting.candidates.options["candidate_id"])}
    if not set(ids) <= set(at):
        raise _refused(plan, Sentence("its choices"))
    return np.array([at[name] for name in ids], dtype=np.int64)


def _all_near(found: Sequence[float], claimed: Sequence[float | None]) -> bool:
    """Say whether figures are those that are claimed; what is not known is told as none."""
    return all(
        (claim is None and not math.isfinite(value))
        or (claim is not None and abs(value - claim) <= NEAR * (1.0 + abs(value)))
        for value, claim in zip(found, claimed, strict=True)
    )


def _refused(plan: PlanResult, what: Sentence) -> InvalidInputError:
    return InvalidInputError(
        "plan {plan_id} is refused: {what} do not hold when reckoned anew",
        plan_id=plan.plan_id,
        what=what,
    )
