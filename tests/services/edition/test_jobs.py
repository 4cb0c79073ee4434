"""Jobs: kept in a database, checked, done one after the other, watched and stopped by id."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from geo.errors import (
    ArukebaError,
    BrokenModelError,
    InvalidInputError,
    NotFoundError,
    QueueFullError,
    StorageError,
)
from services.edition import jobs as module
from services.edition.jobs import KEPT, QUEUE_MOST, QUEUE_MOST_OF_ONE, Job, Jobs
from services.edition.processes import Doing
from services.edition.worker import Work
from services.words.texts import told
from services.workspace.folder import Workspace
from services.workspace.once import Once
from services.workspace.progress import StoppedError
from tests.snapshots import tiny_workspace

BEST = {"goal": "most_reached", "chosen": ["open-H3"]}
END_S = 60.0


class Given:
    """A process that does what a test gives it."""

    def __init__(self, work: Callable[[Doing], str] = lambda _: "0007") -> None:
        self._work = work
        self.there: set[str] = set()

    def check(self, _workspace: Workspace, inputs: Mapping[str, Any]) -> object:
        if inputs.get("wrong"):
            raise InvalidInputError("a rejection needs its reason")
        return inputs

    def work(self, _workspace: Workspace, _checked: object, doing: Doing) -> str:
        return self._work(doing)

    def stored(self, _workspace: Workspace, name: str) -> bool:
        return name in self.there


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return tiny_workspace(tmp_path_factory.mktemp("jobs"))


@pytest.fixture
def workspace(folder: Workspace) -> Iterator[Workspace]:
    yield folder
    for path in folder.path.parent.glob(f".{folder.path.name}.jobs.sqlite*"):
        path.unlink()


@contextmanager
def worked(workspace: Workspace, process: Given) -> Iterator[Jobs]:
    """Let jobs be done until the end of the block."""
    work = Work(workspace)
    work._processes = {"plan": process}
    work.take_over()
    threads = [threading.Thread(target=one, daemon=True) for one in (work.check_all, work.do_all)]
    for thread in threads:
        thread.start()
    yield work.jobs
    work.end()
    for thread in threads:
        thread.join(END_S)


def ended(jobs: Jobs, job: Job) -> Job:
    until = threading.Event()
    for _ in range(600):
        found = jobs.get(job.job_id)
        if not found.is_open:
            return found
        until.wait(0.05)
    pytest.fail("the job never ended")


def test_a_job_tells_how_far_it_is_and_what_came_out(workspace: Workspace) -> None:
    def work(doing: Doing) -> str:
        doing.tell("plan.solve", 1.7)
        doing.found(BEST)
        return "0007"

    with worked(workspace, Given(work)) as jobs:
        job = ended(jobs, jobs.submit("plan", {"most": 1}))
    assert (job.status, job.result, job.best) == ("successful", "0007", BEST)
    assert (job.step, job.progress, job.inputs) == ("plan.solve", 1.0, {"most": 1})
    assert job.created_at <= str(job.started_at) <= str(job.ended_at)


def test_a_job_that_is_asked_for_once_is_one_job(workspace: Workspace) -> None:
    jobs, once = Jobs(workspace), Once.of("a", "POST /plans", b"{}")
    first = jobs.submit("plan", {}, once=once)
    assert jobs.submit("plan", {}, once=once).job_id == first.job_id
    assert jobs.open_n() == 1
    with pytest.raises(InvalidInputError, match="another key"):
        jobs.submit("plan", {}, once=Once.of("a", "POST /plans", b"{1}"))
    jobs.dismiss(first.job_id)
    # However many end after it: as long as the key is known, so is the job.
    for _ in range(KEPT + 2):
        jobs.dismiss(jobs.submit("plan", {}).job_id)
    assert jobs.submit("plan", {}, once=once).job_id == first.job_id
    # What was refused at once was never taken on, and is asked anew.
    jobs.remove(first.job_id)
    assert jobs.submit("plan", {}, once=once).job_id != first.job_id


def test_a_running_job_is_asked_to_end_and_says_what_it_kept(workspace: Workspace) -> None:
    running, go_on = threading.Event(), threading.Event()

    def work(doing: Doing) -> str:
        doing.found(BEST)
        running.set()
        assert go_on.wait(60.0)
        return "0001" if doing.stopped() else ""

    with worked(workspace, Given(work)) as jobs:
        job = jobs.submit("plan", {})
        assert running.wait(60.0)
        asked = jobs.dismiss(job.job_id)
        assert (asked.status, asked.dismissed, asked.best) == ("running", True, BEST)
        go_on.set()
        last = ended(jobs, job)
        assert (last.status, last.result) == ("dismissed", "0001")
        # What comes too late changes nothing.
        jobs.tell(job.job_id, "plan.done", 0.5)
        jobs.end(job.job_id, "0002")
        late = jobs.get(job.job_id)
        assert (late.status, late.result, late.step) == ("dismissed", "0001", last.step)


def test_work_that_ends_without_anything_when_asked_is_dismissed(workspace: Workspace) -> None:
    begun = threading.Event()

    def work(doing: Doing) -> str:
        begun.set()
        while not doing.stopped():
            threading.Event().wait(0.01)
        raise StoppedError

    with worked(workspace, Given(work)) as jobs:
        job = jobs.submit("plan", {})
        assert begun.wait(60.0)
        jobs.dismiss(job.job_id)
        last = ended(jobs, job)
    assert (last.status, last.result, last.error) == ("dismissed", "", None)


@pytest.mark.parametrize(
    ("error", "kind", "english", "japanese"),
    [
        (
            InvalidInputError("a rejection needs its reason"),
            InvalidInputError,
            "a rejection needs its reason",
            "不採用には理由（reason）が必要です",
        ),
        (ZeroDivisionError("by 0"), ArukebaError, "ZeroDivisionError: by 0", "予期しない不具合"),
        (
            OSError(28, "No space left"),
            StorageError,
            "the disk is full; make",
            "空きがありません",
        ),
    ],
)
def test_a_job_that_fails_says_why(
    workspace: Workspace, error: Exception, kind: type[Exception], english: str, japanese: str
) -> None:
    def work(_: Doing) -> str:
        raise error

    with worked(workspace, Given(work)) as jobs:
        job = ended(jobs, jobs.submit("plan", {}))
    assert job.status == "failed"
    assert job.said is not None
    assert english in told(job.said, "en")
    assert japanese in told(job.said, "ja")
    assert type(job.refusal()) is kind
    assert english in str(job.refusal())


def test_the_traceback_of_a_fault_nobody_expected_is_in_the_log(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    def divide(_: Doing) -> str:
        return str(1 // 0)

    with worked(workspace, Given(divide)) as jobs:
        ended(jobs, jobs.submit("plan", {"wrong": True}))
        assert caplog.records == []  # what is said to who asked is no fault
        job = ended(jobs, jobs.submit("plan", {}))
    assert f"job {job.job_id} failed" in caplog.text
    assert "in divide" in caplog.text


def test_what_cannot_be_done_fails_before_it_is_begun_even_behind_others(
    workspace: Workspace,
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(_: Doing) -> str:
        begun.set()
        assert go_on.wait(60.0)
        return "0001"

    with worked(workspace, Given(work)) as jobs:
        jobs.submit("plan", {})
        assert begun.wait(60.0)
        wrong = ended(jobs, jobs.submit("plan", {"wrong": True}))
        go_on.set()
    assert (wrong.status, wrong.checked, wrong.begun_n) == ("failed", False, 0)


def test_one_that_waits_ends_at_once_and_too_many_are_refused(workspace: Workspace) -> None:
    jobs = Jobs(workspace)
    made = [jobs.submit("plan", {}, f"client {n // 10}") for n in range(QUEUE_MOST)]
    with pytest.raises(QueueFullError, match="20 jobs are waiting"):
        jobs.submit("plan", {}, "another")
    for job in made:
        assert jobs.dismiss(job.job_id).status == "dismissed"
    assert jobs.open_n() == 0
    with worked(workspace, Given()) as done:
        assert ended(done, done.submit("plan", {})).status == "successful"
    assert {jobs.get(job.job_id).begun_n for job in made} == {0}
    with pytest.raises(NotFoundError, match="no job 'none'; of those that ended, the last 100"):
        jobs.get("none")


def test_one_client_leaves_room_for_others_and_does_not_go_before_them(
    workspace: Workspace,
) -> None:
    jobs = Jobs(workspace)
    many = [jobs.submit("plan", {}, "a") for _ in range(QUEUE_MOST_OF_ONE)]
    with pytest.raises(QueueFullError, match="10 jobs of yours are waiting"):
        jobs.submit("plan", {}, "a")
    one = jobs.submit("plan", {}, "b")
    for job in (*many, one):
        jobs.check(job.job_id)
    begun = []
    for _ in range(3):
        job = jobs.begin()
        assert job is not None
        jobs.end(job.job_id, "0001")
        begun.append(job.job_id)
    # a was first to come; then b, of whom none was begun yet; then a again.
    assert begun == [many[0].job_id, one.job_id, many[1].job_id]


def test_jobs_are_there_for_whoever_opens_them_next(workspace: Workspace) -> None:
    job = Jobs(workspace).submit("plan", {"title": "東地区"})
    with worked(workspace, Given()) as jobs:
        assert ended(jobs, job).inputs == {"title": "東地区"}
    again = Jobs(workspace).get(job.job_id)
    assert (again.status, again.result) == ("successful", "0007")


def test_old_jobs_are_forgotten_and_those_that_wait_are_not(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert KEPT == 100
    monkeypatch.setattr(module, "KEPT", 2)
    jobs = Jobs(workspace)
    waits = jobs.submit("plan", {}, "me")
    made = [jobs.submit("plan", {}, "me") for _ in range(4)]
    for job in made:
        jobs.dismiss(job.job_id)
    jobs.submit("plan", {}, "another")
    there = [one.job_id for one in jobs.of("me")]
    assert there == [made[3].job_id, made[2].job_id, waits.job_id]


def cut_off(workspace: Workspace, *, claimed: str = "") -> tuple[Jobs, Job]:
    """Return a job whose worker is gone in the middle of it."""
    jobs = Jobs(workspace)
    job = jobs.submit("plan", {})
    jobs.check(job.job_id)
    jobs.begin()
    if claimed:
        jobs.claim(job.job_id, claimed)
    return jobs, job


def test_what_was_cut_off_begins_again(workspace: Workspace) -> None:
    jobs, job = cut_off(workspace)
    with worked(workspace, Given()):
        last = ended(jobs, job)
    assert (last.status, last.result, last.begun_n) == ("successful", "0007", 2)


def test_what_was_stored_before_its_worker_was_gone_is_not_done_twice(
    workspace: Workspace,
) -> None:
    jobs, job = cut_off(workspace, claimed="0003")
    process = Given()
    process.there = {"0003"}
    with worked(workspace, process):
        last = ended(jobs, job)
    assert (last.status, last.result, last.begun_n) == ("successful", "0003", 1)


def test_what_was_claimed_and_not_stored_is_done_again_under_another_name(
    workspace: Workspace,
) -> None:
    jobs, job = cut_off(workspace, claimed="0003")
    with worked(workspace, Given()):
        last = ended(jobs, job)
    assert (last.status, last.result, last.begun_n) == ("successful", "0007", 2)


def test_what_ends_its_worker_twice_is_told_as_failed(workspace: Workspace) -> None:
    jobs, job = cut_off(workspace)
    jobs.again(jobs.get(job.job_id))
    jobs.check(job.job_id)
    jobs.begin()
    with worked(workspace, Given()):
        last = ended(jobs, job)
    assert last.status == "failed"
    assert isinstance(last.refusal(), BrokenModelError)
    assert "ended twice" in str(last.said)
    assert last.said is not None
    assert "2回止まりました" in told(last.said, "ja")


def test_a_worker_that_ends_in_good_order_counts_for_nothing(workspace: Workspace) -> None:
    jobs, job = cut_off(workspace)
    for _ in range(3):
        jobs.forgive()
        jobs.again(jobs.get(job.job_id))
        jobs.check(job.job_id)
        jobs.begin()
    assert jobs.get(job.job_id).begun_n == 1


def test_what_was_asked_to_end_is_not_begun_again(workspace: Workspace) -> None:
    jobs, job = cut_off(workspace)
    jobs.dismiss(job.job_id)
    with worked(workspace, Given()):
        assert ended(jobs, job).status == "dismissed"


def test_a_disk_that_cannot_be_written_is_said(tmp_path: Path, workspace: Workspace) -> None:
    jobs = Jobs(workspace)
    jobs.path = tmp_path / "none" / "jobs.sqlite"
    with pytest.raises(StorageError, match=r"jobs\.sqlite: the list of jobs cannot be used"):
        jobs.submit("plan", {})
