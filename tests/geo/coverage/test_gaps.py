"""Gaps, by hand: three units along one street of 2,000 m."""

from random import Random

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geo.arrays import within
from geo.coverage.gaps import best_site_residents, gap_class, nearest_place, need, ranks
from geo.coverage.reached import Layering
from geo.streets.network import Network
from geo.walking.reach import Walks, walks
from tests.streets import snaps, straight_street, streets

UNITS = pd.DataFrame({"area_id": ["a", "b", "c"]})


def layering(home_area: list[int], place_area: list[int]) -> Layering:
    return Layering(UNITS, np.array(home_area, dtype=int), np.array(place_area, dtype=int))


def known(places_n: int) -> np.ndarray:
    return np.zeros(places_n, dtype=bool)


def test_a_unit_is_classed_by_the_best_place_that_stands_in_it() -> None:
    frequency = pd.Series(["monthly", "weekly", "permanent", "monthly", ""])
    # The last one meets less than monthly, on days that are known.
    classes = gap_class(frequency, known(5), layering([], [0, 0, -1, 1, 2]))
    assert classes.tolist() == ["weekly_or_more", "monthly_only", "none"]


def test_a_unit_without_any_place_at_all_has_none() -> None:
    classes = gap_class(pd.Series([], dtype=object), known(0), layering([], []))
    assert classes.tolist() == ["none"] * 3


def test_unknown_days_leave_open_all_but_a_weekly_place() -> None:
    frequency = pd.Series(["", "weekly", "", "monthly", "", ""])
    unknown = np.array([True, False, True, False, True, True])
    # a: unknown and weekly; b: unknown and monthly; c: unknown alone; outside: unknown.
    classes = gap_class(frequency, unknown, layering([], [0, 0, 1, 1, 2, -1]))
    assert classes.tolist() == ["weekly_or_more", "unknown", "unknown"]


def test_the_nearest_place_is_that_of_most_residents_with_their_median_walk() -> None:
    found = nearest_place(
        {
            "walk_m": np.array([100.0, 300.0, 50.0, np.inf]),
            "straight_m": np.array([90.0, 200.0, 40.0, np.nan]),
        },
        origin=np.array([4, 4, 2, -1]),
        weight=np.array([1.0, 3.0, 2.0, 9.0]),
        layering=layering([0, 0, 0, 1], []),
    )
    assert found["place"].tolist() == [4, -1, -1]
    assert found["walk_m"].tolist()[0] == 300.0
    assert found["straight_m"].tolist()[0] == 200.0
    assert found["walk_m"].isna().tolist() == [False, True, True]


def test_homes_without_residents_have_no_say_and_part_of_a_resident_has() -> None:
    # Residents are spread over homes, so that less than one may live in each.
    found = nearest_place(
        {"walk_m": np.array([100.0, 300.0, 50.0])},
        origin=np.array([4, 0, 3]),
        weight=np.array([0.0, 0.5, 0.0]),
        layering=layering([0, 0, 1], []),
    )
    assert found["place"].tolist() == [0, -1, -1]
    assert found["walk_m"].fillna(-1.0).tolist() == [300.0, -1.0, -1.0]
    best = best_site(straight_street(4000.0), homes(0.0, 100.0), [0.6, 0.7], [0, 0], 1.0)
    assert best == [0.6 + 0.7, 0.0, 0.0]


def homes(*at_m: float) -> pd.DataFrame:
    frame = snaps(*[(0, at, 0.0) for at in at_m])
    return frame.assign(x=frame["offset_m"], y=0.0)


def best_site(
    network: Network, points: pd.DataFrame, weight: list[float], home_area: list[int], enough: float
) -> list[float]:
    found = best_site_residents(
        lambda rows: walks(network, points.iloc[rows], points, limit=500.0),
        points[["x", "y"]].to_numpy(),
        np.array(weight),
        layering(home_area, []),
        circle_m=500.0,
        enough=enough,
    )
    return found.tolist()


def test_a_unit_is_beyond_any_walk_when_no_site_gathers_enough() -> None:
    # Unit a: 30 residents in two homes 400 m apart; unit b: 12 and 9 residents 1,000 m apart.
    points = homes(0.0, 400.0, 2000.0, 3000.0)
    best = best_site(straight_street(4000.0), points, [10.0, 20.0, 12.0, 9.0], [0, 0, 1, 1], 20.0)
    assert best == [30.0, 12.0, 0.0]


