"""Cells that are not what they seem: formulas, invisible signs, texts beyond any measure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import pandas as pd

from geo.errors import Sentence
from services.intake.tables.ledger import Entry, SourceLedger
from services.intake.tables.reading import texts, to_number

LONGEST_SCHEDULE = 300
"""A schedule of more characters than this is a mistake, and is not read."""
_SHOWN = 40
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![0-9]*$)")


def note_cells(table: pd.DataFrame, columns: Iterable[str], *, notes: SourceLedger) -> None:
    """Write down cells that a spreadsheet would run as a formula; they are kept as text."""
    for column in dict.fromkeys(name for name in columns if name):
        for row, cell in zip(table.index, texts(table, column), strict=True):
            if cell and is_formula(cell):
                notes.rows_repaired += 1
                notes.note(_formula(column, cell, int(str(row))))


def note_marks(table: pd.DataFrame, columns: Iterable[str], *, notes: SourceLedger) -> None:
    """Write down cells with invisible signs, which ``without_marks`` takes out."""
    for column in dict.fromkeys(name for name in columns if name):
        for row, cell in zip(table.index, texts(table, column), strict=True):
            if cell != without_marks(cell):
                notes.rows_repaired += 1
                notes.note(
                    Entry(
                        "marks",
                        Sentence(
                            "column {column}: invisible signs taken out of {cell!r}",
                            column=column,
                            cell=shown(cell),
                        ),
                        row=int(str(row)),
                    )
                )


def note_empty(table: pd.DataFrame, *, notes: SourceLedger) -> None:
    """Write down that a source has a header and no row."""
    if table.empty:
        notes.note(Entry("no_rows", Sentence("the file has no row; nothing is read from it")))


def is_formula(cell: str) -> bool:
    """Say whether a spreadsheet would take a cell for a formula; a number is none."""
    plain = unicodedata.normalize("NFKC", cell)
    return _FORMULA.match(plain) is not None and not _is_number(plain)


def without_marks(cell: str) -> str:
    """Return a text without control and formatting characters; a line break becomes a space."""
    if cell.isascii() and cell.isprintable():
        return cell
    kept = [
        " " if sign in "\n\r\t" else sign
        for sign in cell
        if sign in "\n\r\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    ]
    return "".join(kept).strip()


def shown(cell: str) -> str:
    """Return a cell as it can be shown in one line."""
    plain = without_marks(cell)
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "…"


def _is_number(text: str) -> bool:
    number = to_number(text)
    return number == number  # noqa: PLR0124 - only NaN differs from itself


def _formula(column: str, cell: str, row: int) -> Entry:
    return Entry(
        "formula",
        Sentence(
            "column {column}: {cell!r} would be a formula in a spreadsheet; kept as text",
            column=column,
            cell=shown(cell),
        ),
        row=row,
    )


def cut_schedules(cells: list[str], rows: Iterable[int], *, notes: SourceLedger) -> list[str]:
    """Return schedules, those beyond any measure cut and written down."""
    kept = []
    for row, cell in zip(rows, cells, strict=True):
        if len(cell) > LONGEST_SCHEDULE:
            notes.rows_repaired += 1
            notes.note(
                Entry(
                    "too_long",
                    Sentence(
                        "the schedule has {letters_n} characters ({cell!r}); not read",
                        letters_n=len(cell),
                        cell=shown(cell),
                    ),
                    row=int(row),
                )
            )
            kept.append("")
        else:
            kept.append(cell)
    return kept


_POINT = re.compile(
    r"(?:srid=[0-9]+;)?point\s*z?\s*\(|\{.*[\"']?(?:coordinates|lat(?:itude)?)[\"']?\s*:"
    r"|[(\[]?\s*-?[0-9]{2,3}\.[0-9]{2,}\s*[,、;\s]\s*-?[0-9]{2,3}\.[0-9]{2,}\s*[)\]]?$",
    re.IGNORECASE | re.DOTALL,
)
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")
_JAPAN = (20.0, 46.0, 154.0)
"""Latitudes are between the first two, longitudes beyond the second up to the third."""
_LOOKED_AT = 50


def point_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns whose cells are positions: GeoJSON, POINT(…) or two decimal numbers."""
    found = []
    for column in map(str, table.columns):
        if pd.api.types.is_numeric_dtype(table[column]):
            continue
        filled = [cell for cell in texts(table.head(_LOOKED_AT), column) if cell]
        if 2 * sum(map(_is_point, filled)) > len(filled):
            found.append(column)
    return found


def _is_point(cell: str) -> bool:
    """Say whether a cell is a position in Japan: a pair of sizes may look like one elsewhere."""
    form = unicodedata.normalize("NFKC", cell).strip()
    numbers = [float(number) for number in _DECIMAL.findall(form)[:2]] if _POINT.match(form) else []
    return len(numbers) == 2 and _JAPAN[0] <= min(numbers) < _JAPAN[1] < max(numbers) <= _JAPAN[2]  # noqa: PLR2004  a pair


_TOTAL = re.compile(
    r"(?:[【(\[〔]?(?:合計|総合計|男女計|総計|総数|小計|中計|累計|計|全市計?|全町計?|全村計?|市全体|町全体|市計|町計|村計|全体)[】)\]〕]?)"
    r"(?:[0-9,]+(?:か所|箇所|ヶ所|件|人|団体)?)?|.+(?:[ 　・]計|合計|小計|総計|[市町村区域部所庁内外字目]計)|.*[(【\[].*計[)】\]]|total|subtotal",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(
    r"※|\*[0-9]?[ :]|[(]?注[0-9]?[):. ]|出典[:：は]|資料[:：]|備考[:：]|単位[:：]"
)


def is_total(label: str) -> bool:
    """Say whether a label is that of a row of totals: 合計, 小計, 東部地区計."""
    form = unicodedata.normalize("NFKC", label).strip()
    return bool(_TOTAL.fullmatch(form)) or bool(_TOTAL.fullmatch(re.sub(r"\s+", "", form)))


def is_footnote(label: str) -> bool:
    """Say whether a label is a remark below a table: ※…, 注1)…, 出典：…."""
    return _FOOTNOTE.match(unicodedata.normalize("NFKC", label).strip()) is not None


def is_aside(label: str) -> bool:
    """Say whether a label is that of no row of the table's own."""
    return is_total(label) or is_footnote(label)


def note_asides(rows: Sequence[int], labels: Sequence[str], *, notes: SourceLedger) -> None:
    """List the totals and footnotes that are left out."""
    for row, label in zip(rows, labels, strict=True):
        notes.rows_refused += 1
        code = "totals_row" if is_total(label) else "footnote"
        what = Sentence("a row of totals") if is_total(label) else Sentence("a footnote")
        notes.note(
            Entry(
                code,
                Sentence("{label}: {what}; not used", label=label, what=what),
                row=int(row),
            )
        )
