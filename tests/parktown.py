"""
A made-up town, written as files: a park, open from 9 to 5, is the short way to three halls.

::

    y   0   --H---------+====park====+--B--U--A--
                        |            |
     -400               +------------+
    x   0   100        400          600 700 800 900

100 people, 40 of them 65 and over, live in the house H. Through the park (200 m, its gate amid it)
it is 300 + 200 m to (600, 0), round it 300 + 400 + 200 + 400 m. Doors are 10 m off the street. A
meets on Wednesday mornings, B on Wednesday evenings, U on Wednesdays, nobody knows at what time.
"""

from pathlib import Path

import geopandas as gpd
import osmium
import pandas as pd
from osmium.osm.mutable import Node, Way
from shapely import Point, box

PLANE = 6677
SPOTS = [(0, 0), (400, 0), (400, -400), (600, -400), (600, 0), (1000, 0), (500, 0)]
ROAD, PARK = [1, 2, 3, 4, 5, 6], [2, 7, 5]
HOUSE = (100.0, 10.0)
PLACES = (
    ("A", "毎週水曜日10:00〜11:30", 900.0),
    ("B", "毎週水曜日18:30〜20:00", 700.0),
    ("U", "毎週水曜日", 800.0),
)
PROFILE = """profile_version = 1
[municipality]
jis_code = "99902"
name = "架空町"
name_en = "Kaku Town"
prefecture = "架空県"
plane_epsg = 6677
fictional = true
{sources}
[streets]
source = "streets"

[[layers]]
id = "city"
kind = "municipality"
label = "町全体"
label_en = "Town"
source = "areas"
name_field = "name"
version = "2025"

[population]
source = "people"
layer = "city"
name_field = "name"

[population.age_groups]
total = "total"
"65+" = "aged"

[buildings]
source = "homes"
lon_field = "lon"
lat_field = "lat"
footprint_field = "m2"

[[places]]
source = "places"
name_field = "name"
schedule_field = "when"
lon_field = "lon"
lat_field = "lat"

[analysis]
gap_layer = "city"
council_layer = "city"
walk_limit_m = 1000
walk_limits_m = [1000]

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
    "areas": ("areas.geojson", "vector"),
    "people": ("people.csv", "csv"),
    "homes": ("homes.csv", "csv"),
    "places": ("places.csv", "csv"),
}


def park_town(folder: Path, *, park: dict[str, str], gate: dict[str, str] | None = None) -> Path:
    """Write the town into ``folder``, with tags of the path through the park and of its gate; return the profile."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = "".join(
        SOURCE.format(name=name, path=path, kind=kind) for name, (path, kind) in FILES.items()
    )
    (folder / "profile.toml").write_text(PROFILE.format(sources=sources), "utf-8")
    area = gpd.GeoDataFrame({"name": ["架空町"]}, geometry=[box(-50, -500, 1050, 100)], crs=PLANE)
    area.to_crs(6668).to_file(folder / "areas.geojson", driver="GeoJSON")
    pd.DataFrame({"name": ["架空町"], "total": [100], "aged": [40]}).to_csv(
        folder / "people.csv", index=False
    )
    _located([HOUSE], m2=[80]).to_csv(folder / "homes.csv", index=False)
    names, when, x = zip(*PLACES, strict=True)
    _located([(each, 10.0) for each in x], name=names, when=when).to_csv(
        folder / "places.csv", index=False
    )
    with osmium.SimpleWriter(str(folder / "streets.osm.pbf")) as writer:
        for number, xy in enumerate(SPOTS, start=1):
            tags = (gate or {}) if number == len(SPOTS) else {}
            writer.add_node(Node(id=number, location=lonlat(*xy), tags=tags, version=1))
        ways = ((ROAD, {"highway": "residential"}), (PARK, {"highway": "path", **park}))
        for number, (nodes, tags) in enumerate(ways, start=1):
            writer.add_way(Way(id=number, nodes=nodes, tags=tags, version=1))
    return folder / "profile.toml"


def lonlat(x: float, y: float) -> tuple[float, float]:
    point = gpd.GeoSeries([Point(x, y)], crs=PLANE).to_crs(6668).iloc[0]
    return point.x, point.y


def _located(spots: list[tuple[float, float]], **columns: object) -> pd.DataFrame:
    lon, lat = zip(*(lonlat(*spot) for spot in spots), strict=True)
    return pd.DataFrame({**columns, "lon": lon, "lat": lat})
