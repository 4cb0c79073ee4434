"""Homes that no plan can tell apart are one group; options that no plan needs are left out."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from geo.errors import InvalidInputError
from geo.siting import Problem, Rules, Stage
from geo.siting.checks import check
from geo.siting.patterns import Patterns, boil, without
from tests.geo.siting.brute import Town, towns
from tests.geo.siting.test_optimum import OBJECTIVES, permuted

Group = tuple[int, int, float, tuple[tuple[int, float], ...]]


def checked(problem: Problem) -> Problem:
    try:
        check(problem)
    except InvalidInputError:
        reject()
    return problem


def groups(patterns: Patterns, *, by_walk: bool) -> dict[Group, float]:
    """Weight by unit, places today, walk today, and options with their walks."""
    found = {}
    for group in range(patterns.groups_n):
        pairs = np.flatnonzero(patterns.group == group)
        options = sorted(
            (int(option), float(patterns.pair_walk[pair]) if by_walk else 0.0)
            for pair in pairs
            for option in patterns.option[patterns.site == patterns.member[pair]]
        )
        today = (int(patterns.unit[group]), int(patterns.reached_n[group]))
        key = (*today, float(patterns.walk[group]), tuple(options))
        assert key not in found
        found[key] = float(patterns.weight[group])
    return found


def by_hand(town: Town, objective: str) -> dict[Group, float]:
    """The same from the lists of a town."""
    by_walk = objective in {"shortest_walk", "shortest_longest_walk"}
    wanted_n = 2 if objective == "backup" else 1
    found: dict[Group, float] = defaultdict(float)
    for home, weight in enumerate(town.weight):
        unserved = town.rules.unserved_walk
        today = town.today[home] if unserved is None else min(town.today[home], unserved)
        options = []
        for option in town.options():
            walk = town.walk.get((option, home), np.inf)
            covers = walk <= 500.0 and town.reached_n[home] < wanted_n
            if covers or (by_walk and walk < today):
                options.append((option, walk if by_walk else 0.0))
        if weight > 0 and options:
            unit = town.unit[home] if objective == "worst_unit_first" else -1
            reached_n = min(town.reached_n[home], wanted_n)
            found[unit, reached_n, today if by_walk else 0.0, tuple(options)] += weight
    return dict(found)


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=60)
@given(town=towns())
def test_homes_are_one_group_where_no_plan_can_tell_them_apart(objective: str, town: Town) -> None:
    problem = checked(town.problem(Stage(objective)))
    by_walk = problem.has("shortest_walk", "shortest_longest_walk")
    found = groups(boil(problem, every_plan=True), by_walk=by_walk)
    assert found == pytest.approx(by_hand(town, objective))


@settings(max_examples=60)
@given(town=towns(), data=st.data())
def test_patterns_without_options_are_those_of_a_town_without_them(
    town: Town, data: st.DataObject
) -> None:
    patterns = boil(checked(town.problem(Stage("most_reached"))), every_plan=True)
    dropped = np.array(data.draw(st.permutations(patterns.option)), dtype=np.int64)
    dropped = dropped[: data.draw(st.integers(0, len(dropped)))]
    left = without(patterns, np.isin(patterns.option, dropped))
    alone = replace(town, must_not=tuple(dropped.tolist()))
    fresh = boil(alone.problem(Stage("most_reached")), every_plan=True)
    assert left.option.tolist() == fresh.option.tolist()
    assert left.site.tolist() == fresh.site.tolist()
    assert groups(left, by_walk=False) == pytest.approx(groups(fresh, by_walk=False))


@settings(max_examples=60)
@given(town=towns(), data=st.data())
def test_patterns_are_the_same_for_every_order_of_homes(town: Town, data: st.DataObject) -> None:
    problem = checked(town.problem(Stage("most_reached"), Stage("worst_unit_first")))
    homes = np.array(data.draw(st.permutations(range(len(town.weight)))))
    options = np.array(data.draw(st.permutations(range(len(town.yen)))))
    one, other = boil(problem), boil(permuted(problem, options, homes))
    assert options[other.option].tolist() == one.option.tolist()
    for name in ("site", "weight", "unit", "reached_n", "group", "member"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()


def test_thousands_of_twins_are_one_option_each() -> None:
    """5,000 options over 10 homes: those of one home are one another's, the first key stays."""
    n = 5000
    town = Town(
        walk={(i, i % 10): 100.0 for i in range(n)},
        weight=[1.0] * 10,
        unit=[-1] * 10,
        reached_n=[0] * 10,
        today=[np.inf] * 10,
        yen=[0.0] * n,
        place=[-1] * n,
        owner=[-1] * n,
        x_m=[0.0] * n,
        rules=Rules(),
    )
    assert boil(town.problem(Stage("most_reached"))).option.tolist() == list(range(10))
