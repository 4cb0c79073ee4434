"""What stands at a point of a street: forbidden it closes the passing and nothing else, weighed it costs."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.catchment.extent import reached_lines
from geo.edits.applied import Edit, apply_edits
from geo.streets.network import Network, network_from_frames, network_to_frames
from geo.streets.walkable import SHUT
from geo.walking.doors import Doors
from geo.walking.measure import Measure, metres, seconds
from geo.walking.reach import nearest
from geo.walking.route import route
from geo.walking.snapping import snap
from geo.walking.walker import Walker
from tests.streets import snaps, streets

STILE = "barrier=stile"
NO_STILE = Walker(60.0, forbid=frozenset({("barrier", "stile")}))
NO_KERB = Walker(60.0, forbid=frozenset({("kerb", "raised")}))

Spots = dict[int, tuple[float, float]]

# From 1 to 4 along the x axis, the stile at 2; or from 1 by 5 and 6 to 4: 100 + 300 + 100 m.
FIELD: Spots = {1: (0, 0), 2: (100, 0), 4: (300, 0), 5: (0, 100), 6: (300, 100)}
PATHS = [[1, 2, 4], [1, 5, 6, 4]]


def field(traits: Mapping[int, str] | None = None) -> Network:
    return streets(FIELD, PATHS, traits=traits)


def walk(
    network: Network, home: tuple[float, float], place: tuple[float, float], by: Measure
) -> float:
    ends = [snap(np.array([xy]), network, limit_m=50.0) for xy in (place, home)]
    return float(nearest(network, *ends, by=by).home_walk[0])


def test_a_stile_closes_the_passing_and_nothing_else() -> None:
    network = field({2: STILE})
    forbidding = metres(network, NO_STILE)
    # On either side of the stile, 5 m off the path, doors stay where they are.
    near, far = (90.0, 5.0), (110.0, -5.0)
    assert walk(network, near, far, metres(network, Walker(60.0))) == pytest.approx(30.0)
    # Back to 1, round and back from 4: 5 + 90 + 500 + 190 + 5.
    assert walk(network, near, far, forbidding) == pytest.approx(790.0)
    assert walk(network, far, near, forbidding) == pytest.approx(790.0)
    assert walk(network, near, (60.0, 0.0), forbidding) == pytest.approx(35.0)
    assert walk(network, far, (160.0, 0.0), forbidding) == pytest.approx(55.0)
    # Who walks up to the stile itself is there.
    assert walk(network, near, (99.999, 0.0), forbidding) == pytest.approx(14.999)


def test_who_does_not_ask_walks_as_if_nothing_stood_there() -> None:
    for walker in (Walker(60.0), NO_KERB):
        for measure in (metres, seconds):
            there, without = field({2: STILE}), field()
            for home in ((90.0, 5.0), (250.0, 0.0), (150.0, 100.0)):
                found = walk(there, home, (10.0, 0.0), measure(there, walker))
                expected = walk(without, home, (10.0, 0.0), measure(without, walker))
                assert found == pytest.approx(expected, abs=1e-9)


def test_a_stile_that_costs_time_is_paid_once_or_walked_round() -> None:
    network = field({2: STILE})

    def lost(lost_s: float) -> Walker:
        return Walker(60.0, passing=frozenset({("barrier", "stile", lost_s)}))

    # 300 m at a metre a second, or 500 m round.
    for lost_s, expected in ((20.0, 320.0), (199.0, 499.0), (250.0, 500.0)):
        by = seconds(network, lost(lost_s))
        assert walk(network, (0.0, 0.0), (300.0, 0.0), by) == pytest.approx(expected)
    assert walk(network, (90.0, 0.0), (50.0, 0.0), seconds(network, lost(20.0))) == 40.0
    assert walk(network, (0.0, 0.0), (300.0, 0.0), metres(network, lost(250.0))) == 300.0


def test_who_walks_along_the_road_passes_nothing_that_stands_beside_it() -> None:
    spots: Spots = {1: (-100, 0), 2: (0, 0), 3: (100, 0), 4: (0, 80), 5: (0, -80)}
    path = {"highway": "path"}
    network = streets(spots, [[1, 2, 3], [2, 4], [2, 5]], {1: path, 2: path}, traits={2: STILE})
    west, east, up, down = (-50.0, 0.0), (50.0, 0.0), (0.0, 40.0), (0.0, -40.0)
    by = metres(network, NO_STILE)
    assert walk(network, west, east, by) == pytest.approx(100.0)
    assert walk(network, up, (0.0, 70.0), by) == pytest.approx(30.0)
    for home, place in ((up, west), (west, up), (up, down)):
        assert walk(network, home, place, by) == np.inf
    paying = seconds(network, Walker(60.0, passing=frozenset({("barrier", "stile", 7.0)})))
    assert walk(network, west, east, paying) == pytest.approx(100.0)
    assert walk(network, up, west, paying) == pytest.approx(97.0)


def test_a_raised_kerb_is_beside_the_road_and_before_the_crossing() -> None:
    # A pavement (y = 10), a crossing down to the road (y = 0) and up to the other pavement (y = -10).
    spots: Spots = {1: (-50, 10), 2: (0, 10), 3: (50, 10), 4: (0, 0), 5: (0, -10), 6: (-50, -10)}
    spots |= {7: (50, -10), 8: (-50, 0), 9: (50, 0)}
    walkway, over = {"highway": "footway"}, {"highway": "footway", "crossing": True}
    said = {0: walkway, 1: over, 2: walkway}
    ways = [[1, 2, 3], [2, 4, 5], [6, 5, 7], [8, 4, 9]]

    def town(*kerbs: int) -> Network:
        return streets(spots, ways, said, traits=dict.fromkeys(kerbs, "kerb=raised"))

    north, south, road = (-40.0, 10.0), (-40.0, -10.0), (-40.0, 0.0)
    for kerbs in ([2], [4], [2, 5]):
        network = town(*kerbs)
        by = metres(network, NO_KERB)
        assert walk(network, north, south, by) == np.inf, kerbs
        assert walk(network, north, (40.0, 10.0), by) == pytest.approx(80.0), kerbs
        assert walk(network, road, (40.0, 0.0), by) == pytest.approx(80.0), kerbs
        assert walk(network, north, south, metres(network, Walker(60.0))) == pytest.approx(100.0)
    paying = Walker(60.0, passing=frozenset({("kerb", "raised", 4.0)}))
    # Down to the road and up from it, at one node or at two.
    for kerbs in ([4], [2, 5]):
        network = town(*kerbs)
        found = walk(network, north, south, seconds(network, paying))
        assert found == pytest.approx(108.0), kerbs
    # A kerb told of a road alone is nobody's who walks along it.
    alone = streets({1: (0, 0), 2: (50, 0), 3: (100, 0)}, [[1, 2, 3]], traits={2: "kerb=raised"})
    assert walk(alone, (0.0, 0.0), (100.0, 0.0), metres(alone, NO_KERB)) == 100.0


def random_streets(
    rng: np.random.Generator,
) -> tuple[Spots, list[Sequence[int]], list[int]]:
    spots = {key: tuple(xy) for key, xy in enumerate(rng.uniform(0, 900, (8, 2)).tolist())}
    pairs = [(a, b) for a in spots for b in range(a)]
    chosen = rng.choice(len(pairs), size=10, replace=False)
    return spots, [pairs[number] for number in chosen], rng.choice(8, 3, replace=False).tolist()


@pytest.mark.parametrize("seed", range(25))
def test_what_is_forbidden_is_passed_by_nobody_as_if_it_were_shut(seed: int) -> None:
    rng = np.random.default_rng(seed)
    spots, ways, gates = random_streets(rng)
    there = streets(spots, ways, traits=dict.fromkeys(gates, STILE))
    shut, plain = streets(spots, ways, kinds=dict.fromkeys(gates, SHUT)), streets(spots, ways)
    # Well inside of a way, so that nobody stands at a gate.
    share = rng.uniform(0.2, 0.8, (12, 1))
    ends = np.array([[spots[a], spots[b]] for a, b in (ways[n] for n in rng.integers(0, 10, 12))])
    doors = ends[:, 0] * share + ends[:, 1] * (1 - share)

    def walked(network: Network, walker: Walker | None) -> np.ndarray:
        found = snap(doors, network, limit_m=1e-6)
        by = metres(network, walker)
        return nearest(network, found[:2].reset_index(drop=True), found[2:], by=by).home_walk

    np.testing.assert_allclose(walked(there, NO_STILE), walked(shut, None), atol=1e-9)
    np.testing.assert_allclose(walked(there, Walker(60.0)), walked(plain, None), atol=1e-9)


def test_the_reach_ends_at_the_stile_and_a_walk_tells_its_cost() -> None:
    spots: Spots = {1: (0, 0), 2: (500, 0), 3: (1000, 0)}
    network = streets(spots, [[1, 2, 3]], traits={2: STILE})
    place, home = snap(np.array([[400.0, 0.0], [300.0, 0.0]]), network, limit_m=1.0), None
    by = metres(network, NO_STILE)
    origins = Doors.of(place[:1], by)
    home = place[1:].reset_index(drop=True)
    found = nearest(network, place[:1], home, by=by)
    reached, _ = reached_lines(by, found, origins, limit=300.0)
    there = shapely.union_all([line for line in reached if line is not None])
    assert there.bounds == pytest.approx((100.0, 0.0, 500.0, 0.0))
    way = route(network, found, 0, origins=place[:1], homes=home)
    assert way is not None
    assert way.cost(by) == pytest.approx(100.0)
    # From beyond, the whole walk with what the stile costs.
    paying = seconds(network, Walker(60.0, passing=frozenset({("barrier", "stile", 9.0)})))
    beyond = snap(np.array([[700.0, 0.0]]), network, limit_m=1.0)
    found = nearest(network, place[:1], beyond, by=paying)
    way = route(network, found, 0, origins=place[:1], homes=beyond)
    assert way is not None
    assert (found.home_walk[0], way.cost(paying)) == pytest.approx((309.0, 309.0))


def test_who_lives_where_no_way_leads_on_is_reached_by_what_stands_there() -> None:
    spots: Spots = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (300, 0)}
    network = streets(spots, [[1, 2, 3, 4]], traits={2: STILE, 3: STILE})
    by = metres(network, NO_STILE)
    assert walk(network, (120.0, 0.0), (180.0, 0.0), by) == pytest.approx(60.0)
    assert walk(network, (120.0, 0.0), (80.0, 0.0), by) == np.inf


def test_what_stands_at_a_point_is_stored_and_outlasts_edits() -> None:
    network = network_from_frames(*network_to_frames(field({2: STILE})))
    assert network.node_traits == field({2: STILE}).node_traits
    assert list(network.node_traits.values()) == [STILE]
    shortcut = Edit("p", "path", shapely.LineString([(50, 0), (50, 100)]), join_m=1.0)
    wall = Edit("w", "barrier", shapely.LineString([(290, 50), (310, 50)]))
    edited = apply_edits(network, [shortcut, wall]).network
    assert list(edited.node_traits.values()) == [STILE]
    by = metres(edited, NO_STILE)
    # Back to the new path and up it; beyond the stile there is no way, for the wall closes the other.
    assert walk(edited, (80.0, 0.0), (60.0, 100.0), by) == pytest.approx(30 + 100 + 10)
    assert walk(edited, (80.0, 0.0), (120.0, 0.0), by) == np.inf


def test_two_things_at_one_spot_are_both_there() -> None:
    # A way that goes over one spot with two nodes of its own: the piece between has no length.
    spots: Spots = {1: (0, 0), 2: (50, 0), 3: (50, 0), 4: (100, 0)}
    network = streets(spots, [[1, 2, 3, 4]], traits={2: STILE, 3: "kerb=raised"})
    assert list(network.node_traits.values()) == ["barrier=stile;kerb=raised"]
    for walker in (NO_STILE, Walker(60.0, forbid=frozenset({("barrier", "gate")}))):
        expected = np.inf if walker is NO_STILE else 100.0
        assert walk(network, (0.0, 0.0), (100.0, 0.0), metres(network, walker)) == expected


def test_a_door_at_the_end_of_an_edge_is_no_way_through() -> None:
    network = field({2: STILE})
    edge = int(np.flatnonzero(np.isclose(network.edge_length_m, 100.0))[0])
    at_stile = snaps((edge, float(network.edge_length_m[edge]), 3.0))
    by = metres(network, NO_STILE)
    place = snap(np.array([[10.0, 0.0], [300.0, 0.0]]), network, limit_m=1.0)
    found = [
        float(nearest(network, pd.DataFrame(place[row : row + 1]), at_stile, by=by).home_walk[0])
        for row in (0, 1)
    ]
    # On its own side; to the other end of the path it is 100 back and 500 round.
    assert found == pytest.approx([93.0, 603.0])
