"""Shares: a part of a whole with its interval as one value, and the one way to write it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from services.words.texts import NO_FIGURE, is_figure, people


@dataclass(frozen=True, slots=True)
class Share:
    """
    So many per cent of a whole; what is not known, hidden or a share of nobody is None.

    ``pct`` is the figure of the table, not the part over the whole: both may have been rounded.
    """

    pct: float | None
    part: float | None = None
    whole: float | None = None
    low_pct: float | None = None
    high_pct: float | None = None


def share_of(row: Mapping[Any, Any], name: str, *, part: str = "", whole: str = "") -> Share:
    """Return a share of a row: its percentage ``{name}_pct`` with interval, its part and its whole."""
    counts = (row[column] if column else None for column in (part, whole))
    ends = (row.get(f"{name}_{end}") for end in ("low_pct", "high_pct"))
    found = (row[f"{name}_pct"], *counts, *ends)
    return Share(*(float(value) if is_figure(value) else None for value in found))


def share(value: Share, lang: str) -> str:
    """Return a share as a percentage with one decimal, ``−`` without a figure."""
    if not is_figure(value.pct):
        return NO_FIGURE
    sign = "\N{FULLWIDTH PERCENT SIGN}" if lang == "ja" else " %"
    return f"{cast('float', value.pct):.1f}{sign}"


def people_share(value: Share, lang: str) -> str:
    """Return the persons of a share with, in brackets, their part of the whole."""
    if not is_figure(value.pct):
        return people(value.part, lang)
    if lang == "ja":
        return f"{people(value.part, lang)}（{share(value, lang)}）"
    return f"{people(value.part, lang)} ({share(value, lang)})"
