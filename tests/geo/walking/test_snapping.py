"""Snapping: by hand on one or two streets, and against the distance of every edge."""

from dataclasses import replace
from random import Random

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidInputError
from geo.streets.grid import EQUALLY_NEAR_M
from geo.streets.network import Network, isolated_edges
from geo.walking.snapping import snap
from tests.streets import PLANE, straight_street, streets


def at(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, dtype=float).reshape(-1, 2)


def test_a_home_joins_the_street_where_it_stands_not_at_the_junction() -> None:
    found = snap(at((200.0, 30.0)), straight_street(), limit_m=300.0)
    assert found.to_dict("records") == [
        {"edge": 0, "offset_m": 200.0, "snap_m": 30.0, "x": 200.0, "y": 0.0, "reason": ""}
    ]
    assert found["edge"].dtype == np.int64


def test_the_offset_is_measured_along_the_polyline() -> None:
    # 30 m east, then 40 m north, then east again: past two corners and 5 m.
    network = streets({1: (0, 0), 2: (30, 0), 3: (30, 40), 4: (90, 40)}, [[1, 2, 3, 4]])
    found = snap(at((35.0, 52.0)), network, limit_m=300.0)
    assert found[["offset_m", "snap_m", "x", "y"]].to_numpy().tolist() == [[75.0, 12.0, 35.0, 40.0]]
    assert network.edge_lines[0].interpolate(75.0).equals(shapely.Point(35.0, 40.0))


def test_beyond_the_end_of_a_street_the_leg_leads_to_its_end() -> None:
    found = snap(at((-3.0, 4.0), (1003.0, -4.0)), straight_street(), limit_m=5.0)
    assert found["offset_m"].tolist() == [0.0, 1000.0]
    assert found["snap_m"].tolist() == [5.0, 5.0]


def test_the_limit_is_inclusive() -> None:
    network = straight_street()
    points = at((500.0, 300.0), (500.0, 300.001), (-180.0, 240.0))
    found = snap(points, network, limit_m=300.0)
    assert found["reason"].tolist() == ["", "too_far", ""]
    assert found["edge"].tolist() == [0, -1, 0]
    assert found["snap_m"].isna().tolist() == [False, True, False]


def test_a_limit_of_nothing_joins_what_stands_on_the_street() -> None:
    found = snap(at((7.0, 0.0), (7.0, 0.01)), straight_street(), limit_m=0.0)
    assert found["reason"].tolist() == ["", "too_far"]


def test_without_a_limit_everything_is_joined() -> None:
    assert snap(at((500.0, 9e6)), straight_street(), limit_m=np.inf)["snap_m"].tolist() == [9e6]


def test_of_two_edges_equally_near_the_first_of_the_network_counts() -> None:
    crossings = {1: (0, 0), 2: (100, 0), 3: (0, 20), 4: (100, 20)}
    one = streets(crossings, [[1, 2], [3, 4]])
    other = streets(crossings, [[4, 3], [1, 2]])
    for network in (one, other):
        found = snap(at((50.0, 10.0)), network, limit_m=50.0)
        assert (found["edge"].tolist(), found["y"].tolist()) == ([0], [0.0])


def cut_off_town() -> Network:
    """Build a long street, and 40 m beside it a short one that leads nowhere."""
    network = streets({1: (0, 0), 2: (1000, 0), 3: (0, 40), 4: (90, 40)}, [[1, 2], [3, 4]])
    assert network.edge_length_m.tolist() == [1000.0, 90.0]
    return network


def test_a_home_beside_an_isolated_street_joins_the_nearest_usable_one() -> None:
    network = cut_off_town()
    usable = ~isolated_edges(network, below_m=100.0)
    found = snap(at((50.0, 35.0)), network, limit_m=50.0, usable=usable)
    assert found[["edge", "snap_m", "reason"]].to_numpy().tolist() == [[0, 35.0, ""]]
    assert snap(at((50.0, 35.0)), network, limit_m=50.0)["snap_m"].tolist() == [5.0]


