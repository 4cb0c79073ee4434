"""Small changes: differences between two results by which few residents could be told."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from services.privacy.counts import hidden_n

_NOBODY = 1e-6
"""Sums of floats that should be equal differ by less."""


def small_change(values: "pd.Series[float]", *, small_number: int) -> "pd.Series[bool]":
    """Say which differences of residents are some, and fewer than may be shown."""
    size = values.abs()
    return (size > _NOBODY) & (size < small_number)


def hide_small_changes(
    table: pd.DataFrame,
    change: "pd.Series[float]",
    *,
    by: Sequence[str],
    columns: Sequence[str],
    small_number: int,
) -> pd.DataFrame:
    """
    Return the table without rows of small differences, by which few residents could be told.

    Within each group ``by`` further rows that change are hidden, the smallest first, until two of
    them and ``small_number`` residents are: no subtraction from the group's total tells one.
    """
    size = change.abs().to_numpy(dtype=float)
    moved = np.flatnonzero(size > _NOBODY)
    group = table.iloc[moved].groupby(list(by), sort=False, dropna=False).ngroup().to_numpy()
    area = table["area_id"].to_numpy()[moved]
    order = np.lexsort((area.astype(str), size[moved], group))
    hidden = np.zeros(len(table), dtype=bool)
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    for rows in np.split(moved[order], starts[1:]):
        hidden[rows[: hidden_n(size[rows], small_number)]] = True
    shown = table.assign(**{name: table[name].mask(hidden) for name in columns})
    return shown.assign(suppressed=table["suppressed"].to_numpy() | hidden)
