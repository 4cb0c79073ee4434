"""
Candidates that add nothing, twins at one spot, a search that is interrupted, years that cannot be.

By HTTP and command line alike.

The street of tests/services/plans/test_plans.py: A, weekly, has 50 of 200; H3 (1,890 m) would bring 100.
"""

import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.cli.main import main
from geo import siting
from geo.siting import Plan, Problem, Search
from services.workspace.folder import Workspace, open_workspace
from tests.api.signing import planner
from tests.api.test_plans import finished
from tests.services.plans.test_plans import town

NEAR_A = [("H1", 0.0, {"capacity": 20.0}), ("H2", 10.0, {"capacity": 20.0})]
"""Whoever is within 500 m of them is within 500 m of A as well."""
TWINS = [("H3", 1890.0, {"capacity": 20.0}), ("H4", 1890.0, {"capacity": 20.0})]
NOTHING = {
    "ja": "条件に合う候補地のどれを選んでも、目標には何も足されません",
    "en": "No candidate that the conditions allow adds anything to the goals",
}
QUESTIONS: dict[str, dict[str, object]] = {
    "a number": {"most": 2},
    "a budget": {"budget_yen": 3_000_000},
    "years": {"years_yen": [3_000_000, 3_000_000]},
}


def by_http(workspace: Workspace, ask: dict[str, object]) -> dict[str, object]:
    with planner(workspace) as client:
        answer = client.post("/plans", json={"points_max": 0, "upgrades": False, **ask})
        assert answer.status_code == 202, answer.text
        job = finished(client, answer.json()["jobID"])
        assert job["status"] == "successful", job
        plan: dict[str, object] = client.get(str(job["plan"])).json()
        return plan


