"""Certificates: valid in exact arithmetic, tight against every choice tried, refused where they lie."""

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import scipy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.errors import BrokenModelError, InvalidInputError
from geo.siting import Covers, Demand, Options, Problem, Rules, Stage, TargetRule, solve
from geo.siting.certificate import (
    LEAF,
    Course,
    Polytope,
    Pricer,
    Proof,
    proven_bounds,
    proven_most,
)
from geo.siting.model import build
from geo.siting.patterns import boil
from geo.siting.proving import Effort, certify
from tests.geo.siting.brute import LEAST, Town, towns
from tests.geo.siting.test_optimum import OBJECTIVES, stages

INFINITE = float("inf")


def exact_most(pricer: Pricer, proof: Proof) -> Fraction | float:
    """The bound of a tree in fractions, by the inequality alone, written apart from ours."""
    of = pricer.polytope
    rows = of.matrix.tocoo()
    entries = [
        (int(r), int(c), Fraction(float(v)))
        for r, c, v in zip(rows.row, rows.col, rows.data, strict=True)
    ]

    def leaf(vector: np.ndarray, lower: list[Fraction], upper: list[Fraction]) -> Fraction:
        y = [Fraction(float(one)) for one in vector]
        for r in range(len(y)):
            side = of.most[r] if y[r] > 0 else of.least[r]
            if not np.isfinite(side):
                y[r] = Fraction(0)
        slope = [Fraction(float(one)) for one in pricer.cost]
        for r, c, value in entries:
            slope[c] -= y[r] * value
        total = sum(
            (
                y[r] * Fraction(float(of.most[r] if y[r] > 0 else of.least[r]))
                for r in range(len(y))
                if y[r]
            ),
            Fraction(0),
        )
        return total + sum(max(d * a, d * b) for d, a, b in zip(slope, lower, upper, strict=True))

    def below(node: int, lower: list[Fraction], upper: list[Fraction]) -> Fraction | float:
        if any(a > b for a, b in zip(lower, upper, strict=True)):
            return -INFINITE
        column, limit, first, second = proof.nodes[node].tolist()
        if column == LEAF:
            return leaf(proof.multipliers[first], lower, upper)
        low, high = list(lower), list(upper)
        high[column], low[column] = (
            min(high[column], Fraction(limit)),
            max(low[column], Fraction(limit + 1)),
        )
        return max(below(first, lower, high), below(second, low, upper))

    return below(0, [Fraction(float(a)) for a in of.lower], [Fraction(float(b)) for b in of.upper])


def witnesses_of(town: Town, goals: tuple[Stage, ...]) -> list[np.ndarray] | None:
    """For each goal the plan that was there at its turn; none without a plan."""
    try:
        plan = solve(town.problem(*goals))
    except InvalidInputError:
        return None
    if plan.status != "optimal":
        return None
    return [np.array(stage.witness, dtype=np.int64) for stage in plan.stages]


def modelled(problem: Problem) -> object:
    return build(problem, boil(problem))


def is_certified(town: Town, *goals: Stage) -> None:
    """Prove, check in exact arithmetic, and compare with the best of every choice."""
    witnesses = witnesses_of(town, goals)
    if witnesses is None:
        return
    problem = town.problem(*goals)
    certificate = certify(problem, witnesses)
    bounds = proven_bounds(problem, certificate)
    course = Course(modelled(problem))
    for number, proof in enumerate(certificate.proofs):
        if course.stages[number].objective != "shortest_longest_walk":
            pricer = course.pricer(number)
            exact, ours = exact_most(pricer, proof), proven_most(pricer, proof)
            assert exact <= ours <= exact + 1e-9 * (1.0 + abs(exact))
        course.hold(number, certificate.witnesses[number])
    best = town.best(*goals)
    assert best is not None
    last = {stage.objective: bound for stage, bound in zip(course.stages, bounds, strict=True)}
    # The worst units have one witness for all depths: where depths give up, it is held to less.
    exact_locks = not any(goal.depth > 1 and goal.give_pct > 0 for goal in goals)
    for goal, value in zip(goals, best, strict=True):
        better = (-1.0 if goal.objective in LEAST else 1.0) * (last[goal.objective] - value)
        assert better >= -1e-7 * (1.0 + abs(value))
        assert better <= 3e-5 * (1.0 + abs(value)) or not exact_locks


