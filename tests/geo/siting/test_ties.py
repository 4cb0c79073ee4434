"""Which plan is told of several that are as good: the stated rule, for any order, seed and number of rows."""

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from geo.errors import InvalidInputError
from geo.siting import Problem, Rules, Search, Stage, k_best, solve
from geo.siting.goals import Goal
from geo.siting.patterns import boil
from geo.siting.solver import Solution, Solver
from tests.geo.siting.brute import LEAST, Town, towns
from tests.geo.siting.test_optimum import permuted, stages
from tests.geo.siting.test_search import big


def number(key: object) -> int:
    """What a key fixes: the first 64 bits of its BLAKE2b digest, less all but the last 20."""
    return int(hashlib.blake2b(str(key).encode(), digest_size=8).hexdigest()[-5:], 16)


def named(town: Town, problem: Problem) -> set[tuple[int, ...]]:
    """Return the plans that the rule allows, by trying every choice of what no other option replaces."""
    looked_at = set(boil(problem).option.tolist())
    left = [choice for choice in town.choices() if set(choice) <= looked_at]
    for stage in problem.stages:
        sign = 1 if stage.objective in LEAST else -1
        worth = {choice: sign * town.value(stage, choice) for choice in left}
        best = min(worth.values())
        left = [choice for choice in left if worth[choice] <= best + 1e-6]
    ranks = {choice: (len(choice), sum(map(number, choice))) for choice in left}
    return {choice for choice in left if ranks[choice] == min(ranks.values())}


simple = st.lists(
    st.sampled_from(["most_reached", "cheapest", "worst_unit_first", "backup"]),
    min_size=1,
    max_size=2,
    unique=True,
)


@settings(max_examples=150)
@given(town=towns(), goals=simple)
def test_of_plans_that_are_as_good_the_rule_names_one(town: Town, goals: list) -> None:
    problem = town.problem(*(Stage(goal) for goal in goals))
    try:
        plan = solve(problem)
    except InvalidInputError:
        reject()
    if plan.status == "infeasible":
        assert plan.tie == ""
        return
    assert (plan.status, plan.tie) == ("optimal", "decided")
    assert named(town, problem) == {plan.chosen}


def twins(halls_n: int, most: int) -> Problem:
    """Halls at one spot, of which one is enough for 3 residents; as a distance is asked, none replaces another."""
    town = Town(
        walk={(hall, 0): 100.0 for hall in range(halls_n)},
        weight=[3.0],
        unit=[-1],
        reached_n=[0],
        today=[np.inf],
        yen=[0.0] * halls_n,
        place=[-1] * halls_n,
        owner=[-1] * halls_n,
        x_m=[0.0] * halls_n,
        rules=Rules(most=most, apart_m=1.0),
    )
    return town.problem(Stage("most_reached"))


@pytest.mark.parametrize("halls_n", [2, 7, 40])
def test_of_twins_at_one_spot_that_is_told_whose_key_fixes_the_least_number(halls_n: int) -> None:
    plan = solve(twins(halls_n, 3))
    assert plan.tie == "decided"
    assert plan.chosen == (min(range(halls_n), key=number),)


@settings(max_examples=60)
@given(town=towns(), goals=st.lists(stages, min_size=1, max_size=3), seed=st.data())
def test_no_seed_and_no_order_of_rows_changes_a_plan(
    town: Town, goals: list[Stage], seed: st.DataObject
) -> None:
    problem = town.problem(*goals)
    try:
        plan = solve(problem)
    except InvalidInputError:
        reject()
    orders = [
        np.array(seed.draw(st.permutations(range(n))))
        for n in (len(problem.options), len(problem.demand.weight))
    ]
    other = solve(permuted(problem, *orders), Search(seed=seed.draw(st.integers(1, 1000))))
    keys = problem.options.key[orders[0]]
    assert other.tie == plan.tie
    assert sorted(keys[list(other.chosen)].tolist()) == sorted(plan.chosen)


def test_where_that_search_ends_early_the_tie_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    search = Solver.optimise

    def ending(solver: Solver, goal: Goal, stage: int, *args: Any, **kwargs: Any) -> Solution:
        if stage == 1:  # what decides comes after the one goal
            return Solution("unknown", None, np.inf, -np.inf)
        return search(solver, goal, stage, *args, **kwargs)

    monkeypatch.setattr(Solver, "optimise", ending)
    plan = solve(twins(7, 3))
    assert (plan.status, plan.tie, plan.newly_reached) == ("optimal", "open", 3.0)


def test_of_plans_that_are_not_proven_no_tie_is_claimed() -> None:
    assert solve(big(), Search(time_s=0.0)).tie == ""


def test_the_first_of_near_equal_plans_is_the_plan_itself() -> None:
    problem = twins(5, 1)
    plans = k_best(problem, 5)
    assert plans[0].chosen == solve(problem).chosen
    # Each next one is the twin with the next larger number.
    assert [plan.chosen[0] for plan in plans] == sorted(range(5), key=number)


@settings(max_examples=60)
@given(town=towns(options_n=5))
def test_the_second_best_may_be_the_best_and_a_place_more(town: Town) -> None:
    goal = Stage("cheapest")
    town = replace(town, place=[-1] * len(town.place))
    try:
        plans = k_best(town.problem(goal), 4, difference=0)
    except InvalidInputError:
        reject()
    useful = set(boil(town.problem(goal), every_plan=True).option.tolist())
    choices = [choice for choice in town.choices() if set(choice) <= useful]
    left = sorted(town.value(goal, choice) for choice in choices)
    if plans[0].status == "infeasible":
        assert left == []
        return
    assert [plan.first_year_yen for plan in plans] == left[:4]
    assert len({plan.chosen for plan in plans}) == len(plans)
