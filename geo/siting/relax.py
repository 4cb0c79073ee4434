"""Where no plan keeps to the rules: the smallest change that makes one possible."""

import math
from dataclasses import dataclass, replace

import numpy as np

from geo.siting.goals import Goal, goal
from geo.siting.horizon import Horizon, Years, over_years
from geo.siting.model import YEN_PER_UNIT
from geo.siting.patterns import boil
from geo.siting.plans import Plan
from geo.siting.problem import Problem, Rules, Stage
from geo.siting.session import solve
from geo.siting.solver import Search, Solution, Solver
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


WHOLE = 1e-6
"""A number this close above a whole one is that one: the solver's arithmetic."""


@dataclass(frozen=True)
class YearsRelaxation:
    """
    What works over years, one rule loosened at a time and all others kept; ``None`` where that is not enough.

    Attributes
    ----------
    must_fails
        Why the options that must be chosen cannot even open alone: ``yen`` of the years, or their
        ``visits``; empty where they can.
    more_yen
        So much more a year is enough, the same in each.
    visits
        So many starts a year are enough.
    most
        The smallest number of options that meets all other rules.
    reach_pct
        The largest share of residents that can be reached in the last year.
    targets_met
        How many targets can be met.
    proven
        False where time ended a search: a smaller change may do, or one where there is none here.
    """

    must_fails: str
    more_yen: float | None
    visits: int | None
    most: int | None
    reach_pct: float | None
    targets_met: int | None
    proven: bool


def relax_years(problem: Problem, years: Years, search: Search = Search()) -> YearsRelaxation:  # noqa: B008  frozen
    """
    Say what would have to give over years.

    Parameters
    ----------
    problem, years
        The question that has no answer, as for ``plan_years``.
    search
        For each of at most seven searches; what comes first and whom a plan reaches does not count.

    Returns
    -------
    What would be enough, of each rule alone.
    """
    return _Loosened(replace(problem, stages=(Stage("most_reached"),)), years, search).answer()


class _Loosened:
    """One question over years, asked again with one rule less at a time."""

    def __init__(self, problem: Problem, years: Years, search: Search) -> None:
        self.problem, self.years = problem, years
        self.search = replace(search, gap_pct=0.0, progress=None)
        self.proven = True

    def answer(self) -> YearsRelaxation:
        """Ask what each rule alone would have to be."""
        rules, visits = self.problem.rules, self.years.visits
        return YearsRelaxation(
            must_fails=self._must_fails(),
            more_yen=self._more_yen(),
            visits=None if visits is None else self._visits(visits),
            most=None if rules.most is None else self._most(),
            reach_pct=None if rules.reach_pct is None else self._reach_pct(),
            targets_met=self._targets_met() if rules.targets else None,
            proven=self.proven,
        )

    def _must_fails(self) -> str:
        options = self.problem.options
        if not options.must.any():
            return ""
        alone = replace(
            self.problem, options=replace(options, must_not=~options.must), rules=Rules()
        )
        for name, years in (("yen", replace(self.years, visits=None)), ("visits", self.years)):
            horizon = self._horizon(alone, years)
            if self._asked(horizon, np.zeros(horizon.sheet.columns_n)).status == "infeasible":
                return name
        return ""

    def _more_yen(self) -> float | None:
        horizon = self._horizon(self.problem, self.years)
        # With money carried a year has what all years before it were given.
        times = np.arange(1.0, len(self.years) + 1.0) if self.years.carry else 1.0
        found = self._least_more(horizon, horizon.money, times)
        return None if found is None else math.ceil(found * YEN_PER_UNIT - WHOLE)

    def _visits(self, visits: int) -> int | None:
        horizon = self._horizon(self.problem, self.years)
        found = self._least_more(horizon, horizon.visit, 1.0)
        return None if found is None else visits + math.ceil(found - WHOLE)

    def _most(self) -> int | None:
        horizon = self._horizon(self._without(most=None), self.years)
        cost = np.zeros(horizon.sheet.columns_n)
        cost[horizon.open_by[-1]] = 1.0
        found = self._asked(horizon, cost)
        return None if found.columns is None else round(found.value)

    def _reach_pct(self) -> float | None:
        horizon = self._horizon(self._without(reach_pct=None), self.years)
        found = self._last_year(horizon, "most_reached")
        if found is None:
            return None
        demand = self.problem.demand
        everyone = math.fsum(demand.weight)
        today = math.fsum(demand.weight[demand.reached])
        return 100.0 * (today + found) / everyone if everyone > 0 else 0.0

    def _targets_met(self) -> int | None:
        stages = (*self.problem.stages, Stage("most_targets"))
        horizon = self._horizon(replace(self.problem, stages=stages), self.years)
        found = self._last_year(horizon, "most_targets")
        return None if found is None else round(found)

    def _without(self, **rule: None) -> Problem:
        return replace(self.problem, rules=replace(self.problem.rules, **rule))  # type: ignore[arg-type]

    def _horizon(self, problem: Problem, years: Years) -> Horizon:
        return over_years(problem, years, boil(problem, every_plan=True))

    def _least_more(
        self, horizon: Horizon, rows: np.ndarray, times: np.ndarray | float
    ) -> float | None:
        """Return by how much rows must allow more, each so many times as much as it."""
        sheet = horizon.sheet
        most = float(abs(sheet.matrix()[rows]).sum(axis=1).max())
        (more,) = sheet.columns(1, upper=most)
        value = np.broadcast_to(-np.asarray(times), len(rows)).astype(float)
        sheet.entries.append((rows, np.full(len(rows), more), value))
        cost = np.zeros(sheet.columns_n)
        cost[more] = 1.0
        found = self._asked(horizon, cost)
        return None if found.columns is None else found.value

    def _last_year(self, horizon: Horizon, objective: Objective) -> float | None:
        """Return the most of a goal in the last year."""
        own = goal(horizon.blocks[-1], objective)
        cost = np.zeros(horizon.sheet.columns_n)
        begin = horizon.column[-1]
        cost[begin : begin + len(own.cost)] = own.cost
        found = self._asked(horizon, cost, maximise=True)
        return None if found.columns is None else own.value(found.value)

    def _asked(self, horizon: Horizon, cost: np.ndarray, *, maximise: bool = False) -> Solution:
        aim = Goal(cost, 0.0, maximise=maximise)
        found = Solver(horizon.sheet, self.search).optimise(aim, 0, None, quiet=True)
        self.proven = self.proven and found.status in {"optimal", "infeasible"}
        return found
