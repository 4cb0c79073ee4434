"""
A made-up village, written as files: names that several bear, and land and a place without streets.

::

    y 1000                                              P            P: 峠の会, weekly
       200  |     |     |     |     |     |     |     |              a lane amid each unit
         0  +-----+-----+-----+-----+-----+-----+-----+      6000 m
    unit    鷲津  北町  南    南    鷲津  本町  中町  峠     離島
    hall    H     AA    BB          H     S     H
    council 東地区 ................ 西地区 .... 中地区 ...... 離島地区

Units are 300 m wide, 100 people live in each, 40 of them 65 and over; no street is near 離島. Three
halls are named 各地区公会堂 (H), two 集会所 (A, with addresses), two 会館 (B, without); the salon S
meets monthly and has no hall's name.
"""

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import osmium
import pandas as pd
from osmium.osm.mutable import Node, Way
from shapely import box

from services.intake.build import build
from services.results.run import run
from services.workspace.folder import Snapshot

PLANE = 6677
SIDE_M = 300.0
UNITS = ("鷲津", "北町", "南", "南", "鷲津", "本町", "中町", "峠", "離島")
COUNCILS = {"東地区": (0, 1, 2, 3), "西地区": (4, 5), "中地区": (6, 7), "離島地区": (8,)}
VENUES = (
    # name, address, x
    ("各地区公会堂", "東1番地", 150.0),
    ("各地区公会堂", "西1番地", 1350.0),
    ("各地区公会堂", "中1番地", 1950.0),
    ("集会所", "北町1番地", 400.0),
    ("集会所", "北町2番地", 500.0),
    ("会館", "", 700.0),
    ("会館", "", 800.0),
)
PLACES = (
    # name, schedule, x, y
    ("いきいきサロン", "毎月第2火曜日10:00〜11:00", 1650.0, 10.0),
    ("峠の会", "毎週月曜日10:00〜11:00", 2250.0, 1000.0),
)

PROFILE = """profile_version = 1
[municipality]
jis_code = "99901"
name = "架空村"
name_en = "Kaku Village"
prefecture = "架空県"
plane_epsg = 6677
fictional = true
{sources}
[streets]
source = "streets"
isolated_below_m = 100

[[layers]]
id = "village"
kind = "municipality"
label = "架空村"
label_en = "Kaku Village"
version = "2025"
union = {{ of = "small_area", areas = [{{ id = "99901", name = "架空村", units = ["*"] }}] }}

[[layers]]
id = "district"
kind = "community_area"
label = "地区"
label_en = "district"
version = "2025"
union = {{ of = "small_area", areas = [{districts}] }}

[[layers]]
id = "small_area"
kind = "small_area"
label = "町丁・字"
label_en = "small area"
version = "2025"
source = "small_areas"
name_field = "MOJI"
id_field = "KEY_CODE"

[population]
source = "population"
layer = "small_area"
name_field = "名称"
id_field = "KEY_CODE"

[population.age_groups]
total = "総数"
"65+" = "65歳以上"

[[venues]]
source = "venues"
name_field = "名称"
address_field = "住所"
lat_field = "緯度"
lon_field = "経度"
kind = "集会所"

[[places]]
source = "places"
name_field = "名称"
schedule_field = "開催日"
lat_field = "緯度"
lon_field = "経度"
kind = "サロン"

[analysis]
gap_layer = "small_area"
council_layer = "{council_layer}"
candidates_max = 1
candidates_per_council = 1

[privacy]
residents_published = true
residents_published_url = "https://example.org/jinko.csv"
"""

SOURCE = """
[[sources]]
id = "{name}"
path = "{path}"
format = "{kind}"
title = "架空の資料"
credit = "架空"
licence = "CC0 1.0"
as_of = "2025-04-01"
"""
FILES = {
    "streets": ("streets.osm.pbf", "osm"),
    "small_areas": ("small_areas.geojson", "vector"),
    "population": ("population.csv", "csv"),
    "venues": ("venues.csv", "csv"),
    "places": ("places.csv", "csv"),
}


