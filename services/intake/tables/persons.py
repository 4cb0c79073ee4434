"""
Privacy at the door: no table about persons comes in, and no family name goes out unasked.

A column is about persons by its name or by what its cells look like; the file is then refused as a
whole, and no option lets it pass. The message names columns, never cells. Decided: a group's own
name, its corporation and the telephone of an office are of the 団体 level and stay; who represents
it (代表者, 会長, 担当者, 連絡先氏名) and a mobile telephone belong to a person and are refused.
"""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from geo.errors import Sentence, SourceError
from services.intake.tables.columns import plain
from services.intake.tables.headers import column_name
from services.words.dates import to_iso_date

_PERSON_HEADERS = re.compile(
    r"氏名|姓名|(?:本人|利用者|参加者|対象者|入所者|患者|住民|会員|高齢者|独居者|被保険者|世帯主|世帯員|代表者?|"
    r"責任者|会長|区長|担当者?|連絡者|民生委員|児童委員|推進員|世話人|家主)(?:名|の?名前|の?電話.*|tel)?$"
    r"|^(?:世帯主|代表者|家族)|続柄|生年月日|誕生日|生年$|個人番号|マイナンバー|mynumber|住民票コード|宛名番号"
    r"|被保険者(?:証)?(?:番号|no)|要介護度|要支援度|介護度|要介護状態|要支援状態|介護認定|認定区分"
    r"|障害(?:者)?(?:等級|支援区分|手帳)|手帳番号|既往歴|病名|疾患名|主治医|緊急連絡先|携帯(?:電話|番号|tel)?(?:番号)?$"
    r"|自宅(?:電話|住所|tel)|本人(?:住所|電話|tel)|口座番号|birthday|birthdate|dateofbirth|^dob$|carelevel"
    r"|^(?:first|last|full|family|sur|given)[_ ]?name$|^姓$|^氏$"
)
"""Names of columns that are about persons, in the form of ``columns.plain``."""
_COUNTED = re.compile(r"数|人口|計$|率|割合|%|^代表電話(?:番号)?$|^担当(?:課|部署)")
"""A column that counts persons holds none of them."""
_MOBILE = re.compile(r"(?<![0-9.])(?:\+81-?|0)[789]0[-(]?\d{4}[-)]?\d{4}(?![0-9])")
_CARE_LEVEL = re.compile(r"(?:要介護|要支援)[1-5]|事業対象者|自立")
_TWELVE_DIGITS = re.compile(r"\d{4}[- ]?\d{4}[- ]?\d{4}")
_FAMILIES = (
    "佐藤|鈴木|高橋|田中|伊藤|渡辺|渡邊|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|"
    "井上|木村|林|斎藤|斉藤|清水|山崎|森|池田|橋本|阿部|石川|山下|中島|石井|小川|"
    "前田|岡田|長谷川|藤田|後藤|近藤|村上|遠藤|青木|坂本|福田|太田|西村|藤井|金子|岡本|"
    "藤原|三浦|中野|中川|原田|松田|竹内|小野|田村|中山|和田|石田|森田|上田|原|内田|"
    "柴田|酒井|宮崎|横山|高木|安藤|宮本|大野|小島|谷口|今井|工藤|高田|増田|丸山|杉山|"
    "村田|大塚|新井|小山|平野|藤本|河野|上野|野口|武田|松井|千葉|菅原|岩崎|久保|木下|"
    "佐野|野村|松尾|市川|菊地|杉本|古川|大西|島田|水野|桜井|高野|渡部|吉川|山内|西田|"
    "飯田|菊池|西川|小松|北村|安田|五十嵐|川口|平田|関|中田|久保田|服部|東|岩田|土屋|"
    "川崎|福島|本田|辻|樋口|秋山|田口|永井|山中|中西|吉村|川上|大橋|石原|松岡|浜田|"
    "馬場|森本|矢野|浅野|松下|星野|大久保|吉岡|小池|野田|荒木|熊谷"
)
"""The most frequent family names."""
_GIVEN_END = "郎子美夫男雄一二三代江枝恵介助太樹也彦明司治平香奈織里菜翔斗人和幸弘博浩隆茂実勇清进進勝正義昭久誠豊"
_PERSON = re.compile(
    rf"(?:{_FAMILIES})(?:[ 　]?[一-龠]{{0,2}}[{_GIVEN_END}]|[ 　][ぁ-ん一-龠]{{1,3}})"
    rf"|[一-龠]{{1,3}}[ 　][一-龠]{{0,2}}[{_GIVEN_END}]"
)
_WHO_HEADERS = ("対象者", "参加対象者")
_WHO = re.compile(
    r"歳|才|以上|未満|高齢|シニア|どなた|誰|だれ|住民|[市町村区]民|地域|在住|親子|子ども|こども|一般|制限|限定"
    r"|なし|不問|予防|認知症|障害|障がい|家族|方$|人$"
)
"""Who may come, not who came: 対象者 of a list of places is 「65歳以上の方」."""
FEW = 3
MOST, MANY, SOME = 0.8, 0.5, 0.2
LOOKED_AT = 2_000
"""Rows of a column that are looked at; a list of persons shows itself sooner."""


