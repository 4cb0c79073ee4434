"""A plan over years against what the first year's plan comes to when it is put in order."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geo.siting import Problem, Search, Years, plan_years, solve
from services.plans.ask import ask_of
from services.plans.solve import Reception
from services.workspace.folder import Snapshot, Workspace, open_workspace
from tests.geo.siting.test_years import step_by_step
from tests.realtowns import KASHIWA, data_of

GAP_PCT = 2.0


def asked(workspace: Workspace) -> Problem:
    ask = ask_of({"years_yen": [1], "council_lists": False, "points_max": 300})
    return Reception().setting(workspace, ask).problem


def in_order(problem: Problem, budgets_yen: list[float]) -> float:
    """Resident-years of the best plan of the first year's money, opened as money allows."""
    rules = replace(problem.rules, budget_yen=budgets_yen[0])
    first = solve(replace(problem, rules=rules), Search(gap_pct=GAP_PCT))
    left_out = np.ones(len(problem.options), dtype=bool)
    left_out[first.positions] = False
    options = replace(problem.options, must_not=problem.options.must_not | left_out)
    return step_by_step(replace(problem, options=options), budgets_yen)


@pytest.mark.parametrize(("yen", "years_n"), [(2_200_000.0, 3), (5_000_000.0, 5)])
def test_the_model_town_reaches_more_than_by_the_first_plan_in_order(
    town_snapshot: Snapshot, yen: float, years_n: int
) -> None:
    problem = asked(town_snapshot.workspace)
    found = plan_years(problem, Years([yen] * years_n), Search(gap_pct=GAP_PCT))
    assert found.plan.gap_pct <= GAP_PCT
    value = found.plan.stages[0].value
    assert value > in_order(problem, [yen] * years_n)
    assert value > step_by_step(problem, [yen] * years_n)
    assert value <= found.certified


@pytest.mark.real
@pytest.mark.skipif(not data_of(KASHIWA).is_dir(), reason="the data of Kashiwa are not here")
def test_kashiwa_reaches_far_more_than_by_the_first_plan_in_order(
    real_town: Callable[[str], Path],
) -> None:
    problem, budgets = asked(open_workspace(real_town(KASHIWA))), [20_000_000.0] * 5
    found = plan_years(problem, Years(budgets), Search(gap_pct=1.0))
    assert found.plan.gap_pct <= 1.0
    # The audit found 42.9 % less by the first plan in order.
    assert in_order(problem, budgets) < 0.7 * found.plan.stages[0].value
