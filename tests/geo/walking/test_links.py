"""Missing paths: by hand, and against many points tried along every street."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.streets.network import Network
from geo.walking.doors import Doors
from geo.walking.links import Pieces, Starts, StraightLink, best_link, pieces_of, shortest_link
from geo.walking.measure import Measure, metres, seconds
from geo.walking.reach import nearest
from geo.walking.walker import TOBLER, Walker
from tests.geo.walking.test_measure import hilly_towns, on_ground
from tests.streets import Point, snaps, straight_street, streets

EVERYWHERE = 1e9


def pieces(network: Network, measure: Measure, places: list[Point]) -> Pieces:
    doors = Doors.of(snaps(*places), measure)
    walk = nearest(network, doors, Doors.of(snaps(), measure), by=measure).node_walk
    return pieces_of(measure, np.arange(len(network.edge_u)), walk, doors)


def start(x: float, y: float, cost: float = 0.0, own: int = -1) -> Starts:
    return Starts(np.array([[x, y]]), np.array([cost]), np.array([own]))


def test_the_shortest_path_that_is_enough_is_no_longer_than_it_must_be() -> None:
    # The street runs 1,000 m along y = 0, the place stands at its west end. From (300, 40) the
    # nearest point (300, 0) makes 40 + 300 = 340 m. With 330 m to spend, the path must end at t with
    # sqrt(40² + (t - 300)²) = 330 - t: 91,600 - 600 t = 108,900 - 660 t, so t = 17,300 / 60.
    street = straight_street()
    some = pieces(street, metres(street), [(0, 0.0, 0.0)])
    found = shortest_link(start(300, 40), some, leg_per_m=1.0, longest_m=100.0, enough=330.0)
    assert found is not None
    assert found.offset_m == pytest.approx(17_300 / 60)
    assert found.path_m == pytest.approx(330 - 17_300 / 60)
    assert found.cost == pytest.approx(330.0)
    near = shortest_link(start(300, 40), some, leg_per_m=1.0, longest_m=100.0, enough=340.0)
    assert near is not None
    assert (near.offset_m, near.path_m, near.cost) == (300.0, 40.0, 340.0)
    # 30 m to the west by the street's end at most: sqrt(40² + 300²) = 302.66 m.
    assert shortest_link(start(300, 40), some, leg_per_m=1.0, longest_m=1e3, enough=302.6) is None


def test_the_best_path_cuts_the_corner_as_far_as_it_may() -> None:
    # At most 50 m from (300, 40): down to (270, 0), then 270 m.
    street = straight_street()
    some = pieces(street, metres(street), [(0, 0.0, 0.0)])
    found = best_link(start(300, 40), some, leg_per_m=1.0, longest_m=50.0)
    assert found is not None
    assert (found.offset_m, found.path_m, found.cost) == pytest.approx((270.0, 50.0, 320.0))


def test_the_best_path_is_found_when_it_is_just_enough() -> None:
    # Hypothesis drew this town. From (0, 0) only the street to (827, 0) is within 400 m, and the walk
    # on from there is 815.05 m round by (827, 0) to the place at (390, 688): the best path of 400 m
    # leads as far to the east as it may, and no other path is enough.
    spots = dict(
        enumerate([(54.0, 423.0), (390.0, 688.0), (641.0, 0.0), (753.0, 497.0), (827.0, 0.0)])
    )
    town = streets(spots, [[0, 4], [1, 2], [1, 3], [1, 4]])
    some = pieces(town, metres(town), [(1, 0.0, 0.0)])
    # On (54, 423) + t (773, -423) / 881.17: t² + 2 t (54 x 773 - 423²) / 881.17 + 54² + 423² = 400².
    street_m = np.hypot(773, 423)
    half = (423**2 - 54 * 773) / street_m
    t = half + np.sqrt(half**2 - (54**2 + 423**2 - 400**2))
    walk = 10.0 + 400.0 + (street_m - t) + np.hypot(827 - 390, 688)
    best = best_link(start(0, 0, 10.0), some, leg_per_m=1.0, longest_m=400.0)
    assert best is not None
    assert (best.offset_m, best.path_m, best.cost) == pytest.approx((t, 400.0, walk))
    found = shortest_link(start(0, 0, 10.0), some, leg_per_m=1.0, longest_m=400.0, enough=best.cost)
    assert found is not None
    assert (found.offset_m, found.path_m, found.cost) == pytest.approx((t, 400.0, walk))
    less = best.cost - 0.01
    assert (
        shortest_link(start(0, 0, 10.0), some, leg_per_m=1.0, longest_m=400.0, enough=less) is None
    )


def test_a_path_is_walked_at_the_walkers_speed_and_the_street_with_its_slope() -> None:
    # East to west 10 % down: as quick as the flat. So 40 m/min make 1.5 s a metre on both.
    hill = on_ground(straight_street(), lambda x: 0.1 * x, 40)
    by = seconds(hill, Walker(40.0, slope=TOBLER))
    some = pieces(hill, by, [(0, 0.0, 0.0)])
    found = shortest_link(
        start(300, 40), some, leg_per_m=by.leg_per_m, longest_m=100.0, enough=510.0
    )
    assert found is not None
    assert (found.offset_m, found.path_m, found.cost) == pytest.approx((300.0, 40.0, 510.0))


def test_a_start_does_not_join_its_own_street() -> None:
    street = straight_street()
    some = pieces(street, metres(street), [(0, 0.0, 0.0)])
    assert best_link(start(300, 40, own=0), some, leg_per_m=1.0, longest_m=100.0) is None
    assert best_link(start(300, 40, np.inf), some, leg_per_m=1.0, longest_m=100.0) is None


def test_streets_without_a_way_on_and_closed_ones_give_no_piece() -> None:
    island = streets({1: (0, 0), 2: (100, 0), 3: (50, 10), 4: (90, 10)}, [[1, 2], [3, 4]])
    some = pieces(island, metres(island), [(0, 0.0, 0.0)])
    assert set(some.edge.tolist()) == {0}
    shut = metres(island, Walker(forbid=frozenset({("highway", "residential")})))
    assert len(pieces(island, shut, [(0, 0.0, 0.0)]).edge) == 0


def tried(
    network: Network, measure: Measure, places: list[Point], home: Starts, longest_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return length and walk of the paths to points three metres apart along every street."""
    # A path ends on a public street; where two meet, one may go on along either.
    rows = [
        (edge, offset_m, 0.0)
        for edge, length_m in enumerate(network.edge_length_m)
        for offset_m in np.linspace(0.0, length_m, int(length_m) // 3 + 4)[1:-1]
        if not network.edges["private"].iloc[edge]
    ]
    spots = shapely.line_interpolate_point(
        network.edge_lines[[row[0] for row in rows]], [row[1] for row in rows]
    )
    path_m = np.hypot(*(shapely.get_coordinates(spots).reshape(-1, 2) - home.xy[0]).T)
    walk = nearest(network, snaps(*places), snaps(*rows), by=measure).home_walk
    near = path_m <= longest_m
    return path_m[near], (home.cost[0] + path_m * measure.leg_per_m + walk)[near]


def as_told(
    network: Network, measure: Measure, places: list[Point], home: Starts, link: StraightLink
) -> float:
    """Return the walk over a path, by the engine."""
    snap = snaps((link.edge, link.offset_m, link.path_m))
    assert np.hypot(*(link.xy - home.xy[0])) == pytest.approx(link.path_m, abs=1e-6)
    spot = network.edge_lines[link.edge].interpolate(link.offset_m)
    assert shapely.get_coordinates(spot)[0] == pytest.approx(link.xy, abs=1e-6)
    return float(home.cost[0] + nearest(network, snaps(*places), snap, by=measure).home_walk[0])


@given(
    town=hilly_towns(),
    xy=st.tuples(st.integers(0, 900), st.integers(0, 900)),
    longest_m=st.sampled_from([100.0, 400.0]),
    share=st.sampled_from([0.3, 0.7, 0.95]),
    by_time=st.booleans(),
)
@settings(max_examples=40)
def test_no_point_that_is_tried_does_better(
    town: tuple[Network, list[Point], list[Point]],
    xy: tuple[int, int],
    longest_m: float,
    share: float,
    *,
    by_time: bool,
) -> None:
    network, places, _ = town
    measure = seconds(network, Walker(50.0, slope=TOBLER)) if by_time else metres(network)
    home = start(*xy, cost=10.0)
    some = pieces(network, measure, places)
    path_m, cost = tried(network, measure, places, home, longest_m)
    best = best_link(home, some, leg_per_m=measure.leg_per_m, longest_m=longest_m)
    reachable = np.isfinite(cost)
    if best is None:
        assert not reachable.any()
        return
    assert best.path_m <= longest_m + 1e-6
    assert as_told(network, measure, places, home, best) <= best.cost + 1e-6
    assert not (cost < best.cost - 1e-6).any()
    enough = best.cost + share * (1000.0 - best.cost) if best.cost < 1000.0 else best.cost
    found = shortest_link(
        home, some, leg_per_m=measure.leg_per_m, longest_m=longest_m, enough=enough
    )
    assert found is not None
    assert as_told(network, measure, places, home, found) <= enough + 1e-6
    assert not (path_m[cost <= enough] < found.path_m - 1e-6).any()
