"""Intake of residents by age group, and their match to the areas of a layer."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd

from geo.errors import Sentence, SourceError
from services.intake.people.arranging import (
    Reading,
    arrange,
    only_rows,
    units_of,
    without_footnotes,
)
from services.intake.tables.columns import meaning_of, plain
from services.intake.tables.dimensions import COUNTED, dimensions_of
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.intake.tables.persons import require_no_persons
from services.intake.tables.reading import (
    coordinate_fields,
    read_source,
    require_columns,
    require_file,
    texts,
    to_numbers,
)
from services.intake.tables.remarks import note_remarks
from services.intake.tables.sheets import SHEET_COLUMN
from services.intake.vectors.reading import read_vector
from services.profile import Population, Source
from services.profile.ages import band_of, columns_for
from services.profile.base import Columns, columns_of
from services.words.names import normalise

MAIN_AGE_GROUPS = ("65+", "total")


def read_population(
    path: Path, *, spec: Population, source: Source, ledger: Ledger
) -> pd.DataFrame:
    """
    Read residents per row: name, area_key, row, one column per age group, lon and lat if there.

    Where counts are suppressed, ``<group>_low`` and ``<group>_high`` say how few and how many the
    row can have; without any there are no such columns.
    """
    table = _read_table(path, spec=spec, source=source, notes=ledger.of(spec.source))
    spec = recognised(spec, table, path=path)
    return _of_table(_of_year(table, spec=spec, path=path), path=path, spec=spec, ledger=ledger)


def read_dated(
    path: Path, *, spec: Population, source: Source, ledger: Ledger
) -> list[tuple[str, pd.DataFrame]]:
    """Read each date of a table: those of its year_field, else the whole as ``spec.year``."""
    table = _read_table(path, spec=spec, source=source, notes=ledger.of(spec.source))
    spec = recognised(spec, table, path=path)
    if not spec.year_field:
        return [(spec.year, _of_table(table, path=path, spec=spec, ledger=ledger))]
    require_columns(table.columns, [spec.year_field], path=path)
    dates = np.array(texts(table, spec.year_field), dtype=object)
    return [
        (date, _of_table(table[dates == date], path=path, spec=spec, ledger=ledger))
        for date in dict.fromkeys(dates.tolist())
        if date
    ]


def _of_table(table: pd.DataFrame, *, path: Path, spec: Population, ledger: Ledger) -> pd.DataFrame:
    sheet = "" if SHEET_COLUMN in table else str(table.attrs.get("sheet", ""))
    by = Reading(spec, path, ledger.of(spec.source), sheet)
    require_columns(table.columns, [spec.name_field, spec.id_field, *spec.rows], path=path)
    by.notes.rows_read += len(table)
    table, footnotes = without_footnotes(only_rows(table, by=by), by=by)
    columns = group_columns(table, spec.age_groups, bands=spec.bands, path=path)
    units = units_of(table, columns, footnotes, by=by)
    people = arrange(table, columns, units, by=by)
    _require_people(people, spec=spec, path=path)
    _note_impossible(people, notes=by.notes)
    require_columns(table.columns, [spec.lon_field, spec.lat_field], path=path)
    lon, lat = coordinate_fields(table.columns, spec.lon_field, spec.lat_field)
    require_columns(table.columns, [lon, lat], path=path)
    if lon and lat:
        people["lon"] = to_numbers(table[lon])[people["place"]]
        people["lat"] = to_numbers(table[lat])[people["place"]]
    return people.drop(columns="place")


def _read_table(
    path: Path, *, spec: Population, source: Source, notes: SourceLedger
) -> pd.DataFrame:
    require_file(path)
    if source.format == "csv":
        named = [name for columns in spec.age_groups.values() for name in columns_of(columns)]
        wanted = [spec.name_field, spec.id_field, spec.year_field, *spec.rows, *named]
        return read_source(path, source=source, wanted=wanted, notes=notes)
    frame = read_vector(path, source=source)
    note_remarks(frame, notes=notes)
    table = pd.DataFrame(frame.drop(columns="geometry"))
    require_no_persons(table, path=path)
    return table


def recognised(spec: Population, table: pd.DataFrame, *, path: Path) -> Population:
    """Return the section with its name column, recognised by its meaning where none is named."""
    if spec.name_field or spec.id_field:
        return spec
    there = [str(column) for column in table.columns]
    found = next((column for column in there if meaning_of(column) == "area_name"), "")
    if not found:
        raise SourceError(
            "no column is recognised as the area's name; say which in name_field: {there}",
            path=path,
            there=list(there),
        )
    return spec.model_copy(update={"name_field": found})


def _of_year(table: pd.DataFrame, *, spec: Population, path: Path) -> pd.DataFrame:
    """Keep the rows of the run's date where one table holds several."""
    if not spec.year_field:
        return table
    require_columns(table.columns, [spec.year_field], path=path)
    dates = [normalise(text) for text in texts(table, spec.year_field)]
    asked = np.array([date == normalise(spec.year) for date in dates], dtype=bool)
    if not asked.any():
        there = ", ".join(dict.fromkeys(texts(table, spec.year_field)))
        raise SourceError(
            "{year_field} is nowhere {year!r}; say in population.year which: {there}",
            path=path,
            year_field=spec.year_field,
            year=spec.year,
            there=there,
        )
    return table[asked]


