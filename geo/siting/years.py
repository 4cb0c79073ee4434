"""
Which place opens in which year: one plan over several years, proven as a whole.

The goal is resident-years: residents newly reached, added up over the years. Before it counts how long
what goes first (must-haves, what councils adopted) is open. That is a goal and no rule: where money pays
for one of two at first, a rule "in the first year that can pay for it" would not say which.
"""

import copy
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from geo.arrays import FloatArray, IntArray
from geo.errors import BrokenModelError
from geo.siting.checks import YEN_TOLERANCE, check, eligible
from geo.siting.horizon import NEVER, Horizon, Years, check_years, over_years
from geo.siting.model import Sheet
from geo.siting.patterns import Patterns, boil
from geo.siting.plans import EQUAL, Plan, StageResult, described
from geo.siting.prices import Market, Prices, Settled, proven, settled, what_prices_prove
from geo.siting.problem import BoolArray, Problem, Stage
from geo.siting.recheck import broken_rules
from geo.siting.solver import Incumbent, Search, Solver, Status, gap_pct
from geo.siting.turns import DRAWS_N, empty_board, exchange, fill, put, turns_of

RESIDENT_YEARS = "resident_years"
SMALL_N = 800
"""Models with fewer columns go to the solver at once."""
GREEDY_EXCHANGES_N, EXCHANGES_N = 2_000, 10_000
ROUNDS_N = 5
"""Exchanges before and after prices are known; the latter as often, cancel being asked between."""
TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class YearsPlan:
    """
    A plan over years.

    Attributes
    ----------
    plan
        What is open in the last year; its one goal is ``resident_years``.
    year
        For each of ``plan.chosen`` the year in which it opens, 0 the first.
    openings
        A row an opening, by year, within it by what each newly reaches: ``year``, ``option``,
        ``newly_reached``, ``opening_yen``, ``yearly_yen``.
    table
        A row a year: ``year``, ``opened_n``, ``budget_yen``, ``brought_yen`` (carried from before),
        ``opening_yen``, ``yearly_yen`` (of all that is open), ``spent_yen``, ``left_yen``,
        ``newly_reached`` (by what opens in it), ``reached_after``, ``resident_years`` (up to its
        end), ``why``, of a year in which nothing opens: ``money`` does not pay for any place that is
        left, or not for its ``upkeep`` in later years, or it is ``kept`` for them; ``rules`` allow none;
        or there is ``nothing``: nobody is left whom a place would newly reach.
    prices, certified
        Prices, and what no plan exceeds by them alone: ``certified_bound`` reckons it anew. None and
        infinite where no plan was found.
    """

    plan: Plan
    year: tuple[int, ...]
    openings: tuple[Mapping[str, Any], ...]
    table: tuple[Mapping[str, Any], ...]
    prices: Prices | None = None
    certified: float = np.inf


def certified_bound(
    problem: Problem, years: Years, prices: Prices, chosen: IntArray, year: IntArray
) -> float:
    """
    Reckon anew, without a solver, what no plan over years exceeds.

    Parameters
    ----------
    problem, years
        The question.
    prices
        Any prices: worse ones prove less, never something wrong.
    chosen, year
        The plan: positions of its options, and the years in which they open. No plan counts in which
        what goes first is open for fewer years than here.

    Returns
    -------
    Resident-years; infinite where the prices are not of this question.
    """
    problem = replace(problem, stages=(Stage("most_reached"),))
    horizon = over_years(problem, years, _patterns(problem, years))
    goes = years.goes_first(problem)[chosen]
    horizon.hold(int((len(years) - year[goes]).sum()))
    market = Market.of(horizon, horizon.resident_years())
    kinds_n = 0 if market.means is None else market.means.counts.shape[1]
    shapes = (market.group_column.shape, market.rest.shape, (kinds_n, len(years)))
    if shapes != (prices.share.shape, prices.row.shape, prices.opening.shape):
        return np.inf
    return proven(market, what_prices_prove(market, prices))


