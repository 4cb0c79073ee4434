"""Intake of real venues: halls, schools, centres where a place could open."""

import unicodedata
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from geo.errors import Sentence
from services.intake.places.duplicates import first_of_same
from services.intake.places.national import with_layout
from services.intake.places.points import (
    PROBLEMS,
    PointOptions,
    PointRows,
    note_look_alikes,
    note_not_asked,
    note_repairs,
    read_points,
    without_asides,
)
from services.intake.places.venue_attributes import read_venue_attributes, venue_fields
from services.intake.tables.cells import note_cells, note_empty
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.intake.tables.mapping import note_not_used, resolved
from services.intake.tables.reading import (
    first_filled,
    matches_filter,
    require_columns,
    require_name_field,
    texts,
)
from services.intake.tables.remarks import note_remarks
from services.profile import Source, Venues
from services.profile.products import product
from services.words.names import normalise


def read_venues(  # noqa: PLR0913  the municipality tells which rows and which way X points
    path: Path,
    *,
    spec: Venues,
    source: Source,
    plane_epsg: int,
    ledger: Ledger,
    near: BaseGeometry | None = None,
    jis_code: str = "",
) -> gpd.GeoDataFrame:
    """Read venues in the plane CRS: venue_id, name, kind, address, source_id, row, attributes, geometry."""
    wanted = [spec.name_field, spec.kind_field, spec.address_field, *venue_fields(spec)]
    rows = read_points(
        path,
        lon_field=spec.lon_field,
        lat_field=spec.lat_field,
        source=source,
        plane_epsg=plane_epsg,
        options=PointOptions.of(spec, near=near, wanted=wanted, jis_code=jis_code),
    )
    notes = ledger.of(source.id)
    rows, spec = with_layout(rows, spec, source=source, path=path, notes=notes)
    if not source.product:
        spec = resolved(
            spec,
            map(str, rows.table.columns),
            notes=notes,
            positions=rows.position_columns(),
        )
        require_name_field(spec.name_field, rows.table.columns, path=path)
        note_not_used(map(str, rows.table.columns), spec, also=rows.columns, notes=notes)
    fields = [spec.name_field, spec.kind_field, spec.address_field, *venue_fields(spec)]
    fields += [spec.where.field] if spec.where else []
    require_columns(rows.table.columns, fields, path=path)
    notes.rows_read += len(rows.table)
    note_empty(rows.table, notes=notes)
    note_cells(rows.table, fields, notes=notes)
    note_remarks(rows.table, notes=notes)
    note_repairs(rows, notes=notes)
    told = _told(rows.table, spec=spec, source=source, path=path)
    venues = _venues(rows, told, spec=spec, source=source, plane_epsg=plane_epsg)
    kinds = venues["kind"].tolist()
    attributes = read_venue_attributes(rows.table, kinds, spec=spec, notes=notes)
    venues = venues.assign(**{str(name): attributes[name].array for name in attributes})
    if spec.where:
        asked = matches_filter(texts(rows.table, spec.where.field), spec.where.contains)
        venues = venues[asked]
        note_not_asked(int((~asked).sum()), where=spec.where, notes=notes)
    venues = without_asides(venues, rows.table, notes=notes)
    venues = _usable(venues, notes=notes)
    venues = _distinct(venues, notes=notes)
    note_look_alikes(venues, notes=notes)
    notes.rows_used += len(venues)
    return venues.drop(columns="problem").reset_index(drop=True)


@dataclass(frozen=True)
class _Told:
    """What the columns say of each row."""

    names: list[str]
    kinds: list[str]
    addresses: list[str]


def _told(table: pd.DataFrame, *, spec: Venues, source: Source, path: Path) -> _Told:
    """Read names, kinds and addresses: from the columns of the profile, else of the product."""
    told = _Told(
        texts(table, spec.name_field),
        texts(table, spec.kind_field),
        texts(table, spec.address_field),
    )
    if not source.product:
        return told
    known = product(source.product)
    edition = known.edition(table.columns, path=path)
    kinds = [known.kinds.get(code, code) for code in first_filled(table, edition.kind)]
    return _Told(
        told.names if spec.name_field else first_filled(table, edition.name),
        told.kinds if spec.kind_field else kinds,
        told.addresses if spec.address_field else first_filled(table, edition.address),
    )


def _venues(
    rows: PointRows, told: _Told, *, spec: Venues, source: Source, plane_epsg: int
) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "venue_id": [f"{source.id}-{row}" for row in rows.table.index],
            "name": told.names,
            "kind": [
                _kind(name, kind, spec=spec)
                for name, kind in zip(told.names, told.kinds, strict=True)
            ],
            "address": told.addresses,
            "source_id": source.id,
            "row": rows.table.index.to_numpy(),
            "problem": rows.problems,
        },
        geometry=list(rows.shapes),
        crs=plane_epsg,
    )


def _kind(name: str, given: str, *, spec: Venues) -> str:
    plain = unicodedata.normalize("NFKC", name)
    for rule in spec.kinds:
        if unicodedata.normalize("NFKC", rule.contains) in plain:
            return rule.kind
    return given or spec.kind


def _usable(venues: gpd.GeoDataFrame, *, notes: SourceLedger) -> gpd.GeoDataFrame:
    usable = (venues["problem"] == "") & (venues["name"] != "")
    for venue in venues[~usable].to_dict("records"):
        problem = str(venue["problem"])
        why = PROBLEMS[problem] if problem else Sentence("it has no name")
        notes.rows_refused += 1
        notes.note(
            Entry(
                problem or "no_name",
                Sentence(
                    "{name}: {why}; not used, complete the row",
                    name=venue["name"] or Sentence("venue"),
                    why=why,
                ),
                row=int(venue["row"]),
            )
        )
    return venues[usable]


def _distinct(venues: gpd.GeoDataFrame, *, notes: SourceLedger) -> gpd.GeoDataFrame:
    keys = [normalise(name) for name in venues["name"]]
    first = first_of_same(keys, venues.geometry.to_numpy())
    rows = venues["row"].to_numpy()
    twice = np.flatnonzero(first != np.arange(len(venues)))
    for place in twice:
        name, row, earlier = venues["name"].iloc[place], rows[place], rows[first[place]]
        notes.rows_refused += 1
        notes.note(
            Entry(
                "duplicate",
                Sentence(
                    "{name}: the same venue as row {earlier}; kept once", name=name, earlier=earlier
                ),
                row=int(row),
            )
        )
    once: gpd.GeoDataFrame = venues[first == np.arange(len(venues))]
    return once
