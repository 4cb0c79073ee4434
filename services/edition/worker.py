"""
The worker: one process beside a server that does its jobs, so that no reader waits for them.

Whoever starts it holds its standard input; when that ends, so does the worker, and what it was at
begins again with the next one. Of several servers on one workspace one has the worker that works.
"""

import argparse
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from geo.errors import ArukebaError, BusyError, Sentence
from services.edition.jobs import Job, Jobs
from services.edition.processes import PLAN, Doing, PlanMaking, Process, processes
from services.edition.snapshot import Editions
from services.plans.solve import Reception
from services.words.vocabulary import VIEWS
from services.workspace.folder import Workspace, open_workspace
from services.workspace.locks import in_use
from services.workspace.progress import StoppedError
from services.workspace.storage import storage_error

LOOK_EVERY_S = 0.1
"""How often is looked for new jobs, and whether one is to end."""
NICE = 10
"""So far it stands back behind whoever answers readers."""
AGAIN_AFTER_S, AGAIN_MOST_S = 0.5, 60.0
"""A worker that ended is started again after a while, twice as long each time."""
QUIET_S = 300.0
"""One that has lived so long is started again at once."""
END_S = 10.0

_log = logging.getLogger(__name__)


class Work:
    """The jobs of one workspace being done: checked as they come, done one after the other."""

    def __init__(self, workspace: Workspace) -> None:
        self.jobs = Jobs(workspace)
        self.reception = Reception()
        self._editions = Editions(workspace)
        self._processes: Mapping[str, Process] = processes(self.reception)
        self._checked: dict[str, Any] = {}
        """What the check of a job made ready, while it waits; a restart makes it anew."""
        self._ending = threading.Event()

    def end(self) -> None:
        """Ask both loops to end after what they are at."""
        self._ending.set()

    def take_over(self) -> None:
        """Settle what a worker before has left: it is stored, or it waits once more."""
        for job in self.jobs.running():
            workspace = self._editions.workspace
            work = self._processes[job.process]
            if job.result and work.stored(workspace, job.result):
                self.jobs.end(job.job_id, job.result)
            else:
                self.jobs.again(job)

    def warm(self) -> None:
        """Prepare what most plans share, so that the first who asks does not wait."""
        planning = self._processes[PLAN]
        if isinstance(planning, PlanMaking):
            with suppress(ArukebaError):  # whoever asks is told
                planning.reception.warm(self._editions.workspace)

    def check_all(self) -> None:
        """Check jobs as they come, while others are being done."""
        while not self._ending.is_set():
            for job in self.jobs.unchecked():
                self._check(job)
            self._ending.wait(LOOK_EVERY_S)

    def do_all(self) -> None:
        """Do one job after the other."""
        while not self._ending.is_set():
            job = self.jobs.begin()
            if job is None:
                self._ending.wait(LOOK_EVERY_S)
            else:
                self._do(job)

    def _check(self, job: Job) -> None:
        try:
            workspace = self._editions.workspace
            self._checked[job.job_id] = self._processes[job.process].check(workspace, job.inputs)
        except Exception as error:  # noqa: BLE001  it is told to who asked
            self._fail(job, error)
        else:
            self.jobs.check(job.job_id)

    def _do(self, job: Job) -> None:
        job_id, checked = job.job_id, self._checked.pop(job.job_id, None)
        process = self._processes[job.process]
        try:
            workspace = self._editions.workspace
            if checked is None:
                checked = process.check(workspace, job.inputs)
            result = process.work(workspace, checked, self._doing(job_id))
        except StoppedError:
            self.jobs.end(job_id, "")
        except Exception as error:  # noqa: BLE001  it is told to who asked
            self._fail(job, error)
        else:
            self.jobs.end(job_id, result)

    def _doing(self, job_id: str) -> Doing:
        jobs, looked_at_s, ends = self.jobs, 0.0, False

        def stopped() -> bool:
            nonlocal looked_at_s, ends
            now_s = time.monotonic()
            if not ends and now_s - looked_at_s > LOOK_EVERY_S:
                looked_at_s, ends = now_s, jobs.get(job_id).dismissed
            return ends

        return Doing(
            lambda step, share: jobs.tell(job_id, step, share),
            lambda best: jobs.found(job_id, best),
            lambda name: jobs.claim(job_id, name),
            stopped,
        )

    def _fail(self, job: Job, error: Exception) -> None:
        known = error if isinstance(error, ArukebaError) else storage_error(error)
        if known is None:
            _log.exception("job %s failed", job.job_id, exc_info=error)
            said = Sentence("{kind}: {error}", kind=type(error).__name__, error=error)
            self.jobs.fail(job.job_id, ArukebaError, said)
        else:
            self.jobs.fail(job.job_id, type(known), known.sentence)


class Worker:
    """The process that works, as its server holds it: started when it is needed, again when it ends."""

    def __init__(self, workspace: Workspace) -> None:
        self._path, self._view = workspace.path.absolute(), workspace.view
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._kept: threading.Thread | None = None
        self._warm = False
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, warm: bool = False) -> None:
        """Have it run; nothing where it does."""
        with self._lock:
            if self._kept is None and not self._closing.is_set():
                self._warm = warm
                self._begin()
                self._kept = threading.Thread(target=self._keep, name="arukeba-jobs", daemon=True)
                self._kept.start()

    def close(self) -> None:
        """End it, whatever it does: what it is at begins again with the next one."""
        with self._lock:
            self._closing.set()
            process = self.process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _begin(self) -> None:
        command = [sys.executable, "-m", __name__, str(self._path), self._view]
        self.process = subprocess.Popen(  # noqa: S603  our own module
            [*command, "--warm"] if self._warm else command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )

    def _keep(self) -> None:
        wait_s = AGAIN_AFTER_S
        while True:
            begun_s, process = time.monotonic(), self.process
            if process is None:
                return
            code = process.wait()
            if self._closing.is_set():
                return
            _log.warning("the worker ended (%s); it is started again", code)
            if process.stdin is not None:
                process.stdin.close()
            wait_s = AGAIN_AFTER_S if time.monotonic() - begun_s > QUIET_S else wait_s
            if self._closing.wait(wait_s):
                return
            wait_s = min(2 * wait_s, AGAIN_MOST_S)
            with self._lock:
                if self._closing.is_set():
                    return
                self._begin()


def main() -> None:
    """Work until nobody holds standard input any more."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("view", choices=VIEWS)
    parser.add_argument("--warm", action="store_true")
    given = parser.parse_args()
    # Whoever ends the server by the keyboard ends it alone: this ends with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICE)
    work = Work(open_workspace(given.path, view=given.view))
    at_work = threading.Event()
    threading.Thread(target=_end_with_server, args=(work.jobs, at_work), daemon=True).start()
    while True:
        try:
            with in_use(work.jobs.path, alone=True, wait_s=1.0):
                work.take_over()
                at_work.set()
                threading.Thread(target=work.check_all, daemon=True).start()
                if given.warm:
                    work.warm()
                work.do_all()
        except BusyError:  # the worker of another server is at it
            continue


def _end_with_server(jobs: Jobs, at_work: threading.Event) -> None:
    while sys.stdin.buffer.read(1):
        pass
    if at_work.is_set():
        with suppress(ArukebaError, OSError):
            jobs.forgive()
    os._exit(0)


if __name__ == "__main__":
    main()
