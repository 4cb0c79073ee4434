"""Grids: the numbered rows of cells of a text file or a workbook, before anything is understood."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo.errors import SourceError
from services.intake.tables import workbook
from services.intake.tables.encodings import decode
from services.intake.tables.filetypes import WORKBOOKS, no_table_in, require_table
from services.intake.tables.webpages import tables_of
from services.workspace.storage import DAMAGED_ZIP

Row = tuple[int, list[str]]
"""Number of the row in the file (1-based) and its cells as text without edge spaces."""

DELIMITERS = (",", "\t", ";")
SNIFFED_ROWS = 50
COLUMNS_MAX = 4_000
BYTES_MAX = 400_000_000
UNPACKED_BYTES_MAX = 100_000_000
"""A workbook that unpacks to more than this is no list of a city, or a zip bomb."""


@dataclass(frozen=True)
class Grids:
    """The sheets of a file."""

    sheets: list[tuple[str, list[Row]]]
    """Name and non-empty rows of each; a text file is one without a name."""
    hidden: list[str] = field(default_factory=list)
    """Names of the sheets that a workbook hides, and nobody reads."""


def read_grids(path: Path, *, encoding: str = "auto") -> Grids:
    """Return the sheets of a table, whatever its format."""
    _require_bytes(path, path.stat().st_size, BYTES_MAX)
    found = require_table(path)
    if found in WORKBOOKS:
        return _workbook(path, packed=found != "xls")
    text = decode(path.read_bytes(), path=path, encoding=encoding)
    return Grids(_web_page(text, path=path) if found == "html" else [("", _text(text, path=path))])


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


def _workbook(path: Path, *, packed: bool) -> Grids:
    """Read a workbook (.xlsx, .xlsb, .xls, .ods) in a process of its own, which may fail alone."""
    if packed:
        _require_unpacked(path)
    told = _read_apart(path)
    refused = told.get("refused", "")
    if refused == workbook.PASSWORD:
        raise SourceError(
            "a workbook with a password; take the password off, or save it as CSV", path=path
        )
    if refused == workbook.TOO_MANY_ROWS:
        raise SourceError(
            "more than {rows_max:,} rows; save the list as CSV",
            path=path,
            rows_max=workbook.ROWS_MAX,
        )
    if refused == workbook.TOO_FAR:
        raise SourceError(
            "a cell stands so far below or to the right that the sheet is larger than any table; "
            "delete it, or save the table as CSV",
            path=path,
        )
    if refused:
        raise SourceError(
            "cannot be read as a workbook ({reason}); save it again as .xlsx or CSV",
            path=path,
            reason=told["reason"],
        )
    sheets = [
        (name, [(number, _narrow(cells, path=path, row=number)) for number, cells in rows])
        for name, rows in told["sheets"]
    ]
    return Grids(sheets, told["hidden"])


def _read_apart(path: Path) -> dict[str, Any]:
    """Return what the process says; one that dies of the file asked for more than it may have."""
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and script
            [sys.executable, "-P", workbook.__file__, str(path.absolute())],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=2 * workbook.SECONDS_MAX,
            check=False,
        )
        told: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return {"refused": workbook.TOO_FAR}
    return told


def _require_unpacked(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except DAMAGED_ZIP as error:
        raise SourceError(
            "a broken workbook ({error}); save it again", path=path, error=error
        ) from error
    _require_bytes(path, size, UNPACKED_BYTES_MAX)