def group_columns(
    table: pd.DataFrame, age_groups: dict[str, Columns], *, bands: bool, path: Path
) -> dict[str, list[str]]:
    """Return the columns whose sum is each age group: as named, else the bands that tile it."""
    named = [name for columns in age_groups.values() for name in columns_of(columns)]
    require_columns(table.columns, named, path=path)
    there = [str(column) for column in table.columns]
    found = {}
    for group, asked in age_groups.items():
        columns = columns_of(asked)
        if not columns and bands:
            whole = [name for name in there if group == "total" and meaning_of(name) == "total"]
            columns = whole[:1] or columns_for(there, group)
            columns = columns or ([_counted(table)] if _counted(table) else [])
        if not columns:
            known = ", ".join(name for name in there if band_of(name)) or "none"
            raise SourceError(
                "no columns make up the age group {group!r}; name one in age_groups or use "
                "bands = true; the age bands there are: {known}",
                path=path,
                group=group,
                known=known,
            )
        found[group] = columns
    return found


def _counted(table: pd.DataFrame) -> str:
    """Return the column of counts where the ages stand in rows, '' where they do not."""
    dimensions = dimensions_of(table, passed=[])
    if not any("ages" in (facts or {}) for one in dimensions for facts in one.told):
        return ""
    there = map(str, table.columns)
    return next(
        (name for name in there if meaning_of(name) == "total" or plain(name) in COUNTED), ""
    )


def interval_columns(table: pd.DataFrame, spec: Population) -> list[str]:
    """Return the columns of the intervals that a table of residents has."""
    ends = [f"{group}_{end}" for group in spec.groups for end in ("low", "high")]
    return [column for column in ends if column in table.columns]


def _require_people(people: pd.DataFrame, *, spec: Population, path: Path) -> None:
    groups = list(spec.age_groups)
    if people.empty or not people[groups].to_numpy().sum() > 0:
        raise SourceError(
            "there are no residents in it; give the table of residents by area", path=path
        )


def _note_impossible(people: pd.DataFrame, *, notes: SourceLedger) -> None:
    if "total" not in people or "65+" not in people:
        return
    for name, row, total, old in people.loc[
        people["65+"] > people["total"], ["name", "row", "total", "65+"]
    ].itertuples(index=False):
        notes.note(
            Entry(
                "older_than_total",
                Sentence(
                    "{name}: {old:g} residents aged 65+ of {total:g} in all; used as they are",
                    name=name,
                    old=old,
                    total=total,
                ),
                row=int(row),
                residents=float(old),
            )
        )


