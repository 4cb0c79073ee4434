"""A real server on loopback that ends with the test, however the test ends; and one without a socket."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import uvicorn
from fastapi import FastAPI

START_S = 30.0


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an application at an address of its own; whatever happens meanwhile, it ends afterwards."""
    # FastAPI reads its routes at the first question, and silences warnings meanwhile for all threads
    # at once: a thread that does the same at that moment lets one through, which is an error here.
    app.openapi()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5)
        )

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

    Starlette's ``TestClient`` hands every question to a thread of its own, seven times to and fro:
    too long where there are ten thousand.
    """

    def __init__(self, app: FastAPI, runner: asyncio.Runner) -> None:
        self._app, self._runner = httpx.ASGITransport(app), runner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Let the application answer, and wait for the whole body."""
        return self._runner.run(self._answered(request))

    async def _answered(self, request: httpx.Request) -> httpx.Response:
        found = await self._app.handle_async_request(request)
        assert isinstance(found.stream, httpx.AsyncByteStream)
        body = b"".join([part async for part in found.stream])
        return httpx.Response(found.status_code, headers=found.headers, content=body)


@contextmanager
def asking(app: FastAPI) -> Iterator[httpx.Client]:
    """Start an application and yield a client of it; it ends afterwards."""
    with asyncio.Runner() as runner:
        lifespan = app.router.lifespan_context(app)
        runner.run(lifespan.__aenter__())
        try:
            with httpx.Client(
                transport=InOneThread(app, runner), base_url="http://testserver"
            ) as client:
                yield client
        finally:
            runner.run(lifespan.__aexit__(None, None, None))
