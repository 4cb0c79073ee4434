"""
Draw new examples for every property, round after round: ``make fuzz SECONDS=300``.

``python -m tests.fuzz --towns 10000`` asks of so many random towns, by their seeds, whether inside is
reached.
"""

import argparse
import random
import secrets
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ADVICE = """\
Seed {seed} found a case. To see it again:
  {command}
Hypothesis prints it as "Failing test case" (older ones: "Falsifying example"). Write it above the test as @example(...), or, where its
arguments are drawn as one, as a test of its own with a result derived by hand; then mend the fault.
`make test` then tries it every time."""


def properties() -> list[str]:
    """Return the files that hold a property."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(file.relative_to(ROOT)) for file in files if "@given" in file.read_text("utf-8")]


def ask_towns(number: int, first_seed: int) -> int:
    """Ask towns one by one, with every limit; return how many are not as they should be."""
    from tests.geo.catchment.test_outline import (
        SCATTERED_LIMITS_M,
        require_inside_is_reached,
    )

    wrong: set[int] = set()
    for asked, seed in enumerate(range(first_seed, first_seed + number), start=1):
        for limit_m in SCATTERED_LIMITS_M:
            try:
                require_inside_is_reached(seed, limit_m)
            except Exception as error:  # noqa: BLE001  whatever goes wrong is what is looked for
                wrong.add(seed)
                print(f"seed {seed}, {limit_m:g} m: {type(error).__name__} {error}", flush=True)
        if asked % 500 == 0 or asked == number:
            print(f"{asked} towns from seed {first_seed} on, {len(wrong)} wrong", flush=True)
    return len(wrong)


def rounds(seconds: float) -> int:
    """Run rounds until the time is over (0) or a case is found (1)."""
    ends = time.monotonic() + seconds
    files = properties()
    rounds_n = 0
    while (left := ends - time.monotonic()) > 0:
        seed = secrets.randbelow(2**32)
        print(f"round {rounds_n + 1}: seed {seed}", flush=True)
        # A round that the clock cuts short does not always leave out the same properties.
        random.Random(seed).shuffle(files)  # noqa: S311  an order, no secret
        command = [sys.executable, "-m", "pytest", "-q", "-m", "hypothesis", "--maxfail=1"]
        command += ["--hypothesis-profile=fuzz", f"--hypothesis-seed={seed}"]
        try:
            ran = subprocess.run([*command, *files], cwd=ROOT, timeout=left, check=False)
        except subprocess.TimeoutExpired:
            break
        if ran.returncode:
            print(ADVICE.format(seed=seed, command=" ".join(command)))
            return 1
        rounds_n += 1
    print(f"{rounds_n} whole rounds in {seconds:.0f} s, nothing found")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float, nargs="?", default=300.0)
    parser.add_argument("--towns", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    found = ask_towns(asked.towns, asked.seed) if asked.towns else rounds(asked.seconds)
    sys.exit(min(found, 1))
