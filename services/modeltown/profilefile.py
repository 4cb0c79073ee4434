"""The town's municipality profile."""

import json
from collections.abc import Sequence

from services.modeltown.names import CITY, CITY_EN, JIS_CODE, PREFECTURE
from services.modeltown.plan import PLANE_EPSG, Plan
from services.modeltown.wishes import Wish

ORIGIN = "見本（架空の都市の設定。柏市の目標の形にならう）"
AS_OF = "2025-10-01"
CREDIT = "arukeba 見本市（架空の都市）"
LICENCE = "MIT（計算で作った架空のデータ）"

_SOURCES = (
    ("streets", "streets.osm.pbf", "osm", "見本市の道路（架空、OSM形式）"),
    ("city", "N03.geojson", "vector", "見本市の行政区域（架空、国土数値情報N03の形）"),
    ("small_areas", "small_areas.geojson", "vector", "見本市の小地域（架空、e-Statの形）"),
    ("neighbourhoods", "neighbourhoods.geojson", "vector", "見本市の町会の区域（架空）"),
    (
        "schools",
        "A27_elementary.geojson",
        "vector",
        "見本市の小学校区（架空、国土数値情報A27の形）",
    ),
    ("community_areas", "community_areas.geojson", "vector", "見本市のコミュニティエリア（架空）"),
    ("daily_life_areas", "daily_life_areas.geojson", "vector", "見本市の日常生活圏域（架空）"),
    ("population", "population.csv", "csv", "見本市の町丁字別・年齢別人口（架空）"),
    ("buildings", "buildings.parquet", "parquet", "見本市の建物（架空、PLATEAUの用途コード）"),
    ("elevation", "elevation.tif", "raster", "見本市の標高（架空）"),
    ("venues", "venues.csv", "csv", "見本市の会場候補（架空）"),
    ("places", "places.csv", "csv", "見本市の通いの場一覧（架空）"),
    ("bus_stops", "P11.geojson", "vector", "見本市のバス停（架空、国土数値情報P11の形）"),
    ("floods", "A31.geojson", "vector", "見本市の洪水浸水想定区域（架空、国土数値情報A31の形）"),
    ("slopes", "A33.geojson", "vector", "見本市の土砂災害警戒区域（架空、国土数値情報A33の形）"),
)
PRODUCTS = {"bus_stops": "P11", "floods": "A31", "slopes": "A33"}
_LAYERS = (
    ("municipality", "municipality", "見本市", "Mihon City", 1, "city", "N03_004", "N03_007"),
    (
        "daily_life_area",
        "daily_life_area",
        "日常生活圏域",
        "Daily-life areas",
        0,
        "daily_life_areas",
        "name",
        "code",
    ),
    (
        "community_area",
        "community_area",
        "コミュニティエリア",
        "Community areas",
        2,
        "community_areas",
        "name",
        "code",
    ),
    (
        "elementary_district",
        "elementary_district",
        "小学校区",
        "Elementary districts",
        0,
        "schools",
        "A27_004",
        "A27_003",
    ),
    ("small_area", "small_area", "町丁・字", "Small areas", 0, "small_areas", "S_NAME", "KEY_CODE"),
    (
        "neighbourhood",
        "neighbourhood",
        "町会",
        "Neighbourhood associations",
        3,
        "neighbourhoods",
        "name",
        "code",
    ),
)


def profile_text(plan: Plan, wishes: Sequence[Wish] = ()) -> str:
    """Return the profile as TOML."""
    parts = [
        "# 見本市（みほんし）：架空の都市。計算で作ったもので、実在の地域・人・団体とは関係ありません。",
        "profile_version = 1",
        "",
    ]
    parts += [
        _municipality(),
        *map(_source, _SOURCES),
        '[streets]\nsource = "streets"\nmargin_m = 1500.0\n',
    ]
    parts += [_layer(layer) for layer in _LAYERS]
    parts += [_TABLES, _targets(plan), _RULES, *map(_wish, wishes)]
    return "\n".join(parts)


