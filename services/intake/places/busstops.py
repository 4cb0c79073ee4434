"""Intake of bus stops: 国土数値情報 P11, stops.txt of GTFS, or any points with names."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import Sentence, SourceError
from services.intake.places.points import (
    PROBLEMS,
    PointOptions,
    PointRows,
    note_repairs,
    read_points,
)
from services.intake.tables.columns import propose
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.intake.tables.reading import first_filled, require_columns, require_name_field, texts
from services.intake.tables.remarks import note_remarks
from services.profile import Source, Stops
from services.profile.products import product

BOARDING = ("", "0")
"""``location_type`` of GTFS where a bus is boarded; others are stations, entrances and nodes."""


def read_stops(
    path: Path,
    *,
    spec: Stops,
    source: Source,
    plane_epsg: int,
    ledger: Ledger,
    near: BaseGeometry,
) -> gpd.GeoDataFrame:
    """
    Read the bus stops in and around the municipality, plane CRS: stop_id, name, row, geometry.

    A file without any stop there is refused: an empty layer would say that nobody has a bus.
    """
    rows = read_points(
        path,
        lon_field=spec.lon_field,
        lat_field=spec.lat_field,
        source=source,
        plane_epsg=plane_epsg,
        options=PointOptions(near=near, wanted=(spec.name_field,) if spec.name_field else ()),
    )
    notes = ledger.of(source.id)
    notes.rows_read += len(rows.table)
    note_remarks(rows.table, notes=notes)
    note_repairs(rows, notes=notes)
    stops = gpd.GeoDataFrame(
        {
            "stop_id": [f"{source.id}-{row}" for row in rows.table.index],
            "name": _names(rows.table, spec, source, path),
            "row": rows.table.index.to_numpy(),
            "problem": rows.problems,
        },
        geometry=list(rows.shapes),
        crs=plane_epsg,
    )
    stops = _around(_located(stops[_boarded(rows)], notes), near, notes)
    if stops.empty:
        raise SourceError(
            "none of its {table_n} rows is a bus stop in or around the municipality; "
            "name a file of this area, or correct the coordinates or the source's epsg",
            path=path,
            table_n=len(rows.table),
        )
    notes.rows_used += len(stops)
    return stops.drop(columns="problem").reset_index(drop=True)


def _names(table: pd.DataFrame, spec: Stops, source: Source, path: Path) -> list[str]:
    if spec.name_field:
        require_columns(table.columns, [spec.name_field], path=path)
        return texts(table, spec.name_field)
    if source.product:
        return first_filled(table, product(source.product).edition(table.columns, path=path).name)
    there = map(str, table.columns)
    field = propose(there, file="", meanings=("name",)).columns.get("name", "")
    require_name_field(field, table.columns, path=path)
    return texts(table, field)


def _boarded(rows: PointRows) -> np.ndarray:
    """Say which rows are stops: of GTFS, those where a bus is boarded."""
    if not {"stop_id", "location_type"} <= set(rows.table.columns):
        return np.ones(len(rows.table), dtype=bool)
    return np.isin(texts(rows.table, "location_type"), BOARDING)


def _located(stops: gpd.GeoDataFrame, notes: SourceLedger) -> gpd.GeoDataFrame:
    known = (stops["problem"] == "").to_numpy()
    for problem, rows in stops[~known].groupby("problem", sort=True):
        why = PROBLEMS[str(problem)]
        notes.rows_refused += len(rows)
        notes.note(
            Entry(
                str(problem),
                Sentence("{rows_n} bus stops: {why}; not used", rows_n=len(rows), why=why),
                row=int(rows["row"].iloc[0]),
            )
        )
    found: gpd.GeoDataFrame = stops[known]
    return found


def _around(stops: gpd.GeoDataFrame, near: BaseGeometry, notes: SourceLedger) -> gpd.GeoDataFrame:
    """Keep the stops in and around the municipality; files hold whole prefectures."""
    shapely.prepare(near)
    inside = shapely.intersects(near, stops.geometry.to_numpy())
    if not inside.all():
        count = int((~inside).sum())
        notes.note(
            Entry(
                "stops_elsewhere",
                Sentence(
                    "{count} bus stops lie outside the municipality and its surroundings; not used",
                    count=count,
                ),
            )
        )
    found: gpd.GeoDataFrame = stops[inside]
    return found
