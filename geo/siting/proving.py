"""
Multipliers and trees for ``geo.siting.certificate``, found with HiGHS; whatever it says is checked.

The multipliers are those of the linear relaxation of the very rows of the model. Where it leaves a
gap, columns are split, the widest gap first, and columns of which one value is ruled out by
multipliers that are there already are fixed on the way (reduced-cost fixing: Crowder, Johnson &
Padberg 1983, Operations Research 31, 803–834).
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from geo.arrays import FloatArray, IntArray
from geo.siting.center import WALK_TOLERANCE, walks_of
from geo.siting.certificate import (
    LEAF,
    Certificate,
    Course,
    Priced,
    Pricer,
    Proof,
    multiple_of,
)
from geo.siting.cover import proven
from geo.siting.model import build
from geo.siting.patterns import boil
from geo.siting.problem import Problem

TIGHT = 1e-6
"""A bound that is no better than the plan by more than this part is the solver's arithmetic."""

WORK_MAX, STEPS_MAX, ENTRIES_MAX = 4e9, 2_000, 1_000_000
"""
So much is done for one goal at most: pivots times entries of the rows, and relaxations; no relaxation
where there are more entries than that. Counts, no clock: the same certificate on every machine.
"""

EAGER_STEPS = 20
"""So many relaxations are solved even where the gap is good enough already: they are cheap."""


@dataclass(frozen=True)
class Effort:
    """
    How closely plans are to be proven, and who may end it.

    ``gap_pct`` is good enough; ``steps_max`` bounds the relaxations of one goal.
    """

    gap_pct: float = 0.0
    steps_max: int = STEPS_MAX
    cancel: Callable[[], bool] | None = None

    @property
    def is_ended(self) -> bool:
        """Whether somebody asked to end."""
        return self.cancel is not None and self.cancel()


def certify(
    problem: Problem,
    witnesses: Sequence[IntArray],
    effort: Effort = Effort(),
) -> Certificate:
    """
    Prove goal by goal that no plan is better, as far as the effort goes.

    Parameters
    ----------
    problem
        The question.
    witnesses
        For each goal, or each in turn (``geo.siting.certificate.in_turn``), positions of the options of
        the plan that was best when it was that goal's turn.
    effort
        How closely, how long.
    """
    patterns = boil(problem)
    course = Course(build(problem, patterns))
    if len(witnesses) < len(course.stages):
        goals = [stage.objective for stage in problem.stages]
        witnesses = [witnesses[goals.index(stage.objective)] for stage in course.stages]
    proofs, bounds = [], []
    for number, witness in enumerate(witnesses):
        # Residents reached are bounded without the solver first: large towns by that alone.
        known = proven(course.model, witness) if number == 0 else None
        proofs.append(_proof(course, number, course.worth(number, witness), effort, known))
        bounds.append(course.bound(number, proofs[-1]))
        course.hold(number, witness)
    names = tuple(stage.objective for stage in course.stages)
    return Certificate(names, tuple(proofs), tuple(bounds), tuple(witnesses))


def _proof(
    course: Course, number: int, value: float, effort: Effort, known: FloatArray | None
) -> Proof:
    stage, aim = course.stages[number], course.aim(number)
    if stage.objective == "shortest_longest_walk":
        return _walk_proof(course, number, value, effort)
    sign = 1.0 if aim.maximise else -1.0
    # A plan that is better is better by a whole multiple.
    tight = max(TIGHT * max(abs(value), 1.0), multiple_of(course.model, stage) * (1.0 - TIGHT))
    good = max(tight, effort.gap_pct / 100.0 * abs(value))
    enough, at_last = (
        sign * (value + sign * one - aim.constant) / aim.scale for one in (tight, good)
    )
    return _Grove(course.pricer(number), course.counts, (enough, at_last), effort).grown(known)


def _walk_proof(course: Course, number: int, value: float, effort: Effort) -> Proof:
    """Prove the plan's own walk, else look for the longest that can be proven, halving."""
    walks = walks_of(course.model)
    pricer = course.pricer(number)
    nothing = np.zeros((1, len(pricer.polytope.least)))
    best = Proof(nothing, np.array([[LEAF, 0, 0, LEAF]]), float(walks[0]))
    is_relaxed = False
    low, high = 0, int(np.searchsorted(walks, value - WALK_TOLERANCE))
    at = high
    while low < high:
        grove = _Grove(course.pricer(number, float(walks[at])), course.counts, (-0.5, -0.5), effort)
        proof = replace(grove.grown(None), walk=float(walks[at]))
        is_relaxed = is_relaxed or proof.is_relaxed
        if course.bound(number, proof) >= walks[at]:
            low, best = at, proof
        else:
            high = at - 1
        at = (low + high + 1) // 2
    return replace(best, is_relaxed=is_relaxed)


