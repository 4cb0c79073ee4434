"""The shortest longest walk (p-center): the smallest limit within which every home has a place."""

import numpy as np
import scipy

from geo.arrays import FloatArray, IntArray
from geo.siting.goals import Goal
from geo.siting.homes import useful, walkers
from geo.siting.model import Model
from geo.siting.problem import Stage
from geo.siting.solver import Solution, Solver, Status
from geo.siting.worth import worth

WALK_TOLERANCE = 1e-9


def shortest_longest(
    model: Model, solver: Solver, number: int, start: tuple[IntArray, FloatArray] | None
) -> tuple[Solution, float]:
    """
    Halve the walks that occur until the smallest is found within which a plan serves every home.

    Each step asks for any plan that covers all homes within a walk (Minieka 1970, SIAM Review 12,
    138–139; the p-center is Hakimi's, 1965, Operations Research 13, 462–475). Later goals are
    held to the walk found, or to what it gives up: the second that is returned.
    """
    stage = model.problem.stages[number]
    # The steps are told of here: what the solver says of one is about that step's walk alone.
    nothing = Goal(np.zeros(model.sheet.columns_n), 0.0, maximise=False)
    rows_n = solver.rows_n
    walks = walks_of(model)
    low, high = 0, len(walks) - 1
    # The longest walk is asked first: without a plan there, there is none.
    _cover_within(model, solver, walks[high])
    outcome = best = solver.optimise(nothing, number, start, quiet=True)
    while outcome.status in {"optimal", "infeasible"} and best.columns is not None and low < high:
        # The plan may do better than it was asked to.
        high = min(high, _longest(model, best.columns, walks))
        found = (float(walks[high]), float(walks[low]))
        solver.report(number, found, best.columns)
        if low == high or solver.is_enough(*found):
            break
        middle = (low + high) // 2
        solver.forget_rows(rows_n)
        _cover_within(model, solver, walks[middle])
        outcome = solver.optimise(nothing, number, None, quiet=True)
        if outcome.columns is not None:
            best, high = outcome, middle
        elif outcome.status == "infeasible":
            low = middle + 1
    if best.columns is None:
        return best, np.inf
    solver.forget_rows(rows_n)
    longest = float(walks[high])
    # The last goal leaves nothing to others; before them it holds them to what it gives up.
    kept = given_up(longest, stage) if number + 1 < len(model.problem.stages) else longest
    _cover_within(model, solver, kept)
    status: Status = "optimal" if low == high else "feasible"
    if low < high and outcome.status == "cancelled":
        status = "cancelled"
    return Solution(status, best.columns, longest, float(walks[low])), kept


def _longest(model: Model, columns: FloatArray, walks: FloatArray) -> int:
    """Return the number of the shortest of the walks within which a plan serves every home."""
    picked = columns[model.chosen] > 0.5  # noqa: PLR2004  a whole number, as a float
    stage = Stage("shortest_longest_walk")
    longest = worth(model.problem, model.patterns.option[picked], stage)
    return int(np.searchsorted(walks, longest - WALK_TOLERANCE))


def given_up(walk: float, stage: Stage) -> float:
    """Return the longest walk that later goals are held to."""
    return walk * (1.0 + stage.give_pct / 100.0)


def walks_of(model: Model) -> FloatArray:
    """Return the walks that the longest can have, ascending; none is below what nobody can change."""
    problem, patterns = model.problem, model.patterns
    known = np.zeros(len(problem.options), dtype=bool)
    known[patterns.option] = True
    today, counted, moved = walkers(problem, useful(problem, known))
    least = patterns.walk.copy()
    np.minimum.at(least, patterns.group, patterns.pair_walk)
    floor = max(today[counted & ~moved].max(initial=0.0), least.max(initial=0.0))
    walks = np.concatenate([[floor], patterns.pair_walk, patterns.walk])
    return np.unique(walks[np.isfinite(walks) & (walks >= floor)])


def _cover_within(model: Model, solver: Solver, walk: float) -> None:
    matrix, least, most = rows_within(model, walk)
    if len(least):
        solver.add_rows(matrix, least, most)


def rows_within(
    model: Model, walk: float
) -> tuple["scipy.sparse.csr_array", FloatArray, FloatArray]:
    """Demand a chosen option within a walk for every group that walks farther today: rows, bounds."""
    patterns = model.patterns
    far = patterns.walk > walk + WALK_TOLERANCE
    number = np.cumsum(far) - 1
    use = far[patterns.group] & (patterns.pair_walk <= walk + WALK_TOLERANCE)
    columns = model.site[patterns.member[use]]
    n = int(far.sum())
    matrix = scipy.sparse.csr_array(
        (np.ones(len(columns)), (number[patterns.group[use]], columns)),
        shape=(n, model.sheet.columns_n),
    )
    return matrix, np.ones(n), np.full(n, np.inf)
