"""Slots and weekly by combination on the town of one street (tests/datedtown.py)."""

import pytest

from services.results.run import coverage_frame
from services.results.slots import (
    COMBINED_COLUMNS,
    SLOT_COLUMNS,
    combined_frame,
    combined_sentence,
    slot_sentence,
    slots_frame,
    unknown_sentence,
)
from services.situation.parameters import Parameters
from services.situation.view import Situation
from tests.datedtown import dated_workspace

# Within 500 m: A (100 m) has h0 and h1, D and D2 (1390 m, one hall) h2, F (1100 m) h1 and h2.
ROWS = (
    ("A", 100.0, "毎週月曜日10:00〜11:30", "active", "2010-04-01", "", "", "vA"),
    ("D", 1390.0, "第1・第3木曜日10:00〜12:00", "active", "2012-10-01", "", "", "vD"),
    ("D2", 1390.0, "第2・第4木曜日10:00〜12:00", "active", "2021-04-01", "", "", "vD"),
    ("F", 1100.0, "毎週火曜日", "suspended", "2010-04-01", "2020-03-01", "", "vF"),
    ("G", 1900.0, "週3回", "active", "2010-04-01", "", "", "vG"),
)
# Two halls that alternate, both near h3 (1900 m) alone.
APART = (
    ("P", 1800.0, "第1・第3水曜日10:00〜12:00", "active", "2010-04-01", "", "", "vP"),
    ("Q", 2000.0, "第2・第4金曜日14:00〜16:00", "active", "2010-04-01", "", "", "vQ"),
)


def situation(folder, *rows):
    workspace = dated_workspace(folder, *rows)
    return Situation(
        workspace, Parameters.of(workspace.profile, walk_limit_m=None, walking_profile=None)
    )


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return situation(tmp_path_factory.mktemp("slots"), *ROWS)


def reached(frame, *, layer="district", limit_m=500.0, group="65+", **wanted):
    chosen = (frame["layer"] == layer) & (frame["walk_limit_m"] == limit_m)
    chosen &= frame["age_group"] == group
    for name, value in wanted.items():
        chosen &= frame[name] == value
    rows = frame[chosen & ~frame["remainder"]]
    return dict(zip(rows["area_id"], rows["reached"], strict=True))


def test_each_slot_has_the_residents_of_the_places_that_meet_in_it(town):
    frame = slots_frame(town)
    assert tuple(frame.columns) == SLOT_COLUMNS
    weekly = {"frequency": "weekly", "half_day": "am"}
    # Monday morning, A: h0 (20) and h1 (30) in the western district.
    assert reached(frame, weekday=0, **weekly) == {"w": 50.0, "e": 0.0}
    # Thursday morning, the hall of D and D2 in turn: h2 (50) in the eastern one.
    assert reached(frame, weekday=3, **weekly) == {"w": 0.0, "e": 50.0}
    # F is suspended, and G says no weekday.
    assert reached(frame, weekday=1, **weekly) == {"w": 0.0, "e": 0.0}
    assert reached(frame, weekday=0, limit_m=300.0, **weekly) == {"w": 20.0, "e": 0.0}
    assert reached(frame, weekday=0, group="total", **weekly) == {"w": 150.0, "e": 0.0}
    # Nobody meets in the afternoon.
    assert frame["reached"].sum() == frame.loc[frame["half_day"] == "am", "reached"].sum()


def test_the_slots_add_up_to_the_residents_of_the_coverage(town):
    slots = slots_frame(town)
    covered = coverage_frame(town)
    covered = covered[covered["profile"] == town.walking.profile.id]
    keys = ["layer", "area_id", "age_group"]
    for weekday in range(7):
        one = slots[
            (slots["weekday"] == weekday)
            & (slots["half_day"] == "am")
            & (slots["frequency"] == "weekly")
            & (slots["walk_limit_m"] == 500.0)
        ].astype(dict.fromkeys(keys, object))
        all_of = covered[(covered["frequency"] == "weekly") & (covered["walk_limit_m"] == 500.0)]
        both = one.merge(all_of, on=keys, suffixes=("", "_any"))
        assert len(both) == len(one) == len(all_of)
        assert both["residents"].tolist() == both["residents_any"].tolist()
        assert (both["reached"] <= both["reached_any"] + 1e-9).all()


