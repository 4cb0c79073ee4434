"""Plans with seats against maximum flows over every choice."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InvalidInputError
from geo.siting import Problem, Rules, Stage, solve
from tests.geo.siting.brute import Town, towns
from tests.geo.siting.test_optimum import answer


def seated(town: Town, capacity: list[int], chosen: tuple[int, ...]) -> float:
    """Residents with a seat where one in two comes: a flow from homes through options to seats."""
    flow = nx.DiGraph()
    flow.add_nodes_from(["from", "to"])
    for j, weight in enumerate(town.weight):
        if town.reached_n[j] == 0 and weight > 0:
            flow.add_edge("from", ("home", j), capacity=int(weight * 4))
    for i in chosen:
        flow.add_edge(("option", i), "to", capacity=8 * capacity[i])
        for j in town.homes_of(i):
            flow.add_edge(("home", j), ("option", i))
    # Quarters of residents; with one in two coming a seat serves two residents, or 8 quarters.
    return nx.maximum_flow_value(flow, "from", "to") / 4


def with_seats(town: Town, capacity: list[int], *stages: Stage) -> Problem:
    problem = town.problem(*stages)
    rules = replace(problem.rules, participation_pct=50.0)
    options = replace(problem.options, capacity=np.array(capacity, dtype=float))
    return replace(problem, options=options, rules=rules)


@settings(max_examples=80)
@given(town=towns(options_n=4, homes_n=5), data=st.data())
def test_most_seated_is_the_best_flow_over_all_choices(town: Town, data: st.DataObject) -> None:
    town = replace(town, rules=replace(town.rules, reach_pct=None))
    capacity = data.draw(
        st.lists(st.integers(1, 4), min_size=len(town.yen), max_size=len(town.yen))
    )
    plan = answer(with_seats(town, capacity, Stage("most_reached")))
    best = max((seated(town, capacity, c) for c in town.choices()), default=None)
    if best is None:
        assert plan.status == "infeasible"
        return
    assert plan.stages[0].value == pytest.approx(best, abs=1e-5)
    assert seated(town, capacity, plan.chosen) == pytest.approx(best, abs=1e-5)
    for option in plan.chosen:
        fewer = tuple(one for one in plan.chosen if one != option)
        assert not town.keeps(fewer) or seated(town, capacity, fewer) < best - 1e-6, "idle"


@settings(max_examples=80)
@given(town=towns(options_n=4, homes_n=5))
def test_seats_without_end_change_nothing(town: Town) -> None:
    # Who has a place within the limit today is reached: else a seat could be a longer walk than none.
    reached_n = [max(n, int(t <= 500)) for n, t in zip(town.reached_n, town.today, strict=True)]
    town = replace(town, reached_n=reached_n)
    stages = (Stage("most_reached"), Stage("worst_unit_first"), Stage("shortest_walk"))
    without = answer(town.problem(*stages))
    unlimited = solve(with_seats(town, [10**6] * len(town.yen), *stages))
    assert unlimited.status == without.status
    for one, other in zip(unlimited.stages, without.stages, strict=True):
        assert one.value == pytest.approx(other.value, abs=2e-4)


def hall(capacity: float, rules: Rules) -> Problem:
    """One hall, a home of 20 in unit 0 and one of 10 in unit 1, both near it."""
    problem = Town(
        walk={(0, 0): 100.0, (0, 1): 300.0},
        weight=[20.0, 10.0],
        unit=[0, 1],
        reached_n=[0, 0],
        today=[np.inf, np.inf],
        yen=[0.0],
        place=[-1],
        owner=[-1],
        x_m=[0.0],
        rules=rules,
    ).problem(Stage("most_reached"), Stage("worst_unit_first"))
    return replace(problem, options=replace(problem.options, capacity=np.array([capacity])))


def test_seats_are_shared_so_that_the_worst_unit_is_served_best() -> None:
    # 10 % of 30 come, 3 persons; 1.5 seats serve 15 residents: half of each unit.
    plan = solve(hall(1.5, Rules(participation_pct=10.0)))
    assert [stage.value for stage in plan.stages] == pytest.approx([15.0, 50.0], abs=1e-4)


def test_a_room_too_small_for_any_group_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"No candidate seats a group: .* 5 persons.*4"):
        solve(hall(4.0, Rules(participation_pct=10.0, group_min=5.0)))


def test_seats_are_not_combined_with_a_backup() -> None:
    problem = replace(hall(4.0, Rules(participation_pct=10.0)), stages=(Stage("backup"),))
    with pytest.raises(InvalidInputError, match="Seats cannot be combined"):
        solve(problem)
