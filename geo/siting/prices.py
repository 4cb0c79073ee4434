"""
What each resident and each opening is worth over the years: a bound on every plan, and a plan.

What ties options to each other (who is reached, money, targets, owners) is priced instead of kept:
Lagrangian relaxation (Geoffrion 1974, Mathematical Programming Study 2, 82–114). What is left falls
apart by places: each takes the option and the year that are worth most, or none; so every set of prices
gives a bound. Prices move along an average of the last slopes, as in the volume algorithm (Barahona &
Anbil 2000, Mathematical Programming 87, 385–399).

Money that does not carry buys whole openings, not parts of them: ``geo.siting.means``. Then each
opening has a price by its kind and year, and the best that means allow at these prices is exact.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from geo.arrays import FloatArray, IntArray
from geo.siting.certificate import Polytope, Pricer
from geo.siting.goals import Goal
from geo.siting.horizon import Horizon
from geo.siting.means import Means, best_of, means_of
from geo.siting.problem import BoolArray

STEPS_N = 800
ALPHA = 0.1
"""Weight of the last slope in the average."""
PATIENCE_N = 20
"""After so many steps without a better bound, steps become shorter."""
ROW_PACE = 0.1
"""How fast prices of rows move beside those of residents; by trial on Kashiwa and the model town."""
SLOWER = 0.66
SHORTEST = 1e-3
"""Steps so short end an ascent."""
ENOUGH = 1e-6
"""A bound that is better by less than this share is no progress."""
LITTLE = 1e-9


@dataclass(frozen=True, eq=False)
class Prices:
    """
    A set of prices.

    Attributes
    ----------
    share
        (g, t) part of a group's worth in a year that the options near it may count, 0 to 1.
    row
        (r,) of the other rows; at least 0 for "at most", at most 0 for "at least".
    opening
        (kinds, t) of an opening of each kind in each year, where means count whole openings.
    """

    share: FloatArray
    row: FloatArray
    opening: FloatArray


@dataclass(frozen=True, eq=False)
class Market:
    """
    The rows of a model over years, sorted by what is priced and what is kept.

    ``group_row``, ``group_column`` are (g, t) rows and columns of groups that several sites may reach;
    ``site_row``, ``site_column`` (s, t) of sites with several options; ``rest`` the other rows that are
    priced, with their ``least`` and ``most``; ``near`` (sites, g) ones where a site reaches a group.
    """

    horizon: Horizon
    cost: FloatArray
    matrix: "scipy.sparse.csr_array"
    group: IntArray
    group_row: IntArray
    group_column: IntArray
    site: IntArray
    site_row: IntArray
    site_column: IntArray
    rest: IntArray
    rest_matrix: "scipy.sparse.csr_array"
    least: FloatArray
    most: FloatArray
    near: "scipy.sparse.csr_array"
    must: BoolArray
    place: IntArray
    means: Means | None

    @classmethod
    def of(cls, horizon: Horizon, aim: Goal) -> "Market":
        """Sort the rows of a model."""
        sheet, patterns = horizon.sheet, horizon.patterns
        matrix = sheet.matrix()
        first = horizon.blocks[0]
        group, column = first.reach
        several = ~np.isin(column, first.site)
        group, column = group[several], column[several]
        begin = np.array(horizon.column)
        group_column = column[:, None] + begin
        site = np.flatnonzero(np.bincount(patterns.site, minlength=patterns.sites_n) > 1)
        site_column = first.site[site][:, None] + begin
        row = np.array(horizon.row)
        group_row = row + np.array([block.reach_by[several] for block in horizon.blocks]).T
        site_row = row + np.array([block.sum_of[site] for block in horizon.blocks]).T
        means = means_of(horizon.problem, horizon.years, patterns.option)
        kept = [group_row, site_row, horizon.chain, horizon.place[horizon.place >= 0]]
        if means is not None:
            kept += [horizon.money, horizon.visit]
        is_rest = np.ones(sheet.rows_n, dtype=bool)
        is_rest[np.concatenate([rows.ravel() for rows in kept])] = False
        rest = np.flatnonzero(is_rest)
        number = np.full(patterns.groups_n, -1)
        number[group] = np.arange(len(group))
        use = number[patterns.group] >= 0
        near_group, near_site = number[patterns.group[use]], patterns.member[use]
        order = np.argsort(near_site, kind="stable")
        starts = np.searchsorted(near_site[order], np.arange(patterns.sites_n + 1))
        label = horizon.problem.options.place[patterns.option]
        label = np.where(label >= 0, label, -1 - np.arange(len(label)))
        return cls(
            horizon,
            aim.cost,
            matrix,
            group,
            group_row,
            group_column,
            site,
            site_row,
            site_column,
            rest,
            matrix[rest],
            np.concatenate([np.empty(0), *sheet.row_lower])[rest],
            np.concatenate([np.empty(0), *sheet.row_upper])[rest],
            scipy.sparse.csr_array(
                (np.ones(len(order)), near_group[order], starts),
                shape=(patterns.sites_n, len(group)),
            ),
            horizon.problem.options.must[patterns.option],
            np.unique(label, return_inverse=True)[1].ravel(),
            means,
        )

    @property
    def at_most(self) -> BoolArray:
        """(r,) true for "at most", false for "at least"."""
        return np.isfinite(self.most)


@dataclass(frozen=True, eq=False)
class _Offer:
    """What prices bring: a bound, what each place takes, and the parts of a certificate."""

    bound: float
    option: IntArray
    year: IntArray
    worth: FloatArray
    bought: IntArray
    """(kinds, t) openings that means allow and prices make best."""
    of_group: FloatArray
    of_site: FloatArray
    of_option: FloatArray
    """(k, t) worth of being open in a year; (k, t) of opening in it, all later years with it."""
    from_year: FloatArray
    affordable: float


def _offer(market: Market, prices: Prices, *, once: bool = False) -> _Offer:
    horizon = market.horizon
    patterns = horizon.patterns
    left = market.cost - market.rest_matrix.T @ prices.row
    of_group = np.maximum(left[market.group_column], 0.0)
    of_site = market.near @ (prices.share * of_group)
    of_site[market.site] += left[market.site_column]
    of_option = left[horizon.open_by.T] + of_site[patterns.site]
    from_year = _until_the_end(of_option)
    bought, affordable = np.zeros((0, len(horizon.years)), dtype=np.int64), 0.0
    if market.means is not None:
        from_year = from_year - prices.opening[market.means.kind]
        affordable, bought = best_of(market.means, prices.opening, once=once)
    year = from_year.argmax(axis=1)
    best = from_year[np.arange(len(year)), year]
    taken = _one_a_place(market, best)
    sides = np.where(prices.row > 0, market.most, market.least)
    rows = prices.row @ np.where(prices.row == 0, 0.0, sides)
    bound = ((1.0 - prices.share) * of_group).sum() + best[taken].sum() + rows + affordable
    return _Offer(
        float(bound),
        taken,
        year[taken],
        best,
        bought,
        of_group,
        of_site,
        of_option,
        from_year,
        affordable,
    )


def _one_a_place(market: Market, best: FloatArray) -> IntArray:
    """Return the options that are worth most, one a place and more than nothing; what must be, is."""
    has_must = np.zeros(int(market.place.max(initial=-1)) + 1, dtype=bool)
    has_must[market.place[market.must]] = True
    able = market.must | ((best > 0) & ~has_must[market.place])
    order = np.lexsort((best, able, market.place))
    last = np.ones(len(order), dtype=bool)
    last[:-1] = market.place[order][1:] != market.place[order][:-1]
    taken = order[last]
    return taken[able[taken]]


def _slopes(market: Market, offer: _Offer) -> Prices:
    """Return how the bound changes with each price."""
    horizon = market.horizon
    patterns = horizon.patterns
    years = np.arange(len(horizon.years))
    is_open = years[:, None] >= offer.year
    share = market.near[patterns.site[offer.option]].T @ is_open.T.astype(float) - 1.0
    columns = np.zeros(horizon.sheet.columns_n)
    columns[horizon.open_by[:, offer.option]] = is_open
    columns[market.group_column] = 1.0
    side = np.where(market.at_most, market.most, market.least)
    opened = offer.bought.astype(float)
    if market.means is not None:
        np.subtract.at(opened, (market.means.kind[offer.option], offer.year), 1.0)
    return Prices(share, side - market.rest_matrix @ columns, opened)


@dataclass(frozen=True, eq=False)
class Settled:
    """
    What prices prove.

    Attributes
    ----------
    prices, bound
        No plan has more resident-years than the bound that prices give.
    multipliers
        (rows,) of the model, "at least" being negative: with ``cut`` they prove the bound.
    cut
        (k, t) coefficients of options open in years, and the most that a plan can come to in them, as
        means allow; none where means are not counted.
    price
        (k, t) of opening an option in a year.
    loss
        (k, t) by how much less than the bound any plan is worth in which that option opens then.
    """

    prices: Prices
    bound: float
    multipliers: FloatArray
    cut: tuple[FloatArray, float] | None
    price: FloatArray
    loss: FloatArray


def settled(
    market: Market, value: float, *, steps_n: int = STEPS_N, over: Callable[[], bool] = bool
) -> Settled:
    """
    Find prices whose bound is low.

    Parameters
    ----------
    market
        The model.
    value
        What the best plan that is known is worth, 0 or more: no bound is below it.
    steps_n
        Steps at most.
    over
        Asked again and again; true ends the ascent.
    """
    best, scale = _first_prices(market)
    offer = _offer(market, best)
    slope = _slopes(market, offer)
    bound, pace, idle_n = offer.bound, 1.0, 0
    dear = ROW_PACE * float(best.opening.max(initial=0.0))
    for number in range(steps_n):
        weight = (offer.of_group, scale, dear)
        size = _product(weight, slope, slope)
        if bound - value <= LITTLE * abs(bound) or size <= 0.0 or pace < SHORTEST:
            break
        if number % PATIENCE_N == 0 and over():
            break
        step = pace * (bound - value) / size
        row = best.row - step * scale * slope.row
        price = Prices(
            np.clip(best.share - step * slope.share, 0.0, 1.0),
            np.where(market.at_most, np.maximum(row, 0.0), np.minimum(row, 0.0)),
            best.opening - step * dear * slope.opening,
        )
        offer = _offer(market, price)
        found = _slopes(market, offer)
        idle_n += 1
        if offer.bound < bound - ENOUGH * abs(bound):
            idle_n = 0
            pace = min(pace * (1.1 if _product(weight, found, slope) > 0 else 1.0), 2.0)
        elif idle_n >= PATIENCE_N:
            idle_n, pace = 0, SLOWER * pace
        if offer.bound < bound:
            best, bound = price, offer.bound
        slope = Prices(
            ALPHA * found.share + (1.0 - ALPHA) * slope.share,
            ALPHA * found.row + (1.0 - ALPHA) * slope.row,
            ALPHA * found.opening + (1.0 - ALPHA) * slope.opening,
        )
    return what_prices_prove(market, best)


def _first_prices(market: Market) -> tuple[Prices, FloatArray]:
    """Return prices to begin with, and how fast those of rows move, from what a place is worth."""
    horizon = market.horizon
    years_n = len(horizon.years)
    weight = market.cost[market.group_column]
    alone = market.near @ weight
    worth = float(alone.sum(axis=1).max(initial=1.0))
    each = np.diff(market.rest_matrix.indptr)
    total = abs(market.rest_matrix).sum(axis=1)
    size = np.divide(total, each, out=np.ones(len(each)), where=each > 0)
    typical = np.maximum(worth / years_n / np.maximum(size, LITTLE), LITTLE)
    opening = np.zeros((0, years_n))
    if market.means is not None:
        kinds_n = market.means.counts.shape[1]
        opening = np.tile(worth * np.arange(years_n, 0, -1.0) / years_n, (kinds_n, 1)) / 2.0
    is_money = np.isin(market.rest, horizon.money)
    prices = Prices(
        np.full(market.group_column.shape, 0.5), np.where(is_money, 0.5 * typical, 0.0), opening
    )
    return prices, ROW_PACE * typical / np.maximum(size, LITTLE)


def _product(weight: tuple[FloatArray, FloatArray, float], one: Prices, other: Prices) -> float:
    of_group, of_row, of_opening = weight
    total = (of_group * one.share * other.share).sum()
    total += (of_row * one.row * other.row).sum()
    return float(total + of_opening * (one.opening * other.opening).sum())


def what_prices_prove(market: Market, prices: Prices) -> Settled:
    """
    Return what prices prove, as multipliers of all rows of the model.

    Parameters
    ----------
    market, prices
        The model, and any prices in it.

    Returns
    -------
    The bound, and what it follows from.
    """
    horizon, offer = market.horizon, _offer(market, prices, once=True)
    best = np.zeros(int(market.place.max(initial=-1)) + 1)
    best[market.place[offer.option]] = offer.worth[offer.option]
    y = np.zeros(horizon.sheet.rows_n)
    y[market.rest] = prices.row
    y[market.group_row] = -prices.share * offer.of_group
    y[market.site_row] = -offer.of_site[market.site]
    open_worth = offer.of_option
    cut = None
    if market.means is not None:
        # Opening in a year is being open then and not before.
        worth = prices.opening[market.means.kind]
        worth = worth - np.pad(worth[:, 1:], ((0, 0), (0, 1)))
        cut = (worth, offer.affordable)
        open_worth = open_worth - worth
    kept = np.zeros(len(open_worth))
    for year in range(len(horizon.years) - 1):
        kept = np.maximum(kept + open_worth[:, year], 0.0)
        y[horizon.chain[year]] = -kept
    tied = horizon.place >= 0
    rival = np.zeros(len(best))
    free = ~market.must
    np.maximum.at(rival, market.place[free], offer.worth[free])
    y[horizon.place[tied]] = rival[market.place[tied]]
    paid = (market.rest_matrix.T @ prices.row)[horizon.open_by]
    price = _until_the_end(paid.T)
    if market.means is not None:
        price = price + prices.opening[market.means.kind]
    loss = np.maximum(best[market.place][:, None] - offer.from_year, 0.0)
    return Settled(prices, offer.bound, y, cut, price, loss)


def proven(market: Market, found: Settled) -> float:
    """
    Return what multipliers prove by weak duality alone, whatever they are and wherever they come from.

    Parameters
    ----------
    market, found
        The model, and multipliers of its rows with the row that means add.

    Returns
    -------
    What no plan exceeds, rounding included (``geo.siting.certificate``).
    """
    polytope, multipliers = Polytope.of(market.horizon.sheet), found.multipliers
    if found.cut is not None:
        row = np.zeros(len(polytope.lower))
        row[market.horizon.open_by.T] = found.cut[0]
        most = np.array([found.cut[1]])
        polytope = polytope.cut(scipy.sparse.csr_array(row[None, :]), np.array([-np.inf]), most)
        multipliers = np.append(multipliers, 1.0)
    return Pricer(polytope, market.cost).bounded(multipliers).total


def _until_the_end(of_year: FloatArray) -> FloatArray:
    """Return for each row and year the sum from that year on."""
    return np.asarray(np.cumsum(of_year[:, ::-1], axis=1)[:, ::-1])
