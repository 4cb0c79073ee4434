"""What a file is, told by its bytes, and a table inside a web page."""

import io
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation

from geo.errors import SourceError
from services.intake.tables.filetypes import type_of
from services.intake.tables.reading import read_csv
from services.intake.tables.webpages import tables_of
from services.intake.vectors.reading import read_vector
from services.profile import Source
from services.words.texts import told

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504


def zipped(**members: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return data.getvalue()


PAGE = "<html><head><title>一覧</title></head><body><table><tr><th>名称<th>住所</tr></table></html>"
FILES = {
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
    "word": zipped(**{"[Content_Types].xml": "", "word/document.xml": ""}),
    "slides": zipped(**{"ppt/presentation.xml": ""}),
    "zip": zipped(**{"サロン一覧.csv": "名称\n会"}),
    "xlsx": zipped(**{"xl/workbook.xml": ""}),
    "xlsb": zipped(**{"xl/workbook.bin": ""}),
    "ods": zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
    "xls": OLE + "Workbook".encode("utf-16-le"),
    "locked": OLE + "EncryptedPackage".encode("utf-16-le"),
    "html": PAGE.encode("cp932"),
    "mhtml": b"MIME-Version: 1.0\nContent-Type: multipart/related",
    "xml_2003": b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
    "packed": b"\x1f\x8b\x08\x00",
    "geojson": b'{ "type": "FeatureCollection", "features": []}',
    "json": b'[{"name": "a"}]',
    "sqlite": b"SQLite format 3\x00",
    "parquet": b"PAR1",
    "image": b"\x89PNG\r\n",
    "shapefile": b"\x00\x00\x27\x0a\x00",
    "text": "名称,住所\n<html>,1\n".encode(),
}


@pytest.mark.parametrize("found", FILES)
def test_a_file_is_what_its_bytes_say(tmp_path: Path, found: str) -> None:
    path = tmp_path / "list.xls"
    path.write_bytes(FILES[found])
    assert type_of(path) == found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (OLE + "WordDocument".encode("utf-16-le"), "word"),
        (zipped(mimetype="application/vnd.oasis.opendocument.text"), "word"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "html"),
        ("<html>".encode("utf-16"), "html"),
        (b"\n<!-- made by a system -->\n<table>", "html"),
        (b"\x1f\x20-lh5-\x00", "packed"),
        ("[注] 令和6年4月1日現在\n名称,住所".encode(), "text"),
        (b"", "text"),
        (b"PK\x03\x04rubbish", "xlsx"),
        (zipped(**{"xl/worksheets/sheet1.xml": ""}), "xlsx"),
    ],
)
def test_other_forms_of_the_same_kinds(tmp_path: Path, data: bytes, found: str) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(data)
    assert type_of(path) == found


@pytest.mark.parametrize(
    ("found", "what", "ja"),
    [
        ("pdf", "this is a PDF; ask for the Excel or CSV file", "PDFです。元になった"),
        ("word", "this is a Word document; copy its table", "Wordの文書です。中の表を"),
        ("zip", "this is a zip with サロン一覧.csv; unpack it", "サロン一覧.csv が入ったzip"),
        ("locked", "this is an Excel file with a password; take", "Excelでパスワードを外し"),
        ("geojson", 'this is GeoJSON; give the source format = "vector"', "GeoJSONです。出典を"),
    ],
)
def test_what_is_no_table_is_named_with_the_way_out(
    tmp_path: Path, found: str, what: str, ja: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(FILES[found])
    with pytest.raises(SourceError, match=what) as refused:
        read_csv(path)
    assert ja in told(refused.value, "ja")


@pytest.mark.parametrize(
    ("found", "what"),
    [
        ("pdf", "a PDF"),
        ("zip", "a zip with サロン一覧.csv"),
        ("html", "a web page"),
        ("xls", "an Excel file"),
        ("word", "a Word"),
    ],
)
def test_what_is_no_map_is_named(tmp_path: Path, found: str, what: str) -> None:
    path = tmp_path / ("halls.zip" if found == "zip" else "halls.geojson")
    path.write_bytes(FILES[found])
    about = {"title": "t", "credit": "c", "licence": "l", "as_of": "2025"}
    source = Source.model_validate({"id": "a", "path": path.name, "format": "vector"} | about)
    with pytest.raises(SourceError, match=f"this is {what}"):
        read_vector(path, source=source)


def test_the_table_of_a_web_page_called_xls_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.xls"
    page = (
        '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS"><style>td {}</style>'
        "<table><tr><td colspan=3>令和6年度 通いの場</td></tr>"
        "<tr><th>名称</th><th>所在地</th><th>開催日</th></tr>"
        "<tr><td>A &amp; B会<br>東</td><td rowspan=2>見本市東1</td><td>毎週月曜</td></tr>"
        "<tr><td>C会<td>毎週火曜</table><p>終わり"
    )
    path.write_bytes(page.encode("cp932"))
    table = read_csv(path)
    assert list(table.columns) == ["名称", "所在地", "開催日"]
    assert table.values.tolist() == [
        ["A & B会 東", "見本市東1", "毎週月曜"],
        # A cell over two rows is typed once: the row below has nothing of its own there.
        ["C会", "", "毎週火曜"],
    ]
    assert list(table.index) == [3, 4]


def test_a_web_page_without_a_table_is_a_notice(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("<!doctype html><title>404</title><p>見つかりません", encoding="utf-8")
    with pytest.raises(SourceError, match=r"a web page \(HTML\); open it in a browser"):
        read_csv(path)


def test_any_spans_of_a_page_are_survived() -> None:
    assert tables_of("<table><td colspan=99999999>a<td rowspan=x>b") == [[["a", "b"]]]
    assert tables_of("<table><tr><td><table><tr><td>x</table>y<td>z</table>") == [[["xy", "z"]]]
    assert tables_of("</table></td><td>a") == []


def test_no_warning_of_a_library_reaches_a_person(tmp_path: Path) -> None:
    """openpyxl warns of drop-down lists of newer Excel files; pytest would raise what is not held back."""
    book = openpyxl.Workbook()
    book.active.append(["名称", "住所"])
    book.active.append(["会", "東1"])
    book.active.add_data_validation(DataValidation(type="list", formula1='"○,×"'))
    book.save(tmp_path / "plain.xlsx")
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as plain, zipfile.ZipFile(path, "w") as made:
        for member in plain.namelist():
            text = plain.read(member)
            if member == "xl/worksheets/sheet1.xml":
                extension = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst>'
                text = text.replace(b"</worksheet>", extension + b"</worksheet>")
            made.writestr(member, text)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        openpyxl.load_workbook(path)
    assert caught
    assert read_csv(path)["名称"].tolist() == ["会"]
