"""Vector tiles, read by GDAL."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.ground.vectortile import EXTENT, Told, encoded_layer

SIDE_M = 2 * 20_037_508.342789244 / 2**12
WEST_M, SOUTH_M = 0.0, 20_037_508.342789244 - SIDE_M
"""Of the tile 12/2048/0."""


def read(folder: Path, tile: bytes) -> gpd.GeoDataFrame:
    """Return what GDAL reads of a tile, in units of it, y up."""
    path = folder / "12" / "2048" / "0.pbf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tile)
    found = pyogrio.read_dataframe(path, CLIP="NO")
    unit = SIDE_M / EXTENT
    corner = (WEST_M, SOUTH_M)
    units = shapely.transform(
        found.geometry.to_numpy(), lambda xy: np.rint((xy - corner) / unit), include_z=False
    )
    return found.assign(geometry=units)


def encoded(*shapes: shapely.Geometry, told: list[Told] | None = None) -> bytes:
    return encoded_layer("ground", np.array(shapes), told or [{"kind": "water"}] * len(shapes))


SHAPES = [
    shapely.Point(7, 9),
    shapely.LineString([(0, 0), (100, 50), (4_000, 4_096)]),
    shapely.MultiLineString([[(0, 0), (10, 0)], [(500, 500), (500, 900), (-80, 900)]]),
    shapely.box(100, 100, 300, 200),
    shapely.Polygon(
        [(0, 0), (0, 900), (900, 900), (900, 0)], [[(100, 100), (200, 100), (200, 200)]]
    ),
    shapely.MultiPolygon([shapely.box(0, 0, 5, 5), shapely.box(4_000, 0, 4_176, 90)]),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_comes_back_as_it_was(shape: shapely.Geometry, tmp_path: Path) -> None:
    [found] = read(tmp_path, encoded(shape)).geometry
    assert shapely.equals(found, shape)


def test_what_is_told_comes_back_and_an_empty_text_is_none(tmp_path: Path) -> None:
    told: list[Told] = [
        {"kind": "river", "name": "大堀川", "rank": 300},
        {"kind": "water", "name": "", "rank": 1},
        {"kind": "river", "rank": 1},
    ]
    found = read(tmp_path, encoded(*SHAPES[1:4], told=told))
    assert found["kind"].tolist() == ["river", "water", "river"]
    assert found["name"].fillna("").tolist() == ["大堀川", "", ""]
    assert found["rank"].tolist() == [300, 1, 1]


def test_what_is_smaller_than_a_unit_is_left_out(tmp_path: Path) -> None:
    tiny = shapely.box(10.1, 10.1, 10.4, 10.4)
    thin = shapely.LineString([(5, 5), (5.2, 5.2)])
    assert encoded(tiny, thin) == encoded() == b""
    hollow = shapely.Polygon(shapely.box(0, 0, 90, 90).exterior, [tiny.exterior])
    found = read(tmp_path, encoded(tiny, hollow, shapely.MultiPolygon([tiny, SHAPES[3]])))
    assert [len(shapely.get_rings(one)) for one in found.geometry] == [1, 1]


def test_only_what_has_the_dimension_of_the_whole_is_drawn(tmp_path: Path) -> None:
    mixed = shapely.GeometryCollection([SHAPES[1], SHAPES[3]])
    [found] = read(tmp_path, encoded(mixed)).geometry
    assert shapely.equals(found, SHAPES[3])


corners = st.tuples(st.integers(-80, EXTENT + 80), st.integers(-80, EXTENT + 80))


# Reading costs more than drawing: many lines in one tile.
@settings(max_examples=10)
@given(st.lists(st.lists(corners, min_size=2, max_size=9), min_size=20, max_size=40))
def test_any_line_comes_back_without_the_points_where_it_stands_still(
    tmp_path_factory: pytest.TempPathFactory, lines: list[list[tuple[int, int]]]
) -> None:
    lines = [*lines, [(0, 0), (5, 5)]]  # a tile of nothing is no tile
    moved = [[xy for n, xy in enumerate(line) if not n or xy != line[n - 1]] for line in lines]
    told: list[Told] = [{"number": number} for number in range(len(lines))]
    tile = encoded(*(shapely.LineString(line) for line in lines), told=told)
    found = read(tmp_path_factory.getbasetemp() / "lines", tile)
    drawn = [
        [tuple(xy) for xy in shapely.get_coordinates(one).astype(int).tolist()]
        for one in found.geometry
    ]
    expected = {number: line for number, line in enumerate(moved) if len(line) > 1}
    assert dict(zip(found["number"].tolist(), drawn, strict=True)) == expected
