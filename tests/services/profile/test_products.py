"""Official products: the table of their columns, and files written in their columns."""

import geopandas as gpd
import pytest
from shapely import LineString, Point

from geo.errors import NotFoundError, SourceError
from services.intake.areas.layers import read_layer
from services.intake.places.venues import read_venues
from services.intake.tables.ledger import Ledger
from services.intake.vectors.window import Window
from services.profile import Layer, Venues
from services.profile.products import product, products
from tests.services.intake.vectorfiles import BOXES, source, write

WANTED = {"N03", "A27", "A32", "P29", "P14", "P05", "P02", "P11", "N07", "estat_small_area"}
WANTED |= {"A31", "A33", "N02", "W05"}


def layer(kind="small_area"):
    return Layer(id=kind, kind=kind, label="層", label_en="layer", source="areas", version="1")


def read_areas(tmp_path, product_id, table, *, kind="small_area", window=None, shapes=None):
    rows = len(next(iter(table.values())))
    frame = gpd.GeoDataFrame(table, geometry=shapes or (BOXES * rows)[:rows], crs=6668)
    path = write(tmp_path / "areas.geojson", frame.to_crs(4326))
    return read_layer(
        path,
        layer=layer(kind),
        source=source(path, product=product_id),
        plane_epsg=6677,
        ledger=Ledger(),
        window=window,
    )


def read_points(tmp_path, product_id, table):
    rows = len(next(iter(table.values())))
    shapes = [Point(139.97 + 0.01 * n, 35.86) for n in range(rows)]
    path = write(tmp_path / "areas.geojson", gpd.GeoDataFrame(table, geometry=shapes, crs=4326))
    return read_venues(
        path,
        spec=Venues(source="areas"),
        source=source(path, product=product_id),
        plane_epsg=6677,
        ledger=Ledger(),
    )


def test_every_product_that_a_municipality_needs_is_there():
    assert set(products()) == WANTED
    with pytest.raises(NotFoundError, match=r"no product 'N99'; the products are N03, A27"):
        product("N99")


def test_the_wards_of_a_designated_city_are_one_municipality(tmp_path):
    table = {
        "N03_001": ["新潟県"] * 3,
        "N03_004": ["新潟市", "新潟市", "長岡市"],
        "N03_005": ["北区", "東区", None],
        "N03_007": ["15101", "15102", "15202"],
    }
    window = Window("15100", name="新潟市")
    whole = read_areas(tmp_path, "N03", table, kind="municipality", window=window)
    assert whole[["area_id", "area_name"]].to_numpy().tolist() == [["15100", "新潟市"]]
    wards = read_areas(tmp_path, "N03", table, kind="ward", window=window)
    assert wards[["area_id", "area_name"]].to_numpy().tolist() == [
        ["15101", "北区"],
        ["15102", "東区"],
    ]


def test_a_ward_is_named_before_2024_as_well(tmp_path):
    table = {"N03_003": ["新潟市"], "N03_004": ["北区"], "N03_007": ["15101"]}
    wards = read_areas(tmp_path, "N03", table, kind="ward", window=Window("15100"))
    assert wards["area_name"].tolist() == ["北区"]


@pytest.mark.parametrize(
    ("table", "ids"),
    [
        (
            {
                "A27_001": ["12217", "12218"],
                "A27_002": ["柏市", "勝浦市"],
                "A27_003": ["B112210000011", "B112210000012"],
                "A27_004": ["旭小学校", "興津小学校"],
                "A27_005": ["旭町6-5-17", "興津"],
            },
            ["B112210000011"],
        ),
        (
            {
                "A27_005": ["12217", "12218"],
                "A27_006": ["柏市", "勝浦市"],
                "A27_007": ["旭小学校", "興津小学校"],
                "A27_008": ["旭町6-5-17", "興津"],
            },
            ["旭小学校"],
        ),
    ],
)
def test_both_editions_of_school_districts_are_told_apart(tmp_path, table, ids):
    districts = read_areas(tmp_path, "A27", table, window=Window("12217"))
    assert districts["area_id"].tolist() == ids
    assert districts["area_name"].tolist() == ["旭小学校"]


def test_small_areas_of_the_census_are_named_even_where_they_have_no_name(tmp_path):
    table = {
        "KEY_CODE": ["122170010", "122170020", "122170030", "122180010"],
        "HCODE": [8101, 8101, 8154, 8101],
        "S_NAME": ["藤ケ谷", None, "手賀沼", "興津"],
        "JINKO": [10, 20, 0, 30],
    }
    areas = read_areas(tmp_path, "estat_small_area", table, window=Window("12217"))
    assert areas[["area_id", "area_name"]].to_numpy().tolist() == [
        ["122170010", "藤ケ谷"],
        ["122170020", "122170020"],
    ]


def test_lines_are_no_areas(tmp_path):
    table = {"N07_001": ["1"], "N07_002": ["東武"], "N07_003": ["柏01"], "N07_004": [10.0]}
    with pytest.raises(SourceError, match=r"N07 .* has lines; a layer needs areas"):
        read_areas(tmp_path, "N07", table, shapes=[LineString([(139.9, 35.8), (139.91, 35.8)])])


def test_columns_of_no_known_edition_are_listed(tmp_path):
    with pytest.raises(
        SourceError, match=r"its columns \(P29_001\) are of no known edition of P29"
    ):
        read_points(tmp_path, "P29", {"P29_001": ["12217"]})


@pytest.mark.parametrize(
    ("product_id", "table", "expected"),
    [
        (
            "P29",
            {
                "P29_003": ["16001"],
                "P29_004": ["16001"],
                "P29_005": ["旭小学校"],
                "P29_006": ["旭町"],
            },
            ("旭小学校", "小学校", "旭町"),
        ),
        (
            "P29",
            {
                "P29_001": ["12217"],
                "P29_002": ["B1"],
                "P29_003": ["16014"],
                "P29_004": ["土小学校"],
                "P29_005": ["増尾"],
                "P29_008": [None],
            },
            ("土小学校", "義務教育学校", "増尾"),
        ),
        (
            "P14",
            {
                "P14_003": ["布施"],
                "P14_006": ["110"],
                "P14_007": ["柏寿荘"],
                "P14_010": ["数値地図"],
                "P14_011": ["x"],
            },
            ("柏寿荘", "老人福祉センター", "布施"),
        ),
        (
            "P14",
            {
                "P14_003": ["12217"],
                "P14_004": ["布施"],
                "P14_006": ["0203"],
                "P14_008": ["柏寿荘"],
                "P14_010": [1],
            },
            ("柏寿荘", "老人福祉センター", "布施"),
        ),
        (
            "P05",
            {"P05_001": ["12217"], "P05_002": ["4"], "P05_003": ["中央公民館"], "P05_004": ["柏"]},
            ("中央公民館", "公民館", "柏"),
        ),
        (
            "P02",
            {"P02_001": ["12217"], "P02_003": ["99999"], "P02_004": ["会館"], "P02_005": ["柏"]},
            ("会館", "99999", "柏"),
        ),
        ("P11", {"P11_001": ["柏駅東口"], "P11_002": ["東武"]}, ("柏駅東口", "", "")),
    ],
)
def test_points_have_their_name_kind_and_address(tmp_path, product_id, table, expected):
    venues = read_points(tmp_path, product_id, table)
    assert tuple(venues[["name", "kind", "address"]].iloc[0]) == expected
