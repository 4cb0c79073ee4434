"""Sentences of the answer for one point, short enough to be read aloud, in either language."""

import math
from collections.abc import Iterable, Iterator

from geo.arrays import TOLERANCE
from geo.coverage.reached import Limit
from services.why.changes import Changes, Near, Shortcut
from services.why.straight import OnTheLine
from services.why.told import Way, Why
from services.words.assumptions import schedule_said
from services.words.reasons import DETOUR_WORTH_SAYING
from services.words.texts import limit_text, metres, text, walk

LEG_WORTH_SAYING_M = 20.0
CLIMB_WORTH_SAYING_M = 5.0
HERE_M = 1.0
PATH_WORTH_SAYING_M = 100.0
"""A path that is not enough is told where it saves so much."""


def sentences(answer: Why, lang: str) -> list[str]:
    """Return the answer in sentences: the verdict, the way, what lies between, what would help."""
    way, limit = answer.way, answer.limit
    said = {"limit": limit_text(limit.m, limit.minutes, lang), "frequency": _often(way, lang)}
    near = [] if answer.changes is None else answer.changes.near
    beyond = "why.beyond_known" if any(one.days_unknown for one in near) else "why.beyond"
    lines = [text("why.within" if way.within_limit else beyond, lang, **said)]
    lines += _unsnapped(answer, lang)
    no_way = "why.no_way_known" if answer.days_unknown else "why.no_way"
    lines += _way(answer, lang) if way.place_id else [text(no_way, lang, **said)]
    lines += [] if way.place_id else _piece(answer, lang)
    lines += _leg(answer, lang)
    lines += _straight(answer, lang)
    if answer.changes is not None:
        lines += _changes(answer, answer.changes, lang)
    return lines


def found_sentence(found: OnTheLine, lang: str) -> str:
    """Say one thing that the straight line meets."""
    ahead = found.from_m >= HERE_M
    start = text("why.start.ahead", lang, ahead=metres(found.from_m, lang))
    start = start if ahead else text("why.start.here", lang)
    said = {"start": start, "length": metres(found.length_m, lang)}
    if found.kind == "barrier":
        return text("why.found.barrier", lang, start=start, name=found.name)
    if found.kind == "no_street":
        return text("why.found.no_street", lang, **said)
    first, last = found.streets
    streets = text("why.found.streets", lang, first=first, last=last) if first and last else ""
    around = metres(found.around_m, lang)
    return text("why.found.break", lang, **said, around=around, streets=streets)


def _often(way: Way, lang: str) -> str:
    return text(f"frequency.{way.frequency}", lang)


def _unsnapped(answer: Why, lang: str) -> Iterator[str]:
    leg = answer.leg
    if leg.reason:
        street = metres(leg.nearest_street_m, lang)
        limit = metres(leg.snap_limit_m, lang)
        yield text(f"why.unsnapped.{leg.reason}", lang, street=street, limit=limit)


def _piece(answer: Why, lang: str) -> Iterator[str]:
    """Say that the street leads nowhere else, where no place can be walked to."""
    if answer.piece is not None:
        told = {
            name.removesuffix("_m"): metres(value, lang)
            for name, value in answer.piece.items()
            if name != "code"
        }
        yield text(f"why.piece.{answer.piece['code']}", lang, **told)


def _leg(answer: Why, lang: str) -> Iterator[str]:
    leg = answer.leg
    if leg.leg_m is not None and leg.leg_s is not None and leg.leg_m >= LEG_WORTH_SAYING_M:
        yield text("why.leg", lang, leg=metres(leg.leg_m, lang), seconds=round(leg.leg_s))


def _way(answer: Why, lang: str) -> Iterator[str]:
    way, limit = answer.way, answer.limit
    told = {"name": way.name, "schedule": _schedule(way, lang)}
    yield text("why.nearest", lang, **told, walk=_walk(way.way_m, way.way_s, lang))
    yield from _too_long(way, limit, lang)
    if way.own_area is False:
        yield text("why.nearer_elsewhere", lang, name=way.name, area=way.area_name)
    if way.approximate:
        yield text("why.private", lang, name=way.name)
    if (way.climb_m or 0.0) >= CLIMB_WORTH_SAYING_M:
        yield text("why.climb", lang, climb=metres(way.climb_m, lang))
    if round(way.steps_n or 0.0) > 0:
        yield text("why.steps", lang, steps=round(way.steps_n or 0.0))
    if round(way.private_m or 0.0) > 0:
        yield text("why.private_road", lang, length=metres(way.private_m, lang))
    if round(way.at_times_m or 0.0) > 0:
        yield text("why.at_times", lang, length=metres(way.at_times_m, lang))
    if passed := _passed(way, lang):
        yield text("why.passes", lang, what=text("why.and", lang).join(passed))


