"""Reasons: what explains a gap, a division, a candidate or a place, from the facts that are shown."""

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from geo.vocabulary import GAP_CLASSES
from services.words.assumptions import schedule_said
from services.words.texts import (
    age_group_text,
    date_text,
    effort,
    is_figure,
    limit_text,
    listed,
    metres,
    number,
    people,
    text,
    walk,
)

DETOUR_WORTH_SAYING = 1.5
"""From here on the straight line is named beside the walk: something lies between."""

WORTH_SAYING = 0.5
"""From here on two numbers of residents are not written alike."""

DETOUR_DOUBTFUL, DOUBTFUL_M = 2.0, 100.0
"""More than so many times the straight line, and so many metres round: a path may be missing."""

UNITS_NAMED = 3

BEST_GAP, UNKNOWN_GAP = GAP_CLASSES[0], "unknown"
SOMEBODY = 1.0
"""Residents from which somebody is spoken of: they are sums of shares."""

TATAMI_M2 = 1.62
"""One tatami, at the least: 不動産の表示に関する公正競争規約施行規則 (畳1枚当たりの広さは1.62㎡以上)."""

Row = Mapping[Any, Any]


def unit_why(row: Row, lang: str) -> str:
    """Say why a unit is as it is; nothing where its reason is not shown."""
    said = [_unit_why(row, lang)]
    if row["gap"] == UNKNOWN_GAP:
        said.insert(0, text("unit.unknown", lang, n=number(row["places_unknown_n"])))
    return _joined([one for one in said if one], lang)


def sign_note(row: Row, lang: str) -> str:
    """Say why the sign of a unit and its residents differ: places are inside, people walk out of it."""
    weekly = row["gap"] == BEST_GAP
    reached = row["residents"] - row["unreached"]
    if not (row["unreached"] if weekly else reached) >= SOMEBODY:
        return ""
    what = "few" if weekly else "all" if row["unreached"] < SOMEBODY else "some"
    limit = limit_text(row["walk_limit_m"], row["walk_limit_min"], lang)
    return text(f"unit.sign.{what}", lang, sign=text(f"gap.{row['gap']}", lang), limit=limit)


def _unit_why(row: Row, lang: str) -> str:
    match row["reason"]:
        case "nobody":
            return text("unit.nobody", lang, age_group=age_group_text(row["age_group"], lang))
        case "no_way" | "no_way_known" | "place_off_streets" as code:
            return text(f"unit.{code}", lang)
        case "off_streets":
            everybody = row["off_streets"] >= row["residents"]
            return text("unit.off_streets" if everybody else "unit.off_streets.half", lang)
        case "nearest_weekly":
            return _nearest_weekly(row, lang)
        case "needs_transport" | "needs_transport_stops" | "needs_transport_stops_known" as code:
            return _joined(_needs_transport(row, code, lang), lang)
    return ""


def _needs_transport(row: Row, code: str, lang: str) -> list[str]:
    values = {
        "limit": limit_text(row["walk_limit_m"], row["walk_limit_min"], lang),
        "age_group": age_group_text(row["age_group"], lang),
        "people": people(row["needs_transport_below"], lang),
    }
    said = [text("unit.needs_transport", lang, **values)]
    return said if code == "needs_transport" else [*said, *_stops(row, code, lang)]


def _joined(said: Sequence[str], lang: str) -> str:
    return text("unit.joint", lang).join(said)


def _nearest_weekly(row: Row, lang: str) -> str:
    walk_m, straight_m = row["nearest_place_walk_m"], row["nearest_place_straight_m"]
    way = walk(walk_m, row["nearest_place_walk_min"], lang)
    way += effort(row["nearest_place_climb_m"], row["nearest_place_steps"], lang)
    values = {"name": row["nearest_place_name"], "way": way}
    if row["council_id"] and row["nearest_place_council_id"] != row["council_id"]:
        values["area"] = row["nearest_place_council_name"]
    key = "unit.nearest.elsewhere" if values.get("area") else "unit.nearest"
    said = [text(key, lang, **values)]
    if straight_m > 0 and walk_m / straight_m >= DETOUR_WORTH_SAYING:
        straight, times = metres(straight_m, lang), f"{walk_m / straight_m:.1f}"
        said.append(text("unit.detour", lang, straight=straight, times=times))
        said += [text("doubt.unit", lang)] if is_doubtful(walk_m, straight_m) else []
    return _joined(said, lang)


def is_doubtful(walk_m: float, straight_m: float) -> bool:
    """Say whether a way is so much longer than the straight line that a path may be missing."""
    return walk_m > DETOUR_DOUBTFUL * straight_m and walk_m - straight_m >= DOUBTFUL_M


def doubted(doubts: Sequence[Row], lang: str) -> str:
    """Say why a way may differ from the real one; nothing where nothing speaks for it."""
    if not doubts:
        return ""
    return text("doubt.line", lang, why=listed((_doubt(one, lang) for one in doubts), lang))


