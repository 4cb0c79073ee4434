"""Bus stops from P11, GTFS and any table of points; a bad file is one clear sentence."""

import shutil

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from geo.errors import SourceError
from services.intake.build import build
from services.intake.places.busstops import read_stops
from services.intake.tables.ledger import Ledger
from services.profile import Source, Stops
from services.results.gaps import gaps_frame
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.words.texts import told

EPSG = 6677
NEAR = box(-5000, -5000, 5000, 5000)
"""Around the origin of zone IX: 36° N, 139°50′ E."""

EAST, NORTH = 139.0 + 50.0 / 60.0, 36.0
FAR = (135.0, 34.5)


def source(**given):
    table = {
        "id": "bus_stops",
        "path": "x",
        "format": "csv",
        "title": "停",
        "credit": "架空",
        "licence": "CC0",
        "as_of": "2022",
    }
    return Source(**{**table, **given})


def read(path, *, spec=None, ledger=None, **given):
    return read_stops(
        path,
        spec=spec or Stops(source="bus_stops"),
        source=source(**given),
        plane_epsg=EPSG,
        ledger=ledger or Ledger(),
        near=NEAR,
    )


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_stops_of_gtfs_are_where_a_bus_is_boarded(tmp_path):
    path = write(
        tmp_path,
        "stops.txt",
        "stop_id,stop_code,stop_name,stop_desc,stop_lat,stop_lon,location_type\n"
        f"1,,西口,,{NORTH},{EAST},\n"
        f"2,,役場前,,{NORTH + 0.009},{EAST},0\n"
        f"3,,駅,,{NORTH},{EAST},1\n"
        f"4,,遠く,,{FAR[1]},{FAR[0]},0\n",
    )
    ledger = Ledger()
    stops = read(path, ledger=ledger)
    assert stops["name"].tolist() == ["西口", "役場前"]
    assert stops["stop_id"].tolist() == ["bus_stops-2", "bus_stops-3"]
    assert stops.crs.to_epsg() == EPSG
    # 0.009° of latitude are 998.6 m on the ellipsoid at 36° (110,959 m a degree).
    assert stops.geometry.y.tolist() == pytest.approx([0.0, 998.6], abs=1.0)
    notes = ledger.of("bus_stops")
    assert (notes.rows_read, notes.rows_used) == (4, 2)
    assert [entry.code for entry in notes.entries] == ["stops_elsewhere"]


def test_stops_of_p11_are_read_by_the_product(tmp_path):
    path = tmp_path / "P11.geojson"
    gpd.GeoDataFrame(
        {"P11_001": ["本町一丁目"], "P11_002": ["架空バス"]},
        geometry=[Point(EAST, NORTH)],
        crs=6668,
    ).to_file(path)
    stops = read(path, format="vector", product="P11")
    assert stops["name"].tolist() == ["本町一丁目"]


def test_a_table_of_a_city_is_recognised_by_its_header(tmp_path):
    path = write(tmp_path, "bus.csv", f"バス停名,緯度,経度\n橋,{NORTH},{EAST}\n")
    assert read(path)["name"].tolist() == ["橋"]
    named = write(tmp_path, "own.csv", f"label,north,east\n橋,{NORTH},{EAST}\n")
    spec = Stops(source="bus_stops", name_field="label", lon_field="east", lat_field="north")
    assert read(named, spec=spec)["name"].tolist() == ["橋"]


def test_swapped_coordinates_are_put_right_and_noted_once(tmp_path):
    text = f"stop_name,stop_lat,stop_lon\nA,{EAST},{NORTH}\nB,{EAST},{NORTH}\n"
    ledger = Ledger()
    stops = read(write(tmp_path, "stops.txt", text), ledger=ledger)
    assert stops.geometry.x.abs().max() < 1.0
    assert [entry.code for entry in ledger.of("bus_stops").entries] == ["position_swapped"]


def test_a_stop_without_a_position_is_refused_and_the_others_stay(tmp_path):
    ledger = Ledger()
    text = f"stop_name,stop_lat,stop_lon\nA,{NORTH},{EAST}\nB,,\nC,,\n"
    assert read(write(tmp_path, "stops.txt", text), ledger=ledger)["name"].tolist() == ["A"]
    notes = ledger.of("bus_stops")
    assert notes.rows_refused == 2
    assert [(entry.code, entry.row) for entry in notes.entries] == [("no_coordinates", 3)]


def test_a_build_writes_the_stops_and_their_gaps(town_profile, tmp_path):
    places = pd.read_csv(town_profile.parent / "places.csv", encoding="cp932").dropna(
        subset=["経度", "緯度"]
    )
    folder = tmp_path / "source"
    shutil.copytree(town_profile.parent, folder)
    text = (folder / town_profile.name).read_text("utf-8")
    text = text.replace('[stops]\nsource = "bus_stops"', '[stops]\nsource = "timetable"')
    text += """
[[sources]]
id = "timetable"
path = "stops.txt"
format = "csv"
title = "バス停"
credit = "架空"
licence = "CC0"
as_of = "2022"
"""
    (folder / town_profile.name).write_text(text, "utf-8")
    lines = [f"{n},停{n},{p.緯度},{p.経度}" for n, p in enumerate(places.itertuples())]
    write(folder, "stops.txt", "\n".join(["stop_id,stop_name,stop_lat,stop_lon", *lines]))
    workspace = build(folder / town_profile.name, tmp_path / "workspace")
    assert len(workspace.stops()) == workspace.manifest["counts"]["stops"] == len(places)
    assert "timetable" in workspace.intake
    situation = Situation(workspace, Parameters.of(workspace.profile))
    gaps = gaps_frame(situation)
    # A stop stands at the door of every place: whoever reaches a place reaches a stop.
    assert (gaps["stop_residents"] + 1e-6 >= gaps["residents"] - gaps["unreached"]).all()
    assert (gaps["stop_residents"] <= gaps["residents"] + 1e-6).all()
    lived_in = gaps["residents"] > 0
    assert gaps.loc[lived_in, "stop_pct"].between(0, 100 + 1e-9).all()
    near = gaps[lived_in & (gaps["place_by_stop_id"] == gaps["nearest_place_id"])]
    # Every weekly place has a stop, so the nearest by a stop is the nearest.
    assert len(near) == lived_in.sum()


@pytest.mark.parametrize(
    ("text", "given", "said"),
    [
        ("stop_name,stop_lat,stop_lon\n", {}, "none of its 0 rows is a bus stop"),
        (f"stop_name,stop_lat,stop_lon\nA,{FAR[1]},{FAR[0]}\n", {}, "none of its 1 rows"),
        # Metres of the plane read as if they were those of Web Mercator: off Africa.
        ("stop_name,stop_lat,stop_lon\nA,0,0\n", {"epsg": 3857}, "in zone 9 of the plane"),
        # Metres of zone IX read as zone XIII: 420 km to the east of the islands.
        ("stop_name,stop_lat,stop_lon\nA,100,100\n", {"epsg": 6681}, "in zone 9 of the plane"),
        (f"番号,緯度,経度\n1,{NORTH},{EAST}\n", {}, "no column is recognised as the name"),
    ],
)
def test_a_bad_file_is_one_clear_sentence(tmp_path, text, given, said):
    path = write(tmp_path, "stops.txt", text)
    with pytest.raises(SourceError, match=said) as caught:
        read(path, **given)
    assert "stops.txt" in str(caught.value)
    assert "。" in told(caught.value, "ja")
