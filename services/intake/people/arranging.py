"""A table of residents brought to one row an area: everybody once, whatever its rows are."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import Sentence, SourceError
from services.intake.tables.cells import is_footnote, is_total, note_asides
from services.intake.tables.columns import meaning_of, plain
from services.intake.tables.counts import (
    Counts,
    Problem,
    added,
    gathered,
    most_of_suppressed,
    read_counts,
    require_counts,
)
from services.intake.tables.dimensions import (
    ALL,
    HOUSEHOLDS,
    Ages,
    Dimension,
    Facts,
    Whose,
    dimensions_of,
    rows_for,
    told,
    told_by_sheet,
    whose,
)
from services.intake.tables.ledger import Entry, SourceLedger
from services.intake.tables.reading import texts
from services.intake.tables.sheets import SHEET_COLUMN
from services.intake.tables.totals import RowBounds, RowVerdict, judge
from services.intake.tables.units import UNIT_COLUMNS, CountUnit, unit_of
from services.profile import Population
from services.profile.ages import OPEN, Band, band_of, encloses, group_of
from services.profile.base import columns_of
from services.words.names import normalise

_LISTED = 10


@dataclass(frozen=True)
class Reading:
    """What all steps share: how the table is to be read, and where remarks go."""

    spec: Population
    path: Path
    notes: SourceLedger
    sheet: str = ""
    """The only sheet that is read."""


@dataclass
class _Area:
    """One area with its rows: position of each by of whom it is."""

    name: str
    area_key: str
    ward: str
    rows: dict[Whose, int] = field(default_factory=dict)
    words: dict[Whose, tuple[str, ...]] = field(default_factory=dict)
    """With which words each row says of whom it is."""
    again: list[int] = field(default_factory=list)
    """Rows that say the same in other words: 総数 and 男女計 are one sum, told twice."""

    @property
    def first(self) -> int:
        return min(self.rows.values())


def arrange(
    table: pd.DataFrame, columns: dict[str, list[str]], units: dict[str, CountUnit], *, by: Reading
) -> pd.DataFrame:
    """
    Return name, area_key, row, place (position of the first row) and the age groups of each area.

    ``columns`` are those whose sum is each group, ``units`` what each counts. Where counts are
    suppressed, ``<group>_low`` and ``<group>_high`` say how few and how many there can be.
    """
    dimensions = _dimensions(table, columns, by=by)
    areas, apart = _areas(table, dimensions, columns, by=by)
    taken = _taken(table, areas, columns, dimensions, by=by)
    scratch = SourceLedger(by.notes.source_id)
    read = _read(table, columns, units, by=replace(by, notes=scratch))
    _note_parts(areas, read, taken, columns, by=by)
    groups = {
        group: gathered(added([read[name] for name in names]), taken[group])
        for group, names in columns.items()
    }
    people = _people(table, areas, groups, by=by)
    kept = _kept(areas, people, groups, units, by=by)
    used = {row for lists in taken.values() for at in np.flatnonzero(kept) for row in lists[at]}
    _tell(scratch, {int(table.index[at]) for at in used}, by=by)
    every = {row for at in np.flatnonzero(kept) for row in areas[at].rows.values()}
    _note_dimensions(table, dimensions, sorted(used), sorted({*every, *apart} - used), by=by)
    if not any(counts.hidden.any() for counts in groups.values()):
        people = people.drop(
            columns=[f"{group}_{end}" for group in groups for end in ("low", "high")]
        )
    return people[kept].reset_index(drop=True)


def _people(
    table: pd.DataFrame, areas: list[_Area], groups: dict[str, Counts], *, by: Reading
) -> pd.DataFrame:
    """Return a row an area: each group, the least and the most that it can be."""
    people = pd.DataFrame(
        {
            "name": [area.name for area in areas],
            "area_key": [area.area_key for area in areas],
            "row": [int(table.index[area.first]) for area in areas],
            "place": [area.first for area in areas],
            **{group: counts.people for group, counts in groups.items()},
        }
    )
    for group, counts in groups.items():
        wholes = [groups[other] for other in groups if encloses(other, group)]
        most = most_of_suppressed(counts, wholes, suppressed_max=by.spec.suppressed_max)
        people[f"{group}_low"], people[f"{group}_high"] = counts.people, counts.people + most
    return people


def _tell(scratch: SourceLedger, rows: set[int], *, by: Reading) -> None:
    """Say what was seen in the cells; suppressed ones only where they are used."""
    by.notes.entries += [
        one for one in scratch.entries if one.code != "suppressed" or one.row in rows
    ]
    by.notes.rows_repaired += scratch.rows_repaired
    by.notes.rows_used += len(rows)


# Which rows are of which area, and of whom


def without_footnotes(table: pd.DataFrame, *, by: Reading) -> tuple[pd.DataFrame, list[str]]:
    """Return the table without the remarks below it, and what they say."""
    labels = _labels(table, by.spec)
    if len(table.columns):
        first = texts(table, str(table.columns[0]))
        labels = [label or cell for label, cell in zip(labels, first, strict=True)]
    foot = np.array([is_footnote(label) for label in labels], dtype=bool)
    said = [label for label in labels if is_footnote(label)]
    note_asides(table.index[foot].tolist(), said, notes=by.notes)
    return table[~foot], said


def _labels(table: pd.DataFrame, spec: Population) -> list[str]:
    return texts(table, spec.name_field or spec.id_field)


def _dimensions(
    table: pd.DataFrame, columns: dict[str, list[str]], *, by: Reading
) -> list[Dimension]:
    spec = by.spec
    passed = [
        *(spec.name_field, spec.id_field, spec.year_field, spec.lon_field, spec.lat_field),
        *spec.rows,
        *(name for names in columns.values() for name in names),
    ]
    found = dimensions_of(table, passed=[*passed, SHEET_COLUMN])
    found += [
        Dimension(column, [_told_by_unit(cell) for cell in texts(table, column)])
        for column in map(str, table.columns)
        if plain(column) in UNIT_COLUMNS and column not in passed
    ]
    sheets = texts(table, SHEET_COLUMN) if SHEET_COLUMN in table else []
    sheets = sheets or [str(table.attrs.get("sheet", ""))] * len(table)
    of = {sheet: told_by_sheet(sheet)[1] for sheet in set(sheets)}
    if any(of.values()):
        found.append(Dimension(SHEET_COLUMN, [of[sheet] for sheet in sheets]))
    return found


def _told_by_unit(cell: str) -> Facts | None:
    if not cell:
        return None
    counted = unit_of("", under=cell).counted
    return {} if counted == "persons" else {"counted": counted}


def _areas(
    table: pd.DataFrame,
    dimensions: list[Dimension],
    columns: dict[str, list[str]],
    *,
    by: Reading,
) -> tuple[list[_Area], list[int]]:
    """
    Return the areas and the positions of rows that count something else, such as households.

    A row without a name of its own, or with one like 男, is of the area above.
    """
    spec = by.spec
    labels, ids = _labels(table, spec), texts(table, spec.id_field)
    wards = [""] * len(table)
    if SHEET_COLUMN in table:
        wards = [told_by_sheet(sheet)[0] for sheet in texts(table, SHEET_COLUMN)]
    stacked = [bool(label) and bool(told(label)) for label in labels]
    stacks = any(stacked)
    empty = _without_figures(table, columns)
    by_cells = [dimension for dimension in dimensions if _is_of_cells(dimension)]
    cells = [texts(table, dimension.column) for dimension in by_cells]
    found: dict[tuple[str, str, str], list[_Area]] = {}
    above: tuple[str, str] | None = None
    headed = -1
    without: set[int] = set()
    for at, (label, area_id) in enumerate(zip(labels, ids, strict=True)):
        facts = [dimension.told[at] for dimension in dimensions]
        nameless = not (label or area_id) and any(one.told[at] is not None for one in by_cells)
        of_all = stacks and headed == at - 1 and told(label) == {}
        if above and (stacked[at] or of_all or nameless):
            facts.append(told(label) if label else None)
            without.discard(headed)
        else:
            above = (label, area_id)
        if empty[at]:
            headed = at
            without.add(at)
        else:
            area = _Area(*above, wards[at])
            own = label if stacked[at] or of_all else ""
            words = tuple(plain(word) for word in (own, *(column[at] for column in cells)))
            _add(found.setdefault((*above, wards[at]), []), area, whose(facts), at, words=words)
    _note_without_figures(table, labels, sorted(without), by=by)
    areas = sorted((one for ones in found.values() for one in ones), key=lambda area: area.first)
    for area in areas:
        area.area_key = area.area_key if spec.id_field else normalise(area.name)
    persons = [area for area in areas if any(who.counted == ALL for who in area.rows)]
    kept = {row for area in persons for row in area.rows.values()}
    apart = [row for area in areas for row in area.rows.values() if row not in kept]
    return persons, [*apart, *(row for area in areas for row in area.again)]


def _is_of_cells(dimension: Dimension) -> bool:
    return dimension.column != SHEET_COLUMN and plain(dimension.column) not in UNIT_COLUMNS


def _add(areas: list[_Area], area: _Area, who: Whose, at: int, *, words: tuple[str, ...]) -> None:
    """Give a row to its area; one that is alike in all is an area of its own, and is told as such."""
    same = next((one for one in areas if one.words.get(who, words) != words), None)
    if same is not None:
        same.again.append(at)
        return
    mine = [one for one in areas if who not in one.rows and (who.is_part or _only_parts(one))]
    if not mine:
        mine = [area]
        areas += mine
    mine[0].rows[who], mine[0].words[who] = at, words


def _only_parts(area: _Area) -> bool:
    return all(who.is_part for who in area.rows)


def _without_figures(table: pd.DataFrame, columns: dict[str, list[str]]) -> list[bool]:
    used = list(dict.fromkeys(name for names in columns.values() for name in names))
    cells = [texts(table, name) for name in used]
    return [not any(row) for row in zip(*cells, strict=True)] if cells else [False] * len(table)


def _note_without_figures(
    table: pd.DataFrame, labels: list[str], without: list[int], *, by: Reading
) -> None:
    for at in without:
        by.notes.rows_refused += 1
        by.notes.note(
            Entry(
                "no_figures",
                Sentence("{label}: no figure stands in its row; not used", label=labels[at] or "−"),
                row=int(table.index[at]),
            )
        )


# Which rows make up each age group


def _taken(
    table: pd.DataFrame,
    areas: list[_Area],
    columns: dict[str, list[str]],
    dimensions: list[Dimension],
    *,
    by: Reading,
) -> dict[str, list[list[int]]]:
    """Return for each age group and area the positions of the rows whose sum it is."""
    everywhere = {who: at for area in areas for who, at in area.rows.items()}
    by_age = any(who.ages is not None for who in everywhere)
    _require_told_apart(columns, by_age=by_age, by=by)
    taken: dict[str, list[list[int]]] = {}
    lacking: dict[int, str] = {}
    for group, names in columns.items():
        ages = _ages_in_rows(group, names, by=by) if by_age else None
        counted = HOUSEHOLDS if by.spec.units.get(group) == "households" else ALL
        taken[group] = []
        for area in areas:
            there = _of_counted(area.rows, counted)
            chosen = rows_for(frozenset(there), ages)
            if chosen is None:
                chosen = rows_for(frozenset(_of_counted(everywhere, counted)), ages)
                lacking[area.first] = area.name
                _require_rows(chosen, there, area, (group, ages), dimensions, by=by)
            taken[group].append([there[who] for who in chosen or () if who in there])
    if lacking:
        by.notes.note(
            Entry(
                "rows_missing",
                Sentence(
                    "{areas_n} areas lack some of the rows that others have, taken as nobody: "
                    "{listing}",
                    areas_n=len(lacking),
                    listing=_listing(list(lacking.values())),
                ),
                row=int(table.index[min(lacking)]),
            )
        )
    return taken


def _of_counted(rows: dict[Whose, int], counted: str) -> dict[Whose, int]:
    """Return the rows of persons, or those of households where there are any, without that mark."""
    if counted and any(who.counted == counted for who in rows):
        return {replace(who, counted=ALL): at for who, at in rows.items() if who.counted == counted}
    return {who: at for who, at in rows.items() if who.counted == ALL}


def _ages_in_rows(group: str, names: list[str], *, by: Reading) -> Ages:
    if all(band_of(name) is not None for name in names):
        return None
    band = group_of(group)
    if band is None:
        raise SourceError(
            "the ages stand in rows, and {group!r} is no range of ages; name a column of its own",
            path=by.path,
            group=group,
        )
    return None if (band.low, band.high) == (0, OPEN) else (band.low, band.high)


def _require_told_apart(columns: dict[str, list[str]], *, by_age: bool, by: Reading) -> None:
    """Refuse two ages that are one column where no row says of which age it is."""
    seen: dict[tuple[str, ...], str] = {}
    for group, names in columns.items():
        if group_of(group) is None or by_age:
            continue
        other = seen.setdefault(tuple(sorted(names)), group)
        if other != group:
            raise SourceError(
                "{group!r} and {other!r} are the same column ({column}), and no column of ages tells "
                "the rows apart",
                path=by.path,
                group=group,
                other=other,
                column=names,
            )


def _require_rows(
    chosen: Sequence[Whose] | None,
    there: dict[Whose, int],
    area: _Area,
    asked: tuple[str, Ages],
    dimensions: list[Dimension],
    *,
    by: Reading,
) -> None:
    """Refuse rows that leave somebody out: of men alone, of ages that make up no age group."""
    group, ages = asked
    names = [dimension.column for dimension in dimensions]
    if chosen is None and (ages is not None or not any(who.sex or who.nation for who in there)):
        bands = sorted({who.ages for who in there if who.ages is not None and who.ages[0] >= 0})
        raise SourceError(
            "the rows ({names}) make up no {group!r}: their ages do not begin and end with it, they "
            "are {known}",
            path=by.path,
            names=names,
            group=group,
            known=_listing([Band(*band).text() for band in bands]) or "−",
        )
    lacks_a_sex = chosen is not None and not (
        {who.sex for who in chosen} <= {who.sex for who in there}
    )
    if chosen is None or lacks_a_sex or not there:
        if names == [SHEET_COLUMN] and by.sheet:
            raise SourceError(
                "sheet {sheet} is of some residents alone, and nothing says how many there are in "
                'all; join the sheets of the others: sheets = "all" (or their names) in the source',
                path=by.path,
                sheet=by.sheet,
            )
        raise SourceError(
            "{name}: its rows ({names}) are of some residents alone, and no row is of all; give all "
            "rows, or say in population.rows which are meant",
            path=by.path,
            name=area.name or "−",
            names=names,
        )


def _note_parts(
    areas: list[_Area],
    read: dict[str, Counts],
    taken: dict[str, list[list[int]]],
    columns: dict[str, list[str]],
    *,
    by: Reading,
) -> None:
    """Doubt a row of all that is not the sum of its parts."""
    for group, names in columns.items():
        counts = added([read[name] for name in names])
        differ = []
        for area, rows in zip(areas, taken[group], strict=True):
            others = {
                who: at for who, at in area.rows.items() if at not in rows and who.counted == ALL
            }
            chosen = rows_for(frozenset(others), _ages_of(area, rows)) if others else None
            parts = [others[who] for who in chosen or ()]
            cells = [*rows, *parts]
            known = not any(counts.problems[at] or counts.suppressed[at] for at in cells)
            if parts and known and counts.people[rows].sum() != counts.people[parts].sum():
                differ.append(area.name)
        if differ:
            by.notes.note(
                Entry(
                    "parts_differ",
                    Sentence(
                        "{group}: in {areas_n} areas the row of all is not the sum of its parts; the "
                        "row of all is used: {listing}",
                        group=group,
                        areas_n=len(differ),
                        listing=_listing(differ),
                    ),
                )
            )


def _ages_of(area: _Area, rows: list[int]) -> Ages:
    """Return the ages that rows of an area are of, from the youngest to the oldest."""
    bands = [who.ages for who, at in area.rows.items() if at in rows]
    known = [band for band in bands if band is not None and band[0] >= 0]
    if len(known) < len(bands) or not known:
        return None
    return min(band[0] for band in known), max(band[1] for band in known)


# Counts, totals, and cells that are none


def _read(
    table: pd.DataFrame, columns: dict[str, list[str]], units: dict[str, CountUnit], *, by: Reading
) -> dict[str, Counts]:
    factors = _row_factors(table)
    return {
        column: read_counts(
            table[column],
            notes=by.notes,
            dash_is_suppressed=by.spec.dash_is_suppressed,
            factors=[factor or units[column].factor for factor in factors],
        )
        for column in dict.fromkeys(name for names in columns.values() for name in names)
    }


def _row_factors(table: pd.DataFrame) -> list[int]:
    """Return what 1 stands for in each row by a column of units; 0 where none says so."""
    column = next((str(c) for c in table.columns if plain(str(c)) in UNIT_COLUMNS), "")
    if not column:
        return [0] * len(table)
    return [unit_of("", under=cell).factor if cell else 0 for cell in texts(table, column)]


def _kept(
    areas: list[_Area],
    people: pd.DataFrame,
    groups: dict[str, Counts],
    units: dict[str, CountUnit],
    *,
    by: Reading,
) -> NDArray[np.bool_]:
    """Say which rows are areas of their own; tell totals, refuse what cannot be read."""
    unread = np.column_stack(
        [np.array([bool(wrong) for wrong in one.problems], dtype=bool) for one in groups.values()]
    )
    low = people[[f"{group}_low" for group in groups]].to_numpy(dtype=float)
    high = people[[f"{group}_high" for group in groups]].to_numpy(dtype=float)
    factor = max((unit.factor for unit in units.values()), default=1)
    bounds = RowBounds(low, np.where(unread, np.inf, high), factor / 2 if factor > 1 else 0.0)
    keys = [f"{area.ward}{area.area_key}" for area in areas]
    verdicts = judge([area.name for area in areas], keys, bounds)
    kept = np.ones(len(areas), dtype=bool)
    for verdict in verdicts:
        kept[verdict.row] = verdict.kind == "area"
    for verdict in verdicts:
        code, said = _said(verdict, people)
        by.notes.note(Entry(code, said, row=int(people["row"].iloc[verdict.row])))
    by.notes.rows_refused += sum(len(areas[at].rows) for at in np.flatnonzero(~kept))
    wholes = [low[one.row] for one in verdicts if one.kind == "total" and not unread[one.row].any()]
    complete = any(bool(np.allclose(whole, low[kept].sum(axis=0))) for whole in wholes)
    _require_known(groups, kept, complete=complete, by=by)
    _require_keys(people[kept], by=by)
    return kept


def _require_keys(people: pd.DataFrame, *, by: Reading) -> None:
    keys = people["area_key" if by.spec.id_field else "name"]
    for row, key in zip(people["row"], keys, strict=True):
        if not key:
            raise SourceError(
                "{column} is empty; name the area or take the row out",
                path=by.path,
                row=int(row),
                column=by.spec.id_field or by.spec.name_field,
            )


def _require_known(
    groups: dict[str, Counts], kept: NDArray[np.bool_], *, complete: bool, by: Reading
) -> None:
    """Refuse cells that are no counts, unless a row of totals says that nobody is in them."""
    problems: list[Problem] = list(
        dict.fromkeys(
            one
            for counts in groups.values()
            for at in np.flatnonzero(kept)
            for one in counts.problems[at]
        )
    )
    if not complete:
        require_counts(sorted(problems, key=lambda one: one[0]), path=by.path)
    for row, what in problems:
        by.notes.rows_repaired += 1
        by.notes.note(
            Entry(
                "no_count",
                Sentence(
                    "{what}; taken as 0, for the row of totals is the sum of the others", what=what
                ),
                row=row,
            )
        )


def _said(verdict: RowVerdict, people: pd.DataFrame) -> tuple[str, Sentence]:
    """Return code and sentence of what a row is beside the areas."""
    name = str(people["name"].iloc[verdict.row])
    label = name or "−"
    if verdict.kind == "part":
        return "part_row", Sentence(
            "{label}: a part of what another row holds; not added", label=label
        )
    if verdict.kind == "area" and verdict.agrees:
        return "perhaps_total", Sentence(
            "{label}: as many as rows {first} to {last} together; used as an area: if it is their "
            "total, take the row out",
            label=label,
            first=int(people["row"].iloc[verdict.first]),
            last=int(people["row"].iloc[verdict.last]),
        )
    if verdict.kind == "area":
        return "named_like_total", Sentence(
            "{label}: named like a total, but no sum of other rows; used as an area", label=label
        )
    if verdict.agrees is False:
        return "total_differs", Sentence(
            "{label}: a row of totals; not used, but it is no sum of other rows: see whether a row "
            "is missing or wrong",
            label=label,
        )
    if is_total(name):
        what = Sentence("a row of totals")
        return "totals_row", Sentence("{label}: {what}; not used", label=label, what=what)
    return "totals_row", Sentence(
        "{label}: the sum of other rows (between rows {first} and {last}); not added",
        label=label,
        first=int(people["row"].iloc[verdict.first]),
        last=int(people["row"].iloc[verdict.last]),
    )


def _note_dimensions(
    table: pd.DataFrame,
    dimensions: list[Dimension],
    used: list[int],
    left: list[int],
    *,
    by: Reading,
) -> None:
    """Say which rows are used and which are parts or sums of them."""
    if not left:
        return
    columns = [one.column for one in dimensions if one.column in table.columns]
    columns = columns or [by.spec.name_field or by.spec.id_field]
    by.notes.rows_refused += len(left)
    by.notes.note(
        Entry(
            "dimension_rows",
            Sentence(
                "{columns}: the rows of {used} are used; {left_n} rows of {left} are about the same "
                "people, or none, and are not added",
                columns=columns,
                used=_values(table, columns, used),
                left_n=len(left),
                left=_values(table, columns, left),
            ),
            row=int(table.index[left[0]]),
        )
    )


def _values(table: pd.DataFrame, columns: list[str], rows: list[int]) -> list[str]:
    cells = zip(*(texts(table.iloc[rows], column) for column in columns), strict=True)
    return _listing(list(dict.fromkeys(" ".join(filter(None, row)) or "−" for row in cells)))


def _listing(names: Sequence[str]) -> list[str]:
    return [*names[:_LISTED], *(["…"] if len(names) > _LISTED else [])]


# What the columns count


def units_of(
    table: pd.DataFrame, columns: dict[str, list[str]], footnotes: list[str], *, by: Reading
) -> dict[str, CountUnit]:
    """Return what each column counts; a column of households or shares is none of residents."""
    under = dict(table.attrs.get("units", {}))
    around = [*table.attrs.get("titles", []), *footnotes]
    found = {}
    for group, names in columns.items():
        for name in names:
            unit = unit_of(name, under=str(under.get(name, "")), around=around)
            if meaning_of(name) == "households" and group_of(group) is not None:
                unit = CountUnit("households", 1, name)
            persons = by.spec.units.get(group, "persons") == "persons"
            if unit.counted == "shares" or (unit.counted == "households" and persons):
                raise SourceError(
                    "column {column} counts no residents (its unit is {said}); name one that does for "
                    "the age group {group!r}",
                    path=by.path,
                    column=name,
                    said=unit.said,
                    group=group,
                )
            found[name] = unit
    rough = [name for name, unit in found.items() if unit.factor > 1]
    if rough:
        by.notes.note(
            Entry(
                "rounded_unit",
                Sentence(
                    "{names}: the unit is {said}; each count is times {factor:,}, and as rounded as "
                    "the table is",
                    names=rough,
                    said=found[rough[0]].said,
                    factor=found[rough[0]].factor,
                ),
            )
        )
    return found


def only_rows(table: pd.DataFrame, *, by: Reading) -> pd.DataFrame:
    """Return the rows that the profile asks for by the values of columns."""
    for column, values in by.spec.rows.items():
        wanted = {plain(value) for value in ([values] if isinstance(values, str) else values)}
        mine = np.array([plain(cell) in wanted for cell in texts(table, column)], dtype=bool)
        if not mine.any():
            there = list(dict.fromkeys(texts(table, column)))
            raise SourceError(
                "column {column} is nowhere {values}; there are {there}",
                path=by.path,
                column=column,
                values=columns_of(values),
                there=_listing(there),
            )
        left = int((~mine).sum())
        if left:
            by.notes.rows_refused += left
            by.notes.note(
                Entry(
                    "rows_chosen",
                    Sentence(
                        "column {column}: only rows of {values} are read, as the profile says; "
                        "{left} others are not",
                        column=column,
                        values=columns_of(values),
                        left=left,
                    ),
                )
            )
        table = table[mine]
    return table
