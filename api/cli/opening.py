"""A workspace as a command opens it: for whom its figures are is asked for by name, and said."""

import sys
from pathlib import Path
from typing import Any

import typer

from api.cli.console import Desk
from services.publication.viewed import numbers_note, stamp
from services.words.texts import Lang, text
from services.words.vocabulary import View
from services.workspace.folder import Workspace, open_workspace


def view_option(lang: Lang) -> Any:  # noqa: ANN401  what typer makes of an option
    """Return the option of every command that shows or writes figures."""
    return typer.Option("--view", help=text("cli.view", lang))


def open_seen(path: Path, view: View, desk: Desk) -> Workspace:
    """Open a workspace; of the exact view it is said on standard error that it is not to be published."""
    workspace = open_workspace(path, view=view)
    if words := stamp(workspace, desk.lang):
        sys.stderr.write(f"{words}\n")
    return workspace


def numbers_line(workspace: Workspace, desk: Desk) -> str:
    """Return the foot of a table of people: what the numbers are."""
    return f"※ {numbers_note(workspace, desk.lang)}"
