"""Attributes of places as they are typed: ○ and ×, 100円, 6畳, 高齢者・親子, 午前9時から."""

import re
import unicodedata
from collections.abc import Callable

import pandas as pd

from geo.errors import Sentence
from services.intake.tables.ledger import Entry, SourceLedger
from services.intake.tables.reading import texts, to_number
from services.profile import Places
from services.registry.attributes import with_attributes
from services.words.dates import to_iso_date
from services.words.reasons import TATAMI_M2

_YES = re.compile(r"有り?|あり|[○◯〇◎]|はい|可能?|自由|常設|要|該当|yes|y|true|1|on")
_NO = re.compile(r"無し?|なし|[×✕✗xX]|いいえ|不可|非該当|no|n|false|0|off|-|ー|−")
_KANJI = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_GROUPS = (
    ("高齢", ("高齢", "シニア", "65歳", "老人", "介護予防")),
    ("子ども", ("子ども", "子供", "こども", "児童", "親子", "子育て", "乳幼児")),
    ("障害", ("障害", "障がい", "障碍")),
    ("多世代", ("多世代", "世代間", "誰でも", "だれでも", "どなたでも", "全世代", "地域住民")),
)
_SCOPES = (
    ("city", ("全域", "市内", "全市", "町全", "市民", "広域")),
    ("area", ("圏域", "地区", "校区", "エリア", "コミュニティ", "包括")),
    ("neighbourhood", ("町内", "町会", "自治会", "行政区", "近隣", "集落")),
)
_ONLINE = ("オンライン", "online", "zoom", "リモート", "web開催")
MOST = {"fee_yen": 1e6, "floor_area_m2": 1e5, "capacity": 1e5, "exercise_minutes": 1440.0}
"""More than this is a typing error."""


def read_attributes(table: pd.DataFrame, *, spec: Places, notes: SourceLedger) -> pd.DataFrame:
    """Return one column per attribute, indexed as the table; what cannot be read is noted by row."""
    found = pd.DataFrame(index=table.index)
    for name, (field, read) in _readers(spec).items():
        if field:
            cells = texts(table, field)
            found[name] = _column(name, field, cells, read=read, table=table, notes=notes)
    if "floor_area_m2" not in found and spec.tatami_field:
        cells = [
            f"{text}畳" if _is_plain(text) else text for text in texts(table, spec.tatami_field)
        ]
        found["floor_area_m2"] = _column(
            "floor_area_m2", spec.tatami_field, cells, read=read_area_m2, table=table, notes=notes
        )
    return with_attributes(found)


def note_unread_dates(table: pd.DataFrame, fields: tuple[str, ...], *, notes: SourceLedger) -> None:
    """Write down dates that are none; the place is kept without them."""
    for field in fields:
        for row, cell in zip(table.index, texts(table, field), strict=True):
            if cell and not to_iso_date(cell):
                notes.note(
                    Entry(
                        "unread_date",
                        Sentence(
                            "column {field}: {cell!r} is no date; left empty",
                            field=field,
                            cell=cell[:40],
                        ),
                        row=int(str(row)),
                    )
                )


def attribute_fields(spec: Places) -> list[str]:
    """Return the columns that the profile names for attributes."""
    fields = [field for field, _ in _readers(spec).values()] + [spec.tatami_field]
    return list(dict.fromkeys(field for field in fields if field))


def is_online(cells: tuple[str, ...]) -> bool:
    """Say whether the kind or the venue's name says that people meet online."""
    plain = [unicodedata.normalize("NFKC", cell).lower() for cell in cells]
    return any(word in cell for cell in plain for word in _ONLINE)


def read_flag(text: str) -> bool | None:
    """Return yes or no; None where it is neither."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if _NO.fullmatch(plain):
        return False
    return True if _YES.fullmatch(plain) else None


def read_fee_yen(text: str) -> float | None:
    """Return the fee of one session in yen; None for a fee by the month or 実費."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "")
    if re.fullmatch(r"無料|なし|無し?|不要|0円?", plain):
        return 0.0
    if re.search(r"[月年]\s*(?:額|会費)?\s*[0-9]|毎月|月額|年額|年会費|/月|/年|実費", plain):
        return None
    match = re.search(r"(?<![0-9.-])([0-9]+)\s*円|[¥\\]\s*([0-9]+)", plain)
    if match:
        return float(match[1] or match[2])
    return _number(plain)


