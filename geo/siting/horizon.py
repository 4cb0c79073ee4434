"""
The model over several years: one model of a plan for each year, tied by time and money.

What is open stays open; each year's money pays its openings and the yearly ceilings of all that is
open. Rules of a plan hold in the last year; as nothing ever closes, those that limit it (so many, one
of a place, one of an owner, so far apart) hold in every year before.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from geo.arrays import FloatArray, IntArray
from geo.errors import InvalidInputError
from geo.siting.checks import YEN_TOLERANCE
from geo.siting.goals import Goal, goal
from geo.siting.model import YEN_PER_UNIT, Model, Sheet, build, one_of
from geo.siting.patterns import Patterns
from geo.siting.problem import BoolArray, Problem, Rules

NEVER = -1


@dataclass(frozen=True, eq=False)
class Years:
    """
    The years of a plan, and what each has.

    Attributes
    ----------
    budgets_yen
        For each year: what pays its openings and the yearly ceilings of all that is open in it.
    carry
        Whether money that a year leaves is there in the next.
    visits
        At most so many options open in a year: somebody must be there at each start.
    first
        (n,) options that go first, such as those that councils adopted; those that must open always
        do. ``None`` is none.
    """

    budgets_yen: Sequence[float]
    carry: bool = False
    visits: int | None = None
    first: BoolArray | None = None

    def __len__(self) -> int:
        return len(self.budgets_yen)

    @cached_property
    def money_yen(self) -> FloatArray:
        """(t,) what all that is paid in a year, or with ``carry`` until it ends, may come to."""
        budgets = np.array(self.budgets_yen, dtype=float)
        return np.cumsum(budgets) if self.carry else budgets

    def spent_yen(self, problem: Problem, chosen: IntArray, year: IntArray) -> FloatArray:
        """
        Return what each year pays.

        Parameters
        ----------
        problem
            What options cost.
        chosen, year
            (c,) positions of options, and the year in which each opens, 0 the first.

        Returns
        -------
        (t,) yen: openings of the year and yearly ceilings of all that is open in it.
        """
        options = problem.options
        spent = np.zeros(len(self))
        for t in range(len(self)):
            opened = [*options.opening_yen[chosen[year == t]], *options.cost_yen[chosen[year <= t]]]
            spent[t] = math.fsum(opened)
        return spent

    def due_yen(self, spent_yen: FloatArray) -> FloatArray:
        """Return (t,) what ``money_yen`` is compared with."""
        return np.cumsum(spent_yen) if self.carry else spent_yen

    def goes_first(self, problem: Problem) -> BoolArray:
        """(n,) options that open as early as can be, before residents are counted."""
        must = problem.options.must
        return must if self.first is None else must | (self.first & ~problem.options.must_not)


def check_years(problem: Problem, years: Years) -> None:
    """
    Refuse years that no plan can be made for.

    Parameters
    ----------
    problem, years
        The question.

    Raises
    ------
    InvalidInputError
        No year, a budget below 0, no visit, a rule or a goal that is not offered over years, costs that
        are not known.
    """
    budgets = np.array(years.budgets_yen, dtype=float)
    if budgets.size == 0 or not (budgets >= 0).all() or not np.isfinite(budgets).all():
        raise InvalidInputError("Give a budget of ¥0 or more for each year.")
    if years.visits is not None and years.visits < 1:
        raise InvalidInputError(
            "Let at least one place open in a year, or give no number of visits."
        )
    if problem.seats:
        raise InvalidInputError("Seats are not counted over years: leave out the participation.")
    if problem.rules.budget_yen is not None:
        raise InvalidInputError("Each year has its own budget: give no other one beside them.")
    allowed = ~problem.options.must_not
    unknown = np.flatnonzero(allowed & np.isnan(problem.options.first_year_yen))
    if unknown.size:
        raise InvalidInputError(
            "What candidate {key} costs is not known: without it there is no budget and no "
            "cheapest plan.",
            key=problem.options.key[unknown[0]],
        )


@dataclass(frozen=True, eq=False)
class Horizon:
    """
    All years as columns and rows.

    Attributes
    ----------
    blocks
        The model of each year; its columns begin at ``column``, its rows at ``row`` of the whole.
    open_by
        (t, k) columns: whether an option of the patterns is open in a year.
    chain
        (t - 1, k) rows: what is open in a year is open in the next.
    place
        (k,) rows: one option of a place alone; -1 for the only one of its place.
    money, visit
        Rows of what is paid, and of how many open, in each year.
    """

    problem: Problem
    years: Years
    patterns: Patterns
    sheet: Sheet
    blocks: list[Model]
    column: list[int]
    row: list[int]
    open_by: IntArray
    chain: IntArray
    place: IntArray
    money: IntArray
    visit: IntArray

    def resident_years(self) -> Goal:
        """Residents newly reached, added up over the years."""
        cost = np.zeros(self.sheet.columns_n)
        for block, begin in zip(self.blocks, self.column, strict=True):
            own = goal(block, "most_reached").cost
            cost[begin : begin + len(own)] = own
        return Goal(cost, 0.0, maximise=True)

    def years_open(self) -> Goal | None:
        """Years for which what goes first is open, added up; none where nothing does."""
        goes = self.years.goes_first(self.problem)[self.patterns.option]
        cost = np.zeros(self.sheet.columns_n)
        cost[self.open_by[:, goes]] = 1.0
        return Goal(cost, 0.0, maximise=True) if goes.any() else None

    def hold(self, years_n: int) -> None:
        """Let what goes first be open for so many years at least, added up, in all that follows."""
        aim = self.years_open()
        if aim is not None:
            self.sheet.row(np.flatnonzero(aim.cost), 1.0, lower=float(years_n))

    def year_of(self, columns: FloatArray) -> IntArray:
        """Return (k,) the year in which each option of the patterns opens, -1 for never."""
        state = columns[self.open_by] > 0.5  # noqa: PLR2004  a whole number, as a float
        return np.where(state.any(axis=0), state.argmax(axis=0), NEVER)


def over_years(problem: Problem, years: Years, patterns: Patterns) -> Horizon:
    """
    Put the model over all years together.

    Parameters
    ----------
    problem, years
        Checked by ``check_years``.
    patterns
        Of the problem, with every option that goes first.
    """
    sheet = Sheet()
    blocks, columns, rows = [], [], []
    for year in range(len(years)):
        last = year == len(years) - 1
        block = build(_in_year(problem, last=last), patterns)
        columns.append(sheet.columns_n)
        rows.append(sheet.rows_n)
        sheet.append(block.sheet)
        blocks.append(block)
    kept = patterns.option
    open_by = np.array(
        [block.chosen + begin for block, begin in zip(blocks, columns, strict=True)]
    ).reshape(len(years), len(kept))
    each = np.arange(len(kept))
    chain = []
    for before, now in itertools.pairwise(open_by):
        chain.append(sheet.rows_n + each)
        sheet.rows([(each, now, 1.0), (each, before, -1.0)], n=len(each), lower=0.0)
    place = one_of(sheet, problem.options.place[kept], open_by[-1])
    money = sheet.rows_n + np.arange(len(years))
    _money(sheet, problem, years, open_by, kept)
    visit = sheet.rows_n + np.arange(len(years) if years.visits is not None else 0)
    if years.visits is not None:
        for year, now in enumerate(open_by):
            before = open_by[year - 1] if year else now[:0]
            column = np.concatenate([now, before])
            sign = np.where(np.arange(len(column)) < len(now), 1.0, -1.0)
            sheet.row(column, sign, upper=float(years.visits))
    return Horizon(
        problem,
        years,
        patterns,
        sheet,
        blocks,
        columns,
        rows,
        open_by,
        np.array(chain, dtype=np.int64).reshape(len(years) - 1, len(kept)),
        place,
        money,
        visit,
    )


def _in_year(problem: Problem, *, last: bool) -> Problem:
    """Return the problem of a year: all that ties it is tied in the last one, places apart from it."""
    n = len(problem.options)
    options = replace(problem.options, place=np.full(n, -1))
    if last:
        return replace(problem, options=options)
    return replace(problem, options=replace(options, must=np.zeros(n, dtype=bool)), rules=Rules())


def _money(sheet: Sheet, problem: Problem, years: Years, open_by: IntArray, kept: IntArray) -> None:
    """Let each year's money, or all money until then, pay for openings and what is open."""
    opening = problem.options.opening_yen[kept] / YEN_PER_UNIT
    yearly = problem.options.cost_yen[kept] / YEN_PER_UNIT
    for year, money_yen in enumerate(years.money_yen):
        value = np.zeros((year + 1, len(kept)))
        value[year] = yearly + opening
        if years.carry:
            value[:year] = yearly
        elif year:
            value[year - 1] = -opening
        sheet.row(
            open_by[: year + 1].ravel(),
            value.ravel(),
            upper=(money_yen + YEN_TOLERANCE) / YEN_PER_UNIT,
        )
