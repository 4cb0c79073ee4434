"""Broken text: told with its rows from every format, half-width kana left alone."""

from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from services.intake.places.venues import read_venues
from services.intake.tables.broken import broken_text, why_broken
from services.intake.tables.encodings import decode
from services.intake.tables.ledger import Ledger
from services.profile import Source, Venues
from services.words.texts import told

NAME = "公民館ひまわり"
WRONG_PAGES = [
    ("utf-8", "cp932"),
    ("cp932", "latin-1"),
    ("utf-8", "latin-1"),
    ("euc_jp", "latin-1"),
]


def misread(text: str, page: str, read_as: str) -> str:
    """Return a text as it stands in files that were saved after they were opened in the wrong page."""
    return text.encode(page).decode(read_as, errors="replace").replace("\ufffd", "・")


@pytest.mark.parametrize(("page", "read_as"), WRONG_PAGES)
@pytest.mark.parametrize("text", [NAME, "いきいきサロン", "東町集会所（1階）", "見本市役所"])
def test_text_that_was_read_in_the_wrong_page_is_told(page, read_as, text):
    why = why_broken(misread(text, page, read_as))
    assert why is not None
    assert "perhaps" in str(why)
    assert "文字化け" in told(why, "ja")


def test_what_it_was_is_guessed():
    # 名称 is E5 90 8D E7 A7 B0 in UTF-8, and 96 BC 8F CC in CP932.
    assert "'名称'" in str(why_broken("\xe5\x90\x8d\xe7\xa7\xb0"))
    assert "'名称'" in str(why_broken("\x96\xbc\x8f\xcc"))
    # The same as Windows shows it.
    assert "'名称'" in str(why_broken("–¼\x8fÌ"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("会\ufffd館", "letters were lost"),
        ("????", "letters were lost"),
        ("〓〓", "letters were lost"),
        ("会館\x07", "control characters"),
        ("会\x0b館", "control characters"),
        ("a\x85b", "control characters"),
    ],
)
def test_lost_letters_and_control_characters_are_told(text, why):
    assert why in str(why_broken(text))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "公民館",
            "ﾋﾏﾜﾘ",
            "ﾃﾞｲｻｰﾋﾞｽ",
            "ｻﾛﾝ ﾋﾏﾜﾘの会",
            "A&B",
            "何時?",
            "？",
            "Café",
            "Crêpe Suzette",
        ),
        *(
            "①②③",
            "髙橋",
            "㈱サロン",
            "10：00〜12：00",
            "東町\n1-1",
            "Ⅲ号館",
            "№5",
            "〓",
            "é",
            "°C",
            "ｺｰﾋｰ",
        ),
        *("縺れ", "繝", "第３集会所", "㎡", "—", "…", "„“", "Москва", "서울", "ﾃ･ﾃ･"),
    ],
)
def test_text_that_is_whole_is_left_alone(text):
    assert why_broken(text) is None


@given(
    st.text(
        "あいうえおかきくけこがぎアイウエオ東西南北会館町丁目公民集所ｱｲｳﾞｶﾞ柏松戸市A1-（）",
        max_size=20,
    )
)
def test_no_name_of_a_list_is_taken_for_broken(text):
    assert why_broken(text) is None


def test_each_column_is_told_once_with_its_rows():
    table = pd.DataFrame(
        {"名称": ["会", "会\ufffd", "\ufffd"], "n": [1, 2, 3], "譛域律": ["", "", ""]},
        index=[2, 3, 4],
    )
    first, second = broken_text(table)
    assert (first.column, first.rows, first.cell) == ("名称", (3, 4), "会\ufffd")
    assert (second.rows, second.cell) == ((), "譛域律")


def test_a_table_with_a_lost_letter_is_read_all_the_same():
    assert decode("名称\n会\ufffd館\n".encode(), path=Path("a.csv")) == "名称\n会\ufffd館\n"
    text = "名称,住所\n" + "会館,東町一丁目1番1号の1\n" * 20 + "会\x0b館,西\n"
    assert decode(text.encode("cp932"), path=Path("a.csv")) == text
    assert decode(text.encode(), path=Path("a.csv")) == text


BAD = misread(NAME, "utf-8", "cp932")
NAMES = ["会館", BAD, "ﾋﾏﾜﾘ"]


def write(path: Path) -> None:
    """Write three halls, the second with a broken name, in the format that the file's ending tells."""
    shapes = [shapely.Point(140.01 + n / 1000, 38.01) for n in range(3)]
    frame = gpd.GeoDataFrame({"name": NAMES}, geometry=shapes, crs=6668)
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        book.active.append(["name", "lon", "lat"])
        for name, shape in zip(NAMES, shapes, strict=True):
            book.active.append([name, shape.x, shape.y])
        book.save(path)
    elif path.suffix == ".csv":
        lines = [f"{name},{s.x},{s.y}\n" for name, s in zip(NAMES, shapes, strict=True)]
        path.write_text("name,lon,lat\n" + "".join(lines), encoding="utf-8")
    else:
        frame.to_file(path, encoding="utf-8")


@pytest.mark.parametrize(
    ("ending", "row"),
    # A row of a table is that of the file, a feature of a map is counted from 1.
    [(".csv", 3), (".xlsx", 3), (".geojson", 2), (".shp", 2), (".gpkg", 2)],
)
def test_broken_text_is_remarked_from_every_format(tmp_path, ending, row):
    path = tmp_path / f"halls{ending}"
    write(path)
    form = "csv" if ending in (".csv", ".xlsx") else "vector"
    about = {"title": "t", "credit": "c", "licence": "l", "as_of": "2025"}
    source = Source.model_validate({"id": "a", "path": path.name, "format": form} | about)
    ledger = Ledger()
    read_venues(path, spec=Venues(source="a"), source=source, plane_epsg=6678, ledger=ledger)
    (entry,) = [e for e in ledger.of("a").entries if e.code == "broken_text"]
    assert entry.row == row
    assert f"column name: broken text in 1 rows ({row}), such as {BAD!r}" in str(entry.said)
    assert f"もとは「{NAME}」" in told(entry.said, "ja")
