"""
A workbook as rows of text: read by a process of its own, ``python workbook.py FILE``.

The library lays out a grid as wide and as high as the outermost cell says. One cell far out asks
for more memory than a machine has, and that ends the process: therefore not ours. This file is run
as a script; it imports nothing of the project and says all it found as JSON on its output.
"""

import json
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

ROWS_MAX = 300_000
CELLS_MAX = 20_000_000
"""Cells of one sheet, empty ones between the outermost among them."""
LETTERS_MAX = 200_000_000
"""Letters of all cells: one long text can be shown by many cells."""
MEMORY_MAX_BYTES = 3_000_000_000
SECONDS_MAX = 60

TOO_MANY_ROWS, TOO_FAR, PASSWORD, BROKEN = "rows", "far", "password", "broken"
"""Why a workbook is not read, as the output says it."""

_CELL_LIMIT = "Cell limit exceeded"
"""How the library says that a sheet would be too large, where it counts."""
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})


def cell_text(value: object) -> str:
    """Return what a person sees in a cell; an error (#N/A) is empty."""
    if isinstance(value, float):
        exact = value.is_integer() and abs(value) < 1e15  # noqa: PLR2004  whole numbers are exact below
        return str(int(value)) if exact else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, time):
        return value.strftime("%H:%M")
    text = "" if value is None else str(value).strip()
    return "" if text in _ERRORS else text


def read(path: str) -> dict[str, Any]:
    """Return ``sheets``, name and numbered rows of each visible one, and ``hidden``; or ``refused``."""
    import python_calamine as calamine  # noqa: PLC0415  only the process that reads needs it

    try:
        sheets, hidden = _sheets(path)
    except calamine.PasswordError:
        return {"refused": PASSWORD}
    except _TooLargeError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": TOO_FAR}
    except Exception as error:  # noqa: BLE001  whatever its bytes make the library stumble over
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        if reason.startswith(_CELL_LIMIT):
            return {"refused": TOO_FAR}
        return {"refused": BROKEN, "reason": reason}
    return {"sheets": sheets, "hidden": hidden}


class _TooLargeError(Exception):
    """A sheet is larger than any table of a city."""


def _sheets(path: str) -> tuple[list[tuple[str, list[tuple[int, list[str]]]]], list[str]]:
    import python_calamine as calamine  # noqa: PLC0415

    book = _opened(path)
    sheets, hidden, letters = [], [], 0
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if meta.visible != calamine.SheetVisibleEnum.Visible:
            hidden.append(meta.name)
            continue
        sheet = book.get_sheet_by_name(meta.name)
        last_row, last_column = sheet.end or (-1, -1)
        if last_row >= ROWS_MAX:
            raise _TooLargeError(TOO_MANY_ROWS)
        if (last_row + 1) * (last_column + 1) > CELLS_MAX:
            raise _TooLargeError(TOO_FAR)
        rows = []
        for number, values in enumerate(sheet.iter_rows(), start=1):
            cells = [cell_text(value) for value in values]
            letters += sum(map(len, cells))
            if letters > LETTERS_MAX:
                raise _TooLargeError(TOO_FAR)
            if any(cells):
                rows.append((number, cells))
        sheets.append((meta.name, rows))
    return sheets, hidden


def _opened(path: str) -> Any:  # noqa: ANN401  the library is imported by the process that reads
    """Open by what the bytes are; where none fits, by the name, which says more of what is wrong."""
    import python_calamine as calamine  # noqa: PLC0415

    try:
        with open(path, "rb") as file:  # noqa: PTH123  the library asks for an open file
            return calamine.CalamineWorkbook.from_filelike(file)
    except calamine.CalamineError:
        return calamine.CalamineWorkbook.from_path(path)


def _bounded() -> None:
    """Bound memory and time where the system can."""
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _bounded()
    json.dump(read(sys.argv[1]), sys.stdout)
