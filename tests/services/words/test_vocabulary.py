"""Closed vocabularies: complete where something is said of every class, and in one order everywhere."""

import pytest

from geo.schedule.typed import frequency_class, least_schedule, parse_schedule
from geo.vocabulary import FREQUENCIES, GAP_CLASSES, LEAST_DAYS_PER_WEEK, rank
from services.drawing.chart import markers
from services.drawing.signs import DECISION_SIGNS, GAP_SIGNS, PLACE_SIGNS, SCENARIO_SIGNS
from services.profile.schema import FrequencyRules, Profile, Subsidies
from services.words.texts import LANGS, catalogue
from services.words.vocabulary import (
    CANDIDATE_ACTIONS,
    DECISION_STATUSES,
    NEXT_STATUSES,
    PLACE_STATUSES,
    SCENARIO_ACTIONS,
)


def test_a_more_frequent_class_meets_on_more_days() -> None:
    assert tuple(LEAST_DAYS_PER_WEEK) == FREQUENCIES
    days = list(LEAST_DAYS_PER_WEEK.values())
    assert days == sorted(set(days))
    assert days[0] == 0
    assert FrequencyRules().permanent_min_days_per_week == days[-1]


@pytest.mark.parametrize("name", FREQUENCIES)
def test_the_least_schedule_of_a_class_is_of_that_class(name: str) -> None:
    most = LEAST_DAYS_PER_WEEK[FREQUENCIES[-1]]
    schedule = parse_schedule(least_schedule(name))
    assert frequency_class(schedule, permanent_min_days_per_week=most) == name


@pytest.mark.parametrize("days", range(8))
def test_a_schedule_is_of_the_most_frequent_class_whose_days_it_has(days: int) -> None:
    found = frequency_class(parse_schedule(f"週{days}回"), permanent_min_days_per_week=3)
    had = [name for name in FREQUENCIES if 0 < LEAST_DAYS_PER_WEEK[name] <= days]
    assert found == (had[-1] if had else "")


def test_what_is_no_class_is_rarer_than_any() -> None:
    assert [rank(name) for name in ("", "never", *FREQUENCIES)] == [
        -1,
        -1,
        *range(len(FREQUENCIES)),
    ]


def test_every_class_has_a_ceiling_and_no_class_is_paid_nothing() -> None:
    ceilings = Subsidies(**{f"{name}_max_yen": rank(name) + 1 for name in FREQUENCIES})
    assert [ceilings.yearly_max_yen(name) for name in FREQUENCIES] == [
        rank(name) + 1 for name in FREQUENCIES
    ]
    assert ceilings.yearly_max_yen("") == 0


@pytest.mark.parametrize("lang", LANGS)
def test_every_class_has_words(lang: str) -> None:
    words = catalogue(lang)
    wanted = [f"frequency.{name}" for name in ("", *FREQUENCIES)]
    wanted += [f"gap.{name}" for name in GAP_CLASSES]
    wanted += [f"status.{name}" for name in PLACE_STATUSES]
    wanted += [f"decision.status.{name}" for name in DECISION_STATUSES]
    wanted += [f"action.{name}" for name in CANDIDATE_ACTIONS]
    assert [key for key in wanted if not words.get(key)] == []


def test_every_decision_can_be_followed() -> None:
    assert set(NEXT_STATUSES) == {"", *DECISION_STATUSES}
    assert {name for after in NEXT_STATUSES.values() for name in after} <= set(DECISION_STATUSES)


def test_the_schema_of_a_profile_lists_the_classes() -> None:
    target = Profile.model_json_schema()["$defs"]["Target"]
    assert target["properties"]["frequency"]["enum"] == list(FREQUENCIES)


def test_every_class_has_a_sign() -> None:
    assert set(PLACE_SIGNS) == {"", *FREQUENCIES}
    assert tuple(GAP_SIGNS) == GAP_CLASSES
    assert tuple(DECISION_SIGNS) == DECISION_STATUSES
    assert tuple(SCENARIO_SIGNS) == SCENARIO_ACTIONS


def test_every_class_is_drawn_by_one_marker_the_rarest_first() -> None:
    names = [name for classes in markers().values() for name in classes]
    assert names == list(FREQUENCIES)
