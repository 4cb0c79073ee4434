"""
A workspace with one result, written by hand: 架空町, one square kilometre, four neighbourhoods.

::

    北町会 (b)    300 people 65+ | 川向こう (d)  12        north
    中央町会 (a)  400            | 南町会 (c)   200        south
    ------- 西地区 (w) -------     --- 東地区 (e) ---

The weekly place stands in the middle of 中央町会. Reached on foot within 500 m: all 400 of 中央町会,
120 of 北町会, nobody else: 520 of 912. Ten minutes are as good for a standard walker; a slow one
reaches half as many in that time, and as many within the same metres.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import LineString, MultiLineString, Point, box

from services.profile.schema import Privacy
from services.workspace.folder import FORMAT, RESULT_FORMAT, Workspace, open_workspace
from services.workspace.ground import write_ground
from services.workspace.ofareas import COLUMNS as OF_AREAS

EPSG = 6677
EAST_M, NORTH_M = 10_000.0, -14_000.0
"""South-western corner of the town, plane metres."""

NAN = math.nan
LIMITS = ((300.0, NAN), (500.0, NAN), (NAN, 10.0))
"""Metres and minutes of each limit."""

PROFILES = {
    "standard": ("ふつう 60m/分", "Standard, 60 m/min", 60.0),
    "slow": ("ゆっくり 48m/分", "Slow, 48 m/min", 48.0),
}
UNITS = {
    # area_id: (name, council, column, row, residents {age group: n}, reached 65+)
    "a": ("中央町会", "w", 0, 0, {"total": 1500.0, "65+": 400.0, "75+": 200.0}, 400.0),
    "b": ("北町会", "w", 0, 1, {"total": 1000.0, "65+": 300.0, "75+": 150.0}, 120.0),
    "c": ("南町会", "e", 1, 0, {"total": 800.0, "65+": 200.0, "75+": 100.0}, 0.0),
    "d": ("川向こう町会", "e", 1, 1, {"total": 40.0, "65+": 12.0, "75+": 3.0}, 0.0),
}
COUNCILS = {"w": "西地区", "e": "東地区"}

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
id = "community_area"
kind = "community_area"
label = "地区"
label_en = "District"
tier = 2
source = "everything"
name_field = "name"
version = "2025"

[[layers]]
id = "neighbourhood"
kind = "neighbourhood"
label = "町会"
label_en = "Neighbourhood"
source = "everything"
name_field = "name"
version = "2025"
approximate = true

[population]
source = "everything"
layer = "neighbourhood"
name_field = "name"

[population.age_groups]
total = "総数"
"65+" = "65歳以上"
"75+" = "75歳以上"

[analysis]
gap_layer = "neighbourhood"
council_layer = "community_area"
walk_limits_m = [300, 500]
walk_limits_min = [10]

[privacy]
small_number = {small_number}
"""


def tiny_workspace(folder: Path, *, small_number: int = 10) -> Workspace:
    """Write the workspace into ``folder`` and open it; its newest snapshot is ``0001``."""
    path = folder / "workspace"
    result = path / "results" / "0001"
    result.mkdir(parents=True)
    (path / "layers").mkdir()
    profile = PROFILE.replace("{small_number}", str(small_number))
    (path / "profile.toml").write_text(profile, encoding="utf-8")
    _json(path / "workspace.json", _manifest())
    _json(path / "sources.json", _sources())
    _json(path / "intake.json", {})
    areas().to_parquet(path / "layers" / "areas.parquet")
    write_ground(ground(), path / "layers")
    coverage().to_parquet(result / "coverage.parquet")
    slots().to_parquet(result / "slots.parquet")
    combined().to_parquet(result / "combined.parquet")
    gaps().to_parquet(result / "gaps.parquet")
    candidates().to_parquet(result / "candidates.parquet")
    places().to_parquet(result / "places.parquet")
    streets().to_parquet(result / "streets.parquet")
    reach().to_parquet(result / "reach.parquet")
    edits().to_parquet(result / "edits.parquet")
    milestones().to_parquet(path / "layers" / "milestones.parquet")
    _json(result / "run.json", run_record(small_number))
    (path / "results" / "LATEST").write_text("0001\n", encoding="utf-8")
    return open_workspace(path)


