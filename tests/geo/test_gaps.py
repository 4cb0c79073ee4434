"""Gaps, by hand: three units along one street of 2,000 m."""

import numpy as np
import pandas as pd
import pytest

from geo.coverage import Layering
from geo.gaps import best_site_residents, gap_class, nearest_place
from tests.streets import snaps, straight_street

UNITS = pd.DataFrame({"area_id": ["a", "b", "c"]})


def layering(home_area: list[int], place_area: list[int]) -> Layering:
    return Layering(UNITS, np.array(home_area, dtype=int), np.array(place_area, dtype=int))


def test_a_unit_is_classed_by_the_best_place_that_stands_in_it() -> None:
    frequency = pd.Series(["monthly", "weekly", "permanent", "monthly", ""])
    classes = gap_class(frequency, layering([], [0, 0, -1, 1, 2]))
    assert classes.tolist() == ["weekly_or_more", "monthly_only", "none"]


def test_a_unit_without_any_place_at_all_has_none() -> None:
    assert gap_class(pd.Series([], dtype=object), layering([], [])).tolist() == ["none"] * 3


def test_the_nearest_place_is_that_of_most_residents_with_their_median_walk() -> None:
    found = nearest_place(
        walk_m=np.array([100.0, 300.0, 50.0, np.inf]),
        straight_m=np.array([90.0, 200.0, 40.0, np.nan]),
        origin=np.array([4, 4, 2, -1]),
        weight=np.array([1.0, 3.0, 2.0, 9.0]),
        layering=layering([0, 0, 0, 1], []),
    )
    assert found["place"].tolist() == [4, -1, -1]
    assert found["walk_m"].tolist()[0] == 300.0
    assert found["straight_m"].tolist()[0] == 200.0
    assert found["walk_m"].isna().tolist() == [False, True, True]


def homes(*at_m: float) -> pd.DataFrame:
    frame = snaps(*[(0, at, 0.0) for at in at_m])
    return frame.assign(x=frame["offset_m"], y=0.0)


def test_a_unit_is_beyond_any_walk_when_no_site_gathers_enough() -> None:
    # Unit a: 30 residents in two homes 400 m apart; unit b: 12 and 9 residents 1,000 m apart.
    best = best_site_residents(
        straight_street(4000.0),
        homes(0.0, 400.0, 2000.0, 3000.0),
        np.array([10.0, 20.0, 12.0, 9.0]),
        layering([0, 0, 1, 1], []),
        limit_m=500.0,
        enough=20.0,
    )
    assert best.tolist() == [30.0, 12.0, 0.0]


def test_residents_of_a_neighbouring_unit_make_a_site_worth_while() -> None:
    best = best_site_residents(
        straight_street(4000.0),
        homes(0.0, 500.0),
        np.array([12.0, 9.0]),
        layering([0, 1], []),
        limit_m=500.0,
        enough=20.0,
    )
    # Exactly 500 m apart: within the limit, so each unit's site gathers all 21.
    assert best.tolist() == [21.0, 21.0, 0.0]


def test_a_straight_circle_full_of_people_is_no_proof() -> None:
    # Two homes 100 m apart as the crow flies on two ends of a street of 1,000 m.
    from tests.streets import streets

    bent = streets({1: (0, 0), 2: (500, 0), 3: (500, 100), 4: (0, 100)}, [[1, 2, 3, 4]])
    ends = snaps((0, 0.0, 0.0), (0, 1100.0, 0.0)).assign(x=[0.0, 0.0], y=[0.0, 100.0])
    best = best_site_residents(
        bent, ends, np.array([12.0, 9.0]), layering([0, 0], []), limit_m=500.0, enough=20.0
    )
    assert best.tolist() == [12.0, 0.0, 0.0]


def test_nobody_and_nothing_snapped_give_zero() -> None:
    lost = homes(0.0).assign(edge=-1)
    best = best_site_residents(
        straight_street(), lost, np.array([5.0]), layering([0], []), limit_m=500.0, enough=1.0
    )
    assert best == pytest.approx(np.zeros(3))
