"""Aspect: which of the many coverages of one run is meant, in every table that has them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo.coverage.reached import Limit
from geo.vocabulary import TARGET
from services.words.texts import is_figure

LIMIT_COLUMNS = ["walk_limit_m", "walk_limit_min"]
NO_LIMIT = -1.0
"""In metres or minutes, where a limit is of the other."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """How often, for whom, how far and walking how; a run measures all of them side by side."""

    frequency: str
    age_group: str
    limit: Limit
    profile: str

    @classmethod
    def main(cls, run: Mapping[str, Any]) -> "Aspect":
        """Return the one that gaps and candidates of a run are judged by."""
        parameters = run["parameters"]
        return cls(TARGET, parameters["age_group"], limit_in(parameters), main_profile(run))

    @property
    def filters(self) -> dict[str, list[str]]:
        """Return it as the filters of a collection; of a limit that has no minutes, none."""
        limit = {"walk_limit_m": self.limit.m, "walk_limit_min": self.limit.minutes}
        return {
            "frequency": [self.frequency],
            "age_group": [self.age_group],
            **{name: ["" if value is None else repr(value)] for name, value in limit.items()},
            "profile": [self.profile],
        }

    def rows(self, table: pd.DataFrame, *, whatever: Collection[str] = ()) -> pd.DataFrame:
        """
        Return its rows of a table; of ``whatever`` (``limit``, ``age_group``, …) any value will do.

        A table without frequencies or profiles is not asked for them.
        """
        kept = pd.Series(data=True, index=table.index)
        if "limit" not in whatever:
            kept &= of_limit(table, self.limit)
        for name in ("frequency", "age_group", "profile"):
            if name in table.columns and name not in whatever:
                kept &= table[name] == getattr(self, name)
        return table[kept]


class ByAspect:
    """A table of coverage with the rows of each layer and aspect at hand: readers ask for them all the time."""

    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table
        limits = table[LIMIT_COLUMNS].fillna(NO_LIMIT)
        keys = [table[name] for name in ("layer", "frequency", "age_group", "profile")]
        keys += [limits[name] for name in LIMIT_COLUMNS]
        self._rows = table.groupby(keys, observed=True, sort=False).indices

    def rows(self, aspect: Aspect, layer: str) -> pd.DataFrame:
        """Return the rows of one layer and aspect, none where nothing is of it."""
        limits = (
            NO_LIMIT if value is None else value for value in (aspect.limit.m, aspect.limit.minutes)
        )
        key = (layer, aspect.frequency, aspect.age_group, aspect.profile, *limits)
        return self._table.take(np.asarray(self._rows.get(key, []), dtype=np.int64))


def main_profile(run: Mapping[str, Any]) -> str:
    """Return the walking profile that gaps and candidates of a run are judged by."""
    return str(run["parameters"]["profile"]["id"])


def limit_in(row: Mapping[Any, Any]) -> Limit:
    """Return the limit of a row or of parameters, where what it does not have is None or NaN."""
    metres, minutes = (row.get(name) for name in LIMIT_COLUMNS)
    return Limit(
        float(metres) if is_figure(metres) else None,  # type: ignore[arg-type]  # is_figure says so
        float(minutes) if is_figure(minutes) else None,  # type: ignore[arg-type]  # is_figure says so
    )


def of_limit(table: pd.DataFrame, limit: Limit) -> "pd.Series[bool]":
    """Say which rows are of a limit: of one in metres those alone that have no minutes."""
    return _equals(table["walk_limit_m"], limit.m) & _equals(table["walk_limit_min"], limit.minutes)


def _equals(column: "pd.Series[float]", value: float | None) -> "pd.Series[bool]":
    return column.isna() if value is None else column == value


def limits_in(table: pd.DataFrame) -> list[Limit]:
    """Return the limits of a table: in metres first, then in minutes, each from the shortest."""
    found = in_order(table[LIMIT_COLUMNS].drop_duplicates())
    return [limit_in(row) for row in found.to_dict("records")]


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with limits in metres first, then in minutes, each from the shortest."""
    return rows.sort_values(LIMIT_COLUMNS[::-1], na_position="first", kind="stable")
