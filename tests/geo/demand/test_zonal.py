"""Counts of cells shared out over areas: nobody is lost."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.demand.zonal import share_by_area


def squares(*corners, side=100.0):
    """Return the corners of squares by their south-western corners."""
    around = np.array([(0, 0), (side, 0), (side, side), (0, side)], dtype=float)
    return np.array(corners, dtype=float).reshape(-1, 1, 2) + around


def zones(*shapes):
    return np.array(shapes, dtype=object)


def test_a_cell_is_shared_out_by_surface_and_the_rest_lies_outside():
    # Cell 1 (0–100) holds 40: a quarter in A (0–25), half in B (25–75), the last quarter in none.
    # Cell 2 (100–200) holds 7 and touches no zone: it is not counted at all.
    cells = squares((0, 0), (100, 0))
    inside, outside = share_by_area(
        cells, np.array([40.0, 7.0]), zones(shapely.box(0, 0, 25, 100), shapely.box(25, 0, 75, 100))
    )
    assert inside.tolist() == [10.0, 20.0]
    assert outside == 10.0


def test_a_zone_smaller_than_a_cell_has_residents_although_no_centre_lies_in_it():
    inside, outside = share_by_area(
        squares((0, 0)), np.array([100.0]), zones(shapely.box(0, 0, 10, 10))
    )
    assert inside.tolist() == pytest.approx([1.0])
    assert outside == pytest.approx(99.0)


def test_overlapping_zones_share_what_there_is():
    whole = shapely.box(0, 0, 100, 100)
    inside, outside = share_by_area(squares((0, 0)), np.array([30.0]), zones(whole, whole, whole))
    assert inside.tolist() == pytest.approx([10.0, 10.0, 10.0])
    assert outside == 0.0


def test_no_cell_and_no_zone_give_nothing():
    nothing = np.zeros((0, 4, 2)), np.zeros(0)
    assert share_by_area(*nothing, zones(shapely.box(0, 0, 1, 1)))[0].tolist() == [0.0]
    inside, outside = share_by_area(squares((0, 0)), np.array([3.0]), zones())
    assert (inside.size, outside) == (0, 0.0)


@given(
    counts=st.lists(st.floats(0, 1e4), min_size=36, max_size=36),
    cuts=st.lists(st.floats(1, 599), min_size=1, max_size=4, unique=True),
    tilt=st.floats(-0.3, 0.3),
)
def test_zones_that_cover_all_cells_hold_all_residents(counts, cuts, tilt):
    # 6 × 6 cells that somebody has turned: no side is parallel to the borders of the strips.
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    cells = squares(*((100 * i, 100 * j) for i in range(6) for j in range(6))) @ turn.T
    edges = [-2000.0, *sorted(cuts), 2000.0]
    strips = zones(
        *(shapely.box(west, -2000, east, 2000) for west, east in itertools.pairwise(edges))
    )
    people = np.array(counts)
    inside, outside = share_by_area(cells, people, strips)
    assert inside.sum() + outside == pytest.approx(people.sum(), rel=1e-12, abs=1e-9)
    assert outside == pytest.approx(0.0, abs=1e-7)
    backwards, _ = share_by_area(cells[::-1], people[::-1], strips[::-1])
    assert backwards[::-1] == pytest.approx(inside, rel=1e-9, abs=1e-9)
