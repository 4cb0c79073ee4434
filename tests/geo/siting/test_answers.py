"""What is said about a plan: relaxations, explanations, stability; by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, reject, settings

from geo.errors import InvalidInputError
from geo.siting import (
    Covers,
    Plan,
    Problem,
    Rules,
    Stage,
    TargetRule,
    relax,
    solve,
)
from geo.siting.explain import explain, unit_gains
from geo.siting.stability import stability
from geo.vocabulary import Objective
from tests.geo.siting.brute import Town, towns
from tests.geo.siting.test_optimum import answer

STREET = Town(
    # Halls 0 to 3 along a street: 0 reaches homes 0, 1; 1 reaches 1, 2; 2 reaches 2, 3; 3 reaches 4.
    walk={
        (0, 0): 1.0,
        (0, 1): 1.0,
        (1, 1): 1.0,
        (1, 2): 1.0,
        (2, 2): 1.0,
        (2, 3): 1.0,
        (3, 4): 1.0,
    },
    weight=[10.0, 6.0, 5.0, 4.0, 2.0],
    unit=[0, 0, 1, 1, -1],
    reached_n=[0, 0, 0, 1, 0],
    today=[np.inf] * 5,
    yen=[100_000.0, 30_000.0, 30_000.0, 840_000.0],
    place=[-1] * 4,
    owner=[-1] * 4,
    x_m=[0.0] * 4,
    rules=Rules(),
)
EACH = tuple(TargetRule(f"school {i}", (i,)) for i in range(4))


def ruled(rules: Rules, *stages: Stage) -> Problem:
    return replace(STREET, rules=rules).problem(*(stages or (Stage("most_reached"),)))


def test_a_budget_too_small_for_all_targets_says_how_many_it_can_meet() -> None:
    # ¥160,000 pays for schools 0, 1 and 2; school 3 alone costs ¥840,000; all four ¥1,000,000.
    problem = ruled(Rules(budget_yen=160_000.0, targets=EACH))
    plan = solve(problem)
    assert (plan.status, plan.reasons) == ("infeasible", ("rules_conflict",))
    change = relax(problem)
    assert (change.targets_met, change.targets_n) == (3, 4)
    assert change.targets_plan is not None
    assert change.targets_plan.unmet_targets == (3,)
    assert change.targets_plan.chosen == (0, 1, 2)
    assert change.budget_yen == 1_000_000.0
    assert (change.most, change.reach_pct, change.proven) == (None, None, True)


def test_the_smallest_number_and_the_largest_share_that_work_are_said() -> None:
    # Everyone needs halls 0, 3 and one of 1, 2; two halls reach 10 + 6 + 5 and the 4 of today.
    problem = ruled(Rules(most=2, reach_pct=100.0))
    assert solve(problem).status == "infeasible"
    change = relax(problem)
    assert change.most == 3
    assert change.reach_pct == pytest.approx(100 * 25 / 27)
    assert change.targets_met is None


def test_residents_whom_nothing_reaches_and_targets_without_options_are_reasons() -> None:
    town = replace(STREET, walk={(0, 0): 1.0}, must_not=(3,))
    problem = replace(town, rules=Rules(reach_pct=100.0, targets=EACH)).problem(Stage("cheapest"))
    assert solve(problem).reasons == ("target_without_option", "unreachable")


@settings(max_examples=40)
@given(town=towns(options_n=5))
def test_a_relaxation_is_the_smallest(town: Town) -> None:
    try:
        change = relax(town.problem(Stage("most_reached")))
    except InvalidInputError:
        reject()
    assert change.proven
    if town.rules.budget_yen is not None:
        free = replace(town, rules=replace(town.rules, budget_yen=None))
        best = free.best(Stage("cheapest"))
        assert change.budget_yen == (best[0] if best else None)
    if town.rules.targets:
        free = replace(town, rules=replace(town.rules, targets=()))
        met = [sum(town.meets(t, c) for t in town.rules.targets) for c in free.choices()]
        assert change.targets_met == max(met, default=None)


def chosen(*options: int) -> Plan:
    return Plan("optimal", chosen=options)


def test_each_choice_is_explained_alone_and_beside_the_others() -> None:
    problem = ruled(Rules())
    older = np.array([4.0, 3.0, 2.0, 1.0, 0.0])
    problem = replace(problem, demand=replace(problem.demand, further={"75": older}))
    frame = explain(problem, chosen(0, 1, 2))
    # Home 3 has a place today. Hall 0 first: 10 + 6. Then 1 and 2 both find home 2: the first key.
    assert frame["option"].tolist() == [0, 1, 2]
    assert frame["newly_reached"].tolist() == [16.0, 5.0, 0.0]
    assert frame["marginal"].tolist() == [10.0, 0.0, 0.0]
    assert frame["alone"].tolist() == [16.0, 11.0, 5.0]
    assert frame["newly_reached_75"].tolist() == [7.0, 2.0, 0.0]
    assert frame["marginal_75"].tolist() == [4.0, 0.0, 0.0]
    assert frame["catchment"].tolist() == [16.0, 11.0, 9.0]
    assert frame["overlap_pct"].tolist() == pytest.approx([0.0, 0.0, 100 * 4 / 9])
    assert frame["yen_per_newly_reached"].tolist() == [6250.0, 6000.0, np.inf]


def test_gains_are_split_by_unit_and_leave_out_homes_in_none() -> None:
    gains = unit_gains(ruled(Rules()), chosen(1, 3))
    assert gains.to_dict("records") == [
        {"option": 1, "unit": 0, "newly_reached": 6.0},
        {"option": 1, "unit": 1, "newly_reached": 5.0},
    ]


@settings(max_examples=40)
@given(town=towns())
def test_what_the_ranks_newly_reach_adds_up_to_the_plan(town: Town) -> None:
    problem = town.problem(Stage("most_reached"))
    plan = answer(problem)
    frame = explain(problem, plan)
    assert frame["newly_reached"].sum() == pytest.approx(plan.newly_reached)
    for option, marginal in zip(frame["option"], frame["marginal"], strict=True):
        others = tuple(i for i in plan.chosen if i != option)
        lost = town.value(Stage("most_reached"), plan.chosen)
        lost -= town.value(Stage("most_reached"), others)
        assert marginal == pytest.approx(lost, abs=1e-9)


def test_no_choice_is_explained_by_no_rows() -> None:
    assert explain(ruled(Rules()), chosen()).empty
    assert unit_gains(ruled(Rules()), chosen()).empty


def test_stability_counts_how_often_a_choice_stays() -> None:
    # One hall: hall 0 (16) today. With twice the residents in homes 2 to 4, and home 3 without a
    # place, hall 2 reaches 10 + 8 = 18, and hall 0 still 16; without hall 0's walks hall 1 has 11.
    problem = ruled(Rules(most=1))
    base = solve(problem)
    later = replace(
        problem.demand,
        weight=np.array([10.0, 6.0, 10.0, 8.0, 4.0]),
        reached_n=np.zeros(5, dtype=np.int64),
    )
    covers = problem.covers
    far = covers.option != 0
    shorter = Covers.of(
        covers.option[far], covers.home[far], covers.walk[far], shape=(4, 5), limit=500.0
    )
    found = stability(
        problem, base, {"2040": (covers, later), "barrier": (shorter, problem.demand)}
    )
    assert found.variants["value"].tolist() == [18.0, 11.0]
    assert found.variants["base_value"].tolist() == [16.0, 0.0]
    assert found.variants["lost_pct"].tolist() == pytest.approx([100 * 2 / 18, 100.0])
    assert found.options["option"].tolist() == [0, 1, 2]
    assert found.options["stays_n"].tolist() == [1, 1, 1]
    assert found.options["stays_pct"].tolist() == pytest.approx([100 / 3] * 3)


def test_a_choice_that_nothing_is_better_than_holds() -> None:
    # Hall 2 reaches 10 + 10 today, hall 1 11, hall 0 2. Where everybody counts 10 the halls reach 20
    # each: the first by its key would do as well, but nothing speaks against hall 2.
    nobody = np.zeros(5, dtype=np.int64)
    now = np.array([1.0, 1.0, 10.0, 10.0, 1.0])
    problem = ruled(Rules(most=1))
    problem = replace(problem, demand=replace(problem.demand, weight=now, reached_n=nobody))
    base = solve(problem)
    assert base.chosen == (2,)
    even = replace(problem.demand, weight=np.array([10.0, 10.0, 10.0, 10.0, 1.0]))
    found = stability(problem, base, {"even": (problem.covers, even)})
    assert found.variants[["value", "base_value", "shared_n"]].to_numpy().tolist() == [[20, 20, 1]]
    assert found.options["stays_pct"].tolist() == [100.0]
    # A rule that the base breaks elsewhere is something: half of all, which hall 2 misses.
    strict = replace(problem, rules=Rules(reach_pct=50.0), stages=(Stage("fewest_places"),))
    base = solve(strict)
    assert base.chosen == (2,)
    later = replace(problem.demand, weight=np.array([10.0, 10.0, 1.0, 1.0, 1.0]))
    found = stability(strict, base, {"later": (problem.covers, later)})
    assert found.variants["shared_n"].tolist() == [0]
    # It does not keep to the rules there: what it falls short by is no question.
    assert found.variants["outcome"].tolist() == ["breaks_rules"]
    assert np.isnan(found.variants["lost_pct"]).all()


def test_a_variant_without_any_plan_says_nothing_and_stops_no_other() -> None:
    problem = ruled(Rules(reach_pct=20.0), Stage("fewest_places"))
    base = solve(problem)
    nothing = Covers.of(*(np.empty(0),) * 3, shape=(4, 5), limit=500.0)
    elsewhere = {"nobody": (nothing, problem.demand), "same": (problem.covers, problem.demand)}
    found = stability(problem, base, elsewhere)
    assert found.variants["outcome"].tolist() == ["no_plan", "kept"]
    assert found.variants["lost_pct"].tolist() == pytest.approx([np.nan, 0.0], nan_ok=True)
    # The base and the one variant that has a plan.
    assert found.options["variants_n"].tolist() == [2] * len(base.chosen)
    assert found.options["stays_pct"].tolist() == [100.0] * len(base.chosen)


@pytest.mark.parametrize("goal", ["shortest_walk", "shortest_longest_walk"])
def test_everybody_must_be_served_while_another_rule_gives_way(goal: Objective) -> None:
    # Each hall serves the one home that the other cannot: both are needed.
    town = replace(
        STREET,
        walk={(0, 0): 100.0, (1, 1): 100.0},
        weight=[1.0, 1.0],
        unit=[-1, -1],
        reached_n=[0, 0],
        today=[np.inf, np.inf],
        yen=[100_000.0, 50_000.0],
        place=[-1, -1],
        owner=[-1, -1],
        x_m=[0.0, 0.0],
    )
    few = replace(town, rules=Rules(most=1)).problem(Stage(goal))
    assert solve(few).status == "infeasible"
    assert relax(few).most == 2
    poor = replace(town, rules=Rules(budget_yen=100_000.0)).problem(Stage(goal))
    assert relax(poor).budget_yen == 150_000.0


def test_targets_that_are_a_goal_alone_stay_one_while_a_rule_gives_way() -> None:
    town = replace(
        STREET,
        walk={(0, 0): 100.0, (1, 1): 100.0},
        weight=[1.0, 1.0],
        unit=[-1, -1],
        reached_n=[0, 0],
        today=[np.inf, np.inf],
        yen=[100_000.0, 50_000.0],
        place=[-1, -1],
        owner=[-1, -1],
        x_m=[0.0, 0.0],
        rules=Rules(
            most=0,
            budget_yen=50_001.0,
            reach_pct=50.0,
            targets=(TargetRule("east", (0,)), TargetRule("west", (1,))),
        ),
    )
    # One hall reaches half, and ¥50,001 pay for it; both targets would need two.
    change = relax(town.problem(Stage("most_targets")))
    assert change.most == 1
