"""Squares: walked across as a visibility graph of all corners says, by hand and against an oracle."""

import itertools
import math
from collections.abc import Mapping, Sequence
from random import Random

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from geo.streets.network import SQUARE, Network, build_network
from geo.streets.squares import STATION_M, cross_squares
from tests.streets import PLANE, way_table

Spot = tuple[float, float]


def crossed(
    spots: Mapping[int, Spot],
    streets: Sequence[Sequence[int]],
    squares: Sequence[Sequence[Sequence[int]]],
    **special: object,
) -> tuple[Network, list[tuple[int, str]]]:
    """Build streets and squares (their rings as ids), of which the outlines are ways like others."""
    outlines = [ring for square in squares for ring in square]
    ways = way_table([*streets, *outlines])
    nodes = pd.DataFrame(list(spots.values()), columns=["x", "y"], index=list(spots), dtype=float)
    nodes["kind"] = np.int8(0)
    areas = way_table([[] for _ in squares]).drop(columns="node_ids")
    areas = areas.assign(
        osm_id=900 + np.arange(len(squares)), highway="pedestrian", pieces=list(squares), **special
    )
    ways, nodes, left = cross_squares(ways, nodes, areas)
    return build_network(ways, nodes, epsg=PLANE), left


def walk_m(network: Network, origin: Spot, goal: Spot) -> float:
    at = [tuple(spot) for spot in network.node_xy.tolist()]
    return float(dijkstra(network.streets, indices=at.index(origin))[at.index(goal)])


PLAZA = {1: (0.0, 0.0), 2: (150.0, 0.0), 3: (150.0, 200.0), 4: (0.0, 200.0)}
ENDS = {5: (-40.0, 0.0), 6: (150.0, 240.0)}
RING = [1, 2, 3, 4, 1]


def test_a_square_is_walked_across_from_corner_to_corner() -> None:
    network, left = crossed(PLAZA | ENDS, [[5, 1], [3, 6]], [[RING]])
    assert left == []
    # 40 m to the square, 150² + 200² = 250² across, 40 m on.
    assert walk_m(network, ENDS[5], ENDS[6]) == pytest.approx(330.0)
    lines = network.edges[network.edges["highway"] == SQUARE]
    assert set(lines["osm_id"]) == {900}
    # The outline is walked along as before.
    assert network.edge_length_m[(network.edges["osm_id"] == 3)].sum() == pytest.approx(700.0)


def test_what_stands_in_a_square_is_walked_round() -> None:
    # A building of 50 m × 50 m in the middle of a square of 150 m: from the west to the east along
    # its southern corners.
    spots = {1: (0.0, 0.0), 2: (150.0, 0.0), 3: (150.0, 150.0), 4: (0.0, 150.0)}
    spots |= {11: (50.0, 50.0), 12: (100.0, 50.0), 13: (100.0, 100.0), 14: (50.0, 100.0)}
    spots |= {21: (0.0, 75.0), 22: (150.0, 75.0), 31: (-30.0, 75.0), 32: (180.0, 75.0)}
    outline = [1, 2, 22, 3, 4, 21, 1]
    network, left = crossed(spots, [[31, 21], [22, 32]], [[outline, [11, 12, 13, 14, 11]]])
    assert left == []
    expected_m = 30 + math.hypot(50, 25) + 50 + math.hypot(50, 25) + 30
    assert walk_m(network, spots[31], spots[32]) == pytest.approx(expected_m)


def test_a_ring_may_come_in_pieces_in_any_order_and_direction() -> None:
    whole, _ = crossed(PLAZA | ENDS, [[5, 1], [3, 6]], [[RING]])
    pieces, left = crossed(PLAZA | ENDS, [[5, 1], [3, 6]], [[[3, 2], [1, 4, 3], [1, 2]]])
    assert left == []
    assert walk_m(pieces, ENDS[5], ENDS[6]) == walk_m(whole, ENDS[5], ENDS[6])


def test_who_comes_out_of_a_door_onto_the_outline_goes_nearly_straight() -> None:
    network, _ = crossed(PLAZA | ENDS, [[5, 1], [3, 6]], [[RING]])
    lengthy = network.node_xy[np.isin(network.node_xy[:, 0], (0.0, 150.0))]
    west, east = (lengthy[lengthy[:, 0] == x] for x in (0.0, 150.0))
    # No longer step along a side of 200 m than a station apart.
    assert np.diff(np.sort(west[:, 1])).max() <= max(STATION_M, 700 / 60) + 1e-6
    for a, b in itertools.product(west[::4].tolist(), east[::4].tolist()):
        straight_m = math.dist(a, b)
        assert straight_m - 1e-6 <= walk_m(network, tuple(a), tuple(b)) <= 1.01 * straight_m + 1e-6


def test_a_way_that_ends_inside_on_the_same_level_is_an_entry() -> None:
    spots = PLAZA | {5: (-40.0, 0.0), 6: (75.0, 100.0), 7: (75.0, 300.0)}
    network, _ = crossed(spots, [[5, 1], [6, 7]], [[RING]])
    assert walk_m(network, spots[5], spots[7]) == pytest.approx(40 + 125 + 200)
    above, _ = crossed(spots, [[5, 1], [6, 7]], [[RING]], layer=1)
    assert walk_m(above, spots[5], spots[7]) == math.inf