def test_residents_of_a_neighbouring_unit_make_a_site_worth_while() -> None:
    best = best_site(straight_street(4000.0), homes(0.0, 500.0), [12.0, 9.0], [0, 1], 20.0)
    # Exactly 500 m apart: within the limit, so each unit's site gathers all 21.
    assert best == [21.0, 21.0, 0.0]


def test_residents_of_units_that_nobody_asks_about_count_as_well() -> None:
    # The first unit has 3 residents; 50 live 100 m off in a unit that is not asked about.
    best = best_site(straight_street(4000.0), homes(0.0, 100.0), [3.0, 50.0], [0, -1], 20.0)
    assert best == [53.0, 0.0, 0.0]


def test_a_straight_circle_full_of_people_is_no_proof() -> None:
    # Two homes 100 m apart as the crow flies on two ends of a street of 1,100 m.
    bent = streets({1: (0, 0), 2: (500, 0), 3: (500, 100), 4: (0, 100)}, [[1, 2, 3, 4]])
    ends = snaps((0, 0.0, 0.0), (0, 1100.0, 0.0)).assign(x=[0.0, 0.0], y=[0.0, 100.0])
    best = best_site(bent, ends, [12.0, 9.0], [0, 0], 20.0)
    assert best == [12.0, 0.0, 0.0]


def test_nobody_and_nothing_snapped_give_zero() -> None:
    lost = homes(0.0).assign(edge=-1, x=np.nan, y=np.nan)
    assert best_site(straight_street(), lost, [5.0], [0], 1.0) == [0.0, 0.0, 0.0]


def test_a_unit_is_left_as_soon_as_one_site_reaches_just_enough() -> None:
    # Both homes of unit a reach all 30; of unit b no circle holds 30, so that no site is tried.
    points = homes(0.0, 400.0, 3000.0)
    tried = []

    def reach(rows: np.ndarray) -> Walks:
        tried.append(rows.tolist())
        return walks(straight_street(4000.0), points.iloc[rows], points, limit=500.0)

    best_site_residents(
        reach,
        points[["x", "y"]].to_numpy(),
        np.array([10.0, 20.0, 29.0]),
        layering([0, 0, 1], []),
        circle_m=500.0,
        enough=30.0,
    )
    assert tried == [[0]]


def test_residents_on_every_side_of_a_site_are_in_its_circle() -> None:
    # Unit a: one home of 12; 9 more, whom nobody asks about, exactly 500 m away on each side in turn.
    street = straight_street(4000.0)
    for other_m in (1499.0, 2499.0):
        best = best_site(street, homes(1999.0, other_m), [12.0, 9.0], [0, -1], 20.0)
        assert best == [21.0, 0.0, 0.0]


def best_where_streets_are_everywhere(
    walk_m: np.ndarray, xy: np.ndarray, weight: np.ndarray, unit: list[int], enough: float
) -> list[float]:
    """Return the residents of the best sites where a walk is the straight distance."""

    def reach(rows: np.ndarray) -> Walks:
        origin, home = np.nonzero(within(walk_m[rows], 500.0))
        return Walks(origin, home, walk_m[rows][origin, home], len(rows), len(xy), 500.0)

    return best_site_residents(
        reach, xy, weight, layering(unit, []), circle_m=500.0, enough=enough
    ).tolist()


def test_a_home_500_metres_off_any_corner_is_in_the_circle() -> None:
    for way in ([1, 1], [1, -1], [-1, 1], [-1, -1]):
        xy = np.array([[0.0, 0.0], [one * 500.0 * 0.5**0.5 for one in way]])
        walk_m = np.array([[0.0, 500.0], [500.0, 0.0]])
        best = best_where_streets_are_everywhere(walk_m, xy, np.array([12.0, 9.0]), [0, -1], 21.0)
        assert best == [21.0, 0.0, 0.0]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1500), st.integers(0, 1500), st.integers(0, 9), st.integers(-1, 2)
        ),
        min_size=1,
        max_size=12,
    ),
    st.integers(1, 30),
)
def test_a_unit_has_a_site_that_gathers_enough_just_where_one_of_all_does(
    found_homes: list[tuple[int, int, int, int]], enough: int
) -> None:
    xy = np.array([(x, y) for x, y, _, _ in found_homes], dtype=float)
    weight = np.array([residents for _, _, residents, _ in found_homes], dtype=float)
    unit = [area for _, _, _, area in found_homes]
    walk_m = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    best = best_where_streets_are_everywhere(walk_m, xy, weight, unit, float(enough))
    gathered = within(walk_m, 500.0) @ weight
    for area, found in enumerate(best):
        own = [gathered[at] for at in range(len(xy)) if unit[at] == area and found_homes[at][2] > 0]
        assert (found >= enough) == (max(own, default=0.0) >= enough)
        assert found < enough or found in own


