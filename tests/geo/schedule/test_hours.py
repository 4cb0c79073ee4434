"""When groups meet, as half-hours of the year: by hand."""

import numpy as np
import pytest

from geo.schedule import parse_schedule
from geo.schedule.hours import met_at_halls

YEAR, WEDNESDAY, FRIDAY = range(12), 2, 4


def met(text: str) -> np.ndarray:
    """Return (12, 7, 48) when a group meets that is alone in its hall; nothing where nobody knows."""
    (found,) = met_at_halls([parse_schedule(text)], [""])
    bits = np.array([digit == "1" for digit in f"{int(found or '0', 16):04032b}"])
    return bits.reshape(12, 7, 48)


@pytest.mark.parametrize(
    ("text", "months", "days", "half_hours"),
    [
        # On the way from 9:30 on, home by 12:00.
        ("毎週水曜日10:00〜11:30", YEAR, [WEDNESDAY], range(19, 24)),
        # Half-hours that are begun count whole: 9:40 to 11:40.
        ("毎週水曜日10:10〜11:10", YEAR, [WEDNESDAY], range(19, 24)),
        ("第2・第4金曜日10:00", YEAR, [FRIDAY], range(19, 25)),
        ("毎週水・金曜日", YEAR, [WEDNESDAY, FRIDAY], range(16, 42)),
        ("4〜11月の毎週金曜日13:00〜15:00", range(3, 11), [FRIDAY], range(25, 31)),
        ("毎日6:30〜7:00", YEAR, range(7), range(12, 15)),
        ("毎週金曜日22:00〜24:00", YEAR, [FRIDAY], range(43, 48)),
    ],
)
def test_a_group_meets_in_the_half_hours_of_its_sessions_and_of_the_ways(
    text: str, months: range, days: list[int], half_hours: range
) -> None:
    expected = np.zeros((12, 7, 48), dtype=bool)
    expected[np.ix_(list(months), list(days), list(half_hours))] = True
    assert np.array_equal(met(text), expected)


@pytest.mark.parametrize("text", ["", "未定", "週3回", "常設", "毎月5日10:00", "月2回10:00"])
def test_of_a_group_without_a_weekday_nothing_is_known(text: str) -> None:
    assert not met(text).any()


def test_of_several_hours_and_days_all_may_be() -> None:
    found = met("毎週水曜日10:00〜11:00、毎週金曜日13:00〜14:00")
    for day in (WEDNESDAY, FRIDAY):
        assert np.flatnonzero(found[0, day]).tolist() == [19, 20, 21, 22, 25, 26, 27, 28]


def test_the_hours_of_a_season_hold_in_its_months() -> None:
    found = met("毎週水曜日 夏期18:00〜19:00、冬期10:00〜11:00")
    assert np.flatnonzero(found[5, WEDNESDAY]).tolist() == [35, 36, 37, 38]
    assert np.flatnonzero(found[0, WEDNESDAY]).tolist() == [19, 20, 21, 22]
