"""What all tests share: the model town, made once, and properties that do not watch the clock."""

import fcntl
import gc
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from services.intake.build import build
from services.modeltown import write_town
from services.profile.book import bundled_profiles
from services.results.run import run
from services.workspace.folder import Snapshot, open_workspace
from tests.realtowns import data_of
from tests.village import village_snapshot
from tests.wheel import run_demo

# A slow machine fails no property. `make test` draws the same examples each time; `make fuzz` new ones.
settings.register_profile("same", deadline=None, derandomize=True, database=None)
settings.register_profile("fuzz", deadline=None, database=None, print_blob=True)
settings.load_profile("same")

# The name that clients without a socket ask under.
os.environ["ARUKEBA_HOSTS"] = "testserver"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Keep the search for garbage away from what the imports made, which stays, and search less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all processes of this run of the tests share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session", autouse=True)
def compiled_once(run_folder: Path) -> Iterator[None]:
    """Let one process compile a function while the others wait; they read what it kept on disk."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    from numba.core.dispatcher import Dispatcher

    compile_it, threads, depth = Dispatcher.compile, threading.RLock(), 0
    with (run_folder / "compiler.lock").open("w") as lock, pytest.MonkeyPatch.context() as patch:

        def compile_once(self: Dispatcher, signature: object) -> object:
            nonlocal depth
            with threads:
                if not depth:
                    fcntl.flock(lock, fcntl.LOCK_EX)
                depth += 1
                try:
                    return compile_it(self, signature)
                finally:
                    depth -= 1
                    if not depth:
                        fcntl.flock(lock, fcntl.LOCK_UN)

        patch.setattr(Dispatcher, "compile", compile_once)
        yield


def made_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """Let the first process make the folder while the others wait, and return it."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder.with_suffix(".done")
        if not done.exists():
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def town_profile(run_folder: Path) -> Path:
    """Write the small model town's files once a run and return its profile; nobody changes them."""
    source = made_once(run_folder / "town-source", lambda path: write_town(path, size="small"))
    return next(source.glob("*.toml"))


@pytest.fixture(scope="session")
def town_snapshot(
    town_profile: Path, run_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Snapshot:
    """Build and run the small model town once a run; each process has a copy of its own."""
    made = made_once(run_folder / "town-made", lambda path: run(build(town_profile, path)))
    copy = tmp_path_factory.mktemp("town") / "workspace"
    shutil.copytree(made, copy)
    return open_workspace(copy).snapshot()


@pytest.fixture(scope="session")
def real_town(run_folder: Path) -> Callable[[str], Path]:
    """Return what builds a municipality of a code from its open data once a run; nobody changes it."""

    def built(code: str) -> Path:
        (profile,) = (path for path in bundled_profiles() if path.stem == code)
        return made_once(
            run_folder / f"real-{code}", lambda path: build(profile, path, data=data_of(code))
        )

    return built


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Build and run the village of tests/village.py, whose councils are its districts; nobody changes it."""
    return village_snapshot(tmp_path_factory.mktemp("village"), council_layer="district")


@pytest.fixture(scope="session")
def village_of_one_council(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Build and run the same village with one council for all of it; nobody changes it."""
    return village_snapshot(tmp_path_factory.mktemp("one-council"), council_layer="village")


@pytest.fixture(scope="session")
def demo_of_the_wheel(run_folder: Path) -> Path:
    """Let the wheel run the demo once a run of the tests; nobody changes what it wrote."""
    return made_once(run_folder / "wheel", run_demo)
