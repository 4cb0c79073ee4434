"""Meshes of JIS X 0410, against examples that are published."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from geo.areas.meshes import (
    DIGITS,
    mesh_bounds,
    mesh_codes,
    mesh_polygons,
    mesh_side_m,
    meshes_within,
)
from geo.errors import InvalidInputError
from services.words.texts import told

TOKYO_TOWER = (139.745433, 35.658581)


def test_tokyo_tower_lies_in_the_mesh_that_the_documentation_of_jismesh_names():
    lon, lat = (np.array([value]) for value in TOKYO_TOWER)
    assert mesh_codes(lon, lat, side_m=1000).tolist() == ["53393599"]


def test_the_first_mesh_of_tokyo_is_forty_minutes_by_one_degree():
    # 5339: south at 53 × 2/3 = 35°20', west at 100 + 39 = 139°
    assert mesh_bounds(["5339"])[0] == pytest.approx([139, 35 + 1 / 3, 140, 36])


@pytest.mark.parametrize(
    ("code", "west", "south", "width", "height"),
    [
        # Second square 4 up, 5 right of 5339; third 6 up, 8 right; then quarters by hand, in seconds.
        ("533945", 139 * 3600 + 5 * 450, 35 * 3600 + 1200 + 4 * 300, 450, 300),
        ("53394568", 503_010, 128_580, 45, 30),
        ("533945681", 503_010, 128_580, 22.5, 15),
        ("533945684", 503_010 + 22.5, 128_580 + 15, 22.5, 15),
        ("5339456843", 503_010 + 22.5, 128_580 + 15 + 7.5, 11.25, 7.5),
    ],
)
def test_each_digit_divides_the_mesh_before_it(code, west, south, width, height):
    found = mesh_bounds([code])[0] * 3600
    assert found == pytest.approx([west, south, west + width, south + height])


def test_a_mesh_of_250_m_is_about_that_long():
    plane = mesh_polygons(["5339456843"]).to_crs(6677)
    assert np.sqrt(plane.area.iloc[0]) == pytest.approx(255, abs=30)


@given(st.floats(122.5, 153.5), st.floats(20.5, 45.5), st.sampled_from(sorted(DIGITS)))
def test_a_point_lies_in_its_own_mesh_and_meshes_nest(lon, lat, side_m):
    point = (np.array([lon]), np.array([lat]))
    (code,) = mesh_codes(*point, side_m=side_m)
    west, south, east, north = mesh_bounds([code])[0]
    assert west - 1e-9 <= lon <= east + 1e-9
    assert south - 1e-9 <= lat <= north + 1e-9
    assert mesh_side_m([code]).tolist() == [side_m]
    assert mesh_codes(*point, side_m=125)[0].startswith(code)


def test_neighbours_share_their_edge_exactly():
    west, east = mesh_bounds(["5339456841", "5339456842"])
    assert west[2] == east[0]
    assert west[1] == east[1]


@pytest.mark.parametrize(
    "text", ["", "533", "53398", "533985", "533945685", "5339456840", "五三三九"]
)
def test_a_text_that_is_no_code_is_refused(text):
    assert mesh_side_m([text]).tolist() == [0]
    with pytest.raises(InvalidInputError, match="is no mesh code") as error:
        mesh_bounds(["5339", text])
    assert "地域メッシュコード" in told(error.value, "ja")


def test_no_codes_give_no_polygons():
    assert len(mesh_polygons([])) == 0
    assert mesh_side_m([]).size == 0


def test_meshes_cover_the_municipality_once_with_the_share_that_is_inside():
    boundary = box(0, -20_000, 900, -18_500)
    found = meshes_within(boundary, side_m=250, epsg=6677)
    assert found.area.sum() == pytest.approx(boundary.area, rel=1e-9)
    assert found.union_all().symmetric_difference(boundary).area == pytest.approx(0, abs=1e-3)
    assert found["area_id"].is_monotonic_increasing
    inner = found[found["inside"] == 1]
    assert len(inner) > 0
    assert ((found["inside"] > 0) & (found["inside"] <= 1 + 1e-12)).all()
    whole = mesh_polygons(found["area_id"].tolist()).to_crs(6677)
    assert (found["inside"] * whole.area.to_numpy()).to_numpy() == pytest.approx(found.area)
    assert shapely.is_valid(found.geometry.to_numpy()).all()
