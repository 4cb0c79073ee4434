"""Whose proof a plan has, the certificate's or the solver's; and which parts a crash has left out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from api.cli.main import main
from api.plan_page import render_plan
from geo.siting import Plan, StageResult
from geo.siting.certificate import Certificate, Proof
from services.plans.record import _proof
from services.plans.solve import as_proven, make_plan
from services.plans.views import plan_body
from services.plans.words import proof
from services.reports.plan import plan_report
from services.words.texts import LANGS, text
from services.workspace.folder import Workspace
from tests.crashes import dies, one_year_unproven, years_unproven
from tests.services.plans.test_plans import asked, town

BY_SOLVER = {"ja": "別の計算では検算していません", "en": "no other calculation verified it"}
LEAF = np.array([[-1, 0, 0, -1]])
SOLVED = Plan(
    "optimal",
    (1,),
    (
        StageResult("most_reached", 90.0, 90.0, 90.0, 0.0, "optimal"),
        StageResult("cheapest", 50.0, 50.0, 50.0, 0.0, "optimal"),
    ),
    tie="decided",
)
"""Proven to be the best by the word of the solver."""


def proven(*bounds: float, relaxed: bool) -> Certificate:
    of = Proof(np.zeros((1, 0)), LEAF, is_relaxed=relaxed)
    return Certificate(("most_reached", "cheapest"), (of, of), bounds, ())


def told(plan: Plan, lang: str) -> str:
    return proof(_proof(plan), lang)


def test_what_the_solver_says_is_said_to_be_its_word_alone() -> None:
    for lang in LANGS:
        assert BY_SOLVER[lang] in told(SOLVED, lang)


def test_a_certificate_that_closes_is_the_proof() -> None:
    plan = as_proven(SOLVED, proven(90.0, 50.0, relaxed=True))
    assert (plan.status, plan.tie) == ("optimal", "decided")
    assert [stage.by for stage in plan.stages] == ["certificate"] * 2
    for lang in LANGS:
        assert BY_SOLVER[lang] not in told(plan, lang)


def test_a_certificate_that_does_not_close_is_told_as_a_gap_though_the_solver_closed() -> None:
    # 92 are possible as far as is proven: 2 of 92 are 2.2 %, rounded up.
    plan = as_proven(SOLVED, proven(92.0, 50.0, relaxed=True))
    assert (plan.status, plan.tie) == ("feasible", "")
    first, second = plan.stages
    assert (first.status, first.bound, first.by) == ("feasible", 92.0, "certificate")
    assert first.gap_pct == pytest.approx(100.0 * 2 / 92)
    assert second.status == "optimal"
    goals = [text(f"plan.goal.{one.objective}", "en") for one in plan.stages]
    sure = ("at most 2.2 % from the best", "proven to be the best")
    assert told(plan, "en") == "; ".join(map(": ".join, zip(goals, sure, strict=True)))


@pytest.mark.parametrize(
    "certificate",
    [
        proven(95.0, 50.0, relaxed=False),  # too large to look at
        proven(np.inf, 50.0, relaxed=True),  # nothing came of it
    ],
)
def test_where_there_is_no_certificate_the_word_of_the_solver_stays(
    certificate: Certificate,
) -> None:
    plan = as_proven(SOLVED, certificate)
    assert plan.status == "optimal"
    assert [stage.by for stage in plan.stages] == ["solver", "certificate"]
    assert BY_SOLVER["ja"] in told(plan, "ja")


def test_a_search_that_was_ended_stays_ended_with_the_gap_that_is_proven() -> None:
    stages = tuple(replace(one, status="cancelled") for one in SOLVED.stages)
    ended = replace(SOLVED, status="cancelled", stages=stages)
    plan = as_proven(ended, proven(92.0, 50.0, relaxed=True))
    assert (plan.status, plan.stages[0].status) == ("cancelled", "cancelled")
    assert "2.2 %" in told(plan, "en")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return town(tmp_path)


PARTS = {
    "relaxation": (
        ("geo.siting", "relax"),
        {"most": 1, "reach_pct": 100.0, "objectives": ["fewest_places"]},
        {"ja": "どの条件をゆるめればよいか", "en": "Which condition would have to give"},
    ),
    "stability": (
        ("services.plans.solve", "stability_of"),
        {"most": 1, "stability": True},
        {"ja": "条件を変えた場合の確認", "en": "under other conditions"},
    ),
    "certificate": (
        ("services.plans.searches", "certificate_of"),
        {"most": 1},
        {"ja": "この案の検算ができません", "en": "was not verified by another calculation"},
    ),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_left_out_because_of_a_crash_is_said(
    workspace: Workspace,
    part: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (home, name), ask, words = PARTS[part]
    monkeypatch.setattr(f"{home}.{name}", dies)
    plan = make_plan(workspace, asked(**ask))
    assert plan.record["crashed"] == [{"code": part}]
    (said,) = plan_body(plan)["crashed"]
    for lang in LANGS:
        assert words[lang] in said[lang]
        assert said[lang] in render_plan(plan_report(plan, lang))
    if part == "relaxation":
        assert plan.record["relaxation"] == []
    if part == "certificate":
        assert BY_SOLVER["en"] in plan_body(plan)["proof"]["en"]


def test_a_plan_of_which_nothing_crashed_says_nothing_of_it(workspace: Workspace) -> None:
    plan = make_plan(workspace, asked(most=1))
    assert plan.record["crashed"] == []
    assert plan.record["proof"]["by"] == "certificate"


def test_the_command_says_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("services.plans.searches.certificate_of", dies)
    command = ["plan", str(workspace.path), "--most", "1", "--points", "0"]
    assert main(["--lang", "ja", *command]) == 0
    assert PARTS["certificate"][2]["ja"] in capsys.readouterr().out.replace("\n", "")


SHORT = {"ja": "最後まで調べられませんでした", "en": "was not looked for to the end"}


@pytest.mark.parametrize(
    ("ask", "facts"),
    [
        # All 200 need two places.
        ({"most": 1, "reach_pct": 100, "objectives": ["fewest_places"]}, ["most", "reach"]),
        ({"years_yen": [100_000], "reach_pct": 70}, ["more_yen", "reach"]),
    ],
)
def test_what_would_have_to_give_is_said_to_be_unproven_where_time_ended_the_search(
    workspace: Workspace,
    ask: dict[str, object],
    facts: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = make_plan(workspace, asked(**ask))
    assert [one["code"] for one in plan.record["relaxation"]] == facts
    monkeypatch.setattr("geo.siting.relax", one_year_unproven)
    monkeypatch.setattr("services.plans.solve.relax_years", years_unproven)
    told_of = plan_body(make_plan(workspace, asked(**ask)))["relaxation"]
    assert [one["code"] for one in told_of] == [*facts, "unproven"]
    for lang in LANGS:
        assert SHORT[lang] in told_of[-1][lang]
