"""Who loses the last place: by hand, and against closing every place in turn."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coverage.resilience import Halls, closures
from geo.walking.reach import Walks


def walks(pairs, places_n, homes_n):
    pairs = sorted(pairs)
    origin = np.array([place for place, _ in pairs], dtype=np.int64)
    home = np.array([at for _, at in pairs], dtype=np.int64)
    return Walks(origin, home, np.full(len(pairs), 100.0), places_n, homes_n, 500.0)


def halls(hall, counts, holds):
    return Halls(np.array(hall, dtype=np.int64), np.array(counts, bool), np.array(holds, bool))


def test_an_only_place_takes_its_residents_with_it():
    # Home 0 has place 0 alone, home 1 both, home 2 none.
    residents = pd.DataFrame({"65+": [10.0, 20.0, 40.0], "75+": [4.0, 0.0, 9.0]})
    town = walks([(0, 0), (0, 1), (1, 1)], 2, 3)
    found = closures(residents, town, halls([0, 1], [True, True], [False, False]))
    assert found.lost.tolist() == [[10.0, 4.0], [0.0, 0.0]]
    assert found.reached.tolist() == [[30.0, 4.0], [20.0, 0.0]]
    assert found.kept.tolist() == [[20.0, 0.0], [20.0, 0.0]]
    assert found.depends.tolist() == [True, False, False]
    assert found.near.tolist() == [True, True, False]


def test_of_two_groups_that_alternate_each_takes_the_hall():
    # Places 0 and 1 share hall 0 and are weekly together only; place 2 is a hall of its own.
    residents = pd.DataFrame({"65+": [10.0, 20.0]})
    town = walks([(0, 0), (1, 0), (0, 1), (1, 1), (2, 1)], 3, 2)
    found = closures(residents, town, halls([0, 0, 1], [True] * 3, [False, False, False]))
    # Home 0 has both groups of the hall and nothing else.
    assert found.lost[:, 0].tolist() == [10.0, 10.0, 0.0]
    assert found.depends.tolist() == [True, False]


def test_of_two_weekly_groups_in_one_hall_one_may_close():
    residents = pd.DataFrame({"65+": [10.0]})
    town = walks([(0, 0), (1, 0)], 2, 1)
    found = closures(residents, town, halls([0, 0], [True] * 2, [True, True]))
    assert found.lost[:, 0].tolist() == [0.0, 0.0]
    assert found.reached[:, 0].tolist() == [10.0, 10.0]
    assert found.depends.tolist() == [False]


def test_a_weekly_group_may_carry_a_monthly_one():
    # Place 0 is weekly by itself and makes place 1 of its hall count; without 1 the hall is weekly.
    residents = pd.DataFrame({"65+": [10.0, 5.0]})
    # Their doors differ: home 1 is near place 1 alone.
    town = walks([(0, 0), (1, 0), (1, 1)], 2, 2)
    found = closures(residents, town, halls([0, 0], [True] * 2, [False, True]))
    # Without 0 the hall is monthly: both homes lose. Without 1 home 1 has no door within the limit.
    assert found.lost[:, 0].tolist() == [15.0, 5.0]
    assert found.depends.tolist() == [True, True]


def test_a_place_that_does_not_count_loses_nobody():
    residents = pd.DataFrame({"65+": [10.0]})
    found = closures(residents, walks([(0, 0)], 1, 1), halls([0], [False], [False]))
    assert found.lost.tolist() == found.reached.tolist() == [[0.0]]
    assert not found.near.any()


def test_a_town_without_places_or_homes_has_nothing_to_lose():
    none = closures(pd.DataFrame({"65+": [1.0]}), walks([], 0, 1), halls([], [], []))
    assert none.lost.shape == (0, 1)
    assert not none.depends.any()
    empty = closures(
        pd.DataFrame({"65+": np.zeros(0)}), walks([], 1, 0), halls([0], [True], [False])
    )
    assert empty.lost.tolist() == [[0.0]]


@st.composite
def towns(draw):
    """Draw places that meet in some of four weeks: a hall counts where its groups fill all four."""
    places_n, homes_n = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    hall = draw(st.lists(st.integers(0, 3), min_size=places_n, max_size=places_n))
    weeks = draw(
        st.lists(st.sampled_from([1, 3, 5, 10, 12, 15]), min_size=places_n, max_size=places_n)
    )
    pairs = [(place, home) for place in range(places_n) for home in range(homes_n)]
    near = draw(st.lists(st.sampled_from(pairs), max_size=16, unique=True))
    weight = draw(st.lists(st.integers(0, 50), min_size=homes_n, max_size=homes_n))
    return hall, weeks, near, weight


def counting(hall, weeks, without=None):
    """Return the places that count: their hall meets in all four weeks."""
    left = [place for place in range(len(hall)) if place != without]
    offered = {}
    for place in left:
        offered[hall[place]] = offered.get(hall[place], 0) | weeks[place]
    return [place for place in left if offered[hall[place]] == 15]


@given(towns())
def test_closing_every_place_in_turn_gives_the_same(drawn):
    hall, weeks, near, weight = drawn
    today = counting(hall, weeks)
    holds = [
        any(
            other in counting(hall, weeks, without=place)
            for other in range(len(hall))
            if hall[other] == hall[place]
        )
        for place in range(len(hall))
    ]
    counts = [place in today for place in range(len(hall))]
    residents = pd.DataFrame({"65+": np.array(weight, dtype=float)})
    found = closures(residents, walks(near, len(hall), len(weight)), halls(hall, counts, holds))
    reached = {home for place, home in near if place in today}
    lost_by = {}
    for place in range(len(hall)):
        after = counting(hall, weeks, without=place)
        lost_by[place] = reached - {home for other, home in near if other in after}
    assert found.lost[:, 0].tolist() == pytest.approx(
        [sum(weight[home] for home in lost_by[place]) for place in lost_by]
    )
    depends = set().union(*lost_by.values())
    assert set(np.flatnonzero(found.depends)) == depends
    assert set(np.flatnonzero(found.near)) == reached
    assert (found.lost <= found.reached + 1e-9).all()
