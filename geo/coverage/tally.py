"""
Tallies: residents summed by area, limit and age group in one compiled pass over the homes.

A *slot* is the row of an area, the last one that of the remainder; homes bring residents in
(homes, groups) ``weight``.
"""

from dataclasses import dataclass

import numpy as np

from geo.arrays import FloatArray, IntArray, compiled

QUANTILES = (0.5, 0.9)

_WHISKER = 1e-12
"""Taken off a quantile's share, so that a sum of floats that should equal it is found."""

_SHORT_MOST = 1 << 16
_HOMES_A_BIN, _BINS_MOST = 4, 1 << 11


@dataclass(frozen=True, eq=False)
class BySlot:
    """The homes of each slot: those of slot ``i`` are ``home[start[i]:start[i + 1]]``, ascending."""

    start: IntArray
    home: IntArray

    @classmethod
    def of(cls, slots: IntArray, size: int) -> "BySlot":
        """Group homes by their slots."""
        count = np.bincount(slots, minlength=size)
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        # numpy sorts short integers by radix, ten times faster.
        short = slots.astype(np.uint16) if size <= _SHORT_MOST else slots
        return cls(start, np.argsort(short, kind="stable"))


def sum_by(slots: IntArray, weight: FloatArray | None, size: int) -> FloatArray:
    """
    Sum weights by slot.

    Parameters
    ----------
    slots
        (n,) below ``size``.
    weight
        (n, groups), or None to count.
    size
        Number of slots.

    Returns
    -------
    (size, groups) sums, or (size,) counts without weights.
    """
    if weight is None:
        return np.bincount(slots, minlength=size).astype(np.float64)
    return _sum_by(slots, np.ascontiguousarray(weight), size)


@compiled
def _sum_by(slots: IntArray, weight: FloatArray, size: int) -> FloatArray:
    found = np.zeros((size, weight.shape[1]))
    for row in range(slots.size):
        for group in range(weight.shape[1]):
            found[slots[row], group] += weight[row, group]
    return found


