"""Searches in a process of their own: whatever ends it, the one who asked goes on with what is known."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from geo import siting
from geo.errors import BrokenModelError, InvalidInputError
from geo.siting import Incumbent, Search
from services.plans import apart
from services.plans.apart import CrashedError, searched
from services.plans.solve import make_plan
from services.plans.views import plan_body
from services.workspace.folder import Workspace
from tests.crashes import (
    TOLD,
    crashing_at_once,
    crashing_solve,
    dies_after_telling,
    dies_at_once,
    dies_in_a_later_plan,
    doubles,
    ends_when_asked,
    fails,
    has_no_memory,
    never_ends,
    no_certificate,
    os_pid,
    refuses,
)
from tests.services.plans.test_plans import asked, town

GONE_S = 20.0


@pytest.mark.parametrize(("work", "best"), [(dies_at_once, None), (dies_after_telling, TOLD)])
def test_a_process_that_dies_is_told_with_the_best_so_far(
    work: Callable[..., None], best: Incumbent | None
) -> None:
    told: list[Incumbent] = []
    with pytest.raises(CrashedError) as caught:
        searched(work, 0, search=Search(progress=told.append))
    assert (caught.value.best, caught.value.asked) == (best, False)
    assert told == [best] * (best is not None)
    assert searched(doubles, 21, search=Search()) == 42


def test_a_near_equal_plan_that_is_not_finished_is_not_taken_for_the_best() -> None:
    # Its bound of 2 holds of what the plan of 3 leaves: of all it would be a false proof.
    told: list[Incumbent] = []
    with pytest.raises(CrashedError) as caught:
        searched(dies_in_a_later_plan, 0, search=Search(progress=told.append))
    assert caught.value.best == TOLD
    assert [one.plan for one in told] == [0, 1]


def test_a_search_without_memory_leaves_the_best_so_far() -> None:
    with pytest.raises(CrashedError) as caught:
        searched(has_no_memory, 0, search=Search(progress=lambda _: None))
    assert (caught.value.best, caught.value.asked) == (TOLD, False)


def test_who_has_asked_to_end_waits_for_no_process_to_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apart, "_idle", [])
    with pytest.raises(CrashedError) as caught:
        searched(doubles, 1, search=Search(cancel=lambda: True))
    assert caught.value.asked
    assert not apart._idle


def test_one_process_answers_one_question_after_the_other() -> None:
    assert searched(os_pid, 0, search=Search()) == searched(os_pid, 0, search=Search())


def test_a_search_that_is_asked_to_end_does() -> None:
    searched(doubles, 1, search=Search())  # a process is ready
    assert searched(ends_when_asked, "best", search=Search(cancel=lambda: True)) == "best"
    # What was asked of it is not taken for a question by the next one.
    assert searched(doubles, 4, search=Search()) == 8


def test_a_search_that_does_not_end_when_asked_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "GRACE_S", 0.0)
    told: list[Incumbent] = []
    search = Search(progress=told.append, cancel=lambda: bool(told))
    with pytest.raises(CrashedError) as caught:
        searched(never_ends, 0, search=search)
    assert (caught.value.best, caught.value.asked) == (TOLD, True)


def test_what_the_search_refuses_is_said_in_the_same_sentence() -> None:
    with pytest.raises(InvalidInputError) as caught:
        searched(refuses, -1, search=Search())
    assert str(caught.value) == "At most -1 candidates is less than none."
    assert caught.value.facts == {"most": -1}
    with pytest.raises(BrokenModelError, match="ZeroDivisionError"):
        searched(fails, 0, search=Search())


def test_nothing_stays_when_the_one_who_asked_is_gone() -> None:
    code = (
        "import os; from geo.siting import Search; from services.plans.apart import searched\n"
        "from tests.crashes import os_pid\n"
        "if __name__ == '__main__':\n"
        "    print(searched(os_pid, 0, search=Search()), flush=True); os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    process = Path("/proc") / done.stdout.strip()
    until_s = time.monotonic() + GONE_S
    while process.exists() and time.monotonic() < until_s:
        time.sleep(0.05)
    assert not process.exists()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return town(tmp_path)


def test_a_crash_leaves_the_best_plan_so_far_not_proven(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(siting, "solve", crashing_solve)
    monkeypatch.setattr("services.plans.searches.certificate_of", no_certificate)
    told: list[object] = []
    made = make_plan(workspace, asked(most=1), search=told.append)
    body = plan_body(made)
    assert len(made.chosen) == 1
    assert told
    assert "止まってしまいました" in body["proof"]["ja"]
    assert made.record["totals"]["newly_reached"] == pytest.approx(100.0)


def test_what_was_found_before_a_crash_may_still_be_proven_the_best(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(siting, "solve", crashing_solve)
    made = make_plan(workspace, asked(most=1), search=lambda _: None)
    assert made.record["proof"]["code"] == "optimal"


def test_a_crash_before_any_plan_is_one_sentence_and_stores_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(siting, "solve", crashing_at_once)
    with pytest.raises(BrokenModelError, match="The solver ended by itself"):
        make_plan(workspace, asked(most=1))
    assert not list((workspace.own / "plans").glob("[0-9]*"))


def test_residents_that_are_only_explained_stay_here(workspace: Workspace) -> None:
    made = make_plan(workspace, asked(most=1, stability=True))
    assert made.record["stability"]
    assert np.isfinite(made.chosen["newly_reached"]).all()
