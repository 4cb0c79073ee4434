"""Bad input, limits of time, cancelling, progress, and the re-check."""

import re
import subprocess
import sys
import threading
from dataclasses import replace
from functools import cache

import highspy
import numpy as np
import pytest
import scipy

import geo.siting.session
import geo.siting.solver
from geo.errors import BrokenModelError, InvalidInputError
from geo.siting import (
    Covers,
    Demand,
    Incumbent,
    Options,
    Plan,
    Problem,
    Rules,
    Search,
    Stage,
    TargetRule,
    k_best,
    solve,
)
from geo.siting.goals import Goal
from geo.siting.patterns import boil
from geo.siting.recheck import Claim, broken_rules, recheck
from geo.siting.worth import worth
from services.words.texts import told
from tests.geo.siting.brute import Town

TOWN = Town(
    walk={(0, 0): 100.0, (1, 1): 500.0, (2, 1): 500.1},
    weight=[3.0, 2.0],
    unit=[-1, -1],
    reached_n=[0, 0],
    today=[np.inf, np.inf],
    yen=[30_000.0, 100_000.0, 100_000.0],
    place=[0, 0, -1],
    owner=[1, 2, 1],
    x_m=[0.0, 0.0, 100.0],
    rules=Rules(),
)
GOAL = Stage("most_reached")


def big(seed: int = 3, *, homes_n: int = 600, halls_n: int = 80) -> Problem:
    """600 homes and 80 halls: a search that takes more than a moment."""
    random = np.random.default_rng(seed)
    homes, halls = random.uniform(0, 3000, (homes_n, 2)), random.uniform(0, 3000, (halls_n, 2))
    walk = np.linalg.norm(halls[:, None, :] - homes[None, :, :], axis=2)
    option, home = np.nonzero(walk <= 500)
    covers = Covers.of(option, home, walk[option, home], shape=(halls_n, homes_n), limit=500.0)
    demand = Demand.plain(random.integers(1, 20, homes_n).astype(float))
    demand = replace(demand, unit=random.integers(0, 12, homes_n))
    return Problem(
        Options.plain(halls_n), demand, covers, Rules(most=12), (GOAL, Stage("worst_unit_first"))
    )


@cache
def proven() -> Plan:
    """Return the plan of ``big``, searched to its proof once."""
    return solve(big())


@pytest.mark.parametrize(
    ("town", "rules", "sentence"),
    [
        (replace(TOWN, yen=[], place=[], owner=[], x_m=[], walk={}), Rules(), "no candidate"),
        (replace(TOWN, walk={}), Rules(), "None of the 3 candidates can be walked to"),
        (TOWN, Rules(budget_yen=0.0), "budget of ¥0 pays for no candidate: .* ¥30,000"),
        (
            replace(TOWN, must=(0,), must_not=(0,)),
            Rules(),
            "Candidate 0 must be chosen and may not",
        ),
        (replace(TOWN, must=(0, 1)), Rules(), "Two candidates of one place"),
        (replace(TOWN, must=(0, 2)), Rules(one_per_owner=True), "Two candidates of one owner"),
        (replace(TOWN, must=(0, 2)), Rules(apart_m=101.0), "less than 101 m apart"),
        (replace(TOWN, must=(0, 2)), Rules(most=1), "2 candidates must be chosen, but at most 1"),
        (replace(TOWN, must=(0, 2)), Rules(budget_yen=129_999.0), "cost ¥130,000, more than"),
        (TOWN, Rules(most=-1), "less than none"),
        (TOWN, Rules(targets=(TargetRule("school", (3,)),)), "'school' names an option"),
    ],
)
def test_what_no_plan_can_be_made_from_is_one_sentence(
    town: Town, rules: Rules, sentence: str
) -> None:
    problem = replace(town, rules=rules).problem(GOAL)
    with pytest.raises(InvalidInputError, match=sentence) as caught:
        solve(problem)
    assert re.search(r"[ぁ-ん]", told(caught.value, "ja"))


def test_the_other_input_errors_are_sentences_too() -> None:
    problem = TOWN.problem(GOAL)
    twice = replace(problem, options=replace(problem.options, key=np.array(["a", "a", "b"])))
    with pytest.raises(InvalidInputError, match="one key"):
        solve(twice)
    with pytest.raises(InvalidInputError, match="No goal is given"):
        solve(replace(problem, stages=()))
    with pytest.raises(InvalidInputError, match="3 options and 2 homes, but there are 3 and 1"):
        replace(problem, demand=Demand.plain(np.ones(1)))


