"""A workspace as a command opens it: for whom its figures are is asked for by name, and said."""

import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from api.cli.console import Desk
from services.publication.viewed import assumed_now, numbers_note, stamp
from services.words.assumptions import FIGURES, marks
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


def feet(
    workspace: Workspace,
    desk: Desk,
    assumptions: Sequence[Mapping[str, Any]] | None = None,
    about: Collection[str] = FIGURES,
) -> list[str]:
    """
    Return the foot of a table: what is estimated or assumed, and what the numbers of people are.

    The assumptions are those that the figures were made with, else those of the newest run.
    """
    found = assumed_now(workspace) if assumptions is None else assumptions
    return [
        f"※ {line}"
        for line in (*marks(found, desk.lang, about), numbers_note(workspace, desk.lang))
    ]
