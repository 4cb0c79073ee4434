"""What a municipality asks of a place, and why a place falls short: 松戸 asks weekly, 2 h, 6 tatami."""

import pandas as pd
import pytest

from geo.schedule.typed import frequency_class, parse_schedule
from services.profile import Qualification
from services.situation.qualification import least_area_m2, qualify, qualify_all
from services.words.reasons import falls_short

MATSUDO = Qualification(min_frequency="weekly", min_hours=2, min_tatami=6, origin="松戸市")


def judge(text, *, area_m2=20.0, exercise=None, rules=MATSUDO):
    schedule = parse_schedule(text)
    place = {
        "frequency": frequency_class(schedule, permanent_min_days_per_week=3),
        "floor_area_m2": area_m2,
        "exercise_minutes": exercise,
    }
    return qualify(place, schedule, rules)


def said(verdict, lang="ja"):
    return falls_short(verdict.findings, lang)


def test_a_weekly_place_of_two_hours_on_six_tatami_qualifies():
    assert judge("毎週月曜 10:00〜12:00", area_m2=6 * 1.62).qualifies == "yes"
    assert judge("平日 10:00〜12:00").qualifies == "yes"


@pytest.mark.parametrize(
    ("text", "area_m2", "ja", "en"),
    [
        ("第2・第4金曜 10:00〜12:00", 20, "週1以上でない（月1）", "not weekly (monthly)"),
        (
            "毎週月曜 10:00〜11:30",
            20,
            "1回2時間以上でない（1.5時間）",
            "under 2 hours a session (1.5)",
        ),
        (
            "毎週月曜 10:00〜12:00",
            9,
            "広さが9.72m²（6畳）以上でない（9m²）",
            "floor area under 9.72 m² (6 tatami; it has 9 m²)",
        ),
        ("年4回 10:00〜12:00", 20, "週1以上でない（月1回未満）", "not weekly (less than monthly)"),
    ],
)
def test_a_place_that_fails_has_its_reason_in_both_languages(text, area_m2, ja, en):
    verdict = judge(text, area_m2=area_m2)
    assert (verdict.qualifies, said(verdict), said(verdict, "en")) == ("no", ja, en)


def test_every_reason_is_given_not_only_the_first():
    verdict = judge("月1回 10:00〜11:00", area_m2=5)
    assert said(verdict).count("でない") == 3


@pytest.mark.parametrize(
    ("text", "area_m2", "ja"),
    [
        ("毎週月曜", 20, "1回の時間がわからない"),
        ("毎週月曜 10:00から", 20, "1回の時間がわからない"),
        ("毎週月曜 10:00〜12:00", None, "広さがわからない"),
        ("未定", 20, "開催日がわからない、1回の時間がわからない"),
    ],
)
def test_what_cannot_be_judged_is_unknown_and_not_failed(text, area_m2, ja):
    verdict = judge(text, area_m2=area_m2)
    assert (verdict.qualifies, said(verdict)) == ("unknown", ja)


def test_a_place_that_fails_one_rule_fails_though_another_is_unknown():
    verdict = judge("月1回", area_m2=20)
    assert verdict.qualifies == "no"
    assert "わからない" not in said(verdict)


def test_minutes_of_exercise_are_asked_where_the_municipality_asks_them():
    rules = Qualification(min_exercise_minutes=10)
    assert judge("未定", exercise=10.0, rules=rules).qualifies == "yes"
    assert said(judge("未定", exercise=5.0, rules=rules)) == "体操が1回10分以上でない（5分）"
    assert judge("未定", rules=rules).qualifies == "unknown"


def test_the_larger_of_two_floor_areas_is_asked():
    assert least_area_m2(Qualification(min_floor_area_m2=30, min_tatami=6)) == 30
    assert least_area_m2(Qualification(min_tatami=20)) == pytest.approx(32.4)
    assert least_area_m2(Qualification()) is None


def test_without_rules_nothing_is_said():
    places = pd.DataFrame({"frequency": [""], "floor_area_m2": [None]})
    verdicts = qualify_all(places, [parse_schedule("")], Qualification(origin="なし"))
    assert verdicts == {"qualifies": [""], "falls_short": [[]]}