def test_places_say_which_slots_they_fill_and_why_they_fill_none(town):
    places = town.places.set_index("place_id")
    assert places["slots_unknown"].to_dict() == {
        "A": "",
        "D": "",
        "D2": "",
        "F": "no_hours",
        "G": "no_weekday",
    }
    # Bit 0 is Monday morning, bit 6 Thursday morning.
    assert places["slots_weekly"].to_dict() == {"A": 1, "D": 64, "D2": 64, "F": 0, "G": 0}
    assert unknown_sentence(town.places, "ja").startswith("曜日か時間のわからない場1か所は")
    assert "1 places" in unknown_sentence(town.places, "en")
    assert unknown_sentence(town.places[town.places["place_id"] == "A"], "en") == ""
    # 毎月15日・25日 10:00: its days are known.
    by_date = town.places[town.places["place_id"] == "A"].assign(slots_unknown="by_date")
    said = unknown_sentence(by_date, "ja")
    assert "わからない" not in said
    assert "日付で決まっている場1か所" in said


def test_a_row_is_said_in_both_languages(town):
    frame = slots_frame(town)
    city = frame[
        (frame["layer"] == "city")
        & (frame["age_group"] == "65+")
        & (frame["frequency"] == "weekly")
        & (frame["walk_limit_m"] == 500.0)
        & (frame["weekday"] == 0)
        & (frame["half_day"] == "am")
    ]
    row, rest = city.to_dict("records")
    # 50 of 200.
    assert slot_sentence(row, "ja") == (
        "月曜の午前に歩いて行ける場がある人: 65歳以上の25.0\N{FULLWIDTH PERCENT SIGN}（毎週、500m以内）"
    )
    assert slot_sentence(row, "en") == (
        "25.0 % of residents aged 65 and over have a place every Monday morning, within a 500 m walk"
    )
    assert slot_sentence(rest, "ja") == "65歳以上の住民がいません"


def test_alternating_halls_are_shown_apart_from_the_main_figure(tmp_path):
    town = situation(tmp_path, *APART)
    frame = combined_frame(town)
    assert tuple(frame.columns) == COMBINED_COLUMNS
    city = frame[(frame["layer"] == "city") & (frame["age_group"] == "65+") & ~frame["remainder"]]
    rows = city.set_index("walk_limit_m")
    # h3 (100 residents of 200) walks 100 m to either hall; neither is weekly alone.
    for limit_m in (300.0, 500.0):
        assert rows.loc[limit_m, ["reached", "reached_combined"]].tolist() == [0.0, 100.0]
        assert rows.loc[limit_m, "combined_pct"] == 50.0
    sentence = combined_sentence(rows.reset_index().to_dict("records")[0], "ja")
    assert "65歳以上の50.0" in sentence
    covered = coverage_frame(town)
    assert covered.loc[covered["frequency"] == "weekly", "reached"].sum() == 0.0


def test_one_hall_that_alternates_is_weekly_and_not_apart(town):
    frame = combined_frame(town)
    assert reached(frame) == {"w": 50.0, "e": 150.0}  # A; D and D2; G three times a week
    assert frame["reached_combined"].sum() == 0.0
    assert combined_sentence(frame.to_dict("records")[0], "ja") == ""


def test_a_town_without_a_place_reaches_nobody_in_any_slot(tmp_path):
    closed = ("A", 100.0, "毎週月曜日10:00〜11:30", "closed", "2010-04-01", "", "2012-03-31", "vA")
    town = situation(tmp_path, closed)
    slots, combined = slots_frame(town), combined_frame(town)
    assert slots["reached"].sum() == combined["reached"].sum() == 0.0
    inhabited = slots[slots["residents"] > 0]
    assert (inhabited["coverage_pct"] == 0.0).all()
