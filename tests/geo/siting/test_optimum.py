"""The optimum against every choice tried, for each goal and rule and any two goals in turn."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from geo.errors import InvalidInputError
from geo.siting import Covers, Demand, Options, Plan, Problem, Rules, Stage, solve
from geo.siting.recheck import broken_rules, values
from tests.geo.siting.brute import LEAST, Town, towns

OBJECTIVES = [
    "most_reached",
    "fewest_places",
    "cheapest",
    "worst_unit_first",
    "backup",
    "shortest_walk",
    "shortest_longest_walk",
]
stages = st.builds(
    Stage, st.sampled_from(OBJECTIVES), st.sampled_from([0.0, 0.0, 20.0]), st.integers(1, 3)
)

# The longest walk may grow by a fifth for the goal after it: hall 1, 501 m away, is cheaper.
FARTHER = Town(
    walk={(0, 0): 500.0, (1, 0): 501.0},
    weight=[1.0],
    unit=[-1],
    reached_n=[0],
    today=[np.inf],
    yen=[100_000.0, 30_000.0],
    place=[-1, -1],
    owner=[-1, -1],
    x_m=[0.0, 0.0],
    rules=Rules(),
)


def answer(problem: Problem) -> Plan:
    """A plan; input that no plan can be made from is another test's."""
    try:
        return solve(problem)
    except InvalidInputError:
        reject()


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=60)
@given(town=towns(), depth=st.integers(1, 3))
def test_the_optimum_of_each_goal_is_that_of_brute_force(
    objective: str, town: Town, depth: int
) -> None:
    stage = Stage(objective, depth=depth)
    plan = answer(town.problem(stage))
    best = town.best(stage)
    if best is None:
        assert plan.status == "infeasible"
        assert plan.reasons
        return
    assert plan.status == "optimal"
    assert plan.gap_pct == 0.0
    assert town.keeps(plan.chosen)
    assert town.value(stage, plan.chosen) == pytest.approx(best[0], abs=1e-6)
    assert plan.stages[0].value == pytest.approx(best[0], abs=1e-6)


@settings(max_examples=150)
@given(town=towns(options_n=5), goals=st.lists(stages, min_size=2, max_size=3))
@example(town=FARTHER, goals=[Stage("shortest_longest_walk", 20.0), Stage("cheapest")])
def test_goals_in_turn_are_those_of_brute_force(town: Town, goals: list[Stage]) -> None:
    plan = answer(town.problem(*goals))
    best = town.best(*goals)
    if best is None:
        assert plan.status == "infeasible"
        return
    assert town.keeps(plan.chosen)
    # Each goal within what those before it leave; the last one at its very best.
    assert town.value(goals[-1], plan.chosen) == pytest.approx(best[-1], abs=2e-5)
    for goal, value in zip(goals, best, strict=True):
        sign = 1 if goal.objective in LEAST else -1
        found = sign * town.value(goal, plan.chosen)
        assert found <= sign * value + abs(value) * goal.give_pct / 100 + 2e-5


# Hall 1 reaches somebody alone, but the goal is a second place: nobody gets one from it.
IDLE = Town(
    walk={(0, 0): 1.0, (1, 1): 1.0},
    weight=[2.0, 3.0],
    unit=[-1, -1],
    reached_n=[1, 0],
    today=[1.0, np.inf],
    yen=[0.0, 0.0],
    place=[-1, -1],
    owner=[-1, -1],
    x_m=[0.0, 0.0],
    rules=Rules(),
)


@settings(max_examples=100)
@given(town=towns(options_n=5), goals=st.lists(stages, min_size=1, max_size=3))
@example(town=IDLE, goals=[Stage("backup")])
def test_no_option_stands_idle(town: Town, goals: list[Stage]) -> None:
    plan = answer(town.problem(*goals))
    for option in plan.chosen:
        fewer = tuple(one for one in plan.chosen if one != option)
        if town.keeps(fewer):
            signs = [1 if goal.objective in LEAST else -1 for goal in goals]
            worse = [
                sign * town.value(goal, fewer) > sign * town.value(goal, plan.chosen)
                for sign, goal in zip(signs, goals, strict=True)
            ]
            assert any(worse), option


@settings(max_examples=60)
@given(town=towns(), data=st.data())
def test_order_of_rows_changes_nothing(town: Town, data: st.DataObject) -> None:
    problem = town.problem(Stage("most_reached"), Stage("worst_unit_first"))
    options = np.array(data.draw(st.permutations(range(len(town.yen)))))
    homes = np.array(data.draw(st.permutations(range(len(town.weight)))))
    first = answer(problem)
    again = solve(permuted(problem, options, homes))
    keys = [problem.options.key[i] for i in first.chosen]
    assert [options[i] for i in again.chosen] == keys
    assert again.stages == first.stages
    assert (again.status, again.newly_reached) == (first.status, first.newly_reached)


def permuted(problem: Problem, options: np.ndarray, homes: np.ndarray) -> Problem:
    from dataclasses import replace

    from geo.siting import Covers, Demand, Options, TargetRule

    here = np.argsort(options)
    o, d, c = problem.options, problem.demand, problem.covers
    columns = {name: getattr(o, name)[options] for name in Options.__dataclass_fields__}
    rules = replace(
        problem.rules,
        targets=tuple(
            TargetRule(t.name, tuple(int(here[i]) for i in t.options), t.at_least, t.already)
            for t in problem.rules.targets
        ),
    )
    return Problem(
        Options(**columns),
        Demand(d.weight[homes], d.unit[homes], d.reached_n[homes], d.walk[homes]),
        Covers.of(
            here[c.option],
            np.argsort(homes)[c.home],
            c.walk,
            shape=(c.options_n, c.homes_n),
            limit=c.limit,
        ),
        rules,
        problem.stages,
    )


def test_a_plan_that_an_earlier_solver_called_the_best_gives_way_to_the_best() -> None:
    """HiGHS 1.15.1 proved 56.827 % in the worst unit of this town; trying every choice finds 60.356."""
    random = np.random.default_rng(379)
    homes, halls = random.uniform(0, 2200, (40, 2)), random.uniform(0, 2200, (9, 2))
    walk = np.linalg.norm(halls[:, None] - homes[None], axis=2)
    option, home = np.nonzero(walk <= 700.0)
    covers = Covers.of(option, home, np.round(walk[option, home], 1), shape=(9, 40), limit=700.0)
    weight = np.round(random.gamma(1.2, 3.0, 40), 3)
    random.random()
    reached_n = (random.random(40) < 0.2) * random.integers(1, 3, 40)
    today = np.where(reached_n > 0, 300.0, np.inf)
    demand = Demand(weight, random.integers(0, 4, 40), reached_n, today)
    options = replace(
        Options.plain(9),
        cost_yen=random.choice([30_000.0, 100_000.0, 220_000.0], 9),
        place=np.where(random.random(9) < 0.3, random.integers(0, 3, 9), -1),
        xy=halls,
    )
    rules = Rules(most=5, budget_yen=270_000.0)
    problem = Problem(options, demand, covers, rules, (Stage("worst_unit_first"),))
    choices = (np.array(c) for n in range(6) for c in combinations(range(9), n))
    allowed = (c.astype(np.int64) for c in choices if not broken_rules(problem, c.astype(np.int64)))
    best = max(values(problem, choice)[0] for choice in allowed)
    plan = solve(problem)
    assert plan.status == "optimal"
    assert plan.stages[0].value == pytest.approx(best, abs=1e-4)
