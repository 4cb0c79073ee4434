"""Draw new examples for every property, round after round: ``make fuzz SECONDS=300``."""

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


def main(seconds: float) -> int:
    """Run rounds until the time is over (0) or a case is found (1)."""
    ends = time.monotonic() + seconds
    files = properties()
    rounds = 0
    while (left := ends - time.monotonic()) > 0:
        seed = secrets.randbelow(2**32)
        print(f"round {rounds + 1}: seed {seed}", flush=True)
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
        rounds += 1
    print(f"{rounds} whole rounds in {seconds:.0f} s, nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
