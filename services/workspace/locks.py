"""Locks: who works in a folder, and who replaces it. They end with the process that holds them."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from geo.errors import BusyError

_KIND = 0xFF
"""Of what SQLite says; the rest is detail."""
_NUMBERS = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
}
"""What the system says of the same."""


@contextmanager
def in_use(folder: Path, *, alone: bool = False, wait_s: float = 0.0) -> Iterator[None]:
    """
    Hold a folder: beside others, or ``alone`` to replace it. The lock lies beside it, and stays.

    It is SQLite's lock on an empty database, which every system that runs Python has: shared or
    exclusive, and gone when its process is. Where nobody may write beside the folder, nobody can
    replace it either, and there is nothing to hold.

    Raises
    ------
    BusyError
        Somebody else is there, and still is after ``wait_s`` seconds.
    """
    folder = folder.absolute()
    lock = folder.parent / f".{folder.name}.lock"
    try:
        database = sqlite3.connect(lock, timeout=wait_s, isolation_level=None)
    except sqlite3.OperationalError:
        yield
        return
    with closing(database):
        try:
            database.execute("BEGIN EXCLUSIVE" if alone else "BEGIN")
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                number = _NUMBERS.get(error.sqlite_errorcode & _KIND, errno.EIO)
                raise OSError(number, str(error), str(lock)) from error
            raise BusyError(
                "{folder}: another command works there; wait until it has ended, then try again",
                folder=folder,
            ) from error
        yield
