"""What all tests share: the model town, made once, and properties that do not watch the clock."""

from pathlib import Path

import pytest
from hypothesis import settings

from services.intake.build import build
from services.modeltown import write_town
from services.results.run import run
from services.workspace.folder import Snapshot

# A slow machine fails no property. `make test` draws the same examples each time; `make fuzz` new ones.
settings.register_profile("same", deadline=None, derandomize=True, database=None)
settings.register_profile("fuzz", deadline=None, database=None, print_blob=True)
settings.load_profile("same")


@pytest.fixture(scope="session")
def town_profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the small model town's files and return its profile."""
    return write_town(tmp_path_factory.mktemp("town") / "source", size="small")


@pytest.fixture(scope="session")
def town_snapshot(town_profile: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Build and run the small model town."""
    return run(build(town_profile, tmp_path_factory.mktemp("town") / "workspace"))
