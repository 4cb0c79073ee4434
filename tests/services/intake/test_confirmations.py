"""The list of uncertain positions, corrected by people and given back."""

import geopandas as gpd
import pytest
from shapely import Point

from geo.errors import SourceError
from services.intake.places.confirmations import (
    no_confirmations,
    read_confirmations,
    write_confirmations,
)
from services.intake.tables.reading import read_csv

EPSG = 6677  # zone IX starts at 36° N, 139°50′ E


def places(*rows):
    return gpd.GeoDataFrame(
        {
            "source_id": "salons",
            "row": [2 + n for n in range(len(rows))],
            "name": [row[0] for row in rows],
            "venue_name": [row[1] for row in rows],
            "address": "東1-1",
            "located_by": [row[2] for row in rows],
            "located_level": [row[3] for row in rows],
            "confidence": [row[4] for row in rows],
        },
        geometry=[row[5] for row in rows],
        crs=EPSG,
    )


LIST = places(
    ("確か", "", "coordinates", "coordinates", 1.0, Point(0, 0)),
    ("あいまい", "", "area", "oaza", 0.3, Point(0, 0)),
    ("どこか", "西会館", "", "", 0.0, None),
    ("確認した", "", "confirmed", "confirmed", 1.0, Point(0, 0)),
)


def test_what_is_uncertain_is_listed_with_how_it_was_found(tmp_path):
    path = tmp_path / "to_confirm.csv"
    assert write_confirmations(LIST, path) == 2
    table = read_csv(path)
    assert list(table.columns) == [
        *("出典", "行", "名称", "会場", "住所", "方法", "段階", "確からしさ"),
        *("緯度", "経度", "確認"),
    ]
    assert table["名称"].tolist() == ["あいまい", "どこか", "確認した"]
    assert table["段階"].tolist()[0] == "大字"
    assert table["確からしさ"].tolist()[:2] == ["0.3", "0.0"]
    assert float(table["緯度"].iloc[0]) == pytest.approx(36.0, abs=1e-6)
    assert table["緯度"].iloc[1] == ""
    assert table["確認"].tolist() == ["", "", "○"]


def test_a_corrected_list_is_given_back(tmp_path):
    path = tmp_path / "to_confirm.csv"
    write_confirmations(LIST, path)
    table = read_csv(path)
    table.loc[table["名称"] == "どこか", ["緯度", "経度", "確認"]] = ["35.9", "139.97", "○"]
    table.to_csv(path, index=False, encoding="cp932")
    given = read_confirmations(path)
    assert given.find("salons", "西会館", "東1-1") == (139.97, 35.9)
    assert given.find("salons", "西 会館", "東１－１") == (139.97, 35.9)
    assert given.find("salons", "あいまい", "東1-1") is None
    assert given.find("halls", "西会館", "東1-1") is None
    lon, lat = given.find("salons", "確認した", "東1-1")
    assert (lon, lat) == pytest.approx((139.833333333, 36.0), abs=1e-6)


def test_no_cell_is_a_formula(tmp_path):
    path = tmp_path / "to_confirm.csv"
    evil = places(("=cmd|' /C calc'!A0", "", "area", "oaza", 0.3, Point(0, 0)))
    write_confirmations(evil, path)
    text = path.read_text(encoding="utf-8-sig")
    assert "'=cmd" in text
    path.write_text(text.replace(',""', "").rstrip()[:-1] + ",○\n", encoding="utf-8")
    assert read_confirmations(path).find("salons", "=cmd|' /C calc'!A0", "東1-1") is not None


def test_nothing_to_confirm_is_an_empty_list(tmp_path):
    path = tmp_path / "to_confirm.csv"
    assert write_confirmations(LIST.iloc[:1], path) == 0
    assert read_confirmations(path).positions == no_confirmations().positions
    assert write_confirmations(LIST.iloc[:0], path) == 0


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("名称,緯度,経度\nあ,35,139\n", encoding="utf-8")
    with pytest.raises(SourceError, match="no column '出典'"):
        read_confirmations(path)
