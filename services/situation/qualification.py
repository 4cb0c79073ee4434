"""Qualification: what a municipality asks of a gathering place, and why a place falls short."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from geo.schedule.recurrence import hours_of
from geo.schedule.typed import Schedule
from geo.vocabulary import rank
from services.profile import Qualification
from services.registry.attributes import TATAMI_M2
from services.words.dates import last_day
from services.words.texts import LANGS, text

YES, NO, UNKNOWN = "yes", "no", "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a place qualifies, and in words why not, or what is not known."""

    qualifies: str
    ja: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class _Finding:
    verdict: str
    ja: str
    en: str


def has_rules(rules: Qualification) -> bool:
    """Say whether the municipality asks for anything."""
    asked = rules.model_dump(exclude={"origin", "counts_only_qualifying", "conditions"})
    return any(value is not None for value in asked.values())


def least_area_m2(rules: Qualification) -> float | None:
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
    return Verdict(
        NO if failed else UNKNOWN,
        "、".join(finding.ja for finding in shown),
        ", ".join(finding.en for finding in shown),
    )


def qualify_all(
    places: pd.DataFrame, schedules: list[Schedule], rules: Qualification
) -> dict[str, list[str]]:
    """Return the columns qualifies ('' where nothing is asked), qualifies_why and qualifies_why_en."""
    if not has_rules(rules):
        empty = [""] * len(places)
        return {"qualifies": empty, "qualifies_why": empty, "qualifies_why_en": empty}
    verdicts = [
        qualify(place, schedule, rules)
        for place, schedule in zip(places.to_dict("records"), schedules, strict=True)
    ]
    return {
        "qualifies": [verdict.qualifies for verdict in verdicts],
        "qualifies_why": [verdict.ja for verdict in verdicts],
        "qualifies_why_en": [verdict.en for verdict in verdicts],
    }


def subsidy_ending(places: pd.DataFrame, *, after: date, months: int) -> pd.DataFrame:
    """Return the places whose subsidy ends within so many months after a day, soonest first."""
    ends = [last_day(text) for text in places["subsidy_end"]]
    limit = _months_after(after, months)
    soon = [end is not None and after <= end <= limit for end in ends]
    return places[soon].sort_values(["subsidy_end", "place_id"])


def _months_after(day: date, months: int) -> date:
    # The last day of the month that lies so many months later, at the most the same day.
    later = (pd.Timestamp(day) + pd.DateOffset(months=months)).date()
    return date(later.year, later.month, later.day)


def _findings(
    place: Mapping[Hashable, object], schedule: Schedule, rules: Qualification
) -> Iterator[_Finding]:
    if rules.min_frequency:
        yield _frequency(str(place["frequency"]), rules.min_frequency, schedule)
    if rules.min_hours:
        yield _measure(
            hours_of(schedule),
            rules.min_hours,
            ja=("1回{asked:g}時間以上でない（{found:g}時間）", "1回の時間がわからない"),
            en=("under {asked:g} hours a session ({found:g})", "hours of a session not known"),
        )
    least_m2 = least_area_m2(rules)
    if least_m2:
        tatami = least_m2 / TATAMI_M2
        yield _measure(
            _figure(place["floor_area_m2"]),
            least_m2,
            ja=(
                f"広さが{{asked:g}}m²（{tatami:.4g}畳）以上でない（{{found:g}}m²）",
                "広さがわからない",
            ),
            en=(
                f"floor area under {{asked:g}} m² ({tatami:.4g} tatami; it has {{found:g}} m²)",
                "floor area not known",
            ),
        )
    if rules.min_exercise_minutes:
        yield _measure(
            _figure(place["exercise_minutes"]),
            rules.min_exercise_minutes,
            ja=("体操が1回{asked:g}分以上でない（{found:g}分）", "体操の時間がわからない"),
            en=(
                "under {asked:g} minutes of exercise a session ({found:g})",
                "minutes of exercise not known",
            ),
        )


def _frequency(found: str, asked: str, schedule: Schedule) -> _Finding:
    if not found and not schedule.rules:
        return _Finding(UNKNOWN, "開催日がわからない", "schedule not known")
    enough = rank(found) >= rank(asked)
    ja, en = (
        text(
            "qualification.frequency",
            lang,
            asked=text(f"frequency.{asked}", lang),
            found=text(f"frequency.{found or 'rare'}", lang),
        )
        for lang in LANGS
    )
    return _Finding(YES if enough else NO, ja, en)


def _measure(
    found: float | None, asked: float, *, ja: tuple[str, str], en: tuple[str, str]
) -> _Finding:
    """Compare a figure with what is asked; 1e-9: 6 tatami of 1.62 m² are 9.72 m², float noise or not."""
    if found is None:
        return _Finding(UNKNOWN, ja[1], en[1])
    values = {"found": round(found, 2), "asked": round(asked, 2)}
    verdict = YES if found >= asked - 1e-9 else NO
    return _Finding(verdict, ja[0].format(**values), en[0].format(**values))


def _figure(value: object) -> float | None:
    return None if pd.isna(value) else float(str(value))  # type: ignore[call-overload]  # any scalar
