"""Opening the map in headless Chromium, until it says that it is ready to use."""

import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Row, versions

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
]
PORT = 8765


def opening(workspace: Path, *, runs: int = 5) -> Iterator[Row]:
    """Yield the seconds from asking for the page to a map that can be used."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("skipped: map_ready, Chromium is not installed")
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only where it is used

    arukeba = str(Path(sys.executable).with_name("arukeba"))
    command = [arukeba, "serve", str(workspace), "--port", str(PORT)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        _wait_for(f"http://127.0.0.1:{PORT}/healthz")
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
    finally:
        server.terminate()
        server.wait()
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


def _wait_for(url: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(url):  # noqa: S310  loopback
                return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"{url} does not answer")
