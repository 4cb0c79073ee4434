"""Reach: by hand on one street, against networkx on random towns, and its properties."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.arrays import within
from geo.streets.network import Network
from geo.walking.doors import Doors, search_graph
from geo.walking.measure import metres
from geo.walking.reach import Walks, nearest, straight_m, walks
from tests.streets import Point, oracle_walk_m, snaps, straight_street, streets, towns


def test_a_limit_of_500_metres_includes_500_metres_and_no_millimetre_more() -> None:
    metres = np.array([499.999, 500.0, 500.0 + 1e-9, 500.001])
    assert within(metres, 500.0).tolist() == [True, True, True, False]


def test_the_legs_off_the_street_are_part_of_the_walk() -> None:
    # Home 30 m off the street at 100 m, place 20 m off it at 550 m: 30 + 450 + 20.
    network = straight_street()
    found = nearest(network, snaps((0, 550.0, 20.0)), snaps((0, 100.0, 30.0)))
    assert found.home_walk.tolist() == [500.0]
    reached = walks(network, snaps((0, 550.0, 20.0)), snaps((0, 100.0, 30.0)), limit=500.0)
    assert reached.walk.tolist() == [500.0]
    assert (reached.origin.tolist(), reached.home.tolist()) == ([0], [0])


def test_a_home_between_two_places_walks_to_the_nearer_along_its_own_edge() -> None:
    network = straight_street()
    found = nearest(network, snaps((0, 0.0, 0.0), (0, 1000.0, 0.0)), snaps((0, 400.0, 0.0)))
    assert (found.home_walk.tolist(), found.home_origin.tolist()) == ([400.0], [0])


def test_of_two_places_equally_near_the_first_counts_from_either_end() -> None:
    network = straight_street()
    places = snaps((0, 1000.0, 0.0), (0, 0.0, 0.0))
    assert nearest(network, places, snaps((0, 500.0, 0.0))).home_origin.tolist() == [0]


def test_an_unsnapped_home_or_place_takes_no_part() -> None:
    network = straight_street()
    found = nearest(
        network, snaps((-1, 0.0, 0.0), (0, 10.0, 0.0)), snaps((0, 0.0, 0.0), (-1, 0, 0))
    )
    assert found.home_walk.tolist() == [10.0, np.inf]
    assert found.home_origin.tolist() == [1, -1]
    none = nearest(network, snaps((-1, 0.0, 0.0)), snaps((0, 0.0, 0.0)))
    assert np.isinf(none.node_walk).all()


def test_another_piece_of_the_network_cannot_be_walked_to() -> None:
    island = streets({1: (0, 0), 2: (100, 0), 3: (50, 10), 4: (90, 10)}, [[1, 2], [3, 4]])
    long, short = np.argsort(-island.edge_length_m)
    found = nearest(island, snaps((int(short), 10.0, 0.0)), snaps((int(long), 50.0, 0.0)))
    assert np.isinf(found.home_walk).all()
    assert found.home_origin.tolist() == [-1]


def test_the_straight_distance_is_to_the_nearest_and_infinite_without_one() -> None:
    homes = np.array([[3.0, 4.0]])
    assert straight_m(np.array([[0.0, 0.0], [30.0, 4.0]]), homes).tolist() == [5.0]
    assert straight_m(np.array([[0.0, 0.0]]), homes).tolist() == [5.0]
    assert np.isinf(straight_m(np.empty((0, 2)), homes)).all()


def held(pairs: dict[tuple[int, int], float], *, limit: float = 900.0) -> Walks:
    """Walks between three places and three homes."""
    origin, home = np.array(sorted(pairs)).T
    return Walks(origin, home, np.array([pairs[pair] for pair in sorted(pairs)]), 3, 3, limit)


def pairs_of(found: Walks) -> dict[tuple[int, int], float]:
    return dict(
        zip(
            zip(found.origin.tolist(), found.home.tolist(), strict=True),
            found.walk.tolist(),
            strict=True,
        )
    )


SOME = held({(0, 0): 100.0, (0, 1): 500.0, (1, 1): 400.0, (2, 0): 300.0, (2, 2): 600.0})


def test_both_keeps_the_walks_of_the_pairs_that_the_other_has_too() -> None:
    seconds = held({(0, 1): 7.0, (1, 0): 8.0, (2, 2): 9.0})
    assert pairs_of(SOME.both(seconds)) == {(0, 1): 500.0, (2, 2): 600.0}
    assert pairs_of(seconds.both(SOME)) == {(0, 1): 7.0, (2, 2): 9.0}


def test_the_walks_of_some_homes_are_as_if_there_were_no_others() -> None:
    # The first and the last home; the last is the second of two.
    found = SOME.of_homes(np.array([0, 2]))
    assert pairs_of(found) == {(0, 0): 100.0, (2, 0): 300.0, (2, 1): 600.0}
    assert (found.origins_n, found.homes_n, found.limit) == (3, 2, 900.0)


def test_a_nearer_limit_is_inclusive_in_walks_and_in_their_matrix() -> None:
    found = SOME.within(400.0)
    assert pairs_of(found) == {(0, 0): 100.0, (1, 1): 400.0, (2, 0): 300.0}
    assert found.limit == 400.0
    assert SOME.matrix(400.0).toarray().tolist() == [[1, 0, 0], [0, 1, 0], [1, 0, 0]]


# A street of 50 m, one of 200 m and one of 300 m meet at one crossing.
THREE = streets({1: (0, 0), 2: (50, 0), 3: (250, 0), 4: (50, 300)}, [[1, 2], [2, 3], [2, 4]])
SHORT, LONG = (THREE.edge_length_m.round().tolist().index(length_m) for length_m in (50, 200))


def test_a_limit_round_the_corner_is_inclusive() -> None:
    # From the middle of the one to the crossing 25 m, on to the middle of the other 100 m.
    place, home = snaps((LONG, 100.0, 0.0)), snaps((SHORT, 25.0, 0.0))
    assert walks(THREE, place, home, limit=125.0).walk.tolist() == [125.0]
    assert walks(THREE, place, home, limit=124.999).walk.tolist() == []


def test_of_more_places_than_one_task_takes_none_is_lost_or_mixed_up() -> None:
    # 150 places at one spot, each 1 m further off the street than the one before.
    places = snaps(*[(LONG, 100.0, float(at)) for at in range(150)])
    found = walks(THREE, places, snaps((SHORT, 25.0, 0.0)), limit=225.0)
    assert found.origin.tolist() == list(range(101))
    assert found.walk.tolist() == [125.0 + at for at in range(101)]


@given(towns(), st.integers(50, 1200))
@settings(max_examples=60, deadline=None)
def test_every_walk_equals_the_oracle(
    town: tuple[Network, list[Point], list[Point]], limit_m: int
) -> None:
    network, places, homes = town
    oracle = np.array([[oracle_walk_m(network, place, home) for home in homes] for place in places])
    found = nearest(network, snaps(*places), snaps(*homes))
    assert found.home_walk == pytest.approx(oracle.min(axis=0), abs=1e-6)
    by = metres(network)
    kept = search_graph(Doors.of(snaps(*places), by), Doors.of(snaps(*homes), by))
    assert kept.least_walks() == pytest.approx(oracle.min(axis=0), abs=1e-6)
    there = np.flatnonzero(np.isfinite(found.home_walk))
    named = oracle[found.home_origin[there], there]
    assert named == pytest.approx(found.home_walk[there], abs=1e-6)
    limited = walks(network, snaps(*places), snaps(*homes), limit=float(limit_m))
    dense = np.full(oracle.shape, np.inf)
    dense[limited.origin, limited.home] = limited.walk
    clear = np.abs(oracle - limit_m) > 1e-5
    assert (np.isfinite(dense) == (oracle <= limit_m))[clear].all()
    both = np.isfinite(dense) & clear
    assert dense[both] == pytest.approx(oracle[both], abs=1e-6)


@given(towns())
@settings(max_examples=30, deadline=None)
def test_one_more_place_never_lengthens_a_walk(
    town: tuple[Network, list[Point], list[Point]],
) -> None:
    network, places, homes = town
    fewer = nearest(network, snaps(*places[1:]), snaps(*homes)).home_walk
    assert (nearest(network, snaps(*places), snaps(*homes)).home_walk <= fewer + 1e-9).all()


@given(towns(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_homes_and_places_changes_no_walk(
    town: tuple[Network, list[Point], list[Point]], random: Random
) -> None:
    network, places, homes = town
    order = list(range(len(homes)))
    random.shuffle(order)
    straight = nearest(network, snaps(*places), snaps(*homes)).home_walk
    mixed = nearest(network, snaps(*places[::-1]), snaps(*(homes[at] for at in order))).home_walk
    assert mixed == pytest.approx(straight[order], abs=1e-9)
