"""The databases that tests of the registry run on: a file, and a server where one is named."""

import os
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from services.registry.tables import Base

SERVER = os.environ.get("ARUKEBA_TEST_DATABASE_URL", "")
"""A database of a server that may be emptied, to run the same tests on: postgresql+psycopg://…"""

DATABASES = ("sqlite", "server")


def empty_database(kind: str, folder: Path) -> str:
    """Return the address of a database without tables; skip where no server is named."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'registry.sqlite'}"
    if not SERVER:
        pytest.skip("ARUKEBA_TEST_DATABASE_URL names no database")
    engine = create_engine(SERVER)
    Base.metadata.drop_all(engine)
    engine.dispose()
    return SERVER


def registry_of(kind: str, folder: Path) -> str:
    """Return what a workspace is given as its registry: '' for the file of its own."""
    return "" if kind == "sqlite" else empty_database(kind, folder)
