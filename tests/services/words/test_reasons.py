import math

import pytest

from services.words.reasons import candidate, sign_note, unit_why

UNIT = {
    "gap": "none",
    "residents": 300.0,
    "unreached": 300.0,
    "places_unknown_n": 0,
    "reason": "nearest_weekly",
    "age_group": "65+",
    "walk_limit_m": 500.0,
    "walk_limit_min": math.nan,
    "needs_transport_below": 20.0,
    "council_id": "west",
    "nearest_place_name": "上町会館",
    "nearest_place_council_id": "west",
    "nearest_place_council_name": "西地区",
    "nearest_place_walk_m": 890.0,
    "nearest_place_walk_min": 14.8,
    "nearest_place_straight_m": 800.0,
    "nearest_place_climb_m": 0.0,
    "nearest_place_steps": 0.0,
}
SITE = {
    "action": "open",
    "days_unknown": False,
    "newly_reached": 412.4,
    "newly_reached_alone": 412.4,
    "overlap_pct": 20.0,
    "units_gained": [],
    "age_group": "65+",
    "walk_limit_m": 500.0,
    "walk_limit_min": math.nan,
    "schedule_text": "",
    "schedule_assumed": False,
}


def test_the_nearest_place_is_named_with_metres_and_minutes() -> None:
    assert unit_why(UNIT, "ja") == "いちばん近い週1の場は「上町会館」（890m・15分）です"
    assert unit_why(UNIT, "en") == "the nearest weekly place is 上町会館 (890 m · 15 min)"


def test_a_detour_is_named_from_one_and_a_half_times_on() -> None:
    far = {"nearest_place_walk_m": 1200.0, "nearest_place_walk_min": 20.0}
    east = {"nearest_place_council_id": "east", "nearest_place_council_name": "東地区"}
    assert unit_why({**UNIT, **far, **east}, "ja") == (
        "いちばん近い週1の場は「上町会館」（1,200m・20分）で、東地区にあります。"
        "まっすぐなら800mですが、道のりは1.5倍です"
    )


@pytest.mark.parametrize(
    ("walk_m", "straight_m", "doubtful"),
    [(1601.0, 800.0, True), (1600.0, 800.0, False), (150.0, 50.0, True), (149.0, 50.0, False)],
)
def test_more_than_twice_the_straight_line_is_doubted(walk_m, straight_m, doubtful) -> None:
    row = {"nearest_place_walk_m": walk_m, "nearest_place_straight_m": straight_m}
    said = unit_why({**UNIT, **row}, "ja")
    assert said.endswith("。この道のりは実際と違うかもしれません") is doubtful
    doubt = "this way may differ from the real one"
    assert (doubt in unit_why({**UNIT, **row}, "en")) is doubtful


@pytest.mark.parametrize(
    ("climb_m", "steps_n", "ja", "en"),
    [
        (
            12.4,
            40.0,
            "890m・15分・のぼり12m・階段約40段",
            "890 m · 15 min · 12 m up · about 40 steps",
        ),
        (5.0, 0.9, "890m・15分・のぼり5m", "890 m · 15 min · 5 m up"),
        (4.9, 1.0, "890m・15分・階段約1段", "890 m · 15 min · about 1 steps"),
        (4.9, 0.0, "890m・15分", "890 m · 15 min"),
        (float("nan"), float("nan"), "890m・15分", "890 m · 15 min"),
    ],
)
def test_a_climb_from_five_metres_and_every_step_are_named(climb_m, steps_n, ja, en) -> None:
    row = {**UNIT, "nearest_place_climb_m": climb_m, "nearest_place_steps": steps_n}
    assert f"（{ja}）" in unit_why(row, "ja")
    assert f"({en})" in unit_why(row, "en")


def test_a_reason_that_is_not_shown_is_no_sentence() -> None:
    assert unit_why({**UNIT, "reason": ""}, "ja") == ""


def test_a_candidate_says_what_it_gains_for_whom_and_the_overlap() -> None:
    units = ["一丁目", "二丁目", "三丁目", "四丁目"]
    assert candidate({**SITE, "units_gained": units}, "ja") == (
        "ここに週1の場を開くと、新たに65歳以上412人が歩いて500m以内になります。"
        "新たに届くのは一丁目・二丁目・三丁目など4か所の住民です。"
        "範囲の住民の20％には、すでに週1の場があります。"
    )
    assert "they live in 一丁目, 二丁目, 三丁目 and others, 4 in all; 20 % of" in candidate(
        {**SITE, "units_gained": units}, "en"
    )


