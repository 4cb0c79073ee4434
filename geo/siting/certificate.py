"""
That no plan is better: multipliers over the rows of the model, checked with arithmetic alone.

Every plan is a point x with l ≤ x ≤ u and L ≤ Ax ≤ U. For any multipliers y, none above 0 on a row
without U and none below 0 on a row without L,

    c x = y Ax + (c − Aᵀy) x ≤ Σ max(y L, y U) + Σ max(d l, d u),  d = c − Aᵀy

(weak duality of linear programs: Gale, Kuhn & Tucker 1951). Who found y, and how, does not matter: a
worse y proves less, never something wrong. Where the rows alone leave a gap, columns that are 0 or 1 are split
one after the other; a leaf of that tree fixes some of them, and every plan is in one leaf (Land &
Doig 1960, Econometrica 28, 497–520). A leaf that no plan can be in is proven by multipliers that
bring it below any value (Farkas).

Nothing here knows a solver. Sums are of floats; what rounding could have taken off is added to each
bound, so it holds for the numbers of the model as if they were reckoned exactly.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import scipy

from geo.arrays import BoolArray, FloatArray, IntArray
from geo.errors import BrokenModelError
from geo.siting.center import WALK_TOLERANCE, given_up, rows_within, walks_of
from geo.siting.goals import Goal, goal, lock
from geo.siting.model import Model, Sheet, build
from geo.siting.patterns import boil
from geo.siting.problem import Problem, Stage
from geo.siting.recheck import broken_rules, values
from geo.siting.solver import gap_pct

UNIT_ROUNDOFF = 2.0**-53
ROUNDING, KEPT_TOLERANCE = 2e-6, 1e-5
LEAST = {"fewest_places", "cheapest", "shortest_walk", "shortest_longest_walk"}
MULTIPLIER_MAX = 1e100
"""Larger ones count as 0: no sum is ever infinite."""

MULTIPLE_TOLERANCE = 1e-9
"""A bound this close above a multiple is that multiple: coefficients are rounded themselves."""


@dataclass(frozen=True, eq=False)
class Polytope:
    """
    Columns between bounds, rows between bounds.

    Attributes
    ----------
    lower, upper
        (n,) bounds of the columns, finite.
    whole
        (n,) true where a column is a whole number.
    matrix
        (m, n) coefficients of the rows.
    least, most
        (m,) bounds of the rows; infinite where there is none.
    """

    lower: FloatArray
    upper: FloatArray
    whole: BoolArray
    matrix: "scipy.sparse.csr_array"
    least: FloatArray
    most: FloatArray

    @classmethod
    def of(cls, sheet: Sheet) -> "Polytope":
        """Return the columns and rows of a model."""
        return cls(
            np.concatenate(sheet.lower),
            np.concatenate(sheet.upper),
            np.concatenate(sheet.integer),
            sheet.matrix(),
            np.concatenate([np.empty(0), *sheet.row_lower]),
            np.concatenate([np.empty(0), *sheet.row_upper]),
        )

    def cut(
        self, matrix: "scipy.sparse.csr_array", least: FloatArray, most: FloatArray
    ) -> "Polytope":
        """Return the columns with more rows."""
        return replace(
            self,
            matrix=scipy.sparse.vstack([self.matrix, matrix], format="csr"),
            least=np.concatenate([self.least, least]),
            most=np.concatenate([self.most, most]),
        )


@dataclass(frozen=True, eq=False)
class Priced:
    """
    What multipliers prove: ``cost @ x`` ≤ ``total``, and how each column enters it.

    ``slope`` is (n,) d, ``term`` (n,) max(d l, d u). Rounding is in ``total`` already, for every leaf.
    """

    total: float
    slope: FloatArray
    term: FloatArray

    def within(self, lower: FloatArray, upper: FloatArray) -> float:
        """Return the bound where columns have tighter bounds; below all where there is nothing between."""
        if (lower > upper).any():
            return -np.inf
        term = np.maximum(self.slope * lower, self.slope * upper)
        return self.total + float((term - self.term).sum())


class Pricer:
    """Bounds of one goal over one polytope, by multipliers."""

    def __init__(self, polytope: Polytope, cost: FloatArray) -> None:
        self.polytope, self.cost = polytope, cost
        self._by_column = polytope.matrix.T.tocsr()
        self._sizes = abs(self._by_column)
        self._reach = np.maximum(abs(polytope.lower), abs(polytope.upper))

    def bounded(self, multipliers: FloatArray) -> Priced:
        """
        Return what (m,) multipliers prove; those of a side that a row does not have count as 0.

        A sum of k products has an error of at most k u / (1 − k u) times the sum of their sizes, in
        whatever order it is made, u = 2⁻⁵³ (Higham 2002, Accuracy and Stability of Numerical
        Algorithms, §3.1). k here is above all terms of any sum that follows, and twice that is added.
        """
        of, cost = self.polytope, self.cost
        sided = np.isfinite(np.where(multipliers > 0, of.most, of.least))
        y = np.where(sided & (abs(multipliers) < MULTIPLIER_MAX), multipliers, 0.0)
        slope = cost - self._by_column @ y
        term = np.maximum(slope * of.lower, slope * of.upper)
        row = y * np.where(y == 0.0, 0.0, np.where(y > 0, of.most, of.least))
        size = abs(row).sum() + self._reach @ (abs(cost) + self._sizes @ abs(y))
        terms = 2 * (len(cost) + len(y)) + 64
        rounding = 2.0 * terms * UNIT_ROUNDOFF * float(size)
        return Priced(float(row.sum()) + float(term.sum()) + rounding, slope, term)


LEAF = -1


@dataclass(frozen=True, eq=False)
class Proof:
    """
    Why no plan is better in one goal.

    Attributes
    ----------
    multipliers
        (v, m) vectors of multipliers over the rows, for a goal that is to be as large as can be.
    nodes
        (k, 4) the tree, parents first. An inner node is a whole column, t, and two children: that with
        the column at t or less, that with t + 1 or more. A leaf is -1, 0, the number of its vector, -1.
    walk
        Of ``shortest_longest_walk``: no plan's longest walk is below it; the tree proves that rows
        that ask for less cannot be kept. NaN for other goals.
    is_relaxed
        Whether the relaxation of the whole model was solved for it; else it is what is known without,
        for the model is too large or nothing came of it.
    """

    multipliers: FloatArray
    nodes: IntArray
    walk: float = np.nan
    is_relaxed: bool = False


@dataclass(frozen=True, eq=False)
class Certificate:
    """
    Proofs goal by goal, the worst unit and the two worst each a goal.

    ``bounds`` are what the proofs prove. ``witnesses`` are positions in ``Options`` of the plan that
    was best at the turn of each goal: the goals after it are held to what such a plan is worth.
    """

    objectives: tuple[str, ...]
    proofs: tuple[Proof, ...]
    bounds: tuple[float, ...]
    witnesses: tuple[IntArray, ...]


def proven_most(pricer: Pricer, proof: Proof) -> float:
    """
    Return what ``cost @ x`` cannot exceed.

    Raises
    ------
    BrokenModelError
        The tree leaves something out, or it splits what is not 0 or 1, or vectors do not fit the rows.
    """
    nodes, of = proof.nodes, pricer.polytope
    _require_a_tree(of, proof)
    # Only columns that are split ever change a bound: of a vector no more than those is kept.
    column = np.unique(nodes[nodes[:, 0] != LEAF, 0])
    kept: dict[int, Priced] = {}
    most = -np.inf
    for vector, lower, upper in _leaves(nodes, of, column):
        if vector not in kept:
            whole = pricer.bounded(proof.multipliers[vector])
            kept[vector] = Priced(whole.total, whole.slope[column], whole.term[column])
        most = max(most, kept[vector].within(lower, upper))
    return most


def _require_a_tree(of: Polytope, proof: Proof) -> None:
    """Refuse what is no tree over whole columns with a vector for each leaf."""
    nodes, multipliers = proof.nodes, proof.multipliers
    fits = nodes.ndim == 2 and nodes.shape[1] == 4 and len(nodes) > 0  # noqa: PLR2004
    fits = fits and multipliers.ndim == 2 and multipliers.shape[1] == len(of.least)  # noqa: PLR2004
    if fits:
        inner = nodes[:, 0] != LEAF
        column, children, vector = nodes[inner, 0], nodes[inner, 2:], nodes[~inner, 2]
        fits = bool(((column >= 0) & (column < len(of.lower))).all())
        fits = fits and bool(of.whole[column].all())
        fits = fits and bool(((vector >= 0) & (vector < len(multipliers))).all())
        # Every node but the first is the child of one node that stands before it.
        fits = fits and np.array_equal(np.sort(children.ravel()), np.arange(1, len(nodes)))
        fits = fits and bool((children > np.flatnonzero(inner)[:, None]).all())
    if not fits:
        raise BrokenModelError("The proof of the plan does not fit its question.")


def _leaves(
    nodes: IntArray, of: Polytope, column: IntArray
) -> Iterator[tuple[int, FloatArray, FloatArray]]:
    """Yield the vector of each leaf and, while it is looked at, the bounds of the split columns there."""
    lower, upper = of.lower[column].copy(), of.upper[column].copy()
    place = np.searchsorted(column, nodes[:, 0])
    waiting: list[tuple[int, int, float, float]] = [(0, LEAF, 0.0, 0.0)]
    while waiting:
        node, at, least, most = waiting.pop()
        if at != LEAF:
            lower[at], upper[at] = least, most
        if node == LEAF:
            continue  # back from a child: the bounds of its parent hold again
        split, limit, first, second = nodes[node].tolist()
        if split == LEAF:
            yield first, lower, upper
            continue
        at = int(place[node])
        least, most = float(lower[at]), float(upper[at])
        waiting += [
            (LEAF, at, least, most),
            (second, at, max(least, limit + 1.0), most),
            (first, at, least, min(most, float(limit))),
        ]


class Course:
    """The goals of a problem in turn, each held to what witnesses of those before it are worth."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.stages = in_turn(model)
        """A stage for each goal: of the worst units one for each depth."""
        self._polytope, self.counts = _with_counts(model)
        """``counts`` are columns of whole numbers that are worth splitting first."""
        self._kept: list[tuple[int, float]] = []

    @property
    def _problem(self) -> Problem:
        return self.model.problem

    def worth(self, number: int, chosen: IntArray) -> float:
        """Return what a plan is worth in a goal, from residents and walks."""
        # Who gets which seat is settled goal by goal; nothing else depends on the goals before.
        first = 0 if self._problem.seats else number
        return values(self._problem, chosen, self.stages[first : number + 1])[-1]

    def aim(self, number: int) -> Goal:
        """Return a goal in terms of columns."""
        stage = self.stages[number]
        return goal(self.model, stage.objective, stage.depth)

    def pricer(self, number: int, walk: float = np.nan) -> Pricer:
        """
        Return what bounds a goal now, to be as large as can be.

        Of the longest walk it is whether all homes could have a place nearer than ``walk``, where
        such a walk occurs: a bound below 0 says that they cannot.
        """
        if self.stages[number].objective == "shortest_longest_walk":
            rows = rows_within(self.model, self._shorter(walk))
            polytope = self._polytope.cut(*self._widened(*rows))
            return Pricer(polytope, np.zeros(len(polytope.lower)))
        aim = self.aim(number)
        cost = np.zeros(len(self._polytope.lower))
        cost[: len(aim.cost)] = aim.cost if aim.maximise else -aim.cost
        return Pricer(self._polytope, cost)

    def _widened(
        self, matrix: "scipy.sparse.csr_array", least: FloatArray, most: FloatArray
    ) -> "tuple[scipy.sparse.csr_array, FloatArray, FloatArray]":
        """Return rows over the columns of the model as rows over all columns."""
        return _wider(matrix, len(self._polytope.lower)), least, most

    def _shorter(self, walk: float) -> float:
        walks = walks_of(self.model)
        return float(walks[walks < walk - WALK_TOLERANCE].max(initial=-np.inf))

    def bound(self, number: int, proof: Proof) -> float:
        """
        Return what no plan exceeds in a goal, or stays below, by a proof.

        Raises
        ------
        BrokenModelError
            The proof does not fit the question.
        """
        stage = self.stages[number]
        if stage.objective == "shortest_longest_walk":
            least = float(walks_of(self.model)[0])
            if proof.walk <= least + WALK_TOLERANCE:
                return least
            return proof.walk if proven_most(self.pricer(number, proof.walk), proof) < 0 else least
        aim = self.aim(number)
        most = proven_most(self.pricer(number), proof)
        bound = aim.value(most if aim.maximise else -most)
        return rounded(bound, multiple_of(self.model, stage), maximise=aim.maximise)

    def is_kept(self, chosen: IntArray) -> bool:
        """Say whether a plan keeps to all rules and to the goals that are held."""
        served = all(np.isfinite(worth) for worth in values(self._problem, chosen))
        if not served or broken_rules(self._problem, chosen):
            return False
        for number, kept in self._kept:
            sign = -1.0 if self.stages[number].objective in LEAST else 1.0
            slack = KEPT_TOLERANCE * (1.0 + abs(kept))
            if sign * (self.worth(number, chosen) - kept) < -slack:
                return False
        return True

    def hold(self, number: int, witness: IntArray) -> None:
        """Hold later goals to what a plan is worth in this one, less what may be given up."""
        stage, value = self.stages[number], self.worth(number, witness)
        if stage.objective == "shortest_longest_walk":
            rows = rows_within(self.model, given_up(value, stage))
            self._kept.append((number, given_up(value, stage)))
        else:
            aim = self.aim(number)
            least, most = lock(aim, value, stage.give_pct)
            self._kept.append((number, aim.value(least if aim.maximise else most)))
            row = scipy.sparse.csr_array(aim.cost[None, :])
            rows = row, np.array([least]), np.array([most])
        self._polytope = self._polytope.cut(*self._widened(*rows))


