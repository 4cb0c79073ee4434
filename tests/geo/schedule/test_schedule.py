"""Schedules as Japanese cities type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.schedule.meeting import EVERY_WEEK, LAST, Rule
from geo.schedule.seasons import Season
from geo.schedule.typed import (
    Schedule,
    combine,
    frequency_class,
    least_schedule,
    parse_schedule,
    print_schedule,
)

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


def kind(text):
    return frequency_class(parse_schedule(text), permanent_min_days_per_week=3)


def weekly(*days):
    return Rule("weekday", weekdays=frozenset(days), weeks=EVERY_WEEK)


def nth(weeks, *days):
    return Rule("weekday", weekdays=frozenset(days), weeks=frozenset(weeks))


def on(*days):
    return Rule("day", days=frozenset(days))


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("毎週月曜日10:00〜11:30", (weekly(MON),)),
        ("毎週月・水・金", (weekly(MON, WED, FRI),)),
        ("毎週月曜日と木曜日", (weekly(MON, THU),)),
        ("毎週（月）１０時～１２時", (weekly(MON),)),
        ("(月)(水)", (weekly(MON, WED),)),
        ("月火水木金土", (weekly(MON, TUE, WED, THU, FRI, SAT),)),
        ("月〜金", (weekly(MON, TUE, WED, THU, FRI),)),
        ("月-金", (weekly(MON, TUE, WED, THU, FRI),)),
        ("月曜から金曜 9時から17時", (weekly(MON, TUE, WED, THU, FRI),)),
        ("土〜月曜日", (weekly(SAT, SUN, MON),)),
        ("平日", (weekly(MON, TUE, WED, THU, FRI),)),
        ("毎日", (weekly(*range(7)),)),
        ("年中無休", (weekly(*range(7)),)),
        ("第2・第4金曜日", (nth({2, 4}, FRI),)),
        ("毎月第２、第４金曜日", (nth({2, 4}, FRI),)),
        ("第二・第四木曜", (nth({2, 4}, THU),)),
        ("毎月第１月曜日", (nth({1}, MON),)),
        ("第1.3水曜", (nth({1, 3}, WED),)),
        ("第1と第3の水曜", (nth({1, 3}, WED),)),
        ("第1〜第3木曜日", (nth({1, 2, 3}, THU),)),
        ("毎月2・4日曜日", (nth({2, 4}, SUN),)),
        ("毎月最終金曜日", (nth({LAST}, FRI),)),
        ("第1・第3週", (nth({1, 3}),)),
        ("第１月曜　第３水曜", (nth({1}, MON), nth({3}, WED))),
        ("毎週火曜日と第2土曜日", (weekly(TUE), nth({2}, SAT))),
        ("毎月2回(5日、20日)", (on(5, 20),)),
        ("毎月2回/15日、25日", (on(15, 25),)),
        ("毎月15日", (on(15),)),
        ("毎月 8日 18日 28日", (on(8, 18, 28),)),
        ("毎月5のつく日", (on(5, 15, 25),)),
        ("週3回", (Rule("per_week", times=3),)),
        ("週に１度", (Rule("per_week", times=1),)),
        ("週1〜2回", (Rule("per_week", times=1),)),
        ("月1回", (Rule("per_month", times=1),)),
        ("毎月２回", (Rule("per_month", times=2),)),
        ("月二回", (Rule("per_month", times=2),)),
        ("年4回", (Rule("per_year", times=4),)),
        ("2か月に1回", (Rule("per_month", times=1, every_months=2),)),
        ("12か月に1回", (Rule("per_month", times=1, every_months=12),)),
        ("週末", (weekly(SAT, SUN),)),
        ("週9回", (Rule("per_week", times=7),)),
        ("隔週水曜", (Rule("interval", weekdays=frozenset({WED}), interval_days=14),)),
        ("3週間に1回", (Rule("interval", interval_days=21),)),
        ("火曜日（月2回）", (Rule("per_month", weekdays=frozenset({TUE}), times=2),)),
        ("隔月第2土曜", (Rule("weekday", frozenset({SAT}), frozenset({2}), every_months=2),)),
        ("毎週火曜日（第2週を除く）", (nth({1, 3, 4, 5}, TUE),)),
        ("毎週月・木（第2月曜休み）", (weekly(THU), nth({1, 3, 4, 5}, MON))),
        ("常設", (Rule("standing"),)),
        ("月2回（第1・3火曜）", (nth({1, 3}, TUE),)),
        ("週2回（月・木）", (weekly(MON, THU),)),
        ("週1回 月曜日", (weekly(MON),)),
        ("不定期（月1回程度）", (Rule("per_month", times=1, approximate=True),)),
        ("不定期", ()),
        # Brackets say when, unless the text outside says that nobody knows; a hall is no such word.
        ("10:00〜11:30（第2火曜）", (nth({2}, TUE),)),
        ("公民館（第2火曜）", (nth({2}, TUE),)),
        ("随時 10:00〜11:30 公民館（第2火曜）", ()),
        ("未定", ()),
        ("", ()),
        ("４月１５日(日)、５月２０日(日)", ()),
        ("火曜定休", ()),
    ],
)
def test_a_typed_schedule_gives_these_rules(text, rules):
    assert parse_schedule(text).rules == rules


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("毎週月曜日10:00〜11:30", ((600, 690),)),
        ("毎週月曜日 10時～11時半", ((600, 690),)),
        ("毎週月曜日 １０：００－１１：３０", ((600, 690),)),
        ("毎週月曜日 午前10時〜11時30分", ((600, 690),)),
        ("毎週月曜日 午後1時半～3時", ((810, 900),)),
        ("毎週月曜日 PM1:30-3:00", ((810, 900),)),
        ("毎週月曜日 13:30から", ((810, None),)),
        ("平日10-12時", ((600, 720),)),
        ("月曜日 13:00-15:00、金曜日 10:00-12:00", ((780, 900), (600, 720))),
        ("毎週月曜日（10:00〜11:30）", ((600, 690),)),
        ("毎週月曜日", ()),
        ("毎週月曜日 2時間", ()),
    ],
)
def test_times_are_read_in_minutes_after_midnight(text, times):
    assert parse_schedule(text).times == times
    assert parse_schedule(text).rules


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("毎週月曜日（祝日休み）", "祝日休み"),
        ("月・水・金、祝日は休み", "祝日休み"),
        ("毎週火曜日（第3火曜は休み）", ""),  # a rule says it
        ("参加費100円 毎週水曜", "参加費100円"),
        ("毎月15日 ※8月は変更あり", "8月は変更あり"),
        ("不定期", "不定期"),
        ("月1回(土曜日)", ""),
        ("毎週水曜 ※体操、要予約", "体操、要予約"),
    ],
)
def test_remarks_stay_as_a_note(text, note):
    assert parse_schedule(text).note == note


def test_a_closed_weekday_is_taken_from_a_daily_schedule():
    assert parse_schedule("毎日（日曜休み）").rules == (weekly(MON, TUE, WED, THU, FRI, SAT),)
    # Five days a week are every day, four are a list of days.
    assert parse_schedule("平日（水曜休み）").rules == (weekly(MON, TUE, THU, FRI),)
    contradiction = parse_schedule("毎週月・火・水・木（水曜休み）")
    assert contradiction.rules == ()
    assert contradiction.unread
    assert parse_schedule("土日を除く毎日").rules == (weekly(MON, TUE, WED, THU, FRI),)


def test_a_holiday_off_takes_no_session_away():
    assert parse_schedule("毎週月曜日（月曜祝日休み）").rules == (weekly(MON),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("毎週月曜日", 52 / 12),
        ("毎週月・水", 104 / 12),
        ("毎日", 7 * 52 / 12),
        ("第2・第4金曜日", 2),
        ("第1〜第5金曜日", 52 / 12),
        ("毎月5日・15日・25日", 3),
        ("週3回", 13),
        ("月2回", 2),
        ("年6回", 0.5),
        ("隔週水曜", 26 / 12),
        ("隔月第2土曜", 0.5),
        ("偶数月第2火曜", 0.5),
        ("未定", 0),
    ],
)
def test_sessions_per_month_follow_from_the_rules(text, expected):
    assert parse_schedule(text).sessions_per_month == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("毎週月曜日", {1, 2, 3, 4, 5}),
        ("第2・第4金曜日", {2, 4}),
        ("毎月1日・7日・8日・28日・29日", {1, 2, 4, 5}),  # days 1–7 are week 1, 8–14 week 2
        ("月2回", set()),
        ("隔週水曜", set()),  # since when nobody says
        ("隔週水曜（第2・4）", {2, 4}),
        ("最終金曜日", {4}),
        ("未定", set()),
    ],
)
def test_weeks_of_the_month_are_known_or_empty(text, weeks):
    assert parse_schedule(text).weeks == weeks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("月1回", "monthly"),
        ("月2回", "monthly"),
        ("月3回", "monthly"),
        ("月4回", "weekly"),  # the national survey counts four times a month as weekly
        ("隔週水曜", "monthly"),
        ("第1〜第3木曜日", "monthly"),
        ("第1〜第4木曜日", "weekly"),
        ("毎月30日", "monthly"),
        ("毎週月曜日", "weekly"),
        ("週1回", "weekly"),
        ("毎週月・木", "weekly"),
        ("月・水・金", "permanent"),
        ("週3回", "permanent"),
        ("平日", "permanent"),
        ("毎日", "permanent"),
        ("常設", "permanent"),
        ("年4回", ""),
        ("第5金曜日", ""),
        ("偶数月第2火曜", ""),
        ("第2火曜日（偶数月）", ""),
        ("4月〜11月の毎週月曜", "weekly"),  # closed by snow, weekly in its season
        ("8月の毎週月曜", ""),
        ("未定", ""),
        ("不定期", ""),
        ("", ""),
    ],
)
def test_the_frequency_class_follows_from_the_schedule(text, expected):
    assert kind(text) == expected


def test_the_profile_says_from_how_many_days_a_place_is_permanent():
    schedule = parse_schedule("毎週月・水・金")
    assert frequency_class(schedule, permanent_min_days_per_week=4) == "weekly"
    assert frequency_class(schedule, permanent_min_days_per_week=3) == "permanent"


def test_two_groups_in_alternate_weeks_are_weekly_together():
    together = combine([parse_schedule("第1・第3月曜"), parse_schedule("第2・第4木曜")])
    assert frequency_class(together, permanent_min_days_per_week=3) == "weekly"
    assert together.sessions_per_month == 4


def test_two_groups_in_the_same_weeks_are_not_weekly_together():
    together = combine([parse_schedule("第1・第3月曜"), parse_schedule("第1・第3木曜")])
    assert frequency_class(together, permanent_min_days_per_week=3) == "monthly"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        # In no month are there more than two sessions: never weekly, whatever the weeks add up to.
        (["4月〜9月の第1・第3月曜", "10月〜3月の第2・第4月曜"], "monthly"),
        (["4月〜9月の第1・第3月曜", "4月〜9月の第2・第4月曜"], "weekly"),
        # April to September is shared by both: half a year, all four weeks.
        (["4月〜12月の第1・第3月曜", "1月〜9月の第2・第4月曜"], "weekly"),
        # July to September is shared: three months are no season.
        (["4月〜9月の第1・第3月曜", "7月〜12月の第2・第4月曜"], "monthly"),
        # A group of all year and one of three months are four weeks in those months alone.
        (["第1・第3月曜", "4月〜6月の第2・第4月曜"], "monthly"),
        (["偶数月の毎週月曜", "奇数月の毎週火曜"], "weekly"),  # every week, by turns
        # Monday, Wednesday and Friday, but never two of them in one week.
        (["4月〜9月の毎週月・水曜", "10月〜3月の毎週金曜"], "weekly"),
        (["4月〜9月の毎週月・水・金曜", "10月〜3月の毎週金曜"], "permanent"),
    ],
)
def test_groups_of_different_seasons_do_not_fill_each_others_weeks(texts, expected):
    for order in (texts, texts[::-1]):
        together = combine([parse_schedule(text) for text in order])
        assert frequency_class(together, permanent_min_days_per_week=3) == expected


@pytest.mark.parametrize("first", range(1, 13))
def test_any_six_months_in_a_row_are_a_season_and_five_are_none(first):
    for length, expected in ((6, "weekly"), (5, "")):
        months = frozenset((first + step - 1) % 12 + 1 for step in range(length))
        season = Rule("weekday", weekdays=frozenset({MON}), weeks=EVERY_WEEK, months=months)
        found = frequency_class(Schedule(rules=(season,)), permanent_min_days_per_week=3)
        assert found == expected


def test_sessions_of_different_seasons_do_not_add_up():
    def sessions(*texts):
        return combine([parse_schedule(text) for text in texts]).sessions_per_month

    # Two a month in either half of the year are two a month.
    assert sessions("4月〜9月の第1・第3月曜", "10月〜3月の第2・第4月曜") == pytest.approx(2)
    # April to June 2, July to September 4: 18 sessions in the best half year.
    assert sessions("4月〜9月の第1・第3月曜", "7月〜12月の第2・第4月曜") == pytest.approx(3)
    assert sessions("4月〜9月の第1・第3月曜", "第2月曜") == pytest.approx(3)


def test_one_assumed_rule_makes_a_schedule_assumed():
    together = combine([parse_schedule("毎週月曜"), parse_schedule("最終金曜")])
    assert together.is_assumed
    assert not parse_schedule("毎週月曜").is_assumed


@pytest.mark.parametrize(
    ("text", "assumed"),
    [
        ("隔週水曜", False),  # which weeks is not said, and none is taken
        ("月1回程度", True),
        ("年12回", True),
        ("常設", True),  # which days is not said
        ("最終金曜", True),  # the fourth or the fifth
        ("月4回", True),  # taken as weekly, as the national survey does
        ("月3回", False),  # in no known week, so nothing is taken
        ("週4回", False),
        ("年6回", False),
        ("第4金曜", False),
    ],
)
def test_a_rule_whose_weeks_or_days_are_taken_and_not_said_is_assumed(text, assumed):
    assert parse_schedule(text).is_assumed is assumed


@pytest.mark.parametrize(
    ("frequency", "typed"), [("monthly", "毎月1回"), ("weekly", "毎週1回"), ("permanent", "常設")]
)
def test_the_least_of_a_class_is_typed_as_cities_type_it(frequency, typed):
    assert least_schedule(frequency) == typed
    assert kind(typed) == frequency


def test_two_fortnightly_groups_are_not_assumed_to_alternate():
    group = parse_schedule("隔週水曜")
    assert frequency_class(combine([group, group]), permanent_min_days_per_week=3) == "monthly"
    other = parse_schedule("第2・4木曜")
    assert frequency_class(combine([group, other]), permanent_min_days_per_week=3) == "monthly"


def test_counts_without_dates_do_not_combine_to_weekly():
    group = parse_schedule("月2回")
    assert frequency_class(combine([group, group]), permanent_min_days_per_week=3) == "monthly"


def test_weekly_groups_on_different_days_are_permanent_together():
    groups = [parse_schedule(f"毎週{day}曜日") for day in "月水金"]
    assert frequency_class(combine(groups), permanent_min_days_per_week=3) == "permanent"


def test_monday_to_friday_is_printed_as_working_days_and_saturday_is_none():
    assert print_schedule(parse_schedule("毎週月・火・水・木・金曜")) == "平日"
    assert (
        print_schedule(parse_schedule("毎週月・火・水・木・金・土曜"))
        == "毎週月・火・水・木・金・土曜日"
    )


def test_days_of_the_month_are_counted_in_their_weeks():
    # Week n is the days 7n - 6 to 7n.
    days = on(1, 2, 7, 8, 15, 22, 28, 29)
    assert [days.days_in(week) for week in range(1, 6)] == [3, 1, 1, 2, 1]
    assert parse_schedule("毎月1日・2日・8日・15日・22日").days_per_week == 1
    assert parse_schedule("毎月1日・2日・8日・15日").days_per_week == 0


def test_two_groups_on_the_same_day_are_one_day_a_week():
    group = parse_schedule("毎週月曜日")
    assert combine([group, group, group]).days_per_week == 1


def test_no_group_at_all_is_the_unknown_schedule():
    assert combine([]) == Schedule()


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("毎週　月・水　10時〜11時半（祝日休み）", "毎週月・水曜日 10:00〜11:30 ※祝日休み"),
        ("第２，４金曜", "第2・第4金曜日"),
        ("未定", "未定"),
        ("偶数月第2火曜", "偶数月の第2火曜日"),
    ],
)
def test_a_schedule_is_printed_in_one_way(text, printed):
    assert print_schedule(parse_schedule(text)) == printed


WORDS = st.sampled_from(
    [
        *"月火水木金土日",
        *(
            "毎週",
            "毎月",
            "毎日",
            "平日",
            "第",
            "第2",
            "1",
            "3",
            "１０",
            "5日",
            "20日",
            "曜日",
            "曜",
        ),
        *(
            "・",
            "、",
            "〜",
            "～",
            "-",
            "ー",
            "と",
            " ",
            "　",
            "/",
            "(",
            ")",
            "（",
            "）",
            "；",
            "※",
            "。",
        ),
        *(
            "10:00",
            "11時半",
            "午後1時",
            "回",
            "週",
            "隔週",
            "月2回",
            "週3回",
            "年4回",
            "常設",
            "未定",
        ),
        *(
            "不定期",
            "祝日",
            "休み",
            "除く",
            "偶数月",
            "4月",
            "最終",
            "のつく日",
            "の",
            "に",
            "場合",
            "AM",
        ),
        *(
            "夏期",
            "冬期",
            "冬季",
            "夏期10:00〜12:00",
            "(4月〜9月)",
            "休止",
            "8月は休み",
            "日替わり",
        ),
    ]
)


@given(st.lists(WORDS, max_size=14).map("".join))
def test_whatever_is_typed_its_print_says_the_same(text):
    schedule = parse_schedule(text)
    assert parse_schedule(print_schedule(schedule)) == schedule


@given(st.text(max_size=40))
def test_any_text_at_all_is_read_without_an_error(text):
    schedule = parse_schedule(text)
    assert parse_schedule(print_schedule(schedule)) == schedule
    assert schedule.sessions_per_month >= 0
    assert frequency_class(schedule, permanent_min_days_per_week=3) in {
        "",
        "monthly",
        "weekly",
        "permanent",
    }


_days = st.frozensets(st.integers(0, 6), min_size=1)
_months = st.frozensets(st.integers(1, 12), max_size=11)
RULES = st.one_of(
    st.builds(Rule, st.just("weekday"), _days, st.just(EVERY_WEEK), months=_months),
    st.builds(
        Rule,
        st.just("weekday"),
        st.frozensets(st.integers(0, 6)),
        st.frozensets(st.sampled_from([1, 2, 3, 4, LAST]), min_size=1),
        months=_months,
    ),
    st.builds(
        Rule,
        st.just("interval"),
        _days,
        months=_months,
        interval_days=st.sampled_from([14, 21, 28]),
    ),
    st.builds(Rule, st.just("interval"), interval_days=st.sampled_from([2, 3, 5, 10, 30])),
    st.builds(
        Rule,
        st.sampled_from(["weekday"]),
        _days,
        st.just(frozenset({2})),
        every_months=st.integers(2, 6),
        approximate=st.booleans(),
    ),
    st.builds(
        Rule,
        st.just("per_month"),
        times=st.integers(1, 31),
        months=_months,
        approximate=st.booleans(),
    ),
    # Four times a month on Mondays is every Monday: of named days fewer are held than there are.
    _days.flatmap(
        lambda days: st.builds(
            Rule,
            st.just("per_month"),
            st.just(days),
            times=st.integers(1, 3 * len(days)),
            months=_months,
            approximate=st.booleans(),
        )
    ),
    st.builds(
        Rule, st.just("day"), days=st.frozensets(st.integers(1, 31), min_size=1), months=_months
    ),
    st.builds(Rule, st.just("per_week"), times=st.integers(1, 7)),
    st.builds(Rule, st.just("per_year"), times=st.integers(1, 99)),
    st.just(Rule("standing")),
)
SPANS = st.integers(0, 1439).flatmap(
    lambda start: st.tuples(st.just(start), st.none() | st.integers(start + 1, 1440))
)


SEASONS = st.builds(
    Season,
    st.sampled_from(["夏期", "冬期"]),
    st.lists(SPANS, min_size=1, max_size=2).map(tuple),
    _months,
) | st.builds(
    Season,
    st.just(""),
    st.lists(SPANS, min_size=1, max_size=2).map(tuple),
    st.frozensets(st.integers(1, 12), min_size=1),
)


@given(
    st.lists(RULES, max_size=3),
    st.lists(SPANS, max_size=2),
    st.lists(SEASONS, max_size=2).map(tuple),
)
def test_every_schedule_survives_print_and_parse(rules, times, seasons):
    schedule = Schedule(rules=tuple(rules), times=tuple(times), seasons=seasons)
    assert parse_schedule(print_schedule(schedule)) == schedule


@pytest.mark.parametrize("times", [4, 5])
def test_named_days_that_are_held_as_often_as_there_are_are_every_week(times):
    rule = Rule("per_month", frozenset({0}), times=times)
    found = parse_schedule(print_schedule(Schedule((rule,))))
    assert found.rules == (Rule("weekday", frozenset({0}), EVERY_WEEK),)


@given(st.lists(RULES, max_size=3), RULES)
def test_one_more_group_never_lowers_the_class(rules, more):
    order = ["", "monthly", "weekly", "permanent"]
    before = frequency_class(Schedule(tuple(rules)), permanent_min_days_per_week=3)
    after = frequency_class(Schedule((*rules, more)), permanent_min_days_per_week=3)
    assert order.index(after) >= order.index(before)


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
    assert parse_schedule(text).hours == hours
