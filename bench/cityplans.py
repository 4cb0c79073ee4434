"""Plans of the real Kashiwa: how long until a first answer, a proof, and five near-equal plans."""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.measure import Row, versions
from geo.siting import Incumbent, Search, Years, k_best, plan_years, solve
from geo.siting.proving import Effort, certify

if TYPE_CHECKING:
    from services.plans.solve import Reception

FIRST_S, PROVEN_S, K_BEST_S, GAP_PCT, PEAK_MIB = 2.0, 3.0, 60.0, 0.5, 2048.0
"""What issue 5 asks for; the proof, with its certificate, issue 13."""

VERIFIED_S = 1.0
"""What issue 13 asks for."""

ASK = {
    "budget_yen": 20_000_000,
    "classes": ["weekly", "permanent"],
    "targets": ["permanent"],
    "points_max": 550,
    "objectives": ["most_reached", "worst_unit_first"],
    "gap_pct": GAP_PCT,
}
"""At least 600 sites: the few venues that are known, and points on streets; ¥20,000,000."""

YEARS_N, YEARS_S, YEARS_GAP_PCT = 5, 60.0, 1.0
"""What issue 13 asks for: five years of ¥20,000,000."""

YEARS_ASK = {
    **{name: value for name, value in ASK.items() if name not in {"budget_yen", "objectives"}},
    "years_yen": [ASK["budget_yen"]] * YEARS_N,
}

SITES_LEAST = 600
COLD_YEN = 15_000_000
RUNS = 3

YEARS = 0
"""In place of a number of near-equal plans: one plan over years."""

CODE = """
from bench.cityplans import answer
answer({workspace!r}, {k})
"""

VERIFIED_CODE = """
from bench.cityplans import verified
verified({workspace!r})
"""

VERIFY_CODE = """
import re, sys
sys.modules["highspy"] = None
from api.cli.main import main
failed = main(["plans", "verify", {plan!r}, *{options!r}])
# What the kernel counts as a child's peak begins with its parent's memory; this is the program's own.
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024)
sys.exit(failed)
"""


@dataclass(frozen=True)
class Asked:
    """Seconds from a question to the problem, to the first plan and to the last proof."""

    ready_s: float
    first_s: float
    seconds: float
    size: str


def rows(workspace: Path) -> Iterator[Row]:
    """Yield a row per question, each asked in a process of its own, as a server asks it."""
    asked = (
        ("plan_kashiwa", CODE.format(workspace=str(workspace), k=1), PROVEN_S),
        ("verify_kashiwa", VERIFIED_CODE.format(workspace=str(workspace)), VERIFIED_S),
        ("k_best_kashiwa", CODE.format(workspace=str(workspace), k=5), K_BEST_S),
        ("years_plan", CODE.format(workspace=str(workspace), k=YEARS), YEARS_S),
    )
    for name, code, most_s in asked:
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            sys.exit(f"{name} failed:\n{done.stderr}")
        said = json.loads(done.stdout.splitlines()[-1])
        seconds, peak = said["seconds"], said["peak_mib"]
        if max(seconds) > most_s or peak > PEAK_MIB or said["first_s"] > FIRST_S:
            print(
                f"{name}: above {most_s:g} s, {FIRST_S:g} s for the first or {PEAK_MIB:g} MiB: {said}"
            )
        yield Row(
            name,
            statistics.median(seconds),
            len(seconds),
            min(seconds),
            max(seconds),
            said["size"],
            peak_mib=peak,
            versions=versions(),
        )


def answer(workspace: str, k: int) -> None:
    """
    Answer, and print what it took, from the question to the proof.

    The first question finds nothing read; all others find what a server keeps between questions.
    """
    from services.plans.solve import Reception  # noqa: PLC0415  only the process that measures reads it

    reception, path = Reception(), Path(workspace)
    if k == YEARS:
        print(json.dumps(_over_years(reception, path)))
        return
    cold = _asked(reception, path, {**ASK, "budget_yen": COLD_YEN}, 1)
    warm = [_asked(reception, path, ASK, k) for _ in range(RUNS if k == 1 else 1)]
    first_s = statistics.median(one.first_s for one in warm)
    size = (
        f"{warm[0].size}; first answer in {first_s:.2f} s (set up in {warm[0].ready_s:.2f} s), "
        f"in {cold.first_s:.1f} s where nothing is read yet"
    )
    said = {
        "seconds": [one.seconds for one in warm],
        "first_s": first_s,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "size": size,
    }
    print(json.dumps(said))


