"""The files of a Shapefile, and the encoding of its texts, which .cpg and .dbf often get wrong."""

import codecs
import struct
from pathlib import Path

SAMPLE_RECORDS = 2000
_LANGUAGE_DRIVER = {0x13: "cp932", 0x7B: "cp932"}
_HEADER, _FIELD = 32, 32


def beside(path: Path, suffix: str) -> Path | None:
    """Return the file of a Shapefile that ends in ``suffix``, in small or capital letters."""
    for name in (suffix, suffix.upper()):
        if (found := path.with_suffix(name)).is_file():
            return found
    return None


def text_encoding(path: Path) -> str | None:
    """
    Return the encoding of a Shapefile's attributes: what .cpg or .dbf claim, where it is true.

    The texts themselves decide: a .cpg that was left over from a conversion is not believed. Bytes
    that are UTF-8 are hardly ever anything else, while nearly all bytes are CP932 of some kind.
    """
    table = beside(path, ".dbf")
    if table is None:
        return None
    cells = _cells(table)
    claimed = [name for name in (_claim_of_cpg(path), _claim_of_dbf(table)) if name]
    for encoding in ("utf-8", *claimed, "cp932"):
        if all(_fits(cell, encoding) for cell in cells):
            return encoding
    return claimed[0] if claimed else None


def _cells(table: Path) -> list[bytes]:
    """Return the names of the fields and the text cells of the first records."""
    with table.open("rb") as file:
        header = file.read(_HEADER)
        if len(header) < _HEADER:
            return []
        records_n, header_n, record_n = struct.unpack("<xxxxIHH", header[:12])
        fields = file.read(max(header_n - _HEADER, 0))
        cells, spans, at = [], [], 1
        for start in range(0, len(fields) - _FIELD + 1, _FIELD):
            field = fields[start : start + _FIELD]
            if field[:1] == b"\r":
                break
            cells.append(field[:11].split(b"\x00")[0])
            if field[11:12] == b"C":
                spans.append((at, at + field[16]))
            at += field[16]
        for _ in range(min(records_n, SAMPLE_RECORDS)):
            record = file.read(record_n)
            cells += [record[begin:end].rstrip(b" \x00") for begin, end in spans]
    return [cell for cell in cells if not cell.isascii()]


def _fits(cell: bytes, encoding: str) -> bool:
    """Say whether a cell is text in this encoding; its last letter may be cut off."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(cell, final=False)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _claim_of_cpg(path: Path) -> str:
    found = beside(path, ".cpg")
    if found is None:
        return ""
    name = found.read_bytes()[:40].decode("ascii", errors="ignore").strip().lower()
    name = {"932": "cp932", "sjis": "cp932", "shift_jis": "cp932", "65001": "utf-8"}.get(name, name)
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def _claim_of_dbf(table: Path) -> str:
    with table.open("rb") as file:
        header = file.read(_HEADER)
    return _LANGUAGE_DRIVER.get(header[29], "") if len(header) == _HEADER else ""
