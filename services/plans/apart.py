"""
Searches apart: the solver works in a process of its own, so a crash of it ends a search and no more.

The process is started once and asked again and again; it holds nothing of a question that it has
answered. What it tells of comes back through a pipe; who asks it to end and waits in vain ends it.
"""

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from geo.errors import ArukebaError, BrokenModelError
from geo.siting import Incumbent, Problem, Search

_Found = TypeVar("_Found")

ASK_EVERY_S, GRACE_S = 0.05, 0.7
"""How often is asked whether to end, and how long the search may take to do so: less than a solver that is left to itself."""

LATE = "highspy", "numba"
"""What a search imports when it needs it: here before it is asked."""

# A fork would take locks along that other threads of a server hold.
_CONTEXT = multiprocessing.get_context("spawn")


class CrashedError(Exception):
    """
    The process of a search ended before it had answered.

    ``best`` is the last that it told of the first plan: bounds of those after it leave plans out.
    """

    def __init__(self, best: Incumbent | None, *, asked: bool) -> None:
        super().__init__()
        self.best = best
        self.asked = asked
        """Whether it was asked to end, and did not in time."""


class _Worker:
    """A process that searches, and the pipe to it."""

    def __init__(self) -> None:
        self.pipe, theirs = _CONTEXT.Pipe()
        # It ends with the process that started it.
        self.process = _CONTEXT.Process(
            target=_work, args=(theirs,), name="arukeba-search", daemon=True
        )
        self.process.start()
        theirs.close()

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


_idle: list[_Worker] = []
_lock = threading.Lock()


def start() -> None:
    """Have a process ready before it is needed: its libraries take a while to load."""
    with _lock:
        if not _idle:
            _idle.append(_Worker())


def searched(work: Callable[..., _Found], *given: object, search: Search) -> _Found:
    """
    Call ``work(*given, search)`` in another process.

    Parameters
    ----------
    work
        A function of a module, such as ``geo.siting.solve``.
    given
        What it is given before the search: problems and plain data.
    search
        Its ``progress`` and ``cancel`` are called here.

    Raises
    ------
    CrashedError
        The process ended, or had to be ended.
    ArukebaError
        What the work refused.
    """
    worker = _taken(search)
    try:
        found = _asked(worker, (work, tuple(map(_lean, given))), search)
    except ArukebaError:
        _back(worker)
        raise
    except BaseException:
        worker.end()
        raise
    _back(worker)
    return found  # type: ignore[no-any-return]


def _taken(search: Search) -> _Worker:
    with _lock:
        while _idle:
            worker = _idle.pop()
            if worker.process.is_alive():
                return worker
            worker.end()
    if search.cancel is not None and search.cancel():  # nobody waits for a process to start
        raise CrashedError(None, asked=True)
    return _Worker()


def _back(worker: _Worker) -> None:
    with _lock:
        _idle.append(worker)


def _lean(given: object) -> object:
    """Return what goes over: residents that are explained but not searched by stay here."""
    if isinstance(given, Problem):
        return replace(given, demand=replace(given.demand, further={}))
    if isinstance(given, dict):
        return {
            name: (covers, replace(demand, further={})) for name, (covers, demand) in given.items()
        }
    return given


def _asked(worker: _Worker, question: object, search: Search) -> Any:  # noqa: ANN401  of the work
    best: Incumbent | None = None
    ended_at_s: float | None = None
    tells = search.progress is not None
    try:
        plain = replace(search, progress=None, cancel=None)
        worker.pipe.send((question, plain, tells))
        while True:
            if worker.pipe.poll(ASK_EVERY_S):
                code, value = worker.pipe.recv()
                if code == "best":
                    best = value if value.plan == 0 else best
                    if search.progress is not None:
                        search.progress(value)
                elif code == "refused":
                    kind, template, facts = value
                    raise kind(template, **facts)
                elif code == "failed":
                    raise BrokenModelError("The search for a plan failed ({error}).", error=value)
                else:
                    return value
            if ended_at_s is None and search.cancel is not None and search.cancel():
                ended_at_s = time.monotonic()
                worker.pipe.send("end")
            if ended_at_s is not None and time.monotonic() - ended_at_s > GRACE_S:
                raise CrashedError(best, asked=True)
    except (EOFError, OSError) as error:
        raise CrashedError(best, asked=ended_at_s is not None) from error


def _work(pipe: Connection) -> None:
    """Answer one question after the other, until nobody is there to ask."""
    # In the middle of a search nobody reads the pipe: who asked may be killed, and this goes on for long.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # The solver greets on standard output, where somebody may be reading figures.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    with suppress(EOFError, OSError, KeyboardInterrupt):
        for name in LATE:
            import_module(name)
        while True:
            question = pipe.recv()
            if question != "end":  # one that came after the answer had gone
                _answer(pipe, question)
            question = None  # hold nothing of it while waiting


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _answer(pipe: Connection, question: Any) -> None:  # noqa: ANN401  as it was sent
    (work, given), search, tells = question
    ended = False

    def cancel() -> bool:
        nonlocal ended
        if not ended and pipe.poll():
            ended = pipe.recv() == "end"
        return ended

    def progress(found: Incumbent) -> None:
        pipe.send(("best", found))

    search = replace(search, cancel=cancel, progress=progress if tells else None)
    try:
        found = work(*given, search)
    except ArukebaError as error:
        pipe.send(("refused", (type(error), error.sentence.template, dict(error.facts))))
    except MemoryError:  # the one who asked goes on with the best so far
        os._exit(1)
    except Exception as error:  # noqa: BLE001  the outermost frame of the process
        pipe.send(("failed", f"{type(error).__name__}: {error}"))
    else:
        pipe.send(("found", found))
