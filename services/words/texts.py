"""Words for people: every sentence, number and date as it is shown, in Japanese or English."""

import math
import numbers
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Literal, cast

from geo.errors import ArukebaError, Formatter, Sentence
from geo.vocabulary import FREQUENCIES
from services.words.datafiles import data_file

Lang = Literal["ja", "en"]
LANGS: tuple[Lang, ...] = ("ja", "en")

NO_FIGURE = "−"
"""Stands where there is no figure, as where nobody lives."""

CLIMB_WORTH_SAYING_M = 5.0
"""A way that climbs less is flat to the feet, and within the error of the heights."""

_ERAS = (
    (date(2019, 5, 1), "reiwa"),
    (date(1989, 1, 8), "heisei"),
    (date(1926, 12, 25), "showa"),
)


def lang_of(name: str) -> Lang:
    """Return the language that a name stands for; any name but Japanese means English."""
    return "ja" if name == "ja" else "en"


@cache
def catalogue(lang: Lang) -> Mapping[str, str]:
    """Return all words of one language, key by key."""
    return tomllib.loads(data_file(f"words/{lang}.toml").read_text(encoding="utf-8"))


def text(key: str, lang: str, **values: object) -> str:
    """Return the text of a key with its values filled in."""
    return catalogue(lang_of(lang))[key].format(**values)


@cache
def sentences(book: Literal["errors", "api"] = "errors") -> Mapping[str, str]:
    """Return the Japanese of all that is written in English where it is said, by its English."""
    return tomllib.loads(data_file(f"words/{book}.ja.toml").read_text(encoding="utf-8"))


class _Japanese(Formatter):
    joint = "、"

    def said(self, sentence: Sentence | ArukebaError) -> str:
        return told(sentence, "ja")


def told(said: Sentence | ArukebaError, lang: str) -> str:
    """Return a sentence or an error in words; one without Japanese stays English."""
    sentence = said.sentence if isinstance(said, ArukebaError) else said
    template = sentences().get(sentence.template) if lang_of(lang) == "ja" else None
    return str(sentence) if template is None else _Japanese().vformat(template, (), sentence.facts)


def reason(code: str, lang: str) -> str:
    """Return what a code of the intake stands for; a code without words stands for itself."""
    return catalogue(lang_of(lang)).get(f"reason.{code}", code)


def step_text(key: str, lang: str) -> str:
    """Return what a progress key stands for, the key itself where it has no words."""
    return catalogue(lang_of(lang)).get(f"step.{key}", key)


def origin_text(origin: str, lang: str) -> str:
    """Return an origin in words: that of a default is a code, what a profile says stands as typed."""
    return catalogue(lang_of(lang)).get(f"origin.{origin}", origin)


def fact_text(key: str, lang: str) -> str:
    """Return what a fact of a document tells, the key itself where it has no words."""
    return catalogue(lang_of(lang)).get(f"fact.{key}", key)


def listed(names: Iterable[str], lang: str) -> str:
    """Return names one after the other."""
    return text("text.list", lang).join(names)


def at_least_text(frequency: str, lang: str) -> str:
    """Return the name of a class with the more frequent ones: 週1以上."""
    name = text(f"frequency.{frequency}", lang)
    more = frequency != FREQUENCIES[-1]
    return text("frequency.at_least", lang, frequency=name) if more else name


def type_text(frequency: str, lang: str) -> str:
    """Return the name of a class as a kind of place: 週1型; one without a class is irregular."""
    if not frequency:
        return text("frequency.irregular", lang)
    return text("frequency.type", lang, frequency=text(f"frequency.{frequency}", lang))


def is_figure(value: object) -> bool:
    """Say whether a value is a finite number: not None, not NaN."""
    return isinstance(value, numbers.Real) and math.isfinite(value)


def number(value: object) -> str:
    """Return a whole number with thousands separated, rounded half up, ``−`` without a figure."""
    if not is_figure(value):
        return NO_FIGURE
    return f"{_rounded(value):,}"


def _rounded(value: object) -> int:
    return math.floor(float(cast("float", value)) + 0.5)


