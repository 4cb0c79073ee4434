"""Copies of a registry: all of its tables as they are at one moment, in a file, and back."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, inspect, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from geo.errors import BrokenWorkspaceError
from services.registry.database import SQLITE, session, writing
from services.registry.schema import migrate
from services.registry.tables import Tables

Counts = Mapping[str, int]
"""Rows by table."""

ROWS_AT_ONCE = 1000
_FILE = f"{SQLITE}:///"


def copy_registry(url: str, file: Path) -> Counts:
    """
    Copy a registry into a new SQLite file while others write to it, and count its rows.

    A file is copied by SQLite itself, tables of a server in one transaction that sees one moment.
    """
    if url.startswith(_FILE):
        with session(url) as opened:  # what is wrong with it is told as everywhere
            opened.execute(sql("SELECT count(*) FROM places"))
        address = f"{Path(url.removeprefix(_FILE)).absolute().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(address, uri=True)) as source,
            closing(sqlite3.connect(file)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
    else:
        _make(file)
        with session(url) as source_session, writing(f"{_FILE}{file}") as target_session:
            _pour(source_session, target_session)
    return counted(file)


def counted(file: Path) -> Counts:
    """
    Count the rows of a copy, once SQLite has found it whole.

    Raises
    ------
    BrokenWorkspaceError
        It is not.
    """
    said: object
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            (said,) = copy.execute("PRAGMA integrity_check").fetchone()
            if said == "ok":
                names = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                return {
                    str(name): int(copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608  a name of a table
                    for (name,) in names.fetchall()
                }
    except sqlite3.DatabaseError as error:
        said = error
    raise BrokenWorkspaceError(
        "{file}: the registry in it is damaged ({said}); take another copy", file=file, said=said
    )


def is_empty(url: str) -> bool:
    """Say whether a server holds no row of a registry."""
    with session(url) as opened:
        there = set(inspect(opened.connection()).get_table_names())
        tables = [table for table in Tables.metadata.sorted_tables if table.name in there]
        return not any(opened.scalar(select(func.count()).select_from(one)) for one in tables)


def put_registry(file: Path, opened: Session) -> None:
    """Write what a copy holds in place of all that a server has; it is there when the session is committed."""
    connection = opened.connection()
    migrate(connection)
    for table in reversed(Tables.metadata.sorted_tables):
        opened.execute(delete(table))
    with session(f"{_FILE}{file}") as source:
        _pour(source, opened)
    _set_counters(connection)


def _make(file: Path) -> None:
    with writing(f"{_FILE}{file}") as opened:
        migrate(opened.connection())


def _pour(source: Session, target: Session) -> None:
    there = inspect(source.connection())
    for table in Tables.metadata.sorted_tables:
        if not there.has_table(table.name):  # an earlier registry
            continue
        for rows in source.execute(select(table)).mappings().partitions(ROWS_AT_ONCE):
            target.execute(insert(table), [dict(row) for row in rows])


def _set_counters(connection: Connection) -> None:
    """Let a server count on from the largest number that is there."""
    for table in Tables.metadata.sorted_tables:
        counter = table.autoincrement_column
        if counter is not None:
            largest = connection.scalar(select(func.max(counter)))
            name = connection.scalar(select(func.pg_get_serial_sequence(table.name, counter.name)))
            if name and largest:
                connection.execute(select(func.setval(name, largest)))
