"""Fiscal years and dates of which a part is known."""

from datetime import date

import pytest

from geo.errors import InvalidInputError
from services.words.dates import first_day, fiscal_year_end, last_day
from services.words.texts import told


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("H26", date(2015, 3, 31)),
        ("Ｈ２６", date(2015, 3, 31)),
        ("平成26年度", date(2015, 3, 31)),
        ("R7", date(2026, 3, 31)),
        ("令和元年度", date(2020, 3, 31)),
        ("R1", date(2020, 3, 31)),
        ("H31", date(2020, 3, 31)),
        ("2014", date(2015, 3, 31)),
        ("2014年度", date(2015, 3, 31)),
        ("S63", date(1989, 3, 31)),
    ],
)
def test_a_fiscal_year_ends_on_the_last_of_march_of_the_next_year(text, end):
    assert fiscal_year_end(text) == end


@pytest.mark.parametrize("text", ["", "H", "H0", "X26", "26", "99999", "H26-27", "元"])
def test_what_is_no_fiscal_year_is_refused_with_the_way_out(text):
    with pytest.raises(InvalidInputError, match="write it as H26, R7 or 2014") as error:
        fiscal_year_end(text)
    assert "年度として読めません" in told(error.value, "ja")


@pytest.mark.parametrize(
    ("iso", "first", "last"),
    [
        ("2019-03-15", date(2019, 3, 15), date(2019, 3, 15)),
        ("2019-02", date(2019, 2, 1), date(2019, 2, 28)),
        ("2020", date(2020, 1, 1), date(2020, 12, 31)),
        ("", None, None),
        ("2019-13", None, None),
        ("soon", None, None),
    ],
)
def test_a_partly_known_date_has_a_first_and_a_last_day(iso, first, last):
    assert first_day(iso) == first
    assert last_day(iso) == last
