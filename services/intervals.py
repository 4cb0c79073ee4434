"""Hidden counts, carried into every percentage: the least and the most that can be reached."""

import numpy as np
import pandas as pd

from geo.coverage import Layering, coverage
from geo.network import FloatArray
from services.intake.mesh import HIGH, LOW
from services.situation import Situation


def hidden_interval(
    situation: Situation, layering: Layering, frame: pd.DataFrame
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
    least, most = (_with(situation, layering, homes, groups, end) for end in (LOW, HIGH))
    return (
        np.minimum(least["reached"].to_numpy(dtype=float), reached),
        np.maximum(most["reached"].to_numpy(dtype=float), reached),
        np.minimum((least["residents"] - least["reached"]).to_numpy(dtype=float), unreached),
        np.maximum((most["residents"] - most["reached"]).to_numpy(dtype=float), unreached),
    )


def _with(
    situation: Situation, layering: Layering, homes: pd.DataFrame, groups: list[str], end: str
) -> pd.DataFrame:
    """Return the coverage table with the lowest or the highest count in every home."""
    residents = pd.DataFrame(
        {group: homes[group + end] if group + end in homes else homes[group] for group in groups}
    )
    return coverage(
        residents,
        layering,
        situation.access,
        situation.walks,
        limits_m=situation.parameters.walk_limits_m,
        speed_m_per_min=situation.parameters.walking.speed_m_per_min,
    )
