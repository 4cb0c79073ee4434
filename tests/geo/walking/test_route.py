"""Routes: by hand, against networkx, and the same measures as the walks they follow."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given

from geo.streets.network import Network, to_networkx
from geo.walking.doors import Doors
from geo.walking.measure import climb, metres, seconds, steps
from geo.walking.reach import nearest
from geo.walking.route import AT_DOOR, Route, route, walks_from
from geo.walking.walker import TOBLER, Walker
from tests.geo.walking.test_measure import WALKERS, hilly_towns, on_ground
from tests.streets import Point, snaps, straight_street, streets, towns


def spot(network: Network, point: Point) -> np.ndarray:
    line = network.edge_lines[point[0]]
    return np.array(shapely.get_coordinates(line.interpolate(point[1]))[0])


def routed(network: Network, places: list[Point], home: Point, by=None) -> Route | None:
    stops = snaps(*places), snaps(home)
    found = nearest(network, *stops, by=by)
    return route(network, found, 0, origins=stops[0], homes=stops[1])


def spans(found: Route) -> list[tuple[int, float, float]]:
    return list(zip(found.edge.tolist(), found.from_m.tolist(), found.to_m.tolist(), strict=True))


def test_along_one_edge_the_route_is_one_span_in_either_direction() -> None:
    street = straight_street()
    there = routed(street, [(0, 700.0, 5.0)], (0, 100.0, 20.0))
    back = routed(street, [(0, 100.0, 5.0)], (0, 700.0, 20.0))
    assert there is not None
    assert back is not None
    assert spans(there) == [(0, 100.0, 700.0)]
    assert spans(back) == [(0, 700.0, 100.0)]
    assert (there.length_m, back.length_m) == (625.0, 625.0)
    assert back.line_xy().tolist() == [[700.0, 0.0], [100.0, 0.0]]


def test_the_line_goes_from_the_door_along_every_bend_to_the_other_door() -> None:
    # West street with a bend at (50, 50), then the main street to the east; the place is 10 m north
    # of (250, 0), the home 30 m west of the beginning of the west street at (0, 100).
    town = streets({1: (0, 100), 2: (50, 50), 3: (100, 0), 4: (300, 0), 5: (100, -80)},
                   [[1, 2, 3], [3, 4], [3, 5]])  # fmt: skip
    west = int(np.argmin(town.node_xy[town.edge_u][:, 0] + town.node_xy[town.edge_v][:, 0]))
    east = int(np.argmax(town.node_xy[town.edge_u][:, 0] + town.node_xy[town.edge_v][:, 0]))
    found = routed(town, [(east, 150.0, 10.0)], (west, 0.0, 30.0))
    assert found is not None
    line = found.line(np.array([-30.0, 100.0]), np.array([250.0, 10.0]))
    assert list(line.coords) == [(-30, 100), (0, 100), (50, 50), (100, 0), (250, 0), (250, 10)]
    assert line.length == pytest.approx(30 + 100 * np.sqrt(2) + 150 + 10)
    assert [(each.name, each.length_m) for each in found.stretches] == [
        ("street 0", pytest.approx(100 * np.sqrt(2))),
        ("street 1", 150.0),
    ]


def test_a_loop_is_walked_the_shorter_way_round() -> None:
    # A ring of 400 m hangs at (0, 0), a street of 100 m leads away from there.
    ring = {1: (0, 0), 2: (-100, 0), 3: (-100, 100), 4: (0, 100), 5: (100, 0)}
    town = streets(ring, [[1, 2, 3, 4, 1], [1, 5]])
    loop = int(np.flatnonzero(town.edge_u == town.edge_v)[0])
    street = 1 - loop
    far_m = 0.0 if town.node_xy[town.edge_u[street]][0] > 0 else 100.0
    for offset_m, round_m in ((90.0, 90.0), (310.0, 90.0), (200.0, 200.0)):
        found = routed(town, [(street, far_m, 0.0)], (loop, offset_m, 0.0))
        assert found is not None
        assert found.length_m == pytest.approx(round_m + 100.0)
        back = routed(town, [(loop, offset_m, 0.0)], (street, far_m, 0.0))
        assert back is not None
        assert back.length_m == pytest.approx(round_m + 100.0)
        assert back.line_xy()[::-1] == pytest.approx(found.line_xy())


def test_without_a_walk_there_is_no_route() -> None:
    island = streets({1: (0, 0), 2: (100, 0), 3: (50, 10), 4: (90, 10)}, [[1, 2], [3, 4]])
    assert routed(island, [(0, 10.0, 0.0)], (1, 10.0, 0.0)) is None
    assert routed(island, [(0, 10.0, 0.0)], (-1, 0.0, 0.0)) is None
    assert routed(island, [(-1, 0.0, 0.0)], (0, 10.0, 0.0)) is None


def test_the_climb_is_of_the_direction_that_is_walked() -> None:
    # 1,000 m rising 100 m from west to east.
    hill = on_ground(straight_street(), lambda x: 0.1 * x, 40)
    up = routed(hill, [(0, 900.0, 0.0)], (0, 100.0, 0.0))
    down = routed(hill, [(0, 100.0, 0.0)], (0, 900.0, 0.0))
    assert up is not None
    assert down is not None
    assert up.cost(climb(hill)) == pytest.approx(80.0)
    assert down.cost(climb(hill)) == pytest.approx(0.0)


def test_steps_bridges_and_tunnels_are_stretches_of_their_own() -> None:
    spots = {1: (0, 0), 2: (100, 0), 3: (130, 0), 4: (230, 0), 5: (300, 0)}
    special = {
        1: {"steps": True, "highway": "steps", "steps_per_m": 2.0},
        2: {"bridge": True, "name": "大橋"},
    }
    town = streets(spots, [[1, 2], [2, 3], [3, 4], [4, 5]], special)
    first = int(np.argmin(town.edge_xy[town.edge_start[:-1], 0]))
    last = int(np.argmax(town.edge_xy[town.edge_start[1:] - 1, 0]))
    found = routed(town, [(last, 70.0, 0.0)], (first, 10.0, 0.0))
    assert found is not None
    assert [(each.kind, each.length_m) for each in found.stretches] == [
        ("street", 90.0),
        ("steps", 30.0),
        ("bridge", 100.0),
        ("street", 70.0),
    ]
    assert found.cost(steps(town)) == pytest.approx(60.0)
    assert found.along(steps(town)).tolist() == pytest.approx([0.0, 60.0, 0.0, 0.0])


@given(town=towns())
def test_every_route_is_as_long_as_its_walk_and_hangs_together(
    town: tuple[Network, list[Point], list[Point]],
) -> None:
    network, places, homes = town
    stops = snaps(*places), snaps(*homes)
    found = nearest(network, *stops)
    for home, point in enumerate(homes):
        way = route(network, found, home, origins=stops[0], homes=stops[1])
        if way is None:
            assert np.isinf(found.home_walk[home])
            continue
        assert way.length_m == pytest.approx(found.home_walk[home], abs=1e-6)
        assert (way.enters[0], way.leaves[-1]) == (AT_DOOR, AT_DOOR)
        xy = way.line_xy()
        assert xy[0] == pytest.approx(spot(network, point), abs=1e-6)
        assert xy[-1] == pytest.approx(spot(network, places[way.origin]), abs=1e-6)
        drawn = np.hypot(*np.diff(xy, axis=0).T).sum()
        assert drawn == pytest.approx(way.span_m.sum(), abs=1e-6)
        assert sum(each.length_m for each in way.stretches) == pytest.approx(way.span_m.sum())


@given(town=towns())
def test_between_junctions_the_route_is_as_long_as_that_of_networkx(
    town: tuple[Network, list[Point], list[Point]],
) -> None:
    network, _, _ = town
    # Who lives where is not what this graph tells.
    network = replace(network, edges=network.edges.assign(private=False))
    graph = to_networkx(network)
    home, place = (0, 0.0, 0.0), (len(network.edge_u) - 1, 0.0, 0.0)
    way = routed(network, [place], home)
    ends = int(network.edge_u[home[0]]), int(network.edge_u[place[0]])
    if way is None:
        assert not nx.has_path(graph, *ends)
        return
    assert way.length_m == pytest.approx(
        nx.dijkstra_path_length(graph, *ends, weight="length_m"), abs=1e-6
    )


@given(town=hilly_towns(), walker=WALKERS)
def test_a_route_costs_in_every_measure_what_its_walk_does(
    town: tuple[Network, list[Point], list[Point]], walker: Walker
) -> None:
    network, places, homes = town
    stops = snaps(*places), snaps(*homes)
    beside = [metres(network, walker), climb(network, walker), steps(network, walker)]
    by = seconds(network, walker)
    found = nearest(network, *stops, by=by, also=[(each, *stops) for each in beside])
    for home in range(len(homes)):
        way = route(network, found, home, origins=stops[0], homes=stops[1])
        if way is None:
            continue
        assert way.cost(by) == pytest.approx(found.home_walk[home], abs=1e-6)
        for measure, sums in zip(beside, found.home_also, strict=True):
            assert way.cost(measure) == pytest.approx(sums[home], abs=1e-6)


@given(town=hilly_towns(), walker=WALKERS)
def test_walks_from_a_home_are_those_to_each_place(
    town: tuple[Network, list[Point], list[Point]], walker: Walker
) -> None:
    network, places, homes = town
    by = seconds(network, walker)
    origins = Doors.of(snaps(*places), by)
    for home in homes:
        _, walk = walks_from(Doors.of(snaps(home), by), origins)
        for place, told in zip(places, walk, strict=True):
            expected = nearest(network, snaps(place), snaps(home), by=by).home_walk[0]
            assert told == pytest.approx(expected, abs=1e-6)


def test_walks_from_a_home_end_at_the_limit_and_do_not_leave_an_unsnapped_one() -> None:
    street = straight_street()
    by = seconds(street, Walker(60.0, slope=TOBLER))
    places = Doors.of(snaps((0, 500.0, 0.0), (0, 501.0, 0.0)), by)
    _, walk = walks_from(Doors.of(snaps((0, 0.0, 0.0)), by), places, limit=500.0)
    assert walk.tolist() == [500.0, np.inf]
    _, walk = walks_from(Doors.of(snaps((-1, 0.0, 0.0)), by), places)
    assert np.isinf(walk).all()