PRICES_MAX = 8


def _with_counts(model: Model) -> tuple[Polytope, IntArray]:
    """
    Return the model, and columns of how many options of each price are chosen, where few prices are.

    A budget leaves the rows alone half an option; that their number is whole closes most of the gap.
    """
    of, chosen = Polytope.of(model.sheet), model.chosen
    yen = model.problem.options.first_year_yen[model.patterns.option]
    price, row = np.unique(yen, return_inverse=True)
    if model.problem.rules.budget_yen is None or len(price) > PRICES_MAX:
        return of, np.empty(0, dtype=np.int64)
    n, size = len(of.lower), len(price)
    counts = np.arange(n, n + size)
    column = np.concatenate([chosen, counts])
    value = np.concatenate([np.ones(len(chosen)), -np.ones(size)])
    rows = np.concatenate([row, np.arange(size)])
    wider = Polytope(
        np.append(of.lower, np.zeros(size)),
        np.append(of.upper, np.bincount(row, minlength=size).astype(float)),
        np.append(of.whole, np.ones(size, dtype=bool)),
        _wider(of.matrix, n + size),
        of.least,
        of.most,
    )
    new = scipy.sparse.csr_array((value, (rows, column)), shape=(size, n + size))
    return wider.cut(new, np.zeros(size), np.zeros(size)), counts