def test_a_plan_that_leaves_out_who_must_be_served_is_no_witness() -> None:
    """One home with one hall and nothing today: its walk counts, so fewest places are one, not none."""
    town = Town(
        walk={(0, 0): 0.0},
        weight=[1.0],
        unit=[-1],
        reached_n=[0],
        today=[np.inf],
        yen=[30_000.0],
        place=[-1],
        owner=[-1],
        x_m=[0.0],
        rules=Rules(),
    )
    problem = town.problem(Stage("fewest_places"), Stage("shortest_walk"))
    fair = certify(problem, [np.array([0]), np.array([0])])
    assert proven_bounds(problem, fair) == pytest.approx((1.0, 0.0), abs=1e-6)
    none = np.empty(0, dtype=np.int64)
    with pytest.raises(BrokenModelError, match="does not fit"):
        proven_bounds(problem, replace(fair, witnesses=(none, np.array([0]))))


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=25)
@given(town=towns(), depth=st.integers(1, 3))
def test_a_certificate_of_each_goal_is_exact_and_as_tight_as_brute_force(
    objective: str, town: Town, depth: int
) -> None:
    is_certified(town, Stage(objective, depth=depth))


@settings(max_examples=80)
@given(
    town=towns(options_n=5),
    goals=st.lists(stages, min_size=2, max_size=3, unique_by=lambda stage: stage.objective),
)
@example(
    town=Town(
        walk={(0, 0): 0.0, (1, 0): 0.0, (1, 1): 0.0},
        weight=[1.0, 3.5],
        unit=[0, 1],
        reached_n=[0, 0],
        today=[np.inf, np.inf],
        yen=[30_000.0, 840_000.0],
        place=[-1, -1],
        owner=[-1, -1],
        x_m=[0.0, 0.0],
        rules=Rules(),
    ),
    goals=[Stage("most_reached", 20.0), Stage("cheapest")],
)
@example(  # presolve left the solver without an answer
    town=Town(
        walk={(0, 1): 300.0, (0, 4): 100.0},
        weight=[0.0, 1.0, 0.0, 0.0, 7.25],
        unit=[0] * 5,
        reached_n=[0] * 5,
        today=[np.inf] * 5,
        yen=[30_000.0],
        place=[-1],
        owner=[-1],
        x_m=[0.0],
        rules=Rules(unserved_walk=1000.0),
    ),
    goals=[Stage("worst_unit_first"), Stage("shortest_walk"), Stage("fewest_places")],
)
def test_certificates_of_goals_in_turn_are_as_tight_as_brute_force(
    town: Town, goals: list[Stage]
) -> None:
    is_certified(town, *goals)


def six_halls() -> Problem:
    """
    Two triangles of homes with 10.25 residents each, a hall at the middle of each side, near two homes.

    Two halls reach all of a triangle, the third two homes of the other: 5 of 6. The rows alone
    allow half of each hall, which reaches all 6.
    """
    pairs = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)]
    option = np.repeat(np.arange(6), 2)
    home = np.array(pairs).ravel()
    covers = Covers.of(option, home, np.zeros(12), shape=(6, 6), limit=500.0)
    demand = Demand.plain(np.full(6, 10.25))
    return Problem(Options.plain(6), demand, covers, Rules(most=3), (Stage("most_reached"),))


@pytest.fixture(name="proven")
def _proven() -> tuple[Course, Proof]:
    problem = six_halls()
    proof = certify(problem, [np.array([0, 1, 3])]).proofs[0]
    return Course(modelled(problem)), proof


