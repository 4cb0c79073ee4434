"""
Cross-tables of two layers that do not nest: 町会 by 学区, 学区 by the councils' areas.

Everybody is in one cell, by home; homes in no area of a layer are in its remainder. So the margins
are the layers' own rows, up to the rounding of sums of floats.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.arrays import IntArray
from geo.coverage.reached import Layering, share_pct, slots_of
from geo.coverage.tally import sum_by


@dataclass(frozen=True, eq=False)
class Crossing:
    """
    The pairs of areas of two layers that have a home, whoever lives there.

    ``area_a, area_b`` are (cells,) positions, -1 for the remainder, in ascending order with the
    remainders last; ``of_home`` is (homes,) the cell of each.
    """

    area_a: IntArray
    area_b: IntArray
    of_home: IntArray

    @classmethod
    def of(
        cls, layering_a: Layering, layering_b: Layering, *, with_corner: bool = False
    ) -> "Crossing":
        """
        Return the cells that two layers have in common.

        Parameters
        ----------
        layering_a, layering_b
            The two layers, of the same homes.
        with_corner
            Have the cell of both remainders also where no home is in it.

        Returns
        -------
        The cells, and that of each home.
        """
        height, width = len(layering_a.areas) + 1, len(layering_b.areas) + 1
        place = slots_of(layering_a.home_area, height) * width
        of_home, found = pd.factorize(place + slots_of(layering_b.home_area, width), sort=True)
        corner = [height * width - 1] if with_corner else []
        area_a, area_b = np.divmod(np.union1d(found, np.array(corner, dtype=np.int64)), width)
        return cls(
            np.where(area_a == height - 1, -1, area_a),
            np.where(area_b == width - 1, -1, area_b),
            of_home.astype(np.int64),
        )


def cell_rows(groups: pd.Index, cells: Crossing, frequencies: Iterable[str]) -> pd.DataFrame:
    """
    Return what the rows of ``cell_figures`` are about, whoever lives there.

    Parameters
    ----------
    groups
        Age groups.
    cells
        The pairs of areas.
    frequencies
        In the order of the figures.

    Returns
    -------
    ``area_a, area_b, frequency, age_group``: sorted by frequency, age group and cell.
    """
    named = [np.array(list(one), dtype=object) for one in (frequencies, groups)]
    which = np.indices((len(named[0]), len(named[1]), cells.area_a.size)).reshape(3, -1)
    return pd.DataFrame(
        {
            "area_a": cells.area_a[which[2]],
            "area_b": cells.area_b[which[2]],
            "frequency": named[0][which[0]],
            "age_group": named[1][which[1]],
        }
    )


def cell_figures(
    residents: pd.DataFrame, cells: Crossing, reached: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """
    Count residents, and those who are reached, in each pair of areas of two layers.

    Parameters
    ----------
    residents
        (homes, age groups) residents.
    cells
        The pairs of areas.
    reached
        Frequency → (homes,) booleans.

    Returns
    -------
    ``residents, reached`` in the order of ``cell_rows``.
    """
    weight = np.ascontiguousarray(residents.to_numpy(dtype=np.float64))
    size = cells.area_a.size
    everybody = sum_by(cells.of_home, weight, size).T
    counted = [
        sum_by(cells.of_home[inside], weight[inside], size).T
        for inside in (np.flatnonzero(mask) for mask in reached.values())
    ]
    shape = (len(reached), *everybody.shape)
    return pd.DataFrame(
        {
            "residents": np.broadcast_to(everybody, shape).ravel(),
            "reached": np.reshape(counted, -1),
        }
    )


def with_shares(table: pd.DataFrame) -> pd.DataFrame:
    """
    Return cells with their shares of both areas, group by group.

    Parameters
    ----------
    table
        Rows of ``cell_rows`` with the columns of ``cell_figures``.

    Returns
    -------
    The same with ``coverage_pct``, and what share of the residents of either area the cell has:
    ``share_a_pct, share_b_pct``. Shares of nobody are NaN.
    """
    block = table.groupby(["frequency", "age_group"]).ngroup().to_numpy()
    whole_a, whole_b = (
        table["residents"].groupby([block, table[area].to_numpy()]).transform("sum")
        for area in ("area_a", "area_b")
    )
    return table.assign(
        coverage_pct=share_pct(table["reached"], table["residents"]),
        share_a_pct=share_pct(table["residents"], whole_a),
        share_b_pct=share_pct(table["residents"], whole_b),
    )
