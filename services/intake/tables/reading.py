"""Tables as cities publish them: text of any encoding, workbooks, numbers as typed, coordinates."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import Sentence, SourceError
from services.intake.tables.broken import broken_text
from services.intake.tables.columns import pairs_of
from services.intake.tables.grids import Row, read_grids
from services.intake.tables.headers import Header, column_name
from services.intake.tables.ledger import SourceLedger
from services.intake.tables.persons import require_no_persons
from services.intake.tables.remarks import note_remarks, with_entries
from services.intake.tables.sheets import (
    SHEET_COLUMN,
    TableSheet,
    chosen_sheets,
    row_step,
    told_rows,
)
from services.profile import Sheets, Source

SUPPRESSED = frozenset(
    {"X", "x", "χ", "Χ", "*", "**", "秘", "秘匿", "非公表", "…", "...", "..", "***"}
)
"""Marks of a count that exists and is not published. 「－」 is not among them: it means nobody."""
NOBODY = frozenset({"-", "‐", "−", "–", "—", "―", "ー", "─"})
"""Marks of 「該当数値なし」 in official tables: zero, unless a legend says otherwise."""
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
LONGEST_CELL = 32_767
"""What a cell of Excel holds."""
_LISTED = 40
"""Columns that a message lists."""
JAPAN_LON = (122.0, 154.0)
JAPAN_LAT = (20.0, 46.0)


def read_csv(
    path: Path, *, encoding: str = "auto", wanted: Iterable[str] = (), sheets: Sheets = ""
) -> pd.DataFrame:
    """
    Read a table as text: CSV or TSV of any Japanese encoding, or a workbook.

    The index is the file row of each record. The header is found under title lines and in merged
    cells; ``wanted`` are columns that it must name. Empty lines are skipped without shifting the
    rows that follow. Of several sheets the one that fits is read, or those that ``sheets`` names
    ("all": all that fit) one below the other, with a column that tells the sheet; what is left is
    remembered for ``note_remarks``. A table about persons is refused.
    """
    grids = read_grids(require_file(path), encoding=encoding)
    chosen, remarks = chosen_sheets(grids, path=path, wanted=list(wanted), sheets=sheets)
    tables = [_table(sheet, path=path) for sheet in chosen]
    first = chosen[0].header
    table = tables[0]
    if sheets:
        step = row_step(grids.sheets)
        for number, (sheet, one) in enumerate(zip(chosen, tables, strict=True)):
            one.index = one.index + number * step
            one[SHEET_COLUMN] = sheet.name
        table = pd.concat(tables).fillna("")
        remarks = [*remarks, *told_rows(chosen, step)]
    require_no_persons(table, path=path)
    table.attrs["header_row"] = first.row
    table.attrs["titles"] = first.titles
    table.attrs["sheet"] = chosen[0].name
    table.attrs["units"] = dict(zip(first.names, first.units, strict=True))
    return with_entries(table, [*remarks, *(broken.entry() for broken in broken_text(table))])


def _table(sheet: TableSheet, *, path: Path) -> pd.DataFrame:
    header, body = sheet.header, sheet.rows[sheet.header.body :]
    _require_bearable(sheet.rows, path=path)
    names = header.names
    if sheet.name:
        # A note beside a table of a workbook is no comma without quotes.
        widest = max((len(cells) for _, cells in body), default=0)
        names = names + [column_name(n) for n in range(len(names) + 1, widest + 1)]
    width = _require_width(body, len(names), path=path)
    cells = [row[:width] + [""] * (width - len(row)) for _, row in body]
    table = pd.DataFrame(cells, columns=names, index=[row for row, _ in body], dtype=str)
    return table.iloc[:, : _used_width(body, header)]


def read_source(
    path: Path, *, source: Source, wanted: Iterable[str] = (), notes: SourceLedger | None = None
) -> pd.DataFrame:
    """Read the table of a source as its profile says; with ``notes`` remarks are written down."""
    named = [name for name in wanted if name]
    table = read_csv(path, encoding=source.encoding, wanted=named, sheets=source.sheets)
    if notes is not None:
        note_remarks(table, notes=notes)
    return table


def _used_width(body: list[Row], header: Header) -> int:
    """Return the number of columns up to the last that has a name or a cell."""
    return max([header.named, *(_last_filled(cells) for _, cells in body)])


def _last_filled(cells: list[str]) -> int:
    return next((n for n in range(len(cells), 0, -1) if cells[n - 1]), 0)


def _require_bearable(rows: list[Row], *, path: Path) -> None:
    """Refuse a cell that no spreadsheet could hold, as quotes that are never closed make one."""
    for row, cells in rows:
        longest = max(map(len, cells), default=0)
        if longest > LONGEST_CELL:
            raise SourceError(
                "a cell of {longest} characters; a cell has at most {longest_max}, close its "
                "quotes",
                path=path,
                row=row,
                longest=longest,
                longest_max=LONGEST_CELL,
            )


def _require_width(rows: list[Row], width: int, *, path: Path) -> int:
    for row, cells in rows:
        if any(cells[width:]):
            raise SourceError(
                "{cells_n} cells under a header of {width}; put quotes around a cell with a comma",
                path=path,
                row=row,
                cells_n=len(cells),
                width=width,
            )
    return width


def require_file(path: Path) -> Path:
    """Return the path, or say that there is no such file."""
    if not path.is_file():
        raise SourceError(
            "there is no such file; put it there or correct the source's path", path=path
        )
    return path


def require_columns(columns: Iterable[object], wanted: Iterable[str], *, path: Path) -> None:
    """Say which of the named columns are missing and which there are."""
    there = [str(column) for column in columns]
    named = [name for name in dict.fromkeys(wanted) if name]
    missing = [name for name in named if name not in there]
    if missing:
        listed = [name[:_LISTED] for name in there[:_LISTED]] + ["…"] * (len(there) > _LISTED)
        raise SourceError(
            "there is no column {missing}; the columns are {listed}",
            path=path,
            missing=[Sentence("{name!r}", name=name) for name in missing],
            listed=listed,
        )
    for name in named:
        # A reader of tables tells columns of one name apart by their number (headers._unique).
        alike = re.compile(rf"{re.escape(name)}(（[0-9]+列目）)?")
        places = [number for number, column in enumerate(there, 1) if alike.fullmatch(column)]
        if len(places) > 1:
            listing = ", ".join(map(str, places[:_LISTED]))
            raise SourceError(
                "columns {listing} are all called {name!r}; rename those that are not meant",
                path=path,
                listing=listing,
                name=name,
            )


def require_name_field(field: str, columns: Iterable[object], *, path: Path) -> None:
    """Say that no column was recognised as the name, and which there are."""
    if not field:
        listing = [str(column) for column in columns]
        raise SourceError(
            "no column is recognised as the name; say which in name_field: {listing}",
            path=path,
            listing=list(listing),
        )


def is_suppressed(text: str) -> bool:
    """Say whether a cell holds the mark of a count that is not published."""
    return unicodedata.normalize("NFKC", text).strip() in SUPPRESSED


def is_nobody(text: str) -> bool:
    """Say whether a cell holds the dash that stands for zero in official tables."""
    return unicodedata.normalize("NFKC", text).strip() in NOBODY


def to_number(text: str) -> float:
    """Return the number of a cell as typed (１，２３４ or 1,234人), NaN where it is none."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace("▲", "-")
    plain = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", plain)
    plain = re.sub(r"\s*(?:人|名|m2|m)$", "", plain)
    if re.fullmatch(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", plain) is None:
        return float("nan")
    return float(plain)


def has_dotted_thousands(cells: Iterable[str]) -> bool:
    """
    Say whether the dots of a column of counts part thousands, as in 「19.997人」.

    They do where every number with a dot has groups of three digits after a first one of 1 to 3.
    """
    forms = [re.sub(r"\s*(?:人|名)$", "", unicodedata.normalize("NFKC", c).strip()) for c in cells]
    dotted = [form for form in forms if "." in form and to_number(form.replace(".", "")) >= 0]
    return bool(dotted) and all(_THOUSANDS.fullmatch(form) for form in dotted)


def to_numbers(cells: pd.Series) -> NDArray[np.float64]:
    """Return the numbers of a column, NaN where a cell is none; numeric columns pass unchanged."""
    if pd.api.types.is_numeric_dtype(cells):
        return cells.to_numpy(dtype=float, na_value=np.nan)
    return np.array([to_number(text_of(cell)) for cell in cells], dtype=float)


def text_of(cell: object) -> str:
    """Return a cell as text without edge spaces; missing is the empty text."""
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return ""
    if isinstance(cell, float):
        if np.isnan(cell):
            return ""
        return str(int(cell)) if cell.is_integer() else str(cell)
    return str(cell).strip()


def texts(frame: pd.DataFrame, column: str) -> list[str]:
    """Return a column as text; empty texts where no column is named."""
    if not column:
        return [""] * len(frame)
    return [text_of(cell) for cell in frame[column]]


def first_filled(frame: pd.DataFrame, columns: list[str]) -> list[str]:
    """Return for each row the first of the columns that is there and not empty."""
    there = [column for column in columns if column in frame.columns]
    found = [""] * len(frame)
    for column in there:
        cells = frame[column]
        found = [text or text_of(cell) for text, cell in zip(found, cells, strict=True)]
    return found


def coordinate_fields(columns: Iterable[object], lon_field: str, lat_field: str) -> tuple[str, str]:
    """Return the columns of longitude and latitude: as named, else as recognised, else empty."""
    pairs = pairs_of(map(str, columns), "lon", "lat")
    lon, lat = next(((lon, lat) for lon, lat, datum in pairs if datum != "tokyo"), ("", ""))
    return lon_field or lon, lat_field or lat


def in_japan(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say for each pair whether it lies in the box of Japan; NaN does not."""
    inside_lon = (lon >= JAPAN_LON[0]) & (lon <= JAPAN_LON[1])
    inside: NDArray[np.bool_] = inside_lon & (lat >= JAPAN_LAT[0]) & (lat <= JAPAN_LAT[1])
    return inside


def matches_filter(cells: Iterable[str], contains: list[str]) -> NDArray[np.bool_]:
    """Say for each cell whether it contains one of the texts, width of letters aside."""
    wanted = [unicodedata.normalize("NFKC", text) for text in contains]
    return np.array(
        [any(text in unicodedata.normalize("NFKC", cell) for text in wanted) for cell in cells],
        dtype=bool,
    )
