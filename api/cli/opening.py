"""A workspace as a command opens it: for whom its figures are is asked for by name, and said."""

import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from api.cli.console import Desk
from services.publication.viewed import assumed_now, numbers_note, stamp
from services.words.assumptions import FIGURES, marks
from services.words.vocabulary import View
from services.workspace.folder import Workspace, open_workspace


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
