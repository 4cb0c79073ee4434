"""
The mixed-integer model of a problem, sparse: columns and rows.

x_i (an option is chosen) are the only decisions; that a group of homes is reached follows from
them. After:

* MCLP: Church & ReVelle 1974, Papers of the Regional Science Association 32, 101–118
* LSCP: Toregas, Swain, ReVelle & Bergman 1971, Operations Research 19, 1363–1373
* p-median: Hakimi 1964 (one place), 1965 (p of them), Operations Research 12, 450–459, 13, 462–475;
  as an integer program ReVelle & Swain 1970, Geographical Analysis 2, 30–42
* seats: Current & Storbeck 1988, Environment and Planning B 15, 153–163
* backup: Hogan & ReVelle 1986, Management Science 32, 1434–1444
* worst units: sums of the k smallest, Ogryczak & Tamir 2003, Information Processing Letters 85, 117–122
"""

import math
from dataclasses import dataclass, field

import numpy as np
import scipy

from geo.arrays import FloatArray, IntArray
from geo.siting.checks import YEN_TOLERANCE, eligible, too_near
from geo.siting.homes import improvable, unit_totals
from geo.siting.patterns import Patterns
from geo.siting.problem import BoolArray, Problem, TargetRule

YEN_PER_UNIT = 10_000.0
"""Yen enter the model in units of 1万円: ceilings are multiples of it, and rows stay well scaled."""

REACH_TOLERANCE = 1e-6


class Sheet:
    """Columns and rows of a model while it is put together."""

    def __init__(self) -> None:
        self.lower: list[FloatArray] = []
        self.upper: list[FloatArray] = []
        self.integer: list[BoolArray] = []
        self.columns_n = 0
        self.row_lower: list[FloatArray] = []
        self.row_upper: list[FloatArray] = []
        self.entries: list[tuple[IntArray, IntArray, FloatArray]] = []
        self.rows_n = 0

    def columns(
        self, n: int, *, upper: float | FloatArray = 1.0, integer: bool = False
    ) -> IntArray:
        """Add n columns from 0 to ``upper`` and return their numbers."""
        self.lower.append(np.zeros(n))
        self.upper.append(np.broadcast_to(upper, n).astype(float))
        self.integer.append(np.full(n, integer))
        self.columns_n += n
        return np.arange(self.columns_n - n, self.columns_n)

    def rows(
        self,
        entries: list[tuple[IntArray, IntArray, float | FloatArray]],
        *,
        n: int,
        lower: float | FloatArray = -np.inf,
        upper: float | FloatArray = np.inf,
    ) -> None:
        """Add n rows; an entry is (row 0..n-1, column, coefficient), each an array."""
        for row, column, value in entries:
            values = np.broadcast_to(value, len(column)).astype(float)
            self.entries.append((np.asarray(row) + self.rows_n, column, values))
        self.row_lower.append(np.broadcast_to(lower, n).astype(float))
        self.row_upper.append(np.broadcast_to(upper, n).astype(float))
        self.rows_n += n

    def matrix(self) -> "scipy.sparse.csr_array":
        """Return the (rows, columns) coefficients; those of one cell are added up."""
        empty: tuple[IntArray, IntArray, FloatArray] = (
            np.empty(0, dtype=np.int64),
            np.empty(0, dtype=np.int64),
            np.empty(0),
        )
        row, column, value = (
            np.concatenate(part) for part in zip(empty, *self.entries, strict=True)
        )
        shape = (self.rows_n, self.columns_n)
        return scipy.sparse.csr_array((value, (row, column)), shape=shape)

    def row(
        self,
        column: IntArray,
        value: float | FloatArray,
        *,
        lower: float = -np.inf,
        upper: float = np.inf,
    ) -> None:
        """Add one row."""
        zero = np.zeros(len(column), dtype=np.int64)
        self.rows([(zero, column, value)], n=1, lower=lower, upper=upper)

    def append(self, other: "Sheet") -> None:
        """Add the columns and rows of another one behind the own."""
        self.lower += other.lower
        self.upper += other.upper
        self.integer += other.integer
        self.row_lower += other.row_lower
        self.row_upper += other.row_upper
        self.entries += [
            (row + self.rows_n, column + self.columns_n, value)
            for row, column, value in other.entries
        ]
        self.columns_n += other.columns_n
        self.rows_n += other.rows_n


