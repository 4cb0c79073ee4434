"""
The grammar of typed timetables: rules of meeting, spans of the day, remarks, and what is not understood.

A text is cut at ；; each part becomes tokens (``timewords``), closing words take what they govern
(``closures``), what is left is put together to phrases (``phrases``) and weighed (``weighing``). Whatever
fits no phrase and has a word of time in it is not understood, and then the whole text gives no rule.
docs/places.md has the grammar in words.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from geo.schedule.closures import with_closings
from geo.schedule.meeting import Rule
from geo.schedule.phrases import PhraseReader, Scan, joined, tidy, with_seasons
from geo.schedule.seasons import Season
from geo.schedule.timewords import Span, normalised, tokens_of
from geo.schedule.weighing import rules_of


@dataclass(frozen=True, slots=True)
class Timetable:
    """What a text says: rules, spans of the day, hours of seasons, remarks, and what is not understood."""

    rules: tuple[Rule, ...] = ()
    times: tuple[Span, ...] = ()
    note: str = ""
    seasons: tuple[Season, ...] = ()
    unread: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """What one part of a text says; dates and doubts matter where another part gives a rule."""

    rules: list[Rule]
    names_days: bool
    scan: Scan


def read_timetable(text: str) -> Timetable:
    """
    Read a typed timetable; never raise.

    Parameters
    ----------
    text
        Any text; empty gives an empty timetable.

    Returns
    -------
    The rules in the order of the text, the spans, the seasons, the remarks joined by 、, and what is
    not understood; where there is such a thing, no rule.
    """
    plain, doubt, behind = normalised(text).partition("?")
    parts = [_read_part(part) for part in plain.split(";")]
    scans = [part.scan for part in parts]
    rules = [rule for part in parts for rule in part.rules]
    dates = [text for scan in scans for text in scan.dates]
    unread = [text for scan in scans for text in scan.unread]
    if any(part.names_days for part in parts):
        unread += [text for scan in scans for text in scan.unknown]
    if rules:
        unread += dates
    notes = [text for scan in scans for text in scan.notes]
    note = _listed(notes + ([] if rules and not unread else dates))
    if note and not _is_remark(note):
        note, unread = "", [*unread, note]
    said = [tidy(behind) or tidy(plain) or doubt] if doubt else [_listed(unread)]
    return Timetable(
        rules=() if any(said) else tuple(rules),
        times=tuple(span for scan in scans for span in scan.times),
        note=note,
        seasons=tuple(season for scan in scans for season in scan.seasons),
        unread=normalised("".join(said)),
    )


def print_span(span: Span) -> str:
    """Write a span of the day: 10:00〜11:30, or 10:00 where the end is unknown."""
    start, end = span
    return print_clock(start) + ("" if end is None else f"〜{print_clock(end)}")


def print_clock(minutes: int) -> str:
    """Write minutes after midnight as a clock shows them: 9:30."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def _read_part(part: str) -> _Part:
    tokens = joined(with_seasons(tokens_of(part)), tight=True)
    found = PhraseReader(joined(with_closings(tokens), tight=False)).read()
    names_days = any(phrase.has_days for phrase in found.phrases)
    return _Part(rules_of(found), names_days, found)


def _is_remark(note: str) -> bool:
    """Say whether a remark, read by itself, says nothing of when: what would, was not understood."""
    alone = _read_part(note).scan
    said = alone.phrases or alone.closings or alone.times or alone.seasons or alone.unread
    return not said and _listed(alone.notes + alone.dates) == note


def _listed(texts: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(text for text in map(tidy, texts) if text))