def by_command(workspace: Workspace, ask: dict[str, object], *options: str) -> int:
    file = workspace.path.parent / "ask.json"
    file.write_text(json.dumps({"points_max": 0, "upgrades": False, **ask}), "utf-8")
    return main([*options, "plan", str(workspace.path), "--ask", str(file)])


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_where_no_candidate_adds_anything_that_is_said(
    tmp_path: Path, ask: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = town(tmp_path / "town", *NEAR_A)
    plan = by_http(workspace, ask)
    assert (plan["status"], plan["chosen"]) == ("optimal", [])
    (remark,) = plan["relaxation"]  # type: ignore[misc]
    for lang, words in NOTHING.items():
        assert words in remark[lang]  # type: ignore[index]
        assert by_command(workspace, ask, "--lang", lang) == 0
        assert words in capsys.readouterr().out.replace("\n", " " if lang == "en" else "")


def test_a_share_that_no_candidate_can_bring_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = town(tmp_path / "town", *NEAR_A)
    ask: dict[str, object] = {"objectives": ["fewest_places"], "reach_pct": 70}
    plan = by_http(workspace, ask)
    assert plan["status"] == "infeasible"
    # A alone has 50 of 200.
    assert "25.0 % can be reached at most" in str(plan["relaxation"])
    assert by_command(workspace, ask, "--lang", "en") == 0
    assert "25.0 % can be reached at most" in capsys.readouterr().out


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_of_twins_at_one_spot_one_is_chosen_in_any_order_of_rows(
    tmp_path: Path, ask: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = []
    for number, rows in enumerate((TWINS, TWINS[::-1])):
        workspace = town(tmp_path / f"town{number}", *rows)
        plan = by_http(workspace, ask)
        assert plan["status"] == "optimal"
        assert plan["totals"]["newly_reached"] == pytest.approx(100.0)  # type: ignore[index]
        assert by_command(workspace, ask, "--json") == 0
        both = (plan, json.loads(capsys.readouterr().out))
        chosen += [[row["candidate_id"] for row in one["chosen"]] for one in both]
    assert len(chosen[0]) == 1
    assert chosen == [chosen[0]] * 4


def interrupted_solve(problem: Problem, _search: Search) -> Plan:
    """Behave as if somebody pressed Ctrl-C while the solver works."""
    os.kill(os.getppid(), signal.SIGINT)
    time.sleep(60.0)
    return siting.solve(problem)


def test_a_command_that_is_interrupted_in_mid_search_says_so_and_stores_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = town(tmp_path / "town", *TWINS)
    monkeypatch.setattr(siting, "solve", interrupted_solve)
    # Whoever starts the tests in the background may have the signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert by_command(workspace, {"most": 1}, "--lang", "ja") == 130
    finally:
        signal.signal(signal.SIGINT, before)
    said = capsys.readouterr()
    assert "中断" in said.err
    assert "Traceback" not in said.err
    assert not list((workspace.own / "plans").glob("[0-9]*"))


HALLS = [(name, x_m, {}) for name, x_m in (("H1", 700.0), ("H2", 1000.0), ("H3", 1890.0))]
LIST = """
[[planning.council_lists]]
council = "西地区"
must = ["H3会館"]
"""


@dataclass(frozen=True)
class Asked:
    """Years in which not all can be had, and what would have to give."""

    ask: dict[str, object]
    english: tuple[str, ...]
    japanese: tuple[str, ...]
    profile: str = ""


YEARS = {
    # H3 opens for 1,000,000 and 100,000 a year: 900,000 more than there is in a year.
    "must-haves too dear": Asked(
        {"years_yen": [200_000, 200_000], "must": ["open-H3"]},
        ("the must-haves alone (H3会館)", "¥900,000 more in each year"),
        ("「必ず」とされたH3会館だけで、年ごとの予算", "毎年あと900,000円が必要"),
    ),
    "a council's must-have too dear": Asked(
        {"years_yen": [200_000, 200_000]},
        ("the must-haves alone (H3会館)", "on the lists of 西地区"),
        ("H3会館だけで、年ごとの予算", "一覧: 西地区"),
        LIST,
    ),
    # Carried, 350,000 more a year are 1,100,000 in all: enough for H3 in the second year.
    "must-haves too dear though money is carried": Asked(
        {"years_yen": [200_000, 200_000], "carry": True, "must": ["open-H3"]},
        ("the must-haves alone (H3会館)", "¥350,000 more in each year"),
        ("毎年あと350,000円が必要",),
    ),
    "must-haves too many": Asked(
        {"years_yen": [9_000_000], "visits": 1, "must": ["open-H3", "open-H1"]},
        ("the must-haves alone (H1会館, H3会館) are more than can start", "2 starts a year"),
        ("この年数で始められる数を超えます", "1年に2か所を始められること"),
    ),
    # Two years of 100,000 pay for D alone: 100 of 200. H3 alone would make 150 of 200.
    "a share too high for the money": Asked(
        {"years_yen": [100_000, 100_000], "reach_pct": 70},
        ("¥1,000,000 more in each year", "50.0 % can be reached at most"),
        ("毎年あと1,000,000円", "最大で50.0％"),
    ),
    # All 200 need D and H3.
    "a share too high for the number": Asked(
        {"years_yen": [5_000_000, 5_000_000], "reach_pct": 100, "most": 1},
        ("all rules need 2 places", "75.0 % can be reached at most"),
        ("2か所が必要です", "最大で75.0％"),
    ),
}


@pytest.mark.parametrize("case", YEARS.values(), ids=YEARS)
def test_years_that_cannot_keep_all_conditions_say_which_and_by_how_much(
    tmp_path: Path, case: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    made = town(tmp_path / "town", *HALLS)
    profile = made.path / "profile.toml"
    profile.write_text(profile.read_text("utf-8") + case.profile, "utf-8")
    workspace = open_workspace(made.path)
    ask = {"upgrades": True, **case.ask}
    plan = by_http(workspace, ask)
    assert (plan["status"], plan["chosen"]) == ("infeasible", [])
    for lang, words in (("en", case.english), ("ja", case.japanese)):
        told = " / ".join(one[lang] for one in plan["relaxation"])  # type: ignore[attr-defined]
        assert by_command(workspace, ask, "--lang", lang) == 0
        shown = " ".join(capsys.readouterr().out.split())
        for word in words:
            assert word in told
            assert "".join(word.split()) in "".join(shown.split())
