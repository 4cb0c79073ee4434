"""Words: the sentences of what leaves, made last, from the facts that are shown."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import pandas as pd

from geo.schedule.typed import Schedule, parse_schedule
from services.profile import Profile
from services.results.milestones import Names, milestone_sentence, names_of
from services.words import reasons
from services.words.schedules import schedule_read
from services.words.texts import metres, text

Frame = TypeVar("Frame", bound=pd.DataFrame)
Row = Mapping[Any, Any]


def gaps_in_words(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return gaps with ``why``, ``sign_note`` and ``split_by`` in both languages, and whether a border cuts them."""
    rows = gaps.to_dict("records")
    parts = [_listed(cell) for cell in gaps["divided"]]
    return gaps.assign(
        **_both("why", reasons.unit_why, rows),
        **_both("sign_note", reasons.sign_note, rows),
        is_split=[len(cell) > 0 for cell in parts],
        **_both("split_by", reasons.divided_by, parts),
    )


def milestones_in_words(milestones: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Return milestones with ``said`` in both languages, as the profile calls them."""
    say = partial(_milestone, names=names_of(profile))
    return milestones.assign(**_both("said", say, milestones.to_dict("records")))


def _milestone(row: Row, lang: str, *, names: Names) -> str:
    return milestone_sentence(row, names, lang)


def places_in_words(places: Frame, snap_limit_m: float) -> Frame:
    """
    Return places with ``qualifies_why``, ``unsnapped_why`` and how the schedule was read.

    Each in both languages; ``snap_limit_m`` is how far from a street a place may be.
    """
    findings = [_listed(cell) for cell in places["falls_short"]]
    schedules = [parse_schedule(str(typed)) for typed in places["schedule_text"]]
    read = list(zip(schedules, places["frequency"].astype(str), strict=True))
    return places.assign(
        **_both("qualifies_why", reasons.falls_short, findings),
        **_both("schedule_read", _read, read),
        **_both(
            "unsnapped_why", partial(_cut_off, limit_m=snap_limit_m), places["unsnapped"].tolist()
        ),
        schedule_unread=[schedule.unread for schedule in schedules],
    )


def rules_in_words(rules: pd.DataFrame) -> pd.DataFrame:
    """Return verdicts of rule sets with ``fails`` and ``not_known`` in words of both languages."""
    return rules.assign(
        **_both("fails", reasons.falls_short, rules["fails"].tolist()),
        **_both("not_known", reasons.falls_short, rules["not_known"].tolist()),
    )


def _cut_off(reason: str, lang: str, *, limit_m: float) -> str:
    return text(f"snap.{reason}", lang, limit=metres(limit_m, lang)) if reason else ""


def _read(schedule: tuple[Schedule, str], lang: str) -> str:
    return schedule_read(*schedule, lang)


def candidates_in_words(candidates: Frame, few: int = 0) -> Frame:
    """Return candidates with ``reasons`` in both languages; ``few`` as in ``people``."""
    rows = candidates.to_dict("records")
    return candidates.assign(
        **_both("reasons", partial(reasons.candidate, few=few), rows),
        # One cell whatever the language: clients part it at the Japanese comma.
        units_gained=[text("text.list", "ja").join(cell) for cell in candidates["units_gained"]],
    )


def _both(name: str, say: Callable[[Any, str], str], facts: Sequence[Any]) -> dict[str, list[str]]:
    return {
        name: [say(one, "ja") for one in facts],
        f"{name}_en": [say(one, "en") for one in facts],
    }


def _listed(cell: Any) -> Sequence[Row]:  # noqa: ANN401  a list of a table, or nothing where there is none
    return cell if hasattr(cell, "__len__") else ()
