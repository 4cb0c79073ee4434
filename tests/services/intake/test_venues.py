"""Intake of venues."""

from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point, box

from geo.errors import SourceError
from services.intake.places.venues import read_venues
from services.intake.tables.ledger import Ledger
from services.profile import Source, Venues
from services.registry.venues import VENUE_ATTRIBUTES
from services.words.texts import told

EPSG = 6677
DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"


def source(path, file_format="csv", **changes):
    fields = {"id": "halls", "title": "t", "credit": "c", "licence": "l", "as_of": "2024"}
    return Source(**{**fields, "path": path.name, "format": file_format, **changes})


def read(path, *, ledger=None, file_format="csv", epsg=None, **changes):
    return read_venues(
        path,
        spec=Venues(**{"source": "halls", "name_field": "名称", **changes}),
        source=source(path, file_format, epsg=epsg),
        plane_epsg=EPSG,
        ledger=ledger if ledger is not None else Ledger(),
    )


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "halls.csv"
    path.write_bytes(text.encode(encoding))
    return path


def remarks(ledger):
    """Return what is said of rows; that a column is not used is said of the whole source."""
    return [entry for entry in ledger.of("halls").entries if entry.code != "columns_not_used"]


HEADER = "名称,所在地,種別,緯度,経度\n"
ORIGIN = "36.0,139.833333333333"  # zone IX starts at 36° N, 139°50′ E


def test_venues_arrive_in_the_plane(tmp_path):
    path = write(tmp_path, HEADER + f"東会館,東1-1,会館,{ORIGIN}\n", encoding="cp932")
    venues = read(path, address_field="所在地", kind_field="種別")
    assert list(venues.columns) == [
        *("venue_id", "name", "kind", "address", "source_id", "row", "geometry"),
        *VENUE_ATTRIBUTES,
    ]
    first = venues.iloc[0]
    assert first[["venue_id", "name", "kind", "address", "source_id", "row"]].tolist() == [
        *("halls-2", "東会館", "会館", "東1-1", "halls", 2)
    ]
    assert first.geometry.distance(Point(0, 0)) < 1e-3
    assert venues.crs.to_epsg() == EPSG


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("東小学校", "小学校"),
        ("東近隣センター", "近隣センター"),
        ("東公園", "公園"),
        ("東館", "会館"),
    ],
)
def test_the_first_rule_that_fits_gives_the_kind(tmp_path, name, kind):
    path = write(tmp_path, HEADER + f"{name},,{'公園' if kind == '公園' else ''},{ORIGIN}\n")
    rules = [
        {"contains": "小学校", "kind": "小学校"},
        {"contains": "近隣センター", "kind": "近隣センター"},
        {"contains": "センター", "kind": "公共施設"},
    ]
    venues = read(path, kinds=rules, kind_field="種別", kind="会館")
    assert venues["kind"].tolist() == [kind]


def test_only_rows_asked_for_are_read_and_the_others_counted(tmp_path):
    ledger = Ledger()
    path = write(tmp_path, HEADER + f"東小学校,,,{ORIGIN}\n東公園,,,{ORIGIN}\n")
    venues = read(path, ledger=ledger, where={"field": "名称", "contains": ["学校"]})
    assert venues["name"].tolist() == ["東小学校"]
    assert [entry.code for entry in remarks(ledger)] == ["not_asked"]


def test_the_same_venue_twice_is_kept_once_and_listed(tmp_path):
    ledger = Ledger()
    near, far = "36.0003,139.833333333333", "36.001,139.833333333333"  # 33 m and 111 m north
    path = write(
        tmp_path,
        HEADER + f"東会館,,,{ORIGIN}\n東　会館,,,{near}\n東会館,,,{far}\n西会館,,,{ORIGIN}\n",
    )
    venues = read(path, ledger=ledger)
    assert venues["row"].tolist() == [2, 4, 5]
    (entry,) = remarks(ledger)
    assert (entry.code, entry.row) == ("duplicate", 3)
    assert "2行目と同じ会場" in told(entry.said, "ja")


