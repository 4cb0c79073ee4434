"""Which option opens in which year, within the budget of each."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from geo.arrays import FloatArray, IntArray
from geo.errors import InvalidInputError
from geo.siting.checks import YEN_TOLERANCE, check, eligible
from geo.siting.goals import Goal
from geo.siting.model import YEN_PER_UNIT, Sheet
from geo.siting.patterns import Patterns, boil
from geo.siting.plans import Plan
from geo.siting.problem import Problem
from geo.siting.solver import Search, Solver, gap_pct


def order_of_opening(
    problem: Problem, budgets_yen: Sequence[float], *, plan: Plan | None = None
) -> pd.DataFrame:
    """
    Say what comes next, and next, as far as each year's budget goes.

    Each step takes the option that newly reaches most of those that the year can pay for and every
    later year can keep up: exact for "as one more, what next?". ``best_years`` looks at all years
    at once.

    Parameters
    ----------
    problem
        Rules of place, owner and distance hold; its own budget and number do not, nor do options that
        must open go first: a ``plan`` has them in it.
    budgets_yen
        For each year: openings of that year and yearly ceilings of all that is open.
    plan
        Only options of this plan; all options by default.

    Returns
    -------
    In order: ``year`` (from 0), ``option``, ``newly_reached``, ``reached_after`` (residents,
    existing places included), ``opening_yen``, ``yearly_yen``, ``year_yen_after`` (the year's
    ceiling so far).
    """
    check(problem)
    options, demand = problem.options, problem.demand
    budgets = _checked(budgets_yen)
    free = eligible(problem)
    if plan is not None:
        free &= np.isin(np.arange(len(options)), plan.positions)
    matrix = problem.covers.matrix()
    left = np.where(demand.reached, 0.0, demand.weight)
    by_key = np.argsort(options.key, kind="stable")
    reached = math.fsum(demand.weight[demand.reached])
    spent = np.zeros(len(budgets))
    rows = []
    for year in range(len(budgets)):
        while True:
            room = budgets[year] - spent[year]
            later = np.min(budgets[year:] - spent[year:])
            able = free & (options.first_year_yen <= room + YEN_TOLERANCE)
            able &= options.cost_yen <= later + YEN_TOLERANCE
            gain = np.where(able, matrix @ left, 0.0)[by_key]
            if not gain.size or gain.max() <= 0:
                break
            option = int(by_key[np.argmax(gain > gain.max() - 1e-9)])
            spent[year:] += options.cost_yen[option]
            spent[year] += options.opening_yen[option]
            reached += float(gain.max())
            rows.append(
                (
                    *(year, option, float(gain.max()), reached),
                    *(options.opening_yen[option], options.cost_yen[option], spent[year]),
                )
            )
            left[matrix.indices[matrix.indptr[option] : matrix.indptr[option + 1]]] = 0.0
            free &= _beside(problem, option)
    columns = ["year", "option", "newly_reached", "reached_after"]
    columns += ["opening_yen", "yearly_yen", "year_yen_after"]
    return pd.DataFrame(rows, columns=columns)


def _checked(budgets_yen: Sequence[float]) -> FloatArray:
    budgets = np.array(budgets_yen, dtype=float)
    if budgets.size == 0 or not (budgets >= 0).all():
        raise InvalidInputError("Give a budget of ¥0 or more for each year.")
    return budgets


def _beside(problem: Problem, option: int) -> np.ndarray:
    """Return (n,) the options that may still open beside one."""
    options, rules = problem.options, problem.rules
    free = np.ones(len(options), dtype=bool)
    free[option] = False
    for label, counts in ((options.place, True), (options.owner, rules.one_per_owner)):
        if counts and label[option] >= 0:
            free &= label != label[option]
    if rules.apart_m is not None:
        free &= np.hypot(*(options.xy - options.xy[option]).T) >= rules.apart_m - 1e-6
    return free


def best_years(
    problem: Problem,
    budgets_yen: Sequence[float],
    *,
    plan: Plan,
    search: Search = Search(),  # noqa: B008  frozen
) -> tuple[IntArray, float]:
    """
    Open the options of a plan over the years so that most resident-years are reached.

    What is open stays open. Exact over all years at once, where ``order_of_opening`` takes the best
    next step.

    Parameters
    ----------
    problem, plan
        The question and its answer; only the answer's options are looked at.
    budgets_yen
        For each year: openings of that year and yearly ceilings of all that is open.
    search
        As for a plan.

    Returns
    -------
    For each of ``plan.chosen`` the year in which it opens (-1: never), and the gap in per cent.
    """
    budgets = _checked(budgets_yen)
    chosen = plan.positions
    others = np.ones(len(problem.options), dtype=bool)
    others[chosen] = False
    patterns = boil(_only(problem, others), every_plan=True)
    sheet = Sheet()
    years = len(budgets)
    open_by = [sheet.columns(len(patterns.option), integer=True) for _ in range(years)]
    cost = [_year(sheet, problem, patterns, open_by[: t + 1], budgets[t]) for t in range(years)]
    sheet.columns(1, upper=0.0, integer=True)
    total = np.zeros(sheet.columns_n)
    for column, weight in cost:
        np.add.at(total, column, weight)
    outcome = Solver(sheet, search).optimise(Goal(total, 0.0, maximise=True), 0, None)
    year = np.full(len(chosen), -1)
    if outcome.columns is None:
        return year, 100.0
    state = np.array([outcome.columns[columns] for columns in open_by]) > 0.5  # noqa: PLR2004
    when = np.where(state.any(axis=0), state.argmax(axis=0), -1)
    rank = {int(option): int(t) for option, t in zip(patterns.option, when, strict=True)}
    years_of = np.array([rank.get(int(option), -1) for option in chosen], dtype=np.int64)
    return years_of, gap_pct(outcome.value, outcome.bound)


def _only(problem: Problem, others: np.ndarray) -> Problem:
    """Return the problem without other options and rules that speak of a whole plan."""
    options = replace(
        problem.options, must_not=problem.options.must_not | others, place=np.arange(len(others))
    )
    return replace(problem, options=options)


def _year(
    sheet: Sheet,
    problem: Problem,
    patterns: Patterns,
    open_by: list[IntArray],
    budget_yen: float,
) -> tuple[IntArray, FloatArray]:
    """Add a year: what was open stays open, the budget, and whom it reaches."""
    options = problem.options
    now = open_by[-1]
    opening = options.opening_yen[patterns.option] / YEN_PER_UNIT
    yearly = options.cost_yen[patterns.option] / YEN_PER_UNIT
    column, value = now, yearly + opening
    if len(open_by) > 1:
        before, each = open_by[-2], np.arange(len(now))
        sheet.rows([(each, now, 1.0), (each, before, -1.0)], n=len(now), lower=0.0)
        column, value = np.concatenate([now, before]), np.concatenate([value, -opening])
    sheet.row(column, value, upper=(budget_yen + YEN_TOLERANCE) / YEN_PER_UNIT)
    reach = sheet.columns(patterns.groups_n)
    use = patterns.near & (patterns.reached_n[patterns.group] == 0)
    groups = np.arange(patterns.groups_n)
    sheet.rows(
        [(patterns.group[use], now[patterns.member[use]], 1.0), (groups, reach, -1.0)],
        n=patterns.groups_n,
        lower=0.0,
    )
    return reach, patterns.weight