def verified(workspace: str) -> None:
    """Make and store plans, and print what it takes to verify them where no solver can be had."""
    from services.plans.ask import ask_of  # noqa: PLC0415
    from services.plans.solve import make_plan  # noqa: PLC0415
    from services.workspace.folder import open_workspace  # noqa: PLC0415

    opened = open_workspace(Path(workspace))
    one = make_plan(opened, ask_of(ASK))
    years = make_plan(opened, ask_of({**YEARS_ASK, "gap_pct": YEARS_GAP_PCT}))
    (seconds, peak), (of_years, _), (of_data, _) = (
        zip(*(_verified(str(plan.path), *options) for _ in range(RUNS)), strict=True)
        for plan, options in ((one, ()), (years, ()), (one, ("--data",)))
    )
    kept_mib = sum(file.stat().st_size for file in one.path.iterdir()) / 2**20
    size = (
        f"a whole process without highspy, from a folder of {kept_mib:.1f} MiB; a plan over {YEARS_N} years "
        f"{statistics.median(of_years):.2f} s; against the data as well {statistics.median(of_data):.2f} s"
    )
    first_s = max(*seconds, *of_years)
    print(json.dumps({"seconds": seconds, "first_s": first_s, "peak_mib": max(peak), "size": size}))


def _verified(plan: str, *options: str) -> tuple[float, float]:
    """Return the seconds and the MiB that the command takes."""
    code = VERIFY_CODE.format(plan=plan, options=options)
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return time.perf_counter() - began, float(done.stdout.splitlines()[-1])


def _over_years(reception: "Reception", workspace: Path) -> dict[str, object]:
    """Plan over years, what is open in the last one included; the first answer is the first plan."""
    from services.plans.ask import ask_of  # noqa: PLC0415
    from services.workspace.folder import open_workspace  # noqa: PLC0415

    setting = reception.setting(open_workspace(workspace), ask_of(YEARS_ASK))
    problem, seconds, told = setting.problem, [], []
    for carry in (False, True) * RUNS:
        began = time.perf_counter()
        search = Search(
            time_s=YEARS_S,
            gap_pct=YEARS_GAP_PCT,
            progress=lambda _, began=began: told.append(time.perf_counter() - began),  # type: ignore[misc]
        )
        found = plan_years(problem, Years([float(ASK["budget_yen"])] * YEARS_N, carry), search)
        seconds.append(time.perf_counter() - began)
        if found.plan.gap_pct > YEARS_GAP_PCT:
            sys.exit(f"a gap of {found.plan.gap_pct} per cent over years")
    size = (
        f"{YEARS_N} years of ¥20,000,000, carried or not; {len(problem.options):,} options; "
        f"{len(found.plan.chosen)} open in the end, gap {found.plan.gap_pct:.2f} %"
    )
    return {
        "seconds": seconds,
        "first_s": told[0],
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "size": size,
    }


def _asked(reception: "Reception", workspace: Path, ask: dict[str, object], k: int) -> Asked:
    """Ask once, and judge the answers."""
    from services.plans.ask import ask_of  # noqa: PLC0415
    from services.workspace.folder import open_workspace  # noqa: PLC0415

    told: list[tuple[float, Incumbent]] = []

    def tell(found: Incumbent) -> None:
        told.append((time.perf_counter() - began, found))

    began = time.perf_counter()
    opened = open_workspace(workspace)
    setting = reception.asked(opened, reception.answerable(opened, ask_of(ask)))
    problem, ready_s = setting.problem, time.perf_counter() - began
    search = Search(gap_pct=GAP_PCT, progress=tell)
    if k > 1:
        plans = k_best(problem, k, search=search)
    else:
        plans = [solve(problem, search)]
        witnesses = [np.array(stage.witness, dtype=np.int64) for stage in plans[0].stages]
        certify(problem, witnesses, Effort(GAP_PCT))
    seconds = time.perf_counter() - began
    worst_pct = max(stage.gap_pct for plan in plans for stage in plan.stages)
    first_s, first = told[0]
    best = plans[0].stages[0]
    sites_n, homes_n = len(setting.candidates.sites), len(problem.demand.weight)
    if len(plans) != k or worst_pct > GAP_PCT or sites_n < SITES_LEAST:
        sys.exit(f"{len(plans)} plans with a gap of {worst_pct} per cent, {sites_n} sites")
    if not first.chosen or first.value > best.bound + 1e-6:
        sys.exit(f"a first answer of {first.value} is above what is proven: {best.bound}")
    short_pct = 100.0 * (1.0 - first.value / best.value)
    size = (
        f"{homes_n:,} homes, {len(problem.options):,} options at {sites_n} sites; "
        f"the first answer is {short_pct:.1f} % short"
    )
    return Asked(ready_s, first_s, seconds, size)
