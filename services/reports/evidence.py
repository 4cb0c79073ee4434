"""
Evidence: how far what a figure stands on is known, by rules that are written down here.

| input | unknown | partial |
| --- | --- | --- |
| residents, and those of the age group | nobody could be placed | rows of no area, suppressed counts, more old people than people |
| homes | – | no buildings: spread along streets; homes that no street comes near |
| places | no place | located only by area or venue name, not at all, stand-ins, unread rotations |
| schedules | no place has one that can be read | some cannot be read, are assumed, or contradict a typed class |
| opening dates | no place has one | some places have none |
| streets | – | ways cut or dropped for want of nodes |
| boundaries | – | a layer that stands in for another, overlapping areas |
| elevation | no raster, or nothing in it | points of streets without, or with an impossible, elevation |

A figure is unknown if one of its inputs is, else partial if one is, else known.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.schedule.typed import parse_schedule
from services.registry.history import lacks_dates
from services.words.texts import age_group_text

KNOWN, PARTIAL, UNKNOWN = "known", "partial", "unknown"
_ORDER = (KNOWN, PARTIAL, UNKNOWN)

FIGURES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "reached": (
        "歩いて行ける人の数と割合",
        "residents reached, and their share",
        ("age_group", "homes", "places", "schedules", "streets"),
    ),
    "gaps": (
        "場のない区域",
        "units without a place",
        ("boundaries", "age_group", "homes", "places", "schedules", "streets"),
    ),
    "candidates": (
        "候補地",
        "candidates",
        ("age_group", "homes", "places", "schedules", "streets"),
    ),
    "places_by_class": ("型ごとの場の数", "places by class", ("places", "schedules")),
    "past_years": (
        "過去の年度の数字",
        "figures of past fiscal years",
        ("places", "schedules", "opening_dates"),
    ),
}
"""Figure → Japanese, English, and the inputs on which it stands."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How far one input or figure is known, and why it is not known altogether."""

    id: str
    ja: str
    en: str
    state: str
    why_ja: tuple[str, ...] = ()
    why_en: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "id": self.id,
            "label": {"ja": self.ja, "en": self.en},
            "state": self.state,
            "why": {"ja": list(self.why_ja), "en": list(self.why_en)},
        }


@dataclass(frozen=True)
class Facts:
    """What the rules look at."""

    codes: Counter[str]
    """Entries of the intake by code."""
    placed: dict[str, float]
    """Residents by age group who could be placed."""
    unmatched: dict[str, float]
    """Residents by age group of no area on the map."""
    places: pd.DataFrame
    layers: list[dict[str, Any]]
    stand_in: list[tuple[str, str]]
    """In Japanese and in English: what the rows stand in for."""
    age_group: str
    has_buildings: bool
    has_elevation: bool


Finding = tuple[str, str, str]
"""State, Japanese, English."""


def inputs_of(facts: Facts) -> list[Evidence]:
    """Judge every input."""
    total = "total" if "total" in facts.placed else next(iter(facts.placed))
    older_ja = age_group_text(facts.age_group, "ja")
    older_ja = older_ja if facts.age_group == "total" else f"{older_ja}の人口"
    return [
        _judge("residents", ("総人口", "residents"), _residents(facts, total)),
        _judge(
            "age_group",
            (older_ja, f"residents {age_group_text(facts.age_group, 'en')}"),
            _residents(facts, facts.age_group),
        ),
        _judge("homes", ("住まいの位置", "where residents live"), _homes(facts)),
        _judge("places", ("場の位置", "where places are"), _places(facts)),
        _judge("schedules", ("開催日", "schedules"), _schedules(facts)),
        _judge("opening_dates", ("開設日", "opening dates"), _openings(facts)),
        _judge("streets", ("道", "streets"), _streets(facts)),
        _judge("boundaries", ("区域の境界", "boundaries"), _boundaries(facts)),
        _judge("elevation", ("標高", "elevation"), _elevation(facts)),
    ]


def figures_of(inputs: list[Evidence]) -> list[Evidence]:
    """Judge every headline figure by the worst of its inputs."""
    by_id = {evidence.id: evidence for evidence in inputs}
    found = []
    for figure, (ja, en, needs) in FIGURES.items():
        weak = [by_id[name] for name in needs if by_id[name].state != KNOWN]
        state = max((one.state for one in weak), key=_ORDER.index, default=KNOWN)
        found.append(
            Evidence(
                figure, ja, en, state, tuple(one.ja for one in weak), tuple(one.en for one in weak)
            )
        )
    return found


def _judge(name: str, words: tuple[str, str], findings: list[Finding]) -> Evidence:
    state = max((finding[0] for finding in findings), key=_ORDER.index, default=KNOWN)
    return Evidence(
        name,
        *words,
        state,
        tuple(finding[1] for finding in findings),
        tuple(finding[2] for finding in findings),
    )


def _counted(facts: Facts, state: str, code: str, words: tuple[str, str]) -> list[Finding]:
    count = facts.codes[code]
    return [(state, words[0].format(n=count), words[1].format(n=count))] if count else []