@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        ([[1, 2, 3, 4]], "open"),
        ([[1, 2], [3, 4, 1]], "open"),
        ([[1, 3, 2, 4, 1]], "crossed"),
        ([[1, 2, 99, 4, 1]], "open"),
        ([[]], "open"),
    ],
)
def test_a_bad_area_is_listed_and_walked_along_its_outline(
    pieces: list[list[int]], why: str
) -> None:
    network, left = crossed(PLAZA | ENDS, [[5, 1], [3, 6], RING], [pieces])
    assert left == [(900, why)]
    assert SQUARE not in set(network.edges["highway"])
    assert network.edge_length_m[network.edges["osm_id"] == 3].sum() == pytest.approx(700.0)


def test_an_area_with_too_many_corners_is_listed_and_walked_along() -> None:
    # Of the corners of a comb every second one bends inwards.
    teeth = 300
    comb = {n: (float(n), 0.0 if n % 2 else 5.0) for n in range(2 * teeth)}
    comb |= {2 * teeth: (599.0, 50.0), 2 * teeth + 1: (0.0, 50.0)}
    network, left = crossed(comb, [], [[[*comb, 0]]])
    assert left == [(900, "intricate")]
    assert SQUARE not in set(network.edges["highway"])


def test_a_side_that_two_squares_share_is_crossed_at_its_stations() -> None:
    spots = {1: (0.0, 0.0), 2: (60.0, 0.0), 3: (60.0, 60.0), 4: (0.0, 60.0)}
    spots |= {5: (120.0, 0.0), 6: (120.0, 60.0), 7: (-10.0, 0.0), 8: (130.0, 60.0)}
    network, _ = crossed(spots, [[7, 1], [6, 8]], [[[1, 2, 3, 4, 1]], [[2, 5, 6, 3, 2]]])
    straight_m = math.hypot(120, 60)
    assert 20 + straight_m <= walk_m(network, spots[7], spots[8]) <= 20 + 1.01 * straight_m


def _star(draw: st.DrawFn, centre: Spot, radii: tuple[int, int], corners_n: int) -> list[Spot]:
    """Draw a polygon around a centre, with whole coordinates."""
    ring = []
    for number in range(corners_n):
        far = draw(st.integers(*radii))
        turn = 2 * math.pi * number / corners_n
        ring.append(
            (round(centre[0] + far * math.cos(turn)), round(centre[1] + far * math.sin(turn)))
        )
    return [(float(x), float(y)) for x, y in ring]


@st.composite
def squares(draw: st.DrawFn) -> tuple[list[list[Spot]], set[Spot]]:
    """Draw an area with up to three holes, and the corners at which streets come in."""
    shell = _star(draw, (0, 0), (120, 300), draw(st.integers(5, 9)))
    holes = [
        _star(draw, centre, (8, 40), draw(st.integers(3, 5)))
        for centre in draw(
            st.lists(st.sampled_from([(50, 50), (-55, 40), (0, -60)]), max_size=3, unique=True)
        )
    ]
    entries = draw(st.sets(st.sampled_from(shell), min_size=2, max_size=4))
    entries |= {ring[0] for ring in holes if draw(st.booleans())}
    return [shell, *holes], entries


def oracle(rings: list[list[Spot]]) -> "nx.Graph[Spot]":
    """Join all corners that see each other."""
    shape = shapely.Polygon(rings[0], rings[1:])
    graph: nx.Graph[Spot] = nx.Graph()
    for a, b in itertools.combinations([spot for ring in rings for spot in ring], 2):
        if shape.covers(shapely.LineString([a, b])):
            graph.add_edge(a, b, m=math.dist(a, b))
    return graph


@settings(max_examples=25)
@given(squares(), st.randoms(use_true_random=False))
def test_walks_across_are_what_a_visibility_graph_of_all_corners_says(
    drawn: tuple[list[list[Spot]], set[Spot]], random: Random
) -> None:
    rings, entries = drawn
    shape = shapely.Polygon(rings[0], rings[1:])
    spots = [spot for ring in rings for spot in ring]
    if not shape.is_valid or len(set(spots)) < len(spots):
        return
    id_of = {spot: number for number, spot in enumerate(spots, start=1)}
    # Every street comes from far away, in the air above the rest: it meets nothing but its entry.
    far = {1000 + id_of[spot]: (spot[0] + 1000.0, spot[1] + 500.0) for spot in sorted(entries)}
    ids = [[id_of[spot] for spot in [*ring, ring[0]]] for ring in rings]
    streets = [[node - 1000, node] for node in far]
    known = {number: spot for spot, number in id_of.items()} | far
    network, left = crossed(known, streets, [ids])
    assert left == []
    graph = oracle(rings)
    for a, b in itertools.combinations(sorted(entries), 2):
        expected_m = nx.dijkstra_path_length(graph, a, b, weight="m")
        assert walk_m(network, a, b) == pytest.approx(expected_m, abs=1e-6)
    # Along the outline it is never shorter.
    alone, _ = crossed(known, [*streets, *ids], [])
    for a, b in itertools.combinations(sorted(entries), 2):
        assert walk_m(network, a, b) <= walk_m(alone, a, b) + 1e-6
    # In another order, with rings that begin elsewhere and run the other way, nothing changes.
    turned = []
    for ring in ids:
        start = random.randrange(len(ring) - 1)
        turned.append([*ring[start:-1], *ring[:start], ring[start]][:: random.choice((1, -1))])
    random.shuffle(turned)
    order = list(known)
    random.shuffle(order)
    again, _ = crossed({key: known[key] for key in order}, streets[::-1], [turned])
    np.testing.assert_array_equal(again.edge_xy, network.edge_xy)
    np.testing.assert_array_equal(again.edge_length_m, network.edge_length_m)
