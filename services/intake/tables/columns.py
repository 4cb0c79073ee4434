"""Columns by meaning: which column of a list is the name, the schedule, the latitude, …"""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from geo.errors import InvalidInputError
from services.words.texts import LANGS, text
from services.workspace.staging import staged_file

# Names of デジタル庁's 自治体標準オープンデータセット and of the older 推奨データセット are among the synonyms,
# checked against the item lists that others implement: NEC-FIWARE/smart-data-models cio/02, cio/11 and cio/12
# (推奨データセット), opendata.pref.tokushima.lg.jp/dataset/4991 (自治体標準, common items) and the list of
# www.digital.go.jp/resources/open_data/municipal-standard-data-set-test.
MEANINGS: dict[str, tuple[str, ...]] = {
    "name": (
        *("名称", "場の名称", "サロン名", "サロン名称", "通いの場", "通いの場名", "通いの場の名称"),
        *("居場所名", "施設名", "施設名称", "事業名", "活動名", "教室名", "場所名", "名前", "name"),
        *("介護サービス事業所名称", "事業所名", "事業所名称", "医療機関名", "施設・場所名", "名"),
        *("title", "facility", "facilityname", "placename"),
        *("バス停名", "バス停名称", "バス停留所名", "停留所名", "停留所", "バス停"),
    ),
    "kind": (
        *("種別", "種類", "区分", "分類", "カテゴリ", "カテゴリー", "施設種別", "施設区分"),
        *("活動種別", "kind", "type", "category", "service", "実施サービス", "介護サービスの種類"),
        *("施設分類", "事業種別", "poiコード"),
    ),
    "venue": (
        *("会場", "会場名", "会場名称", "開催場所", "開催会場", "活動場所", "実施場所", "実施会場"),
        *("場所", "venue", "place", "location"),
    ),
    "group": (
        *(
            "団体",
            "団体名",
            "団体名称",
            "グループ",
            "グループ名",
            "実施団体",
            "実施団体名",
            "運営団体",
        ),
        *("運営主体", "主催", "主催者", "主催団体", "実施主体", "活動団体", "法人の名称", "法人名"),
        *("group", "organization", "organisation", "organizer"),
    ),
    "address": (
        *(
            "住所",
            "所在地",
            "所在地_連結表記",
            "所在地_連結標記",
            "会場住所",
            "開催場所住所",
            "活動場所住所",
        ),
        *("会場所在地", "施設所在地", "事業所所在地", "設置場所", "所在", "address", "addr"),
    ),
    "schedule": (
        *("開催日", "開催日時", "開催曜日", "実施日", "実施日時", "活動日", "活動日時", "活動曜日"),
        *(
            "日時",
            "曜日",
            "曜日・時間",
            "開催頻度",
            "実施頻度",
            "活動頻度",
            "頻度",
            "開催日程",
            "日程",
        ),
        *("利用可能曜日", "利用可能日時", "開館日", "営業日", "schedule", "availabledate"),
    ),
    "status": (*("状態", "状況", "活動状況", "開催状況", "運営状況", "status", "現況"),),
    "opened": (
        *(
            "開設日",
            "開設年月日",
            "開設年月",
            "開始日",
            "開始年月日",
            "開始年月",
            "設立年月日",
            "設立年月",
        ),
        *("活動開始", "活動開始日", "活動開始年月", "立上げ日", "opened", "openedon"),
    ),
    "verified": (
        *(
            "確認日",
            "確認年月日",
            "最終確認日",
            "更新日",
            "最終更新日",
            "データ更新日",
            "現在",
            "時点",
        ),
        *("verified", "verifiedon", "updated", "lastupdated"),
    ),
    "lon": ("経度", "lon", "longitude", "lng", "long", "x座標(経度)", "東経", "経度(10進)"),
    "lat": ("緯度", "lat", "latitude", "y座標(緯度)", "北緯", "緯度(10進)"),
    "position": (
        *("緯度経度", "緯度,経度", "緯度、経度", "緯度・経度", "座標", "位置座標", "位置情報"),
        *("緯度経度情報", "latlng", "latlon", "coordinates", "coordinate"),
    ),
    "plane_x": ("x座標", "平面直角座標x", "平面直角座標_x", "平面直角x", "座標x", "x"),
    "plane_y": ("y座標", "平面直角座標y", "平面直角座標_y", "平面直角y", "座標y", "y"),
    "capacity": (
        *(
            "定員",
            "収容人数",
            "参加人数",
            "参加者数",
            "登録人数",
            "登録者数",
            "平均参加者数",
            "capacity",
        ),
    ),
    "fee": ("参加費", "会費", "料金", "費用", "利用料", "利用料金", "fee", "price"),
    "floor_area": ("面積", "床面積", "延床面積", "会場面積", "広さ", "floorarea", "area"),
    "frequency": ("類型", "型", "頻度区分", "開催区分"),
    "status_since": ("状態の開始日", "休止日", "休止開始日", "休止年月日"),
    "closed": ("閉鎖日", "閉鎖年月日", "廃止日", "終了日", "終了年月日", "解散日"),
    "drop_in": ("出入り自由", "途中参加", "途中参加可"),
    "individual_entry": ("個人参加", "個人参加可", "個人での参加"),
    "open_hours": ("開設時間", "開所時間", "開室時間", "オープン時間"),
    "tatami": ("畳数", "畳"),
    "target_groups": ("対象", "対象者", "対象者層", "参加対象", "参加対象者", "対象年齢"),
    "exercise_minutes": ("体操時間", "運動時間", "体操の時間(分)"),
    "open_to_all": ("誰でも参加", "だれでも参加可", "参加制限なし"),
    "subsidy_end": ("補助終了", "補助終了年月", "補助終了日", "助成終了"),
    "online": ("オンライン", "オンライン開催"),
    "phone": (
        *("電話番号", "電話", "tel", "連絡先電話番号", "代表電話", "代表電話番号", "問い合わせ先"),
        *("問合せ先", "お問い合わせ先", "連絡先", "telephonenumber", "phone", "phonenumber"),
    ),
    "start": ("開始時間", "開始時刻", "開館時間", "利用開始時間", "starttime", "start"),
    "end": ("終了時間", "終了時刻", "閉館時間", "利用終了時間", "endtime", "end"),
    "consent": (
        *("公開可", "公開可否", "公開", "公開の可否", "掲載可否", "掲載可", "同意", "公開同意"),
        *("公開の同意", "掲載同意", "consent", "public"),
    ),
    "area_name": (
        *(
            "町丁字名",
            "町丁名",
            "町丁字",
            "町丁目",
            "町丁目名",
            "町名",
            "大字町丁目名",
            "大字・町丁目",
        ),
        *("地域名", "地区名", "町字名", "地区", "区域名", "大字名", "町大字名", "areaname"),
    ),
    "area_id": ("地域コード", "町丁字コード", "町丁コード", "keycode", "key_code", "areaid"),
    "year": ("年", "年次", "調査年", "年度", "調査年月日", "基準日", "year", "date"),
    "total": ("総人口", "人口総数", "人口", "人口計", "人口(計)", "総数", "population"),
    "households": ("世帯数", "世帯", "世帯総数", "households"),
    "note": ("備考", "特記事項", "説明", "補足", "note", "notes", "remarks", "description"),
    "url": ("url", "ホームページ", "hp", "web", "webサイト", "referenceobject", "homepage"),
    "code": (
        *(
            "全国地方公共団体コード",
            "都道府県コード又は市区町村コード",
            "市区町村コード",
            "id",
            "no",
            "シート",
        ),
        *("番号", "no.", "通し番号", "#property", "法人番号", "事業所番号", "地方公共団体名"),
        *(
            "都道府県名",
            "市区町村名",
            "名称_カナ",
            "名称_英語",
            "名称_通称",
            "カナ",
            "フリガナ",
            "ふりがな",
        ),
        *(
            "方書",
            "建物名等(方書)",
            "介護サービス事業所名称_カナ",
            "所在地_都道府県",
            "所在地_市区町村",
        ),
        *("所在地_町字", "所在地_番地以下", "所在地_全国地方公共団体コード", "町字id", "内線番号"),
    ),
}
"""Meaning → synonyms; every one in the form that ``plain`` gives."""

