"""Headers: under titles, in merged cells, each name once; and the files that they stand in."""

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import SourceError
from services.intake.tables.reading import read_csv


def table(tmp_path, text, name="list.csv", encoding="utf-8", **options):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return read_csv(path, **options)


def book(tmp_path, *sheets, merge=()):
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for number, (rows, state) in enumerate(sheets, start=1):
        sheet = workbook.create_sheet(f"Sheet{number}")
        sheet.sheet_state = state
        for row in rows:
            sheet.append(row)
        for cells in merge:
            sheet.merge_cells(cells)
    path = tmp_path / "list.xlsx"
    workbook.save(path)
    return path


def test_title_lines_above_the_header_are_passed_over_without_shifting_rows(tmp_path):
    text = "通いの場一覧,,\n令和6年4月1日現在,,\n,,\n名称,所在地,開催日\n会,東1,毎日\n"
    found = table(tmp_path, text)
    assert list(found.columns) == ["名称", "所在地", "開催日"]
    assert list(found.index) == [5]
    assert found.attrs["titles"] == ["通いの場一覧", "令和6年4月1日現在"]


def test_two_rows_of_merged_cells_become_one_header(tmp_path):
    text = "名称,位置,,人口,,\n,緯度,経度,総数,男,女\n会,35.8,139.9,3,1,2\n"
    found = table(tmp_path, text)
    assert list(found.columns) == [
        *("名称", "位置_緯度", "位置_経度", "人口_総数", "人口_男", "人口_女")
    ]
    assert found.loc[3].tolist() == ["会", "35.8", "139.9", "3", "1", "2"]


def test_three_rows_of_merged_cells_become_one_header(tmp_path):
    text = "町丁名,令和6年,,,\n,人口,,,世帯数\n,総数,男,女,\n東,3,1,2,2\n"
    found = table(tmp_path, text)
    assert list(found.columns) == [
        *("町丁名", "令和6年_人口_総数", "令和6年_人口_男", "令和6年_人口_女", "令和6年_世帯数")
    ]
    assert found.loc[4].tolist() == ["東", "3", "1", "2", "2"]


def test_the_third_row_may_fill_the_gaps_that_the_second_leaves(tmp_path):
    text = "町丁名,令和5年,,令和6年,\n,65歳以上,,65歳以上,\n,男,女,男,女\n東,1,2,3,4\n"
    found = table(tmp_path, text)
    assert list(found.columns) == [
        "町丁名",
        *(f"令和{year}年_65歳以上_{sex}" for year in (5, 6) for sex in ("男", "女")),
    ]


@pytest.mark.parametrize(
    "title",
    [
        "年齢別人口,,（単位：人）",
        "年齢別人口,令和6年4月1日現在,（単位：人）",
        "年齢別人口,,令和6年4月1日時点",
        "（単位：人）,,",
        "年齢別人口,,\n,,（単位：人）",
    ],
)
@pytest.mark.parametrize("wanted", [[], ["町丁名", "総数", "65歳以上"]])
def test_a_title_with_its_unit_and_date_beside_it_is_no_header(tmp_path, title, wanted):
    found = table(tmp_path, f"{title}\n町丁名,総数,65歳以上\n東,3,1\n", wanted=wanted)
    assert list(found.columns) == ["町丁名", "総数", "65歳以上"]
    assert found.attrs["titles"][0].split("\u3000")[0] == title.split(",")[0]


def test_the_row_that_names_what_is_asked_for_is_not_joined_with_words_above_it(tmp_path):
    text = "年齢別人口,柏市,（単位：人）\n町丁名,総数,65歳以上\n東,3,1\n"
    wanted = ["町丁名", "総数", "65歳以上"]
    assert list(table(tmp_path, text, wanted=wanted).columns) == wanted


def test_dates_over_columns_are_names_of_them(tmp_path):
    text = "町丁名,令和5年現在,,令和6年現在,\n,総数,65歳以上,総数,65歳以上\n東,1,2,3,4\n"
    assert list(table(tmp_path, text).columns)[1:3] == ["令和5年現在_総数", "令和5年現在_65歳以上"]


def test_a_row_of_units_under_the_names_is_none_of_data(tmp_path):
    found = table(tmp_path, "町丁名,総数,65歳以上\n,(人),（千人）\n東,3,1\n")
    assert list(found.index) == [3]
    assert found.attrs["units"] == {"町丁名": "", "総数": "(人)", "65歳以上": "（千人）"}


def test_the_first_row_of_data_is_no_second_header(tmp_path):
    found = table(tmp_path, "名称,所在地,備考\n会,東1,名称\n会2,,\n")
    assert len(found) == 2
    found = table(tmp_path, "名称,所在地,\n会,東1,右端の値\n")
    assert found.loc[2].tolist() == ["会", "東1", "右端の値"]


def test_columns_asked_for_name_the_header(tmp_path):
    text = "一覧,(抜粋)\nA1,B1\nc,d\n"
    assert list(table(tmp_path, text, wanted=["A1", "B1"]).columns) == ["A1", "B1"]


def test_a_header_of_codes_comes_before_the_row_of_its_labels(tmp_path):
    text = "KEY_CODE,GASSAN,T000847001\n,,人口総数\n543903,,10\n"
    assert list(table(tmp_path, text).columns) == ["KEY_CODE", "GASSAN", "T000847001"]


