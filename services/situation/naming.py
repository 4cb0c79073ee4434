"""Naming: rows by position in a layer get the layer's areas, and its remainder, by name."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from geo.coverage.reached import Layering
from services.profile import Layer
from services.situation.view import Situation
from services.workspace.folder import REMAINDER

REMAINDER_NAME = "区域外・不明"
WHOLE = "_whole"
"""Layer and area_id of the row of the whole municipality."""


def layers_of(situation: Situation) -> Iterator[tuple[Layer, Layering]]:
    """Yield every layer, as seen from homes and places."""
    for layer in situation.profile.layers:
        yield layer, situation.layering(layer.id)


def whole(situation: Situation) -> Layering:
    """Return the municipality as a layer without areas: all is in its remainder."""
    nowhere = [np.full(len(rows), -1) for rows in (situation.homes, situation.counted)]
    return Layering(situation.areas.iloc[:0], *nowhere)


def every_layer(situation: Situation, measure: Callable[[Layering], pd.DataFrame]) -> pd.DataFrame:
    """Return what is measured for each layer, then for the whole, with the names of the areas."""
    parts = [
        named(measure(layering), situation, layer, layering)
        for layer, layering in layers_of(situation)
    ]
    parts.append(named_whole(measure(whole(situation)), situation))
    return pd.concat(parts, ignore_index=True)


def named(
    frame: pd.DataFrame, situation: Situation, layer: Layer, layering: Layering
) -> pd.DataFrame:
    """Return rows with ``area`` (position, -1 the remainder) with their area's names in its place."""
    area = frame["area"].to_numpy()
    ids, names = names_of(layering)
    return _asked(
        frame.drop(columns="area").assign(
            layer=layer.id,
            area_id=ids[area],
            area_name=names[area],
            version=layer.version,
            approximate=layer.approximate,
            draft=layer.draft,
            remainder=area < 0,
        ),
        situation,
    )


def named_whole(frame: pd.DataFrame, situation: Situation) -> pd.DataFrame:
    """Return the rows of the whole municipality under its name."""
    return _asked(
        frame.drop(columns="area").assign(
            layer=WHOLE,
            area_id=WHOLE,
            area_name=situation.profile.municipality.name,
            version="",
            approximate=False,
            draft=False,
            remainder=False,
        ),
        situation,
    )


def names_of(layering: Layering) -> tuple[np.ndarray, np.ndarray]:
    """Return ids and names by position; the last one, position -1, is the remainder."""
    ids = np.array([*layering.areas["area_id"], REMAINDER], dtype=object)
    return ids, np.array([*layering.areas["area_name"], REMAINDER_NAME], dtype=object)


def unlocated(age_group: "pd.Series[str]", situation: Situation, end: str = "") -> np.ndarray:
    """
    Return how many residents of each row's age group live nobody knows where.

    ``end`` asks for the least (``_low``) or the most (``_high``) where counts are suppressed.
    """
    lost = situation.workspace.manifest["unmatched_residents"]
    codes, groups = pd.factorize(age_group)
    ends = [lost.get(f"{group}{end}", lost.get(group, 0.0)) for group in groups]
    return np.array(ends, dtype=float)[codes]


def _asked(frame: pd.DataFrame, situation: Situation) -> pd.DataFrame:
    parameters = situation.parameters
    estimated = situation.profile.population.estimated_groups
    return frame.assign(
        residents_estimated=frame["age_group"].isin(estimated),
        profile=parameters.walking.id,
        **parameters.limit.columns(),
    )