def _too_long(way: Way, limit: Limit, lang: str) -> Iterator[str]:
    """Say by how much the limit is missed, metres before minutes."""
    if way.walk_m is None or way.walk_s is None or way.within_limit:
        return
    over_m = 0.0 if limit.m is None else way.walk_m - limit.m
    over_min = 0.0 if limit.minutes is None else way.walk_s / 60.0 - limit.minutes
    if over_m > TOLERANCE:
        least, over = limit_text(limit.m, None, lang), limit_text(_up(over_m), None, lang)
        yield text("why.too_long", lang, limit=least, over=over)
    elif over_min > 0:
        least = limit_text(None, limit.minutes, lang)
        yield text("why.too_long", lang, limit=least, over=limit_text(None, _up(over_min), lang))


def _passed(way: Way, lang: str) -> list[str]:
    found = []
    for each in way.streets:
        if each["kind"] in ("bridge", "tunnel", "elevator"):
            kind = text(f"why.kind.{each['kind']}", lang)
            named = text("why.named", lang, kind=kind, name=each["name"])
            found.append(named if each["name"] else kind)
    return list(dict.fromkeys(found))


def _straight(answer: Why, lang: str) -> Iterator[str]:
    straight = answer.straight
    if straight is None:
        return
    barriers = [each for each in straight.found if each.kind == "barrier"]
    detour = straight.detour
    if detour is not None and detour >= DETOUR_WORTH_SAYING:
        direct = metres(straight.line.length_m, lang)
        yield text("why.detour", lang, straight=direct, times=f"{detour:.1f}")
        yield from (found_sentence(each, lang) for each in straight.found)
    else:
        yield from (found_sentence(each, lang) for each in barriers)


def _changes(answer: Why, changes: Changes, lang: str) -> Iterator[str]:
    limit = answer.limit
    if changes.far_leg is not None:
        far = changes.far_leg
        leg, way = metres(far.leg_m, lang), _walk(far.walk_m, far.walk_s, lang)
        yield text("why.far_leg", lang, leg=leg, walk=way)
    if changes.needed_m is not None and changes.needed_min is not None:
        needed_m = None if limit.m is None else max(_up(changes.needed_m), limit.m)
        needed_min = None if limit.minutes is None else max(_up(changes.needed_min), limit.minutes)
        yield text("why.change.limit", lang, limit=limit_text(needed_m, needed_min, lang))
    for walker in changes.walkers:
        if walker.within_limit:
            label = walker.label if lang == "ja" else walker.label_en
            yield text("why.change.walker", lang, label=label)
            break
    yield from _schedules(answer, changes, lang)
    for place in changes.stopped[:1]:
        told = {"name": place.name, "walk": _walk(place.walk_m, place.walk_s, lang)}
        yield text(f"why.change.stopped.{place.stopped}", lang, **told)
    if changes.path is not None:
        yield from _path(changes.path, lang)


def _schedules(answer: Why, changes: Changes, lang: str) -> Iterator[str]:
    if changes.together:
        yield text("why.change.together", lang, names=_names(changes.together, lang))
        return
    if changes.alternating:
        yield text("why.change.alternating", lang, names=_names(changes.alternating, lang))
    # What may be there already comes before what would have to change.
    for place in sorted(changes.near, key=lambda one: not one.days_unknown)[:1]:
        yield text(
            "why.change.confirm" if place.days_unknown else "why.change.upgrade",
            lang,
            name=place.name,
            schedule=_schedule(place, lang),
            walk=_walk(place.walk_m, place.walk_s, lang),
            frequency=_often(answer.way, lang),
        )


def _path(path: Shortcut, lang: str) -> Iterator[str]:
    if not path.enough and (path.saved_m or 0.0) < PATH_WORTH_SAYING_M:
        return
    street = text("why.street", lang, name=path.from_street) if path.from_street else ""
    yield text(
        "why.change.path" if path.enough else "why.change.path_only",
        lang,
        begins=text(f"why.begins.{path.begins}", lang, street=street),
        to_street=path.to_street or text("why.a_street", lang),
        path=metres(_up(path.path_m), lang),
        saved=metres(path.saved_m, lang),
    )


def _names(names: Iterable[str], lang: str) -> str:
    quoted = [f"「{name}」" if lang == "ja" else name for name in names]
    return text("why.and", lang).join(quoted)


def _schedule(place: Way | Near, lang: str) -> str:
    return schedule_said(place.schedule_text, lang, assumed=place.schedule_assumed) or text(
        "why.no_schedule", lang
    )


def _walk(walk_m: float | None, walk_s: float | None, lang: str) -> str:
    return walk(walk_m, None if walk_s is None else walk_s / 60.0, lang)


def _up(value: float) -> float:
    """Return the next whole number: with less it would not do."""
    return float(math.ceil(value - TOLERANCE))
