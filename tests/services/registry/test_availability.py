"""When rooms are free, as lists say it."""

import pytest

from geo.schedule.calendar import SLOTS
from services.intake.places.venue_attributes import read_rent_yen
from services.registry.venues import free_days, free_slots


def slots(text: str) -> set[str]:
    bits = free_slots(text) or 0
    names = ["月火水木金土日"[day] + half for day, half in SLOTS]
    return {name for bit, name in enumerate(names) if bits >> bit & 1}


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("日曜", {"日am", "日pm"}),
        ("デイサービスの日曜", {"日am", "日pm"}),
        ("月・水 午前", {"月am", "水am"}),
        ("火曜日の午後、日曜", {"火pm", "日am", "日pm"}),
        ("月〜水 夜", {"月pm", "火pm", "水pm"}),
        ("金〜月 午前", {"金am", "土am", "日am", "月am"}),
        ("土日 朝", {"土am", "日am"}),
    ],
)
def test_half_days_that_are_free(text: str, free: set[str]) -> None:
    assert slots(text) == free
    assert free_days(free_slots(text) or 0) == len({name[0] for name in free})


@pytest.mark.parametrize("text", ["", "要相談", "月1回", "第1日曜日", "祝日"])
def test_what_names_no_day_of_every_week_is_not_known(text: str) -> None:
    assert free_slots(text) is None


@pytest.mark.parametrize(
    ("text", "yen"),
    [("月3万円", 30_000.0), ("３０，０００円/月", 30_000.0), ("無料", 0.0), ("1時間500円", None)],
)
def test_rents_are_yen_a_month(text: str, yen: float | None) -> None:
    assert read_rent_yen(text) == yen
