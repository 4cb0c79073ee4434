"""A worker of a server that is a thread of the test: what a test puts in its way is in the way."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from services.edition.worker import Work, Worker
from services.workspace.folder import open_workspace

END_S = 60.0


@contextmanager
def working_here() -> Iterator[None]:
    """Let every worker be threads of this process, which end with this."""
    begun: dict[Worker, tuple[Work, list[threading.Thread]]] = {}

    def start(worker: Worker, *, warm: bool = False) -> None:
        if worker in begun:
            return
        work = Work(open_workspace(worker._path, view=worker._view))

        def do_all() -> None:
            work.take_over()
            if warm:
                work.warm()
            work.do_all()

        threads = [threading.Thread(target=one, daemon=True) for one in (do_all, work.check_all)]
        begun[worker] = work, threads
        worker.work = work  # type: ignore[attr-defined]  for tests that look into it
        for thread in threads:
            thread.start()

    def close(worker: Worker) -> None:
        if worker in begun:
            work, threads = begun.pop(worker)
            for job in work.jobs.running():
                work.jobs.dismiss(job.job_id)
            work.end()
            for thread in threads:
                thread.join(END_S)

    with pytest.MonkeyPatch.context() as patch, ExitStack() as left:
        patch.setattr(Worker, "start", start)
        patch.setattr(Worker, "close", close)
        # Whoever nobody closed would look for jobs, ten times a second, beside all tests that follow.
        left.callback(lambda: [close(worker) for worker in list(begun)])
        yield
