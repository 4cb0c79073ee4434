"""A stored plan verified from its folder: all that it says is reckoned anew, without solver and data."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.arrays import IntArray
from geo.errors import ArukebaError, InvalidInputError, Sentence
from geo.siting import Plan, Problem, Years
from geo.siting.certificate import LEAST, gap_between, is_choice, proven_bounds
from geo.siting.plans import described
from geo.siting.recheck import broken_rules, values
from geo.siting.years import broken_over_years, certified_bound, resident_years, told_by_year
from services.plans.arrays import certificate_of, prices_of, question_of, streets_of
from services.plans.folder import PlanFolder
from services.plans.streets import WalkedStreets

NEAR = 1e-6
"""Two figures that differ by no more than this part are one: they were added up in another order."""

FIGURES = ("opened_n", "spent_yen", "newly_reached", "reached_after", "resident_years")
"""Of each year, what is reckoned anew."""

ASKED = (
    *("most", "reach_pct", "overlap_max_pct", "apart_m", "one_per_owner"),
    *("participation_pct", "group_min"),
)
"""Rules that stand in the question as they were asked."""

PROVEN = {"optimal", "feasible", "cancelled"}

NO_PROOF = Sentence("its proof, or its walks on the streets")


@dataclass(frozen=True, eq=False)
class StoredQuestion:
    """What was asked, the streets on which the plan was walked, and the options by their ids."""

    problem: Problem
    streets: WalkedStreets

    def positions(self, plan: PlanFolder, ids: Sequence[str]) -> IntArray:
        """Return the positions of options; ids that are none refuse the plan."""
        at = {key: number for number, key in enumerate(self.problem.options.key.tolist())}
        if not set(ids) <= set(at):
            raise plan.refused(Sentence("its choices"))
        return np.array([at[name] for name in ids], dtype=np.int64)


@dataclass(frozen=True)
class Verification:
    """What was found: goal by goal the plan's value and what no plan exceeds, both reckoned anew."""

    plan: PlanFolder
    goals: tuple[dict[str, Any], ...]


def verify(plan: PlanFolder) -> Verification:
    """
    Verify a stored plan by what stands in its folder: its question, its streets and its certificate.

    That the question is the one of the workspace is verified by ``services.plans.audit``.

    Raises
    ------
    InvalidInputError
        It was changed after it was made, or does not hold: one sentence says which.
    """
    require_a_proof(plan)
    if not plan.question:
        raise InvalidInputError(
            "plan {plan_id} is of so large a town that its question is not kept with it; "
            "verify it with --data",
            plan_id=plan.plan_id,
        )
    try:
        question = StoredQuestion(question_of(plan.question), streets_of(plan.question))
    except (ArukebaError, LookupError, TypeError, ValueError) as error:
        raise plan.refused(Sentence("its question")) from error
    return reckoned(plan, question)


def require_a_proof(plan: PlanFolder) -> None:
    """
    Refuse a plan that was changed, or that has nothing to verify.

    Raises
    ------
    InvalidInputError
        It is one.
    """
    if not plan.is_untouched:
        raise InvalidInputError(
            "plan {plan_id} is refused: its files are not those that were written when it was made",
            plan_id=plan.plan_id,
        )
    stages = plan.record["stages"]
    if plan.record["status"] not in PROVEN or not all(one["certified_bounds"] for one in stages):
        raise InvalidInputError(
            "plan {plan_id} holds no proof that could be verified", plan_id=plan.plan_id
        )


def reckoned(plan: PlanFolder, question: StoredQuestion) -> Verification:
    """
    Reckon anew what a plan is worth and what no plan exceeds.

    Raises
    ------
    InvalidInputError
        It does not hold.
    """
    ask, rules = plan.record["ask"], question.problem.rules
    if any(getattr(rules, name) != ask[name] for name in ASKED):
        raise plan.refused(Sentence("its question"))
    try:
        goals = (_over_years if plan.record["years"] else _in_one_year)(plan, question)
    except InvalidInputError:
        raise
    except ArukebaError as error:
        raise plan.refused(NO_PROOF) from error
    return Verification(plan, goals)


