"""Health: whether the result, the registry and the disk are there, each looked at anew."""

import tempfile
from collections.abc import Callable, Mapping

from sqlalchemy import text as sql

from geo.errors import ArukebaError
from services.edition.snapshot import Editions
from services.registry.database import session
from services.workspace.storage import storage_error

PROBE = b"\0" * 4096
"""A disk that is full takes no block more."""

Found = Mapping[str, ArukebaError | None]
"""What was looked at, and what is wrong with it."""


def health(editions: Editions, *, writing: bool) -> Found:
    """Look at the result, the registry and, where something is written, at the disk."""
    looks: dict[str, Callable[[], object]] = {
        "result": editions.current,
        "registry": lambda: _require_registry(editions),
    }
    if writing:
        looks["disk"] = lambda: _require_disk(editions)
    return {name: _wrong(look) for name, look in looks.items()}


def _wrong(look: Callable[[], object]) -> ArukebaError | None:
    try:
        look()
    except ArukebaError as error:
        return error
    except OSError as error:
        known = storage_error(error)
        if known is None:
            raise
        return known
    return None


def _require_registry(editions: Editions) -> None:
    with session(editions.workspace.registry_url) as opened:
        opened.execute(sql("SELECT count(*) FROM places"))


def _require_disk(editions: Editions) -> None:
    with tempfile.TemporaryFile(dir=editions.workspace.path, prefix=".probe-") as file:
        file.write(PROBE)
        file.flush()
