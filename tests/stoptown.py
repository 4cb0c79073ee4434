"""
A workspace written by hand: one straight street with bus stops, and borders that cut its units.

::

    x       50  100  300  550   900  1000 1100   2000  2400   3000  3200   3900   4000 m
    home        h0   h1         h2        h3                  h4           h5
    place   V                        M                 W
    stop                  C                      B                  A
    65+         40   60         30        70                  8            4        212 in all
    75+         10   30         12        20                  6            2
    single      4    6          2         10                  1            1

Units meet at 600, 1500 and 2500 m (u1, u2, u4 where nobody lives, u3), councils at 1000 m (c1, c2), school districts at 150 m
(s1, s2). V and W meet weekly, M monthly. Everything stands on the street itself: a walk is the
difference of two positions.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from shapely import Point, box

from geo.streets.network import network_to_frames
from geo.walking.snapping import snap
from services.registry.attributes import with_attributes
from services.registry.places import create_registry, write_registry
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.workspace.folder import FORMAT, open_workspace, registry_file
from services.workspace.ground import write_ground
from tests.streets import PLANE, bare_ground, straight_street

LENGTH_M = 4000.0
HOMES = {
    100.0: (40.0, 10.0, 4.0),
    300.0: (60.0, 30.0, 6.0),
    900.0: (30.0, 12.0, 2.0),
    1100.0: (70.0, 20.0, 10.0),
    3000.0: (8.0, 6.0, 1.0),
    3900.0: (4.0, 2.0, 1.0),
}
"""Metres along the street: residents 65+, 75+, single households 65+."""

STOPS = {"西口": 3200.0, "役場前": 2000.0, "橋": 550.0}
PLACES = {"V": (50.0, "毎週月曜日"), "M": (1000.0, "第2火曜日"), "W": (2400.0, "毎週木曜日")}
LAYERS = {
    "city": ("municipality", "町全体", "Town", {"city": (0.0, LENGTH_M)}),
    "unit": (
        "neighbourhood",
        "町会",
        "Unit",
        {"u1": (0, 600), "u2": (600, 1500), "u3": (2500, LENGTH_M), "u4": (1500, 2500)},
    ),
    "council": ("community_area", "地区", "Council", {"c1": (0, 1000), "c2": (1000, LENGTH_M)}),
    "school": (
        "elementary_district",
        "小学校区",
        "School district",
        {"s1": (0, 150), "s2": (150, LENGTH_M)},
    ),
}

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

[population]
source = "everything"
layer = "city"
name_field = "name"
units = { "single_65+" = "households" }

[population.age_groups]
"65+" = "65歳以上"
"75+" = "75歳以上"
"single_65+" = "単身"

[privacy]
small_number = SMALL

[analysis]
gap_layer = "unit"
council_layer = "council"
needs_transport_below = 20
WEIGHTS
"""


def stop_situation(
    folder: Path,
    *,
    stops: dict[str, float] | None = None,
    small_number: int = 0,
    weights: str = "",
    limit_m: float | None = None,
    limit_min: float | None = None,
    schedules: Mapping[str, str] | None = None,
) -> Situation:
    """
    Write the town into ``folder`` and look at it; without ``stops`` it has no layer of them.

    ``schedules`` are those of some places, in place of their own.
    """
    path = folder / "workspace"
    (path / "layers").mkdir(parents=True)
    (path / "network").mkdir()
    text = PROFILE.replace("SMALL", str(small_number)).replace("WEIGHTS", weights)
    text += "".join(_layer(name) for name in LAYERS)
    (path / "profile.toml").write_text(text, "utf-8")
    for name, value in (("workspace", _manifest()), ("sources", []), ("intake", {})):
        (path / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    network = straight_street(LENGTH_M)
    nodes, edges = network_to_frames(network)
    nodes.to_parquet(path / "network" / "nodes.parquet")
    edges.to_parquet(path / "network" / "edges.parquet")
    _areas().to_parquet(path / "layers" / "areas.parquet")
    write_ground(bare_ground(), path / "layers")
    _demand(network).to_parquet(path / "layers" / "demand.parquet")
    if stops is not None:
        frame = {"stop_id": list(stops), "name": list(stops), "row": range(2, len(stops) + 2)}
        points = [Point(x, 0.0) for x in stops.values()]
        gpd.GeoDataFrame(frame, geometry=points, crs=PLANE).to_parquet(
            path / "layers" / "stops.parquet"
        )
    create_registry(registry_file(path))
    nothing = gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=PLANE))
    places = _places()
    own = dict(zip(places["place_id"], places["schedule_text"], strict=True))
    typed = list({**own, **(schedules or {})}.values())
    write_registry(registry_file(path), nothing, places.assign(schedule_text=typed))
    workspace = open_workspace(path)
    parameters = Parameters.of(workspace.profile, walk_limit_m=limit_m, walk_limit_min=limit_min)
    return Situation(workspace, parameters)