def _doubt(doubt: Row, lang: str) -> str:
    values = {name: value for name, value in doubt.items() if name != "code"}
    if "as_of" in doubt:
        values["date"] = date_text(doubt["as_of"], lang)
    if "gap_m" in doubt:
        values["gap"] = metres(doubt["gap_m"], lang)
    return text(f"doubt.{doubt['code']}", lang, **values)


def _stops(row: Row, code: str, lang: str) -> list[str]:
    """Name the nearest stop, who can walk to one, and the weekly place near a stop; never a ride."""
    if not row["nearest_stop_walk_m"] < math.inf:
        return [text("stop.nowhere", lang)]
    name, share_pct = row["nearest_stop_name"], row["stop_pct"]
    stop = text("stop.name", lang, name=name) if name else text("stop.nameless", lang)
    values = {"stop": stop, "walk": metres(row["nearest_stop_walk_m"], lang)}
    if is_figure(share_pct) and not share_pct > 0:
        limit = limit_text(row["walk_limit_m"], row["walk_limit_min"], lang)
        return [text("stop.none", lang, limit=limit, **values)]
    key = "stop.walk.share" if is_figure(share_pct) else "stop.walk"
    place = row["place_by_stop_name"]
    lacks = "stop.no_place_known" if code.endswith("_known") else "stop.no_place"
    return [
        text(key, lang, share=number(share_pct), **values),
        text("stop.place" if place else lacks, lang, place=place),
    ]


def divided_by(parts: Sequence[Row], lang: str) -> str:
    """Say by which borders a unit is cut: 「小学校区: A 62％・B 38％」; parts stand layer by layer."""
    said = []
    for _, layer in groupby(parts, key=itemgetter("layer")):
        named = list(layer)
        label = named[0]["label" if lang == "ja" else "label_en"]
        if named[0]["approximate"]:
            label = text("split.approximate", lang, layer=label)
        shares = [
            text("split.part", lang, area=part["area_name"], share=f"{part['share_pct']:.0f}")
            for part in named
        ]
        joint = text("split.part.joint", lang)
        said.append(text("split.layer", lang, layer=label, parts=joint.join(shares)))
    return text("split.joint", lang).join(said)


def doing(action: str, *, days_unknown: bool) -> str:
    """Return the word of what is to be done: of a place whose days nobody knows, to find them out first."""
    return "confirm" if days_unknown else action


def candidate(row: Row, lang: str, few: int = 0) -> str:
    """Say of a candidate what it gains, for whom, and the overlap; ``few`` as in ``people``."""
    values = {
        "age_group": age_group_text(row["age_group"], lang),
        "limit": limit_text(row["walk_limit_m"], row["walk_limit_min"], lang),
    }
    unknown = bool(row["days_unknown"])
    alone, after = row["newly_reached_alone"], row["newly_reached"]
    values["people"] = people(alone, lang, few)
    if unknown:
        lines = [text("choice.confirm", lang, **values)]
    else:
        now = schedule_said(row["schedule_text"], lang, assumed=bool(row["schedule_assumed"]))
        how = text(f"choice.{row['action']}", lang, now=now)
        lines = [text("choice.gain", lang, how=how, **values)]
    if alone - after >= WORTH_SAYING:
        key = "choice.after.decides" if unknown else "choice.after"
        lines.append(text(key, lang, people=people(after, lang, few)))
    lines += for_whom(row["units_gained"], lang, decides=unknown)
    lines.append(text("choice.overlap", lang, share=f"{row['overlap_pct']:.0f}"))
    return _joined(lines, lang) + text("unit.end", lang)


def for_whom(units: Sequence[str], lang: str, *, decides: bool = False) -> list[str]:
    """Name the units whose residents are newly reached, or for whom finding out decides, most first."""
    if not len(units):
        return []
    joint = text("choice.units.joint", lang)
    names = joint.join(units[:UNITS_NAMED])
    if len(units) > UNITS_NAMED:
        names = text("plan.reason.units.more", lang, units=names, count=number(len(units)))
    key = "plan.reason.units.decides" if decides else "plan.reason.units"
    return [text(key, lang, units=names)]


def falls_short(findings: Sequence[Row], lang: str) -> str:
    """Say why a place does not qualify, or what is not known of it."""
    joint = text("rule.joint", lang)
    return joint.join(_finding(one["rule"], one["asked"], one["found"], lang) for one in findings)


def _finding(rule: str, asked: str, found: str, lang: str) -> str:
    if not found:
        return text(f"rule.{rule}.unknown", lang, asked=asked)
    if rule == "open_to_all":
        return text("rule.open_to_all", lang)
    if rule == "frequency":
        said = (text(f"frequency.{one}", lang) for one in (asked, found))
        return text("rule.frequency", lang, **dict(zip(("asked", "found"), said, strict=True)))
    tatami = f"{float(asked) / TATAMI_M2:.4g}"
    asked, found = (f"{round(float(one), 2):g}" for one in (asked, found))
    return text(f"rule.{rule}", lang, asked=asked, found=found, tatami=tatami)
