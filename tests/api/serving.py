"""A real server on loopback that ends with the test, however the test ends; and one without a socket."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any

import anyio.to_thread
import httpx
import pytest
from fastapi import FastAPI

from api.access import routes_of
from api.connections import server_of
from api.settings import Settings

START_S = 30.0


@contextmanager
def serving(app: FastAPI, settings: Settings | None = None) -> Iterator[str]:
    """Serve an application at an address of its own; whatever happens meanwhile, it ends afterwards."""
    # FastAPI reads its routes at the first question, and silences warnings meanwhile for all threads
    # at once: a thread that does the same at that moment lets one through, which is an error here.
    routes_of(app.routes)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = server_of(app, settings or Settings(stop_wait_s=5))

        def run() -> None:
            # A server that cannot start asks its program to exit.
            with suppress(SystemExit):
                server.run(sockets=[listener])

        thread = threading.Thread(target=run, daemon=True, name="served")
        thread.start()
        try:
            give_up = time.monotonic() + START_S
            while not server.started:
                # An application that fails to start leaves no server to wait for.
                assert thread.is_alive(), "the server ended before it had started"
                assert time.monotonic() < give_up, "the server does not start"
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(START_S)


class InOneThread(httpx.BaseTransport):
    """
    Answers in the thread that asks.

    Starlette's ``TestClient`` hands every question to a thread of its own, seven times to and fro, and
    a server each endpoint to one of its pool: too long where there are ten thousand.
    """

    def __init__(self, app: FastAPI, runner: asyncio.Runner) -> None:
        self._app, self._runner = app, runner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Let the application answer, and wait for the whole body."""
        url, asked = request.url, request.read()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 1),
            "server": (url.host, url.port),
        }
        told: list[MutableMapping[str, Any]] = []

        unread = [{"type": "http.request", "body": asked, "more_body": False}]

        async def receive() -> dict[str, Any]:
            # Nothing more ever comes: who waits for it lets others work meanwhile.
            return unread.pop() if unread else await asyncio.get_running_loop().create_future()

        async def send(message: MutableMapping[str, Any]) -> None:
            told.append(message)

        self._runner.run(self._app(scope, receive, send))
        start, *parts = told
        body = b"".join(part.get("body", b"") for part in parts)
        return httpx.Response(start["status"], headers=start["headers"], content=body)


async def _here(function: Callable[..., Any], *args: object, **_options: object) -> Any:
    """Call what a server would leave to a thread of its pool."""
    return function(*args)


@contextmanager
def asking(app: FastAPI) -> Iterator[httpx.Client]:
    """Start an application and yield a client of it; it ends afterwards."""
    with asyncio.Runner() as runner, pytest.MonkeyPatch.context() as patch:
        patch.setattr(anyio.to_thread, "run_sync", _here)
        lifespan = app.router.lifespan_context(app)
        runner.run(lifespan.__aenter__())
        try:
            with httpx.Client(
                transport=InOneThread(app, runner), base_url="http://testserver"
            ) as client:
                yield client
        finally:
            runner.run(lifespan.__aexit__(None, None, None))
