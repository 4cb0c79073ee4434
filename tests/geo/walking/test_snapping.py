"""Snapping: by hand on one or two streets, and against the distance of every edge."""

import itertools
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
from geo.ground.obstacles import FREE, HARD, Obstacles
from geo.streets.grid import EQUALLY_NEAR_M
from geo.streets.network import Network, isolated_edges
from geo.walking.snapping import (
    Frontage,
    comparably_near,
    frontage_of,
    snap,
    snap_isolated,
    streets_of_halls,
)
from tests.streets import PLANE, SPOT, straight_street, streets, walled_towns


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


def obstacles(**shapes: str) -> Obstacles:
    """Build obstacles, a kind each, from WKT."""
    drawn = np.array([shapely.from_wkt(shape) for shape in shapes.values()], dtype=object)
    return Obstacles(drawn, np.array([*shapes], dtype=object))


def everywhere(network: Network, *, alone: int = -1, **shapes: str) -> Frontage:
    """Return the frontage of a town without bridges; street ``alone`` leads nowhere."""
    plain = frontage_of(network, isolated_below_m=0.0, obstacles=obstacles(**shapes))
    off = np.arange(len(network.edge_u)) == alone
    return replace(plain, usable=plain.usable & ~off, alone=off)


def two_banks() -> Network:
    """Build a street on either bank, 90 m apart: the southern at y = 0, the northern at y = 90."""
    crossings = {1: (0, 0), 2: (1000, 0), 3: (0, 90), 4: (1000, 90)}
    return streets(crossings, [[1, 2], [3, 4]])


CANAL = "POLYGON ((-100 10, 1100 10, 1100 24, -100 24, -100 10))"
RAILWAY = "LINESTRING (-100 20, 1100 20)"


@pytest.mark.parametrize("ground", [{"water": CANAL}, {"railway": RAILWAY}, {"wall": RAILWAY}])
def test_a_home_joins_its_own_bank_however_much_nearer_the_other_is(ground: dict) -> None:
    # 30 m from the southern street over the canal, 60 m from its own.
    network = two_banks()
    found = snap(at((500.0, 30.0)), network, limit_m=300.0, usable=everywhere(network, **ground))
    assert found[["edge", "offset_m", "snap_m", "reason"]].to_numpy().tolist() == [
        [1, 500.0, 60.0, ""]
    ]


def test_a_home_with_only_obstacles_around_joins_nothing_because_of_the_ground() -> None:
    network = two_banks()
    usable = everywhere(network, water=CANAL)
    found = snap(at((500.0, 30.0), (500.0, -60.0)), network, limit_m=50.0, usable=usable)
    assert found["reason"].tolist() == ["ground", "too_far"]
    assert found["edge"].tolist() == [-1, -1]


def test_an_island_without_a_bridge_joins_nothing_and_one_with_a_street_its_own() -> None:
    network = streets({1: (0, 0), 2: (1000, 0), 3: (490, 62), 4: (510, 62)}, [[1, 2], [3, 4]])
    sea = "POLYGON ((-100 5, 1100 5, 1100 200, -100 200, -100 5), (480 50, 520 50, 520 70, 480 70, 480 50))"
    own = everywhere(network, water=sea)
    bare = replace(own, usable=np.array([True, False]))
    for usable, edge, reason in ((own, 1, ""), (bare, -1, "ground")):
        found = snap(at((500.0, 55.0)), network, limit_m=300.0, usable=usable)
        assert found[["edge", "reason"]].to_numpy().tolist() == [[edge, reason]]


def test_of_a_street_partly_behind_a_wall_the_nearest_stretch_in_sight_is_joined() -> None:
    # The wall hides the street from x = 470 to 530, seen from 20 m: the line of sight past its end at
    # (485, 10) meets the street at x = 470, 36.06 m away. A stretch of 5 m begins there or a little west.
    network = straight_street()
    usable = everywhere(network, wall="LINESTRING (485 10, 515 10)")
    found = snap(at((500.0, 20.0)), network, limit_m=300.0, usable=usable).iloc[0]
    assert found["reason"] == ""
    assert 30.0 <= abs(found["offset_m"] - 500.0) <= 35.0
    assert found["snap_m"] == pytest.approx(np.hypot(found["offset_m"] - 500.0, 20.0))