def test_a_home_with_only_an_isolated_street_near_says_so() -> None:
    network = cut_off_town()
    usable = ~isolated_edges(network, below_m=100.0)
    found = snap(at((50.0, 60.0), (50.0, 500.0)), network, limit_m=50.0, usable=usable)
    assert found["reason"].tolist() == ["isolated", "too_far"]
    assert found["edge"].tolist() == [-1, -1]


def test_a_town_without_streets_joins_nobody() -> None:
    assert snap(at((0.0, 0.0)), streets({}, []), limit_m=50.0)["reason"].tolist() == ["no_network"]


def test_a_point_without_coordinates_is_kept_and_says_so() -> None:
    points = gpd.GeoSeries([shapely.Point(1, 2), shapely.Point(), None], crs=PLANE)
    found = snap(points, straight_street(), limit_m=50.0)
    assert found["reason"].tolist() == ["", "no_coordinates", "no_coordinates"]
    assert found["edge"].tolist() == [0, -1, -1]


def test_no_points_give_no_rows() -> None:
    found = snap(at(), straight_street(), limit_m=50.0)
    assert list(found.columns) == ["edge", "offset_m", "snap_m", "x", "y", "reason"]
    assert found.empty


def test_the_answer_has_the_index_of_the_points() -> None:
    points = gpd.GeoSeries.from_xy([5.0, 1.0], [1.0, 1.0], index=["b", "a"], crs=PLANE)
    found = snap(points, straight_street(), limit_m=50.0)
    assert found["offset_m"].to_dict() == {"b": 5.0, "a": 1.0}
    pd.testing.assert_frame_equal(
        snap(points.to_frame("geometry"), straight_street(), limit_m=50.0), found
    )


def test_numbers_that_are_none_are_no_coordinates() -> None:
    points = at((np.nan, 1.0), (5.0, np.inf), (np.nan, np.nan), (5.0, 1.0))
    found = snap(points, straight_street(), limit_m=np.inf)
    assert found["reason"].tolist() == ["no_coordinates"] * 3 + [""]
    assert found["snap_m"].tolist()[3] == 1.0
    # Not even where there is no street at all.
    nowhere = snap(points, streets({}, []), limit_m=np.inf)["reason"].tolist()
    assert nowhere == ["no_coordinates"] * 3 + ["no_network"]


@pytest.mark.parametrize("corner", [(0.0, 0.0), (18_432.1, -27_001.3), (-99_999.9, 88_888.8)])
def test_a_leg_of_exactly_500_m_is_within_500_m_anywhere_in_the_plane(
    corner: tuple[float, float],
) -> None:
    # From the western end 300 m west and 400 m south: 3-4-5 times 100, in every corner of a zone.
    east, north = corner
    network = streets({1: corner, 2: (east + 1000.0, north)}, [[1, 2]])
    points = at((east - 300.0, north - 400.0), (east - 300.0, north - 400.001))
    found = snap(points, network, limit_m=500.0)
    assert found["reason"].tolist() == ["", "too_far"]
    assert found["snap_m"].iloc[0] == pytest.approx(500.0, abs=1e-9)


def test_two_vertices_at_one_spot_are_no_hole_in_the_street() -> None:
    # No network of ours has them; one that came from elsewhere may.
    network = Network(
        epsg=PLANE,
        node_xy=at((0.0, 0.0), (20.0, 0.0)),
        edge_u=np.array([0]),
        edge_v=np.array([1]),
        edge_length_m=np.array([20.0]),
        edge_xy=at((0.0, 0.0), (10.0, 0.0), (10.0, 0.0), (20.0, 0.0)),
        edge_start=np.array([0, 4]),
        edges=pd.DataFrame({"osm_id": [1]}),
        node_kind=np.zeros(2, dtype=np.int8),
        station_start=np.array([0, 2]),
        station_height_m=np.full(2, np.nan),
    )
    found = snap(at((10.0, 3.0), (14.0, 0.0), (25.0, 0.0)), network, limit_m=50.0)
    assert found["offset_m"].tolist() == [10.0, 14.0, 20.0]
    assert found["snap_m"].tolist() == [3.0, 0.0, 5.0]
    alone = replace(network, edge_xy=at((4.0, 3.0), (4.0, 3.0)), edge_start=np.array([0, 2]))
    assert snap(at((0.0, 0.0)), alone, limit_m=50.0)["snap_m"].tolist() == [5.0]