def _over_years(plan: PlanFolder, question: StoredQuestion) -> tuple[dict[str, Any], ...]:
    """Reckon a plan over years: what each year brings, and what no plan exceeds."""
    problem, record, (stage,) = question.problem, plan.record, plan.record["stages"]
    first = np.zeros(len(problem.options), dtype=bool)
    first[question.positions(plan, record["first"])] = True
    ask = record["ask"]
    years = Years(tuple(ask["years_yen"]), ask["carry"], ask["visits"], first)
    opens = {
        one["candidate_id"]: row["year"] - 1 for row in record["years"] for one in row["openings"]
    }
    at = question.positions(plan, list(opens))
    by_key = np.argsort(problem.options.key[at], kind="stable")
    chosen, year = at[by_key], np.array(list(opens.values()), dtype=np.int64)[by_key]
    in_span = ((year >= 0) & (year < len(years))).all()
    if not (is_choice(problem, np.sort(chosen)) and in_span) or set(opens) != set(plan.chosen_ids):
        raise plan.refused(Sentence("its choices"))
    if broken_over_years(problem, years, chosen, year):
        raise plan.refused(Sentence("its rules"))
    made = told_by_year(problem, years, described(problem, chosen, Plan(record["status"])), year)
    for name in FIGURES:
        found, claimed = ([row[name] for row in table] for table in (made.table, record["years"]))
        if not _all_near(found, claimed):
            raise plan.refused(Sentence("the values of its goals"))
    value = resident_years(problem, chosen, year, len(years))
    if not _all_near([value], [stage["value"]]):
        raise plan.refused(Sentence("the values of its goals"))
    _require_residents(plan, made.plan, question.streets)
    bound = certified_bound(problem, years, prices_of(plan.certificate), chosen, year)
    claim = stage["certified_bounds"][0]
    if claim is None or not bound - claim <= NEAR * (1.0 + abs(claim)):
        raise plan.refused(Sentence("its proof, which proves less than the plan claims"))
    gap = gap_between(value, bound)
    told = {"objective": stage["objective"], "value": value, "best": value}
    return ({**told, "bound": bound, "gap_pct": gap},)


def _in_one_year(plan: PlanFolder, question: StoredQuestion) -> tuple[dict[str, Any], ...]:
    problem, record = question.problem, plan.record
    chosen = np.sort(question.positions(plan, plan.chosen_ids))
    goals = [(one.objective, one.give_pct) for one in problem.stages]
    ask = record["ask"]
    asked = [(name, ask["give_pct"]) for name in ask["objectives"]]
    if goals != asked or problem.rules.budget_yen != ask["budget_yen"]:
        raise plan.refused(Sentence("its question"))
    if not is_choice(problem, chosen):
        raise plan.refused(Sentence("its choices"))
    if broken_rules(problem, chosen):
        raise plan.refused(Sentence("its rules"))
    worth = values(problem, chosen)
    if not _all_near(worth, [stage["value"] for stage in record["stages"]]):
        raise plan.refused(Sentence("the values of its goals"))
    made, totals = described(problem, chosen, Plan(record["status"])), record["totals"]
    _require_residents(plan, made, question.streets)
    yen = (made.first_year_yen, made.yearly_yen)
    if not _all_near(yen, [totals["first_year_yen"], totals["yearly_yen"]]):
        raise plan.refused(Sentence("what it costs"))
    witnesses = [question.positions(plan, stage["witness"]) for stage in record["stages"]]
    if not all(is_choice(problem, one) for one in witnesses):
        raise plan.refused(NO_PROOF)
    best = [values(problem, one)[number] for number, one in enumerate(witnesses)]
    if not _all_near(best, [stage["best"] for stage in record["stages"]]):
        raise plan.refused(Sentence("the values of its goals"))
    bounds = _bounds(plan, problem, witnesses)
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


def _require_residents(plan: PlanFolder, made: Plan, streets: WalkedStreets) -> None:
    """Refuse other numbers of residents than those of the question, and walks other than on the streets."""
    names = ("residents", "reached_after", "newly_reached")
    claimed = [plan.record["totals"][name] for name in names]
    if not _all_near((made.residents, made.reached, made.newly_reached), claimed):
        raise plan.refused(Sentence("its numbers of residents"))
    if streets.differ(made.reached):
        raise plan.refused(NO_PROOF)


def _bounds(plan: PlanFolder, problem: Problem, witnesses: Sequence[IntArray]) -> list[float]:
    """Return what no plan exceeds in each goal; the proofs must prove all that is claimed of them."""
    goals = [
        (stage["objective"], math.nan if bound is None else bound, witness)
        for stage, witness in zip(plan.record["stages"], witnesses, strict=True)
        for bound in stage["certified_bounds"]
    ]
    found = proven_bounds(problem, certificate_of(plan.certificate, goals))
    for (objective, claim, _), bound in zip(goals, found, strict=True):
        sign = -1.0 if objective in LEAST else 1.0
        if not sign * (bound - claim) <= NEAR * (1.0 + abs(claim)):
            raise plan.refused(Sentence("its proof, which proves less than the plan claims"))
    last = {objective: bound for (objective, _, _), bound in zip(goals, found, strict=True)}
    return [last[stage["objective"]] for stage in plan.record["stages"]]


def _all_near(found: Sequence[float], claimed: Sequence[float | None]) -> bool:
    """Say whether figures are those that are claimed; what is not known is told as none."""
    return all(
        (claim is None and not math.isfinite(value))
        or (claim is not None and abs(value - claim) <= NEAR * (1.0 + abs(value)))
        for value, claim in zip(found, claimed, strict=True)
    )
