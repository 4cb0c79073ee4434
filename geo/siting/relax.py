"""Where no plan keeps to the rules: the smallest change that makes one possible."""

from dataclasses import dataclass, replace

from geo.siting.plans import Plan, solve
from geo.siting.problem import Problem, Rules, Stage
from geo.siting.solver import Search
from geo.vocabulary import Objective

_FOUND = {"optimal", "feasible"}
_RULES_TOO: set[Objective] = {"most_targets", "shortest_walk", "shortest_longest_walk"}
"""Goals that say which rules hold: that targets may fail, that everybody must have a place."""


@dataclass(frozen=True)
class Relaxation:
    """
    What works, one rule loosened at a time and all others kept; ``None`` where that is not enough.

    Attributes
    ----------
    targets_n
        Targets there are.
    targets_plan
        The plan that meets as many targets as can be, then the problem's own goals; what it does
        not meet is in its ``unmet_targets`` (この予算では42校区のうち39校区まで).
    budget_yen
        The smallest budget of the first year that meets all rules.
    most
        The smallest number of options that meets all rules.
    reach_pct
        The largest share of residents that can be reached.
    proven
        False where time ended a search: a smaller change may do.
    """

    targets_n: int
    targets_plan: Plan | None
    budget_yen: float | None
    most: int | None
    reach_pct: float | None
    proven: bool

    @property
    def targets_met(self) -> int | None:
        """How many targets can be met under all other rules."""
        if self.targets_plan is None:
            return None
        return self.targets_n - len(self.targets_plan.unmet_targets)


def relax(problem: Problem, search: Search = Search()) -> Relaxation:  # noqa: B008  frozen
    """
    Say what would have to give; also where a plan exists, for "what would the rest cost?".

    Parameters
    ----------
    problem
        The question that has no answer.
    search
        For each of at most four searches.

    Returns
    -------
    What would be enough, of each rule alone; a part is ``None`` where no plan was found.

    Raises
    ------
    InvalidInputError
        As for ``solve``.
    """
    rules = problem.rules
    own = tuple(stage for stage in problem.stages if stage.objective != "most_targets")
    plans: list[Plan] = []

    def ask(changed: Problem) -> Plan | None:
        plan = solve(changed, search)
        plans.append(plan)
        return plan if plan.status in _FOUND else None

    def alone(objective: Objective, loosened: Rules) -> Plan | None:
        held = [stage for stage in own if stage.objective in _RULES_TOO - {objective}]
        held += [stage for stage in problem.stages if stage.objective == "most_targets"]
        return ask(replace(problem, rules=loosened, stages=(Stage(objective), *held)))

    targets = budget = most = reach = None
    if rules.targets:
        targets = ask(replace(problem, stages=(Stage("most_targets"), *own)))
    if rules.budget_yen is not None:
        budget = alone("cheapest", replace(rules, budget_yen=None))
    if rules.most is not None:
        most = alone("fewest_places", replace(rules, most=None))
    if rules.reach_pct is not None:
        reach = alone("most_reached", replace(rules, reach_pct=None))
    return Relaxation(
        targets_n=len(rules.targets),
        targets_plan=targets,
        budget_yen=None if budget is None else budget.first_year_yen,
        most=None if most is None else len(most.chosen),
        reach_pct=None if reach is None else reached_pct(problem, reach),
        proven=all(plan.status in {"optimal", "infeasible"} for plan in plans),
    )


def reached_pct(problem: Problem, plan: Plan) -> float:
    """Return the share of residents that a plan reaches (with seats: seats); 0 of 0 is 0."""
    if plan.residents <= 0:
        return 0.0
    today = plan.reached - plan.newly_reached
    newly = plan.stages[0].value if problem.seats else plan.newly_reached
    return 100.0 * (today + newly) / plan.residents