def _wider(matrix: "scipy.sparse.csr_array", columns_n: int) -> "scipy.sparse.csr_array":
    """Return a matrix with more columns, all empty."""
    shape = (matrix.shape[0], columns_n)
    return scipy.sparse.csr_array((matrix.data, matrix.indices, matrix.indptr), shape=shape)


def proven_bounds(problem: Problem, certificate: Certificate) -> tuple[float, ...]:
    """
    Return what no plan exceeds in each goal, by the proofs alone: no word of the certificate is taken.

    Raises
    ------
    BrokenModelError
        The certificate does not fit the question, or a goal is held to what no plan of its own is worth.
    """
    course = Course(build(problem, boil(problem)))
    counts = {len(course.stages), len(certificate.proofs), len(certificate.witnesses)}
    names = tuple(stage.objective for stage in course.stages)
    if (
        len(counts) > 1
        or names != certificate.objectives
        or not all(is_choice(problem, one) for one in certificate.witnesses)
    ):
        raise BrokenModelError("The proof of the plan does not fit its question.")
    bounds = []
    for number, (proof, witness) in enumerate(
        zip(certificate.proofs, certificate.witnesses, strict=True)
    ):
        if not course.is_kept(witness):
            raise BrokenModelError("The proof of the plan does not fit its question.")
        bounds.append(course.bound(number, proof))
        course.hold(number, witness)
    return tuple(bounds)