@dataclass(eq=False)
class _Spot:
    """A node whose relaxation was solved: bound, vector, whole columns, and their bounds there."""

    node: int
    bound: float
    vector: int
    x: FloatArray
    lower: FloatArray
    upper: FloatArray


class _Grove:
    """Grows a tree until no leaf has a bound above what is enough."""

    def __init__(
        self, pricer: Pricer, first: IntArray, enough: tuple[float, float], effort: Effort
    ) -> None:
        of = pricer.polytope
        self.pricer, self.effort = pricer, effort
        self.enough, self.at_last = enough
        self.steps_left = 0 if of.matrix.nnz > ENTRIES_MAX else effort.steps_max
        self.work_left = WORK_MAX
        self.eager_until = self.steps_left - EAGER_STEPS
        self.whole = np.flatnonzero(of.whole & (of.upper > of.lower))
        self.is_first = np.isin(self.whole, first)
        self.multipliers: list[FloatArray] = []
        self.bounds: list[Priced] = []
        self.nodes: list[list[int]] = [[LEAF, 0, 0, LEAF]]
        self.is_relaxed = False

    def grown(self, known: FloatArray | None) -> Proof:
        """Return the proof; ``known`` multipliers spare the first relaxation where they are enough."""
        of = self.pricer.polytope
        vector = self._vector(np.zeros(len(of.least)))
        if known is not None:
            padded = np.zeros(len(of.least))
            padded[: len(known)] = known
            vector = min(vector, self._vector(padded), key=lambda one: self.bounds[one].total)
        self.nodes[0][2] = vector
        bound, x = self.bounds[vector].total, np.empty(0)
        root = _Spot(0, bound, vector, x, of.lower[self.whole], of.upper[self.whole])
        if bound > self.enough and self.steps_left > 0:
            self.relaxation = _Relaxation(self.pricer, self.whole)
            self._grow(root)
        return self._proof()

    def _grow(self, root: _Spot) -> None:
        number = count()
        waiting: list[tuple[float, int, _Spot]] = []
        self._wait(waiting, number, root)
        while waiting and not self._is_over:
            spot = heapq.heappop(waiting)[2]
            if spot.bound <= self.at_last and self.steps_left <= self.eager_until:
                break
            self._fix(spot)
            column = self._branch(spot)
            if column is None:
                continue  # a plan that is better than the one that is shown, or as good as that
            limit = float(np.floor(spot.x[column]))
            for side, child in enumerate(self._split(spot, column, limit)):
                self._wait(waiting, number, self._child(spot, child, column, limit, side=side))

    @property
    def _is_over(self) -> bool:
        return self.steps_left <= 0 or self.work_left <= 0 or self.effort.is_ended

    def _wait(
        self, waiting: list[tuple[float, int, _Spot]], number: Iterator[int], spot: _Spot
    ) -> None:
        if self._is_solved(spot) and spot.bound > self.enough:
            heapq.heappush(waiting, (-spot.bound, next(number), spot))

    @staticmethod
    def _child(spot: _Spot, node: int, column: int, limit: float, *, side: int) -> _Spot:
        lower, upper = spot.lower.copy(), spot.upper.copy()
        if side:
            lower[column] = limit + 1.0
        else:
            upper[column] = limit
        return replace(spot, node=node, lower=lower, upper=upper)

    def _vector(self, multipliers: FloatArray) -> int:
        whole = self.pricer.bounded(multipliers)
        self.multipliers.append(multipliers)
        self.bounds.append(Priced(whole.total, whole.slope[self.whole], whole.term[self.whole]))
        return len(self.bounds) - 1

    def _split(self, spot: _Spot, column: int, limit: float) -> tuple[int, int]:
        """Split a node; its children are leaves with its vector for now."""
        first, second = len(self.nodes), len(self.nodes) + 1
        self.nodes[spot.node] = [int(self.whole[column]), int(limit), first, second]
        self.nodes += [[LEAF, 0, spot.vector, LEAF], [LEAF, 0, spot.vector, LEAF]]
        return first, second

    def _fix(self, spot: _Spot) -> None:
        """Split off every value of 0 or 1 that the multipliers of a node rule out."""
        slope = self.bounds[spot.vector].slope
        free = (spot.lower == 0.0) & (spot.upper == 1.0)
        for column in np.flatnonzero(free & (spot.bound - abs(slope) <= self.enough)).tolist():
            kept = int(slope[column] > 0)
            spot.node = self._split(spot, column, 0.0)[kept]
            spot.lower[column] = spot.upper[column] = float(kept)

    def _branch(self, spot: _Spot) -> int | None:
        far = abs(spot.x - np.rint(spot.x))
        far[spot.lower == spot.upper] = 0.0
        far[self.is_first & (far > TIGHT)] += 1.0
        column = int(np.argmax(far)) if len(far) else 0
        return column if len(far) and far[column] > TIGHT else None

    def _is_solved(self, spot: _Spot) -> bool:
        """Solve the relaxation of a node; false where no plan can be there, or nothing came of it."""
        self.steps_left -= 1
        found = self.relaxation.solved(spot.lower, spot.upper)
        self.work_left -= self.relaxation.pivots_n * self.pricer.polytope.matrix.nnz
        if found is None:
            return False
        self.is_relaxed = True
        multipliers, x = found
        if x is None:
            self._rule_out(spot, multipliers)
            return False
        vector = self._vector(multipliers)
        bound = self.bounds[vector].within(spot.lower, spot.upper)
        if bound < spot.bound:
            self.nodes[spot.node][2] = vector
            spot.vector, spot.bound = vector, bound
        spot.x = x
        return True

    def _rule_out(self, spot: _Spot, ray: FloatArray) -> None:
        """Add the ray that shows that no plan is at a node until its bound is low enough."""
        for step in 2.0 ** np.arange(0.0, 60.0, 4.0):
            vector = self._vector(self.multipliers[spot.vector] + step * ray)
            if self.bounds[vector].within(spot.lower, spot.upper) <= self.enough:
                self.nodes[spot.node][2] = vector
                return

    def _proof(self) -> Proof:
        """Return the tree with the vectors that a leaf stands on."""
        nodes = np.array(self.nodes, dtype=np.int64)
        leaves = nodes[:, 0] == LEAF
        used, number = np.unique(nodes[leaves, 2], return_inverse=True)
        nodes[leaves, 2] = number
        vectors = np.array([self.multipliers[one] for one in used])
        return Proof(vectors, nodes, is_relaxed=self.is_relaxed)


