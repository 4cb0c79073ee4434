"""Obstacles: what a leg crosses, by hand; a metre of error on either side, and shapes that are wrong."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.ground.kinds import LINES
from geo.ground.obstacles import FREE, HARD, IN_THE_WAY, SOFT, Obstacles, obstacles_of, opened_at
from tests.streets import PLANE


def ground(*rows: tuple[str, str] | tuple[str, str, str]) -> gpd.GeoDataFrame:
    """Build ground from kind, WKT and level."""
    return gpd.GeoDataFrame(
        {"kind": [row[0] for row in rows], "level": [(*row, "ground")[2] for row in rows]},
        geometry=[shapely.from_wkt(row[1]) for row in rows],
        crs=PLANE,
    )


def crossed(on: gpd.GeoDataFrame | Obstacles, *legs: tuple[float, float, float, float]) -> list:
    obstacles = on if isinstance(on, Obstacles) else obstacles_of(on)
    ends = np.array(legs, dtype=float)
    return obstacles.crossed(ends[:, :2], ends[:, 2:]).tolist()


ACROSS = (50.0, -20.0, 50.0, 40.0)
EASTWARD = "LINESTRING (0 0, 100 0)"


@pytest.mark.parametrize(
    ("kind", "level", "much"),
    [
        ("river", "ground", HARD),
        ("canal", "ground", HARD),
        ("railway", "ground", HARD),
        ("wall", "ground", HARD),
        ("cliff", "ground", HARD),
        ("stream", "ground", SOFT),
        ("ditch", "ground", SOFT),
        ("fence", "ground", SOFT),
        ("embankment", "ground", SOFT),
        ("tramway", "ground", FREE),
        ("road", "ground", FREE),
        # One walks over a tunnel and under a viaduct; of what nobody knows the level of, nothing is said.
        ("railway", "below", FREE),
        ("railway", "above", FREE),
        ("railway", "unknown", FREE),
        ("river", "below", FREE),
    ],
)
def test_what_is_in_the_way(kind: str, level: str, much: int) -> None:
    assert crossed(ground((kind, EASTWARD, level)), ACROSS) == [much]


def test_every_line_on_the_ground_is_judged() -> None:
    assert LINES - set(IN_THE_WAY) == {"tramway", "road"}


def test_the_worst_that_is_crossed_counts_and_order_does_not() -> None:
    rows = [("ditch", EASTWARD), ("wall", "LINESTRING (0 10, 100 10)")]
    legs = [ACROSS, (50, -20, 50, 5), (50, 5, 50, 40), (50, -20, 50, -5)]
    for some in (rows, rows[::-1]):
        assert crossed(ground(*some), *legs) == [HARD, SOFT, HARD, FREE]


def test_touching_is_not_crossing() -> None:
    # A metre of error: the street is drawn 0.9 m beyond the river, or the door stands in it.
    legs = [(50, -20, 50, 0), (50, -20, 50, 0.9), (50, -20, 50, 1.1), (50, -0.9, 50, 20)]
    assert crossed(ground(("river", EASTWARD)), *legs) == [FREE, FREE, HARD, FREE]
    # A leg along the river, and one that has no length.
    assert crossed(ground(("river", EASTWARD)), (10, 0, 90, 0), (50, 0, 50, 0)) == [FREE, FREE]


CANAL = ("water", "POLYGON ((0 0, 100 0, 100 14, 0 14, 0 0))")


def test_water_is_crossed_where_a_leg_gets_more_than_a_metre_into_it() -> None:
    legs = [
        (50, -30, 50, 40),  # from bank to bank
        (50, -30, 50, 0),  # to a street on the dike
        (
            50,
            -30,
            50,
            1.5,
        ),  # to a street drawn 1.5 m out: half-way along it is 0.75 m from the edge
        (50, -30, 50, 7),  # to a street in the middle of the canal
        (-5, 0.9, 105, 0.9),  # along the edge, inside it by less than the error
        (-1, 3, 3, -1),  # over the corner: the chord's middle is 0.5 m off both edges
    ]
    assert crossed(ground(CANAL), *legs) == [HARD, FREE, FREE, HARD, FREE, FREE]


def test_who_stands_in_water_leaves_it_but_does_not_cross_another() -> None:
    second = ("water", "POLYGON ((0 20, 100 20, 100 34, 0 34, 0 20))")
    found = obstacles_of(ground(CANAL, second))
    assert crossed(found, (50, 7, 50, -30), (50, 7, 50, 17), (50, 7, 50, 60)) == [FREE, FREE, HARD]
    # Half a metre from the edge is the bank: the own side is free, the other is beyond the water.
    assert crossed(found, (50, 0.5, 50, -30), (50, 0.5, 50, 17)) == [FREE, HARD]
    points = np.array([[50.0, 7.0], [50.0, 0.5], [50.0, 17.0], [50.0, 27.0], [50.0, -9.0]])
    assert found.in_water(points).tolist() == [True, False, False, True, False]


def test_an_island_in_a_lake_is_reached_over_water_alone() -> None:
    lake = "POLYGON ((0 0, 100 0, 100 100, 0 100, 0 0), (40 40, 60 40, 60 60, 40 60, 40 40))"
    on = ground(("water", lake))
    assert crossed(on, (50, 50, 50, 45), (50, 50, 50, 110), (50, 55, 45, 42)) == [FREE, HARD, FREE]


def test_the_coast_is_left_from_the_sea_and_not_crossed_from_the_land() -> None:
    # Land lies on the left of a coastline: north of one that runs east.
    shore = ground(("coastline", EASTWARD))
    assert crossed(shore, (50, 20, 50, -20), (50, -20, 50, 20)) == [HARD, FREE]
    # A strait between two coasts, in either direction and however they are drawn.
    for other in ("LINESTRING (100 -50, 0 -50)", "LINESTRING (0 -50, 100 -50)"):
        strait = ground(("coastline", EASTWARD), ("coastline", other))
        assert crossed(strait, (50, 20, 50, -70), (50, -70, 50, 20)) == [HARD, HARD]
    # An island is a ring with the land on its left; who stands off it in the sea gets ashore.
    island = ground(("coastline", "LINESTRING (0 0, 100 0, 100 100, 0 100, 0 0)"))
    assert crossed(island, (50, 50, 50, -20), (50, -20, 50, 50), (50, 50, 90, 90)) == [
        *(HARD, FREE, FREE)
    ]


def test_a_wall_round_the_home_has_its_own_gate() -> None:
    ring = "LINESTRING (0 0, 30 0, 30 30, 0 30, 0 0)"
    for kind, else_ in (("wall", HARD), ("fence", SOFT), ("cliff", HARD)):
        own = else_ if kind == "cliff" else FREE
        # From inside the plot; from a neighbour through it; into it from outside.
        legs = [(15, 15, 15, -20), (-10, 15, 40, 15), (15, -20, 15, 15)]
        assert crossed(ground((kind, ring)), *legs) == [own, else_, else_]
    open_wall = ground(("wall", "LINESTRING (0 0, 30 0, 30 30, 0 30)"))
    assert crossed(open_wall, (15, 15, 15, -20), (15, 15, -20, 15)) == [HARD, FREE]


def test_an_area_that_crosses_itself_is_what_its_border_encloses() -> None:
    # A bow tie: two triangles that meet in (50, 50).
    bow = ground(("water", "POLYGON ((0 0, 100 100, 100 0, 0 100, 0 0))"))
    legs = [(10, -5, 10, 105), (50, -5, 50, 40), (-5, 30, 40, 30), (-5, 50, 105, 50)]
    assert crossed(bow, *legs) == [HARD, FREE, HARD, HARD]


def test_what_has_no_shape_and_no_ground_are_no_obstacle() -> None:
    nothing = ground(
        ("river", "LINESTRING EMPTY"), ("water", "POLYGON EMPTY"), ("wall", "POINT (50 0)")
    )
    nothing.loc[3] = ["river", "ground", None]
    for some in (nothing, nothing.iloc[:0]):
        found = obstacles_of(some)
        assert found.shapes.size == 0
        assert crossed(found, ACROSS) == [FREE]
        assert not found.in_water(np.array([[1.0, 1.0]])).any()
        assert found.water.size == 0


def test_a_river_that_is_one_line_through_the_town_parts_it() -> None:
    meander = shapely.LineString([(x, 20 * np.sin(x / 40)) for x in range(0, 2000, 5)])
    found = obstacles_of(ground(("river", meander.wkt)))
    xy = np.array([[x, y] for x in range(100, 1900, 60) for y in (-60.0, 60.0)])
    to_xy = np.roll(xy, 1, axis=0)
    between = shapely.linestrings(np.stack([xy, to_xy], axis=1))
    # Both ends are far from the river: crossing is meeting.
    expected = shapely.intersects(between, meander)
    assert (found.crossed(xy, to_xy) == HARD).tolist() == expected.tolist()
    assert expected.any()


def test_a_wall_is_passed_within_a_metre_of_its_gate_and_a_plot_keeps_its_own() -> None:
    plot = "LINESTRING (0 100, 100 100, 100 200, 0 200, 0 100)"
    walls = np.array([shapely.from_wkt(EASTWARD), shapely.from_wkt(plot)])
    gates = np.array([shapely.Point(50, 0), shapely.Point(50, 100)])
    opened, closed = opened_at(walls, gates)
    assert opened.length == pytest.approx(100 - 2, abs=0.01)
    assert shapely.equals(closed, walls[1])
    legs = [(x, -20, x, 20) for x in (48.9, 49.1, 50.9, 51.1)]
    assert crossed(ground(("wall", opened.wkt)), *legs) == [HARD, FREE, FREE, HARD]
    assert shapely.equals(opened_at(walls, gates[:0])[0], walls[0])


def test_nobody_lives_in_the_sea_and_its_coast_alone_is_in_the_way() -> None:
    sea = (
        "sea",
        "POLYGON ((0 -100, 100 -100, 100 0, 0 0, 0 -100), (40 -60, 60 -60, 60 -40, 40 -40, 40 -60))",
    )
    obstacles = obstacles_of(ground(sea, ("coastline", EASTWARD)))
    spots = np.array([[50, -20], [50, -50], [50, 20], [50, -0.5]], dtype=float)
    # In the sea, on the island, inland, and within the error of the map.
    assert obstacles.in_water(spots).tolist() == [True, False, False, False]
    assert [area.area for area in obstacles.water] == [100 * 100 - 20 * 20]
    # Over the coast from the land; within the sea; out of the sea.
    assert crossed(obstacles, (50, 20, 50, -20), (10, -20, 90, -20), (50, -20, 50, 20)) == [
        HARD,
        FREE,
        FREE,
    ]