def test_a_level_crossing_does_not_lead_a_home_over_the_railway() -> None:
    # One street, north to south over the railway; the home is north of it, beside the crossing.
    network = streets({1: (0, -200), 2: (0, 200)}, [[1, 2]])
    rails = everywhere(network, railway="LINESTRING (-100 3, 100 -3)")
    found = snap(at((40.0, 0.0), (-40.0, 0.0)), network, limit_m=300.0, usable=rails)
    # East of the street the rails are south of the home, west of it north: both keep their side.
    y = found["y"].to_numpy()
    assert (y[0] >= 0.0, y[1] <= 0.0) == (True, True)


def test_a_soft_obstacle_is_crossed_only_where_no_street_is_comparably_near() -> None:
    # A ditch 10 m off the southern street. 20 m from it and 35 m from the lane: the lane, for 35 is at
    # most 20 + 20. With the lane 41 m away: over the ditch.
    for lane, edge, leg_m in ((55.0, 1, 35.0), (61.0, 0, 20.0)):
        crossings = {1: (0, 0), 2: (1000, 0), 3: (0, lane), 4: (1000, lane)}
        network = streets(crossings, [[1, 2], [3, 4]])
        usable = everywhere(network, ditch="LINESTRING (-100 10, 1100 10)")
        found = snap(at((500.0, 20.0)), network, limit_m=300.0, usable=usable)
        assert found[["edge", "snap_m"]].to_numpy().tolist() == [[edge, leg_m]]


def stairs_town(lane_m: float) -> Network:
    """Build stairs along x = 0, 5 m west of a home at (5, 0), and a lane so many metres east of it."""
    crossings = {1: (0, -100), 2: (0, 100), 3: (5 + lane_m, -100), 4: (5 + lane_m, 100)}
    return streets(crossings, [[1, 2], [3, 4]], {0: {"highway": "steps", "steps": True}})


@pytest.mark.parametrize(("lane_m", "highway"), [(25.0, "residential"), (25.1, "steps")])
def test_stairs_are_joined_where_no_other_street_is_comparably_near(
    lane_m: float, highway: str
) -> None:
    network = stairs_town(lane_m)
    usable = frontage_of(network, isolated_below_m=0.0)
    found = snap(at((5.0, 0.0)), network, limit_m=300.0, usable=usable)
    assert network.edges["highway"][found["edge"][0]] == highway


def test_neither_stairs_of_a_footbridge_nor_moving_ones_are_joined() -> None:
    for special in ({"bridge": True, "steps": True}, {"steps": False}, {"tunnel": True}):
        crossings = {1: (0, -100), 2: (0, 100)}
        network = streets(crossings, [[1, 2]], {0: {"highway": "steps", **special}})
        usable = frontage_of(network, isolated_below_m=0.0)
        assert (
            snap(at((5.0, 0.0)), network, limit_m=300.0, usable=usable)["reason"][0] == "isolated"
        )


def test_a_home_on_a_street_that_leads_nowhere_does_not_jump() -> None:
    # 16 m and 5 m from the lane that leads nowhere, 24 m and 35 m from the street.
    network = cut_off_town()
    homes = at((50.0, 24.0), (50.0, 35.0))
    usable = everywhere(network, alone=int(np.argmin(network.edge_length_m)))
    found = snap(homes, network, limit_m=300.0, usable=usable)
    # 24 m is comparably near to 16 m; 35 m is not to 5 m.
    assert found["reason"].tolist() == ["", "isolated"]
    # Behind a railway the lane takes nobody away: the street does.
    walled = replace(usable, obstacles=obstacles(railway="LINESTRING (0 38, 100 38)"))
    assert snap(homes, network, limit_m=300.0, usable=walled)["snap_m"].tolist() == [24.0, 35.0]


def test_what_is_comparably_near() -> None:
    than_m = np.array([0.0, 5.0, 20.0, 40.0])
    most_m = np.array([20.0, 25.0, 40.0, 80.0])
    assert comparably_near(most_m, than_m).all()
    assert not comparably_near(most_m + 0.01, than_m).any()


