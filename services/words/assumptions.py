"""
Assumptions in words: what a figure stands on that no document tells, said beside every such figure.

An assumption is plain data, made where a run or a plan is made (``services.situation.assumptions``): its
``code``, what it is ``about``, and its figures. Every output says its marks through ``marks``.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from services.words.texts import (
    LANGS,
    age_group_text,
    is_figure,
    limit_text,
    listed,
    number,
    origin_text,
    people,
    text,
)

PLACES, CLASSES, PEOPLE, AREAS, WALKS, STREETS, SEATS = (
    *("places", "classes", "people", "areas", "walks", "streets", "seats"),
)
"""What an assumption is about: where places are and when they meet, how units are classed, how many
people live where, borders, how far and how quickly one walks, and on what streets, room in a place."""

FIGURES = (PLACES, CLASSES, PEOPLE, AREAS, WALKS, STREETS)
"""What a share, a gap, a candidate and a plan stand on."""
OF_WALKS = (PLACES, WALKS, STREETS)
"""What a walk to the nearest place stands on."""
EVERYTHING = (*FIGURES, SEATS)

IN_FULL = ("stand_in", "rate")
"""Said in a sentence of their own wherever they are marked: what they replace is the main figure itself."""

DRAWN = ("edits",)
"""Told in a sentence alone: what somebody has drawn is neither estimated nor assumed."""

Item = Mapping[str, Any]


def used(items: Iterable[Item], about: Collection[str] = FIGURES) -> list[Item]:
    """Return the assumptions that figures about these things stand on."""
    return [item for item in items if item["about"] in about]


def marks(items: Iterable[Item], lang: str, about: Collection[str] = FIGURES) -> tuple[str, ...]:
    """Return the lines that stand beside figures: what is estimated or assumed, nothing where nothing is."""
    found = used(items, about)
    if not found:
        return ()
    in_full = [assumption(item, lang) for item in found if item["code"] in (*IN_FULL, *DRAWN)]
    shorts = dict.fromkeys(
        text(f"assumption.{item['code']}.short", lang, **_values(item, lang))
        for item in found
        if item["code"] not in DRAWN
    )
    line = [text("assumed.line", lang, what=listed(shorts, lang))] if shorts else []
    return (*dict.fromkeys(in_full), *line)


def marked(items: Iterable[Item], about: Collection[str] = FIGURES) -> dict[str, list[str]]:
    """Return the marks of an answer: ``assumed`` in Japanese and ``assumed_en``, empty where nothing is."""
    found = list(items)
    return {
        f"assumed{tail}": list(marks(found, lang, about))
        for lang, tail in zip(LANGS, ("", "_en"), strict=True)
    }


def told_assumptions(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Return assumptions as they leave: each with its sentence in both languages."""
    return [{**item, **{lang: assumption(item, lang) for lang in LANGS}} for item in items]


def schedule_said(schedule_text: str, lang: str, *, assumed: bool) -> str:
    """Return a schedule as it is typed, with the mark where no list tells it: ``毎日・みなし``."""
    if not (schedule_text and assumed):
        return schedule_text
    return text("text.joint", lang).join((schedule_text, text("assumed.mark", lang)))


def assumption(item: Item, lang: str) -> str:
    """Say an assumption in a sentence: what, whence, and how much it touches."""
    if item["code"] == "stand_in":  # as the municipality has typed it
        return str(item["said" if lang == "ja" else "said_en"])
    return text(f"assumption.{item['code']}", lang, **_values(item, lang))


def _values(item: Item, lang: str) -> dict[str, object]:
    values: dict[str, object] = {
        name: _VALUES[name](value, lang) for name, value in item.items() if name in _VALUES
    }
    values["n"] = number(item.get("places"))
    values["limit"] = limit_text(item.get("walk_limit_m"), item.get("walk_limit_min"), lang)
    values["label"] = item.get("label" if lang == "ja" else "label_en", "")
    return values


def _figure(value: Any, lang: str) -> str:  # noqa: ANN401  any figure of an assumption
    del lang
    return f"{value:g}" if is_figure(value) else str(value)


def _kinds(value: Mapping[str, int], lang: str) -> str:
    return listed(
        (
            text("edits.of_kind", lang, kind=text(f"edits.kind.{kind}", lang), n=number(n))
            for kind, n in value.items()
        ),
        lang,
    )


_VALUES: Mapping[str, Callable[[Any, str], str]] = {
    "of": lambda value, _: number(value),
    "edits": lambda value, _: number(value),
    "streets": lambda value, _: number(value),
    "minutes": _figure,
    "session": _figure,
    "kinds": _kinds,
    "version": lambda value, _: str(value),
    "day": lambda value, _: str(value),
    "schedules": listed,
    "age_group": age_group_text,
    "whole": age_group_text,
    "rate": _figure,
    "title": lambda value, _: str(value),
    "layers": lambda value, lang: listed(
        (one["label" if lang == "ja" else "label_en"] for one in value), lang
    ),
    "speed": _figure,
    "people": people,
    "days": _figure,
    "seats": _figure,
    "m2": _figure,
    "pct": _figure,
    "origin": origin_text,
}
"""Figure of an assumption → how it is written."""
