"""Processes that begin with what most of them import: each is a fork of one that has done nothing else."""

import multiprocessing
import os
import sys
from multiprocessing.connection import Connection
from typing import Self

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        *("services.registry.editing", "services.registry.feed", "services.results.run"),
        *("services.intake.build", "services.edition.publish", "services.edition.postgis"),
        *("services.edition.backup", "services.edition.worker", "services.plans.solve"),
        *("services.scenarios.named", "services.councils.decisions", "tests.datedtown"),
        *("alembic.migration", "alembic.runtime.environment", "alembic.script"),
    ]
)


class Warm:
    """A process that runs code with words as ``python -c`` does, and the pipes to it."""

    def __init__(self, code: str, *words: object) -> None:
        read, ours_write = os.pipe()
        ours_read, write = os.pipe()
        theirs = Connection(read, writable=False), Connection(write, readable=False)
        given = (*theirs, code, [str(word) for word in words], dict(os.environ))
        self._process = _CONTEXT.Process(target=_run, args=given)
        self._process.start()
        for one in theirs:
            one.close()
        self.stdin, self.stdout = os.fdopen(ours_write, "w"), os.fdopen(ours_read)

    def ended(self, timeout_s: float = 120.0) -> tuple[int, str]:
        """Return how it ended, as ``subprocess`` tells it, and what it had printed; let go of it."""
        with self.stdin, self.stdout:
            self.stdin.close()
            said = self.stdout.read()
        self._process.join(timeout_s)
        assert self._process.exitcode is not None
        return self._process.exitcode, said

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stdin.close()
        self.stdout.close()
        self._process.join()


def _run(
    stdin: Connection, stdout: Connection, code: str, words: list[str], environment: dict[str, str]
) -> None:
    for number, pipe in enumerate((stdin, stdout)):
        os.dup2(pipe.fileno(), number)
        pipe.close()
    sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
    sys.argv = ["-c", *words]
    os.environ.clear()
    os.environ.update(environment)
    exec(compile(code, "<warm>", "exec"), {"__name__": "__main__"})  # noqa: S102  a test's own code
    sys.stdout.flush()
