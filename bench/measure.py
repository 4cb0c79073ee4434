"""Measuring: whole processes with their peak memory, functions against a peer in the same run."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One line of results.json; the median of the runs is quoted."""

    name: str
    ours_s: float
    runs: int
    min_s: float
    max_s: float
    size: str
    peer: str | None = None
    peer_s: float | None = None
    ratio: float | None = None
    peak_mib: float | None = None
    versions: dict[str, str] = field(default_factory=dict)


def process(name: str, command: Sequence[str], *, size: str, runs: int = 3) -> Row:
    """Time a whole process and take the kernel's word for its peak memory."""
    seconds, peaks = [], []
    for _ in range(runs):
        began = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # noqa: S603
        assert child.stderr is not None  # noqa: S101
        errors = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        seconds.append(time.perf_counter() - began)
        peaks.append(usage.ru_maxrss / 1024)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{errors.decode(errors='replace')}")
    return Row(
        name=name,
        ours_s=statistics.median(seconds),
        runs=runs,
        min_s=min(seconds),
        max_s=max(seconds),
        size=size,
        peak_mib=max(peaks),
        versions=versions(),
    )


def against(
    name: str,
    ours: Callable[[], object],
    peer: Callable[[], object],
    *,
    peer_name: str,
    size: str,
    runs: int = 5,
) -> Row:
    """Time a function and its peer in turns, so that a slow moment of the machine hits both."""
    ours()
    ours_s, peer_s = [], []
    for _ in range(runs):
        ours_s.append(_timed(ours))
        peer_s.append(_timed(peer))
    return Row(
        name=name,
        ours_s=statistics.median(ours_s),
        runs=runs,
        min_s=min(ours_s),
        max_s=max(ours_s),
        size=size,
        peer=peer_name,
        peer_s=statistics.median(peer_s),
        ratio=statistics.median(p / o for p, o in zip(peer_s, ours_s, strict=True)),
        versions=versions(),
    )


def versions() -> dict[str, str]:
    """Return what was measured, and with what."""
    names = (
        *("arukeba", "geopandas", "networkx", "numba", "numpy", "osmnx", "pandarm", "scipy"),
        "shapely",
    )
    return {"python": platform.python_version()} | {name: version(name) for name in names}


def show(row: Row) -> None:
    """Print a row as a person reads it."""
    peer = f"  {row.ratio:6.1f} x {row.peer}" if row.ratio else ""
    peak = f"  {row.peak_mib:6.0f} MiB" if row.peak_mib else ""
    print(
        f"{row.name:24} {row.ours_s:8.3f} s ({row.min_s:.3f}–{row.max_s:.3f}){peak}{peer}  {row.size}"
    )


def write(rows: Sequence[Row], path: Path) -> None:
    """Note rows for the next reader to compare with; a row that was not measured now stays as it was."""
    there = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    noted = {row["name"]: row for row in there} | {row.name: asdict(row) for row in rows}
    path.write_text(json.dumps(list(noted.values()), indent=1) + "\n", encoding="utf-8")


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
