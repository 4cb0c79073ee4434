"""Provision, by hand on a number line, and by properties on drawn towns."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coverage.provision import (
    Offer,
    Uptake,
    access_bounds,
    fill,
    provide,
    provision,
    seats_per_week,
    two_step_access,
)
from geo.coverage.reached import Layering
from geo.errors import InvalidInputError
from geo.walking.reach import Walks


def supply(walk_m, seats, counts=None, homes_n=None):
    """Make a supply of {(place, home): metres}."""
    pairs = sorted(walk_m)
    origin = np.array([place for place, _ in pairs], dtype=np.int64)
    home = np.array([at for _, at in pairs], dtype=np.int64)
    walk = np.array([walk_m[pair] for pair in pairs], dtype=float)
    homes_n = homes_n if homes_n is not None else int(home.max()) + 1
    counts = np.ones(len(seats), dtype=bool) if counts is None else np.array(counts)
    nearest = np.full(homes_n, np.inf)
    for (place, at), metre in walk_m.items():
        if counts[place]:
            nearest[at] = min(nearest[at], metre)
    walks = Walks(origin, home, walk, len(seats), homes_n, 500.0)
    return Offer(walks, nearest, np.array(seats, dtype=float), counts)


def test_seats_of_a_week_are_twelve_months_of_sessions_over_52_weeks():
    # 20 seats, weekly is 52/12 sessions a month: 20 a week; 第2・第4 two a month: 40 * 12 / 52.
    found = seats_per_week(np.array([20.0, 20.0]), np.array([52 / 12, 2.0]))
    assert found == pytest.approx([20.0, 480 / 52])


def test_places_fill_from_the_nearest_home_on():
    # Room for 10 / 0.1 = 100. Home 0 (60) at 100 m, home 1 (60) at 200 m, home 2 (60) at 300 m.
    town = supply({(0, 0): 100.0, (0, 1): 200.0, (0, 2): 300.0}, [10.0])
    assert fill(town, np.full(3, 60.0), rate=0.1).tolist() == [60.0, 40.0, 0.0]


def test_who_finds_no_room_goes_to_the_next_place():
    # Place 0 has room for 50, place 1 for 100. At 100 m home 0 (60) fills place 0; home 1 (60) at
    # 150 m finds it full. Home 0's last 10 and then home 1's 60 go to place 1 (400 m, 450 m).
    town = supply({(0, 0): 100.0, (0, 1): 150.0, (1, 0): 400.0, (1, 1): 450.0}, [5.0, 10.0])
    assert fill(town, np.full(2, 60.0), rate=0.1).tolist() == [60.0, 60.0]
    town = supply({(0, 0): 100.0, (0, 1): 150.0, (1, 0): 400.0, (1, 1): 450.0}, [5.0, 5.0])
    assert fill(town, np.full(2, 60.0), rate=0.1).tolist() == pytest.approx([60.0, 40.0])


def test_homes_at_the_same_walk_share_in_proportion():
    # 30 of room for 20 + 40 at the same walk: half of each.
    town = supply({(0, 0): 100.0, (0, 1): 100.0}, [3.0])
    assert fill(town, np.array([20.0, 40.0]), rate=0.1) == pytest.approx([10.0, 20.0])


def test_a_home_between_two_places_asks_again_where_one_is_full():
    # Home 0 (40) ties between place 0 (room 10) and place 1 (room 60): it asks each for 20, gets
    # 10 and 20, and then the last 10 from place 1. Home 1 (20) also asks place 1 at that walk.
    town = supply({(0, 0): 100.0, (1, 0): 100.0, (1, 1): 100.0}, [1.0, 6.0])
    assert fill(town, np.array([40.0, 20.0]), rate=0.1) == pytest.approx([40.0, 20.0])
    # With room of 30 in place 1: 20 + 20 asked of 30, so 15 each; nothing is left.
    town = supply({(0, 0): 100.0, (1, 0): 100.0, (1, 1): 100.0}, [1.0, 3.0])
    assert fill(town, np.array([40.0, 20.0]), rate=0.1) == pytest.approx([25.0, 15.0])


def test_a_place_that_does_not_count_has_no_room():
    town = supply({(0, 0): 100.0, (1, 1): 100.0}, [5.0, 5.0], [True, False])
    assert fill(town, np.full(2, 10.0), rate=0.1).tolist() == [10.0, 0.0]
    assert two_step_access(town, np.full(2, 10.0)).tolist() == [0.5, 0.0]


def test_two_step_access_by_hand():
    # Place 0: 12 seats for home 0 (20) and home 1 (40): 0.2 each. Place 1: 10 seats for home 1: 0.25.
    town = supply({(0, 0): 1.0, (0, 1): 2.0, (1, 1): 3.0}, [12.0, 10.0, 7.0], homes_n=3)
    weight = np.array([20.0, 40.0, 99.0])
    found = two_step_access(town, weight)
    assert found == pytest.approx([0.2, 0.45, 0.0])
    # 20 * 0.2 + 40 * 0.45 = 22 = 12 + 10; nobody lives near place 2.
    assert found @ weight == pytest.approx(22.0)


def test_uptake_falls_with_the_walk_and_says_both_ends():
    low, high = Uptake(0.08, 158.0, 1288.0).at(np.array([0.0, 300.0, 1000.0, np.inf]))
    assert low[0] == high[0] == 0.08
    # The two salons: 15 % come from beyond 300 m, 46 % from beyond 1 km.
    assert low[1] / 0.08 == pytest.approx(0.15, abs=0.001)
    assert high[2] / 0.08 == pytest.approx(0.46, abs=0.001)
    assert low[3] == high[3] == 0.0
    assert (low <= high).all()
    # The order of both decays does not matter.
    assert Uptake(0.08, 1288.0, 158.0).at(np.array([300.0]))[0][0] == low[1]


@pytest.mark.parametrize("wrong", [{"rate": 0.0}, {"rate": 1.5}, {"decay_short_m": 0.0}])
def test_an_uptake_that_is_none_is_refused(wrong):
    with pytest.raises(InvalidInputError, match="participation rate"):
        Uptake(**wrong)


def table():
    """Two areas: homes 0 and 1 in the first, 2 in the second, 3 in none; nobody is 75+ in home 2."""
    residents = pd.DataFrame({"65+": [60.0, 60.0, 30.0, 10.0], "75+": [30.0, 0.0, 0.0, 0.0]})
    areas = pd.DataFrame({"area_id": ["a", "b", "empty"]})
    layering = Layering(areas, np.array([0, 0, 1, -1]), np.array([0, -1]))
    walk_m = {(0, 0): 100.0, (0, 1): 200.0, (1, 2): 50.0}
    weekly = supply(walk_m, [10.0, 5.0], [True, False], homes_n=4)
    monthly = supply(walk_m, [10.0, 5.0], homes_n=4)
    provided = provide(residents, {"monthly": monthly, "weekly": weekly}, Uptake(rate=0.1))
    found = provision(provided, layering)
    return found.set_index(["frequency", "age_group", "area"])


def test_the_three_ways_of_an_area_are_its_residents():
    rows = table()
    ways = ["residents_served", "residents_over_capacity", "residents_outside"]
    # Room for 100 of 120 in area a; nobody of b is near a weekly place, 30 of 50 seats' room monthly.
    assert rows.loc[("weekly", "65+", 0), ways].tolist() == pytest.approx([100.0, 20.0, 0.0])
    assert rows.loc[("weekly", "65+", 1), ways].tolist() == [0.0, 0.0, 30.0]
    assert rows.loc[("monthly", "65+", 1), ways].tolist() == [30.0, 0.0, 0.0]
    assert rows.loc[("weekly", "65+", -1), ways].tolist() == [0.0, 0.0, 10.0]
    assert rows[ways].sum(axis=1).tolist() == pytest.approx(rows["residents"].tolist())


def test_places_and_seats_of_an_area_by_hand():
    rows = table()
    row = rows.loc["weekly", "65+", 0]
    assert (row["places_n"], row["seats_per_week"]) == (1, 10.0)
    assert row["places_per_1000"] == pytest.approx(1000 / 120)
    # 0.1 x 120 seats are needed, 0.1 x 20 are missing.
    assert row["seats_needed_per_week"] == pytest.approx(12.0)
    assert row["seats_missing_per_week"] == pytest.approx(2.0)
    # 10 seats for 120 residents.
    assert row["access_seats_per_100"] == pytest.approx(100 * 10 / 120)
    # 60 at 100 m and 60 at 200 m.
    low = 6.0 * (np.exp(-100 / 158) + np.exp(-200 / 158))
    high = 6.0 * (np.exp(-100 / 1288) + np.exp(-200 / 1288))
    ends = ["participants_low", "participants_central", "participants_high"]
    assert row[ends].tolist() == pytest.approx([low, (low + high) / 2, high])
    # A place outside all areas is in the remainder.
    assert rows.loc[("monthly", "65+", -1), "places_n"] == 1


def test_an_area_or_age_group_of_nobody_has_no_share_and_misses_nothing():
    rows = table()
    for key in (("weekly", "65+", 2), ("weekly", "75+", 1)):
        row = rows.loc[key]
        assert row["residents"] == row["seats_missing_per_week"] == row["participants_high"] == 0.0
        assert np.isnan(row["places_per_1000"])
        assert np.isnan(row["access_seats_per_100"])


def test_no_places_leave_everybody_outside():
    residents = pd.DataFrame({"65+": [60.0]})
    layering = Layering(pd.DataFrame({"area_id": ["a"]}), np.array([0]), np.array([], dtype=int))
    empty = np.zeros(0, dtype=np.int64)
    none = Offer(
        Walks(empty, empty, np.zeros(0), 0, 1, 500.0),
        np.full(1, np.inf),
        np.zeros(0),
        np.zeros(0, bool),
    )
    row = provision(provide(residents, {"weekly": none}, Uptake()), layering).iloc[0]
    assert row["residents_outside"] == 60.0
    assert row["seats_missing_per_week"] == row["seats_needed_per_week"] == pytest.approx(4.8)
    assert row["participants_high"] == row["access_seats_per_100"] == 0.0


@st.composite
def towns(draw):
    places_n, homes_n = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    pairs = [(place, home) for place in range(places_n) for home in range(homes_n)]
    near = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=12, unique=True))
    walk_m = {pair: draw(st.sampled_from([50.0, 100.0, 250.5, 400.0])) for pair in near}
    seats = draw(st.lists(st.integers(0, 40), min_size=places_n, max_size=places_n))
    weight = draw(st.lists(st.integers(0, 300), min_size=homes_n, max_size=homes_n))
    return walk_m, np.array(seats, dtype=float), np.array(weight, dtype=float)


@given(towns())
def test_no_home_gets_more_than_it_needs_and_no_place_gives_more_than_it_has(drawn):
    walk_m, seats, weight = drawn
    town = supply(walk_m, seats, homes_n=len(weight))
    served = fill(town, weight, rate=0.1)
    assert (served >= 0.0).all()
    assert (served <= weight).all()
    assert served.sum() <= seats.sum() / 0.1 + 1e-6
    # Nobody is left without room beside a place that has some: a home not wholly served has only
    # places near it that are full, so those served near them are at least as many as their room.
    for home in np.flatnonzero(served < weight - 1e-6):
        full = {place for place, at in walk_m if at == home}
        near = {at for place, at in walk_m if place in full}
        assert served[sorted(near)].sum() >= sum(seats[place] for place in full) / 0.1 - 1e-6


@given(towns())
def test_the_seats_that_residents_share_are_the_seats_of_places_with_residents(drawn):
    walk_m, seats, weight = drawn
    town = supply(walk_m, seats, homes_n=len(weight))
    shared = sum(
        seats[place]
        for place in range(len(seats))
        if any(weight[home] > 0 for at, home in walk_m if at == place)
    )
    assert two_step_access(town, weight) @ weight == pytest.approx(shared, rel=1e-12, abs=1e-9)


@st.composite
def unsure(draw):
    """A town with the fewest, the true and the most residents of each home, and the homes' areas."""
    walk_m, seats, weight = draw(towns())
    homes_n = len(weight)
    fewer, more = (
        np.array(
            draw(st.lists(st.integers(0, 50), min_size=homes_n, max_size=homes_n)), dtype=float
        )
        for _ in range(2)
    )
    area = draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=homes_n, max_size=homes_n))
    ends = (np.maximum(weight - fewer, 0.0), weight, weight + more)
    return supply(walk_m, seats, homes_n=homes_n), ends, np.array(area)