def at(x_m: float, y_m: float) -> Point:
    """Return the point x_m east and y_m north of the town's corner."""
    return Point(EAST_M + x_m, NORTH_M + y_m)


def areas() -> gpd.GeoDataFrame:
    rows = [("city", "99999", "架空町", "", _square(0, 0, 1000, 1000))]
    rows += [
        ("community_area", "w", COUNCILS["w"], "w", _square(0, 0, 500, 1000)),
        ("community_area", "e", COUNCILS["e"], "e", _square(500, 0, 1000, 1000)),
    ]
    for area_id, (name, council, column, row, *_) in UNITS.items():
        west, south = 500 * column, 500 * row
        shape = _square(west, south, west + 500, south + 500)
        rows.append(("neighbourhood", area_id, name, council, shape))
    frame = pd.DataFrame(rows, columns=["layer", "area_id", "area_name", "council_id", "geometry"])
    frame["version"] = "2025"
    frame["approximate"] = frame["layer"] == "neighbourhood"
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=EPSG)


def ground() -> gpd.GeoDataFrame:
    """Return the ground: a river through the town from south to north, a railway, a park, two signs."""
    rows = [
        ("river", "架空川", "", LineString([at(700, -900), at(700, 1900)])),
        ("railway", "", "", LineString([at(-900, 430), at(1900, 430)])),
        ("park", "中央公園", "", _square(50, 600, 450, 900)),
        ("school", "", "", _square(520, 520, 640, 640)),
        ("station", "架空駅", "", at(300, 430)),
        ("road", "架空街道", "6", LineString([at(-900, 200), at(1900, 200)])),
    ]
    frame = pd.DataFrame(rows, columns=["kind", "name", "ref", "geometry"])
    frame = frame.assign(level="ground", source_id="everything")
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=EPSG)


def milestones() -> pd.DataFrame:
    """Return how far the districts are with a base: the western one has it, the eastern one prepares."""
    rows = [("w", "established", "2020-04"), ("e", "preparing", "2024-10")]
    frame = pd.DataFrame(rows, columns=["area_id", "stage", "since"])
    told = frame.assign(
        layer="community_area",
        area_name=frame["area_id"].map(COUNCILS),
        kind="base",
        planned=False,
        approximate=False,
        source_id="everything",
        **dict.fromkeys(("doc", "note"), ""),
        **dict.fromkeys(("number", "of_n", "share_pct", "page", "line"), NAN),
    )
    types = OF_AREAS["milestones"]
    return told[list(types)].astype(types)


def coverage() -> pd.DataFrame:
    """Return the coverage: at 300 m a quarter as many are reached, monthly places reach 50 more."""
    rows = []
    for area, age_group, residents, share in _counted():
        for frequency in ("monthly", "weekly", "permanent"):
            for profile in PROFILES:
                for limit_m, limit_min in LIMITS:
                    part = share * _part_reached(profile, limit_m)
                    rows.append(
                        {
                            **area,
                            "frequency": frequency,
                            "age_group": age_group,
                            "walk_limit_m": limit_m,
                            "walk_limit_min": limit_min,
                            "profile": profile,
                            "residents": residents,
                            "reached": _reached(residents, part, frequency),
                        }
                    )
    frame = _with_pct(pd.DataFrame(rows))
    return frame.assign(
        reached_own_area=frame["reached"],
        coverage_low_pct=frame["coverage_pct"],
        coverage_high_pct=frame["coverage_pct"],
        places_n=1,
        places_unknown_n=0,
        reached_with_unknown=frame["reached"],
        coverage_with_unknown_pct=frame["coverage_pct"],
        coverage_with_unknown_low_pct=frame["coverage_pct"],
        coverage_with_unknown_high_pct=frame["coverage_pct"],
        circle_reached=frame["reached"],
        circle_coverage_pct=frame["coverage_pct"],
        circle_coverage_low_pct=frame["coverage_pct"],
        circle_coverage_high_pct=frame["coverage_pct"],
        walk_min_mean=6.0,
        walk_min_median=5.0,
        walk_min_p90=12.0,
    )