@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_the_delimiter_is_the_one_that_cuts_rows_alike(tmp_path, sign):
    rows = [["名称", "所在地", "備考"], ["会", "東1", "a"], ["会2", "東2", "あれ、これ"]]
    text = "\n".join(sign.join(row) for row in rows)
    assert table(tmp_path, text).loc[2].tolist() == ["会", "東1", "a"]


def test_a_quoted_comma_does_not_mislead(tmp_path):
    found = table(tmp_path, '名称;所在地\n"会,の,会";東1\n"a,b,c";東2\n')
    assert found.loc[2].tolist() == ["会,の,会", "東1"]


def test_empty_columns_at_the_end_are_no_columns(tmp_path):
    found = table(tmp_path, "名称,所在地,,,\n会,東1,,,\n")
    assert list(found.columns) == ["名称", "所在地"]


def test_two_columns_of_one_name_keep_both(tmp_path):
    found = table(tmp_path, "名称,所在地,備考,備考\n会,東1,a,b\n")
    assert list(found.columns) == ["名称", "所在地", "備考", "備考（4列目）"]
    assert found.loc[2].tolist() == ["会", "東1", "a", "b"]


def test_a_line_break_inside_a_name_is_none(tmp_path):
    found = table(tmp_path, '名称,所在地,"65歳\n以上"\n会,東1,3\n')
    assert list(found.columns) == ["名称", "所在地", "65歳以上"]


def test_an_excel_list_is_read_as_people_see_it(tmp_path):
    rows = [
        ["通いの場一覧"],
        [],
        ["名称", "所在地", "開設日", "開始時間", "定員", "緯度", "確認"],
        ["会", "東1", date(2024, 4, 1), time(9, 30), 20.0, 35.85, True],
        ["会2", None, datetime(2024, 4, 1, 10, 0), "#N/A", 12, 35.125, None],  # noqa: DTZ001  as a sheet has it
    ]
    found = read_csv(book(tmp_path, (rows, "visible")))
    assert found.loc[4].tolist() == ["会", "東1", "2024-04-01", "09:30", "20", "35.85", "True"]
    assert found.loc[5].tolist() == ["会2", "", "2024-04-01 10:00:00", "", "12", "35.125", ""]


def test_merged_cells_of_an_excel_header_are_joined(tmp_path):
    rows = [["名称", "位置", None], [None, "緯度", "経度"], ["会", 35.8, 139.9]]
    found = read_csv(book(tmp_path, (rows, "visible"), merge=("A1:A2", "B1:C1")))
    assert list(found.columns) == ["名称", "位置_緯度", "位置_経度"]


def test_the_sheet_that_names_most_is_read_and_hidden_ones_are_not(tmp_path):
    memo = [["メモ"], ["担当へ"]]
    rows = [["名称", "所在地"], ["会", "東1"]]
    hidden = [["名称", "所在地", "緯度", "経度"], ["隠", "西", 1, 2]]
    path = book(tmp_path, (memo, "visible"), (rows, "visible"), (hidden, "hidden"))
    assert read_csv(path)["名称"].tolist() == ["会"]


@pytest.mark.parametrize("data", [b"PK\x03\x04rubbish", b"PK\x03\x04"])
def test_a_broken_excel_file_is_refused(tmp_path, data):
    path = tmp_path / "list.xlsx"
    path.write_bytes(data)
    with pytest.raises(SourceError, match="a broken workbook"):
        read_csv(path)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(SourceError, match=r"this is a zip with a\.txt; unpack it"):
        read_csv(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 150_000_000)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(SourceError, match="150 MB is more than a table may have"):
        read_csv(path)


def test_a_cell_far_out_does_not_fill_the_memory(tmp_path):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet["A1"], sheet["B1"], sheet["XFD400001"] = "名称", "所在地", "x"
    path = tmp_path / "far.xlsx"
    workbook.save(path)
    with pytest.raises(SourceError, match=r"a cell stands so far below or to the right"):
        read_csv(path)


def test_a_million_columns_are_refused(tmp_path):
    with pytest.raises(SourceError, match=r"row 1: 1,000,000 columns"):
        table(tmp_path, ",".join(["a"] * 1_000_000))


def test_a_formula_stays_a_text(tmp_path):
    found = table(tmp_path, "名称,所在地\n=cmd|' /C calc'!A0,東1\n")
    assert found.loc[2, "名称"] == "=cmd|' /C calc'!A0"


def test_a_quote_that_never_ends_is_refused_or_read_but_does_not_crash(tmp_path):
    text = '名称,所在地\n"会,' + "あ" * 200_000 + "\n"
    with pytest.raises(SourceError, match="not a table"):
        table(tmp_path, text)


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.binary(max_size=300), st.lists(st.lists(CELLS, max_size=5), max_size=6)))
def test_no_file_crashes_the_reader(tmp_path, content):
    path = tmp_path / "any.csv"
    if isinstance(content, list):
        content = "\n".join(",".join(row) for row in content).encode()
    path.write_bytes(content)
    try:
        found = read_csv(path)
    except SourceError:
        return
    assert found.columns.is_unique
    assert all(isinstance(cell, str) for cell in found.to_numpy().ravel())


def test_a_workbook_in_memory_is_what_openpyxl_writes(tmp_path):
    data = io.BytesIO()
    openpyxl.Workbook().save(data)
    path = tmp_path / "empty.xlsx"
    path.write_bytes(data.getvalue())
    with pytest.raises(SourceError, match="the file is empty"):
        read_csv(path)
