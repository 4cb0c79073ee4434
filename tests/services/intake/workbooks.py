"""Small workbooks of the formats that no library of ours writes, made byte by byte."""

import struct
import zipfile
from pathlib import Path

Cell = str | float | None
Sheets = dict[str, list[list[Cell]]]
_PARTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def write_xls(path: Path, sheets: Sheets, *, password: bool = False) -> Path:
    """Write BIFF8 in a compound file: numbers and texts; a number of a day since 2023 is shown as a date."""
    bodies = [_biff_sheet(rows) for rows in sheets.values()]
    start = _biff_globals(list(sheets), [0] * len(sheets), password=password)
    offsets, at = [], len(start)
    for body in bodies:
        offsets.append(at)
        at += len(body)
    stream = _biff_globals(list(sheets), offsets, password=password) + b"".join(bodies)
    path.write_bytes(_compound(stream))
    return path


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _biff_globals(names: list[str], offsets: list[int], *, password: bool) -> bytes:
    parts = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))]
    if password:
        parts.append(_record(0x002F, b"\x01\x00" * 3))
    parts += [
        _record(0x00E0, struct.pack("<HH", 0, number_format) + b"\x00" * 16)
        for number_format in (0, 14)
    ]
    for name, offset in zip(names, offsets, strict=True):
        text = name.encode("utf-16-le")
        parts.append(_record(0x0085, struct.pack("<IBBBB", offset, 0, 0, len(name), 1) + text))
    return b"".join([*parts, _record(0x000A)])


def _biff_sheet(rows: list[list[Cell]]) -> bytes:
    parts = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))]
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            at = struct.pack("<HH", row, column)
            if isinstance(cell, str):
                text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
                parts.append(_record(0x0204, at + b"\x00\x00" + text))
            elif cell is not None:
                style = 1 if cell > 45_000 else 0
                parts.append(_record(0x0203, at + struct.pack("<Hd", style, cell)))
    return b"".join([*parts, _record(0x000A)])


def _compound(stream: bytes) -> bytes:
    """Wrap a stream as 「Workbook」 of a compound file: header, one FAT sector, one of entries, data."""
    sector, end, free = 512, 0xFFFFFFFE, 0xFFFFFFFF
    stream = stream.ljust(4096, b"\x00")
    count = -(-len(stream) // sector)
    stream = stream.ljust(count * sector, b"\x00")
    fat = [0xFFFFFFFD, end, *range(3, count + 2), end]
    fat += [free] * (128 - len(fat))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 16
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0
    )
    header += struct.pack("<I", 0) + struct.pack("<I", free) * 108
    entries = _entry("Root Entry", 5, child=1, first=end, size=0)
    entries += _entry("Workbook", 2, child=free, first=2, size=len(stream))
    return header + struct.pack("<128I", *fat) + entries.ljust(sector, b"\x00") + stream


def _entry(name: str, kind: int, *, child: int, first: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\x00\x00"
    head = text.ljust(64, b"\x00") + struct.pack("<HBB", len(text), kind, 1)
    none = 0xFFFFFFFF
    return (
        head
        + struct.pack("<III", none, none, child)
        + b"\x00" * 36
        + struct.pack("<IQ", first, size)
    )


def write_xlsb(path: Path, sheets: Sheets) -> Path:
    """Write BIFF12 in a zip: numbers and texts."""
    book = b"".join(
        _record12(156, struct.pack("<II", 0, n) + _wide(f"rId{n}") + _wide(name))
        for n, name in enumerate(sheets, start=1)
    )
    targets = "".join(
        f'<Relationship Id="rId{n}" Type="{_PARTS}/worksheet" Target="worksheets/s{n}.bin"/>'
        for n in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
            f'Type="{_PARTS}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        )
        archive.writestr("xl/workbook.bin", _record12(143) + book + _record12(144) + _record12(132))
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{_PACKAGE}">{targets}</Relationships>',
        )
        for n, rows in enumerate(sheets.values(), start=1):
            archive.writestr(f"xl/worksheets/s{n}.bin", _sheet12(rows))
    return path


def _record12(kind: int, data: bytes = b"") -> bytes:
    return _varied(kind) + _varied(len(data)) + data


def _varied(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _varied(rest) if rest else bytes([low])


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _sheet12(rows: list[list[Cell]]) -> bytes:
    width = max(map(len, rows))
    parts = [_record12(129), _record12(148, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1))]
    parts.append(_record12(145))
    for row, cells in enumerate(rows):
        parts.append(_record12(0, struct.pack("<I", row) + b"\x00" * 13))
        for column, cell in enumerate(cells):
            at = struct.pack("<II", column, 0)
            if isinstance(cell, str):
                parts.append(_record12(6, at + _wide(cell)))
            elif cell is not None:
                parts.append(_record12(5, at + struct.pack("<d", cell)))
    return b"".join([*parts, _record12(146), _record12(130)])


def write_ods(path: Path, sheets: Sheets, *, hidden: tuple[str, ...] = (), tail: str = "") -> Path:
    """Write OpenDocument; ``tail`` are further rows of each sheet, as XML."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    tables = "".join(
        f'<table:table table:name="{name}" table:style-name="{"off" if name in hidden else "on"}">'
        + "".join(
            f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows
        )
        + f"{tail}</table:table>"
        for name, rows in sheets.items()
    )
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:style="{space}:style:1.0" '
        f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0"><office:automatic-styles>'
        '<style:style style:name="on" style:family="table"><style:table-properties '
        'table:display="true"/></style:style><style:style style:name="off" style:family="table">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0"><manifest:file-entry '
            f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
        archive.writestr("content.xml", content)
    return path


def _ods_cell(cell: Cell) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, str):
        return f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
