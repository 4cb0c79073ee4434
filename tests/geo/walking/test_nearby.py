"""One point joined to the streets around it, just as all points are joined to all streets."""

import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.streets.network import Network
from geo.walking.nearby import Nearby
from geo.walking.snapping import Frontage, snap
from tests.streets import SPOT, Point, straight_street, streets, towns, walled_towns


@given(
    town=towns(),
    xy=st.tuples(st.integers(-300, 1200), st.integers(-300, 1200)),
    limit_m=st.sampled_from([50.0, 300.0]),
    seed=st.integers(0, 3),
)
def test_a_point_is_snapped_as_among_all(
    town: tuple[Network, list[Point], list[Point]], xy: tuple[int, int], limit_m: float, seed: int
) -> None:
    network, _, _ = town
    usable = np.arange(len(network.edge_u)) % 4 != seed
    point = np.array(xy, dtype=float)
    expected = snap(point.reshape(1, 2), network, limit_m=limit_m, usable=usable)
    found = Nearby(network, usable).snap(point, limit_m=limit_m)
    pd.testing.assert_frame_equal(found, expected)


@given(walled_towns(), st.tuples(SPOT, SPOT))
def test_obstacles_stairs_and_streets_that_lead_nowhere_are_the_same_for_one_point(
    town: tuple[Network, Frontage], xy: tuple[float, float]
) -> None:
    network, frontage = town
    point = np.array(xy)
    expected = snap(point.reshape(1, 2), network, limit_m=45.0, usable=frontage)
    found = Nearby(network, frontage).snap(point, limit_m=45.0)
    pd.testing.assert_frame_equal(found, expected)


def test_however_far_the_street_is_it_can_be_asked_for() -> None:
    street = straight_street()
    nearby = Nearby(street, np.array([True]))
    assert nearby.snap(np.array([500.0, 320.0]), limit_m=300.0)["reason"].tolist() == ["too_far"]
    anyway = nearby.snap_anyway(np.array([500.0, 320.0]))
    assert anyway[["edge", "offset_m", "snap_m"]].to_numpy().tolist() == [[0, 500.0, 320.0]]


def test_without_streets_there_is_none_to_join() -> None:
    bare = streets({1: (0, 0), 2: (9, 0)}, [[1, 2]])
    nearby = Nearby(bare, np.array([False]))
    assert nearby.snap(np.array([0.0, 0.0]), limit_m=300.0)["reason"].tolist() == ["isolated"]
    assert nearby.snap_anyway(np.array([0.0, 0.0]))["edge"].tolist() == [-1]


def test_edges_along_a_line_are_those_near_it() -> None:
    town = streets({1: (0, 0), 2: (500, 0), 3: (0, 200), 4: (500, 200)}, [[1, 2], [3, 4]])
    nearby = Nearby(town, np.ones(2, dtype=bool))
    south = int(np.argmin(town.node_xy[town.edge_u][:, 1]))
    line = shapely.LineString([(0, 30), (500, 30)])
    assert nearby.edges(line, 30.0).tolist() == [south]
    assert nearby.edges(line, 29.0).tolist() == []