def read_area_m2(text: str) -> float | None:
    """Return a floor area: 40㎡, 40, 6畳 or 六畳 (1.62 m² each)."""
    plain = unicodedata.normalize("NFKC", text).strip()
    match = re.search(r"([0-9]+(?:\.[0-9]+)?|[一二三四五六七八九十])\s*(?:畳|帖)", plain)
    if match:
        count = _KANJI.get(match[1])
        return (float(match[1]) if count is None else float(count)) * TATAMI_M2
    return _number(re.sub(r"(?:約|およそ)", "", re.sub(r"\s*(?:m2|平米|平方メートル)$", "", plain)))


def read_count(text: str) -> float | None:
    """Return a number of persons: 30名, 約30人, 30."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return _number(re.sub(r"^(?:定員|約|およそ)|(?:人|名)?(?:程度|まで|以内)?$", "", plain))


def read_minutes(text: str) -> float | None:
    """Return minutes: 30分, 10分以上, 1時間, 1時間30分."""
    plain = unicodedata.normalize("NFKC", text).strip()
    match = re.search(r"(?:([0-9]+)\s*時間(半)?)?\s*(?:([0-9]+)\s*分)?", plain)
    if match and (match[1] or match[3]):
        return int(match[1] or 0) * 60 + (30 if match[2] else 0) + float(match[3] or 0)
    return _number(plain)


def read_target_groups(text: str) -> str | None:
    """Return those of 高齢, 子ども, 障害 and 多世代 that a text names, joined by ・."""
    plain = unicodedata.normalize("NFKC", text)
    named = [group for group, words in _GROUPS if any(word in plain for word in words)]
    return "・".join(named) if named else None


def read_scope(text: str) -> str | None:
    """Return from how far people may come: 'city', 'area' or 'neighbourhood'."""
    plain = unicodedata.normalize("NFKC", text).lower()
    for scope, words in _SCOPES:
        if plain == scope or any(word in plain for word in words):
            return scope
    return None


def _number(text: str) -> float | None:
    number = to_number(text)
    return number if number >= 0 else None


def _is_plain(text: str) -> bool:
    return bool(text) and to_number(text) >= 0


def _readers(spec: Places) -> dict[str, tuple[str, Callable[[str], object]]]:
    def date(text: str) -> str | None:
        return to_iso_date(text) or None

    return {
        "typed_class": (spec.frequency_field, str),
        "status_since": (spec.status_since_field, date),
        "closed_on": (spec.closed_field, date),
        "drop_in": (spec.drop_in_field, read_flag),
        "individual_entry": (spec.individual_entry_field, read_flag),
        "open_hours": (spec.open_hours_field, str),
        "fee_text": (spec.fee_field, str),
        "fee_yen": (spec.fee_field, read_fee_yen),
        "floor_area_m2": (spec.floor_area_field, read_area_m2),
        "capacity": (spec.capacity_field, read_count),
        "target_groups": (spec.target_groups_field, read_target_groups),
        "exercise_minutes": (spec.exercise_minutes_field, read_minutes),
        "open_to_all": (spec.open_to_all_field, read_flag),
        "subsidy_end": (spec.subsidy_end_field, date),
        "online": (spec.online_field, read_flag),
        "catchment_scope": (spec.catchment_scope_field, read_scope),
    }


def _column(
    name: str,
    field: str,
    cells: list[str],
    *,
    read: Callable[[str], object],
    table: pd.DataFrame,
    notes: SourceLedger,
) -> pd.Series:
    values: list[object] = []
    for row, cell in zip(table.index, cells, strict=True):
        value = read(cell) if cell else None
        if isinstance(value, float) and value > MOST[name]:
            value = None
        if cell and value is None and name != "fee_yen":
            notes.note(
                Entry(
                    "unread_attribute",
                    Sentence(
                        "column {field}: {cell!r} is not understood; left empty",
                        field=field,
                        cell=cell,
                    ),
                    row=int(str(row)),
                )
            )
        values.append(value)
    return pd.Series(values, index=table.index, dtype=object)