@dataclass(eq=False)
class Model:
    """
    A problem as columns and rows.

    Attributes
    ----------
    chosen
        (k,) columns of the options in ``patterns.option``.
    site
        (sites,) columns that say whether a site is used.
    sum_of
        (sites,) the row that makes a site of several options their sum, -1 for one of one option.
    reach
        Group, column: the sum of its columns is the share of a group that is newly reached.
    reach_by
        The row of each of them that lets it be 1 where a site is used, -1 where it is the site's column.
    twice
        Group, column: whether a group newly has a backup.
    flow, rest
        (pairs,), (groups,) shares of a group that go to an option, or to what is there today.
    met
        (targets,) columns of targets that are a goal.
    worst
        For each depth: the columns and coefficients of the sum of the shares of the worst units.
    """

    problem: Problem
    patterns: Patterns
    sheet: Sheet
    chosen: IntArray
    site: IntArray
    sum_of: IntArray
    reach: tuple[IntArray, IntArray]
    reach_by: IntArray
    twice: tuple[IntArray, IntArray]
    flow: IntArray
    rest: IntArray
    met: IntArray
    worst: list[tuple[IntArray, FloatArray]] = field(default_factory=list)


def build(problem: Problem, patterns: Patterns) -> Model:
    """Put the model of a problem together; its first rows are those of ``choices``."""
    sheet, _ = choices(problem, patterns)
    chosen = np.arange(len(patterns.option))
    empty = np.empty(0, dtype=np.int64)
    site, sum_of = _sites(sheet, patterns, chosen)
    model = Model(
        problem=problem,
        patterns=patterns,
        sheet=sheet,
        chosen=chosen,
        site=site,
        sum_of=sum_of,
        reach=(empty, empty),
        reach_by=empty,
        twice=(empty, empty),
        flow=empty,
        rest=empty,
        met=empty,
    )
    if problem.seats or problem.has("shortest_walk"):
        _flows(model)
    if problem.has("shortest_longest_walk"):
        _served(model)
    if problem.seats:
        model.reach = _seated(model)
    else:
        group, column, model.reach_by = _covered(model)
        model.reach = (group, column)
    if problem.has("backup"):
        model.twice = _backed_up(model)
    if problem.has("worst_unit_first"):
        _worst(model, max(stage.depth for stage in problem.stages))
    if problem.has("most_targets"):
        model.met = sheet.columns(len(_missing(problem)), integer=True)
        _targets(sheet, problem, patterns, model.met)
    if problem.rules.reach_pct is not None:
        _reach_at_least(model, problem.rules.reach_pct)
    # A column that does nothing: without any, the solver returns no answer at all.
    sheet.columns(1, upper=0.0, integer=True)
    return model


def choices(problem: Problem, patterns: Patterns) -> tuple[Sheet, int]:
    """
    Return a column for each option and the rules that are about options alone.

    The first rows, as many as the number says, are at most so many and one of a place; then at most
    so dear, one of an owner, so far apart, and targets where they are no goal.
    """
    options, rules, kept = problem.options, problem.rules, patterns.option
    sheet = Sheet()
    chosen = sheet.columns(len(kept), integer=True)
    sheet.lower[0] = options.must[kept].astype(float)
    if rules.most is not None:
        sheet.row(chosen, 1.0, upper=float(rules.most))
    one_of(sheet, options.place[kept], chosen)
    first_n = sheet.rows_n
    if rules.budget_yen is not None:
        units = options.first_year_yen[kept] / YEN_PER_UNIT
        sheet.row(chosen, units, upper=(rules.budget_yen + YEN_TOLERANCE) / YEN_PER_UNIT)
    if rules.one_per_owner:
        one_of(sheet, options.owner[kept], chosen)
    if rules.apart_m is not None:
        pairs = too_near(options, kept, rules.apart_m)
        row = np.repeat(np.arange(len(pairs)), 2)
        sheet.rows([(row, chosen[pairs.ravel()], 1.0)], n=len(pairs), upper=1.0)
    if not problem.has("most_targets"):
        _targets(sheet, problem, patterns, np.empty(0, dtype=np.int64))
    return sheet, first_n


