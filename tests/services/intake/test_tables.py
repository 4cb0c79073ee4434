"""Tables as cities publish them."""

import math

import numpy as np
import pandas as pd
import pytest

from geo.errors import SourceError
from services.intake.tables.reading import (
    coordinate_fields,
    in_japan,
    matches_filter,
    read_csv,
    require_columns,
    text_of,
    to_number,
    to_numbers,
)
from services.words.texts import told


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_any_usual_encoding_is_recognised(tmp_path, encoding):
    path = tmp_path / "table.csv"
    path.write_bytes("名称,人口\n東１丁目,12\n".encode(encoding))
    table = read_csv(path)
    assert list(table.columns) == ["名称", "人口"]
    assert table.loc[2, "名称"] == "東１丁目"


def test_a_row_keeps_its_number_in_the_file(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text('a,b\n"two\nlines",1\n\n,\nlast,2\n', encoding="utf-8")
    assert list(read_csv(path).index) == [2, 6]


def test_a_short_row_is_filled_and_a_tab_divides_too(tmp_path):
    path = tmp_path / "table.tsv"
    path.write_text("a\tb\tc\n1\t2\n", encoding="utf-8")
    assert read_csv(path).loc[2].tolist() == ["1", "2", ""]


def test_garbage_bytes_are_refused_with_the_encodings_tried(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(bytes([0xFF, 0xFE, 0x00, 0xFD, 0x80]))
    with pytest.raises(
        SourceError, match=r"table\.csv: not text in utf-8-sig, utf-8, cp932"
    ) as error:
        read_csv(path)
    assert "UTF-8のCSVで保存し直す" in told(error.value, "ja")


def test_a_wrong_encoding_is_named(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("名称\n東\n".encode("cp932"))
    with pytest.raises(SourceError, match="not text in utf-8"):
        read_csv(path, encoding="utf-8")


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("\n\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"table\.csv: the file is empty") as error:
        read_csv(path)
    assert "空のファイルです" in told(error.value, "ja")


def test_a_missing_file_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(
        SourceError, match=r"none\.csv: there is no such file; put it there"
    ) as error:
        read_csv(tmp_path / "none.csv")
    assert "ファイルがありません" in told(error.value, "ja")


def test_a_row_with_too_many_cells_is_refused_by_its_number(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n1,2,3\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"row 3: 3 cells under a header of 2") as error:
        read_csv(path)
    assert "3行目" in told(error.value, "ja")


def test_a_missing_column_lists_those_there_are(tmp_path):
    with pytest.raises(SourceError, match=r"no column '人口'; the columns are 名称, 世帯") as error:
        require_columns(["名称", "世帯"], ["名称", "", "人口"], path=tmp_path / "t.csv")
    assert "列「人口」がありません。ある列：名称、世帯" in told(error.value, "ja")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234", 1234.0),
        ("１，２３４", 1234.0),
        ("1,234,567", 1234567.0),
        ("12人", 12.0),
        (" 3.5 ", 3.5),
        ("-1", -1.0),
        ("−1", -1.0),
        ("▲2", -2.0),
        ("1e3", 1000.0),
    ],
)
def test_a_number_is_read_as_typed(text, number):
    assert to_number(text) == number


@pytest.mark.parametrize("text", ["", "X", "…", "1,23", "約10", "nan", "inf", "1 2"])
def test_what_is_no_number_is_nan(text):
    assert math.isnan(to_number(text))


def test_a_numeric_column_passes_as_it_is():
    assert to_numbers(pd.Series([1, None, 2.5])).tolist()[0::2] == [1.0, 2.5]


@pytest.mark.parametrize(
    ("cell", "text"), [(None, ""), (float("nan"), ""), (411.0, "411"), (1.5, "1.5"), (" a ", "a")]
)
def test_a_cell_becomes_text(cell, text):
    assert text_of(cell) == text


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (["名称", "緯度", "経度"], ("経度", "緯度")),
        (["latitude", "longitude"], ("longitude", "latitude")),
        (["Lat", "Lon"], ("Lon", "Lat")),
        (["名称"], ("", "")),
    ],
)
def test_coordinate_columns_are_recognised(columns, found):
    assert coordinate_fields(columns, "", "") == found


def test_named_coordinate_columns_come_first():
    assert coordinate_fields(["緯度", "経度", "x", "y"], "x", "y") == ("x", "y")


def test_the_box_of_japan_excludes_swapped_and_unknown_pairs():
    lon = np.array([139.9, 35.8, np.nan, 0.0])
    lat = np.array([35.8, 139.9, 35.8, 0.0])
    assert in_japan(lon, lat).tolist() == [True, False, False, False]


def test_a_filter_ignores_the_width_of_letters():
    assert matches_filter(["Ａ会館", "B会館"], ["A"]).tolist() == [True, False]
