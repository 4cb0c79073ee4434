"""Recurrence rules, checked against dateutil, and the question: Monday morning?"""

from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from geo.schedule.meeting import EVERY_WEEK, Rule
from geo.schedule.recurrence import hours_of, meets_on, to_rrule
from geo.schedule.typed import Schedule, parse_schedule

START = datetime(2025, 1, 1)  # noqa: DTZ001 - a calendar day has no zone
YEAR = [date(2025, 1, 1) + timedelta(days=day) for day in range(365)]
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


def days_of(text, *, start=START):
    return {
        when.date()
        for rule in to_rrule(parse_schedule(text))
        for when in rrulestr(rule, dtstart=start).between(
            START,
            datetime(2025, 12, 31),  # noqa: DTZ001
            inc=True,
        )
    }


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("毎週月・水曜", ["FREQ=WEEKLY;BYDAY=MO,WE"]),
        ("毎日", ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"]),
        ("第2・第4金曜日", ["FREQ=MONTHLY;BYDAY=2FR,4FR"]),
        ("最終金曜日", ["FREQ=MONTHLY;BYDAY=-1FR"]),
        ("毎月5日・20日", ["FREQ=MONTHLY;BYMONTHDAY=5,20"]),
        ("隔週水曜", ["FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"]),
        ("偶数月第2火曜", ["FREQ=MONTHLY;BYDAY=2TU;BYMONTH=2,4,6,8,10,12"]),
        ("4月〜11月の毎週月曜", ["FREQ=WEEKLY;BYDAY=MO;BYMONTH=4,5,6,7,8,9,10,11"]),
        ("毎週火曜（8月は休み）", ["FREQ=WEEKLY;BYDAY=TU;BYMONTH=1,2,3,4,5,6,7,9,10,11,12"]),
        ("8月の毎週火曜（8月は休み）", []),
        ("第1月曜　第3水曜", ["FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=3WE"]),
        ("週3回", []),
        ("月2回", []),
        ("常設", []),
        ("第1・第3週", []),
        ("未定", []),
    ],
)
def test_a_schedule_is_written_as_rules_of_the_standard(text, rules):
    assert to_rrule(parse_schedule(text)) == rules


def test_second_fridays_of_2025_are_these():
    # A calendar of 2025: the 1st of January is a Wednesday.
    expected = {date(2025, 1, 10), date(2025, 2, 14), date(2025, 3, 14), date(2025, 4, 11)}
    assert {day for day in days_of("第2金曜日") if day.month <= 4} == expected


def test_the_last_friday_may_be_in_the_fifth_week():
    assert {day for day in days_of("最終金曜") if day.month == 1} == {date(2025, 1, 31)}


def test_every_other_week_counts_from_the_start_of_the_calendar():
    january = {day.day for day in days_of("隔週水曜") if day.month == 1}
    assert january == {1, 15, 29}


@given(
    st.frozensets(st.integers(0, 6), min_size=1),
    st.frozensets(st.sampled_from([1, 2, 3, 4, 5]), min_size=1) | st.just(EVERY_WEEK),
    st.frozensets(st.integers(1, 12), max_size=11),
)
def test_the_rules_give_the_days_that_the_schedule_means(weekdays, weeks, months):
    rule = Rule("weekday", weekdays=weekdays, weeks=weeks, months=months)
    written = to_rrule(Schedule((rule,)))
    found = {when.date() for text in written for when in rrulestr(text, dtstart=START)[:400]}
    meant = {
        day
        for day in YEAR
        if day.weekday() in rule.weekdays_in((day.day + 6) // 7)
        and day.month in (months or range(1, 13))
    }
    assert {day for day in found if day.year == 2025} == meant


@given(st.text(max_size=30))
def test_whatever_is_typed_its_rules_are_valid(text):
    for rule in to_rrule(parse_schedule(text)):
        rrulestr(rule, dtstart=START)


@pytest.mark.parametrize(
    ("text", "weekday", "half_day", "expected"),
    [
        ("毎週月曜 10:00〜11:30", MON, "am", True),
        ("毎週月曜 10:00〜11:30", MON, "pm", False),
        ("毎週月曜 10:00〜11:30", TUE, "am", False),
        ("毎週月曜 10:00〜13:00", MON, "pm", True),  # over noon
        ("毎週月曜 10:00〜12:00", MON, "pm", False),  # ends at noon
        ("毎週月曜 12:00〜14:00", MON, "am", False),
        ("毎週月曜 10:00から", MON, "pm", None),  # nobody says when it ends
        ("毎週月曜 13:00から", MON, "pm", True),
        ("毎週月曜 13:00から", MON, "am", False),
        ("毎週月曜", MON, "am", None),
        ("毎週月曜", TUE, "am", False),
        ("第2月曜 10:00〜12:00", MON, "am", True),
        ("週3回 10:00〜12:00", MON, "am", None),
        ("週3回 10:00〜12:00", MON, "pm", False),
        ("毎月5日 10:00〜12:00", MON, "am", None),
        ("毎週月曜、毎週金曜 10:00〜12:00、13:00〜15:00", MON, "am", None),
        ("毎週月・金曜 10:00〜12:00、13:00〜15:00", MON, "am", True),
        ("毎週月曜 夏期9:00〜11:00、冬期13:00〜15:00", MON, "pm", True),
        ("未定", MON, "am", None),
    ],
)
def test_a_weekday_and_half_day_is_met_or_not_or_unknown(text, weekday, half_day, expected):
    assert meets_on(parse_schedule(text), weekday, half_day) is expected


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("毎週月曜 10:00〜11:30", 1.5),
        ("毎週月曜 10:00〜12:00、13:00〜14:00", 1.0),
        ("毎週月曜 夏期9:00〜12:00、冬期10:00〜12:00", 2.0),
        ("毎週月曜 10:00から", None),
        ("毎週月曜", None),
    ],
)
def test_the_shortest_session_counts_in_hours(text, hours):
    assert hours_of(parse_schedule(text)) == hours
