"""
Draw new examples for every property, round after round: ``make fuzz SECONDS=300``.

``python -m tests.fuzz --towns 10000`` asks of so many random towns, by their seeds, whether inside is
reached; ``--door 10000`` sends a server in a process of its own so many requests that nobody means;
``--parsers 10000`` lets the readers of the command line read so many damaged files, a process a batch.
"""

import argparse
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BATCH, BATCH_S = 200, 600
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


def ask_door(number: int, first_seed: int) -> int:
    """Send a server so many requests, a thousand a process; return how many processes did not end well."""
    from services.results.run import run
    from tests.services.plans.test_plans import town

    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        workspace = town(Path(scratch) / "door")
        run(workspace)
        for seed in range(first_seed, first_seed + -(-number // 1000)):
            sent = min(1000, number)
            command = [sys.executable, "-m", "tests.api.doorfuzz", workspace.path, seed, sent]
            ended = subprocess.run([*map(str, command)], cwd=ROOT, check=False).returncode
            wrong += ended != 0
            print(f"seed {seed}: {sent} requests, ended with {ended}", flush=True)
    return wrong


def read_damaged(number: int, first_seed: int) -> int:
    """Let so many damaged files be read, of each format as many; return how many batches did not end well."""
    from tests.parserfuzz import FORMATS

    wrong, each = 0, -(-number // len(FORMATS))
    for name in FORMATS:
        for batch in range(-(-each // BATCH)):
            seed, files_n = first_seed + batch, min(BATCH, each - batch * BATCH)
            with tempfile.TemporaryDirectory() as scratch:
                command = [sys.executable, "-m", "tests.parserfuzz", name, seed, files_n, scratch]
                try:
                    ran = subprocess.run(
                        [*map(str, command)],
                        cwd=ROOT,
                        check=False,
                        capture_output=True,
                        text=True,
                        timeout=BATCH_S,
                    )
                    code, said = ran.returncode, ran.stdout.strip()
                except subprocess.TimeoutExpired:
                    code, said = -1, f"longer than {BATCH_S} s"
                print(f"{name}, seed {seed}, {files_n} files: ended with {code} {said}", flush=True)
                if code:
                    wrong += 1
                    kept = Path(tempfile.gettempdir()) / f"damaged-{seed}-{name}"
                    shutil.copyfile(Path(scratch) / name, kept)
                    print(f"  the file that was read: {kept}", flush=True)
    return wrong


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
    parser.add_argument("--door", type=int, default=0)
    parser.add_argument("--parsers", type=int, default=0)
    asked = parser.parse_args()
    if asked.towns:
        sys.exit(min(ask_towns(asked.towns, asked.seed), 1))
    if asked.parsers:
        sys.exit(min(read_damaged(asked.parsers, asked.seed), 1))
    found = ask_door(asked.door, asked.seed) if asked.door else rounds(asked.seconds)
    sys.exit(min(found, 1))
