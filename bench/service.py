"""The data service of Kashiwa: pages, tiles, counts, many readers beside writers, and the peers in turns."""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import cycle, product
from pathlib import Path
from urllib.parse import quote

import numpy as np

from bench.asking import Answer, Client, free_port, path_of, serving, settle, timed, together
from bench.measure import Row, versions
from bench.page import tile_at
from bench.peers import ARUKEBA, peers
from services.accounts.people import add_account
from services.accounts.rights import ANYBODY, MAY, Visitor
from services.accounts.sessions import make_token
from services.workspace.folder import open_workspace

PAGES_N, COUNTS_N = 80, 100
ROWS = "/collections/coverage_table/items"
"""The one collection of the city with more than 1,000."""
COLLECTION, FEATURES_N, FURTHER_N = "areas", 250, 60
"""The spatial one with most features, polygons: of a page of it the peers are asked as well."""
LAYERS = "ground,coverage,places"
ZOOMS = range(10, 15)
READERS_N, WRITERS_N, PAUSE_S = 100, 5, 1.0
"""Each asks again so long after its answer."""
READ = (
    "/collections/gaps/items?limit=100",
    "/collections/places/items?limit=100",
    "/summary",
    "/",
)
ASKERS_N, TURN_S, TURNS_N = 4, 3.0, 3
QGIS = """
import sys, time
from qgis.core import QgsApplication, QgsVectorLayer
app = QgsApplication([], False)
app.initQgis()
began = time.perf_counter()
layer = QgsVectorLayer(f"typename='coverage' url='{sys.argv[1]}'", "coverage", "OAPIF")
n = sum(1 for _ in layer.getFeatures())
print(n, time.perf_counter() - began)
"""
QGIS_PYTHON = "/usr/bin/python3"


def rows(workspace: Path, scratch: Path, minutes: float) -> Iterator[Row]:
    """Yield the rows of the service; the machine's load is told with each."""
    port = free_port()
    command = [ARUKEBA, "serve", str(workspace), "--port", str(port)]
    with serving(command, port, "/ready") as process:
        settle(process)
        client = Client(port)
        # What nobody has asked of this server yet.
        tiles = _tiles(client)
        cold, warm = ([timed(client, path) for path in tiles] for _ in range(2))
        size = f"{len(tiles)} tiles of {LAYERS}, zoom {ZOOMS[0]} to {ZOOMS[-1]}, p95"
        yield _p95("tile_cold", cold, f"{size}, the first time")
        yield _p95("tile_warm", warm, f"{size}, the second time")
        # Another page each time, so that none is a page that was kept.
        pages = [f"{ROWS}?limit=1000&offset={1000 * number}" for number in range(PAGES_N)]
        found = client.ask("GET", pages[0]).json()
        size = f"{found['numberReturned']} of {found['numberMatched']} rows of coverage_table, p95"
        yield _p95("items_1000", [timed(client, one) for one in pages], size)
        yield _count(client)
        yield from _desktop(port)
    with serving(command, port, "/ready") as process:
        settle(process)
        yield _beside_writers(workspace, port, process, minutes)
    yield from _beside_peers(workspace, scratch, command, port)


def _p95(name: str, seconds: list[float], size: str) -> Row:
    return Row(
        name=name,
        ours_s=float(np.quantile(seconds, 0.95)),
        runs=len(seconds),
        min_s=min(seconds),
        max_s=max(seconds),
        size=f"{size}; load {os.getloadavg()[0]:.1f}",
        versions=versions(),
    )


def _tiles(client: Client) -> list[str]:
    about = client.ask("GET", "/about").json()["background"]
    west, south, east, north = about["bounds"]
    paths = []
    for zoom in ZOOMS:
        (x0, y1), (x1, y0) = tile_at(west, south, zoom), tile_at(east, north, zoom)
        numbers = product(range(x0, x1 + 1), range(y0, y1 + 1))
        paths += [f"/tiles/WebMercatorQuad/{zoom}/{y}/{x}?collections={LAYERS}" for x, y in numbers]
    return paths