def _residents(facts: Facts, group: str) -> list[Finding]:
    if not facts.placed.get(group, 0.0) > 0:
        return [(UNKNOWN, "地図に置けた人がいません", "nobody could be placed on the map")]
    found: list[Finding] = []
    if facts.unmatched.get(group, 0.0) > 0:
        found.append(
            (
                PARTIAL,
                "人口表の地区の一部が地図に見つかりません",
                "some areas of the table are not on the map",
            )
        )
    found += _counted(
        facts,
        PARTIAL,
        "suppressed",
        ("秘匿された値が{n}件あり、0人としています", "{n} counts are suppressed and taken as 0"),
    )
    found += _counted(
        facts,
        PARTIAL,
        "suppressed_interval",
        (
            "秘匿されたメッシュの人数を幅として扱っています",
            "hidden counts of meshes are an interval",
        ),
    )
    if group != "total":
        found += _counted(
            facts,
            PARTIAL,
            "older_than_total",
            (
                "65歳以上が総人口より多い地区が{n}件あります",
                "{n} areas have more people 65+ than people",
            ),
        )
    return found


def _homes(facts: Facts) -> list[Finding]:
    found: list[Finding] = []
    if not facts.has_buildings:
        found.append(
            (
                PARTIAL,
                "建物のデータがなく、道に沿って割りふっています",
                "no buildings: residents are spread along streets",
            )
        )
    if facts.codes["unsnapped_homes"]:
        found.append(
            (
                PARTIAL,
                "近くに歩ける道のない住まいがあります",
                "some homes have no walkable street nearby",
            )
        )
    return found


def _places(facts: Facts) -> list[Finding]:
    places = facts.places
    if places.empty:
        return [(UNKNOWN, "場の一覧がありません", "there is no list of places")]
    by = Counter(places["located_by"])
    found: list[Finding] = []
    for how, ja, en in (
        (
            "area",
            "町名だけでわかる場が{n}か所あります",
            "{n} places are located by their area only",
        ),
        (
            "venue",
            "会場名で位置を決めた場が{n}か所あります",
            "{n} places are located by their venue's name",
        ),
        ("", "位置のわからない場が{n}か所あります", "{n} places could not be located"),
    ):
        if by[how]:
            state = UNKNOWN if how == "" and by[how] == len(places) else PARTIAL
            found.append((state, ja.format(n=by[how]), en.format(n=by[how])))
    known = {"coordinates", "area", "venue", ""}
    others = sum(count for how, count in by.items() if how not in known)
    if others:
        ja, en = "住所などから位置を決めた場が{n}か所あります", "{n} places are located by address"
        found.append((PARTIAL, ja.format(n=others), en.format(n=others)))
    found += [(PARTIAL, *both) for both in facts.stand_in]
    return found + _counted(
        facts,
        PARTIAL,
        "rotation_unread",
        (
            "日替わりの会場が読み取れない場が{n}か所あります",
            "{n} places rotate between venues that cannot be read",
        ),
    )


def _schedules(facts: Facts) -> list[Finding]:
    if facts.places.empty:
        return [(UNKNOWN, "場の一覧がありません", "there is no list of places")]
    schedules = [parse_schedule(text) for text in facts.places["schedule_text"]]
    silent = sum(1 for schedule in schedules if not schedule.rules)
    assumed = sum(1 for schedule in schedules if schedule.is_assumed)
    if silent == len(schedules):
        return [(UNKNOWN, "読み取れる開催日がありません", "no schedule can be read")]
    found: list[Finding] = []
    if silent:
        found.append(
            (
                PARTIAL,
                f"開催日のわからない場が{silent}か所あります",
                f"{silent} places have no schedule that can be read",
            )
        )
    if assumed:
        found.append(
            (
                PARTIAL,
                f"開催日の一部を仮定した場が{assumed}か所あります",
                f"{assumed} schedules are partly assumed",
            )
        )
    return found + _counted(
        facts,
        PARTIAL,
        "class_conflict",
        ("型が開催日と合わない場が{n}か所あります", "{n} typed classes contradict the schedule"),
    )


def _openings(facts: Facts) -> list[Finding]:
    if facts.places.empty:
        return [(UNKNOWN, "場の一覧がありません", "there is no list of places")]
    lacking = sum(1 for place in facts.places.to_dict("records") if lacks_dates(place))
    if not lacking:
        return []
    state = UNKNOWN if lacking == len(facts.places) else PARTIAL
    return [
        (
            state,
            f"開設日や休止・閉所の日のわからない場が{lacking}か所あります",
            f"{lacking} places lack the date of opening or of a change",
        )
    ]


def _streets(facts: Facts) -> list[Finding]:
    found = _counted(
        facts,
        PARTIAL,
        "missing_nodes",
        ("点が足りないため切った道があります", "streets are cut where the file lacks nodes"),
    )
    return found + _counted(
        facts,
        PARTIAL,
        "too_few_nodes",
        ("点が足りず使えない道があります", "streets are dropped for want of nodes"),
    )


def _boundaries(facts: Facts) -> list[Finding]:
    found: list[Finding] = [
        (
            PARTIAL,
            f"「{layer['label']}」は推定の境界です",
            f"{layer['label_en']}: borders that stand in for others",
        )
        for layer in facts.layers
        if layer["approximate"]
    ]
    return found + _counted(
        facts, PARTIAL, "overlap", ("重なる区域が{n}件あります", "{n} areas overlap others")
    )


def _elevation(facts: Facts) -> list[Finding]:
    if not facts.has_elevation:
        return [(UNKNOWN, "標高のデータがありません", "there is no elevation")]
    lacks = facts.codes["no_elevation"] + facts.codes["impossible_elevation"]
    if not lacks:
        return []
    return [(PARTIAL, "標高のわからない道があります", "some streets have no elevation")]
