"""Dates as cities type them."""

import pytest

from services.intake.dates import to_iso_date


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
        ("2024/13/1", ""),
        ("4月1日", ""),
        ("不明", ""),
        ("", ""),
    ],
)
def test_a_typed_date_becomes_iso_text_or_nothing(text, iso):
    assert to_iso_date(text) == iso
