"""Rooms: what imports what across rooms is known, and no sentence holds it but this."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]


def stair(container: str) -> dict[str, int]:
    """Return the step of every room of a container: the lowest is 0, neighbours share one."""
    (layers,) = (one["layers"] for one in CONTRACTS if one.get("containers") == [container])
    return {
        room.strip(): step
        for step, rooms in enumerate(reversed(layers))
        for room in rooms.split("|")
    }


def imports(path: Path) -> set[str]:
    """Return the modules that a file names in imports at any depth, even inside functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = {name.name for n in ast.walk(tree) if isinstance(n, ast.Import) for name in n.names}
    parts = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return plain | {f"{node.module}.{name.name}" for node in parts for name in node.names}


def arrows(container: str) -> dict[tuple[str, str], list[str]]:
    """Return which room imports which, with the modules that do it."""
    folder, steps = ROOT / container.replace(".", "/"), stair(container)
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted(folder.rglob("*.py")):
        room = path.relative_to(folder).parts[0].removesuffix(".py")
        for name in imports(path):
            if not name.startswith(f"{container}."):
                continue
            other = name.removeprefix(f"{container}.").split(".")[0]
            if other in steps and other != room:
                found.setdefault((room, other), []).append(str(path.relative_to(ROOT)))
    return found


@pytest.mark.parametrize("container", ["geo", "services", "services.intake"])
def test_every_arrow_goes_down_even_one_inside_a_function(container: str) -> None:
    steps = stair(container)
    up = {
        arrow: paths
        for arrow, paths in arrows(container).items()
        if arrow[0] not in steps or steps[arrow[0]] <= steps[arrow[1]]
    }
    assert up == {}


@pytest.mark.parametrize("container", ["geo", "services", "services.intake"])
def test_the_contract_names_every_room(container: str) -> None:
    folder = ROOT / container.replace(".", "/")
    rooms = {path.stem for path in folder.iterdir() if path.suffix in ("", ".py")}
    assert set(stair(container)) == rooms - {"__init__", "__pycache__"}


def test_the_town_is_imported_by_the_command_line_alone() -> None:
    named = [
        path.relative_to(ROOT)
        for ring in ("services", "api")
        for path in (ROOT / ring).rglob("*.py")
        if any(name.startswith("services.modeltown") for name in imports(path))
    ]
    assert {path.parts[:2] for path in named} == {("services", "modeltown"), ("api", "cli")}


def test_there_are_few_rooms() -> None:
    assert len(stair("services")) <= 20


OF_THE_CONTRACT = {"Problem", "Share", "Slot", "Week"}
"""Names of bodies in the contract of the API, which clients know, and of a class within as well."""


def test_no_two_classes_share_a_name() -> None:
    """A name means one thing in the whole program; a private one, in its module."""
    where: dict[str, list[str]] = {}
    for ring in ("geo", "services", "api"):
        for path in sorted((ROOT / ring).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    where.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    shared = {name: paths for name, paths in where.items() if len(paths) > 1}
    assert {name: paths for name, paths in shared.items() if name not in OF_THE_CONTRACT} == {}
    of_both = {name for name, (*_, last) in shared.items() if last.startswith("api/")}
    assert of_both == OF_THE_CONTRACT
