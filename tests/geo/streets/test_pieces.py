"""Pieces: an island's street stands alone, however short; what a larger piece comes near is broken off."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.arrays import BoolArray, FloatArray
from geo.ground.obstacles import obstacles_of
from geo.streets import pieces
from geo.streets.network import Network, isolated_edges, joinable
from geo.streets.pieces import ALONE_M, broken_off
from tests.streets import PLANE, streets


def mainland(*, island_x_m: float, island_m: float = 800.0) -> Network:
    """Build 2 km of street eastwards to x = 0, and a street of an island that begins east of it."""
    spots = {
        1: (-2000.0, 0.0),
        2: (0.0, 0.0),
        3: (island_x_m, 0.0),
        4: (island_x_m + island_m, 0.0),
    }
    return streets(spots, [[1, 2], [3, 4]])


def test_the_street_of_an_island_is_used_however_short_it_is() -> None:
    for island_m in (30.0, 800.0):
        network = mainland(island_x_m=16_000.0, island_m=island_m)
        assert joinable(network, isolated_below_m=1000.0).tolist() == [True, True]
        assert broken_off(network).empty


@pytest.mark.parametrize(("gap_m", "near"), [(1.0, True), (ALONE_M, True), (ALONE_M + 0.01, False)])
def test_a_short_piece_within_a_leg_of_a_larger_one_is_isolated(
    *, gap_m: float, near: bool
) -> None:
    network = mainland(island_x_m=gap_m)
    assert isolated_edges(network, below_m=1000.0).tolist() == [False, near]
    # Of just the length, or longer, a piece is used, but that it is broken off is told all the same.
    assert not isolated_edges(network, below_m=800.0).any()
    found = broken_off(network)
    assert found["gap_m"].tolist() == ([pytest.approx(gap_m)] if near else [])
    if near:
        ends = found.loc[0, ["x", "y", "to_x", "to_y"]].tolist()
        assert ends == pytest.approx([gap_m, 0.0, 0.0, 0.0])
        assert found.loc[0, ["edge", "to_edge"]].tolist() == [1, 0]


def test_water_between_makes_an_island_of_a_near_piece() -> None:
    """Two approaches: 40 m over the canal, 90 m beside its end."""
    spots = {1: (-2000.0, 0.0), 2: (0.0, 0.0), 3: (0.0, 300.0), 4: (40.0, 0.0), 5: (90.0, 300.0)}
    network = streets(spots, [[1, 2], [2, 3], [4, 5]])

    def over(canal: shapely.Geometry) -> pieces.Crossed:
        def crossed(from_xy: FloatArray, to_xy: FloatArray) -> BoolArray:
            lines = shapely.linestrings(np.stack([from_xy, to_xy], axis=1))
            return np.asarray(shapely.crosses(lines, canal))

        return crossed

    short, long = (shapely.box(20, -50, 30, north_m) for north_m in (100, 400))
    assert isolated_edges(network, below_m=1000.0, crossed=over(long)).sum() == 0
    # Each pair of edges is looked at by its nearest approach: the street northwards is 40 m off too.
    assert isolated_edges(network, below_m=1000.0).sum() == 1
    assert isolated_edges(network, below_m=1000.0, crossed=over(short)).sum() == 0


def test_how_near_is_near_follows_the_longest_leg() -> None:
    network = mainland(island_x_m=200.0)
    for leg_m, near in ((200.0, True), (199.9, False), (500.0, True)):
        assert isolated_edges(network, below_m=1000.0, leg_m=leg_m).tolist() == [False, near]
        assert joinable(network, isolated_below_m=1000.0, leg_m=leg_m).tolist() == [True, not near]
        assert len(broken_off(network, leg_m=leg_m)) == near


def test_no_street_at_all_has_no_pieces() -> None:
    assert broken_off(streets({1: (0.0, 0.0)}, [])).empty


@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 200]))
@settings(max_examples=40)
def test_pieces_are_those_of_an_oracle_that_looks_at_every_pair(seed: int, few: int) -> None:
    rng = np.random.default_rng(seed)
    spots = {key: tuple(xy) for key, xy in enumerate(rng.uniform(0, 1500, (16, 2)).round())}
    pairs = rng.choice(16, (8, 2))
    network = streets(spots, [[int(a), int(b)] for a, b in pairs if a != b] or [[0, 1]])
    before, pieces._FEW = pieces._FEW, few
    try:
        found = broken_off(network)
    finally:
        pieces._FEW = before
    graph = nx.Graph(zip(network.edge_u.tolist(), network.edge_v.tolist(), strict=True))
    groups = [
        [edge for edge, u in enumerate(network.edge_u.tolist()) if u in nodes]
        for nodes in nx.connected_components(graph)
    ]
    shapes = [shapely.union_all(network.edge_lines[group]) for group in groups]
    expected = {}
    for group, shape in zip(groups, shapes, strict=True):
        gaps = [
            shape.distance(other)
            for other in shapes
            if other is not shape and network.edge_length_m[group].sum() < _length_m(other)
        ]
        if gaps and min(gaps) <= ALONE_M:
            expected[int(network.component_of_node[network.edge_u[group[0]]])] = min(gaps)
    assert dict(zip(found["piece"], found["gap_m"], strict=True)) == pytest.approx(expected)


def _length_m(shape: shapely.Geometry) -> float:
    return float(shape.length)


def test_a_strait_of_the_ground_makes_an_island_and_a_wall_does_not() -> None:
    """800 m of street 100 m off the rest: behind 60 m of sea, or behind a wall."""
    network = mainland(island_x_m=100.0)
    for kind, shape, isolated in (
        ("water", shapely.box(20, -2000, 80, 2000), False),
        # The coast of the island: the sea lies on its right, to the west.
        ("coastline", shapely.LineString([(80, 2000), (80, -2000)]), False),
        ("wall", shapely.LineString([(20, -2000), (20, 2000)]), True),
    ):
        level = {"kind": [kind], "level": ["ground"], "geometry": [shape]}
        ground = gpd.GeoDataFrame(level, geometry="geometry", crs=PLANE)
        over_water = obstacles_of(ground).over_water
        found = isolated_edges(network, below_m=1000.0, crossed=over_water)
        assert found.tolist() == [False, isolated], kind
        assert broken_off(network, crossed=over_water).empty != isolated, kind