def test_a_candidate_says_what_it_gains_by_itself_and_what_is_left_after_those_before_it() -> None:
    row = {**SITE, "newly_reached": 30.0, "newly_reached_alone": 412.4}
    assert candidate(row, "ja").startswith(
        "ここに週1の場を開くと、新たに65歳以上412人が歩いて500m以内になります。"
        "順位が上の候補がすべて開いたあとなら、新たに届くのは30人です。"
    )
    # What is written alike is said once.
    assert "順位" not in candidate({**row, "newly_reached": 412.1}, "ja")


def test_a_unit_without_streets_in_the_data_is_not_said_to_need_transport() -> None:
    row = {**UNIT, "reason": "off_streets", "residents": 40.0}
    assert "どの家の近くにも道のデータがない" in unit_why({**row, "off_streets": 40.0}, "ja")
    assert "半分を超える人の家" in unit_why({**row, "off_streets": 20.0}, "ja")
    assert "場はありますが" in unit_why({**row, "reason": "place_off_streets"}, "ja")


def test_a_candidate_that_few_people_gain_by_says_few() -> None:
    row = {**SITE, "newly_reached": 9.0, "newly_reached_alone": 9.0}
    assert "新たに65歳以上10人未満が歩いて500m以内に" in candidate(row, "ja", 10)
    assert "fewer than 10 more residents aged 65 and over" in candidate(row, "en", 10)
    assert "新たに65歳以上9人が" in candidate(row, "ja")


def test_a_limit_of_minutes_is_said_in_minutes() -> None:
    row = {**SITE, "walk_limit_m": math.nan, "walk_limit_min": 10.0}
    assert "歩いて10分以内" in candidate(row, "ja")
    assert "within 10 min" in candidate(row, "en")
    minutes = {"walk_limit_m": math.nan, "walk_limit_min": 7.5}
    assert "歩いて7.5分以内" in unit_why({**UNIT, "reason": "needs_transport", **minutes}, "ja")


def test_an_upgrade_starts_from_what_the_place_does_today() -> None:
    gain = {"newly_reached": 10.0, "newly_reached_alone": 10.0}
    row = {**SITE, "action": "upgrade", "age_group": "75+", **gain}
    said = candidate({**row, "schedule_text": "毎月第2金曜日"}, "ja")
    assert said.startswith("いまの場（毎月第2金曜日）を週1回にすると、新たに75歳以上10人が")
    taken = {**row, "schedule_text": "第2金曜日", "schedule_assumed": True}
    assert candidate(taken, "ja").startswith("いまの場（第2金曜日・みなし）を")
    # Of a place without a schedule nobody knows whether it is monthly: that is asked first.
    unknown = candidate({**row, "days_unknown": True, "units_gained": ["a"]}, "ja")
    assert unknown.startswith("開催日のわからない場です。まず開催日を確かめます。")
    assert "75歳以上10人について決まります。決まるのはaの住民についてです" in unknown
    assert "月1" not in unknown
    assert "めます。歩いて500m以内" in unknown


def test_a_unit_of_unknown_days_says_so_before_what_is_near() -> None:
    row = {**UNIT, "gap": "unknown", "places_unknown_n": 2}
    first = "区域の中に開催日のわからない場が2か所あります。毎週ひらいていれば○になります。"
    assert unit_why(row, "ja").startswith(first + "いちばん近い週1の場は")
    nowhere = unit_why({**row, "reason": "no_way_known"}, "ja")
    assert nowhere == first + "道をたどって着ける場に、毎週ひらくとわかっているものはありません"


@pytest.mark.parametrize(
    ("gap", "unreached", "said"),
    [
        (
            "weekly_or_more",
            283.0,
            "「週1以上の場がある」は区域の中の場のことです。届いていない人は",
        ),
        ("weekly_or_more", 0.4, ""),
        ("none", 300.0, ""),
        ("none", 100.0, "「場がない」は区域の中の場のことです。届いている人は、区域の外"),
        ("none", 0.0, "「場がない」は区域の中の場のことです。住んでいる人はみな、区域の外"),
        ("unknown", 100.0, "「週1の場があるかわからない」は区域の中の場のことです。届いている人は"),
    ],
)
def test_where_the_sign_and_the_people_differ_it_is_said_why(gap, unreached, said) -> None:
    note = sign_note({**UNIT, "gap": gap, "unreached": unreached}, "ja")
    assert note.startswith(said)
    assert bool(note) == bool(said)


def test_where_no_site_could_gather_enough_transport_is_named() -> None:
    row = {**UNIT, "reason": "needs_transport"}
    assert "送迎" in unit_why(row, "ja")
    assert "fewer than 20 residents aged 65 and over would be within 500 m" in unit_why(row, "en")
