"""What is stored holds codes, figures and what people typed: any other text is a sentence of ours."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from services.registry.places import read_places, read_venues
from services.workspace.folder import Workspace

CODE = re.compile(r"[!-~]*")
"""ASCII without a space: a code, an id, a date, a hash."""


def texts_in(value: object) -> Iterator[str]:
    """Yield every text of plain data; keys are no texts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, (list, tuple, np.ndarray)):
        for one in value:
            yield from texts_in(one)


def typed_in(workspace: Workspace) -> set[str]:
    """Return what people typed: the profile, and the names in tables and layers."""
    epsg = workspace.profile.municipality.plane_epsg
    url = workspace.registry_url
    tables = (
        *(workspace.areas(), workspace.hazards, read_venues(url, epsg), read_places(url, epsg)),
    )
    return {
        *texts_in(workspace.profile.model_dump()),
        *(text for table in tables for text in _texts_of(table)),
    }


def sentences_in(stored: Any, typed: set[str]) -> set[str]:
    """Return the texts that are neither codes nor typed by people."""
    return {text for text in texts_in(stored) if text not in typed and not CODE.fullmatch(text)}


def sentences_of(path: Path, typed: set[str]) -> set[str]:
    """Return such texts of a stored table."""
    return sentences_in(list(_texts_of(gpd.read_parquet(path))), typed)


def _texts_of(table: gpd.GeoDataFrame) -> Iterator[str]:
    for name in table:
        if name != table.geometry.name:
            yield from texts_in(table[name].tolist())
