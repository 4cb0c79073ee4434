"""Starting: what a person waits for before anything is computed, against importing numpy and pandas."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.measure import Row, against

PORT = 8766
LONGEST_WAIT_S = 60.0
ARUKEBA = str(Path(sys.executable).with_name("arukeba"))
PROFILE = Path(__file__).resolve().parents[1] / "data" / "municipalities" / "12217.toml"
PEER = [sys.executable, "-c", "import numpy, pandas"]


def commands() -> Iterator[Row]:
    """Yield the seconds of the two commands that need no data."""
    for name, words, size in (
        ("start_help", ["--help"], "list of the commands"),
        ("start_profile_check", ["profile", "check", str(PROFILE)], "profile of Kashiwa"),
    ):
        yield _row(name, lambda words=words: _run([ARUKEBA, *words]), size)


def serving(workspace: Path) -> Iterator[Row]:
    """Yield the seconds from the command to the first page of a computed workspace."""
    yield _row("start_serve", lambda: _serve(workspace), "Kashiwa, until its page is answered")


def _row(name: str, start: Callable[[], object], size: str) -> Row:
    peer_name = "python -c 'import numpy, pandas'"
    return against(name, start, lambda: _run(PEER), peer_name=peer_name, size=size, runs=7)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=_with_bytecode())  # noqa: S603


def _serve(workspace: Path) -> None:
    command = [ARUKEBA, "serve", str(workspace), "--port", str(PORT)]
    server = subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_with_bytecode()
    )
    try:
        until = time.monotonic() + LONGEST_WAIT_S
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/"):
                    return
            except OSError:
                time.sleep(0.01)
        sys.exit("the server does not answer")
    finally:
        # A server has nothing to keep; how long it takes to end is not asked.
        server.kill()
        server.wait()


def _with_bytecode() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
