"""Qualification: what a municipality asks of a gathering place, and why a place falls short."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.schedule.typed import Schedule
from geo.vocabulary import rank
from services.profile import Qualification, RuleSet
from services.words.reasons import TATAMI_M2

YES, NO, UNKNOWN = "yes", "no", "unknown"
OTHER = "other"
"""Of a place that a rule set is not about."""
VERDICTS = (YES, NO, UNKNOWN, OTHER)
LESS = "rare"
"""Of a place that meets less than monthly."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a place qualifies, and which rules it fails, or which cannot be judged."""

    qualifies: str
    findings: tuple[dict[str, str], ...] = ()
    """``rule``, what is ``asked`` and what was ``found``, empty where it is not known."""


@dataclass(frozen=True, slots=True)
class _Finding:
    verdict: str
    rule: str
    asked: str
    found: str = ""

    def told(self) -> dict[str, str]:
        return {"rule": self.rule, "asked": self.asked, "found": self.found}


def has_rules(rules: Qualification) -> bool:
    """Say whether the municipality asks for anything."""
    asked = rules.model_dump(exclude={"origin", "counts_only_qualifying", "conditions"})
    return any(value is not None for value in asked.values())


def least_area_m2(rules: Qualification | RuleSet) -> float | None:
    """Return the floor area that is asked for, tatami at 1.62 m²; the larger of the two if both are."""
    areas = [rules.min_floor_area_m2, rules.min_tatami and rules.min_tatami * TATAMI_M2]
    return max((area for area in areas if area), default=None)


def qualify(place: Mapping[Hashable, object], schedule: Schedule, rules: Qualification) -> Verdict:
    """
    Judge one place by its own schedule and attributes.

    It fails if one rule fails, and is unknown if no rule fails but one cannot be judged. Without
    rules every place qualifies.
    """
    found = list(_findings(place, schedule, rules))
    failed = [finding for finding in found if finding.verdict == NO]
    open_ones = [finding for finding in found if finding.verdict == UNKNOWN]
    shown = failed or open_ones
    if not shown:
        return Verdict(YES)
    return Verdict(NO if failed else UNKNOWN, tuple(finding.told() for finding in shown))


def judge(
    place: Mapping[Hashable, object], schedule: Schedule, rules: RuleSet
) -> tuple[str, list[dict[str, str]], list[dict[str, str]]]:
    """
    Judge one place by one of several rule sets: its verdict, the rules it fails, and what is not known.

    OTHER where the set is about other kinds and programmes. A condition in words is never taken as
    met: somebody has to look.
    """
    named = {str(place[name]) for name in ("kind", "programme_id")} - {""}
    if rules.accepts and named and not named & set(rules.accepts):
        return OTHER, [], []
    found = list(_findings(place, schedule, rules))
    if rules.accepts and not named:
        found.insert(0, _Finding(UNKNOWN, "kind", ""))
    if rules.open_to_all:
        found.append(_flag("open_to_all", place["open_to_all"]))
    found += [_Finding(UNKNOWN, "condition", words) for words in rules.conditions]
    fails, unknown = (
        [finding.told() for finding in found if finding.verdict == verdict]
        for verdict in (NO, UNKNOWN)
    )
    return NO if fails else UNKNOWN if unknown else YES, fails, unknown


def qualify_all(
    places: pd.DataFrame, schedules: list[Schedule], rules: Qualification
) -> dict[str, list[Any]]:
    """Return the columns qualifies ('' where nothing is asked) and falls_short."""
    if not has_rules(rules):
        return {"qualifies": [""] * len(places), "falls_short": [[] for _ in range(len(places))]}
    verdicts = [
        qualify(place, schedule, rules)
        for place, schedule in zip(places.to_dict("records"), schedules, strict=True)
    ]
    return {
        "qualifies": [verdict.qualifies for verdict in verdicts],
        "falls_short": [list(verdict.findings) for verdict in verdicts],
    }


def _findings(
    place: Mapping[Hashable, object], schedule: Schedule, rules: Qualification | RuleSet
) -> Iterator[_Finding]:
    if rules.min_frequency:
        yield _frequency(str(place["frequency"]), rules.min_frequency, schedule)
    if rules.min_hours:
        yield _measure("hours", schedule.hours, rules.min_hours)
    if least_m2 := least_area_m2(rules):
        yield _measure("floor_area", _figure(place["floor_area_m2"]), least_m2)
    if rules.min_exercise_minutes:
        found = _figure(place["exercise_minutes"])
        yield _measure("exercise", found, rules.min_exercise_minutes)


def _frequency(found: str, asked: str, schedule: Schedule) -> _Finding:
    if not found and not schedule.rules:
        return _Finding(UNKNOWN, "frequency", asked)
    verdict = YES if rank(found) >= rank(asked) else NO
    return _Finding(verdict, "frequency", asked, found or LESS)


def _measure(rule: str, found: float | None, asked: float) -> _Finding:
    """Compare a figure with what is asked; 1e-9: 6 tatami of 1.62 m² are 9.72 m², float noise or not."""
    if found is None:
        return _Finding(UNKNOWN, rule, repr(float(asked)))
    verdict = YES if found >= asked - 1e-9 else NO
    return _Finding(verdict, rule, repr(float(asked)), repr(float(found)))


def _flag(rule: str, value: object) -> _Finding:
    if value is None or pd.isna(value):  # type: ignore[call-overload]  # any scalar
        return _Finding(UNKNOWN, rule, YES)
    return _Finding(YES if value else NO, rule, YES, YES if value else NO)


def _figure(value: object) -> float | None:
    return None if pd.isna(value) else float(str(value))  # type: ignore[call-overload]  # any scalar
