"""QGIS without a screen, in a process of its own: its Python is the system's, not that of this environment."""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).with_name("desktop_program.py")
LONGEST_S = 300


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "QT_QPA_PLATFORM": "offscreen"}


@cache
def has_qgis() -> bool:
    """Return whether QGIS and its Python are installed."""
    if shutil.which(PYTHON) is None:
        return False
    tried = subprocess.run(
        [PYTHON, "-c", "import qgis.core"], env=_environment(), capture_output=True, check=False
    )
    return tried.returncode == 0


def in_qgis(*steps: dict[str, Any]) -> list[Any]:
    """Let QGIS do steps (``desktop_program.py``), and return what each answers."""
    done = subprocess.run(
        [PYTHON, str(SCRIPT)],
        input=json.dumps(steps),
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return answers
