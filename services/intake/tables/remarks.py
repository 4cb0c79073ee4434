"""Remarks: what the reader of a vector file saw, carried with its frame to the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import Sentence
from services.intake.tables.ledger import Entry, SourceLedger

_REMARKS = "arukeba_remarks"
_MESSAGE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class _Remarks:
    """Warnings of the library, and rows with coordinates that are no numbers."""

    warnings: tuple[str, ...] = ()
    not_finite: tuple[int, ...] = ()


def with_warnings(frame: gpd.GeoDataFrame, messages: Iterable[object]) -> gpd.GeoDataFrame:
    """Remember with the frame what the library warned of, each warning once."""
    shown = tuple(dict.fromkeys(str(message)[:_MESSAGE_LENGTH] for message in messages))
    frame.attrs[_REMARKS] = _Remarks(warnings=shown)
    return frame


def finite(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take away shapes with a coordinate that is no number, and remember their rows."""
    shapes = frame.geometry.to_numpy()
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    bad = np.unique(owner[~np.isfinite(xy).all(axis=1)])
    if not len(bad):
        return frame
    seen = frame.attrs.pop(_REMARKS, _Remarks())
    shapes = shapes.copy()
    shapes[bad] = None
    cleaned: gpd.GeoDataFrame = frame.set_geometry(
        gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)
    )
    rows = tuple(int(frame.index[place]) for place in bad)
    cleaned.attrs[_REMARKS] = replace(seen, not_finite=rows)
    return cleaned


def note_remarks(frame: pd.DataFrame, *, notes: SourceLedger) -> None:
    """Write down what the reader of a vector file saw."""
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
    for row in seen.not_finite:
        notes.note(
            Entry(
                "not_finite",
                Sentence("a coordinate is no number; the row's shape is not used"),
                row=row,
            )
        )
