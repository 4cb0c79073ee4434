"""The worker is a process: killed wherever it is, no job is lost and none is done twice."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from services.edition import worker as module
from services.edition.jobs import Job, Jobs
from services.edition.processes import Doing, PlanMaking, RunMaking, _stands
from services.edition.worker import Work, Worker
from services.plans.store import FOLDER, list_plans
from services.results.run import run
from services.workspace.folder import Workspace, open_workspace
from services.workspace.staging import staged_number
from tests.services.plans.test_plans import town
from tests.snapshots import tiny_workspace
from tests.warm import Warm

ASK = {"most": 1, "points_max": 0, "objectives": ["most_reached"]}
END_S = 120.0
POINTS = ("begin", "found", "claim", "stored", "end")
"""After each of these steps the process is killed."""


class Cheap(PlanMaking):
    """Stores what stands for a plan, by the same steps."""

    def __init__(self) -> None:
        pass

    def check(self, _workspace: Workspace, inputs: Mapping[str, Any]) -> Any:
        return inputs

    def work(self, workspace: Workspace, _checked: object, doing: Doing) -> str:
        doing.found({"chosen": ["open-H3"]})
        with staged_number(workspace.own / FOLDER) as (name, folder):
            doing.claim(name)
            (folder / "plan.json").write_text("{}")
        return name


def die_after(holder: type, name: str) -> None:
    """Let the process be killed as soon as a method has done its work."""
    method = getattr(holder, name)

    def dying(*args: Any, **options: Any) -> Any:
        found = method(*args, **options)
        if found is not None or name != "begin":
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(holder, name, dying)


def dying(path: str, point: str, *, real: bool) -> None:
    """Work in this process until it is killed."""
    work = Work(open_workspace(Path(path)))
    if not real:
        work._processes = {"plan": Cheap()}
    if point == "stored":
        die_after(type(work._processes["plan"]), "work")
    else:
        die_after(Jobs, point)
    work.take_over()
    threading.Thread(target=work.check_all, daemon=True).start()
    work.do_all()


def killed(workspace: Workspace, point: str, *, real: bool = False) -> None:
    code = (
        "import sys\nfrom tests.services.edition.test_worker import dying\n"
        "if __name__ == '__main__': dying(sys.argv[1], sys.argv[2], real=bool(sys.argv[3]))"
    )
    with Warm(code, workspace.path, point, "yes" if real else "") as process:
        assert process.ended(END_S)[0] == -signal.SIGKILL


def ended(jobs: Jobs, job_id: str) -> Job:
    until_s = time.monotonic() + END_S
    while time.monotonic() < until_s:
        found = jobs.get(job_id)
        if not found.is_open:
            return found
        time.sleep(0.05)
    pytest.fail("the job never ended")


def work_off(workspace: Workspace, job_id: str, *, real: bool = False) -> Job:
    work = Work(workspace)
    if not real:
        work._processes = {"plan": Cheap()}
    work.take_over()
    threads = [threading.Thread(target=one, daemon=True) for one in (work.check_all, work.do_all)]
    for thread in threads:
        thread.start()
    last = ended(work.jobs, job_id)
    work.end()
    for thread in threads:
        thread.join(END_S)
    return last


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return tiny_workspace(tmp_path)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_step_a_job_is_done_once(workspace: Workspace, point: str) -> None:
    job = Jobs(workspace).submit("plan", ASK)
    killed(workspace, point)
    last = work_off(workspace, job.job_id)
    assert last.status == "successful"
    plans = [path.name for path in (workspace.own / FOLDER).iterdir()]
    assert plans == [last.result]  # one, and nothing half-written beside it


def test_a_plan_that_was_stored_before_its_process_was_killed_is_the_jobs(tmp_path: Path) -> None:
    workspace = town(tmp_path)
    job = Jobs(workspace).submit("plan", ASK)
    killed(workspace, "stored", real=True)
    last = work_off(workspace, job.job_id, real=True)
    assert (last.status, last.begun_n) == ("successful", 1)
    assert [plan.plan_id for plan in list_plans(workspace)] == [last.result]


def test_a_run_that_stands_and_is_not_served_yet_is_served(tmp_path: Path) -> None:
    workspace = town(tmp_path)
    first, second = run(workspace), run(workspace)
    latest = workspace.path / "results" / "LATEST"
    latest.write_text(first.name + "\n")  # the process was killed just before
    assert RunMaking().stored(workspace, second.name)
    assert workspace.snapshot().name == second.name
    assert not RunMaking().stored(workspace, "0009")


def test_what_stands_half_written_is_swept_away(tmp_path: Path) -> None:
    (tmp_path / ".0003.new").mkdir()
    (tmp_path / ".0004.new").mkdir()
    assert not _stands(tmp_path, "0003", "plan.json")
    assert [path.name for path in tmp_path.iterdir()] == [".0004.new"]


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Workspace, Worker]]:
    monkeypatch.setattr(module, "AGAIN_AFTER_S", 0.01)
    workspace = town(tmp_path)
    made = Worker(workspace)
    yield workspace, made
    made.close()


def test_a_worker_that_is_killed_in_the_middle_of_its_work_begins_again(
    worker: tuple[Workspace, Worker],
) -> None:
    workspace, process = worker
    jobs = Jobs(workspace)
    job = jobs.submit("plan", ASK)
    process.start()
    until_s = time.monotonic() + END_S
    while jobs.get(job.job_id).status == "accepted" and time.monotonic() < until_s:
        time.sleep(0.002)
    assert process.process is not None
    process.process.kill()
    last = ended(jobs, job.job_id)
    assert last.status == "successful"
    plans = [path.name for path in (workspace.own / "plans").iterdir()]
    assert plans == [last.result]
    record = json.loads((workspace.own / "plans" / last.result / "plan.json").read_text("utf-8"))
    assert record["plan_id"] == last.result


def test_a_server_that_is_killed_leaves_no_process_and_loses_no_job(tmp_path: Path) -> None:
    workspace = town(tmp_path)
    job = Jobs(workspace).submit("plan", {**ASK, "time_s": 60})
    code = (
        "import os, signal, sys, time\nfrom pathlib import Path\n"
        "from services.edition.jobs import Jobs\n"
        "from services.edition.worker import Worker\n"
        "from services.workspace.folder import open_workspace\n"
        "workspace = open_workspace(Path(sys.argv[1]))\n"
        "worker = Worker(workspace)\nworker.start()\nprint(worker.process.pid, flush=True)\n"
        "while Jobs(workspace).get(sys.argv[2]).status == 'accepted': time.sleep(0.01)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with Warm(code, workspace.path, job.job_id) as server:
        status, said = server.ended(END_S)
    assert status == -signal.SIGKILL
    process = Path("/proc") / said.strip()
    until_s = time.monotonic() + END_S
    while process.exists() and time.monotonic() < until_s:
        time.sleep(0.05)
    assert not process.exists()
    last = work_off(workspace, job.job_id, real=True)
    assert last.status == "successful"
    assert [plan.plan_id for plan in list_plans(workspace)] == [last.result]


def test_a_worker_stands_back_behind_the_server_and_one_alone_works(
    worker: tuple[Workspace, Worker],
) -> None:
    workspace, process = worker
    jobs, other = Jobs(workspace), Worker(workspace)
    process.start()
    other.start()
    try:
        assert process.process is not None
        made = [jobs.submit("plan", ASK) for _ in range(2)]
        assert {ended(jobs, job.job_id).status for job in made} == {"successful"}
        niceness = os.getpriority(os.PRIO_PROCESS, process.process.pid)
        assert niceness == os.nice(0) + module.NICE
        assert len(list_plans(workspace)) == len(made)
        # One ends, the other takes its place.
        process.close()
        job = jobs.submit("plan", ASK)
        assert ended(jobs, job.job_id).status == "successful"
    finally:
        other.close()
