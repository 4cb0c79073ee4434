"""
Naming: rows by position in a layer get the layer's areas, and its remainder, by name.

The remainder, and the whole, also get the residents whose home nobody knows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.arrays import FloatArray
from geo.coverage.reached import Layering
from services.profile import Layer
from services.situation.view import Situation
from services.words.texts import text
from services.workspace.folder import REMAINDER

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


def every_layer(
    situation: Situation, table: str, measure: Callable[[Layering], pd.DataFrame]
) -> pd.DataFrame:
    """
    Return what is measured for each layer, then for the whole, as the question asks it, named.

    What the rows of a ``table`` are about does not depend on who lives where: it is named once.
    """
    layerings = [*(layering for _, layering in layers_of(situation)), whole(situation)]
    found = [measure(layering) for layering in layerings]
    rows = situation.shared(("rows", table), lambda: _named_rows(found, situation))
    return pd.concat([rows, pd.concat(found, ignore_index=True).drop(columns="area")], axis=1)


def _named_rows(tables: Sequence[pd.DataFrame], situation: Situation) -> pd.DataFrame:
    """Return the names of the rows of each layer, then of the whole, and what else is said of them."""
    *keys, of_whole = (table[["area", "age_group"]] for table in tables)
    parts = [
        named(one, situation, layer, layering)
        for one, (layer, layering) in zip(keys, layers_of(situation), strict=True)
    ]
    parts.append(_named_whole(of_whole, situation))
    parameters = situation.parameters
    return (
        pd.concat(parts, ignore_index=True)
        .drop(columns="age_group")
        .assign(profile=parameters.walking.id, **parameters.limit.columns())
    )


def stacked(tables: Iterable[Mapping[str, np.ndarray]]) -> pd.DataFrame:
    """Return the columns of several tables below each other."""
    parts = list(tables)
    return pd.DataFrame({name: np.concatenate([one[name] for one in parts]) for name in parts[0]})


def named(
    frame: pd.DataFrame, situation: Situation, layer: Layer, layering: Layering
) -> pd.DataFrame:
    """Return rows with ``area`` (position, -1 the remainder) with their area's names in its place."""
    area = frame["area"].to_numpy()
    names = names_of(layering.areas)
    of_row = names.take(area % len(names)).set_index(frame.index)
    of_row.insert(0, "layer", layer.id)
    found = pd.concat([of_row.assign(version=layer.version), frame.drop(columns="area")], axis=1)
    return found.assign(
        approximate=layer.approximate,
        draft=layer.draft,
        remainder=area < 0,
        residents_estimated=_estimated(frame, situation),
    )


def _named_whole(frame: pd.DataFrame, situation: Situation) -> pd.DataFrame:
    """Return the rows of the whole municipality under its name."""
    return frame.drop(columns="area").assign(
        layer=WHOLE,
        area_id=WHOLE,
        area_name=situation.profile.municipality.name,
        version="",
        approximate=False,
        draft=False,
        remainder=False,
        residents_estimated=_estimated(frame, situation),
    )


def _estimated(frame: pd.DataFrame, situation: Situation) -> "pd.Series[bool]":
    return frame["age_group"].isin(situation.profile.population.estimated_groups)


def names_of(areas: pd.DataFrame) -> pd.DataFrame:
    """Return ``area_id, area_name`` by position; the last one, position -1, is the remainder."""
    rest = {"area_id": [REMAINDER], "area_name": [text("remainder", "ja")]}
    return pd.DataFrame({name: [*areas[name], *last] for name, last in rest.items()}, dtype="str")


def picked(values: ArrayLike, position: ArrayLike) -> NDArray[Any]:
    """Return the ids or names of areas or places at positions; the empty text at -1, for none."""
    return np.append(np.asarray(values, dtype=object), "")[np.asarray(position, dtype=np.intp)]


def unlocated(table: pd.DataFrame, situation: Situation, end: str = "") -> FloatArray:
    """
    Return (rows,) the residents whose home nobody knows and whom each row counts as well.

    The remainder of a layer does, and the whole. ``table`` has ``layer, age_group, remainder``;
    ``end`` as ``Workspace.unlocated`` has it.
    """
    counts = table["remainder"] | (table["layer"] == WHOLE)
    return unlocated_of(table["age_group"], situation, end) * counts.to_numpy(dtype=bool)


def unlocated_of(age_group: "pd.Series[str]", situation: Situation, end: str = "") -> FloatArray:
    """Return for each row the residents of its age group whose home nobody knows."""
    codes, groups = pd.factorize(age_group)
    lost = [situation.workspace.unlocated(str(group), end) for group in groups]
    return np.array(lost, dtype=np.float64)[codes]