def two_banks() -> tuple[Network, np.ndarray]:
    """Build a street on either bank, 100 m apart, and the river between, nearer to the south."""
    crossings = {1: (0, 0), 2: (1000, 0), 3: (0, 100), 4: (1000, 100)}
    river = shapely.LineString([(-500, 20), (1500, 20)])
    return streets(crossings, [[1, 2], [3, 4]]), np.array([river], dtype=object)


def test_a_leg_across_a_barrier_joins_nothing() -> None:
    network, river = two_banks()
    # South of the river, on it, and north of it but nearer to the southern street.
    points = at((500.0, 10.0), (500.0, 20.0), (500.0, 30.0), (500.0, 90.0))
    found = snap(points, network, limit_m=300.0, barriers=river)
    assert found["reason"].tolist() == ["", "barrier", "barrier", ""]
    assert found["edge"].tolist() == [0, -1, -1, 1]
    assert found.loc[1:2, ["offset_m", "snap_m", "x", "y"]].isna().all(axis=None)


def test_who_is_too_far_or_has_only_isolated_streets_says_that_and_not_the_barrier() -> None:
    network, river = two_banks()
    points = at((500.0, -60.0), (500.0, 40.0))
    usable = np.array([False, False])
    found = snap(points, network, limit_m=50.0, usable=usable, barriers=river)
    assert found["reason"].tolist() == ["too_far", "isolated"]


def test_a_home_on_its_street_has_no_leg_to_be_crossed_unless_it_stands_on_the_barrier() -> None:
    network, _ = two_banks()
    gate = np.array([shapely.LineString([(200, -5), (200, 5)])], dtype=object)
    found = snap(at((200.0, 0.0), (201.0, 0.0)), network, limit_m=50.0, barriers=gate)
    assert found["reason"].tolist() == ["barrier", ""]


def test_areas_and_points_are_barriers_too_and_nothing_is_none() -> None:
    network, _ = two_banks()
    points = at((50.0, 30.0), (150.0, 30.0), (250.0, 30.0))
    pond, post = shapely.box(40, 5, 60, 8), shapely.Point(150, 15)
    barriers = np.array([pond, post, None, shapely.LineString()], dtype=object)
    found = snap(points, network, limit_m=50.0, barriers=barriers)
    assert found["reason"].tolist() == ["barrier", "barrier", ""]
    nothing = np.array([], dtype=object)
    pd.testing.assert_frame_equal(
        snap(points, network, limit_m=50.0, barriers=nothing), snap(points, network, limit_m=50.0)
    )
    assert snap(at(), network, limit_m=50.0, barriers=barriers).empty


def test_points_in_another_crs_are_refused() -> None:
    points = gpd.GeoSeries.from_xy([139.97], [35.86], crs=6668)
    with pytest.raises(
        InvalidInputError, match=r"EPSG:6668, the network is in EPSG:6677; call to_crs"
    ):
        snap(points, straight_street(), limit_m=50.0)


def test_a_mask_of_another_network_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="one value for each of 1 edges"):
        snap(at((1.0, 1.0)), straight_street(), limit_m=50.0, usable=np.ones(2, dtype=bool))


METRE = st.integers(-20, 20).map(float)
SPOTS = st.lists(st.tuples(METRE, METRE), min_size=2, max_size=8, unique=True)
HOMES = st.lists(st.tuples(METRE, METRE), min_size=1, max_size=12)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    spots = draw(SPOTS)
    way = st.lists(st.integers(0, len(spots) - 1), min_size=2, max_size=5)
    return streets(dict(enumerate(spots)), draw(st.lists(way, min_size=1, max_size=6)))


