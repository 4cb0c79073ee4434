"""
A workspace written by hand: one straight street, four homes, places that open, close and rest.

::

    x      0   100        600        1100       1390     1900   2000 m
    home       h0         h1         h2                  h3
    place      A                     B          D, D2    C, C0
    65+        20         30         50                  100            200 in all

Everything stands on the street itself: a walk is the difference of two positions. Within 500 m,
inclusive: A has h0 (0 m) and h1 (500 m), B has h1 (500 m) and h2 (0 m), D has h2 (290 m; h3 is
510 m away), C has h3 (0 m).

The districts of 2014 meet at 500 m, those of 2017 (valid from 2017-04-01) at 1000 m.
"""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pandas as pd
import shapely
from shapely import Point, box

from geo.streets.network import network_to_frames
from geo.walking.snapping import snap
from services.registry.attributes import with_attributes
from services.registry.places import write_registry
from services.workspace.folder import FORMAT, Workspace, open_workspace, registry_file
from services.workspace.ground import write_ground
from tests.streets import PLANE, bare_ground, straight_street

LENGTH_M = 2000.0
HOMES = {100.0: (20.0, 60.0), 600.0: (30.0, 90.0), 1100.0: (50.0, 100.0), 1900.0: (100.0, 200.0)}
"""Metres along the street: residents 65+, of all ages."""

PLACES = (
    # id, x, schedule, status, opened, status since, closed, venue
    ("A", 100.0, "毎週月曜日10:00〜11:30", "active", "2010-04-01", "", "", "vA"),
    ("B", 1100.0, "第2火曜日13:00〜15:00", "closed", "2016-05-01", "", "2019-03-31", "vB"),
    ("C", 1900.0, "毎週火曜日10:00〜12:00", "suspended", "2018-04-01", "2020-03-01", "", "vC"),
    ("D", 1390.0, "第1・第3木曜日10:00〜12:00", "active", "2012-10-01", "", "", "vD"),
    ("D2", 1390.0, "第2・第4木曜日10:00〜12:00", "active", "2021-04-01", "", "", "vD"),
    ("C0", 1900.0, "毎週水曜日", "closed", "2010-04-01", "", "", "vC"),
)
"""C0 was closed, nobody knows when: no past day counts it."""

UNDATED = ("E", 600.0, "第4金曜日10:00〜12:00", "active", "", "", "", "vE")
"""Nobody knows since when; it would reach h0, h1 and h2."""

PROFILE = """profile_version = 1
[municipality]
jis_code = "99999"
name = "架空町"
name_en = "Kaku Town"
prefecture = "架空県"
plane_epsg = 6677
fictional = true

[[sources]]
id = "everything"
path = "everything.csv"
format = "csv"
title = "手で書いた町"
credit = "架空町"
licence = "CC0-1.0"
as_of = "2025-04-01"

[streets]
source = "everything"

[[layers]]
id = "city"
kind = "municipality"
label = "町全体"
label_en = "Town"
source = "everything"
name_field = "name"
version = "2014"

[[layers]]
id = "district"
kind = "community_area"
label = "地区"
label_en = "District"
source = "everything"
name_field = "name"
version = "2014"
valid_to = 2017-03-31

[[layers]]
id = "district"
kind = "community_area"
label = "地区"
label_en = "District"
source = "everything"
name_field = "name"
version = "2017"
valid_from = 2017-04-01

[population]
source = "everything"
layer = "city"
name_field = "name"

[population.age_groups]
total = "総数"
"65+" = "65歳以上"

[analysis]
gap_layer = "district"
council_layer = "district"
walk_limits_m = [300, 500]

[privacy]
small_number = SMALL

[[targets]]
frequency = "weekly"
layer = "district"
number = 2
label = "地区ごとに週1"
label_en = "a weekly place per district"
origin = "試験"

[[targets]]
frequency = "monthly"
layer = "elementary_district"
number = 5
label = "月1 5か所"
label_en = "5 monthly places"
origin = "試験"

[[documents]]
id = "000"
title = "架空の資料"

[[facts]]
key = "places"
of = "居場所"
value = 3
unit = "か所"
as_of = "2015-03-31(H26年度末)"
doc = "000"

[[facts]]
key = "places"
of = "茶の間"
value = 9
unit = "か所"
as_of = "FY2019"
doc = "000"

[[facts]]
key = "places"
of = "サロン"
value = "件数の記載なし"
as_of = "2015-03-31"
doc = "000"
"""


def dated_workspace(
    folder: Path, *rows: tuple, small_number: int = 0, registry: str = ""
) -> Workspace:
    """Write the workspace into ``folder`` with these places, or PLACES, and open it."""
    path = folder / "workspace"
    write_files(path, _layers())
    (path / "profile.toml").write_text(PROFILE.replace("SMALL", str(small_number)), "utf-8")
    _json(path / "workspace.json", _manifest() | {"registry_url": registry})
    _json(path / "sources.json", [])
    _json(path / "intake.json", {})
    if registry:
        write_registry(registry, _no_venues(), places(*(rows or PLACES)))
    else:
        write_files(path, _registry(rows or PLACES))
    return open_workspace(path)


