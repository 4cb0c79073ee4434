"""
Hidden counts, carried into every percentage: the least and the most that a share can be.

Where a source suppresses counts, each home has a least and a most number of residents. A share of
residents is least where those who count are as few, and all others as many, as can be.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.arrays import FloatArray
from geo.coverage.reached import Layering, figures_of, row_keys, share_pct
from geo.demand.homes import HIGH, LOW
from services.situation.naming import WHOLE, unlocated_of
from services.situation.view import Situation
from services.situation.walking import Walking


@dataclass(frozen=True)
class Bounds:
    """(rows,) the least and the most of those who count (``part``), and of all others (``rest``)."""

    part_least: FloatArray
    part_most: FloatArray
    rest_least: FloatArray
    rest_most: FloatArray

    @classmethod
    def of(cls, tables: "Ends", part: str, whole: str = "residents") -> "Bounds":
        """Return the bounds of a column of residents and of those in ``whole`` who are not in it."""
        parts = [table[part].to_numpy(dtype=float) for table in tables.each]
        rests = [
            table[whole].to_numpy(dtype=float) - one
            for table, one in zip(tables.each, parts, strict=True)
        ]
        least, most = np.minimum.reduce, np.maximum.reduce
        return cls(least(parts), most(parts), least(rests), most(rests))

    def pct(
        self, unknown: FloatArray | float = 0.0
    ) -> tuple["pd.Series[float]", "pd.Series[float]"]:
        """
        Return the least and the most percentage that those who count can be of all.

        ``unknown`` are residents whose home nobody knows: none of them counts, or all. Of what can
        only be nobody both are NaN; where nobody but those who count can be there, both are 100.
        """
        least, most, rest_least, rest_most = (
            pd.Series(part)
            for part in (self.part_least, self.part_most, self.rest_least, self.rest_most)
        )
        low = share_pct(least, least + rest_most + unknown)
        high = share_pct(most + unknown, most + rest_least + unknown)
        return low.fillna(high), high.fillna(low)


@dataclass(frozen=True)
class Ends:
    """One table of residents as likely, and the same with the least and the most in every home."""

    likely: pd.DataFrame
    hidden: tuple[pd.DataFrame, ...] = ()

    @classmethod
    def of(cls, situation: Situation, measure: Callable[[pd.DataFrame], pd.DataFrame]) -> "Ends":
        """Measure residents, and both ends of them where some are hidden; rows must be the same."""
        ends = ends_of(situation)
        return cls(measure(situation.residents), tuple(measure(end) for end in ends))

    @property
    def each(self) -> tuple[pd.DataFrame, ...]:
        """Return all tables, the likely one first."""
        return (self.likely, *self.hidden)

    def map(self, change: Callable[[pd.DataFrame], pd.DataFrame]) -> "Ends":
        """Return the tables, all changed alike."""
        return Ends(change(self.likely), tuple(change(one) for one in self.hidden))


def ends_of(situation: Situation) -> tuple[pd.DataFrame, ...]:
    """Return (homes, age groups) the least and the most residents; nothing where none are hidden."""
    homes = situation.homes
    groups = [str(group) for group in situation.residents.columns]
    if not any(group + LOW in homes.columns for group in groups):
        return ()
    return tuple(
        pd.DataFrame(
            {
                group: homes[group + end] if group + end in homes else homes[group]
                for group in groups
            }
        )
        for end in (LOW, HIGH)
    )


def measured(situation: Situation, layering: Layering, walking: Walking) -> pd.DataFrame:
    """Return the coverage table of one layer with one walking profile, as ``geo.coverage.reached`` gives it."""
    keys = row_keys(situation.residents.columns, len(layering.areas), situation.parameters.limits)
    return keys.assign(**figures(situation, layering, walking, situation.residents))


def figures(
    situation: Situation, layering: Layering, walking: Walking, residents: pd.DataFrame
) -> dict[str, np.ndarray]:
    """Return the columns of a coverage table that depend on who lives where, or on the walker."""
    return figures_of(
        residents,
        layering,
        situation.access(walking),
        situation.journeys(walking),
        limits=situation.parameters.limits,
        speed_m_per_min=walking.walker.speed_m_per_min,
    )


def unknown_most(table: pd.DataFrame, situation: Situation) -> FloatArray:
    """
    Return (rows,) the most residents whose home nobody knows and who may live in the row's area.

    They live somewhere in the municipality: in the remainder, or in the layer of the whole. No
    smaller area can tell. ``table`` has ``layer, age_group, remainder``.
    """
    whole = {layer.id for layer in situation.profile.layers if layer.kind == "municipality"}
    anywhere = table["remainder"] | table["layer"].isin(whole | {WHOLE})
    most = unlocated_of(table["age_group"], situation, HIGH)
    return np.asarray(most * anywhere.to_numpy(dtype=bool), dtype=np.float64)
