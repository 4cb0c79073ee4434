"""The schema of a registry: brought from any earlier version to today's, with a copy beside it first."""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, inspect
from sqlalchemy import text as sql

from services.registry.database import SQLITE
from services.registry.tables import Group, Place, PlaceStatus, ScheduleRow, Tables, Venue
from services.workspace.staging import staged_file

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

_FOLDER = Path(__file__).parent / "migrations"
BUILT = (Venue, Group, ScheduleRow, Place, PlaceStatus)
"""Tables that every build writes anew."""


def migrate(connection: Connection) -> None:
    """
    Bring the tables to today's version within the connection's transaction, all of it or nothing.

    Before it a file is copied to ``registry.before-VERSION.sqlite`` beside it, on a server each table to
    ``TABLE_before_VERSION``, in the same transaction.
    """
    from alembic.migration import MigrationContext  # noqa: PLC0415  who only reads does not wait for it
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415

    config, script, head = _steps()
    version = MigrationContext.configure(connection).get_current_revision()
    if version == head:
        return
    if not inspect(connection).has_table(Venue.__tablename__):
        Tables.metadata.create_all(connection)
        MigrationContext.configure(connection).stamp(script, "head")
        return
    if connection.dialect.name == SQLITE:
        _copy_beside(Path(str(connection.engine.url.database)), str(head))
    else:
        _copy_tables(connection, str(head))
    with EnvironmentContext(
        config,
        script,
        fn=lambda at, _context: script._upgrade_revs("head", at),  # noqa: SLF001  as alembic's own command does
        destination_rev="head",
    ) as environment:
        environment.configure(connection=connection, render_as_batch=True)
        environment.run_migrations()


@cache
def _steps() -> "tuple[Config, ScriptDirectory, str | None]":
    """Return the steps from version to version, which each writer asks for, and today's version."""
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    script = ScriptDirectory.from_config(config)
    return config, script, script.get_current_head()


def remake(connection: Connection) -> None:
    """Make the tables anew that a build fills, where one of them is damaged."""
    tables = [table.metadata.tables[table.__tablename__] for table in BUILT]
    there = inspect(connection)
    if any(
        _columns(table) != _there(connection, table)
        for table in tables
        if there.has_table(table.name)
    ):
        Tables.metadata.drop_all(connection, tables=tables)
    Tables.metadata.create_all(connection)


def _copy_beside(file: Path, version: str) -> None:
    """Copy a file as it was last committed: who migrates it has written nothing yet."""
    beside = file.with_name(f"{file.stem}.before-{version}{file.suffix}")
    with (
        staged_file(beside) as staged,
        closing(sqlite3.connect(file)) as old,
        closing(sqlite3.connect(staged)) as copy,
    ):
        old.backup(copy)


def _copy_tables(connection: Connection, version: str) -> None:
    """Copy each table to another name; the copy of an earlier attempt is replaced."""
    there, quote = inspect(connection), connection.dialect.identifier_preparer.quote
    for table in Tables.metadata.sorted_tables:
        if there.has_table(table.name):
            old, copy = quote(table.name), quote(f"{table.name}_before_{version}")
            for statement in (
                f"DROP TABLE IF EXISTS {copy}",
                # Values alone: with its defaults a copy would hold on to the numbers of the table.
                f"CREATE TABLE {copy} AS TABLE {old}",
            ):
                connection.execute(sql(statement))


def _columns(table: Table) -> set[str]:
    return {column.name for column in table.columns}


def _there(connection: Connection, table: Table) -> set[str]:
    return {str(column["name"]) for column in inspect(connection).get_columns(table.name)}