def test_limits_are_inclusive() -> None:
    # Option 1 covers home 1 at exactly 500 m, option 2 not at 500.1 m; 0 and 1 are one place.
    assert solve(TOWN.problem(GOAL)).chosen == (0,)
    assert solve(replace(TOWN, must_not=(0,)).problem(GOAL)).chosen == (1,)
    assert solve(replace(TOWN, must_not=(0, 1)).problem(GOAL)).chosen == ()
    # A distance of exactly 100 m is kept.
    near = replace(TOWN, must=(0, 2), rules=Rules(apart_m=100.0))
    assert solve(near.problem(GOAL)).chosen == (0, 2)


def test_everyone_reached_already_needs_no_plan() -> None:
    plan = solve(replace(TOWN, reached_n=[1, 1]).problem(GOAL))
    assert (plan.status, plan.chosen, plan.gap_pct) == ("optimal", (), 0.0)
    assert plan.reached == plan.residents == 5.0


def test_nobody_lives_there_is_no_division_by_zero() -> None:
    plan = solve(
        replace(TOWN, weight=[0.0, 0.0]).problem(
            GOAL, Stage("worst_unit_first"), Stage("shortest_walk"), Stage("shortest_longest_walk")
        )
    )
    assert [stage.value for stage in plan.stages] == [0.0, 0.0, 0.0, 0.0]


def test_patterns_merge_homes_that_no_plan_tells_apart() -> None:
    town = replace(
        TOWN,
        walk={(0, 0): 1.0, (0, 1): 2.0, (2, 0): 1.0, (2, 1): 1.0, (2, 2): 1.0},
        weight=[3.0, 2.0, 1.0],
        unit=[-1] * 3,
        reached_n=[0] * 3,
        today=[np.inf] * 3,
    )
    patterns = boil(town.problem(GOAL), every_plan=True)
    assert sorted(patterns.weight.tolist()) == [1.0, 5.0]
    # Walks tell homes 0 and 1 apart.
    assert boil(town.problem(Stage("shortest_walk"))).groups_n == 3


def test_a_dominated_option_is_looked_at_only_for_near_equal_plans() -> None:
    town = replace(TOWN, walk={(0, 0): 1.0, (2, 0): 1.0, (2, 1): 1.0}, place=[-1] * 3)
    cheap = replace(town, yen=[100_000.0] * 3)
    assert boil(cheap.problem(GOAL)).option.tolist() == [2]
    assert boil(cheap.problem(GOAL), every_plan=True).option.tolist() == [0, 2]
    dearer = replace(town, yen=[30_000.0, 0.0, 100_000.0])
    assert boil(dearer.problem(GOAL)).option.tolist() == [0, 2]
    named = replace(cheap, rules=Rules(targets=(TargetRule("t", (0,)),)))
    assert boil(named.problem(GOAL)).option.tolist() == [0, 2]


@pytest.mark.parametrize("seed", [1, 2, 3, 5])
def test_a_goal_held_by_a_row_leaves_the_best_of_the_next(seed: int) -> None:
    """All who can be reached, then as cheaply as can be: a set cover, asked in its own form."""
    town = big(seed, homes_n=300, halls_n=60)
    yen = np.random.default_rng(seed).choice([30_000.0, 100_000.0, 840_000.0], 60)
    options = replace(town.options, cost_yen=yen)
    problem = replace(town, options=options, rules=Rules(), stages=(GOAL, Stage("cheapest")))
    plan = solve(problem)
    homes = problem.covers.matrix().T.tocsr()
    homes = homes[np.diff(homes.indptr) > 0]
    each_home = scipy.optimize.LinearConstraint(homes, lb=1.0)
    yes_or_no = scipy.optimize.Bounds(0.0, 1.0)
    cover = scipy.optimize.milp(
        yen / 10_000.0, constraints=each_home, bounds=yes_or_no, integrality=np.ones(60)
    )
    assert plan.status == "optimal"
    assert plan.first_year_yen == pytest.approx(10_000.0 * cover.fun)


def test_progress_begins_with_the_greedy_plan_and_ends_with_the_proof() -> None:
    told: list[Incumbent] = []
    plan = solve(big(), Search(progress=told.append))
    assert told[0].stage == 0
    assert told[0].bound == np.inf
    assert told[0].value <= plan.stages[0].value
    assert plan.status == "optimal"
    assert {report.stage for report in told} <= {0, 1}
    assert proven() == plan


