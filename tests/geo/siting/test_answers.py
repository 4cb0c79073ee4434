"""What is said about a plan: relaxations, explanations, years, stability; by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.errors import InvalidInputError
from geo.siting import (
    Covers,
    Plan,
    Problem,
    Rules,
    Stage,
    TargetRule,
    best_years,
    explain,
    order_of_opening,
    relax,
    solve,
    stability,
    unit_gains,
)
from geo.siting.worth import newly_reached
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


def resident_years(problem: Problem, plan: Plan, year: NDArray[np.int64], years_n: int) -> float:
    """Return the newly reached residents, added up over the years."""
    chosen = plan.positions
    reached = [newly_reached(problem, chosen[(year >= 0) & (year <= t)]) for t in range(years_n)]
    return math.fsum(math.fsum(problem.demand.weight[homes]) for homes in reached)


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


def with_openings(opening_yen: list[float]) -> Problem:
    problem = ruled(Rules())
    return replace(problem, options=replace(problem.options, opening_yen=np.array(opening_yen)))


def test_years_take_the_best_next_option_that_every_later_year_can_keep_up() -> None:
    # Hall 0 (¥100,000 a year and ¥50,000 once) reaches most; year 0 pays for it, exactly. In year 1
    # ¥130,000 keeps it and pays for hall 1 (5 more); hall 3 costs ¥840,000, never paid.
    problem = with_openings([50_000.0, 0.0, 0.0, 0.0])
    order = order_of_opening(problem, [150_000.0, 130_000.0, 130_000.0])
    assert order["year"].tolist() == [0, 1]
    assert order["option"].tolist() == [0, 1]
    assert order["newly_reached"].tolist() == [16.0, 5.0]
    assert order["reached_after"].tolist() == [20.0, 25.0]
    assert order["year_yen_after"].tolist() == [150_000.0, 130_000.0]


def test_an_option_that_a_later_year_cannot_keep_up_never_opens() -> None:
    order = order_of_opening(ruled(Rules()), [150_000.0, 90_000.0])
    assert order[["year", "option"]].to_numpy().tolist() == [[0, 1]]


def test_years_of_a_plan_open_only_what_is_in_it() -> None:
    order = order_of_opening(ruled(Rules()), [1e7], plan=chosen(2, 3))
    assert order["option"].tolist() == [2, 3]


def test_all_years_at_once_are_never_worse_than_step_by_step() -> None:
    # By steps: hall 0 in year 0 (16), nothing more. At once: the same ¥100,000 could open 1 and 2,
    # 11 residents, so hall 0 it is; with ¥60,000 first, halls 1 (year 0) and later hall 0.
    problem = ruled(Rules())
    plan = chosen(0, 1, 2)
    year, gap = best_years(problem, [60_000.0, 160_000.0], plan=plan)
    assert gap == 0.0
    steps = order_of_opening(problem, [60_000.0, 160_000.0], plan=plan)
    stepped = np.array(
        [dict(zip(steps["option"], steps["year"], strict=True)).get(i, -1) for i in range(3)]
    )
    assert resident_years(problem, plan, year, 2) == 11.0 + 21.0
    assert resident_years(problem, plan, stepped, 2) <= resident_years(problem, plan, year, 2)


@settings(max_examples=40)
@given(
    yen=st.lists(st.sampled_from([30_000.0, 100_000.0, 840_000.0]), min_size=4, max_size=4),
    budgets=st.lists(
        st.sampled_from([0.0, 60_000.0, 130_000.0, 950_000.0]), min_size=2, max_size=2
    ),
)
def test_all_years_at_once_are_the_best_of_all_ways(yen: list[float], budgets: list[float]) -> None:
    problem = replace(STREET, yen=yen).problem(Stage("most_reached"))
    plan = chosen(0, 1, 2, 3)
    year, _ = best_years(problem, budgets, plan=plan)
    best = 0.0
    for ways in np.ndindex(3, 3, 3, 3):
        when = np.array(ways) - 1
        spent = [sum(y for y, w in zip(yen, when, strict=True) if 0 <= w <= t) for t in range(2)]
        if all(s <= b for s, b in zip(spent, budgets, strict=True)):
            best = max(best, resident_years(problem, plan, when, 2))
    assert resident_years(problem, plan, year, 2) == pytest.approx(best)


def test_a_negative_budget_of_a_year_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="¥0 or more for each year"):
        order_of_opening(ruled(Rules()), [-1.0])


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
