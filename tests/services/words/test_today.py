"""A day is the day in Japan: a morning there is the evening before elsewhere."""

from datetime import UTC, date, datetime

import pytest

from services.words import dates
from services.words.dates import day_in_japan, today


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


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        (datetime(2025, 3, 31, 23, 30, tzinfo=UTC), date(2025, 4, 1)),
        (datetime(2025, 4, 1, 14, 59, tzinfo=UTC), date(2025, 4, 1)),
    ],
)
def test_today_is_the_day_of_a_moment_in_japan(
    monkeypatch: pytest.MonkeyPatch, utc: datetime, day: date
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            assert tz is UTC
            return utc

    monkeypatch.setattr(dates, "datetime", Clock)
    assert today() == day
    assert day_in_japan(utc.isoformat()) == day.isoformat()
