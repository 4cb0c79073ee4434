"""What a drawing shows of the ground."""

import itertools

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, Point, box

from services.drawing.land import grey_of, ground_svg, names_svg
from services.drawing.scene import GroundName, scene_of
from services.drawing.view import View

VIEW = View.around(box(0, 0, 2_000, 1_000))


def ground(*rows: tuple[str, str, str, shapely.Geometry]) -> gpd.GeoDataFrame:
    kinds, names, levels, shapes = zip(*rows, strict=True) if rows else ((), (), (), ())
    table = {"kind": kinds, "name": names, "ref": names, "level": levels}
    return gpd.GeoDataFrame(table, geometry=list(shapes), crs=6677)


RIVER = ("river", "見本川", "ground", LineString([(0, 0), (2_000, 1_000)]))


def names_of(*rows: tuple[str, str, str, shapely.Geometry]) -> list[GroundName]:
    return scene_of(ground(*rows), VIEW).names([])


def test_the_name_of_a_river_stands_once_along_it_and_is_turned_as_it_runs() -> None:
    area = ("water", "見本川", "ground", RIVER[3].buffer(20))
    (name,) = names_of(RIVER, area)
    assert (name.words, name.kind) == ("見本川", "river")
    # Up by one for two to the right: atan(1/2).
    assert name.angle == pytest.approx(26.565, abs=0.01)
    east_m, north_m = VIEW.plane(np.array(name.at))
    assert north_m == pytest.approx(east_m / 2, abs=0.1)
    (backwards,) = names_of((*RIVER[:3], RIVER[3].reverse()))
    assert backwards.angle == pytest.approx(name.angle)


def test_a_river_is_drawn_by_its_water_where_that_is_seen_and_named_along_its_line() -> None:
    line = LineString([(0, 500), (2_000, 500)])
    area = ("water", "見本川", "ground", box(400, 450, 1_600, 550))
    scene = scene_of(ground((*RIVER[:3], line), area), VIEW)
    drawn = {shape.kind: shape.geometry for shape in scene.shapes}
    assert drawn["river"].intersection(area[3]).length == 0
    assert drawn["river"].length == pytest.approx(2_000 - 1_200)
    (name,) = scene.names([])
    # In the middle of the line, though nothing is drawn of it there.
    assert VIEW.plane(np.array(name.at)) == pytest.approx([1_000, 500])


def test_of_many_rivers_the_longest_have_names_and_a_lake_has_its_own() -> None:
    rivers = [
        ("stream", f"第{n}沢", "ground", LineString([(100, 60 * n), (400 + 60 * n, 60 * n)]))
        for n in range(1, 16)
    ]
    lake = ("water", "見本湖", "ground", box(1_500, 100, 1_900, 300))
    named = {
        name.words for options in scene_of(ground(*rivers, lake), VIEW).wanted for name in options
    }
    # Of 15 the twelve longest: the first three are not named.
    assert named == {"見本湖", *(f"第{n}沢" for n in range(4, 16))}


def test_shapes_are_drawn_from_the_ground_up_and_what_is_in_a_tunnel_only_if_it_is_a_railway() -> (
    None
):
    line = LineString([(0, 500), (2_000, 500)])
    scene = scene_of(
        ground(
            ("railway", "", "below", line),
            ("canal", "", "below", line),
            ("railway", "", "unknown", line),
            ("water", "", "ground", box(0, 0, 300, 300)),
            ("wood", "", "ground", box(0, 0, 600, 600)),
            RIVER,
        ),
        VIEW,
    )
    found = [(shape.kind, shape.level) for shape in scene.shapes]
    assert found == [
        ("wood", "ground"),
        ("water", "ground"),
        ("river", "ground"),
        ("railway", "below"),
        ("railway", "unknown"),
    ]
    drawn = ground_svg(scene)
    # A railway is dark with light dashes; in a tunnel it is a thin dashed line.
    assert sum("railway" in part for part in drawn) == 3
    assert sum('stroke="#fff"' in part for part in drawn) == 1


def test_a_sign_stays_where_its_name_has_no_room_and_nothing_covers_anything() -> None:
    schools = [("school", f"第{n}小学校", "ground", Point(1_000 + 40 * n, 500)) for n in range(6)]
    alone = ("school", "見本小学校", "ground", Point(200, 900))
    x, y = VIEW.point(alone[3])
    beside = [
        (x - 60, y + 5, x + 60, y + 20),
        (x + 5, y - 20, x + 60, y),
        (x - 60, y - 20, x - 5, y),
    ]
    station = ("station", "見本", "ground", Point(1_000, 480))
    names = scene_of(ground(*schools, alone, RIVER, station), VIEW).names(beside)
    assert [name.words for name in names if name.sign_at == (x, y)] == [""]
    assert "見本" in [name.words for name in names]
    for one, other in itertools.combinations((name.box for name in names), 2):
        assert not box(*one).intersection(box(*other)).area
    frame = box(0, 0, VIEW.width, VIEW.height)
    assert all(frame.covers(box(*name.box)) for name in names)
    assert len([part for part in names_svg(names) if "<text" in part]) == len(
        [name for name in names if name.words]
    )


def test_a_main_road_bears_its_number_in_a_frame() -> None:
    (name,) = names_of(("road", "6;16", "ground", LineString([(0, 100), (2_000, 100)])))
    assert (name.words, name.frame) == ("6/16", "number")
    assert "<rect" in "".join(names_svg([name]))


def test_nothing_is_drawn_where_nothing_is_known() -> None:
    scene = scene_of(ground(), VIEW)
    assert (scene.shapes, scene.names([])) == ((), [])
    assert ground_svg(scene) == names_svg([]) == []


def test_a_colour_becomes_the_grey_that_is_as_light() -> None:
    # Rec. 709: 0.2126 of red, 0.7152 of green, 0.0722 of blue.
    assert grey_of("#FF0000") == "#363636"
    assert grey_of("#00FF00") == "#B6B6B6"
    assert grey_of("#808080") == "#808080"
