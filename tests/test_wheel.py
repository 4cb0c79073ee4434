"""The wheel: it holds all that runs, and runs the demo in an empty folder elsewhere."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[1]
RUN = "import sys; from api.cli.main import main; sys.argv[0] = 'arukeba'; main()"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it, as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    site = folder / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    lend_machine_code(site)
    return site


def lend_machine_code(site: Path) -> None:
    """Give the unpacked modules what numba has compiled of the same lines here: that takes long."""
    for code in (ROOT / "geo").rglob("__pycache__/*.nb[ci]"):
        there = site / code.relative_to(ROOT)
        there.parent.mkdir(exist_ok=True)
        shutil.copy(code, there)
    for module in (ROOT / "geo").rglob("*.py"):
        # Code is that of a module with this time and size.
        shutil.copystat(module, site / module.relative_to(ROOT))


def test_it_holds_page_templates_and_profiles(installed: Path) -> None:
    for name in ("api/templates/map.html", "api/templates/report.html"):
        assert (installed / name).is_file()
    assert (installed / "services" / "data" / "municipalities" / "12217.toml").is_file()
    assert not (installed / "tests").exists()


def test_it_runs_the_demo_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [sys.executable, "-c", "import api, geo, services; print(api.__file__)"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert where.stdout.startswith(str(installed))
    demo = subprocess.run(
        [sys.executable, "-c", RUN, "demo", "--json"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        check=True,
        capture_output=True,
        text=True,
    )
    json.loads(demo.stdout)
    names = {path.name for path in (tmp_path / "out" / "demo").iterdir()}
    collections = {f"{n}.geojson" for n in ("areas", "places", "coverage", "gaps", "candidates")}
    assert names >= collections | {"coverage.png", "workspace"}
