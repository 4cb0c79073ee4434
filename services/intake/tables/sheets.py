"""The sheets of a workbook: which one is read, which are joined, and that the others are named."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.errors import Sentence, SourceError
from services.intake.tables.columns import plain
from services.intake.tables.grids import Grids, Row
from services.intake.tables.headers import Header, find_header, known_names
from services.intake.tables.ledger import Entry
from services.profile import Sheets

SHEET_COLUMN = "シート"
"""Column of joined sheets: the sheet of each row."""
_LEAST_STEP = 1000


@dataclass(frozen=True)
class TableSheet:
    """One sheet that has cells, with its header."""

    name: str
    """Empty for a text file, which has no sheets."""
    rows: list[Row]
    header: Header


def chosen_sheets(
    grids: Grids, *, path: Path, wanted: list[str], sheets: Sheets
) -> tuple[list[TableSheet], list[Entry]]:
    """
    Return the sheets to read, at least one, and a remark on those that are left.

    Without ``sheets`` it is the one that names most of what is asked for, then most that is known;
    of equals one of totals (計) before one of men, then the first.
    """
    filled = [
        TableSheet(name, rows, find_header(rows, wanted=wanted))
        for name, rows in grids.sheets
        if rows
    ]
    if not filled and grids.hidden:
        raise SourceError(
            "every sheet with cells is hidden ({hidden}); show the one to read and save the workbook",
            path=path,
            hidden=grids.hidden,
        )
    if not filled:
        raise SourceError(
            "the file is empty; a header row and at least one row are needed", path=path
        )
    best = max(filled, key=lambda sheet: _fitness(sheet, wanted))
    fitting = [sheet for sheet in filled if _fits(sheet, best, wanted)]
    if isinstance(sheets, list):
        chosen = _named(filled, sheets, path=path)
    else:
        chosen = fitting if sheets else [_of_equals(fitting)]
    left = _left(filled, chosen, fitting=[] if sheets else fitting)
    return chosen, [*left, *_hidden(grids.hidden)]


def _fitness(sheet: TableSheet, wanted: list[str]) -> tuple[int, int]:
    there = set(map(plain, sheet.header.names))
    return len(there & set(map(plain, wanted))), known_names(sheet.header.names, wanted=wanted)


def _fits(sheet: TableSheet, best: TableSheet, wanted: list[str]) -> bool:
    """Say whether a sheet holds what the best one holds: what is asked for, else the same columns."""
    if sheet is best:
        return True
    there, others = ({*map(plain, one.header.names)} for one in (sheet, best))
    asked = set(map(plain, wanted)) & others
    return len(sheet.rows) > sheet.header.body and (asked <= there if asked else there == others)


def _of_equals(fitting: list[TableSheet]) -> TableSheet:
    """Return the sheet of totals where there is one, else the first."""
    return next((sheet for sheet in fitting if is_whole(sheet.name)), fitting[0])


def is_whole(name: str) -> bool:
    """Say whether a sheet's name says that it holds everybody: 総数, 青葉区（計）."""
    return plain(name).rstrip(")]】").endswith(("計", "総数", "全体", "全市", "男女"))


def _named(filled: list[TableSheet], names: list[str], *, path: Path) -> list[TableSheet]:
    found = {plain(sheet.name): sheet for sheet in filled}
    missing = [name for name in names if plain(name) not in found]
    if missing:
        raise SourceError(
            "there is no sheet {missing}; the sheets are {listed}",
            path=path,
            missing=missing,
            listed=[sheet.name or "−" for sheet in filled],
        )
    return [found[plain(name)] for name in dict.fromkeys(names)]


def _left(
    filled: list[TableSheet], chosen: list[TableSheet], *, fitting: list[TableSheet]
) -> list[Entry]:
    """Name the sheets that are not read; those that fit as well are told apart."""
    left = [sheet for sheet in filled if sheet not in chosen]
    if not left:
        return []
    alike = [sheet.name for sheet in left if sheet in fitting]
    read, listing = [sheet.name for sheet in chosen], [sheet.name for sheet in left]
    if alike:
        said = Sentence(
            "only sheet {read} is read, not {listing}; {alike} have the same columns: to read them "
            'too, write sheets = "all" (or their names) into the source',
            read=read,
            listing=listing,
            alike=alike,
        )
    else:
        said = Sentence("only sheet {read} is read, not {listing}", read=read, listing=listing)
    return [Entry("sheets_left", said)]


def _hidden(names: list[str]) -> list[Entry]:
    """Name the sheets that the workbook hides: what somebody has put aside may be the one that counts."""
    said = Sentence(
        "hidden sheets are not read: {hidden}; to read one, show it and save the workbook",
        hidden=names,
    )
    return [Entry("sheets_left", said)] if names else []


def row_step(grids: Sequence[tuple[str, list[Row]]]) -> int:
    """Return what is added to the row numbers from sheet to sheet: 1000, or more where one is longer."""
    step = _LEAST_STEP
    while any(rows and rows[-1][0] >= step for _, rows in grids):
        step *= 10
    return step


def told_rows(chosen: list[TableSheet], step: int) -> list[Entry]:
    """Say how the rows of joined sheets are told apart."""
    if len(chosen) == 1:
        return []
    names = [sheet.name for sheet in chosen]
    return [
        Entry(
            "sheets_joined",
            Sentence(
                "{sheets_n} sheets are joined: {names}; row 1 of the second is told as row {second}, "
                "and so on",
                sheets_n=len(names),
                names=names,
                second=step + 1,
            ),
        )
    ]
