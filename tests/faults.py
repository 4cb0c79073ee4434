"""Fault points: a process is killed (kill -9) before or after each step that makes something last."""

import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from services.workspace import staging
from tests.warm import Warm

MOST = 400
"""More steps than any command has: a loop that never ends fails instead."""


Points = Sequence[tuple[object, str]]
POINTS: Points = (
    (Path, "rename"),
    (Path, "replace"),
    (shutil, "rmtree"),
    (staging, "_swapped"),
    (Session, "commit"),
)
"""What makes something last, or takes it away."""


def _killed(_where: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(
    step: int, *, points: Points = POINTS, at: Callable[[str], None] = _killed
) -> Callable[[], int]:
    """
    Let this process be killed at its ``step``-th point: before and after each rename and commit.

    ``at`` is told where that is, and may do something else there. Return what counts the points.
    """
    count = 0

    def passed(where: str) -> None:
        nonlocal count
        count += 1
        if count == step:
            at(where)

    def guarded(do: Callable[..., Any], name: str) -> Callable[..., Any]:
        def done(*args: object, **options: object) -> object:
            passed(f"before {name}")
            made = do(*args, **options)
            passed(f"after {name}")
            return made

        return done

    for owner, name in points:
        setattr(owner, name, guarded(getattr(owner, name), name.lstrip("_")))
    return lambda: count


def without_exchange() -> None:
    """Let this process run as on a system that takes two renames to exchange two folders."""
    staging._swapped = lambda _one, _other: False


def serve_deaths(act: Callable[..., None], *args: str) -> None:
    """Let a child do ``act`` for each step that is asked for; say how it ended and what it printed."""
    for line in sys.stdin:
        with tempfile.TemporaryFile("w+") as said:
            child = os.fork()  # of one thread, with everything imported
            if child == 0:
                os.dup2(said.fileno(), 1)
                die_at(int(line))
                act(int(line), *args)
                sys.stdout.flush()
                os._exit(0)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            said.seek(0)
            sys.stdout.write(f"{json.dumps([status, said.read()])}\n")
            sys.stdout.flush()


def each_death(code: str, *args: object, check: Callable[[str], None]) -> int:
    """
    Let ``act(step, *args)`` of ``code`` be killed at its first point, its second, until it ends by itself.

    ``check`` is told each time what it had printed: what it had acknowledged. Return how many points
    there were.
    """
    tail = "import sys; from tests.faults import serve_deaths; serve_deaths(act, *sys.argv[1:])"
    with Warm(f"{code}\n{tail}", *args) as dying:
        for step in range(1, MOST):
            print(step, file=dying.stdin, flush=True)
            status, said = json.loads(dying.stdout.readline())
            assert status in (0, -signal.SIGKILL)
            check(said)
            if status == 0:
                return step - 1
    raise AssertionError("it never ended")