@compiled
def tally(
    slots: IntArray,
    weight: FloatArray,
    size: int,
    walks: tuple[FloatArray, FloatArray],
    limits: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """
    Sum weights by slot within each pair of limits.

    Parameters
    ----------
    slots, weight, size
        As of ``sum_by``, home by home.
    walks
        (homes,) metres and seconds.
    limits
        Metres and seconds, tolerance included; infinite is no limit.

    Returns
    -------
    (limits, size, groups) sums.
    """
    walk_m, walk_s = walks
    most_m, most_s = limits
    groups_n = weight.shape[1]
    found = np.zeros((most_m.size, size, groups_n))
    for home in range(slots.size):
        if walk_m[home] == np.inf and walk_s[home] == np.inf:
            continue
        slot = slots[home]
        for limit in range(most_m.size):
            if walk_m[home] <= most_m[limit] and walk_s[home] <= most_s[limit]:
                for group in range(groups_n):
                    found[limit, slot, group] += weight[home, group]
    return found


@compiled
def shift(
    rows: IntArray,
    slots: IntArray,
    weight: FloatArray,
    size: int,
    walks: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    limits: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """
    Sum the weights that come within limits and those that fall out of them.

    Parameters
    ----------
    rows
        Homes of which a walk has changed, each once.
    slots, weight, size, limits
        As of ``tally``.
    walks
        (rows,) metres and seconds before, then after.

    Returns
    -------
    Gained and lost, each (limits, size, groups).
    """
    old_m, old_s, new_m, new_s = walks
    most_m, most_s = limits
    groups_n = weight.shape[1]
    gained = np.zeros((most_m.size, size, groups_n))
    lost = np.zeros((most_m.size, size, groups_n))
    for row in range(rows.size):
        home = rows[row]
        for limit in range(most_m.size):
            was = old_m[row] <= most_m[limit] and old_s[row] <= most_s[limit]
            now = new_m[row] <= most_m[limit] and new_s[row] <= most_s[limit]
            if was == now:
                continue
            for group in range(groups_n):
                if now:
                    gained[limit, slots[home], group] += weight[home, group]
                else:
                    lost[limit, slots[home], group] += weight[home, group]
    return gained, lost


def times(asked: IntArray, by_slot: BySlot, walk_s: FloatArray, weight: FloatArray) -> FloatArray:
    """
    Return mean, median and 90th percentile of walking times.

    Parameters
    ----------
    asked
        (k,) slots.
    by_slot
        The homes of each slot.
    walk_s
        (homes,) seconds, infinite where there is no walk.
    weight
        (homes, groups) residents, not negative.

    Returns
    -------
    (3, k, groups) minutes over the residents who can walk at all, NaN without any. A quantile is the
    least time within which its share of them walks: definition 1 of Hyndman & Fan 1996 (The American
    Statistician 50, 361–365), weighted.
    """
    shares = np.array(QUANTILES) * (1.0 - _WHISKER)
    return _times(asked, (by_slot.start, by_slot.home), walk_s, weight, shares)


@compiled
def _times(
    asked: IntArray,
    by_slot: tuple[IntArray, IntArray],
    walk_s: FloatArray,
    weight: FloatArray,
    shares: FloatArray,
) -> FloatArray:
    """Count residents by time first, then sort only those around each quantile."""
    start, home_at = by_slot
    groups_n = weight.shape[1]
    found = np.full((1 + shares.size, asked.size, groups_n), np.nan)
    for row in range(asked.size):
        homes = home_at[start[asked[row]] : start[asked[row] + 1]]
        bins_n = min(max(homes.size // _HOMES_A_BIN, 1), _BINS_MOST)
        pace = _pace(homes, walk_s, bins_n)
        bins, summed_s = np.zeros((bins_n, groups_n)), np.zeros(groups_n)
        _count(homes, walk_s, weight, pace, (bins, summed_s))
        total = bins.sum(axis=0)
        at, before = _around(bins, total, shares)
        near = _in_bins(homes, walk_s, at, pace, bins_n)
        for group in range(groups_n):
            if total[group] <= 0:
                continue
            found[0, row, group] = summed_s[group] / total[group] / 60.0
            for share in range(shares.size):
                so_far, enough = before[share, group], shares[share] * total[group]
                for home in near:
                    own = _bin(walk_s[home], pace, bins_n) == at[share, group]
                    if own and weight[home, group] > 0 and so_far < enough:
                        so_far += weight[home, group]
                        found[share + 1, row, group] = walk_s[home] / 60.0
    return found


@compiled
def _bin(walk_s: float, pace: float, bins_n: int) -> int:
    return min(int(walk_s * pace), bins_n - 1)


@compiled
def _pace(homes: IntArray, walk_s: FloatArray, bins_n: int) -> float:
    """Return bins per second."""
    longest_s = 0.0
    for home in homes:
        if walk_s[home] < np.inf:
            longest_s = max(longest_s, walk_s[home])
    return bins_n / longest_s if longest_s > 0 else 0.0


@compiled
def _count(
    homes: IntArray,
    walk_s: FloatArray,
    weight: FloatArray,
    pace: float,
    sums: tuple[FloatArray, FloatArray],
) -> None:
    """Sum residents into (bins, groups) by their walks, and the seconds of all of them."""
    bins, summed_s = sums
    for home in homes:
        if walk_s[home] == np.inf:
            continue
        at = _bin(walk_s[home], pace, bins.shape[0])
        for group in range(weight.shape[1]):
            bins[at, group] += weight[home, group]
            summed_s[group] += weight[home, group] * walk_s[home]


@compiled
def _around(bins: FloatArray, total: FloatArray, shares: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return (shares, groups) the bin in which each share of the residents lies, and how many before."""
    wanted = np.full((shares.size, total.size), -1, np.int64)
    before = np.zeros((shares.size, total.size))
    for group in range(total.size):
        for share in range(shares.size):
            so_far = 0.0
            for at in range(bins.shape[0]):
                if bins[at, group] > 0 and so_far < shares[share] * total[group]:
                    wanted[share, group], before[share, group] = at, so_far
                    so_far += bins[at, group]
    return wanted, before


@compiled
def _in_bins(
    homes: IntArray, walk_s: FloatArray, wanted: IntArray, pace: float, bins_n: int
) -> IntArray:
    """Return the homes in the wanted bins (-1: none), from the quickest walk on."""
    is_wanted = np.zeros(bins_n, np.bool_)
    for at in wanted.ravel():
        if at >= 0:
            is_wanted[at] = True
    found, found_n = np.empty(homes.size, np.int64), 0
    for home in homes:
        if walk_s[home] < np.inf and is_wanted[_bin(walk_s[home], pace, bins_n)]:
            found[found_n] = home
            found_n += 1
    found = found[:found_n]
    return found[np.argsort(walk_s[found], kind="mergesort")]