BY_AREA: dict[str, tuple[str, ...]] = {
    "area": (
        *("地区", "地区名", "地域", "地域名", "圏域", "圏域名", "日常生活圏域", "日常生活圏域名"),
        *(
            "町会",
            "町会名",
            "自治会",
            "自治会名",
            "行政区",
            "行政区名",
            "集落",
            "集落名",
            "小学校区",
        ),
        *(
            "中学校区",
            "校区",
            "校区名",
            "学区",
            "町丁",
            "町丁名",
            "町名",
            "名称",
            "地区社協",
            "区",
            "区名",
        ),
        *("area", "areaname", "district", "name"),
    ),
    "kind": ("種別", "種類", "区分", "項目", "kind"),
    "stage": ("段階", "状況", "進捗", "進捗状況", "設置状況", "状態", "stage"),
    "date": (
        *("年月日", "年月", "日付", "設置日", "設置年月日", "設置年月", "設立日", "設立年月日"),
        *("設立年月", "開始年月", "設置年度", "設立年度", "年度", "時期", "date", "since"),
    ),
    "planned": ("予定", "計画", "planned"),
    "note": ("備考", "メモ", "note"),
    "value": ("値", "割合", "率", "割合(%)", "指標", "value"),
    "numerator": ("分子", "該当数", "該当者数", "numerator"),
    "denominator": ("分母", "denominator"),
    "respondents": ("回答者数", "回答数", "有効回答数", "回収数", "respondents"),
    "month": ("月", "年月", "実施月", "活動月", "対象月", "month"),
    "activity": (
        "活動",
        "活動名",
        "事業",
        "事業名",
        "活動種別",
        "種別",
        "区分",
        "項目",
        "activity",
    ),
    "count": ("数", "件数", "回数", "人数", "実績", "count", "value"),
    "counted": ("単位", "数の種類", "counted"),
}
"""Meaning → synonyms in tables whose rows are about areas; a table has a few of these meanings."""

