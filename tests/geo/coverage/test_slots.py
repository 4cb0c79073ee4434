"""Coverage in time, by hand: four homes, four places on a number line, two areas."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geo.coverage.reached import Layering, Limit
from geo.coverage.slots import (
    Pairs,
    SlotPatterns,
    combined_figures,
    combined_homes,
    combined_rows,
    reached_homes,
    slot_figures,
    slot_rows,
)
from geo.schedule.calendar import SLOTS, combined_weeks, slot_bits, slot_masks, weeks_mask
from geo.schedule.typed import parse_schedule

# Homes 0 and 1 in area 0, home 2 in area 1, home 3 in no area: 10, 20, 30 and 40 residents.
# Place 0 (area 0): 毎週火曜 10:00〜12:00            near homes 0, 1
# Place 1 (area 0): 第1・第3金曜 14:00〜15:00         near homes 1, 2
# Place 2 (area 1): 第2・第4土曜 10:00〜13:00         near homes 2, 3
# Place 3 (no area): 毎週火曜, hours not said         near home 3
TEXTS = (
    "毎週火曜 10:00〜12:00",
    "第1・第3金曜 14:00〜15:00",
    "第2・第4土曜 10:00〜13:00",
    "毎週火曜",
)
NEAR = [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3)]
RESIDENTS = pd.DataFrame({"65+": [10.0, 20.0, 30.0, 40.0], "75+": [5.0, 0.0, 10.0, 20.0]})
LAYERING = Layering(
    pd.DataFrame({"area_id": ["a", "b"]}), np.array([0, 0, 1, -1]), np.array([0, 0, 1, -1])
)
WEEKLY = np.array([True, False, False, True])


def pairs(near=NEAR, homes_n=4):
    origin, home = np.array(near, dtype=np.int64).reshape(-1, 2).T
    return Pairs(origin, home, homes_n)


def schedules():
    return [parse_schedule(text) for text in TEXTS]


def slots(near):
    masks = np.array([slot_masks(schedule) for schedule in schedules()])
    hall = np.arange(len(masks))
    place = {
        "weekly": slot_bits(masks, hall, weekly=True),
        "monthly": slot_bits(masks, hall, weekly=False),
    }
    home = {
        (name, Limit(m=500.0)): SlotPatterns.of(
            combined_weeks(near.origin, near.home, bits, near.homes_n)
        )
        for name, bits in place.items()
    }
    return place, home


def table(near=None, residents=RESIDENTS):
    place, home = slots(near or pairs())
    rows = slot_rows(residents.columns, LAYERING, place, list(home))
    return rows.join(slot_figures(residents, LAYERING, home))


def figures(frame, frequency, weekday, half_day, group="65+"):
    rows = frame[
        (frame["frequency"] == frequency)
        & (frame["weekday"] == weekday)
        & (frame["half_day"] == half_day)
        & (frame["age_group"] == group)
    ].set_index("area")
    return rows.loc[[0, 1, -1], ["reached", "places_n"]].to_numpy().tolist()


def test_tuesday_morning_is_had_by_the_homes_of_the_weekly_place():
    # Place 0 alone: homes 0 and 1, 30 residents of area 0. Place 3 says no hours.
    assert figures(table(), "weekly", 1, "am") == [[30.0, 1], [0.0, 0], [0.0, 0]]
    assert figures(table(), "weekly", 1, "am", "75+") == [[5.0, 1], [0.0, 0], [0.0, 0]]
    assert figures(table(), "weekly", 1, "pm") == [[0.0, 0], [0.0, 0], [0.0, 0]]


def test_what_meets_every_other_week_is_in_the_monthly_variant_only():
    assert figures(table(), "weekly", 4, "pm") == [[0.0, 0], [0.0, 0], [0.0, 0]]
    # Friday afternoon, place 1: home 1 (20) in area 0, home 2 (30) in area 1.
    assert figures(table(), "monthly", 4, "pm") == [[20.0, 1], [30.0, 0], [0.0, 0]]
    # Saturday 10:00 to 13:00 is in both halves: place 2, home 2 (30) and home 3 (40, in no area).
    for half_day in ("am", "pm"):
        assert figures(table(), "monthly", 5, half_day) == [[0.0, 0], [30.0, 1], [40.0, 0]]


def test_every_slot_counts_everybody_once():
    sums = table().groupby(["frequency", "weekday", "half_day", "age_group"])["residents"].sum()
    assert len(sums) == 2 * len(SLOTS) * 2
    assert set(sums.xs("65+", level="age_group")) == {100.0}
    assert set(sums.xs("75+", level="age_group")) == {35.0}


def test_of_nobody_nobody_is_reached():
    nobody = table(residents=RESIDENTS * 0.0)
    assert (nobody[["residents", "reached"]] == 0).all(axis=None)


def test_two_halls_that_alternate_are_weekly_together_and_shown_apart():
    weeks = np.array([weeks_mask(schedule) for schedule in schedules()])
    # Home 2 has weeks 1 and 3 at place 1 and weeks 2 and 4 at place 2, and no weekly hall. Home 3
    # has the weekly place 3, whatever its hours; home 1 the weekly place 0.
    found = combined_homes(pairs(), weekly=WEEKLY, weeks=weeks)
    assert found.tolist() == [False, False, True, False]
    counted = combined(homes_of({Limit(m=500.0): pairs()}, weeks))
    rows = counted[counted["age_group"] == "65+"].set_index("area")
    names = ["residents", "reached", "reached_combined"]
    assert rows.loc[0, names].tolist() == [30.0, 30.0, 0.0]
    assert rows.loc[1, names].tolist() == [30.0, 0.0, 30.0]
    assert rows.loc[-1, names].tolist() == [40.0, 40.0, 0.0]


def test_four_monthly_halls_never_make_anybody_weekly_reached():
    texts = ("第1月曜", "第2火曜", "第3水曜", "第4木曜")
    weeks = np.array([weeks_mask(parse_schedule(text)) for text in texts])
    near = pairs([(0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (1, 1), (2, 1)], 2)
    nothing = np.zeros(4, dtype=bool)
    assert reached_homes(near, nothing).tolist() == [False, False]
    assert combined_homes(near, weekly=nothing, weeks=weeks).tolist() == [True, False]


def combined(homes):
    rows = combined_rows(RESIDENTS.columns, LAYERING, homes)
    return rows.join(combined_figures(RESIDENTS, LAYERING, homes))


def homes_of(near, weeks):
    return {
        limit: (reached_homes(one, WEEKLY), combined_homes(one, weekly=WEEKLY, weeks=weeks))
        for limit, one in near.items()
    }


def test_each_limit_has_rows_of_its_own():
    weeks = np.array([weeks_mask(schedule) for schedule in schedules()])
    near = {Limit(m=300.0): pairs([(0, 0)]), Limit(m=500.0): pairs()}
    counted = combined(homes_of(near, weeks))
    reached = counted[counted["age_group"] == "65+"].groupby("walk_limit_m")["reached"].sum()
    # 300 m: home 0. 500 m: homes 0, 1 and 3.
    assert reached.to_dict() == {300.0: 10.0, 500.0: 70.0}


NEARS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12)


@given(NEARS, st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_a_further_walk_lowers_no_slot_and_order_changes_nothing(near, further):
    before = table(pairs(near))
    after = table(pairs([*near, further]))
    assert (after["reached"] >= before["reached"] - 1e-9).all()
    pd.testing.assert_frame_equal(after, table(pairs([further, *reversed(near)])))


@given(NEARS)
def test_the_slots_together_reach_just_whom_the_places_with_hours_reach(near):
    near = pairs(near)
    place, home = slots(near)
    for frequency in ("weekly", "monthly"):
        known = reached_homes(near, place[frequency] != 0)
        had = home[frequency, Limit(m=500.0)]
        assert (had.bits[had.of_home] != 0).tolist() == known.tolist()
    frame = table(near)
    anywhere = reached_homes(near, np.ones(4, dtype=bool))
    for group in RESIDENTS:
        most = frame[frame["age_group"] == group].groupby(["frequency", "weekday", "half_day"])
        reached = most["reached"].sum()
        assert reached.max() <= RESIDENTS[group].to_numpy()[anywhere].sum() + 1e-9
    both = frame.pivot_table(
        index=["area", "weekday", "half_day", "age_group"], columns="frequency", values="reached"
    )
    assert (both["weekly"] <= both["monthly"] + 1e-9).all()
    assert (frame["reached"] <= frame["residents"] + 1e-9).all()
