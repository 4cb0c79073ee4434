"""
A town of small counts and private homes, built from files: what an attacker is let loose on.

::

    y   k | l | m | n | o      western district: the columns 0 and 1      streets along all borders,
        f | g | h | i | j      eastern district: the columns 2, 3 and 4   areas of 180 by 222 m
        a | b | c | d | e

Ten houses stand in each area. Two halls, a salon that meets once a month, and three places in private
homes: a weekly one, a monthly one, and one that was closed.
"""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

LON, LAT, STEP = 139.97, 35.86, 0.002
COLUMNS, ROWS = 5, 3
AREAS = "abcdefghijklmno"
GROUPS = ("total", "15-64", "65+", "75+", "single_65+")
EPSG = 6677

_RNG = np.random.default_rng(10)
_BANDS = [_RNG.integers(0, most, len(AREAS)) for most in (10, 60, 10, 10)]
"""Residents of each area aged 0 to 14, 15 to 64, 65 to 74, 75 and older."""
_OLDER = _BANDS[2] + _BANDS[3]
RESIDENTS: dict[str, tuple[int, ...]] = {
    area: (
        int(sum(band[row] for band in _BANDS)),
        int(_BANDS[1][row]),
        int(_OLDER[row]),
        int(_BANDS[3][row]),
        int(_RNG.integers(0, _OLDER[row] + 1)),
    )
    for row, area in enumerate(AREAS)
}
"""Area: residents of each of GROUPS."""
NOWHERE = (8, 3, 5, 2, 1)
"""Residents of a row that no area has."""

PLACES: dict[str, tuple[str, str, float, float, str, str]] = {
    # name: kind, schedule, steps of longitude and latitude, opened, closed
    "中央会館の会": ("サロン", "毎週月曜日10:00〜11:30", 2.5, 1.04, "2015-04-01", ""),
    "西会館の会": ("サロン", "毎週水曜日13:00〜15:00", 0.3, 2.02, "2018-04-01", ""),
    "月いち会": ("サロン", "第2金曜日13:00〜15:00", 4.4, 0.03, "2016-04-01", ""),
    "鈴木さんち": ("個人宅", "毎週木曜日10:00〜12:00", 3.37, 1.93, "2017-04-01", ""),
    "佐々木さん宅": ("個人宅", "第1火曜日10:00〜12:00", 1.21, 0.09, "2019-04-01", ""),
    "高橋さん宅の縁側": (
        "個人宅",
        "毎週火曜日10:00〜12:00",
        4.09,
        2.71,
        "2014-04-01",
        "2020-03-31",
    ),
}
HOMES = tuple(name for name, (kind, *_) in PLACES.items() if kind == "個人宅")
HALLS = {
    "中央会館": ("集会所", 2.5, 1.04),
    "西会館": ("集会所", 0.3, 2.02),
    "東小学校": ("学校", 4.6, 2.4),
    "渡辺さん宅": ("個人宅", 0.77, 0.63),
}
SECRETS = ("鈴木", "佐々木", "高橋", "渡辺", "秘密の丘")
"""Names that nobody may read."""

PROFILE = """
profile_version = 1
[municipality]
jis_code = "12217"
name = "小町"
name_en = "Smalltown"
prefecture = "千葉県"
plane_epsg = 6677
fictional = true
SOURCES
[streets]
source = "streets"
isolated_below_m = 10
[[layers]]
id = "city"
kind = "municipality"
label = "町全体"
label_en = "Town"
source = "city"
name_field = "name"
version = "2025"
[[layers]]
id = "district"
kind = "community_area"
label = "地区"
label_en = "District"
source = "districts"
name_field = "name"
version = "2025"
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
age_groups = { "total" = "total", "15-64" = "15-64", "65+" = "65+", "75+" = "75+", "single_65+" = "single_65+" }
units = { "single_65+" = "households" }
[[population.estimate_from_rate]]
age_group = "85+"
rate_pct = 30
of = "75+"
origin = "試験"
[[population_series]]
source = "later"
date = "2035"
projection = true
name_field = "町丁名"
age_groups = { "total" = "total", "65+" = "65+", "75+" = "75+" }
origin = "試験"
[buildings]
source = "buildings"
footprint_field = "footprint"
storeys_field = "storeys"
[[venues]]
source = "halls"
name_field = "名称"
kind_field = "種別"
address_field = "住所"
[[places]]
source = "salons"
name_field = "名称"
kind_field = "種別"
address_field = "住所"
schedule_field = "開催日"
status_field = "状態"
opened_field = "開設日"
closed_field = "閉所日"
[analysis]
gap_layer = "small_area"
council_layer = "district"
walk_limit_m = 300
walk_limits_m = LIMITS
walk_limits_min = [5]
[subsidies]
monthly_max_yen = 60000
weekly_max_yen = 240000
permanent_max_yen = 900000
[privacy]
PRIVACY
"""
SOURCES = {
    "streets": ("streets.json", "overpass"),
    "city": ("city.geojson", "vector"),
    "districts": ("districts.geojson", "vector"),
    "areas": ("areas.geojson", "vector"),
    "people": ("people.csv", "csv"),
    "later": ("later.csv", "csv"),
    "buildings": ("buildings.csv", "csv"),
    "halls": ("halls.csv", "csv"),
    "salons": ("salons.csv", "csv"),
}
Spot = tuple[float, float]


