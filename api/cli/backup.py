"""``arukeba backup``: a workspace with its registry as one file, while it is served."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import desk_of
from services.edition.backup import back_up
from services.words.texts import Lang, text
from services.workspace.folder import open_workspace


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("backup", help=text("cli.backup", lang), epilog=text("cli.epilog", lang))
    def _backup(
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        file: Annotated[Path, typer.Argument(metavar="FILE", help=text("cli.backup.file", lang))],
        *,
        replace: Annotated[
            bool, typer.Option("--replace", help=text("cli.backup.replace", lang))
        ] = False,
    ) -> None:
        desk = desk_of(ctx)
        with desk.progress() as progress:
            made = back_up(open_workspace(workspace), file, replace=replace, progress=progress)
        rows, files = sum(made.rows.values()), len(made.sha256)
        desk.result({"file": str(file), "rows": dict(made.rows), "files": files})
        desk.show(desk.say("cli.backed_up", file=file, rows=rows, files=files))
