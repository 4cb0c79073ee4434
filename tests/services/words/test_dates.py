"""Dates as cities type them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.words.dates import to_iso_date


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-04-01", "2024-04-01"),
        ("２０２４/４/１", "2024-04-01"),
        ("2024年4月1日", "2024-04-01"),
        ("2024年4月", "2024-04"),
        ("20240401", "2024-04-01"),
        ("令和6年4月1日", "2024-04-01"),
        ("令和元年5月", "2019-05"),
        ("R6.4.1", "2024-04-01"),
        ("H30.10.5", "2018-10-05"),
        ("2024-04-01 00:00:00", "2024-04-01"),
        ("H26", "2014"),
        ("平成26年", "2014"),
        ("令和元年度", "2019"),
        ("2014年頃", "2014"),
        ("令和4年4月1日", "2022-04-01"),
        ("R4.4.1", "2022-04-01"),
        ("2023年2月29日", ""),
        ("12年", ""),
        ("100", ""),
        ("2024/13/1", ""),
        ("4月1日", ""),
        ("不明", ""),
        ("", ""),
    ],
)
def test_a_typed_date_becomes_iso_text_or_nothing(text, iso):
    assert to_iso_date(text) == iso


@given(st.dates(date(1927, 1, 1), date(2099, 12, 31)), st.sampled_from([10, 7, 4]))
def test_an_iso_date_or_its_beginning_stays(day, length):
    iso = day.isoformat()[:length]
    assert to_iso_date(iso) == iso


@given(st.text(max_size=20) | st.text("0123456789年月日令和平成昭元RHS./-度", max_size=14))
def test_no_text_crashes(text):
    iso = to_iso_date(text)
    assert iso == "" or to_iso_date(iso) == iso