def test_where_the_rows_leave_a_gap_a_tree_closes_it(proven: tuple[Course, Proof]) -> None:
    course, proof = proven
    assert course.bound(0, proof) == pytest.approx(5 * 10.25, abs=1e-5)
    rows_alone = certify(six_halls(), [np.array([0, 1, 3])], Effort(steps_max=1)).proofs[0]
    assert course.bound(0, rows_alone) == pytest.approx(6 * 10.25, abs=1e-5)
    assert len(proof.nodes) > 1


def test_no_change_of_multipliers_makes_a_bound_wrong(proven: tuple[Course, Proof]) -> None:
    """Whatever stands in the file: no bound is below what a plan is worth."""
    course, proof = proven
    random = np.random.default_rng(1)
    noise = [
        -proof.multipliers,
        proof.multipliers + random.normal(0, 5, proof.multipliers.shape),
        np.full(proof.multipliers.shape, np.inf),
        np.full(proof.multipliers.shape, np.nan),
        proof.multipliers * 1e300,
    ]
    for multipliers in noise:
        assert course.bound(0, replace(proof, multipliers=multipliers)) >= 5 * 10.25
    flipped = course.bound(0, replace(proof, multipliers=-proof.multipliers))
    assert flipped > 5 * 10.25 + 1.0


def without_a_leaf(proof: Proof) -> Proof:
    """The last inner node only has one child."""
    inner = np.flatnonzero(proof.nodes[:, 0] != LEAF)[-1]
    nodes = proof.nodes.copy()
    nodes[inner, 3] = nodes[inner, 2]
    return replace(proof, nodes=nodes)


def with_root(proof: Proof, *node: int) -> Proof:
    nodes = proof.nodes.copy()
    nodes[0] = node
    return replace(proof, nodes=nodes)


FORGED = {
    "without a leaf": without_a_leaf,
    "no such column": lambda proof: with_root(proof, 10_000, 0, 1, 2),
    "a share": lambda proof: with_root(proof, 7, 0, 1, 2),
    "its own child": lambda proof: with_root(proof, 0, 0, 0, 2),
    "all others hang on nothing": lambda proof: with_root(proof, LEAF, 0, 0, LEAF),
    "a row too few": lambda proof: replace(proof, multipliers=proof.multipliers[:, :-1]),
    "no vectors": lambda proof: replace(proof, multipliers=proof.multipliers[:0]),
    "no children": lambda proof: replace(proof, nodes=proof.nodes[:, :3]),
    "no tree": lambda proof: replace(proof, nodes=proof.nodes[:0]),
}


@pytest.mark.parametrize("how", FORGED)
def test_what_is_no_tree_over_the_whole_columns_is_refused(
    proven: tuple[Course, Proof], how: str
) -> None:
    course, proof = proven
    with pytest.raises(BrokenModelError, match="does not fit"):
        course.bound(0, FORGED[how](proof))


def test_a_leaf_is_proven_only_for_what_the_way_to_it_fixes() -> None:
    """x in {0, 1}, x + y ≤ 1, most x + y: split at x; a tree that splits x again says no more."""
    polytope = Polytope(
        lower=np.zeros(2),
        upper=np.array([3.0, 1.0]),
        whole=np.array([True, False]),
        matrix=scipy.sparse.csr_array(np.array([[2.0, 0.0]])),
        least=np.array([-np.inf]),
        most=np.array([3.0]),
    )
    pricer = Pricer(polytope, np.array([1.0, 0.0]))
    # 2x ≤ 3: the row alone gives 1.5, x ≤ 1 or x ≥ 2 (which the row rules out: 2 + 100 (3 − 4)) gives 1.
    multipliers = np.array([[0.5], [0.0], [100.0]])
    row_alone = Proof(multipliers, np.array([[LEAF, 0, 0, LEAF]]))
    assert proven_most(pricer, row_alone) == pytest.approx(1.5)
    split = Proof(multipliers, np.array([[0, 1, 1, 2], [LEAF, 0, 1, LEAF], [LEAF, 0, 2, LEAF]]))
    assert proven_most(pricer, split) == pytest.approx(1.0)
    again = [[0, 1, 1, 2], [0, 0, 3, 4], [LEAF, 0, 2, LEAF], [LEAF, 0, 1, LEAF], [LEAF, 0, 1, LEAF]]
    assert proven_most(pricer, Proof(multipliers, np.array(again))) == pytest.approx(1.0)
    nowhere = [
        [0, 1, 1, 2],
        [0, 1, 3, 4],
        [LEAF, 0, 2, LEAF],
        [LEAF, 0, 1, LEAF],
        [LEAF, 0, 0, LEAF],
    ]
    assert proven_most(pricer, Proof(multipliers, np.array(nowhere))) == pytest.approx(1.0)