def slots() -> pd.DataFrame:
    """Return the slots: the weekly place meets on Monday mornings, the monthly one on Friday too."""
    rows = []
    for area, age_group, residents, share in _counted():
        for frequency in ("weekly", "monthly"):
            for limit_m, limit_min in LIMITS:
                for weekday in range(7):
                    for half_day in ("am", "pm"):
                        meets = half_day == "am" and weekday in (
                            (0,) if frequency == "weekly" else (0, 4)
                        )
                        part = share * _part_reached("standard", limit_m)
                        rows.append(
                            {
                                **area,
                                "frequency": frequency,
                                "weekday": weekday,
                                "half_day": half_day,
                                "age_group": age_group,
                                "walk_limit_m": limit_m,
                                "walk_limit_min": limit_min,
                                "residents": residents,
                                "reached": residents * part * meets,
                                "places_n": int(meets),
                            }
                        )
    return _with_pct(pd.DataFrame(rows)).assign(reached_with_unknown=lambda one: one["reached"])


def combined() -> pd.DataFrame:
    """Return who is weekly-reached by several halls only: a tenth of everybody, at any limit."""
    rows = [
        {
            **area,
            "age_group": age_group,
            "walk_limit_m": limit_m,
            "walk_limit_min": limit_min,
            "residents": residents,
            "reached": residents * share * _part_reached("standard", limit_m),
            "reached_combined": residents / 10,
        }
        for area, age_group, residents, share in _counted()
        for limit_m, limit_min in LIMITS
    ]
    frame = _with_pct(pd.DataFrame(rows))
    pct = 100.0 * frame["reached_combined"] / frame["residents"].where(frame["residents"] > 0)
    return frame.assign(combined_pct=pct)


def gaps() -> pd.DataFrame:
    classes = {"a": "weekly_or_more", "b": "monthly_only", "c": "none", "d": "needs_transport"}
    walks_m = {"a": 180.0, "b": 520.0, "c": 890.0, "d": 1400.0}
    steps_n = {"a": 0.0, "b": 0.0, "c": 40.0, "d": 0.0}
    by_number = {"a": None, "b": 2, "c": 1, "d": 3}
    by_rate = {"a": None, "b": 3, "c": 1, "d": 2}
    climbs_m = {"a": 0.0, "b": 4.9, "c": 12.0, "d": 30.0}
    rows = []
    for area_id, (name, council, _, _, residents, reached) in UNITS.items():
        rows.append(
            {
                "layer": "neighbourhood",
                "area_id": area_id,
                "area_name": name,
                "version": "2025",
                "council_id": council,
                "gap": classes[area_id],
                "age_group": "65+",
                "walk_limit_m": 500.0,
                "walk_limit_min": NAN,
                "residents": residents["65+"],
                "residents_75": residents["75+"],
                "unreached": residents["65+"] - reached,
                "undecided": 0.0,
                "coverage_pct": 100.0 * reached / residents["65+"],
                "rank_by_number": by_number[area_id],
                "rank_by_rate": by_rate[area_id],
                "nearest_place_id": "p1",
                "nearest_place_name": "中央ふれあいの家",
                "nearest_place_walk_m": walks_m[area_id],
                "nearest_place_walk_min": walks_m[area_id] / 60.0,
                "nearest_place_climb_m": climbs_m[area_id],
                "nearest_place_steps": steps_n[area_id],
                "nearest_place_straight_m": walks_m[area_id] / 1.5,
                "nearest_place_council_id": "w",
                "nearest_place_council_name": "西地区",
                "needs_transport_below": 20.0,
                "reason": "needs_transport" if area_id == "d" else "nearest_weekly",
                "off_streets": 0.0,
                "divided": [],
                "places_n": 1 if area_id in "ab" else 0,
                "places_unknown_n": 0,
                "approximate": True,
            }
        )
    frame = pd.DataFrame(rows).astype({"rank_by_number": "Int64", "rank_by_rate": "Int64"})
    return frame.sort_values("unreached", ascending=False, ignore_index=True)


