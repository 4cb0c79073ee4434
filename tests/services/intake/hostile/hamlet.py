"""A hamlet of four small areas that builds in a fraction of a second: the victim of every hostile file."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin

LON, LAT, STEP = 139.97, 35.86, 0.002
NAMES = ("東町", "西町", "南町", "北町")
PLACE_HEAD = (
    *("名称", "種別", "会場", "団体", "住所", "開催日", "状態", "緯度", "経度", "開設日", "閉所日"),
    *("型", "参加費", "広さ"),
)
VENUE_HEAD = ("名称", "種別", "住所", "緯度", "経度")
PEOPLE_HEAD = ("町丁名", "総数", "65歳以上")
BUILDING_HEAD = ("lon", "lat", "footprint", "storeys")

PROFILE = """
profile_version = 1
[municipality]
jis_code = "12217"
name = "小字"
name_en = "Hamlet"
prefecture = "千葉県"
plane_epsg = 6677
fictional = true
{sources}
[streets]
source = "streets"
isolated_below_m = 10
[[layers]]
id = "small_area"
kind = "small_area"
label = "町丁"
label_en = "Small area"
source = "areas"
name_field = "name"
version = "2025"
[population]
source = "people"
layer = "small_area"
name_field = "町丁名"
age_groups = {{ "total" = "総数", "65+" = "65歳以上" }}
[buildings]
source = "buildings"
footprint_field = "footprint"
storeys_field = "storeys"
[elevation]
source = "ground"
[[venues]]
source = "halls"
name_field = "名称"
kind_field = "種別"
address_field = "住所"
[[places]]
source = "salons"
name_field = "名称"
kind_field = "種別"
venue_field = "会場"
group_field = "団体"
address_field = "住所"
schedule_field = "開催日"
status_field = "状態"
opened_field = "開設日"
closed_field = "閉所日"
frequency_field = "型"
fee_field = "参加費"
floor_area_field = "広さ"
[analysis]
gap_layer = "small_area"
council_layer = "small_area"
"""

SOURCES = {
    "streets": ("streets.json", "overpass"),
    "areas": ("areas.geojson", "vector"),
    "people": ("people.csv", "csv"),
    "buildings": ("buildings.csv", "csv"),
    "ground": ("ground.tif", "raster"),
    "halls": ("halls.csv", "csv"),
    "salons": ("salons.csv", "csv"),
}


def profile_text(**changed: tuple[str, str]) -> str:
    """Return the profile, with other files (name, format) for some of its sources."""
    tables = [
        f'[[sources]]\nid = "{name}"\npath = {json.dumps(path)}\nformat = "{kind}"\n'
        f'title = "{name}"\ncredit = "試験"\nlicence = "CC0"\nas_of = "2025"\n'
        for name, (path, kind) in {**SOURCES, **changed}.items()
    ]
    return PROFILE.format(sources="\n".join(tables))


def square(column: int, row: int, *, size: float = STEP) -> list[list[float]]:
    """Return the ring of one small area, longitude first."""
    west, south = LON + STEP * column, LAT + STEP * row
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def areas() -> dict[str, object]:
    """Return the four small areas as GeoJSON."""
    return {
        "type": "FeatureCollection",
        "features": [
            feature({"type": "Polygon", "coordinates": [square(n % 2, n // 2)]}, name=name)
            for n, name in enumerate(NAMES)
        ],
    }


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def streets() -> dict[str, object]:
    """Return a grid of nine crossings as an Overpass answer."""
    nodes = [
        {"type": "node", "id": 10 * x + y + 1, "lon": LON + STEP * x, "lat": LAT + STEP * y}
        for x in range(3)
        for y in range(3)
    ]
    rows = [[10 * x + y + 1 for x in range(3)] for y in range(3)]
    columns = [[10 * x + y + 1 for y in range(3)] for x in range(3)]
    ways = [
        {"type": "way", "id": 100 + n, "nodes": line, "tags": {"highway": "residential"}}
        for n, line in enumerate(rows + columns)
    ]
    return {"elements": [*nodes, *ways]}


def table(head: tuple[str, ...], *rows: tuple[object, ...]) -> str:
    """Return a CSV text."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([head, *rows])
    return out.getvalue()


def place(name: str = "ひまわりの会", **changed: object) -> tuple[object, ...]:
    """Return a row of the list of places, well formed but for what is changed."""
    row: dict[str, object] = dict.fromkeys(PLACE_HEAD, "")
    row |= {"名称": name, "種別": "サロン", "開催日": "毎週月曜日", "状態": "活動中"}
    row |= {"緯度": LAT + STEP, "経度": LON + STEP, "開設日": "2015-04-01"} | changed
    return tuple(row[column] for column in PLACE_HEAD)


def people(*extra: tuple[object, ...]) -> str:
    """Return the residents of the four areas, and more rows."""
    return table(PEOPLE_HEAD, *((name, 100, 30) for name in NAMES), *extra)


def buildings(*extra: tuple[object, ...]) -> str:
    """Return a house in each area, and more rows."""
    own = [(LON + STEP * (n % 2 + 0.4), LAT + STEP * (n // 2 + 0.4), 80, 2) for n in range(4)]
    return table(BUILDING_HEAD, *own, *extra)


def halls(*extra: tuple[object, ...]) -> str:
    """Return two halls, and more rows."""
    own = [("東会館", "集会所", "東町1", LAT + STEP, LON), ("西会館", "集会所", "西町1", LAT, LON)]
    return table(VENUE_HEAD, *own, *extra)


def write_ground(path: Path) -> None:
    """Write a raster of flat ground."""
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=8,
        height=8,
        count=1,
        dtype="float32",
        crs="EPSG:6668",
        transform=from_origin(LON - STEP, LAT + 4 * STEP, STEP, STEP),
    ) as raster:
        raster.write(np.full((8, 8), 10, dtype="float32"), 1)


def write_hamlet(folder: Path) -> Path:
    """Write every file of the hamlet, all well formed, and return its profile."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "streets.json": json.dumps(streets()),
        "areas.geojson": json.dumps(areas(), ensure_ascii=False),
        "people.csv": people(),
        "buildings.csv": buildings(),
        "halls.csv": halls(),
        "salons.csv": table(PLACE_HEAD, place()),
        "profile.toml": profile_text(),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    write_ground(folder / "ground.tif")
    return folder / "profile.toml"
