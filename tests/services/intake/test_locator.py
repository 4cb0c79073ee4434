"""Locating what has no coordinates."""

import sys
import types

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from services.intake.places.addresses import chome_written_out, local_part
from services.intake.places.geocoder import Geocoded, open_geocoder
from services.intake.places.locator import CONFIRM_BELOW, AddressHead, Found, Locator

EPSG = 6677
KASHIWA = AddressHead("千葉県", "柏市")


def areas(*named):
    return gpd.GeoDataFrame(
        {"area_name": [name for name, _ in named]},
        geometry=[box(x, 0, x + 100, 100) for _, x in named],
        crs=EPSG,
    )


def venues(*named):
    return gpd.GeoDataFrame(
        {"name": [name for name, _ in named]},
        geometry=[Point(x, 0) for _, x in named],
        crs=EPSG,
    )


TOWN = areas(
    ("東１丁目", 0), ("東２丁目", 100), ("東１０丁目", 1000), ("豊四季", 2000), ("名戸ケ谷", 3000)
)
LOCATE = Locator(venues(("東会館", 5), ("西会館", 7), ("西会館", 900)), TOWN, municipality=KASHIWA)


@pytest.mark.parametrize(
    ("name", "address", "x", "how", "level", "confidence"),
    [
        ("東 会館", "", 5, "venue", "venue", 0.9),
        ("西会館", "", 7, "venue", "venue", 0.3),
        ("", "千葉県柏市東一丁目1-2", 50, "area", "small_area", 0.6),
        ("", "柏市東1-1-2", 50, "area", "small_area", 0.6),
        ("", "東10-3-1", 1050, "area", "small_area", 0.6),
        ("", "〒277-0000 千葉県柏市大字豊四季123", 2050, "area", "small_area", 0.6),
        ("", "名戸が谷８８７", 3050, "area", "small_area", 0.6),
        ("", "市役所となりの豊四季のあたり", 2050, "area", "mentioned", 0.2),
    ],
)
def test_the_surest_way_is_taken(name, address, x, how, level, confidence):
    found = LOCATE(name, address)
    assert found is not None
    assert (found.x, found.how, found.level, found.confidence) == (x, how, level, confidence)


def test_an_oaza_is_the_middle_of_its_chome():
    found = LOCATE("", "柏市東")
    # Middles of the three: 50, 150 and 1050, so (50 + 150 + 1050) / 3
    assert found == Found(pytest.approx(1250 / 3), 50, "area", "oaza", 0.3)
    assert found.confidence < CONFIRM_BELOW


def test_a_large_area_says_less():
    big = gpd.GeoDataFrame({"area_name": ["山"]}, geometry=[box(0, 0, 1000, 1000)], crs=EPSG)
    assert Locator(venues(), big)("", "山12").confidence == 0.4


def test_a_house_number_is_not_cut_in_two():
    town = areas(("東1", 0))
    assert Locator(venues(), town)("", "東10番地").level == "mentioned"


def test_what_is_nowhere_is_nothing():
    assert LOCATE("南会館", "松戸市根本387") is None
    assert LOCATE("", "") is None


def test_a_geocoder_comes_after_venues_and_before_areas():
    asked = []

    def geocoder(address):
        asked.append(address)
        return Geocoded(139.833333333333, 36.0, "block", 0.9)

    locate = Locator(venues(("東会館", 5)), TOWN, municipality=KASHIWA, geocoder=geocoder)
    found = locate("", "東一丁目1-2")
    assert asked == ["千葉県柏市東一丁目1-2"]
    assert (found.how, found.level, found.confidence) == ("geocoder", "block", 0.9)
    assert (found.x, found.y) == pytest.approx((0, 0), abs=1e-3)
    assert locate("東会館", "東一丁目1-2").how == "venue"


def test_an_unsure_geocoder_is_not_believed():
    def geocoder(_address):
        return Geocoded(139.8, 36.0, "oaza", 0.4)

    assert Locator(venues(), TOWN, geocoder=geocoder)("", "東1丁目1").how == "area"


@given(st.text(max_size=20), st.text(max_size=30))
def test_no_name_and_no_address_crash(name, address):
    found = LOCATE(name, address)
    assert found is None or 0 <= found.confidence <= 1


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("千葉県柏市柏五丁目10番1号", "柏5丁目10番1号"),
        ("柏市大字豊四季945", "豊四季945"),
        ("埼玉県比企郡吉見町大字下細谷411", "下細谷411"),
        ("柏5-10-1", "柏5-10-1"),
    ],
)
def test_an_address_is_cut_down_to_its_local_part(address, local):
    prefecture, city = ("埼玉県", "吉見町") if "吉見" in address else KASHIWA
    assert local_part(address, prefecture=prefecture, city=city) == local


def test_a_first_number_may_be_a_chome():
    assert chome_written_out("柏5-10-1") == "柏5丁目10-1"
    assert chome_written_out("柏51") == "柏51"


def test_there_is_no_geocoder_without_the_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "jageocoder", None)
    assert open_geocoder() is None


def library(answers, *, ready=True):
    module = types.ModuleType("jageocoder")

    def get_db_dir(mode):
        assert mode == "r"
        return "dictionary" if ready else None

    def init(*, db_dir, mode):
        assert (db_dir, mode) == ("dictionary", "r")

    def search(address):
        answer = answers.get(address)
        if isinstance(answer, Exception):
            raise answer
        return {"matched": "", "candidates": answer or []}

    module.init, module.search, module.get_db_dir = init, search, get_db_dir
    return module


def test_there_is_no_geocoder_without_its_dictionary(monkeypatch):
    monkeypatch.setitem(sys.modules, "jageocoder", library({}, ready=False))
    assert open_geocoder() is None


def test_the_library_is_asked_and_its_level_is_kept(monkeypatch):
    here = {"x": 139.97, "y": 35.86}
    answers = {
        "番地": [{**here, "level": 7}],
        "町丁": [{**here, "level": 6}],
        "枝番": [{**here, "level": 8}, {**here, "level": 8}],
        "市": [{**here, "level": 3}],
        "こわれ": ValueError("?"),
    }
    monkeypatch.setitem(sys.modules, "jageocoder", library(answers))
    geocode = open_geocoder()
    assert geocode("番地") == Geocoded(139.97, 35.86, "block", 0.9)
    assert geocode("町丁") == Geocoded(139.97, 35.86, "small_area", 0.6)
    assert geocode("枝番").confidence == 0.475
    assert [geocode(address) for address in ("市", "どこ", "こわれ")] == [None, None, None]
