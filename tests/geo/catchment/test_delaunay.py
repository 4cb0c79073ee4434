"""Triangles: whole, with empty circles, on any pattern of points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from geo.catchment.delaunay import WIDEST_MM, Triangles, triangulate
from geo.errors import InvalidInputError


def points_of(found: Triangles, xy_mm: np.ndarray) -> np.ndarray:
    return np.concatenate([xy_mm, found.corners_mm])


def check(found: Triangles, xy_mm: np.ndarray) -> None:
    """Check that the triangles are counterclockwise, fit together and cover the rim once."""
    xy = points_of(found, xy_mm)
    n = len(xy_mm)
    corner = found.tail.reshape(-1, 3)
    # Euler: a triangulated triangle with n points inside has 2 n + 1 triangles.
    assert len(corner) == 2 * n + 1
    assert set(corner.ravel().tolist()) == set(range(n + 3))
    areas = [area2(*(xy[at].tolist() for at in triangle)) for triangle in corner]
    assert min(areas) > 0
    assert sum(areas) == area2(*found.corners_mm.tolist())
    head = np.roll(corner, -1, axis=1).ravel()
    inner = np.flatnonzero(found.twin >= 0)
    assert len(found.twin) - len(inner) == 3
    np.testing.assert_array_equal(found.twin[found.twin[inner]], inner)
    np.testing.assert_array_equal(found.tail[found.twin[inner]], head[inner])


def area2(a: list[int], b: list[int], c: list[int]) -> int:
    """Return twice the area, exactly: Python's whole numbers have no end."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def inside_by(a: list[int], b: list[int], c: list[int], p: list[int]) -> tuple[int, int]:
    """Return the determinant of the circle, above 0 for p inside, and its size, both exactly."""
    rows = [(q[0] - p[0], q[1] - p[1]) for q in (a, b, c)]
    squares = [x * x + y * y for x, y in rows]
    terms = []
    for one in range(3):
        (bx, by), (cx, cy) = rows[(one + 1) % 3], rows[(one + 2) % 3]
        terms.append((squares[one] * bx * cy, squares[one] * cx * by))
    return sum(u - v for u, v in terms), sum(abs(u) + abs(v) for u, v in terms)


def check_circles(found: Triangles, xy_mm: np.ndarray) -> None:
    """Check each side: the corner beyond it is not inside the circle (Delaunay's lemma)."""
    xy = points_of(found, xy_mm).tolist()
    corner = found.tail.reshape(-1, 3)
    for half in np.flatnonzero(found.twin >= 0):
        a, b, c = (xy[at] for at in corner[half // 3])
        twin = found.twin[half]
        beyond = corner[twin // 3][(twin + 2) % 3]
        det, size = inside_by(a, b, c, xy[beyond])
        assert det <= 1e-10 * size


coordinate = st.integers(-40, 40)


@given(
    st.lists(st.tuples(coordinate, coordinate), max_size=60, unique=True),
    st.sampled_from([1, 7, 100_000]),
)
def test_points_on_a_grid_with_many_on_one_line_and_one_circle(
    points: list[tuple[int, int]], step_mm: int
) -> None:
    xy_mm = np.array(points, dtype=np.int64).reshape(-1, 2) * step_mm
    found = triangulate(xy_mm)
    check(found, xy_mm)
    check_circles(found, xy_mm)


def test_a_whole_grid_in_rows() -> None:
    xy_mm = np.array([(x, y) for x in range(30) for y in range(30)]) * 10_000
    found = triangulate(xy_mm)
    check(found, xy_mm)
    check_circles(found, xy_mm)


def test_points_on_one_line() -> None:
    xy_mm = np.array([(3 * i, 7 * i) for i in range(50)])
    found = triangulate(xy_mm)
    check(found, xy_mm)


@pytest.mark.parametrize("seed", range(5))
def test_random_points_get_the_triangles_of_qhull(seed: int) -> None:
    xy_mm = np.random.default_rng(seed).integers(0, 2_000_000, (400, 2))
    corner = triangulate(xy_mm).tail.reshape(-1, 3)
    ours = {frozenset(triangle) for triangle in corner[(corner < 400).all(axis=1)].tolist()}
    theirs = {frozenset(triangle) for triangle in Delaunay(xy_mm).simplices.tolist()}
    # The far corners are not infinitely far: at the rim a flat triangle may go to one of them.
    assert ours <= theirs
    hull = set(Delaunay(xy_mm).convex_hull.ravel().tolist())
    assert all(triangle & hull for triangle in theirs - ours)
    assert len(theirs - ours) < 10


def test_the_widest_plane_is_exact_and_a_wider_one_is_refused() -> None:
    near = np.array([(0, 0), (1, 0), (0, 1), (1, 1)])
    xy_mm = np.concatenate([near, near + (WIDEST_MM - 1)])
    found = triangulate(xy_mm)
    check(found, xy_mm)
    with pytest.raises(InvalidInputError, match="300 km apart, of a town at most 300 km"):
        triangulate(np.array([(0, 0), (WIDEST_MM + 1, 0)]))


def test_no_point_is_the_rim_alone() -> None:
    found = triangulate(np.zeros((0, 2), dtype=np.int64))
    assert found.tail.tolist() == [0, 1, 2]
    assert found.twin.tolist() == [-1, -1, -1]