def plan_years(
    problem: Problem,
    years: Years,
    search: Search = Search(),  # noqa: B008  frozen
) -> YearsPlan:
    """
    Find the best plan over years.

    Rules of number, targets and share hold in the last year; those of place, owner and distance in
    every year; each year's money and visits in that year.

    Parameters
    ----------
    problem
        Options, demand, who covers whom, rules without a budget; its goals do not count.
    years
        Budgets, whether they carry, visits, what goes first.
    search
        As for a plan.

    Returns
    -------
    The plan of the last year, when each option opens, and what each year brings.

    Raises
    ------
    InvalidInputError
        No plan can be made from such input.
    BrokenModelError
        The plan found does not hold when recomputed: an error of ours.
    """
    problem = replace(problem, stages=(Stage("most_reached"),))
    check_years(problem, years)
    check(problem)
    return _Session(problem, years, search).answer()


def resident_years(problem: Problem, chosen: IntArray, year: IntArray, years_n: int) -> float:
    """Return the residents newly reached, added up over the years, from walks and residents alone."""
    first = _first_year(problem, chosen, year, years_n)
    return math.fsum(
        np.where(problem.demand.reached, 0.0, problem.demand.weight) * (years_n - first)
    )


def broken_over_years(
    problem: Problem, years: Years, chosen: IntArray, year: IntArray
) -> tuple[str, ...]:
    """
    Return the names of the rules that a plan over years breaks.

    Parameters
    ----------
    problem, years
        The question.
    chosen, year
        Positions of options, and the years in which they open.

    Returns
    -------
    Names of rules; ``years_yen`` of money, ``visits`` of starts.
    """
    paid = years.due_yen(years.spent_yen(problem, chosen, year))
    opened = np.bincount(year, minlength=len(years))
    broken = {
        "years_yen": bool((paid > years.money_yen + 10 * YEN_TOLERANCE).any()),
        "visits": years.visits is not None and bool((opened > years.visits).any()),
    }
    found = tuple(name for name, is_broken in broken.items() if is_broken)
    return (*broken_rules(problem, chosen), *found)


def _first_year(problem: Problem, chosen: IntArray, year: IntArray, years_n: int) -> IntArray:
    """Return (h,) the first year in which a chosen option covers each home, ``years_n`` for none."""
    opens = np.full(len(problem.options), years_n)
    opens[chosen] = year
    covers = problem.covers
    first = np.full(covers.homes_n, years_n)
    use = covers.near & (opens[covers.option] < years_n)
    np.minimum.at(first, covers.home[use], opens[covers.option[use]])
    return first


def _patterns(problem: Problem, years: Years) -> Patterns:
    """Return the patterns; an option that another one replaces goes, where that is as cheap every year."""
    options = problem.options
    named = replace(problem, options=replace(options, must=years.goes_first(problem)))
    pairs = np.unique(np.column_stack([options.first_year_yen, options.cost_yen]), axis=0)
    both_rise = bool((np.diff(pairs[:, 1]) >= 0).all()) and len(np.unique(pairs[:, 0])) == len(
        pairs
    )
    return boil(named, every_plan=not both_rise)


