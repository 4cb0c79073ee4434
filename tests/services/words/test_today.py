"""A day is the day in Japan: a morning there is the evening before elsewhere."""

import pytest

from services.words.dates import day_in_japan


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-20T14:59:59+00:00", "2026-11-20"),  # 23:59:59 in Japan
        ("2026-11-20T15:00:00+00:00", "2026-11-21"),
        ("2026-11-20T15:00:00", "2026-11-21"),
        ("2026-11-21T00:00:00+09:00", "2026-11-21"),
        ("2026-12-31T23:00:00Z", "2027-01-01"),
    ],
)
def test_a_moment_belongs_to_its_day_in_japan(moment: str, day: str) -> None:
    assert day_in_japan(moment) == day
