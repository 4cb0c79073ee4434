"""Walks in seconds, by hand and against networkx: slopes, steps, signals, pauses, the leg."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.streets.network import Network
from geo.walking.measure import Measure, climb, metres, open_edges, seconds, steps
from geo.walking.reach import nearest, walks
from geo.walking.walker import TOBLER, SlopeLaw, Walker
from tests.streets import OnFoot, Point, snaps, straight_street, streets, towns

FLAT = Walker(speed_m_per_min=60.0)
"""A metre a second."""


def on_ground(network: Network, height_m: Callable[[float], float], pieces_n: int) -> Network:
    """Give every edge stations, with heights by the x of each."""
    start = np.arange(len(network.edge_u) + 1) * (pieces_n + 1)
    heights = [
        height_m(line.interpolate(share, normalized=True).x)
        for line in network.edge_lines
        for share in np.linspace(0, 1, pieces_n + 1)
    ]
    return replace(network, station_start=start, station_height_m=np.array(heights))


def walked(
    network: Network, place: Point, home: Point, measure: Measure, *also: Measure
) -> list[float]:
    """Return what one walk is by a measure, and by others along the same way."""
    stops = snaps(place), snaps(home)
    found = nearest(network, *stops, by=measure, also=[(each, *stops) for each in also])
    return [float(found.home_walk[0]), *(float(each[0]) for each in found.home_also)]


def test_a_house_200_metres_off_the_street_costs_250_seconds_at_48_metres_a_minute() -> None:
    street = straight_street()
    walk = walked(street, (0, 500.0, 0.0), (0, 500.0, 200.0), seconds(street, Walker(48.0)))
    assert walk == [250.0]


def test_uphill_takes_longer_than_back_down() -> None:
    # 1,000 m rising 100 m evenly: Tobler's pace is exp(0.35) up; 10 % down is as the flat.
    hill = on_ground(straight_street(), lambda x: 0.1 * x, 40)
    by = seconds(hill, Walker(60.0, slope=TOBLER))
    up = walked(hill, (0, 1000.0, 0.0), (0, 0.0, 0.0), by, climb(hill))
    down = walked(hill, (0, 0.0, 0.0), (0, 1000.0, 0.0), by, climb(hill))
    assert up == pytest.approx([1000 * np.exp(0.35), 100.0])
    assert down == pytest.approx([1000.0, 0.0])


def test_a_home_halfway_up_is_judged_by_its_own_part_of_the_slope() -> None:
    # Level for 500 m, then 10 % up: of the 750 m from 0 the last 250 m are uphill.
    hill = on_ground(straight_street(), lambda x: max(0.0, x - 500.0) * 0.1, 40)
    by = seconds(hill, Walker(60.0, slope=TOBLER))
    walk = walked(hill, (0, 750.0, 0.0), (0, 0.0, 0.0), by, climb(hill))
    assert walk == pytest.approx([500 + 250 * np.exp(0.35), 25.0])


def test_over_a_ridge_both_directions_climb() -> None:
    ridge = on_ground(straight_street(), lambda x: 50 - abs(x - 500.0) * 0.1, 40)
    there = walked(ridge, (0, 1000.0, 0.0), (0, 0.0, 0.0), metres(ridge), climb(ridge))
    back = walked(ridge, (0, 0.0, 0.0), (0, 1000.0, 0.0), metres(ridge), climb(ridge))
    assert there == pytest.approx([1000.0, 50.0])
    assert back == pytest.approx([1000.0, 50.0])


def with_steps(steps_per_m: float = 0.0) -> Network:
    """Return 100 m of street, 30 m of steps, 100 m of street, and a detour of 400 m for the steps."""
    spots = {1: (0, 0), 2: (100, 0), 3: (130, 0), 4: (230, 0), 5: (100, 185), 6: (130, 185)}
    stairs = {1: {"steps": True, "highway": "steps", "steps_per_m": steps_per_m}}
    return streets(spots, [[1, 2], [2, 3], [3, 4], [2, 5, 6, 3]], stairs)


def ends_of(network: Network) -> tuple[Point, Point]:
    """Return a place at the far end (230, 0) and a home at (0, 0)."""

    def at(xy: tuple[float, float]) -> Point:
        node = int(np.flatnonzero((network.node_xy == xy).all(axis=1))[0])
        edge = int(np.flatnonzero((network.edge_u == node) | (network.edge_v == node))[0])
        there = network.edge_u[edge] == node
        return edge, 0.0 if there else float(network.edge_length_m[edge]), 0.0

    return at((230.0, 0.0)), at((0.0, 0.0))


def test_steps_cost_by_the_step_by_the_metre_or_are_avoided() -> None:
    counted, uncounted = with_steps(2.0), with_steps()
    ends = ends_of(counted)
    by_step = seconds(counted, Walker(60.0, step_s=0.5))
    # 230 m, and 30 m x 2 steps x 0.5 s.
    assert walked(counted, *ends, by_step, steps(counted)) == pytest.approx([260.0, 60.0])
    # Not counted: 30 m at a tread of 0.30 m are 100 steps.
    found = walked(uncounted, *ends, seconds(uncounted, Walker(60.0, step_s=0.5)), steps(uncounted))
    assert found == pytest.approx([280.0, 100.0])
    by_metre = seconds(counted, Walker(60.0, steps="metre", steps_s_per_m=1.5))
    assert walked(counted, *ends, by_metre) == pytest.approx([275.0])
    avoiding = Walker(60.0, steps="avoid")
    # 100 + 185 + 30 + 185 + 100 m round.
    assert walked(counted, *ends, seconds(counted, avoiding)) == pytest.approx([600.0])
    assert walked(counted, *ends, metres(counted, avoiding)) == pytest.approx([600.0])
    assert walked(counted, *ends, metres(counted)) == pytest.approx([230.0])


def test_of_the_quick_way_round_the_steps_the_metres_are_told() -> None:
    town, tired = with_steps(2.0), Walker(60.0, step_s=7.0)
    found = walked(town, *ends_of(town), seconds(town, tired), metres(town, tired), steps(town))
    # 230 + 60 x 7 = 650 s over the steps, 600 s round them.
    assert found == pytest.approx([600.0, 600.0, 0.0])


def test_signals_and_crossings_are_charged_once_when_passed() -> None:
    spots = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 100)}
    ways = [[1, 2], [2, 3], [2, 4]]
    town = streets(spots, ways, kinds={2: 2})
    by = seconds(town, Walker(60.0, signal_s=40.0))
    west, east = (0, 0.0, 0.0), (2, 100.0, 0.0)
    assert np.array_equal(town.node_xy[town.edge_v[2]], [200.0, 0.0])
    assert walked(town, east, west, by) == [240.0]
    # A walk that ends before the signal does not wait for it.
    assert walked(town, (0, 90.0, 0.0), west, by) == [90.0]


def test_where_crossings_are_ways_of_their_own_the_road_is_not_charged() -> None:
    # The road runs along x; a crossing of 20 m from pavement to pavement meets it at (100, 0).
    spots = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 10), 5: (100, -10)}
    ways = [[1, 2], [2, 3], [4, 2, 5]]
    town = streets(spots, ways, {2: {"crossing": True, "highway": "footway"}}, {2: 1})
    by = seconds(town, Walker(60.0, crossing_s=15.0))
    edge = {
        tuple(sorted((u, v))): e
        for e, (u, v) in enumerate(zip(town.edge_u, town.edge_v, strict=True))
    }
    node = {tuple(xy): n for n, xy in enumerate(town.node_xy.tolist())}

    def at(xy: tuple[float, float]) -> Point:
        e = edge[tuple(sorted((node[xy], node[100.0, 0.0])))]
        there = town.edge_u[e] == node[xy]
        return e, 0.0 if there else float(town.edge_length_m[e]), 0.0

    assert walked(town, at((200.0, 0.0)), at((0.0, 0.0)), by) == [200.0]
    assert walked(town, at((100.0, -10.0)), at((100.0, 10.0)), by) == [35.0]


def test_pauses_surface_and_leg_add_up() -> None:
    street = streets({1: (0, 0), 2: (300, 0)}, [[1, 2]], {0: {"surface": "unpaved"}})
    walker = Walker(
        60.0, rest_every_m=100.0, rest_s=20.0, pace=frozenset({("surface", "unpaved", 1.5)})
    )
    # 300 m x (1.5 + 0.2) s on the street, 10 m x 1.2 s off it.
    walk = walked(street, (0, 300.0, 0.0), (0, 0.0, 10.0), seconds(street, walker))
    assert walk == pytest.approx([522.0])


def test_too_steep_and_forbidden_streets_are_closed() -> None:
    hill = on_ground(straight_street(), lambda x: 0.1 * x, 40)
    assert open_edges(hill, Walker(max_slope_pct=10.0)).tolist() == [True]
    assert open_edges(hill, Walker(max_slope_pct=9.9)).tolist() == [False]
    assert open_edges(hill, Walker(forbid=frozenset({("highway", "residential")}))).tolist() == [
        False
    ]
    closed = seconds(hill, Walker(max_slope_pct=9.9))
    assert walked(hill, (0, 10.0, 0.0), (0, 0.0, 0.0), closed) == [np.inf]
    assert (
        walks(hill, snaps((0, 10.0, 0.0)), snaps((0, 0.0, 0.0)), limit=1e9, by=closed).walk.size
        == 0
    )


WALKERS = st.builds(
    Walker,
    speed_m_per_min=st.sampled_from([48.0, 60.0, 80.0]),
    slope=st.sampled_from([TOBLER, SlopeLaw.table({-10.0: 0.9, 0.0: 1.0, 10.0: 0.6})]),
    signal_s=st.sampled_from([0.0, 30.0]),
    crossing_s=st.sampled_from([0.0, 10.0]),
    rest_every_m=st.sampled_from([None, 100.0]),
    rest_s=st.just(15.0),
)


@st.composite
def hilly_towns(draw: st.DrawFn) -> tuple[Network, list[Point], list[Point]]:
    """Draw a town with heights of 0 to 30 m at three stations an edge and kinds of crossings."""
    network, places, homes = draw(towns())
    edges_n = len(network.edge_u)
    heights = draw(st.lists(st.integers(0, 30), min_size=3 * edges_n, max_size=3 * edges_n))
    kinds = draw(
        st.lists(st.integers(0, 2), min_size=len(network.node_xy), max_size=len(network.node_xy))
    )
    hilly = replace(
        network,
        station_start=np.arange(edges_n + 1) * 3,
        station_height_m=np.array(heights, dtype=float),
        node_kind=np.array(kinds, dtype=np.int8),
    )
    return hilly, places, homes


def oracle_s(network: Network, walker: Walker, place: Point, home: Point) -> float:
    """Walk by networkx, over a graph of every station, home and place, each piece costed by hand."""
    graph = OnFoot(network)
    waits = {0: 0.0, 1: walker.crossing_s, 2: walker.signal_s}

    for edge in range(len(network.edge_u)):
        u, v, length_m = network.edge_u[edge], network.edge_v[edge], network.edge_length_m[edge]
        first, last = network.station_start[edge : edge + 2]
        height = network.station_height_m[first:last]
        spots = [(i * length_m / (height.size - 1), (edge, i)) for i in range(height.size)]
        spots += [(p[1], name) for p, name in ((place, "place"), (home, "home")) if p[0] == edge]
        spots.sort(key=lambda spot: spot[0])
        for (a_m, a), (b_m, b) in pairwise(spots):
            piece = min(int((a_m + b_m) / 2 / (length_m / (height.size - 1))), height.size - 2)
            slope = (height[piece + 1] - height[piece]) / (length_m / (height.size - 1))
            pause = 15.0 / walker.rest_every_m if walker.rest_every_m else 0.0
            onward, back = (
                (b_m - a_m) * (60 / walker.speed_m_per_min * float(pace) + pause)
                for pace in walker.slope.pace(np.array([slope, -slope]))
            )
            graph.street(edge, a, b, onward, back)
        for node, spot in ((u, (edge, 0)), (v, (edge, height.size - 1))):
            half = waits[int(network.node_kind[node])] / 2
            graph.wait(edge, ("node", int(node)), spot, half)
    streets_s = graph.walks("home").get("place", np.inf)
    return streets_s + (place[2] + home[2]) * walker.flat_s_per_m


@given(town=hilly_towns(), walker=WALKERS)
def test_seconds_equal_networkx_on_a_graph_of_every_station(
    town: tuple[Network, list[Point], list[Point]], walker: Walker
) -> None:
    network, places, homes = town
    by = seconds(network, walker)
    expected = np.array([[oracle_s(network, walker, p, h) for h in homes] for p in places])
    found = nearest(network, snaps(*places), snaps(*homes), by=by)
    assert found.home_walk == pytest.approx(expected.min(axis=0), abs=1e-6)
    limit = 400.0
    pairs = walks(network, snaps(*places), snaps(*homes), limit=limit, by=by)
    dense = np.full(expected.shape, np.inf)
    dense[pairs.origin, pairs.home] = pairs.walk
    clear = np.abs(expected - limit) > 1e-5
    assert (np.isfinite(dense) == (expected <= limit))[clear].all()
    near = np.isfinite(dense)
    assert dense[near] == pytest.approx(expected[near], abs=1e-6)


@given(town=hilly_towns())
def test_a_slower_walker_never_arrives_sooner(
    town: tuple[Network, list[Point], list[Point]],
) -> None:
    network, places, homes = town
    arrivals = [
        nearest(network, snaps(*places), snaps(*homes), by=seconds(network, walker)).home_walk
        for walker in (
            Walker(80.0, slope=TOBLER),
            Walker(60.0, slope=TOBLER, signal_s=20.0),
            Walker(48.0, slope=TOBLER, signal_s=20.0, rest_every_m=50.0, rest_s=10.0),
        )
    ]
    assert (arrivals[0] <= arrivals[1] + 1e-9).all()
    assert (arrivals[1] <= arrivals[2] + 1e-9).all()


@given(town=hilly_towns(), walker=WALKERS)
def test_what_is_told_beside_is_of_the_very_same_walk(
    town: tuple[Network, list[Point], list[Point]], walker: Walker
) -> None:
    network, places, homes = town
    by, beside = seconds(network, walker), metres(network, walker)
    stops = snaps(*places), snaps(*homes)
    found = nearest(network, *stops, by=by, also=[(by, *stops), (beside, *stops)])
    assert found.home_also[0] == pytest.approx(found.home_walk)
    shortest = nearest(network, *stops, by=beside).home_walk
    assert (found.home_also[1] >= shortest - 1e-9).all()


def flight(length_m: float, climb_m: float, **more: object) -> Network:
    """Return a way drawn as steps that climbs evenly, and a level street after it."""
    spots = {1: (0.0, 0.0), 2: (length_m, 0.0), 3: (length_m + 50.0, 0.0)}
    stairs = {"steps": True, "highway": "steps"}
    town = streets(spots, [[1, 2], [2, 3]], {0: stairs, 1: more})
    return on_ground(town, lambda x: min(x / length_m, 1.0) * climb_m, 6)


def steps_n(network: Network) -> float:
    return float(steps(network).full_onward.sum())


def test_steps_that_nobody_counted_are_no_more_than_length_and_climb_allow() -> None:
    # 148 m at treads of 0.30 m would be 493 steps; 14 m of climb at risers of 0.10 m are 140.
    assert steps_n(flight(148.0, 14.0)) == pytest.approx(140.0)
    assert steps_n(flight(148.0, -14.0)) == pytest.approx(140.0)
    # A steep flight is bound by its treads: 30 m are 100 steps, 12 m would allow 120.
    assert steps_n(flight(30.0, 12.0)) == pytest.approx(100.0)
    assert steps_n(flight(30.0, float("nan"))) == pytest.approx(100.0)
    # Up to a bridge the ground tells no climb; what is counted is counted.
    assert steps_n(flight(30.0, 1.0, bridge=True)) == pytest.approx(100.0)
    assert steps_n(flight(30.0, 1.0)) == pytest.approx(10.0)
    counted = flight(30.0, 1.0)
    counted = replace(counted, edges=counted.edges.assign(steps_per_m=2.0))
    assert steps_n(counted) == pytest.approx(60.0)


@given(st.floats(1.0, 500.0), st.floats(-60.0, 60.0))
def test_guessed_steps_keep_to_both_bounds(length_m: float, climb_m: float) -> None:
    found = steps_n(flight(length_m, climb_m))
    assert found == pytest.approx(min(length_m / 0.30, abs(climb_m) / 0.10), abs=1e-6)


ATTRIBUTES = {
    0: {"traits": "lit=no;smoothness=bad"},
    1: {"traits": "smoothness=bad", "surface": "unpaved"},
    2: {"highway": "path"},
    3: {"traits": "service=driveway"},
}


def test_what_streets_say_is_forbidden_or_slows_down() -> None:
    spots = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (300, 0), 5: (400, 0)}
    town = streets(spots, [[1, 2], [2, 3], [3, 4], [4, 5]], ATTRIBUTES)
    for pair, open_ in (
        (("smoothness", "bad"), [False, False, True, True]),
        (("lit", "no"), [False, True, True, True]),
        (("highway", "path"), [True, True, False, True]),
        (("surface", "unpaved"), [True, False, True, True]),
        (("smoothness", "horrible"), [True] * 4),
    ):
        assert open_edges(town, Walker(forbid=frozenset({pair}))).tolist() == open_
    pace = {("smoothness", "bad", 1.5), ("lit", "no", 1.2), ("surface", "unpaved", 2.0)}
    by = seconds(town, Walker(60.0, pace=frozenset(pace)))
    # 100 m at a metre a second, times what each edge says; several factors multiply.
    assert by.full_onward == pytest.approx([180.0, 300.0, 100.0, 100.0])
    assert by.full_back == pytest.approx(by.full_onward)


def test_a_slope_that_is_tagged_counts_where_heights_say_less() -> None:
    spots = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (300, 0)}
    tagged = {0: {"incline_pct": 12.0}, 1: {"incline_pct": 4.0}, 2: {"incline_pct": 12.0}}
    tagged[2] |= {"steps": True, "highway": "steps"}
    town = streets(spots, [[1, 2], [2, 3], [3, 4]], tagged)
    for most_pct, expected in (
        (12.0, [True] * 3),
        (11.9, [False, True, True]),
        (3.0, [False, False, True]),
    ):
        # Steps are no slope, however they are tagged.
        assert open_edges(town, Walker(max_slope_pct=most_pct)).tolist() == expected, most_pct
    # The ground rises 8 m in 100 m: steeper than the 4 % that the second street says, not the 12 %.
    hill = on_ground(town, lambda x: 0.08 * x, 4)
    for most_pct, expected in ((8.0, [False, True, True]), (7.0, [False, False, True])):
        assert open_edges(hill, Walker(max_slope_pct=most_pct)).tolist() == expected, most_pct
