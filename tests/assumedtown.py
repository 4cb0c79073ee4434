"""
The street of tests/datedtown.py twice: with every kind of assumption, and with none.

Assumed: both places stand in for others and meet by the profile's text, a third one's list leaves its weeks open and
its position is rough; 65+ are a share of all, spread by meshes and not over buildings; borders stand in
for others; limit, walker, seats, who takes part and the classes are as they come. Told: all of it is chosen.
"""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd

from services.registry.places import FROM_PROFILE, write_registry
from services.workspace.folder import Workspace, open_workspace, registry_file
from tests.datedtown import PROFILE, dated_workspace, places
from tests.services.plans.test_plans import HALLS, SUBSIDIES, halls

ROWS = (
    ("A", 100.0, "毎週月曜日10:00〜11:30", "active", "2010-04-01", "", "", "vA"),
    ("D", 1390.0, "毎週月曜日10:00〜11:30", "active", "2012-10-01", "", "", "vD"),
    ("F", 1390.0, "最終水曜日", "active", "2012-10-01", "", "", "vF"),
)
STAND_IN, STAND_IN_EN = "架空の会館を場とみなした試算です", "Made-up halls stand in for places"
ORIGIN = "架空の高齢化率"
ASSUMED = f"""
[[places]]
source = "everything"
name_field = "name"
schedule_text = "毎週月曜日10:00〜11:30"
stand_in = "{STAND_IN}"
stand_in_en = "{STAND_IN_EN}"

[[population.estimate_from_rate]]
age_group = "65+"
rate_pct = 30
of = "total"
origin = "{ORIGIN}"

[population.distribution]
source = "everything"
age_groups = {{ "total" = "総数" }}
"""
TOLD = """
[buildings]
source = "everything"
[frequency]
permanent_min_days_per_week = 4
origin = "架空町の要綱"
[provision]
participation_pct = 5
participation_origin = "架空町の計画"
[[walking_profiles]]
id = "standard"
label = "町のふつう"
label_en = "the town's own"
speed_m_per_min = 55
origin = "架空町の調べ"
"""
CHOSEN = """walk_limits_m = [300, 500]
walk_limit_m = 500
walk_limit_origin = "架空町の計画"
needs_transport_below = 15
needs_transport_origin = "架空町の計画"
"""

SHORTS = (
    "場の一覧（2か所は代わりの場所）",
    "開催日（2か所を「毎週月曜日10:00〜11:30」とみなす）",
    "開催日の一部（1か所）",
    "場の位置（1か所）",
    "65歳以上の人数（総人口の30％）",
    "住まいの位置（メッシュから）",
    "住まいの位置（道に沿って均等）",
    "境界（地区）",
    "「歩いては届かない」とする人数20人（既定）",
    "常設は週3日以上（既定）",
    "歩いて500m（既定）",
    "歩く速さ毎分60m（既定）",
)
"""What every line of marks says of the figures, in order."""
OF_SEATS = ("席の数（2か所は1回20人）", "席の数（1か所は広さから）", "参加する人の割合8％（既定）")


def assumed_town(folder: Path) -> Workspace:
    """Write the town in which everything is assumed."""
    profile = PROFILE.replace('"65+" = "65歳以上"\n', "").replace(
        "valid_from = 2017-04-01\n", "valid_from = 2017-04-01\napproximate = true\n"
    )
    target = '[[targets]]\nfrequency = "permanent"\nlayer = "city"\nnumber = 1\n'
    target += 'label = "常設1か所"\nlabel_en = "a permanent place"\norigin = "試験"\n'
    rows = places(*ROWS).assign(
        schedule_origin=[FROM_PROFILE, FROM_PROFILE, ""],
        stand_in=[True, True, False],
        confidence=[1.0, 1.0, 0.3],
        source_id=["everything", "everything", "other"],
        floor_area_m2=[None, None, 40.0],
    )
    return _town(folder, profile + ASSUMED + target, rows)


def told_town(folder: Path) -> Workspace:
    """Write the same town, in which everything is told."""
    profile = PROFILE.replace("walk_limits_m = [300, 500]\n", CHOSEN)
    rows = places(*ROWS[:2]).assign(capacity=[20.0, 20.0])
    return _town(folder, profile + TOLD, rows)


SCHOOL = """
[[layers]]
id = "school"
kind = "elementary_district"
label = "小学校区"
label_en = "School district"
source = "everything"
name_field = "name"
version = "2025"
"""


def _town(folder: Path, profile: str, rows: gpd.GeoDataFrame) -> Workspace:
    """Write a town, with a school district that crosses the others so that there are cross-tables."""
    path = dated_workspace(folder, *ROWS).path
    text = profile.replace("SMALL", "0") + SUBSIDIES + SCHOOL
    (path / "profile.toml").write_text(text, "utf-8")
    manifest = json.loads((path / "workspace.json").read_text("utf-8"))
    manifest["layers"].append({**manifest["layers"][0], "id": "school", "version": "2025"})
    (path / "workspace.json").write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
    layers = path / "layers"
    areas = gpd.read_parquet(layers / "areas.parquet")
    school = areas[areas["layer"] == "city"].assign(layer="school", area_id="s", version="2025")
    pd.concat([areas, school]).to_parquet(layers / "areas.parquet")
    homes = gpd.read_parquet(layers / "demand.parquet").assign(in_school="s")
    homes.to_parquet(layers / "demand.parquet")
    workspace = open_workspace(path)
    write_registry(registry_file(workspace.path), halls(*HALLS), rows)
    return open_workspace(workspace.path)