def village_snapshot(
    folder: Path, *, council_layer: str, streets_n: int = len(UNITS) - 1
) -> Snapshot:
    """Write the village into ``folder``, with streets in so many units from the west; build and run it."""
    folder.mkdir(parents=True, exist_ok=True)
    districts = ", ".join(
        f'{{ id = "{name}", name = "{name}", units = [{", ".join(_quoted(units))}] }}'
        for name, units in COUNCILS.items()
    )
    sources = "".join(
        SOURCE.format(name=name, path=path, kind=kind) for name, (path, kind) in FILES.items()
    )
    text = PROFILE.format(sources=sources, districts=districts, council_layer=council_layer)
    (folder / "village.toml").write_text(text, encoding="utf-8")
    ids = [_unit_id(number) for number in range(len(UNITS))]
    shapes = [_shape(number) for number in range(len(UNITS))]
    areas = gpd.GeoDataFrame({"KEY_CODE": ids, "MOJI": UNITS}, geometry=shapes, crs=PLANE)
    areas.to_crs(6668).to_file(folder / "small_areas.geojson", driver="GeoJSON")
    people = {"KEY_CODE": ids, "名称": UNITS, "総数": 100, "65歳以上": 40}
    pd.DataFrame(people).to_csv(folder / "population.csv", index=False)
    write_streets(folder / "streets.osm.pbf", streets_n)
    halls = pd.DataFrame(VENUES, columns=["名称", "住所", "x"]).assign(y=10.0)
    _points(halls).to_csv(folder / "venues.csv", index=False)
    salons = pd.DataFrame(PLACES, columns=["名称", "開催日", "x", "y"])
    _points(salons).to_csv(folder / "places.csv", index=False)
    return run(build(folder / "village.toml", folder / "workspace"))


def _unit_id(number: int) -> str:
    return f"999010{number:03d}"


def _quoted(units: tuple[int, ...]) -> list[str]:
    return [f'"{_unit_id(number)}"' for number in units]


def _shape(number: int):
    if UNITS[number] == "離島":
        return box(6000, 0, 6000 + SIDE_M, SIDE_M)
    top_m = 1200.0 if UNITS[number] == "峠" else SIDE_M
    return box(SIDE_M * number, 0, SIDE_M * (number + 1), top_m)


def _points(table: pd.DataFrame) -> pd.DataFrame:
    points = gpd.GeoSeries(gpd.points_from_xy(table["x"], table["y"]), crs=PLANE).to_crs(6668)
    return table.drop(columns=["x", "y"]).assign(緯度=points.y, 経度=points.x)


def write_streets(
    path: Path, units_n: int = len(UNITS) - 1, node_tags: Mapping[int, dict[str, str]] | None = None
) -> None:
    """Write one street along y = 0, with a lane of 200 m amid each of the units on it, from node 2 on."""
    path.unlink(missing_ok=True)
    middles = [SIDE_M * (number + 0.5) for number in range(units_n)]
    along = [(0.0, 0.0), *((x, 0.0) for x in middles), (SIDE_M * len(middles), 0.0)]
    ends = [(x, 200.0) for x in middles]
    points = gpd.GeoSeries(gpd.points_from_xy(*zip(*along, *ends, strict=True)), crs=PLANE)
    ways = [[*range(1, len(along) + 1)]]
    ways += [[lane + 2, len(along) + lane + 1] for lane in range(len(middles))]
    with osmium.SimpleWriter(str(path)) as writer:
        for number, point in enumerate(points.to_crs(6668), start=1):
            tags = (node_tags or {}).get(number, {})
            writer.add_node(Node(id=number, location=(point.x, point.y), tags=tags, version=1))
        for number, nodes in enumerate(ways, start=1):
            writer.add_way(Way(id=number, nodes=nodes, tags={"highway": "residential"}, version=1))
