"""
Siting: where the next places should be, which to upgrade, and what else would be nearly as good.

A ``Problem`` is options, demand, who covers whom, rules and goals; ``solve`` returns a ``Plan`` with
its proof, ``k_best`` the near-equal ones, ``relax`` what would have to give where there is none::

    covers = Covers.of(walks.origin, walks.home, walks.walk, shape=(n, homes_n), limit=500.0)
    options = replace(Options.plain(n), cost_yen=ceilings, place=venue)
    problem = Problem(options, demand, covers, Rules(budget_yen=1_000_000.0))
    plan = solve(problem)

``plan_years`` says what opens in which year. What answers with tables is not imported here, so that
a plan can be verified without pandas: ``explain.explain``, whom each option reaches, ``stability.stability``,
which choices stay when limits, walkers or populations differ, and ``greedy.Greedy``, a ranking.
"""

from geo.siting.horizon import Years, check_years
from geo.siting.plans import Plan, StageResult, difference_of, falls_short
from geo.siting.problem import Covers, Demand, Options, Problem, Rules, Stage, TargetRule
from geo.siting.relax import Relaxation, relax
from geo.siting.session import k_best, solve
from geo.siting.solver import Incumbent, Search
from geo.siting.years import RESIDENT_YEARS, YearsPlan, plan_years

__all__ = [
    "RESIDENT_YEARS",
    "Covers",
    "Demand",
    "Incumbent",
    "Options",
    "Plan",
    "Problem",
    "Relaxation",
    "Rules",
    "Search",
    "Stage",
    "StageResult",
    "TargetRule",
    "Years",
    "YearsPlan",
    "check_years",
    "difference_of",
    "falls_short",
    "k_best",
    "plan_years",
    "relax",
    "solve",
]
