"""Coordinates as people type them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.places.coordinates import (
    is_in_japan,
    pair_to_lonlat,
    to_degrees,
    to_lonlat,
    to_plane,
)

# 35° 51′ 31.2″ = 35 + 51/60 + 31.2/3600
LAT = 35 + 51 / 60 + 31.2 / 3600


@pytest.mark.parametrize(
    "text",
    [
        *(
            "35°51'31.2\"N",
            "N35°51′31.2″",
            "北緯35度51分31.2秒",
            "３５度５１分３１．２秒",
            "35.51.31.2",
        ),
        *("35:51:31.2", "35 51 31.2", "355131.2", "35°51’31.2”", "緯度：35°51'31.2\""),
    ],
)
def test_degrees_minutes_and_seconds_are_read(text):
    assert to_degrees(text) == pytest.approx(LAT, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [("35.858", 35.858), ("北緯35度51分", 35.85), ("-35.5", -35.5), ("−35.5", -35.5), ("35", 35.0)],
)
def test_decimal_degrees_stay(text, degrees):
    assert to_degrees(text) == pytest.approx(degrees, abs=1e-12)


@pytest.mark.parametrize(
    "text", ["", "不明", "nan", "inf", "1e999", "35°61'0\"", "35°10'60\"", "柏", "35.8.", "--35"]
)
def test_what_is_no_angle_is_nan(text):
    assert math.isnan(to_degrees(text))


@given(st.text(max_size=30))
def test_no_text_crashes(text):
    degrees = to_degrees(text)
    assert math.isnan(degrees) or math.isfinite(degrees)
    pair_to_lonlat(text)
    to_plane(text, text)


@given(st.text("0123456789°'\".,度分秒北緯東経NE -+", max_size=30))
def test_no_typing_error_crashes(text):
    pair_to_lonlat(text)


@pytest.mark.parametrize(
    "text",
    [
        *("35.858, 139.97", "35.858、139.97", "(35.858, 139.97)", "35.858 139.97", "139.97,35.858"),
        *(
            "35.858;139.97",
            "北緯35.858度 東経139.97度",
            "N35.858 E139.97",
            "３５．８５８，１３９．９７",
        ),
        "35°51'28.8\"N 139°58'12\"E",
    ],
)
def test_a_pair_in_one_cell_is_read(text):
    found = pair_to_lonlat(text)
    assert found is not None
    assert (found.lon, found.lat) == pytest.approx((139.97, 35.858), abs=1e-9)


@pytest.mark.parametrize("text", ["", "35.858", "35.858,139.97,3", "柏,松戸"])
def test_a_cell_that_is_no_pair_is_none(text):
    assert pair_to_lonlat(text) is None


@pytest.mark.parametrize(
    ("text", "degrees"),
    # 129,091,200 ms = 129,091.2 s = 35.8586… × 3,600 s
    [("129091200", LAT), ("129,091,200", LAT), ("502200000", 139.5), ("355131200", 355131200)],
)
def test_milliseconds_of_arc_are_read_and_no_other_great_number(text, degrees):
    assert to_degrees(text) == pytest.approx(degrees, abs=1e-9)


def test_milliseconds_are_said():
    assert to_lonlat("502200000", "129091200").repair == "ms"


@pytest.mark.parametrize(
    "text", ["{", "{}", "[1]", '{"coordinates": [1]}', "POINT(1)", '{"lat": 35.8}']
)
def test_what_only_looks_like_a_point_is_none(text):
    assert pair_to_lonlat(text) is None


def test_swapped_cells_are_put_right_and_said():
    found = to_lonlat("35.858", "139.97")
    assert found is not None
    assert (found.lon, found.lat, found.repair) == (139.97, 35.858, "swapped")
    assert to_lonlat("139.97", "35.858").repair == ""
    assert to_lonlat("139°58'12\"", "35°51'31.2\"").repair == "dms"
    assert to_lonlat("139.97", "") is None


def test_a_position_elsewhere_stays_where_it_is():
    found = to_lonlat("2.35", "48.85")
    assert (found.lon, found.lat, found.repair) == (2.35, 48.85, "")
    assert not is_in_japan(found.lon, found.lat)
    assert not is_in_japan(math.nan, 35.0)


def test_plane_metres_are_read_as_typed():
    assert to_plane("-15,432.1", "１２３４５") == (-15432.1, 12345.0)
    assert to_plane("-15432.1m", "12345m") == (-15432.1, 12345.0)
    assert to_plane("2000000", "0") is None
    assert to_plane("", "0") is None