def test_a_cancelled_search_returns_the_best_plan_so_far() -> None:
    plan = solve(big(), Search(cancel=lambda: True))
    assert plan.status == "cancelled"
    assert 0.0 < plan.gap_pct <= 100.0
    assert 0 < len(plan.chosen) <= 12
    assert [stage.status for stage in plan.stages] == ["cancelled", "unknown"]
    assert plan.stages[1].gap_pct == 100.0


def test_a_search_without_time_returns_the_greedy_plan_and_its_gap() -> None:
    plan = solve(big(), Search(time_s=0.0))
    assert plan.status in {"feasible", "unknown"}
    if plan.status == "feasible":
        assert 0.0 < plan.gap_pct <= 100.0
        assert plan.newly_reached <= proven().newly_reached


def test_a_gap_that_is_good_enough_ends_the_search() -> None:
    exact = proven().stages[0]
    plan = solve(replace(big(), stages=(GOAL,)), Search(gap_pct=5.0))
    assert plan.gap_pct <= 5.0
    assert plan.newly_reached >= 0.95 * exact.value
    assert plan.stages[0].bound >= exact.value - 1e-6


@pytest.mark.parametrize("k", [1, 3])
def test_the_best_so_far_is_what_its_options_are_worth(k: int) -> None:
    problem, told = big(homes_n=200, halls_n=30), list[Incumbent]()
    plans = k_best(problem, k, search=Search(progress=told.append))
    assert sorted({report.plan for report in told}) == list(range(k))
    for report in told:
        chosen, stage = np.array(report.chosen, dtype=np.int64), problem.stages[report.stage]
        assert broken_rules(problem, chosen) == ()
        assert worth(problem, chosen, stage) == pytest.approx(report.value, abs=1e-4)
        assert report.value <= report.bound + 1e-6
    for number, plan in enumerate(plans):
        last = [report for report in told if (report.plan, report.stage) == (number, 1)][-1]
        assert last.value == pytest.approx(plan.stages[1].value, abs=1e-4)
        assert last.gap_pct == 0.0


def test_each_step_to_the_shortest_longest_walk_is_told() -> None:
    # Either hall serves both homes: hall 0 within 400 m, hall 2 within 300 m.
    town = replace(
        TOWN,
        walk={(0, 0): 100.0, (0, 1): 400.0, (2, 0): 300.0, (2, 1): 200.0},
        place=[-1] * 3,
        rules=Rules(most=1),
    )
    told: list[Incumbent] = []
    plan = solve(town.problem(Stage("shortest_longest_walk")), Search(progress=told.append))
    assert plan.chosen == told[-1].chosen == (2,)
    assert (told[-1].value, told[-1].bound, told[-1].gap_pct) == (300.0, 300.0, 0.0)
    assert all(report.bound <= 300.0 <= report.value for report in told)


def test_a_search_that_is_cancelled_on_the_way_keeps_what_it_found() -> None:
    told: list[Incumbent] = []
    problem = big(homes_n=200, halls_n=30)
    plan = solve(problem, Search(progress=told.append, cancel=lambda: len(told) > 1))
    assert plan.status in {"cancelled", "optimal"}
    assert plan.newly_reached >= told[0].value
    assert plan.newly_reached == pytest.approx(told[-1].value, abs=1e-4)


def test_a_solver_that_does_not_end_is_left_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = threading.Event()
    monkeypatch.setattr(geo.siting.solver, "GRACE_S", 0.0)
    monkeypatch.setattr(highspy.Highs, "run", lambda _: ends.wait(60.0))
    told: list[Incumbent] = []
    plan = solve(big(), Search(progress=told.append, cancel=lambda: True))
    ends.set()
    # The solver searched nothing: it is the plan that was found without it, and so is the bound.
    assert told[-1].chosen == plan.chosen
    assert plan.newly_reached == told[-1].value >= told[0].value > 0.0
    assert [stage.status for stage in plan.stages] == ["cancelled", "unknown"]
    assert plan.gap_pct == told[-1].gap_pct < told[0].gap_pct == 100.0


def test_next_plans_of_a_cancelled_search_are_not_made_up() -> None:
    assert len(k_best(big(), 3, search=Search(cancel=lambda: True))) == 1


def test_a_plan_that_does_not_hold_is_an_error_of_ours() -> None:
    problem = TOWN.problem(GOAL)
    chosen = np.array([0])
    assert recheck(problem, chosen, [Claim(3.0, 3.0, maximise=True)]) == (3.0,)
    with pytest.raises(BrokenModelError, match="most_reached"):
        recheck(problem, chosen, [Claim(4.0, 4.0, maximise=True)])
    with pytest.raises(BrokenModelError, match="most_reached"):
        recheck(problem, chosen, [Claim(2.0, 2.0, maximise=True)])
    with pytest.raises(BrokenModelError, match="place"):
        recheck(problem, np.array([0, 1]), [Claim(5.0, 5.0, maximise=True)])


