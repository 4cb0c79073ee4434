"""A server of Kashiwa that is asked: what if over HTTP, and a reader while a plan is made."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from api.access import COOKIE, CSRF
from bench.measure import Row, versions
from services.accounts.sessions import come_by, keyboard_link
from services.workspace.folder import open_workspace

PORT = 8767
READY_S = 60.0
SEED = 7
TRIALS_N, READS_N = 100, 200
NEAR_DEGREES = 0.003
PLAN = {"most": 10, "k": 5, "stability": True, "time_s": 30}
PATHS = ("/collections/gaps/items?limit=100", "/summary", "/collections/places/items?limit=100")
CLASSES = ("weekly", "monthly")


def rows(workspace: Path) -> Iterator[Row]:
    """Yield the 95th percentiles; the machine's load is told with each."""
    arukeba = str(Path(sys.executable).with_name("arukeba"))
    command = [arukeba, "serve", str(workspace), "--port", str(PORT)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        _wait_for(lambda: _ask("GET", "/summary") is not None)
        time.sleep(READY_S / 2)  # what is prepared beside the first answers is there
        yield from _what_if()
        yield _beside_a_plan(_signed_in(workspace))
    finally:
        server.terminate()
        server.wait()


def _what_if() -> Iterator[Row]:
    draw = random.Random(SEED)  # noqa: S311  no secret
    found = _ask("GET", "/collections/places/items?limit=1000")["features"]
    places = [one for one in found if one["geometry"] and one["properties"]["counts"]]
    seconds = []
    while len(seconds) <= TRIALS_N:
        edit, began = _edit(draw, places), time.perf_counter()
        if _ask("POST", "/whatif", {"edits": [edit]}) is not None:
            seconds.append(time.perf_counter() - began)
    first, *warm = seconds
    size = f"{TRIALS_N} random edits, one at a time, p95; load {os.getloadavg()[0]:.1f}"
    yield _row("what_if_http", warm, size)
    yield replace(_row("what_if_http_first", [first], "the first of a server"), runs=1)


def _edit(draw: random.Random, places: list[Any]) -> dict[str, object]:
    action = draw.choice(["open", "close", "move", "change"])
    place = {"place_id": draw.choice(places)["properties"]["place_id"]}
    lon, lat = draw.choice(places)["geometry"]["coordinates"]
    near = (draw.uniform(-NEAR_DEGREES, NEAR_DEGREES) for _ in range(2))
    where = dict(zip(("lon", "lat"), map(float.__add__, (lon, lat), near), strict=True))
    frequency = {"frequency": draw.choice(CLASSES)}
    given = {"open": where | frequency, "close": place, "move": place | where}
    return {"action": action, **given.get(action, place | frequency)}


def _signed_in(workspace: Path) -> dict[str, str]:
    """Return what the session of the person at the keyboard sends, who may ask for plans."""
    opened = open_workspace(workspace)
    entry = come_by(opened, keyboard_link(opened)["link"])
    return {"cookie": f"{COOKIE}={entry.key}", CSRF: entry.visitor.csrf}


def _beside_a_plan(signed: dict[str, str]) -> Row:
    """Read while a plan is made, and as often while none is."""
    alone = [_read() for _ in range(READS_N)]
    job = _ask("POST", "/plans", PLAN, signed)["jobID"]
    beside = []
    while _ask("GET", f"/jobs/{job}", None, signed)["status"] in ("accepted", "running"):
        beside.append(_read())
    size = f"{', '.join(PATHS)}, p95; load {os.getloadavg()[0]:.1f}"
    row, alone_s = _row("read_beside_plan", beside, size), float(np.quantile(alone, 0.95))
    return replace(row, peer="the same without a plan", peer_s=alone_s, ratio=alone_s / row.ours_s)


def _read() -> float:
    began = time.perf_counter()
    for path in PATHS:
        _ask("GET", path)
    return (time.perf_counter() - began) / len(PATHS)


def _row(name: str, seconds: list[float], size: str) -> Row:
    return Row(
        name=name,
        ours_s=float(np.quantile(seconds, 0.95)),
        runs=len(seconds),
        min_s=min(seconds),
        max_s=max(seconds),
        size=size,
        versions=versions(),
    )


def _ask(
    method: str, path: str, body: object = None, signed: Mapping[str, str] = MappingProxyType({})
) -> Any:  # noqa: ANN401  JSON
    """Return what is answered; None where it is refused."""
    connection = HTTPConnection("127.0.0.1", PORT)
    try:
        headers = {"content-type": "application/json", **signed}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        told = answer.read()
        return json.loads(told) if answer.status < 400 else None  # noqa: PLR2004  the line
    finally:
        connection.close()


def _wait_for(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        try:
            if ready():
                return
        except OSError:
            time.sleep(0.05)
    sys.exit("the server does not answer")
