"""No cell, name, date or number stops a parser, and what is printed reads the same."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SourceError
from services.intake.places.status import read_status
from services.intake.tables.cells import is_formula, shown, without_marks
from services.intake.tables.reading import read_csv, to_number
from services.words.dates import first_day, last_day, to_iso_date
from services.words.names import normalise
from services.words.texts import told
from services.words.vocabulary import PLACE_STATUSES

ANY = st.text(max_size=60)
TYPED = st.lists(
    st.sampled_from([*"0123456789０１.,，-−年月日/元令和平成昭RHS丁目番一二十ヶケ　 人%eE+"]),
    max_size=14,
).map("".join)


@given(ANY | TYPED)
def test_a_name_has_one_form_and_normalising_it_again_changes_nothing(text):
    form = normalise(text)
    assert normalise(form) == form


@given(ANY | TYPED)
def test_a_number_is_a_float_whatever_is_typed(text):
    assert isinstance(to_number(text), float)


@given(st.integers(-(10**12), 10**12))
def test_a_number_survives_thousands_and_full_width(number):
    wide = f"{number:,}".translate(str.maketrans("0123456789,-", "０１２３４５６７８９，−"))
    assert to_number(f"{number:,}") == to_number(wide) == number


@given(ANY | TYPED)
def test_a_date_is_iso_or_nothing(text):
    iso = to_iso_date(text)
    assert iso == "" or (first_day(iso) is not None and last_day(iso) is not None)


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 12, 31)))
def test_a_printed_date_reads_the_same(day):
    iso = day.isoformat()
    assert to_iso_date(iso) == iso
    assert to_iso_date(f"{day:%Y}年{day.month}月{day.day}日") == iso
    assert to_iso_date(f"{day:%Y%m%d}") == iso


@given(ANY)
def test_a_status_is_one_of_those_there_are_or_none(text):
    assert read_status(text) in {*PLACE_STATUSES, ""}


@given(ANY)
def test_a_cell_without_marks_stays_so_and_can_be_shown(text):
    plain = without_marks(text)
    assert without_marks(plain) == plain
    assert "\n" not in shown(text)
    assert len(shown(text)) <= 41
    assert isinstance(is_formula(text), bool)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=1+1", True),
        ("＝1+1", True),
        ("@SUM(1)", True),
        ("+HYPERLINK(1)", True),
        ("-cmd|x", True),
        ("-1", False),
        ("+81-4-7167-1111", True),  # a spreadsheet takes a telephone number for a formula, too
        ("1+1", False),
        ("東会館", False),
        ("", False),
    ],
)
def test_a_formula_is_what_a_spreadsheet_would_compute(cell, expected):
    assert is_formula(cell) is expected


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    columns, said = 0, ""
    try:
        columns = len(read_csv(path).columns)
    except SourceError as error:
        said = told(error, "ja")
    assert bool(columns) != bool(said)
