"""Units apart: by which borders of other layers a unit is cut, counted by the residents on each side."""

import numpy as np
import pandas as pd

from geo.arrays import FloatArray, IntArray


def divided_units(
    unit: IntArray,
    other: IntArray,
    weight: FloatArray,
    *,
    least_share: float = 0.01,
    least_residents: float = 0.0,
) -> pd.DataFrame:
    """
    Find the units whose residents live in several areas of another layer.

    Parameters
    ----------
    unit, other
        (homes,) position of the unit and of the other layer's area that each home lies in, -1 for
        none.
    weight
        (homes,) residents.
    least_share
        A part with a smaller share of the unit's residents is left out: borders of two layers never
        lie on each other exactly.
    least_residents
        A part with fewer residents is left out: its share would tell who they are.

    Returns
    -------
    A row for each part of a unit that has two parts or more, by unit, the largest first: ``unit``,
    ``other`` and ``share_pct`` of the residents in the parts that are listed. The shares of a unit
    add up to 100, so that what is left out cannot be told from them.
    """
    known = (unit >= 0) & (other >= 0) & (weight > 0)
    homes = pd.DataFrame({"unit": unit[known], "other": other[known], "weight": weight[known]})
    parts = homes.groupby(["unit", "other"], as_index=False)["weight"].sum()
    whole = parts.groupby("unit")["weight"].transform("sum")
    tolerance = 1e-9
    large = parts["weight"] >= least_share * whole - tolerance
    large &= parts["weight"] >= least_residents - tolerance
    parts = parts[large]
    parts = parts[parts.groupby("unit")["unit"].transform("size") > 1]
    share_pct = 100.0 * parts["weight"] / parts.groupby("unit")["weight"].transform("sum")
    # Shares that floating point alone tells apart stand in the order of the areas.
    order = np.lexsort((parts["other"], -share_pct.round(6), parts["unit"]))
    found = parts.assign(share_pct=share_pct)[["unit", "other", "share_pct"]]
    return pd.DataFrame(found.iloc[order]).reset_index(drop=True)
