"""Rows of totals inside a table: recognised by their label, left out and listed."""

import re
import unicodedata
from collections.abc import Sequence

from services.intake.ledger import Entry, SourceLedger

_TOTAL = re.compile(
    r"(?:[【(\[]?(?:合計|総合計|総計|総数|小計|中計|累計|計|全市計?|全町計?|全村計?|市全体|町全体|市計|町計|村計|全体)[】)\]]?)"
    r"(?:[0-9,]+(?:か所|箇所|ヶ所|件|人|団体)?)?|.+(?:[ 　]計|合計|小計|総計|[市町村区域部]計)|total|subtotal",
    re.IGNORECASE,
)


def is_total(label: str) -> bool:
    """Say whether a label is that of a row of totals: 合計, 小計, 東部地区計."""
    form = unicodedata.normalize("NFKC", label).strip()
    return bool(_TOTAL.fullmatch(form)) or bool(_TOTAL.fullmatch(re.sub(r"\s+", "", form)))


def note_totals(rows: Sequence[int], labels: Sequence[str], *, notes: SourceLedger) -> None:
    """List the rows of totals that are left out."""
    for row, label in zip(rows, labels, strict=True):
        notes.rows_refused += 1
        notes.note(
            Entry(
                "totals_row",
                f"{label}: a row of totals; not used",
                f"{label}：合計の行のため使いません",
                row=int(row),
            )
        )
