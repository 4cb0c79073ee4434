"""
Controlled rounding: counts as multiples of a base, so that their sums stay near the truth as well.

Two nested families of sums are held at once: of each area its last bands (all, all but the first, …),
and of each band the areas of a council and of the municipality. With two such families the
constraints are totally unimodular: a linear program has whole answers, and there always is one (Cox
1987, A constructive procedure for unbiased controlled rounding, JASA 82; Budish, Che, Kojima, Milgrom
2013, Designing random allocation mechanisms, AER 103).
"""

import hashlib
import hmac
from collections.abc import Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from geo.arrays import FloatArray, IntArray

_NOTHING = 1e-9
"""Parts of a base this small are what floats leave of none."""
_MISSED = 1e4
"""What it costs to miss a sum that was drawn: more than the draws of cells weigh."""


def draws(key: bytes, names: Sequence[Sequence[str]], values: FloatArray) -> FloatArray:
    """
    Draw a number for every cell, the same for the same key, name and value.

    Parameters
    ----------
    key
        What only the workspace knows; HMAC-SHA-256 (RFC 2104) makes the numbers.
    names
        (rows, columns) the text of each cell.
    values
        (rows, columns) the count of each cell.

    Returns
    -------
    (rows, columns) numbers evenly spread over (0, 1).
    """
    found = np.empty(values.shape)
    for row, columns in enumerate(names):
        for column, name in enumerate(columns):
            # Sums of parts of people differ in their last bits by the order of the rows.
            told = f"{name}\0{values[row, column]:.6f}".encode()
            seed = int.from_bytes(hmac.digest(key, told, hashlib.sha256)[:6], "big")
            found[row, column] = (seed + 0.5) / 2.0**48
    return found


def rounded(
    counts: FloatArray,
    council: IntArray,
    *,
    base: int,
    cell_draws: FloatArray,
    council_draws: FloatArray,
    whole_draws: FloatArray,
) -> FloatArray:
    """
    Round every count to a multiple of the base, up or down by less than the base.

    Less than the base from the truth stay too: of each area the sum of its last k bands for every k
    (each age group that is open above, and the total), and per band the sums of each council and of
    the municipality. So do the sums of councils and of the municipality over their last k bands
    wherever the program finds a way.

    A cell goes up with the chance that its part of a base is, by its own draw and what its area's
    tail allows. It leaves that only where a sum forces it, the cells with the nearest draws first
    (order sampling with permanent random numbers: Rosén 1997, Asymptotic theory for order sampling,
    JSPI 62), so an unchanged count mostly keeps its value.

    Parameters
    ----------
    counts
        (areas, bands) residents, at least 0, whole or not; bands from the youngest.
    council
        (areas,) position of the area's council, 0 … k - 1.
    base
        At least 1.
    cell_draws, council_draws, whole_draws
        (areas, bands), (k, bands) and (1, bands) numbers in (0, 1).

    Returns
    -------
    (areas, bands) multiples of the base.
    """
    part = counts / base
    of_councils = np.zeros(council_draws.shape)
    np.add.at(of_councils, council, part)
    of_whole = of_councils.sum(axis=0, keepdims=True)
    near = _in_turn(of_whole, whole_draws)
    whole = _floor(of_whole) + (near < _rest(of_whole))
    one_group = np.zeros(len(of_councils), dtype=np.int64)
    sums = _chosen(of_councils, one_group, whole, _in_turn(of_councils, council_draws))
    return _chosen(part, council, sums, _in_turn(part, cell_draws)) * base


def _in_turn(part: FloatArray, draw: FloatArray) -> FloatArray:
    """
    Return numbers in (0, 1), each evenly spread by itself, below a part's rest where it is to go up.

    Parts are taken from the last column to the first. Each goes up with the chance that its rest is,
    over all draws, and every sum from the last column on stays less than 1 off: what was rounded so
    far leaves a chance, which may be none or certainty (the splitting of Deville and Tillé 1998,
    Unequal probability sampling without replacement through a splitting method, Biometrika 85).
    """
    rest = _rest(part)
    found = np.empty(part.shape)
    summed, is_up = np.zeros(len(part)), np.zeros(len(part), dtype=bool)
    for column in reversed(range(part.shape[1])):
        one, own = rest[:, column], draw[:, column]
        after = summed + one
        over = after > 1.0 - _NOTHING
        after = np.where(over, np.maximum(after - 1.0, 0.0), after)
        with np.errstate(divide="ignore", invalid="ignore"):
            chance = np.where(
                over,
                np.where(is_up, after / summed, 1.0),
                np.where(is_up, 0.0, one / (1.0 - summed)),
            )
            goes_up = own < chance
            found[:, column] = np.where(
                goes_up, one * own / chance, one + (1.0 - one) * (own - chance) / (1.0 - chance)
            )
        is_up = np.where(over, is_up & goes_up, is_up | goes_up)
        summed = after
    return found


def _floor(part: FloatArray) -> FloatArray:
    return np.floor(part + _NOTHING)


def _rest(part: FloatArray) -> FloatArray:
    rest = part - _floor(part)
    return np.where(rest > _NOTHING, rest, 0.0)


def _chosen(part: FloatArray, group: IntArray, target: FloatArray, draw: FloatArray) -> FloatArray:
    """
    Return every part as its floor or its ceiling.

    ``group`` (rows,) has a row of ``target`` (groups, columns), the sums to meet. They are missed only
    where the rows' tails and all sums being less than 1 off leave no other way.
    """
    low, rest = _floor(part), _rest(part)
    row, column = np.nonzero(rest)
    if not row.size:
        return low
    of_groups = np.zeros(target.shape)
    np.add.at(of_groups, group, part)
    up = target > _floor(of_groups)
    chance = rest[row, column]
    cost = _logit(np.clip(draw[row, column], 1e-12, 1 - 1e-12)) - _logit(chance)
    cost += np.where(up[group[row], column], -_MISSED, _MISSED)
    tails = [(row[column >= k], np.flatnonzero(column >= k)) for k in range(part.shape[1])]
    sums = vstack(
        [
            *(_sums(of, cells, len(part), row.size) for of, cells in tails),
            _sums(group[row] * part.shape[1] + column, np.arange(row.size), target.size, row.size),
            _sums(column, np.arange(row.size), part.shape[1], row.size),
        ]
    )
    expected = sums @ chance
    most, least = np.ceil(expected - _NOTHING), np.floor(expected + _NOTHING)
    # Without integrality: a linear program, solved by the simplex of HiGHS, whose corners are whole.
    found = milp(cost, constraints=LinearConstraint(sums, least, most), bounds=Bounds(0.0, 1.0))
    assert found.x is not None, found.message  # noqa: S101  there always is one
    low[row, column] += np.round(found.x)
    return low


def _sums(of: IntArray, cells: IntArray, sums_n: int, cells_n: int) -> csr_array:
    """Return a matrix of (sums, cells) whose rows add cells up."""
    return csr_array((np.ones(len(of)), (of, cells)), shape=(sums_n, cells_n))


def _logit(chance: FloatArray) -> FloatArray:
    return np.log(chance) - np.log1p(-chance)
