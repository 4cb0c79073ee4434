"""Intervals: how much suppressed counts widen a percentage, kept home by home."""

from typing import Any

import numpy as np
import pandas as pd

KEYS = ["area", "frequency", "age_group", "walk_limit_m"]


def interval_groups(homes: pd.DataFrame, groups: list[str]) -> list[str]:
    """Return the columns of low and high residents that the homes carry."""
    return [f"{g}_{end}" for g in groups for end in ("low", "high") if f"{g}_{end}" in homes]


def with_ends(frame: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    """
    Return the rows of the age groups, with the reached and unreached that suppression allows.

    ``frame`` is a coverage whose age groups include the low and high ends; the columns added are
    ``reached_low``, ``reached_high``, ``unreached_low`` and ``unreached_high``, each the plain
    figure where nothing is suppressed.
    """
    main = frame[frame["age_group"].isin(groups)].reset_index(drop=True)
    added: dict[str, Any] = {}
    for end in ("low", "high"):
        rows = frame[frame["age_group"].isin([f"{group}_{end}" for group in groups])]
        rows = rows.assign(age_group=rows["age_group"].str.removesuffix(f"_{end}"))
        known = main[KEYS].merge(rows[[*KEYS, "residents", "reached"]], on=KEYS, how="left")
        reached = known["reached"].fillna(main["reached"])
        residents = known["residents"].fillna(main["residents"])
        added[f"reached_{end}"] = reached.to_numpy(dtype=float)
        added[f"unreached_{end}"] = np.maximum((residents - reached).to_numpy(dtype=float), 0.0)
    return main.assign(**added)
