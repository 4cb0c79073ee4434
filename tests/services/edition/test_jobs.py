"""Jobs: one after the other, watched and stopped by id; events say when, nothing sleeps."""

import threading
from collections.abc import Iterator

import pytest

from geo.errors import InvalidInputError, NotFoundError, QueueFullError
from services.edition.jobs import QUEUE_MOST, Job, Jobs
from services.plans.watch import SoFar
from services.workspace.progress import StoppedError

BEST = SoFar(1, "most_reached", 1, 1, 100.0, 120.0, 16.7, ("open-H3",), 100.0, 1_100_000.0)


@pytest.fixture
def jobs() -> Iterator[Jobs[SoFar]]:
    made: Jobs[SoFar] = Jobs()
    yield made
    made.close()


def ended(job: Job[SoFar], jobs: Jobs[SoFar]) -> Job[SoFar]:
    """Wait for the one thread to have done all before."""
    done = threading.Event()

    def last(_: Job[SoFar]) -> str:
        done.set()
        return ""

    jobs.submit(last)
    assert done.wait(60.0)
    return job


def test_a_job_tells_how_far_it_is_and_what_came_out(jobs: Jobs[SoFar]) -> None:
    def work(job: Job[SoFar]) -> str:
        job.tell("plan.solve", 1.7)
        job.found(BEST)
        return "0007"

    state = ended(jobs.submit(work), jobs).state
    assert (state.status, state.result, state.best) == ("done", "0007", BEST)
    assert (state.step, state.progress) == ("plan.solve", 1.0)


def test_a_running_job_is_asked_to_end_and_says_what_it_kept(jobs: Jobs[SoFar]) -> None:
    running, go_on = threading.Event(), threading.Event()

    def work(job: Job[SoFar]) -> str:
        job.found(BEST)
        running.set()
        assert go_on.wait(60.0)
        return "0001" if job.stopped() else ""

    job = jobs.submit(work)
    assert running.wait(60.0)
    assert jobs.cancel(job.job_id).state.status == "running"
    assert jobs.get(job.job_id).state.best == BEST
    go_on.set()
    state = ended(job, jobs).state
    assert (state.status, state.result) == ("cancelled", "0001")
    # What comes too late changes nothing.
    job.tell("plan.done", 0.5)
    jobs.cancel(job.job_id)
    assert job.state == state


def test_work_that_ends_without_anything_is_cancelled_not_failed(jobs: Jobs[SoFar]) -> None:
    def work(_: Job[SoFar]) -> str:
        raise StoppedError

    state = ended(jobs.submit(work), jobs).state
    assert (state.status, state.result, state.error) == ("cancelled", "", "")


@pytest.mark.parametrize(
    ("error", "english", "japanese"),
    [
        (
            InvalidInputError("a rejection needs its reason"),
            "a rejection needs its reason",
            "不採用には理由（reason）が必要です",
        ),
        (ZeroDivisionError("by 0"), "ZeroDivisionError: by 0", "予期しない不具合です"),
    ],
)
def test_a_job_that_fails_says_why(
    jobs: Jobs[SoFar], error: Exception, english: str, japanese: str
) -> None:
    def work(_: Job[SoFar]) -> str:
        raise error

    state = ended(jobs.submit(work), jobs).state
    assert (state.status, state.error, state.error_ja) == ("failed", english, japanese)


def test_the_traceback_of_a_fault_nobody_expected_is_in_the_log(
    jobs: Jobs[SoFar], caplog: pytest.LogCaptureFixture
) -> None:
    def divide(_: Job[SoFar]) -> str:
        return str(1 // 0)

    def refuse(_: Job[SoFar]) -> str:
        raise InvalidInputError("No.")

    ended(jobs.submit(refuse), jobs)
    assert caplog.records == []  # what is said to who asked is no fault
    job = ended(jobs.submit(divide), jobs)
    assert f"job {job.job_id} failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "in divide" in caplog.text


def test_one_that_waits_ends_at_once_and_too_many_are_refused(jobs: Jobs[SoFar]) -> None:
    go_on = threading.Event()
    begun: list[str] = []

    def work(job: Job[SoFar]) -> str:
        begun.append(job.job_id)
        assert go_on.wait(60.0)
        return ""

    made = [jobs.submit(work) for _ in range(QUEUE_MOST)]
    with pytest.raises(QueueFullError, match="20 jobs are waiting"):
        jobs.submit(work)
    for job in made[1:]:
        assert jobs.cancel(job.job_id).state.status == "cancelled"
    go_on.set()
    assert ended(made[0], jobs).state.status == "done"
    assert begun == [made[0].job_id]
    with pytest.raises(NotFoundError, match="no job 'none'"):
        jobs.get("none")
