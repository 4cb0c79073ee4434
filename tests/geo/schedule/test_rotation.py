"""Rotating venues: one programme, each day at another venue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.schedule.rotation import Stop, is_rotating, read_rotation


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("日替わり：月 A会館、火 B会館", [("A会館", "毎週月曜日"), ("B会館", "毎週火曜日")]),
        (
            "日替わり（毎週月曜 東会館／毎週水・金曜 西会館）",
            [("東会館", "毎週月曜日"), ("西会館", "毎週水・金曜日")],
        ),
        (
            "巡回　第１月曜：東集会所(10:00〜12:00)、第３月曜：西集会所(13:00〜15:00)",
            [("東集会所", "第1月曜日 10:00〜12:00"), ("西集会所", "第3月曜日 13:00〜15:00")],
        ),
        (
            "日替り：毎月5日 A会館、20日 B会館",
            [("A会館", "毎月5日"), ("B会館", "毎月20日")],
        ),
        (
            "10:00〜11:30 日替わり 月 日吉会館、火 土橋集会所、金曜日は木下公民館",
            [
                ("日吉会館", "毎週月曜日 10:00〜11:30"),
                ("土橋集会所", "毎週火曜日 10:00〜11:30"),
                ("木下公民館", "毎週金曜日 10:00〜11:30"),
            ],
        ),
        (
            "日替わり：月 A会館、火 B会館 10:00〜11:30",
            [("A会館", "毎週月曜日 10:00〜11:30"), ("B会館", "毎週火曜日 10:00〜11:30")],
        ),
    ],
)
def test_each_stop_has_its_venue_and_its_day(text, stops):
    assert read_rotation(text) == tuple(Stop(venue, schedule) for venue, schedule in stops)


@pytest.mark.parametrize(
    "text",
    ["", "毎週月曜日", "月 A会館、火 B会館", "日替わり", "日替わり：月 A会館", "日替わり：月、火"],
)
def test_without_the_word_or_without_two_stops_there_is_no_rotation(text):
    assert read_rotation(text) == ()


def test_a_rotation_that_cannot_be_read_is_still_known_as_one():
    assert is_rotating("会場は日替わり")
    assert not is_rotating("毎週月曜日")


@given(st.text(max_size=40).map(lambda text: f"日替わり：月 {text}、火 B会館"))
def test_no_text_stops_the_reader(text):
    assert all(stop.venue and stop.schedule for stop in read_rotation(text))
