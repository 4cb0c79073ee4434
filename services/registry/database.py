"""Databases: a session of one, SQLite or PostgreSQL, and one writer at a time; errors told as ours."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, NullPool, create_engine, make_url
from sqlalchemy import text as sql
from sqlalchemy.exc import (
    ArgumentError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.orm import Session

from geo.errors import (
    ArukebaError,
    BrokenWorkspaceError,
    DiskFullError,
    InvalidInputError,
    Sentence,
    StorageError,
)

SQLITE = "sqlite"
WAIT_S = 30
"""A writer waits this long for another one, and anybody for a server that does not answer."""
_LOCK = 0x6172756B65  # "aruke": any number that no other program takes
_TIMEOUTS = {"pysqlite": "timeout", "psycopg": "connect_timeout", "psycopg2": "connect_timeout"}
"""How each driver calls it."""
_WAY_TO_SERVER = Sentence(
    "see that the server answers, and check address, user and password (PGPASSWORD)"
)
_BUSY = Sentence("another program writes to it; try again")
_NOT_WRITABLE = Sentence("have the file and its folder made writable, then try again")
_NO_ROOM = Sentence("make room, then try again")
_WAYS_TO_FILE = {
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_FULL": _NO_ROOM,
    "SQLITE_READONLY": _NOT_WRITABLE,
    "SQLITE_PERM": _NOT_WRITABLE,
    "SQLITE_CANTOPEN": Sentence(
        "see that its folder exists and may be read and written, then try again"
    ),
    "SQLITE_IOERR": Sentence("check the disk, and copy what is on it to another one"),
}
"""By the beginning of SQLite's name for what happened."""
_NO_ROOM_BESIDE = ("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_READONLY")
_NOTED_BYTES = 1 << 16
_PASSWORDS = ("password", "sslpassword")


def require_no_password(url: str) -> None:
    """Refuse an address with a password: it would be kept in the workspace for all to read."""
    try:
        given = make_url(url) if url else None
    except ArgumentError:
        return
    if given and (given.password or any(name in given.query for name in _PASSWORDS)):
        raise InvalidInputError(
            "the registry's URL holds a password; leave it out and put it into "
            "PGPASSWORD or ~/.pgpass"
        )


@contextmanager
def session(url: str) -> Iterator[Session]:
    """
    Yield a session that reads the database as it is at one moment; its errors are told as ours.

    Its connection ends with it.
    """
    with ExitStack() as stack:
        opened = stack.enter_context(_session(url))
        try:
            _begin_reading(opened)
        except OperationalError as error:
            at_rest = _at_rest(url, error)
            if not at_rest:
                raise
            opened = stack.enter_context(_session(at_rest))
            _begin_reading(opened)
        yield opened


@contextmanager
def writing(url: str) -> Iterator[Session]:
    """
    Yield a session in which nobody else writes; what it did is there when it ends well, else nothing.

    What is read in it is still so when it ends: of two writers the second sees what the first wrote.
    Who only reads waits for nobody, and what is there at its end has reached the disk.
    """
    with _session(url) as opened:
        if _is_file(opened):
            if opened.scalar(sql("PRAGMA journal_mode")) != "wal":
                opened.execute(sql("PRAGMA journal_mode=WAL"))
            opened.execute(sql("PRAGMA synchronous=FULL"))
            opened.execute(sql("BEGIN IMMEDIATE"))
        else:
            opened.execute(sql(f"SET LOCAL lock_timeout = '{WAIT_S}s'"))
            opened.execute(sql("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        yield opened
        opened.commit()


def lay_to_rest(url: str) -> None:
    """Leave a file that nobody will write to as one file, which can be read where nothing is written."""
    with _session(url) as opened:
        if _is_file(opened):
            opened.execute(sql("PRAGMA journal_mode=DELETE"))


@contextmanager
def _session(url: str) -> Iterator[Session]:
    engine = _engine(url)
    try:
        with Session(engine) as opened:
            yield opened
    except SQLAlchemyError as error:
        raise _told(error, engine) from error


def _is_file(opened: Session) -> bool:
    return opened.get_bind().dialect.name == SQLITE


def _begin_reading(opened: Session) -> None:
    if _is_file(opened):
        opened.execute(sql("BEGIN"))
        opened.execute(sql("SELECT count(*) FROM sqlite_master"))  # the moment that is seen
    else:
        opened.execute(sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def _at_rest(url: str, error: OperationalError) -> str:
    """
    Return the address by which a file is read where nothing can be written, '' where it is not at rest.

    Who reads beside writers notes that beside the file: on a full disk, or in a folder that is
    read-only, that fails. Where no writer has left anything there, the file alone is what is to be read.
    """
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    file = Path(url.removeprefix(f"{SQLITE}:///"))
    if not name.startswith(_NO_ROOM_BESIDE) or not file.is_file():
        return ""
    beside = Path(f"{file}-wal")
    if beside.exists() and beside.stat().st_size:
        return ""
    return f"{SQLITE}:///file:{quote(file.as_posix())}?immutable=1&uri=true"


@lru_cache(maxsize=16)
def _engine(url: str) -> Engine:
    """Return what connects to a database. It keeps the statements it has compiled, and no connection."""
    try:
        address = make_url(url)
        known = _TIMEOUTS.get(address.get_driver_name())
        options = {known: WAIT_S} if known else {}
        return create_engine(address, poolclass=NullPool, connect_args=options)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise InvalidInputError(
            "the registry's URL is not usable ({error}); give sqlite:///FILE or a "
            "PostgreSQL URL whose driver is installed",
            error=error,
        ) from error


def _told(error: SQLAlchemyError, engine: Engine) -> ArukebaError:
    """Return an error that says what can be done about it: the storage's fault, or damage."""
    shown = engine.url.render_as_string(hide_password=True)
    reason = str(error).splitlines()[0]
    file = engine.url.database if engine.dialect.name == SQLITE else None
    found = _way_out(error, file)
    way = found or Sentence("put it back from a copy, or build the workspace again")
    said = Sentence(
        "{shown}: the registry cannot be used ({reason}); {way}",
        shown=shown,
        reason=reason,
        way=way,
    )
    kind: type[ArukebaError] = StorageError if found else BrokenWorkspaceError
    told = (DiskFullError if found is _NO_ROOM else kind)("{said}", said=said)
    told.public = Sentence("the registry cannot be used; {way}", way=way)
    return told


def _way_out(error: SQLAlchemyError, file: str | None) -> Sentence | None:
    """Return what to do where the storage is to blame, None where the tables are."""
    if file is None:
        gone = isinstance(error, OperationalError | InterfaceError)
        return _WAY_TO_SERVER if gone else None
    name = str(getattr(getattr(error, "orig", None), "sqlite_errorname", ""))
    if name.startswith("SQLITE_IOERR") and _is_full(Path(file).parent):
        return _NO_ROOM
    return next((way for start, way in _WAYS_TO_FILE.items() if name.startswith(start)), None)


def _is_full(folder: Path) -> bool:
    """Say whether a disk has no room for what SQLite notes beside a file: it tells that as a fault of the disk."""
    try:
        return shutil.disk_usage(folder).free < _NOTED_BYTES
    except OSError:
        return False
