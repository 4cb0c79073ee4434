"""Positions in columns: the old datum, degrees under X and Y, whole positions in one cell, zones."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from geo.errors import SourceError
from services.intake.places.points import PointOptions, PointRows, note_repairs, read_points
from services.intake.places.venues import read_venues
from services.intake.tables.ledger import Ledger, SourceLedger
from services.profile import Source, Venues
from services.words.texts import told

ABOUT = {"title": "t", "credit": "c", "licence": "l", "as_of": "2025"}
ZONE = 6678
"""The plane of the tests: zone X, around 140° 50′ E."""
LON, LAT = 140.015, 38.010


def to_old(lon: float, lat: float) -> tuple[float, float]:
    """
    Return a position in the old datum by the linear formula that surveyors use by hand.

    lat_t = lat_w + 0.00010696 lat_w − 0.000017467 lon_w − 0.0046020 and
    lon_t = lon_w + 0.000046047 lat_w + 0.000083049 lon_w − 0.010041; good to some metres.
    """
    return (
        lon + 0.000046047 * lat + 0.000083049 * lon - 0.010041,
        lat + 0.00010696 * lat - 0.000017467 * lon - 0.0046020,
    )


OLD_LON, OLD_LAT = to_old(LON, LAT)


def dms(degrees: float) -> str:
    seconds = degrees * 3600
    return f"{int(seconds // 3600)}°{int(seconds % 3600 // 60)}'{seconds % 60:.4f}\""


def read(tmp_path: Path, text: str, *, near: shapely.Geometry = None, **given: object) -> PointRows:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    source = Source.model_validate({"id": "a", "path": path.name, "format": "csv"} | ABOUT | given)
    options = PointOptions(near=near)
    return read_points(
        path, lon_field="", lat_field="", source=source, plane_epsg=ZONE, options=options
    )


def metres_off(rows: PointRows) -> list[float]:
    """Return how far each row is from the right place."""
    right = gpd.GeoSeries([shapely.Point(LON, LAT)], crs=6668).to_crs(ZONE)[0]
    return [float(shapely.distance(shape, right)) for shape in rows.shapes]


def metres_of(zone: int, lon: float = LON, lat: float = LAT) -> tuple[float, float]:
    """Return northing and easting in a zone."""
    east, north = pyproj.Transformer.from_crs(6668, zone, always_xy=True).transform(lon, lat)
    return north, east


def test_the_old_datum_is_some_four_hundred_metres_off():
    """Without the shift the tests below would be wrong by this much."""
    assert np.hypot((OLD_LON - LON) * 87_700, (OLD_LAT - LAT) * 111_000) == pytest.approx(
        443, abs=5
    )


@pytest.mark.parametrize(
    ("header", "cells", "repairs"),
    [
        ("緯度（日本測地系）,経度（日本測地系）", f"{OLD_LAT},{OLD_LON}", "tokyo"),
        ("日本測地系_緯度,日本測地系_経度", f"{OLD_LAT},{OLD_LON}", "tokyo"),
        ("緯度(旧測地系),経度(旧測地系)", f"{OLD_LAT},{OLD_LON}", "tokyo"),
        ("緯度（TOKYO97）,経度（TOKYO97）", f"{OLD_LAT},{OLD_LON}", "tokyo"),
        ("tokyo_lat,tokyo_lon", f"{OLD_LAT},{OLD_LON}", "tokyo"),
        ("緯度（日本測地系）,経度（日本測地系）", f"{OLD_LON},{OLD_LAT}", "swapped tokyo"),
        (
            "緯度（日本測地系ミリ秒）,経度（日本測地系ミリ秒）",
            f"{OLD_LAT * 3.6e6:.0f},{OLD_LON * 3.6e6:.0f}",
            "ms tokyo",
        ),
        (
            "緯度（日本測地系・度分秒）,経度（日本測地系・度分秒）",
            '"{}","{}"'.format(*(dms(d).replace('"', '""') for d in (OLD_LAT, OLD_LON))),
            "dms tokyo",
        ),
        ("緯度経度（日本測地系）", f'"{OLD_LAT},{OLD_LON}"', "tokyo"),
        ("測地系,緯度,経度", f"日本測地系,{OLD_LAT},{OLD_LON}", "tokyo"),
        ("測地系,緯度,経度", f"JGD2011,{LAT},{LON}", ""),
        # 日本測地系2011 is JGD2011, which is the world's.
        ("緯度（日本測地系2011）,経度（日本測地系2011）", f"{LAT},{LON}", ""),
        ("緯度（世界測地系）,経度（世界測地系）", f"{LAT},{LON}", ""),
        ("緯度（ミリ秒）,経度（ミリ秒）", f"{LAT * 3.6e6:.0f},{LON * 3.6e6:.0f}", "ms"),
    ],
)
def test_the_header_tells_the_datum_and_the_unit(tmp_path, header, cells, repairs):
    rows = read(tmp_path, f"名称,{header}\n会,{cells}\n")
    assert metres_off(rows)[0] < 10
    assert rows.repairs.tolist() == [repairs]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("world", ["世界測地系", "JGD2011", "WGS84"])
def test_the_pair_of_the_world_is_taken_where_both_stand(tmp_path, order, world):
    pairs = [
        ("緯度（日本測地系）,経度（日本測地系）", f"{OLD_LAT},{OLD_LON}"),
        (f"緯度（{world}）,経度（{world}）", f"{LAT},{LON}"),
    ]
    header, cells = (",".join(pairs[n][part] for n in order) for part in (0, 1))
    rows = read(tmp_path, f"名称,{header}\n会,{cells}\n")
    assert metres_off(rows)[0] < 0.01
    assert rows.repairs.tolist() == [""]


def test_a_row_without_the_pair_of_the_world_is_read_from_the_other(tmp_path):
    header = "名称,緯度（日本測地系）,経度（日本測地系）,緯度（世界測地系）,経度（世界測地系）"
    rows = read(tmp_path, f"{header}\n会,,,{LAT},{LON}\n館,{OLD_LAT},{OLD_LON},,\n")
    assert rows.repairs.tolist() == ["", "tokyo"]
    assert max(metres_off(rows)) < 10


def test_a_title_or_the_profile_may_tell_the_datum(tmp_path):
    table = f"名称,所在地,緯度,経度\n会,東1,{OLD_LAT},{OLD_LON}\n"
    by_title = read(tmp_path, f"施設一覧（日本測地系）\n{table}")
    by_profile = read(tmp_path, table, epsg=4301)
    assert max(metres_off(by_title) + metres_off(by_profile)) < 10
    unsaid = read(tmp_path, table)
    assert metres_off(unsaid)[0] > 400
    assert unsaid.repairs.tolist() == [""]


def test_a_merged_header_and_a_column_that_the_profile_names_tell_the_datum(tmp_path):
    table = f"名称,日本測地系,\n,緯度,経度\n会,{OLD_LAT},{OLD_LON}\n"
    assert metres_off(read(tmp_path, table))[0] < 10
    path = tmp_path / "list.csv"
    path.write_text(
        f"名称,緯度（旧測地系）,経度（旧測地系）,緯度,経度\n会,{OLD_LAT},{OLD_LON},0,0\n",
        encoding="utf-8",
    )
    source = Source.model_validate({"id": "a", "path": path.name, "format": "csv"} | ABOUT)
    named = {"lon_field": "経度（旧測地系）", "lat_field": "緯度（旧測地系）"}
    assert metres_off(read_points(path, **named, source=source, plane_epsg=ZONE))[0] < 10


def test_metres_of_the_old_datum_are_shifted_too(tmp_path):
    to_plane = pyproj.Transformer.from_crs(4301, 30170, always_xy=True)
    east, north = to_plane.transform(OLD_LON, OLD_LAT)
    rows = read(tmp_path, f"名称,X座標（日本測地系）,Y座標（日本測地系）\n会,{north},{east}\n")
    assert metres_off(rows)[0] < 10
    assert rows.repairs.tolist() == ["plane tokyo"]


def test_the_shift_is_remarked_with_its_accuracy_in_both_languages(tmp_path):
    rows = read(tmp_path, f"名称,緯度(旧測地系),経度(旧測地系)\n会,{OLD_LAT},{OLD_LON}\n")
    notes = SourceLedger("a")
    note_repairs(rows, notes=notes)
    (entry,) = notes.entries
    assert (entry.code, entry.row) == ("position_tokyo", 2)
    assert "old Japanese datum (Tokyo) were shifted to the world's, to about 9 m" in str(entry.said)
    assert "日本測地系（旧測地系）の位置を世界測地系に直しました（誤差は9mほど）" in told(
        entry.said, "ja"
    )


def test_a_map_of_the_old_datum_is_shifted_and_remarked(tmp_path):
    path = tmp_path / "halls.gpkg"
    gpd.GeoDataFrame(
        {"名称": ["会館"]}, geometry=[shapely.Point(OLD_LON, OLD_LAT)], crs=4301
    ).to_file(path)
    source = Source.model_validate({"id": "a", "path": path.name, "format": "vector"} | ABOUT)
    ledger = Ledger()
    venues = read_venues(
        path, spec=Venues(source="a"), source=source, plane_epsg=ZONE, ledger=ledger
    )
    right = gpd.GeoSeries([shapely.Point(LON, LAT)], crs=6668).to_crs(ZONE)[0]
    assert venues.geometry[0].distance(right) < 10
    assert "position_tokyo" in [entry.code for entry in ledger.of("a").entries]


@pytest.mark.parametrize(
    ("header", "cells", "repairs"),
    [
        ("x,y", f"{LAT},{LON}", "degrees_yx"),
        ("x,y", f"{LON},{LAT}", "degrees_xy"),
        ("X座標,Y座標", f"{LAT},{LON}", "degrees_yx"),
        ("座標X,座標Y", f"{LON},{LAT}", "degrees_xy"),
        ("Ｘ,Ｙ", f"北緯{LAT}度,東経{LON}度", "degrees_yx"),
        ("x,y", f"{LAT * 3.6e6:.0f},{LON * 3.6e6:.0f}", "degrees_yx"),
        ("X座標（日本測地系）,Y座標（日本測地系）", f"{OLD_LAT},{OLD_LON}", "degrees_yx tokyo"),
    ],
)
def test_degrees_under_x_and_y_are_degrees(tmp_path, header, cells, repairs):
    rows = read(tmp_path, f"名称,{header}\n会,{cells}\n館,{cells}\n家,,\n")
    assert rows.repairs.tolist() == [repairs, repairs, ""]
    assert rows.problems.tolist() == ["", "", "no_coordinates"]
    assert max(metres_off(PointRows(rows.table, rows.shapes[:2], rows.problems, rows.repairs))) < 10


def test_metres_near_the_origin_of_a_zone_stay_metres(tmp_path):
    """One row of three that looks like degrees is 142 m from the origin, as its neighbours are near it."""
    rows = read(tmp_path, "名称,x,y\n会,38.0,140.0\n館,-250.5,900\n家,1200,-40\n")
    assert rows.repairs.tolist() == ["plane", "plane", "plane"]
    assert shapely.get_coordinates(rows.shapes).round(3).tolist() == [
        [140.0, 38.0],
        [900.0, -250.5],
        [-40.0, 1200.0],
    ]


@pytest.mark.parametrize(
    "cell",
    [
        f"POINT ({LON} {LAT})",
        f"SRID=4326;Point({LON} {LAT})",
        f"POINT Z ({LON} {LAT} 12.5)",
        f'{{"type": "Point", "coordinates": [{LON}, {LAT}]}}',
        f'{{"type": "Feature", "geometry": {{"type": "Point", "coordinates": [{LON}, {LAT}]}}}}',
        f'{{"latitude": "{LAT}", "longitude": "{LON}", "human_address": ""}}',
        f"{LAT}, {LON}",
        f"({LON}, {LAT})",
    ],
)
def test_a_column_whose_cells_are_positions_is_no_venue(tmp_path, cell):
    path = tmp_path / "list.csv"
    quoted = cell.replace('"', '""')
    path.write_text(f'name,location\nHall,"{quoted}"\n', encoding="utf-8")
    source = Source.model_validate({"id": "a", "path": path.name, "format": "csv"} | ABOUT)
    ledger = Ledger()
    venues = read_venues(
        path, spec=Venues(source="a"), source=source, plane_epsg=ZONE, ledger=ledger
    )
    assert venues["name"].tolist() == ["Hall"]
    (said,) = [e.said for e in ledger.of("a").entries if e.code == "columns_recognised"]
    assert "position = location" in str(said)
    assert "venue" not in str(said)


@pytest.mark.parametrize(
    "cell", ["市民会館 2.50, 3.75", "120.50, 80.25", "35.10, 36.20", "東1, 西2", "{なし}", "12.5"]
)
def test_other_cells_are_no_positions(tmp_path, cell):
    rows = read(tmp_path, f'name,location\nHall,"{cell}"\n')
    assert rows.position_columns() == []
    assert rows.problems.tolist() == ["no_coordinates"]


NEAR = shapely.Point(*metres_of(ZONE)[::-1]).buffer(5_000)
"""The municipality of the tests in its own zone."""


@pytest.mark.parametrize("zone", [6677, 6673, 6680])
@pytest.mark.parametrize("order", ["x,y", "y,x"])
def test_metres_of_another_zone_are_refused_and_the_right_one_is_named(tmp_path, zone, order):
    north, east = metres_of(zone)
    x, y = (north, east) if order == "x,y" else (east, north)
    with pytest.raises(SourceError) as refused:
        read(tmp_path, f"名称,X座標,Y座標\n会,{x},{y}\n館,{x + 50},{y}\n", near=NEAR)
    number = zone - 6668
    assert "2 of 2 positions lie outside the municipality" in str(refused.value)
    assert f"in zone {number} of the plane coordinates they fit" in str(refused.value)
    assert f"epsg = {zone}" in str(refused.value)
    assert f"平面直角座標系の第{number}系なら合います" in told(refused.value, "ja")


def test_the_zone_that_the_refusal_names_is_the_way_out(tmp_path):
    north, east = metres_of(6677)
    rows = read(tmp_path, f"名称,X座標,Y座標\n会,{north},{east}\n", near=NEAR, epsg=6677)
    assert metres_off(rows)[0] < 0.1


def test_metres_that_fit_in_no_zone_are_refused(tmp_path):
    with pytest.raises(SourceError, match="fit in no zone of the plane coordinates"):
        read(tmp_path, "名称,X座標,Y座標\n会,900000,900000\n", near=NEAR)


def test_a_list_of_the_whole_prefecture_is_not_refused(tmp_path):
    north, east = metres_of(ZONE)
    far = "".join(f"館{n},{north - 90_000},{east + n}\n" for n in range(9))
    rows = read(tmp_path, f"名称,X座標,Y座標\n会,{north},{east}\n{far}", near=NEAR)
    assert (rows.problems == "").all()


def test_a_hall_just_outside_is_not_the_matter_of_a_zone(tmp_path):
    north, east = metres_of(ZONE)
    rows = read(tmp_path, f"名称,X座標,Y座標\n会,{north + 9_000},{east}\n", near=NEAR)
    assert rows.problems.tolist() == [""]


def test_a_map_in_the_wrong_zone_is_refused_as_well(tmp_path):
    north, east = metres_of(6677)
    path = tmp_path / "halls.gpkg"
    gpd.GeoDataFrame({"名称": ["会館"]}, geometry=[shapely.Point(east, north)], crs=ZONE).to_file(
        path
    )
    source = Source.model_validate({"id": "a", "path": path.name, "format": "vector"} | ABOUT)
    with pytest.raises(SourceError, match="in zone 9 of the plane coordinates they fit"):
        read_points(
            path,
            lon_field="",
            lat_field="",
            source=source,
            plane_epsg=ZONE,
            options=PointOptions(near=NEAR),
        )
