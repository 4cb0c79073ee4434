"""A table of places as rows that the registry takes in: each row says what its cells say, and no more."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo.arrays import LONLAT_EPSG
from services.intake.places.rows import read_places
from services.intake.tables.columns import ColumnMap, propose
from services.intake.tables.ledger import Ledger, SourceLedger
from services.intake.tables.mapping import with_map
from services.intake.tables.reading import read_csv, text_of
from services.profile import Places, Source
from services.words.dates import today

SOURCE = "import"
PLACE_ID = "place_id"
"""Header of a column that names places by their ids in the registry."""
_SAID = (
    *("name", "kind", "venue_name", "group_name", "address", "schedule_text", "opened_on"),
    *("status_since", "closed_on", "verified_on", "open_hours", "fee_text", "fee_yen", "capacity"),
    *("drop_in", "open_to_all"),
)
"""Columns of a place that are told where a cell is filled."""


@dataclass(frozen=True)
class ToldRows:
    """What a table tells: a row a place, with the number of the row in the file, and the remarks."""

    rows: list[dict[str, Any]]
    numbers: list[int]
    notes: SourceLedger


def read_told(path: Path, *, plane_epsg: int, columns: ColumnMap | None = None) -> ToldRows:
    """
    Read a CSV or a workbook as a build would, for the registry to take in.

    An empty cell says nothing, and what it is about stays as it is. Columns are taken by a map, else by
    their meaning; ``place_id`` says which place is meant.
    """
    ledger = Ledger()
    spec = Places(source=SOURCE)
    if columns is not None:
        spec = with_map(spec, columns.columns)
    found = read_places(
        path,
        spec=spec,
        source=_source(path),
        plane_epsg=plane_epsg,
        locate=lambda _venue, _address: None,
        ledger=ledger,
    )
    table = read_csv(path)
    ids = table[PLACE_ID] if PLACE_ID in table else pd.Series("", index=table.index)
    statuses = _status_column(table, spec)
    points = found.geometry.to_crs(LONLAT_EPSG)
    located = ~(points.isna() | points.is_empty)
    rows = []
    records = zip(found.to_dict("records"), points.x, points.y, located, strict=True)
    for place, lon, lat, is_located in records:
        row = _row(place, has_status=bool(text_of(statuses.get(place["row"]))))
        if is_located:
            row |= {"lon": float(lon), "lat": float(lat)}
        if place_id := text_of(ids.get(place["row"])):
            row[PLACE_ID] = place_id
        rows.append(row)
    return ToldRows(rows, [int(row) for row in found["row"]], ledger.of(SOURCE))


def _row(place: Mapping[Hashable, Any], *, has_status: bool) -> dict[str, Any]:
    told = {name: place[name] for name in _SAID if not _is_untold(place[name])}
    if has_status or place["status"] != "active":  # what is not typed follows from dates alone
        told["status"] = place["status"]
    for name in ("private_home", "consent"):
        if place[name]:
            told[name] = True
    return told


def _is_untold(value: object) -> bool:
    return value is None or value is pd.NA or value == "" or value != value  # noqa: PLR0124  not a number


def _status_column(table: pd.DataFrame, spec: Places) -> "pd.Series[str]":
    column = spec.status_field or propose(map(str, table.columns), file="").columns.get(
        "status", ""
    )
    return table[column] if column in table else pd.Series("", index=table.index)


def _source(path: Path) -> Source:
    return Source(
        id=SOURCE,
        path=path.name,
        format="csv",
        title=path.name,
        credit="",
        licence="",
        as_of=today().isoformat(),
    )
