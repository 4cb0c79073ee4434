"""Private streets and directions, by hand: who may walk where, and how far that is."""

import numpy as np
import pytest
import shapely

from geo.streets.network import Network
from geo.walking.doors import Doors, search_graph
from geo.walking.measure import metres, steps
from geo.walking.reach import nearest, walks
from geo.walking.route import route, walks_from
from tests.streets import Point, snaps, streets

PRIVATE = {"private": True}


def on(network: Network, xy: tuple[float, float]) -> Point:
    """Return the position on the street that runs through a point."""
    edge = int(np.argmin(shapely.distance(network.edge_lines, shapely.Point(xy))))
    return edge, float(network.edge_lines[edge].project(shapely.Point(xy))), 0.0


def walk_m(network: Network, home: tuple[float, float], place: tuple[float, float]) -> float:
    """Return the walk, the same by all searches and along the route that is drawn."""
    stops = snaps(on(network, place)), snaps(on(network, home))
    found = nearest(network, *stops)
    walk = float(found.home_walk[0])
    by = metres(network)
    hall, door = Doors.of(stops[0], by), Doors.of(stops[1], by)
    _, outwards = walks_from(door, hall)
    limited = walks(network, *stops, limit=1e6)
    way = route(network, found, 0, origins=stops[0], homes=stops[1])
    drawn = np.inf if way is None else way.length_m
    kept = search_graph(hall, door).least_walks()[0]
    assert [walk] * 3 == pytest.approx([outwards[0], drawn, kept])
    assert limited.walk.tolist() == ([] if np.isinf(walk) else pytest.approx([walk]))
    return walk


# A public road runs 1,000 m along y = 0. Over it, from (200, 0) to (800, 0), goes the road of an
# estate, 100 m to the north: 100 + 600 + 100 m, with a dead end of 50 m at (500, 100). The public road
# is not straight: from (400, 0) to (600, 0) it goes round by (400, -300) and (600, -300), 800 m.
SPOTS = {
    1: (0.0, 0.0),
    2: (200.0, 0.0),
    3: (400.0, 0.0),
    4: (400.0, -300.0),
    5: (600.0, -300.0),
    6: (600.0, 0.0),
    7: (800.0, 0.0),
    8: (1000.0, 0.0),
    9: (200.0, 100.0),
    10: (500.0, 100.0),
    11: (800.0, 100.0),
    12: (500.0, 150.0),
}
ROAD, ESTATE, END = [1, 2, 3, 4, 5, 6, 7, 8], [2, 9, 10, 11, 7], [10, 12]
TOWN = streets(SPOTS, [ROAD, ESTATE, END], {1: PRIVATE, 2: PRIVATE})
OPEN = streets(SPOTS, [ROAD, ESTATE, END])
INSIDE, WEST, EAST = (500.0, 140.0), (100.0, 0.0), (900.0, 0.0)


def test_nobody_passes_through_a_private_road() -> None:
    # 100 m to the estate, 200 m on, 800 m round, 200 + 100 m; through the estate it would be 1,000.
    assert walk_m(TOWN, WEST, EAST) == pytest.approx(1400.0)
    assert walk_m(OPEN, WEST, EAST) == pytest.approx(1000.0)


def test_a_resident_walks_out_by_the_exit_that_makes_the_whole_walk_shorter() -> None:
    # 40 m to the estate's road, 300 + 100 m to either exit, 100 m on.
    assert walk_m(TOWN, INSIDE, WEST) == pytest.approx(540.0)
    assert walk_m(TOWN, INSIDE, EAST) == pytest.approx(540.0)
    # From (300, 100) the western exit is 200 m away, the eastern one 600 m: round it would be 1,500.
    assert walk_m(TOWN, (300.0, 100.0), EAST) == pytest.approx(700.0)


def test_visitors_enter_a_private_road_to_the_hall_that_stands_on_it() -> None:
    assert walk_m(TOWN, WEST, INSIDE) == pytest.approx(540.0)
    assert walk_m(TOWN, EAST, INSIDE) == pytest.approx(540.0)


def test_neighbours_stay_on_their_private_road() -> None:
    assert walk_m(TOWN, (300.0, 100.0), INSIDE) == pytest.approx(240.0)
    assert walk_m(TOWN, (300.0, 100.0), (700.0, 100.0)) == pytest.approx(400.0)


def test_from_one_estate_to_another_the_way_between_is_public() -> None:
    # Two estates of 100 m at (100, 0) and (300, 0), and a third between them that joins both.
    spots = {1: (0, 0), 2: (100, 0), 3: (300, 0), 4: (100, 100), 5: (300, 100), 6: (200, 0)}
    spots |= {7: (200, -500)}
    ways = [[1, 2], [2, 4], [3, 5], [2, 6, 3]]
    apart = streets(spots, ways, {1: PRIVATE, 2: PRIVATE})
    assert walk_m(apart, (100, 90), (300, 90)) == pytest.approx(90 + 200 + 90)
    # Once in public, nobody crosses another private road on the way: here there is no other.
    between = streets(spots, [[1, 2], [2, 4], [3, 5], [2, 6], [6, 3]], {1: PRIVATE, 4: PRIVATE})
    assert walk_m(between, (100, 90), (300, 90)) == np.inf
    assert walk_m(between, (100, 90), (290, 0)) == pytest.approx(90 + 190)


# An escalator of 20 m up from (0, 0) to (20, 0) beside stairs that go 35 m round.
HALL = {
    1: (-50.0, 0.0),
    2: (0.0, 0.0),
    3: (20.0, 0.0),
    4: (70.0, 0.0),
    5: (0.0, 7.5),
    6: (20.0, 7.5),
}
UP = {"highway": "steps", "oneway": 1}
STAIRS = {"highway": "steps", "steps": True, "steps_per_m": 2.0}


@pytest.mark.parametrize("drawn", [[2, 3], [3, 2]])
def test_an_escalator_carries_up_and_down_one_takes_the_stairs(drawn: list[int]) -> None:
    moving = {**UP, "oneway": 1 if drawn == [2, 3] else -1}
    hall = streets(HALL, [[1, 2], drawn, [2, 5, 6, 3], [3, 4]], {1: moving, 2: STAIRS})
    below, above = (-50.0, 0.0), (70.0, 0.0)
    assert walk_m(hall, below, above) == pytest.approx(50 + 20 + 50)
    assert walk_m(hall, above, below) == pytest.approx(50 + 35 + 50)
    stops = snaps(on(hall, below)), snaps(on(hall, above))
    counted = steps(hall)
    down = nearest(hall, *stops, also=[(counted, *stops)])
    assert down.home_also[0].tolist() == pytest.approx([70.0])


def test_on_a_street_of_one_direction_a_place_behind_is_far() -> None:
    # A ring of 400 m that is walked one way round.
    ring = {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100)}
    town = streets(ring, [[1, 2, 3], [3, 4, 1]], {0: {"oneway": 1}, 1: {"oneway": 1}})
    assert walk_m(town, (20, 0), (60, 0)) == pytest.approx(40.0)
    assert walk_m(town, (60, 0), (20, 0)) == pytest.approx(360.0)
    # At a junction one is there without walking along the street.
    assert walk_m(town, (60, 0), (0, 0)) == pytest.approx(340.0)
