"""The search for plans: goal after goal, the best choice of options and near-equal ones."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from geo.arrays import FloatArray, IntArray
from geo.siting.center import shortest_longest
from geo.siting.checks import check, eligible
from geo.siting.cover import bounded, serves
from geo.siting.goals import Goal, goal, lock, tie_goals
from geo.siting.model import Model, build
from geo.siting.patterns import boil, without
from geo.siting.plans import (
    EQUAL,
    LEAST,
    Plan,
    StageResult,
    Tie,
    described,
    falls_short,
    magnitude,
    places_of,
)
from geo.siting.problem import BoolArray, Problem, Stage
from geo.siting.recheck import Claim, broken_rules, recheck, values
from geo.siting.solver import Incumbent, Search, Solution, Solver, Status, gap_pct
from geo.siting.start import first_plan
from geo.siting.worth import newly_reached, times_covered, unmet_targets


def solve(problem: Problem, search: Search = Search()) -> Plan:  # noqa: B008  frozen
    """
    Find the best plan.

    Goals are settled in order: each within the optimum of those before it (less their ``give_pct``
    and the solver's arithmetic, ``geo.siting.goals.lock``). A goal that comes to no end keeps the
    plan of those before it.

    Of plans that are equal in every goal (within those locks) that one is returned which has fewest
    options, then the least sum of the numbers that their keys fix (``geo.siting.goals.tie_numbers``).
    Options that another one replaces in every plan are not looked at (``geo.siting.patterns``). So a
    plan that is proven and whose ``tie`` is decided is the same on every machine, for every seed and
    every order of rows, as long as the keys of the options stay.
    No option is chosen that adds nothing to any goal, unless a rule asks for it.

    Parameters
    ----------
    problem
        Options, demand, who covers whom, rules and goals.
    search
        Limit of time, gap that is good enough, cancel, progress.

    Raises
    ------
    InvalidInputError
        No plan can be made from such input (``geo.siting.checks.check``).
    BrokenModelError
        The plan found does not hold when recomputed: an error of ours.
    """
    return _Session(problem, search).answer()


def k_best(
    problem: Problem,
    k: int,
    *,
    difference: int = 1,
    search: Search = Search(),  # noqa: B008  frozen
) -> list[Plan]:
    """
    Find the best plan, the next best, and so on.

    The first is that of ``solve``. Each plan adds a row that rules it out, after the canonical cuts of Balas & Jeroslow 1972 (SIAM
    Journal on Applied Mathematics 23, 61–69), over places instead of columns.

    Parameters
    ----------
    problem
        Options, demand, who covers whom, rules and goals.
    k
        So many plans at most; fewer where there are no more.
    difference
        Each plan leaves out at least so many places of every plan before it. So a plan with one
        more place is no news, nor is another option at the same places. With 0 each plan has other
        places than every plan before it, and may be one of them and a place more: the true
        second-best.
    search
        As for one plan; ``time_s`` is for each.

    Returns
    -------
    At most ``k`` plans, the best first. Where there is no plan at all, one that says so. What two
    plans reach is the same number where it differs by the solver's arithmetic alone.
    """
    plans: list[Plan] = []
    while len(plans) < k:
        plan = _Session(problem, search, plans, difference).answer()
        if not plan.stages or (plan.status == "cancelled" and plans):
            plans = plans or [plan]
            break
        plans.append(plan)
        if plan.status == "cancelled" or len(plan.chosen) < difference:
            break
    first, *others = _best_first(problem, plans)
    return [first, *(_as_many(problem, plan, first) for plan in others)]


def _best_first(problem: Problem, plans: list[Plan]) -> list[Plan]:
    """Put the best plan first where the search for the first one ended before it was proven."""
    best = 0
    for number, plan in enumerate(plans[1:], start=1):
        if falls_short(problem, plans[best], plan):
            best = number
    if best == 0:
        return plans
    # No plan exceeds what was proven when all were allowed.
    stages = tuple(
        replace(
            own,
            bound=of_all.bound,
            gap_pct=gap_pct(own.best, of_all.bound),
            status=of_all.status,
        )
        for own, of_all in zip(plans[best].stages, plans[0].stages, strict=True)
    )
    first = replace(plans[best], stages=stages, status=plans[0].status)
    return [first, *(plan for number, plan in enumerate(plans) if number != best)]


def _as_many(problem: Problem, plan: Plan, first: Plan) -> Plan:
    """Return a plan with the figures of the best one where they differ by arithmetic alone."""
    if abs(plan.newly_reached - first.newly_reached) > EQUAL * magnitude(problem):
        return plan
    return replace(plan, newly_reached=first.newly_reached, reached=first.reached)


class _Session:
    """
    The search for one plan, other than those before it; the solver is opened where it is needed.

    ``difference`` is that of ``k_best``.
    """

    def __init__(
        self, problem: Problem, search: Search, before: Sequence[Plan] = (), difference: int = 1
    ) -> None:
        check(problem)
        *first, last = problem.stages
        if last.depth == 1:  # it leaves nothing to others; the worst units do to one another
            last = replace(last, give_pct=0.0)
        problem = replace(problem, stages=(*first, last))
        self.problem, self.search = problem, search
        self.before, self.difference = before, difference
        self.patterns = boil(problem, every_plan=len(before) > 0)
        self.best: tuple[int, ...] = ()
        self.bound = np.inf
        """What no plan exceeds in the first goal, as far as is known without the solver."""

    @cached_property
    def model(self) -> Model:
        """The model, of the options that are left by then."""
        return build(self.problem, self.patterns)

    @cached_property
    def solver(self) -> Solver:
        """The solver with that model."""
        progress = self._report if self.search.progress else None
        solver = Solver(self.model.sheet, self.search, progress)
        for kept, most in zip(*self._excluding(), strict=True):
            cost = np.zeros(self.model.sheet.columns_n)
            cost[self.model.chosen] = kept
            solver.add_row(cost, upper=float(most))
        return solver

    def _excluding(self) -> tuple[FloatArray, FloatArray]:
        """Return rows over the options: of each earlier plan's places so many at most."""
        of = places_of(self.problem)
        # Without a difference a place more is one as well: all places of a plan and no other are ruled out.
        other = 0.0 if self.difference else -1.0
        kept = [np.where(np.isin(of, of[one.positions]), 1.0, other) for one in self.before]
        most = [float(len(one.chosen) - max(self.difference, 1)) for one in self.before]
        rows = np.array(kept).reshape(-1, len(of))
        return rows[:, self.patterns.option], np.array(most)

    def _report(self, so_far: Incumbent, columns: FloatArray | None) -> None:
        """Tell which options the best so far has chosen."""
        if columns is not None:
            self.best = tuple(self._picked(columns).tolist())
        if self.search.progress is not None:
            bound = so_far.bound if so_far.stage else min(so_far.bound, self.bound)
            self.search.progress(
                Incumbent(
                    *(so_far.stage, so_far.value, bound, gap_pct(so_far.value, bound)),
                    *(self.best, len(self.before)),
                )
            )

    def _picked(self, columns: FloatArray) -> IntArray:
        picked = columns[self.model.chosen] > 0.5  # noqa: PLR2004  a whole number, as a float
        return self.patterns.option[picked]

    def answer(self) -> Plan:
        """
        Settle goal by goal and return the plan.

        A goal that comes to nothing leaves the plan of those before it, or the greedy one, and is
        told as not settled.
        """
        chosen = self._first()
        if serves(self.problem):
            chosen = self._covered(chosen)
        tie: Tie = ""
        if chosen is not None and len(self.problem.stages) == 1 and (known := self._known()):
            # Where no option is left beside those of the plan, it is the only one.
            tie = "decided" if known.status == "optimal" else ""
            if not tie or len(chosen) == len(self.patterns.option):
                known = replace(known, witness=tuple(chosen.tolist()))
                return self._plan(chosen, [known], cancelled=False, tie=tie)
            tie = ""
        start = None if chosen is None else self._start(chosen)
        cancelled = False
        settled: list[_Settled] = []
        for number, stage in enumerate(self.problem.stages):
            cancelled = cancelled or (number > 0 and self._is_cancelled())
            ended: Status = "unknown"
            one = None
            if number == 0 or not (cancelled or self.solver.timed_out):
                ended, one, columns = self._settle(number, stage, start)
                cancelled = ended == "cancelled"
                if columns is not None:
                    chosen, start = self._picked(columns), self.solver.start_at(columns)
            if chosen is None or (number == 0 and one is None and not self._is_plan(chosen)):
                return self._none(ended)
            if one is None:
                one = self._unsettled(number, chosen, ended)
            else:
                self.solver.report(number, (one.best, one.bound), columns)
            settled.append(replace(one, witness=tuple(chosen.tolist())))
        assert chosen is not None  # noqa: S101  there is a goal: ``geo.siting.checks``
        if not cancelled and all(one.status == "optimal" for one in settled):
            chosen, tie = self._tied(chosen, start)
        return self._plan(chosen, settled, cancelled=cancelled, tie=tie)

    def _tied(
        self, chosen: IntArray, start: tuple[IntArray, FloatArray] | None
    ) -> tuple[IntArray, Tie]:
        """Return the plan that the rule names of those as good, or the best by it so far."""
        for number, aim in enumerate(tie_goals(self.model)):
            if self.solver.timed_out or self._is_cancelled():
                return chosen, "open"
            found = self.solver.optimise(aim, len(self.problem.stages), start, quiet=True)
            if found.columns is not None:
                chosen, start = self._picked(found.columns), self.solver.start_at(found.columns)
            if found.columns is None or found.status != "optimal":
                return chosen, "open"
            if number == 0:
                self._hold(aim, float(len(chosen)), 0.0)
        return chosen, "decided"

    def _is_plan(self, chosen: IntArray) -> bool:
        """Say whether a greedy choice serves whoever must be served, where the solver found no plan."""
        return all(math.isfinite(value) for value in values(self.problem, chosen))

    def _unsettled(self, number: int, chosen: IntArray, ended: Status) -> "_Settled":
        """Return a goal that came to nothing: later ones keep to what the plan is worth in it."""
        stage = self.problem.stages[number]
        best = self._worth(number, stage, chosen)
        bound = -np.inf if stage.objective in LEAST else np.inf
        bound = bound if number else min(bound, self.bound)
        if stage.objective != "shortest_longest_walk":
            aim = goal(self.model, stage.objective, stage.depth)
            self._hold(aim, best, stage.give_pct)
        status: Status = "feasible" if number == 0 else "unknown"
        kept = np.inf if stage.objective in LEAST else -np.inf
        return _Settled(best, bound, kept, "cancelled" if ended == "cancelled" else status)

    def _settle(
        self, number: int, stage: Stage, start: tuple[IntArray, FloatArray] | None
    ) -> tuple[Status, "_Settled | None", FloatArray | None]:
        """
        Settle one goal and hold later ones to it.

        Returns how the search ended, the goal where it is settled, and the columns of the best plan
        where one was found.
        """
        if number == 0 and start is not None and (known := self._known()):
            return self._held(known)
        if stage.objective == "shortest_longest_walk":
            outcome, kept = shortest_longest(self.model, self.solver, number, start)
            one = _Settled(outcome.value, outcome.bound, kept, outcome.status)
            return outcome.status, one if outcome.columns is not None else None, outcome.columns
        deep = stage.objective == "worst_unit_first"
        depths = range(1, max(min(stage.depth, len(self.model.worst)), 1) + 1) if deep else [1]
        columns = None
        last = number + 1 == len(self.problem.stages)
        for depth in depths:
            # The last goal leaves nothing to others.
            if last and depth == depths[-1]:
                stage = replace(stage, give_pct=0.0)
            aim = goal(self.model, stage.objective, depth)
            outcome = self.solver.optimise(aim, number, start)
            if outcome.columns is None:
                return outcome.status, None, columns
            columns = outcome.columns
            start = self.solver.start_at(columns)
            one = self._found(number, replace(stage, depth=depth), aim, outcome)
            self._hold(aim, one.best, stage.give_pct)
        return outcome.status, one, columns

    def _hold(self, aim: Goal, value: float, give_pct: float) -> None:
        lower, upper = lock(aim, value, give_pct)
        self.solver.add_row(aim.cost, lower=lower, upper=upper)

    def _found(self, number: int, stage: Stage, aim: Goal, outcome: Solution) -> "_Settled":
        """Judge what the solver found by the options it chose, not by its own arithmetic."""
        assert outcome.columns is not None  # noqa: S101  asked before
        sign = 1.0 if aim.maximise else -1.0
        best = self._worth(number, stage, self._picked(outcome.columns))
        if self.problem.seats:
            # Who sits where is settled anew, and earlier goals then give up once more.
            best = sign * min(sign * best, sign * outcome.value)
        # What the solver is given no longer has the options that no best plan has.
        least = outcome.bound if number else min(outcome.bound, self.bound)
        bound = sign * max(sign * least, sign * best)
        if outcome.status == "optimal":
            # What is left between the two is the solver's arithmetic, or the plan is none at all.
            allowed = EQUAL * max(magnitude(self.problem), abs(best))
            bound = best if abs(bound - best) <= allowed else bound
        status = outcome.status
        if status in {"optimal", "feasible"}:
            status = "optimal" if gap_pct(best, bound) == 0.0 else "feasible"
        kept = aim.value(lock(aim, best, stage.give_pct)[0 if aim.maximise else 1])
        return _Settled(best, bound, kept, status)

    def _worth(self, number: int, stage: Stage, chosen: IntArray) -> float:
        """Return what options are worth in a goal; with seats, given the goals before it."""
        before = self.problem.stages[:number] if self.problem.seats else ()
        return values(self.problem, chosen, (*before, stage))[-1]

    def _first(self) -> IntArray | None:
        """Return a greedy plan; for a next plan, the last one without its least important place."""
        forbidden = self._left_out(self.before[-1]) if self.before else None
        chosen = first_plan(self.problem, self.patterns, forbidden)
        if chosen is None or not self._allowed(chosen):
            return None
        chosen = self.patterns.option[np.isin(self.patterns.option, chosen)]
        self.best = tuple(chosen.tolist())
        if self.search.progress is not None:
            value = values(self.problem, chosen, self.problem.stages[:1])[0]
            least = self.problem.stages[0].objective in LEAST
            self._report(Incumbent(0, value, -np.inf if least else np.inf, 100.0), None)
        return chosen

    def _covered(self, chosen: IntArray | None) -> IntArray | None:
        """
        Return a better plan where one is found without the solver, and learn what no plan exceeds.

        Options that no plan has which is as good, or given up for later goals, are left out.
        """
        stage = self.problem.stages[0]

        def ends(value: float, bound: float, picked: BoolArray) -> bool:
            self.bound = bound
            if chosen is not None:
                self.best = tuple(self.patterns.option[picked].tolist())
                self._report(Incumbent(0, value, bound, gap_pct(value, bound)), None)
            enough = value >= 0.0 and gap_pct(value, bound) <= self.search.gap_pct
            return enough or self._is_cancelled()

        found = bounded(
            self.problem,
            self.patterns,
            None if chosen is None else np.isin(self.patterns.option, chosen),
            ends=ends,
            time_s=self.search.time_s,
            further=self._excluding() if self.before else None,
        )
        better = self.patterns.option[found.picked]
        holds = self._allowed(better) and not broken_rules(self.problem, better)
        if found.value >= 0.0 and holds:
            chosen, self.best = better, tuple(better.tolist())
        if chosen is not None:
            least = _least(self._worth(0, stage, chosen), stage)
            self.patterns = without(self.patterns, found.with_it < least)
        return chosen

    def _known(self) -> "_Settled | None":
        """Return the first goal where its bound is near enough without the solver."""
        stage = self.problem.stages[0]
        if not math.isfinite(self.bound):
            return None
        best = self._worth(0, stage, np.array(self.best, dtype=np.int64))
        gap = gap_pct(best, self.bound)
        if gap > self.search.gap_pct:
            return None
        bound = max(self.bound, best) if gap > 0.0 else best
        return _Settled(best, bound, _least(best, stage), "feasible" if gap > 0.0 else "optimal")

    def _held(self, known: "_Settled") -> tuple[Status, "_Settled", FloatArray]:
        """Hold later goals to the first, which the solver need not look at."""
        stage = self.problem.stages[0]
        self._hold(goal(self.model, stage.objective), known.best, stage.give_pct)
        columns = np.zeros(self.model.sheet.columns_n)
        index, value = self._start(np.array(self.best, dtype=np.int64))
        columns[index] = value
        return known.status, known, columns

    def _start(self, chosen: IntArray) -> tuple[IntArray, FloatArray]:
        """Return numbers and values of the columns that are decided by a choice."""
        picked = np.isin(self.patterns.option, chosen)
        used = np.zeros(self.patterns.sites_n)
        used[self.patterns.site[picked]] = 1.0
        columns = np.concatenate([self.model.chosen, self.model.site])
        columns, first = np.unique(columns, return_index=True)
        return columns, np.concatenate([picked.astype(float), used])[first]

    def _is_cancelled(self) -> bool:
        return self.search.cancel is not None and self.search.cancel()

    @property
    def _spent_s(self) -> float:
        return self.solver.spent_s if "solver" in self.__dict__ else 0.0

    def _left_out(self, before: Plan) -> np.ndarray:
        times = times_covered(self.problem, before.positions)
        covers = self.problem.covers
        alone = covers.near & (times[covers.home] == 1)
        lost = np.bincount(
            covers.option[alone],
            self.problem.demand.weight[covers.home[alone]],
            minlength=len(self.problem.options),
        )[before.positions]
        order = before.positions[np.argsort(lost, kind="stable")]
        order = order[~self.problem.options.must[order]]
        forbidden = np.zeros(len(self.problem.options), dtype=bool)
        forbidden[order[: max(self.difference, 1)]] = True
        return forbidden

    def _allowed(self, chosen: IntArray) -> bool:
        of = places_of(self.problem)
        places = [set(of[one.positions].tolist()) for one in self.before]
        own = set(of[chosen].tolist())
        if self.difference == 0:
            return own not in places
        return all(len(other - own) >= self.difference for other in places)

    def _none(self, status: Status) -> Plan:
        demand = self.problem.demand
        return Plan(
            status=status,
            residents=math.fsum(demand.weight),
            reached=math.fsum(demand.weight[demand.reached]),
            unmet_targets=unmet_targets(self.problem, np.empty(0, dtype=np.int64)),
            reasons=_reasons(self.problem) if status == "infeasible" else (),
            spent_s=self._spent_s,
        )

    def _plan(
        self, chosen: IntArray, settled: list["_Settled"], *, cancelled: bool, tie: Tie
    ) -> Plan:
        stages = self.problem.stages
        chosen = _without_idle(self.problem, chosen, self._allowed)
        claims = [
            Claim(one.kept, one.bound, stage.objective not in LEAST)
            for stage, one in zip(stages, settled, strict=True)
        ]
        found = recheck(self.problem, chosen, claims)
        results = tuple(
            StageResult(
                stage.objective,
                value,
                one.best,
                one.bound,
                gap_pct(one.best, one.bound),
                one.status,
                one.witness,
            )
            for stage, one, value in zip(stages, settled, found, strict=True)
        )
        status: Status = "cancelled" if cancelled else "feasible"
        if all(one.status == "optimal" for one in settled):
            status = "optimal"
        plan = Plan(status, stages=results, tie=tie, spent_s=self._spent_s)
        return described(self.problem, chosen, plan)


@dataclass(frozen=True)
class _Settled:
    """A goal at its turn: the plan's worth, what no plan exceeds, what later goals must keep."""

    best: float
    bound: float
    kept: float
    status: Status
    witness: tuple[int, ...] = ()


def _least(best: float, stage: Stage) -> float:
    """Return what later goals must keep of residents reached."""
    return lock(Goal(np.empty(0), 0.0, maximise=True), best, stage.give_pct)[0]


def _reasons(problem: Problem) -> tuple[str, ...]:
    allowed = eligible(problem)
    demand, rules = problem.demand, problem.rules
    reasons = []
    short = [
        t
        for t in rules.targets
        if int(allowed[np.array(sorted(set(t.options)), dtype=np.int64)].sum()) < t.missing
    ]
    if short and not problem.has("most_targets"):
        reasons.append("target_without_option")
    able = newly_reached(problem, np.flatnonzero(allowed)) | demand.reached
    wanted = (rules.reach_pct or 0.0) / 100.0 * math.fsum(demand.weight)
    if math.fsum(demand.weight[able]) < wanted - 1e-6 * max(wanted, 1.0):
        reasons.append("unreachable")
    return tuple(reasons) or ("rules_conflict",)


def _without_idle(
    problem: Problem, chosen: IntArray, allowed: Callable[[IntArray], bool]
) -> IntArray:
    """Leave out what adds nothing to any goal and is asked for by no rule, the dearest first."""
    busy = problem.options.must[chosen]
    if problem.has("most_reached") and not problem.seats:
        # What alone reaches somebody adds to that goal: the others are looked at one by one.
        covers = problem.covers
        times = times_covered(problem, chosen)
        gone = (times == 1) & (problem.demand.weight > 0) & ~problem.demand.reached
        alone = covers.near & gone[covers.home]
        busy = busy | np.isin(chosen, covers.option[alone])
    order = np.argsort(-problem.options.first_year_yen[chosen], kind="stable")
    worth = values(problem, chosen) if not busy.all() else ()
    for option in chosen[order[~busy[order]]]:
        fewer = chosen[chosen != option]
        if broken_rules(problem, fewer) or not allowed(fewer):
            continue
        left = values(problem, fewer)
        if _as_good(problem, left, worth):
            chosen, worth = fewer, left
    return chosen


def _as_good(problem: Problem, now: tuple[float, ...], before: tuple[float, ...]) -> bool:
    """Say whether no goal is worth less, but for the arithmetic of who sits where."""
    slack = 1e-6 if problem.seats else 0.0
    signs = [-1.0 if stage.objective in LEAST else 1.0 for stage in problem.stages]
    return all(s * (n - b) >= -slack for s, n, b in zip(signs, now, before, strict=True))
