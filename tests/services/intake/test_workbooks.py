"""Workbooks of every kind are read alike; which sheets are read is said; nothing hostile gets far."""

import zipfile

import openpyxl
import pytest

from geo.errors import SourceError
from services.intake.places.rows import read_places
from services.intake.tables import grids
from services.intake.tables.ledger import Ledger, SourceLedger
from services.intake.tables.reading import read_csv
from services.intake.tables.remarks import note_remarks
from services.profile import Places, Source
from services.words.texts import told
from tests.services.intake.workbooks import write_ods, write_xls, write_xlsb

HEADER = ["町丁名", "総数", "65歳以上"]
WANTED = ["町丁名", "総数", "65歳以上"]


def write_xlsx(path, sheets):
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


WRITERS = {"xlsx": write_xlsx, "xls": write_xls, "xlsb": write_xlsb, "ods": write_ods}


def remarks(table):
    notes = SourceLedger("t")
    note_remarks(table, notes=notes)
    return {entry.code: told(entry.said, "ja") for entry in notes.entries}


@pytest.mark.parametrize("kind", WRITERS)
def test_every_kind_of_workbook_is_read_alike(tmp_path, kind):
    rows = [
        ["年齢別人口", None, "（単位：人）"],
        [],
        HEADER,
        ["東町", 1200.0, 40.5],
        [],
        ["西町", 3.0, None],
    ]
    rows = [row or [None] for row in rows]
    table = read_csv(WRITERS[kind](tmp_path / f"a.{kind}", {"人口": rows}), wanted=WANTED)
    assert table.loc[4].tolist() == ["東町", "1200", "40.5"]
    assert table.loc[6].tolist() == ["西町", "3", ""]


@pytest.mark.parametrize("kind", WRITERS)
def test_the_bytes_say_what_a_file_is_and_not_its_name(tmp_path, kind):
    path = WRITERS[kind](tmp_path / f"a.{kind}", {"人口": [HEADER, ["東町", 3.0, 1.0]]})
    assert read_csv(path.rename(tmp_path / "people.csv")).loc[2].tolist() == ["東町", "3", "1"]


def test_a_date_of_an_old_workbook_is_a_date(tmp_path):
    # 45,383 days after 1899-12-30.
    path = write_xls(tmp_path / "a.xls", {"場": [["名称", "開設日"], ["会", 45383.0]]})
    assert read_csv(path).loc[2].tolist() == ["会", "2024-04-01"]


def test_japanese_formats_of_dates_and_readings_of_names_are_understood(tmp_path):
    path = tmp_path / "a.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.append(["名称", "開設日"])
    workbook.active.append(["会", 45383])
    workbook.active["B2"].number_format = 'ggge"年"m"月"d"日"'
    workbook.save(path)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name in old.namelist():
            reading = "<t>会</t><rPh sb='0' eb='1'><t>カイ</t></rPh>".encode()
            new.writestr(name, old.read(name).replace("<t>会</t>".encode(), reading))
    assert read_csv(tmp_path / "b.xlsx").loc[2].tolist() == ["会", "2024-04-01"]


def test_a_password_is_said_in_one_sentence(tmp_path):
    path = write_xls(tmp_path / "a.xls", {"人口": [HEADER]}, password=True)
    with pytest.raises(SourceError, match="a workbook with a password; take the password off") as e:
        read_csv(path)
    assert "パスワードを外すか" in told(e.value, "ja")
    # An .xlsx with a password is a compound file around an encrypted package.
    path.write_bytes(
        path.read_bytes().replace("Workbook".encode("utf-16-le"), "Encrypte".encode("utf-16-le"))
        + "EncryptedPackage".encode("utf-16-le")
    )
    with pytest.raises(SourceError, match="an Excel file with a password"):
        read_csv(path.rename(tmp_path / "a.xlsx"))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("kind", WRITERS)
def test_a_damaged_workbook_is_refused_in_one_sentence(tmp_path, kind, share):
    path = WRITERS[kind](tmp_path / f"a.{kind}", {"人口": [HEADER, ["東町", 3.0, 1.0]] * 200})
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(SourceError, match="save it again") as error:
        read_csv(path)
    assert len(told(error.value, "ja").splitlines()) == 1


FAR = (
    '<table:table-row table:number-rows-repeated="1000000"><table:table-cell '
    'table:number-columns-repeated="16000" office:value-type="float" office:value="1"/></table:table-row>'
)