def candidates() -> gpd.GeoDataFrame:
    rows = [
        {
            "candidate_id": "upgrade-p2",
            "action": "upgrade",
            "venue_id": "v2",
            "place_id": "p2",
            "venue_name": "北集会所",
            "kind": "集会所",
            "address": "北1-1",
            "newly_reached": 180.0,
            "frequency": "weekly",
            "newly_reached_alone": 180.0,
            "coverage_after_pct": 76.8,
            "overlap_pct": 40.0,
            "cost_max_yen": 120_000,
            "council_id": "w",
            "units_gained": ["北町会"],
            "geometry": at(250, 750),
        },
        {
            "candidate_id": "open-v9",
            "action": "open",
            "venue_id": "v9",
            "place_id": "",
            "venue_name": "南小学校",
            "kind": "学校",
            "address": "南2-2",
            "newly_reached": 150.0,
            "frequency": "weekly",
            "newly_reached_alone": 150.0,
            "coverage_after_pct": 93.2,
            "overlap_pct": 0.0,
            "cost_max_yen": 240_000,
            "council_id": "e",
            "units_gained": ["南町会"],
            "geometry": at(750, 250),
        },
    ]
    frame = pd.DataFrame(rows).assign(
        rank=range(1, len(rows) + 1),
        plan_id="greedy",
        days_unknown=False,
        private_home=False,
        status="proposed",
        schedule_text=["毎月第2金曜日", ""],
        schedule_assumed=False,
        age_group="65+",
        walk_limit_m=500.0,
        walk_limit_min=NAN,
    )
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=EPSG)


def places() -> gpd.GeoDataFrame:
    """
    Return a weekly place, a monthly one, a monthly one in a private home, one nobody located.

    The home is 123 m east and 377 m north of the corner: the centre of its cell is 2 and 48 m off.
    """
    rows = [
        ("p1", "中央ふれあいの家", "weekly", 4.3, "毎週月曜日10:00〜11:30", "w", at(250, 250)),
        ("p2", "北サロン", "monthly", 1.0, "毎月第2金曜日", "w", at(250, 750)),
        ("p3", "お茶のみ会", "monthly", 1.0, "毎月第1水曜日", "w", at(125, 425)),
        ("p4", "@ホーム", "", 0.0, "未定", "", None),
    ]
    columns = ["place_id", "name", "frequency", "sessions_per_month", "schedule_text"]
    frame = pd.DataFrame(rows, columns=[*columns, "council_id", "geometry"])
    private = frame["place_id"] == "p3"
    frame = frame.assign(
        venue_id=frame["place_id"].str.replace("p", "v"),
        venue_name=frame["name"],
        address="架空町1-2-3",
        kind=["サロン", "サロン", "個人宅", "サロン"],
        venue_frequency=frame["frequency"],
        days_unknown=frame["schedule_text"] == "未定",
        status="active",
        verified_on="2025-04-01",
        opened_on="2019-05-01",
        private_home=private,
        located_by=["coordinates", "coordinates", "coordinates", ""],
        schedule_assumed=False,
        stand_in=False,
        unsnapped="",
        residents_reached=[520.0, 300.0, 90.0, 0.0],
        counts=True,
        falls_short=[[] for _ in rows],
        slots_unknown=["", "no_hours", "no_hours", "no_schedule"],
    )
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=EPSG)


def streets() -> gpd.GeoDataFrame:
    """Return a grid of streets 100 m apart, reached in the south-west, monthly in the north-west."""
    lines: dict[tuple[str, str], list[LineString]] = {}
    for step in range(11):
        for part in range(10):
            for ends in (
                ((100 * step, 100 * part), (100 * step, 100 * part + 100)),
                ((100 * part, 100 * step), (100 * part + 100, 100 * step)),
            ):
                x_m = (ends[0][0] + ends[1][0]) / 2
                y_m = (ends[0][1] + ends[1][1]) / 2
                reach = "none" if x_m > 500 else "weekly" if y_m <= 600 else "monthly"
                kind = "major" if step == 5 else "minor"
                line = LineString([at(*end) for end in ends])
                lines.setdefault((reach, kind), []).append(line)
    rows = [
        {"reach": reach, "class": kind, "geometry": MultiLineString(found)}
        for (reach, kind), found in sorted(lines.items())
    ]
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=EPSG)


