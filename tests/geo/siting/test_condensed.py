"""A condensed question is the same question: every choice is worth the same and keeps the same rules."""

from dataclasses import fields, replace
from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.siting import Covers, Problem, Stage
from geo.siting.condensed import condensed
from geo.siting.patterns import boil
from geo.siting.recheck import broken_rules, values
from geo.vocabulary import OBJECTIVES
from tests.geo.siting.brute import Town, towns

GOALS = st.lists(st.sampled_from(list(OBJECTIVES)), min_size=1, max_size=2, unique=True)


@settings(max_examples=150)
@given(towns(options_n=4), GOALS, st.sampled_from([None, 20.0]))
def test_every_choice_is_worth_the_same(town: Town, goals: list[str], pct: float | None) -> None:
    town = replace(town, rules=replace(town.rules, participation_pct=pct))
    problem = town.problem(*(Stage(name) for name in goals))
    fewer = condensed(problem)
    assert len(fewer.demand.weight) <= len(problem.demand.weight)
    assert fewer.demand.weight.sum() == pytest.approx(problem.demand.weight.sum())
    options = range(len(problem.options))
    for size in range(len(options) + 1):
        for one in combinations(options, size):
            chosen = np.array(one, dtype=np.int64)
            assert broken_rules(fewer, chosen) == broken_rules(problem, chosen)
            assert values(fewer, chosen) == pytest.approx(values(problem, chosen), abs=1e-9)


@settings(max_examples=100)
@given(towns(), GOALS)
def test_its_model_has_the_same_rows(town: Town, goals: list[str]) -> None:
    problem = town.problem(*(Stage(name) for name in goals))
    whole, part = boil(problem), boil(condensed(problem))
    for one in fields(whole):
        assert getattr(part, one.name) == pytest.approx(getattr(whole, one.name), abs=1e-9)


@settings(max_examples=100)
@given(towns(), GOALS, st.randoms(use_true_random=False))
def test_no_order_of_homes_changes_it(town: Town, goals: list[str], random: Random) -> None:
    problem = town.problem(*(Stage(name) for name in goals))
    order = list(range(len(town.weight)))
    random.shuffle(order)
    other, whole = condensed(shuffled(problem, order)), condensed(problem)
    for part in ("demand", "covers"):
        mine, its = getattr(whole, part), getattr(other, part)
        for name in ("weight", "unit", "reached_n", "walk", "option", "home"):
            assert np.array_equal(getattr(mine, name, None), getattr(its, name, None))


def shuffled(problem: Problem, order: list[int]) -> Problem:
    """Return the same with homes in another order."""
    at, covers, demand = np.argsort(order), problem.covers, problem.demand
    rows = {name: getattr(demand, name)[order] for name in ("weight", "unit", "reached_n", "walk")}
    shape = (covers.options_n, covers.homes_n)
    return replace(
        problem,
        demand=replace(demand, **rows),
        covers=Covers.of(
            covers.option, at[covers.home], covers.walk, shape=shape, limit=covers.limit
        ),
    )
