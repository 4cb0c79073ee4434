"""Hidden counts, carried into every percentage: the least and the most that can be reached."""

import numpy as np
import pandas as pd

from geo.coverage import Layering, coverage
from geo.network import FloatArray
from services.intake.mesh import HIGH, LOW
from services.situation import Situation
from services.walking import Walking


def measured(
    situation: Situation,
    layering: Layering,
    walking: Walking,
    residents: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the coverage table of one layer with one walking profile, as ``geo.coverage`` gives it."""
    return coverage(
        situation.residents if residents is None else residents,
        layering,
        situation.access(walking),
        situation.journeys(walking),
        limits=situation.parameters.limits,
        speed_m_per_min=walking.walker.speed_m_per_min,
    )


def hidden_interval(
    situation: Situation, layering: Layering, walking: Walking, frame: pd.DataFrame
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """
    Return, for the rows of a coverage table, reached and unreached residents: least, most, least, most.

    Without hidden counts least and most are the figures themselves.
    """
    reached = frame["reached"].to_numpy(dtype=float)
    unreached = frame["residents"].to_numpy(dtype=float) - reached
    homes = situation.homes
    groups = [str(group) for group in situation.residents.columns]
    if not any(group + LOW in homes.columns for group in groups):
        return reached, reached, unreached, unreached
    least, most = (
        measured(situation, layering, walking, _hidden(homes, groups, end)) for end in (LOW, HIGH)
    )
    return (
        np.minimum(least["reached"].to_numpy(dtype=float), reached),
        np.maximum(most["reached"].to_numpy(dtype=float), reached),
        np.minimum((least["residents"] - least["reached"]).to_numpy(dtype=float), unreached),
        np.maximum((most["residents"] - most["reached"]).to_numpy(dtype=float), unreached),
    )


def _hidden(homes: pd.DataFrame, groups: list[str], end: str) -> pd.DataFrame:
    """Return the lowest or the highest count in every home."""
    return pd.DataFrame(
        {group: homes[group + end] if group + end in homes else homes[group] for group in groups}
    )
