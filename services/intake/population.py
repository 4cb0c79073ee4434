"""Intake of residents by age group, and their match to the areas of a layer."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd

from geo.errors import SourceError
from services.intake.ledger import Entry, Ledger, SourceLedger
from services.intake.names import normalise
from services.intake.tables import (
    coordinate_fields,
    is_suppressed,
    read_csv,
    require_columns,
    require_file,
    text_of,
    texts,
    to_number,
    to_numbers,
)
from services.intake.vectors import read_vector
from services.profile import Population, Source

MOST_RESIDENTS = 20_000_000
"""No area of Japan has more: Tokyo has 14 million."""
MAIN_AGE_GROUPS = ("65+", "total")


def read_population(
    path: Path, *, spec: Population, source: Source, ledger: Ledger
) -> pd.DataFrame:
    """Read residents per row: name, area_key, row, one column per age group, lon and lat if there."""
    table = _read_table(path, source=source)
    columns = list(spec.age_groups.values())
    require_columns(
        table.columns,
        [spec.name_field, spec.id_field, spec.lon_field, spec.lat_field, *columns],
        path=path,
    )
    notes = ledger.of(source.id)
    notes.rows_read += len(table)
    ids = texts(table, spec.id_field)
    names = texts(table, spec.name_field) if spec.name_field else ids
    _require_keys(table, names, ids, spec=spec, path=path)
    people = pd.DataFrame({"name": names, "row": table.index.to_numpy()})
    people.insert(1, "area_key", ids if spec.id_field else [normalise(name) for name in names])
    for group, column in spec.age_groups.items():
        people[group] = _counts(table[column], path=path, notes=notes)
    _require_people(people, spec=spec, path=path)
    _note_impossible(people, notes=notes)
    lon, lat = coordinate_fields(table.columns, spec.lon_field, spec.lat_field)
    require_columns(table.columns, [lon, lat], path=path)
    if lon and lat:
        people["lon"], people["lat"] = to_numbers(table[lon]), to_numbers(table[lat])
    notes.rows_used += len(people)
    return people


def _read_table(path: Path, *, source: Source) -> pd.DataFrame:
    require_file(path)
    if source.format == "csv":
        return read_csv(path, encoding=source.encoding)
    return pd.DataFrame(read_vector(path, source=source).drop(columns="geometry"))


def _require_keys(
    table: pd.DataFrame, names: list[str], ids: list[str], *, spec: Population, path: Path
) -> None:
    keys = ids if spec.id_field else names
    for row, key in zip(table.index, keys, strict=True):
        if not key:
            column = spec.id_field or spec.name_field
            raise SourceError(
                f"{column} is empty; name the area or take the row out",
                path=path,
                row=int(row),
                ja=f"{column} が空です。区域の名前を入れるか、その行を除いてください",
            )


def _counts(cells: pd.Series, *, path: Path, notes: SourceLedger) -> np.ndarray:
    counts = np.zeros(len(cells))
    for place, (row, cell) in enumerate(cells.items()):
        text = text_of(cell)
        number = to_number(text)
        if is_suppressed(text):
            notes.note(
                Entry(
                    "suppressed",
                    f"column {cells.name}: {text!r} is a suppressed count, taken as 0",
                    f"列「{cells.name}」：「{text}」は秘匿された値のため、0人として扱います",
                    row=int(str(row)),
                )
            )
        elif not np.isfinite(number):
            raise SourceError(
                f"column {cells.name}: {text!r} is not a number; correct it (0 if nobody lives there)",
                path=path,
                row=int(str(row)),
                ja=f"列「{cells.name}」の「{text}」は数ではありません。直してください（住む人がいなければ 0）",
            )
        elif number > MOST_RESIDENTS:
            raise SourceError(
                f"{number:g} residents in column {cells.name}; no area has so many, correct it",
                path=path,
                row=int(str(row)),
                ja=f"列「{cells.name}」の人口が {number:g} 人で多すぎます。直してください",
            )
        elif number < 0:
            raise SourceError(
                f"{number:g} residents in column {cells.name}; a count is 0 or more, correct it",
                path=path,
                row=int(str(row)),
                ja=f"列「{cells.name}」の人口が {number:g} 人です。0以上の数に直してください",
            )
        else:
            counts[place] = number
    return counts


def _require_people(people: pd.DataFrame, *, spec: Population, path: Path) -> None:
    groups = list(spec.age_groups)
    if people.empty or not people[groups].to_numpy().sum() > 0:
        raise SourceError(
            "there are no residents in it; give the table of residents by area",
            path=path,
            ja="人口が1人も入っていません。区域別の人口の表を指定してください",
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
                f"{name}: {old:g} residents aged 65+ of {total:g} in all; used as they are",
                f"{name}：65歳以上（{old:g}人）が総人口（{total:g}人）より多くなっています。そのまま使います",
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
    why = "several areas have" if ambiguous else "no area has"
    why_ja = "同じ名前の区域が複数あります" if ambiguous else "同じ名前の区域がありません"
    residents = main_residents(record)
    aged, aged_ja = (" aged 65+", "65歳以上の") if "65+" in record else ("", "")
    notes.note(
        Entry(
            "unmatched_name",
            f"{record['name']}: {why} this name; {residents:g} residents{aged} are on no map; "
            "say which area it is in population.matches",
            f"{record['name']}：{why_ja}。{aged_ja}{residents:g}人は地図上に置けません。"
            "プロファイルの population.matches で区域を指定できます",
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
                f"rows {numbers} ({listing}) are one area, {area_id}; their residents are added",
                f"{numbers}行目（{listing}）は同じ区域（{area_id}）のため、人口を合計しました",
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
                f"{len(empty)} areas have no row in the table and no residents: {listing}{more}",
                f"{len(empty)}区域は人口の表に行がなく、0人とします：{listing}{more}",
            )
        )
