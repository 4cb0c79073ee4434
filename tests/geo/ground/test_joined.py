"""Ground of several sources, each thing once."""

from collections.abc import Sequence

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, box

from geo.ground.joined import join_ground

Row = tuple[str, str, shapely.Geometry]


def ground(rows: Sequence[Row], source: str) -> gpd.GeoDataFrame:
    kinds, names, shapes = zip(*rows, strict=True) if rows else ((), (), ())
    table = {"kind": kinds, "name": names, "ref": "", "level": "ground", "source_id": source}
    return gpd.GeoDataFrame(table, index=range(len(rows)), geometry=list(shapes), crs=6677)


def told(rows: gpd.GeoDataFrame) -> set[tuple[str, str, str]]:
    return set(zip(rows["source_id"], rows["kind"], rows["name"], strict=True))


def test_a_railway_within_20_m_adds_nothing_and_gives_its_name() -> None:
    osm = ground([("railway", "", LineString([(0, 0), (1_000, 0)]))], "osm")
    beside = ground([("railway", "常磐線", LineString([(0, 15), (1_000, 15)]))], "N02")
    found = join_ground(osm, beside)
    assert told(found.ground) == {("osm", "railway", "常磐線")}
    assert (found.new_n, found.same_n, found.named_n) == (0, 1, 1)
    # The frames that were given stay as they are.
    assert osm["name"].tolist() == [""]


def test_what_of_a_railway_lies_beyond_20_m_is_new() -> None:
    osm = ground([("railway", "常磐線", LineString([(0, 0), (1_000, 0)]))], "osm")
    longer = ground([("railway", "JR常磐線", LineString([(0, 0), (1_500, 0)]))], "N02")
    found = join_ground(osm, longer)
    (new,) = found.ground[found.ground["source_id"] == "N02"].geometry
    # A round buffer of 20 m ends at 1,020 m.
    assert new.length == pytest.approx(480, abs=0.2)
    assert found.ground["name"].tolist() == ["常磐線", "JR常磐線"]


def test_a_river_is_the_water_that_it_runs_through_but_no_railway() -> None:
    osm = ground(
        [
            ("water", "", box(-50, -1_000, 50, 1_000)),
            ("railway", "", LineString([(500, -900), (500, 900)])),
        ],
        "osm",
    )
    rivers = [
        ("river", "利根川", LineString([(0, -900), (0, 900)])),
        ("river", "大堀川", LineString([(500, -900), (500, 900)])),
    ]
    found = join_ground(osm, ground(rivers, "W05"))
    assert told(found.ground) - told(osm) == {("W05", "river", "大堀川")}
    assert (found.new_n, found.same_n) == (1, 1)


@pytest.mark.parametrize(
    ("name", "far_m", "schools_n"),
    [
        ("旭小学校", 100.0, 1),
        ("旭小学校", 101.0, 2),
        ("柏市立旭小学校", 50.0, 1),
        ("花野井小学校", 50.0, 2),
        ("", 50.0, 2),
    ],
)
def test_a_school_of_the_same_name_within_100_m_is_once(
    name: str, far_m: float, schools_n: int
) -> None:
    osm = ground([("school", "旭小学校", box(0, 0, 80, 80))], "osm")
    found = join_ground(osm, ground([("school", name, Point(80 + far_m, 40))], "P29"))
    assert len(found.ground) == schools_n


def test_a_school_without_a_name_takes_that_of_the_nearest_and_only_one() -> None:
    osm = ground([("school", "", box(0, 0, 80, 80)), ("school", "", box(900, 0, 980, 80))], "osm")
    points = [
        ("school", "旭小学校", Point(40, 40)),
        ("school", "旭中学校", Point(100, 40)),
        ("university", "旭大学", Point(3_000, 0)),
    ]
    found = join_ground(osm, ground(points, "P29"))
    assert told(found.ground) == {
        ("osm", "school", "旭小学校"),
        ("osm", "school", ""),
        ("P29", "school", "旭中学校"),
        ("P29", "university", "旭大学"),
    }
    assert found.named_n == 1


def test_a_station_is_the_same_with_or_without_the_word_for_it() -> None:
    osm = ground([("station", "柏", Point(0, 0))], "osm")
    assert len(join_ground(osm, ground([("station", "柏駅", Point(0, 290))], "N02")).ground) == 1
    assert len(join_ground(osm, ground([("station", "南柏", Point(0, 290))], "N02")).ground) == 1
    assert len(join_ground(osm, ground([("station", "北小金", Point(0, 9))], "N02")).ground) == 2


def test_nothing_and_something_is_something() -> None:
    some = ground([("river", "大堀川", LineString([(0, 0), (90, 0)]))], "W05")
    none = ground([], "osm")
    assert told(join_ground(none, some).ground) == told(some)
    assert told(join_ground(some, none).ground) == told(some)


spots = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(
    lambda xy: (xy[0] * 20.0, xy[1] * 20.0)
)
names = st.sampled_from(["", "旭小学校", "柏市立旭小学校", "北小学校"])
schools = st.lists(
    st.builds(lambda name, at: ("school", name, Point(at)), names, spots),
    max_size=5,
    unique_by=lambda row: row[2].wkb,
)
lines = st.lists(
    st.builds(
        lambda name, ends: ("river", name, LineString(ends)),
        names,
        st.lists(spots, min_size=2, max_size=4, unique=True),
    ),
    max_size=3,
    unique_by=lambda row: row[2].wkb,
)


@given(schools, schools, lines, lines, st.randoms(use_true_random=False))
def test_no_row_is_lost_none_of_the_first_moves_and_no_order_counts(
    one, other, line, more, dice
) -> None:  # type: ignore[no-untyped-def]
    first, further = [*one, *line], [*other, *more]
    found = join_ground(ground(first, "osm"), ground(further, "new"))
    assert found.new_n + found.same_n == len(further)
    kept = found.ground[found.ground["source_id"] == "osm"]
    assert sorted(kept.geometry.to_wkb()) == sorted(row[2].wkb for row in first)
    dice.shuffle(first)
    dice.shuffle(further)
    again = join_ground(ground(first, "osm"), ground(further, "new"))
    rows = [
        sorted(zip(joined["source_id"], joined["name"], joined.geometry.to_wkb(), strict=True))
        for joined in (
            part.ground.assign(geometry=part.ground.geometry.normalize()) for part in (found, again)
        )
    ]
    assert rows[0] == rows[1]
