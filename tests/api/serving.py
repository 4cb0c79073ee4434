"""A real server on loopback that ends with the test, however the test ends."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from fastapi import FastAPI

START_S = 30.0


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an application at an address of its own; whatever happens meanwhile, it ends afterwards."""
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