@pytest.mark.parametrize(
    ("position", "code"),
    [
        (",", "no_coordinates"),
        ("不明,不明", "no_coordinates"),
        ("0,0", "outside_japan"),
        ("35.8,179.0", "outside_japan"),
    ],
)
def test_a_row_without_a_usable_position_is_refused_and_listed(tmp_path, position, code):
    ledger = Ledger()
    path = write(tmp_path, HEADER + f"東会館,,,{ORIGIN}\n西会館,,,{position}\n")
    assert read(path, ledger=ledger)["name"].tolist() == ["東会館"]
    (entry,) = remarks(ledger)
    assert (entry.code, entry.row) == (code, 3)
    assert ledger.of("halls").rows_refused == 1


def test_a_row_without_a_name_is_refused_and_listed(tmp_path):
    ledger = Ledger()
    path = write(tmp_path, HEADER + f"東会館,,,{ORIGIN}\n,,,{ORIGIN}\n")
    assert len(read(path, ledger=ledger)) == 1
    assert remarks(ledger)[0].code == "no_name"


def test_swapped_columns_are_put_right_and_noted(tmp_path):
    ledger = Ledger()
    path = write(tmp_path, HEADER + "東会館,,,139.833333333333,36.0\n")
    assert read(path, ledger=ledger).geometry.iloc[0].distance(Point(0, 0)) < 1e-3
    (entry,) = remarks(ledger)
    assert (entry.code, entry.row) == ("position_swapped", 2)
    assert "逆" in told(entry.said, "ja")


def test_a_whole_file_outside_japan_is_refused(tmp_path):
    path = write(tmp_path, HEADER + "東会館,,,50.1,8.6\n")
    with pytest.raises(SourceError, match="no position is in Japan") as error:
        read(path)
    assert "日本の外です" in told(error.value, "ja")


def test_plane_coordinates_are_read_where_the_profile_says_so(tmp_path):
    path = write(tmp_path, "名称,X,Y\n東会館,100,200\n")
    venues = read(path, lon_field="X", lat_field="Y", epsg=EPSG)
    assert venues.geometry.iloc[0].distance(Point(100, 200)) < 1e-6


def test_vector_points_and_polygons_are_read(tmp_path):
    path = tmp_path / "halls.gpkg"
    shapes = [Point(10, 20), box(100, 100, 120, 120)]
    gpd.GeoDataFrame({"名称": ["東", "西"]}, geometry=shapes, crs=EPSG).to_file(path)
    venues = read(path, file_format="vector")
    assert venues["venue_id"].tolist() == ["halls-1", "halls-2"]
    assert (venues.geom_type == "Point").all()
    assert shapes[1].contains(venues.geometry.iloc[1])


def test_a_missing_column_lists_the_columns_there_are(tmp_path):
    path = write(tmp_path, HEADER + f"東会館,,,{ORIGIN}\n")
    with pytest.raises(SourceError, match=r"no column '施設名'; the columns are 名称, 所在地"):
        read(path, name_field="施設名")


def test_garbage_bytes_and_a_missing_file_are_refused(tmp_path):
    path = tmp_path / "halls.csv"
    with pytest.raises(SourceError, match="there is no such file"):
        read(path)
    path.write_bytes(b"\xff\xfe\x80\x00")
    with pytest.raises(SourceError, match="not text in"):
        read(path)


@pytest.mark.real
@pytest.mark.skipif(not DATA.is_dir(), reason="the open data is not beside the checkout")
@pytest.mark.parametrize(
    "name", ["community_center", "elderly_welfare_center", "elderly_welfare_facility"]
)
def test_lists_of_takamatsu_are_read_as_published(name):
    path = DATA / "takamatsu" / f"{name}.csv"
    ledger = Ledger()
    venues = read_venues(
        path,
        spec=Venues(source="halls", name_field="name", address_field="address", kind="会館"),
        source=source(path),
        plane_epsg=6672,  # Kagawa is zone IV
        ledger=ledger,
    )
    notes = ledger.of("halls")
    assert len(venues) > 0
    assert len(venues) + notes.rows_refused == notes.rows_read
    assert venues["address"].str.contains("高松市").all()
