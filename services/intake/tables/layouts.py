"""Layouts that are published for every municipality, recognised by their headers."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.intake.tables.columns import plain


@dataclass(frozen=True)
class Layout:
    """A published layout: the columns that tell it, and what they mean here."""

    id: str
    signature: frozenset[str]
    columns: dict[str, str]
    """Meaning → column; a column that a file leaves out is not asked for."""


def _layout(layout_id: str, signature: str, **columns: str) -> Layout:
    return Layout(layout_id, frozenset(plain(name) for name in signature.split()), columns)


# Item names: 推奨データセット after NEC-FIWARE/smart-data-models (cio/02, cio/11, cio/12 datamodels.md);
# 自治体標準オープンデータセット common items after opendata.pref.tokushima.lg.jp/dataset/4991 and the list of
# www.digital.go.jp/resources/open_data/municipal-standard-data-set-test; 地域・年齢別人口 as Akishima and
# Meguro publish it (catalog.data.metro.tokyo.lg.jp/dataset/t132071d0000000006, data.bodik.jp 131105).
_STANDARD = {
    "name": "名称",
    "address": "所在地_連結表記",
    "lat": "緯度",
    "lon": "経度",
    "phone": "電話番号",
}
_OLDER = {"address": "住所", "lat": "緯度", "lon": "経度", "phone": "電話番号"}
_HOURS = {"schedule": "利用可能曜日", "start": "開始時間", "end": "終了時間"}
LAYOUTS = (
    _layout(
        "care_services",
        "全国地方公共団体コード 地方公共団体名 所在地_連結表記 事業所番号",
        **_STANDARD,
        kind="実施サービス",
        group="法人の名称",
        schedule="利用可能曜日",
        capacity="定員",
    ),
    _layout(
        "care_services_2017",
        "介護サービス事業所名称 実施サービス 住所",
        **_OLDER,
        name="介護サービス事業所名称",
        kind="実施サービス",
        group="法人の名称",
        schedule="利用可能曜日",
        capacity="定員",
    ),
    _layout(
        "population",
        "地域名 総人口 0-4歳の男性 65-69歳の女性",
        area_name="地域名",
        area_id="地域コード",
        total="総人口",
        year="調査年月日",
        households="世帯数",
    ),
    _layout(
        "public_facilities",
        "全国地方公共団体コード 地方公共団体名 名称 所在地_連結表記 利用可能曜日",
        **_STANDARD,
        **_HOURS,
        kind="POIコード",
    ),
    _layout(
        "public_facilities_2017",
        "都道府県コード又は市区町村コード 名称 住所 利用可能曜日",
        **_OLDER,
        **_HOURS,
        name="名称",
        group="団体名",
    ),
    _layout(
        "facilities",
        "全国地方公共団体コード 地方公共団体名 名称 所在地_連結表記",
        **_STANDARD,
    ),
    _layout(
        "facilities_2017",
        "都道府県コード又は市区町村コード 名称 住所",
        **_OLDER,
        name="名称",
    ),
    _layout(
        "schema_org",
        "#property latitude longitude name address",
        name="name",
        address="address",
        lat="latitude",
        lon="longitude",
        phone="telephoneNumber",
        kind="service",
        schedule="availableDate",
        start="startTime",
        end="endTime",
        capacity="capacity",
    ),
)
"""From the most particular; the first whose signature a file has is the one."""


def recognise(columns: Iterable[str]) -> Layout | None:
    """Return the layout of a table, None where it has none of its own."""
    there = {plain(column): column for column in columns}
    for layout in LAYOUTS:
        if layout.signature <= set(there):
            known = {
                meaning: there[plain(name)]
                for meaning, name in layout.columns.items()
                if plain(name) in there
            }
            return Layout(layout.id, layout.signature, known)
    return None