def write_attacktown(
    folder: Path,
    *,
    residents: Mapping[str, tuple[int, ...]] = RESIDENTS,
    nowhere: tuple[int, ...] = NOWHERE,
    spots: Mapping[str, Spot] | None = None,
    limits_m: tuple[int, ...] = (200, 300, 500),
    privacy: str = "",
) -> Path:
    """
    Write every file of the town and return its profile.

    ``spots`` puts places elsewhere (degrees) and calls them no homes: what an attacker takes them for.
    """
    folder.mkdir(parents=True)
    texts = {
        "streets.json": json.dumps(_streets()),
        "city.geojson": _areas({"小町": AREAS}),
        "districts.geojson": _areas({"西地区": "abfgkl", "東地区": "cdehijmno"}),
        "areas.geojson": _areas({area: area for area in AREAS}),
        "people.csv": _people(residents, nowhere),
        "later.csv": _people(_later(residents), _fewer(nowhere)),
        "buildings.csv": _table(("lon", "lat", "footprint", "storeys"), buildings()),
        "halls.csv": _halls(spots or {}),
        "salons.csv": _salons(spots or {}),
        "profile.toml": _profile(privacy).replace("LIMITS", str(list(limits_m))),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "profile.toml"


def buildings() -> list[tuple[float, float, float, int]]:
    """Return longitude, latitude, footprint (m²) and storeys of ten houses in each area."""
    rng = np.random.default_rng(3)
    found = []
    for row in range(len(AREAS)):
        for east, north in rng.uniform(0.05, 0.95, (10, 2)):
            lon, lat = spot(row % COLUMNS + east, row // COLUMNS + north)
            found.append((lon, lat, float(rng.integers(50, 200)), int(rng.integers(1, 4))))
    return found


def spot(east: float, north: float) -> Spot:
    """Return degrees of so many steps east and north of the town's corner."""
    return LON + STEP * east, LAT + STEP * north


def _streets() -> dict[str, object]:
    nodes = [
        {"type": "node", "id": 100 * x + y + 1, "lon": LON + STEP * x, "lat": LAT + STEP * y}
        for x in range(COLUMNS + 1)
        for y in range(ROWS + 1)
    ]
    along = [[100 * x + y + 1 for x in range(COLUMNS + 1)] for y in range(ROWS + 1)]
    across = [[100 * x + y + 1 for y in range(ROWS + 1)] for x in range(COLUMNS + 1)]
    ways = [
        {"type": "way", "id": 10_000 + n, "nodes": line, "tags": {"highway": "residential"}}
        for n, line in enumerate(along + across)
    ]
    return {"elements": [*nodes, *ways]}


def _areas(units: Mapping[str, str]) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [[_square(AREAS.index(area))] for area in areas],
            },
        }
        for name, areas in units.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def _square(row: int) -> list[Spot]:
    west, south = row % COLUMNS, row // COLUMNS
    corners = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    return [spot(west + east, south + north) for east, north in corners]


def _people(residents: Mapping[str, tuple[int, ...]], nowhere: tuple[int, ...]) -> str:
    rows = [(area, *counts) for area, counts in residents.items()]
    return _table(("町丁名", *GROUPS), [*rows, ("住所なし", *nowhere)])


def _later(residents: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Return residents of another date: half of the areas as they are, the others with fewer."""
    return {
        area: counts if row % 2 else _fewer(counts)
        for row, (area, counts) in enumerate(residents.items())
    }


def _fewer(counts: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(max(count - 1, 0) for count in counts)


def _halls(spots: Mapping[str, Spot]) -> str:
    rows = []
    for name, (kind, *steps) in HALLS.items():
        lon, lat = spots.get(name, spot(*steps))
        at_home = kind == "個人宅" and name not in spots
        address = "秘密の丘1-2-3" if at_home else "会館町1"
        rows.append((name, kind if at_home else "集会所", address, lat, lon))
    return _table(("名称", "種別", "住所", "緯度", "経度"), rows)


def _salons(spots: Mapping[str, Spot]) -> str:
    head = ("名称", "種別", "住所", "開催日", "状態", "緯度", "経度", "開設日", "閉所日")
    rows = []
    for number, (name, (kind, schedule, east, north, opened, closed)) in enumerate(PLACES.items()):
        lon, lat = spots.get(name, spot(east, north))
        at_home = name in HOMES and name not in spots
        called, sort = (name, kind) if at_home or kind == "サロン" else (f"場{number}", "サロン")
        address = "秘密の丘1-2-3" if at_home else "会館町1"
        status = "終了" if closed else "活動中"
        rows.append((called, sort, address, schedule, status, lat, lon, opened, closed))
    return _table(head, rows)


def _table(head: tuple[str, ...], rows: list[tuple]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([head, *rows])
    return out.getvalue()


def _profile(privacy: str) -> str:
    tables = [
        f'[[sources]]\nid = "{name}"\npath = "{path}"\nformat = "{kind}"\n'
        f'title = "{name}"\ncredit = "試験"\nlicence = "CC0"\nas_of = "2025"\n'
        for name, (path, kind) in SOURCES.items()
    ]
    return PROFILE.replace("SOURCES", "\n".join(tables)).replace("PRIVACY", privacy)
