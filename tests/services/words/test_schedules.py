"""How a typed schedule was read, in words."""

import pytest

from geo.schedule.typed import frequency_class, parse_schedule
from services.words.schedules import how_often, schedule_read


def both(say, typed):
    schedule = parse_schedule(typed)
    frequency = frequency_class(schedule, permanent_min_days_per_week=3)
    return say(schedule, frequency, "ja"), say(schedule, frequency, "en")


@pytest.mark.parametrize(
    ("typed", "ja", "en"),
    [
        ("毎週火曜日10時～", "毎週火曜 10:00〜 → 週1", "every Tuesday 10:00– → weekly"),
        (
            "第２・４金曜（10:00～11:30）",
            "毎月第2・第4金曜 10:00〜11:30 → 月1",
            "2nd and 4th Friday of the month 10:00–11:30 → monthly",
        ),
        (
            "毎週火曜日（8月は休み）",
            "毎週火曜（8月を除く） → 週1",
            "every Tuesday, not in Aug → weekly",
        ),
        (
            "7〜9月 毎週金曜",
            "毎週金曜（7月〜9月のみ） → 月1回未満",
            "every Friday, in Jul–Sep only → less than monthly",
        ),
        (
            "隔週水曜",
            "2週間に1回の水曜（どの週かは不明） → 月1",
            "every 2 weeks on Wednesday (which weeks is not known) → monthly",
        ),
        ("火曜日（月2回）", "月2回の火曜 → 月1", "2× a month on Tuesday → monthly"),
        ("月～金 9:00-16:00", "平日 9:00〜16:00 → 常設", "Monday to Friday 9:00–16:00 → permanent"),
        ("週1回程度", "おおむね週1回 → 週1", "about 1× a week → weekly"),
        (
            "隔月第2土曜",
            "毎月第2土曜（2か月に1度の月だけ） → 月1回未満",
            "2nd Saturday of the month, in one month of 2 → less than monthly",
        ),
        ("毎月15日・25日", "毎月15日・25日 → 月1", "on the 15. and 25. of the month → monthly"),
        ("【休館日】月曜日", "開催日はわかりません", "when it meets is not known"),
    ],
)
def test_a_card_says_how_a_schedule_was_read(typed, ja, en):
    assert both(schedule_read, typed) == (ja, en)


@pytest.mark.parametrize(
    ("typed", "ja"),
    [
        ("第2・4木曜", "月2回"),
        ("隔週水曜", "月2回"),
        ("毎週火曜日（第2週を除く）", "月3回"),
        ("月1回", "月1回"),
        ("毎週火・木", "週2回"),
        ("月～金", "週5回"),
        ("常設", "常設"),
        ("年6回", "月1回未満"),
        ("未定", "不明"),
    ],
)
def test_a_report_says_how_often_a_place_meets_and_not_its_class_alone(typed, ja):
    assert both(how_often, typed)[0] == ja