def test_a_sheet_that_is_larger_than_any_table_is_refused(tmp_path):
    path = write_ods(tmp_path / "a.ods", {"人口": [HEADER]}, tail=FAR)
    with pytest.raises(SourceError, match="a cell stands so far below or to the right"):
        read_csv(path)
    path = write_xlsb(tmp_path / "a.xlsb", {"人口": [HEADER]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/picture.bin", b"0" * (grids.UNPACKED_BYTES_MAX + 1))
    with pytest.raises(SourceError, match="is more than a table may have"):
        read_csv(path)


def test_more_rows_than_a_list_has_are_refused(tmp_path):
    more = FAR.replace("1000000", "300000").replace("16000", "1")
    path = write_ods(tmp_path / "a.ods", {"人口": [["a"]]}, tail=more)
    with pytest.raises(SourceError, match="more than 300,000 rows"):
        read_csv(path)


def test_a_process_that_dies_of_a_file_is_a_refusal(tmp_path, monkeypatch):
    script = tmp_path / "dies.py"
    script.write_text("import os; os.abort()", encoding="utf-8")
    monkeypatch.setattr(grids.workbook, "__file__", str(script))
    with pytest.raises(SourceError, match="larger than any table"):
        read_csv(write_xls(tmp_path / "a.xls", {"人口": [HEADER]}))


def test_the_sheet_that_fits_is_read_and_the_others_are_named(tmp_path):
    sheets = {
        "目次": [["目次"], ["1", "人口"]],
        "人口": [HEADER, ["東町", 3.0, 1.0]],
        "空": [[None]],
    }
    table = read_csv(write_ods(tmp_path / "a.ods", sheets), wanted=WANTED)
    assert table["町丁名"].tolist() == ["東町"]
    assert remarks(table) == {"sheets_left": "シート「人口」を読みました。読んでいないシート：目次"}


def test_a_sheet_with_the_columns_asked_for_comes_before_one_with_more_that_are_known(tmp_path):
    bands = ["町丁名", *(f"{age}〜{age + 4}歳" for age in range(0, 60, 5))]
    sheets = {"年齢": [bands, ["東町", *[1.0] * 12]], "人口": [HEADER, ["東町", 3.0, 1.0]]}
    assert list(read_csv(write_xls(tmp_path / "a.xls", sheets), wanted=WANTED).columns) == HEADER


def test_a_hidden_sheet_is_not_read_and_named(tmp_path):
    sheets = {"旧": [HEADER, ["西町", 9.0, 9.0]], "人口": [HEADER, ["東町", 3.0, 1.0]]}
    table = read_csv(write_ods(tmp_path / "a.ods", sheets, hidden=("旧",)), wanted=WANTED)
    assert table["町丁名"].tolist() == ["東町"]
    assert "非表示のシートは読んでいません：旧" in remarks(table)["sheets_left"]


def test_a_workbook_that_shows_no_sheet_is_refused_with_their_names(tmp_path):
    path = write_ods(tmp_path / "a.ods", {"旧": [HEADER, ["西町", 9.0, 9.0]]}, hidden=("旧",))
    with pytest.raises(SourceError, match=r"every sheet with cells is hidden \(旧\)"):
        read_csv(path)


WARDS = {
    "東区": [HEADER, ["本町", 100.0, 40.0]],
    "目次": [["目次"], ["東区"]],
    "西区": [["令和6年"], HEADER, ["本町", 50.0, 20.0]],
}


def test_sheets_that_fit_as_well_are_told_with_the_way_to_join_them(tmp_path):
    table = read_csv(write_ods(tmp_path / "a.ods", WARDS), wanted=WANTED)
    assert table["総数"].tolist() == ["100"]
    said = remarks(table)["sheets_left"]
    assert "目次、西区は読んでいません" in said
    assert "同じ列のあるシート：西区" in said
    assert 'sheets = "all"' in said


@pytest.mark.parametrize("sheets", ["all", ["東区", "西区"]])
def test_joined_sheets_keep_apart_their_rows(tmp_path, sheets):
    table = read_csv(write_ods(tmp_path / "a.ods", WARDS), wanted=WANTED, sheets=sheets)
    assert table["総数"].tolist() == ["100", "50"]
    assert table["シート"].tolist() == ["東区", "西区"]
    # The second sheet has its row in line 3.
    assert list(table.index) == [2, 1003]
    assert "2枚目の1行目を1001行目" in remarks(table)["sheets_joined"]


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    with pytest.raises(
        SourceError, match="there is no sheet 北区; the sheets are 東区, 目次, 西区"
    ):
        read_csv(write_ods(tmp_path / "a.ods", WARDS), sheets=["東区", "北区"])


def test_places_of_joined_sheets_are_one_list(tmp_path):
    head = ["名称", "所在地", "開催日", "緯度", "経度"]
    sheets = {
        "北": [head, ["会A", "東1", "毎週月曜", 35.85, 139.97], ["合計", None, None, None, None]],
        "南": [head, ["会B", "東2", "毎週火曜", 35.86, 139.97]],
    }
    path = write_ods(tmp_path / "a.ods", sheets)
    about = {"title": "t", "credit": "c", "licence": "l", "as_of": "2024", "sheets": "all"}
    source = Source(id="a", path=path.name, format="csv", **about)
    ledger = Ledger()
    places = read_places(
        path,
        spec=Places(source="a"),
        source=source,
        plane_epsg=6677,
        locate=lambda *_: None,
        ledger=ledger,
    )
    assert places["name"].tolist() == ["会A", "会B"]
    codes = [entry.code for entry in ledger.of("a").entries]
    assert codes == ["columns_recognised", "sheets_joined", "totals_row"]
