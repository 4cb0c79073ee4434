"""The bound without a solver: above every plan, by multipliers of the model; its plans keep to the rules."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.siting import Rules, Stage
from geo.siting.cover import Bounded, bounded, multipliers
from geo.siting.goals import goal
from geo.siting.model import build
from geo.siting.patterns import Patterns, boil
from tests.geo.siting.brute import Town, towns
from tests.geo.siting.test_patterns import checked

GOAL = Stage("most_reached")


@st.composite
def ruled(draw: st.DrawFn) -> Town:
    """A town with must-haves that do not exclude each other at once."""
    town = draw(towns())
    n = len(town.yen)
    must = draw(st.lists(st.integers(0, n - 1), max_size=1).map(tuple))
    must_not = draw(st.lists(st.integers(0, n - 1), max_size=1).map(tuple))
    return replace(town, must=must, must_not=tuple(set(must_not) - set(must)))


def asked(town: Town, *stages: Stage, every_plan: bool = True) -> tuple[Patterns, Bounded]:
    problem = checked(town.problem(*stages or (GOAL,)))
    patterns = boil(problem, every_plan=every_plan)
    return patterns, bounded(problem, patterns)


@settings(max_examples=200)
@given(town=ruled())
def test_no_plan_exceeds_the_bound_nor_that_of_an_option_in_it(town: Town) -> None:
    patterns, found = asked(town)
    for chosen in town.choices():
        value = town.value(GOAL, chosen)
        assert value <= found.bound + 1e-9
        with_it = found.with_it[np.isin(patterns.option, chosen)]
        assert (value <= with_it + 1e-9).all()


@settings(max_examples=200)
@given(town=ruled())
def test_a_plan_found_keeps_to_the_rules_over_options(town: Town) -> None:
    patterns, found = asked(town)
    if found.value < 0.0:
        return
    chosen = tuple(sorted(patterns.option[found.picked].tolist()))
    assert found.value == pytest.approx(town.value(GOAL, chosen))
    # A share that must be reached is no rule over options: more is better all the same.
    assert replace(town, rules=replace(town.rules, reach_pct=None)).keeps(chosen)


@settings(max_examples=200)
@given(
    town=ruled(), further=st.sampled_from([(), (Stage("worst_unit_first"),), (Stage("backup"),)])
)
def test_multipliers_prove_the_bound_in_the_rows_of_the_model(
    town: Town, further: tuple[Stage, ...]
) -> None:
    """The inequality of the docstring, with all rows and columns, in dense arithmetic."""
    problem = checked(town.problem(GOAL, *further))
    patterns = boil(problem)
    found = bounded(problem, patterns)
    model = build(problem, patterns)
    sheet = model.sheet
    matrix = np.zeros((sheet.rows_n, sheet.columns_n))
    for row, column, value in sheet.entries:
        np.add.at(matrix, (row.astype(int), column.astype(int)), value)
    least = np.concatenate([np.empty(0), *sheet.row_lower])
    most = np.concatenate([np.empty(0), *sheet.row_upper])
    lower, upper = np.concatenate(sheet.lower), np.concatenate(sheet.upper)
    by = multipliers(model, found)
    side = np.where(by > 0, most, least)
    assert np.isfinite(side[by != 0]).all()
    left = goal(model, "most_reached").cost - by @ matrix
    total = (by[by != 0] * side[by != 0]).sum() + np.maximum(left * lower, left * upper).sum()
    assert total == pytest.approx(found.bound, abs=1e-9 * (1.0 + abs(found.bound)) + 1e-9)


@settings(max_examples=100)
@given(town=ruled(), data=st.data())
def test_rows_ruled_out_by_hand_bound_the_rest(town: Town, data: st.DataObject) -> None:
    """Further rows: at most one of the options of a plan before."""
    problem = checked(town.problem(GOAL))
    patterns = boil(problem, every_plan=True)
    before = set(data.draw(st.lists(st.sampled_from(range(len(town.yen))), max_size=3)))
    row = np.isin(patterns.option, sorted(before)).astype(float)
    found = bounded(problem, patterns, further=(row[None, :], np.array([1.0])))
    for chosen in town.choices():
        if len(before & set(chosen)) <= 1:
            assert town.value(GOAL, chosen) <= found.bound + 1e-9
    if found.value >= 0.0:
        assert len(before & set(patterns.option[found.picked].tolist())) <= 1


def grid(*, most: int) -> Town:
    """A street of 30 houses, a hall at each, that reaches the house and its two neighbours."""
    n = 30
    return Town(
        walk={(i, j): 100.0 for i in range(n) for j in range(max(i - 1, 0), min(i + 2, n))},
        weight=[1.0] * n,
        unit=[-1] * n,
        reached_n=[0] * n,
        today=[np.inf] * n,
        yen=[0.0] * n,
        place=[-1] * n,
        owner=[-1] * n,
        x_m=[0.0] * n,
        rules=Rules(most=most),
    )


@pytest.mark.parametrize("most", [1, 4, 10])
def test_a_street_of_halls_is_proven_without_a_solver(most: int) -> None:
    """Three houses a hall, and no hall can do better."""
    _, found = asked(grid(most=most), every_plan=False)
    assert found.value == 3.0 * most
    assert found.bound == pytest.approx(3.0 * most)


def test_an_exchange_mends_what_greed_chose_first() -> None:
    """Hall 0 has the houses 0 to 3; halls 1 and 2 have 0, 1, 4 and 2, 3, 5: all six, by two."""
    walk = dict.fromkeys([(0, 0), (0, 1), (0, 2), (0, 3)], 1.0)
    walk |= dict.fromkeys([(1, 0), (1, 1), (1, 4), (2, 2), (2, 3), (2, 5)], 1.0)
    town = replace(grid(most=2), walk=walk, yen=[0.0] * 3, place=[-1] * 3, owner=[-1] * 3)
    town = replace(town, x_m=[0.0] * 3, weight=[1.0] * 6, unit=[-1] * 6, reached_n=[0] * 6)
    problem = replace(town, today=[np.inf] * 6).problem(GOAL)
    patterns = boil(problem, every_plan=True)
    found = bounded(problem, patterns, np.array([True, True, False]))
    assert patterns.option[found.picked].tolist() == [1, 2]
    assert (found.value, found.bound) == (6.0, pytest.approx(6.0))