def by_hand(
    home: tuple[float, float], network: Network, frontage: Frontage, limit_m: float
) -> tuple:
    """Return metres to where a home joins, and the reason for nothing: every stretch by itself."""
    door, hard = shapely.Point(home), frontage.obstacles
    assert hard is not None
    plain_m, any_m, alone_m, shut = np.inf, np.inf, np.inf, False
    for edge, line in enumerate(network.edge_lines):
        for begin, end in itertools.pairwise(shapely.get_coordinates(line)):
            parts = max(1, int(np.ceil(np.hypot(*(end - begin)) / 5.0)))
            for part in range(parts):
                ends = [begin + (end - begin) * share / parts for share in (part, part + 1)]
                stretch = shapely.LineString(ends)
                away_m = stretch.distance(door)
                spot = stretch.interpolate(stretch.project(door))
                between = hard.crossed(np.array([home]), np.array([[spot.x, spot.y]]))[0]
                if away_m > limit_m:
                    continue
                if frontage.alone[edge]:
                    alone_m = min(alone_m, away_m if between < HARD else np.inf)
                elif between == HARD:
                    shut = True
                else:
                    any_m = min(any_m, away_m)
                    if between == FREE and frontage.usable[edge]:
                        plain_m = min(plain_m, away_m)
    joined_m = plain_m if plain_m <= max(2 * any_m, any_m + 20) else any_m
    if joined_m > max(2 * alone_m, alone_m + 20):
        return np.inf, "isolated"
    near = shapely.distance(network.edge_lines, door).min() <= limit_m
    nothing = "ground" if shut else "isolated" if near else "too_far"
    return joined_m, "" if np.isfinite(joined_m) else nothing


@given(walled_towns(), st.lists(st.tuples(SPOT, SPOT), min_size=1, max_size=4))
def test_every_home_joins_as_if_every_stretch_of_street_were_judged_by_itself(
    town: tuple[Network, Frontage], homes: list[tuple[float, float]]
) -> None:
    network, frontage = town
    found = snap(at(*homes), network, limit_m=45.5, usable=frontage)
    for home, row in zip(homes, found.itertuples(), strict=True):
        joined_m, reason = by_hand(home, network, frontage, 45.5)
        assert row.reason == reason
        if not reason:
            assert row.snap_m == pytest.approx(joined_m, abs=1e-6)
            assert not frontage.alone[row.edge]
            on_edge = network.edge_lines[row.edge].interpolate(row.offset_m)
            assert on_edge.distance(shapely.Point(row.x, row.y)) < 1e-6


@given(
    walled_towns(),
    st.lists(st.tuples(SPOT, SPOT), min_size=2, max_size=5),
    st.randoms(use_true_random=False),
)
def test_each_home_is_joined_by_itself_whatever_the_others_are(
    town: tuple[Network, Frontage], homes: list[tuple[float, float]], random: Random
) -> None:
    network, frontage = town
    order = random.sample(range(len(homes)), len(homes) - 1)
    together = snap(at(*homes), network, limit_m=40.0, usable=frontage)
    some = snap(at(*(homes[n] for n in order)), network, limit_m=40.0, usable=frontage)
    pd.testing.assert_frame_equal(together.iloc[order].reset_index(drop=True), some)


def test_those_on_a_lonely_street_join_it_where_a_hall_stands_on_it() -> None:
    """The rest (y = 0), and two lonely streets of 100 m, 150 m and 240 m north of it."""
    spots = {1: (-1000.0, 0.0), 2: (1000.0, 0.0), 3: (0.0, 150.0), 4: (100.0, 150.0)}
    spots |= {5: (0.0, 240.0), 6: (100.0, 240.0)}
    network = streets(spots, [[1, 2], [3, 4], [5, 6]])
    rule = frontage_of(network, isolated_below_m=500.0)
    homes = at((50.0, 155.0), (50.0, 245.0), (50.0, 5.0), (5000.0, 0.0))
    found = snap(homes, network, limit_m=300.0, usable=rule)
    assert found["reason"].tolist() == ["isolated", "isolated", "", "too_far"]

    def joined(*halls: tuple[float, float]) -> pd.DataFrame:
        usable = streets_of_halls(network, rule, at(*halls), limit_m=300.0)
        return snap_isolated(found, homes, network, limit_m=300.0, usable=usable)

    pd.testing.assert_frame_equal(joined((50.0, 10.0), (90.0, 60.0)), found)
    first = joined((90.0, 160.0))
    assert first["reason"].tolist() == ["", "isolated", "", "too_far"]
    assert first.loc[0, ["snap_m", "x", "y"]].tolist() == [5.0, 50.0, 150.0]
    assert first["edge"].tolist() == [1, -1, 0, -1]
    assert joined((90.0, 160.0), (90.0, 250.0))["edge"].tolist() == [1, 2, 0, -1]