def test_a_claim_holds_as_far_as_the_tolerance_on_either_side() -> None:
    # At least 10 is claimed and at most 12 proven; of costs at most 10 and at least 8.
    most = Claim(10.0, 12.0, maximise=True)
    least = Claim(10.0, 8.0, maximise=False)
    within = {9.0: True, 8.5: False, 13.0: True, 13.5: False}
    for found, holds in within.items():
        assert most.holds(found, 1.0, seats=False) is holds
        # The same from the other side of 10.
        assert least.holds(20.0 - found, 1.0, seats=False) is holds
    # With seats the bound is none, the claim stays.
    assert most.holds(13.5, 1.0, seats=True)
    assert not most.holds(8.5, 1.0, seats=True)


@pytest.mark.parametrize(
    ("rules", "chosen", "broken"),
    [
        # Option 0 reaches 3 of the 5 residents: 60 per cent, inclusive.
        (Rules(reach_pct=60.0), [0], ()),
        (Rules(reach_pct=60.1), [0], ("reach_pct",)),
        (Rules(budget_yen=130_000.0), [0, 2], ()),
        (Rules(budget_yen=129_999.0), [0, 2], ("budget_yen",)),
        (Rules(most=2), [0, 2], ()),
        (Rules(most=1), [0, 2], ("most",)),
        (Rules(apart_m=100.0), [0, 2], ()),
        (Rules(apart_m=100.1), [0, 2], ("apart_m",)),
        (Rules(), [0, 2], ()),
        (Rules(one_per_owner=True), [0, 2], ("one_per_owner",)),
        (Rules(targets=(TargetRule("school", (1, 2)),)), [2], ()),
        (Rules(targets=(TargetRule("school", (1, 2)),)), [0], ("targets",)),
    ],
)
def test_the_re_check_names_the_rule_that_is_broken(
    rules: Rules, chosen: list[int], broken: tuple[str, ...]
) -> None:
    problem = replace(TOWN, rules=rules).problem(GOAL)
    assert broken_rules(problem, np.array(chosen)) == broken


def test_a_plan_may_be_off_by_two_millionths_of_all_residents_and_one() -> None:
    # 5 residents: 1.2e-5.
    problem, nothing = TOWN.problem(GOAL), np.array([], dtype=np.int64)
    assert recheck(problem, nothing, [Claim(1.1e-5, 1.1e-5, maximise=True)]) == (0.0,)
    with pytest.raises(BrokenModelError, match="most_reached"):
        recheck(problem, nothing, [Claim(1.3e-5, 1.3e-5, maximise=True)])


@pytest.mark.parametrize(
    ("must", "must_not", "chosen", "broken"),
    [
        ((0, 2), (1,), [0, 2], ()),
        ((0, 2), (1,), [0], ("must",)),
        ((0,), (1, 2), [0, 2], ("may_not_be_chosen",)),
        ((0,), (2,), [2], ("may_not_be_chosen", "must")),
        # Options 0 and 1 are one place, and of two owners.
        ((), (), [0, 1], ("place",)),
        ((), (), [], ()),
    ],
)
def test_the_re_check_knows_what_must_and_what_may_not_be_chosen(
    must: tuple[int, ...], must_not: tuple[int, ...], chosen: list[int], broken: tuple[str, ...]
) -> None:
    problem = replace(TOWN, must=must, must_not=must_not).problem(GOAL)
    assert broken_rules(problem, np.array(chosen, dtype=np.int64)) == broken


def test_places_and_owners_that_are_not_known_are_never_the_same() -> None:
    town = replace(TOWN, place=[-1] * 3, owner=[-1] * 3, rules=Rules(one_per_owner=True))
    assert broken_rules(town.problem(GOAL), np.array([0, 1, 2])) == ()


def test_residents_whom_a_place_reaches_today_count_for_the_share() -> None:
    # 2 of 5 are reached today, option 0 reaches the other 3, option 1 nobody new.
    town = replace(TOWN, reached_n=[0, 1], today=[np.inf, 400.0], rules=Rules(reach_pct=40.1))
    assert broken_rules(town.problem(GOAL), np.array([0])) == ()
    assert broken_rules(town.problem(GOAL), np.array([1])) == ("reach_pct",)
    nobody = replace(town, weight=[0.0, 0.0], rules=Rules(reach_pct=100.0))
    assert broken_rules(nobody.problem(GOAL), np.array([1])) == ()


