"""
The jobs of a workspace: what is asked for, how far it is, what came out; kept through a restart.

They stand in a database of their own beside the workspace, so that a build which replaces the folder
loses none. A job that was taken on is on the disk before anybody is told so; how far it is may lag.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    NullPool,
    Row,
    String,
    Table,
    create_engine,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

from geo.errors import (
    ArukebaError,
    BrokenModelError,
    BrokenWorkspaceError,
    BusyError,
    DiskFullError,
    InvalidInputError,
    NotFoundError,
    QueueFullError,
    Sentence,
    StorageError,
)
from services.words.vocabulary import PUBLIC, JobStatus
from services.workspace.folder import Workspace
from services.workspace.once import Once, forgotten_before

OPEN = ("accepted", "running")
KEPT = 100
"""So many jobs that ended are remembered; what they stored stays."""
QUEUE_MOST = 20
QUEUE_MOST_OF_ONE = 10
"""Of these, so many may be one client's: there is room for somebody else."""
BEGUN_MOST = 2
"""So often is a job begun whose process ends with it: what ends it once more would do so for ever."""
WAIT_S = 30
_ERRORS: dict[str, type[ArukebaError]] = {
    kind.__name__: kind
    for kind in (
        InvalidInputError,
        NotFoundError,
        BusyError,
        StorageError,
        BrokenWorkspaceError,
        BrokenModelError,
        ArukebaError,
    )
}
_ENDED_TWICE = Sentence(
    "the process that worked on it ended twice before it was done; ask for less, or ask again"
)
_JOBS = Table(
    "jobs",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("job_id", String, unique=True, nullable=False),
    Column("process", String, nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("client", String, nullable=False),
    Column("status", String, nullable=False),
    Column("checked", Boolean, nullable=False, default=False),
    Column("dismissed", Boolean, nullable=False, default=False),
    Column("begun_n", Integer, nullable=False, default=0),
    Column("step", String, nullable=False, default=""),
    Column("progress", Float, nullable=False, default=0.0),
    Column("best", JSON),
    Column("result", String, nullable=False, default=""),
    Column("error", JSON),
    Column("created_at", String, nullable=False),
    Column("started_at", String),
    Column("ended_at", String),
    Column("updated_at", String, nullable=False),
)
_KEYS = Table(
    "keys",
    _JOBS.metadata,
    Column("key", String, primary_key=True),
    Column("asked", String, nullable=False),
    Column("at", String, nullable=False),
    Column("job_id", String, nullable=False),
)
"""Under which key a job was asked for: asked again, it is the same one."""
_KEPT_BY_A_BACKUP = ("job_id", "client", "process", "inputs", "status", "result", "created_at")


@dataclass(frozen=True)
class Job:
    """
    One piece of work as it stands.

    ``client`` is the account that asked for it. ``best`` is what it has found so far, ``result`` the name
    of what it made: of a job that is running, the name that it has claimed. ``checked`` says that it can
    be done at all.
    """

    job_id: str
    client: str
    process: str
    inputs: Mapping[str, Any]
    status: JobStatus
    checked: bool
    dismissed: bool
    begun_n: int
    step: str
    progress: float
    best: Mapping[str, Any] | None
    result: str
    error: Mapping[str, Any] | None
    created_at: str
    started_at: str | None
    ended_at: str | None
    updated_at: str

    @property
    def is_open(self) -> bool:
        """Whether it waits or is being worked on."""
        return self.status in OPEN

    @property
    def said(self) -> Sentence | None:
        """What a failed job says."""
        return None if self.error is None else Sentence.from_dict(self.error["said"])

    def refusal(self) -> ArukebaError:
        """Return the error by which it failed; only a failed job has one."""
        error = self.error or {}
        said = Sentence.from_dict(error["said"])
        return _ERRORS[error["kind"]](said.template, **said.facts)


def not_there(job_id: str) -> NotFoundError:
    """Return what is told of a job that is not there, or not for whoever asks."""
    return NotFoundError(
        "there is no job {job_id!r}; of those that ended, the last {kept} are remembered",
        job_id=job_id,
        kept=KEPT,
    )


class Jobs:
    """The jobs of one view of a workspace; any number of processes may look at them at once."""

    def __init__(self, workspace: Workspace) -> None:
        path = workspace.path.absolute()
        view = "" if workspace.view == PUBLIC else f".{workspace.view}"
        self.path = path.parent / f".{path.name}{view}.jobs.sqlite"

    def require_room(self, client: str = "") -> None:
        """Refuse further work where too much is waiting, of all or of one client."""
        if not self.path.exists():
            waiting, own = 0, 0
        else:
            with self._opened() as opened:
                waiting, own = _waiting(opened, client)
        _require_room(waiting, own)

    def submit(
        self,
        process: str,
        inputs: Mapping[str, Any],
        client: str = "",
        *,
        once: Once | None = None,
    ) -> Job:
        """
        Take a job on, kept on the disk when this returns; what was asked ``once`` is the job of then.

        Raises
        ------
        QueueFullError
            Too much is waiting already.
        InvalidInputError
            Something else was asked under the same key.
        """
        job_id = uuid.uuid4().hex
        with self._writing() as opened:
            known = _asked_before(opened, once)
            if known:
                return self.get(known)
            if once is not None:
                key = {"key": once.key, "asked": once.asked, "at": _now(), "job_id": job_id}
                opened.execute(insert(_KEYS).values(**key))
            _require_room(*_waiting(opened, client))
            _forget(opened)
            now = _now()
            opened.execute(
                insert(_JOBS).values(
                    job_id=job_id,
                    process=process,
                    inputs=dict(inputs),
                    client=client,
                    status="accepted",
                    created_at=now,
                    updated_at=now,
                )
            )
        return self.get(job_id)

    def get(self, job_id: str) -> Job:
        """Return a job."""
        found = self._select(_JOBS.c.job_id == job_id)
        if not found:
            raise not_there(job_id)
        return found[0]

    def of(self, client: str) -> list[Job]:
        """Return the jobs of one client, the newest first."""
        return self._select(_JOBS.c.client == client)[::-1]

    def dismiss(self, job_id: str) -> Job:
        """Ask a job to end: one that waits ends at once, one that runs with the best so far."""
        with self._writing() as opened:
            mine = _JOBS.c.job_id == job_id
            now = _now()
            waits = mine & (_JOBS.c.status == "accepted")
            ended = update(_JOBS).where(waits).values(status="dismissed", ended_at=now)
            opened.execute(ended)
            asked = mine & _JOBS.c.status.in_(("running", "dismissed"))
            opened.execute(update(_JOBS).where(asked).values(dismissed=True, updated_at=now))
        return self.get(job_id)

    def remove(self, job_id: str) -> None:
        """Forget a job that was never taken on."""
        with self._writing() as opened:
            opened.execute(delete(_JOBS).where(_JOBS.c.job_id == job_id))
            opened.execute(delete(_KEYS).where(_KEYS.c.job_id == job_id))

    def open_n(self) -> int:
        """Return how many jobs wait or are worked on."""
        return len(self._select(_JOBS.c.status.in_(OPEN)))

    def open_rows(self) -> list[dict[str, Any]]:
        """Return what is to be done as plain data, for a backup."""
        return [
            {name: getattr(one, name) for name in _KEPT_BY_A_BACKUP}
            for one in self._select(_JOBS.c.status.in_(OPEN))
        ]

    def put_back(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """
        Let what a backup tells be all that there is: it is done again, under the ids of then.

        What had claimed a name is settled by the next worker, which looks whether it was stored.
        """
        told = [{name: row[name] for name in _KEPT_BY_A_BACKUP} for row in rows]
        if not told and not self.path.exists():
            return
        with self._writing() as opened:
            for table in (_KEYS, _JOBS):
                opened.execute(delete(table))
            for row in told:
                opened.execute(insert(_JOBS).values(**row, updated_at=_now()))

    # What follows is the worker's.

    def unchecked(self) -> list[Job]:
        """Return the jobs of which nobody knows yet whether they can be done, the oldest first."""
        return self._select((_JOBS.c.status == "accepted") & ~_JOBS.c.checked)

    def check(self, job_id: str) -> None:
        """Note that a job can be done."""
        self._change(job_id, OPEN, checked=True)

    def begin(self) -> Job | None:
        """Begin the next job: of the client for whom none was begun for the longest time."""
        with self._writing() as opened:
            last = (
                select(_JOBS.c.client, func.max(_JOBS.c.started_at).label("last"))
                .group_by(_JOBS.c.client)
                .subquery()
            )
            waiting = (
                select(_JOBS.c.job_id)
                .join(last, last.c.client == _JOBS.c.client)
                .where((_JOBS.c.status == "accepted") & _JOBS.c.checked)
                .order_by(func.coalesce(last.c.last, ""), _JOBS.c.number)
            )
            job_id = opened.execute(waiting).scalar()
            if job_id is None:
                return None
            now = _now()
            opened.execute(
                update(_JOBS)
                .where(_JOBS.c.job_id == job_id)
                .values(
                    status="running",
                    begun_n=_JOBS.c.begun_n + 1,
                    started_at=now,
                    updated_at=now,
                )
            )
        return self.get(job_id)

    def tell(self, job_id: str, step: str, share: float) -> None:
        """Take note of a step and the share done."""
        done = min(max(share, 0.0), 1.0)
        self._change(job_id, ("running",), lasting=False, step=step, progress=done)

    def found(self, job_id: str, best: Mapping[str, Any]) -> None:
        """Take note of the best so far."""
        self._change(job_id, ("running",), lasting=False, best=dict(best))

    def claim(self, job_id: str, name: str) -> None:
        """Note the name of what a job is about to store: after a crash it tells whether it has."""
        self._change(job_id, ("running",), result=name)

    def end(self, job_id: str, result: str) -> None:
        """End a job with what came out of it: as dismissed where it was asked to end."""
        with self._writing() as opened:
            mine = (_JOBS.c.job_id == job_id) & _JOBS.c.status.in_(OPEN)
            asked = opened.execute(select(_JOBS.c.dismissed).where(mine)).scalar()
            values = {"progress": 1.0} if result else {}
            opened.execute(
                update(_JOBS)
                .where(mine)
                .values(
                    status="dismissed" if asked else "successful",
                    result=result,
                    ended_at=_now(),
                    updated_at=_now(),
                    **values,
                )
            )

    def fail(self, job_id: str, kind: type[Exception], said: Sentence) -> None:
        """End a job that could not be done, with the reason."""
        name = next((one.__name__ for one in kind.__mro__ if one.__name__ in _ERRORS), "")
        error = {"kind": name or "ArukebaError", "said": said.to_dict()}
        self._change(job_id, OPEN, status="failed", error=error, result="", ended_at=_now())

    def running(self) -> list[Job]:
        """Return the jobs that are worked on: to a worker that has just started, those cut off."""
        return self._select(_JOBS.c.status == "running")

    def forgive(self) -> None:
        """Let the beginning of what is worked on count for nothing: its worker ends in good order."""
        with self._writing() as opened:
            running = update(_JOBS).where(_JOBS.c.status == "running")
            opened.execute(running.values(begun_n=_JOBS.c.begun_n - 1))

    def again(self, job: Job) -> None:
        """Let a job that was cut off wait once more; one that was asked to end, or cut off too often, ends."""
        if job.dismissed:
            self.end(job.job_id, "")
        elif job.begun_n >= BEGUN_MOST:
            self.fail(job.job_id, BrokenModelError, _ENDED_TWICE)
        else:
            self._change(
                job.job_id,
                ("running",),
                status="accepted",
                checked=False,
                result="",
                best=None,
                step="",
                progress=0.0,
            )

    def _change(
        self, job_id: str, of: tuple[str, ...], *, lasting: bool = True, **values: object
    ) -> None:
        mine = (_JOBS.c.job_id == job_id) & _JOBS.c.status.in_(of)
        with self._writing(lasting=lasting) as opened:
            opened.execute(update(_JOBS).where(mine).values(updated_at=_now(), **values))

    def _select(self, where: Any) -> list[Job]:  # noqa: ANN401  any condition of the library
        if not self.path.exists():
            return []
        rows = select(_JOBS).where(where).order_by(_JOBS.c.number)
        with self._opened() as opened:
            return [_job(row) for row in opened.execute(rows)]

    @contextmanager
    def _opened(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as opened:
                yield opened
        except SQLAlchemyError as error:
            reason = str(error).splitlines()[0]
            name = str(getattr(getattr(error, "orig", None), "sqlite_errorname", ""))
            said = Sentence(
                "{path}: the list of jobs cannot be used ({reason}); see that there is room on the "
                "disk and that the file and its folder may be written, then try again",
                path=self.path.name,
                reason=reason,
            )
            kind = DiskFullError if name == "SQLITE_FULL" else StorageError
            raise kind("{said}", said=said) from error

    @contextmanager
    def _writing(self, *, lasting: bool = True) -> Iterator[Connection]:
        """Yield a connection that alone writes; what it wrote lasts through a loss of power where it must."""
        with self._opened() as opened:
            opened.execute(sql(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}"))
            opened.commit()
            opened.execute(sql("BEGIN IMMEDIATE"))
            yield opened
            opened.commit()

    @cached_property
    def _engine(self) -> Engine:
        engine = create_engine(
            f"sqlite:///{self.path.as_posix()}",
            poolclass=NullPool,
            connect_args={"timeout": WAIT_S},
            json_serializer=lambda value: json.dumps(value, ensure_ascii=False),
        )
        with engine.connect() as opened:
            opened.execute(sql("PRAGMA journal_mode = WAL"))
            opened.commit()
            for table in (_JOBS, _KEYS):
                opened.execute(CreateTable(table, if_not_exists=True))
            opened.commit()
        return engine


def _job(row: Row[Any]) -> Job:
    return Job(**{name: getattr(row, name) for name in Job.__dataclass_fields__})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _waiting(opened: Connection, client: str) -> tuple[int, int]:
    """Return how many jobs are open, and how many of them are of one client."""
    rows = select(_JOBS.c.client).where(_JOBS.c.status.in_(OPEN))
    clients = list(opened.execute(rows).scalars())
    return len(clients), sum(bool(client) and one == client for one in clients)


def _require_room(waiting: int, own: int) -> None:
    if waiting >= QUEUE_MOST:
        raise QueueFullError(
            "{waiting} jobs are waiting; try again when some are done", waiting=waiting
        )
    if own >= QUEUE_MOST_OF_ONE:
        raise QueueFullError(
            "{own} jobs of yours are waiting; try again when some are done", own=own
        )


def _forget(opened: Connection) -> None:
    ended = select(_JOBS.c.number).where(_JOBS.c.status.not_in(OPEN))
    kept = ended.order_by(_JOBS.c.number.desc()).limit(KEPT)
    old = _JOBS.c.status.not_in(OPEN) & _JOBS.c.number.not_in(kept)
    may_be_asked_again = _JOBS.c.job_id.in_(select(_KEYS.c.job_id))
    opened.execute(delete(_JOBS).where(old & ~may_be_asked_again))


def _asked_before(opened: Connection, once: Once | None) -> str:
    """Return the job that was asked for under the same key, '' where there is none."""
    opened.execute(delete(_KEYS).where(_KEYS.c.at < forgotten_before()))
    if once is None:
        return ""
    known = opened.execute(select(_KEYS).where(_KEYS.c.key == once.key)).first()
    if known is None:
        return ""
    once.require_same(known.asked)
    return str(known.job_id)