def require_no_persons(table: pd.DataFrame, *, path: Path) -> None:
    """Refuse a table with columns about persons, with the reason for each."""
    cells = {str(column): _cells(table[column]) for column in table.columns}
    reasons = {column: why for column, said in cells.items() if (why := _reason(column, said))}
    left = {column: said for column, said in cells.items() if column not in reasons}
    reasons |= _names_with_births(left) | _persons_one_by_one(table)
    if not reasons:
        return
    labels = _labels(table)
    listing = [
        Sentence("{column!r} ({why})", column=labels[column], why=why)
        for column, why in reasons.items()
    ]
    raise SourceError(
        "refused: columns about persons: {listing}; take them out at the source and "
        "give the file again, arukeba keeps no data about persons",
        path=path,
        listing=listing,
    )


def _labels(table: pd.DataFrame) -> dict[str, str]:
    """Return how a column may be named: without a header its name is the first person's."""
    labels = {}
    for number, column in enumerate(map(str, table.columns), start=1):
        form = unicodedata.normalize("NFKC", column)
        about = _PERSON.fullmatch(form) or _MOBILE.search(form) or is_my_number(form)
        about = about or len(to_iso_date(form)) == len("2000-01-01")
        labels[column] = column_name(number) if about else column
    return labels


def _reason(column: str, cells: list[str]) -> Sentence | None:
    """Say why a column is about persons; None where it is not."""
    header = plain(column)
    named = _PERSON_HEADERS.search(header) and not _COUNTED.search(header)
    who_may_come = header in _WHO_HEADERS and (
        not cells or _share(cells, _WHO, whole=False) >= MOST
    )
    if named and not who_may_come:
        return Sentence("its name")
    if len(cells) >= FEW and _share(cells, _CARE_LEVEL) >= MANY:
        return Sentence("care levels of persons")
    if len(cells) >= FEW - 1 and sum(map(is_my_number, cells)) >= MOST * len(cells):
        return Sentence("12-digit personal numbers")
    mobiles = _share(cells, _MOBILE, whole=False)
    if mobiles >= SOME and mobiles * len(cells) >= FEW - 1:
        return Sentence("mobile telephones of persons")
    if len(cells) >= FEW + 2 and _share(cells, _PERSON) >= MANY:
        return Sentence("names of persons")
    return None


def _names_with_births(cells: dict[str, list[str]]) -> dict[str, Sentence]:
    """Return the columns of names beside a column of births: fewer rows suffice."""
    names = [c for c, v in cells.items() if len(v) > 1 and _share(v, _PERSON) >= MANY]
    births = [c for c, v in cells.items() if len(v) > 1 and _births(v) >= MOST]
    if not (names and births):
        return {}
    return {
        **dict.fromkeys(names, Sentence("names of persons")),
        **dict.fromkeys(births, Sentence("dates of birth")),
    }


def _persons_one_by_one(table: pd.DataFrame) -> dict[str, Sentence]:
    """Return age and sex where each row is one person: 年齢 beside 性別, and nothing is counted."""
    headers = {plain(str(column)): str(column) for column in table.columns}
    if not {"年齢", "性別"} <= set(headers) or any(_COUNTED.search(name) for name in headers):
        return {}
    why = Sentence("age and sex of single persons")
    return {headers[name]: why for name in ("年齢", "性別")}


def _cells(column: pd.Series) -> list[str]:
    if pd.api.types.is_float_dtype(column) or pd.api.types.is_bool_dtype(column):
        return []
    cells = column.iloc[:LOOKED_AT].dropna()
    texts = (unicodedata.normalize("NFKC", str(cell)).strip() for cell in cells)
    return [text for text in texts if text]


def _share(cells: Sequence[str], pattern: re.Pattern[str], *, whole: bool = True) -> float:
    match = pattern.fullmatch if whole else pattern.search
    return sum(1 for cell in cells if match(cell)) / len(cells) if cells else 0.0


def _births(cells: Sequence[str]) -> float:
    """Return the share of whole dates that lie where living people were born, well spread."""
    years = [date[:4] for date in map(to_iso_date, cells) if len(date) == len("2000-01-01")]
    old = sum(1 for year in years if "1900" <= year <= "1975")
    return old / len(cells)


def is_my_number(cell: str) -> bool:
    """Say whether a text is twelve digits whose last one checks the others as in a 個人番号."""
    if _TWELVE_DIGITS.fullmatch(cell) is None:
        return False
    digits = [int(sign) for sign in cell if sign.isdigit()]
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(d * w for d, w in zip(digits[:11], weights, strict=True)) % 11
    return digits[11] == (0 if rest <= 1 else 11 - rest)
