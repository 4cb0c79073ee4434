"""What a file is, told by its own bytes: its ending is only what somebody called it."""

import re
import zipfile
from pathlib import Path
from typing import Literal

from geo.errors import Sentence, SourceError
from services.workspace.storage import DAMAGED_ZIP

FileType = Literal[
    "text",
    "xlsx",
    "xlsb",
    "xls",
    "ods",
    "html",
    "locked",
    "xml_2003",
    "mhtml",
    "word",
    "slides",
    "pdf",
    "image",
    "zip",
    "packed",
    "geojson",
    "json",
    "sqlite",
    "parquet",
    "shapefile",
]
TABLES: tuple[FileType, ...] = ("text", "xlsx", "xlsb", "xls", "ods", "html")
"""What may hold a table that is read; ``text`` is CSV and whatever else has no mark of its own."""
WORKBOOKS: tuple[FileType, ...] = ("xlsx", "xlsb", "xls", "ods")
_NO_MAP: tuple[FileType, ...] = (
    *("html", "mhtml", "locked", "xml_2003", "word", "slides", "pdf", "image", "packed"),
)
HEAD_BYTES = 4096
_LISTED = 5
_MARKS: tuple[tuple[bytes, FileType], ...] = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "word"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"\x1f\x8b", "packed"),
    (b"7z\xbc\xaf", "packed"),
    (b"Rar!", "packed"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"PAR1", "parquet"),
    (b"\x00\x00\x27\x0a", "shapefile"),
)
_ZIP, _OLE = (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0"
_MEMBERS: tuple[tuple[str, FileType], ...] = (
    ("xl/workbook.xml", "xlsx"),
    ("xl/workbook.bin", "xlsb"),
    ("word/document.xml", "word"),
    ("ppt/presentation.xml", "slides"),
)
_WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xltx", ".xlsb", ".ods")
_OPEN_DOCUMENT: dict[bytes, FileType] = {
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.text": "word",
    b"application/vnd.oasis.opendocument.presentation": "slides",
}
_STREAMS: tuple[tuple[str, FileType], ...] = (
    ("EncryptedPackage", "locked"),
    ("Workbook", "xls"),
    ("WordDocument", "word"),
    ("PowerPoint Document", "slides"),
)
"""Streams of the older Office formats, an embedded one behind the one that embeds it most often."""
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|meta|body|table|div|style|script|title)\b")
_LHA = re.compile(rb"..-lh[0-9a-z]-", re.DOTALL)

_WHAT: dict[FileType, Sentence] = {
    "locked": Sentence("an Excel file with a password"),
    "xml_2003": Sentence("an Excel file in the XML of 2003"),
    "mhtml": Sentence("a web page saved as one file (MHTML)"),
    "word": Sentence("a Word document"),
    "slides": Sentence("a presentation"),
    "pdf": Sentence("a PDF"),
    "image": Sentence("an image"),
    "packed": Sentence("a packed file (gzip, 7z, RAR or LHA)"),
    "geojson": Sentence("GeoJSON"),
    "json": Sentence("JSON"),
    "sqlite": Sentence("a GeoPackage or another SQLite database"),
    "parquet": Sentence("a Parquet file"),
    "shapefile": Sentence("a part of a Shapefile"),
    "html": Sentence("a web page (HTML)"),
}
_EXCEL = Sentence("an Excel file")
_AGAIN = Sentence("open it in Excel and save it as .xlsx or CSV")
_ORIGIN = Sentence("ask for the Excel or CSV file that it was made from")
_COPY = Sentence("copy its table into Excel and save that as .xlsx or CSV")
_UNPACK = Sentence("unpack it and name the file in the source's path")
_VECTOR = Sentence('give the source format = "vector"')
_OUT: dict[FileType, Sentence] = {
    "locked": Sentence("take the password off in Excel and save it again"),
    "xml_2003": _AGAIN,
    "mhtml": _AGAIN,
    "word": _COPY,
    "slides": _COPY,
    "pdf": _ORIGIN,
    "image": _ORIGIN,
    "packed": _UNPACK,
    "geojson": _VECTOR,
    "json": Sentence("save its list as CSV"),
    "sqlite": _VECTOR,
    "parquet": Sentence('give the source format = "parquet"'),
    "shapefile": Sentence('give the source format = "vector" and its .shp as the path'),
    "html": Sentence(
        "open it in a browser: it is often a notice or a log-in; download the file itself again"
    ),
}