def is_choice(problem: Problem, chosen: IntArray) -> bool:
    """Say whether positions name options, each once."""
    inside = (chosen >= 0) & (chosen < len(problem.options))
    return bool(inside.all()) and len(np.unique(chosen)) == len(chosen)


def gap_between(best: float, bound: float) -> float:
    """Return the gap in per cent that a certificate leaves; what is rounding is none."""
    if abs(bound - best) <= ROUNDING * max(1.0, abs(best)):
        return 0.0
    return gap_pct(best, bound)


def in_turn(model: Model) -> tuple[Stage, ...]:
    """Return the goals of a problem one by one: the worst unit, then the two worst, and so on."""
    return tuple(
        replace(stage, depth=depth)
        for stage in model.problem.stages
        for depth in range(1, max(min(stage.depth, len(model.worst)), 1) + 1)
    )


def multiple_of(model: Model, stage: Stage) -> float:
    """Return the number of which the value of every plan is a multiple; 0 where there is none."""
    problem, patterns = model.problem, model.patterns
    match stage.objective:
        case "fewest_places" | "most_targets":
            return 1.0
        case "cheapest":
            parts = problem.options.first_year_yen[patterns.option]
        case "most_reached" if not problem.seats:
            parts = patterns.weight[model.reach[0]]
        case "backup":
            parts = patterns.weight[model.twice[0]]
        case _:
            return 0.0
    if not (np.isfinite(parts).all() and (parts == np.rint(parts)).all()):
        return 0.0
    return float(np.gcd.reduce(parts.astype(np.int64), initial=0))


def rounded(bound: float, multiple: float, *, maximise: bool) -> float:
    """Return the last multiple that a bound allows."""
    if multiple == 0.0 or not np.isfinite(bound):
        return bound
    steps = bound / multiple
    near = MULTIPLE_TOLERANCE * max(1.0, abs(steps))
    return float(multiple * (np.floor(steps + near) if maximise else np.ceil(steps - near)))
