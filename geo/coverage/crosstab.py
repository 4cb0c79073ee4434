"""
Cross-tables of two layers that do not nest: 町会 by 学区, 学区 by the councils' areas.

Everybody is in one cell, by home; homes in no area of a layer are in its remainder. So the margins
are the layers' own rows, up to the rounding of sums of floats.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo.arrays import IntArray
from geo.coverage.reached import Layering, share_pct


def crosstab(
    residents: pd.DataFrame,
    layering_a: Layering,
    layering_b: Layering,
    reached: Mapping[str, np.ndarray],
) -> pd.DataFrame:
    """
    Count residents, and those who are reached, in each pair of areas of two layers.

    Parameters
    ----------
    residents
        (homes, age groups) residents.
    layering_a, layering_b
        Both layers.
    reached
        Frequency → (homes,) booleans.

    Returns
    -------
    Long table, a row for each frequency, age group and pair of areas that has a home: ``area_a,
    area_b`` (positions, -1 for the remainder), ``frequency, age_group, residents, reached,
    coverage_pct``, and what share of the residents of either area the cell has: ``share_a_pct,
    share_b_pct``. Shares of nobody are NaN. Sorted by frequency, age group and areas, the remainder
    last.
    """
    width = len(layering_b.areas) + 1
    cell, cells = pd.factorize(_slots(layering_a) * width + _slots(layering_b), sort=True)
    area_a, area_b = np.divmod(np.asarray(cells), width)
    weight = residents.to_numpy(dtype=np.float64).T
    everybody = [np.bincount(cell, column, cells.size) for column in weight]
    counted = [
        np.bincount(cell[inside], column[inside], cells.size)
        for mask in reached.values()
        for inside in (np.flatnonzero(mask),)
        for column in weight
    ]
    shape = (len(reached), len(weight), cells.size)

    def each(values: object, *axes: int) -> np.ndarray:
        return np.broadcast_to(np.expand_dims(np.asarray(values), axes), shape).ravel()

    table = pd.DataFrame(
        {
            "area_a": each(np.where(area_a == len(layering_a.areas), -1, area_a), 0, 1),
            "area_b": each(np.where(area_b == width - 1, -1, area_b), 0, 1),
            "frequency": each(np.array(list(reached), dtype=object), 1, 2),
            "age_group": each(np.array(list(residents.columns), dtype=object), 0, 2),
            "residents": each(np.reshape(everybody, shape[1:]), 0),
            "reached": np.reshape(counted, shape).ravel(),
        }
    )
    return with_shares(table)


def with_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Return the cells with coverage and with their shares of both areas, group by group."""
    keys = ["frequency", "age_group"]
    whole_a, whole_b = (
        table.groupby([*keys, area])["residents"].transform("sum") for area in ("area_a", "area_b")
    )
    return table.assign(
        coverage_pct=share_pct(table["reached"], table["residents"]),
        share_a_pct=share_pct(table["residents"], whole_a),
        share_b_pct=share_pct(table["residents"], whole_b),
    )


def _slots(layering: Layering) -> IntArray:
    area = layering.home_area
    return np.where(area >= 0, area, len(layering.areas)).astype(np.int64)
