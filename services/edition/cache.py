"""
Files made of a snapshot when they are first asked for: each written once, whole, and read from the disk.

They lie beside the tables of the snapshot and leave with it; none is published.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from services.workspace.staging import staged_file

FOLDER = ".cache"


class Cache:
    """The files made of one snapshot."""

    def __init__(self, snapshot: Path) -> None:
        self._snapshot = snapshot
        self._lock = Lock()
        self._locks: dict[str, Lock] = {}

    def file(self, name: str, state: str, write: Callable[[Path], None]) -> Path:
        """
        Return a file of a state, written now where it is not there; those of earlier states go.

        Of two who ask at once the second waits.
        """
        with self._lock:
            lock = self._locks.setdefault(name, Lock())
        path = self._folder / f"{state}-{name}"
        with lock:
            if not path.exists():
                with staged_file(path) as staged:
                    write(staged)
                for old in self._folder.glob(f"*-{name}"):
                    if old != path and not old.name.startswith("."):
                        with suppress(OSError):  # somebody reads it, where that keeps it
                            old.unlink()
        return path

    @cached_property
    def _folder(self) -> Path:
        folder = self._snapshot / FOLDER
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
        # A folder that nobody may write to is served all the same.
        self._elsewhere = TemporaryDirectory(prefix="arukeba-", ignore_cleanup_errors=True)
        return Path(self._elsewhere.name)
