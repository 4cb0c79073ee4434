"""Remarks: what the reader of a file saw, carried with its frame to the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import Sentence
from services.intake.tables.ledger import Entry, SourceLedger

Frame = TypeVar("Frame", bound=pd.DataFrame)

_REMARKS = "arukeba_remarks"
_MESSAGE_LENGTH = 200


TOKYO_SHIFTED = Sentence(
    "positions of the old Japanese datum (Tokyo) were shifted to the world's, to about 9 m"
)


@dataclass(frozen=True, slots=True)
class _Remarks:
    """Warnings of the library, rows with coordinates that are no numbers, entries as they are."""

    warnings: tuple[str, ...] = ()
    not_finite: tuple[int, ...] = ()
    entries: tuple[Entry, ...] = ()


def with_warnings(frame: gpd.GeoDataFrame, messages: Iterable[object]) -> gpd.GeoDataFrame:
    """Remember with the frame what the library warned of, each warning once."""
    shown = tuple(dict.fromkeys(str(message)[:_MESSAGE_LENGTH] for message in messages))
    frame.attrs[_REMARKS] = replace(_seen(frame), warnings=shown)
    return frame


def with_entries(frame: Frame, entries: Iterable[Entry]) -> Frame:
    """Remember with a frame what its reader has to say, beside what is remembered already."""
    if entries := tuple(entries):
        seen = _seen(frame)
        frame.attrs[_REMARKS] = replace(seen, entries=(*seen.entries, *entries))
    return frame


def _seen(frame: pd.DataFrame) -> _Remarks:
    seen = frame.attrs.get(_REMARKS)
    return seen if isinstance(seen, _Remarks) else _Remarks()


def finite(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take away shapes with a coordinate that is no number, and remember their rows."""
    shapes = frame.geometry.to_numpy()
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    bad = np.unique(owner[~np.isfinite(xy).all(axis=1)])
    if not len(bad):
        return frame
    seen = _seen(frame)
    shapes = shapes.copy()
    shapes[bad] = None
    cleaned: gpd.GeoDataFrame = frame.set_geometry(
        gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)
    )
    rows = tuple(int(frame.index[place]) for place in bad)
    cleaned.attrs[_REMARKS] = replace(seen, not_finite=rows)
    return cleaned


def note_remarks(frame: pd.DataFrame, *, notes: SourceLedger) -> None:
    """Write down what the reader of a file saw."""
    seen = frame.attrs.pop(_REMARKS, None)
    if not isinstance(seen, _Remarks):
        return
    for message in seen.warnings:
        notes.note(
            Entry(
                "reader_warning",
                Sentence("the file is not quite what its format asks: {message}", message=message),
            )
        )
    for entry in seen.entries:
        notes.note(entry)
    for row in seen.not_finite:
        notes.note(
            Entry(
                "not_finite",
                Sentence("a coordinate is no number; the row's shape is not used"),
                row=row,
            )
        )
