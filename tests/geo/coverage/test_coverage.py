"""Coverage, by hand: two areas, four homes, three places on a number line."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coverage.reached import (
    Access,
    Journeys,
    Layering,
    Limit,
    at_least,
    coverage,
    own_area_walk,
    weighted_quantiles,
)
from geo.errors import InvalidInputError
from geo.vocabulary import FREQUENCIES
from geo.walking.reach import Walks

# Homes 0 and 1 in area 0, home 2 in area 1, home 3 in no area.
# Place 0 is weekly in area 0, place 1 permanent in area 1, place 2 monthly in area 0.
WALK_M = {(0, 0): 100.0, (0, 1): 500.0, (1, 1): 400.0, (1, 2): 900.0, (2, 3): 200.0, (1, 3): 600.0}


def town() -> tuple[pd.DataFrame, Layering, dict[str, Access], Journeys]:
    residents = pd.DataFrame({"65+": [10.0, 20.0, 30.0, 40.0]})
    areas = pd.DataFrame({"area_id": ["a", "b"]})
    layering = Layering(areas, np.array([0, 0, 1, -1]), np.array([0, 1, 0]))
    origin, home = (np.array(part) for part in zip(*sorted(WALK_M), strict=True))
    metres = np.array([WALK_M[pair] for pair in sorted(WALK_M)])
    walks = Walks(origin, home, metres, 3, 4, 1000.0)
    frequency = pd.Series(["weekly", "permanent", "monthly"])
    access = {}
    for wanted in FREQUENCIES:
        counts = at_least(frequency, wanted)
        nearest_m = np.full(4, np.inf)
        for (place, at), metre in WALK_M.items():
            if counts[place]:
                nearest_m[at] = min(nearest_m[at], metre)
        access[wanted] = Access(nearest_m, nearest_m, nearest_m / 2, counts)
    # At 60 m a minute a metre is a second: the walks in seconds are the same.
    return residents, layering, access, Journeys(walks, walks)


def row(table: pd.DataFrame, area: int, frequency: str, limit_m: float) -> pd.Series:
    chosen = table[
        (table["area"] == area)
        & (table["frequency"] == frequency)
        & (table["walk_limit_m"] == limit_m)
    ]
    assert len(chosen) == 1
    return chosen.iloc[0]


def measured(limits_m: tuple[float, ...] = (500.0,)) -> pd.DataFrame:
    residents, layering, access, journeys = town()
    return coverage(
        residents,
        layering,
        access,
        journeys,
        limits=[Limit(m=limit_m) for limit_m in limits_m],
        speed_m_per_min=60.0,
    )


def test_a_weekly_place_500_metres_away_counts_and_a_permanent_one_counts_as_weekly() -> None:
    area = row(measured(), 0, "weekly", 500.0)
    # Home 0 at 100 m, home 1 at 400 m by the permanent place of the other area.
    assert area["reached"] == 30.0
    # In its own area home 1 has place 0 at exactly 500 m: inclusive.
    assert area["reached_own_area"] == 30.0
    assert area["coverage_pct"] == 100.0
    assert area["places_n"] == 1


def test_a_limit_one_millimetre_short_does_not_reach() -> None:
    area = row(measured((499.999,)), 0, "weekly", 499.999)
    assert area["reached_own_area"] == 10.0


def test_a_monthly_place_never_makes_a_resident_weekly_reached() -> None:
    table = measured()
    outside_weekly, outside_monthly = row(table, -1, "weekly", 500), row(table, -1, "monthly", 500)
    assert outside_weekly["reached"] == 0.0
    assert outside_monthly["reached"] == 40.0


def test_the_circle_is_measured_beside_the_walk() -> None:
    # Home 2 walks 900 m; the circle, half as far, claims it.
    area = row(measured(), 1, "weekly", 500.0)
    assert (area["reached"], area["circle_reached"]) == (0.0, 30.0)


def test_the_circle_in_minutes_is_walked_at_the_walkers_speed() -> None:
    residents, layering, access, journeys = town()
    # Home 2 is 450 m from its place as the crow flies: 15 minutes at 30 m a minute.
    limits = [Limit(minutes=14.0), Limit(minutes=15.0)]
    table = coverage(residents, layering, access, journeys, limits=limits, speed_m_per_min=30.0)
    rows = table[(table["area"] == 1) & (table["frequency"] == "weekly")]
    assert rows["circle_reached"].tolist() == [0.0, 30.0]


def test_areas_and_remainder_add_up_to_everybody() -> None:
    table = measured((300.0, 500.0, 1000.0))
    for _, rows in table.groupby(["frequency", "walk_limit_m"]):
        assert rows["residents"].sum() == 100.0


def test_walking_times_are_those_of_residents_weighted() -> None:
    area = row(measured(), 0, "weekly", 500.0)
    # 10 residents at 100 m, 20 at 400 m, at 60 m a minute.
    assert area["walk_min_mean"] == pytest.approx((10 * 100 + 20 * 400) / 30 / 60)
    assert area["walk_min_median"] == pytest.approx(400 / 60)


def test_nobody_is_a_percentage_of_nothing_not_zero() -> None:
    residents, layering, access, journeys = town()
    empty = coverage(
        residents * 0.0, layering, access, journeys, limits=[Limit(m=500.0)], speed_m_per_min=60.0
    )
    assert empty["coverage_pct"].isna().all()
    assert (empty["residents"] == 0).all()


def test_minutes_are_judged_by_the_quickest_walk_and_both_limits_must_hold() -> None:
    residents, layering, access, journeys = town()
    limits = [Limit(minutes=10.0), Limit(m=700.0, minutes=5.0), Limit(m=500.0)]
    table = coverage(residents, layering, access, journeys, limits=limits, speed_m_per_min=60.0)
    outside = table[(table["area"] == -1) & (table["frequency"] == "permanent")]
    # Home 3 walks 600 m to the permanent place, 600 seconds: just 10 minutes, not 5.
    assert outside["reached"].tolist() == [40.0, 0.0, 0.0]
    assert outside["walk_limit_min"].fillna(0.0).tolist() == [10.0, 5.0, 0.0]
    assert outside["walk_limit_m"].fillna(0.0).tolist() == [0.0, 700.0, 500.0]


def test_walks_within_metres_and_minutes_hold_both() -> None:
    _, _, _, journeys = town()
    # What is near in metres takes long: 900, 500, 600, 100, 800 and 400 seconds.
    slow = Walks(journeys.m.origin, journeys.m.home, 1000.0 - journeys.m.walk, 3, 4, 1000.0)
    both = Journeys(journeys.m, slow)

    def pairs(limit: Limit) -> set[tuple[int, int]]:
        origin, home = both.within(limit)
        return set(zip(origin.tolist(), home.tolist(), strict=True))

    assert pairs(Limit(m=450.0)) == {(0, 0), (1, 1), (2, 3)}
    assert pairs(Limit(minutes=10.0)) == {(0, 1), (1, 1), (1, 2), (1, 3)}
    # 594 seconds are not enough for the 600.
    assert pairs(Limit(minutes=9.9)) == {(0, 1), (1, 2), (1, 3)}
    assert pairs(Limit(m=450.0, minutes=10.0)) == {(1, 1)}


def test_a_minute_has_60_seconds() -> None:
    residents, layering, access, journeys = town()
    # Home 3 walks 600 seconds to the permanent place: one more than 9 minutes 59 seconds.
    limits = [Limit(minutes=599 / 60)]
    table = coverage(residents, layering, access, journeys, limits=limits, speed_m_per_min=60.0)
    outside = table[(table["area"] == -1) & (table["frequency"] == "permanent")]
    assert outside["reached"].tolist() == [0.0]


def test_a_limit_of_less_than_one_is_a_limit() -> None:
    assert Limit(minutes=0.5).minutes == 0.5


def test_a_limit_of_nothing_or_less_is_refused() -> None:
    for limit in ({}, {"m": 0.0}, {"minutes": -1.0}, {"m": float("nan")}):
        with pytest.raises(InvalidInputError):
            Limit(**limit)


def test_an_unknown_frequency_counts_for_nothing() -> None:
    assert not at_least(pd.Series(["", "weekly"]), "monthly")[0]


def test_own_area_walks_ignore_places_of_other_areas() -> None:
    _, layering, access, journeys = town()
    own_m = own_area_walk(journeys.m, access["weekly"].counts, layering)
    assert own_m.tolist() == [100.0, 500.0, 900.0, np.inf]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50), st.integers(0, 5)), min_size=1),
    st.sampled_from([0.1, 0.5, 0.9, 1.0]),
)
def test_weighted_quantiles_equal_repeating_each_value(
    rows: list[tuple[int, int, int]], quantile: float
) -> None:
    groups, values, weights = (np.array(part) for part in zip(*rows, strict=True))
    found = weighted_quantiles(values.astype(float), weights.astype(float), groups, [quantile])
    expected = {}
    for group in np.unique(groups[weights > 0]):
        mine = groups == group
        repeated = np.sort(np.repeat(values[mine], weights[mine]))
        expected[group] = repeated[int(np.ceil(quantile * repeated.size)) - 1]
    assert found[quantile].to_dict() == expected