def test_ranks_start_at_the_greatest_and_leave_out_nothing_and_the_unknown() -> None:
    found = ranks(np.array([5.0, 0.0, 12.0, np.nan, 5.0 + 1e-12]))
    # The two fives differ by less than a sum can tell: the first unit is the first of them.
    assert found[[2, 0, 4]].tolist() == [1.0, 2.0, 3.0]
    assert np.isnan(found[[1, 3]]).all()


def test_equal_rates_are_ranked_by_the_number_of_residents() -> None:
    found = ranks(np.array([50.0, 50.0, 80.0]), ties=np.array([7.0, 20.0, 1.0]))
    assert found.tolist() == [3.0, 2.0, 1.0]


def test_what_differs_by_less_than_a_millionth_is_equal() -> None:
    # The first unit is the first of equals, be it in what is ranked or in what decides between them.
    assert ranks(np.array([50.0, 50.0 + 4e-7])).tolist() == [1.0, 2.0]
    assert ranks(np.array([50.0, 50.0 + 2e-6])).tolist() == [2.0, 1.0]
    fifty = np.array([50.0, 50.0])
    assert ranks(fifty, ties=np.array([7.0, 7.0 + 4e-7])).tolist() == [1.0, 2.0]
    assert ranks(fifty, ties=np.array([7.0, 7.0 + 2e-6])).tolist() == [2.0, 1.0]


def test_need_adds_up_the_groups_as_they_are_weighed() -> None:
    unreached = {"65+": np.array([100.0, 10.0]), "75+": np.array([40.0, 10.0])}
    assert need(unreached, {"65+": 1.0, "75+": 0.5}).tolist() == [120.0, 15.0]
    assert need(unreached, {"75+": 2.0}).tolist() == [80.0, 20.0]


@given(st.lists(st.sampled_from([0.0, 1.0, 2.5, 7.0, np.nan]), max_size=12))
def test_ranks_are_one_to_n_and_descend(values: list[float]) -> None:
    found = ranks(np.array(values))
    there = [value for value in values if value > 0]
    assert sorted(found[~np.isnan(found)]) == list(range(1, len(there) + 1))
    by_rank = [values[place] for place in np.argsort(found)[: len(there)]]
    assert by_rank == sorted(there, reverse=True)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["monthly", "weekly", "permanent", "", "unknown"]),
            st.integers(min_value=-1, max_value=2),
        ),
        max_size=10,
    ),
    st.randoms(use_true_random=False),
)
def test_every_unit_is_in_one_class_whatever_the_order(
    rows: list[tuple[str, int]], random: Random
) -> None:
    def classed(places: list[tuple[str, int]]) -> list[str]:
        names = pd.Series([name for name, _ in places], dtype=object)
        unknown = (names == "unknown").to_numpy(dtype=bool)
        frequency = names.mask(unknown, "")
        return gap_class(frequency, unknown, layering([], [unit for _, unit in places])).tolist()

    found = classed(rows)
    for unit, name in enumerate(found):
        own = {frequency for frequency, area in rows if area == unit}
        weekly, unknown = bool(own & {"weekly", "permanent"}), "unknown" in own
        assert [
            weekly,
            not weekly and unknown,
            not weekly and not unknown and "monthly" in own,
            not own & {"weekly", "permanent", "monthly", "unknown"},
        ] == [
            name == "weekly_or_more",
            name == "unknown",
            name == "monthly_only",
            name == "none",
        ]
    random.shuffle(rows)
    assert classed(rows) == found
