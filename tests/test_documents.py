"""Documents: short enough to be read, paired by language, and true where a test can tell."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import click
import pytest
import typer
from typer.core import TyperGroup

from api.cli.main import create_cli
from bench.municipalities import told_older

ROOT = Path(__file__).resolve().parents[1]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "most"), [("README.md", 100), ("README.ja.md", 100), ("ARCHITECTURE.md", 120)]
)
def test_a_document_is_short_enough_to_be_read(name: str, most: int) -> None:
    assert len(read(name).splitlines()) <= most


def test_both_readmes_have_the_same_headings_and_commands() -> None:
    english, japanese = read("README.md"), read("README.ja.md")
    levels = [re.findall(r"^#+", text, re.MULTILINE) for text in (english, japanese)]
    assert levels[0] == levels[1]
    blocks = [re.findall(r"```.*?```", text, re.DOTALL) for text in (english, japanese)]
    assert blocks[0] == blocks[1]


@pytest.mark.parametrize(
    "name", ["README.md", "README.ja.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]
)
def test_every_link_to_a_file_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", read(name)):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_every_check_that_the_architecture_names_is_there() -> None:
    named = re.findall(r"`(tests/[a-z_/]+\.py)`", read("ARCHITECTURE.md"))
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_every_module_that_the_architecture_names_is_there() -> None:
    named = re.findall(r"`((?:api|data|geo|services)/[\w/.]+)`", read("ARCHITECTURE.md"))
    assert len(named) > 40
    assert [name for name in named if not (ROOT / name).exists()] == []


def rooms(ring: str) -> set[str]:
    """Return the rooms of a ring: its packages, and those of the intake."""
    inits = [*(ROOT / ring).glob("*/__init__.py"), *(ROOT / ring).glob("intake/*/__init__.py")]
    return {path.parent.relative_to(ROOT).as_posix() for path in inits}


@pytest.mark.parametrize("ring", ["geo", "services"])
def test_every_room_has_one_line_in_the_architecture(ring: str) -> None:
    stair = read("ARCHITECTURE.md").split("## The stair")[1].split("\n## ")[0]
    named = re.findall(rf"^\| `({ring}/[a-z/]+)` \|", stair, re.MULTILINE)
    assert sorted(named) == sorted(rooms(ring))


@pytest.mark.parametrize("ring", ["geo", "services"])
def test_no_module_lies_outside_a_room(ring: str) -> None:
    flat = {path.name for path in (ROOT / ring).glob("*.py")}
    assert flat <= {"__init__.py", "arrays.py", "errors.py", "vocabulary.py"}


@pytest.mark.parametrize("ring", ["geo", "services"])
def test_no_module_repeats_the_name_of_its_room(ring: str) -> None:
    rows = [path for room in rooms(ring) for path in (ROOT / room).glob("*.py")]
    assert [path for path in rows if path.stem in path.parent.name.split("/")] == []


def test_every_dependency_has_its_reason() -> None:
    sections = re.split(r"^\[", read("pyproject.toml"), flags=re.MULTILINE)
    wanted = {
        name
        for section in sections
        if re.match(r"project\]|project\.optional|dependency-groups", section)
        for name in re.findall(r'"([a-z0-9-]+)(?:\[\w+\])?>=', section)
    }
    rows = re.findall(r"^\| ([^|]+) \|", read("docs/dependencies.md"), re.MULTILINE)
    reasons = {name for row in rows for name in row.split(", ")} - {"package", "---"}
    assert {"numba", "highspy", "psycopg", "spopt", "editables"} < wanted
    assert reasons == wanted


BROUGHT = {"starlette": "fastapi"}
"""What the program imports though another dependency brings it, as its row says."""

FILES_ONLY = {"maplibre", "matplotlib_fontja"}
"""What is found by name and never imported: their files are used."""


def imported_by_the_program() -> set[str]:
    """Return the top names that the three rings import, lazily or not, but for the standard library."""
    names = set()
    for ring in ("geo", "services", "api"):
        for path in (ROOT / ring).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    names.add(str(node.module))
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names


def test_the_program_imports_its_dependencies_and_no_other() -> None:
    project = read("pyproject.toml").partition("\ndependencies = [")[2].partition("]")[0]
    wanted = set(re.findall(r'"([a-z0-9-]+)(?:\[\w+\])?>=', project))
    # What one of the extras brings is imported where it is asked for.
    extras = (
        read("pyproject.toml")
        .partition("[project.optional-dependencies]")[2]
        .partition("[project.scripts]")[0]
    )
    wanted |= set(re.findall(r'"([a-z0-9-]+)\[', extras)) & {"psycopg"}
    there = packages_distributions()
    used = (imported_by_the_program() | FILES_ONLY) - {"geo", "services", "api", *BROUGHT}
    assert {there[name][0].lower().replace("_", "-") for name in used} == wanted
    for name, bringer in BROUGHT.items():
        row = re.search(rf"^\| {bringer} \|.*$", read("docs/dependencies.md"), re.MULTILINE)
        assert row
        assert name in row[0]


def test_the_lock_holds_hashes_and_no_address() -> None:
    lock = read("requirements.lock")
    pins = re.findall(r"^[a-z0-9._-]+==", lock, re.MULTILINE | re.IGNORECASE)
    assert lock.count("--hash=sha256:") >= len(pins) > 50
    assert "://" not in lock


def commands() -> list[tuple[str, list[str]]]:
    """Return every command line of a document that begins with arukeba, without its comment."""
    pages = [ROOT / "README.md", ROOT / "README.ja.md", *(ROOT / "docs").rglob("*.md")]
    texts = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in pages}
    lines = [
        (name, line.split("#")[0].split("|")[0])
        for name, text in texts.items()
        for line in [
            *re.findall(r"^ *(arukeba .*)$", text, re.MULTILINE),
            *re.findall(r"`(arukeba [^`\n]*)`", text),
        ]
    ]
    return [(name, re.sub(r"[\[\]…]", " ", line).split()[1:]) for name, line in lines]


def unknown(words: list[str], command: click.Command) -> list[str]:
    """Return what of a command line is not there: a command, or options."""
    if isinstance(command, TyperGroup) and words:
        found = command.commands.get(words[0])
        return words[:1] if found is None else unknown(words[1:], found)
    known = {option for part in command.params for option in part.opts}
    return [word for word in words if word.startswith("--") and word not in known]


def test_every_command_of_the_documents_and_each_option_is_there() -> None:
    root = typer.main.get_command(create_cli("en"))
    assert unknown(["plan", "--no-such-option"], root) == ["--no-such-option"]
    assert unknown(["scenario", "nothing"], root) == ["nothing"]
    assert len(commands()) > 50
    wrong = {(name, *found) for name, words in commands() if (found := unknown(words, root))}
    assert wrong == set()


def test_every_page_is_linked_from_a_readme_or_from_another_page() -> None:
    pages = {page.resolve() for page in (ROOT / "docs").rglob("*.md")}
    linked = {
        (page.parent / target).resolve()
        for page in [ROOT / "README.md", ROOT / "README.ja.md", *pages]
        for target in re.findall(r"\]\(([^)#]+\.md)\)", page.read_text(encoding="utf-8"))
        if not target.startswith("http")
    }
    assert sorted(pages - linked) == []
    assert sorted(page for page in linked if not page.is_file()) == []


def test_where_no_ageing_rate_is_known_nobody_is_told_as_older() -> None:
    assert told_older(2745.3, "65+", estimated=True) == "〜2,745"
    assert told_older(113052.0, "65+", estimated=False) == "113,052"
    unknown = told_older(229061.0, "total", estimated=False)
    assert unknown == "not known (residents of all ages: 229,061)"
    # 調布 has residents of all ages alone.
    (row,) = [line for line in read("docs/municipalities.md").splitlines() if "| 13208 |" in line]
    assert row.split(" | ")[4] == "229,061"
    assert unknown in row.split(" | ")