def _layer(name: str) -> str:
    kind, label, label_en, _ = LAYERS[name]
    return f"""
[[layers]]
id = "{name}"
kind = "{kind}"
label = "{label}"
label_en = "{label_en}"
source = "everything"
name_field = "name"
version = "2025"
approximate = {str(name == "school").lower()}
"""


def _areas() -> gpd.GeoDataFrame:
    rows = [
        (layer, area, area, "2025", box(west, -100, east, 100))
        for layer, (_, _, _, members) in LAYERS.items()
        for area, (west, east) in members.items()
    ]
    columns = ["layer", "area_id", "area_name", "version", "geometry"]
    frame = pd.DataFrame(rows, columns=columns).assign(approximate=False, council_id="")
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=PLANE)


def _demand(network) -> gpd.GeoDataFrame:
    points = [Point(x, 0.0) for x in HOMES]
    groups = dict(zip(("65+", "75+", "single_65+"), zip(*HOMES.values(), strict=True), strict=True))
    for layer, (_, _, _, members) in LAYERS.items():
        groups[f"in_{layer}"] = [
            next(area for area, (west, east) in members.items() if west <= x < east) for x in HOMES
        ]
    groups["kind"] = "building"
    frame = gpd.GeoDataFrame(groups, geometry=points, crs=PLANE)
    snaps = snap(shapely.get_coordinates(points), network, limit_m=100.0)
    names = {"x": "snap_x", "y": "snap_y", "reason": "unsnapped"}
    return frame.join(snaps.rename(columns=names))


def _places() -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        {
            "place_id": list(PLACES),
            "name": list(PLACES),
            "venue_id": list(PLACES),
            "venue_name": list(PLACES),
            "schedule_text": [schedule for _, schedule in PLACES.values()],
            "row": range(2, len(PLACES) + 2),
        }
    ).assign(
        **dict.fromkeys(("status_since", "closed_on", "group_name", "address", "verified_on"), ""),
        **dict.fromkeys(("located_by", "located_level"), "coordinates"),
        status="active",
        opened_on="2010-04-01",
        kind="サロン",
        private_home=False,
        confidence=1.0,
        consent=False,
        source_id="everything",
    )
    points = [Point(x, 0.0) for x, _ in PLACES.values()]
    return with_attributes(gpd.GeoDataFrame(frame, geometry=points, crs=PLANE))


def _manifest() -> dict[str, object]:
    return {
        "format": FORMAT,
        "as_of": "2025-05-01",
        "arukeba": "0.1.0",
        "municipality": {"jis_code": "99999", "name": "架空町", "plane_epsg": PLANE},
        "layers": [
            {"id": layer, "version": "2025", "label": layer, "label_en": layer, "n": len(members)}
            for layer, (_, _, _, members) in LAYERS.items()
        ],
        "counts": {},
        "unmatched_residents": {"65+": 0.0, "75+": 0.0, "single_65+": 0.0},
        "stand_in": [],
    }
