"""Plans of the real Kashiwa: how long until a first answer, a proof, and five near-equal plans."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Row, versions
from geo.siting import Progress, Search, k_best, solve

FIRST_S, PROVEN_S, K_BEST_S, GAP_PCT, PEAK_MIB = 2.0, 20.0, 60.0, 0.5, 2048.0
"""What issue 5 asks for."""

ASK = {
    "budget_yen": 20_000_000,
    "classes": ["weekly", "permanent"],
    "targets": ["permanent"],
    "points_max": 550,
    "objectives": ["most_reached", "worst_unit_first"],
    "gap_pct": GAP_PCT,
}
"""At least 600 sites: the few venues that are known, and points on streets; ¥20,000,000."""

CODE = """
from bench.cityplans import answer
answer({workspace!r}, {k})
"""


def rows(workspace: Path) -> Iterator[Row]:
    """Yield a row per question, each asked in a process of its own."""
    for name, k, most_s in (("plan_kashiwa", 1, PROVEN_S), ("k_best_kashiwa", 5, K_BEST_S)):
        code = CODE.format(workspace=str(workspace), k=k)
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            sys.exit(f"{name} failed:\n{done.stderr}")
        said = json.loads(done.stdout)
        if said["seconds"] > most_s or said["peak_mib"] > PEAK_MIB or said["first_s"] > FIRST_S:
            print(
                f"{name}: above {most_s:g} s, {FIRST_S:g} s for the first or {PEAK_MIB:g} MiB: {said}"
            )
        seconds, peak = said["seconds"], said["peak_mib"]
        yield Row(
            name, seconds, 1, seconds, seconds, said["size"], peak_mib=peak, versions=versions()
        )


def answer(workspace: str, k: int) -> None:
    """Answer, and print what it took; reading and walking is told apart from the search."""
    from services.plan_ask import ask_of  # noqa: PLC0415  only the process that measures reads it
    from services.plans import Desk  # noqa: PLC0415
    from services.workspace import open_workspace  # noqa: PLC0415

    began = time.perf_counter()
    setting = Desk().answerable(open_workspace(Path(workspace)), ask_of(ASK))
    problem, ready = setting.problem, time.perf_counter()
    firsts: list[float] = []

    def tell(_: Progress) -> None:
        firsts.append(time.perf_counter() - ready)

    search = Search(gap_pct=GAP_PCT, progress=tell)
    plans = k_best(problem, k, search=search) if k > 1 else [solve(problem, search)]
    seconds = time.perf_counter() - ready
    worst_pct = max(stage.gap_pct for plan in plans for stage in plan.stages)
    if len(plans) != k or worst_pct > GAP_PCT:
        sys.exit(f"{len(plans)} plans with a gap of {worst_pct} per cent")
    homes, options = len(problem.demand.weight), len(problem.options)
    size = (
        f"{homes:,} homes, {options:,} options at {len(setting.candidates.sites)} sites; "
        f"set up in {ready - began:.1f} s, first answer in {firsts[0]:.2f} s"
    )
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    said = {"seconds": seconds, "first_s": firsts[0], "peak_mib": peak_mib, "size": size}
    print(json.dumps(said))