PLACES = (
    *("name", "kind", "venue", "group", "address", "schedule", "status", "opened", "verified"),
    *("lon", "lat", "position", "plane_x", "plane_y", "capacity", "fee", "floor_area", "phone"),
    *("start", "end", "consent", "frequency", "status_since", "closed", "drop_in"),
    *("individual_entry", "open_hours", "tatami", "target_groups", "exercise_minutes"),
    *("open_to_all", "subsidy_end", "online"),
)
"""Meanings that a list of places or venues can have; the others are recognised and passed over."""


def plain(header: str) -> str:
    """Return a header in one form: NFKC, no spaces, small letters, brackets that only explain gone."""
    form = re.sub(r"\s+", "", unicodedata.normalize("NFKC", header)).casefold()
    return re.sub(r"^[※*■●◆○]+|[※*]+$", "", form)


def _index() -> dict[str, str]:
    return {plain(word): meaning for meaning, words in MEANINGS.items() for word in words}


_MEANING_OF = _index()
_EXPLAINED = re.compile(r"[(\[【].*?[)\]】]$")
_PREFIX = re.compile(r"^.*_")

Datum = Literal["", "world", "tokyo"]
"""What a header says of the datum; '' where it says nothing, and the world's is meant."""
DATUMS: tuple[Datum, ...] = ("world", "", "tokyo")
"""The surest first."""
# 日本測地系2000 and 2011 are JGD2000 and JGD2011, which are the world's; 日本測地系 alone is the old one.
_WORLD = re.compile(
    r"新?世界測地系|新測地系|日本測地系_?20(?:00|11)|jgd_?20(?:00|11)|wgs_?(?:19)?84|grs_?80"
    r"|itrf_?(?:94|2008|2014)?"
)
_TOKYO = re.compile(
    r"旧?日本測地系|旧測地系|旧座標系?|東京測地系|東京データム|tokyo_?(?:datum|97)?|ベッセル|bessel"
)
_UNIT = re.compile(
    r"1/1000秒|ミリ秒|度分秒|(?:60|10|六十|十)進法?度?|milli_?sec(?:ond)?s?|m_?sec|dms|ddd?\.d+"
    r"|\((?:度|°|deg|degrees?)\)"
)
_EDGES = re.compile(r"^[()\[\]【】_\-・:、,/]+|[()\[\]【】_\-・:、,/]+$")
_OF_POSITIONS = ("lon", "lat", "position", "plane_x", "plane_y")


def meaning_of(header: str) -> str:
    """Return the meaning of a header, '' where none is known; 「開催日（毎週）」 is a 開催日."""
    form = plain(header)
    for attempt in _attempts(form):
        if attempt in _MEANING_OF:
            return _MEANING_OF[attempt]
    bare = _EDGES.sub("", _UNIT.sub("", _TOKYO.sub("", _WORLD.sub("", form))))
    found = next((_MEANING_OF[a] for a in _attempts(bare) if a in _MEANING_OF), "")
    return found if found in _OF_POSITIONS else ""


