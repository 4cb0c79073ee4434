"""Schedules as JSON."""

import json

import pytest

from geo.schedule.typed import parse_schedule
from services.registry.schedule_rules import schedule_from_dict, schedule_to_dict


@pytest.mark.parametrize(
    "text",
    [
        "毎週月・水曜 10:00〜11:30（祝日休み）",
        "第2・第4金曜",
        "偶数月の最終火曜 13:00から",
        "毎月5日・20日",
        "毎週月曜 夏期9:00〜11:00、冬期(11月〜3月)10:00〜11:30",
        "週3回",
        "常設",
        "未定",
    ],
)
def test_a_schedule_survives_json(text):
    schedule = parse_schedule(text)
    assert schedule_from_dict(json.loads(json.dumps(schedule_to_dict(schedule)))) == schedule


def test_the_json_names_what_is_assumed_and_the_calendar_rules():
    plain = schedule_to_dict(parse_schedule("隔週水曜"))
    assert plain["assumed"] is True
    assert plain["rrule"] == ["FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"]