class _Session:
    """One question over years, on its way to an answer."""

    def __init__(self, problem: Problem, years: Years, search: Search) -> None:
        self.problem, self.years, self.search = problem, years, search
        self.began_s = time.monotonic()
        self.patterns = _patterns(problem, years)
        self.horizon: Horizon = over_years(problem, years, self.patterns)
        self.aim = self.horizon.resident_years()
        self.spent_s = 0.0
        self.best: IntArray | None = None
        self.found: Settled | None = None
        self.value, self.bound = -np.inf, np.inf
        self.size = 1.0 + len(years) * math.fsum(problem.demand.weight)

    def answer(self) -> YearsPlan:
        """Settle what goes first, then resident-years."""
        first = self._first_things()
        if isinstance(first, str):
            return self._none(first)
        status: Status = "feasible"
        if self.horizon.sheet.columns_n >= SMALL_N:
            self.found = self._by_prices(first)
        if self._is_cancelled():
            status = "cancelled"
        elif self.best is None or gap_pct(self.value, self.bound) > self.search.gap_pct:
            status = self._by_solver(self.found)
        if self.best is None:
            return self._none(status)
        return self._plan(status)

    def _left_s(self) -> float | None:
        if self.search.time_s is None:
            return None
        return max(self.search.time_s - (time.monotonic() - self.began_s), 0.0)

    def _is_cancelled(self) -> bool:
        return self.search.cancel is not None and self.search.cancel()

    def _is_over(self) -> bool:
        return self._is_cancelled() or self._left_s() == 0.0

    def _first_things(self) -> IntArray | Status:
        """
        Settle for how long what goes first is open, and hold all that follows to it.

        Returns (k,) the years in which such options open, -1 for all others.
        """
        aim = self.horizon.years_open()
        if aim is None:
            return np.full(len(self.patterns.option), NEVER)
        solver = Solver(self.horizon.sheet, replace(self.search, gap_pct=0.0, progress=None))
        outcome = solver.optimise(aim, 0, None, quiet=True)
        self.spent_s += solver.spent_s
        if outcome.columns is None:
            return outcome.status
        year = self.horizon.year_of(outcome.columns)
        self.horizon.hold(int(np.round(outcome.columns[aim.cost > 0].sum())))
        goes = self.years.goes_first(self.problem)[self.patterns.option]
        return np.where(goes, year, NEVER)

    def _by_prices(self, first: IntArray) -> Settled:
        """Find a bound, and a plan that is near it."""
        market = self._market()
        years_n = len(self.years)
        free = np.zeros((len(self.patterns.option), years_n))
        self._exchange(market, free, first, GREEDY_EXCHANGES_N, 1)
        found = settled(market, max(self.value, 0.0), over=self._is_over)
        self.bound = min(self.bound, found.bound)
        self._exchange(market, found.price, first, EXCHANGES_N, ROUNDS_N)
        return found

    def _market(self) -> Market:
        return Market.of(self.horizon, self.aim)

    def _exchange(
        self, market: Market, price: FloatArray, first: IntArray, exchanges_n: int, rounds_n: int
    ) -> None:
        """Fill a board at these prices and exchange openings on it; what goes first stays."""
        turns = turns_of(market, price)
        board = empty_board(turns)
        stays = first != NEVER
        for option in np.flatnonzero(stays).tolist():
            put(turns, board, option, int(first[option]))
        if not fill(turns, board)[1]:
            return
        for seed in range(rounds_n):
            self._offer(board.year)
            if self._is_over() or gap_pct(self.value, self.bound) <= self.search.gap_pct:
                return
            draws = np.random.default_rng(seed).random((exchanges_n, DRAWS_N))
            exchange(turns, board, stays, draws)
        self._offer(board.year)

    def _offer(self, year: IntArray) -> None:
        """Keep a plan if it is the best so far and keeps to all rules."""
        chosen, when = self._chosen(year)
        value = resident_years(self.problem, chosen, when, len(self.years))
        if value > self.value and not broken_over_years(self.problem, self.years, chosen, when):
            self.best, self.value = year.copy(), value
            self._tell(value, self.bound)

    def _chosen(self, year: IntArray) -> tuple[IntArray, IntArray]:
        opens = year != NEVER
        return self.patterns.option[opens], year[opens]

    def _tell(self, value: float, bound: float) -> None:
        if self.search.progress is not None and self.best is not None:
            chosen = tuple(self._chosen(self.best)[0].tolist())
            gap = gap_pct(value, bound)
            self.search.progress(Incumbent(0, value, bound, gap, chosen))

    def _report(self, so_far: Incumbent, columns: FloatArray | None) -> None:
        if columns is not None:
            self._offer(self.horizon.year_of(columns))
        self._tell(self.value, min(self.bound, so_far.bound))

    def _by_solver(self, found: Settled | None) -> Status:
        """Let the solver look at what prices leave open."""
        sheet = self.horizon.sheet
        if found is not None:
            sheet = _narrowed(self.horizon, found, self.value)
        search = replace(self.search, time_s=self._left_s())
        solver = Solver(sheet, search, self._report if search.progress else None)
        outcome = solver.optimise(self.aim, 0, self._start())
        self.spent_s += solver.spent_s
        if outcome.columns is not None:
            self._offer(self.horizon.year_of(outcome.columns))
        elif outcome.status == "infeasible" and self.best is None:
            return "infeasible"
        if np.isfinite(outcome.bound):
            self.bound = max(min(self.bound, outcome.bound), self.value)
        if outcome.status == "optimal" and self.bound - self.value <= EQUAL * self.size:
            self.bound = self.value  # what is left between the two is the solver's arithmetic
        if outcome.status == "cancelled":
            return "cancelled"
        return "unknown" if self.best is None else "feasible"

    def _start(self) -> tuple[IntArray, FloatArray] | None:
        if self.best is None:
            return None
        horizon, years = self.horizon, np.arange(len(self.years))
        state = (self.best != NEVER) & (years[:, None] >= self.best)
        used = np.zeros((len(years), self.patterns.sites_n))
        for year in years.tolist():
            used[year, self.patterns.site[state[year]]] = 1.0
        site = np.array([block.site for block in horizon.blocks])
        site += np.array(horizon.column)[:, None]
        columns, at = np.unique(
            np.concatenate([horizon.open_by.ravel(), site.ravel()]), return_index=True
        )
        return columns, np.concatenate([state.ravel().astype(float), used.ravel()])[at]

    def _plan(self, status: Status) -> YearsPlan:
        assert self.best is not None  # noqa: S101  those without a plan went another way
        found = self.found or settled(self._market(), self.value, over=self._is_over)
        chosen, year = self._without_idle(*self._chosen(self.best))
        order = np.argsort(self.problem.options.key[chosen], kind="stable")
        chosen, year = chosen[order], year[order]
        value = resident_years(self.problem, chosen, year, len(self.years))
        broken = broken_over_years(self.problem, self.years, chosen, year)
        if broken or value < self.value - TOLERANCE or value > self.bound + EQUAL * self.size:
            raise BrokenModelError(
                "The plan found does not hold when recomputed ({names}): please report this.",
                names=list(broken) or [RESIDENT_YEARS],
            )
        bound = max(self.bound, value)
        gap = gap_pct(value, bound)
        if gap == 0.0:
            status = "optimal"
        stage = StageResult(RESIDENT_YEARS, value, value, bound, gap, status)
        plan = Plan(status, stages=(stage,), spent_s=self.spent_s)
        told = told_by_year(self.problem, self.years, described(self.problem, chosen, plan), year)
        return replace(told, prices=found.prices, certified=proven(self._market(), found))

    def _without_idle(self, chosen: IntArray, year: IntArray) -> tuple[IntArray, IntArray]:
        """Leave out what adds nothing in any year and is asked for by no rule, the dearest first."""
        years_n = len(self.years)
        goes = self.years.goes_first(self.problem)
        order = np.argsort(-self.problem.options.first_year_yen[chosen], kind="stable")
        value = resident_years(self.problem, chosen, year, years_n)
        for option in chosen[order[self._is_idle(chosen, year)[order]]]:
            stays = chosen != option
            fewer = resident_years(self.problem, chosen[stays], year[stays], years_n)
            if (
                not goes[option]
                and fewer >= value
                and not broken_rules(self.problem, chosen[stays])
            ):
                chosen, year = chosen[stays], year[stays]
        return chosen, year

    def _is_idle(self, chosen: IntArray, year: IntArray) -> BoolArray:
        """Say of each option whether no home is reached by it alone, or by it first."""
        problem, covers = self.problem, self.problem.covers
        first = _first_year(problem, chosen, year, len(self.years))
        opens = np.full(len(problem.options), len(self.years))
        opens[chosen] = year
        counts = (problem.demand.weight > 0) & ~problem.demand.reached
        use = covers.near & (opens[covers.option] < len(self.years)) & counts[covers.home]
        use &= opens[covers.option] == first[covers.home]
        alone = np.bincount(covers.home[use], minlength=covers.homes_n) == 1
        return ~np.isin(chosen, covers.option[use & alone[covers.home]])

    def _none(self, status: Status) -> YearsPlan:
        demand = self.problem.demand
        plan = Plan(
            status,
            residents=math.fsum(demand.weight),
            reached=math.fsum(demand.weight[demand.reached]),
            reasons=("rules_conflict",) if status == "infeasible" else (),
            spent_s=self.spent_s,
        )
        return told_by_year(self.problem, self.years, plan, np.empty(0, dtype=np.int64))