def files_in(path: Path) -> dict[str, bytes]:
    """Return the files of a folder, by which it is written again."""
    files = [file for file in path.rglob("*") if file.is_file()]
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


def write_files(path: Path, files: dict[str, bytes]) -> None:
    """Write into a folder what was read of another."""
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)


@cache
def _registry(rows: tuple[tuple, ...]) -> dict[str, bytes]:
    """Return the file of a registry with these places, written once."""
    with TemporaryDirectory() as folder:
        write_registry(registry_file(Path(folder)), _no_venues(), places(*rows))
        return files_in(Path(folder))


@cache
def _layers() -> dict[str, bytes]:
    """Return the files that are the same in each of these workspaces, made once."""
    network = straight_street(LENGTH_M)
    nodes, edges = network_to_frames(network)
    with TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "layers").mkdir()
        (path / "network").mkdir()
        nodes.assign(elevation_m=0.0).to_parquet(path / "network" / "nodes.parquet")
        edges.to_parquet(path / "network" / "edges.parquet")
        areas().to_parquet(path / "layers" / "areas.parquet")
        write_ground(bare_ground(), path / "layers")
        demand(network).to_parquet(path / "layers" / "demand.parquet")
        return files_in(path)


def areas() -> gpd.GeoDataFrame:
    def shape(west: float, east: float) -> object:
        return box(west, -100, east, 100)

    rows = [
        ("city", "99999", "架空町", "2014", shape(0, LENGTH_M)),
        ("district", "w", "西地区", "2014", shape(0, 500)),
        ("district", "e", "東地区", "2014", shape(500, LENGTH_M)),
        ("district", "w", "西地区", "2017", shape(0, 1000)),
        ("district", "e", "東地区", "2017", shape(1000, LENGTH_M)),
    ]
    columns = ["layer", "area_id", "area_name", "version", "geometry"]
    frame = pd.DataFrame(rows, columns=columns).assign(approximate=False, council_id="")
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=PLANE)


def demand(network) -> gpd.GeoDataFrame:
    points = [Point(x, 0.0) for x in HOMES]
    frame = gpd.GeoDataFrame(
        {
            "kind": "building",
            "source_area_id": "99999",
            "65+": [older for older, _ in HOMES.values()],
            "total": [total for _, total in HOMES.values()],
            "in_city": "99999",
            "in_district": ["w" if x < 1000 else "e" for x in HOMES],
            "in_district@2014": ["w" if x < 500 else "e" for x in HOMES],
        },
        geometry=points,
        crs=PLANE,
    )
    snaps = snap(shapely.get_coordinates(points), network, limit_m=100.0)
    return frame.assign(
        edge=snaps["edge"].to_numpy(),
        offset_m=snaps["offset_m"].to_numpy(),
        snap_m=snaps["snap_m"].to_numpy(),
        snap_x=snaps["x"].to_numpy(),
        snap_y=snaps["y"].to_numpy(),
        unsnapped=snaps["reason"].to_numpy(),
    )


def places(*rows: tuple) -> gpd.GeoDataFrame:
    columns = [
        *("place_id", "x", "schedule_text", "status", "opened_on", "status_since", "closed_on"),
        "venue_id",
    ]
    frame = pd.DataFrame(list(rows), columns=columns)
    frame = frame.assign(
        name=frame["place_id"],
        venue_name=frame["venue_id"],
        kind="サロン",
        group_name="",
        address="",
        verified_on="",
        private_home=False,
        located_by="coordinates",
        located_level="coordinates",
        confidence=1.0,
        consent=False,
        row=range(2, len(frame) + 2),
        source_id="everything",
    )
    points = [Point(x, 0.0) for x in frame["x"]]
    return with_attributes(gpd.GeoDataFrame(frame.drop(columns="x"), geometry=points, crs=PLANE))


def _no_venues() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=PLANE))


def _manifest() -> dict[str, object]:
    layers = [("city", "2014", 1), ("district", "2014", 2), ("district", "2017", 2)]
    return {
        "format": FORMAT,
        "as_of": "2025-04-01",
        "arukeba": "0.1.0",
        "municipality": {"jis_code": "99999", "name": "架空町", "plane_epsg": PLANE},
        "layers": [
            {"id": layer, "version": version, "label": layer, "label_en": layer, "n": count}
            for layer, version, count in layers
        ],
        "counts": {},
        "unmatched_residents": {"total": 0.0, "65+": 0.0},
        "stand_in": [],
    }


def _json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