def by_area(columns: Iterable[str], meaning: str) -> str:
    """Return the column with a meaning of ``BY_AREA``: the likeliest name first; '' where none has it."""
    forms = {plain(column): column for column in reversed(list(columns))}
    bare = {_EXPLAINED.sub("", form): column for form, column in forms.items()}
    return next(
        (found[one] for found in (forms, bare) for one in BY_AREA[meaning] if one in found), ""
    )


def _attempts(form: str) -> tuple[str, str, str]:
    return form, _EXPLAINED.sub("", form), _PREFIX.sub("", form)


def datum_of(text: str) -> Datum:
    """Return the datum that a header (or a title, or a cell of 測地系) names."""
    form = plain(text)
    if _WORLD.search(form):
        return "world"
    return "tokyo" if _TOKYO.search(form) else ""


def is_datum_column(header: str) -> bool:
    """Say whether a column tells the datum of each row."""
    return plain(header) in {"測地系", "座標系", "測地系名", "測地基準系", "datum"}


def pairs_of(columns: Iterable[str], one: str, other: str) -> list[tuple[str, str, Datum]]:
    """Return the columns of two meanings that belong together: a pair a datum, the surest first."""
    there: dict[str, list[str]] = {one: [], other: []}
    for column in columns:
        meaning = meaning_of(column)
        if meaning in there:
            there[meaning].append(column)
    pairs: list[tuple[str, str, Datum]] = []
    for datum in DATUMS:
        of_datum = [[c for c in there[meaning] if datum_of(c) == datum] for meaning in (one, other)]
        if all(of_datum):
            pairs.append((_best(one, of_datum[0]), _best(other, of_datum[1]), datum))
    if not pairs and there[one] and there[other]:
        # Only one of the two says its datum: the other is of the same.
        a, b = _best(one, there[one]), _best(other, there[other])
        pairs.append((a, b, datum_of(a) or datum_of(b)))
    return pairs


# What ends in 名 and names no place: persons, areas, offices, ways of writing.
_NAME = re.compile(r".+(?:名称|名前|名)$")
_OF_OTHERS = re.compile(
    r"(?:氏|者|員|師|長|主|人)の?名(?:称|前)?$"
    r"|(?:町|丁|丁目|字|区|地区|区域|地域|圏域|校区|学区|エリア|ブロック|方面|県|府|都道府県|市|村|郡|国|地"
    r"|公共団体|自治会|町会|町内会|区会|社協|支部|会社|企業|法人|組織|部署|部|課|係|局|路線|道路|河川|駅"
    r"|停|建物|部屋|室|階|種別|種類|区分|分類|分野|品|件|題|項目|属性|ファイル|データ|データセット|曜日|別"
    r"|通称|旧|略|英語|カナ|ローマ字|単位|祝日|様式|資格|サービス|ページ|サイト|連絡先|リンク|宛)の?名(?:称|前)?$"
    r"|^(?:法人|運営|主催|事業主体|実施主体|指定管理|担当|所管|管轄|所属|最寄|連絡先|問合せ|問い合わせ|委託|代表"
    r"|責任|管理)"
    r"|カナ|かな|ガナ|がな|よみ|読み|ヨミ|英語|英字|english|kana|ローマ字|略称|通称|別称|旧名"
)
_PLACE = re.compile(
    r"(?:施設|場|所|館|園|会|院|校|センター|サロン|拠点|スポット|サークル|クラブ|教室|カフェ|広場|店|ホール"
    r"|団体|グループ|寺|神社)等?の?(?:名称|名前|名)$"
)


def _like_a_name(columns: Iterable[str]) -> list[str]:
    """Return those of some columns of no meaning that end in 名 and name places, the surest first."""
    forms = {column: plain(column) for column in columns}
    names = [
        column
        for column, form in forms.items()
        if _NAME.fullmatch(_EXPLAINED.sub("", form)) and not _is_of_others(form)
    ]
    return sorted(names, key=lambda c: _PLACE.search(_EXPLAINED.sub("", forms[c])) is None)


