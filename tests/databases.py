"""The databases that tests of the registry run on: a file, and a server where one is named."""

import os
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, make_url, text

from services.registry.tables import Tables

SERVER = os.environ.get("ARUKEBA_TEST_DATABASE_URL", "")
"""A database of a server that may be emptied, to run the same tests on: postgresql+psycopg://…"""

DATABASES = ("sqlite", "server")


def empty_database(kind: str, folder: Path) -> str:
    """Return the address of a database without tables; skip where no server is named."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'registry.sqlite'}"
    if not SERVER:
        pytest.skip("ARUKEBA_TEST_DATABASE_URL names no database")
    url = _own_database()
    engine = create_engine(url)
    Tables.metadata.drop_all(engine)
    copies = [name for name in inspect(engine).get_table_names() if "_before_" in name]
    with engine.begin() as connection:
        for name in ("alembic_version", *copies):
            connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
    engine.dispose()
    return url


@cache
def _own_database() -> str:
    """Return the database of this process: the one that is named, or beside it one a worker."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if not worker:
        return SERVER
    named = make_url(SERVER)
    own = named.set(database=f"{named.database}_{worker}")
    engine = create_engine(named, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.execute(known, {"name": own.database}).first() is None:
            connection.execute(text(f'CREATE DATABASE "{own.database}"'))
    engine.dispose()
    return own.render_as_string(hide_password=False)


def registry_of(kind: str, folder: Path) -> str:
    """Return what a workspace is given as its registry: '' for the file of its own."""
    return "" if kind == "sqlite" else empty_database(kind, folder)
