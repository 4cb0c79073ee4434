"""Servers in processes of their own on loopback, and those who ask them."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

READY_S = 60.0
IDLE = 0.05
"""Seconds of a processor within a second."""
NOTHING: Mapping[str, str] = MappingProxyType({})


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str],
    port: int,
    ready: str,
    environment: Mapping[str, str] = NOTHING,
    *,
    log_level: str = "",
) -> Iterator[int]:
    """Start a server and yield the id of its process once a path of it is answered."""
    server = subprocess.Popen(  # noqa: S603
        [*command, *([log_level] if log_level else [])],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | environment,
    )
    try:
        until = time.monotonic() + READY_S
        while not _answers(port, ready):
            if time.monotonic() > until or server.poll() is not None:
                sys.exit(f"{' '.join(command)} does not answer")
            time.sleep(0.05)
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def settle(process: int) -> None:
    """Wait until a server has prepared what it prepares beside its first answers."""
    until, before = time.monotonic() + READY_S, -1.0
    while time.monotonic() < until:
        fields = Path(f"/proc/{process}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
        used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        if used - before < IDLE:
            return
        before = used
        time.sleep(1)


def _answers(port: int, path: str) -> bool:
    try:
        return Client(port).ask("GET", path).status == 200  # noqa: PLR2004  HTTP's own word
    except OSError:
        return False


class Answer:
    """What came back, read to its end."""

    def __init__(
        self, status: int, headers: Mapping[str, str], body: bytes, seconds: float
    ) -> None:
        self.status, self.headers, self.body, self.seconds = status, headers, body, seconds

    def json(self) -> Any:  # noqa: ANN401  JSON
        """Return the body as plain data."""
        return json.loads(self.body)


class Client:
    """One who asks on one connection, opened again where the server has closed it."""

    def __init__(self, port: int, headers: Mapping[str, str] = NOTHING) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=READY_S)
        self._headers = dict(headers)

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] = NOTHING
    ) -> Answer:
        """Ask, and wait for the whole answer."""
        sent = None if body is None else json.dumps(body)
        told = {"content-type": "application/json", **self._headers, **headers}
        began = time.perf_counter()
        self._connection.request(method, path, sent, told)
        answer = self._connection.getresponse()
        read = answer.read()
        seconds = time.perf_counter() - began
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, read, seconds)


def timed(client: Client, path: str) -> float:
    """Return the seconds of an answer that is as it should be."""
    answer = client.ask("GET", path)
    if answer.status not in (200, 204):
        sys.exit(f"{path} is answered by {answer.status}: {answer.body[:300]!r}")
    return answer.seconds


def path_of(address: str) -> tuple[int, str]:
    """Return port and path of an address."""
    at = urlsplit(address)
    return at.port or 80, f"{at.path}?{at.query}" if at.query else at.path


def together(ask: Callable[[int], None], number: int) -> None:
    """Let so many threads do something at once, and wait for all."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  only where it is used

    with ThreadPoolExecutor(number) as pool:
        for done in [pool.submit(ask, one) for one in range(number)]:
            done.result()
