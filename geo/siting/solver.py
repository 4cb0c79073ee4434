"""
HiGHS, fed with a sparse model: one goal after the other, with a bound, a limit and a way out.

The solver: Huangfu & Hall 2018, Mathematical Programming Computation 10, 119–142. Goals one after the
other, each held within the optimum of those before it, are lexicographic goal programming (Ignizio
1976, Goal Programming and Extensions).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import highspy
import numpy as np
from scipy import sparse

from geo.network import FloatArray, IntArray
from geo.siting.goals import Goal
from geo.siting.model import Sheet

Status = Literal["optimal", "feasible", "infeasible", "cancelled", "unknown"]


@dataclass(frozen=True)
class Progress:
    """
    How far a search is: the best value so far, what no plan can exceed, and the gap of the two.

    ``stage`` counts goals from 0. The first report of a plan, before the search begins, is the
    greedy one, without a bound.
    """

    stage: int
    value: float
    bound: float
    gap_pct: float


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
        Proven enough: 0 is exact.
    cancel
        Asked again and again; true ends the search with the best plan so far.
    progress
        Told of every better plan or bound.
    """

    time_s: float | None = None
    gap_pct: float = 0.0
    cancel: Callable[[], bool] | None = None
    progress: Callable[[Progress], None] | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
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

    def __init__(self, sheet: Sheet, search: Search) -> None:
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self._search = search
        self._columns_n = sheet.columns_n
        self._integer = np.concatenate([np.empty(0, dtype=bool), *sheet.integer])
        self._spent_s = 0.0
        for name, value in (
            ("output_flag", False),
            ("parallel", "off"),
            ("random_seed", 0),
            ("mip_rel_gap", search.gap_pct / 100.0),
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

    def add_rows(self, matrix: sparse.csr_array, lower: FloatArray, upper: FloatArray) -> None:
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
        row = sparse.csr_array(cost[None, :])
        self.add_rows(row, np.array([lower]), np.array([upper]))

    def forget_rows(self, from_row: int) -> None:
        """Take back all rows from one on."""
        rows = np.arange(from_row, self.rows_n, dtype=np.int32)
        if rows.size:
            self._highs.deleteRows(rows.size, rows)

    def restart_clock(self) -> None:
        """Give the next plan the whole time again."""
        self._spent_s = 0.0

    def optimise(
        self, goal: Goal, stage: int, start: tuple[IntArray, FloatArray] | None
    ) -> Outcome:
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
        """
        self._set(goal)
        if start is not None:
            index, value = start
            self._highs.setSolution(len(index), index.astype(np.int32), value.astype(float))
        cancelled = self._watch(goal, stage)
        if self._search.time_s is not None:
            left_s = max(self._search.time_s - self._spent_s, 0.0)
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + left_s)
        before_s = self._highs.getRunTime()
        self._highs.run()
        self._spent_s += max(self._highs.getRunTime() - before_s, 0.0)
        return self._outcome(goal, cancelled=bool(cancelled))

    def _set(self, goal: Goal) -> None:
        index = np.arange(self._columns_n, dtype=np.int32)
        self._highs.changeColsCost(self._columns_n, index, goal.cost.astype(float))
        sense = highspy.ObjSense.kMaximize if goal.maximise else highspy.ObjSense.kMinimize
        self._highs.changeObjectiveSense(sense)

    def _watch(self, goal: Goal, stage: int) -> list[bool]:
        """Ask and report while the solver runs; the list holds a true once it was cancelled."""
        cancelled: list[bool] = []
        search, told = self._search, [(np.nan, np.nan)]

        def ask(event: highspy.highs.HighsCallbackEvent) -> None:
            if search.cancel is not None and (cancelled or search.cancel()):
                cancelled.append(True)
                event.interrupt()

        def tell(event: highspy.highs.HighsCallbackEvent) -> None:
            ask(event)
            found = (event.data_out.mip_primal_bound, event.data_out.mip_dual_bound)
            if search.progress is not None and found != told[0] and np.isfinite(found[0]):
                told[0] = found
                value, bound = goal.value(found[0]), goal.value(found[1])
                search.progress(Progress(stage, value, bound, gap_pct(value, bound)))

        self._highs.clearCallbacks()  # type: ignore[no-untyped-call]
        if search.cancel is not None or search.progress is not None:
            self._highs.enableCallbacks()  # type: ignore[no-untyped-call]
            self._highs.cbMipInterrupt += tell
            self._highs.cbSimplexInterrupt += ask
        return cancelled

    def _outcome(self, goal: Goal, *, cancelled: bool) -> Outcome:
        status = self._highs.getModelStatus()
        info = self._highs.getInfo()
        worst = -np.inf if goal.maximise else np.inf
        if status == highspy.HighsModelStatus.kInfeasible:
            return Outcome("infeasible", None, worst, worst)
        bound = goal.value(info.mip_dual_bound)
        feasible = highspy.SolutionStatus.kSolutionStatusFeasible
        if info.primal_solution_status != int(feasible):
            return Outcome("cancelled" if cancelled else "unknown", None, worst, -worst)
        columns = np.array(self._highs.getSolution().col_value)
        columns[self._integer] = np.round(columns[self._integer])
        value = goal.value(info.objective_function_value)
        if status == highspy.HighsModelStatus.kOptimal:
            return Outcome("optimal", columns, value, bound)
        return Outcome("cancelled" if cancelled else "feasible", columns, value, bound)


def _as_lp(sheet: Sheet) -> highspy.HighsLp:
    empty: tuple[IntArray, IntArray, FloatArray] = (
        np.empty(0, dtype=np.int64),
        np.empty(0, dtype=np.int64),
        np.empty(0),
    )
    row, column, value = (np.concatenate(part) for part in zip(empty, *sheet.entries, strict=True))
    shape = (sheet.rows_n, sheet.columns_n)
    matrix = sparse.csr_array((value, (row, column)), shape=shape)
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
