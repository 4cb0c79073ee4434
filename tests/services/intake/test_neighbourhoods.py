"""町会 from a table of small areas and lots."""

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from geo.errors import SourceError
from services.intake.areas.lots import lot_number, read_lots
from services.intake.areas.neighbourhoods import Helpers, read_neighbourhoods
from services.intake.tables.ledger import Ledger
from services.profile import Layer
from services.words.texts import told
from tests.services.intake.vectorfiles import source

EPSG = 6677
BASE = gpd.GeoDataFrame(
    {"area_id": ["1", "2", "3", "4"], "area_name": ["東一丁目", "東二丁目", "西", "西"]},
    geometry=[box(100 * n, 0, 100 * n + 100, 100) for n in range(4)],
    crs=EPSG,
)


def layer(**changes):
    fields = {"id": "town", "kind": "neighbourhood", "label": "町会", "label_en": "town"}
    fields |= {"source": "areas", "version": "1", "method": "union", "base_layer": "small_area"}
    return Layer(**{**fields, **changes})


def lonlat(*xy):
    points = gpd.GeoSeries.from_xy(*zip(*xy, strict=True), crs=EPSG).to_crs(6668)
    return [(f"{point.y:.9f}", f"{point.x:.9f}") for point in points]


def table(path, head, rows):
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path, source(path, format="csv")


def read(tmp_path, rows, *, head="町丁・字,町会名,番地", ledger=None, helpers=None, **changes):
    path, own = table(tmp_path / "towns.csv", head, rows)
    united = read_neighbourhoods(
        path,
        layer=layer(**changes),
        source=own,
        base=BASE,
        helpers=helpers or Helpers(),
        ledger=ledger or Ledger(),
    )
    return dict(zip(united["area_id"], united.area.round(3), strict=True))


def test_small_areas_are_named_in_any_digits_or_by_their_code(tmp_path):
    found = read(tmp_path, ["東1丁目,東町会,", "東２丁目,東町会,", "3,西町会,", "4,西町会,"])
    assert found == {"東町会": 20_000, "西町会": 20_000}


def test_an_area_in_no_row_stays_an_area_of_its_own(tmp_path):
    ledger = Ledger()
    found = read(tmp_path, ["東1丁目,東町会,"], ledger=ledger)
    assert found == {"東町会": 10_000, "2": 10_000, "3": 10_000, "4": 10_000}
    codes = {entry.code for entry in ledger.of("areas").entries}
    assert codes == {"estimated_borders", "without_owner"}


def test_a_row_that_is_not_understood_is_refused_by_its_number(tmp_path):
    ledger = Ledger()
    rows = ["東1丁目,東町会,", "西,西町会,", "南,南町会,", "東2丁目,,", "東2丁目,東町会,あちこち"]
    read(tmp_path, rows, ledger=ledger)
    refused = [e for e in ledger.of("areas").entries if e.code == "claim_not_used"]
    assert [entry.row for entry in refused] == [3, 4, 5, 6]
    assert "同じ名前が複数あります" in told(refused[0].said, "ja")
    assert ledger.of("areas").rows_refused == 4


def test_lots_divide_a_small_area(tmp_path):
    (lat1, lon1), (lat2, lon2) = lonlat((10, 50), (50, 50))
    rows = [f"柏,1-2,{lat1},{lon1}", f"柏,7,{lat2},{lon2}"]
    points = table(tmp_path / "lots.csv", "大字,街区符号・地番,緯度,経度", rows)
    rows = ["東1丁目,東町会,1〜5番地", "東1丁目,西町会,６から９番、11"]
    found = read(tmp_path, rows, helpers=Helpers(points=points))
    assert found["東町会"] == pytest.approx(3000, abs=1)
    assert found["西町会"] == pytest.approx(7000, abs=1)


def test_halls_divide_a_small_area_by_the_names_they_bear(tmp_path):
    (lat1, lon1), (lat2, lon2) = lonlat((20, 50), (100, 50))
    rows = [f"東町会集会所,{lat1},{lon1}", f"西町会館,{lat2},{lon2}"]
    halls = table(tmp_path / "halls.csv", "名称,緯度,経度", rows)
    rows = ["東1丁目,東町会,", "東1丁目,西町会,"]
    found = read(tmp_path, rows, helpers=Helpers(halls=halls))
    assert found["東町会"] == pytest.approx(6000, abs=1)
    assert found["西町会"] == pytest.approx(4000, abs=1)


def test_what_cannot_be_divided_is_shared_and_said_so(tmp_path):
    ledger = Ledger()
    found = read(tmp_path, ["東1丁目,東町会,", "東1丁目,西町会,"], ledger=ledger)
    assert found["東町会"] == found["西町会"] == 10_000
    (entry,) = [e for e in ledger.of("areas").entries if e.code == "shared"]
    assert "東一丁目" in str(entry.said)


def test_a_table_without_its_columns_or_without_any_known_area_is_refused(tmp_path):
    with pytest.raises(SourceError, match="no column '町会名'"):
        read(tmp_path, ["a,b"], head="町丁・字,会")
    with pytest.raises(SourceError, match="none of its 1 rows names an area"):
        read(tmp_path, ["南,南町会,"])


def test_a_layer_of_unions_is_always_marked_as_an_estimate():
    assert layer(approximate=False).approximate
    assert layer(method="nearest_site").approximate
    assert not layer(method="", name_field="name").approximate


@pytest.mark.parametrize(
    ("text", "lots"),
    [
        ("", set()),
        ("全域", set()),
        ("3", {3}),
        ("１〜３番、７番地", {1, 2, 3, 7}),
        ("1-2,5・6", {1, 2, 5, 6}),
        ("10から12番まで", {10, 11, 12}),
        ("12-3", {12}),
        ("あちこち", None),
        ("1-999999999", None),
    ],
)
def test_lots_are_read_as_people_write_them(text, lots):
    assert read_lots(text) == (None if lots is None else frozenset(lots))


def test_the_number_of_a_lot_leaves_out_its_branch():
    assert [lot_number(text) for text in ("12-3", "１２", "無番地", "")] == [12, 12, -1, -1]


@given(st.text(max_size=40))
def test_no_text_crashes_the_reader_of_lots(text):
    read_lots(text)
    lot_number(text)
