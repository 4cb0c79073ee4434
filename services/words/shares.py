"""Shares: a part of a whole with its interval as one value, and the one way to write it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.words.texts import NO_FIGURE, is_figure, people, text, with_unit


@dataclass(frozen=True, slots=True)
class Share:
    """
    So many per cent of a whole; what is not known or a share of nobody is None.

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
    said = f"{value.pct:.1f}" if is_figure(value.pct) else NO_FIGURE
    return with_unit("text.percent", said, lang)


def people_share(value: Share, lang: str, few: int = 0) -> str:
    """Return the persons of a share (``few`` as in ``people``) with, in brackets, their part."""
    if not is_figure(value.pct):
        return people(value.part, lang, few)
    return people(value.part, lang, few) + text("text.brackets", lang, text=share(value, lang))