def type_of(path: Path) -> FileType:
    """Return what a file is; ``text`` where it has no mark of another format."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(_ZIP):
        return _packed_type(path)
    if head.startswith(_OLE):
        return _ole_type(path)
    for mark, found in _MARKS:
        if head.startswith(mark):
            return found
    if _LHA.match(head):
        return "packed"
    return _text_type(head)


def require_table(path: Path) -> FileType:
    """Return the type of a file that may hold a table, or say what it is and the way out."""
    found = type_of(path)
    if found not in TABLES:
        raise _refusal(path, found)
    return found


def require_map(path: Path) -> None:
    """Say what a file is that cannot be map data, before the reader stumbles over it."""
    found = type_of(path)
    if found in WORKBOOKS:
        raise SourceError(
            "this is {what}; {way_out}",
            path=path,
            what=_EXCEL,
            way_out=Sentence('give the source format = "csv"'),
        )
    if found in _NO_MAP:
        raise _refusal(path, found)


def no_table_in(path: Path) -> SourceError:
    """Say that a web page has no table."""
    return _refusal(path, "html")


def no_map_in(path: Path) -> SourceError:
    """Say that a zip has no map data, and what it has."""
    return _refusal(path, "zip")


def _refusal(path: Path, found: FileType) -> SourceError:
    if found == "zip":
        return SourceError(
            "this is {what}; {way_out}", path=path, what=_zip_of(path), way_out=_UNPACK
        )
    return SourceError(
        "this is {what}; {way_out}", path=path, what=_WHAT[found], way_out=_OUT[found]
    )


def _packed_type(path: Path) -> FileType:
    names = _names(path)
    for name, found in _MEMBERS:
        if name in names:
            return found
    if "mimetype" in names:
        try:
            with zipfile.ZipFile(path) as archive, archive.open("mimetype") as file:
                return _OPEN_DOCUMENT.get(file.read(64).strip(), "zip")
        except DAMAGED_ZIP:
            return "zip"
    # A broken workbook is one all the same: its reader says what is wrong.
    parts = any(name.startswith("xl/") for name in names)
    return "xlsx" if parts or (not names and path.suffix.lower() in _WORKBOOK_ENDINGS) else "zip"


def _names(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except DAMAGED_ZIP:
        return []


def _zip_of(path: Path) -> Sentence:
    names = [name for name in map(_as_typed, _names(path)) if not name.endswith("/")]
    if not names:
        return Sentence("a damaged zip file")
    listing = ", ".join(names[:_LISTED]) + (" …" if names[_LISTED:] else "")
    return Sentence("a zip with {listing}", listing=listing)


def _as_typed(name: str) -> str:
    """Return a name in a zip; without the flag of UTF-8 Japanese archives have it in CP932."""
    try:
        return name.encode("cp437").decode("cp932")
    except UnicodeError:
        return name


def _ole_type(path: Path) -> FileType:
    data = path.read_bytes()
    for name, found in _STREAMS:
        if name.encode("utf-16-le") in data:
            return found
    return "xls"


def _text_type(head: bytes) -> FileType:
    # Marks are ASCII: UTF-16 has them with zeros between.
    text = (
        head.replace(b"\x00", b"").decode("latin-1").lstrip("\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    )
    if text.startswith("mime-version:") or "\nmime-version:" in text[:400]:
        return "mhtml"
    if text.startswith(("{", "[")) and re.match(r"[\[{]\s*[\"{\[]", text):
        return "geojson" if '"featurecollection"' in text or '"feature"' in text else "json"
    if not text.startswith("<"):
        return "text"
    if "urn:schemas-microsoft-com:office:spreadsheet" in text and "<html" not in text:
        return "xml_2003"
    shown = re.sub(r"^(?:<\?.*?\?>|<!--.*?-->|\s)+", "", text, flags=re.DOTALL)
    return "html" if _HTML.match(shown) else "text"
