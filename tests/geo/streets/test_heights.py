"""Heights: where they are sampled, what holes, bridges, tunnels and elevators do to them."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given

from geo.streets.heights import station_points, with_heights
from geo.streets.network import Network
from tests.streets import Point, straight_street, streets, towns

BRIDGE, TUNNEL, LIFT = {"bridge": True}, {"tunnel": True}, {"highway": "elevator"}


def heights(network: Network, ground: Callable[[float, float], float]) -> Network:
    """Return the network on a ground that is a function of the position."""
    _, xy = station_points(network)
    return with_heights(network, np.array([ground(x, y) for x, y in xy.tolist()]))


def edge_m(network: Network, osm_id: int) -> list[float]:
    """Return the heights of the edge of a way."""
    edge = network.edges["osm_id"].tolist().index(osm_id)
    return network.station_height_m[slice(*network.station_start[edge : edge + 2])].tolist()


@pytest.mark.parametrize(
    ("length_m", "at_m"),
    [
        (3.0, [0, 3]),
        (25.0, [0, 25]),
        (26.0, [0, 13, 26]),
        (60.0, [0, 20, 40, 60]),  # ceil(60 / 25) = 3 pieces
    ],
)
def test_pieces_are_equal_and_no_longer_than_25_m(length_m: float, at_m: list[float]) -> None:
    start, xy = station_points(straight_street(length_m))
    assert start.tolist() == [0, len(at_m)]
    assert xy[:, 0].tolist() == pytest.approx(at_m)
    assert xy[:, 1].tolist() == [0.0] * len(at_m)


def test_stations_follow_the_bends_and_every_edge_has_its_own() -> None:
    # 20 m east, 20 m north: two pieces, the middle is the corner. Then 10 m on as steps.
    network = streets(
        {1: (0, 0), 2: (20, 0), 3: (20, 20), 4: (20, 30)},
        [[1, 2, 3], [3, 4]],
        {1: {"steps": True}},
    )
    start, xy = station_points(network)
    assert start.tolist() == [0, 3, 5]
    assert xy.tolist() == [[0, 0], [20, 0], [20, 20], [20, 20], [20, 30]]


@pytest.mark.parametrize(
    ("ground_m", "height_m"),
    [
        ([1, 9, 3, 4], [1, 9, 3, 4]),
        # From 1 to 4 in three equal pieces: one metre each.
        ([1, np.nan, np.nan, 4], [1, 2, 3, 4]),
        ([np.nan, 2, np.nan, 5], [2, 2, 3.5, 5]),
        ([np.nan, np.nan, 7, np.nan], [7, 7, 7, 7]),
        ([np.nan] * 4, [np.nan] * 4),
    ],
)
def test_holes_are_filled_from_the_same_edge(ground_m: list[float], height_m: list[float]) -> None:
    network = with_heights(straight_street(60.0), np.array(ground_m, dtype=float))
    np.testing.assert_allclose(network.station_height_m, height_m)


def test_a_hole_is_not_filled_from_the_next_edge() -> None:
    network = streets({1: (0, 0), 2: (10, 0), 3: (30, 0)}, [[1, 2], [2, 3]])
    network = heights(network, lambda x, _: 5.0 if x < 10 else np.nan)
    assert edge_m(network, 1) == [5.0, 5.0]
    assert np.isnan(edge_m(network, 2)).all()


VALLEY = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (200.0, 0.0), 4: (300.0, 0.0)}
"""Two roads and what spans the valley between them."""


def valley(x: float, _: float) -> float:
    """Return 10 m in the west, 20 m in the east and the river between them at 0 m."""
    return 10.0 if x <= 100 else 20.0 if x >= 200 else 0.0


@pytest.mark.parametrize("span", [BRIDGE, TUNNEL])
def test_a_bridge_or_a_tunnel_is_straight_between_its_ends(span: dict[str, object]) -> None:
    network = heights(streets(VALLEY, [[1, 2], [2, 3], [3, 4]], {1: span}), valley)
    assert edge_m(network, 1) == [10.0] * 5
    # Four pieces from 10 m to 20 m.
    assert edge_m(network, 2) == pytest.approx([10.0, 12.5, 15.0, 17.5, 20.0])
    assert edge_m(network, 3) == [20.0] * 5


def test_a_bridge_of_two_pieces_is_straight_through_the_junction_in_the_air() -> None:
    spots = {**VALLEY, 9: (140.0, 0.0)}
    ways = [[1, 2], [2, 9], [9, 3], [3, 4]]
    network = heights(streets(spots, ways, {1: BRIDGE, 2: BRIDGE}), valley)
    # 40 of 100 m over the valley: 10 + 0.4 * 10.
    assert edge_m(network, 2)[-1] == edge_m(network, 3)[0] == pytest.approx(14.0)


def test_where_three_bridges_meet_the_nearer_ends_weigh_more() -> None:
    # Arms of 100, 100 and 200 m to 10, 20 and 30 m:
    # (10/100 + 20/100 + 30/200) / (1/100 + 1/100 + 1/200) = 0.45 / 0.025 = 18.
    spots = {0: (0, 0), 1: (-100, 0), 2: (100, 0), 3: (0, 200), 4: (-101, 0), 5: (101, 0)}
    spots[6] = (0, 201)
    ways = [[0, 1], [0, 2], [0, 3], [1, 4], [2, 5], [3, 6]]
    network = streets(spots, ways, dict.fromkeys((0, 1, 2), BRIDGE))
    network = heights(
        network, lambda x, y: 10.0 if x <= -100 else 20.0 if x >= 100 else 30.0 if y >= 200 else -5
    )
    centre = np.flatnonzero((network.node_xy == 0).all(axis=1))[0]
    for edge in np.flatnonzero((network.edge_u == centre) | (network.edge_v == centre)):
        ends = network.station_height_m[network.station_start[edge : edge + 2] - [0, 1]]
        assert ends[0 if network.edge_u[edge] == centre else 1] == pytest.approx(18.0)


def test_a_tunnel_that_ends_below_is_as_high_as_its_mouth() -> None:
    network = streets({1: (0, 0), 2: (50, 0), 3: (90, 0)}, [[1, 2], [2, 3]], {1: TUNNEL})
    assert edge_m(heights(network, lambda x, _: x), 2) == pytest.approx([50.0] * 3)


def test_nobody_climbs_in_an_elevator_and_it_holds_up_no_bridge() -> None:
    # The deck hangs on an elevator only: how high it is nobody knows.
    network = streets(
        {1: (0, 0), 2: (50, 0), 3: (60, 0), 4: (90, 0)},
        [[1, 2], [2, 3], [3, 4]],
        {1: LIFT, 2: BRIDGE},
    )
    network = heights(network, lambda x, _: x)
    assert edge_m(network, 1) == [0.0, 25.0, 50.0]
    assert np.isnan(edge_m(network, 2)).all()
    assert np.isnan(edge_m(network, 3)).all()


def test_a_bridge_of_which_one_end_is_unknown_is_level() -> None:
    network = streets(VALLEY, [[1, 2], [2, 3], [3, 4]], {1: BRIDGE})
    network = heights(network, lambda x, _: 10.0 if x <= 100 else np.nan)
    assert edge_m(network, 2) == pytest.approx([10.0] * 5)


def test_a_network_without_edges_has_no_station() -> None:
    network = streets({1: (0, 0)}, [])
    start, xy = station_points(network)
    assert (start.tolist(), xy.shape) == ([0], (0, 2))
    assert with_heights(network, np.zeros(0)).station_height_m.size == 0


@given(towns())
def test_on_an_even_slope_every_station_is_at_its_own_height(
    drawn: tuple[Network, list[Point], list[Point]],
) -> None:
    network, _, _ = drawn
    risen = heights(network, lambda x, y: 0.05 * x - 0.03 * y + 7)
    start, xy = station_points(network)
    assert risen.station_start.tolist() == start.tolist()
    np.testing.assert_allclose(risen.station_height_m, xy @ [0.05, -0.03] + 7, atol=1e-9)
    # No piece is longer than 25 m, and fewer pieces would be.
    pieces_n = np.diff(start) - 1
    assert (network.edge_length_m / pieces_n <= 25.0).all()
    assert ((pieces_n == 1) | (network.edge_length_m / (pieces_n - 0.999999) > 25.0)).all()
