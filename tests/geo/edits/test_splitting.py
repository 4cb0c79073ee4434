"""Splitting: attributes, kinds and heights go with the pieces, and nothing else changes."""

from dataclasses import dataclass, fields

import numpy as np
import pytest
from shapely import LineString

from geo.arrays import FloatArray, IntArray
from geo.edits.applied import Edit, apply_edits
from geo.edits.splitting import Spans, close_spans, split_at
from geo.streets.network import Network
from tests.streets import straight_street, streets


@dataclass(frozen=True, eq=False)
class Hilly(Network):
    """A network that knows kinds of nodes and heights along its edges."""

    node_kind: np.ndarray
    station_start: IntArray
    station_height_m: FloatArray


def hilly(network: Network, heights_m: list[list[float]]) -> Hilly:
    """Give a network the heights of the stations of each edge, and a crossing at every node."""
    known = {field.name: getattr(network, field.name) for field in fields(Network)}
    known["node_kind"] = np.ones(len(network.node_xy), dtype=np.int8)
    known["station_start"] = np.concatenate([[0], np.cumsum([len(one) for one in heights_m])])
    known["station_height_m"] = np.concatenate([np.array(one, dtype=float) for one in heights_m])
    return Hilly(**known)


def heights(network: Network, edge: int) -> list[float]:
    start = network.station_start
    return network.station_height_m[start[edge] : start[edge + 1]].tolist()


def cut(network: Network, edge: int, *spans: tuple[float, float]) -> Network:
    from_m, to_m = (np.array(side) for side in zip(*spans, strict=True))
    return close_spans(network, Spans(np.full(len(spans), edge), from_m, to_m))[0]


def test_pieces_have_heights_at_stations_of_their_own() -> None:
    # 100 m in four pieces of 25 m: up 10 m on the first 50 m, then level.
    network = hilly(straight_street(100.0), [[0.0, 5.0, 10.0, 10.0, 10.0]])
    parts = cut(network, 0, (30.0, 40.0))
    assert parts.edge_length_m.tolist() == [30.0, 10.0, 60.0]
    # 0 … 30 m: two pieces of 15 m, 0.2 m up a metre: 0, 3, 6.
    assert heights(parts, 0) == pytest.approx([0.0, 3.0, 6.0])
    assert heights(parts, 1) == pytest.approx([6.0, 8.0])
    # 40 … 100 m: three pieces of 20 m.
    assert heights(parts, 2) == pytest.approx([8.0, 10.0, 10.0, 10.0])
    assert parts.node_kind.tolist() == [1, 1, 0, 0, 0, 0]


def test_an_edge_without_heights_has_pieces_without_heights() -> None:
    network = hilly(straight_street(100.0), [[np.nan, np.nan]])
    parts = cut(network, 0, (30.0, 40.0))
    assert parts.station_start.tolist() == [0, 2, 4, 6]
    assert np.isnan(parts.station_height_m).all()


def test_a_path_rises_evenly_between_the_streets_that_it_joins() -> None:
    crossings = {1: (0, 0), 2: (100, 0), 3: (0, 60), 4: (100, 60)}
    network = streets(crossings, [[1, 2], [3, 4]])
    low, high = (0, 1) if network.edge_xy[0, 1] == 0.0 else (1, 0)
    rows = [[], []]
    rows[low], rows[high] = [0.0, 5.0, 10.0, 15.0, 20.0], [40.0, 40.0, 40.0, 40.0, 40.0]
    edited = apply_edits(hilly(network, rows), [Edit("p", "path", LineString([(50, 0), (50, 60)]))])
    path = int(np.flatnonzero(edited.added)[0])
    # From 10 m to 40 m over 60 m, in three pieces of 20 m.
    assert heights(edited.network, path) == pytest.approx([10.0, 20.0, 30.0, 40.0])


def test_vertices_stay_with_their_piece_and_ends_are_exact() -> None:
    bent = streets({1: (0, 0), 2: (30, 0), 3: (30, 40), 4: (90, 40)}, [[1, 2, 3, 4]])
    parts = cut(bent, 0, (50.0, 100.0))
    lines = [np.round(np.asarray(line.coords), 9).tolist() for line in parts.edge_lines]
    assert lines == [
        [[0, 0], [30, 0], [30, 20]],
        [[30, 20], [30, 40], [60, 40]],
        [[60, 40], [90, 40]],
    ]
    assert parts.edge_xy[0].tolist() == bent.node_xy[bent.edge_u[0]].tolist()
    assert parts.edge_xy[-1].tolist() == bent.node_xy[bent.edge_v[0]].tolist()


def test_stretches_that_overlap_or_touch_are_closed_once() -> None:
    network = straight_street(100.0)
    parts = cut(network, 0, (60.0, 80.0), (10.0, 30.0), (20.0, 40.0), (40.0, 50.0), (25.0, 28.0))
    assert parts.edge_length_m.tolist() == [10.0, 40.0, 10.0, 20.0, 20.0]


def test_closed_stretches_meet_nothing_though_they_end_at_a_junction() -> None:
    network = streets({1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 50)}, [[1, 2], [2, 3], [2, 4]])
    edges = np.arange(3)
    length_m = network.edge_length_m
    closed, _ = close_spans(network, Spans(edges[:2], np.zeros(2), length_m[:2]))
    ends = np.concatenate([closed.edge_u, closed.edge_v])
    assert np.unique(ends).size == 6


def test_points_at_one_spot_make_one_junction_and_ends_none() -> None:
    network = straight_street(100.0)
    split, trace, node = split_at(
        network, np.zeros(5, dtype=np.int64), np.array([40.0, 0.0, 40.0 + 1e-9, 100.0, 70.0])
    )
    u, v = int(network.edge_u[0]), int(network.edge_v[0])
    assert node.tolist() == [2, u, 2, v, 3]
    assert split.edge_length_m.tolist() == pytest.approx([40.0, 30.0, 30.0])
    assert (split.edge_u.tolist(), split.edge_v.tolist()) == ([u, 2, 3], [2, 3, v])
    edge, offset_m = trace.move(np.zeros(3, dtype=np.int64), np.array([39.0, 69.0, 100.0]))
    assert (edge.tolist(), offset_m.tolist()) == ([0, 1, 2], pytest.approx([39.0, 29.0, 30.0]))