def _is_of_others(form: str) -> bool:
    bare = _EXPLAINED.sub("", form)
    return bool(_OF_OTHERS.search(form) or _OF_OTHERS.search(bare))


@dataclass(frozen=True)
class ColumnMap:
    """Meaning → column, as proposed or as confirmed; ``unknown`` are columns of no meaning."""

    file: str
    columns: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    also: dict[str, list[str]] = field(default_factory=dict)
    """Further columns of a meaning that an earlier column already has."""


def propose(
    columns: Iterable[str],
    *,
    file: str,
    meanings: Iterable[str] = PLACES,
    positions: Collection[str] = (),
    named_by: Iterable[str] = ("group", "venue"),
) -> ColumnMap:
    """
    Propose a column for each meaning: the first synonym in the list's order, then file order.

    ``positions`` are columns whose cells are positions, whatever their header says. Where no column
    is the name, one that ends in 名 is, else the first of ``named_by``.
    """
    wanted = set(meanings)
    found: dict[str, list[str]] = {}
    unknown: list[str] = []
    for column in columns:
        meaning = "position" if column in positions else meaning_of(column)
        if not meaning:
            unknown.append(column)
        elif meaning in wanted:
            found.setdefault(meaning, []).append(column)
    if "name" in wanted and "name" not in found:
        _name(found, unknown, named_by)
    best = {meaning: _best(meaning, there) for meaning, there in found.items()}
    also = {
        meaning: [column for column in there if column != best[meaning]]
        for meaning, there in found.items()
        if len(there) > 1
    }
    ordered = {meaning: best[meaning] for meaning in MEANINGS if meaning in best}
    return ColumnMap(file, ordered, unknown, also)


def _name(found: dict[str, list[str]], unknown: list[str], named_by: Iterable[str]) -> None:
    """Take a column as the name from those of no meaning, else of another meaning (in place)."""
    if names := _like_a_name(unknown):
        found["name"] = names[:1]
        unknown.remove(names[0])
        return
    for meaning in named_by:
        if meaning in found:
            found["name"] = found.pop(meaning)
            return


def _best(meaning: str, columns: Iterable[str]) -> str:
    return min(columns, key=lambda column: _rank(meaning, column))


def _rank(meaning: str, column: str) -> tuple[int, int]:
    words = [plain(word) for word in MEANINGS[meaning]]
    form = plain(column)
    order = words.index(form) if form in words else len(words)
    return DATUMS.index(datum_of(column)) if meaning in _OF_POSITIONS else 0, order


def write_map(found: ColumnMap, path: Path) -> None:
    """Write a mapping as TOML, for a person to correct and give back."""
    lines = [
        *(f"# {text('map.file', lang)}" for lang in LANGS),
        f"file = {quoted(found.file)}",
        "",
        "[columns]",
        *(f"{meaning} = {quoted(column)}" for meaning, column in found.columns.items()),
    ]
    lines += ["", f"# {' / '.join(text('map.file.unknown', lang) for lang in LANGS)}"]
    lines += [f"# {quoted(column)}" for column in found.unknown]
    lines += [
        f"# {quoted(column)}  ({meaning} is {quoted(found.columns[meaning])})"
        for meaning, columns in found.also.items()
        for column in columns
    ]
    with staged_file(path) as staging:
        staging.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_map(path: Path) -> ColumnMap:
    """Read a mapping; a meaning that does not exist is refused by name."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            "{path}: not a column map ({error}); make one with: arukeba map FILE --save {path}",
            path=path,
            error=error,
        ) from error
    columns = table.get("columns", {})
    good = isinstance(columns, dict) and all(isinstance(name, str) for name in columns.values())
    unknown = sorted(set(columns) - set(MEANINGS)) if good else []
    if not good or unknown:
        wrong = ", ".join(unknown) or "columns"
        meanings = ", ".join(PLACES)
        raise InvalidInputError(
            "{path}: {wrong} is no meaning of a column; the meanings are {meanings}",
            path=path,
            wrong=wrong,
            meanings=meanings,
        )
    return ColumnMap(str(table.get("file", "")), dict(columns))


def quoted(text: str) -> str:
    """Return a TOML basic string."""
    escaped = "".join(
        f"\\u{ord(sign):04X}" if ord(sign) < 0x20 or sign in '"\\\x7f' else sign  # noqa: PLR2004  controls
        for sign in text
    )
    return f'"{escaped}"'
