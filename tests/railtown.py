"""
A workspace written by hand: two streets with a railway between them, and one bridge far to the east.

::

    y 245          W (30 m off)                                      北地区
      215   ───────┴────────────────────────── 北通り ──────┐
                                                            │ 35 m
                                                            ║ 20 m of steps, 40 of them
      150   ═══════════════ the railway ════════════════    ║ みなみ跨線橋 60 m
                                                            ║ 20 m of steps, 40 of them
      120          ┐ 袋小路 (x = 200)                       │ 80 m
        0   ───────┴───────M──────X── 南通り ───────────────┘        南地区
    x   0         200     400    500                       1000

W meets weekly, M monthly; X met weekly and is suspended, C (300, 0) met monthly and is closed.
"""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import Point, box

from geo.streets.network import Network, network_to_frames
from services.registry.attributes import with_attributes
from services.registry.places import create_registry, write_registry
from services.workspace.folder import FORMAT, Workspace, open_workspace, registry_file
from services.workspace.ground import write_ground
from tests.streets import PLANE, bare_ground, streets

PLACES = (
    # id, name, x, y, schedule, status
    ("W", "北の家", 200.0, 245.0, "毎週月曜日10:00〜11:30", "active"),
    ("M", "南サロン", 400.0, 0.0, "第2金曜日13:00〜15:00", "active"),
    ("X", "やすみの会", 500.0, 0.0, "毎週火曜日10:00〜12:00", "suspended"),
    ("C", "むかしの会", 300.0, 0.0, "第1金曜日10:00〜12:00", "closed"),
)

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
version = "2025"

[[layers]]
id = "district"
kind = "community_area"
label = "地区"
label_en = "District"
source = "everything"
name_field = "name"
version = "2025"

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
walk_limit_m = 500
walk_limits_m = [500]

[privacy]
small_number = 0
"""


def rail_workspace(folder: Path, *rows: tuple, private: tuple[str, ...] = ()) -> Workspace:
    """Write the workspace into ``folder`` with these places, or PLACES, and open it."""
    path = folder / "workspace"
    (path / "layers").mkdir(parents=True)
    (path / "network").mkdir()
    (path / "profile.toml").write_text(PROFILE, "utf-8")
    layers = [
        {"id": name, "version": "2025", "label": name, "label_en": name, "n": count}
        for name, count in (("city", 1), ("district", 2))
    ]
    manifest = {
        "format": FORMAT,
        "as_of": "2025-04-01",
        "arukeba": "0.1.0",
        "municipality": {"jis_code": "99999", "name": "架空町", "plane_epsg": PLANE},
        "layers": layers,
        "counts": {},
        "unmatched_residents": {"total": 0.0, "65+": 0.0},
        "stand_in": [],
    }
    for name, value in (("workspace", manifest), ("sources", []), ("intake", {})):
        (path / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    nodes, edges = network_to_frames(town())
    nodes.to_parquet(path / "network" / "nodes.parquet")
    edges.to_parquet(path / "network" / "edges.parquet")
    areas().to_parquet(path / "layers" / "areas.parquet")
    write_ground(bare_ground(), path / "layers")
    demand().to_parquet(path / "layers" / "demand.parquet")
    create_registry(registry_file(path))
    write_registry(registry_file(path), no_venues(), places(rows or PLACES, private))
    return open_workspace(path)


def town() -> Network:
    spots = {
        1: (0, 215), 2: (1000, 215), 3: (1000, 180), 4: (1000, 160), 5: (1000, 100), 6: (1000, 80),
        7: (1000, 0), 8: (0, 0), 9: (200, 0), 10: (200, 120),
    }  # fmt: skip
    stairs = {"highway": "steps", "steps": True, "steps_per_m": 2.0, "name": ""}
    return streets(
        spots,
        [[1, 2], [2, 3], [3, 4], [4, 5], [5, 6], [6, 7], [7, 9, 8], [9, 10]],
        {
            0: {"name": "北通り"},
            1: {"name": "橋の道"},
            2: stairs,
            3: {"name": "みなみ跨線橋", "bridge": True},
            4: stairs,
            5: {"name": "橋の道"},
            6: {"name": "南通り"},
            7: {"name": "袋小路"},
        },
    )


def areas() -> gpd.GeoDataFrame:
    rows = [
        ("city", "99999", "架空町", box(-50, -100, 1050, 700)),
        ("district", "s", "南地区", box(-50, -100, 1050, 150)),
        ("district", "n", "北地区", box(-50, 150, 1050, 700)),
    ]
    frame = pd.DataFrame(rows, columns=["layer", "area_id", "area_name", "geometry"])
    frame = frame.assign(version="2025", approximate=False, council_id="")
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=PLANE)


def demand() -> gpd.GeoDataFrame:
    """Return one home, on the south street at x = 200."""
    edge = next(
        edge
        for edge, line in enumerate(town().edge_lines)
        if line.distance(Point(100, 0)) == 0 and line.distance(Point(0, 0)) == 0
    )
    line = town().edge_lines[edge]
    frame = {
        "65+": [10.0],
        "total": [30.0],
        "in_city": ["99999"],
        "in_district": ["s"],
        "edge": [edge],
        "offset_m": [line.project(Point(200, 0))],
        "snap_m": [0.0],
        "snap_x": [200.0],
        "snap_y": [0.0],
        "kind": ["building"],
        "unsnapped": [""],
    }
    return gpd.GeoDataFrame(frame, geometry=[Point(200, 0)], crs=PLANE)


def places(rows: tuple[tuple, ...], private: tuple[str, ...]) -> gpd.GeoDataFrame:
    columns = ["place_id", "name", "x", "y", "schedule_text", "status"]
    frame = pd.DataFrame(list(rows), columns=columns)
    points = [Point(x, y) for x, y in zip(frame["x"], frame["y"], strict=True)]
    frame = frame.drop(columns=["x", "y"]).assign(
        venue_id="v" + frame["place_id"],
        venue_name=frame["name"],
        kind="サロン",
        private_home=frame["place_id"].isin(private),
        located_by="coordinates",
        located_level="coordinates",
        confidence=1.0,
        consent=False,
        row=range(2, len(frame) + 2),
        source_id="everything",
    )
    texts = ("opened_on", "status_since", "closed_on", "group_name", "address", "verified_on")
    frame = frame.assign(**dict.fromkeys(texts, ""))
    return with_attributes(gpd.GeoDataFrame(frame, geometry=points, crs=PLANE))


def no_venues() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=PLANE))


def lonlat(x: float, y: float) -> tuple[float, float]:
    """Return a point of the town in degrees."""
    point = gpd.GeoSeries([Point(x, y)], crs=PLANE).to_crs(6668).iloc[0]
    return point.x, point.y