def reach() -> gpd.GeoDataFrame:
    """Return a square of 500 m around the weekly place, of that place and of all weekly ones."""
    rows = [("p1", "weekly"), ("p3", "monthly"), ("", "weekly"), ("", "permanent")]
    frame = pd.DataFrame(rows, columns=["place_id", "frequency"]).assign(
        walk_limit_m=500.0,
        walk_limit_min=NAN,
        profile="standard",
        geometry=[
            _square(0, 0, 500, 500),
            _square(0, 150, 300, 450),
            _square(0, 0, 500, 500),
            box(0, 0, 0, 0).buffer(-1),
        ],
    )
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=EPSG)


def edits() -> gpd.GeoDataFrame:
    """Return one path that a planner drew."""
    row = {"edit_id": "p", "kind": "path", "name": "境内の道", "valid_from": "2025-04-01"}
    line = LineString([at(620, 620), at(680, 680)])
    return gpd.GeoDataFrame([row | {"valid_to": ""}], geometry=[line], crs=EPSG)


def run_record(small_number: int = 10) -> dict[str, object]:
    return {
        "format": RESULT_FORMAT,
        "name": "0001",
        "made_at": "2025-04-01T00:00:00+00:00",
        "arukeba": "0.1.0",
        "parameters": {
            "walk_limit_m": 500.0,
            "walk_limit_min": None,
            "walk_limits_m": [300.0, 500.0],
            "walk_limits_min": [10.0],
            "age_group": "65+",
            "profile": _walking("standard"),
            "profiles": [_walking(profile) for profile in PROFILES],
            "origins": {"walk_limit_m": "架空の仮定", "profile": "J-CHS 2020"},
            "privacy": Privacy(small_number=small_number).model_dump(),
        },
        "parameters_sha256": "ab" * 32,
        "workspace_sha256": "cd" * 32,
        "assumptions": [],
        "doubts": [],
        "summary": {
            "municipality": {
                "name": "架空町",
                "name_en": "Kaku Town",
                "jis_code": "99999",
                "fictional": True,
            },
            "age_group": "65+",
            "walk_limit_m": 500.0,
            "walk_limit_min": None,
            "frequency": "weekly",
            "residents": 912.0,
            "reached": 520.0,
            "unreached": 392.0,
            "places_cut_off_n": 0,
            "coverage_pct": 100.0 * 520.0 / 912.0,
            "reached_with_unknown": 520.0,
            "coverage_with_unknown_pct": 100.0 * 520.0 / 912.0,
            "undecided": 0.0,
            "places_unknown_n": 0,
            "places_unknown_unlocated_n": 1,
            "circle_reached": 600.0,
            "circle_coverage_pct": 100.0 * 600.0 / 912.0,
            "unmatched_residents": 0.0,
            "places": {"monthly": 2, "weekly": 1, "permanent": 0, "rare": 0, "unknown": 1},
            "gaps": {
                "weekly_or_more": 1,
                "monthly_only": 1,
                "none": 1,
                "needs_transport": 1,
                "unknown": 0,
            },
            "gap_layer": "neighbourhood",
            "council_layer": "community_area",
            "targets": [],
            "subsidies": {},
            "stand_in": [],
            "sensitivity": _sensitivity("standard"),
            "walkers": [
                {
                    "profile": profile,
                    "label": label,
                    "label_en": label_en,
                    "sensitivity": _sensitivity(profile),
                }
                for profile, (label, label_en, _) in PROFILES.items()
            ],
        },
    }


def _walking(profile: str) -> dict[str, object]:
    label, label_en, speed_m_per_min = PROFILES[profile]
    return {
        "id": profile,
        "label": label,
        "label_en": label_en,
        "speed_m_per_min": speed_m_per_min,
        "origin": "J-CHS 2020",
    }


