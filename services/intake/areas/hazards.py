"""Areas of danger: polygons in the plane, each with the words that say what it is."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import Sentence, SourceError
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.intake.tables.reading import require_columns, texts
from services.intake.tables.remarks import note_remarks
from services.intake.vectors.reading import read_vector
from services.profile import Hazards, Source
from services.profile.products import product
from services.words.texts import text

FILE = "hazards.parquet"


def read_hazards(
    path: Path,
    *,
    spec: Hazards,
    source: Source,
    plane_epsg: int,
    ledger: Ledger,
    near: BaseGeometry | None = None,
) -> gpd.GeoDataFrame:
    """
    Read the polygons of a source in the plane CRS: hazard, geometry.

    Only those that touch ``near`` are kept. A file without any polygon is refused: an empty layer
    would say that nowhere is dangerous.
    """
    frame = read_vector(path, source=source).to_crs(plane_epsg)
    notes = ledger.of(source.id)
    notes.rows_read += len(frame)
    note_remarks(frame, notes=notes)
    words = _words(frame, path, spec=spec, source=source)
    shapes, whole = _polygons(frame, notes)
    if not whole.any():
        raise SourceError(
            "none of its {frame_n} rows is a polygon; name the file of the areas of {name}",
            path=path,
            frame_n=len(frame),
            name=spec.name,
        )
    here = whole if near is None else whole & shapely.intersects(near, shapes)
    if not here.all() and (elsewhere := int((whole & ~here).sum())):
        notes.note(
            Entry(
                "hazards_elsewhere",
                Sentence(
                    "{elsewhere} polygons lie outside the municipality and its surroundings; not "
                    "used",
                    elsewhere=elsewhere,
                ),
            )
        )
    notes.rows_used += int(here.sum())
    return gpd.GeoDataFrame(
        {"hazard": [word for word, kept in zip(words, here, strict=True) if kept]},
        geometry=list(shapes[here]),
        crs=plane_epsg,
    )


def _polygons(frame: gpd.GeoDataFrame, notes: SourceLedger) -> tuple[np.ndarray, np.ndarray]:
    """Return the shapes, crossing borders repaired, and which of them are areas."""
    shapes = frame.geometry.to_numpy().copy()
    whole = np.isin(shapely.get_type_id(shapes), _AREAS) & ~shapely.is_empty(shapes)
    crossing = np.flatnonzero(whole & ~shapely.is_valid(shapes))
    shapes[crossing] = shapely.make_valid(shapes[crossing], method="structure")
    for code, rows, what in (
        (
            "no_polygon",
            np.flatnonzero(~whole),
            Sentence("are no polygons; not used"),
        ),
        (
            "repaired_polygon",
            crossing,
            Sentence("had borders that cross; repaired"),
        ),
    ):
        if len(rows):
            first = int(frame.index[rows[0]])
            notes.note(
                Entry(
                    code,
                    Sentence("{rows_n} rows {what}", rows_n=len(rows), what=what),
                    row=first,
                )
            )
    notes.rows_refused += int((~whole).sum())
    notes.rows_repaired += len(crossing)
    return shapes, whole


_AREAS = (3, 6)
"""Polygon, MultiPolygon, as GEOS numbers them."""


def _words(frame: gpd.GeoDataFrame, path: Path, *, spec: Hazards, source: Source) -> list[str]:
    """Say what each area is: the profile's name, and what its columns tell, in brackets."""
    known = product(source.product) if source.product else None
    fields = [spec.name_field] if spec.name_field else []
    if known and not fields:
        edition = known.edition(frame.columns, path=path)
        fields = [name for name in edition.name if name in frame.columns]
    require_columns(frame.columns, fields, path=path)
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    told = []
    for field in fields:
        meaning = known.words.get(field, {}) if known else {}
        told.append([meaning.get(cell, cell) for cell in texts(table, field)])
    joint = text("text.joint", "ja")
    joined = [joint.join(filter(None, row)) for row in zip(*told, strict=True)]
    return [
        spec.name + (text("text.brackets", "ja", text=words) if words else "")
        for words in joined or [""] * len(table)
    ]
