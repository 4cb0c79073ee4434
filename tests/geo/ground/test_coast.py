"""The sea: land lies on the left of a coastline."""

import numpy as np
import pytest
import shapely

from geo.ground.coast import EDGE_M, Sea, sea_within

FRAME = shapely.box(0, 0, 10_000, 10_000)
ISLAND = "LINESTRING (4000 1000, 5000 1000, 5000 2000, 4000 2000, 4000 1000)"


def sea(*coasts: str) -> Sea:
    return sea_within(FRAME, np.array([shapely.from_wkt(coast) for coast in coasts], dtype=object))


def test_a_coast_that_is_cut_at_the_frame_has_the_sea_on_its_right() -> None:
    # Eastward: land in the north. The lines go on beyond the frame.
    found = sea("LINESTRING (-500 4000, 3000 4000)", "LINESTRING (3000 4000, 12000 4000)")
    [south] = found.areas
    assert shapely.equals(south, shapely.box(0, 0, 10_000, 4_000))
    assert not found.unclear.any()
    [north] = sea("LINESTRING (12000 4000, -500 4000)").areas
    assert shapely.equals(north, shapely.box(0, 4_000, 10_000, 10_000))


def test_a_bay_is_sea_to_its_end() -> None:
    bay = "LINESTRING (0 4000, 2000 4000, 2000 9000, 3000 9000, 3000 4000, 10000 4000)"
    [area] = sea(bay).areas
    # 10,000 x 4,000 m of open sea and 1,000 x 5,000 m of bay.
    assert area.area == pytest.approx(45e6)
    assert area.contains(shapely.Point(2_500, 8_000))
    assert not area.intersects(shapely.Point(1_000, 5_000))


def test_an_island_is_a_hole_and_a_frame_around_it_all_sea() -> None:
    [area] = sea("LINESTRING (0 4000, 10000 4000)", ISLAND).areas
    assert area.area == pytest.approx(40e6 - 1e6)
    assert not area.intersects(shapely.Point(4_500, 1_500))
    [around] = sea(ISLAND).areas
    assert around.area == pytest.approx(100e6 - 1e6)


def test_an_extract_that_ends_before_the_frame_is_led_on_to_it() -> None:
    short = f"LINESTRING ({EDGE_M} 4000, {10_000 - EDGE_M} 4000)"
    [area] = sea(short).areas
    assert shapely.equals(area, shapely.box(0, 0, 10_000, 4_000))


def test_a_coast_that_does_not_close_is_listed_and_closes_nothing_off() -> None:
    loose = f"LINESTRING ({EDGE_M + 1} 6000, {10_000 - EDGE_M - 1} 6000)"
    found = sea(loose)
    assert (found.areas.size, found.unclear.tolist()) == (0, [True])
    # Beside a coast that closes it changes nothing.
    beside = sea("LINESTRING (0 4000, 10000 4000)", loose)
    assert beside.unclear.tolist() == [False, True]
    assert [area.area for area in beside.areas] == pytest.approx([40e6])


def test_where_two_coasts_disagree_nothing_beside_them_is_sea() -> None:
    # Both northward: what lies between them is right of the first and left of the second.
    first, second = "LINESTRING (2000 0, 2000 10000)", "LINESTRING (6000 0, 6000 10000)"
    found = sea(first, second)
    assert (found.areas.size, found.unclear.tolist()) == (0, [True, True])
    # An island drawn the wrong way round says that the sea is land: its houses stand in no water.
    wrong = sea("LINESTRING (0 4000, 10000 4000)", shapely.from_wkt(ISLAND).reverse().wkt)
    assert (wrong.areas.size, wrong.unclear.tolist()) == (0, [True, True])
    # Another water, which only coasts that agree touch, stays sea.
    far = sea(first, second, "LINESTRING (1000 10000, 1000 9000, 0 9000)")
    assert far.unclear.tolist() == [True, True, False]
    assert [area.area for area in far.areas] == pytest.approx([1e6])


@pytest.mark.parametrize("seed", range(5))
def test_every_point_beside_a_random_coast_is_on_the_side_that_its_nearest_piece_says(
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    x = np.linspace(-100, 10_100, 40)
    shore = shapely.LineString(np.column_stack([x, 5_000 + rng.uniform(-900, 900, x.size)]))
    found = sea_within(FRAME, np.array([shore], dtype=object))
    [area] = found.areas
    spots = rng.uniform(0, 10_000, (300, 2))
    heights = np.interp(spots[:, 0], *shapely.get_coordinates(shore).T)
    assert (
        shapely.contains(area, shapely.points(spots)).tolist() == (spots[:, 1] < heights).tolist()
    )


def test_no_coast_is_no_sea() -> None:
    found = sea()
    assert (found.areas.size, found.unclear.size) == (0, 0)
    beyond = sea("LINESTRING (-900 -900, -10 -900)")
    assert (beyond.areas.size, beyond.unclear.tolist()) == (0, [False])
