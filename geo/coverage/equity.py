"""
Equity: how unequal a figure is between the units of a layer, each unit weighing as its residents.

Within a unit everybody counts as having the unit's figure: what differs inside it is not seen, so
a layer of small units looks more unequal than one of large units.
"""

import numpy as np
import pandas as pd

from geo.arrays import FloatArray, IntArray, compiled

TENTH = 0.1

MEASURES = ("units_n", "residents", "gini", "worst_tenth", "least", "most", "least_to_most")
"""Columns of ``inequality``."""


def gini(values: FloatArray, weights: FloatArray) -> float:
    r"""
    Return the Gini coefficient of values, each counted with its weight.

    Σᵢ Σⱼ wᵢ wⱼ \|xᵢ − xⱼ\| / (2 W² μ), computed from values in ascending order as
    Σᵢ wᵢ xᵢ (Fᵢ + Fᵢ₋₁ − W) / (W Σ wᵢ xᵢ) with the running weight F (Lerman & Yitzhaki 1989,
    Journal of Econometrics 42, 43–47; for transport Delbosc & Currie 2011, Journal of Transport
    Geography 19, 1252–1259).

    Parameters
    ----------
    values, weights
        (n,) each, not negative; units of no weight take no part.

    Returns
    -------
    0 (all have the same, also where that is nothing) to 1; NaN without anybody.
    """
    return float(_one(values, weights)["gini"])


def worst_tenth(values: FloatArray, weights: FloatArray, share: float = TENTH) -> float:
    """
    Return the mean of those residents who are served worst.

    Units are taken from the lowest value on until they hold the share of all residents; of the unit
    in which that ends only the part that is needed.

    Parameters
    ----------
    values, weights
        As for ``gini``.
    share
        Above 0 and up to 1.

    Returns
    -------
    In the unit of ``values``; NaN without anybody.
    """
    return float(_one(values, weights, share)["worst_tenth"])


def inequality(
    values: FloatArray, weights: FloatArray, groups: IntArray, *, share: float = TENTH
) -> pd.DataFrame:
    """
    Measure the inequality of values within groups.

    Parameters
    ----------
    values, weights, groups
        (n,) each: the figure of a unit, its residents, and whom it is compared with (0 … k - 1).
    share
        Share of the residents who count as worst served.

    Returns
    -------
    A row for each group 0 … k - 1: ``units_n`` with residents, ``residents``, ``gini``,
    ``worst_tenth``, ``least``, ``most`` and ``least_to_most`` = least ÷ most (1 where all have the
    same, also nothing). A group without residents has 0 units and NaN.
    """
    size = int(groups.max()) + 1 if groups.size else 0
    lived_in = np.flatnonzero(weights > 0)
    order = lived_in[np.lexsort((values[lived_in], groups[lived_in]))]
    start = np.searchsorted(groups[order], np.arange(size + 1)).astype(np.int64)
    found = _measured(
        values[order].astype(np.float64), weights[order].astype(np.float64), start, share
    )
    return pd.DataFrame(found, columns=list(MEASURES)).astype({"units_n": np.int64})


def _one(values: FloatArray, weights: FloatArray, share: float = TENTH) -> "pd.Series[float]":
    together = np.zeros(len(values), dtype=np.int64)
    table = inequality(np.asarray(values), np.asarray(weights), together, share=share)
    return table.reindex([0]).iloc[0]


@compiled
def _measured(values: FloatArray, weights: FloatArray, start: IntArray, share: float) -> FloatArray:
    """Return (groups, measures) of rows that stand group by group, each in ascending order."""
    found = np.full((start.size - 1, 7), np.nan)
    for group in range(start.size - 1):
        first, last = start[group], start[group + 1]
        found[group, 0] = last - first
        residents = weights[first:last].sum()
        found[group, 1] = residents
        if last == first:
            continue
        summed = (weights[first:last] * values[first:last]).sum()
        before = apart = taken = worst = 0.0
        for row in range(first, last):
            weight, value = weights[row], values[row]
            apart += weight * value * (2 * before + weight - residents)
            part = min(weight, share * residents - taken)
            if part > 0:
                worst += part * value
                taken += part
            before += weight
        least, most = values[first], values[last - 1]
        even = least == most
        found[group, 2] = 0.0 if even else min(max(apart / (residents * summed), 0.0), 1.0)
        found[group, 3] = least if even else worst / taken
        found[group, 4], found[group, 5] = least, most
        found[group, 6] = 1.0 if even else least / most
    return found
