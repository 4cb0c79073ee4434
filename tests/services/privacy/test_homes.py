"""Where a private home stands: at the centre of a cell with enough dwellings."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from services.privacy.homes import HomeCells

NOBODY = np.zeros((0, 2))


def centres(
    *points: Point | None, dwellings: np.ndarray = NOBODY, cell_m: float = 150.0, least_n: int = 10
) -> list[tuple[float, float] | None]:
    shapes = np.array(points, dtype=object)
    found = HomeCells.of(dwellings, cell_m=cell_m, least_n=least_n).centres(shapes)
    return [None if point is None else (point.x, point.y) for point in found]


def test_a_home_stands_in_the_middle_of_its_cell() -> None:
    # 123 is in 0–150, 377 in 300–450, -1 in -150–0.
    assert centres(Point(123, 377), None, Point(-1, -1)) == [(75, 375), None, (-75, -75)]


def test_a_cell_is_doubled_until_it_holds_enough_dwellings() -> None:
    # Two in 0–150, a third in 150–300 of the cell of 300 m, a fourth in that of 600 m.
    dwellings = np.array([[10.0, 10.0], [140.0, 140.0], [290.0, 10.0], [310.0, 590.0]])
    home = Point(123, 100)
    sides_m = {1: 150.0, 2: 150.0, 3: 300.0, 4: 600.0}
    for least_n, side_m in sides_m.items():
        assert centres(home, dwellings=dwellings, least_n=least_n) == [(side_m / 2, side_m / 2)]
    # All there are is enough.
    assert centres(home, dwellings=dwellings, least_n=9) == [(300.0, 300.0)]


def test_dwellings_that_stand_in_a_smaller_cell_do_not_count() -> None:
    def houses(east: float, north: float, number: int) -> np.ndarray:
        return np.column_stack([np.full(number, east), north + np.arange(number)])

    home = Point(200, 10)
    # Of 300 m by 300 m: ten in the south-west, which stand there; one in the south-east.
    few = [houses(10, 10, 10), houses(200, 10, 1)]
    # With nine in the north-west, ten are left: they share the cell of 300 m.
    assert centres(home, dwellings=np.vstack([*few, houses(10, 200, 9)])) == [(150, 150)]
    # With eight, nine are left, who would be told apart by a cell of their own.
    assert centres(home, dwellings=np.vstack([*few, houses(10, 200, 8)])) == [(75, 75)]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=80),
    st.integers(1, 10),
    st.sampled_from([1, 10, 70]),
)
def test_whoever_sees_a_home_has_enough_dwellings_to_choose_from(
    spots: list[tuple[int, int]], least_n: int, apart_m: int
) -> None:
    dwellings = np.array(spots, dtype=float) * apart_m
    found = centres(*(Point(xy) for xy in dwellings), dwellings=dwellings, least_n=least_n)

    alike = [found.count(centre) for centre in found]
    assert min(alike) >= min(least_n, len(spots))


def test_without_a_cell_or_a_position_there_is_none() -> None:
    assert centres(Point(1, 2), cell_m=0.0) == [None]
    assert centres(None, Point()) == [None, None]
    assert centres() == []


@given(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_all_homes_of_a_cell_stand_at_the_same_spot(x_m: float, y_m: float) -> None:
    ((x, y),) = centres(Point(x_m, y_m))
    assert centres(Point(x, y)) == [(x, y)]
    assert shapely.Point(x, y).distance(Point(x_m, y_m)) <= 75.001 * 2**0.5
