"""
Dasymetric shares: how counts on a grid divide the residents of an area over its points.

The counts correct what the areas alone would put into each cell: of a cell with M residents where the
areas alone put E, a point of weight w in its area weighs w · M / E. Areas are then divided by these
weights, so that their own residents hold (one round of iterative proportional fitting, Deming and
Stephan 1940, Annals of Mathematical Statistics 11, 427-444, that ends with the areas). Counts that
agree with the areas change nothing. Where cells are suppressed, M lies between a least and a most, and
a cell's part of an area is the least when it has its least and every other cell its most.
"""

from dataclasses import dataclass

import numpy as np

from geo.arrays import FloatArray, IntArray


@dataclass(frozen=True)
class Shares:
    """Parts of an area's residents that each of its points holds, 0 to 1."""

    likely: FloatArray
    """(n,) they add up to 1 in every area."""
    low: FloatArray | None = None
    """(n,) the least that any admissible counts give; ``None`` where nothing is suppressed."""
    high: FloatArray | None = None


@dataclass(frozen=True)
class CellCounts:
    """One figure for each of k cells: the least, the likely and the most; equal if none is suppressed."""

    low: FloatArray
    likely: FloatArray
    high: FloatArray


@dataclass(frozen=True)
class Membership:
    """Where n points lie."""

    area: IntArray
    """(n,) position of the area; each has a point."""
    cell: IntArray
    """(n,) position of the cell, -1 in none: the cells know of nobody there."""


def even_shares(weight: FloatArray, area: IntArray) -> FloatArray:
    """
    Divide every area in proportion to weights.

    Parameters
    ----------
    weight
        (n,) above 0.
    area
        (n,) position of each point's area.

    Returns
    -------
    (n,) parts that add up to 1 in every area.
    """
    return weight / np.bincount(area, weights=weight)[area]


def corrections(counts: CellCounts, expected: FloatArray, cell: IntArray) -> CellCounts:
    """
    Return by how much the counts of cells differ from what the areas alone put there.

    Parameters
    ----------
    counts
        Residents of k cells.
    expected
        (n,) residents that the areas alone put at each point.
    cell
        (n,) cell of each point, -1 in none.

    Returns
    -------
    M / E of every cell; 0 where the areas put nobody.
    """
    inside = cell >= 0
    number = len(counts.likely)
    put = np.bincount(cell[inside], weights=expected[inside], minlength=number)
    held = put.astype(np.float64, copy=False)
    return CellCounts(
        _quotient(counts.low, held), _quotient(counts.likely, held), _quotient(counts.high, held)
    )


def dasymetric_shares(weight: FloatArray, points: Membership, factors: CellCounts) -> Shares:
    """
    Divide every area by weights that the cells correct; by the weights alone where they leave none.

    Parameters
    ----------
    weight
        (n,) above 0, such as m² of floor.
    points
        Where the n points lie.
    factors
        What a weight counts in each cell, 0 or more (``corrections``).

    Returns
    -------
    Shares of the n points. The least and the most hold for any factors between those of ``factors``,
    also for none at all.
    """
    alone = even_shares(weight, points.area)
    # The last entry is for points in no cell.
    low, likely, high = (
        weight * np.append(factor, 0.0)[points.cell]
        for factor in (factors.low, factors.likely, factors.high)
    )
    total = _summed(likely, points.area)
    shares = np.divide(likely, total, out=alone.copy(), where=total > 0)
    if np.array_equal(low, high):
        return Shares(shares)
    least, most = _ends(low, high, weight, points)
    # Where every cell of an area may be empty, the weights alone may be the truth.
    empty = _summed(low, points.area) == 0
    least = np.where(empty, np.minimum(least, alone), least)
    most = np.where(empty, np.maximum(most, alone), most)
    return Shares(shares, np.minimum(least, shares), np.maximum(most, shares))


def _ends(
    low: FloatArray, high: FloatArray, weight: FloatArray, points: Membership
) -> tuple[FloatArray, FloatArray]:
    """Return the least and the most of each point, its cell's part of the area shared by weight."""
    width = int(points.cell.max()) + 2
    _, pair = np.unique(points.area * width + points.cell + 1, return_inverse=True)
    own_low, own_high = _summed(low, pair), _summed(high, pair)
    others_low = np.maximum(_summed(low, points.area) - own_low, 0.0)
    others_high = np.maximum(_summed(high, points.area) - own_high, 0.0)
    within = weight / _summed(weight, pair)
    return (
        within * _quotient(own_low, own_low + others_high),
        within * _quotient(own_high, own_high + others_low),
    )


def _quotient(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return part / whole; 0 of 0 is nobody."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _summed(value: FloatArray, group: IntArray) -> FloatArray:
    """Return for each point the sum over its group."""
    return np.bincount(group, weights=value).astype(np.float64, copy=False)[group]
