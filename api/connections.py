"""
Connections: none is kept that does not get on, so that nobody stops the server by sending nothing.

uvicorn waits for ever for the rest of a request and for a reader who does not read.
"""

import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from typing import Any

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.errors import no_request
from api.settings import Settings

BACKLOG = 128
"""asyncio takes so many new connections at once, before any is looked at."""
FILES_KEPT = 128
"""Files that are not connections: databases, tables, what is imported."""

Told = Callable[[str], None]
"""Is told why a connection was closed: ``head``, ``body``, ``reader`` or ``crowd``."""

_log = logging.getLogger(__name__)


class Connection(H11Protocol):
    """A connection with deadlines: for a request's head, for its body, for what was sent to be read."""

    limits: Settings
    most: int
    closed: Told

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  uvicorn's own
        super().__init__(*args, **kwargs)
        self._reading: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._awaited: tuple[object, int] | None = None
        self.waiting_since = self.loop.time()

    @property
    def is_waiting(self) -> bool:
        """Say whether the other side is to do something: ask, send the rest, read what was sent."""
        answering = bool(self.cycle) and not self.cycle.response_complete
        sent = self.conn.their_state is not h11.SEND_BODY
        return not (answering and sent) or self.flow.write_paused

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection; where there are too many, that which has waited longest goes."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            waiting = [one for one in self.connections if isinstance(one, Connection)]
            waiting = [one for one in waiting if one is not self and one.is_waiting]
            oldest = min(waiting, key=lambda one: one.waiting_since, default=self)
            oldest.drop("crowd")
        self._await_rest()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadlines with the connection."""
        _cancel(self._reading)
        _cancel(self._writing)
        self._reading = self._writing = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; the deadline is that of the whole head or body, not of its next byte."""
        super().data_received(data)
        self._await_rest()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  uvicorn's own, English alone
        """Answer bytes that are no request as all else is refused."""
        answer = no_request()
        headers = [*answer.raw_headers, (b"connection", b"close")]
        for event in (
            h11.Response(status_code=answer.status_code, headers=headers, reason=b"Bad Request"),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event))
        self.transport.close()

    def on_response_complete(self) -> None:
        """Wait for the next request, and for the reader of what is not yet sent."""
        self.waiting_since = self.loop.time()
        if self.transport.get_write_buffer_size():
            self._await_reader()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Wait for the reader."""
        super().pause_writing()
        self.waiting_since = self.loop.time()
        self._await_reader()

    def resume_writing(self) -> None:
        """Go on: the reader has read most of what was sent."""
        super().resume_writing()
        _cancel(self._writing)
        self._writing = None

    def drop(self, why: str) -> None:
        """Close at once, whatever is not yet sent."""
        if self not in self.connections:
            return
        self.connections.discard(self)
        self.closed(why)
        _log.info("a connection was closed", extra={"why": why})
        self.transport.abort()

    def _await_rest(self) -> None:
        """Set the deadline of what the other side has to send next; nothing while we answer."""
        state = self.conn.their_state
        awaited = (state, id(self.cycle))
        if awaited == self._awaited and self._reading is not None:
            return
        self._awaited = awaited
        _cancel(self._reading)
        self._reading = None
        if state is h11.IDLE and self.timeout_keep_alive_task is None:
            self._reading = self.loop.call_later(self.limits.head_wait_s, self.drop, "head")
        elif state is h11.SEND_BODY:
            self._reading = self.loop.call_later(self.limits.body_wait_s, self.drop, "body")

    def _await_reader(self) -> None:
        _cancel(self._writing)
        self._writing = self.loop.call_later(
            self.limits.send_wait_s, self._drop_reader, id(self.cycle)
        )

    def _drop_reader(self, cycle: int) -> None:
        # Who has asked again meanwhile has read the answer before.
        if self.transport.get_write_buffer_size() and cycle == id(self.cycle):
            self.drop("reader")


def server_of(
    app: FastAPI,
    limits: Settings,
    *,
    closed: Told | None = None,
    **options: Any,  # noqa: ANN401
) -> uvicorn.Server:
    """Return a server of an application that bounds its connections; ``options`` are uvicorn's."""

    class Limited(Connection):
        pass

    Limited.limits = limits
    Limited.most = connections_most(limits.connections_most)
    Limited.closed = staticmethod(closed or _untold)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=Limited,
            ws="none",
            backlog=BACKLOG,
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=limits.stop_wait_s,
            **options,
        )
    )


def run_until_stopped(server: uvicorn.Server) -> None:
    """Run until the server is asked to stop, which is no failure: requests end, then jobs."""
    # Once it has stopped in good order, uvicorn raises the signal again.
    signal.signal(signal.SIGTERM, lambda *_: None)
    server.run()


def connections_most(wanted: int) -> int:
    """Return how many connections there may be: each is an open file, of which a process has so many."""
    if sys.platform == "win32":
        return wanted  # no such limit
    import resource  # noqa: PLC0415  not on Windows

    needed = wanted + BACKLOG + FILES_KEPT
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(min(wanted, soft - BACKLOG - FILES_KEPT), 1)


def _untold(_why: str) -> None:
    """Tell nobody."""


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