def people(value: object, lang: str, few: int = 0) -> str:
    """Return a number of persons: ``12,610人``; from 1 up to one below ``few`` ``10人未満``, for calm."""
    if is_few(value, few):
        return text("text.few", lang, n=few)
    return with_unit("text.people", number(value), lang)


def added(value: object, lang: str, few: int = 0) -> str:
    """Return how many persons more: ``+120人``."""
    said = people(value, lang, few)
    return f"+{said}" if is_figure(value) and not is_few(value, few) else said


def is_few(value: object, few: int) -> bool:
    """Say whether a number of persons, as it is written, is from 1 up to one below ``few``."""
    return is_figure(value) and 1 <= _rounded(value) < few


def metres(value: object, lang: str) -> str:
    """Return a distance: ``1,210m``."""
    return with_unit("text.metres", number(value), lang)


def limit_text(walk_limit_m: object, walk_limit_min: object, lang: str) -> str:
    """Return a walking limit: ``500m``, ``10分``, or ``500m・10分`` where both must hold."""
    said = []
    if is_figure(walk_limit_m):
        said.append(metres(walk_limit_m, lang))
    if is_figure(walk_limit_min):
        minutes = f"{float(cast('float', walk_limit_min)):g}"
        said.append(with_unit("text.minutes", minutes, lang))
    return text("text.both", lang).join(said) or NO_FIGURE


def walk(walk_m: object, walk_min: object, lang: str) -> str:
    """Return a walk: ``890m・15分``."""
    if not is_figure(walk_m) or not is_figure(walk_min):
        return metres(walk_m, lang)
    minutes = number(max(1.0, float(cast("float", walk_min))))
    joint = text("text.joint", lang)
    return f"{metres(walk_m, lang)}{joint}{with_unit('text.minutes', minutes, lang)}"


def effort(climb_m: object, steps_n: object, lang: str) -> str:
    """Return what a walk costs beside its length: ``・のぼり12m・階段約40段``, empty on the flat."""
    said = []
    if is_figure(climb_m) and cast("float", climb_m) >= CLIMB_WORTH_SAYING_M:
        said.append(text("walk.climb", lang, climb=metres(climb_m, lang)))
    if is_figure(steps_n) and cast("float", steps_n) >= 1:
        said.append(text("walk.steps", lang, steps=number(steps_n)))
    return "".join(text("text.joint", lang) + part for part in said)


def yen(value: object, lang: str) -> str:
    """Return an amount of money: ``240,000円``."""
    return with_unit("text.yen", number(value), lang)


def with_unit(key: str, figure: str, lang: str) -> str:
    """Return a written figure with its unit, which is a key of the catalogue; none has no unit."""
    return NO_FIGURE if figure == NO_FIGURE else text(key, lang, n=figure)


def age_group_text(age_group: str, lang: str) -> str:
    """Return the name of an age group: ``65歳以上`` for ``65+``."""
    if age_group == "total":
        return text("age.total", lang)
    if found := re.fullmatch(r"(\d+)\+", age_group):
        return text("age.from", lang, low=found[1])
    if found := re.fullmatch(r"(\d+)-(\d+)", age_group):
        return text("age.between", lang, low=found[1], high=found[2])
    return age_group


def when_text(when: str, lang: str) -> str:
    """Return a date, whole or in part, or a fiscal year as ``FY2016``."""
    fiscal = re.fullmatch(r"FY(\d{4})", when)
    return text("date.fiscal", lang, year=fiscal[1]) if fiscal else date_text(when, lang)


def date_text(iso: str, lang: str) -> str:
    """Return a date: ``令和7年4月1日 (2025-04-01)``; years and months alone work, others stay."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", iso.strip())
    if found is None or lang != "ja":
        return iso
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        # A year or a month alone is named after the era in which it ends.
        exact = date(cast("int", year), month or 12, day or 25)
    except ValueError:
        return iso
    era = next(((first, name) for first, name in _ERAS if exact >= first), None)
    if era is None:
        return iso
    count = exact.year - era[0].year + 1
    name = text(f"date.era.{era[1]}", lang)
    words = text("date.year", lang, era=name, n=text("date.first", lang) if count == 1 else count)
    words += text("date.month", lang, n=month) if month else ""
    words += text("date.day", lang, n=day) if day else ""
    return f"{words} ({iso.strip()})"
