"""
What a plan is made from: options, demand, who covers whom, rules, and what is best.

Everything here is data. Positions count from 0: option 3 is the fourth row of ``Options``, home 5
the sixth of ``Demand``; existing places are not options, they are in ``Demand`` as fixed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import scipy
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray, within
from geo.errors import InvalidInputError
from geo.vocabulary import Objective

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Options:
    """
    What could be done: an upgrade of a place, an opening at a venue, a new point; n rows.

    ``Options.plain(n)`` is n options without cost, seats or ties; ``dataclasses.replace`` says
    what is known of them.

    Attributes
    ----------
    key
        (n,) names that do not change, unique and sortable; of plans that are equally good, the
        order of keys decides, never the order of rows.
    cost_yen, opening_yen
        (n,) ceiling of a year's subsidies; that of the first year alone, added to it. NaN is not
        known: then there is no budget, and cheapness is no goal.
    capacity
        (n,) persons who can come in a week; infinite where it is not known or does not matter.
    owner
        (n,) whose it is, -1 unknown (for ``Rules.one_per_owner``).
    place
        (n,) at most one option of a place is chosen (月1→週1 or 月1→常設); -1 is a place of its own.
    xy
        (n, 2) metres in a plane CRS (for ``Rules.apart_m``).
    must, must_not
        (n,) chosen in any case; never chosen.
    """

    key: np.ndarray
    cost_yen: FloatArray
    opening_yen: FloatArray
    capacity: FloatArray
    owner: IntArray
    place: IntArray
    xy: FloatArray
    must: BoolArray
    must_not: BoolArray

    @classmethod
    def plain(cls, n: int) -> "Options":
        """Return n options that cost nothing and are tied to nothing."""
        return cls(
            key=np.arange(n),
            cost_yen=np.zeros(n),
            opening_yen=np.zeros(n),
            capacity=np.full(n, np.inf),
            owner=np.full(n, -1),
            place=np.full(n, -1),
            xy=np.zeros((n, 2)),
            must=np.zeros(n, dtype=bool),
            must_not=np.zeros(n, dtype=bool),
        )

    def __len__(self) -> int:
        return len(self.key)

    @property
    def first_year_yen(self) -> FloatArray:
        """(n,) yearly ceiling and opening."""
        return self.cost_yen + self.opening_yen


@dataclass(frozen=True, eq=False)
class Demand:
    """
    Who lives where, and what existing places already do for them; h homes.

    Attributes
    ----------
    weight
        (h,) residents who count, such as those aged 65+; fractions are allowed.
    unit
        (h,) area of each home for ``worst_unit_first``, -1 none.
    reached_n
        (h,) existing places that reach the home: 0 unreached, 2 or more has a backup.
    walk
        (h,) walk to the nearest existing place of those that count, however far; infinite without
        one. Within the limit it goes with a ``reached_n`` of 1 or more.
    further
        More columns of residents (75+, single) that are explained but not optimised.
    """

    weight: FloatArray
    unit: IntArray
    reached_n: IntArray
    walk: FloatArray
    further: Mapping[str, FloatArray] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def plain(cls, weight: FloatArray) -> "Demand":
        """Return homes in no unit that no existing place reaches."""
        n = len(weight)
        nobody = np.zeros(n, dtype=np.int64)
        return cls(np.asarray(weight, dtype=float), nobody - 1, nobody, np.full(n, np.inf))

    @property
    def reached(self) -> BoolArray:
        """(h,) true where an existing place reaches the home."""
        return self.reached_n > 0


@dataclass(frozen=True, eq=False)
class Covers:
    """
    Walks between options and homes, sorted by option, then home; one walk a pair, the shortest.

    ``walk`` is in the unit of ``limit``, metres or seconds. A pair with a walk within the limit
    covers; longer ones count for ``shortest_walk`` and ``shortest_longest_walk`` only.
    """

    option: IntArray
    home: IntArray
    walk: FloatArray
    options_n: int
    homes_n: int
    limit: float

    @classmethod
    def of(
        cls,
        option: IntArray,
        home: IntArray,
        walk: FloatArray,
        *,
        shape: tuple[int, int],
        limit: float = np.inf,
    ) -> "Covers":
        """
        Sort pairs given in any order; of a pair given twice the shorter walk counts.

        Parameters
        ----------
        option, home, walk
            (pairs,) positions of options and homes, and the walk between them.
        shape
            How many options and homes there are.
        limit
            Longest walk that was looked for, in the unit of ``walk``.

        Returns
        -------
        The pairs by option, then home.
        """
        option, home = np.asarray(option, dtype=np.int64), np.asarray(home, dtype=np.int64)
        walk = np.asarray(walk, dtype=float)
        key = option * max(shape[1], 1) + home
        if (key[1:] <= key[:-1]).any():  # else they come as they are wanted
            order = np.lexsort((walk, key))
            _, first = np.unique(key[order], return_index=True)
            order = order[first]
            option, home, walk = option[order], home[order], walk[order]
        return cls(option, home, walk, shape[0], shape[1], limit)

    @property
    def near(self) -> BoolArray:
        """(pairs,) true where the walk is within the limit."""
        return within(self.walk, self.limit)

    def matrix(self) -> "scipy.sparse.csr_array":
        """Return the (options, homes) matrix of ones where an option covers a home."""
        near = self.near
        shape = (self.options_n, self.homes_n)
        ones = np.ones(int(near.sum()))
        return scipy.sparse.csr_array((ones, (self.option[near], self.home[near])), shape=shape)


@dataclass(frozen=True)
class TargetRule:
    """At least ``at_least`` of ``options`` chosen, less what exists: 各小学校区に週1の場を1つ."""

    name: str
    options: tuple[int, ...]
    at_least: int = 1
    already: int = 0

    @property
    def missing(self) -> int:
        """How many must be chosen."""
        return max(self.at_least - self.already, 0)


@dataclass(frozen=True)
class Rules:
    """
    What a plan must keep to; ``None`` is no rule.

    Attributes
    ----------
    most
        At most so many options are chosen.
    budget_yen
        First-year ceiling of all that is chosen, openings included.
    targets
        Numbers of options in sets of options.
    reach_pct
        At least this share of all residents is reached, existing places included.
    overlap_max_pct
        No option of which more than this share of its residents has an existing place already.
    apart_m
        Straight distance that two chosen options keep at least; those of one place are one.
    one_per_owner
        At most one option of each owner.
    participation_pct
        Share of residents who come (8 % is the national target); with it, capacity counts and
        "reached" means a seat.
    group_min
        Smallest group that is formed, in persons; a capacity below it cannot be used.
    unserved_walk
        Walk counted for a home that no place serves; ``None`` demands a place for each home that
        some option could serve.
    """

    most: int | None = None
    budget_yen: float | None = None
    targets: tuple[TargetRule, ...] = ()
    reach_pct: float | None = None
    overlap_max_pct: float | None = None
    apart_m: float | None = None
    one_per_owner: bool = False
    participation_pct: float | None = None
    group_min: float = 1.0
    unserved_walk: float | None = None


@dataclass(frozen=True)
class Stage:
    """
    One of the goals, in order of importance.

    Attributes
    ----------
    objective
        ``most_reached`` residents newly (MCLP: Church & ReVelle 1974); ``fewest_places`` (LSCP, with
        a ``reach_pct``: Toregas et al. 1971); ``cheapest`` in the first year; ``shortest_walk`` on
        average (p-median: Hakimi 1965, ReVelle & Swain 1970); ``shortest_longest_walk`` (p-center:
        Hakimi 1965, Minieka 1970); ``worst_unit_first`` the share reached in the worst unit that
        some option can improve (Ogryczak & Tamir 2003); ``backup`` residents newly reached twice
        (Hogan & ReVelle 1986); ``most_targets``, which turns targets from rules into a goal. In full
        where the model is put together, ``geo.siting.model``.
    give_pct
        How much of this goal's optimum the goals after it may give up.
    depth
        For ``worst_unit_first``: the worst unit, then the second worst, so many in turn.
    """

    objective: Objective
    give_pct: float = 0.0
    depth: int = 1


@dataclass(frozen=True, eq=False)
class Problem:
    """A question to which a plan is the answer."""

    options: Options
    demand: Demand
    covers: Covers
    rules: Rules = Rules()
    stages: tuple[Stage, ...] = (Stage("most_reached"),)

    def __post_init__(self) -> None:
        given = (len(self.options), len(self.demand.weight))
        if given != (self.covers.options_n, self.covers.homes_n):
            raise InvalidInputError(
                "Covers are of {options_n} options and {homes_n} homes, but there are {given_options_n} "
                "and {given_homes_n}: pass those they were computed from.",
                options_n=self.covers.options_n,
                homes_n=self.covers.homes_n,
                given_options_n=given[0],
                given_homes_n=given[1],
            )

    def has(self, *objectives: Objective) -> bool:
        """Say whether one of the objectives is among the goals."""
        return any(stage.objective in objectives for stage in self.stages)

    @property
    def seats(self) -> bool:
        """Whether capacity counts."""
        return self.rules.participation_pct is not None
