"""Fault points: a process is killed (kill -9) before or after each step that makes something last."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from services.workspace import staging

MOST = 400
"""More steps than any command has: a loop that never ends fails instead."""


def die_at(step: int) -> None:
    """Let this process be killed at its ``step``-th point: before and after each rename and commit."""
    count = 0

    def passed() -> None:
        nonlocal count
        count += 1
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def guarded(do: Callable[..., Any]) -> Callable[..., Any]:
        def at(*args: object, **options: object) -> object:
            passed()
            made = do(*args, **options)
            passed()
            return made

        return at

    for owner, name in (
        (Path, "rename"),
        (Path, "replace"),
        (Path, "unlink"),
        (shutil, "rmtree"),
        (staging, "_swapped"),
        (Session, "commit"),
    ):
        setattr(owner, name, guarded(getattr(owner, name)))


def without_exchange() -> None:
    """Let this process run as on a system that takes two renames to exchange two folders."""
    staging._swapped = lambda _one, _other: False


def each_death(code: str, *args: object, check: Callable[[str], None]) -> int:
    """
    Run ``code`` killed at its first point, its second, and so on until it ends by itself.

    ``check`` is told each time what it had printed: what it had acknowledged.
    Return how many points there were.
    """
    head = "import sys; from tests.faults import die_at; "
    for step in range(1, MOST):
        done = subprocess.run(
            [sys.executable, "-c", f"{head}\n{code}", str(step), *map(str, args)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        check(done.stdout)
        if done.returncode == 0:
            return step - 1
    raise AssertionError("it never ended")