@given(unsure())
def test_whatever_the_hidden_counts_are_the_mean_of_an_area_is_within_its_bounds(drawn):
    town, (least, weight, most), area = drawn
    layering = Layering(pd.DataFrame({"area_id": ["a", "b"]}), area, np.array([0]))
    low, high = access_bounds(town, layering, least, most)
    access = two_step_access(town, weight)
    for row, inside in enumerate([area == 0, area == 1, area == -1]):
        residents = weight[inside].sum()
        if not residents:
            continue
        mean = access[inside] @ weight[inside] / residents
        assert low[row] <= mean + 1e-9
        assert mean <= high[row] + 1e-9 or np.isnan(high[row])
    same_low, same_high = access_bounds(town, layering, weight, weight)
    assert same_low == pytest.approx(same_high, nan_ok=True)


@given(towns(), st.randoms(use_true_random=False))
def test_the_order_of_homes_and_places_decides_nothing(drawn, random):
    walk_m, seats, weight = drawn
    place_at, home_at = list(range(len(seats))), list(range(len(weight)))
    random.shuffle(place_at)
    random.shuffle(home_at)
    turned = {(place_at[place], home_at[home]): metre for (place, home), metre in walk_m.items()}
    other_seats, other_weight = np.zeros(len(seats)), np.zeros(len(weight))
    other_seats[place_at], other_weight[home_at] = seats, weight
    one = fill(supply(walk_m, seats, homes_n=len(weight)), weight, rate=0.1)
    other = fill(supply(turned, other_seats, homes_n=len(weight)), other_weight, rate=0.1)
    assert other[home_at] == pytest.approx(one, abs=1e-9)


@given(towns(), st.integers(1, 50))
def test_further_seats_never_leave_more_residents_without_room(drawn, further):
    walk_m, seats, weight = drawn
    before = fill(supply(walk_m, seats, homes_n=len(weight)), weight, rate=0.1)
    after = fill(supply(walk_m, seats + further, homes_n=len(weight)), weight, rate=0.1)
    assert after.sum() >= before.sum() - 1e-6
