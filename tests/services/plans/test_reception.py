"""The reception of plans: what waits holds little, and says what it was made of."""

import gc
import threading
import weakref
from pathlib import Path

import pytest
from sqlalchemy import update

from geo.errors import InvalidInputError
from services.plans.ground import CommonGround, hashes_of
from services.plans.solve import Question, Reception, Watch, plan_of
from services.plans.store import plan_is_stale
from services.registry import database
from services.registry.seen import registry_facts
from services.registry.tables import Place
from services.workspace.folder import Workspace
from tests.services.plans.test_plans import asked, town


def changed_registry(workspace: Workspace) -> None:
    with database.writing(workspace.registry_url) as opened:
        opened.execute(update(Place).values(name="renamed"))


def test_a_plan_says_what_it_was_made_of_though_the_registry_changes_while_it_waits(
    tmp_path: Path,
) -> None:
    workspace = town(tmp_path)
    before = registry_facts(workspace)["sha256"]
    reception = Reception()
    question = reception.answerable(workspace, asked(most=1))
    changed_registry(workspace)
    assert registry_facts(workspace)["sha256"] != before
    plan = plan_of(reception.asked(workspace, question), Watch())
    assert plan.record["hashes"]["registry"]["sha256"] == before
    assert [one["code"] for one in plan_is_stale(workspace, plan)] == ["registry"]
    # What was read is still kept for who waits, even behind another question.
    again = reception.asked(workspace, Question(question.ask, question.key))
    assert again.ground.hashes["registry"]["sha256"] == before


def test_who_waited_on_what_is_gone_is_asked_to_ask_again(tmp_path: Path) -> None:
    workspace = town(tmp_path)
    reception = Reception()
    first = reception.answerable(workspace, asked(most=1))
    changed_registry(workspace)
    second = reception.answerable(workspace, asked(most=2))
    with pytest.raises(InvalidInputError, match="have changed while the plan waited; ask again"):
        reception.asked(workspace, first)
    now = registry_facts(workspace)["sha256"]
    assert reception.asked(workspace, second).ground.hashes["registry"]["sha256"] == now


def test_a_registry_that_changes_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = town(tmp_path)
    read, times = CommonGround.read, []

    def disturbed(ground: CommonGround) -> None:
        times.append(1)
        if len(times) == 1:
            changed_registry(workspace)
        read(ground)

    monkeypatch.setattr(CommonGround, "read", disturbed)
    setting = Reception().setting(workspace, asked(most=1))
    assert len(times) == 2
    assert setting.ground.hashes == hashes_of(workspace)
    # Places of one name are told apart by what follows.
    assert {name.split("（")[0] for name in setting.situation.places["name"]} == {"renamed"}


def test_questions_that_wait_hold_no_city(tmp_path: Path) -> None:
    workspace = town(tmp_path)
    reception, seen = Reception(), []
    waiting = []
    for limit_m in (300.0, 400.0, 500.0):
        waiting.append(reception.answerable(workspace, asked(most=1, walk_limit_m=limit_m)))
        assert reception._last is not None
        seen.append(weakref.ref(reception._last[1].ground))
    gc.collect()
    assert len(waiting) == 3
    assert [one() is not None for one in seen] == [False, False, True]


def test_nobody_waits_for_a_question_that_is_being_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = town(tmp_path)
    reception = Reception()
    question = reception.answerable(workspace, asked(most=1))
    busy, go_on = threading.Event(), threading.Event()

    def slow(_: object) -> None:
        busy.set()
        assert go_on.wait(60.0)

    monkeypatch.setattr("services.plans.solve.check", slow)
    asking = threading.Thread(target=reception.answerable, args=(workspace, asked(most=2)))
    asking.start()
    assert busy.wait(60.0)
    started = threading.Thread(target=reception.asked, args=(workspace, question))
    started.start()
    started.join(30.0)
    held_up = started.is_alive()
    go_on.set()
    asking.join()
    started.join()
    assert not held_up
