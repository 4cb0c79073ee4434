"""The wheel: it holds all that runs, and runs the demo in an empty folder elsewhere."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.long


def test_it_holds_page_templates_and_profiles(demo_of_the_wheel: Path) -> None:
    installed = demo_of_the_wheel / "site"
    for name in ("api/templates/map.html", "api/templates/report.html"):
        assert (installed / name).is_file()
    assert (installed / "services" / "data" / "municipalities" / "12217.toml").is_file()
    assert not (installed / "tests").exists()


def test_it_runs_the_demo_in_an_empty_folder(demo_of_the_wheel: Path) -> None:
    ran = json.loads((demo_of_the_wheel / "ran.json").read_text("utf-8"))
    assert ran["api"].startswith(str(demo_of_the_wheel / "site"))
    assert ran["stderr"] == ""
    names = {path.name for path in (demo_of_the_wheel / "empty" / "out" / "demo").iterdir()}
    collections = {f"{n}.geojson" for n in ("areas", "places", "coverage", "gaps", "candidates")}
    assert names >= collections | {"coverage.png", "workspace"}