def _municipality() -> str:
    return f"""[municipality]
jis_code = "{JIS_CODE}"
name = "{CITY}"
name_en = "{CITY_EN}"
prefecture = "{PREFECTURE}"
plane_epsg = {PLANE_EPSG}
fictional = true
"""


def _source(source: tuple[str, str, str, str]) -> str:
    name, path, form, title = source
    how = 'encoding = "cp932"\n' if name in {"population", "places"} else ""
    if name in PRODUCTS:
        how = f'product = "{PRODUCTS[name]}"\n'
    return f"""[[sources]]
id = "{name}"
path = "{path}"
format = "{form}"
title = "{title}"
credit = "{CREDIT}"
licence = "{LICENCE}"
as_of = "{AS_OF}"
note = "架空の都市"
{how}"""


def _layer(layer: tuple[str, str, str, str, int, str, str, str]) -> str:
    name, kind, label, label_en, tier, source, name_field, id_field = layer
    return f"""[[layers]]
id = "{name}"
kind = "{kind}"
label = "{label}"
label_en = "{label_en}"
tier = {tier}
source = "{source}"
name_field = "{name_field}"
id_field = "{id_field}"
version = "{AS_OF}"
"""


_TABLES = """[population]
source = "population"
layer = "small_area"
name_field = "町丁字名"

[population.age_groups]
total = "総人口"
"0-14" = "0-14歳"
"15-64" = "15-64歳"
"65+" = "65歳以上"
"75+" = "75歳以上"

[buildings]
source = "buildings"
footprint_field = "footprint_m2"
height_field = "height_m"
usage_field = "usage"
residential_usages = ["411", "412", "413", "414", "415"]

[elevation]
source = "elevation"

[[venues]]
source = "venues"
name_field = "施設名"
kind_field = "種別"
address_field = "所在地"
lon_field = "経度"
lat_field = "緯度"
floor_area_field = "面積"
capacity_field = "定員"
availability_field = "空き時間"
barrier_free_field = "バリアフリー"
rent_field = "家賃"
owner_field = "所有者"
consent_field = "同意"

[stops]
source = "bus_stops"

[[hazards]]
source = "floods"
name = "洪水浸水想定区域"

[[hazards]]
source = "slopes"
name = "土砂災害のおそれ"

[[places]]
source = "places"
name_field = "名称"
schedule_field = "開催日"
venue_field = "会場"
group_field = "団体名"
kind_field = "種別"
address_field = "所在地"
lon_field = "経度"
lat_field = "緯度"
status_field = "状況"
opened_field = "開始年月"
verified_field = "確認日"
"""


def _wish(wish: Wish) -> str:
    return f"""[[planning.council_lists]]
council = "{wish.council}"
must = {json.dumps(wish.must, ensure_ascii=False)}
must_not = {json.dumps(wish.must_not, ensure_ascii=False)}
why = "{wish.why}"
"""


def _targets(plan: Plan) -> str:
    rows = (
        (
            "monthly",
            "neighbourhood",
            plan.neighbourhoods,
            "町会ごとに月1型を1か所",
            "One monthly place per neighbourhood association",
        ),
        (
            "weekly",
            "elementary_district",
            plan.schools,
            "小学校区ごとに週1型を1か所",
            "One weekly place per elementary district",
        ),
        (
            "permanent",
            "daily_life_area",
            plan.daily_life_areas,
            "日常生活圏域ごとに常設型を1か所",
            "One permanent place per daily-life area",
        ),
    )
    return "\n".join(
        f"""[[targets]]
frequency = "{frequency}"
layer = "{layer}"
number = {number}
label = "{label}"
label_en = "{label_en}"
origin = "{ORIGIN}"
"""
        for frequency, layer, number, label, label_en in rows
    )


_RULES = """[subsidies]
monthly_max_yen = 30000
weekly_max_yen = 100000
permanent_max_yen = 840000
opening_max_yen = 1000000
origin = "見本"

[analysis]
gap_layer = "neighbourhood"
council_layer = "community_area"
"""
