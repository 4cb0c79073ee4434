"""Intake of residents by age group, and their match to the areas of a layer."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd

from geo.errors import Sentence, SourceError
from services.intake.tables.cells import is_aside, note_asides
from services.intake.tables.columns import meaning_of
from services.intake.tables.counts import Counts, most_of_suppressed, read_counts
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.intake.tables.persons import require_no_persons
from services.intake.tables.reading import (
    coordinate_fields,
    read_csv,
    require_columns,
    require_file,
    texts,
    to_numbers,
)
from services.intake.tables.remarks import note_remarks
from services.intake.vectors.reading import read_vector
from services.profile import Population, Source
from services.profile.ages import band_of, columns_for, encloses
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
    table = _read_table(path, spec=spec, source=source)
    note_remarks(table, notes=ledger.of(spec.source))
    spec = recognised(spec, table, path=path)
    return _of_table(_of_year(table, spec=spec, path=path), path=path, spec=spec, ledger=ledger)


def read_dated(
    path: Path, *, spec: Population, source: Source, ledger: Ledger
) -> list[tuple[str, pd.DataFrame]]:
    """Read each date of a table: those of its year_field, else the whole as ``spec.year``."""
    table = _read_table(path, spec=spec, source=source)
    note_remarks(table, notes=ledger.of(spec.source))
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
    notes = ledger.of(spec.source)
    require_columns(table.columns, [spec.name_field, spec.id_field], path=path)
    notes.rows_read += len(table)
    people, table = _labelled(table, spec=spec, path=path, notes=notes)
    columns = group_columns(table, spec.age_groups, bands=spec.bands, path=path)
    people = pd.concat([people, _groups(table, columns, spec=spec, path=path, notes=notes)], axis=1)
    _require_people(people, spec=spec, path=path)
    _note_impossible(people, notes=notes)
    require_columns(table.columns, [spec.lon_field, spec.lat_field], path=path)
    lon, lat = coordinate_fields(table.columns, spec.lon_field, spec.lat_field)
    require_columns(table.columns, [lon, lat], path=path)
    if lon and lat:
        people["lon"] = to_numbers(table[lon])
        people["lat"] = to_numbers(table[lat])
    notes.rows_used += len(people)
    return people


def _read_table(path: Path, *, spec: Population, source: Source) -> pd.DataFrame:
    require_file(path)
    if source.format == "csv":
        wanted = [spec.name_field, spec.id_field, spec.year_field, *spec.age_groups.values()]
        return read_csv(path, encoding=source.encoding, wanted=[name for name in wanted if name])
    frame = read_vector(path, source=source)
    table = pd.DataFrame(frame.drop(columns="geometry"))
    table.attrs = frame.attrs
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


def _labelled(
    table: pd.DataFrame, *, spec: Population, path: Path, notes: SourceLedger
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return name, key and row of each area, and the table without its rows of totals."""
    labels = texts(table, spec.name_field or spec.id_field)
    total = np.array([is_aside(label) for label in labels], dtype=bool)
    note_asides(
        table.index[total].tolist(), [label for label in labels if is_aside(label)], notes=notes
    )
    table = table[~total]
    ids = texts(table, spec.id_field)
    names = texts(table, spec.name_field) if spec.name_field else ids
    _require_keys(table, names, ids, spec=spec, path=path)
    people = pd.DataFrame({"name": names, "row": table.index.to_numpy()})
    people.insert(1, "area_key", ids if spec.id_field else [normalise(name) for name in names])
    return people, table


def group_columns(
    table: pd.DataFrame, age_groups: dict[str, str], *, bands: bool, path: Path
) -> dict[str, list[str]]:
    """Return the columns whose sum is each age group: as named, else the bands that tile it."""
    require_columns(table.columns, age_groups.values(), path=path)
    there = [str(column) for column in table.columns]
    found = {}
    for group, column in age_groups.items():
        columns = [column] if column else []
        if not column and bands:
            whole = [name for name in there if group == "total" and meaning_of(name) == "total"]
            columns = whole[:1] or columns_for(there, group)
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


def _groups(
    table: pd.DataFrame,
    columns: dict[str, list[str]],
    *,
    spec: Population,
    path: Path,
    notes: SourceLedger,
) -> pd.DataFrame:
    """Return the sums of each age group, and the intervals where something is suppressed."""
    read: dict[str, Counts] = {}
    for column in dict.fromkeys(name for names in columns.values() for name in names):
        read[column] = read_counts(
            table[column], path=path, notes=notes, dash_is_suppressed=spec.dash_is_suppressed
        )
    sums = {
        group: Counts(
            np.sum([read[name].people for name in names], axis=0),
            np.any([read[name].suppressed for name in names], axis=0),
        )
        for group, names in columns.items()
    }
    people = pd.DataFrame({group: counts.people for group, counts in sums.items()})
    if not any(counts.suppressed.any() for counts in sums.values()):
        return people
    for group, counts in sums.items():
        wholes = [sums[other] for other in sums if encloses(other, group)]
        most = most_of_suppressed(counts, wholes, suppressed_max=spec.suppressed_max)
        people[f"{group}_low"], people[f"{group}_high"] = counts.people, counts.people + most
    return people


def interval_columns(table: pd.DataFrame, spec: Population) -> list[str]:
    """Return the columns of the intervals that a table of residents has."""
    ends = [f"{group}_{end}" for group in spec.groups for end in ("low", "high")]
    return [column for column in ends if column in table.columns]


def _require_keys(
    table: pd.DataFrame, names: list[str], ids: list[str], *, spec: Population, path: Path
) -> None:
    keys = ids if spec.id_field else names
    for row, key in zip(table.index, keys, strict=True):
        if not key:
            column = spec.id_field or spec.name_field
            raise SourceError(
                "{column} is empty; name the area or take the row out",
                path=path,
                row=int(row),
                column=column,
            )


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