def _sites(sheet: Sheet, patterns: Patterns, chosen: IntArray) -> tuple[IntArray, IntArray]:
    """Give each site of several options a column and a row, their sum; a site of one is that option."""
    count = np.bincount(patterns.site, minlength=patterns.sites_n)
    column = np.empty(patterns.sites_n, dtype=np.int64)
    column[patterns.site] = chosen
    several = np.flatnonzero(count > 1)
    column[several] = sheet.columns(len(several), integer=True)
    row = np.full(patterns.sites_n, -1)
    row[several] = np.arange(len(several))
    inside = row[patterns.site] >= 0
    first = sheet.rows_n
    sheet.rows(
        [
            (row[patterns.site][inside], chosen[inside], 1.0),
            (np.arange(len(several)), column[several], -1.0),
        ],
        n=len(several),
        lower=0.0,
        upper=0.0,
    )
    return column, np.where(row >= 0, first + row, -1)


def one_of(sheet: Sheet, label: IntArray, chosen: IntArray) -> IntArray:
    """Choose at most one of each label, -1 being none; return the row of each column, -1 for none."""
    begin = sheet.rows_n
    found, row, count = np.unique(label, return_inverse=True, return_counts=True)
    several = (found >= 0) & (count > 1)
    number = np.where(several, np.cumsum(several) - 1, -1)
    inside = several[row]
    sheet.rows([(number[row][inside], chosen[inside], 1.0)], n=int(several.sum()), upper=1.0)
    return np.where(inside, number[row] + begin, -1)


def _covered(model: Model) -> tuple[IntArray, IntArray, IntArray]:
    """Return group, column and row of what is newly reached; a group of one site is that site."""
    patterns, sheet = model.patterns, model.sheet
    use = patterns.near & (patterns.reached_n[patterns.group] == 0)
    return _any_of(sheet, patterns.group[use], model.site[patterns.member[use]])