def test_every_plan_passes_the_re_check(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, ...]] = []

    def spy(problem: Problem, chosen: np.ndarray, claims: list[Claim]) -> tuple[float, ...]:
        seen.append(tuple(chosen.tolist()))
        return recheck(problem, chosen, claims)

    monkeypatch.setattr(geo.siting.session, "recheck", spy)
    plans = k_best(big(homes_n=300, halls_n=40), 3)
    assert len(plans) == 3
    assert [plan.chosen for plan in plans] == seen


def test_options_without_use_are_not_chosen() -> None:
    # Nothing limits the number, but option 2 reaches nobody within the limit.
    town = replace(TOWN, place=[-1] * 3)
    assert solve(town.problem(GOAL)).chosen == (0, 1)


def test_a_goal_may_give_up_a_part_for_the_next() -> None:
    # Hall 0 reaches 10 in unit 0, hall 1 reaches 9 in unit 1, unit 0 has 60 % today and unit 1 none.
    town = Town(
        walk={(0, 0): 1.0, (1, 1): 1.0},
        weight=[10.0, 9.0, 15.0],
        unit=[0, 1, 0],
        reached_n=[0, 0, 1],
        today=[np.inf] * 3,
        yen=[0.0, 0.0],
        place=[-1, -1],
        owner=[-1, -1],
        x_m=[0.0, 0.0],
        rules=Rules(most=1),
    )
    worst = Stage("worst_unit_first")
    assert solve(town.problem(GOAL, worst)).chosen == (0,)
    plan = solve(town.problem(Stage("most_reached", give_pct=10.0), worst))
    assert plan.chosen == (1,)
    assert [stage.value for stage in plan.stages] == pytest.approx([9.0, 60.0])
    assert (plan.stages[0].best, plan.stages[0].gap_pct) == (10.0, 0.0)


@pytest.mark.parametrize("seed", [4, 7, 13])
def test_a_later_goal_is_held_to_what_the_plan_is_worth_and_not_to_the_solver_s_noise(
    seed: int,
) -> None:
    """The solver's value of the second goal was above what any plan is worth: the third found none."""
    random = np.random.default_rng(seed)
    homes, halls = random.uniform(0, 4000, (1000, 2)), random.uniform(0, 4000, (100, 2))
    walk = np.linalg.norm(halls[:, None, :] - homes[None, :, :], axis=2)
    option, home = np.nonzero(walk <= 500)
    covers = Covers.of(option, home, walk[option, home], shape=(100, 1000), limit=500.0)
    demand = Demand.plain(np.round(random.gamma(1.2, 0.55, 1000), 3))
    demand = replace(demand, unit=random.integers(0, 12, 1000))
    yen = random.choice([100_000.0, 300_000.0, 840_000.0], 100)
    options = replace(Options.plain(100), cost_yen=yen)
    goals = (GOAL, Stage("worst_unit_first"), Stage("cheapest"))
    plan = solve(Problem(options, demand, covers, Rules(most=8), goals))
    assert [stage.status for stage in plan.stages] == ["optimal"] * 3
    assert plan.status == "optimal"


def test_a_later_goal_that_fails_keeps_the_plan_of_those_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = replace(big(), stages=(GOAL, Stage("worst_unit_first"), Stage("fewest_places")))
    alone = solve(replace(problem, stages=problem.stages[:2]))
    whole = geo.siting.solver.Solver.optimise

    def failing(
        solver: geo.siting.solver.Solver, goal: Goal, stage: int, start: object, **quiet: bool
    ) -> geo.siting.solver.Solution:
        if stage == 2:
            return geo.siting.solver.Solution("infeasible", None, np.inf, -np.inf)
        return whole(solver, goal, stage, start, **quiet)

    monkeypatch.setattr(geo.siting.solver.Solver, "optimise", failing)
    plan = solve(problem)
    assert (plan.status, [stage.status for stage in plan.stages]) == (
        "feasible",
        ["optimal", "optimal", "unknown"],
    )
    assert plan.chosen == alone.chosen
    assert len(k_best(problem, 2)) == 2


def test_the_rooms_of_planning_open_without_the_solver() -> None:
    code = (
        "import sys; sys.modules['highspy'] = None; import geo.siting, services.plans.solve; "
        "print('open')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "open\n"
