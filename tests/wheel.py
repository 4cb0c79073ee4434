"""The wheel, built and unpacked as an installer would, and the demo that it runs."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WHERE = "import api, geo, services; print(api.__file__)"
DEMO = "import sys; from api.cli.main import main; sys.argv[0] = 'arukeba'; main()"


def run_demo(folder: Path) -> None:
    """Unpack the wheel into ``site`` and run the demo in ``empty``; ``ran.json`` says what it said."""
    (folder / "empty").mkdir(parents=True)
    _unpack(folder)
    where = _python(folder, WHERE).stdout
    demo = _python(folder, DEMO, "demo", "--json")
    ran = {"api": where, "stdout": demo.stdout, "stderr": demo.stderr}
    (folder / "ran.json").write_text(json.dumps(ran), "utf-8")


def _python(folder: Path, program: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=folder / "empty",
        env=os.environ | {"PYTHONPATH": str(folder / "site")},
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )


def _unpack(folder: Path) -> None:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    _lend_machine_code(folder / "site")


def _lend_machine_code(site: Path) -> None:
    """Give the unpacked modules what numba has compiled of the same lines here: that takes long."""
    for code in (ROOT / "geo").rglob("__pycache__/*.nb[ci]"):
        there = site / code.relative_to(ROOT)
        there.parent.mkdir(exist_ok=True)
        shutil.copy(code, there)
    for module in (ROOT / "geo").rglob("*.py"):
        # Code is that of a module with this time and size.
        shutil.copystat(module, site / module.relative_to(ROOT))
