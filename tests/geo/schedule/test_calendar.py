"""Week masks and slots: what a schedule offers when, and what several offer together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.schedule.calendar import (
    SLOTS,
    combined_weeks,
    is_monthly,
    is_weekly,
    slot_bits,
    slot_masks,
    together,
    unknown_slots,
    weeks_mask,
)
from geo.schedule.meeting import Rule
from geo.schedule.typed import Schedule, combine, frequency_class, parse_schedule

DAYS = "月火水木金土日"


def weeks_of(text):
    """Return {month: weeks} of a text, read bit by bit as the module says: 4 (m - 1) + (w - 1)."""
    mask = weeks_mask(parse_schedule(text))
    found = {
        m: {w for w in range(1, 5) if mask & (1 << (4 * (m - 1) + w - 1))} for m in range(1, 13)
    }
    return {month: weeks for month, weeks in found.items() if weeks}


def slots_of(text, *, weekly=True):
    """Return the slots of one group alone at its hall, as 月午前 …"""
    masks = np.array([slot_masks(parse_schedule(text))])
    bits = int(slot_bits(masks, np.array([0]), weekly=weekly)[0])
    return names(bits)


def names(bits):
    words = {"am": "午前", "pm": "午後"}
    return {DAYS[day] + words[half] for s, (day, half) in enumerate(SLOTS) if bits & (1 << s)}


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("毎週月曜", {1, 2, 3, 4}),
        ("第1・第3水曜", {1, 3}),
        ("隔週水曜", set()),  # since when nobody says
        ("最終金曜", {4}),
        ("第5金曜", set()),
        ("毎月5日・20日", {1, 3}),  # the 5th is in week 1, the 20th in week 3
        ("月2回", set()),
        ("月4回", {1, 2, 3, 4}),
        ("週1回", {1, 2, 3, 4}),
        ("常設", {1, 2, 3, 4}),
        ("年6回", set()),
        ("未定", set()),
    ],
)
def test_the_weeks_are_those_in_which_it_surely_meets_in_every_month(text, weeks):
    assert weeks_of(text) == (dict.fromkeys(range(1, 13), weeks) if weeks else {})


def test_a_season_meets_in_its_months_only():
    assert weeks_of("4月〜6月の第2火曜") == {4: {2}, 5: {2}, 6: {2}}
    assert set(weeks_of("偶数月第2火曜")) == {2, 4, 6, 8, 10, 12}


def weekly(*texts):
    mask = 0
    for text in texts:
        mask |= weeks_mask(parse_schedule(text))
    return bool(is_weekly(np.array([mask]))[0])


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["毎週月曜"], True),
        (["第1・第3月曜", "第2・第4木曜"], True),
        (["第1・第3月曜", "第1・第3木曜"], False),
        (["隔週水曜", "隔週木曜"], False),  # nobody says that they alternate
        (["隔週水曜", "第2・第4木曜"], False),
        (["隔週水曜（第1・3）", "第2・第4木曜"], True),
        (["第1月曜", "第2火曜", "第3水曜", "第4木曜"], True),
        (["月2回", "月2回"], False),
        ([], False),
        (["4月〜11月の毎週月曜"], True),  # weekly in its season, as its class says
        (["11月〜4月の毎週月曜"], True),  # a season over the turn of the year
        (["7月〜9月の毎週月曜"], False),
        (["偶数月の毎週月曜"], False),
        (["偶数月の毎週月曜", "奇数月の毎週火曜"], True),
        # Never in the same month: in summer weeks 1 and 3, in winter weeks 2 and 4.
        (["4月〜9月の第1・第3月曜", "10月〜3月の第2・第4月曜"], False),
        (["4月〜9月の第1・第3月曜", "4月〜9月の第2・第4月曜"], True),
    ],
)
def test_places_are_weekly_together_if_they_fill_each_week_of_a_season(texts, expected):
    assert weekly(*texts) is expected


# The first and the last month of a season, as far into the year as it goes; none: all year.
SEASONS = st.just(frozenset()) | st.tuples(st.integers(1, 12), st.integers(1, 11)).map(
    lambda season: frozenset((season[0] + step - 1) % 12 + 1 for step in range(season[1]))
)
RULES = st.one_of(
    st.builds(
        Rule,
        st.just("weekday"),
        weekdays=st.frozensets(st.integers(0, 6)),
        weeks=st.frozensets(st.integers(1, 6), min_size=1),
        months=SEASONS,
    ),
    st.builds(
        Rule,
        st.just("interval"),
        weekdays=st.frozensets(st.integers(0, 6)),
        interval_days=st.sampled_from([2, 5, 7, 10, 14, 21, 35]),
        every_months=st.sampled_from([1, 1, 2]),
    ),
    st.builds(Rule, st.just("day"), days=st.frozensets(st.integers(1, 31), min_size=1)),
    st.builds(Rule, st.sampled_from(["per_week", "per_month"]), times=st.integers(1, 5)),
    st.builds(Rule, st.just("per_year"), times=st.integers(1, 24)),
    st.just(Rule("standing")),
)
SPANS = st.tuples(st.integers(360, 1200), st.none() | st.integers(10, 240)).map(
    lambda span: (span[0], None if span[1] is None else span[0] + span[1])
)
SCHEDULES = st.builds(
    lambda rules, times: Schedule(tuple(rules), tuple(times)),
    st.lists(RULES, max_size=3),
    st.lists(SPANS, max_size=2),
)


@given(st.lists(SCHEDULES, max_size=3))
def test_groups_are_weekly_together_just_where_their_class_says_so(groups):
    mask = 0
    for group in groups:
        mask |= weeks_mask(group)
    known = frequency_class(combine(groups), permanent_min_days_per_week=3)
    assert is_weekly(np.array(mask)) == (known in ("weekly", "permanent"))


@given(SCHEDULES, SCHEDULES)
def test_a_further_group_takes_no_week_away(one, other):
    alone, both = weeks_mask(one), weeks_mask(combine([one, other]))
    assert alone & both == alone


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("毎週月曜 10:00〜11:30", {"月午前"}),
        ("毎週月曜 13:30〜15:00", {"月午後"}),
        ("毎週月曜 11:00〜13:00", {"月午前", "月午後"}),  # over noon
        ("毎週月曜 10:00〜12:00", {"月午前"}),  # ends at noon
        ("毎週月曜 12:00〜13:00", {"月午後"}),  # starts at noon
        ("毎週月曜 19:00〜20:00", {"月午後"}),  # an evening
        ("毎週月曜 10:00から", {"月午前"}),  # nobody says whether it goes on after noon
        ("毎週月・金曜 10:00〜12:00、13:00〜15:00", {"月午前", "月午後", "金午前", "金午後"}),
        ("毎週月曜", set()),
        ("週3回 10:00〜12:00", set()),
        ("常設", set()),
        ("第1・第3火曜 10:00〜12:00", set()),  # not weekly
        ("第1・第3火曜 第2・第4火曜 10:00〜12:00", {"火午前"}),
        # Two rules, two hours: which hours are Monday's is not said.
        ("毎週月曜、毎週金曜 10:00〜12:00、13:00〜15:00", set()),
        ("毎週月曜 夏期9:00〜11:00、冬期13:00〜15:00", {"月午前", "月午後"}),  # half a year each
        ("毎週月曜 夏期(7月〜9月)9:00〜11:00、冬期(10月〜6月)13:00〜15:00", {"月午後"}),
        ("未定", set()),
    ],
)
def test_a_slot_is_a_named_weekday_and_a_known_half_of_the_day_every_week(text, slots):
    assert slots_of(text) == slots


def test_the_monthly_variant_has_what_meets_every_month():
    assert slots_of("第1・第3火曜 10:00〜12:00", weekly=False) == {"火午前"}
    # Which Wednesdays is not said, but some of them in every month.
    assert slots_of("隔週水曜 10:00〜12:00", weekly=False) == {"水午前"}
    assert slots_of("火曜（月2回） 13:00〜14:00", weekly=False) == {"火午後"}
    assert slots_of("隔週水曜 10:00〜12:00") == set()
    assert slots_of("隔月第2火曜 10:00〜12:00", weekly=False) == set()
    assert slots_of("第5火曜 10:00〜12:00", weekly=False) == set()
    assert slots_of("偶数月第2火曜 10:00〜12:00", weekly=False) == set()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("毎週月曜 10:00〜11:30", ""),
        ("毎週月曜 10:00から", ""),
        ("第5火曜 10:00〜12:00", ""),
        ("毎週月曜", "no_hours"),
        ("毎週月曜、毎週金曜 10:00〜12:00、13:00〜15:00", "no_hours"),
        ("週3回 10:00〜12:00", "no_weekday"),
        ("毎月15日・25日 10:00", "by_date"),  # its days are known, and fall on any weekday
        ("毎月5日、毎週月曜 10:00〜12:00", "by_date"),
        ("毎月5日；週3回 10:00〜12:00", "no_weekday"),
        ("常設", "no_weekday"),
        ("未定", "no_schedule"),
        ("", "no_schedule"),
    ],
)
def test_what_is_in_no_slot_says_why(text, why):
    assert unknown_slots(parse_schedule(text)) == why


def test_two_groups_that_alternate_at_one_hall_make_a_weekly_slot_two_halls_do_not():
    masks = np.array(
        [
            slot_masks(parse_schedule(f"{weeks}火曜 10:00〜12:00"))
            for weeks in ("第1・第3", "第2・第4")
        ]
    )
    one_hall = slot_bits(masks, np.array([0, 0]), weekly=True)
    two_halls = slot_bits(masks, np.array([0, 1]), weekly=True)
    assert [names(int(bits)) for bits in one_hall] == [{"火午前"}, {"火午前"}]
    assert two_halls.tolist() == [0, 0]


def test_a_group_has_none_of_the_slots_of_another_group_at_its_hall():
    masks = np.array(
        [
            slot_masks(parse_schedule(text))
            for text in ("毎週火曜 10:00〜12:00", "毎週金曜 14:00〜15:00")
        ]
    )
    bits = slot_bits(masks, np.array([0, 0]), weekly=True)
    assert [names(int(value)) for value in bits] == [{"火午前"}, {"金午後"}]


@given(SCHEDULES)
def test_slots_lie_in_the_weeks_of_the_schedule_and_weekly_ones_are_monthly(schedule):
    weeks = weeks_mask(schedule)
    masks = np.array([slot_masks(schedule)])
    assert all(mask & weeks == mask for mask in masks[0].tolist())
    some = slot_bits(masks, np.array([0]), weekly=False)
    every = slot_bits(masks, np.array([0]), weekly=True)
    assert (every & some == every).all()
    if every[0]:
        assert is_weekly(np.array(weeks))
        assert is_monthly(np.array(weeks))


def test_no_place_offers_nothing():
    none = np.zeros(0, dtype=np.int64)
    assert combined_weeks(none, none, none, 3).tolist() == [0, 0, 0]
    assert together(none, none).tolist() == []
    assert slot_bits(np.zeros((0, 14), dtype=np.int64), none, weekly=True).tolist() == []


@given(st.data())
def test_what_a_home_is_offered_is_the_or_over_its_places_in_any_order(data):
    masks = np.array(data.draw(st.lists(st.integers(0, 2**48 - 1), min_size=1, max_size=5)))
    pair = st.tuples(st.integers(0, len(masks) - 1), st.integers(0, 3))
    pairs = data.draw(st.lists(pair, max_size=12))
    expected = [0, 0, 0, 0]
    for place, at in pairs:
        expected[at] |= int(masks[place])
    shuffled = data.draw(st.permutations(pairs))
    origin, home = np.array(shuffled, dtype=np.int64).reshape(-1, 2).T
    assert combined_weeks(origin, home, masks, 4).tolist() == expected