def _any_of(sheet: Sheet, group: IntArray, site: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Give each group a column that may be 1 where one of its sites is used, and a row for that."""
    found, first, row, count = np.unique(
        group, return_index=True, return_inverse=True, return_counts=True
    )
    column = site[first]
    several = count > 1
    column[several] = sheet.columns(int(several.sum()))
    number = np.where(several, np.cumsum(several) - 1, -1)
    inside = several[row]
    first_row = sheet.rows_n
    sheet.rows(
        [
            (number[row][inside], site[inside], 1.0),
            (number[several], column[several], -1.0),
        ],
        n=int(several.sum()),
        lower=0.0,
    )
    return found, column, np.where(several, first_row + number, -1)


def _flows(model: Model) -> None:
    """Send each group to chosen options, or leave it where it is; seats are not overdrawn."""
    patterns, sheet, problem = model.patterns, model.sheet, model.problem
    pairs, groups = np.arange(len(patterns.group)), np.arange(patterns.groups_n)
    model.flow = sheet.columns(len(pairs))
    stay = np.isfinite(patterns.walk) | (not problem.has("shortest_walk"))
    model.rest = sheet.columns(len(groups), upper=stay.astype(float))
    chosen = model.chosen[patterns.member]
    sheet.rows([(pairs, chosen, 1.0), (pairs, model.flow, -1.0)], n=len(pairs), lower=0.0)
    sheet.rows(
        [(patterns.group, model.flow, 1.0), (groups, model.rest, 1.0)],
        n=len(groups),
        lower=1.0,
        upper=1.0,
    )
    if problem.rules.participation_pct is None:
        return
    capacity = problem.options.capacity[patterns.option]
    finite = np.isfinite(capacity)
    number = np.cumsum(finite) - 1
    inside = finite[patterns.member]
    persons = patterns.weight[patterns.group] * problem.rules.participation_pct / 100.0
    sheet.rows(
        [
            (number[patterns.member][inside], model.flow[inside], -persons[inside]),
            (number[finite], model.chosen[finite], capacity[finite]),
        ],
        n=int(finite.sum()),
        lower=0.0,
    )


def _served(model: Model) -> None:
    """Give a place to each group that has none today and could have one."""
    patterns = model.patterns
    nowhere = ~np.isfinite(patterns.walk)
    number = np.cumsum(nowhere) - 1
    use = nowhere[patterns.group]
    entries = (number[patterns.group[use]], model.site[patterns.member[use]], 1.0)
    model.sheet.rows([entries], n=int(nowhere.sum()), lower=1.0)


def _seated(model: Model) -> tuple[IntArray, IntArray]:
    patterns = model.patterns
    use = patterns.near & (patterns.reached_n[patterns.group] == 0)
    return patterns.group[use], model.flow[use]


def _backed_up(model: Model) -> tuple[IntArray, IntArray]:
    """Return group and column of what newly has two places; those with one today need one more."""
    patterns, sheet = model.patterns, model.sheet
    once = patterns.near & (patterns.reached_n[patterns.group] == 1)
    group, column, _ = _any_of(sheet, patterns.group[once], model.site[patterns.member[once]])
    use = patterns.near & (patterns.reached_n[patterns.group] == 0)
    found, row, count = np.unique(patterns.group[use], return_inverse=True, return_counts=True)
    several = count > 1
    # Two sites are needed: 2 twice <= sum of sites, which only whole numbers keep honest.
    twice = sheet.columns(int(several.sum()), integer=True)
    number = np.where(several, np.cumsum(several) - 1, -1)
    inside = several[row]
    sites = model.site[patterns.member[use]][inside]
    sheet.rows(
        [(number[row][inside], sites, 1.0), (number[several], twice, -2.0)],
        n=len(twice),
        lower=0.0,
    )
    return np.concatenate([group, found[several]]), np.concatenate([column, twice])


def _worst(model: Model, depth: int) -> None:
    """Sum of the k smallest shares: k t - sum of d_u, d_u >= t - share_u (in per cent)."""
    patterns, sheet = model.patterns, model.sheet
    group, column = model.reach
    inside = patterns.unit[group] >= 0
    group, column = group[inside], column[inside]
    unit = improvable(model.problem, eligible(model.problem))
    everyone, today = unit_totals(model.problem, unit)
    row = np.searchsorted(unit, patterns.unit[group])
    share = 100.0 * patterns.weight[group] / everyone[row]
    units = np.arange(len(unit))
    for k in range(1, min(depth, len(unit)) + 1):
        level = sheet.columns(1, upper=100.0)
        under = sheet.columns(len(unit) if k > 1 else 0, upper=100.0)
        entries: list[tuple[IntArray, IntArray, float | FloatArray]] = [
            (units, np.repeat(level, len(unit)), -1.0),
            (np.asarray(row, dtype=np.int64), column, share),
        ]
        if k > 1:
            entries.append((units, under, 1.0))
        sheet.rows(entries, n=len(unit), lower=-100.0 * today / everyone)
        coefficient = np.concatenate([[float(k)], np.full(len(under), -1.0)])
        model.worst.append((np.concatenate([level, under]), coefficient))


def _missing(problem: Problem) -> list[TargetRule]:
    return [target for target in problem.rules.targets if target.missing]


def _targets(sheet: Sheet, problem: Problem, patterns: Patterns, met: IntArray) -> None:
    """At least so many of a target's options; where ``met`` has columns, only if those are 1."""
    rank = np.full(len(problem.options), -1)
    rank[patterns.option] = np.arange(len(patterns.option))
    for number, target in enumerate(_missing(problem)):
        chosen = rank[np.unique(np.array(target.options, dtype=np.int64))]
        chosen = chosen[chosen >= 0]
        if len(met):
            value = np.append(np.ones(len(chosen)), -float(target.missing))
            sheet.row(np.append(chosen, met[number]), value, lower=0.0)
        else:
            sheet.row(chosen, 1.0, lower=float(target.missing))


def _reach_at_least(model: Model, reach_pct: float) -> None:
    demand, patterns = model.problem.demand, model.patterns
    group, column = model.reach
    missing = reach_pct / 100.0 * math.fsum(demand.weight)
    missing -= math.fsum(demand.weight[demand.reached])
    model.sheet.row(column, patterns.weight[group], lower=missing - REACH_TOLERANCE)
    if reach_pct >= 100.0:  # noqa: PLR2004  per cent
        # Everyone: a row for each group is much tighter than their sum.
        found, row = np.unique(group, return_inverse=True)
        model.sheet.rows([(row, column, 1.0)], n=len(found), lower=1.0)
