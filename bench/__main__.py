"""Measure the main job and its engines; print each row and write bench/results.json."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import (
    asked,
    cityplans,
    engines,
    files,
    growth,
    lists,
    page,
    plans,
    polygons,
    reach,
    service,
    start,
)
from bench.city import grown
from bench.measure import Row, against, process, show, write

ROOT = Path(__file__).resolve().parents[1]
KASHIWA = ROOT.parent / "shared" / "data" / "kashiwa"
PROFILE = ROOT / "data" / "municipalities" / "12217.toml"
WRITE_CITY = """
import sys
from pathlib import Path
from services.modeltown import write_town
write_town(Path(sys.argv[1]), size="city")
"""
ARUKEBA = str(Path(sys.executable).with_name("arukeba"))


def demo(folder: Path) -> Iterator[Row]:
    """Run the demo as people do, in an empty folder."""
    out = str(folder / "demo")
    yield process(
        "demo", [ARUKEBA, "demo", "--out", out], size="model town small, 40,000 residents"
    )


def city(folder: Path) -> Iterator[Row]:
    """Generate the model town of Kashiwa's size, then build and run it."""
    town, workspace = folder / "town", str(folder / "city")
    write_city = [sys.executable, "-c", WRITE_CITY, str(town)]
    yield process("town_city_write", write_city, size="433,621 residents", runs=1)
    profile = str(next(town.glob("*.toml")))
    build = [ARUKEBA, "build", profile, "--out", workspace]
    yield process("town_city_build", build, size="model town city")
    yield process("town_city_run", [ARUKEBA, "run", workspace], size="226 places, 6 layers")
    if not KASHIWA.is_dir():
        yield from polygons.rows(Path(workspace))


def kashiwa(folder: Path) -> Iterator[Row]:
    """Build, run and open the real Kashiwa."""
    workspace = folder / "kashiwa"
    build = [ARUKEBA, "build", str(PROFILE), "--data", str(KASHIWA), "--out", str(workspace)]
    size = "37,068 ways, 169,760 buildings"
    yield process("kashiwa_build", build, size=size)
    yield process("kashiwa_run", [ARUKEBA, "run", str(workspace)], size=size)
    yield from page.rows(workspace)
    yield from asked.rows(workspace)
    yield from engines.rows(workspace, KASHIWA)
    yield from polygons.rows(workspace)
    yield from cityplans.rows(workspace)


def serving(folder: Path, minutes: float) -> Iterator[Row]:
    """Ask the data service of the real Kashiwa."""
    workspace = folder / "served"
    _quietly([ARUKEBA, "build", str(PROFILE), "--data", str(KASHIWA), "--out", str(workspace)])
    _quietly([ARUKEBA, "run", str(workspace)])
    yield from service.rows(workspace, folder, minutes)


def both_views(folder: Path) -> Iterator[Row]:
    """Run Kashiwa as if its residents were not published: both views against the public one alone."""
    profile, whole, alone = folder / "views.toml", str(folder / "views"), str(folder / "view")
    published = "residents_published = true"
    profile.write_text(PROFILE.read_text("utf-8").replace(published, ""), "utf-8")
    _quietly([ARUKEBA, "build", str(profile), "--data", str(KASHIWA), "--out", whole])
    _quietly([ARUKEBA, "run", whole])
    _quietly([ARUKEBA, "publish", whole, "--out", alone])
    yield against(
        "two_views",
        lambda: _quietly([ARUKEBA, "run", whole]),
        lambda: _quietly([ARUKEBA, "run", alone]),
        peer_name="arukeba run, public view alone",
        size="Kashiwa as if unpublished, both views",
    )


def starting(folder: Path) -> Iterator[Row]:
    """Start the command line, and a server of the real Kashiwa where its data is there."""
    yield from start.commands()
    if KASHIWA.is_dir():
        workspace = str(folder / "start")
        _quietly([ARUKEBA, "build", str(PROFILE), "--data", str(KASHIWA), "--out", workspace])
        _quietly([ARUKEBA, "run", workspace])
        yield from start.serving(Path(workspace))


def one_city(folder: Path) -> Iterator[Row]:
    """Measure reach, what if and how cost grows on one city, made where no group has made it."""
    if not (folder / "city").is_dir():
        town = folder / "town"
        _quietly([sys.executable, "-c", WRITE_CITY, str(town)])
        _quietly([ARUKEBA, "build", str(next(town.glob("*.toml"))), "--out", str(folder / "city")])
    workspace = grown(folder / "city", folder / "grown")
    yield from reach.rows(workspace)
    yield from growth.rows(workspace)


def _quietly(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def official(folder: Path) -> Iterator[Row]:
    """Read files of areas as large as those of a prefecture."""
    yield from files.rows(folder / "files")


def main() -> None:
    """Run the groups that were asked for, all by default, and note each when it is done."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="of readers beside writers")
    groups: dict[str, Callable[[Path], Iterator[Row]]] = {
        "start": starting,
        "demo": demo,
        "city": city,
        "files": official,
        "lists": lists.rows,
        "plans": plans.rows,
        "large": plans.large,
        "engines": one_city,
    }
    if KASHIWA.is_dir():
        groups |= {"kashiwa": kashiwa, "views": both_views}
        groups["service"] = lambda folder: serving(folder, asked_for.minutes)
    else:
        print(f"skipped: kashiwa, its open data is not at {KASHIWA}")
    parser.add_argument("groups", nargs="*", choices=[[], *groups], help="default: all")
    asked_for = parser.parse_args()
    wanted = asked_for.groups or list(groups)
    print(f"{os.cpu_count()} cores")
    rows = []
    with tempfile.TemporaryDirectory(prefix="arukeba-bench-") as folder:
        for group in wanted:
            for row in groups[group](Path(folder)):
                show(row)
                rows.append(row)
            write(rows, ROOT / "bench" / "results.json")


if __name__ == "__main__":
    main()