@given(networks(), HOMES, st.integers(0, 15), st.randoms(use_true_random=False))
def test_no_edge_is_nearer_than_the_one_that_is_joined(
    network: Network, homes: list[tuple[float, float]], limit_m: int, random: Random
) -> None:
    usable = np.array([random.random() < 0.7 for _ in network.edge_u], dtype=bool)
    found = snap(at(*homes), network, limit_m=limit_m, usable=usable)
    for home, row in zip(homes, found.itertuples(), strict=True):
        away_m = shapely.distance(network.edge_lines, shapely.Point(home))
        nearest_m = np.min(away_m[usable], initial=np.inf)
        assert (row.edge >= 0) == (nearest_m <= limit_m + 1e-6)
        if row.edge >= 0:
            assert usable[row.edge]
            assert row.reason == ""
            assert row.snap_m == pytest.approx(nearest_m, abs=1e-9)
            # Several edges may end at the joined spot; the first of them counts.
            assert row.edge == np.flatnonzero(usable & (away_m <= nearest_m + EQUALLY_NEAR_M))[0]
            assert 0.0 <= row.offset_m <= network.edge_length_m[row.edge]
            on_edge = network.edge_lines[row.edge].interpolate(row.offset_m)
            # A street that crosses itself has two offsets at one spot, but only one spot.
            assert on_edge.distance(shapely.Point(row.x, row.y)) < 1e-9
        else:
            near = np.min(away_m, initial=np.inf) <= limit_m + 1e-6
            nothing = "too_far" if len(away_m) else "no_network"
            assert row.reason == ("isolated" if near else nothing)


@given(networks(), HOMES, st.randoms(use_true_random=False))
def test_the_order_of_the_points_changes_nothing(
    network: Network, homes: list[tuple[float, float]], random: Random
) -> None:
    order = list(range(len(homes)))
    random.shuffle(order)
    straight = snap(at(*homes), network, limit_m=10.0)
    shuffled = snap(at(*(homes[n] for n in order)), network, limit_m=10.0)
    pd.testing.assert_frame_equal(straight.iloc[order].reset_index(drop=True), shuffled)


ENDS = st.tuples(METRE, METRE, METRE, METRE).filter(lambda ends: ends[:2] != ends[2:])
BARRIERS = st.lists(ENDS, max_size=4)


def lines(ends: list[tuple[float, float, float, float]]) -> np.ndarray:
    drawn = np.empty(len(ends), dtype=object)
    for position, (x, y, to_x, to_y) in enumerate(ends):
        drawn[position] = shapely.LineString([(x, y), (to_x, to_y)])
    return drawn


@given(networks(), HOMES, BARRIERS, BARRIERS)
def test_a_barrier_takes_homes_away_and_changes_nothing_else(
    network: Network,
    homes: list[tuple[float, float]],
    some: list[tuple[float, float, float, float]],
    more: list[tuple[float, float, float, float]],
) -> None:
    open_town = snap(at(*homes), network, limit_m=15.0)
    fewer = snap(at(*homes), network, limit_m=15.0, barriers=lines(some))
    all_of_them = snap(at(*homes), network, limit_m=15.0, barriers=lines(some + more))
    for before, after in ((open_town, fewer), (fewer, all_of_them)):
        same = (after["reason"] == before["reason"]).to_numpy()
        pd.testing.assert_frame_equal(before[same], after[same])
        assert (before.loc[~same, "reason"] == "").all()
        assert (after.loc[~same, "reason"] == "barrier").all()
    # Judged one by one: the leg of a joined home meets no barrier, that of a barred home does.
    for home, before, after in zip(
        homes, open_town.itertuples(), all_of_them.itertuples(), strict=True
    ):
        if before.edge >= 0:
            spot = (before.x, before.y)
            leg = shapely.Point(home) if spot == home else shapely.LineString([home, spot])
            meets = shapely.intersects(leg, lines(some + more)).any()
            assert (after.reason == "barrier") == meets
