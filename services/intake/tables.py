"""Tables as cities publish them: CSV text of any encoding, numbers as typed, coordinates."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import SourceError

ENCODINGS = ("utf-8-sig", "utf-8", "cp932")
SUPPRESSED = frozenset(
    {"X", "x", "χ", "Χ", "-", "‐", "−", "–", "—", "―", "ー", "…", "...", "*", "秘"}
)
LON_NAMES = ("経度", "lon", "longitude", "lng", "x座標(経度)")
LAT_NAMES = ("緯度", "lat", "latitude", "y座標(緯度)")
MOST_COLUMNS = 16_384
"""What a sheet of Excel holds."""
LONGEST_CELL = 32_767
"""What a cell of Excel holds."""
_LISTED = 40
JAPAN_LON = (122.0, 154.0)
JAPAN_LAT = (20.0, 46.0)


def read_csv(path: Path, *, encoding: str = "auto") -> pd.DataFrame:
    """
    Read a CSV or TSV file as text; the index is the file row of each record, the header row is 1.

    Empty lines are skipped without shifting the rows that follow.
    """
    text = _decode(require_file(path).read_bytes(), path=path, encoding=encoding)
    first = text.split("\n", 1)[0]
    records = csv.reader(
        io.StringIO(text, newline=""),
        delimiter="\t" if first.count("\t") > first.count(",") else ",",
    )
    rows: list[tuple[int, list[str]]] = []
    line = 0
    try:
        for record in records:
            start, line = line + 1, records.line_num
            if any(cell.strip() for cell in record):
                rows.append((start, [cell.strip() for cell in record]))
    except csv.Error as error:
        raise SourceError(
            f"not a table ({error}); save it again as CSV",
            path=path,
            row=line + 1,
            ja=f"表として読めません（{error}）。CSVで保存し直してください",
        ) from error
    if not rows:
        raise SourceError(
            "the file is empty; a header row and at least one row are needed",
            path=path,
            ja="空のファイルです。見出しの行と1行以上のデータが必要です",
        )
    _require_bearable(rows, path=path)
    header = [name or f"列{number}" for number, name in enumerate(rows[0][1], start=1)]
    _require_width(rows, len(header), path=path)
    body = [cells + [""] * (len(header) - len(cells)) for _, cells in rows[1:]]
    return pd.DataFrame(body, columns=header, index=[row for row, _ in rows[1:]], dtype=str)


def _require_bearable(rows: list[tuple[int, list[str]]], *, path: Path) -> None:
    """Refuse what no spreadsheet could hold, before it fills the memory."""
    if len(rows[0][1]) > MOST_COLUMNS:
        raise SourceError(
            f"{len(rows[0][1])} columns; a table has at most {MOST_COLUMNS}",
            path=path,
            row=rows[0][0],
            ja=f"{len(rows[0][1])}列あります。表の列は{MOST_COLUMNS}までです",
        )
    for row, cells in rows:
        longest = max(map(len, cells), default=0)
        if longest > LONGEST_CELL:
            raise SourceError(
                f"a cell of {longest} characters; a cell has at most {LONGEST_CELL}, close its quotes",
                path=path,
                row=row,
                ja=f"{longest}文字の値があります（{LONGEST_CELL}文字まで）。引用符が閉じているか確かめてください",
            )


def _require_width(rows: list[tuple[int, list[str]]], width: int, *, path: Path) -> None:
    for row, cells in rows:
        if len(cells) > width and any(cells[width:]):
            raise SourceError(
                f"{len(cells)} cells under a header of {width}; put quotes around a cell with a comma",
                path=path,
                row=row,
                ja=f"見出し{width}列に対し{len(cells)}列あります。コンマを含む値は引用符で囲んでください",
            )
        del cells[width:]


def _decode(data: bytes, *, path: Path, encoding: str) -> str:
    tried = ENCODINGS if encoding == "auto" else (encoding,)
    for name in tried:
        try:
            text = data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\x00" not in text:
            return text
    listing = ", ".join(tried)
    raise SourceError(
        f"not text in {listing}; save it as CSV in UTF-8 or give the source's encoding",
        path=path,
        ja=f"文字コード {listing} の文字として読めません。"
        "UTF-8のCSVで保存し直すか、出典の encoding を指定してください",
    )


def require_file(path: Path) -> Path:
    """Return the path, or say that there is no such file."""
    if not path.is_file():
        raise SourceError(
            "there is no such file; put it there or correct the source's path",
            path=path,
            ja="ファイルがありません。そこに置くか、出典の path を直してください",
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
            f"there is no column {', '.join(map(repr, missing))}; the columns are {', '.join(listed)}",
            path=path,
            ja=f"列「{'」「'.join(missing)}」がありません。ある列：{'、'.join(listed)}",
        )
    for name in named:
        if there.count(name) > 1:
            places = [number for number, column in enumerate(there, start=1) if column == name]
            listing = ", ".join(map(str, places[:_LISTED]))
            raise SourceError(
                f"columns {listing} are all called {name!r}; rename those that are not meant",
                path=path,
                ja=f"「{name}」という列が複数あります（{listing}列目）。使わない列の名前を変えてください",
            )


def is_suppressed(text: str) -> bool:
    """Say whether a cell holds the mark of a count that is not published."""
    return unicodedata.normalize("NFKC", text).strip() in SUPPRESSED


def to_number(text: str) -> float:
    """Return the number of a cell as typed (１，２３４ or 1,234人), NaN where it is none."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace("▲", "-")
    plain = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", plain)
    plain = re.sub(r"\s*(?:人|名|m2|m)$", "", plain)
    if re.fullmatch(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", plain) is None:
        return float("nan")
    return float(plain)


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
    there = {
        unicodedata.normalize("NFKC", str(name)).strip().lower(): str(name) for name in columns
    }
    lon = lon_field or next((there[name] for name in LON_NAMES if name in there), "")
    lat = lat_field or next((there[name] for name in LAT_NAMES if name in there), "")
    return lon, lat


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
