"""The ground as a map of one scale shows it."""

import geopandas as gpd
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from geo.ground.simplify import simplified

EPSG = 6677


def ground(*rows: tuple[str, str, shapely.Geometry]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "kind": [kind for kind, _, _ in rows],
            "name": [name for _, name, _ in rows],
            "ref": [""] * len(rows),
            "level": ["ground"] * len(rows),
            "source_id": ["osm"] * len(rows),
        },
        geometry=[shape for _, _, shape in rows],
        crs=EPSG,
    )


def test_a_river_in_pieces_becomes_one_line_and_keeps_its_length() -> None:
    pieces = [LineString([(0, 0), (100, 0)]), LineString([(100, 0), (200, 50)])]
    found = simplified(ground(*(("river", "大堀川", piece) for piece in pieces)), m_per_px=1.0)
    (line,) = found.geometry
    assert line.geom_type == "LineString"
    assert line.length == sum(piece.length for piece in pieces)
    assert found.crs == EPSG


def test_a_speck_is_left_out_but_a_school_stays_as_a_point_and_two_schools_as_two() -> None:
    yard = box(0, 0, 20, 20)
    other = box(5_000, 0, 5_020, 20)
    rows = (("park", "", yard), ("school", "", yard), ("school", "", other))
    # 400 m2 are 16 pixels of 5 m, and 4 of 10 m; less than 9 are a speck.
    near = simplified(ground(*rows), m_per_px=5.0)
    assert near["kind"].tolist() == ["park", "school", "school"]
    assert set(near.geometry.geom_type) == {"Polygon"}
    far = simplified(ground(*rows), m_per_px=10.0)
    assert far["kind"].tolist() == ["school", "school"]
    assert [shape.geom_type for shape in far.geometry] == ["Point", "Point"]
    assert {yard.contains(shape) for shape in far.geometry} == {True, False}


def test_what_lies_outside_the_map_is_cut_off() -> None:
    rows = (
        ("water", "", box(-50, 0, 50, 100)),
        ("wood", "", box(900, 0, 990, 90)),
        ("station", "柏", Point(10, 10)),
        ("station", "松戸", Point(500, 10)),
    )
    found = simplified(ground(*rows), m_per_px=1.0, inside=(0, 0, 200, 200))
    assert found["name"].tolist() == ["柏", ""]
    assert found.geometry.iloc[1].equals(box(0, 0, 50, 100))


def test_a_lake_keeps_its_island_and_nothing_gives_nothing() -> None:
    lake = Polygon(box(0, 0, 100, 100).exterior, [box(40, 40, 60, 60).exterior])
    (found,) = simplified(ground(("water", "", lake)), m_per_px=1.0).geometry
    assert found.area == 10_000 - 400
    empty = simplified(ground(), m_per_px=1.0, inside=(0, 0, 1, 1))
    assert list(empty.columns) == ["kind", "name", "ref", "level", "geometry"]
    assert empty.empty


@given(
    st.lists(
        st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=2, max_size=12, unique=True
    ),
    st.sampled_from([0.5, 2.0, 20.0]),
    st.randoms(use_true_random=False),
)
def test_no_line_moves_by_more_than_half_a_pixel_and_no_order_counts(
    corners, m_per_px, dice
) -> None:  # type: ignore[no-untyped-def]
    line = LineString(corners)
    rows = [("river", "", line), ("wood", "", box(0, 0, 200, 200)), ("park", "", box(9, 9, 99, 99))]
    found = simplified(ground(*rows), m_per_px=m_per_px)
    dice.shuffle(rows)
    again = simplified(ground(*rows), m_per_px=m_per_px)
    assert found.to_wkb().equals(again.to_wkb())
    for river in found.geometry[found["kind"] == "river"]:
        assert shapely.hausdorff_distance(river, line) <= 0.5 * m_per_px + 1e-9