def _count(client: Client) -> Row:
    """Count what a condition leaves, another one each time."""
    path = f"{ROWS}?limit=1"
    whole = client.ask("GET", path).json()["numberMatched"]
    asked = [f"{path}&filter=residents%3E{number}" for number in range(COUNTS_N)]
    size = f"numberMatched among {whole} rows of coverage_table, {COUNTS_N} conditions, p95"
    return _p95("number_matched", [timed(client, one) for one in asked], size)


def _desktop(port: int) -> Iterator[Row]:
    """Let QGIS read all of the coverage."""
    command = [QGIS_PYTHON, "-c", QGIS, f"http://127.0.0.1:{port}"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    told = subprocess.run(  # noqa: S603
        command,
        env=kept | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        print("skipped: qgis_coverage, QGIS and its Python are not installed")
        return
    features_n, seconds = told.stdout.splitlines()[-1].split()
    yield _p95("qgis_coverage", [float(seconds)], f"{features_n} areas by OGC API – Features")


def _beside_writers(workspace: Path, port: int, process: int, minutes: float) -> Row:
    """Let many read while some write; every answer counts, and whoever waits longest."""
    crowd = Crowd(port, time.monotonic() + 60 * minutes)
    parts: list[Callable[[], None]] = [partial(crowd.watch, process)]
    parts += [partial(crowd.read, number) for number in range(READERS_N)]
    parts += [partial(crowd.write, number, one) for number, one in enumerate(_tokens(workspace))]
    together(lambda number: parts[number](), len(parts))
    # What is read first is prepared first: the level is that after the first third.
    later = crowd.memory_mib[len(crowd.memory_mib) // 3 :]
    half = len(later) // 2
    size = (
        f"{READERS_N} readers, {WRITERS_N} writers, each again {PAUSE_S:g} s after its answer, "
        f"{minutes:g} min: {len(crowd.reads)} reads (p95 {np.quantile(crowd.reads, 0.95):.3f} s), "
        f"{len(crowd.writes)} writes (longest {max(crowd.writes):.3f} s), {len(crowd.wrong)} refused "
        f"or failed; memory {statistics.median(later[:half]):.0f}, then "
        f"{statistics.median(later[half:]):.0f} MiB; the longest wait"
    )
    for said in sorted(set(crowd.wrong))[:10]:
        print(f"  {said}")
    row = _p95("readers_and_writers", crowd.reads + crowd.writes, size)
    return replace(row, ours_s=row.max_s, peak_mib=max(crowd.memory_mib))


class Crowd:
    """Many who ask a server until a moment, and how long each waited."""

    def __init__(self, port: int, ends: float) -> None:
        self._port, self._ends = port, ends
        self._tiles = _tiles(Client(port))
        self.reads: list[float] = []
        self.writes: list[float] = []
        self.wrong: list[str] = []
        self.memory_mib: list[float] = []

    def read(self, number: int) -> None:
        """Read again and again."""
        draw, client = random.Random(number), Client(self._port)  # noqa: S311  no secret
        time.sleep(draw.uniform(0, PAUSE_S))
        while time.monotonic() < self._ends:
            path = draw.choice((*READ, draw.choice(self._tiles)))
            accept = {"accept": "text/html" if path == "/" else "application/json"}
            self._note(self.reads, path, client.ask("GET", path, headers=accept))

    def write(self, number: int, token: str) -> None:
        """Change and confirm places that no other writer does."""
        client = Client(self._port, {"authorization": f"Bearer {token}"})
        found = client.ask("GET", "/collections/places/items?limit=1000").json()["features"]
        places = [one["properties"]["place_id"] for one in found][number::WRITERS_N]
        for turn, place in enumerate(cycle(places)):
            if time.monotonic() >= self._ends:
                return
            path = f"/registry/places/{quote(place, safe='')}"
            if turn % 2:
                answer = client.ask("POST", f"{path}/confirmation")
            else:
                state = {"if-match": client.ask("GET", path).headers.get("etag", "")}
                answer = client.ask("PATCH", path, {"fee_text": f"{turn}"}, state)
            self._note(self.writes, path, answer)

    def watch(self, process: int) -> None:
        """Note the memory of the server."""
        while time.monotonic() < self._ends:
            told = Path(f"/proc/{process}/status").read_text("utf-8")
            resident = next(one for one in told.splitlines() if one.startswith("VmRSS"))
            self.memory_mib.append(int(resident.split()[1]) / 1024)
            time.sleep(PAUSE_S)

    def _note(self, seconds: list[float], path: str, answer: Answer) -> None:
        seconds.append(answer.seconds)
        if answer.status >= 400:  # noqa: PLR2004  HTTP's own border
            self.wrong.append(f"{path}: {answer.status} {answer.body[:200]!r}")
        time.sleep(PAUSE_S)


def _tokens(workspace: Path) -> list[str]:
    """Return the tokens of as many accounts as write."""
    opened, rights = open_workspace(workspace), ("attend", "keep")
    made = []
    for number in range(WRITERS_N):
        name = f"bench-{number}-{time.time_ns()}"
        add_account(opened, name, role="planner", mail=f"{name}@example.lg.jp", by=ANYBODY)
        who = Visitor("planner", MAY["planner"], name, councils=None, session="at the keyboard")
        made.append(make_token(opened, who, "bench", rights, days=1)["token"])
    return made


def _beside_peers(workspace: Path, scratch: Path, command: list[str], port: int) -> Iterator[Row]:
    """Ask each for pages of the same features, in turns; how many a second."""
    schema = _schema(workspace)
    with (
        peers(workspace, f"{schema}.{COLLECTION}", scratch) as found,
        serving(command, port, "/ready") as process,
    ):
        settle(process)
        ours = _checked(f"http://127.0.0.1:{port}/collections/{COLLECTION}/items?f=json")
        for name, (address, version) in found.items():
            theirs = _checked(address)
            turns = [(_per_answer_s(*ours), _per_answer_s(*theirs)) for _ in range(TURNS_N)]
            mine, peer = ([turn[who] for turn in turns] for who in (0, 1))
            size = f"a page of {FEATURES_N} {COLLECTION}, {ASKERS_N} at once, seconds an answer"
            yield replace(
                _p95(f"throughput_{name}", mine, size),
                ours_s=statistics.median(mine),
                peer=f"{name} {version} on PostGIS",
                peer_s=statistics.median(peer),
                ratio=statistics.median(p / m for m, p in turns),
            )


def _schema(workspace: Path) -> str:
    from services.edition.postgis import schema_of  # noqa: PLC0415  needs psycopg

    return schema_of(open_workspace(workspace))


def _checked(address: str) -> tuple[int, str]:
    """Return port and path of a page, once it has what is asked for."""
    port, path = path_of(f"{address}&limit={FEATURES_N}")
    n = len(json.loads(Client(port).ask("GET", path).body)["features"])
    if n != FEATURES_N:
        sys.exit(f"{address} has {n} features and not {FEATURES_N}")
    return port, path


def _per_answer_s(port: int, path: str) -> float:
    """Ask from so many sides for a while; return the seconds that an answer took of it."""
    answered = [0] * ASKERS_N
    began = time.monotonic()

    def go_on(number: int) -> None:
        client = Client(port)
        while time.monotonic() - began < TURN_S:
            # Not one page again and again, which a cache could answer.
            timed(client, f"{path}&offset={(number * 50 + answered[number]) % FURTHER_N}")
            answered[number] += 1

    together(go_on, ASKERS_N)
    return (time.monotonic() - began) / sum(answered)
