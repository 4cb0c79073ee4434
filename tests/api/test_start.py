"""Start-up: nobody waits for what the command does not need."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.workspace.folder import Workspace

KASHIWA = str(Path(__file__).resolve().parents[2] / "data" / "municipalities" / "12217.toml")
HEAVY = ("pandas", "geopandas", "numba", "matplotlib", "pyproj", "rasterio", "osmnx", "scipy")
LISTED = """
import sys
from api.cli.main import main
code = main(sys.argv[1:])
print("heavy:", *sorted(name for name in {heavy} if name in sys.modules))
sys.exit(code)
"""
FOR_WALKS = ("matplotlib", "numba", "rasterio", "scipy.optimize", "scipy.sparse", "scipy.spatial")
SERVED = """
import sys
from pathlib import Path
from fastapi.testclient import TestClient
import api.cli.serve
from api.app import create_app
from api.settings import Settings
from services.workspace.folder import open_workspace
client = TestClient(create_app(open_workspace(Path(sys.argv[1])), Settings(warm=False)))
for address in ("/", "/about", "/summary"):
    client.get(address).raise_for_status()
print("heavy:", *sorted(name for name in {heavy} if name in sys.modules))
"""


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--lang", "ja", "--help"],
        ["--version"],
        ["profile", "--help"],
        ["profile", "list"],
        ["profile", "schema"],
        ["profile", "check", KASHIWA],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_what_reads_no_data_imports_no_library_for_data(words: list[str]) -> None:
    code = LISTED.format(heavy=HEAVY)
    told = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines()[-1] == "heavy:"


def test_the_first_page_and_its_figure_wait_for_no_library_that_only_walks_need(
    workspace: Workspace,
) -> None:
    code = SERVED.format(heavy=FOR_WALKS)
    command = [sys.executable, "-c", code, str(workspace.path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "heavy:"


def test_the_list_of_commands_is_that_of_the_commands_themselves() -> None:
    """A command that is only listed shows the help of the one that is loaded."""
    import typer

    from api.cli.main import create_cli

    listed = typer.main.get_command(create_cli("ja", ()))
    loaded = typer.main.get_command(create_cli("ja"))
    told = [
        {name: command.help for name, command in one.commands.items()} for one in (listed, loaded)
    ]
    assert told[0] == told[1]
    assert list(told[0]) == list(told[1])
