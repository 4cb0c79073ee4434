"""Extent: streets cut where reach ends, by hand and in total."""

import numpy as np
import pytest
import shapely
import shapely.ops
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.catchment.extent import reached_lines, substrings
from geo.streets.network import Network
from geo.walking.doors import Doors
from geo.walking.measure import metres
from geo.walking.reach import nearest
from tests.streets import Point, snaps, straight_street, towns


def test_a_street_is_cut_exactly_where_the_walk_ends() -> None:
    # A place 100 m off the street, 300 m along it: 400 m are left in both directions.
    network = straight_street()
    places = snaps((0, 300.0, 100.0))
    found = nearest(network, places, snaps((0, 0.0, 0.0)))
    reached, missed = reached_lines(
        metres(network), found, Doors.of(places, metres(network)), limit=500.0
    )
    assert shapely.length(reached[0]) == pytest.approx(700.0)
    assert shapely.length(missed[0]) == pytest.approx(300.0)
    assert shapely.get_coordinates(missed[0])[:, 0].min() == pytest.approx(700.0)


def test_the_middle_of_a_long_street_between_two_places_stays_unreached() -> None:
    network = straight_street()
    places = snaps((0, 0.0, 0.0), (0, 1000.0, 0.0))
    found = nearest(network, places, snaps((0, 0.0, 0.0)))
    reached, missed = reached_lines(
        metres(network), found, Doors.of(places, metres(network)), limit=300.0
    )
    assert shapely.length(reached[0]) == pytest.approx(600.0)
    assert shapely.get_coordinates(missed[0])[:, 0].tolist() == pytest.approx([300.0, 700.0])


@given(towns(), st.integers(50, 600), st.integers(0, 300))
@settings(max_examples=30, deadline=None)
def test_a_longer_limit_never_reaches_less_street(
    town: tuple[Network, list[Point], list[Point]], limit_m: int, more_m: int
) -> None:
    network, places, homes = town
    origins = snaps(*places)
    found = nearest(network, origins, snaps(*homes))

    def reached_m(limit: float) -> float:
        reached, missed = reached_lines(
            metres(network), found, Doors.of(origins, metres(network)), limit=limit
        )
        total = shapely.length(reached[shapely.is_geometry(reached)]).sum()
        rest = shapely.length(missed[shapely.is_geometry(missed)]).sum()
        assert total + rest == pytest.approx(network.edge_length_m.sum(), abs=1e-3)
        return float(total)

    assert reached_m(float(limit_m + more_m)) >= reached_m(float(limit_m)) - 1e-3


@given(
    st.lists(
        st.tuples(
            st.lists(
                st.tuples(st.integers(0, 50), st.integers(0, 50)),
                min_size=2,
                max_size=6,
                unique=True,
            ),
            st.floats(0.0, 1.0),
            st.floats(0.0, 1.0),
        ).filter(lambda one: abs(one[1] - one[2]) > 1e-3),
        min_size=1,
        max_size=5,
    )
)
def test_parts_of_many_lines_are_those_of_each(
    drawn: list[tuple[list[tuple[int, int]], float, float]],
) -> None:
    lines = np.array([shapely.LineString(points) for points, _, _ in drawn])
    shares = np.sort(np.array([(a, b) for _, a, b in drawn]))
    begin_m, end_m = (shapely.length(lines)[:, None] * shares).T
    found = substrings(lines, begin_m, end_m)
    for part, line, begin, end in zip(found, lines, begin_m, end_m, strict=True):
        alone = shapely.ops.substring(line, begin, end)
        assert shapely.length(part) == pytest.approx(end - begin)
        assert shapely.hausdorff_distance(part, alone) == pytest.approx(0.0, abs=1e-9)
