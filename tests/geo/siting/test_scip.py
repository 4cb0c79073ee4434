"""The optimum of each goal against a second solver, SCIP, on the same rows; skipped where its wheel is not."""

import numpy as np
import pytest
import scipy

from geo.siting import Covers, Demand, Options, Problem, Rules, Stage, TargetRule, solve
from geo.siting.center import rows_within
from geo.siting.goals import goal
from geo.siting.model import Model, build
from geo.siting.patterns import boil

pyscipopt = pytest.importorskip("pyscipopt")

LIMIT = 500.0
FEW, ENOUGH = Rules(most=5, unserved_walk=2000.0), Rules(reach_pct=60.0)
CASES = [
    ("most_reached", FEW),
    ("most_reached", Rules(budget_yen=1_000_000.0, one_per_owner=True, apart_m=200.0)),
    ("most_reached", Rules(most=5, participation_pct=8.0)),
    ("backup", FEW),
    ("worst_unit_first", FEW),
    ("shortest_walk", FEW),
    ("fewest_places", ENOUGH),
    ("cheapest", ENOUGH),
    (
        "most_targets",
        Rules(most=2, targets=tuple(TargetRule(f"t{i}", (i, i + 1)) for i in range(5))),
    ),
]


def town(seed: int, rules: Rules, objective: str) -> Problem:
    """120 homes of six units and 20 halls of three prices, of eight owners, with seats for a few."""
    random = np.random.default_rng(seed)
    homes, halls = random.uniform(0, 2000, (120, 2)), random.uniform(0, 2000, (20, 2))
    walk = np.linalg.norm(halls[:, None, :] - homes[None, :, :], axis=2)
    option, home = np.nonzero(walk <= 2 * LIMIT)
    covers = Covers.of(option, home, walk[option, home], shape=walk.shape, limit=LIMIT)
    plain = Options.plain(len(halls))
    options = Options(
        key=plain.key,
        cost_yen=random.choice([30_000.0, 100_000.0, 840_000.0], len(halls)),
        opening_yen=plain.opening_yen,
        capacity=random.integers(2, 12, len(halls)).astype(float),
        owner=random.integers(-1, 8, len(halls)),
        place=plain.place,
        xy=halls,
        must=plain.must,
        must_not=plain.must_not,
    )
    weight = random.integers(1, 30, len(homes)).astype(float)
    nobody = np.zeros(len(homes), dtype=np.int64)
    demand = Demand(weight, np.arange(len(homes)) % 6, nobody, np.full(len(homes), np.inf))
    return Problem(options, demand, covers, rules, (Stage(objective),))


def theirs(model: Model, cost: np.ndarray, *, maximise: bool, more: tuple = ()) -> float | None:
    """Return the best ``cost @ columns`` that SCIP finds, none where no columns keep to the rows."""
    sheet, asked = model.sheet, pyscipopt.Model()
    asked.hideOutput()
    asked.setParam("limits/time", 60.0)
    columns = [
        asked.addVar(vtype="I" if whole else "C", lb=low, ub=high)
        for whole, low, high in zip(
            *(np.concatenate(part) for part in (sheet.integer, sheet.lower, sheet.upper)),
            strict=True,
        )
    ]
    own = (sheet.matrix(), np.concatenate(sheet.row_lower), np.concatenate(sheet.row_upper))
    for matrix, lower, upper in (own, *more):
        rows = scipy.sparse.csr_array(matrix)
        for row in range(rows.shape[0]):
            part = slice(rows.indptr[row], rows.indptr[row + 1])
            terms = zip(rows.data[part], rows.indices[part], strict=True)
            total = pyscipopt.quicksum(float(value) * columns[column] for value, column in terms)
            for side, bound in ((1.0, upper[row]), (-1.0, -lower[row])):
                if np.isfinite(bound):
                    asked.addCons(side * total <= float(bound))
    total = pyscipopt.quicksum(float(cost[at]) * columns[at] for at in np.flatnonzero(cost))
    asked.setObjective(total, "maximize" if maximise else "minimize")
    asked.optimize()
    assert asked.getStatus() in {"optimal", "infeasible"}
    return float(asked.getObjVal()) if asked.getStatus() == "optimal" else None


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("objective", "rules"), CASES)
def test_the_optimum_is_that_of_scip(objective: str, rules: Rules, seed: int) -> None:
    problem = town(seed, rules, objective)
    model = build(problem, boil(problem, every_plan=True))
    aim = goal(model, objective)
    expected = theirs(model, aim.cost, maximise=aim.maximise)
    plan = solve(problem)
    if expected is None:
        assert plan.status == "infeasible"
        return
    assert plan.status == "optimal"
    assert plan.stages[0].value == pytest.approx(aim.value(expected), rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_no_shorter_longest_walk_is_possible_for_scip(seed: int) -> None:
    problem = town(seed, FEW, "shortest_longest_walk")
    model = build(problem, boil(problem, every_plan=True))
    plan = solve(problem)
    assert plan.status == "optimal"
    nothing = np.zeros(model.sheet.columns_n)
    longest = plan.stages[0].value
    assert theirs(model, nothing, maximise=True, more=(rows_within(model, longest),)) is not None
    shorter = rows_within(model, longest - 1e-3)
    assert theirs(model, nothing, maximise=True, more=(shorter,)) is None
