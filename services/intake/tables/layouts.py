"""Layouts that are published for every municipality, recognised by their headers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from geo.errors import SourceError
from services.intake.tables.columns import plain

_LISTED = 40
"""Columns that a message lists."""


@dataclass(frozen=True)
class Layout:
    """A published layout: the columns that tell it, and what they mean here."""

    id: str
    signature: frozenset[str]
    columns: dict[str, str]
    """Meaning → column, or several that it was called, parted by 「|」; one that is not there is not asked for."""


def loose(header: str) -> str:
    """Return a header as layouts are compared by: without dashes, brackets and signs of any kind."""
    return re.sub(r"[\W_ー]+", "", plain(header))


def _layout(layout_id: str, signature: str, **columns: str) -> Layout:
    return Layout(layout_id, frozenset(loose(name) for name in signature.split()), columns)


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
# 指定緊急避難場所: the same item lists, and FIWARE's cio/01. 小中学校通学区域情報: the two columns that its users
# read. 通いの場のオープンデータ: www.mhlw.go.jp/stf/kayoinoba_opendata_00002.html, the headers as the file has
# them; their dashes are of several kinds.
_SITES = {
    "name": "名称",
    "address": "所在地_連結表記|住所",
    "lat": "緯度",
    "lon": "経度",
    "phone": "電話番号",
}
_HOURS = {"schedule": "利用可能曜日", "start": "開始時間", "end": "終了時間"}
LAYOUTS = (
    _layout(
        "mhlw_kayoinoba",
        "名称 活動内容 運営日（平日）－開始 運営日（祝日）－終了 定休日",
        name="名称",
        address="所在地（都道府県から番地まで）|所在地",
        lat="緯度",
        lon="経度",
        group="法人名称",
        capacity="定員",
        fee="料金体系",
        target_groups="対象者",
        code="市区町村コード",
    ),
    _layout(
        "digital_evacuation_sites",
        "名称 災害種別_洪水 災害種別_地震 指定避難所との重複",
        **_SITES,
        capacity="想定収容人数",
    ),
    _layout(
        "digital_school_districts",
        "学校名称 通学区域の住所",
        name="学校名称",
        area_name="通学区域の住所",
    ),
    _layout(
        "digital_care_services",
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
        "digital_public_facilities",
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


EDITIONS = {
    "mhlw_kayoinoba": ("mhlw_kayoinoba",),
    "digital_public_facilities": (
        *("digital_public_facilities", "facilities"),
        *("public_facilities_2017", "facilities_2017"),
    ),
    "digital_care_services": ("digital_care_services", "care_services_2017"),
    "digital_evacuation_sites": ("digital_evacuation_sites",),
    "digital_school_districts": ("digital_school_districts",),
}
"""Layouts that a profile can name → their editions, the newest first."""


def recognise(columns: Iterable[str]) -> Layout | None:
    """Return the layout of a table, None where it has none of its own."""
    there = _there(columns)
    return next((_found(one, there) for one in LAYOUTS if one.signature <= set(there)), None)


def require_layout(name: str, columns: Iterable[str], *, path: Path) -> Layout:
    """Return the edition of a layout that a table has; one that has other columns is refused."""
    there = _there(columns)
    editions = [one for known in EDITIONS[name] for one in LAYOUTS if one.id == known]
    for layout in editions:
        if layout.signature <= set(there):
            return _found(layout, there)
    missing = [column for column in sorted(editions[0].signature) if column not in there]
    raise SourceError(
        "it is not of the layout {name}, which has columns {missing}; take the layout out of the "
        "profile and name the columns, which are {listing}",
        path=path,
        name=name,
        missing=missing,
        listing=list(there.values())[:_LISTED],
    )


def _there(columns: Iterable[str]) -> dict[str, str]:
    there: dict[str, str] = {}
    for column in columns:
        there.setdefault(loose(column), column)
    return there


def _found(layout: Layout, there: dict[str, str]) -> Layout:
    """Return a layout with the columns as this table calls them."""
    known = {
        meaning: next((there[loose(n)] for n in names.split("|") if loose(n) in there), "")
        for meaning, names in layout.columns.items()
    }
    return Layout(
        layout.id,
        layout.signature,
        {meaning: column for meaning, column in known.items() if column},
    )
