"""The optimum against spopt's four models with the same solver, on towns of some hundred homes."""

import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pulp
import pytest

from geo.siting import Covers, Demand, Options, Problem, Rules, Stage, solve

LIMIT = 500.0


def town(seed: int, *, homes_n: int = 150, sites_n: int = 25) -> tuple[np.ndarray, np.ndarray]:
    """Walks (homes, sites) as the crow flies in a square, and weights."""
    random = np.random.default_rng(seed)
    homes, sites = random.uniform(0, 2000, (homes_n, 2)), random.uniform(0, 2000, (sites_n, 2))
    walk = np.linalg.norm(homes[:, None, :] - sites[None, :, :], axis=2)
    return walk, random.integers(1, 30, homes_n).astype(float)


def problem(walk: np.ndarray, weight: np.ndarray, rules: Rules, stage: Stage) -> Problem:
    home, option = np.nonzero(np.isfinite(walk))
    shape = (walk.shape[1], walk.shape[0])
    covers = Covers.of(option, home, walk[home, option], shape=shape, limit=LIMIT)
    return Problem(Options.plain(shape[0]), Demand.plain(weight), covers, rules, (stage,))


def theirs(make: Callable[[object], object]) -> float:
    """Build and solve with spopt; its own warnings (of pulp and numpy) are not ours to answer for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from spopt import locate

        model = make(locate)
        solved = model.solve(pulp.HiGHS(msg=False, gapRel=0.0), results=False)
        assert solved.problem.status == pulp.LpStatusOptimal
        return float(solved.problem.objective.value())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("most", [1, 4, 9])
def test_most_reached_is_the_mclp_of_spopt(seed: int, most: int) -> None:
    walk, weight = town(seed)
    expected = theirs(lambda locate: locate.MCLP.from_cost_matrix(walk, weight, LIMIT, most))
    plan = solve(problem(walk, weight, Rules(most=most), Stage("most_reached")))
    assert plan.status == "optimal"
    assert plan.newly_reached == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(4))
def test_fewest_places_for_everyone_is_the_lscp_of_spopt(seed: int) -> None:
    walk, weight = town(seed, sites_n=60)
    kept = walk.min(axis=1) <= LIMIT
    walk, weight = walk[kept], weight[kept]
    expected = theirs(lambda locate: locate.LSCP.from_cost_matrix(walk, LIMIT))
    plan = solve(problem(walk, weight, Rules(reach_pct=100.0), Stage("fewest_places")))
    assert len(plan.chosen) == expected
    assert plan.reached == plan.residents


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("most", [2, 6])
def test_shortest_walk_is_the_p_median_of_spopt(seed: int, most: int) -> None:
    walk, weight = town(seed, homes_n=60, sites_n=15)
    expected = theirs(lambda locate: locate.PMedian.from_cost_matrix(walk, weight, most))
    plan = solve(problem(walk, weight, Rules(most=most), Stage("shortest_walk")))
    assert plan.stages[0].value == pytest.approx(expected / weight.sum())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("most", [2, 6])
def test_shortest_longest_walk_is_the_p_center_of_spopt(seed: int, most: int) -> None:
    walk, weight = town(seed, homes_n=50, sites_n=12)
    expected = theirs(lambda locate: locate.PCenter.from_cost_matrix(walk, most))
    plan = solve(problem(walk, weight, Rules(most=most), Stage("shortest_longest_walk")))
    assert plan.status == "optimal"
    assert plan.stages[0].value == pytest.approx(expected, abs=1e-4)


def test_places_of_today_are_those_predefined_in_spopt() -> None:
    walk, weight = town(7)
    fixed = np.zeros(walk.shape[1], dtype=int)
    fixed[[2, 11]] = 1
    expected = theirs(
        lambda locate: locate.MCLP.from_cost_matrix(
            walk, weight, LIMIT, 6, predefined_facilities_arr=fixed
        )
    )
    today = (walk[:, [2, 11]] <= LIMIT).sum(axis=1)
    asked = problem(walk, weight, Rules(most=4), Stage("most_reached"))
    asked = replace(asked, demand=replace(asked.demand, reached_n=today))
    assert solve(asked).reached == pytest.approx(expected)
