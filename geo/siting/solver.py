"""
HiGHS, fed with a sparse model: one goal after the other, with a bound, a limit and a way out.

The solver: Huangfu & Hall 2018, Mathematical Programming Computation 10, 119–142. Goals one after the
other, each held within the optimum of those before it, are lexicographic goal programming (Ignizio
1976, Goal Programming and Extensions).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import scipy

from geo.arrays import FloatArray, IntArray
from geo.siting.goals import Goal
from geo.siting.model import Sheet

if TYPE_CHECKING:
    import highspy

ASK_EVERY_S, GRACE_S = 0.1, 1.0
"""How often a search is asked whether to end, and how long the solver may take to do so."""

Status = Literal["optimal", "feasible", "infeasible", "cancelled", "unknown"]


@dataclass(frozen=True)
class Incumbent:
    """
    How far a search is: the best value so far, what no plan can exceed, and the gap of the two.

    ``stage`` counts goals from 0, ``plan`` near-equal plans. ``chosen`` are positions in
    ``Options`` of the best so far, in order of their keys. The first report of a plan, before the
    search begins, is the greedy one, without a bound.
    """

    stage: int
    value: float
    bound: float
    gap_pct: float
    chosen: tuple[int, ...] = ()
    plan: int = 0


Report = Callable[[Incumbent, FloatArray | None], None]
"""Told of a better plan or bound, with the columns of the best so far where they are new."""


@dataclass(frozen=True)
class Search:
    """
    How long to look, how closely, and who watches.

    Attributes
    ----------
    time_s
        Ends with the best plan found so far; ``None`` looks until it is proven. The solver's own
        clock counts, over all goals together. A plan that a limit ended depends on the machine;
        a plan that is proven does not.
    gap_pct
        Good enough: the search of a goal ends there, and its plan is ``feasible`` unless it is
        proven all the same; 0 is exact.
    cancel
        Asked again and again; true ends the search with the best plan so far.
    progress
        Told of every better plan or bound.
    seed
        Of the solver's random numbers: no plan that is proven, with its tie decided, hangs on it.
    """

    time_s: float | None = None
    gap_pct: float = 0.0
    cancel: Callable[[], bool] | None = None
    progress: Callable[[Incumbent], None] | None = None
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Solution:
    """What a search found: columns (none where nothing was found), value and bound."""

    status: Status
    columns: FloatArray | None
    value: float
    bound: float


def gap_pct(value: float, bound: float) -> float:
    """Return how far a value may be from the best, in per cent of the larger; 0 of 0 is 0."""
    if not (np.isfinite(value) and np.isfinite(bound)):
        return 100.0
    size = max(abs(value), abs(bound))
    return 100.0 * abs(bound - value) / size if abs(bound - value) > 1e-9 * max(size, 1.0) else 0.0


class Solver:
    """A model in HiGHS; rows can be added and forgotten, goals exchanged. One thread, one seed."""

    def __init__(self, sheet: Sheet, search: Search, report: Report | None = None) -> None:
        import highspy  # noqa: PLC0415  what only reads or verifies plans needs no solver

        self._highspy = highspy
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self._search = search
        self._report = report
        self._columns_n = sheet.columns_n
        self._integer = np.concatenate([np.empty(0, dtype=bool), *sheet.integer])
        self._spent_s = 0.0
        for name, value in (
            ("output_flag", False),
            ("parallel", "off"),
            ("threads", 1),
            ("random_seed", search.seed),
            # With its own 1e-6 a goal that a row holds makes the solver call plans the best that are
            # worth a fraction of it (seen with 1.12 to 1.16).
            ("mip_feasibility_tolerance", 1e-9),
            # The solver calls whatever ends within its gap optimal, and its bound is none then: a
            # gap that is good enough is looked for in ``_Watch``.
            ("mip_rel_gap", 0.0),
        ):
            self._highs.setOptionValue(name, value)
        self._highs.passModel(_as_lp(sheet))

    @property
    def rows_n(self) -> int:
        """Number of rows now."""
        return int(self._highs.getNumRow())

    @property
    def spent_s(self) -> float:
        """Seconds that the solver has taken so far, by its own clock."""
        return self._spent_s

    @property
    def timed_out(self) -> bool:
        """Whether no time is left."""
        return self._search.time_s is not None and self._spent_s >= self._search.time_s

    def is_cancelled(self) -> bool:
        """Ask whether to end."""
        return self._search.cancel is not None and self._search.cancel()

    def is_enough(self, value: float, bound: float) -> bool:
        """Say whether a gap is good enough to end the search; where there is none, it ends itself."""
        return 0.0 < gap_pct(value, bound) <= self._search.gap_pct

    def add_rows(
        self, matrix: "scipy.sparse.csr_array", lower: FloatArray, upper: FloatArray
    ) -> None:
        """Add rows."""
        self._highs.addRows(
            matrix.shape[0],
            lower,
            upper,
            matrix.nnz,
            matrix.indptr[:-1].astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data.astype(float),
        )

    def add_row(self, cost: FloatArray, *, lower: float = -np.inf, upper: float = np.inf) -> None:
        """Add one row over all columns."""
        row = scipy.sparse.csr_array(cost[None, :])
        self.add_rows(row, np.array([lower]), np.array([upper]))

    def forget_rows(self, from_row: int) -> None:
        """Take back all rows from one on."""
        rows = np.arange(from_row, self.rows_n, dtype=np.int32)
        if rows.size:
            self._highs.deleteRows(rows.size, rows)

    def start_at(self, columns: FloatArray) -> tuple[IntArray, FloatArray]:
        """Return what was decided; what follows from it is as good as the next goal can have it."""
        decided = np.flatnonzero(self._integer)
        return decided, columns[decided]

    def report(self, stage: int, found: tuple[float, float], columns: FloatArray | None) -> None:
        """Tell whoever looks on of a value and a bound."""
        if self._report is not None:
            self._report(Incumbent(stage, *found, gap_pct(*found)), columns)

    def optimise(
        self,
        goal: Goal,
        stage: int,
        start: tuple[IntArray, FloatArray] | None,
        *,
        quiet: bool = False,
    ) -> Solution:
        """
        Search for the best columns.

        Parameters
        ----------
        goal
            What to optimise.
        stage
            Named in reports of progress.
        start
            Numbers and values of columns to begin with; those left out follow.
        quiet
            Report nothing; it can be cancelled all the same.
        """
        self._set(goal)
        if start is not None:
            index, value = start
            self._highs.setSolution(len(index), index.astype(np.int32), value.astype(float))
        watch = _Watch(self, goal, stage, quiet=quiet)
        watch.on(self._highs)
        if self._search.time_s is not None:
            left_s = max(self._search.time_s - self._spent_s, 0.0)
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + left_s)
        before_s = self._highs.getRunTime()
        if not self._ran(watch):
            return Solution("cancelled", watch.columns, *watch.found)
        self._spent_s += max(self._highs.getRunTime() - before_s, 0.0)
        return self._outcome(goal, cancelled=watch.cancelled)

    def _ran(self, watch: "_Watch") -> bool:
        """
        Run; false where it was cancelled and the solver does not end.

        The solver asks whether to go on between the steps of its search only, and one step of a
        large model takes long. It is left to itself then, to end at its next step: this solver
        must not be used any more.
        """
        if self._search.cancel is None:
            self._highs.run()
            return True
        run = threading.Thread(target=self._highs.run, name="highs", daemon=True)
        run.start()
        run.join(ASK_EVERY_S)
        while run.is_alive():
            if watch.cancelled or self.is_cancelled():
                watch.cancelled = True
                run.join(GRACE_S)
                return not run.is_alive()
            run.join(ASK_EVERY_S)
        return True

    def _set(self, goal: Goal) -> None:
        index = np.arange(self._columns_n, dtype=np.int32)
        self._highs.changeColsCost(self._columns_n, index, goal.cost.astype(float))
        senses = self._highspy.ObjSense
        self._highs.changeObjectiveSense(senses.kMaximize if goal.maximise else senses.kMinimize)

    def _outcome(self, goal: Goal, *, cancelled: bool) -> Solution:
        kinds = self._highspy.HighsModelStatus
        status = self._highs.getModelStatus()
        info = self._highs.getInfo()
        worst = -np.inf if goal.maximise else np.inf
        if status == kinds.kInfeasible:
            return Solution("infeasible", None, worst, worst)
        bound = goal.value(info.mip_dual_bound)
        feasible = self._highspy.SolutionStatus.kSolutionStatusFeasible
        if info.primal_solution_status != int(feasible):
            return Solution("cancelled" if cancelled else "unknown", None, worst, -worst)
        columns = np.array(self._highs.getSolution().col_value)
        columns[self._integer] = np.round(columns[self._integer])
        value = goal.value(info.objective_function_value)
        if status == kinds.kOptimal:
            return Solution("optimal", columns, value, bound)
        return Solution("cancelled" if cancelled else "feasible", columns, value, bound)


class _Watch:
    """Asks whether to go on and reports, while the solver runs; remembers the best so far."""

    def __init__(self, solver: Solver, goal: Goal, stage: int, *, quiet: bool) -> None:
        self._solver, self._goal, self._stage, self._quiet = solver, goal, stage, quiet
        self.cancelled = False
        self.columns: FloatArray | None = None
        worst = -np.inf if goal.maximise else np.inf
        self.found = (worst, -worst)

    def on(self, highs: "highspy.Highs") -> None:
        """Have the solver call."""
        highs.clearCallbacks()  # type: ignore[no-untyped-call]
        highs.enableCallbacks()  # type: ignore[no-untyped-call]
        highs.cbMipInterrupt += self._bounded
        highs.cbSimplexInterrupt += self._ask
        highs.cbMipImprovingSolution += self._improved

    def _ask(self, event: "highspy.highs.HighsCallbackEvent") -> None:
        self.cancelled = self.cancelled or self._solver.is_cancelled()
        if self.cancelled:
            event.interrupt()

    def _bounded(self, event: "highspy.highs.HighsCallbackEvent") -> None:
        value, bound = event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
        if np.isfinite(value):
            found = self._goal.value(value), self._goal.value(bound)
            self._tell(*found, None)
            if self._solver.is_enough(*found):
                event.interrupt()
        self._ask(event)

    def _improved(self, event: "highspy.highs.HighsCallbackEvent") -> None:
        # The bound that comes along with a better plan is not one yet.
        self.columns = np.array(event.data_out.mip_solution)
        value = self._goal.value(event.data_out.objective_function_value)
        self._tell(value, self.found[1], self.columns)

    def _tell(self, value: float, bound: float, columns: FloatArray | None) -> None:
        if (value, bound) != self.found:
            self.found = (value, bound)
            if not self._quiet and not self.cancelled:
                self._solver.report(self._stage, self.found, columns)


def _as_lp(sheet: Sheet) -> "highspy.HighsLp":
    import highspy  # noqa: PLC0415

    matrix = sheet.matrix()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = sheet.columns_n, sheet.rows_n
    lp.col_cost_ = np.zeros(sheet.columns_n)
    lp.col_lower_ = np.concatenate(sheet.lower)
    lp.col_upper_ = np.concatenate(sheet.upper)
    lp.row_lower_ = np.concatenate([np.empty(0), *sheet.row_lower])
    lp.row_upper_ = np.concatenate([np.empty(0), *sheet.row_upper])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data
    kinds = np.array([highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger])
    lp.integrality_ = list(kinds[np.concatenate(sheet.integer).astype(int)])
    return lp
