"""Inequality: how unequal coverage is between the units of a layer."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo.coverage.equity import inequality
from services.words.shares import share, share_of
from services.words.texts import age_group_text, is_figure, text

KEYS = ("layer", "frequency", "age_group", "walk_limit_m", "walk_limit_min", "profile")
INEQUALITY_COLUMNS = (
    *KEYS,
    *("units_n", "residents", "gini", "worst_tenth_pct", "min_pct", "max_pct"),
    *("min_max_ratio", "draft"),
)
_NAMES = {
    "worst_tenth": "worst_tenth_pct",
    "least": "min_pct",
    "most": "max_pct",
    "least_to_most": "min_max_ratio",
}


def inequality_frame(coverage: pd.DataFrame) -> pd.DataFrame:
    """
    Return the inequality of ``coverage_pct`` between the units of each layer (``INEQUALITY_COLUMNS``).

    The remainder is no unit. Without residents there are 0 units and no figures.
    """
    units = coverage[~coverage["remainder"]].reset_index(drop=True)
    group = units.groupby(list(KEYS), sort=False, dropna=False, observed=True).ngroup()
    residents = units["residents"].to_numpy(dtype=float)
    found = inequality(
        units["coverage_pct"].to_numpy(dtype=float), residents, np.asarray(group, dtype=np.int64)
    )
    firsts = units[~group.duplicated()][[*KEYS, "draft"]].reset_index(drop=True)
    both = pd.concat([firsts, found.rename(columns=_NAMES)], axis=1)
    return both[list(INEQUALITY_COLUMNS)]


def inequality_sentence(row: Mapping[str, Any], unit: str, lang: str) -> str:
    """Say a row: the worst tenth beside the best and worst unit; ``unit`` is the layer's label."""
    age_group = age_group_text(str(row["age_group"]), lang)
    if not is_figure(row["gini"]):
        return text("provision.nobody", lang, age_group=age_group)
    return text(
        "inequality.sentence",
        lang,
        unit=unit,
        age_group=age_group,
        frequency=text(f"frequency.{row['frequency']}", lang),
        worst=share(share_of(row, "worst_tenth"), lang),
        least=share(share_of(row, "min"), lang),
        most=share(share_of(row, "max"), lang),
        gini=f"{row['gini']:.2f}",
        units=row["units_n"],
    )