def _narrowed(horizon: Horizon, found: Settled, value: float) -> Sheet:
    """Return the model without what no plan better than one that is known does, by its prices."""
    sheet = copy.copy(horizon.sheet)
    if found.cut is not None:
        sheet.entries, sheet.row_upper = list(sheet.entries), list(sheet.row_upper)
        sheet.row_lower = list(sheet.row_lower)
        sheet.row(horizon.open_by.T.ravel(), found.cut[0].ravel(), upper=found.cut[1])
    if not np.isfinite(value):
        return sheet
    out = found.bound - found.loss < value - TOLERANCE * max(abs(value), 1.0)
    upper = np.concatenate(sheet.upper)
    upper[horizon.open_by[np.logical_and.accumulate(out.T, axis=0)]] = 0.0
    sheet.upper = [upper]
    row_upper = np.concatenate(sheet.row_upper)
    row_upper[horizon.chain[out.T[1:]]] = 0.0
    sheet.row_upper = [row_upper]
    return sheet


def told_by_year(problem: Problem, years: Years, plan: Plan, year: IntArray) -> YearsPlan:
    """
    Add to a plan what each year brings.

    Parameters
    ----------
    problem, years
        The question.
    plan, year
        What is open in the last year, and the year in which each of ``plan.chosen`` opens.

    Returns
    -------
    The plan with its tables, without prices.
    """
    demand, options = problem.demand, problem.options
    chosen, rows, openings = plan.positions, [], []
    today_n = math.fsum(demand.weight[demand.reached])
    spent = years.spent_yen(problem, chosen, year)
    money = years.money_yen
    total, brought = 0.0, 0.0
    matrix = problem.covers.matrix()
    left = np.where(demand.reached, 0.0, demand.weight)
    for t, budget in enumerate(years.budgets_yen):
        before_n = math.fsum(left)
        mine = chosen[year == t].tolist()
        for option in list(mine):
            gain = matrix[mine] @ left
            best = mine.pop(int(np.argmax(gain > gain.max() - 1e-9)))
            homes = matrix.indices[matrix.indptr[best] : matrix.indptr[best + 1]]
            newly = math.fsum(left[homes])
            left[homes] = 0.0
            openings.append((t, best, newly, options.opening_yen[best], options.cost_yen[best]))
            del option
        newly = before_n - math.fsum(left)
        so_far = math.fsum(np.where(demand.reached, 0.0, demand.weight)) - math.fsum(left)
        total += so_far
        rest = float(money[t] - years.due_yen(spent)[t])
        why = "" if (year == t).any() else _why(problem, years, plan, year, t)
        opening = math.fsum(options.opening_yen[chosen[year == t]])
        yearly = math.fsum(options.cost_yen[chosen[year <= t]])
        rows.append(
            (
                *(t, int((year == t).sum()), float(budget), brought, opening, yearly),
                *(spent[t], rest, newly, today_n + so_far, total, why),
            )
        )
        brought = rest if years.carry else 0.0
    names = ["year", "opened_n", "budget_yen", "brought_yen", "opening_yen", "yearly_yen"]
    names += ["spent_yen", "left_yen", "newly_reached", "reached_after", "resident_years", "why"]
    told = ["year", "option", "newly_reached", "opening_yen", "yearly_yen"]
    return YearsPlan(
        plan,
        tuple(year.tolist()),
        tuple(dict(zip(told, row, strict=True)) for row in openings),
        tuple(dict(zip(names, row, strict=True)) for row in rows),
    )


def _why(problem: Problem, years: Years, plan: Plan, year: IntArray, now: int) -> str:
    """Say why nothing opens in a year."""
    chosen = plan.positions
    first = _first_year(problem, chosen, year, len(years))
    left = np.where(problem.demand.reached | (first <= now), 0.0, problem.demand.weight)
    able = eligible(problem) & ~np.isin(np.arange(len(problem.options)), chosen[year <= now])
    useful = np.flatnonzero(able & (problem.covers.matrix() @ left > 0))
    if not useful.size:
        return "nothing"
    beside = [
        option
        for option in useful.tolist()
        if option in chosen or not broken_rules(problem, np.sort(np.append(chosen, option)))
    ]
    if not beside:
        return "rules"
    open_now, since = chosen[year <= now], year[year <= now]
    able_to_start = False
    for option in beside:
        spent = years.spent_yen(problem, np.append(open_now, option), np.append(since, now))
        paid = years.due_yen(spent) <= years.money_yen + YEN_TOLERANCE
        if paid.all():
            return "kept"
        able_to_start = able_to_start or bool(paid[: now + 1].all())
    return "upkeep" if able_to_start else "money"