def _sensitivity(profile: str) -> list[dict[str, object]]:
    return [
        {
            "walk_limit_m": None if math.isnan(limit_m) else limit_m,
            "walk_limit_min": None if math.isnan(limit_min) else limit_min,
            "reached": 520.0 * _part_reached(profile, limit_m),
            "coverage_pct": 100.0 * 520.0 / 912.0 * _part_reached(profile, limit_m),
            "circle_coverage_pct": 70.0,
        }
        for limit_m, limit_min in LIMITS
    ]


def _members() -> dict[str, dict[str, tuple[str, tuple[str, ...]]]]:
    """Return per layer its areas: area_id → name and the neighbourhoods in it."""
    return {
        "city": {"99999": ("架空町", tuple(UNITS))},
        "community_area": {
            council: (name, tuple(unit for unit, row in UNITS.items() if row[1] == council))
            for council, name in COUNCILS.items()
        },
        "neighbourhood": {unit: (row[0], (unit,)) for unit, row in UNITS.items()},
    }


def _counted() -> Iterator[tuple[dict[str, object], str, float, float]]:
    """Yield each area with a remainder per layer, age group, residents, share of 65+ reached."""
    for layer, members in _members().items():
        for area_id, (name, units) in {**members, "_remainder": ("区域外・不明", ())}.items():
            area = {"layer": layer, "area_id": area_id, "area_name": name}
            older = sum(UNITS[unit][4]["65+"] for unit in units)
            reached = sum(UNITS[unit][5] for unit in units)
            for age_group in ("total", "65+", "75+"):
                residents = sum(UNITS[unit][4][age_group] for unit in units)
                yield area, age_group, residents, reached / older if older else 0.0


def _with_pct(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(
        version="2025",
        coverage_pct=100.0 * frame["reached"] / frame["residents"].where(frame["residents"] > 0),
        approximate=frame["layer"] == "neighbourhood",
        draft=False,
        remainder=frame["area_id"] == "_remainder",
        residents_estimated=False,
    )


def _part_reached(profile: str, limit_m: float) -> float:
    """Return how much of what 500 m reach is reached: a limit that is no metres is ten minutes."""
    if limit_m == 300.0:
        return 0.25
    return 1.0 if limit_m == 500.0 or profile == "standard" else 0.5


def _reached(residents: float, share: float, frequency: str) -> float:
    if frequency == "permanent":
        return 0.0
    part = residents * share
    return part if frequency == "weekly" else min(residents, part + 50.0)


def _manifest() -> dict[str, object]:
    layers = [("city", "町全体", 1), ("community_area", "地区", 2), ("neighbourhood", "町会", 4)]
    return {
        "format": FORMAT,
        "arukeba": "0.1.0",
        "municipality": {
            "jis_code": "99999",
            "name": "架空町",
            "name_en": "Kaku Town",
            "prefecture": "架空県",
            "plane_epsg": EPSG,
            "fictional": True,
        },
        "profile_sha256": "ef" * 32,
        "layers": [
            {
                "id": layer,
                "kind": "municipality" if layer == "city" else layer,
                "label": label,
                "label_en": layer,
                "tier": 0,
                "version": "2025",
                "approximate": layer == "neighbourhood",
                "n": count,
            }
            for layer, label, count in layers
        ],
        "counts": {"places": 4},
        "unmatched_residents": {"total": 0.0, "65+": 0.0, "75+": 0.0},
        "stand_in": [],
        "rounding": {"base": 5, "whole": 5, "councils": 5},
    }


def _sources() -> list[dict[str, object]]:
    return [
        {
            "id": "everything",
            "title": "手で書いた町",
            "credit": "架空町",
            "licence": "CC0-1.0",
            "as_of": "2025-04-01",
            "url": "",
            "note": "",
            "file": "everything.csv",
            "sha256": "01" * 32,
            "bytes": 1,
        }
    ]


def _square(west: float, south: float, east: float, north: float) -> object:
    return box(EAST_M + west, NORTH_M + south, EAST_M + east, NORTH_M + north)


def _json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, allow_nan=False), encoding="utf-8")
