"""Hours of seasons and closures."""

import pytest

from geo.schedule.seasons import SUMMER, WINTER, Season
from geo.schedule.typed import combine, parse_schedule, print_schedule

ALL_YEAR = frozenset(range(1, 13))
HALVES = (Season("夏期", ((540, 660),)), Season("冬期", ((600, 690),)))


@pytest.mark.parametrize(
    "text",
    [
        "毎週月曜日 夏期9:00〜11:00、冬期10:00〜11:30",
        "毎週月曜日（夏季 ９時〜１１時、冬季 １０時〜１１時半）",
        "毎週月曜日 夏期：9:00～11:00 冬期：10:00～11:30",
        "毎週月曜日 9:00〜11:00（夏期）、10:00〜11:30（冬期）",
        "毎週月曜日 夏期間の開催時間は9:00〜11:00、冬期間は10:00〜11:30",
    ],
)
def test_hours_of_seasons_are_kept_apart_from_hours_of_the_year(text):
    schedule = parse_schedule(text)
    assert schedule.seasons == HALVES
    assert schedule.times == ()
    assert len(schedule.rules) == 1
    assert schedule.is_assumed  # nobody says which months they are


def test_a_season_whose_months_are_said_is_no_assumption():
    schedule = parse_schedule("毎週月曜 夏期(5月〜10月)9:00〜11:00")
    assert schedule.seasons == (Season("夏期", ((540, 660),), frozenset(range(5, 11))),)
    assert not schedule.is_assumed


def test_seasons_without_months_are_the_halves_of_the_year():
    summer, winter = HALVES
    assert summer.months == SUMMER
    assert winter.months == WINTER
    assert set(range(1, 13)) == set(SUMMER) | set(WINTER)
    assert not SUMMER & WINTER


def test_hours_of_the_year_and_of_a_season_stand_side_by_side():
    schedule = parse_schedule("毎週月曜 10:00〜11:30（夏期は9:00〜11:00）")
    assert schedule.times == ((600, 690),)
    assert schedule.seasons == HALVES[:1]


def test_an_impossible_hour_of_a_season_is_no_season():
    assert parse_schedule("毎週月曜 夏期25:00〜26:00").seasons == ()


def test_a_schedule_with_seasons_is_printed_in_one_way():
    text = "毎週（月）　冬季(11月〜3月)１０時〜１１時、夏季9:00〜11:00（祝日は休み）"
    printed = "毎週月曜日 冬期(11〜3月) 10:00〜11:00 夏期 9:00〜11:00 ※祝日休み"
    assert print_schedule(parse_schedule(text)) == printed


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("毎週火曜 8月は休み", {8}),
        ("毎週火曜（1月・8月は休み）", {1, 8}),
        ("毎週火曜 ※12月〜翌年3月は休み", {12, 1, 2, 3}),
        ("毎週火曜（冬期休止）", {12, 1, 2, 3}),
        ("毎週火曜（夏期休止）", {6, 7, 8, 9}),
        ("毎週火曜（7月21日〜8月31日は休み）", {7, 8}),
        ("毎週火曜（8月13日〜16日は休み）", set()),
        ("毎週火曜（8月15日は休み）", set()),
        ("毎週火曜（夏休みは休み）", set()),
        ("毎週火曜（祝日休み）", set()),
        ("毎週火曜", set()),
    ],
)
def test_months_without_sessions_are_no_months_of_the_rule(text, months):
    (rule,) = parse_schedule(text).rules
    assert rule.weekdays == frozenset({1})
    assert (rule.months or ALL_YEAR) == ALL_YEAR - months


def test_a_winter_closure_without_months_is_an_assumption():
    assert parse_schedule("毎週火曜（冬期休止）").is_assumed
    assert not parse_schedule("毎週火曜（12月〜3月は休み）").is_assumed


def test_holidays_take_nothing_away():
    for text in (
        "毎週火曜（祝日休み）",
        "毎週火曜 ※年末年始・お盆は休み",
        "毎週火曜（祝日の場合は翌週）",
    ):
        assert parse_schedule(text).rules == parse_schedule("毎週火曜").rules


def test_hours_of_months_need_no_name_of_a_season():
    schedule = parse_schedule("毎週火曜 4〜9月 9:00〜11:00、10〜3月 10:00〜11:30")
    assert schedule.seasons == (
        Season("", ((540, 660),), frozenset(range(4, 10))),
        Season("", ((600, 690),), frozenset({10, 11, 12, 1, 2, 3})),
    )
    assert schedule.times == ()
    assert not schedule.is_assumed


def test_groups_of_one_venue_keep_the_hours_of_their_seasons():
    one, other = parse_schedule("毎週月曜 夏期9:00〜11:00"), parse_schedule("毎週火曜")
    assert combine([one, other, one]).seasons == HALVES[:1]
