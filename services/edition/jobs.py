"""Long work in one thread beside the server: one job after the other, watched and stopped by id."""

import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from geo.errors import ArukebaError, NotFoundError, QueueFullError, Sentence
from services.words.texts import told
from services.words.vocabulary import JobStatus
from services.workspace.progress import StoppedError
from services.workspace.storage import storage_error

OPEN = ("queued", "running")
KEPT = 100
"""So many jobs that ended are remembered."""
QUEUE_MOST = 20

Best = TypeVar("Best")
"""What a kind of work tells of the best it has found so far."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class State(Generic[Best]):
    """How far a job is; ``best`` is what it has found so far."""

    status: JobStatus = "queued"
    step: str = ""
    progress: float = 0.0
    best: Best | None = None
    result: str = ""
    error: str = ""
    error_ja: str = ""


@dataclass(eq=False)
class Job(Generic[Best]):
    """One piece of work; its work is told of this job and says what came out of it."""

    job_id: str
    state: State[Best] = field(default_factory=State)
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def change(self, to: Callable[[State[Best]], State[Best]]) -> None:
        """Change the state, which several threads do; that of a job that has ended stays."""
        with self._lock:
            if self.state.status in OPEN:
                self.state = to(self.state)

    def tell(self, step: str, share: float) -> None:
        """Take note of a step and the share done."""
        done = min(max(share, 0.0), 1.0)
        self.change(lambda state: replace(state, step=step, progress=done))

    def found(self, best: Best) -> None:
        """Take note of the best so far."""
        self.change(lambda state: replace(state, best=best))

    def begin(self) -> bool:
        """Start; false where it was asked to end before."""
        with self._lock:
            if self.state.status == "queued":
                self.state = replace(self.state, status="running")
                return True
            return False

    def end(
        self, status: JobStatus, *, result: str = "", error: str = "", error_ja: str = ""
    ) -> None:
        """End, with what came out of it."""
        self.change(
            lambda state: replace(
                state,
                status=status,
                result=result,
                error=error,
                error_ja=error_ja,
                progress=1.0 if result else state.progress,
            )
        )

    def stop(self) -> None:
        """Ask the work to end; work that has not begun ends at once."""
        self._stop.set()
        with self._lock:
            if self.state.status == "queued":
                self.state = replace(self.state, status="cancelled")

    def stopped(self) -> bool:
        """Say whether it was asked to end."""
        return self._stop.is_set()


Work = Callable[[Job[Best]], str]
"""Does the work and returns the id of what it made."""


class Jobs(Generic[Best]):
    """The jobs of one process; a restart forgets them, what they stored stays."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="arukeba-job")
        self._jobs: dict[str, Job[Best]] = {}
        self._lock = threading.Lock()

    def require_room(self) -> None:
        """Refuse further work where too much is waiting."""
        waiting = sum(one.state.status in OPEN for one in list(self._jobs.values()))
        if waiting >= QUEUE_MOST:
            raise QueueFullError(
                "{waiting} jobs are waiting; try again when some are done", waiting=waiting
            )

    def submit(self, work: Work[Best]) -> Job[Best]:
        """Queue a job and return it at once; ``work`` is kept until then, so let it hold little."""
        job: Job[Best] = Job(uuid.uuid4().hex)
        with self._lock:
            self.require_room()
            self._forget()
            self._jobs[job.job_id] = job
        self._pool.submit(_run, job, work)
        return job

    def get(self, job_id: str) -> Job[Best]:
        """Return a job."""
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFoundError(
                "there is no job {job_id!r}; a restart of the server forgets jobs", job_id=job_id
            )
        return job

    def cancel(self, job_id: str) -> Job[Best]:
        """Ask a job to end: one that waits ends at once, one that runs with the best so far."""
        job = self.get(job_id)
        job.stop()
        return job

    def close(self) -> None:
        """Ask all jobs to end and wait for the one that runs."""
        for job in list(self._jobs.values()):
            job.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _forget(self) -> None:
        ended = [key for key, job in self._jobs.items() if job.state.status not in OPEN]
        for key in ended[: max(len(ended) - KEPT, 0)]:
            del self._jobs[key]


def _run(job: Job[Best], work: Work[Best]) -> None:
    if not job.begin():
        return
    try:
        result = work(job)
    except StoppedError:
        job.end("cancelled")
    except ArukebaError as error:
        job.end("failed", error=error.message, error_ja=told(error, "ja"))
    except Exception as error:  # noqa: BLE001  the outermost frame of the thread
        _log.exception("job %s failed", job.job_id)
        known = storage_error(error)
        said = known or Sentence("{kind}: {error}", kind=type(error).__name__, error=error)
        job.end("failed", error=told(said, "en"), error_ja=told(said, "ja"))
    else:
        job.end("cancelled" if job.stopped() else "done", result=result)
