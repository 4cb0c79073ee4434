"""Rows inside a table that are none of its own: totals and footnotes, recognised by their label."""

import re
import unicodedata
from collections.abc import Sequence

from services.intake.ledger import Entry, SourceLedger

_TOTAL = re.compile(
    r"(?:[【(\[]?(?:合計|総合計|総計|総数|小計|中計|累計|計|全市計?|全町計?|全村計?|市全体|町全体|市計|町計|村計|全体)[】)\]]?)"
    r"(?:[0-9,]+(?:か所|箇所|ヶ所|件|人|団体)?)?|.+(?:[ 　]計|合計|小計|総計|[市町村区域部]計)|total|subtotal",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(
    r"※|\*[0-9]?[ :]|[(]?注[0-9]?[):. ]|出典[:：は]|資料[:：]|備考[:：]|単位[:：]"
)


def is_total(label: str) -> bool:
    """Say whether a label is that of a row of totals: 合計, 小計, 東部地区計."""
    form = unicodedata.normalize("NFKC", label).strip()
    return bool(_TOTAL.fullmatch(form)) or bool(_TOTAL.fullmatch(re.sub(r"\s+", "", form)))


def is_footnote(label: str) -> bool:
    """Say whether a label is a remark below a table: ※…, 注1)…, 出典：…."""
    return _FOOTNOTE.match(unicodedata.normalize("NFKC", label).strip()) is not None


def is_aside(label: str) -> bool:
    """Say whether a label is that of no row of the table's own."""
    return is_total(label) or is_footnote(label)


def note_asides(rows: Sequence[int], labels: Sequence[str], *, notes: SourceLedger) -> None:
    """List the totals and footnotes that are left out."""
    for row, label in zip(rows, labels, strict=True):
        notes.rows_refused += 1
        code = "totals_row" if is_total(label) else "footnote"
        what, what_ja = (
            ("a row of totals", "合計の行") if is_total(label) else ("a footnote", "注記")
        )
        notes.note(
            Entry(
                code,
                f"{label}: {what}; not used",
                f"{label}：{what_ja}のため使いません",
                row=int(row),
            )
        )
