"""Ground of official products."""

from pathlib import Path
from typing import get_args

import geopandas as gpd
import pytest
import shapely
from shapely import LineString, Point, box

from geo.ground.kinds import Kind
from services.intake.ground.reading import read_ground
from services.intake.tables.ledger import Ledger
from services.profile import Source
from services.profile.products import products
from tests.services.intake.ground.test_osm_ground import way, written

EPSG = 6677
LON, LAT = 139.97, 35.86
REAL = Path(__file__).resolve().parents[5] / "shared" / "data" / "kashiwa"
AROUND = gpd.GeoSeries([box(LON - 0.05, LAT - 0.05, LON + 0.05, LAT + 0.05)], crs=6668).to_crs(
    EPSG
)[0]


def source(source_id: str, path: Path, product: str = "") -> Source:
    return Source(
        id=source_id,
        path=path.name,
        format="vector" if product else "osm",
        title="出典",
        credit="国土交通省",
        licence="CC BY 4.0",
        as_of="2023",
        product=product,
    )


def saved(path: Path, rows: list[dict[str, object]]) -> Path:
    gpd.GeoDataFrame(rows, geometry="geometry", crs=6668).to_file(path, driver="GeoJSON")
    return path


def read(ledger: Ledger, *files: tuple[str, Path, str]) -> gpd.GeoDataFrame:
    pairs = [(source(name, path, product), path) for name, path, product in files]
    return read_ground(pairs, around=AROUND, plane_epsg=EPSG, ledger=ledger)


def rail(north: float, name: str, code: str = "11") -> dict[str, object]:
    line = LineString([(LON - 0.01, LAT + north), (LON + 0.01, LAT + north)])
    return {"N02_001": code, "N02_002": "2", "N02_003": name, "N02_004": "会社", "geometry": line}


def test_every_ground_of_a_product_is_a_kind_or_is_left_out_by_name() -> None:
    told = {known.id for known in products().values() if known.has_ground}
    assert told == {"N02", "W05", "P29"}
    kinds = {kind for known in products().values() for kind in known.ground.values()}
    assert kinds <= {"", *get_args(Kind)}


def test_railways_have_no_level_and_those_of_openstreetmap_come_first(tmp_path: Path) -> None:
    osm = written(
        tmp_path / "a.osm",
        {1: (LON - 0.01, LAT), 2: (LON + 0.01, LAT)},
        way(1, [1, 2], railway="rail"),
    )
    # 0.0001 degrees of latitude are 11 m.
    n02 = saved(
        tmp_path / "N02.geojson",
        [
            rail(0.0001, "常磐線"),
            rail(0.02, "野田線"),
            rail(0.03, "市電", "21"),
            rail(0.2, "遠い線"),
        ],
    )
    ledger = Ledger()
    found = read(ledger, ("rails", n02, "N02"), ("osm", osm, ""))
    assert found[["kind", "name", "level", "source_id"]].to_numpy().tolist() == [
        ["railway", "常磐線", "ground", "osm"],
        ["railway", "野田線", "unknown", "rails"],
        ["tramway", "市電", "unknown", "rails"],
    ]
    (entry,) = ledger.of("rails").entries
    assert (entry.code, entry.said.facts) == ("ground_same", {"same_n": 1, "named_n": 1})


def test_the_platforms_of_a_station_are_one_point(tmp_path: Path) -> None:
    platforms = [
        {**rail(north, line), "N02_005": "柏", "N02_005c": "1", "N02_005g": "1"}
        for north, line in ((0.0, "常磐線"), (0.0005, "野田線"))
    ]
    other = {**rail(0.02, "野田線"), "N02_005": "豊四季"}
    path = saved(tmp_path / "N02_Station.geojson", [*platforms, other])
    found = read(Ledger(), ("stations", path, "N02"))
    assert found["name"].tolist() == ["柏", "豊四季"]
    assert set(found["kind"]) == {"station"}
    middle = gpd.GeoSeries([Point(LON, LAT + 0.00025)], crs=6668).to_crs(EPSG)[0]
    assert shapely.distance(found.geometry.iloc[0], middle) < 1


def test_a_river_that_nobody_named_has_no_name(tmp_path: Path) -> None:
    line = LineString([(LON - 0.01, LAT), (LON + 0.01, LAT)])
    rows = [
        {"W05_001": "83", "W05_002": "1", "W05_003": "2", "W05_004": "大堀川", "geometry": line},
        {
            "W05_001": "83",
            "W05_002": "2",
            "W05_003": "4",
            "W05_004": "名称不明",
            "geometry": shapely.affinity.translate(line, 0, 0.01),
        },
    ]
    found = read(Ledger(), ("rivers", saved(tmp_path / "W05.geojson", rows), "W05"))
    assert found[["kind", "name", "level"]].to_numpy().tolist() == [
        ["river", "大堀川", "unknown"],
        ["stream", "", "unknown"],
    ]


@pytest.mark.real
def test_the_schools_of_kashiwa_name_those_of_openstreetmap() -> None:
    if not REAL.is_dir():
        pytest.skip("no real data beside the checkout")
    around = gpd.read_file(REAL / "city_N03.geojson").to_crs(EPSG).union_all()
    schools = REAL / "schools_P29.geojson"
    sources = [
        (source("schools", schools, "P29"), schools),
        (source("ground", REAL / "ground_2017.osm.pbf"), REAL / "ground_2017.osm.pbf"),
    ]
    ledger = Ledger()
    found = read_ground(sources, around=around, plane_epsg=EPSG, ledger=ledger)
    entries = {entry.code: entry.said.facts for entry in ledger.of("schools").entries}
    # All 82 are schools of a class that is known; the city has no other rows.
    assert set(entries) == {"ground_same"}
    assert ledger.of("schools").rows_used == 82
    named = found[(found["source_id"] == "ground") & found["kind"].isin(["school", "university"])]
    assert (named["name"] != "").sum() == entries["ground_same"]["named_n"] > 30
    # The point of the product lies in the yard or beside it.
    points = gpd.read_file(schools).to_crs(EPSG)
    asahi = points[points["P29_005"] == "旭小学校"].geometry.iloc[0]
    (yard,) = found[found["name"] == "旭小学校"].geometry
    assert shapely.distance(yard, asahi) <= 100
