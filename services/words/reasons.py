"""Reasons: the sentences that explain a gap or a candidate, in both languages."""

import math
from dataclasses import dataclass

from geo.coverage.reached import Limit
from services.words.texts import (
    age_group_text,
    effort,
    limit_text,
    metres,
    number,
    people,
    text,
    walk,
)

DETOUR_WORTH_SAYING = 1.5
"""From here on the straight line is named beside the walk: something lies between."""

UNITS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing said in both languages."""

    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class WalkTo:
    """A walk to a place, for a sentence."""

    name: str
    walk_m: float
    walk_min: float
    straight_m: float
    climb_m: float = 0.0
    steps_n: float = 0.0
    other_area: str = ""
    """Name of the council's area that the place stands in, where that is another one."""


def nearest_weekly(to: WalkTo) -> Reason:
    """Say where the nearest weekly place is, and what the straight line would make one think."""
    ja = f"いちばん近い週1の場は「{to.name}」（{_way(to, 'ja')}）"
    en = f"the nearest weekly place is {to.name} ({_way(to, 'en')})"
    if to.other_area:
        ja += f"で、{to.other_area}にあります"
        en += f", in {to.other_area}"
    else:
        ja += "です"
    if to.straight_m > 0 and to.walk_m / to.straight_m >= DETOUR_WORTH_SAYING:
        times = f"{to.walk_m / to.straight_m:.1f}"
        ja += f"。まっすぐなら{metres(to.straight_m, 'ja')}ですが、道のりは{times}倍です"
        en += f"; {metres(to.straight_m, 'en')} as the crow flies, {times} times that on foot"
    return Reason(ja, en)


def _way(to: WalkTo, lang: str) -> str:
    return walk(to.walk_m, to.walk_min, lang) + effort(to.climb_m, to.steps_n, lang)


def no_way() -> Reason:
    """Say that no weekly place can be walked to at all."""
    return Reason(
        "道をたどって着ける週1の場がありません", "no weekly place can be reached along the streets"
    )


def nobody(age_group: str) -> Reason:
    """Say that nobody of the age group lives there."""
    return Reason(
        f"{age_group_text(age_group, 'ja')}の住民がいません",
        f"no residents {age_group_text(age_group, 'en')}",
    )


def needs_transport(limit: Limit, enough: float, age_group: str) -> Reason:
    """Say that no site could gather enough residents on foot."""
    return Reason(
        f"どこに開いても、歩いて{limit_text(limit.m, limit.minutes, 'ja')}以内の{age_group_text(age_group, 'ja')}が"
        f"{people(enough, 'ja')}に届きません。送迎などの検討が必要です",
        f"wherever a place opened, fewer than {number(enough)} residents "
        f"{age_group_text(age_group, 'en')} would be within {limit_text(limit.m, limit.minutes, 'en')} on foot: "
        "transport is needed",
    )


@dataclass(frozen=True, slots=True)
class ByBus:
    """What is known of bus stops, for a sentence."""

    stop: str
    """Name of the nearest stop; it may have none."""
    walk_m: float
    """NaN where no stop can be walked to at all."""
    share_pct: float
    """Residents who can walk to a stop, in per cent."""
    place: str
    """Name of the nearest weekly place near a stop, empty without one."""


def by_bus(known: ByBus, limit: Limit, *, with_share: bool = True) -> Reason:
    """Name the nearest stop, who can walk to one, and the weekly place near a stop; never a ride."""
    return Reason(*(_by_bus(known, limit, lang, with_share=with_share) for lang in ("ja", "en")))


def _by_bus(known: ByBus, limit: Limit, lang: str, *, with_share: bool) -> str:
    if not known.walk_m < math.inf:
        return text("stop.nowhere", lang)
    name = text("stop.name", lang, name=known.stop) if known.stop else text("stop.nameless", lang)
    said = {"stop": name, "walk": metres(known.walk_m, lang)}
    if not with_share:
        to_stop = text("stop.walk", lang, **said)
    elif known.share_pct > 0:
        to_stop = text("stop.walk.share", lang, share=number(known.share_pct), **said)
    else:
        within = limit_text(limit.m, limit.minutes, lang)
        return text("stop.none", lang, limit=within, **said)
    key = "stop.place" if known.place else "stop.no_place"
    return ("。" if lang == "ja" else "; ").join((to_stop, text(key, lang, place=known.place)))


def together(first: Reason, second: Reason) -> Reason:
    """Say one thing after the other."""
    return Reason(f"{first.ja}。{second.ja}", f"{first.en}; {second.en}")


@dataclass(frozen=True, slots=True)
class Choice:
    """What is said about a candidate."""

    action: str
    newly_reached: float
    overlap_pct: float
    units: tuple[str, ...]
    """Units whose residents are newly reached, most first."""
    limit: Limit
    age_group: str
    schedule_text: str = ""


def candidate(choice: Choice) -> Reason:
    """Give the lines of a candidate: what it gains, for whom, and the overlap."""
    upgrade = choice.action == "upgrade"
    now = choice.schedule_text or "月1型"
    first_ja = f"いまの場（{now}）を週1回にすると" if upgrade else "ここに週1の場を開くと"
    first_en = f"if this place ({now}) met weekly" if upgrade else "if a weekly place opened here"
    ja = [
        (
            f"{first_ja}、新たに{age_group_text(choice.age_group, 'ja')}"
            f"{people(choice.newly_reached, 'ja')}が歩いて{limit_text(choice.limit.m, choice.limit.minutes, 'ja')}以内になります"
        ),
        _for_whom(choice.units).ja,
        f"範囲の住民の{choice.overlap_pct:.0f}％には、すでに週1の場があります",
    ]
    en = [
        (
            f"{first_en}, {number(choice.newly_reached)} more residents "
            f"{age_group_text(choice.age_group, 'en')} would be within {limit_text(choice.limit.m, choice.limit.minutes, 'en')}"
        ),
        _for_whom(choice.units).en,
        f"{choice.overlap_pct:.0f} % of the residents in range have a weekly place already",
    ]
    return Reason(
        "。".join(line for line in ja if line) + "。", "; ".join(line for line in en if line) + "."
    )


def _for_whom(units: tuple[str, ...]) -> Reason:
    if not units:
        return Reason("", "")
    more = len(units) - UNITS_NAMED
    ja, en = "・".join(units[:UNITS_NAMED]), ", ".join(units[:UNITS_NAMED])
    if more > 0:
        ja, en = f"{ja}など{len(units)}か所", f"{en} and {more} more"
    return Reason(f"新たに届くのは{ja}の住民です", f"they live in {en}")