class _Relaxation:
    """The linear relaxation in HiGHS, with some whole columns fixed."""

    def __init__(self, pricer: Pricer, whole: IntArray) -> None:
        import highspy  # noqa: PLC0415  a plan is checked where no solver can be had

        of = pricer.polytope
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(of.lower), len(of.least)
        lp.col_cost_ = -pricer.cost
        lp.col_lower_, lp.col_upper_ = of.lower, of.upper
        lp.row_lower_, lp.row_upper_ = of.least, of.most
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = of.matrix.indptr.astype(np.int32)
        lp.a_matrix_.index_ = of.matrix.indices.astype(np.int32)
        lp.a_matrix_.value_ = of.matrix.data
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (
            ("output_flag", False),
            ("parallel", "off"),
            ("threads", 1),
            ("random_seed", 0),
            ("simplex_iteration_limit", int(WORK_MAX / max(of.matrix.nnz, 1))),
        ):
            self._highs.setOptionValue(name, value)
        self._highs.passModel(lp)
        self._statuses = highspy.HighsModelStatus
        self._whole = whole
        self._is_first = True
        self.pivots_n = 0
        """Of the last relaxation."""

    def solved(
        self, lower: FloatArray, upper: FloatArray
    ) -> tuple[FloatArray, FloatArray | None] | None:
        """
        Return multipliers and whole columns, or a ray and none where there is no solution.

        Nothing at all is returned where nothing came of it.
        """
        self._highs.changeColsBounds(len(self._whole), self._whole.astype(np.int32), lower, upper)
        self._highs.run()
        self.pivots_n = max(int(self._highs.getInfo().simplex_iteration_count), 1)
        status = self._highs.getModelStatus()
        is_first, self._is_first = self._is_first, False
        if is_first and status != self._statuses.kOptimal:
            # Presolve takes rows that hold each other within the tolerance for a contradiction. Once
            # there is a basis, there is no presolve.
            self._highs.clearSolver()
            self._highs.setOptionValue("presolve", "off")
            self._highs.run()
            self._highs.setOptionValue("presolve", "choose")
            self.pivots_n += int(self._highs.getInfo().simplex_iteration_count)
            status = self._highs.getModelStatus()
        if status == self._statuses.kInfeasible:
            _, has_ray, ray = self._highs.getDualRay()  # type: ignore[attr-defined]
            return (-np.array(ray), None) if has_ray else None
        solution = self._highs.getSolution()
        if not solution.dual_valid:
            return None
        return -np.array(solution.row_dual), np.array(solution.col_value)[self._whole]
