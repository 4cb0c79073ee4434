"""
Cross-tables of two layers that do not nest: 町会 by 学区, 学区 by the councils' areas.

Everybody is in one cell, by home; homes in no area of a layer are in its remainder. So the margins
are the layers' own rows, up to the rounding of sums of floats.
"""

import numpy as np
import pandas as pd

from geo.coverage import Layering, share_pct
from geo.network import IntArray


def crosstab(
    residents: pd.DataFrame,
    layering_a: Layering,
    layering_b: Layering,
    reached: np.ndarray,
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
        (homes,) booleans.

    Returns
    -------
    Long table, a row for each age group and each pair of areas that has a home: ``area_a, area_b``
    (positions, -1 for the remainder), ``age_group, residents, reached, coverage_pct``, and what
    share of the residents of either area the cell has: ``share_a_pct, share_b_pct``. Shares of
    nobody are NaN. Sorted by age group, then areas, the remainder last.
    """
    rows, columns = _slots(layering_a), _slots(layering_b)
    width = len(layering_b.areas) + 1
    cell, cells = pd.factorize(rows * width + columns, sort=True)
    area_a, area_b = np.divmod(cells, width)
    blocks = [
        pd.DataFrame(
            {
                "area_a": area_a,
                "area_b": area_b,
                "age_group": group,
                "residents": np.bincount(cell, weights=weight, minlength=cells.size),
                "reached": np.bincount(cell, weights=weight * reached, minlength=cells.size),
            }
        )
        for group, weight in zip(
            residents.columns, residents.to_numpy(dtype=np.float64).T, strict=True
        )
    ]
    table = with_shares(pd.concat(blocks, ignore_index=True))
    return table.assign(
        area_a=_position(table["area_a"], layering_a), area_b=_position(table["area_b"], layering_b)
    )


def with_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Return the cells with coverage and with their shares of both areas, group by group."""
    whole = table.assign(
        a=table.groupby(["age_group", "area_a"])["residents"].transform("sum"),
        b=table.groupby(["age_group", "area_b"])["residents"].transform("sum"),
    )
    return table.assign(
        coverage_pct=share_pct(table["reached"], table["residents"]),
        share_a_pct=share_pct(table["residents"], whole["a"]),
        share_b_pct=share_pct(table["residents"], whole["b"]),
    )


def _slots(layering: Layering) -> IntArray:
    area = layering.home_area
    return np.where(area >= 0, area, len(layering.areas)).astype(np.int64)


def _position(slot: "pd.Series[int]", layering: Layering) -> "pd.Series[int]":
    return slot.mask(slot == len(layering.areas), -1)