def match_population(
    table: pd.DataFrame, areas: pd.DataFrame, *, spec: Population, ledger: Ledger
) -> pd.DataFrame:
    """Add ``area_id`` to each row: by saved match, exactly, then by normalised name; '' if unmatched."""
    notes = ledger.of(spec.source)
    index = _AreaIndex(areas, by_id=bool(spec.id_field))
    keys = table["area_key"] if spec.id_field else table["name"]
    found = [
        index.find(spec.matches.get(name, str(key)), saved=name in spec.matches)
        for name, key in zip(table["name"], keys, strict=True)
    ]
    matched = table.assign(area_id=found)
    pointed = (
        matched["geometry"].notna()
        if "geometry" in matched
        else pd.Series(data=False, index=matched.index)
    )
    for record in matched[(matched["area_id"] == "") & ~pointed].to_dict("records"):
        _note_unmatched(record, ambiguous=index.is_ambiguous(str(record["name"])), notes=notes)
    _note_shared(matched, notes=notes)
    _note_empty_areas(matched, areas, notes=notes)
    return matched


class _AreaIndex:
    """Areas by id, by exact name and by normalised name; a name of two areas finds none."""

    def __init__(self, areas: pd.DataFrame, *, by_id: bool) -> None:
        self._by_id = {str(key): str(key) for key in areas["area_id"]} if by_id else {}
        self._exact: dict[str, set[str]] = defaultdict(set)
        self._normal: dict[str, set[str]] = defaultdict(set)
        for key, name in zip(areas["area_id"], areas["area_name"], strict=True):
            self._exact[str(name)].add(str(key))
            self._normal[normalise(name)].add(str(key))

    def find(self, key: str, *, saved: bool) -> str:
        """Return the area's id, or ''."""
        if self._by_id and not saved:
            return self._by_id.get(key, "")
        for candidates in (self._exact.get(key), self._normal.get(normalise(key))):
            if candidates and len(candidates) == 1:
                return next(iter(candidates))
        return self._by_id.get(key, "")

    def is_ambiguous(self, name: str) -> bool:
        """Say whether two areas or more bear the name."""
        return len(self._normal.get(normalise(name), ())) > 1


def main_residents(record: dict[str, object] | dict[object, object]) -> float:
    """Return the residents aged 65+ of a row, else all of them."""
    group = next((group for group in MAIN_AGE_GROUPS if group in record), None)
    return float(str(record[group])) if group else 0.0


def _note_unmatched(record: dict[object, object], *, ambiguous: bool, notes: SourceLedger) -> None:
    why = (
        Sentence("several areas have this name") if ambiguous else Sentence("no area has this name")
    )
    residents = main_residents(record)
    aged = Sentence(" aged 65+") if "65+" in record else ""
    notes.note(
        Entry(
            "unmatched_name",
            Sentence(
                "{name}: {why}; {residents:g} residents{aged} are on no map; say "
                "which area it is in population.matches",
                name=record["name"],
                why=why,
                residents=residents,
                aged=aged,
            ),
            row=int(str(record["row"])),
            residents=residents,
        )
    )


def _note_shared(matched: pd.DataFrame, *, notes: SourceLedger) -> None:
    known = matched[matched["area_id"] != ""]
    for area_id, rows in known.groupby("area_id", sort=False):
        if len(rows) == 1:
            continue
        numbers = ", ".join(str(row) for row in rows["row"])
        listing = "、".join(dict.fromkeys(rows["name"]))
        notes.note(
            Entry(
                "summed",
                Sentence(
                    "rows {numbers} ({listing}) are one area, {area_id}; their residents are added",
                    numbers=numbers,
                    listing=listing,
                    area_id=area_id,
                ),
                row=int(rows["row"].iloc[0]),
                residents=float(sum(main_residents(record) for record in rows.to_dict("records"))),
            )
        )


def _note_empty_areas(matched: pd.DataFrame, areas: pd.DataFrame, *, notes: SourceLedger) -> None:
    empty = areas[~areas["area_id"].isin(set(matched["area_id"]))]
    if len(empty):
        names = [str(name) for name in empty["area_name"]]
        listing, more = "、".join(names[:20]), "…" if names[20:] else ""
        notes.note(
            Entry(
                "area_without_row",
                Sentence(
                    "{empty_n} areas have no row in the table and no residents: {listing}{more}",
                    empty_n=len(empty),
                    listing=listing,
                    more=more,
                ),
            )
        )