def test_seats_are_certified_by_the_same_rows() -> None:
    """Two halls of 5 seats, 100 and 40 residents of whom a tenth come, each hall near both: 5 and 5."""
    covers = Covers.of(
        np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.zeros(4), shape=(2, 2), limit=500.0
    )
    options = replace(Options.plain(2), capacity=np.array([5.0, 5.0]))
    demand = Demand.plain(np.array([100.0, 40.0]))
    rules = Rules(most=2, participation_pct=10.0)
    problem = Problem(options, demand, covers, rules, (Stage("most_reached"),))
    certificate = certify(problem, [np.array([0, 1])])
    # 10 persons are a tenth of 100 residents.
    assert Course(modelled(problem)).bound(0, certificate.proofs[0]) == pytest.approx(
        100.0, abs=1e-3
    )


ALIKE = Town(
    walk={(i, j): 100.0 for i in range(4) for j in range(3) if i < 3 or j == 0},
    weight=[1.0, 2.0, 3.5],
    unit=[0, 0, 1],
    reached_n=[0, 0, 0],
    today=[np.inf, np.inf, np.inf],
    yen=[30_000.0, 30_000.0, 100_000.0, 100_000.0],
    place=[0, 0, -1, -1],
    owner=[-1, -1, -1, -1],
    x_m=[0.0, 0.0, 0.0, 250.0],
    rules=Rules(most=2),
)
"""Options 0 and 1 are twins at one place, 2 does the same elsewhere, 3 is worse than each."""


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize(
    "rules",
    [
        Rules(most=2),
        Rules(budget_yen=130_000.0, targets=(TargetRule("t", (2, 3)),)),
        Rules(most=2, reach_pct=100.0, apart_m=150.0),
    ],
    ids=["most", "budget and target", "all, and apart"],
)
def test_twins_and_sites_that_others_replace_are_certified(objective: str, rules: Rules) -> None:
    is_certified(replace(ALIKE, rules=rules), Stage(objective))
    is_certified(replace(ALIKE, rules=rules, must=(3,), must_not=(0,)), Stage(objective))


def test_targets_that_are_a_goal_are_certified() -> None:
    """Three targets of one option each and two places at most: two are met, and no more."""
    targets = tuple(TargetRule(str(one), (one,)) for one in range(3))
    problem = replace(ALIKE, rules=Rules(most=2, targets=targets), place=[-1] * 4).problem(
        Stage("most_targets")
    )
    certificate = certify(problem, [solve(problem).positions])
    assert proven_bounds(problem, certificate) == pytest.approx((2.0,))


def test_certificates_are_checked_without_the_solver() -> None:
    code = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "highspy":
            raise ImportError(name)
sys.meta_path.insert(0, Blocked())
import numpy as np
from geo.siting.certificate import LEAF, Course, Proof
from geo.siting.model import build
from geo.siting.patterns import boil
from tests.geo.siting.test_certificate import six_halls
problem = six_halls()
course = Course(build(problem, boil(problem)))
rows = len(course.pricer(0).polytope.least)
proof = Proof(np.zeros((1, rows)), np.array([[LEAF, 0, 0, LEAF]]))
assert abs(course.bound(0, proof) - 61.5) < 1e-6
try:
    import highspy
except ImportError:
    print("none")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "none\n"), done.stderr
