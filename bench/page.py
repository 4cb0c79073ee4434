"""The map: opening it in headless Chromium until it says that it is ready to use, and the tiles of its background."""

import gzip
import json
import math
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import product
from pathlib import Path

from bench.measure import Row, versions

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
]
PORT = 8765


def rows(workspace: Path, *, runs: int = 5) -> Iterator[Row]:
    """Yield the seconds of a first visit, and those of a tile that was asked for before."""
    arukeba = str(Path(sys.executable).with_name("arukeba"))
    command = [arukeba, "serve", str(workspace), "--port", str(PORT)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        _wait_for(f"http://127.0.0.1:{PORT}/health")
        yield from _opening(runs)
        yield _tiles()
    finally:
        server.terminate()
        server.wait()


def _opening(runs: int) -> Iterator[Row]:
    """Yield the seconds from asking for the page to a map that can be used."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("skipped: map_ready, Chromium is not installed")
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only where it is used

    seconds = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        for _ in range(runs + 1):
            # A context of its own has an empty cache: each run is somebody's first visit.
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            tab = context.new_page()
            began = time.perf_counter()
            tab.goto(f"http://127.0.0.1:{PORT}/")
            tab.wait_for_selector("[data-ready]", state="attached", timeout=60_000)
            seconds.append(time.perf_counter() - began)
            context.close()
        browser.close()
    seconds = seconds[1:]
    yield Row(
        name="map_ready",
        ours_s=statistics.median(seconds),
        runs=runs,
        min_s=min(seconds),
        max_s=max(seconds),
        size="Kashiwa, first visit, software rendering",
        versions=versions(),
    )


def _tiles() -> Row:
    """Return the 95th percentile over all tiles of the town, each asked for a second time."""
    connection = HTTPConnection("127.0.0.1", PORT)
    about = json.loads(_body(connection, "/about"))["background"]
    west, south, east, north = about["bounds"]
    paths = []
    for zoom in range(about["minzoom"], about["maxzoom"] + 1):
        (x0, y1), (x1, y0) = tile_at(west, south, zoom), tile_at(east, north, zoom)
        numbers = product(range(x0, x1 + 1), range(y0, y1 + 1))
        paths += [f"/tiles/WebMercatorQuad/{zoom}/{y}/{x}?collections=ground" for x, y in numbers]
    for path in paths:
        _body(connection, path)
    seconds = []
    for path in paths:
        began = time.perf_counter()
        _body(connection, path)
        seconds.append(time.perf_counter() - began)
    connection.close()
    return Row(
        name="background_tiles",
        ours_s=statistics.quantiles(seconds, n=20)[-1],
        runs=len(paths),
        min_s=min(seconds),
        max_s=max(seconds),
        size="Kashiwa, every tile, p95 of the second time",
        versions=versions(),
    )


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Return the column and the row of the tile that a point is in."""
    x, y = lon / 360 + 0.5, 0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)
    return math.floor(x * 2**zoom), math.floor(y * 2**zoom)


def _body(connection: HTTPConnection, path: str) -> bytes:
    connection.request("GET", path, headers={"accept-encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    return gzip.decompress(body) if answer.headers["content-encoding"] == "gzip" else body


def _wait_for(url: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(url):  # noqa: S310  loopback
                return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"{url} does not answer")
