"""Grids: the numbered rows of cells of a CSV, TSV or Excel file, before anything is understood."""

import csv
import io
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

from geo.errors import SourceError
from services.intake.tables.encodings import decode
from services.intake.tables.filetypes import WORKBOOKS, no_table_in, require_table
from services.intake.tables.webpages import tables_of

Row = tuple[int, list[str]]
"""Number of the row in the file (1-based) and its cells as text without edge spaces."""

DELIMITERS = (",", "\t", ";")
SNIFFED_ROWS = 50
COLUMNS_MAX = 4_000
BYTES_MAX = 400_000_000
EXCEL_BYTES_MAX = 100_000_000
"""An Excel file that unpacks to more than this is no list of a city, or a zip bomb."""
EXCEL_ROWS_MAX = 300_000


def read_grids(path: Path, *, encoding: str = "auto") -> list[tuple[str, list[Row]]]:
    """Return name and non-empty rows of each visible sheet; a text file is one sheet without a name."""
    _require_bytes(path, path.stat().st_size, BYTES_MAX)
    found = require_table(path)
    if found == "xlsx":
        return _excel(path)
    if found in WORKBOOKS:
        raise SourceError("an Excel file of the old format; save it as .xlsx or CSV", path=path)
    text = decode(path.read_bytes(), path=path, encoding=encoding)
    return _web_page(text, path=path) if found == "html" else [("", _text(text, path=path))]


def _web_page(text: str, *, path: Path) -> list[tuple[str, list[Row]]]:
    """Return each table of a web page as a sheet; the rows are those of its table."""
    sheets = [
        [(number, _narrow(cells, path=path, row=number)) for number, cells in enumerate(table, 1)]
        for table in tables_of(text)
    ]
    if not sheets:
        raise no_table_in(path)
    return [
        (f"table {n}", [row for row in rows if any(row[1])]) for n, rows in enumerate(sheets, 1)
    ]


def _require_bytes(path: Path, size: int, limit: int) -> None:
    if size > limit:
        raise SourceError(
            "{size_mb:.0f} MB is more than a table may have ({limit_mb:.0f} MB); split it",
            path=path,
            size_mb=size / 1000000.0,
            limit_mb=limit / 1000000.0,
        )


def _text(text: str, *, path: Path) -> list[Row]:
    rows: list[Row] = []
    records = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    line = 0
    try:
        for record in records:
            start, line = line + 1, records.line_num
            cells = [cell.strip() for cell in record]
            if any(cells):
                rows.append((start, _narrow(cells, path=path, row=start)))
    except csv.Error as error:
        raise SourceError(
            "not a table ({error}); save it again as CSV", path=path, row=line + 1, error=error
        ) from error
    return rows


def _narrow(cells: list[str], *, path: Path, row: int) -> list[str]:
    """Refuse a row wider than any table of a city, unless what is beyond is empty."""
    if len(cells) <= COLUMNS_MAX:
        return cells
    if any(cells[COLUMNS_MAX:]):
        raise SourceError(
            "{cells_n:,} columns; a table has at most {columns_max:,}",
            path=path,
            row=row,
            cells_n=len(cells),
            columns_max=COLUMNS_MAX,
        )
    return cells[:COLUMNS_MAX]


def _delimiter(text: str) -> str:
    """Return the sign that cuts most of the first rows into equally many cells."""
    best, most = ",", (0, 0)
    for sign in DELIMITERS:
        widths = Counter(_widths(text, sign))
        widths.pop(1, None)
        for width, rows in widths.items():
            if (rows, width) > most:
                best, most = sign, (rows, width)
    return best


def _widths(text: str, sign: str) -> Iterator[int]:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    try:
        for _, record in zip(range(SNIFFED_ROWS), records, strict=False):
            yield len(record)
    except csv.Error:
        return


def _excel(path: Path) -> list[tuple[str, list[Row]]]:
    # Imported here: most commands read no Excel file.
    import openpyxl  # noqa: PLC0415

    _require_unpacked(path)
    try:
        with warnings.catch_warnings():
            # Extensions that openpyxl drops are drop-down lists and colours, no content.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                return [
                    (sheet.title, list(_sheet_rows(sheet, path=path)))
                    for sheet in book.worksheets
                    if sheet.sheet_state == "visible"
                ]
            finally:
                book.close()
    except SourceError:
        raise
    except Exception as error:
        # A broken workbook raises whatever its XML makes openpyxl stumble over.
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise SourceError(
            "cannot be read as an Excel file ({reason}); save it again as .xlsx or CSV",
            path=path,
            reason=reason,
        ) from error


def _require_unpacked(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise SourceError(
            "a broken Excel file ({error}); save it again", path=path, error=error
        ) from error
    _require_bytes(path, size, EXCEL_BYTES_MAX)


def _sheet_rows(sheet: Any, *, path: Path) -> Iterator[Row]:  # noqa: ANN401  openpyxl has no types
    # The size that a sheet claims for itself is often wrong; its cells tell.
    sheet.reset_dimensions()
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > EXCEL_ROWS_MAX:
            raise SourceError(
                "more than {rows_max:,} rows; save the list as CSV",
                path=path,
                row=number,
                rows_max=EXCEL_ROWS_MAX,
            )
        cells = [_cell_text(value) for value in values]
        if any(cells):
            yield number, _narrow(cells, path=path, row=number)


_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})


def _cell_text(value: object) -> str:
    """Return what a person sees in a cell; an error (#N/A) is empty."""
    if isinstance(value, float):
        exact = value.is_integer() and abs(value) < 1e15  # noqa: PLR2004  whole numbers are exact below
        return str(int(value)) if exact else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    text = "" if value is None else str(value).strip()
    return "" if text in _ERRORS else text
